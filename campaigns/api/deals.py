"""Group deals over REST: list and plan, look, take a step, tell of orders. Yuan as text, instants with offset."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api import bodies, examples
from campaigns.api.offer_terms import fraction
from campaigns.api.shapes import DEAL, DEALS, RECORDED, SALES
from campaigns.groupbuy import dealing, planning, prices, reading, states
from campaigns.groupbuy.dealing import SoldOut, Told
from campaigns.groupbuy.planning import Terms
from campaigns.models import DealSale, GroupDeal
from kpis.queries import figures_changed
from opsplan.lib import cells, clock
from opsplan.lib.money import fen, yuan
from opsplan.openapi import PROBLEM
from opsplan.paging import PAGING, Paging
from products.models import SKU
from staff.api.base import MemberView, Unprocessable, fields_of, fraction_field
from staff.api.bodies import operation
from staff.roles import Action
from stores.models import GroupSite

MOST = 1_000  # orders in one request
COSTS = {"freight": "freight_fen", "return_freight": "return_fen", "packaging": "packing_fen", "gift": "gift_fen"}
NUMBERS = ("minimum", "form_hours", "grace_hours", "limit", "priority")
COLUMNS = tuple(dict(reading.COLUMNS))


class Conflict(APIException):
    """409: what was asked for cannot be had any more."""

    status_code = 409

    def __init__(self, message: str) -> None:
        super().__init__()
        error: dict[str, Any] = {"field": "sales", "message": message, "valid": []}
        self.detail = {"errors": [error]}


def refused(problem: ValidationError, where: str = "") -> APIException:
    """What a service refused: 409 where it is sold out, else 422; where: the field of what names none."""
    if isinstance(problem, SoldOut):
        return Conflict(" ".join(problem.messages))
    if hasattr(problem, "error_dict"):
        field, texts = next(iter(problem.message_dict.items()))
        return Unprocessable("" if field == "__all__" else field, " ".join(texts))
    return Unprocessable(where, " ".join(problem.messages))


def deal_json(deal: GroupDeal, live: reading.Live) -> dict[str, Any]:
    """A deal with how it sells."""
    return {
        "id": deal.pk,
        "name": deal.name,
        "site": deal.site.name,
        "state": deal.state,
        "opens_at": deal.opens_at,
        "closes_at": deal.closes_at,
        "decided_at": deal.decided_at,
        "minimum": deal.minimum,
        "limit": deal.limit,
        "is_voucher": deal.is_voucher,
        "valid_until": deal.valid_until,
        "priority": deal.priority,
        "rate": fraction(deal.rate_bp),
        "quota": live.quota,
        "sold": live.sold,
        "held": live.kept,
        "remaining": live.remaining,
        "short": live.short,
        "orders": live.orders,
        "buyers": live.buyers,
        "refunded_before": live.before,
        "refunded_after": live.after,
        "sold_amount": str(yuan(live.sold_fen)),
        "sell_through": None if live.sell_through is None else str(live.sell_through.quantize(Decimal("0.0001"))),
    }


def effect_json(effect: dict[str, Any]) -> dict[str, Any]:
    told = {name: units for name, units in effect.items() if name != "refund_fen"}
    return told | ({"refund_amount": yuan(effect["refund_fen"])} if "refund_fen" in effect else {})


def sale_json(x: DealSale) -> dict[str, Any]:
    """An order or voucher; `given_back`: yuan without a piece."""
    return {
        "id": x.pk, "key": x.key, "sku": x.line.sku.code, "units": x.units, "paid": str(yuan(x.paid_fen)), "at": x.at,
        "state": x.state, "refunded_before": x.refunded_before, "refunded_after": x.refunded_after,
        "redeemed": x.redeemed, "given_back": str(yuan(x.back_fen)), "short": x.short,
    }  # fmt: skip


class DealView(MemberView):
    """A group deal."""

    action = Action.VIEW_PRODUCTS
    writes = Action.SET_TARGETS

    def deal(self, pk: int) -> GroupDeal:
        found = GroupDeal.objects.filter(store=self.store, pk=pk).select_related("store", "site").first()
        if found is None:
            raise Http404
        return found

    def told(self, pk: int) -> dict[str, Any]:
        """A deal as it stands, with its lines and life."""
        deal = self.deal(pk)
        lines = [
            {
                "sku": x.line.sku.code, "price": str(yuan(x.line.price_fen)), "quota": x.line.quota,
                "tiers": [{"from": pieces, "price": str(yuan(price))} for pieces, price in x.line.tiers],
                "rate": None if x.line.rate_bp is None else fraction(x.line.rate_bp),
                "sold": x.sold, "held": x.kept, "remaining": x.remaining,
            }
            for x in reading.lines_of(deal)
        ]  # fmt: skip
        steps = [
            {
                "from": x.before, "to": x.after, "at": x.at, "by": x.by and x.by.username, "reason": x.note,
                "effect": effect_json(x.effect),
            }
            for x in deal.transitions.select_related("by")
        ]  # fmt: skip
        moves = [move.after for move in states.moves_of(deal.state, by_clock=False)]
        guard = [
            {
                "sku": x.line.sku.code, "price": str(yuan(x.line.price_fen)), "reaches": str(yuan(x.unit_fen)),
                "lowest_allowed": str(yuan(x.low_fen)), "is_blocked": x.is_blocked,
                "rules": [one.rule for one in x.findings],
            }
            for x in prices.verdicts(deal)
        ]  # fmt: skip
        told = {"lines": lines, "guard": guard, "life": steps, "moves": moves}
        return deal_json(deal, reading.live_of([deal])[pk]) | told

    def maybe(self, fields: Mapping[str, Any], name: str) -> dt.datetime | None:
        """An instant, None where none is given."""
        return self.instant(fields, name) if fields.get(name) else None

    def instant(self, fields: Mapping[str, Any], name: str) -> dt.datetime:
        """An instant in UTC; without an offset it is the store's time."""
        raw = str(fields.get(name) or "")
        try:
            found = dt.datetime.fromisoformat(raw)
            return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(self.store.timezone))).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            raise Unprocessable(name, _("Give an instant as YYYY-MM-DDTHH:MM; got “%s”.") % raw[:40]) from None


