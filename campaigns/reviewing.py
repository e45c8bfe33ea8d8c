"""Goals against what came of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol


class Read(Protocol):
    """A figure, as far as it is needed here."""

    @property
    def unit(self) -> str: ...
    @property
    def value(self) -> Decimal | None: ...


@dataclass(frozen=True)
class GoalRow:
    """A KPI of the review: the figure, its goal in the figure's own unit, and how much of it was reached (None = no
    goal or no figure)."""

    key: str
    figure: Read
    goal: Decimal | None
    reached: Decimal | None


def goal_rows(read: Mapping[str, Read], goals: Mapping[str, Decimal]) -> list[GoalRow]:
    """Goals of rates are kept in percent, figures of rates are fractions."""
    rows = []
    for key, figure in read.items():
        goal = goals.get(key)
        if goal is not None and figure.unit == "rate":
            goal /= 100
        reached = figure.value / goal if goal and figure.value is not None else None
        rows.append(GoalRow(key, figure, goal, reached))
    return rows
