"""What the days of a store bear: one rule for the month page, for targets of part of a month, for pace and progress.

`Book` reads it, `set_days` and its kin write it. Nothing set for a month: every day bears the same. In the month in
which the store opens the days before bear nothing, unless somebody gives one of them something.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kpis.models import DayEdit, DayTarget, DayWeights, PlanEdit, Target
from kpis.models.rollups import bump
from kpis.plan_cells import ANYTHING, LARGEST, Conflict, Place, Refused, last_set
from kpis.planning.days import EVEN, Pin, Pins, Shared, check, day_weights, shared, spread_like
from kpis.planning.factors import SALES
from kpis.planning.shares import Contradiction, plain
from opsplan.lib import clock
from opsplan.lib.calendar import Calendar, Kind
from opsplan.lib.money import CENT
from opsplan.lib.periods import Period, month_of
from staff.models import User
from stores.calendars import sales_calendar
from stores.models import Store

EVENT = "event:"
WEIGHTS = "weights:"  # before the first day they hold from, in the steps of work on a month
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


# --- writing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DayChange:
    """What a day is to become. field: amount, share, weight (a number, None frees the day) or locked (a bool).
    `was`: the target the person saw (yuan), or the lock; ANYTHING skips the check."""

    day: dt.date
    field: str
    value: Decimal | bool | None
    was: object = ANYTHING


def set_days(store: Store, month: Period, changes: Sequence[DayChange], by: User | None) -> Book:
    """Store all changes or nothing; the month's other days follow. Raises Conflict or Refused; places name days."""
    with transaction.atomic():
        bump(store)  # holds other writers off
        book, total = book_of(store), month_target(store, month)
        amounts = book.amounts(month, total)
        clashes = [
            Place(x.day.isoformat(), month.first.isoformat(), now, **last_set(said(store, x.day)))
            for x in changes
            if x.was is not ANYTHING and (now := standing(book, amounts, x)) != x.was
        ]
        if clashes:
            raise Conflict(clashes)
        before = book.pins_of(month)
        for change in changes:
            why = refusal(book, month, total, change)
            if why:
                raise Refused([Place(change.day.isoformat(), month.first.isoformat(), error=why)])
            book.pins[change.day] = pinned(book.pins.get(change.day, FREE), change, amounts.get(change.day))
        fits(book, month, total, changes[0].day)
        keep(store, month, before, book.pins_of(month), by)
    return book_of(store)


def said(store: Store, day: dt.date) -> DayTarget | None:
    """What was said about the day last; None where it only follows."""
    return DayTarget.objects.filter(store=store, day=day).select_related("by").first()


def standing(book: Book, amounts: Mapping[dt.date, Decimal], change: DayChange) -> Decimal | bool | None:
    """What the person should have seen: the day's target, or whether it is locked."""
    return book.pins.get(change.day, FREE).locked if change.field == "locked" else amounts.get(change.day)


def refusal(book: Book, month: Period, total: Decimal | None, change: DayChange) -> str:
    """Why the day cannot take this, or ""."""
    pin, value = book.pins.get(change.day, FREE), change.value
    if change.day not in month:
        return _("This day is not in the month.")
    if change.field == "locked":
        return _("The month has no target yet; set it first.") if value and total is None else ""
    if pin.locked:
        return _("This day is locked.")
    if value is None:
        return ""
    if isinstance(value, bool) or not value.is_finite() or not 0 <= value < LARGEST:
        return _("A value lies between 0 and ten trillion.")
    if change.field == "amount" and total is None:
        return _("The month has no target yet; set it first.")
    if change.field == "share" and value > 1:
        return _("A share is at most 100 %.")
    if change.field == "weight" and value > HEAVIEST:
        return _("A weight is at most 1000.")
    return ""


def pinned(pin: Pin, change: DayChange, now: Decimal | None) -> Pin:
    """The day after the change; `now`: its target so far."""
    if change.field == "locked":
        return Pin(amount=now, locked=True) if change.value else replace(pin, locked=False)
    if change.value is None:
        return Pin(weight=pin.weight) if change.field != "weight" else replace(pin, weight=None)
    value = Decimal(change.value)
    if change.field == "amount":
        return Pin(amount=value.quantize(CENT))
    if change.field == "share":
        return Pin(share=plain(value.quantize(Decimal("0.000001"))))
    return Pin(weight=plain(value.quantize(Decimal("0.0001"))))


def fits(book: Book, month: Period, total: Decimal | None, day: dt.date) -> None:
    try:
        check(total or NOMINAL, month, book.day_weights(month), {
            day: pin for day, pin in book.pins_of(month).items() if total is not None or pin.amount is None
        })  # fmt: skip
    except Contradiction as error:
        text = _(error.text) % {name: f"{x:,}" if isinstance(x, Decimal) else x for name, x in error.params.items()}
        raise Refused([Place(day.isoformat(), month.first.isoformat(), error=text)]) from error


def state_of(pin: Pin) -> dict[str, Any]:
    numbers = {"amount": pin.amount, "share": pin.share, "weight": pin.weight}
    return {name: None if x is None else f"{x:f}" for name, x in numbers.items()} | {"locked": pin.locked}


def pin_of(state: Mapping[str, Any]) -> Pin:
    read = {name: None if state[name] is None else Decimal(state[name]) for name in ("amount", "share", "weight")}
    return Pin(**read, locked=state["locked"])


