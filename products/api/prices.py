"""The prices of one product over REST: what is asked, what was paid, who changed it and why."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.lib.periods import DAY
from products import price_services, prices
from products.api import bodies, shapes
from products.api.base import ProductsApi, refused
from products.models import PriceChange, Product
from products.purchase_api import fen_of
from staff.api.base import Unprocessable, fields_of
from staff.api.bodies import operation
from stores import currency


def amount(price: int | None) -> str | None:
    return None if price is None else str(yuan(price))


def change_json(x: PriceChange) -> dict[str, Any]:
    return {
        "at": x.at, "from": x.from_day, "before": amount(x.old_fen), "after": amount(x.new_fen), "reason": x.why,
        "by": x.by and x.by.username,
    }  # fmt: skip


class ProductPricesView(ProductsApi):
    """The list price of a product, what was really paid, and every change."""

    def found(self, pk: int) -> Product:
        found = Product.objects.filter(store=self.store, pk=pk).select_related("store").first()
        if found is None:
            raise Http404
        return found

    @operation(
        summary="List price, floor, lowest paid of 7 and 30 days, paid prices by day, changes with who and why",
        parameters=[OpenApiParameter("days", int, description="Of paid prices: 90 unless told, 400 at most.")],
        responses=shapes.PRICES,
    )
    def get(self, request: Request, slug: str, pk: int) -> Response:
        product, days = self.found(pk), self.whole(request, "days", 90, price_services.KEPT_DAYS)
        today = clock.today(self.store.timezone)
        book = price_services.books_of([product], today + DAY)[product.pk]
        asked = prices.list_on(book.listed, today)
        floor = price_services.limits_of(self.store).floor
        base, since = prices.base_price(book.paid, today + DAY)
        return Response(
            {
                "code": product.code,
                "list": amount(asked),
                "floor": None if asked is None else amount(prices.floor_price(asked, floor)),
                "lowest_7": amount(base),
                "lowest_7_since": since,
                "lowest_30": amount(prices.lowest(book.paid, today + DAY, 30)),
                "paid": [
                    {"day": x.day, "lowest": amount(x.lowest), "highest": amount(x.highest)}
                    for x in book.paid
                    if x.day > today - days * DAY
                ],
                "changes": [change_json(x) for x in product.price_changes.select_related("by")],
            }
        )

    @operation(
        summary="Set the list price from a day on: {price, from, reason}",
        description="price: yuan as text, null takes the entry of that day away; from: YYYY-MM-DD, today unless told.",
        request=bodies.PRICE,
        responses={201: shapes.CHANGE, 200: OpenApiResponse(description="It stood like that already.")},
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        product, told = self.found(pk), fields_of(request)
        price = fen_of(told.get("price"))
        if price is None and ("price" not in told or told["price"] is not None):
            raise Unprocessable("price", _("Give an amount in %(unit)s, like 12.50.") % {"unit": currency.unit()})
        try:
            day = dt.date.fromisoformat(str(told.get("from") or clock.today(self.store.timezone)))
        except ValueError:
            raise Unprocessable("from", _("Give a day as YYYY-MM-DD; got “%s”.") % str(told["from"])[:40]) from None
        try:
            made = price_services.set_list_price(
                product, day, price, why=str(told.get("reason") or ""), by=self.member.user
            )
        except ValidationError as problem:
            raise refused(problem) from None
        return Response(None if made is None else change_json(made), status=200 if made is None else 201)
