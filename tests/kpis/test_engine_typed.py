"""KPIs that are typed by hand or told by the platform's own sheets, at day, month and two-store grain, against sums of
the plain numbers: with those of test_engine_catalogue.py and those that look further than their days, that is all."""

import datetime as dt
import random
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from kpis import queries
from kpis.measures import ENTRY_MEASURES
from kpis.metrics import METRICS
from kpis.models import AdSpend, ChannelTraffic, Coverage, Entry, Order, OrderLine, OrderStatus, ShopTraffic
from products.models import Cost, Product
from stores.models import Store
from stores.services import create_store
from tests.kpis import test_engine_catalogue as facts
from tests.kpis.facts import count, noon

Day = dt.date
BEFORE, FIRST, LAST = Day(2026, 1, 31), Day(2026, 2, 1), Day(2026, 3, 4)
DAYS = [BEFORE + dt.timedelta(days=n) for n in range((LAST - BEFORE).days + 1)]
BOTH = ("east", "west")
FLOWS = ("zhitongche", "zuanzhan", "taobaoke", "juhuasuan", "loyal", "wanxiangtai", "offsite")
FILED = {"uv", "pv", "visits", "new_uv", "old_uv", "promo_cost_zhitongche"}  # told by files here
MEASURES = sorted(set(ENTRY_MEASURES) - FILED)
SHEET = ("uv", "visits", "old_uv", "cart", "stay", "bounce", *FLOWS, "cost", "sold", "paid")
LEAST = {"member_total": 5000, "paid": 90_000, "items_on_sale": 60, "uv": 300, "visits": 300}


def numbers() -> dict[tuple[str, Day, str], int]:
    """(store, day, what) -> a number; money in fen."""
    dice = random.Random(11)
    return {
        (store, day, name): dice.randint(1, 50) + LEAST.get(name, 0)
        for store in BOTH
        for day in DAYS
        for name in (*MEASURES, *SHEET)
    }


N = numbers()


def typed(store: str, day: Day, name: str) -> Decimal:
    return Decimal(N[store, day, name]) / (100 if ENTRY_MEASURES[name].unit == "money" else 1)


@pytest.fixture(scope="module")
def _world(django_db_setup: None, django_db_blocker: Any) -> Iterable[None]:
    with django_db_blocker.unblock():
        stores = [create_store(slug, slug, "taobao", brand="莲花") for slug in BOTH]
        for store in stores:
            tell(store)
            count(store)
        yield
        for store in stores:
            store.delete()


def tell(store: Store) -> None:
    """Every day: two pieces (3.00 each to make) sold to somebody new, a sheet of visitors, and all that is typed."""
    slug, base = store.slug, 1000 * BOTH.index(store.slug)
    goods = Product.objects.create(store=store, code="A", title="A")
    Cost.objects.create(product=goods, from_day=Day(2025, 1, 1), cost_fen=300)
    kinds = [("ads", "zhitongche"), *((kind, "") for kind in ("orders", "lines", "refunds", "traffic", "flow"))]
    Coverage.objects.bulk_create(Coverage(store=store, kind=k, detail=d, day=day) for k, d in kinds for day in DAYS)
    for n, day in enumerate(DAYS):
        told = {name: N[slug, day, name] for name in SHEET}
        Order.objects.create(
            store=store, order_no=f"N{n}", created_at=noon(day), paid_at=noon(day), order_day=day, pay_day=day,
            total_fen=told["paid"], pay_fen=told["paid"], buyer_key=base + n, status=OrderStatus.PAID,
        )  # fmt: skip
        OrderLine.objects.create(
            store=store, order_no=f"N{n}", line_key="1", code="A", price_fen=told["paid"] // 2, qty=2,
            product_id_ref=goods.pk,
        )  # fmt: skip
        ShopTraffic.objects.create(
            store=store, day=day, uv=told["uv"], pv=900, visits=told["visits"], new_uv=1, old_uv=told["old_uv"],
            cart_uv=told["cart"], stay_seconds=told["stay"], bounce_rate=Decimal(told["bounce"]) / 100,
        )  # fmt: skip
        ChannelTraffic.objects.bulk_create(
            ChannelTraffic(store=store, day=day, flow=key, channel_key=key, uv=told[key]) for key in FLOWS
        )
        AdSpend.objects.create(
            store=store, day=day, channel_key="zhitongche", grain="account", cost_fen=told["cost"],
            sales_fen=told["sold"], clicks=5, impressions=9,
        )  # fmt: skip
    Entry.objects.bulk_create(
        Entry(store=store, measure=name, day=day, value=typed(slug, day, name), updated_at=noon(day))
        for day in DAYS
        for name in MEASURES
    )


