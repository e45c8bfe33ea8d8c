"""What a month's factors would demand: sales against the plan, visitors to buy, what they cost, and whether that pays.

Nothing is stored. The free-traffic baseline and what a channel's visitors cost come from the last 28 closed days.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from kpis import queries
from kpis.answers import Figure
from kpis.planning.channels import Bought, Way, bought, break_even, contribution, pay_back
from kpis.planning.costs import COST
from kpis.planning.factors import AOV, CVR, FACTORS, SALES, UV, sales_of
from kpis.planning.need import shortfall, visitors_needed
from kpis.year.plan_cells import Loaded
from kpis.year.plan_rows import CHANNEL
from opsplan.lib import cells, clock
from opsplan.lib.periods import DAY, Period
from stores.models import Channel, Store

DAYS = 28
ONE, FINE = Decimal(1), Decimal("0.001")
OF_WAY = ("share", "cpc", "arrival", "commission")  # told of a paid channel
RATES = (CVR, "margin", "refunds", "fee", "share", "arrival", "commission")


@dataclass(frozen=True)
class Asked:
    """A month's factors as tried out, and what the calculation takes from the person: fractions and yuan."""

    month: int
    uv: Decimal | None
    conversion: Decimal | None
    per_buyer: Decimal | None
    margin: Decimal | None
    refunds: Decimal
    fee: Decimal
    ways: tuple[Way, ...]
    days: int = 30


@dataclass(frozen=True)
class Answer:
    """A day where it says so, else the month. None: something it needs is missing."""

    asked: Asked
    sales: Decimal | None
    planned: Decimal | None
    free: Decimal | None  # visitors a day that cost nothing
    gap: Decimal | None  # visitors a day to buy
    lines: tuple[Bought, ...]
    cost: Decimal | None  # a day
    brings: Decimal | None  # a day
    roi: Decimal | None
    rate: Decimal | None  # what is left of a paid yuan
    floor: Decimal | None  # 保本ROI
    ratio: Decimal | None  # cost of a month over its sales
    ratio_before: Decimal | None
    cac: Decimal | None
    payback: Decimal | None

    @property
    def change(self) -> Decimal | None:
        """Sales of the month against the plan, yuan."""
        return None if self.sales is None or self.planned is None else self.sales - self.planned

    @property
    def month_cost(self) -> Decimal | None:
        return None if self.cost is None else self.cost * self.asked.days

    @property
    def pays(self) -> bool | None:
        return None if self.roi is None or self.floor is None else self.roi >= self.floor


def last_days(store: Store) -> Period:
    yesterday = clock.today(store.timezone) - DAY
    return Period(yesterday - dt.timedelta(days=DAYS - 1), yesterday)


def free_visitors(store: Store) -> Decimal | None:
    """Visitors a day that no ad brought, over the days that tell; None when the sources do not."""
    rows = queries.breakdown(store, ["uv", "paid_uv"], last_days(store), "day")
    pairs = [(row.values["uv"].value, row.values["paid_uv"].value) for row in rows]
    known = [uv - paid for uv, paid in pairs if uv is not None and paid is not None]
    return max(sum(known, Decimal(0)) / len(known), Decimal(0)).quantize(ONE) if known else None


def usual_ways(loaded: Loaded, month: int) -> tuple[Way, ...]:
    """The paid channels with their share of the month's cost (else of the last days' cost), and as the last days had
    them: cost per click and visitors a click, or for a channel without clicks what it costs of its sales."""
    store = loaded.plan.store
    rows = queries.breakdown(store, ["promo_cost", "cpc", "uv", "pay_amt"], last_days(store), "channel")
    found = {row.key: row.values for row in rows}
    paid = list(Channel.objects.filter(store=store, is_paid=True).values_list("key", flat=True))
    weights = {key: loaded.sheet.value(CHANNEL + key, month) or Decimal(0) for key in paid}
    if not any(weights.values()):
        spent = {key: found[key]["promo_cost"].value for key in paid if key in found}
        weights = {key: spent.get(key) or Decimal(0) for key in paid}
    whole = sum(weights.values(), Decimal(0))
    ways = []
    for key in paid:
        share = (weights[key] / whole).quantize(FINE) if whole else Decimal(0)
        way = usual(key, share, found[key]) if key in found else Way(key, share)
        if share or way.cpc:
            ways.append(way)
    return tuple(ways) or tuple(Way(key, Decimal(0)) for key in paid[:3])


def usual(key: str, share: Decimal, figures: Mapping[str, Figure]) -> Way:
    cpc, spent, visitors, sales = (figures[name].value for name in ("cpc", "promo_cost", "uv", "pay_amt"))
    clicks = figures["cpc"].inputs.get("ad_clicks")
    if cpc is None:
        return Way(key, share, commission=(spent / sales).quantize(FINE) if spent and sales else Decimal(0))
    arrival = min(visitors / clicks, ONE).quantize(FINE) if visitors and clicks else ONE
    return Way(key, share, cpc, arrival=arrival or ONE)


