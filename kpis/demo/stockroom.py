"""The demo's stock: two months of a ledger that follows what sold, a count, goods on their way, a deal that holds some,
what does not move and what waits to be matched."""

import datetime as dt
from collections import defaultdict
from zoneinfo import ZoneInfo

from django.db import transaction

from kpis.demo.shop import Shop
from kpis.models import ProductDay
from kpis.outward import goods_push
from opsplan.lib import clock
from opsplan.lib.periods import DAY
from products import purchasing, stock_lines, stock_queries, stock_services, stock_takes
from products.models import (
    SKU,
    Cost,
    Listing,
    ListPrice,
    Product,
    Stage,
    StockBalance,
    StockItem,
    StockMovement,
    StockPace,
    StockTake,
    StockTakeLine,
)
from products.purchasing import Wanted
from staff.models import User
from stores.models import Store, Supplier

DAYS = 60
ORDER_DAYS = 30  # what a delivery lasts
SHORT = {1: 24, 5: 9}  # by place among the best: units left, so that lines are crossed
HELD = 40
LYING = ("OLD-1", "氨基酸洁面慕斯（旧包装）", 86, 47)  # code, title, units left, days since the last one sold
LYING_FEN = (2_100, 6_900)  # its cost and list price
UNMATCHED = ("728800417733", "专柜同款")  # item id, and what its title has before that of the best seller
WHY = {"imported": "期初盘点表", "received": "工厂到货", "sold": "仓库日结出库", "counted": "抽盘"}


