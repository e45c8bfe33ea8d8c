"""Stock and prices over REST: bulk balances, movements, holds, purchase orders, price checks. Units; yuan as text."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework.request import Request
from rest_framework.response import Response

from opsplan import shapes
from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.paging import PAGING, pages
from products import stock_queries
from products import stock_services as services
from products.api.base import ProductsApi, refused
from products.models import SKU, StockMovement, StockPlace
from products.stock import KINDS, TYPED
from products.stock_queries import StockRow
from products.stock_services import Balance
from staff.api import bodies
from staff.api.base import Unprocessable, fields_of
from staff.api.bodies import operation

UNITS = {
    "on_hand": shapes.or_null(shapes.whole("Units that are there; null where no stock is kept.")),
    "safety": shapes.or_null(shapes.whole("Units kept back.")),
    "held": shapes.or_null(shapes.whole("Units held for deals and campaigns.")),
    "due_out": shapes.or_null(shapes.whole("Units sold that wait to be shipped.")),
    "free": shapes.or_null(shapes.whole("Units that may still be promised.")),
}
STOCK = shapes.thing(
    "Stock",
    {
        "id": shapes.whole("Of the product."),
        "code": shapes.text(),
        "title": shapes.text(),
        "is_hero": shapes.yes(),
        "is_unstocked": shapes.yes("No stock of it is kept."),
        **UNITS,
        "units_a_day": shapes.or_null(shapes.number("The pace at which it sells.")),
        "days_of_cover": shapes.or_null(shapes.number("How long what is free lasts at that pace.")),
        "coming": shapes.many(
            shapes.thing("Arrival", {"due_on": shapes.day("When it is to come."), "units": shapes.whole()})
        ),
        "line": shapes.thing(
            "StockLine",
            {
                "alert": shapes.whole("Units below which it is to be filled up."),
                "target": shapes.whole("Units to fill up to."),
                "why": shapes.text("rule (somebody set it), hero, or pace."),
                "level": shapes.text("How it stands against the line."),
            },
        ),
        "last_sold": shapes.or_null(shapes.day()),
        "slow": shapes.or_null(
            shapes.thing(
                "SlowStock",
                {"days": shapes.whole("Without a sale."), "is_dead": shapes.yes("So long that it is given up.")},
            )
        ),
        "proposal": shapes.or_null(
            shapes.thing(
                "ProposedOrder",
                {
                    "units": shapes.whole(),
                    "packs": shapes.whole("Cartons."),
                    "order_by": shapes.or_null(shapes.day("The last day on which to order.")),
                    "runs_out": shapes.or_null(shapes.day("When nothing is left.")),
                    "tied": shapes.or_null(shapes.yuan("Money the order ties up.")),
                },
            )
        ),
        "value": shapes.or_null(shapes.yuan("What is there, at cost.")),
        "skus": shapes.many(
            shapes.thing(
                "SkuStock",
                {"sku": shapes.text("Its code.")}
                | UNITS
                | {"places": shapes.by_key(shapes.whole("Units there."), "By the name of the place.")},
            ),
            "Those in use.",
        ),
    },
)
MOVEMENT = shapes.thing(
    "StockMovement",
    {
        "at": shapes.instant(),
        "sku": shapes.text("Its code."),
        "kind": shapes.one_of(KINDS),
        "place": shapes.or_null(shapes.text()),
        "on_hand": shapes.whole("By how many units it changed what is there."),
        "held": shapes.whole("By how many units it changed what is held."),
        "due_out": shapes.whole("By how many units it changed what waits to be shipped."),
        "reason": shapes.text(),
        "reference": shapes.text("What it belongs to, like the number of an order."),
        "by": shapes.or_null(shapes.text("User name; null: the program.")),
    },
)


def money(amount_fen: int | None) -> str | None:
    return None if amount_fen is None else str(yuan(amount_fen))


def decimal(number: Decimal | None) -> str | None:
    return None if number is None else str(number.quantize(Decimal("0.0001")))


def row_json(x: StockRow) -> dict[str, Any]:
    found = x.proposal
    return {
        "id": x.product_id,
        "code": x.code,
        "title": x.title,
        "is_hero": x.is_hero,
        "is_unstocked": x.is_unstocked,
        "on_hand": x.on_hand,
        "safety": x.safety,
        "held": x.held,
        "due_out": x.due,
        "free": None if x.is_unstocked else x.free,
        "units_a_day": decimal(x.a_day),
        "days_of_cover": decimal(x.cover),
        "coming": [{"due_on": a.due, "units": a.units} for a in x.arrivals],
        "line": {"alert": x.line.alert, "target": x.line.target, "why": x.line.why, "level": x.level},
        "last_sold": x.last_sold,
        "slow": None if x.slow is None else {"days": x.slow.days, "is_dead": x.slow.is_dead},
        "proposal": found
        and {
            "units": found.units,
            "packs": found.packs,
            "order_by": found.order_by,
            "runs_out": found.runs_out,
            "tied": money(found.tied_fen),
        },
        "value": money(x.value_fen),
    }


def whole(told: dict[str, Any], name: str, *, line: int | None = None, needed: bool = True) -> int | None:
    """A whole number of the body, or Unprocessable naming the field (of that line)."""
    value, field = told.get(name), name if line is None else f"lines[{line}].{name}"
    if value is None and not needed:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unprocessable(field, _("Give a whole number of units."))
    return value


class StockView(ProductsApi):
    most_lines = 5_000

    def the_sku(self, code: Any, field: str = "sku") -> SKU:
        found = SKU.objects.select_related("store", "product").filter(store=self.store, code=str(code)).first()
        if found is None:
            raise Unprocessable(field, _("No SKU of this store has the code “%s”.") % str(code)[:80])
        return found

    def places(self) -> list[str]:
        return list(StockPlace.objects.filter(store=self.store).values_list("name", flat=True)[:50])


class BalancesView(StockView):
    """What is there, and setting it in bulk."""

    @operation(
        summary="Stock by product: balances, free to promise, cover, line, proposed order",
        parameters=[
            OpenApiParameter("state", str, enum=stock_queries.STATES, description="Only those in this state."),
            OpenApiParameter("q", str, description="Part of a code or a title."),
            *PAGING,
        ],
        responses=pages(STOCK),
    )
    def get(self, request: Request, slug: str) -> Response:
        state = self.one_of(request, "state", stock_queries.STATES)
        rows = stock_queries.stock_rows(self.store, clock.today(self.store.timezone))
        shown = stock_queries.narrowed(rows, search=request.query_params.get("q", ""), state=state)

        def told(rows: list[StockRow]) -> list[dict[str, Any]]:
            skus = stock_queries.sku_stocks([x.product_id for x in rows])
            return [row_json(x) | {"skus": skus.get(x.product_id, [])} for x in rows]

        return self.page_of(request, shown, told)

    @operation(
        summary="Set balances of many SKUs at once, all or none",
        request=inline_serializer(
            "StockBalances",
            {
                "lines": bodies.rows(
                    "StockBalanceLine",
                    {
                        "sku": bodies.text("The code of the SKU."),
                        "on_hand": bodies.whole("Units that are there."),
                        "due_out": bodies.whole("Units that are sold and wait to be shipped."),
                        "safety": bodies.whole("Units to be kept back."),
                        "place": bodies.text("Where; a new place is made; the main one unless told.", max_length=60),
                    },
                    "Up to 5000; what a line leaves out stays.",
                ),
                "reason": bodies.text("Why; it stays in the ledger.", max_length=200),
            },
        ),
        responses=shapes.thing(
            "BalancesSet",
            {"changed": shapes.whole("SKUs whose balance is another now."), "lines": shapes.whole("Lines read.")},
        ),
    )
    def post(self, request: Request, slug: str) -> Response:
        """Lines of {sku, on_hand, due_out, safety, place}; what is left out stays. A place that is new is made."""
        told, lines = fields_of(request), self.lines(request)
        codes = {str(x.get("sku")) for x in lines}
        skus = {
            x.code: x for x in SKU.objects.select_related("product", "store").filter(store=self.store, code__in=codes)
        }
        places = {x.name: x for x in StockPlace.objects.filter(store=self.store)}
        balances = []
        with transaction.atomic():  # of a list that is refused no place stays
            for i, x in enumerate(lines):
                sku, name = skus.get(str(x.get("sku"))), fitting("place", str(x.get("place") or ""), 60)
                if sku is None:
                    text = _("No SKU of this store has the code “%s”.") % str(x.get("sku"))[:80]
                    raise Unprocessable(f"lines[{i}].sku", text)
                numbers = [whole(x, field, line=i, needed=False) for field in ("on_hand", "due_out", "safety")]
                if name not in places:
                    made = name and StockPlace.objects.get_or_create(store=self.store, name=name)[0]
                    places[name] = made or services.main_place(self.store)
                balances.append(Balance(sku, places[name], *numbers))
            try:
                why = str(told.get("reason") or "REST")
                n = services.set_balances(self.store, balances, by=self.member.user, why=why)
            except ValidationError as problem:
                raise refused(problem) from None
        return Response({"changed": n, "lines": len(lines)})


class MovementsView(StockView):
    """The ledger."""

    @operation(
        summary="Movements, the newest first",
        parameters=[
            OpenApiParameter("sku", str, description="Of this SKU (its code)."),
            OpenApiParameter("kind", str, enum=tuple(KINDS), description="Only of this kind."),
            *PAGING,
        ],
        responses=pages(MOVEMENT),
    )
    def get(self, request: Request, slug: str) -> Response:
        kind = self.one_of(request, "kind", tuple(KINDS))
        found = stock_queries.movements(self.store, kind=kind)
        if code := request.query_params.get("sku"):
            found = found.filter(sku=self.the_sku(code))
        return self.page(request, found, moved)

    @operation(
        summary="Post one movement",
        request=inline_serializer(
            "StockMovementPost",
            {
                "sku": bodies.text("The code of the SKU.", required=True),
                "kind": bodies.one_of(TYPED, "What happened.", required=True),
                "units": bodies.whole("Units; of a correction also below 0.", required=True),
                "place": bodies.text("Where; the main place unless told."),
                "reason": bodies.text("Why; it stays in the ledger.", max_length=200),
                "reference": bodies.text("What it belongs to, like a number.", max_length=80),
            },
        ),
        responses={201: MOVEMENT},
    )
    def post(self, request: Request, slug: str) -> Response:
        told = fields_of(request)
        if told.get("kind") not in TYPED:
            raise Unprocessable("kind", _("Unknown kind of movement."), TYPED)
        name = str(told.get("place") or "")
        place = StockPlace.objects.filter(store=self.store, name=name).first()
        if name and place is None:
            raise Unprocessable("place", _("The store has no such place."), self.places())
        try:
            made = services.move(
                self.the_sku(told.get("sku")), told["kind"], whole(told, "units") or 0, place=place,
                why=str(told.get("reason") or ""), reference=str(told.get("reference") or ""), by=self.member.user,
            )  # fmt: skip
        except ValidationError as problem:
            raise refused(problem) from None
        return Response(moved(made), status=201)


def moved(x: StockMovement) -> dict[str, Any]:
    return {
        "at": x.at, "sku": x.sku.code, "kind": x.kind, "place": x.place and x.place.name, "on_hand": x.on_hand,
        "held": x.held, "due_out": x.due, "reason": x.why, "reference": x.reference, "by": x.by and x.by.username,
    }  # fmt: skip
