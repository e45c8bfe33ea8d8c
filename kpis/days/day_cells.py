"""Fixing days of a month, and what days weigh: all of a change or nothing, conflicts by day, history, undo and redo."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kpis.days.day_plan import FREE, HEAVIEST, NOMINAL, Book, book_of, month_target
from kpis.models import DayEdit, DayTarget, DayWeights, PlanEdit
from kpis.models.rollups import bump
from kpis.planning.days import Pin, Pins, check
from kpis.planning.shares import Contradiction, plain
from kpis.year.plan_cells import ANYTHING, LARGEST, Conflict, Place, Refused, last_set
from opsplan.lib import clock
from opsplan.lib.money import CENT
from opsplan.lib.periods import Period, month_of
from staff.models import User
from stores.models import Store

WEIGHTS = "weights:"  # before the first day they hold from, in the steps of work on a month


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