class Cut:
    """The numbers of some stores and days."""

    def __init__(self, stores: tuple[str, ...], first: Day, last: Day) -> None:
        self.stores, self.first, self.last = stores, first, last
        self.days = [day for day in DAYS if first <= day <= last]
        self.cells = [(store, day) for store in stores for day in self.days]

    def sum(self, name: str) -> int:
        return sum(N[store, day, name] for store, day in self.cells)

    def last_of(self, name: str) -> int:
        return sum(N[store, self.last, name] for store in self.stores)

    def before(self, name: str) -> int:
        return sum(N[store, self.first - dt.timedelta(days=1), name] for store in self.stores)

    def mean(self, name: str, weight: str) -> Fraction:
        return Fraction(sum(N[s, d, name] * N[s, d, weight] for s, d in self.cells), self.sum(weight))

    @property
    def n(self) -> int:
        """Orders, lines and buyers: one a day and store."""
        return len(self.cells)

    @property
    def promo(self) -> int:
        return self.sum("cost") + sum(self.sum(f"promo_cost_{key}") for key in FLOWS[1:])

    @property
    def kept(self) -> int:
        """Of sales after goods, the platform, freight and packing; fen."""
        return self.sum("paid") - 600 * self.n - sum(self.sum(x) for x in ("platform_fee", "ship_cost", "pack_cost"))


def yuan(fen: float | Fraction) -> Fraction:
    return Fraction(fen) / 100


def share(top: str, bottom: str) -> Callable[[Cut], Any]:
    return lambda c: Fraction(c.sum(top), c.sum(bottom))


def last_share(top: str, bottom: str) -> Callable[[Cut], Any]:
    return lambda c: Fraction(c.last_of(top), c.last_of(bottom))


def alone(name: str) -> Callable[[Cut], Any]:
    """A score or a place: of one store only, the last day's."""
    return lambda c: N[c.stores[0], c.last, name] if len(c.stores) == 1 else None


def summed(name: str) -> Callable[[Cut], Any]:
    is_money = name in ENTRY_MEASURES and ENTRY_MEASURES[name].unit == "money"
    return lambda c: yuan(c.sum(name)) if is_money else c.sum(name)


