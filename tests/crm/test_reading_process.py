"""Whatever the reader of a file does, its parent says what it was and goes on."""

import os
import time

import psutil
import pytest

from crm.uploads.problems import FileError
from crm.uploads.reading import process
from crm.uploads.reading.process import open_workbook
from tests.factories.uploads import a_sale, csv_file

MANY = csv_file([a_sale(n) for n in range(1, 5000)]).getvalue()


@pytest.fixture
def file(tmp_path):
    def make(content: bytes):
        path = tmp_path / "file"
        path.write_bytes(content)
        return path

    return make


@pytest.fixture
def bad_reader(monkeypatch):
    monkeypatch.setattr(process, "READER", "tests.factories.bad_reader")
    monkeypatch.setattr(process, "SILENCE_SECONDS", 3.0)


def children() -> set[int]:
    return {child.pid for child in psutil.Process(os.getpid()).children()}


@pytest.mark.parametrize("before", ["", "rows "])
@pytest.mark.parametrize(
    ("does", "code"),
    [
        ("hangs", "too_slow"),
        ("burns", "too_slow"),
        ("eats", "too_much_memory"),
        ("aborts", "too_much_memory"),
        ("is killed", "too_much_memory"),
        ("crashes", "reader_failed"),
        ("ends", "reader_failed"),
    ],
)
def test_each_end_of_a_reader_has_its_message(file, bad_reader, before, does, code):
    running, started = children(), time.monotonic()
    with (
        pytest.raises(FileError) as refused,
        open_workbook(file((before + does).encode())) as workbook,
    ):
        list(workbook.rows(0))
    assert refused.value.code == code
    assert time.monotonic() - started < 20
    assert children() <= running


def test_rows_that_go_back_are_refused(file, bad_reader):
    with (
        pytest.raises(FileError) as refused,
        open_workbook(file(b"rows goes back")) as workbook,
    ):
        list(workbook.rows(0))
    assert refused.value.code == "damaged"


def test_a_reader_ends_when_nobody_listens_any_more(file):
    running = children()
    with open_workbook(file(MANY)) as workbook:
        assert next(workbook.rows(0))[0] == 1
        assert children() - running
    assert children() <= running


def test_a_reader_ends_when_whoever_listens_fails(file):
    running = children()

    def fails() -> None:
        with open_workbook(file(MANY)) as workbook:
            int(next(workbook.rows(0))[1][1])

    with pytest.raises(ValueError, match="invalid literal"):
        fails()
    assert children() <= running


def test_how_many_rows_there_are_is_estimated_on_the_way(file):
    with open_workbook(file(MANY)) as workbook:
        assert workbook.estimate(0) is None
        for number, _ in workbook.rows(0):
            if number == 2500:
                assert 1500 < (workbook.estimate(number) or 0) < 10_000
        assert workbook.estimate(number) == 5000


def test_a_sheet_can_be_read_again(file):
    with open_workbook(file(MANY)) as workbook:
        assert list(workbook.rows(0)) == list(workbook.rows(0))
