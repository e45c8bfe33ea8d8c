"""What 今日 and 看板 show, put together from figures: one function a part; nothing formatted, nothing translated."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from django.core.cache import cache

from campaigns.models import Campaign
from kpis import queries
from kpis.answers import SILENT, Figure, Pace, Row
from kpis.breakdowns import questions
from kpis.deltas import compared, is_thin
from kpis.display.charts import Band, Spark, spark
from kpis.metrics import rounded
from kpis.outward import product_groups
from kpis.outward.trades import trades
from kpis.queries import Ask
from kpis.tree import TREE
from opsplan.lib import periods
from opsplan.lib.periods import Period, add_months, month_of
from products.models import Product
from stores.calendars import calendar_of
from stores.models import Store

CARDS = ("pay_amt", "uv", "cvr", "aov", "refund_rate", "core_roi")  # as the store has chosen to read them
DEAL_CARDS = (
    "deal_net_amt", "deal_gross_amt", "deal_sold_qty", "deal_commission", "deal_profit", "deal_refund_rate",
)  # fmt: skip
REFUNDS = ("refund_amt", "refund_cnt", "refund_rate_amt", "refund_rate_amt_pay")
BUYERS = ("pay_buyers", "new_buyers", "old_buyers", "old_buyer_share", "repeat_rate")
FUNNEL = (
    ("uv", "uv"),
    ("fav_rate", "fav_uv"),
    ("cart_rate", "cart_uv"),
    ("order_cvr", "order_buyers"),
    ("pay_cvr", "pay_buyers"),
)
OVERVIEW = tuple(dict.fromkeys((*CARDS, *REFUNDS, *(metric for metric, _measure in FUNNEL), *TREE)))
CHANNEL_KEYS = ("uv", "pay_cvr", "promo_cost", "promo_amt", "roi")
PRODUCT_KEYS = ("pay_amt", "uv", "pay_cvr", "unit_price", "refund_rate_amt")
ACTIVE = "sell_through_items"  # beside the products: how many of those on sale have sold
KEEP_SECONDS = 3600
LONGEST_MARKED = 400  # a chart of more days has no room for names
SHORTEST_TREND = 14  # a day or two say nothing as a trend: the chart then shows two weeks
ZERO = Decimal(0)
GROUPED_BY = product_groups.BY
GROUP_KEYS = ("pay_amt", "uv", "pay_cvr", "pay_order_cnt", "unit_price", "refund_rate_amt", "gross_rate")
T = TypeVar("T")


@dataclass(frozen=True)
class Card:
    """A KPI card. fresh: full, partial or missing. target: of the whole month for a month under way. reached, elapsed:
    shares of the target and of its time."""

    figure: Figure
    spark: Spark | None
    fresh: str
    target: Decimal | None = None
    reached: Decimal | None = None
    elapsed: Decimal | None = None


@dataclass(frozen=True)
class Step:
    """A step of the funnel: people, and their share of the visitors."""

    figure: Figure
    people: Decimal | None
    share: Decimal | None


@dataclass(frozen=True)
class Trend:
    """Daily sales over the days of the chart; target and last year lie on the same days."""

    period: Period
    actual: list[tuple[dt.date, Decimal | None]]
    target: list[tuple[dt.date, Decimal | None]]
    last_year: list[tuple[dt.date, Decimal | None]]
    bands: list[Band]


@dataclass(frozen=True)
class Channels:
    """Channel rows, most visitors first, with the share of visitors each brought, and that of the paid ones."""

    rows: list[Row]
    shares: dict[str, Decimal]
    paid_share: Decimal | None

    def share(self, key: str) -> Decimal | None:
        """A channel's share of visitors as files tell it, rounded as every rate."""
        return rounded(self.shares[key], "rate") if key in self.shares else None

    @property
    def spenders(self) -> list[Row]:
        """Those that cost something, dearest first."""
        spent = [row for row in self.rows if row.values["promo_cost"].value]
        return sorted(spent, key=lambda row: -(row.values["promo_cost"].value or ZERO))


