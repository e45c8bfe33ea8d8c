"""A small shop with facts put straight into the tables: three days of November 2026 whose figures are known by heart.

day 10: orders A (100.00, finished), B (50.00, later refunded 20.00 on the 11th), C (unpaid 30.00); uv 100
day 11: orders D (200.00, fully refunded the same day), E (40.00; the file says 5.00 back, no date), no traffic
day 12: nothing sold; uv 80
"""

import datetime as dt
from zoneinfo import ZoneInfo

from kpis.models import (
    AdSpend,
    ChannelTraffic,
    Coverage,
    Entry,
    ItemTraffic,
    Order,
    OrderLine,
    Refund,
    ShopTraffic,
    Upload,
)
from kpis.sums import rollups
from opsplan.lib import clock
from opsplan.lib.periods import Period
from products.models import Product
from stores.models import Store

D10, D11, D12 = (dt.date(2026, 11, n) for n in (10, 11, 12))
SPAN = Period(D10, D12)
ZONE = ZoneInfo("Asia/Shanghai")


def at(day: dt.date, hour: int = 12) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), ZONE)


def order(store, no, day, fen, *, paid=True, status=50, back=0, buyer=None, upload=None):
    Order.objects.create(
        store=store, order_no=no, status=status, created_at=at(day), paid_at=at(day) if paid else None, order_day=day,
        pay_day=day if paid else None, total_fen=fen, pay_fen=fen if paid else None, refund_fen=back, buyer_key=buyer,
        item_qty=1, province="浙江", upload=upload,
    )  # fmt: skip


def refund(store, no, of, day, fen, status=30, reason="少件"):
    settled = at(day) if status == 30 else None
    Refund.objects.create(
        store=store, refund_no=no, order_no=of, status=status, applied_at=at(day), settled_at=settled,
        settled_day=day if status == 30 else None, amount_fen=fen, qty=1, reason=reason,
    )  # fmt: skip


def line(store, no, product, qty, fen, key="1"):
    OrderLine.objects.create(
        store=store, order_no=no, line_key=key, code=product.code, title=product.title, price_fen=fen, qty=qty,
        product_id_ref=product.pk,
    )  # fmt: skip


def make_small_shop(store: Store) -> Store:
    file = Upload.objects.create(
        store=store, name="orders.csv", sha256="0" * 64, state="loaded", created_at=clock.now(),
        finished_at=clock.now(), first_day=D10, last_day=D12,
    )  # fmt: skip
    for kind in ("orders", "refunds", "lines", "flow", "items"):
        Coverage.objects.bulk_create(Coverage(store=store, kind=kind, day=day, upload=file) for day in SPAN)
    Coverage.objects.bulk_create(Coverage(store=store, kind="traffic", day=day, upload=file) for day in (D10, D12))
    Coverage.objects.bulk_create(
        Coverage(store=store, kind="ads", detail="zhitongche", day=day, upload=file) for day in SPAN
    )
    order(store, "A", D10, 10000, buyer=1)
    order(store, "B", D10, 5000, buyer=1)
    order(store, "C", D10, 3000, paid=False, status=10, buyer=2)
    order(store, "D", D11, 20000, status=70, buyer=3)
    order(store, "E", D11, 4000, back=500, buyer=4)
    refund(store, "R1", "B", D11, 2000)
    refund(store, "R2", "D", D11, 20000)
    refund(store, "R3", "A", D12, 10000, status=10)
    cream = Product.objects.create(store=store, code="CREAM", title="草本调理霜")
    mask = Product.objects.create(store=store, code="MASK", title="去黑头面膜")
    line(store, "A", cream, 2, 3000)
    line(store, "A", mask, 1, 4000, key="2")
    line(store, "B", mask, 1, 5000)
    line(store, "D", cream, 1, 20000)
    line(store, "E", mask, 1, 4000)
    ShopTraffic.objects.create(
        store=store, day=D10, uv=100, pv=300, cart_uv=20, item_fav_uv=10, order_buyers=2, pay_buyers=1
    )
    ShopTraffic.objects.create(
        store=store, day=D12, uv=80, pv=200, cart_uv=10, item_fav_uv=5, order_buyers=0, pay_buyers=0
    )
    for day, seen in ((D10, 60), (D11, 50)):
        ChannelTraffic.objects.create(
            store=store, day=day, flow="付费流量", detail="汇总", channel_key="wanxiangtai", uv=seen, pay_buyers=1
        )
        ChannelTraffic.objects.create(
            store=store, day=day, flow="付费流量", detail="直通车", channel_key="zhitongche", uv=seen, pay_buyers=1
        )
    AdSpend.objects.create(
        store=store, day=D10, channel_key="zhitongche", grain="account", cost_fen=1500, sales_fen=6000
    )
    AdSpend.objects.create(
        store=store, day=D10, channel_key="zhitongche", grain="subject", subject="草本", cost_fen=1500, sales_fen=6000
    )
    AdSpend.objects.create(
        store=store, day=D11, channel_key="zhitongche", grain="subject", subject="草本", cost_fen=700, sales_fen=0
    )
    ItemTraffic.objects.create(store=store, day=D10, item_id="1", uv=40, pv=90, pay_buyers=1, product_id_ref=cream.pk)
    Entry.objects.create(store=store, measure="brush_amt", day=D11, value="12.50", updated_at=clock.now())
    rollups.rebuild(store, list(SPAN))
    return store
