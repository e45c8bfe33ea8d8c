"""Holds, purchase orders and price checks over REST. Units; yuan as text."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework.request import Request
from rest_framework.response import Response

from opsplan import shapes
from opsplan.lib import cells
from opsplan.lib.money import as_text, fen
from opsplan.paging import PAGING, pages
from products import price_services, purchasing
from products import stock_services as services
from products.api.base import refused
from products.models import Product, PurchaseOrder, StockHold
from products.price_services import Said
from products.purchase_shapes import CHECKED, HOLD, ONE_ORDER, ORDER
from products.purchasing import Wanted
from products.stock_api import StockView, money, whole
from staff.api import bodies
from staff.api.base import Unprocessable, fields_of, instant_field
from staff.api.bodies import operation
from stores import currency


def hold_json(x: StockHold) -> dict[str, Any]:
    return {
        "id": x.pk,
        "sku": x.sku.code,
        "reference": x.reference,
        "units": x.quantity,
        "taken": x.taken,
        "released": x.released,
        "left": x.left,
        "until": x.until,
        "closed_at": x.closed_at,
    }


def order_json(x: PurchaseOrder) -> dict[str, Any]:
    lines = [
        {"line": y.pk, "sku": y.sku.code, "ordered": y.quantity, "received": y.received, "cost": money(y.cost_fen)}
        for y in x.lines.all()
    ]
    return {
        "id": x.pk, "number": x.number, "supplier": x.supplier and x.supplier.name, "place": x.place.name,
        "ordered_on": x.ordered_on, "due_on": x.due_on, "state": x.state, "lines": lines,
    }  # fmt: skip


def said_json(x: Said) -> dict[str, Any]:
    numbers = {key: as_text(value) if key in price_services.MONEY else value for key, value in x.numbers.items()}
    return {"rule": x.rule, "severity": x.severity, "text": x.sentence, "numbers": numbers}


class HoldsView(StockView):
    """Units promised to deals and campaigns."""

    @operation(
        summary="Holds; the open ones unless ?all=1",
        parameters=[
            OpenApiParameter("all", bool, description="1: those that are over, too."),
            OpenApiParameter("reference", str, description="Only those for this."),
            *PAGING,
        ],
        responses=pages(HOLD),
    )
    def get(self, request: Request, slug: str) -> Response:
        found = StockHold.objects.filter(store=self.store).select_related("sku")
        if not self.yes(request, "all"):
            found = found.filter(closed_at=None)
        if reference := request.query_params.get("reference"):
            found = found.filter(reference=reference)
        return self.page(request, found, hold_json)

    @operation(
        summary="Hold units; the same reference and units again is the same hold",
        request=inline_serializer(
            "StockHoldPost",
            {
                "sku": bodies.text("The code of the SKU.", required=True),
                "units": bodies.whole("Units.", required=True),
                "reference": bodies.text("What they are for.", required=True, max_length=80),
                "until": bodies.instant(
                    "Until when: an instant with its offset, 2026-11-22T12:00:00+08:00; without it for good."
                ),
            },
        ),
        responses={201: HOLD},
    )
    def post(self, request: Request, slug: str) -> Response:
        told = fields_of(request)
        if not str(told.get("reference") or "").strip():
            raise Unprocessable("reference", _("Say what the units are for."))
        try:
            hold = services.hold_stock(
                self.store, self.the_sku(told.get("sku")), whole(told, "units") or 0, str(told["reference"]),
                instant_field(told, "until"), by=self.member.user,
            )  # fmt: skip
        except ValidationError as problem:
            raise refused(problem) from None
        return Response(hold_json(hold), status=201)


class HoldView(StockView):
    """One hold, and what becomes of it."""

    def found(self, pk: int) -> StockHold:
        hold = StockHold.objects.select_related("sku").filter(store=self.store, pk=pk).first()
        if hold is None:
            raise Http404
        return hold

    @operation(summary="One hold", responses=HOLD)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(hold_json(self.found(pk)))

    @operation(
        summary="Sell from a hold, release or extend it",
        request=inline_serializer(
            "StockHoldDeed",
            {
                "do": bodies.one_of(["take", "release", "extend"], "What is done.", required=True),
                "units": bodies.whole("Units; for release all that are left unless told."),
                "key": bodies.text("For take: the same key again takes nothing.", max_length=80),
                "until": bodies.instant(
                    "Until when: an instant with its offset, 2026-11-22T12:00:00+08:00; without it for good."
                ),
                "reason": bodies.text("For release: why.", max_length=200),
            },
        ),
        responses=HOLD,
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        told, hold = fields_of(request), self.found(pk)
        deeds: dict[str, Callable[[], object]] = {
            "take": lambda: services.take(
                hold, whole(told, "units") or 0, key=str(told.get("key") or ""), by=self.member.user
            ),
            "release": lambda: services.release(
                hold, whole(told, "units", needed=False), by=self.member.user, why=str(told.get("reason") or "")
            ),
            "extend": lambda: services.extend(hold, instant_field(told, "until")),
        }
        if told.get("do") not in deeds:
            raise Unprocessable("do", _("Unknown deed."), list(deeds))
        try:
            deeds[told["do"]]()
        except ValidationError as problem:
            raise refused(problem) from None
        return Response(hold_json(self.found(pk)))


class PurchasesView(StockView):
    """Orders to factories."""

    @operation(
        summary="Purchase orders, the first due first",
        parameters=PAGING,
        responses=pages(ORDER),
    )
    def get(self, request: Request, slug: str) -> Response:
        found = PurchaseOrder.objects.filter(store=self.store).select_related("supplier", "place")
        return self.page(request, found.prefetch_related("lines__sku"), order_json)

    @operation(
        summary="Place an order",
        request=inline_serializer(
            "PurchaseOrderPost",
            {
                "due_on": bodies.day("When it is due.", required=True),
                "number": bodies.text("The number of the order; made unless told.", max_length=40),
                "lines": bodies.rows(
                    "PurchaseOrderLine",
                    {
                        "sku": bodies.text("The code of the SKU."),
                        "units": bodies.whole("Units ordered."),
                        "cost": bodies.number("Yuan a unit."),
                    },
                    "What is ordered.",
                ),
            },
        ),
        responses={201: ORDER},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Lines of {sku, units, cost}; cost in yuan, optional."""
        told = fields_of(request)
        lines = [
            Wanted(
                self.the_sku(x.get("sku"), f"lines[{i}].sku"),
                whole(x, "units", line=i) or 0,
                fen_of(x.get("cost"), f"lines[{i}].cost"),
            )
            for i, x in enumerate(self.lines(request))
        ]
        try:
            due = dt.date.fromisoformat(str(told.get("due_on")))
        except ValueError:
            raise Unprocessable("due_on", _("Give a day, like 2026-11-22.")) from None
        try:
            order = purchasing.place_order(
                self.store, lines, due, number=str(told.get("number") or ""), by=self.member.user
            )
        except ValidationError as problem:
            raise refused(problem) from None
        return Response(order_json(order), status=201)


