"""Why sales changed: from the whole change to its factors, then to the channels and products that moved.

Every level sums to the change to the fen: what cannot be put to anything stands as a rest with its reason. Money in
yuan.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from kpis import queries
from kpis.answers import Missing
from kpis.comparisons import Match, less
from kpis.deltas import is_thin
from kpis.models import Coverage
from kpis.queries import Ask
from kpis.sums.crowds import runs
from kpis.tree import TREE, Tree, against_target, tree_of
from opsplan.lib.periods import Period
from stores.models import Store

Days = tuple[dt.date, ...]
ZERO = Decimal(0)
MOST = 10  # movers shown one by one
TARGET = "target"


@dataclass(frozen=True)
class Rest:
    """A part of the change that has no name, and why.

    code: factor_days (sales on days that lack a factor), attribution (sales no traffic source claims, less those that
    several do), no_items (orders without items, and items of unknown products), days (days the split knows nothing of),
    no_source, not_imported (the traffic sources tell of one of the spans only), others (smaller movers, `count` of
    them), fake_orders (typed deductions), target_factors (the targets of the factors multiply to another amount),
    no_target (targets are not set by channel or product).
    """

    code: str
    amount: Decimal
    count: int = 0


@dataclass(frozen=True)
class Mover:
    """A channel or product: what it sold then and now, and the difference. state: new, gone or ""."""

    key: str
    label: str
    before: Decimal
    after: Decimal
    effect: Decimal
    state: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Movers:
    """Largest move first; the effects and the rests sum to the change."""

    rows: tuple[Mover, ...] = ()
    rests: tuple[Rest, ...] = ()


@dataclass(frozen=True)
class Change:
    """Sales now against `name`: change = sum of the tree's parts + rests; None where a side has no sales figure."""

    name: str
    tree: Tree
    before: Decimal | None
    rests: tuple[Rest, ...] = ()
    channels: Movers = Movers()
    products: Movers = Movers()
    marks: tuple[str, ...] = ()  # of the comparison: "to_date 21/30", "matched 28/31"

    @property
    def change(self) -> Decimal | None:
        return self.tree.change


def changes(store: Store, period: Period, name: str = "previous", most: int = MOST) -> Change:
    """Why the paid amount changed against the comparison `name`; `most` channels and products one by one.

    Raises ValueError for an unknown comparison.
    """
    if name not in queries.COMPARE:
        raise ValueError(_("Unknown comparison; choose one of: %s.") % ", ".join(queries.COMPARE))
    if name == TARGET:
        return against_plan(store, period)
    m, (now, before) = queries.sales_sides(store, period, name)
    tree = tree_of(now, None if m.is_empty or is_thin((*m.marks, *before["pay_amt"].marks)) else before)
    if tree.change is None:
        return Change(name, tree, before["pay_amt"].value)
    rests = (Rest("factor_days", tree.rest),) if tree.rest else ()
    spans = m.own or tuple(period), m.days or tuple(m.span)
    return Change(
        name,
        tree,
        before["pay_amt"].value,
        rests if tree.parts else (Rest("no_source", tree.change),),
        channels(store, spans, tree.change, most),
        products(store, spans, tree.change, most),
        m.marks,
    )


def against_plan(store: Store, period: Period) -> Change:
    """Against the target of the actual sales, else of the paid amount, of the days that are over and have data; targets
    know no channels and products."""
    m = queries.other_days(store, TARGET, period)
    days = Period(m.own[0], m.own[-1]) if m.own else period
    figures = queries.figures(store, (*TREE, "real_amt"), days, compare=(TARGET,))
    now = {key: replace(figure, target=figure.compare[TARGET].value) for key, figure in figures.items()}
    sales = now["real_amt"] if now["real_amt"].target is not None else now["pay_amt"]
    target = sales.target
    if target is None or sales.value is None:
        missing = (Missing("no_target", sales.key),) if target is None else sales.missing
        return Change(TARGET, Tree("sales", sales, None, None, (), None, missing), target)
    change = sales.value - target
    tree = against_target({**now, "pay_amt": replace(now["pay_amt"], target=target)}, change)
    rests = []
    fake = (now["real_amt"].inputs.get("brush_amt") or ZERO) if sales.key == "real_amt" else ZERO
    if fake:
        rests.append(Rest("fake_orders", -fake))
    left = change - sum((effect or ZERO for _figure, effect in tree.parts), ZERO) + fake
    if left:
        rests.append(Rest("target_factors" if tree.parts else "no_target", left))
    nothing = Movers((), (Rest("no_target", change),))
    return Change(TARGET, replace(tree, sales=sales), target, tuple(rests), nothing, nothing, m.marks)


@dataclass
class Sold:
    """What a channel or product sold over some days; None where nothing tells it."""

    label: str
    amount: Decimal | None = None
    marks: tuple[str, ...] = ()


