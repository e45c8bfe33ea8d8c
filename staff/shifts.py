"""Arithmetic of shifts (pure): wall clocks to instants, patterns that repeat, what is filled."""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

DAY = dt.timedelta(days=1)


def span(day: dt.date, starts: dt.time, ends: dt.time, zone: str) -> tuple[dt.datetime, dt.datetime]:
    """First and last instant (UTC) of a shift that starts on the local `day`. One that does not end later than it
    starts ends on the next day. The wall clock counts: over a clock change a night is an hour longer or shorter."""
    last = day if ends > starts else day + DAY
    return at(day, starts, zone), at(last, ends, zone)


def at(day: dt.date, time: dt.time, zone: str) -> dt.datetime:
    return dt.datetime.combine(day, time, ZoneInfo(zone)).astimezone(dt.UTC)


def overlap(one: tuple[dt.datetime, dt.datetime], two: tuple[dt.datetime, dt.datetime]) -> bool:
    """Whether they share time; one that ends when the other starts does not."""
    return one[0] < two[1] and two[0] < one[1]


def place(cycle: Sequence[int | None], since: dt.date, day: dt.date) -> int | None:
    """What a repeating pattern says for `day`: the id of a shift, None = free. Days before `since` are free."""
    return cycle[(day - since).days % len(cycle)] if cycle and day >= since else None


def pattern(shift: int, work: int, off: int) -> list[int | None]:
    """So many days of a shift, then so many free ones: pattern(7, 4, 2) is 4-on-2-off."""
    return [shift] * work + [None] * off


def filled(need: dict[str, int], people: Sequence[frozenset[str]]) -> dict[str, int]:
    """How many of each needed duty are there. people: the duties each holds. Somebody who holds several counts once:
    as many needs as possible are met (augmenting paths)."""
    seats = [duty for duty, count in need.items() for _seat in range(count)]
    taken: dict[int, int] = {}

    def seated(person: int, tried: set[int]) -> bool:
        for seat, duty in enumerate(seats):
            if duty in people[person] and seat not in tried:
                tried.add(seat)
                if seat not in taken or seated(taken[seat], tried):
                    taken[seat] = person
                    return True
        return False

    for person in range(len(people)):
        seated(person, set())
    found = dict.fromkeys(need, 0)
    for seat in taken:
        found[seats[seat]] += 1
    return found
