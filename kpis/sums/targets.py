"""What people set and type: the month's targets and the day's entries, checked against the catalogue.

Each call is one transaction that counts the data version up. An entry marks its day stale; the caller has it
counted.
"""

import datetime as dt
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kpis.measures import ENTRY_MEASURES, MEASURES
from kpis.metrics import METRICS, Metric
from kpis.models import Entry, Plan, Target
from kpis.models.rollups import bump, mark_stale
from kpis.year.plan_cells import Change, Refused, set_cells
from kpis.year.plan_rows import is_made, metric_row
from opsplan.lib import cells, clock
from opsplan.lib.money import CENT
from staff.models import User
from stores.models import Store

LARGEST = Decimal(10) ** 13
# a part cannot be larger than its whole
PARTS = {
    "good_ratings": "ratings",
    "member_buyers": "member_total",
    "new_members": "member_total",
    "new_member_buyers": "new_members",
    "deep_visits": "visits",
    "long_visits": "visits",
    "coupons_used": "coupons_claimed",
    "deposit_buyers": "deposit_uv",
    "shipped_on_time": "ship_due",
    "chat_answered": "chat_asked",
    "bad_reviews_old": "bad_reviews",
    "new_items_sold": "new_items",
}
RANKS = ("search_rank", "category_rank")
ANYTHING = Decimal("NaN")  # as `was`: whatever stands there, it is typed over


class Overtaken(Exception):
    """Somebody typed otherwise meanwhile; `entry`: what stands there now, None where it was emptied."""

    def __init__(self, entry: Entry | None) -> None:
        self.entry = entry
        super().__init__()


def plannable() -> list[str]:
    """The keys a target can be set for."""
    return [key for key, metric in METRICS.items() if metric.plannable]


def set_target(
    store: Store, metric: str, month: dt.date, value: Decimal | int | str | None, by: User | None = None
) -> Target | None:
    """Set the target of a metric for the month that holds `month`; None takes it away.

    Yuan for amounts, a fraction for rates (0.05 is 5 %), for `uv` the visitors of one day. Where the year has a plan
    in force it is that plan's cell, and the plan's other factors follow.
    ValidationError by field: `metric` (naming the valid keys) or `value`.
    """
    known = METRICS.get(metric)
    if known is None or not known.plannable:
        text = _("No target can be set for %(metric)s; choose one of: %(valid)s.")
        raise ValidationError({"metric": text % {"metric": metric, "valid": ", ".join(plannable())}})
    first = month.replace(day=1)
    number = None if value is None else _target_number(known, value)
    plan = Plan.objects.filter(store=store, year=month.year, status=Plan.Status.APPROVED).first()
    if plan is not None:
        _amend(plan, metric, month.month, number, by)
        return Target.objects.filter(store=store, metric=metric, month=first).first()
    with transaction.atomic():
        bump(store)
        if number is None:
            for target in Target.objects.filter(store=store, metric=metric, month=first):
                target.delete()
            return None
        target, _created = Target.objects.update_or_create(
            store=store, metric=metric, month=first, defaults={"value": number, "by": by, "updated_at": clock.now()}
        )
    return target


def _amend(plan: Plan, metric: str, month: int, value: Decimal | None, by: User | None) -> None:
    """The plan in force is the one source of targets: the change goes into its grid, where other factors may follow."""
    if is_made(metric):
        text = _("%(metric)s is worked out from other rows of the plan in force.")
        raise ValidationError({"metric": text % {"metric": metric}})
    try:
        with transaction.atomic():
            if not plan.rows.filter(key=metric).exists():
                row = metric_row(metric)
                row.plan = plan
                row.save()
            set_cells(plan, [Change(metric, month, value)], by, in_force=True)
    except Refused as error:
        raise ValidationError({"value": str(error)}) from error