SUMMED = (
    "ip", "brush_cnt", "brush_amt", "referred_buyers", "consult_uv", "deposit_amt", "deal_net_amt", "deal_profit",
    "deal_cnt", "deal_sold_qty", "deal_gross_amt", "deal_commission", "deal_new_buyers", "bad_reviews",
    "bad_reviews_old", *(f"new_buyers_{key}" for key in (*FLOWS, "search")),
    *(f"promo_cost_{key}" for key in FLOWS[1:]),
)  # fmt: skip
ALONE = ("search_rank", "category_rank", "dsr_desc", "dsr_svc", "dsr_log")
ANSWERS: dict[str, Callable[[Cut], Any]] = {
    **{name: summed(name) for name in SUMMED},
    **{f"uv_{name}": summed(name) for name in FLOWS},
    **{name: alone(name) for name in ALONE},
    "promo_cost_zhitongche": lambda c: yuan(c.sum("cost")),
    "visit_depth_rate": share("deep_visits", "visits"),
    "visit_time_rate": share("long_visits", "visits"),
    "stay_time": lambda c: c.mean("stay", "uv"),
    "bounce_rate": lambda c: c.mean("bounce", "visits") / 100,
    "old_uv_share": share("old_uv", "uv"),
    "cart_rate": share("cart", "uv"),
    "fav_cart_rate": share("fav_cart_uv", "uv"),
    "home_buy_rate": share("home_pay_buyers", "home_uv"),
    "consult_rate": share("consult_uv", "uv"),
    "consult_cvr": share("consult_pay_buyers", "consult_uv"),
    "coupon_use_rate": share("coupons_used", "coupons_claimed"),
    "deposit_pay_rate": share("deposit_buyers", "deposit_uv"),
    "balance_rate": share("balance_buyers", "deposit_buyers"),
    "referred_share": lambda c: Fraction(c.sum("referred_buyers"), c.n),
    "order_cvr": lambda c: Fraction(c.n, c.sum("uv")),
    "cvr": lambda c: Fraction(c.n, c.sum("uv")),
    "aov": lambda c: yuan(Fraction(c.sum("paid"), c.n)),
    "valid_orders": lambda c: c.n,
    "silent_rev": lambda c: yuan(c.sum("paid") - c.sum("service_pay_amt")),
    "be_roi_full": lambda c: Fraction(c.sum("paid"), c.kept),
    "contrib": lambda c: yuan(c.kept - c.promo),
    "net_profit": lambda c: yuan(c.kept - c.promo - c.sum("overhead_cost") - c.sum("tax_cost")),
    "net_profit_rate": lambda c: Fraction(
        c.kept - c.promo - c.sum("overhead_cost") - c.sum("tax_cost"), c.sum("paid")
    ),
    "max_cpc": lambda c: yuan(Fraction(c.kept, c.sum("uv"))),
    "first_order_gain": lambda c: yuan(Fraction(c.sum("paid") - 600 * c.n - c.promo, c.n)),
    "core_roi": share("sold", "cost"),
    "items_on_sale": lambda c: c.last_of("items_on_sale"),
    "sell_through_items": lambda c: Fraction(len(c.stores), c.last_of("items_on_sale")),
    "dead_items": lambda c: c.last_of("dead_items"),
    "dead_rate": last_share("dead_items", "items_on_sale"),
    "oos_rate": last_share("oos_items", "items_on_sale"),
    "new_item_sell": last_share("new_items_sold", "new_items"),
    "stock_amt": lambda c: yuan(c.last_of("stock_amt")),
    "stock_qty": lambda c: c.last_of("stock_qty"),
    "stock_turn": lambda c: Fraction(1200 * c.n, c.before("stock_amt") + c.last_of("stock_amt")),
    "turn_days": lambda c: Fraction(len(c.days) * (c.before("stock_amt") + c.last_of("stock_amt")), 1200 * c.n),
    "days_cover": lambda c: Fraction(c.last_of("stock_qty"), 2 * len(c.stores)) if c.last > Day(2026, 2, 27) else ...,
    "cac_payback": lambda c: ceil(Fraction(c.promo, c.sum("paid") - 600 * c.n)),
    "sold_rate": lambda c: Fraction(
        2 * c.n - c.sum("restocked_qty"), c.before("stock_qty") + c.sum("received_qty")
    ),
    "a_items": lambda c: len(c.stores),
    "abc_share": lambda c: 1,
    "deal_sold_rate": share("deal_sold_qty", "deal_quota"),
    "deal_formed_rate": share("deal_formed_cnt", "deal_decided_cnt"),
    "deal_refund_rate": share("deal_back_qty", "deal_paid_qty"),
    "dispute_rate": lambda c: Fraction(c.sum("dispute_cnt"), c.n),
    "quality_refund": lambda c: Fraction(c.sum("quality_refund_cnt"), c.n),
    "ship_on_time": share("shipped_on_time", "ship_due"),
    "pay_ship_h": lambda c: c.mean("pay_ship_hours", "shipped_orders"),
    "arrive_h": lambda c: c.mean("arrive_hours", "signed_parcels"),
    "first_resp": lambda c: c.mean("first_resp_sec", "chat_sessions"),
    "avg_resp": lambda c: c.mean("resp_sec", "chat_replies"),
    "reply_rate": share("chat_answered", "chat_asked"),
    "good_rate": share("good_ratings", "ratings"),
    "member_total": lambda c: c.last_of("member_total"),
    "member_buy_rate": lambda c: Fraction(c.sum("member_buyers"), c.last_of("member_total")),
    "member_buy_rate_new": lambda c: Fraction(c.sum("new_member_buyers"), c.last_of("new_members")),
    "member_buy_rate_old": lambda c: Fraction(
        c.sum("member_buyers") - c.sum("new_member_buyers"), c.last_of("member_total") - c.last_of("new_members")
    ),
    "deal_refund_amt": lambda c: yuan(c.sum("deal_gross_amt") - c.sum("deal_net_amt")),
    "refund_rate": lambda c: 0,
    "repurchase_rate": lambda c: 0,
}  # fmt: skip
CUTS = {
    "a day": Cut(("east",), Day(2026, 2, 11), Day(2026, 2, 11)),
    "a day of both stores": Cut(BOTH, Day(2026, 3, 2), Day(2026, 3, 2)),
    "February": Cut(("west",), FIRST, Day(2026, 2, 28)),
    "February of both stores": Cut(BOTH, FIRST, Day(2026, 2, 28)),
    "days of two months of both stores": Cut(BOTH, Day(2026, 2, 20), LAST),
}


