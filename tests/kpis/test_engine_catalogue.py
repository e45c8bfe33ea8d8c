"""Every KPI that comes from facts, at day, month and two-store grain, against answers worked out here from plain rows,
by the words of the domain notes: nothing of the engine is used to get them."""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from campaigns.models import Campaign
from kpis import queries
from kpis.models import AdSpend, ChannelTraffic, Coverage, Order, OrderLine, OrderStatus, Refund, ShopTraffic
from opsplan.lib.periods import Period
from products.models import Cost, Product
from stores.models import Store
from stores.services import create_store
from tests.kpis.facts import count, noon

Day = dt.date
FIRST, LAST, SPLIT = Day(2026, 2, 1), Day(2026, 3, 31), Day(2026, 3, 1)
DAYS = [FIRST + dt.timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
SALE = (Day(2026, 2, 24), Day(2026, 3, 4))  # a campaign of product A
DARK = ("south", Day(2026, 3, 10))  # nobody has told of the visitors of that day
COSTS = {"A": (700, 800), "B": (150, 150), "C": (0, 90)}  # fen before and from SPLIT
PRICES = {"A": 1999, "B": 500, "C": 333}


@dataclass
class Sale:
    """An order with its lines [(code, pieces)] and refunds [(day, fen, goods came back)]."""

    store: str
    no: str
    made: Day
    paid: Day | None
    buyer: int
    lines: list[tuple[str, int]]
    refunds: list[tuple[Day, int, bool]] = field(default_factory=list)

    @property
    def amount(self) -> int:
        return sum(PRICES[code] * pieces for code, pieces in self.lines)

    @property
    def given_back(self) -> int:
        return sum(fen for _day, fen, _back in self.refunds)


def make_sales() -> list[Sale]:
    dice = random.Random(7)
    sales = []
    for n in range(160):
        made = dice.choice(DAYS)
        paid = dice.choice([made, made, made, min(made + dt.timedelta(days=1), LAST), None])
        lines = [(code, dice.randint(1, 3)) for code in dice.sample("ABC", dice.randint(1, 3))]
        sale = Sale(dice.choice(["north", "south"]), f"N{n}", made, paid, dice.randint(1, 40), lines)
        if paid and dice.random() < 0.3:
            settled = paid + dt.timedelta(days=dice.choice([0, 3, 25]))
            whole = dice.random() < 0.5
            sale.refunds.append((settled, sale.amount if whole else 111, dice.random() < 0.5))
        sales.append(sale)
    return sales


SALES = make_sales()
# (store, day) -> visitors, views, visits, new visitors, favourites | by search, by paid | spend, sales, clicks, shown
DICE = random.Random(8)
VISITS = {
    (store, day): [DICE.randint(40, 400) for _ in range(5)]
    for store in ("north", "south")
    for day in DAYS
    if (store, day) != DARK
}
FLOWS = {(store, day): (DICE.randint(1, 30), DICE.randint(1, 30)) for store in ("north", "south") for day in DAYS}
ADS = {(s, d): [DICE.randint(100, 9000) for _ in range(4)] for s in ("north", "south") for d in DAYS}


@pytest.fixture(scope="module")
def _world(django_db_setup: None, django_db_blocker: Any) -> Iterable[None]:
    """The rows as facts, once for all questions."""
    with django_db_blocker.unblock():
        stores = {slug: create_store(slug, slug, "tmall", brand="莲花") for slug in ("north", "south")}
        for store in stores.values():
            tell(store)
            count(store)
        yield
        for store in stores.values():
            store.delete()


def tell(store: Store) -> None:
    slug = store.slug
    goods = {code: Product.objects.create(store=store, code=code, title=code) for code in PRICES}
    for code, (before, after) in COSTS.items():
        Cost.objects.create(product=goods[code], from_day=Day(2025, 1, 1), cost_fen=before)
        Cost.objects.create(product=goods[code], from_day=SPLIT, cost_fen=after)
    Campaign.objects.create(store=store, name="A", first_day=SALE[0], last_day=SALE[1]).products.add(goods["A"])
    kinds = ("orders", "lines", "refunds", "traffic", "flow")
    told = [(kind, "", day) for kind in kinds for day in DAYS if kind != "traffic" or (slug, day) != DARK]
    told += [("ads", "zhitongche", day) for day in DAYS]
    Coverage.objects.bulk_create(Coverage(store=store, kind=k, detail=d, day=day) for k, d, day in told)
    for sale in (x for x in SALES if x.store == slug):
        Order.objects.create(
            store=store, order_no=sale.no, created_at=noon(sale.made), order_day=sale.made, pay_day=sale.paid,
            paid_at=sale.paid and noon(sale.paid), total_fen=sale.amount, pay_fen=sale.amount if sale.paid else None,
            buyer_key=sale.buyer, freight_fen=100, subsidy_fen=50,
            status=OrderStatus.PAID if sale.paid else OrderStatus.UNPAID,
        )  # fmt: skip
        for n, (code, pieces) in enumerate(sale.lines):
            OrderLine.objects.create(
                store=store, order_no=sale.no, line_key=str(n), code=code, price_fen=PRICES[code], qty=pieces,
                product_id_ref=goods[code].pk,
            )  # fmt: skip
        for n, (day, fen, back) in enumerate(sale.refunds):
            Refund.objects.create(
                store=store, refund_no=f"{sale.no}-{n}", order_no=sale.no, code=sale.lines[0][0], status=30,
                settled_at=noon(day), settled_day=day, amount_fen=fen, qty=1, with_return=back,
            )  # fmt: skip
    for day in DAYS:
        if (slug, day) in VISITS:
            uv, pv, visits, new, fav = VISITS[slug, day]
            ShopTraffic.objects.create(store=store, day=day, uv=uv, pv=pv, visits=visits, new_uv=new, item_fav_uv=fav)
        search, paid = FLOWS[slug, day]
        for name, key, uv in (("手淘搜索", "search", search), ("直通车", "zhitongche", paid)):
            ChannelTraffic.objects.create(store=store, day=day, flow=name, channel_key=key, uv=uv)
        cost, sold, clicks, shown = ADS[slug, day]
        AdSpend.objects.create(
            store=store, day=day, channel_key="zhitongche", grain="account", cost_fen=cost, sales_fen=sold,
            clicks=clicks, impressions=shown,
        )  # fmt: skip


@dataclass
class Cut:
    """The rows of some stores and days, and the sums that people mean by the words of the notes. Money in fen."""

    stores: tuple[str, ...]
    first: Day
    last: Day

    def inside(self, day: Day | None) -> bool:
        return day is not None and self.first <= day <= self.last

    @property
    def made(self) -> list[Sale]:
        return [x for x in SALES if x.store in self.stores and self.inside(x.made)]

    @property
    def paid(self) -> list[Sale]:
        return [x for x in SALES if x.store in self.stores and self.inside(x.paid)]

    @property
    def seen(self) -> list[Sale]:
        """Paid on days whose visitors are known (G18)."""
        return [x for x in self.paid if (x.store, x.paid) in VISITS]

    @property
    def settled(self) -> list[tuple[int, bool]]:
        mine = [x for x in SALES if x.store in self.stores]
        return [(fen, back) for x in mine for day, fen, back in x.refunds if self.inside(day)]

    def told(self, of: dict[tuple[str, Day], Any], n: int, *, only_seen: bool = False) -> int:
        keys = [key for key in of if key[0] in self.stores and self.inside(key[1])]
        return sum(of[key][n] for key in keys if not only_seen or key in VISITS)

    def pieces(self, sales: list[Sale]) -> int:
        return sum(pieces for sale in sales for _code, pieces in sale.lines)

    @property
    def cost(self) -> int:
        at = [(line, COSTS[line[0]][(x.paid or FIRST) >= SPLIT]) for x in self.paid for line in x.lines]
        return sum(pieces * cost for (_code, pieces), cost in at)

    @property
    def on_sale(self) -> int:
        days = [x for x in self.paid if x.paid and SALE[0] <= x.paid <= SALE[1]]
        return sum(PRICES["A"] * pieces for x in days for code, pieces in x.lines if code == "A")

    @property
    def new(self) -> int:
        before = {x.buyer for x in SALES if x.store in self.stores and x.paid and x.paid < self.first}
        return len(people(self.paid) - before)

    @property
    def twice(self) -> int:
        orders: dict[int, int] = defaultdict(int)
        for sale in self.paid:
            orders[sale.buyer] += 1
        return sum(n > 1 for n in orders.values())


def people(sales: list[Sale]) -> set[int]:
    return {sale.buyer for sale in sales}


def money(sales: list[Sale]) -> int:
    return sum(sale.amount for sale in sales)


def back(cut: Cut) -> int:
    return sum(fen for fen, _back in cut.settled)


def yuan(fen: float | Fraction) -> Fraction:
    return Fraction(fen) / 100


def net(cut: Cut) -> int:
    return money(cut.paid) - back(cut)


def uv(cut: Cut) -> int:
    return cut.told(VISITS, 0)


# key -> the answer over a cut; a division by nothing is no value
ANSWERS: dict[str, Callable[[Cut], Any]] = {
    "uv": uv,
    "pv": lambda c: c.told(VISITS, 1),
    "pv_per_uv": lambda c: Fraction(c.told(VISITS, 1), uv(c)),
    "visit_depth": lambda c: Fraction(c.told(VISITS, 1), c.told(VISITS, 2)),
    "new_uv_share": lambda c: Fraction(c.told(VISITS, 3), uv(c)),
    "fav_rate": lambda c: Fraction(c.told(VISITS, 4), uv(c)),
    "uv_search": lambda c: c.told(FLOWS, 0),
    "paid_uv": lambda c: c.told(FLOWS, 1),
    "search_uv_share": lambda c: Fraction(c.told(FLOWS, 0, only_seen=True), uv(c)),
    "paid_uv_share": lambda c: Fraction(c.told(FLOWS, 1, only_seen=True), uv(c)),
    "ad_ctr": lambda c: Fraction(c.told(ADS, 2), c.told(ADS, 3)),
    "cpc": lambda c: yuan(Fraction(c.told(ADS, 0), c.told(ADS, 2))),
    "cpm": lambda c: yuan(Fraction(c.told(ADS, 0) * 1000, c.told(ADS, 3))),
    "uv_cost": lambda c: yuan(Fraction(c.told(ADS, 0), c.told(FLOWS, 1))),
    "promo_cost": lambda c: yuan(c.told(ADS, 0)),
    "promo_amt": lambda c: yuan(c.told(ADS, 1)),
    "roi": lambda c: Fraction(c.told(ADS, 1), c.told(ADS, 0)),
    "shop_roi": lambda c: Fraction(money(c.paid), c.told(ADS, 0)),
    "cost_ratio": lambda c: Fraction(c.told(ADS, 0), money(c.paid)),
    "promo_share": lambda c: Fraction(c.told(ADS, 1), money(c.paid)),
    "order_cnt": lambda c: len(c.made),
    "gsv_gmv": lambda c: yuan(money(c.made)),
    "order_buyers": lambda c: len(people(c.made)),
    "valid_order_cnt": lambda c: sum(x.given_back < x.amount for x in c.paid),
    "order_valid_rate": lambda c: Fraction(sum(x.given_back < x.amount for x in c.paid), len(c.made)),
    "pay_order_cnt": lambda c: len(c.paid),
    "real_order_cnt": lambda c: len(c.paid),
    "pay_item_cnt": lambda c: c.pieces(c.paid),
    "pay_buyers": lambda c: len(people(c.paid)),
    "new_buyers": lambda c: c.new,
    "old_buyers": lambda c: len(people(c.paid)) - c.new,
    "old_buyer_share": lambda c: Fraction(len(people(c.paid)) - c.new, len(people(c.paid))),
    "repeat_rate": lambda c: Fraction(c.twice, len(people(c.paid))),
    "order_pay_rate": lambda c: Fraction(len(people(c.made) & people(c.paid)), len(people(c.made))),
    "pay_cvr": lambda c: Fraction(len(people(c.seen)), uv(c)),
    "order_uv_cvr": lambda c: Fraction(len(c.seen), uv(c)),
    "uv_value": lambda c: yuan(Fraction(money(c.seen), uv(c))),
    "pay_amt": lambda c: yuan(money(c.paid)),
    "real_amt": lambda c: yuan(money(c.paid)),
    "pay_freight": lambda c: len(c.paid),
    "subsidy_amt": lambda c: Fraction(len(c.paid), 2),
    "merchant_amt": lambda c: yuan(money(c.paid)) + Fraction(len(c.paid), 2),
    "net_amt": lambda c: yuan(net(c)),
    "act_amt": lambda c: yuan(c.on_sale),
    "act_share": lambda c: Fraction(c.on_sale, money(c.paid)),
    "aov_buyer": lambda c: yuan(Fraction(money(c.paid), len(people(c.paid)))),
    "arpu": lambda c: yuan(Fraction(money(c.paid), len(people(c.paid)))),
    "aov_order": lambda c: yuan(Fraction(money(c.paid), len(c.paid))),
    "unit_price": lambda c: yuan(Fraction(money(c.paid), c.pieces(c.paid))),
    "items_per_buyer": lambda c: Fraction(c.pieces(c.paid), len(people(c.paid))),
    "upt": lambda c: Fraction(c.pieces(c.paid), len(c.paid)),
    "daily_orders": lambda c: Fraction(len(c.paid), (c.last - c.first).days + 1),
    "daily_units": lambda c: Fraction(c.pieces(c.paid), (c.last - c.first).days + 1),
    "cost_amt": lambda c: yuan(c.cost),
    "cost_missing_qty": lambda c: 0,
    "gross": lambda c: yuan(net(c) - c.cost),
    "gross_rate": lambda c: Fraction(net(c) - c.cost, net(c)) if net(c) > 0 else ...,
    "gross_per_order": lambda c: yuan(Fraction(net(c) - c.cost, len(c.paid))),
    "be_roi": lambda c: Fraction(net(c), net(c) - c.cost) if net(c) > c.cost else None,
    "cac": lambda c: yuan(Fraction(c.told(ADS, 0), c.new)),
    "sold_items": lambda c: len({(x.store, code) for x in c.paid for code, _pieces in x.lines}),
    "refund_cnt": lambda c: len(c.settled),
    "refund_qty": lambda c: len(c.settled),
    "refund_amt": lambda c: yuan(back(c)),
    "cohort_refund_amt": lambda c: yuan(sum(x.given_back for x in c.paid)),
    "refund_rate_amt": lambda c: Fraction(back(c), money(c.paid)),
    "refund_rate_amt_pay": lambda c: Fraction(sum(x.given_back for x in c.paid), money(c.paid)),
    "refund_rate_cnt": lambda c: Fraction(len(c.settled), sum(len(x.lines) for x in c.paid)),
    "return_rate": lambda c: Fraction(sum(any(b for _d, _f, b in x.refunds) for x in c.paid), len(c.paid)),
}

BOTH = ("north", "south")
CUTS = {
    "a day": Cut(("north",), Day(2026, 2, 26), Day(2026, 2, 26)),
    "another day": Cut(("south",), Day(2026, 3, 3), Day(2026, 3, 3)),
    "a day of both stores": Cut(BOTH, Day(2026, 3, 2), Day(2026, 3, 2)),
    "February": Cut(("north",), FIRST, Day(2026, 2, 28)),
    "March": Cut(("north",), SPLIT, LAST),
    "March with a dark day": Cut(("south",), SPLIT, LAST),
    "March of both stores": Cut(BOTH, SPLIT, LAST),
    "two months of both stores": Cut(BOTH, FIRST, LAST),
}


def answered(cut: Cut) -> dict[str, Decimal | None]:
    stores, keys = list(Store.objects.select_related("brand")), list(ANSWERS)
    period = {"from": str(cut.first), "to": str(cut.last)}
    found = {}
    for asked in (keys[:40], keys[40:]):
        body = {"stores": list(cut.stores), "metrics": asked, "period": period}
        [total] = queries.table(queries.question(body, stores)).totals
        found |= {key: value.value for key, value in total.values.items()}
    return found


def differs(key: str, cut: Cut, found: Decimal | None) -> bool:
    try:
        wanted = ANSWERS[key](cut)
    except ZeroDivisionError:
        wanted = None
    if wanted is ...:
        return False
    if wanted is None or found is None:
        return wanted is not found
    step = Fraction(Decimal(1).scaleb(int(found.as_tuple().exponent)))
    return abs(Fraction(found) - Fraction(wanted)) > step / 2


@pytest.mark.django_db
@pytest.mark.usefixtures("_world")
@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS.keys())
def test_every_figure_from_facts_equals_the_answer_from_the_rows(cut: Cut) -> None:
    found = answered(cut)
    assert {key: (str(found[key]), ANSWERS[key](cut)) for key in ANSWERS if differs(key, cut, found[key])} == {}


@pytest.mark.django_db
@pytest.mark.usefixtures("_world")
def test_the_lines_of_a_month_tell_the_answer_of_every_day() -> None:
    store, period = Store.objects.get(slug="north"), Period(SPLIT, LAST)
    found = queries.figures(store, list(ANSWERS), period, compare=(), series=True)
    told = {(key, day): value for key, figure in found.items() for day, value in figure.series}
    assert [at for at, value in told.items() if differs(at[0], Cut(("north",), at[1], at[1]), value)] == []
    assert len(told) == 31 * len(ANSWERS)


def test_the_rows_hold_what_could_go_wrong() -> None:
    late = [x for x in SALES if x.paid and x.refunds and x.paid < SPLIT <= x.refunds[0][0]]
    moved = [x for x in SALES if x.paid and x.made < SPLIT <= x.paid]
    shared = people([x for x in SALES if x.store == "north"]) & people([x for x in SALES if x.store == "south"])
    assert late
    assert moved
    assert shared
    assert any(x.paid is None for x in SALES)
