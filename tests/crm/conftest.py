import json

import pytest
from django.core.management import call_command


@pytest.fixture
def upload(places, tmp_path, settings, capsys):
    """Runs the command on a file's content; returns its lines and the last as JSON."""
    settings.MEDIA_ROOT = tmp_path / "files"

    def run(content, kind="sales", organisation="D1", *, approve=True, name="a.bin"):
        path = tmp_path / name
        data = content if isinstance(content, bytes) else content.getvalue()
        path.write_bytes(data)
        flags = ["--approve"] if approve else []
        call_command("upload", kind, str(path), "--organisation", organisation, *flags)
        *lines, last = capsys.readouterr().out.strip().splitlines()
        return lines, json.loads(last)

    return run
