"""What a recurring task goes through one by one (pure): it says which of them there are, who has been seen to, and who
is not among them any more. A place once given stays, so that a tick that comes late ticks what it meant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict


class Kept(TypedDict):
    """A point as a task keeps it. about: its page ("product 12"), by which it is known; is_gone: not in it any more."""

    about: str
    title: str
    is_gone: bool


@dataclass(frozen=True)
class Point:
    """Something a task goes through today. is_done: it has been done where it belongs."""

    about: str
    title: str
    is_done: bool = False


@dataclass(frozen=True)
class Round:
    """What a task goes through today. about: the page where that is done."""

    about: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Step:
    """A line of a task to be ticked. about: its page, or ""."""

    title: str
    about: str
    is_done: bool
    is_gone: bool

    @property
    def counts(self) -> bool:
        return self.is_done or not self.is_gone


def steps(points: Sequence[Kept], words: Sequence[str], done: Sequence[int]) -> list[Step]:
    """The lines of a task by their places: its points, or where it goes through none the steps of its template."""
    if not points:
        return [Step(title, "", place in done, False) for place, title in enumerate(words)]
    return [Step(x["title"], x["about"], place in done, x["is_gone"]) for place, x in enumerate(points)]


def brought_up(points: Sequence[Kept], now: Sequence[Point]) -> list[Kept]:
    """The points of a task that has begun, as of now: new ones come at the end, what is not there any more stays at its
    place and is marked."""
    there = {x.about: x for x in now}
    known = {x["about"] for x in points}
    old: list[Kept] = [
        {"about": x["about"], "title": there[x["about"]].title if x["about"] in there else x["title"],
         "is_gone": x["about"] not in there}
        for x in points
    ]  # fmt: skip
    return old + [{"about": x.about, "title": x.title, "is_gone": False} for x in now if x.about not in known]


def ticked(points: Sequence[Kept], done: Sequence[int], now: Sequence[Point]) -> list[int]:
    """The places that are done, those that were done where they belong among them."""
    elsewhere = {x.about for x in now if x.is_done}
    return sorted({*done, *(place for place, x in enumerate(points) if x["about"] in elsewhere)})