def sold(store: Store, days: Days, by: str) -> dict[str, Sold]:
    """The paid amount of each channel or product over the days, which may have gaps."""
    found: dict[str, Sold] = {}
    for first, last in runs(days):
        for row in queries.breakdown(store, ["pay_amt"], Period(first, last), by):
            figure = row.values["pay_amt"]
            mine = found.setdefault(row.key, Sold(row.label))
            if figure.value is not None:
                mine.amount = (mine.amount or ZERO) + figure.value
            mine.marks = tuple(dict.fromkeys((*mine.marks, *figure.marks)))
    return found


def channels(store: Store, spans: tuple[Days, Days], change: Decimal, most: int) -> Movers:
    """By the platform's attribution: sales may be claimed by several sources or by none. Compared are the days whose
    sources both spans tell of."""
    m = less(Match(Period(spans[1][0], spans[1][-1])), *spans, *(told_days(store, days) for days in spans))
    if m.own and m.days:
        sides = [Ask(("pay_amt",), Period(days[0], days[-1]), days=days) for days in (m.own, m.days)]
        mine, other = (x["pay_amt"].value or ZERO for x in queries.figure_sets(store, sides))
        found = channels(store, (m.own, m.days), mine - other, most)
        left = change - (mine - other)
        return replace(found, rests=(*found.rests, Rest("days", left))) if left else found
    now, then = (sold(store, days, "channel") for days in spans)
    told = [any(each.amount is not None for each in rows.values()) for rows in (now, then)]
    if not all(told):
        return Movers((), (Rest("not_imported" if any(told) else "no_source", change),))
    return movers(now, then, change, "attribution", most)


def told_days(store: Store, days: Days) -> Days:
    """Those whose traffic sources were told."""
    found = Coverage.objects.filter(store=store, kind="flow", day__gte=days[0], day__lte=days[-1])
    known = set(found.values_list("day", flat=True))
    return tuple(day for day in days if day in known)


def products(store: Store, spans: tuple[Days, Days], change: Decimal, most: int) -> Movers:
    """What each product took of the paid orders; orders without items are nobody's."""
    now, then = (sold(store, days, "product") for days in spans)
    return movers(now, then, change, "days", most)


def mover(key: str, new: Sold | None, old: Sold | None) -> Mover:
    """One thing as it sold and as it had sold (at least one of the two); what was not told counts as nothing."""
    there = [each for each in (new, old) if each]
    before, now = ((each.amount if each else None) or ZERO for each in (old, new))
    state = "new" if not before else "" if now else "gone"
    marks = dict.fromkeys(mark for each in there for mark in each.marks)
    return Mover(key, there[0].label, before, now, now - before, state, tuple(marks))


def movers(new: Mapping[str, Sold], old: Mapping[str, Sold], change: Decimal, rest: str, most: int) -> Movers:
    """`rest` names what the rows leave unsaid. The row without a key is no mover but a rest of its own."""
    every = [mover(key, new.get(key), old.get(key)) for key in dict.fromkeys((*new, *old))]
    nameless = sum((each.effect for each in every if not each.key), ZERO)
    found = [each for each in every if each.key and (each.before or each.after)]
    found.sort(key=lambda mover: (-abs(mover.effect), mover.key))
    shown, small = found[:most], found[most:]
    told = sum((mover.effect for mover in found), ZERO) + nameless
    rests = [
        Rest("others", sum((mover.effect for mover in small), ZERO), len(small)),
        Rest("no_items", nameless),
        Rest(rest, change - told),
    ]
    return Movers(tuple(shown), tuple(each for each in rests if each.amount or each.count))


def as_json(found: Change, period: Period) -> dict[str, Any]:
    """The answer of REST and `manage.py changes --json`: money as strings, in yuan."""
    tree, against = found.tree, found.tree.against
    old = tree.old or (None,) * len(tree.parts)
    return {
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "compare": found.name,
        "compared_from": against.first.isoformat() if against else None,
        "compared_to": against.last.isoformat() if against else None,
        "marks": list(found.marks),
        "metric": tree.sales.key,
        "before": text(found.before),
        "after": text(tree.sales.value),
        "change": text(found.change),
        "kind": tree.kind,
        "method": tree.method or None,
        "missing": [{"code": each.code, "what": each.what} for each in tree.missing],
        "effects": [
            {"key": figure.key, "before": text(was.value if was else None), "after": text(figure.value),
             "effect": text(effect)}
            for (figure, effect), was in zip(tree.parts, old, strict=True)
        ],
        "unattributed": rests_json(found.rests),
        "channels": movers_json(found.channels),
        "products": movers_json(found.products),
    }  # fmt: skip


def movers_json(found: Movers) -> dict[str, Any]:
    rows = [
        {
            "key": mover.key,
            "label": mover.label,
            "before": text(mover.before),
            "after": text(mover.after),
            "effect": text(mover.effect),
            "state": mover.state or None,
            "marks": list(mover.marks),
        }
        for mover in found.rows
    ]
    return {"rows": rows, "unattributed": rests_json(found.rests)}


def rests_json(rests: Sequence[Rest]) -> list[dict[str, Any]]:
    return [{"code": rest.code, "amount": text(rest.amount), "count": rest.count or None} for rest in rests]


def text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
