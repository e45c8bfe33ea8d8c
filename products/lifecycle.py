"""Which stage a style is in, and what speaks for another one (domain.md 4.1). Pure.

Weeks are seven whole days each, the last one ends on the last closed day. Ranks are what people type in weekly; they
are looked at in successive weekly records. A rule whose input is missing never fires, and says what it lacks.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from opsplan.lib.text import gettext_noop as _

INCUBATION, GROWTH, MATURITY, DECLINE = STAGES = ("incubation", "growth", "maturity", "decline")
WEEK = dt.timedelta(days=7)
RULES = {
    "steady": _("Sales have become steady and come by themselves"),
    "leading": _("Among the first of its category and its search"),
    "collapsed": _("Back below half of the level it entered with"),
    "overtaken": _("Ranks have fallen behind"),
    "fading": _("Sales are half of the best weeks, and the shop did not fall like that"),
    "sliding": _("Two falls in a row that the shop did not share"),
    "out_of_sight": _("Far behind in the ranks for weeks"),
    "recovered": _("Sales are steady again"),
    "hand": _("Moved by hand"),
}
Number = Decimal | None


@dataclass(frozen=True)
class Thresholds:
    """The numbers of the rules; a store may set each of them. Shares and falls are fractions."""

    listed_days: Decimal = Decimal(28)
    steady_cv: Decimal = Decimal("0.30")
    steady_units: Decimal = Decimal(30)  # in 4 weeks
    pulled_share: Decimal = Decimal("0.50")  # search and Zhitongche visitors
    activity_share: Decimal = Decimal("0.30")  # most of sales on campaign days
    collapse: Decimal = Decimal("0.50")  # of the entry level, for 2 weeks
    enter_rank: Decimal = Decimal(5)
    leave_rank: Decimal = Decimal(10)
    lost_rank: Decimal = Decimal(20)
    natural_share: Decimal = Decimal("0.40")
    paid_share: Decimal = Decimal("0.35")
    paid_fall: Decimal = Decimal("0.10")
    fade: Decimal = Decimal("0.50")
    slide: Decimal = Decimal("0.20")
    goal_rank: Decimal = Decimal(10)  # the goal line inside growth: popularity search top ten


@dataclass(frozen=True)
class WeekRank:
    """What was typed for a week (its Monday); None = not looked up."""

    week: dt.date
    search: int | None
    category: int | None


@dataclass(frozen=True)
class Facts:
    """What is known of a style. weeks: units of each whole week, oldest first, None where nothing was told; shop: the
    same of the whole shop. best4: its best four successive weeks outside campaigns, and the shop's units in the same.
    entry_level: units a week when it entered growth. paid_uv: paid visitors of each of the last weeks, oldest first."""

    listed_days: int | None = None
    weeks: tuple[int | None, ...] = ()
    shop: tuple[int | None, ...] = ()
    best4: int | None = None
    shop_best4: int | None = None
    pulled_share: Number = None  # (search + Zhitongche) visitors of all
    natural_share: Number = None
    paid_share: Number = None
    activity_share: Number = None
    paid_uv: tuple[int | None, ...] = ()
    ranks: tuple[WeekRank, ...] = ()  # newest first
    week: dt.date | None = None  # Monday of the week in which this is asked
    entry_level: Number = None


@dataclass(frozen=True)
class Check:
    """One test: what it found, against which limit, whether it holds. None = its input is missing."""

    key: str
    value: Number
    limit: Number
    holds: bool | None


@dataclass(frozen=True)
class Verdict:
    """The stage that the evidence speaks for (None = it stays), by which rule, the tests of that rule or, where nothing
    fired, those of the next stage; missing: inputs to be got, by name."""

    target: str | None
    rule: str
    checks: tuple[Check, ...]
    missing: tuple[str, ...] = field(default=())


def thresholds(own: Mapping[str, object]) -> Thresholds:
    """The usual ones with the store's own laid over; what is no number is passed over."""
    known = {x.name for x in fields(Thresholds)}
    found = {}
    for name, value in own.items():
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            continue
        if name in known and number.is_finite() and number >= 0:
            found[name] = number
    return Thresholds(**found)


def four_weeks(weeks: Sequence[int | None], back: int = 0) -> list[int] | None:
    """The last four weeks, or those `back` times four weeks earlier; None when one of them is not known."""
    end = len(weeks) - 4 * back
    found = [x for x in weeks[max(end - 4, 0) : end] if x is not None]
    return found if len(found) == 4 else None