@dataclass(frozen=True)
class Overview:
    """What the first tab begins with; tree: the figures of the sales tree over the days that are compared first, and
    over the other days (None: nothing is compared), with what is said of these days (`marks`); months: the targets of
    the cards for the month the period lies in.
    """

    now: dict[str, Figure]
    tree: tuple[dict[str, Figure], dict[str, Figure] | None]
    marks: tuple[str, ...]
    series: dict[str, Figure]
    pace: Pace
    months: dict[str, Decimal | None]


@dataclass(frozen=True)
class Below:
    """What the first tab shows further down. now: the figures of the funnel and the refunds."""

    now: dict[str, Figure]
    trend: Trend
    channels: Channels


def overview(
    store: Store, period: Period, compare: Sequence[str], today: dt.date, cards: tuple[str, ...] = CARDS
) -> Overview:
    """The first tab's figures, read together, and kept until one of them can change. `cards`: the chosen metrics."""
    make = partial(make_overview, store, period, compare, today, cards)
    return kept(store, "first parts", make, today, period, tuple(compare), cards)


def make_overview(
    store: Store, period: Period, compare: Sequence[str], today: dt.date, cards: tuple[str, ...]
) -> Overview:
    """The head of the board: its cards, the tree of sales, pace and targets, read together."""
    daily = tuple(dict.fromkeys((*cards, "pay_amt")))
    asks = [Ask(tuple(dict.fromkeys((*cards, "refund_amt"))), period, compare), Ask(daily, period, (), True)]
    compare = [name for name in compare if name != "target"]
    if compare:
        m, (now, series, own, before) = queries.sales_sides(store, period, compare[0], asks)
        is_told = not is_thin((*m.marks, *before["pay_amt"].marks))
        tree, marks = (own, before if is_told else None), m.marks
    else:
        now, series, figures = queries.figure_sets(store, [*asks, Ask(TREE, period)])
        tree, marks = (figures, None), ()
    pace = queries.pace(store, min(period.last, today - periods.DAY))
    months = queries.targets_of(store, cards, month_of(period.last))
    return Overview(now, tree, marks, series, pace, months)


def below(store: Store, period: Period, compare: Sequence[str], today: dt.date, sales: Figure) -> Below:
    """The lower parts of the first tab, kept as the overview is, whose figure of the paid amount is `sales`."""

    def make() -> Below:
        asks = [Ask([*(metric for metric, _measure in FUNNEL), ACTIVE], period), Ask(REFUNDS, period, compare)]
        steps, refunds = queries.figure_sets(store, asks)
        return Below(steps | refunds, trend(store, period, today, sales), channels(store, period))

    return kept(store, "lower parts 2", make, today, period, tuple(compare))


def buyers(store: Store, period: Period, compare: Sequence[str]) -> dict[str, Figure]:
    """Who bought, new and returning: asked for last, for it looks a year back."""
    make = partial(queries.figures, store, BUYERS, period, compare=compare[:1])
    return kept(store, "buyers", make, period, tuple(compare[:1]))


def kept(store: Store, name: str, make: Callable[[], T], *question: object) -> T:
    """What `make` answers, kept under the store's data version: a change of any figure makes it anew."""
    text = f"{store.pk}|{queries.version(store)}|{name}|{question!r}"
    key = f"board:{hashlib.blake2b(text.encode(), digest_size=16).hexdigest()}"
    found: T | None = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, KEEP_SECONDS)
    return found


def card_of(
    figure: Figure, points: Sequence[tuple[dt.date, Decimal | None]], month_target: Decimal | None = None
) -> Card:
    """`points`: the figure by day, for its sparkline. month_target: what the whole month is to bring, of which a month
    under way has had the share that its days bear."""
    target, elapsed = figure.target, None
    if target is not None and month_target and figure.unit in ("money", "count") and is_month_to_date(figure.period):
        target, elapsed = month_target, target / month_target
    return Card(figure, spark(points), fresh(figure), target, figure.reached(target), elapsed)


def is_month_to_date(period: Period) -> bool:
    return period.first.day == 1 and period.last <= month_of(period.first).last


def fresh(figure: Figure) -> str:
    """full, partial or missing: how much of the period the figure has seen."""
    if figure.value is None:
        return "missing"
    return "partial" if any(mark.startswith(("partial", SILENT)) for mark in figure.marks) else "full"


