import os
import time

import pytest

from kpis import tasks
from kpis.ingest import pickup
from kpis.models import Order, Upload
from tests.ingest.bring import SHORT, A, content

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(world, settings, tmp_path):
    settings.IMPORT_FOLDER = str(tmp_path)
    (tmp_path / "lotus").mkdir()
    return tmp_path / "lotus"


def lay(folder, name, data, age=60):
    (folder / name).write_bytes(data)
    os.utime(folder / name, (time.time() - age,) * 2)


def test_a_file_in_the_folder_of_a_store_is_imported_and_gone(folder, settings):
    settings.CELERY_TASK_ALWAYS_EAGER = True
    lay(folder, "a.csv", content(SHORT, A))
    for upload in pickup.pick_up():
        tasks.check_upload(upload.pk)
    assert Order.objects.count() == 1
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_a_file_that_is_still_being_written_is_left_alone(folder):
    lay(folder, "a.csv", content(SHORT, A), age=0)
    lay(folder, "b.csv.part", b"x")
    lay(folder, "~$c.xlsx", b"x")
    assert pickup.pick_up() == []
    assert len(list(folder.iterdir())) == 3


def test_a_file_that_is_too_large_is_put_aside(folder, settings):
    settings.UPLOAD_LIMIT_MB = 0
    lay(folder, "a.csv", content(SHORT, A))
    assert pickup.pick_up() == []
    assert (folder / "refused" / "a.csv").exists()
    assert not Upload.objects.exists()


def test_without_a_folder_nothing_happens(world, settings):
    settings.IMPORT_FOLDER = ""
    assert pickup.pick_up() == []