def variation(values: Sequence[int]) -> Number:
    """Population standard deviation ÷ mean; None without sales."""
    mean = Decimal(sum(values)) / len(values)
    if not mean:
        return None
    spread = sum(((x - mean) ** 2 for x in values), Decimal(0)) / len(values)
    return spread.sqrt() / mean


def at_least(key: str, value: Number, limit: Decimal) -> Check:
    return Check(key, value, limit, None if value is None else value >= limit)


def at_most(key: str, value: Number, limit: Decimal) -> Check:
    return Check(key, value, limit, None if value is None else value <= limit)


def fall(now: int, before: int) -> Number:
    """How much less, as a fraction; None from nothing."""
    return None if not before else 1 - Decimal(now) / before


def successive(ranks: Sequence[WeekRank], count: int, week: dt.date | None) -> list[WeekRank] | None:
    """The last `count` weekly records, when they are in a row and the last is of this week or the one before."""
    found = list(ranks[:count])
    in_a_row = all(a.week - b.week == WEEK for a, b in pairwise(found))
    fresh = bool(found) and (week is None or week - found[0].week <= WEEK)
    return found if len(found) == count and in_a_row and fresh else None


def worst(records: Sequence[WeekRank] | None) -> int | None:
    """The larger of all ranks; None when a record lacks one."""
    values = [x for r in records or () for x in (r.search, r.category)]
    return None if not values or None in values else max(x for x in values if x is not None)


def better(record: WeekRank) -> int | None:
    """The smaller rank of a record that has both."""
    return None if record.search is None or record.category is None else min(record.search, record.category)


def steadiness(facts: Facts, limits: Thresholds) -> Check:
    last = four_weeks(facts.weeks)
    cv = variation(last) if last else None
    return Check("cv", cv, limits.steady_cv, None if last is None else cv is not None and cv <= limits.steady_cv)


def growth_checks(facts: Facts, limits: Thresholds) -> tuple[Check, ...]:
    """All of them: growth."""
    last = four_weeks(facts.weeks)
    listed = None if facts.listed_days is None else Decimal(facts.listed_days)
    return (
        at_least("listed_days", listed, limits.listed_days),
        steadiness(facts, limits),
        at_least("units", None if last is None else Decimal(sum(last)), limits.steady_units),
        at_least("pulled_share", facts.pulled_share, limits.pulled_share),
        at_most("activity_share", facts.activity_share, limits.activity_share),
    )


def independent(facts: Facts, limits: Thresholds) -> Check:
    """Units do not fall when paid visitors do, or few visitors are paid. The value is the paid share, or the fall of
    units in a week in which paid visitors fell."""
    if facts.paid_share is not None and facts.paid_share <= limits.paid_share:
        return Check("paid_share", facts.paid_share, limits.paid_share, True)
    units = four_weeks(facts.weeks)
    paid = [x for x in facts.paid_uv[-4:] if x is not None]
    if units is None or len(paid) < 4:
        return Check("paid_share", facts.paid_share, limits.paid_share, None)
    falls = [fall(units[i], units[i - 1]) or Decimal(0) for i in range(1, 4) if paid[i] < paid[i - 1]]
    return at_most("fall_with_paid", max(falls, default=Decimal(0)), limits.paid_fall)


def maturity_checks(facts: Facts, limits: Thresholds) -> tuple[Check, ...]:
    """All of them: maturity."""
    rank = worst(successive(facts.ranks, 2, facts.week))
    return (
        at_most("ranks", None if rank is None else Decimal(rank), limits.enter_rank),
        at_least("natural_share", facts.natural_share, limits.natural_share),
        steadiness(facts, limits),
        independent(facts, limits),
    )


def collapse_check(facts: Facts, limits: Thresholds) -> Check:
    """Two weeks below half of the level it entered growth with: the better of the two, as a part of that level."""
    last = facts.weeks[-2:]
    if len(last) < 2 or None in last or not facts.entry_level:
        return Check("entry_level", None, limits.collapse, None)
    part = Decimal(max(x for x in last if x is not None)) / facts.entry_level
    return Check("entry_level", part, limits.collapse, part < limits.collapse)


def overtaken_check(facts: Facts, limits: Thresholds) -> Check:
    """One of the two ranks stood above the limit in both of the last two records."""
    found = successive(facts.ranks, 2, facts.week)
    if found is None:
        return Check("ranks_fallen", None, limits.leave_rank, None)
    both = [[r.search for r in found], [r.category for r in found]]
    known = [min(x for x in line if x is not None) for line in both if None not in line]
    if not known:
        return Check("ranks_fallen", None, limits.leave_rank, None)
    value = Decimal(max(known))
    return Check("ranks_fallen", value, limits.leave_rank, value > limits.leave_rank)


