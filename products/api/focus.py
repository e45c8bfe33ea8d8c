"""What few styles carry, over REST."""

from rest_framework.request import Request
from rest_framework.response import Response

from kpis.queries import GOODS, Goods, last_days, pairs
from opsplan.lib import clock
from opsplan.lib.money import yuan
from products import bundles, concentration, queries
from products.api import shapes
from products.api.base import ProductsApi
from products.models import Product
from products.stages import ALIVE
from staff.api.bodies import operation


class FocusView(ProductsApi):
    """What few styles carry."""

    tells_all = True

    @operation(
        summary="ABC, suggested roles, shares of the top 20 %, pairs, what to offer together; 90 days",
        responses=shapes.FOCUS,
    )
    def get(self, request: Request, slug: str) -> Response:
        period = last_days(clock.today(self.store.timezone), 90)
        products = list(Product.objects.filter(store=self.store, status__in=ALIVE))
        known = Goods(self.store, period, GOODS)
        styles = concentration.styles(products, known.value)
        classes, wanted = concentration.abc(styles), concentration.suggested(styles)
        codes = {x.pk: x.code for x in products}
        found = pairs(self.store, period, most=200)
        goods = queries.bundle_goods(self.store, clock.today(self.store.timezone))
        margin = concentration.blended(styles)
        shares = {x: concentration.top_share(styles, x) for x in ("uv", "sales", "gross")}
        return Response(
            {
                "from": period.first,
                "to": period.last,
                "margin": None if margin is None else str(round(margin, 6)),
                "top_fifth": {key: None if x is None else str(round(x, 6)) for key, x in shares.items()},
                "products": [
                    {"code": x.code, "abc": classes[x.code], "role": x.role or None, "is_hero": x.is_hero,
                     "suggested": wanted.get(x.code)}
                    for x in products
                ],
                "pairs": [
                    {"first": codes[x.first], "second": codes[x.second], "together": x.together,
                     "support": str(round(x.support, 6)), "confidence": str(round(x.confidence, 6)),
                     "lift": str(round(x.lift, 4))}
                    for x in found[:50]
                    if x.first in codes and x.second in codes
                ],
                "bundles": [
                    {"kind": x.kind, "first": codes[x.first], "second": codes[x.second], "together": x.together,
                     "confidence": str(round(x.confidence, 6)), "lift": str(round(x.lift, 4)),
                     "least": None if x.least_fen is None else str(yuan(x.least_fen))}
                    for x in bundles.suggestions(found, goods)
                ],
            }
        )  # fmt: skip
