"""What came of a campaign (pure): goals, what it brought beyond what would have been sold anyway, what it took from
other goods and later days, refunds by age."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from campaigns.uplift import WEEKS, Effect, Series, base_days, effect
from opsplan.lib.periods import DAY, Period

AFTER = 14  # days after the end in which buyers who bought ahead are missing
AGES = (3, 7, 15, 30)  # refunds by whole days since the payment: up to 3, 4 to 7, ...
FEW_DAYS = 28  # with fewer base days the weeks before those are looked at too


class Read(Protocol):
    """A figure, as far as it is needed here."""

    @property
    def unit(self) -> str: ...
    @property
    def value(self) -> Decimal | None: ...


@dataclass(frozen=True)
class GoalRow:
    """A KPI of the review: the figure, its goal in the figure's own unit, and how much of it was reached (None = no
    goal or no figure). is_own: told of the campaign's products alone, else of the whole store."""

    key: str
    figure: Read
    goal: Decimal | None
    reached: Decimal | None
    is_own: bool = False


def goal_rows(
    read: Mapping[str, Read], goals: Mapping[str, Decimal], own: frozenset[str] = frozenset()
) -> list[GoalRow]:
    """Goals of rates are kept in percent, figures of rates are fractions."""
    rows = []
    for key, figure in read.items():
        goal = goals.get(key)
        if goal is not None and figure.unit == "rate":
            goal /= 100
        reached = figure.value / goal if goal and figure.value is not None else None
        rows.append(GoalRow(key, figure, goal, reached, key in own))
    return rows


@dataclass(frozen=True)
class Age:
    """Refunds that succeeded `first` to `last` days (None = and later) after their payment. is_over: that many days
    have passed for every order; amount (yuan) and cases are then final. None: no order is so old yet."""

    first: int
    last: int | None
    cases: int | None
    amount: Decimal | None
    is_over: bool


@dataclass(frozen=True)
class Facts:
    """Sales in yuan by local day: `mine` of the campaign's products (or the store), `near` of others of their
    categories, `far` of all others; None where there are none. taken: days of other sales. closed: the last whole day.

    refunds: (days since payment, cases, yuan) of its orders; paid: what they paid, yuan.
    """

    span: Period
    mine: Series
    near: Series | None
    far: Series | None
    taken: frozenset[dt.date]
    closed: dt.date
    refunds: Sequence[tuple[int, int, Decimal]] = ()
    paid: Decimal = Decimal(0)


@dataclass(frozen=True)
class Review:
    """uplift: against the baseline with the control; plain: without it (None where there is no control). near: what
    other products of the categories did; dip: what its products sold after it, beside what they usually do."""

    uplift: Effect | None
    plain: Effect | None
    near: Effect | None
    dip: Effect | None
    base: int
    ages: tuple[Age, ...]
    refunded: Decimal

    @property
    def net(self) -> Decimal | None:
        """The uplift less what it took from like goods and from the days after, yuan. Gains elsewhere do not count."""
        if self.uplift is None:
            return None
        taken = [min(each.more, Decimal(0)) for each in (self.near, self.dip) if each is not None]
        return self.uplift.more + sum(taken, Decimal(0))


def longest(span: Period) -> Period:
    """The days a review looks at: two base spans before, and those after."""
    return Period(span.first - 2 * WEEKS * 7 * DAY, span.last + AFTER * DAY)


def read(facts: Facts) -> Review:
    """The review, as far as days are over."""
    base = base_days(facts.span.first, facts.taken)
    if len(base) < FEW_DAYS:
        base = base_days(facts.span.first, facts.taken, 2 * WEEKS)
    days = [day for day in facts.span if day <= facts.closed]
    after = [facts.span.last + n * DAY for n in range(1, AFTER + 1)]
    after = [day for day in after if day <= facts.closed and day not in facts.taken]
    plain = effect(facts.mine, base, days)
    uplift = effect(facts.mine, base, days, facts.far) if facts.far else plain
    is_led = uplift is not None and uplift.pull is not None
    control = facts.far if is_led else None
    near = effect(facts.near, base, days, control) if facts.near else None
    return Review(
        uplift,
        plain if is_led else None,
        near,
        effect(facts.mine, base, after, control) if after else None,
        len(base),
        tuple(ages(facts)),
        sum((amount for _age, _cases, amount in facts.refunds), Decimal(0)),
    )


def ages(facts: Facts) -> list[Age]:
    """Refunds by days since payment; those before the youngest orders are so old may still grow."""
    found, first = [], 0
    for last in (*AGES, None):
        inside = [row for row in facts.refunds if first <= row[0] and (last is None or row[0] <= last)]
        is_over = last is not None and facts.closed >= facts.span.last + last * DAY
        if inside or facts.closed >= facts.span.first + first * DAY:
            amount = sum((amount for _age, _cases, amount in inside), Decimal(0))
            found.append(Age(first, last, sum(cases for _age, cases, _amount in inside), amount, is_over))
        else:
            found.append(Age(first, last, None, None, is_over))
        first = (last or 0) + 1
    return found
