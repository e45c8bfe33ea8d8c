"""The platforms' big days of the year: a small table by month and day. Names are English; pages translate them."""

import datetime as dt
from dataclasses import dataclass

from opsplan.lib.periods import Period


@dataclass(frozen=True)
class Node:
    """A big day: `day` is the peak, `span` the days around it that a chart marks."""

    name: str
    day: dt.date
    span: Period


# name, (month, day) of the peak, of the first and of the last marked day; 年货节 moves with the lunar year
TABLE: list[tuple[str, tuple[int, int], tuple[int, int], tuple[int, int]]] = [
    ("New-Year Goods Festival", (1, 10), (1, 8), (1, 12)),
    ("3.8 Women's Day sale", (3, 8), (3, 6), (3, 8)),
    ("520", (5, 20), (5, 20), (5, 20)),
    ("618", (6, 18), (6, 16), (6, 20)),
    ("818", (8, 18), (8, 16), (8, 18)),
    ("9.9 sale", (9, 9), (9, 7), (9, 9)),
    ("Singles' Day", (11, 11), (11, 10), (11, 12)),
    ("Double 12", (12, 12), (12, 11), (12, 12)),
]


def nodes_of(year: int) -> list[Node]:
    """The big days of a year, in order."""
    return [
        Node(name, dt.date(year, *peak), Period(dt.date(year, *first), dt.date(year, *last)))
        for name, peak, first, last in TABLE
    ]


def next_node(day: dt.date) -> Node:
    """The next big day on or after `day`."""
    return next(node for year in (day.year, day.year + 1) for node in nodes_of(year) if node.day >= day)


def nodes_in(period: Period) -> list[Node]:
    """The big days whose marked days touch `period`."""
    years = range(period.first.year, period.last.year + 1)
    every = [node for year in years for node in nodes_of(year)]
    return [node for node in every if node.span.first <= period.last and node.span.last >= period.first]
