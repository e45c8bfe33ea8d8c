"""The promotion money of a month by channel: three ways to a budget (domain.md 3.3), and how it is being spent.

While the year has a plan in force its cells are the budgets; else they stand here.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from kpis import pacing
from kpis.figures import ad_tables
from kpis.figures.aims import Days
from kpis.figures.grains import by_channel, channel_readers
from kpis.figures.readings import Reader
from kpis.models import ChannelBudget, Plan, PlanCell, PlanRow, Target
from kpis.models.rollups import bump
from kpis.planning.channels import Way, bought, break_even, cost_by_return
from kpis.planning.costs import COST
from kpis.planning.factors import AOV, CVR, SALES, UV
from kpis.planning.shares import parts_of
from kpis.planning.year import month_days
from kpis.year.plan_cells import LARGEST, Change, set_cells
from kpis.year.plan_rows import CHANNEL
from opsplan.lib import clock
from opsplan.lib.money import CENT
from opsplan.lib.periods import DAY, Period
from staff.models import User
from stores.models import Channel, Store

SAID = ("share", "cpc", "commission", "conversion", "per_buyer", "sales", "roi")
RATES = ("share", "commission", "conversion", "paid_share")
WAYS = ("top_down", "by_visitors", "by_return")
ZERO = Decimal(0)
NEAR = Decimal("0.1")  # spending within a tenth of its time is on pace


@dataclass(frozen=True)
class Line:
    """A paid channel. amount: its budget; said: what it is worked out from; ways: the three results. Yuan.

    due: what should be spent by now (`dues`). tone: good, warn (too fast), or "" (slow, or nothing to say).
    """

    key: str
    name: str
    amount: Decimal | None
    said: Mapping[str, Decimal | None]
    ways: Mapping[str, Decimal | None]
    spent: Decimal | None
    due: Decimal | None
    per_day: Decimal | None
    tone: str
    is_below_return: bool


@dataclass(frozen=True)
class Budget:
    """rate: promotion money over sales, as typed; cost_ratio: as the budget makes it. unshared: what the year's plan
    gives the month while no channel has any of it."""

    lines: tuple[Line, ...]
    total: Decimal | None
    spent: Decimal | None
    due: Decimal | None
    rate: Decimal | None
    paid_share: Decimal | None
    cost_ratio: Decimal | None
    way_totals: Mapping[str, Decimal | None]
    least_return: Decimal | None
    from_plan: bool
    unshared: Decimal | None = None


def budget(store: Store, month: Period) -> Budget:
    spent = spending(store, month)
    cost_some = [key for key, amount in spent.items() if amount]  # also one that is not marked as paid
    channels = list(Channel.objects.filter(Q(is_paid=True) | Q(key__in=cost_some), store=store))
    rows = {row.channel_key: row for row in ChannelBudget.objects.filter(store=store, month=month.first)}
    plan = in_force(store, month)
    amounts = planned(plan, month) if plan else {key: row.amount for key, row in rows.items()}
    targets = targets_of(store, month)
    whole = rows.get("", ChannelBudget())
    said = {x.key: {name: getattr(rows.get(x.key), name, None) for name in SAID} for x in channels}
    ways = results(days_of(plan, month), targets, whole, said)
    left, least = days_left(store, month), least_return(store, targets)
    due_of = dues(store, month, COST)
    lines = []
    for channel in channels:
        amount, gone = amounts.get(channel.key), spent.get(channel.key)
        due = None if amount is None else due_of(amount)
        roi = said[channel.key]["roi"]
        per_day = None if amount is None else pacing.need_per_day(amount, gone or ZERO, Decimal(left))
        below = bool(least and roi and roi < least)
        lines.append(
            Line(channel.key, channel.name, amount, said[channel.key], {w: ways[w].get(channel.key) for w in WAYS},
                 gone, due, per_day, tone_of(gone, due), below)
        )  # fmt: skip
    total, sales = added(x.amount for x in lines), targets.get(SALES)
    return Budget(
        tuple(lines), total, added(x.spent for x in lines), added(x.due for x in lines), whole.share, whole.paid_share,
        total / sales if total is not None and sales else None, {w: added(ways[w].values()) for w in WAYS}, least,
        plan is not None, targets.get(COST) if plan and total is None else None,
    )  # fmt: skip


def dues(store: Store, month: Period, key: str, *, of_channels: bool = False) -> Callable[[Decimal], Decimal]:
    """Tells which part of a month's amount should be there by now: that of the closed days of which the metric is told
    (`of_channels`: by the platform's sources), as a target is held against a figure."""
    reader, closed = Reader(store, [key]), so_far(store, month)
    days: Days = ()
    if closed is not None:
        metric, days = reader.metric(key, closed.last), reader.days(closed)
        readers = channel_readers(reader, [metric], [closed]).values() if of_channels else [reader]
        told = {day for each in readers for day in each.known(metric, days)}
        days = tuple(day for day in days if day in told) or days
    return lambda amount: reader.due(amount, month, days)


def tone_of(spent: Decimal | None, due: Decimal | None) -> str:
    if spent is None or not due:
        return ""
    return "warn" if spent > due * (1 + NEAR) else "good" if spent >= due * (1 - NEAR) else ""


def added(values: Iterable[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, ZERO) if known else None


def results(
    days: int,
    targets: Mapping[str, Decimal],
    whole: ChannelBudget,
    said: Mapping[str, Mapping[str, Decimal | None]],
) -> dict[str, dict[str, Decimal]]:
    """Each way's budget by channel in a month of so many days, to the fen; a channel about which too little is said is
    left out."""
    sales, found = targets.get(SALES), {way: dict[str, Decimal]() for way in WAYS}
    shares = {key: x["share"] for key, x in said.items() if x["share"]}
    if sales and whole.share and shares:
        parts = parts_of((sales * whole.share).quantize(CENT), [x or ZERO for x in shares.values()])
        found["top_down"] = dict(zip(shares, parts, strict=True))
    if whole.paid_share and all(key in targets for key in (UV, CVR, AOV)):
        ways = [way_of(key, said[key]) for key in shares if said[key]["cpc"] or said[key]["commission"]]
        visitors = targets[UV] * days * whole.paid_share
        bills = bought(visitors, ways, targets[CVR], targets[AOV])
        found["by_visitors"] = {x.key: x.cost.quantize(CENT) for x in bills}
    for key, x in said.items():
        cost = by_return(x)
        if cost is not None:
            found["by_return"][key] = cost.quantize(CENT)
    return found


def way_of(key: str, x: Mapping[str, Decimal | None]) -> Way:
    return Way(key, x["share"] or ZERO, x["cpc"] or ZERO, x["commission"] or ZERO, x["conversion"], x["per_buyer"])


def by_return(x: Mapping[str, Decimal | None]) -> Decimal | None:
    """A channel's sales over its return, or its commission on them."""
    if x["sales"] is None:
        return None
    if x["roi"]:
        return cost_by_return(x["sales"], x["roi"])
    return x["sales"] * x["commission"] if x["commission"] else None


def in_force(store: Store, month: Period) -> Plan | None:
    return Plan.objects.filter(store=store, year=month.first.year, status=Plan.Status.APPROVED).first()


def days_of(plan: Plan | None, month: Period) -> int:
    """The days a month's visitors come on: those the plan in force reckons with, else those it has."""
    return month_days(plan.year, plan.month_basis)[month.first.month - 1] if plan else len(month)


def planned(plan: Plan, month: Period) -> dict[str, Decimal | None]:
    """The budgets that stand in the year's plan, by channel."""
    found = PlanCell.objects.filter(row__plan=plan, row__key__startswith=CHANNEL, month=month.first.month)
    return {
        key.removeprefix(CHANNEL): None if value is None else value.quantize(CENT)
        for key, value in found.values_list("row__key", "value")
    }


def targets_of(store: Store, month: Period) -> dict[str, Decimal]:
    return dict(Target.objects.filter(store=store, month=month.first).values_list("metric", "value"))


def so_far(store: Store, month: Period) -> Period | None:
    """The closed days of the month."""
    last = min(month.last, clock.today(store.timezone) - DAY)
    return Period(month.first, last) if last >= month.first else None


def days_left(store: Store, month: Period) -> int:
    closed = so_far(store, month)
    return len(month) - (len(closed) if closed else 0)


def spending(store: Store, month: Period) -> dict[str, Decimal]:
    """What each channel has cost on the closed days."""
    closed = so_far(store, month)
    if closed is None:
        return {}
    rows = by_channel(store, [COST], closed, ())
    return {row.key: value for row in rows if (value := row.values[COST].value) is not None}


def least_return(store: Store, targets: Mapping[str, Decimal]) -> Decimal | None:
    """The return from which ads pay: 1 / the gross margin the plan wants of the month, else that of the store."""
    rate = targets.get("gross_rate")
    found = ad_tables.least_return(store) if rate is None else break_even(rate)
    return found.quantize(CENT) if found else None


# --- writing ----------------------------------------------------------------------------------------------------------


def save(
    store: Store, month: Period, said: Mapping[str, Mapping[str, Decimal | None]], by: User | None, take: str = ""
) -> None:
    """Keep what was typed ("" = of all channels; the key `amount` is the budget), or take the result of a way.

    ValidationError names what is wrong; Refused from the plan in force.
    """
    for key, values in said.items():
        for name, value in values.items():
            if value is not None and not (0 <= value < LARGEST and (name not in RATES or value <= 1)):
                raise ValidationError(_("%(value)s cannot be for %(channel)s.") % {"value": value, "channel": key})
    with transaction.atomic():
        bump(store)
        at = clock.now()
        for key, values in said.items():
            kept = {name: value for name, value in values.items() if name != "amount"}
            ChannelBudget.objects.update_or_create(
                store=store, month=month.first, channel_key=key, defaults={**kept, "by": by, "updated_at": at}
            )
        if take in WAYS:
            whole = ChannelBudget.objects.filter(store=store, month=month.first, channel_key="").first()
            lines = {key: {name: x.get(name) for name in SAID} for key, x in said.items() if key}
            days = days_of(in_force(store, month), month)
            made = results(days, targets_of(store, month), whole or ChannelBudget(), lines)[take]
            amounts: dict[str, Decimal | None] = dict(made)
            if not amounts:
                raise ValidationError(_("Too little is said to work out a budget this way."))
        else:
            amounts = {key: values["amount"] for key, values in said.items() if key and "amount" in values}
        set_amounts(store, month, amounts, by)


def set_amounts(store: Store, month: Period, amounts: Mapping[str, Decimal | None], by: User | None) -> None:
    plan = in_force(store, month)
    if plan is None:
        for key, amount in amounts.items():
            ChannelBudget.objects.filter(store=store, month=month.first, channel_key=key).update(amount=amount)
        return
    there = planned(plan, month)
    rows = set(plan.rows.values_list("key", flat=True))
    new = [
        PlanRow(plan=plan, key=CHANNEL + key, unit="money", position=65) for key in amounts if CHANNEL + key not in rows
    ]
    PlanRow.objects.bulk_create(new)
    changes: Sequence[Change] = [
        Change(CHANNEL + key, month.first.month, amount) for key, amount in amounts.items() if there.get(key) != amount
    ]
    if changes:
        set_cells(plan, changes, by, in_force=True)


def month_asked(text: str, today: dt.date) -> dt.date:
    """`2026-11` as its first day; the month of `today` when it makes no sense."""
    try:
        return dt.date.fromisoformat(f"{text}-01") if len(text) == 7 else today.replace(day=1)
    except ValueError:
        return today.replace(day=1)
