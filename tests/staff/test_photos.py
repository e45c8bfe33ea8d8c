"""Photos as they are kept, and when the file of one that is gone goes."""

import io
import os

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command

from opsplan.lib import imagemeta
from products import pictures
from products.models import Product
from staff import photos
from tests.pictures import JPEG, PLACE, exif
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(settings, tmp_path):
    settings.OPSPLAN_HOME = tmp_path
    return tmp_path


def test_a_photo_is_kept_without_the_place_it_was_taken_at(home) -> None:
    kept = photos.place(photos.keep(1, io.BytesIO(JPEG[:2] + exif() + JPEG[2:]))).read_bytes()
    assert PLACE not in kept
    assert b"Exif" in kept  # which way up


@pytest.mark.parametrize("body", [b"\0\0\0\x18ftypheic" + bytes(40), b"%PDF-1.7", b"", b"\xff\xd8\xff" + bytes(99)])
def test_what_cannot_be_shown_is_told_and_not_kept(home, body: bytes) -> None:
    with pytest.raises(ValidationError):
        photos.keep(1, io.BytesIO(body))
    assert not list(home.rglob("*.jpg"))


def test_the_file_of_a_removed_picture_goes_a_week_later_unless_it_was_put_back(home, world: World) -> None:
    product = Product.objects.create(store=world.store, code="A", title="A")
    one, two = (pictures.add(product, "", photo=photos.keep(world.store.pk, io.BytesIO(JPEG))) for _each in range(2))
    files = [photos.place(x.photo) for x in (one, two)]
    with time_machine.travel("2026-11-20T08:00:00Z") as clock:
        taken = [pictures.take(x) for x in (one, two)]
        assert photos.sweep() == 0  # marked
        pictures.put_back(product, taken[0])
        clock.move_to("2026-11-26T08:00:00Z")
        assert photos.sweep() == 0
        clock.move_to("2026-11-28T08:00:00Z")
        assert photos.sweep() == 1
        assert photos.sweep() == 0
    assert [x.exists() for x in files] == [True, False]
    assert sorted(x.name for x in files[0].parent.iterdir()) == [files[0].name]  # no mark is left


def test_photos_kept_before_are_stripped_once_and_new_ones_are_looked_at_again(home, english, capsys) -> None:
    old = JPEG[:2] + exif() + JPEG[2:]
    names = {name: photos.place(f"1/{name}.jpg") for name in ("old", "bare", "cut")}
    names["bare"].parent.mkdir(parents=True)
    for name, body in (("old", old), ("bare", JPEG), ("cut", old[:-9])):
        names[name].write_bytes(body)
        os.utime(names[name], (1, 1))
    call_command("strip_photos")
    kept = names["old"].read_bytes()
    assert (PLACE in kept, b"Exif" in kept, names["bare"].read_bytes()) == (False, True, JPEG)
    told = capsys.readouterr()
    assert (" 1." in told.out, "1/cut.jpg" in told.err, names["cut"].read_bytes()) == (True, True, old[:-9])
    assert names["bare"].stat().st_mtime == 1  # not written anew
    mark = photos.root() / photos.BARE
    os.utime(mark, (100, 100))
    os.utime(names["old"], (99, 99))
    for name, at in (("late", 101), ("early", 99)):  # as a restored backup may bring one
        path = photos.place(f"1/{name}.jpg")
        path.write_bytes(old)
        os.utime(path, (at, at))
    assert photos.strip() == (1, [])
    assert PLACE in photos.place("1/early.jpg").read_bytes()
    assert sorted(x.name for x in home.rglob("*.*")) == sorted(
        [*(f"{x}.jpg" for x in (*names, "late", "early")), ".bare"]
    )


def test_stripping_that_was_killed_is_done_again_from_the_start(home, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "ab":
        path = photos.place(f"1/{name}.jpg")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(JPEG[:2] + exif() + JPEG[2:])
        os.utime(path, (1, 1))
    bare, calls = imagemeta.bare, []

    def killed(body: bytes, kind: str) -> bytes:
        calls.append(body)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return bare(body, kind)

    with monkeypatch.context() as patch:
        patch.setattr(imagemeta, "bare", killed)
        with pytest.raises(KeyboardInterrupt):
            photos.strip()
    assert not (photos.root() / photos.BARE).exists()
    assert photos.strip() == (1, [])  # one was done already
    assert not [x for x in photos.photos() if PLACE in x.read_bytes()]


def test_a_job_killed_between_photo_and_mark_leaves_nothing_behind(home, world: World) -> None:
    name = photos.keep(world.store.pk, io.BytesIO(JPEG))
    photos.sweep()
    mark = photos.place(name + photos.GONE)
    mark.write_text("")  # killed while it was written
    assert (photos.sweep(), photos.place(name).exists()) == (0, True)
    photos.place(name).unlink()  # killed after the photo went
    assert photos.sweep() == 0
    assert not mark.exists()
