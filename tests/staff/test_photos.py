"""Photos as they are kept, and when the file of one that is gone goes."""

import io

import pytest
import time_machine
from django.core.exceptions import ValidationError

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


def test_a_job_killed_between_photo_and_mark_leaves_nothing_behind(home, world: World) -> None:
    name = photos.keep(world.store.pk, io.BytesIO(JPEG))
    photos.sweep()
    mark = photos.place(name + photos.GONE)
    mark.write_text("")  # killed while it was written
    assert (photos.sweep(), photos.place(name).exists()) == (0, True)
    photos.place(name).unlink()  # killed after the photo went
    assert photos.sweep() == 0
    assert not mark.exists()
