"""A full disk is one sentence with 507, whoever meets it first, and leaves nothing half-written."""

import errno
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from kpis.models import Upload
from opsplan import fulldisk
from products import services
from staff.services import create_token
from tests.world import World

SAID = "The server's disk is full"


@pytest.fixture
def full(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No file that is sent fits on the disk any more."""
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE, settings.FILE_UPLOAD_TEMP_DIR = 0, str(tmp_path)

    def write(*_told: object) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", write)
    return tmp_path


def file() -> io.BytesIO:
    sent = io.BytesIO(b"a,b\n" * 100_000)
    sent.name = "orders.csv"
    return sent


def test_what_django_has_no_room_for_is_told_to_people_scripts_and_programs(
    world: World, client: Client, full: Path
) -> None:
    client.force_login(world.bob)
    key = create_token(world.bob, "key", "write", [world.store])[1]
    page, english = reverse("upload_new", args=["lotus"]), {"HTTP_ACCEPT_LANGUAGE": "en"}
    strict = Client(enforce_csrf_checks=True)  # where the form is read by the guard against forged ones
    strict.force_login(world.bob)
    token = strict.get(reverse("data", args=["lotus"])).cookies["csrftoken"].value
    world.bob.language = "en"
    world.bob.save()
    answers = [
        client.post(page, {"files": [file(), file()]}, **english),
        client.post(page, {"files": file()}, HTTP_HX_REQUEST="true", **english),
        strict.post(page, {"files": file(), "csrfmiddlewaretoken": token}, **english),
        Client(headers={"authorization": f"Bearer {key}"}).post(
            "/api/v1/stores/lotus/imports", {"file": file()}, **english
        ),
    ]
    assert [x.status_code for x in answers] == [507] * 4
    texts = [x.content.decode() for x in answers]
    assert "<html" in texts[0]
    assert texts[1].startswith(SAID)
    assert answers[3].json()["detail"].startswith(SAID)
    assert not Upload.objects.exists()
    assert list(full.iterdir()) == []


def test_a_disk_that_fills_up_later_is_told_the_same(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(*_told: object, **_more: object) -> None:
        raise OSError(errno.EDQUOT, "quota")

    monkeypatch.setattr(services, "save_product", write)
    client.force_login(world.bob)
    answer = client.post(reverse("product_new", args=["lotus"]), {"code": "A1", "title": "面霜"})
    assert answer.status_code == 507


def test_only_a_full_disk_is_one() -> None:
    told = OperationalError("x")
    told.__cause__ = OSError(errno.ENOSPC, "no room")
    assert [fulldisk.is_full(x) for x in (told, OperationalError("database or disk is full"), fulldisk.NoRoom())] == [
        True,
        True,
        True,
    ]
    assert not fulldisk.is_full(OSError(errno.EACCES, "no"))
