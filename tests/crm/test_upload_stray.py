"""A stored file whose batch never came to stand is removed the next night."""

import os
import time

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from config.tasks import clear_away
from crm.models import MendedFile
from tests.factories.mending import mended, sent
from tests.factories.uploads import a_sale, received


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def made_old(name: str) -> str:
    then = time.time() - 2 * 24 * 3600
    os.utime(default_storage.path(name), (then, then))
    return name


def test_only_old_files_that_no_batch_has_are_removed(places, cast):
    rows = [a_sale(1), a_sale(2, 联系电话="同上")]
    batch = received(places.dealer, rows, by=cast.clerk)
    sent(places.dealer, mended(batch, row3={"联系电话": "13800000002"}))
    kept = [made_old(batch.file.name), made_old(MendedFile.objects.get().file.name)]
    folder = f"uploads/{timezone.localdate():%Y/%m}"
    stray = made_old(default_storage.save(f"{folder}/sales-9", ContentFile(b"a")))
    kept.append(default_storage.save(f"{folder}/sales-10", ContentFile(b"a")))
    clear_away()
    assert not default_storage.exists(stray)
    assert all(default_storage.exists(name) for name in kept)


def test_before_any_file_came_there_is_nothing_to_remove(db):
    clear_away()
    assert not default_storage.exists("uploads")