def read_question(loaded: Loaded, month: int, typed: Mapping[str, str]) -> Asked:
    """What a person typed (the names of `question`, rates in percent). With solve=sales the visitors are those that
    bring `sales`. What cannot be read counts as not typed."""
    told = {name: found for name, text in typed.items() if (found := number(text, name)) is not None}
    if typed.get("solve") != "sales":
        told.pop("sales", None)
    return question(loaded, month, told)


def question(loaded: Loaded, month: int, told: Mapping[str, Decimal], share: Decimal | None = None) -> Asked:
    """On top of the plan: uv, pay_cvr, aov_buyer, margin, refunds, fee, and for each channel share:<key>, cpc:<key>,
    arrival:<key>, commission:<key>. With `sales` (yuan a month) the visitors are those that bring them. Margin and
    refunds that are not told are the plan's, else those of the last days. share: that of channels of which none is
    told; None = the usual.
    """
    planned = {key: loaded.sheet.value(key, month) for key in (*FACTORS, "gross_rate", "refund_rate_amt")}
    tried = {key: told.get(key, planned[key]) for key in FACTORS}
    ways = tuple(
        Way(
            way.key,
            told.get(f"share:{way.key}", way.share if share is None else share),
            told.get(f"cpc:{way.key}", way.cpc),
            told.get(f"commission:{way.key}", way.commission),
            arrival=told.get(f"arrival:{way.key}") or way.arrival,
        )
        for way in usual_ways(loaded, month)
    )
    days = loaded.sheet.days[month - 1]
    sales, conversion, per_buyer = told.get("sales"), tried[CVR], tried[AOV]
    if sales is not None and conversion is not None and per_buyer is not None:
        needed = visitors_needed(sales / days, per_buyer, conversion)
        tried[UV] = tried[UV] if needed is None else needed
    usual = queries.figures(
        loaded.plan.store, ["gross_rate", "refund_rate_amt"], last_days(loaded.plan.store), compare=()
    )
    margin, refunds = (
        next((x for x in (told.get(name), planned[key], usual[key].value) if x is not None), None)
        for name, key in (("margin", "gross_rate"), ("refunds", "refund_rate_amt"))
    )
    return Asked(
        month, tried[UV], tried[CVR], tried[AOV], margin, refunds or Decimal(0), told.get("fee", Decimal(0)), ways, days
    )


def is_rate(name: str) -> bool:
    """Whether what one calls that is a fraction; else it is yuan or visitors."""
    return name.partition(":")[0] in RATES


def number(text: str, name: str) -> Decimal | None:
    try:
        found = cells.read(text, "rate" if is_rate(name) else "money") if text.strip() else None
    except (ValueError, InvalidOperation):
        return None
    return None if found is None or found < 0 else found


def whatif(loaded: Loaded, asked: Asked) -> Answer:
    """What these factors sell and demand."""
    sheet, days = loaded.sheet, asked.days
    free = free_visitors(loaded.plan.store)
    planned, before = sheet.value(SALES, asked.month), sheet.value(COST, asked.month)
    rate_left = None if asked.margin is None else contribution(asked.margin, asked.refunds, asked.fee)
    floor = None if rate_left is None else break_even(rate_left)
    sales = gap = cost = brings = None
    lines: tuple[Bought, ...] = ()
    if asked.uv is not None and asked.conversion is not None and asked.per_buyer is not None:
        sales = sales_of(asked.uv, asked.conversion, asked.per_buyer, days)
        if free is not None:
            gap = shortfall(asked.uv, free)
            lines = tuple(x for x in bought(gap, asked.ways, asked.conversion, asked.per_buyer) if x.visitors)
            cost = sum((x.cost for x in lines), Decimal(0))
            brings = sum((x.visitors for x in lines), Decimal(0)) * asked.conversion * asked.per_buyer
    buyers = brings / asked.per_buyer if brings is not None and asked.per_buyer else None
    cac = cost / buyers if cost is not None and buyers else None
    left = None if rate_left is None or asked.per_buyer is None else rate_left * asked.per_buyer
    return Answer(
        asked=asked,
        sales=sales,
        planned=planned,
        free=free,
        gap=gap,
        lines=lines,
        cost=cost,
        brings=brings,
        roi=brings / cost if brings is not None and cost else None,
        rate=rate_left,
        floor=floor,
        ratio=cost * days / sales if cost is not None and sales else None,
        ratio_before=before / planned if before is not None and planned else None,
        cac=cac,
        payback=pay_back(cac, left) if cac is not None and left is not None else None,
    )