def fen_of(raw: Any, field: str = "price") -> int | None:
    if raw in (None, ""):
        return None
    try:
        amount = cells.number(raw)
    except cells.Unreadable as problem:
        raise Unprocessable(field, _(str(problem))) from None
    if not 0 <= amount < 10**10:
        raise Unprocessable(field, _("Give an amount in %(unit)s, like 12.50.") % {"unit": currency.unit()})
    return fen(amount)


class PurchaseView(StockView):
    """One purchase order, and goods that come in."""

    def found(self, pk: int) -> PurchaseOrder:
        orders = PurchaseOrder.objects.select_related("supplier", "place").prefetch_related("lines__sku")
        order = orders.filter(store=self.store, pk=pk).first()
        if order is None:
            raise Http404
        return order

    @operation(summary="One purchase order", responses=ONE_ORDER)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        order = self.found(pk)
        came = purchasing.deliveries(order).select_related("sku", "by")
        told = [
            {
                "id": x.pk,
                "sku": x.sku.code,
                "units": x.on_hand,
                "at": x.at,
                "by": x.by and x.by.username,
                "reason": x.why,
            }
            for x in came
        ]
        return Response(order_json(order) | {"deliveries": told})

    @operation(
        summary="Take goods in, or take a delivery back that was told by mistake",
        request=inline_serializer(
            "GoodsReceived",
            {
                "lines": bodies.rows(
                    "GoodsReceivedLine",
                    {
                        "line": bodies.whole("The number of a line of the order."),
                        "units": bodies.whole("Units that came."),
                    },
                    "What came.",
                ),
                "take_back": bodies.whole("Instead: the id of a delivery of the order."),
            },
        ),
        responses=ORDER,
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Lines of {line, units}; or take_back: the id of a delivery (see `deliveries` of the order)."""
        order = self.found(pk)
        if (delivery := whole(fields_of(request), "take_back", needed=False)) is not None:
            try:
                purchasing.take_back(order, delivery, by=self.member.user)
            except ValidationError as problem:
                raise refused(problem) from None
            return Response(order_json(self.found(pk)))
        told: dict[int, int] = {}
        for i, x in enumerate(self.lines(request)):
            line = whole(x, "line", line=i) or 0
            if line in told:
                raise Unprocessable(f"lines[{i}].line", _("%(code)s stands there twice.") % {"code": line})
            told[line] = whole(x, "units", line=i) or 0
        try:
            purchasing.receive(order, told, by=self.member.user)
        except ValidationError as problem:
            raise refused(problem) from None
        return Response(order_json(self.found(pk)))


class PriceCheckView(StockView):
    """A price against the rules."""

    @operation(
        summary="What speaks against a price: floor, looks back, raise before a cut, inflated list price",
        parameters=[
            OpenApiParameter("product", str, required=True, description="Merchant code."),
            OpenApiParameter("price", shapes.number(), required=True, description="Yuan, all discounts you bear off."),
            OpenApiParameter("day", OpenApiTypes.DATE, description="The local day it starts; today unless told."),
            OpenApiParameter("event", str, description="Key of an event with rules of its own."),
        ],
        responses=CHECKED,
    )
    def get(self, request: Request, slug: str) -> Response:
        asked = request.query_params
        product = (
            Product.objects.select_related("store").filter(store=self.store, code=asked.get("product", "")).first()
        )
        if product is None:
            raise Unprocessable("product", _("No product of this store has this code."))
        price = fen_of(asked.get("price"))
        if price is None:
            raise Unprocessable("price", _("Give an amount in %(unit)s, like 12.50.") % {"unit": currency.unit()})
        day = self.day(request, "day")
        try:
            found = price_services.price_check(product, price, day, asked.get("event"))
            low, high = price_services.price_bounds(product, day, asked.get("event"))
        except ValidationError as problem:
            raise refused(problem) from None
        return Response({"findings": [said_json(x) for x in found], "lowest": money(low), "highest": money(high)})
