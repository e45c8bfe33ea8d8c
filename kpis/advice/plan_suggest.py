"""Twelve month amounts to begin with: last year's shape grown, a template's shares, or quarter shares."""

import datetime as dt
from calendar import monthrange
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median

from django.utils.translation import gettext as _

from kpis import queries
from kpis.models import Plan
from kpis.planning.factors import SALES
from kpis.planning.shares import QUARTERS, TEMPLATES, aligned_shape, months_by_quarter, parts_of
from kpis.planning.year import month_days
from kpis.year.plan_cells import LARGEST
from opsplan.lib import cells, clock
from opsplan.lib.money import CENT
from opsplan.lib.periods import DAY, Period
from stores.calendars import calendar_of

FESTIVALS = {"spring_festival": 15, "mid_autumn": 5}  # those that move, and the days that go with them
PROMO_RANK = 2  # platform events from this rank on are lines of their own
GROWTH = Decimal("0.2")
ENOUGH = 7  # days that must be known of a month for the others to be taken like them


@dataclass(frozen=True)
class PromoDay:
    """The peak of a platform event as a line of its own: yuan, contained in its month."""

    name: str
    day: dt.date
    amount: Decimal


@dataclass(frozen=True)
class Suggestion:
    """Yuan from January to December (None: too little is known of that month of last year), the promo days in it, and
    how many days of last year it stands on (0 = none). part: month -> how many of its days were known, where not all
    were; the others are taken to have been like these."""

    months: tuple[Decimal | None, ...]
    promo: tuple[PromoDay, ...] = ()
    days: int = 0
    part: Mapping[int, int] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        return sum((x for x in self.months if x is not None), Decimal(0))


def suggestion(plan: Plan, asked: Mapping[str, str]) -> Suggestion:
    """`from`: last_year with `growth` (in percent), or template (`template`) or quarters (`shares`: four numbers), both
    with `total`. ValueError with a sentence when something is missing."""
    source = asked.get("from", "")
    if source == "last_year":
        return by_last_year(plan, percent(asked.get("growth", "")))
    if source == "template":
        return Suggestion(tuple(parts_of(total_of(asked), template(asked.get("template", "")))))
    if source == "quarters":
        days = month_days(plan.year, plan.month_basis)
        return Suggestion(tuple(months_by_quarter(total_of(asked), quarters(asked.get("shares", "")), days)))
    raise ValueError(_("Choose what to begin with."))


def percent(text: str) -> Decimal:
    if not text.strip():
        return GROWTH
    try:
        number = cells.read(text, "rate")
    except cells.Unreadable as problem:
        raise ValueError(_(str(problem))) from None
    if not -1 < number <= 100:
        raise ValueError(_("Growth is a number of percent, more than −100."))
    return number


def total_of(asked: Mapping[str, str]) -> Decimal:
    try:
        total = cells.read(asked.get("total", ""), "money")
    except ValueError:
        raise ValueError(_("Type the year's sales, like 9,060k.")) from None
    if not 0 < total < LARGEST:
        raise ValueError(_("Type the year's sales, like 9,060k."))
    return total.quantize(CENT)


def template(key: str) -> Sequence[int]:
    if key not in TEMPLATES:
        raise ValueError(_("Choose a template."))
    return TEMPLATES[key][1]


def quarters(text: str) -> list[Decimal]:
    """`23 25 22 30`: four shares, however separated."""
    if not text.strip():
        return list(QUARTERS)
    try:
        shares = [cells.read(part.removesuffix("%")) for part in text.replace("/", " ").replace(",", " ").split()]
    except cells.Unreadable:
        shares = []
    if len(shares) != 4 or any(share < 0 for share in shares) or not sum(shares):
        raise ValueError(_("Type four shares, like 23 25 22 30."))
    return shares


def by_last_year(plan: Plan, growth: Decimal) -> Suggestion:
    """Last year's days laid on this year and grown: promo days first, as lines of their own; festivals aligned."""
    sold = sold_by_day(plan)
    if not sold:
        raise ValueError(_("There are no sales of %(year)s to begin with.") % {"year": plan.year - 1})
    calendar = calendar_of(plan.store)
    before = {event.key: event for event in calendar.events(plan.year - 1)}
    now = {event.key: event for event in calendar.events(plan.year)}
    rest, promo = dict(sold), []
    for key, event in now.items():
        old = before.get(key)
        if event.kind == "platform" and event.rank >= PROMO_RANK and old and old.day in rest:
            amount = rest.pop(old.day) * (1 + growth)
            promo.append(PromoDay(_(event.name), event.day, amount.quantize(CENT)))
    moved = [(before[key].day, now[key].day, days) for key, days in FESTIVALS.items() if key in before and key in now]
    known = Counter(day.month for day in sold)
    shape = aligned_shape(filled(rest, set(sold), plan.year - 1), plan.year, moved)
    months = [(amount * (1 + growth)).quantize(CENT) for amount in shape]
    for line in promo:
        months[line.day.month - 1] += line.amount
    told = tuple(amount if known[n] >= ENOUGH else None for n, amount in enumerate(months, 1))
    part = {n: known[n] for n in range(1, 13) if ENOUGH <= known[n] < monthrange(plan.year - 1, n)[1]}
    return Suggestion(told, tuple(x for x in promo if told[x.day.month - 1] is not None), len(sold), part)


def filled(rest: Mapping[dt.date, Decimal], known: set[dt.date], year: int) -> dict[dt.date, Decimal]:
    """`rest` with the days nobody knows of, each like the middle one of its month's known days."""
    found = dict(rest)
    for month in range(1, 13):
        amounts = [amount for day, amount in rest.items() if day.month == month]
        if len(amounts) >= ENOUGH - 1:
            usual = median(amounts)
            days = (dt.date(year, month, n) for n in range(1, monthrange(year, month)[1] + 1))
            found |= {day: usual for day in days if day not in known}
    return found


def sold_by_day(plan: Plan) -> dict[dt.date, Decimal]:
    """Actual sales of the year before, by day; closed days that have any."""
    year, last = plan.year - 1, clock.today(plan.store.timezone) - DAY
    first, end = dt.date(year, 1, 1), min(dt.date(year, 12, 31), last)
    if end < first:
        return {}
    rows = queries.breakdown(plan.store, [SALES], Period(first, end), "day")
    found = {dt.date.fromisoformat(row.key): row.values[SALES].value for row in rows}
    return {day: amount for day, amount in found.items() if amount is not None}


def as_json(found: Suggestion) -> dict[str, object]:
    return {
        "months": [None if amount is None else f"{amount:f}" for amount in found.months],
        "part": found.part,
        "total": f"{found.total:f}",
        "days": found.days,
        "promo": [{"name": x.name, "day": x.day.isoformat(), "amount": f"{x.amount:f}"} for x in found.promo],
    }


def templates() -> list[tuple[str, str]]:
    return [(key, _(name)) for key, (name, _weights) in TEMPLATES.items()]
