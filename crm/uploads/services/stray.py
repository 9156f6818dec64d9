"""Stored files no batch has: whoever kept them was killed before the batch stood."""

from contextlib import suppress
from datetime import timedelta

from django.core.files.storage import default_storage
from django.utils import timezone

from crm.models import MendedFile, UploadBatch

# Until then its transaction may still be open.
LEFT_FOR = timedelta(days=1)
LOOKED_BACK = timedelta(days=31)


def remove_stray_files() -> int:
    """Delete them from this month's folder and the last one's; how many there were."""
    now = timezone.localtime()
    folders = {f"uploads/{day:%Y/%m}/" for day in (now, now - LOOKED_BACK)}
    return sum(_remove_from(folder) for folder in folders)


def _remove_from(folder: str) -> int:
    try:
        _folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return 0
    kept: set[str] = set()
    for model in (UploadBatch, MendedFile):
        files = model._default_manager.filter(file__startswith=folder)
        kept.update(files.values_list("file", flat=True))
    stray = {folder + name for name in names} - kept
    return sum(_remove(name) for name in stray)


def _remove(name: str) -> bool:
    with suppress(FileNotFoundError):
        if default_storage.get_modified_time(name) < timezone.now() - LEFT_FOR:
            default_storage.delete(name)
            return True
    return False
