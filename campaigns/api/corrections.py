"""One order of a group deal over REST: correct it, give a part back, strike it out, and what was corrected so far."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api import bodies, examples
from campaigns.api.deals import DealView, money, refused, sale_json, whole
from campaigns.api.shapes import SALE
from campaigns.groupbuy import correcting
from campaigns.groupbuy.correcting import Corrected
from campaigns.models import DealCorrection, DealSale
from kpis.queries import figures_changed
from opsplan.lib.money import yuan
from staff.api.base import Unprocessable, fields_of
from staff.api.bodies import operation
from staff.roles import Action

NAMES = {"paid_fen": "paid", "back_fen": "given_back"}  # fen inside, yuan outside
COUNTS = ("units", "refunded_before", "refunded_after", "redeemed")


def correction_json(x: DealCorrection) -> dict[str, Any]:
    def told(values: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {
            NAMES.get(name, name): yuan(x) if name in NAMES else x for name, x in values.items() if name != "buyer"
        }
        return found | ({"at": dt.datetime.fromisoformat(found["at"])} if "at" in found else {})

    return {"at": x.at, "by": x.by and x.by.username, "reason": x.why, "before": told(x.before), "after": told(x.after)}


class DealSaleView(DealView):
    """One order or voucher."""

    writes = Action.ENTER_DATA

    def found(self, pk: int, sale: int) -> DealSale:
        found = self.deal(pk).sales.select_related("line__sku").filter(pk=sale).first()
        if found is None:
            raise Http404
        return found

    def order(self, pk: int, sale: int) -> dict[str, Any]:
        there = self.found(pk, sale)
        return sale_json(there) | {"corrections": [correction_json(x) for x in there.corrections.select_related("by")]}

    def done(self, deed: Callable[[], Corrected]) -> Corrected:
        try:
            with transaction.atomic():
                answer = deed()
                if answer.days:
                    figures_changed(self.store, min(answer.days), max(answer.days))
        except ValidationError as problem:
            raise refused(problem) from problem
        return answer

    @operation(summary="An order of a deal, with its corrections", responses=SALE)
    def get(self, request: Request, slug: str, pk: int, sale: int) -> Response:
        return Response(self.order(pk, sale))

    @operation(
        summary="Correct an order of a deal",
        description="As it is to stand; what is not named stays. Stock and settlement follow.",
        request=bodies.CORRECTION,
        examples=[examples.sent("Three pieces were typed, two were bought", examples.CORRECTED)],
        responses=SALE,
    )
    def patch(self, request: Request, slug: str, pk: int, sale: int) -> Response:
        deal, told = self.deal(pk), fields_of(request)
        self.found(pk, sale)
        wanted: dict[str, Any] = {name: whole(told, name) or 0 for name in COUNTS if name in told}
        wanted |= {column: money(told, name) or 0 for column, name in NAMES.items() if name in told}
        wanted |= {name: str(told[name] or "") for name in ("key", "sku", "buyer") if name in told}
        if "at" in told:
            wanted["at"] = self.maybe(told, "at")
            if wanted["at"] is None:
                raise Unprocessable("at", _("Give day and time as YYYY-MM-DD HH:MM."))
        self.done(lambda: correcting.correct(deal, sale, wanted, str(told.get("reason") or ""), self.member.user))
        return Response(self.order(pk, sale))

    @operation(
        summary="Give a part of an order back",
        description="Pieces, or money without a piece.",
        request=bodies.GIVEN_BACK,
        examples=[examples.sent("Five yuan back for a stain", examples.GIVEN_BACK)],
        responses=SALE,
    )
    def post(self, request: Request, slug: str, pk: int, sale: int) -> Response:
        deal, told = self.deal(pk), fields_of(request)
        self.found(pk, sale)
        before, after = whole(told, "refunded_before") or 0, whole(told, "refunded_after") or 0
        back, why = money(told, "given_back") or 0, str(told.get("reason") or "")
        self.done(
            lambda: correcting.refund(deal, sale, why, self.member.user, before=before, after=after, back_fen=back)
        )
        return Response(self.order(pk, sale))

    @operation(
        summary="Strike an order out that never was",
        description="?reason= is asked for; what stood there stays in the history of the deal's page.",
        parameters=[examples.WHY],
        request=None,
        responses={204: None, 422: OpenApiResponse(description="No reason, or the deal is settled.")},
    )
    def delete(self, request: Request, slug: str, pk: int, sale: int) -> Response:
        deal, why = self.deal(pk), request.query_params.get("reason", "")
        self.found(pk, sale)
        self.done(lambda: correcting.strike(deal, sale, why, self.member.user))
        return Response(status=204)