def differs(wanted: Any, found: Decimal | None) -> bool:
    """`...`: it looks at more days than there are."""
    if wanted is ...:
        return False
    if wanted is None or found is None:
        return wanted is not found
    return abs(Fraction(found) - Fraction(wanted)) > Fraction(Decimal(1).scaleb(int(found.as_tuple().exponent))) / 2


@pytest.mark.django_db
@pytest.mark.usefixtures("_world")
@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS.keys())
def test_every_figure_that_is_typed_or_told_by_the_platform_equals_the_answer_from_the_numbers(cut: Cut) -> None:
    period, stores = {"from": str(cut.first), "to": str(cut.last)}, list(Store.objects.select_related("brand"))
    keys, found = list(ANSWERS), {}
    for asked in (keys[:40], keys[40:80], keys[80:]):
        body = {"stores": list(cut.stores), "metrics": asked, "period": period}
        [total] = queries.table(queries.question(body, stores)).totals
        found |= {key: figure.value for key, figure in total.values.items()}
    wanted = {key: ANSWERS[key](cut) for key in keys}
    assert {key: (str(found[key]), wanted[key]) for key in keys if differs(wanted[key], found[key])} == {}


# what looks further than the days it is asked about, or at items one by one -> where its answers by hand are
ELSEWHERE = {
    "test_readings.py": "target_amt goal_rate time_progress progress_gap run_rate_need forecast uv_need_month "
    "uv_gap_month uv_gap_per_day uv_gap_day uv_surplus_day avg_growth lm_same mom yoy",
    "test_engine_far.py": "uv_need_rest uv_rest_per_day lm_growth ltv ltv_cac repeat_rate_90 rfm_share dsr_need "
    "item_buy_rate item_uv_share jd_cvr",
    "test_multi_store.py": "growth",
    "test_catalogue.py": "repeat_rate_30 rfm",
}


def test_no_kpi_is_without_an_answer_of_its_own() -> None:
    elsewhere = {key for keys in ELSEWHERE.values() for key in keys.split()}
    assert set(facts.ANSWERS) | set(ANSWERS) | elsewhere == set(METRICS)
    assert not elsewhere & (set(facts.ANSWERS) | set(ANSWERS))
    for name, keys in ELSEWHERE.items():
        text = (Path(__file__).parent / name).read_text()
        assert [key for key in keys.split() if f'"{key}"' not in text] == []