def keep(store: Store, month: Period, before: Pins, now: Pins, by: User | None) -> None:
    """Write what moved, as one step that can be undone."""
    days = [day for day in month if before.get(day, FREE) != now.get(day, FREE)]
    if not days:
        return
    note(store, month, by, {x.isoformat(): [state_of(before.get(x, FREE)), state_of(now.get(x, FREE))] for x in days})
    write(store, {day: now.get(day, FREE) for day in days}, by)


def note(store: Store, month: Period, by: User | None, changes: Mapping[str, Sequence[Any]]) -> None:
    """A step of work on this month; what was undone before it can no longer be done again."""
    mine = DayEdit.objects.filter(store=store, month=month.first, by=by, state=PlanEdit.State.UNDONE)
    mine.update(state=PlanEdit.State.GONE)
    DayEdit.objects.create(store=store, month=month.first, by=by, at=clock.now(), changes=changes)


def write(store: Store, pins: Pins, by: User | None) -> None:
    """Store what was fixed; a day that is free again loses its row."""
    at = clock.now()
    DayTarget.objects.filter(store=store, day__in=[day for day, pin in pins.items() if pin == FREE]).delete()
    for day, pin in pins.items():
        if pin != FREE:
            DayTarget.objects.update_or_create(
                store=store, day=day,
                defaults={"amount": pin.amount, "share": pin.share, "weight": pin.weight, "is_locked": pin.locked,
                          "by": by, "updated_at": at},
            )  # fmt: skip


def undo(store: Store, month: Period, by: User) -> Book | None:
    """Take back this person's last step. None when there is none; Conflict when others built on it."""
    return _turned(store, month, by, PlanEdit.State.DONE, PlanEdit.State.UNDONE)


def redo(store: Store, month: Period, by: User) -> Book | None:
    """Do again what this person undid last."""
    return _turned(store, month, by, PlanEdit.State.UNDONE, PlanEdit.State.DONE)


def _turned(store: Store, month: Period, by: User, having: str, becoming: str) -> Book | None:
    backwards = becoming == PlanEdit.State.UNDONE
    with transaction.atomic():
        bump(store)
        edits = DayEdit.objects.filter(store=store, month=month.first, by=by, state=having)
        edit = edits.order_by("-id" if backwards else "id").first()
        if edit is None:
            return None
        book, wanted, weights, clashes = book_of(store), {}, {}, []
        for text, (old, new) in edit.changes.items():
            there, then = (new, old) if backwards else (old, new)
            if text.startswith(WEIGHTS):
                since = dt.date.fromisoformat(text.removeprefix(WEIGHTS))
                weights[since] = then
                if weights_state(store, since) != there:
                    clashes.append(Place("weights", month.first.isoformat()))
                continue
            day = dt.date.fromisoformat(text)
            if book.pins.get(day, FREE) != pin_of(there):
                now = book.pins.get(day, FREE).amount
                clashes.append(Place(text, month.first.isoformat(), now, **last_set(said(store, day))))
            wanted[day] = pin_of(then)
        if clashes:
            raise Conflict(clashes)
        write(store, wanted, by)
        for since, then in weights.items():
            write_weights(store, since, then, by)
        fits(book_of(store), month, month_target(store, month), next(iter(wanted), month.first))
        edit.state = becoming
        edit.save(update_fields=["state"])
    return book_of(store)


def weights_state(store: Store, since: dt.date) -> dict[str, Any] | None:
    """What holds from this very month on, as history writes it; None where nothing begins then."""
    row = DayWeights.objects.filter(store=store, since=since).first()
    return {"week": row.week, "special": row.special, "learned": row.is_learned} if row else None


def write_weights(store: Store, since: dt.date, state: Mapping[str, Any] | None, by: User | None) -> None:
    if state is None:
        DayWeights.objects.filter(store=store, since=since).delete()
        return
    DayWeights.objects.update_or_create(
        store=store, since=since,
        defaults={"week": state["week"], "special": state["special"], "is_learned": state["learned"],
                  "by": by, "updated_at": clock.now()},
    )  # fmt: skip


def set_weights(
    store: Store,
    since: dt.date,
    week: Sequence[Decimal],
    special: Mapping[str, Decimal],
    by: User | None,
    *,
    is_learned: bool = False,
) -> None:
    """The weights from the month of `since` on. Refused: a weight out of bounds, or none of the week above 0."""
    numbers = [*week, *special.values()]
    if len(week) != 7 or any(not x.is_finite() or not 0 <= x <= HEAVIEST for x in numbers) or not any(week):
        raise Refused([Place("", "", error=_("A weight lies between 0 and 1000, and one weekday has more than 0."))])
    first = month_of(since).first
    state = {
        "week": [f"{plain(x):f}" for x in week],
        "special": {key: f"{plain(x):f}" for key, x in special.items()},
        "learned": is_learned,
    }
    turn_weights(store, month_of(since), first, state, by)


def forget_weights(store: Store, since: dt.date, month: Period, by: User | None) -> None:
    """What held before `since` holds again; said on the page of `month`."""
    turn_weights(store, month, since, None, by)


def turn_weights(store: Store, month: Period, since: dt.date, state: dict[str, Any] | None, by: User | None) -> None:
    """Store what holds from `since` on, as a step of work on `month` that can be undone."""
    with transaction.atomic():
        bump(store)
        before = weights_state(store, since)
        if before != state:
            note(store, month, by, {f"{WEIGHTS}{since}": [before, state]})
            write_weights(store, since, state, by)