def funnel(figures: Mapping[str, Figure]) -> list[Step]:
    """Visitors to buyers. Favourites and carts are told apart: one person may have done both."""
    steps = [Step(figures["uv"], figures["uv"].value, Decimal(1))]
    for metric, measure in FUNNEL[1:]:
        figure = figures[metric]
        steps.append(Step(figure, figure.inputs.get(measure), figure.value))
    return steps


def trend_period(period: Period) -> Period:
    """The days a chart shows: a month under way up to its end, and never less than two weeks."""
    if is_month_to_date(period):
        return month_of(period.first)
    if len(period) < SHORTEST_TREND:
        return Period(period.last - dt.timedelta(days=SHORTEST_TREND - 1), period.last)
    return period


def trend(store: Store, period: Period, today: dt.date, known: Figure | None = None) -> Trend:
    """Daily paid amount with target and last year. `known`: the figure of `period` with its series, if at hand."""
    shown = trend_period(period)
    closed = min(shown.last, max(today - periods.DAY, shown.first))
    counted = Period(shown.first, closed)
    if known is None or known.period != counted or not known.series:
        known = queries.figures(store, ["pay_amt"], counted, compare=(), series=True)["pay_amt"]
    past = queries.other_days(store, "last_year", replace(shown, unit="days")).span
    before = queries.figures(store, ["pay_amt"], past, compare=(), series=True)["pay_amt"].series
    then: dict[dt.date | None, Decimal | None] = dict(before)
    return Trend(
        shown,
        list(known.series),
        list(queries.sales_targets(store, shown).items()),
        [(day, then.get(add_months(day, -12))) for day in shown],  # nothing for 29 February
        bands(store, shown),
    )


def bands(store: Store, period: Period) -> list[Band]:
    """The sales of the store's calendar and its campaigns that touch the period; the calendar's names are English."""
    sales = calendar_of(store).sales_in(period) if len(period) <= LONGEST_MARKED else []
    marked = [Band(sale.name, sale.period, "sale") for sale in sales]
    running = Campaign.objects.filter(store=store, first_day__lte=period.last, last_day__gte=period.first)
    held = [each for each in running.order_by("first_day") if each.held_to(store.timezone) >= each.first_day]
    return marked + [Band(each.name, each.held(store.timezone), "campaign") for each in held[:12]]


def channels(store: Store, period: Period, compare: Sequence[str] = ()) -> Channels:
    rows = queries.breakdown(store, CHANNEL_KEYS, period, "channel", compare=compare)
    seen = {row.key: row.values["uv"].value or ZERO for row in rows}
    rows = [row for row in rows if seen[row.key] or row.values["promo_cost"].value]
    whole = sum(seen.values(), ZERO)
    shares = {key: value / whole for key, value in seen.items()} if whole else {}
    paid = sum((shares.get(row.key, ZERO) for row in rows if row.tags.get("paid") == "yes"), ZERO)
    rows.sort(key=lambda row: (-seen[row.key], -(row.values["promo_cost"].value or ZERO)))
    return Channels(rows, shares, paid if whole else None)


