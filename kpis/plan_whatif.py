"""What a month's factors would demand: sales against the plan, visitors to buy, what they cost, and whether that pays.

Nothing is stored. The free-traffic baseline and what a channel's visitors cost come from the last 28 closed days.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from kpis import queries
from kpis.plan_cells import Loaded
from kpis.plan_rows import CHANNEL
from kpis.planning.channels import Bought, Way, bought, break_even, contribution, pay_back
from kpis.planning.costs import COST
from kpis.planning.factors import AOV, CVR, FACTORS, SALES, UV, sales_of
from kpis.planning.need import shortfall
from opsplan.lib import cells, clock
from opsplan.lib.periods import DAY, Period
from stores.models import Channel, Store

DAYS = 28
ONE = Decimal(1)


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
    """The paid channels with their share of the month's cost (else of the last days' cost) and their cost per click."""
    store = loaded.plan.store
    rows = queries.breakdown(store, ["promo_cost", "cpc"], last_days(store), "channel")
    found = {row.key: row.values for row in rows}
    paid = list(Channel.objects.filter(store=store, is_paid=True).values_list("key", flat=True))
    weights = {key: loaded.sheet.value(CHANNEL + key, month) or Decimal(0) for key in paid}
    if not any(weights.values()):
        spent = {key: found[key]["promo_cost"].value for key in paid if key in found}
        weights = {key: spent.get(key) or Decimal(0) for key in paid}
    whole = sum(weights.values(), Decimal(0))
    ways = []
    for key in paid:
        cpc = found[key]["cpc"].value if key in found else None
        share = (weights[key] / whole).quantize(Decimal("0.001")) if whole else Decimal(0)
        if share or cpc:
            ways.append(Way(key, share, cpc or Decimal(0)))
    return tuple(ways) or tuple(Way(key, Decimal(0)) for key in paid[:3])


def read_question(loaded: Loaded, month: int, typed: Mapping[str, str]) -> Asked:
    """What a person typed, on top of the plan: uv, pay_cvr, aov_buyer, margin, refunds, fee, and for each channel
    share:<key>, cpc:<key>, commission:<key>. What cannot be read counts as not typed."""
    planned = {key: loaded.sheet.value(key, month) for key in (*FACTORS, "gross_rate", "refund_rate_amt")}
    tried = dict(planned)
    for key in FACTORS:
        found = number(typed.get(key, ""), key)
        tried[key] = planned[key] if found is None else found
    ways = []
    for way in usual_ways(loaded, month):
        share, cpc = rate(typed, f"share:{way.key}"), number(typed.get(f"cpc:{way.key}", ""), "money")
        commission = rate(typed, f"commission:{way.key}")
        ways.append(
            Way(
                way.key,
                way.share if share is None else share,
                way.cpc if cpc is None else cpc,
                commission or Decimal(0),
            )
        )
    margin, refunds = rate(typed, "margin"), rate(typed, "refunds")
    return Asked(
        month,
        tried[UV],
        tried[CVR],
        tried[AOV],
        planned["gross_rate"] if margin is None else margin,
        (planned["refund_rate_amt"] or Decimal(0)) if refunds is None else refunds,
        rate(typed, "fee") or Decimal(0),
        tuple(ways),
    )


def number(text: str, key: str) -> Decimal | None:
    try:
        found = cells.read(text, "rate" if key == CVR else "money") if text.strip() else None
    except (ValueError, InvalidOperation):
        return None
    return None if found is None or found < 0 else found


def rate(typed: Mapping[str, str], name: str) -> Decimal | None:
    return number(typed.get(name, ""), CVR)


def whatif(loaded: Loaded, asked: Asked) -> Answer:
    """What these factors sell and demand."""
    sheet, days = loaded.sheet, loaded.sheet.days[asked.month - 1]
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