def _target_number(metric: Metric, value: Decimal | int | str) -> Decimal:
    number = _number(value)
    if metric.unit == "rate" and number > 1:
        raise ValidationError({"value": _("Write a rate as a fraction: five percent is 0.05.")})
    if metric.unit == "score" and number > 5:
        raise ValidationError({"value": _("A score is at most 5.")})
    if metric.unit == "money":
        return _fits(number, CENT, _("Amounts have at most two decimals."))
    if metric.unit == "count":
        return _fits(number, Decimal(1), _("A count is a whole number."))
    return _fits(number, Decimal("0.000001"), _("At most six decimals."))


def checked(store: Store, measure: str, day: dt.date, value: Decimal | int | str | None) -> Decimal | None:
    """The number as `enter` keeps it. ValidationError by field: `measure` (naming the valid keys), `day` or `value`."""
    known = ENTRY_MEASURES.get(measure)
    if known is None:
        text = _("%(measure)s cannot be typed in; choose one of: %(valid)s.")
        raise ValidationError({"measure": text % {"measure": measure, "valid": ", ".join(ENTRY_MEASURES)}})
    if day > clock.today(store.timezone):
        raise ValidationError({"day": _("This day has not come yet.")})
    number = None if value is None else _entry_number(known.unit, value)
    if measure in RANKS and number == 0:
        raise ValidationError({"value": _("The best place is 1.")})
    if number is not None:
        _check_parts(store, measure, day, number)
    return number


def enter(
    store: Store,
    measure: str,
    day: dt.date,
    value: Decimal | int | str | None,
    by: User | None = None,
    was: Decimal | None = ANYTHING,
) -> Entry | None:
    """Type a measure in for a local day; None takes the entry away. Yuan for money, whole numbers for counts.

    ValidationError by field: `measure` (naming the valid keys), `day` or `value`. Overtaken when there stands neither
    `was`, what the person saw, nor what is to stand there.
    """  # fmt: skip
    number = checked(store, measure, day, value)
    with transaction.atomic():
        bump(store)  # whoever types at the same time waits here
        if was is not ANYTHING:
            there = Entry.objects.filter(store=store, measure=measure, day=day).select_related("by").first()
            if (there.value if there else None) not in (was, number):
                raise Overtaken(there)
        mark_stale(store, [day])
        if number is None:
            for entry in Entry.objects.filter(store=store, measure=measure, day=day):
                entry.delete()
            return None
        entry, _created = Entry.objects.update_or_create(
            store=store, measure=measure, day=day, defaults={"value": number, "by": by, "updated_at": clock.now()}
        )
    return entry


def _entry_number(unit: str, value: Decimal | int | str) -> Decimal:
    number = _number(value)
    if unit == "score":
        if number > 5:
            raise ValidationError({"value": _("A score is at most 5.")})
        return _fits(number, Decimal("0.0001"), _("At most four decimals."))
    if unit == "money":
        return _fits(number, CENT, _("Amounts have at most two decimals."))
    if unit in ("hours", "seconds"):
        return _fits(number, CENT, _("At most two decimals."))
    return _fits(number, Decimal(1), _("A count is a whole number."))


def _check_parts(store: Store, measure: str, day: dt.date, number: Decimal) -> None:
    for part, whole in PARTS.items():
        if measure not in (part, whole):
            continue
        other = whole if measure == part else part
        found = Entry.objects.filter(store=store, measure=other, day=day).values_list("value", flat=True).first()
        if found is not None and (number > found if measure == part else number < found):
            text = _("%(part)s cannot be more than %(whole)s.")
            raise ValidationError(
                {"value": text % {"part": _(MEASURES[part].label), "whole": _(MEASURES[whole].label)}}
            )


def _number(value: Decimal | int | str) -> Decimal:
    try:
        number = cells.number(value)
    except cells.Unreadable as problem:
        wrong = _("%s is not a number.") % repr(str(value)[:40])
        raise ValidationError({"value": _(str(problem)) if problem.is_comma else wrong}) from None
    if not 0 <= number < LARGEST:
        raise ValidationError({"value": _("A value lies between 0 and ten trillion.")})
    return number


def _fits(number: Decimal, step: Decimal, otherwise: str) -> Decimal:
    if number % step:
        raise ValidationError({"value": otherwise})
    return number.quantize(step)
