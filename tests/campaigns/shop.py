"""A campaign of the picture: 双12 with four products, a ladder, a coupon and a VIP price."""

import datetime as dt

from campaigns.models import Campaign, CampaignOffer
from products.models import Cost, ListPrice, Product
from stores.models import Store

FIRST, LAST = dt.date(2026, 12, 10), dt.date(2026, 12, 13)
OPENED = dt.date(2025, 1, 1)


def product(store: Store, code: str, list_fen: int, cost_fen: int | None = None) -> Product:
    made = Product.objects.create(store=store, code=code, title=code)
    ListPrice.objects.create(product=made, from_day=OPENED, price_fen=list_fen)
    if cost_fen is not None:
        Cost.objects.create(product=made, from_day=OPENED, cost_fen=cost_fen)
    return made


def campaign(store: Store, *products: tuple[Product, int | None], **more: object) -> Campaign:
    made = Campaign.objects.create(
        store=store,
        **{"name": "双12", "terms_shown": "满129减15", "first_day": FIRST, "last_day": LAST, **more},
    )
    for one, price in products:
        made.products.add(one)
        made.items.create(product=one, price_fen=price)
    return made


def ladder(of: Campaign, *steps: tuple[int, int], **more: object) -> CampaignOffer:
    terms = {"steps": [{"at": at, "off_fen": off} for at, off in steps]}
    return CampaignOffer.objects.create(campaign=of, kind="reduction", terms=terms, **more)


def coupon(of: Campaign, at: int, off: int, **more: object) -> CampaignOffer:
    return CampaignOffer.objects.create(campaign=of, kind="coupon", terms={"at_fen": at, "off_fen": off}, **more)