@transaction.atomic
def stock(shop: Shop, store: Store, today: dt.date, by: User) -> None:
    """Fill the ledger, order some goods, hold some for a deal, then let the figures tell how everything sells."""
    skus: dict[int, list[SKU]] = defaultdict(list)
    for sku in SKU.objects.filter(store=store, product__is_unstocked=False).select_related("product").order_by("pk"):
        skus[sku.product_id].append(sku)
    sold = sold_by_day(store, today)
    ranked = sorted(skus, key=lambda pk: (-sum(sold[pk].values()), pk))
    place, rows, balances = stock_services.main_place(store), [], {}
    zone, rng = ZoneInfo(store.timezone), shop.seed(today, "stock")
    begun = dt.datetime.combine(today - DAY, dt.time(9), zone)
    take = StockTake.objects.create(
        store=store, place=place, by=by, note=WHY["counted"], state=StockTake.State.POSTED,
        started_at=begun, posted_at=begun + dt.timedelta(hours=1),
    )  # fmt: skip
    lines = []
    for number, product in enumerate(ranked):
        mine = skus[product]
        pace = sum(sold[product].values()) / DAYS / len(mine)
        for turn, sku in enumerate(mine):
            left = int(pace * rng.randint(12, 40)) + rng.randint(4, 15)
            moves = [(today - DAYS * DAY, "imported", left)]
            for back in range(DAYS - 1, 0, -1):
                day = today - back * DAY
                units = sold[product].get(day, 0)
                mine_today = units // len(mine) + (1 if turn < units % len(mine) else 0)
                if left < mine_today + pace * 5 and back > 3:
                    came = max(int(pace * ORDER_DAYS), mine_today) + 6
                    moves.append((day, "received", came))
                    left += came
                going = min(mine_today, left)
                if going:
                    moves.append((day, "sold", -going))
                    left -= going
            differs = min(SHORT[number] // len(mine) - left, 0) if number in SHORT else 0
            lines.append(StockTakeLine(take=take, sku=sku, expected=left + going, counted=left + going + differs))
            if differs:
                moves.append((today - DAY, "counted", differs))
                left += differs
            balances[sku.pk] = left
            rows += [
                StockMovement(
                    store=store, sku=sku, place=place, kind=kind, on_hand=units, by=by, why=WHY[kind],
                    reference=f"take:{take.pk}" if kind == "counted" else "",
                    at=dt.datetime.combine(day, dt.time(21 if kind == "sold" else 10), zone),
                )
                for day, kind, units in moves
            ]  # fmt: skip
    StockMovement.objects.bulk_create(rows, batch_size=1000)
    StockTakeLine.objects.bulk_create(lines, batch_size=500)
    StockBalance.objects.bulk_create(StockBalance(sku_id=pk, place=place, on_hand=n) for pk, n in balances.items())
    StockItem.objects.bulk_create(StockItem(sku_id=pk, store=store, on_hand=n) for pk, n in balances.items())
    if ranked:
        order_and_hold(store, [skus[pk] for pk in ranked], today, by)
    through = clock.today(store.timezone) - DAY
    paces = goods_push.paces(store, through)
    stock_lines.set_paces(store, paces, through)
    stock_lines.check_lines(store)


@transaction.atomic
def leave(store: Store, today: dt.date, by: User) -> None:
    """A style that lies in the stock unsold, a product of a file that waits to be matched, and a count that is half
    done. Last of all, so that no deal or campaign takes them."""
    code, title, units, days = LYING
    since = today - 500 * DAY
    old = Product.objects.create(
        store=store, code=code, title=title, category="洁面", stage=Stage.DECLINE, launched_on=since
    )
    cost, price = LYING_FEN
    Cost.objects.create(product=old, from_day=since, cost_fen=cost)
    ListPrice.objects.create(product=old, from_day=since, price_fen=price, by=by, reason="上架定价")
    StockPace.objects.create(product=old, last_sold=today - days * DAY)
    sku = SKU.objects.create(store=store, product=old, code=code)
    stock_services.move(sku, "imported", units, by=by, why=WHY["imported"])
    item, name = UNMATCHED
    best = Product.objects.filter(store=store, is_hero=True).order_by("code")[0]
    fresh = Product.objects.create(store=store, code=item, title=name + best.title, is_checked=False)
    Listing.objects.create(store=store, product=fresh, item_id=item, title=fresh.title)
    take = stock_takes.start_take(stock_services.main_place(store), by=by, note="月末盘点，先数前两排")
    lines = list(take.lines.order_by("sku__code"))
    counted: dict[int, int | None] = {x.pk: x.expected for x in lines[: len(lines) * 2 // 3]}
    counted[lines[0].pk] = max(lines[0].expected - 2, 0)
    stock_takes.write_counts(take, counted)


def sold_by_day(store: Store, today: dt.date) -> dict[int, dict[dt.date, int]]:
    """product -> day -> units paid, of the closed days the ledger covers."""
    rows = ProductDay.objects.filter(
        store=store, day__gt=today - DAYS * DAY, day__lt=today, product_id_ref__isnull=False, pay_item_cnt__gt=0
    ).values_list("product_id_ref", "day", "pay_item_cnt")
    found: dict[int, dict[dt.date, int]] = defaultdict(dict)
    for product, day, units in rows:
        found[product or 0][day] = units or 0
    return found


def order_and_hold(store: Store, ranked: list[list[SKU]], today: dt.date, by: User) -> None:
    """One order that came in part and is late, one that is due, and a deal that holds what it may sell."""
    costs = stock_queries.unit_costs(store, today)
    factory = Supplier.objects.create(store=store, name="清禾代工厂", contact="何经理", note="月结 30 天")
    late = purchasing.place_order(
        store,
        [Wanted(x, 60, costs.get(x.product_id)) for x in ranked[0]],
        today - 2 * DAY,
        ordered_on=today - 16 * DAY,
        supplier=factory,
        by=by,
        note="双12备货",
    )
    line = late.lines.order_by("pk")[0]
    purchasing.receive(late, {line.pk: 20}, by=by, why="先到一车")
    for mine in ranked[1:2]:
        purchasing.place_order(
            store,
            [Wanted(x, 80, costs.get(x.product_id)) for x in mine],
            today + 6 * DAY,
            ordered_on=today - 4 * DAY,
            supplier=factory,
            by=by,
        )
    best = StockItem.objects.select_related("sku__product", "sku__store").get(sku=ranked[0][0])
    units = min(HELD, best.on_hand)
    if units:
        stock_services.hold_stock(store, best.sku, units, "聚划算 12月第一周", by=by)
