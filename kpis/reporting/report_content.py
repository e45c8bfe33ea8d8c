"""What a report tells, as plain JSON: what is shown of an unsigned report, and what a signature keeps as it stands.

Every part is asked of those who answer for it; nothing is worked out here. Numbers are strings as the API writes them,
labels of figures are left to the reader's language, names of products, channels and campaigns are those of the moment.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

from campaigns.groupbuy import planning
from campaigns.models import Campaign, GroupDeal
from kpis import queries, wire
from kpis.answers import Comparison, Definition, Figure
from kpis.deltas import compared
from kpis.models import PlanCell
from kpis.outward import deal_rows, goods_push, product_groups
from kpis.outward.trades import trades
from kpis.reporting import closing
from kpis.sums import coverage
from kpis.tree import TREE
from kpis.trends import moves
from kpis.variance import campaign_goals
from kpis.year import plans
from kpis.year.plan_products import named
from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.lib.periods import DAY, UNITS, Period, month_of
from products import stock_queries, stock_then
from products.stock import Level
from staff import task_queries
from stores.models import Channel, Store

Json = dict[str, Any]
# The weekly sets of the founding documents (S115, S117), with what the change in sales is split into and what it cost.
SITE = (
    "uv", "ip", "pv", "pv_per_uv", "stay_time", "visit_depth_rate", "visit_time_rate", "new_uv_share", "old_uv_share",
)  # fmt: skip
TRADE = (
    "pay_amt", "real_amt", "refund_amt", "net_amt", "order_cnt", "valid_order_cnt", "order_valid_rate", "aov", "cvr",
    "order_cvr", "order_pay_rate", "gross", "gross_rate", "refund_rate", "return_rate",
)  # fmt: skip
PROMOTION = ("promo_cost", "cost_ratio", "core_roi")
MEMBERS = ("member_total", "member_buy_rate", "member_buy_rate_new", "member_buy_rate_old", "repurchase_rate")  # S118
DEALS = (
    "deal_cnt", "deal_gross_amt", "deal_refund_amt", "deal_net_amt", "deal_sold_qty", "deal_sold_rate",
    "deal_formed_rate", "deal_refund_rate", "deal_commission", "deal_profit", "deal_new_buyers",
)  # fmt: skip
GROUPS = {"trade": TRADE, "deals": DEALS, "site": SITE, "promotion": PROMOTION}
CAMPAIGN_KEYS = ("pay_amt", "pay_order_cnt", "refund_rate_amt")
AHEAD = ("real_amt", "pay_amt", "deal_net_amt", "uv", "pay_cvr", "aov_buyer", "promo_cost")
ALSO = tuple(dict.fromkeys((*TREE, *AHEAD, *CAMPAIGN_KEYS)))  # figures told of beside those of the table
PLAN_WORDS = ("theme", "heroes", "gifts", "new_items", "stage")
MOST = 5  # channels and products one by one
MOST_STOCK = 8
MOST_CAMPAIGNS = 12


def groups(kind: str) -> dict[str, tuple[str, ...]]:
    """The figures of the table, by block."""
    return GROUPS | ({"members": MEMBERS} if kind == "quarter" else {})


def keys_of(store: Store, kind: str) -> tuple[str, ...]:
    """Of these the ones of what the store has facts of: its shop, its group deals, or both."""
    found, blocks = trades(store), groups(kind)
    if found.only_deals:
        return DEALS
    return tuple(key for name, block in blocks.items() if found.deals or name != "deals" for key in block)


def keys(kind: str) -> tuple[str, ...]:
    return tuple(key for block in groups(kind).values() for key in block)


def comparisons(kind: str) -> tuple[str, str]:
    """A week stands against the same weekdays a year ago, a month or quarter against the same dates."""
    return "previous", "last_year_weekday" if kind == "week" else "last_year"


def following(period: Period) -> Period:
    """The week, month or quarter after it."""
    return replace(UNITS[period.unit](period.last + DAY), unit=period.unit)


def content(store: Store, period: Period) -> Json:
    """The whole report of a week, month or quarter (`period.unit`)."""
    kind = period.unit
    figures = queries.figures(store, keys_of(store, kind), period, compare=comparisons(kind))
    change = moves.changes(store, period, "previous", MOST)
    return {
        "as_of": clock.utc(clock.now()),
        "figures": {key: figure_json(figure) for key, figure in figures.items()},
        "change": moves.as_json(change, period),
        "campaigns": campaigns(store, period),
        "deals": deals(store, period),
        "tasks": tasks(store, period),
        "stock": stock(store, period),
        "missing": missing(store, period),
        "next": ahead(store, following(period)),
    }


def figure_json(figure: Figure) -> Json:
    return {**wire.figure(figure, list(figure.compare)), "target": wire.number(figure.target, figure.unit)}


def campaigns(store: Store, period: Period) -> list[Json]:
    """What ran, what its goods sold on those of its days that lie in the period, and how far it had come to its goals
    by the end of it; campaigns overlap."""
    ran = Campaign.objects.filter(store=store, first_day__lte=period.last, last_day__gte=period.first)
    ran = ran.order_by("first_day", "pk").prefetch_related("goals").select_related("store")
    known = {str(x.pk): x for x in ran}
    if not known:
        return []
    found = product_groups.group_table(store, "campaign", CAMPAIGN_KEYS, period)
    lines = [line for line in found.lines if line.key["campaign"] in known][:MOST_CAMPAIGNS]
    return [
        {
            "id": known[line.key["campaign"]].pk,
            "name": known[line.key["campaign"]].name,
            "first": known[line.key["campaign"]].first_day.isoformat(),
            "last": known[line.key["campaign"]].last_day.isoformat(),
            "figures": wire.figures(line.values),
            "goals": goals(known[line.key["campaign"]], period.last),
        }
        for line in lines
    ]


def goals(campaign: Campaign, until: dt.date) -> list[Json]:
    """What the campaign was to reach over its days, and how far it had come when the period ended."""
    return [
        {
            "key": row.key,
            "to": min(campaign.last_day, until).isoformat(),
            "goal": wire.number(row.goal, row.figure.unit),
            "own": row.is_own,
            "figure": wire.figure(cast(Figure, row.figure)),
        }
        for row in campaign_goals.so_far(campaign, until)
    ]


def deals(store: Store, period: Period) -> list[Json]:
    """The group deals that sold on days of the period: pieces so far and what they are worth, as the deal stands."""
    return [
        {
            **deal_days(each.deal),
            "site": each.deal.site.name,
            "state": each.deal.state,
            "quota": each.live.quota,
            "pieces": deal_rows.pieces(each),
            "amount": None if (fen := deal_rows.amount(each)) is None else wire.number(yuan(fen), "money"),
        }
        for each in deal_rows.sold_in(store, period)
    ]


def deal_days(deal: GroupDeal) -> Json:
    first, last = planning.days_of(deal)
    return {"id": deal.pk, "name": deal.name, "first": first.isoformat(), "last": last.isoformat()}


def tasks(store: Store, period: Period) -> Json:
    """How the work due in the period came out: in all, and by duty."""

    def counts(found: Iterable[task_queries.Tally]) -> list[Json]:
        names = ("on_time", "late", "missed", "skipped", "open")
        return [{"key": x.key, "total": x.total, **{name: getattr(x, name) for name in names}} for x in found]

    whole = counts(task_queries.statistics([store], period, "store"))
    return {"whole": whole[0] if whole else None, "duties": counts(task_queries.statistics([store], period, "duty"))}


def stock(store: Store, period: Period) -> Json:
    """Products below their line or promised beyond what there was at the end of the period's last day (or are now,
    while it lasts), the shortest cover first. is_known: whether anything was known of stock on that `day`."""
    today = clock.today(store.timezone)
    day = min(period.last, today)
    if day < today:
        told = stock_then.lines_then(store, day, goods_push.paces(store, day))
    else:
        told = stock_queries.lines(store)
    rows = [x for x in told if is_short(x)]
    rows.sort(key=lambda x: (x.cover is None, x.cover or Decimal(0), x.code))
    short = [
        {
            "code": x.code, "title": x.title, "on_hand": x.on_hand, "free": x.free, "line": x.line.alert,
            "a_day": wire.number(x.a_day, "ratio"), "cover": wire.number(x.cover, "ratio"), "oversold": x.free < 0,
        }
        for x in rows[:MOST_STOCK]
    ]  # fmt: skip
    is_known = any(not x.is_unstocked for x in told)
    return {"day": day.isoformat(), "is_known": is_known, "count": len(rows), "rows": short}


def is_short(row: stock_queries.StockRow) -> bool:
    return not row.is_unstocked and (row.level is Level.ALERT or row.free < 0)


def missing(store: Store, period: Period) -> list[Json]:
    """Days of which a source says nothing though it should, by source."""
    found: dict[tuple[str, str], list[str]] = {}
    for month in dict.fromkeys(month_of(day).first for day in period):
        for row in coverage.coverage(store, month):
            days = [day.isoformat() for day, state in row.days.items() if state == coverage.MISSING and day in period]
            found.setdefault((row.kind, row.detail), []).extend(days)
    names = dict(Channel.objects.filter(store=store).values_list("key", "name"))
    return [
        {"kind": kind, "channel": names.get(detail, detail), "days": days}
        for (kind, detail), days in found.items()
        if days
    ]


def ahead(store: Store, period: Period) -> Json:
    """What the plan in force wants of the next period: targets, words of its months, campaigns that run in it."""
    coming = Campaign.objects.filter(store=store, first_day__lte=period.last, last_day__gte=period.first)
    targets = queries.targets_of(store, AHEAD, period)
    return {
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "targets": {key: wire.number(value, queries.metric(key).unit) for key, value in targets.items()},
        "campaigns": [
            {"id": x.pk, "name": x.name, "first": x.first_day.isoformat(), "last": x.last_day.isoformat()}
            for x in coming.order_by("first_day", "pk")[:MOST_CAMPAIGNS]
        ],
        "deals": [deal_days(each) for each in deal_rows.opening_in(store, period)],
        "words": plan_words(store, period),
    }


def plan_words(store: Store, period: Period) -> list[Json]:
    """The words of the plan in force for the months the period touches."""
    told = []
    for month in dict.fromkeys(month_of(day).first for day in period):
        plan = plans.in_force(store, month.year)
        cells = PlanCell.objects.filter(row__plan=plan, row__key__in=PLAN_WORDS, month=month.month).exclude(text="")
        words = dict(cells.values_list("row__key", "text")) if plan else {}
        if "heroes" in words:
            each = named(store, [words["heroes"]])[words["heroes"]]
            words["heroes"] = "、".join(x.product.title if x.product else x.text for x in each)
        told += [
            {"month": f"{month:%Y-%m}", "key": key, "text": words[key]} for key in PLAN_WORDS if words.get(key, "")
        ]
    return told


# what was written, read again


def figures_of(told: Json, period: Period) -> dict[str, Figure]:
    """The figures of a report, with their comparisons and targets, made again from what it keeps."""
    return {key: figure_of(key, kept, period) for key, kept in told["figures"].items()}


def figure_of(key: str, kept: Mapping[str, Any], period: Period) -> Figure:
    made = closing.figure_of(key, kept, period)
    against = {name: comparison_of(made, each) for name, each in kept["compare"].items()}
    said = kept.get("definition")
    chosen = None
    if said:
        since = dt.date.fromisoformat(said["since"]) if said["since"] else None
        chosen = Definition(said["variant"], said["metric"], since)
    return replace(made, compare=against, target=closing.number(kept["target"]), definition=chosen)


def comparison_of(figure: Figure, kept: Mapping[str, Any]) -> Comparison:
    own = closing.number(kept["own"])
    other = Period(dt.date.fromisoformat(kept["from"]), dt.date.fromisoformat(kept["to"]))
    value = closing.number(kept["value"])
    return replace(compared(replace(figure, value=own), kept["name"], other, value, tuple(kept["marks"])), own=own)


def days_of(told: Sequence[str]) -> tuple[dt.date, ...]:
    return tuple(dt.date.fromisoformat(day) for day in told)
