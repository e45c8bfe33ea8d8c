"""Stages over REST: the ranks of a week, proposals and their decisions."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.queries import judge_stages, names_changed
from opsplan.paging import PAGING, pages
from products import stages
from products.api import bodies, shapes
from products.api.base import ProductsApi, refused
from products.models import Move
from products.stages import RankLine
from staff.access import metrics_for_api
from staff.api.base import Unprocessable, fields_of
from staff.api.bodies import operation
from staff.models import User

DECISIONS = ("confirm", "decline")


def move_json(x: Move, tells_all: bool) -> dict[str, Any]:
    return {
        "id": x.pk, "code": x.product.code, "from": x.source, "to": x.target, "rule": x.rule, "day": x.day,
        "state": x.state, "evidence": x.evidence if tells_all else None, "reason": x.reason,
        "proposed_by": x.proposed_by.username if x.proposed_by else None,
        "decided_by": x.decided_by.username if x.decided_by else None, "decided_on": x.decided_on,
    }  # fmt: skip


def decided(move: Move, told: dict[str, Any], by: User, where: str = "") -> Move:
    """The proposal confirmed or declined as `told`, or Unprocessable."""
    if told.get("do") not in DECISIONS:
        raise Unprocessable(f"{where}do", _("Choose one of: %s.") % ", ".join(DECISIONS), DECISIONS)
    try:
        return stages.decide(move, by, confirm=told["do"] == "confirm", reason=str(told.get("reason") or ""))
    except ValidationError as problem:
        raise refused(problem, where) from None


class RanksView(ProductsApi):
    """The ranks of a week."""

    @operation(
        summary="Enter the ranks of a week in bulk",
        description="day: a day of the week (today unless told); lines: [{code, search, category}], a rank or null; "
        "source: where they were looked up.",
        parameters=[
            OpenApiParameter("day", OpenApiTypes.DATE, description="A local day of the week; today unless told.")
        ],
        request=bodies.RANKS,
        responses=shapes.RANKED,
    )
    def post(self, request: Request, slug: str) -> Response:
        day, lines = self.day(request, "day"), []
        source = str(fields_of(request).get("source") or "REST")
        for x in self.lines(request):
            ranks = [x.get("search"), x.get("category")]
            if any(not (r is None or (isinstance(r, int) and not isinstance(r, bool))) for r in ranks):
                raise Unprocessable("lines", _("A rank is a whole number from 1 on."))
            lines.append(RankLine(self.product(x.get("code")).pk, *ranks))
        try:
            changed = stages.enter_ranks(self.store, day, lines, self.member.user, source)
        except ValidationError as problem:
            raise refused(problem) from None
        made = judge_stages(self.store, products=[x.product_id for x in lines]) if changed else 0
        return Response({"changed": changed, "proposals": made})


class MovesView(ProductsApi):
    """Proposals of another stage."""

    @operation(summary="Proposals that wait for a decision", parameters=PAGING, responses=pages(shapes.MOVE))
    def get(self, request: Request, slug: str) -> Response:
        tells_all = metrics_for_api(request) is None
        return self.page(request, stages.open_moves(self.store), lambda x: move_json(x, tells_all))

    @operation(
        summary="Propose another stage: {code, target, reason}", request=bodies.MOVE,
        responses={201: shapes.MOVE},
    )  # fmt: skip
    def post(self, request: Request, slug: str) -> Response:
        told = fields_of(request)
        try:
            made = stages.propose_by_hand(
                self.product(told.get("code")),
                str(told.get("target") or ""),
                self.member.user,
                str(told.get("reason") or ""),
            )
        except ValidationError as problem:
            raise refused(problem) from None
        return Response(move_json(made, metrics_for_api(request) is None), status=201)

    @operation(
        summary="Decide in bulk, all or none: {lines: [{id, do: confirm | decline, reason}]}",
        request=bodies.MOVES,
        responses=shapes.MOVE_LIST,
    )
    def patch(self, request: Request, slug: str) -> Response:
        lines, done = self.lines(request), []
        with transaction.atomic():
            for number, line in enumerate(lines):
                pk = line.get("id")
                if not isinstance(pk, int) or isinstance(pk, bool) or not 0 < pk < 2**63:
                    pk = 0
                move = Move.objects.filter(product__store=self.store, pk=pk).first()
                if move is None:
                    raise Unprocessable(f"lines[{number}].id", _("This store has no such proposal."))
                done.append(decided(move, line, self.member.user, f"lines[{number}]."))
            names_changed(self.store)
        return Response({"moves": [move_json(x, metrics_for_api(request) is None) for x in done]})


class MoveView(ProductsApi):
    """One proposal."""

    def move(self, pk: int) -> Move:
        found = Move.objects.filter(product__store=self.store, pk=pk).select_related("product").first()
        if found is None:
            raise Http404
        return found

    @operation(summary="One proposal with its evidence", responses=shapes.MOVE)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(move_json(self.move(pk), metrics_for_api(request) is None))

    @operation(summary="Decide: {do: confirm | decline, reason}", request=bodies.ONE_MOVE, responses=shapes.MOVE)
    def post(self, request: Request, slug: str, pk: int) -> Response:
        move = self.move(pk)
        with transaction.atomic():
            done = decided(move, fields_of(request), self.member.user)
            names_changed(self.store)
        return Response(move_json(done, metrics_for_api(request) is None))
