"""The small shop with everything a KPI can be made of: earlier orders, every hand entry, targets, costs, campaigns."""

import datetime as dt
from decimal import Decimal as D

from campaigns.models import Campaign
from kpis.measures import ENTRY_MEASURES
from kpis.metrics import METRICS
from kpis.models import AdSpend, ChannelTraffic, Coverage, Entry, Order, Refund, ShopTraffic, Target
from kpis.sums import rollups
from opsplan.lib import clock
from products.models import Cost, Product
from stores.models import Store
from tests.kpis.small_shop import D10, D11, D12, SPAN, line, make_small_shop, order

EARLIER = [
    dt.date(2025, 11, 11), dt.date(2026, 6, 3), dt.date(2026, 7, 1), dt.date(2026, 10, 3), dt.date(2026, 10, 10),
    dt.date(2026, 10, 11), *(dt.date(2026, 11, n) for n in range(1, 10)),
]  # fmt: skip


def make_rich_shop(store: Store) -> Store:
    make_small_shop(store)
    store.platform = "taobao"
    store.save()
    cream, mask = (Product.objects.get(store=store, code=code) for code in ("CREAM", "MASK"))
    for n, day in enumerate(EARLIER):
        for kind in ("orders", "lines", "refunds"):
            Coverage.objects.create(store=store, kind=kind, day=day)
        order(store, f"X{n}", day, 3100 + n, buyer=1 + n % 4)
        line(store, f"X{n}", (cream, mask)[n % 2], 1, 3100 + n)
        ShopTraffic.objects.create(store=store, day=day, uv=40 + n, pv=90 + n)
        Coverage.objects.create(store=store, kind="traffic", day=day)
    order(store, "F", D12, 3001, buyer=1)
    order(store, "G", D12, 999, buyer=9)
    line(store, "F", mask, 1, 2000)
    line(store, "F", cream, 2, 500, key="2")
    line(store, "G", mask, 3, 333)
    Order.objects.filter(store=store).update(freight_fen=100, subsidy_fen=50)
    Refund.objects.filter(refund_no="R1").update(with_return=True, code="MASK")
    Refund.objects.filter(refund_no="R2").update(code="CREAM")
    for product, since, fen in ((cream, D10, 1200), (cream, D11, 1300), (mask, dt.date(2025, 1, 1), 700)):
        Cost.objects.create(product=product, from_day=since, cost_fen=fen)
    Cost.objects.create(product=cream, from_day=dt.date(2025, 1, 1), cost_fen=1100)
    some = Campaign.objects.create(store=store, name="面霜周", first_day=D10, last_day=D11)
    some.products.add(cream)
    Campaign.objects.create(store=store, name="全店", first_day=D12, last_day=D12)
    ShopTraffic.objects.filter(day__in=(D10, D12)).update(
        visits=120, new_uv=30, old_uv=50, stay_seconds=D("61.5"), bounce_rate=D("0.4"), pay_new_buyers=1,
        pay_old_buyers=1,
    )  # fmt: skip
    ChannelTraffic.objects.create(
        store=store, day=D10, flow="手淘搜索", channel_key="search", uv=33, pv=70, order_buyers=2, pay_buyers=1,
        pay_amt_fen=4500,
    )  # fmt: skip
    AdSpend.objects.create(
        store=store, day=D12, channel_key="taobaoke", grain="account", cost_fen=800, sales_fen=None, clicks=30,
        impressions=900,
    )  # fmt: skip
    for day in (dt.date(2026, 11, 9), *SPAN):
        for n, (key, measure) in enumerate(sorted(ENTRY_MEASURES.items())):
            value = {"money": D("0.50") + D(n) / 100, "score": D("4.80000"), "seconds": D("12.5"), "hours": D("30.25")}
            told = D(500) if key == "member_total" else value.get(measure.unit, D(20 + n))
            Entry.objects.get_or_create(
                store=store, measure=key, day=day, defaults={"value": told, "updated_at": clock.now()}
            )
    Entry.objects.filter(measure="items_on_sale", day=D12).delete()
    for key, metric in METRICS.items():
        if metric.plannable:
            value = {"rate": D("0.05"), "score": D("4.9")}.get(metric.unit, D(3000))
            month = dt.date(2026, 11, 1)
            Target.objects.create(store=store, metric=key, month=month, value=value, updated_at=clock.now())
    rollups.rebuild(store, [*EARLIER, *SPAN])
    return store
