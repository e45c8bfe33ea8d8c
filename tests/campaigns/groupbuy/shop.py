"""A small deal: one SKU at 68.00 on a site that takes 8 %, costs of 32.00 and 5.00, no minimum, ten pieces."""

import datetime as dt
from decimal import Decimal

from campaigns.groupbuy import dealing
from campaigns.groupbuy.dealing import Told
from campaigns.models import DealLine, GroupDeal
from products.models import SKU, Cost, Product
from products.stock_services import Balance, main_place, set_balances
from stores.models import GroupSite, Store

OPENS = dt.datetime(2026, 11, 1, 2, tzinfo=dt.UTC)
CLOSES = OPENS + dt.timedelta(days=5)
HOUR = dt.timedelta(hours=1)


def site(store: Store, name: str = "美团", **terms: object) -> GroupSite:
    return GroupSite.objects.create(store=store, name=name, rate_bp=800, **terms)


def deal(store: Store, *, quota: int = 10, state: str = "open", name: str = "面霜团", **terms: object) -> GroupDeal:
    """A deal that sells already."""
    where = GroupSite.objects.filter(store=store).first() or site(store)
    product, is_new = Product.objects.get_or_create(store=store, code="A1", defaults={"title": "面霜"})
    sku = SKU.objects.get_or_create(store=store, product=product, code="A1-1")[0]
    if is_new:
        Cost.objects.create(product=product, from_day="2026-01-01", cost_fen=3200)
        set_balances(store, [Balance(sku, main_place(store), 1000)], by=None)
    plain = {"opens_at": OPENS, "closes_at": CLOSES, "rate_bp": 800, "freight_fen": 500, "return_fen": 600}
    made = GroupDeal.objects.create(store=store, site=where, name=name, created_at=OPENS, **(plain | terms))
    DealLine.objects.create(deal=made, sku=sku, price_fen=6800, quota=quota)
    GroupDeal.objects.filter(pk=made.pk).update(state=state)
    made.refresh_from_db()
    return made


def sell(made: GroupDeal, count: int, *, back: tuple[int, ...] = (), after: tuple[int, ...] = ()) -> None:
    """Orders 0, 1, ... of a piece each; those numbered in `back` were refunded before shipping, in `after` after."""
    told = [Told(str(n), "A1-1", 1, OPENS + HOUR, before=int(n in back), after=int(n in after)) for n in range(count)]
    dealing.record(made, told, now=OPENS + 2 * HOUR)


def over(made: GroupDeal) -> GroupDeal:
    """The same after it has closed."""
    dealing.advance(made, CLOSES + HOUR)
    made.refresh_from_db()
    return made


def yuan(fen: int | None) -> Decimal:
    return Decimal(fen or 0) / 100