def whole(fields: Mapping[str, Any], name: str, usual: int | None = 0) -> int | None:
    raw = fields.get(name)
    if raw is None:
        return usual
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw < 1_000_000_000:
        raise Unprocessable(name, _("Give a whole number."))
    return raw


def money(fields: Mapping[str, Any], name: str) -> int | None:
    """Yuan, as text or number, to fen."""
    raw = fields.get(name)
    if raw is None:
        return None
    try:
        found = cells.number(raw)
    except cells.Unreadable as problem:
        raise Unprocessable(name, _(str(problem))) from None
    if not 0 <= found < 1_000_000_000:
        raise Unprocessable(name, _("“%s” is not an amount.") % str(raw)[:40])
    return fen(found)


class DealsView(DealView):
    """The deals of a store, and a new one."""

    @operation(
        summary="Group deals, the latest first",
        parameters=[
            OpenApiParameter("state", str, enum=COLUMNS, description="Only this column of the board."),
            *PAGING,
        ],
        responses=DEALS,
    )
    def get(self, request: Request, slug: str) -> Response:
        column, paging = self.one_of(request, "state", COLUMNS), Paging()
        rows = paging.paginate_queryset(reading.of_store(self.store, column=column), request, view=self) or []
        return paging.get_paginated_response([deal_json(x.deal, x.live) for x in reading.cards(rows)])

    @operation(
        summary="Plan a deal",
        description="Terms are the site's.",
        request=bodies.DEAL,
        examples=[examples.sent("A deal of one SKU that needs two buyers", examples.DEAL)],
        responses={201: DEAL},
    )
    def post(self, request: Request, slug: str) -> Response:
        fields = fields_of(request)
        site = GroupSite.objects.filter(store=self.store, name=str(fields.get("site") or "")).first()
        if site is None:
            valid = list(GroupSite.objects.filter(store=self.store).values_list("name", flat=True)[:20])
            raise Unprocessable("site", _("Unknown; choose one of those given."), valid)
        deal = GroupDeal(
            store=self.store, site=site, name=str(fields.get("name") or "").strip(),
            opens_at=self.instant(fields, "opens_at"), closes_at=self.instant(fields, "closes_at"),
            valid_until=self.maybe(fields, "valid_until"), note=str(fields.get("note") or "").strip(),
            is_voucher=bool(fields.get("is_voucher", site.is_voucher)), rate_bp=site.rate_bp,
            guarantee_fen=site.guarantee_fen, slot_fen=site.slot_fen, instalments=site.instalments,
        )  # fmt: skip
        for name in NUMBERS:
            if fields.get(name) is not None:
                setattr(deal, name, whole(fields, name, None))
        for name, column in COSTS.items():
            setattr(deal, column, money(fields, name) or 0)
        try:
            made = planning.save_deal(deal, self.lines(fields), self.member.user)
        except ValidationError as problem:
            raise refused(problem) from problem
        return Response(self.told(made.pk), status=201)

    def lines(self, fields: Mapping[str, Any]) -> dict[SKU, Terms]:
        rows = fields.get("lines")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Unprocessable("lines", _("Choose at least one SKU with its price and quota."))
        codes = [str(row.get("sku") or "") for row in rows]
        skus = {sku.code: sku for sku in SKU.objects.filter(store=self.store, code__in=codes)}
        found = {}
        for i, (code, row) in enumerate(zip(codes, rows, strict=True)):
            if code not in skus or skus[code] in found:
                said = _("%(code)s stands there twice.") if code in skus else _("The store has no SKU %(code)s.")
                raise Unprocessable(f"lines[{i}].sku", said % {"code": code[:40] or "—"})
            try:
                tiers = self.tiers(row)
                own = None if row.get("rate") is None else fraction_field(row["rate"], "rate")
                found[skus[code]] = Terms(money(row, "price") or 0, whole(row, "quota") or 0, tiers, own)
            except Unprocessable as problem:
                raise problem.within(f"lines[{i}].") from None
        return found

    def tiers(self, row: Mapping[str, Any]) -> list[list[int]]:
        """Lower prices from so many pieces on."""
        told = row.get("tiers") or []
        if not isinstance(told, list) or not all(isinstance(x, dict) for x in told):
            raise Unprocessable("tiers", _("Give a list of tiers, each with from and price."))
        return [[whole(x, "from") or 0, money(x, "price") or 0] for x in told]