def products(
    store: Store, period: Period, search: str = "", sort: str = "-pay_amt"
) -> tuple[list[Row], Decimal | None]:
    """Product rows that sold or were seen, found by title or code, in the order of `sort`; and the share of sales that
    the first fifth of all products bring. A figure without a value is ranked last (G11)."""
    rows = kept(store, "products", lambda: product_rows(store, period), period)
    sold = sorted((row.values["pay_amt"].value or ZERO for row in rows if row.key), reverse=True)
    top, whole = sum(sold[: -(-len(sold) // 5)], ZERO), sum((row.values["pay_amt"].value or ZERO for row in rows), ZERO)
    share = top / whole if whole else None
    wanted = search.strip().lower()
    rows = [row for row in rows if wanted in row.label.lower() or wanted in row.key.lower()]
    key, down = sort.lstrip("-"), sort.startswith("-")
    key = key if key in PRODUCT_KEYS else "pay_amt"

    def rank(row: Row) -> tuple[bool, Decimal]:
        value = row.values[key].value
        return value is None, ZERO if value is None else -value if down else value

    return sorted(rows, key=rank), share


def product_rows(store: Store, period: Period) -> list[Row]:
    """Products that sold or were seen; their paid amount against the previous period."""
    rows = []
    for row in queries.product_rows(store, PRODUCT_KEYS, period, compare=["previous"], compared=["pay_amt"]):
        sold = row.values["pay_amt"]
        if sold.value or row.values["uv"].value:
            rows.append(row)
    return rows


def yesterday(store: Store, day: dt.date, keys: Sequence[str]) -> list[Figure]:
    """The figures of a day, each against the same weekday of the week before (comparison `last_week`)."""
    week_before = day - 7 * periods.DAY
    now = queries.figures(store, keys, Period(day, day), compare=())
    before = Period(week_before, week_before)
    then = queries.figures(store, keys, before, compare=())
    return [
        replace(
            now[key], compare={"last_week": compared(now[key], "last_week", before, then[key].value, then[key].marks)}
        )
        for key in keys
    ]


@dataclass(frozen=True)
class Running:
    """A campaign that runs or comes next; sales: what its products (or the whole store) sold on its closed days (yuan),
    None before it starts."""

    pk: int
    name: str
    period: Period
    sales: Decimal | None


def running(store: Store, day: dt.date) -> list[Running]:
    """Campaigns that run on `day`, then those that start within 45 days."""
    soon = Campaign.objects.filter(store=store, last_day__gte=day, first_day__lte=day + 45 * periods.DAY)
    found = []
    for campaign in soon.exclude(state=Campaign.State.STOPPED).order_by("first_day", "pk")[:8]:
        sales = None
        if campaign.first_day < day:
            so_far = Period(campaign.first_day, min(campaign.last_day, day - periods.DAY))
            sales = campaign_sales(store, campaign.pk, so_far)
        found.append(Running(campaign.pk, campaign.name, Period(campaign.first_day, campaign.last_day), sales))
    return found


def campaign_sales(store: Store, campaign: int, period: Period) -> Decimal | None:
    """What one campaign sold: where several run, `act_amt` is of all of them together."""
    try:
        return product_groups.group_figure(store, "pay_amt", period, (), ("campaign", str(campaign)))[0].value
    except LookupError:  # nothing of it was sold
        return None


def has_data(store: Store) -> bool:
    """Whether anything is known of the store."""
    return trades(store).is_known


def usual_cards(store: Store) -> tuple[str, ...]:
    """What a board begins with: the figures of what the store has facts of, its shop, its group deals or both."""
    found = trades(store)
    return DEAL_CARDS if found.only_deals else (*CARDS, *DEAL_CARDS) if found.deals else CARDS


def usual_parts(store: Store, parts: Iterable[str]) -> tuple[str, ...]:
    """Which of the parts a board begins with, likewise."""
    found = trades(store)
    return ("cards", "deals") if found.only_deals else tuple(x for x in parts if found.deals or x != "deals")


def members(store: Store, by: str) -> list[str]:
    """The first keys a figure can be narrowed to: channels, products (codes), stages, roles, campaigns (numbers)."""
    return sorted(questions.members(by, (store,)))[:50]


def figure_of(
    store: Store, key: str, period: Period, compare: Sequence[str], of: tuple[str, str]
) -> tuple[Figure, str, dict[str, Any]]:
    """A figure of the store, or of ("channel", key), ("product", code), ("stage", "role" or "campaign", its key): with
    the name of what it is narrowed to, and how `explain.explanation` is told so. LookupError where there is no such
    thing, or no such figure of it."""
    by, member = of
    if by in product_groups.BY:
        return product_groups.group_figure(store, key, period, compare, of)
    if not by:
        return queries.figures(store, [key], period, compare=compare, whole=True)[key], "", {}
    try:
        rows = queries.breakdown(store, [key], period, by, compare=compare)
    except ValueError as problem:
        raise LookupError(key) from problem
    row = next((row for row in rows if row.key == member), None)
    if row is None:
        raise LookupError(member)
    if by == "channel":
        return row.values[key], row.label, {"channel": member}
    product = Product.objects.filter(store=store, code=member).first()
    return row.values[key], row.label, {"product": product.pk if product else 0}
