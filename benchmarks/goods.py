"""P16: the table and the page of a product among 5,000 SKUs and 24 months, against the summary endpoint there."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client

from benchmarks.result import Result, median, seconds
from benchmarks.web import METRICS
from kpis.models import Order, OrderLine, OrderStatus, ProductDay, StoreDay
from opsplan.lib import clock
from opsplan.lib.periods import DAY
from products.models import SKU, Listing, ListPrice, Product
from products.stock_services import Balance, main_place, set_balances
from staff.models import Member, User
from staff.roles import Level
from staff.services import create_token
from stores.models import Store
from stores.services import create_store

# (SKUs, days); a style has two SKUs and sells on every third day
SIZES = {"smoke": (60, 30), "small": (1_000, 180), "full": (5_000, 730)}
ORDERS = 200  # a day, of the last 90


def goods(size: str, again: int) -> Iterator[Result]:
    settings.ALLOWED_HOSTS = ["*"]
    call_command("collectstatic", interactive=False, verbosity=0)
    skus, days = SIZES[size]
    store = shop(skus, days)
    connection.cursor().execute("ANALYZE")
    client = Client()
    client.force_login(User.objects.get(username="bench"))
    key = create_token(User.objects.get(username="bench"), "bench", "read", [store])[1]
    today = clock.today(store.timezone)
    span = f"from={today - 30 * DAY}&to={today - DAY}"
    summary = f"/api/v1/stores/{store.slug}/kpis/summary?{span}&metrics={METRICS}&compare=previous"
    best = Product.objects.filter(store=store).order_by("code").first()
    assert best is not None
    asked = {
        "summary": (summary, {"authorization": f"Bearer {key}"}),
        "table": (f"/s/{store.slug}/products/", {}),
        "table by sales": (f"/s/{store.slug}/products/?sort=-sales", {}),
        "product page": (f"/s/{store.slug}/products/{best.pk}/", {}),
    }
    times: dict[str, list[float]] = {name: [] for name in asked}
    told: dict[str, int] = {}
    for _round in range(again + 1):
        for name, (path, headers) in asked.items():
            cache.clear()
            spent, told[name] = answered(client, path, headers)
            times[name].append(spent)
    base = median(times["summary"][1:])
    note = f"{skus:,} SKUs x {days} days, {ProductDay.objects.count():,} rows"
    for name in list(asked)[1:]:
        ours = median(times[name][1:])
        text = f"{ours * 1000:.0f} ms, {told[name]} statements", f"{base * 1000:.0f} ms, {told['summary']} statements"
        yield Result(f"P16 {name} : summary", *text, ours / base, 3, True, note)


def answered(client: Client, path: str, headers: dict[str, str]) -> tuple[float, int]:
    """Server time in seconds, and statements, of one answer."""
    asked: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, context)

    def ask() -> None:
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"

    with connection.execute_wrapper(note):
        spent = seconds(ask)
    return spent, len(asked)


def shop(skus: int, days: int) -> Store:
    """A store whose rollups say that each style sells on every third day; orders of 90 days for its baskets."""
    store = create_store("goods", "P16", "tmall")
    user = User.objects.create_user("bench")
    Member.objects.create(store=store, user=user, level=Level.OWNER)
    today = clock.today(store.timezone)
    products = Product.objects.bulk_create(
        Product(store=store, code=f"P{n:05}", title=f"款 {n}", launched_on=today - days * DAY) for n in range(skus // 2)
    )
    Listing.objects.bulk_create(Listing(store=store, product=x, item_id=x.code) for x in products)
    ListPrice.objects.bulk_create(ListPrice(product=x, from_day=today - days * DAY, price_fen=9900) for x in products)
    made = SKU.objects.bulk_create(SKU(store=store, product=x, code=f"{x.code}-{n}") for x in products for n in (1, 2))
    place = main_place(store)
    set_balances(store, [Balance(x, place, 50) for x in made], by=None)
    fill(store, products, [today - (n + 1) * DAY for n in range(days)])
    buy(store, products, [today - (n + 1) * DAY for n in range(min(days, 90))])
    return store


def fill(store: Store, products: list[Product], days: list[dt.date]) -> None:
    StoreDay.objects.bulk_create(
        StoreDay(
            store=store, day=day, covered="orders items traffic refunds", pay_amt=9_900_00, pay_order_cnt=200,
            pay_item_cnt=400, pay_line_cnt=300, unlined_cnt=0, order_cnt=220, order_amt=12_000_00,
        )
        for day in days
    )  # fmt: skip
    for n, day in enumerate(days):
        ProductDay.objects.bulk_create(
            ProductDay(
                store=store, day=day, product_id_ref=x.pk, pay_amt=9900, pay_order_cnt=1, pay_item_cnt=1, refund_amt=0,
                cost_amt=3000, uv=20, pv=40, fav_uv=1, cart_uv=2,
            )
            for i, x in enumerate(products)
            if (i + n) % 3 == 0
        )  # fmt: skip


def buy(store: Store, products: list[Product], days: list[dt.date]) -> None:
    """Baskets of one to three styles, the first ones most often."""
    count = len(products)
    for n, day in enumerate(days):
        at = dt.datetime.combine(day, dt.time(4), dt.UTC)
        numbers = [f"{n}-{i}" for i in range(ORDERS)]
        Order.objects.bulk_create(
            Order(
                store=store, order_no=number, status=OrderStatus.PAID, created_at=at, paid_at=at, order_day=day,
                pay_day=day, total_fen=9900, pay_fen=9900, buyer_key=n * ORDERS + i,
            )
            for i, number in enumerate(numbers)
        )  # fmt: skip
        OrderLine.objects.bulk_create(
            OrderLine(
                store=store, order_no=number, line_key=str(k), code="x", price_fen=9900, qty=1,
                product_id_ref=products[(i * i * (k + 1) + n * k) % count].pk,
            )
            for i, number in enumerate(numbers)
            for k in range(1 + i % 3)
        )  # fmt: skip
