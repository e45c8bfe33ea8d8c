"""A month's plan by day: what each day is to bring, why, and what it brought; as JSON for the page and REST."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from campaigns.models import Campaign
from kpis import queries
from kpis.days.day_cells import DayChange
from kpis.days.day_plan import FREE, Book, Weights, book_of, month_target
from kpis.planning.days import Pin
from kpis.planning.factors import SALES
from kpis.planning.shares import plain
from kpis.year.plan_cells import ANYTHING, Conflict, Place, Refused
from opsplan.lib import cells, clock
from opsplan.lib.calendar import Kind
from opsplan.lib.money import CENT
from opsplan.lib.periods import DAY, Period
from stores.models import Store

MOST_CHANGES = 62
PEAK_RANK = 1


@dataclass(frozen=True)
class PlanDay:
    """target: yuan, None without a target of the month. share: of the month. events: names whose peak it is, then names
    that reach it. actual: closed days with data only. rate: actual over target."""

    day: dt.date
    target: Decimal | None
    share: Decimal | None
    weight: Decimal
    pin: Pin
    kind: Kind
    holiday: str
    peaks: tuple[str, ...]
    campaigns: tuple[str, ...]
    actual: Decimal | None
    rate: Decimal | None
    is_closed: bool
    is_today: bool


@dataclass(frozen=True)
class MonthPlan:
    """squeezed: what is reserved does not fit the month's target any more. opening: the day on which the store opens
    within this month."""

    store: Store
    month: Period
    target: Decimal | None
    days: tuple[PlanDay, ...]
    weights: Weights | None
    squeezed: bool
    is_set: bool
    opening: dt.date | None = None


def month_plan(store: Store, month: Period, book: Book | None = None) -> MonthPlan:
    book = book or book_of(store)
    total, today = month_target(store, month), clock.today(store.timezone)
    shared = book.shared(total, month) if total else None
    weights = book.day_weights(month)
    brought = actuals(store, month, today)
    sales = list(Campaign.objects.filter(store=store, first_day__lte=month.last, last_day__gte=month.first))
    days = []
    for day in month:
        target = shared.amounts[day] if shared else None
        actual = brought.get(day)
        peaks = [e.name for e in book.calendar.events_in(Period(day, day)) if e.day == day and e.rank >= PEAK_RANK]
        days.append(
            PlanDay(
                day, target, target / total if target is not None and total else None, weights[day],
                book.pins.get(day, FREE), book.calendar.kind_of(day), book.calendar.holiday(day), tuple(peaks),
                tuple(c.name for c in sales if c.first_day <= day <= c.held_to(store.timezone)), actual,
                actual / target if actual is not None and target else None, day < today, day == today,
            )
        )  # fmt: skip
    return MonthPlan(
        store, month, total, tuple(days), book.in_force(month), bool(shared and shared.squeezed), book.is_set(month),
        book.opening(month),
    )  # fmt: skip


def actuals(store: Store, month: Period, today: dt.date) -> dict[dt.date, Decimal]:
    """Sales of the closed days in yuan; days without data are left out."""
    last = min(month.last, today - DAY)
    if last < month.first:
        return {}
    figure = queries.figures(store, [SALES], Period(month.first, last), compare=(), series=True)[SALES]
    return {day: value for day, value in figure.series if value is not None}


# --- JSON -------------------------------------------------------------------------------------------------------------


def month_json(plan: MonthPlan) -> dict[str, Any]:
    """Numbers as strings (yuan, fractions); null = none. `set` says what somebody fixed on a day: amount, share or
    weight; {} = it follows."""
    return {
        "store": plan.store.slug,
        "month": f"{plan.month.first:%Y-%m}",
        "target": text(plan.target),
        "squeezed": plan.squeezed,
        "version": queries.version(plan.store),
        "weights": weights_json(plan.weights),
        "days": [day_json(day) for day in plan.days],
    }


def weights_json(weights: Weights | None) -> dict[str, Any] | None:
    if weights is None:
        return None
    special = {key: text(value) for key, value in weights.special.items()}
    week = [text(x) for x in weights.week]
    return {"since": f"{weights.since:%Y-%m}", "week": week, "special": special, "is_learned": weights.is_learned}


def day_json(day: PlanDay) -> dict[str, Any]:
    short = [None if x is None else plain(x) for x in (day.pin.share, day.pin.weight)]
    fixed = {"amount": day.pin.amount, "share": short[0], "weight": short[1]}
    return {
        "day": day.day.isoformat(),
        "target": text(day.target),
        "share": None if day.share is None else f"{day.share:.6f}",
        "weight": text(day.weight),
        "set": {name: text(value) for name, value in fixed.items() if value is not None},
        "locked": day.pin.locked,
        "kind": day.kind.value,
        "actual": text(day.actual),
        "achievement": None if day.rate is None else f"{day.rate:.6f}",
    }


def text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def changes_of(month: Period, items: object) -> list[DayChange]:
    """JSON items [{day, typed | amount | share | weight | locked, was}] as changes. Refused names the day.

    `typed` is what a person wrote: `60万` an amount, `30%` a share of the month, `x1.5` a weight, "" lets it follow.
    """
    if not isinstance(items, Sequence) or isinstance(items, str) or not 0 < len(items) <= MOST_CHANGES:
        raise Refused([Place("", f"{month.first}", error=_("Send a list of 1 to %d days.") % MOST_CHANGES)])
    found = []
    for item in items:
        try:
            found.append(change_of(item))
        except (ValueError, InvalidOperation, TypeError, KeyError) as problem:
            name = str(item.get("day", "")) if isinstance(item, Mapping) else ""
            error = _(cells.sentence_of(problem))
            raise Refused([Place(name, f"{month.first}", error=error)]) from None
    return found


def change_of(item: Any) -> DayChange:
    """One item. ValueError, InvalidOperation, TypeError or KeyError when it cannot be read."""
    day, was = dt.date.fromisoformat(str(item["day"])), item.get("was", ANYTHING)
    if "locked" in item:
        return DayChange(day, "locked", bool(item["locked"]), was)
    seen = was if was is ANYTHING or was is None else Decimal(str(was)).quantize(CENT)
    if "typed" in item:
        return DayChange(day, *read(str(item["typed"] or "")), seen)
    field = next(name for name in ("amount", "share", "weight", "none") if name in item or name == "none")
    return DayChange(day, field, None if item[field] is None else cells.number(item[field]), seen)


def read(typed: str) -> tuple[str, Decimal | None]:
    """Which field a person meant, and its number. ValueError when it is no number."""
    short = typed.strip().replace("％", "%").replace("×", "x").lower()
    if not short:
        return "amount", None
    if short.endswith("%"):
        return "share", cells.read(short, "rate")
    if short.startswith("x") or short.endswith("x"):
        return "weight", cells.read(short.strip("x"), "ratio")
    return "amount", cells.read(short, "money")


def problem_json(error: Conflict | Refused) -> tuple[int, dict[str, Any]]:
    """409 with what stands on each day, or 422 with the reason of each."""
    if isinstance(error, Conflict):
        return 409, {"conflicts": [{"day": x.row, "now": now_json(x), "by": x.by, "at": x.at} for x in error.places]}
    return 422, {"errors": [{"day": x.row, "message": x.error} for x in error.places]}


def now_json(place: Place) -> str | bool | None:
    return text(place.now) if isinstance(place.now, Decimal) else place.now if isinstance(place.now, bool) else None
