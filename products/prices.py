"""What a price may be (pure): the floor, the two looks back, no raise before a cut, no inflated list price.

Money is integer fen; days are local. The rules stand in domain.md 3.5; every number is a setting of the store.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Literal

from opsplan.lib.periods import DAY
from opsplan.lib.text import gettext_noop as _

Severity = Literal["block", "warn"]
Numbers = dict[str, int | Decimal | dt.date | str | None]
BASE_DAYS = 7  # the law's look back for a struck-through price


@dataclass(frozen=True)
class Limits:
    """A store's price rules; rates are fractions.

    floor: the lowest price as a share of list (S052). raise_rate, raise_days: a list price raised by more than so much
    within so many days before a promotion is a raise before the cut. inflated_days: how far back list is held against
    what was ever paid.
    """

    floor: Decimal = Decimal("0.70")
    raise_rate: Decimal = Decimal("0.10")
    raise_days: int = 30
    inflated_days: int = 90


@dataclass(frozen=True)
class Event:
    """A platform event: whether the floor holds there, and its lowest-price rule (price <= factor x lowest of N days).

    lookback_days 0 = the event has no such rule. after_days: so many days after it nothing may be cheaper (价保).
    """

    key: str
    name: str
    is_exempt: bool = False
    lookback_days: int = 0
    factor: Decimal = Decimal(1)
    after_days: int = 0


@dataclass(frozen=True)
class Paid:
    """The lowest and highest unit price paid on a local day, fen."""

    day: dt.date
    lowest: int
    highest: int


@dataclass(frozen=True)
class Listed:
    """A list price (fen) and the local day from which it was asked."""

    since: dt.date
    price: int


@dataclass(frozen=True)
class Finding:
    """A broken rule: its key, how grave it is, the numbers (fen, days, rates) and a sentence with holes for them."""

    rule: str
    severity: Severity
    sentence: str
    numbers: Numbers = field(default_factory=dict)


RULES = {
    "floor": _("Price floor"),
    "no_list": _("List price unknown"),
    "above_list": _("Above the list price"),
    "seven_day": _("Lowest price of 7 days"),
    "never_sold": _("Never sold"),
    "lookback": _("Lowest price the event looks back to"),
    "lookback_floor": _("Event price against the floor"),
    "afterwards": _("No lower price after an event"),
    "raised": _("Raised before the cut"),
    "inflated": _("Inflated list price"),
}


def list_on(listed: Sequence[Listed], day: dt.date) -> int | None:
    """The list price in force on a day; None before the first."""
    found = max((x for x in listed if x.since <= day), key=lambda x: x.since, default=None)
    return found.price if found else None


def floor_price(list_fen: int, floor: Decimal) -> int:
    """The lowest price the floor allows, rounded up to the fen."""
    return int((list_fen * floor).to_integral_value(ROUND_CEILING))


def lowest(paid: Sequence[Paid], start: dt.date, days: int) -> int | None:
    """The lowest price paid in the `days` before `start` (start itself is not among them); None without a sale."""
    return min((x.lowest for x in paid if start - days * DAY <= x.day < start), default=None)


def base_price(paid: Sequence[Paid], start: dt.date) -> tuple[int | None, dt.date | None]:
    """The base of a price cut: the lowest price of the seven days before it; without a sale in them the price of the
    last day that had one, with that day. (None, None): never sold."""
    found = lowest(paid, start, BASE_DAYS)
    if found is not None:
        return found, None
    last = max((x for x in paid if x.day < start), key=lambda x: x.day, default=None)
    return (last.lowest, last.day) if last else (None, None)


def check(
    price: int,
    listed: Sequence[Listed],
    paid: Sequence[Paid],
    start: dt.date,
    limits: Limits,
    event: Event | None = None,
    today: dt.date | None = None,
    asked_on: dt.date | None = None,
    shown: int | None = None,
) -> list[Finding]:
    """What speaks against selling at `price` (fen, after every discount the merchant bears) from the day `start` on;
    asked_on: on that later day of it, when another list price is asked; shown: the price of one piece that the event is
    entered with (活动价), which its lowest-price rule is about, where more comes off afterwards.

    The looks back end on the day before `start`, not today and not that later day. That nothing was sold in the seven
    days before is not said as long as none of them has come by `today`. [] = nothing does.
    """
    day, entered = asked_on or start, price if shown is None else shown
    asked = list_on(listed, day)
    if asked is None:
        text = _(
            "No list price is known, so these cannot be checked: the price floor, what may be struck through, a raise "
            "before the cut and an inflated list price."
        )
        found = [Finding("no_list", "warn", text)]
        return found + _looked_back(entered, None, paid, start, limits, event)
    findings = _above_list(price, asked) + _under_floor(price, asked, limits, event)
    findings += _struck_through(price, asked, paid, start, today)
    findings += _looked_back(entered, asked, paid, start, limits, event)
    return findings + _raised(price, asked, listed, day, limits) + _inflated(price, asked, paid, start, limits)


def _above_list(price: int, asked: int) -> list[Finding]:
    if price <= asked:
        return []
    text = _("%(price)s is above the list price %(list)s: this is no cut. Is it a slip, or is the list price too low?")
    return [Finding("above_list", "warn", text, {"price": price, "list": asked})]


def _under_floor(price: int, asked: int, limits: Limits, event: Event | None) -> list[Finding]:
    low = floor_price(asked, limits.floor)
    if price >= low or (event and event.is_exempt):
        return []
    text = _(
        "%(price)s is %(share)s of the list price %(list)s; the floor is %(rate)s, that is %(floor)s. "
        "Only exempt events may go below it."
    )
    share = Decimal(price) / asked
    return [
        Finding(
            "floor", "block", text, {"price": price, "list": asked, "floor": low, "share": share, "rate": limits.floor}
        )
    ]


def _struck_through(
    price: int, asked: int, paid: Sequence[Paid], start: dt.date, today: dt.date | None
) -> list[Finding]:
    """A price below list is shown beside it; the one struck through may be no higher than the base of the law."""
    if price >= asked:
        return []
    base, day = base_price(paid, start)
    if base is None:
        text = _("It was never sold, so no original price may be shown beside %(price)s.")
        return [Finding("never_sold", "warn", text, {"price": price})]
    if asked <= base or (day is not None and today is not None and today <= start - BASE_DAYS * DAY):
        return []
    numbers: Numbers = {"list": asked, "base": base, "price": price, "rate": Decimal(price) / base, "since": day}
    if day is None and price >= base:
        text = _(
            "%(list)s may not be struck through: %(base)s was paid in the 7 days before, so %(price)s is no discount."
        )
    elif price >= base:
        text = _(
            "%(list)s may not be struck through: nothing was sold in the 7 days before, and %(base)s was paid on "
            "%(since)s, so %(price)s is no discount."
        )
    elif day is None:
        text = _(
            "%(list)s may not be struck through: %(base)s was paid in the 7 days before. The true discount is "
            "%(price)s of %(base)s, that is %(rate)s."
        )
    else:
        text = _(
            "%(list)s may not be struck through: nothing was sold in the 7 days before, and %(base)s was paid on "
            "%(since)s. The true discount is %(price)s of %(base)s, that is %(rate)s."
        )
    return [Finding("seven_day", "warn", text, numbers)]


def _looked_back(
    price: int, asked: int | None, paid: Sequence[Paid], start: dt.date, limits: Limits, event: Event | None
) -> list[Finding]:
    if event is None or not event.lookback_days:
        return []
    low = lowest(paid, start, event.lookback_days)
    if low is None:
        return []
    most = int((low * event.factor).to_integral_value(ROUND_FLOOR))
    numbers: Numbers = {
        "price": price,
        "most": most,
        "lowest": low,
        "days": event.lookback_days,
        "factor": event.factor,
        "rate": event.factor,
    }
    findings = []
    if price > most:
        text = _(
            "The event takes %(most)s at most: %(rate)s of %(lowest)s, the lowest price paid in the %(days)s days "
            "before."
        )
        findings.append(Finding("lookback", "block", text, numbers))
    floor = None if asked is None or event.is_exempt else floor_price(asked, limits.floor)
    if floor is not None and most < floor:
        text = _("No price fits: the event takes %(most)s at most, the floor asks for %(floor)s at least.")
        findings.append(Finding("lookback_floor", "block", text, {"most": most, "floor": floor}))
    return findings


def _raised(price: int, asked: int, listed: Sequence[Listed], start: dt.date, limits: Limits) -> list[Finding]:
    """The list price against the lowest one that was asked in the days before."""
    if price >= asked:
        return []
    first = start - limits.raise_days * DAY
    before = [x.price for x in listed if first <= x.since <= start]
    at_first = list_on(listed, first - DAY)
    low = min([*before, *([] if at_first is None else [at_first])])
    if not low or Decimal(asked - low) / low <= limits.raise_rate:
        return []
    text = _(
        "The list price was raised from %(low)s to %(list)s (%(rise)s) in the %(days)s days before the cut; without a "
        "good reason that counts as a raise before a cut."
    )
    numbers: Numbers = {"low": low, "list": asked, "rise": Decimal(asked - low) / low, "days": limits.raise_days}
    return [Finding("raised", "warn", text, numbers)]


def _inflated(price: int, asked: int, paid: Sequence[Paid], start: dt.date, limits: Limits) -> list[Finding]:
    """虚高: nobody ever paid the list price in the days looked at."""
    seen = [x.highest for x in paid if start - limits.inflated_days * DAY <= x.day < start]
    if price >= asked or not seen or asked <= max(seen):
        return []
    text = _("Nobody paid the list price %(list)s in %(days)s days; the most that was paid is %(most)s.")
    return [Finding("inflated", "warn", text, {"list": asked, "most": max(seen), "days": limits.inflated_days})]


def lowest_allowed(
    listed: Sequence[Listed], paid: Sequence[Paid], start: dt.date, limits: Limits, event: Event | None = None
) -> tuple[int | None, int | None]:
    """(lowest, highest) price in fen that floor and event allow from `start` on; None = no bound on that side."""
    asked = list_on(listed, start)
    low = None if asked is None or (event and event.is_exempt) else floor_price(asked, limits.floor)
    if event is None or not event.lookback_days:
        return low, asked
    seen = lowest(paid, start, event.lookback_days)
    return low, asked if seen is None else int((seen * event.factor).to_integral_value(ROUND_FLOOR))
