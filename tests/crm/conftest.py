import json
from datetime import datetime

import pytest
from django.core.management import call_command
from django.utils import timezone


@pytest.fixture
def upload(places, tmp_path, settings, capsys):
    """Runs the command on a file's content; returns its lines and the last as JSON."""
    settings.MEDIA_ROOT = tmp_path / "files"

    def run(
        content,
        kind="sales",
        organisation="D1",
        *,
        approve=True,
        name="a.bin",
        day=None,
    ):
        path = tmp_path / name
        data = content if isinstance(content, bytes) else content.getvalue()
        path.write_bytes(data)
        flags = ["--approve"] if approve else []
        flags += ["--day", day] if day else []
        call_command("upload", kind, str(path), "--organisation", organisation, *flags)
        *lines, last = capsys.readouterr().out.strip().splitlines()
        return lines, json.loads(last)

    return run


@pytest.fixture
def time_is(monkeypatch):
    """Sets the clock on the wall, to a local time such as "2026-03-10 17:00"."""

    def set_to(text: str) -> datetime:
        moment = timezone.make_aware(datetime.fromisoformat(text))
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
        return moment

    return set_to
