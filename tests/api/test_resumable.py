"""A large file in pieces (tus): interrupted, repeated, damaged, given up."""

import base64
import datetime as dt
import gzip
import hashlib
import io
import shutil
from pathlib import Path

import pytest
from django.http import UnreadablePostError
from django.test import Client

from kpis import tasks
from kpis.ingest import arriving
from kpis.models import ArrivingFile, Order, Upload
from opsplan.lib import clock
from tests.api.conftest import Caller
from tests.api.test_imports import BAD, GOOD
from tests.world import World

URL = "/api/v1/stores/lotus/imports/pieces"
DATA = GOOD.encode()


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch, settings: object, tmp_path: Path) -> None:
    """The worker's part runs in the caller's process; files lie in a folder of their own."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(tasks.check_upload, "delay", tasks.check_upload)


@pytest.fixture
def bob(world: World, caller: Caller) -> Client:
    return caller(world.bob, "write")


def begin(client: Client, data: bytes = DATA, **fields: str) -> str:
    told = {"filename": "orders.csv", **fields}
    pairs = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in told.items())
    lengths = {"Upload-Length": str(len(data)), "Upload-Metadata": pairs, "Tus-Resumable": "1.0.0"}
    answer = client.post(URL, headers=lengths)
    assert answer.status_code == 201, answer.content
    return answer.headers["Location"]


def send(client: Client, url: str, offset: int, piece: bytes, **headers: str) -> object:
    told = {"Upload-Offset": str(offset), **{name.replace("_", "-"): value for name, value in headers.items()}}
    return client.patch(url, piece, content_type="application/offset+octet-stream", headers=told)


def test_a_piece_of_nothing_changes_nothing_and_nothing_may_follow_the_end(bob: Client) -> None:
    url = begin(bob)
    assert send(bob, url, 0, DATA[:50]).status_code == 204
    nothing = send(bob, url, 50, b"")
    assert (nothing.status_code, nothing.headers["Upload-Offset"]) == (204, "50")
    assert send(bob, url, 50, DATA[50:]).status_code == 204
    assert [send(bob, url, len(DATA), more).status_code for more in (b"", b"x")] == [204, 413]


def test_an_empty_file_is_not_waited_for(bob: Client) -> None:
    answer = bob.post(URL, headers={"Upload-Length": "0"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "Upload-Length")
    assert not ArrivingFile.objects.exists()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\exports\\订单.csv", "订单.csv"),
        ("a\0b\n\u202ec.csv", "abc.csv"),
        ("..", "upload"),
        ("", "upload"),
        ("长" * 300 + ".csv", "长" * 251 + ".csv"),
    ],
)
def test_a_file_has_a_name_that_can_be_kept_and_seen(bob: Client, sent: str, kept: str) -> None:
    assert bob.get(begin(bob, filename=sent)).json()["name"] == kept


def test_a_file_in_pieces_becomes_an_import_like_any_other(bob: Client, django_capture_on_commit_callbacks) -> None:
    url = begin(bob)
    assert send(bob, url, 0, DATA[:50]).headers["Upload-Offset"] == "50"
    assert bob.head(url).headers["Upload-Offset"] == "50"
    with django_capture_on_commit_callbacks(execute=True):
        last = send(bob, url, 50, DATA[50:])
    assert (last.status_code, bob.get(last.headers["Location"]).json()["status"]) == (204, "loaded")
    assert (Order.objects.count(), bob.get(url).json()["imports"]) == (1, [Upload.objects.get().pk])


def test_a_repeated_piece_is_refused_with_the_place_to_go_on(bob: Client) -> None:
    url = begin(bob)
    send(bob, url, 0, DATA[:50])
    again = send(bob, url, 0, DATA[:50])
    assert (again.status_code, again.headers["Upload-Offset"]) == (409, "50")
    send(bob, url, 50, DATA[50:])
    late = send(bob, url, 50, DATA[50:])
    assert (late.status_code, late.headers["Upload-Offset"], Upload.objects.count()) == (409, str(len(DATA)), 1)
    assert send(bob, url, len(DATA), b"").status_code == 204


class Broken(io.BytesIO):
    def read(self, size: int = -1) -> bytes:
        if not (found := super().read(size)):
            raise UnreadablePostError("gone")
        return found


def test_what_came_before_a_connection_broke_off_is_kept(world: World, bob: Client) -> None:
    url = begin(bob)
    arriving.append(ArrivingFile.objects.get(), 0, Broken(DATA[:70]))
    assert bob.head(url).headers["Upload-Offset"] == "70"
    assert send(bob, url, 70, DATA[70:]).status_code == 204
    assert Upload.objects.get().sha256 == hashlib.sha256(DATA).hexdigest()


def test_bytes_a_dead_process_had_not_noted_are_written_again(bob: Client, tmp_path: Path) -> None:
    url = begin(bob)
    (tmp_path / ArrivingFile.objects.get().path).write_bytes(b"something longer than the whole file" * 20)
    assert send(bob, url, 0, DATA).status_code == 204
    assert Upload.objects.get().sha256 == hashlib.sha256(DATA).hexdigest()


def test_a_damaged_piece_is_not_kept(bob: Client) -> None:
    url, right = begin(bob), base64.b64encode(hashlib.sha256(DATA).digest()).decode()
    assert send(bob, url, 0, DATA[:-1] + b"x", Upload_Checksum=f"sha256 {right}").status_code == 460
    assert bob.head(url).headers["Upload-Offset"] == "0"
    assert send(bob, url, 0, DATA, Upload_Checksum=f"sha256 {right}").status_code == 204


def test_a_whole_file_whose_process_died_is_taken_up(bob: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    url = begin(bob)
    with monkeypatch.context() as patch:
        patch.setattr(arriving, "hand_over", lambda file: None)
        send(bob, url, 0, DATA)
    tasks.resume()
    tasks.resume()
    assert (Upload.objects.get().state, len(bob.get(url).json()["imports"])) == ("loaded", 1)


def test_options_hold_for_the_import(bob: Client, django_capture_on_commit_callbacks) -> None:
    url = begin(bob, BAD.encode(), on_problem="skip")
    with django_capture_on_commit_callbacks(execute=True):
        send(bob, url, 0, BAD.encode())
    assert (Upload.objects.get().rejected, Order.objects.count()) == (1, 1)


def test_two_writers_of_one_file_do_not_mix(bob: Client) -> None:
    url = begin(bob)
    with arriving.alone(ArrivingFile.objects.get()):
        assert send(bob, url, 0, DATA).status_code == 423
    assert send(bob, url, 0, DATA).status_code == 204


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 422),
        ({"Upload-Length": "-1"}, 422),
        ({"Upload-Length": str(10**12)}, 413),
        ({"Upload-Length": "1", "Tus-Resumable": "0.2.2"}, 412),
        ({"Upload-Length": "1", "Upload-Metadata": "filename ???"}, 422),
        ({"Upload-Length": "1", "Upload-Metadata": "on_problem eA=="}, 422),
    ],
)
def test_a_bad_beginning_is_refused(bob: Client, headers: dict[str, str], status: int) -> None:
    assert (bob.post(URL, headers=headers).status_code, ArrivingFile.objects.count()) == (status, 0)


@pytest.mark.parametrize(
    ("offset", "piece", "more", "status"),
    [
        ("x", DATA, {}, 422),
        ("0", DATA + b"more", {}, 413),
        ("7", DATA, {}, 409),
        ("0", DATA, {"Upload_Checksum": "crc32 eA=="}, 422),
    ],
)
def test_a_bad_piece_is_refused(bob: Client, offset: str, piece: bytes, more: dict[str, str], status: int) -> None:
    url = begin(bob)
    assert send(bob, url, offset, piece, **more).status_code == status
    assert bob.patch(url, DATA, content_type="text/csv", headers={"Upload-Offset": "0"}).status_code == 415
    assert bob.head(url).headers["Upload-Offset"] == "0"


def test_a_store_has_some_files_on_their_way_and_no_more(bob: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "MOST", 1)
    begin(bob)
    assert bob.post(URL, headers={"Upload-Length": "5"}).status_code == 409


def test_a_half_file_is_given_up_or_forgotten_after_a_day(bob: Client, tmp_path: Path) -> None:
    assert bob.delete(begin(bob)).status_code == 204
    url = begin(bob)
    ArrivingFile.objects.update(expires_at=clock.now() - dt.timedelta(seconds=1))
    assert send(bob, url, 0, DATA).status_code == 404
    tasks.expire_arriving()
    assert ([path for path in tmp_path.rglob("*") if path.is_file()], ArrivingFile.objects.count()) == ([], 0)


def test_the_server_says_what_it_speaks(bob: Client) -> None:
    told = bob.options(URL)
    assert (told.status_code, told.headers["Tus-Version"], told.headers["Tus-Resumable"]) == (204, "1.0.0", "1.0.0")


def test_who_may_not_import_does_not_send_pieces(world: World, bob: Client, caller: Caller) -> None:
    url = begin(bob)
    for person, status in ((world.vera, 403), (world.charlie, 404)):
        client = caller(person, "write")
        answers = [client.head(url), send(client, url, 0, DATA), client.delete(url), client.post(URL)]
        assert {answer.status_code for answer in answers} == {status}
    assert send(caller(world.bob, "read"), url, 0, DATA).status_code == 403
    assert bob.head(url).headers["Upload-Offset"] == "0"


def test_a_full_disk_counts_nothing_as_received(bob: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_target: object, _some: bytes) -> None:
        raise arriving.no_room()

    url = begin(bob)
    send(bob, url, 0, DATA[:50])
    with monkeypatch.context() as patched:
        patched.setattr(arriving, "write", full)
        refused = send(bob, url, 50, DATA[50:])
    assert (refused.status_code, refused.headers["Upload-Offset"]) == (507, "50")
    assert send(bob, url, 50, DATA[50:]).status_code == 204


def test_a_file_the_disk_has_no_room_for_is_refused_at_once(bob: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving.shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(10, 5, 5))
    assert bob.post(URL, headers={"Upload-Length": "6", "Tus-Resumable": "1.0.0"}).status_code == 507


def test_a_zip_with_a_file_above_the_limit_is_handed_over_with_the_reason(bob: Client, settings: object) -> None:
    data = gzip.compress(DATA + b" " * 1024 * 1024)
    settings.UPLOAD_LIMIT_MB = 1
    assert send(bob, begin(bob, data, filename="orders.csv.gz"), 0, data).status_code == 204
    upload = Upload.objects.get()
    assert (upload.state, [p.code for p in upload.problems.all()]) == ("rejected", ["too_big"])
