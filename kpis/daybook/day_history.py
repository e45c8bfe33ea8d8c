"""What the days of a store have borne so far: weekday weights and weights of special days, learned from its sales."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from campaigns.models import Campaign
from kpis import queries
from kpis.days.day_plan import EVENT, HEAVIEST
from kpis.planning.days import learned_week, mean, ordinary
from kpis.planning.factors import SALES
from opsplan.lib import clock
from opsplan.lib.calendar import Calendar, Kind
from opsplan.lib.money import CENT
from opsplan.lib.periods import DAY, Period
from stores.calendars import sales_calendar
from stores.models import Store

REACH = 364  # days back
LONG_SALE = 14  # a campaign of more days is the shop's everyday life


@dataclass(frozen=True)
class Learned:
    """week: seven weights, Monday first, lowest 1. special: by "statutory", "makeup" and "event:<key>" (its peak day),
    on the same scale. period: the days looked at; used: how many of them are ordinary."""

    week: tuple[Decimal, ...]
    special: Mapping[str, Decimal]
    period: Period
    used: int


def learn(store: Store) -> Learned | None:
    """The weights of the last 52 weeks; None where the store has sold for too short a time."""
    last = clock.today(store.timezone) - DAY
    period, calendar = Period(last - (REACH - 1) * DAY, last), sales_calendar(store)
    figure = queries.figures(store, [SALES], period, compare=(), series=True)[SALES]
    sold = {day: amount for day, amount in figure.series if amount is not None}
    week, out = None, promo_days(store, period, calendar)
    for left_out in (out, {day for day in out if is_peak(calendar, day)}):  # near an event, then its peak only
        week = learned_week(sold, left_out)
        if week:
            out = left_out
            break
    if week is None:
        return None
    lowest = min(
        mean(ordinary([amount for day, amount in sold.items() if day not in out and day.weekday() == n]))
        for n in range(7)
    )
    special = {key: weight(amounts, lowest) for key, amounts in special_days(sold, calendar).items()}
    return Learned(tuple(week), special, period, len(sold.keys() - out))


def promo_days(store: Store, period: Period, calendar: Calendar) -> set[dt.date]:
    """Days that are not ordinary: near an event, off or worked by the State Council's notice, or in a short sale."""
    found = {day for day in period if calendar.event_offset(day) or is_special(calendar, day)}
    for first, end in Campaign.objects.filter(store=store).values_list("first_day", "last_day"):
        if (end - first).days < LONG_SALE:
            found |= {day for day in Period(first, end) if day in period}
    return found


def is_special(calendar: Calendar, day: dt.date) -> bool:
    return calendar.kind_of(day) in (Kind.STATUTORY, Kind.MAKEUP)


def is_peak(calendar: Calendar, day: dt.date) -> bool:
    near = calendar.event_offset(day)
    return is_special(calendar, day) or (near is not None and abs(near.days) <= 1)


def special_days(sold: Mapping[dt.date, Decimal], calendar: Calendar) -> dict[str, list[Decimal]]:
    """What was sold on event peaks, and on other days off or made up for."""
    found: dict[str, list[Decimal]] = {}
    for day, amount in sold.items():
        near, kind = calendar.event_offset(day), calendar.kind_of(day)
        if near and not near.days:
            found.setdefault(EVENT + near.event.key, []).append(amount)
        elif kind in (Kind.STATUTORY, Kind.MAKEUP):
            found.setdefault(kind.value, []).append(amount)
    return found


def weight(amounts: list[Decimal], lowest: Decimal) -> Decimal:
    return min((mean(amounts) / lowest).quantize(CENT, rounding=ROUND_HALF_UP), HEAVIEST)
