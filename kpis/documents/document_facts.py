"""What the system knows about a section of a plan document: label and figure, newest data."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from campaigns.models import Campaign
from kpis import queries
from kpis.models import Milestone, Target
from kpis.month import month_budget
from kpis.planning.factors import AOV, SALES
from kpis.planning.year import BUDGET, BUDGETS
from kpis.year.plan_cells import load
from kpis.year.plan_rows import KNOWN
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period, add_months, month_of
from stores.calendars import calendar_of
from stores.models import Store

RECENT = 30
BEST = 3


@dataclass(frozen=True)
class Fact:
    """value: a number in the figure's unit, or None; words: instead of a number (a name, a span of days). metric: the
    KPI it is, read over `period`; about: the page of what it names, as "campaign 12"."""

    label: str
    value: Decimal | None = None
    unit: str = ""
    words: str = ""
    metric: str = ""
    period: Period | None = None
    about: str = ""


def facts_of(store: Store, document: str, month: Period) -> dict[str, list[Fact]]:
    """By part of a document: of the month, or of its year."""
    return facts(store, month) if document == "month" else year_facts(store, document, month)


def year_facts(store: Store, document: str, month: Period) -> dict[str, list[Fact]]:
    """The outlines' sections on goals, money and dates: the plan in force, and what the year has brought so far."""
    first, last = month.first.replace(month=1, day=1), month.first.replace(month=12, day=31)
    closed = Period(first, max(first, min(last, clock.today(store.timezone) - DAY)))
    if document == "outline":
        money = [*planned(store, month, (SALES, BUDGET)), *figures_as(store, ("real_amt", "gross"), closed)]
        return {"finance": money, "schedule": milestones(store, Period(first, last))}
    goals = [*planned(store, month, (SALES,)), *figures_as(store, ("real_amt", "goal_rate"), closed)]
    if document == "work":
        return {"goals": goals, "control": milestones(store, Period(first, last))}
    budget = [*planned(store, month, BUDGETS), *figures_as(store, ("promo_cost",), closed)]
    return {"goals": goals, "budget": budget, "review": figures_as(store, ("goal_rate", "yoy"), closed)}


def planned(store: Store, month: Period, keys: tuple[str, ...]) -> list[Fact]:
    """Amounts of the whole year in the plan in force."""
    plan = month_budget.in_force(store, month)
    sheet = load(plan).sheet if plan else None
    names = {SALES: _("Target sales")}  # its row is called after the month
    totals = [
        (names.get(key, KNOWN[key].label), sheet.total(key) if sheet and key in sheet.rows else None) for key in keys
    ]
    return [Fact(_("Plan of the year: %s") % label, value, "money", about="targets") for label, value in totals]


def milestones(store: Store, year: Period) -> list[Fact]:
    due = Milestone.objects.filter(store=store, due__range=(year.first, year.last)).order_by("due")
    return [Fact(each.title, words=each.due.isoformat(), about="milestones") for each in due]


def facts(store: Store, month: Period) -> dict[str, list[Fact]]:
    """By part of the month's document."""
    makers: dict[str, Callable[[Store, Period], list[Fact]]] = {
        "promotions": sales_of, "goods": goods, "service": service, "stock": stock, "supply": supply,
        "review": review, "next": following,
    }  # fmt: skip
    return {key: make(store, month) for key, make in makers.items()}


@dataclass(frozen=True)
class Head:
    """S019: target sales = target orders x target order value. agrees: within 0.1 %, or half an order, for orders are
    whole; None while one is missing."""

    sales: Decimal | None
    orders: Decimal | None
    value: Decimal | None
    agrees: bool | None


def head(store: Store, month: Period) -> Head:
    """The head of the month's sheet. Without a target for orders: visitors x conversion x days."""
    found = month_budget.targets_of(store, month)
    sales, value = found.get(SALES), found.get("aov_order") or found.get(AOV)
    orders = found.get("pay_order_cnt")
    if orders is None and "uv" in found and "pay_cvr" in found:
        orders = found["uv"] * found["pay_cvr"] * len(month)
    agrees = None
    if sales and orders and value:
        agrees = abs(orders * value - sales) <= max(sales / 1000, value / 2)
    return Head(sales, orders, value, agrees)


def recent(store: Store, month: Period) -> Period:
    """The last 30 closed days, up to the end of the month."""
    last = min(clock.today(store.timezone) - DAY, month.last)
    return Period(last - (RECENT - 1) * DAY, last)


def figures_as(store: Store, keys: tuple[str, ...], period: Period) -> list[Fact]:
    found = queries.figures(store, keys, period, compare=())
    return [
        Fact(queries.metric(key).label, figure.value, figure.unit, metric=key, period=period)
        for key, figure in found.items()
    ]


def sales_of(store: Store, month: Period) -> list[Fact]:
    found = Campaign.objects.filter(store=store, first_day__lte=month.last, last_day__gte=month.first)
    return [
        Fact(x.name, words=days(x.first_day, x.last_day), about=f"campaign {x.pk}") for x in found.order_by("first_day")
    ]


def days(first: dt.date, last: dt.date) -> str:
    return f"{first:%m-%d}" if first == last else f"{first:%m-%d} – {last:%m-%d}"


def goods(store: Store, month: Period) -> list[Fact]:
    """The best of the last 30 days, and the weakest of those that sold."""
    rows = queries.breakdown(store, ["pay_amt"], recent(store, month), "product")
    sold = [row for row in rows if row.values["pay_amt"].value and row.label]
    best, weak = sold[:BEST], sold[BEST:][-BEST:]
    return [
        Fact(name + _(": ") + row.label, row.values["pay_amt"].value, "money", about="dashboard_products")
        for name, some in ((_("Sells best"), best), (_("Sold least"), weak))
        for row in some
    ]


def service(store: Store, month: Period) -> list[Fact]:
    return figures_as(store, ("reply_rate", "good_rate", "refund_rate_amt", "dsr_svc"), recent(store, month))


def stock(store: Store, month: Period) -> list[Fact]:
    return figures_as(store, ("stock_amt", "stock_qty", "dead_items", "turn_days"), recent(store, month))


def supply(store: Store, month: Period) -> list[Fact]:
    return figures_as(store, ("ship_on_time", "pay_ship_h", "oos_rate"), recent(store, month))


def review(store: Store, month: Period) -> list[Fact]:
    """The month so far against its target, last month (环比) and last year (同比)."""
    closed = month_budget.so_far(store, month)
    return figures_as(store, ("real_amt", "goal_rate", "mom", "yoy", "pay_cvr", "aov_buyer"), closed) if closed else []


def following(store: Store, month: Period) -> list[Fact]:
    """Next month's target, events and campaigns."""
    first = add_months(month.first, 1)
    if first is None:
        return []
    coming = month_of(first)
    target = Target.objects.filter(store=store, metric=SALES, month=first).values_list("value", flat=True).first()
    events = [e for e in calendar_of(store).events_in(coming) if e.day in coming and e.rank > 0]
    return [
        Fact(_("Target sales"), target, "money", about="targets"),
        *(Fact(_(e.name), words=f"{e.day:%m-%d}") for e in events),
        *sales_of(store, coming),
    ]
