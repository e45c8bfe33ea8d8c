"""How a store sells, by what it has facts of: through a shop, by group deals, or both. The board and reports ask here
what they begin with."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from kpis.models import StoreDay, rollups
from stores.models import Store

SHOP = ("pay_amt", "uv", "promo_cost")  # of these one is known of every shop that tells anything


@dataclass(frozen=True)
class Trades:
    """is_known: whether anything is known of it; deals, shop: whether it has facts of that trade."""

    is_known: bool
    shop: bool
    deals: bool

    @property
    def only_deals(self) -> bool:
        return self.deals and not self.shop


def trades(store: Store) -> Trades:
    """What its days know of; those since the first deal opened know of deals."""
    return rollups.kept("trades", store.pk, lambda: read(store))


def read(store: Store) -> Trades:
    days = StoreDay.objects.filter(store=OuterRef("pk")).order_by()
    told = [Exists(days.filter(**{f"{name}__isnull": False})) for name in SHOP]
    asked = (Exists(days), *told, Exists(days.filter(deal_net_amt__isnull=False)))
    counted, *shop, deals = Store.objects.filter(pk=store.pk).values_list(*asked).get()
    return Trades(counted, any(shop), deals)
