"""A deal to try things on: one SKU, 1,000 on hand, quota 600 at 68.00, open 1 to 3 December (UTC)."""

import datetime as dt

from campaigns.groupbuy.dealing import Told
from campaigns.groupbuy.planning import Terms, save_deal
from campaigns.models import GroupDeal
from products.models import SKU, Cost, ListPrice, Product, StockHold, StockItem
from products.stock_services import Balance, main_place, release, set_balances
from stores.models import GroupSite, Store

BEFORE = dt.datetime(2026, 11, 20, 2, tzinfo=dt.UTC)
OPENS = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
CLOSES = dt.datetime(2026, 12, 3, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def sku(store: Store, on_hand: int, code: str = "A", *, due: int | None = None, safety: int | None = None) -> SKU:
    product = Product.objects.create(store=store, code=code, title=code)
    ListPrice.objects.create(product=product, from_day=dt.date(2025, 1, 1), price_fen=8800)
    Cost.objects.create(product=product, from_day=dt.date(2025, 1, 1), cost_fen=3200)
    made = SKU.objects.create(store=store, product=product, code=code)
    set_balances(store, [Balance(made, main_place(store), on_hand, due, safety)], by=None)
    return made


def site(store: Store, name: str = "美团") -> GroupSite:
    return GroupSite.objects.get_or_create(store=store, name=name)[0]


def deal(store: Store, of: SKU, quota: int = 600, price_fen: int = 6800, **more: object) -> GroupDeal:
    usual = {"name": "面膜团", "site": site(store), "opens_at": OPENS, "closes_at": CLOSES}
    made = GroupDeal(store=store, **(usual | more))
    return save_deal(made, {of: Terms(price_fen, quota)}, None)


def order(key: str, units: int = 1, at: dt.datetime = OPENS + HOUR, **more: object) -> Told:
    return Told(key, "A", units, at, **more)


def stock(of: SKU) -> tuple[int, int]:
    """Held and waiting to be shipped."""
    item = StockItem.objects.get(sku=of)
    return item.held, item.due


def let_go(reference: str) -> None:
    """Somebody releases by hand what is held for it."""
    for hold in StockHold.objects.filter(reference=reference, closed_at=None).order_by("pk"):
        release(hold)
