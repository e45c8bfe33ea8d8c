"""How many people a duty needs for what is sold (S093: 具体人数按销量来定), with the arithmetic.

A day's work ÷ what one person sees to in a day = people at once; as each works some days of seven, so many more are on
the team; never fewer than the least. What one person sees to is our assumption until the store says its own.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staff.duties import duty_choices
from staff.models import DutyLoad
from staff.roles import Duty
from stores.models import Store

Basis = DutyLoad.Basis
DAYS = 28  # looked back, and ahead
WEEK = 7
MOST = 100_000  # of work a person a day


@dataclass(frozen=True)
class Rule:
    """is_own: the store has said it. source: the requirement `least` comes from; says: what that one tells."""

    basis: str = ""
    per_day: int = 0
    days_a_week: int = 6
    least: int = 0
    source: str = ""
    says: Promise | str = ""
    is_own: bool = False


USUAL: dict[str, Rule] = {
    Duty.OPERATIONS: Rule(least=1, source="S093", says=gettext_lazy("one operations manager")),
    Duty.SERVICE: Rule(
        Basis.ORDERS, 100, 6, 2, "S093",
        gettext_lazy("2 to 4 people at first, then as sales need"),
    ),
    Duty.LOGISTICS: Rule(
        Basis.ORDERS, 200, 6, 1, "S093",
        gettext_lazy("one person at first; the company's storekeeper may stand in"),
    ),
    Duty.PROMOTION: Rule(least=1, source="S094", says=gettext_lazy("one person; at first operations covers")),
    Duty.FINANCE: Rule(least=1, source="S094", says=gettext_lazy("one person")),
    Duty.DESIGN: Rule(least=1, source="S095", says=gettext_lazy("needed from the beginning, as is customer service")),
}  # fmt: skip


@dataclass(frozen=True)
class Load:
    """A day's work: as it was (average of `known` days, the busiest of them) and as the plan's sales will bring it."""

    average: Decimal | None = None
    known: int = 0
    most: Decimal | None = None
    most_on: dt.date | None = None
    planned: Decimal | None = None
    planned_most: Decimal | None = None
    planned_most_on: dt.date | None = None


@dataclass(frozen=True)
class Need:
    """people: on the team; at_once: in one day, from `a_day` (the larger of what was and what is planned); peak: in one
    day, on the busiest (`peak_on`). None: not known."""

    rule: Rule
    load: Load
    a_day: Decimal | None = None
    at_once: Decimal | None = None
    with_days_off: Decimal | None = None
    people: int = 0
    peak: int | None = None
    peak_on: dt.date | None = None

    @property
    def is_unknown(self) -> bool:
        return bool(self.rule.basis) and self.a_day is None

    @property
    def helpers(self) -> int:
        """People to be borrowed on the busiest day (弹性团队, S095)."""
        return max(0, (self.peak or 0) - self.people)


def need(rule: Rule, load: Load) -> Need:
    """People a rule asks for at this load: at once, with days off, at the peak; None where no day is known."""
    known = [x for x in (load.average, load.planned) if x is not None]
    if not rule.basis or not rule.per_day or not known:
        return Need(rule, load, people=rule.least)
    a_day = max(known)
    at_once = a_day / rule.per_day
    with_days_off = at_once * WEEK / rule.days_a_week
    peaks = [
        (x, day) for x, day in ((load.most, load.most_on), (load.planned_most, load.planned_most_on)) if x is not None
    ]
    peak, peak_on = max(peaks, key=lambda x: x[0]) if peaks else (None, None)
    return Need(
        rule, load, a_day, at_once, with_days_off, max(rule.least, up(with_days_off)),
        None if peak is None else up(peak / rule.per_day), peak_on,
    )  # fmt: skip


def up(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_CEILING))


Days = Sequence[tuple[dt.date, Decimal | None]]


def loads(orders: Days, enquiries: Days, sales: Days, planned: Mapping[dt.date, Decimal | None]) -> dict[str, Load]:
    """The work of the last days by basis; what is planned of sales, through what an order came to and how many asked
    for each order, on the days that have both."""
    each = per(sales, orders)  # sales an order
    asked = per(enquiries, orders)  # enquirers an order
    ahead = {} if not each else {day: x / each for day, x in planned.items() if x is not None}
    asking = {} if asked is None else {day: x * asked for day, x in ahead.items()}
    return {Basis.ORDERS: load_of(orders, ahead), Basis.ENQUIRIES: load_of(enquiries, asking)}


def per(above: Days, below: Days) -> Decimal | None:
    under = dict(below)
    pairs = [(x, y) for day, x in above if x is not None and (y := under.get(day)) is not None]
    whole = sum((y for _x, y in pairs), Decimal(0))
    return sum((x for x, _y in pairs), Decimal(0)) / whole if whole else None


def load_of(days: Days, ahead: Mapping[dt.date, Decimal]) -> Load:
    """Means and peaks of the known days and of those planned."""
    known = [(x, day) for day, x in days if x is not None]
    most = max(known, default=(None, None))
    coming = max(((x, day) for day, x in ahead.items()), default=(None, None))
    return Load(
        average=sum((x for x, _day in known), Decimal(0)) / len(known) if known else None,
        known=len(known),
        most=most[0],
        most_on=most[1],
        planned=sum(ahead.values(), Decimal(0)) / len(ahead) if ahead else None,
        planned_most=coming[0],
        planned_most_on=coming[1],
    )


def rules(store: Store) -> dict[str, Rule]:
    """Duty -> what is reckoned with."""
    own = {
        x.duty: Rule(x.basis, x.per_day, x.days_a_week, x.least, is_own=True)
        for x in DutyLoad.objects.filter(store=store)
    }
    return {key: own.get(key) or USUAL.get(key, Rule()) for key, _name in duty_choices(store)}


def set_rule(
    store: Store, key: str, basis: str, per_day: int | None, days_a_week: int | None, least: int | None
) -> None:
    """ValidationError by field."""
    if key not in {key for key, _name in duty_choices(store)}:
        raise ValidationError({"duty": _("Choose a duty of this store.")})
    if basis not in Basis.values:
        raise ValidationError({"basis": _("Choose what the work is counted in.")})
    if basis and (per_day is None or not 1 <= per_day <= MOST):
        raise ValidationError({"per_day": _("Say how much one person sees to in a day: 1 to 100,000.")})
    if days_a_week is None or not 1 <= days_a_week <= WEEK:
        raise ValidationError({"days_a_week": _("Give the days a person works in a week, 1 to 7.")})
    if least is None or not 0 <= least <= 200:
        raise ValidationError({"least": _("Give a number from 0 to 200.")})
    told = {"basis": basis, "per_day": per_day or 0, "days_a_week": days_a_week, "least": least}
    DutyLoad.objects.update_or_create(store=store, duty=key, defaults=told)


def forget_rule(store: Store, key: str) -> None:
    """Reckon with what is usual again."""
    DutyLoad.objects.filter(store=store, duty=key).delete()
