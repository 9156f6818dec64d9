import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1", True),
        ("True", True),
        ("on", True),
        ("0", False),
        ("no", False),
        ("", False),
    ],
)
def test_yes_and_no_are_read_as_people_write_them(monkeypatch, written, meant):
    monkeypatch.setenv("FLAG", written)
    assert env.boolean("FLAG", default=not meant) is meant


def test_what_is_not_set_has_its_default(monkeypatch):
    monkeypatch.delenv("NAME", raising=False)
    assert env.text("NAME", "x") == "x"
    assert env.boolean("NAME", default=True)
    assert env.integer("NAME", default=3) == 3
    assert env.words("NAME", "a,b") == ["a", "b"]


def test_a_list_is_separated_by_commas(monkeypatch):
    monkeypatch.setenv("NAMES", " a.example.com, b.example.com ,")
    assert env.words("NAMES") == ["a.example.com", "b.example.com"]


@pytest.mark.parametrize("read", [env.boolean, env.integer])
def test_nonsense_is_refused_by_name(monkeypatch, read):
    monkeypatch.setenv("NAME", "perhaps")
    with pytest.raises(ImproperlyConfigured, match=r"NAME .*perhaps"):
        read("NAME", default=1)


def test_a_rate_says_how_many_in_how_long(monkeypatch):
    monkeypatch.setenv("NAME", "90/Hour")
    assert env.rate("NAME", "60/min") == "90/hour"
    for nonsense in ("0/min", "60", "60/fortnight", "-1/min", ""):
        monkeypatch.setenv("NAME", nonsense)
        with pytest.raises(ImproperlyConfigured, match=r"NAME must be like 60/min"):
            env.rate("NAME", "60/min")


def test_a_value_in_a_file_wins_over_one_in_the_environment(monkeypatch, tmp_path):
    path = tmp_path / "value"
    path.write_text("42\n")
    monkeypatch.setenv("NAME", "7")
    monkeypatch.setenv("NAME_FILE", str(path))
    assert env.text("NAME") == "42"
    assert env.integer("NAME", default=0) == 42