class OneDealView(DealView):
    @operation(summary="A group deal: how it sells, its lines, its life", responses=DEAL)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(self.told(pk))


class DealGoView(DealView):
    action = Action.SET_TARGETS

    @operation(
        summary="Take a step of a deal's life",
        description="Taking a step that was taken already answers as if it were taken now.",
        request=bodies.STEP,
        examples=[examples.sent("Approve it: the quota is held", examples.APPROVED)],
        responses=DEAL,
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        deal, fields = self.deal(pk), fields_of(request)
        after, reason = str(fields.get("to") or ""), str(fields.get("reason") or "")
        try:
            if after == states.State.APPROVED:
                planning.approve(deal, self.member.user, reason, is_first=bool(fields.get("is_first")))
            else:
                with transaction.atomic():
                    dealing.go(deal, after, self.member.user, reason)
                    first, last = planning.days_of(deal)
                    figures_changed(self.store, first, max(first, min(last, clock.today(self.store.timezone))))
        except ValidationError as problem:
            raise refused(problem, "to") from problem
        return Response(self.told(pk))


class DealSalesView(DealView):
    writes = Action.ENTER_DATA

    @operation(
        summary="The orders and vouchers of a deal",
        parameters=PAGING,
        responses=SALES,
    )
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return self.page(request, self.deal(pk).sales.select_related("line__sku").order_by("pk"), sale_json)

    @operation(
        summary="Tell of orders and vouchers",
        description=f"Up to {MOST} at once. The same again changes nothing, so a request may be repeated. An order "
        "there is no stock for is written down and named under `short`: it has to be refunded; with "
        "if_available=true the request is refused with 409 instead and nothing is written.",
        request=bodies.SALES,
        examples=[examples.sent("Two orders, one piece refunded before shipping", examples.ORDERS)],
        responses={200: RECORDED, 409: OpenApiResponse(PROBLEM, description="Not enough stock; nothing was written.")},
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        deal, fields = self.deal(pk), fields_of(request)
        rows = fields.get("sales")
        if not isinstance(rows, list) or not 0 < len(rows) <= MOST or not all(isinstance(x, dict) for x in rows):
            raise Unprocessable("sales", _("Give a list of up to %s orders.") % MOST)
        try:
            with transaction.atomic():
                told = [self.order(row, f"sales[{i}].") for i, row in enumerate(rows)]
                answer = dealing.record(deal, told, self.member.user, if_available=bool(fields.get("if_available")))
                if answer.days:
                    figures_changed(self.store, min(answer.days), max(answer.days))
        except ValidationError as problem:
            raise refused(problem, "sales") from problem
        names = ("new", "changed", "same", "short", "over_limit")
        live = reading.live_of([deal])[pk]
        return Response({name: getattr(answer, name) for name in names} | {"remaining": live.remaining})

    def order(self, row: Mapping[str, Any], where: str) -> Told:
        try:
            return Told(
                str(row.get("key") or ""), str(row.get("sku") or ""), whole(row, "units") or 0,
                self.maybe(row, "at") or clock.now(), money(row, "paid"), str(row.get("buyer") or ""),
                whole(row, "refunded_before") or 0, whole(row, "refunded_after") or 0, whole(row, "redeemed") or 0,
                self.maybe(row, "redeemed_at"), None, money(row, "given_back") or 0,
            )  # fmt: skip
        except Unprocessable as problem:
            raise problem.within(where) from None