def fade_checks(facts: Facts, limits: Thresholds) -> tuple[Check, ...]:
    """Half of the best four weeks outside campaigns, and a fall at least twice that of the shop."""
    now, shop = four_weeks(facts.weeks), four_weeks(facts.shop)
    own = None if now is None or facts.best4 is None else fall(sum(now), facts.best4)
    of_shop = None if shop is None or facts.shop_best4 is None else fall(sum(shop), facts.shop_best4)
    left = None if own is None else 1 - own
    twice = None if own is None or of_shop is None else own >= 2 * of_shop
    return (
        Check("of_best", left, limits.fade, None if left is None else left < limits.fade),
        Check("shop_fall", of_shop, None if own is None else own / 2, twice),
    )


def slide_checks(facts: Facts, limits: Thresholds) -> tuple[Check, ...]:
    """Two successive falls from four weeks to four weeks, while the shop fell less than half as much."""
    found = []
    for back in (1, 0):
        now, before = four_weeks(facts.weeks, back), four_weeks(facts.weeks, back + 1)
        shop_now, shop_before = four_weeks(facts.shop, back), four_weeks(facts.shop, back + 1)
        own = fall(sum(now), sum(before)) if now and before else None
        of_shop = fall(sum(shop_now), sum(shop_before)) if shop_now and shop_before else None
        less = None if own is None or of_shop is None else of_shop < own / 2
        name = "fall_before" if back else "fall_now"
        found += [at_least(name, own, limits.slide), Check(f"{name}_shop", of_shop, own and own / 2, less)]
    return tuple(found)


def lost_check(facts: Facts, limits: Thresholds) -> Check:
    """Both ranks above the limit in four records in a row: the best of them."""
    found = successive(facts.ranks, 4, facts.week)
    values = [better(r) for r in found or ()]
    if not values or None in values:
        return Check("ranks_lost", None, limits.lost_rank, None)
    value = Decimal(min(x for x in values if x is not None))
    return Check("ranks_lost", value, limits.lost_rank, value > limits.lost_rank)


def all_hold(checks: Sequence[Check]) -> bool:
    return all(x.holds for x in checks)


LACKS = {
    "ranks": "ranks", "ranks_fallen": "ranks", "ranks_lost": "ranks",
    "listed_days": "launch_day",
    "pulled_share": "item_traffic", "natural_share": "item_traffic",
    "paid_share": "paid_traffic", "fall_with_paid": "paid_traffic",
}  # fmt: skip


def lacking(checks: Sequence[Check]) -> tuple[str, ...]:
    """What has to be got before the tests can be answered: ranks, launch_day, item_traffic, paid_traffic or sales."""
    return tuple(dict.fromkeys(LACKS.get(x.key, "sales") for x in checks if x.holds is None))


def decline_checks(facts: Facts, limits: Thresholds) -> dict[str, tuple[Check, ...]]:
    """Any of them: decline."""
    return {
        "fading": fade_checks(facts, limits),
        "sliding": slide_checks(facts, limits),
        "out_of_sight": (lost_check(facts, limits),),
    }


def judge(stage: str, facts: Facts, limits: Thresholds | None = None) -> Verdict:
    """What the evidence says about a style that stands in `stage`."""
    limits = limits or Thresholds()
    up = growth_checks(facts, limits) if stage in (INCUBATION, DECLINE) else maturity_checks(facts, limits)
    if stage in (GROWTH, MATURITY):
        for rule, checks in decline_checks(facts, limits).items():
            if all_hold(checks):
                return Verdict(DECLINE, rule, checks)
    if stage == GROWTH and (down := collapse_check(facts, limits)).holds:
        return Verdict(INCUBATION, "collapsed", (down,))
    if stage == MATURITY:
        back = overtaken_check(facts, limits)
        return Verdict(GROWTH, "overtaken", (back,)) if back.holds else Verdict(None, "", up, lacking(up))
    if all_hold(up):
        target, rule = {
            INCUBATION: (GROWTH, "steady"), DECLINE: (GROWTH, "recovered"), GROWTH: (MATURITY, "leading"),
        }[stage]  # fmt: skip
        return Verdict(target, rule, up)
    return Verdict(None, "", up, lacking(up))
