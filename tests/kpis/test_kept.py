"""What hangs on a store's data version alone is read once a version, in every process for itself."""

import pytest

from kpis.models import rollups
from kpis.models.rollups import bump, kept, kept_each
from opsplan.lib.shelf import SMALL, Shelf
from stores.snapshot import is_settled, one_version
from tests.world import World


@pytest.fixture
def reads(world: World, monkeypatch: pytest.MonkeyPatch):
    """Ask for a thing of the store; the answer is how often it was read until now."""
    read: list[int] = []
    monkeypatch.setattr(rollups, "is_settled", lambda: True)

    def ask(store=world.store) -> int:
        with one_version():
            return kept("thing", store.pk, lambda: read.append(1) or len(read))

    return ask


def test_it_is_read_again_only_when_the_version_has_grown(world: World, reads) -> None:
    assert [reads(), reads()] == [1, 1]
    bump(world.store)
    assert [reads(), reads()] == [2, 2]


def test_each_store_has_its_own(world: World, reads) -> None:
    assert [reads(), reads(world.other), reads()] == [1, 2, 1]


def test_the_oldest_make_room(world: World, reads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollups, "KEPT", Shelf(SMALL))
    assert [reads(), reads(world.other), reads()] == [1, 2, 3]


def test_nothing_is_kept_of_what_is_not_committed(world: World) -> None:
    read: list[int] = []
    for _each in range(2):
        with one_version():
            assert not is_settled()
            kept("thing", world.store.pk, lambda: read.append(1))
    assert len(read) == 2


def test_of_several_things_only_the_lost_are_read_and_together(world: World, reads) -> None:
    asked: list[list[str]] = []

    def read(lost: list[str]) -> dict[str, str]:
        asked.append(lost)
        return {name: name.upper() for name in lost}

    for names in (["march"], ["february", "march", "april"]):
        with one_version():
            assert kept_each(names, world.store.pk, read) == {name: name.upper() for name in names}
    assert asked == [["march"], ["february", "april"]]
