"""RFM (domain.md 4.5, pure): where scores change, the eight classes they make, and who is a core customer by rule.

A customer is known by a keyed hash. Looked at from the end of a local day: the orders paid in the 365 days up to it.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from opsplan.lib import cells

YEAR = 365  # days that count
CORE_ORDERS, CORE_DAYS = 3, 60  # a core customer by rule, as the KPI `rfm` counts: so many orders, the last so recent

# Recency 4, frequency 2, money 1: the number of a class says which of the three are high.
CLASSES: dict[int, tuple[str, Promise]] = {
    7: ("important_value", _("Important: valuable")),
    5: ("important_develop", _("Important: to develop")),
    3: ("important_keep", _("Important: to keep")),
    1: ("important_rescue", _("Important: to win back")),
    6: ("value", _("Ordinary: valuable")),
    4: ("develop", _("Ordinary: to develop")),
    2: ("keep", _("Ordinary: to keep")),
    0: ("lost", _("Ordinary: lost")),
}
NUMBERS = {key: number for number, (key, _label) in CLASSES.items()}
TO_DO: dict[int, Promise] = {
    7: _("Group chat, first to buy what is new, word of mouth."),
    5: _("Came lately and spent much, but seldom: bring the second and third order."),
    3: _("Bought often and much, but not lately: ask what is wrong before they are gone."),
    1: _("Spent much once, long ago: win back with a reason to come."),
    6: _("Come often with small orders: bundles and add-ons."),
    4: _("New: make the first order a good one, then the second."),
    2: _("Came often with small orders, not lately: a message when something fits."),
    0: _("Neither lately nor often nor much: only with the great campaigns."),
}


@dataclass(frozen=True)
class Cuts:
    """Where the scores change. recency: most days since the last payment for 5, 4, 3 and 2; frequency: fewest orders
    for 2, 3, 4 and 5; multiples: fewest times the average order for the same, empty where money is scored by fifths of
    all customers (ties share the better score); high: from which score recency, frequency and money are high."""

    recency: tuple[int, ...] = (30, 60, 90, 180)
    frequency: tuple[int, ...] = (2, 3, 4, 5)
    multiples: tuple[Decimal, ...] = (Decimal(1), Decimal(2), Decimal(3), Decimal(5))
    high: tuple[int, ...] = (4, 3, 3)

    def money(self, average: Decimal) -> tuple[int, ...]:
        """The fewest fen for 2, 3, 4 and 5, where an average order comes to `average` yuan."""
        return tuple(int((each * average * 100).to_integral_value(ROUND_CEILING)) for each in self.multiples)


def days_since(last: dt.date, day: dt.date) -> int:
    """Days since a payment, seen from the morning after `day`."""
    return (day - last).days + 1


def numbers(text: str, *, most: int, count: int = 4, rising: bool = True) -> tuple[int, ...]:
    """`30, 60, 90, 180` as whole numbers. ValueError with the sentence for the one who typed."""
    found = decimals(text, most=most, count=count, rising=rising)
    if any(each != each.to_integral_value() for each in found):
        raise ValueError(_("Whole numbers only."))
    return tuple(map(int, found))


def decimals(text: str, *, most: int, count: int = 4, rising: bool = True) -> tuple[Decimal, ...]:
    """The same with decimals."""
    try:
        found = tuple(cells.read(part) for part in text.replace("，", ",").replace("、", ",").split(","))
    except cells.Unreadable:
        raise ValueError(_("Numbers with commas between them, like 30, 60, 90, 180.")) from None
    if len(found) != count:
        raise ValueError(
            _("%(count)s numbers are wanted, there are %(found)s.") % {"count": count, "found": len(found)}
        )
    if any(not 0 < each <= most for each in found):
        raise ValueError(_("Each must be above 0 and at most %s.") % most)
    if rising and any(a >= b for a, b in pairwise(found)):
        raise ValueError(_("Each must be larger than the one before."))
    return found
