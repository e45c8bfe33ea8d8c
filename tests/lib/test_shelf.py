"""What a process keeps of what it read: by state, and in so many bytes at most."""

from opsplan.lib.shelf import Shelf


def test_a_thing_is_there_in_the_state_it_was_put_in() -> None:
    shelf = Shelf(100)
    shelf.put("days", 7, "rows", 10)
    assert shelf.get("days", 7) == ("rows",)
    assert shelf.get("days", 8) is None
    assert shelf.get("people", 7) is None


def test_a_thing_that_is_nothing_is_there() -> None:
    shelf = Shelf(100)
    shelf.put("target", 1, None, 10)
    assert shelf.get("target", 1) == (None,)


def test_what_nobody_asked_for_longest_makes_room() -> None:
    shelf = Shelf(30)
    for name in ("a", "b", "c"):
        shelf.put(name, 1, name, 10)
    assert shelf.get("a", 1)
    shelf.put("d", 1, "d", 10)
    assert [name for name in "abcd" if name in shelf] == ["a", "c", "d"]


def test_what_stands_in_for_another_weighs_instead_of_it() -> None:
    shelf = Shelf(30)
    shelf.put("a", 1, "a", 10)
    shelf.put("b", 1, "b", 20)
    shelf.put("b", 2, "b again", 20)
    assert shelf.get("a", 1)
    assert shelf.get("b", 2) == ("b again",)


def test_what_is_larger_than_the_room_does_not_stay() -> None:
    shelf = Shelf(30)
    shelf.put("a", 1, "a", 31)
    assert "a" not in shelf
