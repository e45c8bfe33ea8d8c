"""What the days of a store bear: one rule for the month page, for targets of part of a month, for pace and progress.

Nothing set for a month: every day bears the same. In the month in which the store opens the days before bear nothing,
unless somebody gives one of them something. What is set is written by `kpis.days.day_cells`.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from kpis.models import DayTarget, DayWeights, Target
from kpis.planning.days import EVEN, Pin, Pins, Shared, day_weights, shared, spread_like
from kpis.planning.factors import SALES
from opsplan.lib.calendar import Calendar, Kind
from opsplan.lib.money import CENT
from opsplan.lib.periods import Period
from stores.calendars import sales_calendar
from stores.models import Store

EVENT = "event:"
NOMINAL = Decimal(1_000_000)  # stands for the month where it has no target: only proportions matter then
HEAVIEST = Decimal(1000)
FREE = Pin()


@dataclass(frozen=True)
class Weights:
    """What holds from a month on. week: Monday first; special: by "statutory", "makeup", "event:<key>"."""

    since: dt.date
    week: tuple[Decimal, ...]
    special: Mapping[str, Decimal]
    is_learned: bool = False


class Book:
    """What was said about the days of one store. `weights`: rows in order of `since`."""

    def __init__(self, store: Store, weights: Sequence[Weights] = (), pins: Pins | None = None) -> None:
        self.store, self.weights, self.pins = store, tuple(weights), dict(pins or {})
        self.kept: dict[tuple[Decimal, dt.date], Shared] = {}
        self.likes: dict[tuple[Decimal, dt.date, Decimal | None, bool], dict[dt.date, Decimal]] = {}

    @cached_property
    def calendar(self) -> Calendar:
        return sales_calendar(self.store)

    def in_force(self, month: Period) -> Weights | None:
        """The weights that hold in a month; None = all days the same."""
        return next((x for x in reversed(self.weights) if x.since <= month.first), None)

    def weighable(self, month: Period) -> list[str]:
        """What may have a weight of its own beside the weekdays: days off and make-up days, events of the month's year,
        and what has one."""
        year = Period(month.first.replace(month=1, day=1), month.first.replace(month=12, day=31))
        found = self.in_force(month)
        events = [EVENT + event.key for event in self.calendar.events_in(year)]
        return list(
            dict.fromkeys((Kind.STATUTORY.value, Kind.MAKEUP.value, *events, *(found.special if found else ())))
        )

    def pins_of(self, month: Period) -> dict[dt.date, Pin]:
        return {day: pin for day in month if (pin := self.pins.get(day)) is not None}

    def is_set(self, month: Period) -> bool:
        return bool(self.weights and self.in_force(month)) or bool(self.pins and self.pins_of(month))

    def opening(self, month: Period) -> dt.date | None:
        """The day on which the store opens, where that is within the month: its first day takes nothing off it."""
        opened = self.store.opened_on
        return opened if opened and month.first < opened <= month.last else None

    def is_even(self, month: Period) -> bool:
        """Whether all its days bear the same."""
        return not self.is_set(month) and self.opening(month) is None

    def day_weights(self, month: Period, pins: Pins | None = None) -> dict[dt.date, Decimal]:
        """The weight of each day of a month, as it stands while nothing is reserved. pins: instead of those said."""
        found, opening = self.in_force(month), self.opening(month)
        special = found.special if found else {}

        def of_its_kind(day: dt.date) -> Decimal | None:
            return Decimal(0) if opening and day < opening else self.special(day, special)

        return day_weights(month, found.week if found else EVEN, of_its_kind, self.pins if pins is None else pins)

    def special(self, day: dt.date, weights: Mapping[str, Decimal]) -> Decimal | None:
        """What an event whose peak it is, a statutory day or a make-up day bears."""
        if not weights:
            return None
        peaks = [e for e in self.calendar.peaks(day) if EVENT + e.key in weights]
        if peaks:
            return weights[EVENT + max(peaks, key=lambda e: e.rank).key]
        kind = self.calendar.kind_of(day)
        return weights.get(kind.value) if kind in (Kind.STATUTORY, Kind.MAKEUP) else None

    def shared(self, total: Decimal, month: Period) -> Shared:
        """A month's sales by day."""
        at = (total, month.first)
        if at not in self.kept:
            self.kept[at] = shared(total, month, self.day_weights(month), self.pins_of(month))
        return self.kept[at]

    def bears(self, month: Period, sales: Decimal | None) -> dict[dt.date, Decimal]:
        """What each day of a month bears, 1 on average; `sales`: the month's target, where it has one."""
        if self.is_even(month):
            return dict.fromkeys(month, Decimal(1))
        total = sales or NOMINAL
        return {day: part / total * len(month) for day, part in self._exact(month, sales).items()}

    def _exact(self, month: Period, sales: Decimal | None) -> dict[dt.date, Decimal]:
        if sales:
            return self.shared(sales, month).exact
        pins = {day: pin for day, pin in self.pins_of(month).items() if pin.amount is None}
        return shared(NOMINAL, month, self.day_weights(month), pins).exact

    def amounts(self, month: Period, sales: Decimal | None) -> dict[dt.date, Decimal]:
        """Target sales by day, to the fen; {} without a target."""
        return self.shared(sales, month).amounts if sales else {}

    def like_sales(
        self, total: Decimal, month: Period, sales: Decimal | None, *, whole: bool
    ) -> dict[dt.date, Decimal]:
        """Another amount of the month (yuan, or `whole` pieces), over the days as sales are."""
        at = (total, month.first, sales, whole)
        if at not in self.likes:
            self.likes[at] = spread_like(total, self._exact(month, sales), whole=whole)
        return self.likes[at]


def books(stores: Iterable[Store]) -> dict[int, Book]:
    """The books of several stores by primary key, in two statements."""
    found = {store.pk: Book(store) for store in stores}
    rows: dict[int, list[Weights]] = {pk: [] for pk in found}
    weights = DayWeights.objects.filter(store__in=found).order_by("since")
    for pk, *told in weights.values_list("store", "since", "week", "special", "is_learned"):
        rows[pk].append(weights_of(*told))
    pins = DayTarget.objects.filter(store__in=found).order_by()
    fields = ("store", "day", "amount", "share", "weight", "is_locked")
    for pk, day, amount, share, weight, is_locked in pins.values_list(*fields):
        found[pk].pins[day] = Pin(amount, share, weight, is_locked)
    for pk, book in found.items():
        book.weights = tuple(rows[pk])
    return found


def book_of(store: Store) -> Book:
    return books([store])[store.pk]


def weights_of(since: dt.date, week: Sequence[str], special: Mapping[str, str], is_learned: bool) -> Weights:
    """A row of DayWeights, its numbers read."""
    numbers = {key: Decimal(special[key]) for key in sorted(special)}  # databases keep the keys in orders of their own
    return Weights(since, tuple(Decimal(x) for x in week), numbers, is_learned)


def month_target(store: Store, month: Period) -> Decimal | None:
    """Target sales of the month in yuan."""
    found = Target.objects.filter(store=store, metric=SALES, month=month.first).values_list("value", flat=True).first()
    return None if found is None else found.quantize(CENT)
