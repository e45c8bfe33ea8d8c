"""Products over REST: the catalogue in bulk, ranks of a week, stages and their decisions, focus, bundles, range."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.queries import (
    GOODS,
    Goods,
    figures_changed,
    judge_stages,
    last_days,
    names_changed,
    pairs,
)
from opsplan.lib import clock
from opsplan.lib.money import yuan
from products import assortment, concentration, newcomers, queries, roles, stages
from products.catalogue_apply import apply_file
from products.catalogue_files import FIELDS, read_lines
from products.models import Competitor, Move, Product, StageEvidence
from products.stages import ALIVE, RankLine
from staff.api.base import MemberView, Unprocessable, fields_of
from staff.roles import Action

MOST_LINES, PAGE, MOST_PAGE = 1_000, 100, 1_000


def refused(problem: ValidationError) -> Unprocessable:
    """What a service refused, as 422."""
    if hasattr(problem, "error_dict"):
        field, texts = next(iter(problem.message_dict.items()))
        return Unprocessable(field, " ".join(texts))
    return Unprocessable("", " ".join(problem.messages))


def product_json(x: Product) -> dict[str, Any]:
    cost, _since = queries.cost_in_force(x)
    return {
        "id": x.pk, "code": x.code, "title": x.title, "status": x.status, "category": x.category, "style": x.style,
        "supplier": x.supplier.name if x.supplier else None, "launched_on": x.launched_on,
        "is_unstocked": x.is_unstocked, "is_hero": x.is_hero, "role": x.role or None, "stage": x.stage,
        "stage_since": x.stage_since, "is_checked": x.is_checked, "unit_cost": None if cost is None else str(cost),
        "item_ids": [y.item_id for y in x.listings.all()],
        "skus": [
            {"code": y.code, "name": y.name, "barcode": y.barcode, "pack_size": y.pack_size, "is_active": y.is_active}
            for y in x.skus.all()
        ],
    }  # fmt: skip


def move_json(x: Move) -> dict[str, Any]:
    return {
        "id": x.pk, "code": x.product.code, "from": x.source, "to": x.target, "rule": x.rule, "day": x.day,
        "state": x.state, "evidence": x.evidence, "reason": x.reason,
        "proposed_by": x.proposed_by.username if x.proposed_by else None,
        "decided_by": x.decided_by.username if x.decided_by else None, "decided_on": x.decided_on,
    }  # fmt: skip


class ProductsApi(MemberView):
    action, writes = Action.VIEW_PRODUCTS, Action.EDIT_PRODUCTS

    def whole(self, request: Request, name: str, usual: int, most: int) -> int:
        """A query field as a whole number from 1 to `most`, or Unprocessable."""
        raw = request.query_params.get(name, str(usual))
        if not raw.isdecimal() or not 1 <= int(raw) <= most:
            raise Unprocessable(name, _("Give a whole number from 1 to %d.") % most)
        return int(raw)

    def lines(self, request: Request) -> list[dict[str, Any]]:
        """The field `lines` of the body: 1 to MOST_LINES objects, or Unprocessable."""
        told = fields_of(request).get("lines")
        if not isinstance(told, list) or not told or not all(isinstance(x, dict) for x in told):
            raise Unprocessable("lines", _("Give a list of objects."))
        if len(told) > MOST_LINES:
            raise Unprocessable("lines", _("At most %d at a time.") % MOST_LINES)
        return told

    def product(self, code: object, field: str = "code") -> Product:
        found = Product.objects.filter(store=self.store, code=str(code)).select_related("store").first()
        if found is None:
            raise Unprocessable(field, _("No product of this store has this code."))
        return found


class ProductsView(ProductsApi):
    """The catalogue."""

    @extend_schema(
        summary="Products",
        parameters=[
            OpenApiParameter("q", str), OpenApiParameter("stage", str), OpenApiParameter("flag", str),
            OpenApiParameter("page", int), OpenApiParameter("size", int, description="100 unless told, 1000 at most."),
        ],
        responses=OpenApiTypes.OBJECT,
    )  # fmt: skip
    def get(self, request: Request, slug: str) -> Response:
        page, size = self.whole(request, "page", 1, 10**6), self.whole(request, "size", PAGE, MOST_PAGE)
        get = request.query_params
        found = queries.product_list(
            self.store, clock.today(self.store.timezone), search=get.get("q", ""), stage=get.get("stage", ""),
            flag=get.get("flag", ""),
        ).select_related("supplier").prefetch_related("listings", "skus")  # fmt: skip
        rows = found[(page - 1) * size : page * size]
        return Response({"count": found.count(), "page": page, "products": [product_json(x) for x in rows]})

    @extend_schema(
        summary="Add and change products in bulk, all or none",
        description="lines: up to 1000 objects with the fields of the import: " + ", ".join(FIELDS) + ". A product is "
        "found by item_ids, then by code; what a line does not name stays. Amounts in yuan. 422 tells every problem.",
        request=OpenApiTypes.OBJECT,
        responses={200: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request, slug: str) -> Response:
        try:
            file = read_lines(self.store, self.lines(request), by=self.member.user)
            if file.problems:
                told = [f"{line}: {column} {value} ({code})" for line, column, value, code in file.problems]
                file.delete()
                raise Unprocessable("lines", _("Nothing was stored."), told)
            with transaction.atomic():
                new, changed, first = apply_file(file, by=self.member.user)
                if first:
                    figures_changed(self.store, first)
                names_changed(self.store)
        except ValidationError as problem:
            raise refused(problem) from None
        return Response({"new": new, "changed": changed, "file": file.pk})


class ProductView(ProductsApi):
    """One product."""

    @extend_schema(summary="One product: figures of 28 days, evidence, moves", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        today = clock.today(self.store.timezone)
        product = queries.every_product(self.store, today).select_related("supplier").filter(pk=pk).first()
        if product is None:
            raise Http404
        told = StageEvidence.objects.filter(product=product).first()
        score = queries.score_of(product)
        row = Goods(self.store, last_days(today, 28), GOODS).row(pk)
        return Response(
            product_json(product)
            | {
                "figures": {key: None if x.value is None else str(x.value) for key, x in row.items()},
                "evidence": told and told.facts,
                "moves": [move_json(x) for x in stages.history(product)],
                "completeness": {"done": score.done, "of": score.whole, "missing": score.missing},
                "selling_points": [product.sells_function, product.sells_fashion, product.sells_extra],
            }
        )

    @extend_schema(
        summary="Set role, hero or the checklist of a product",
        request=OpenApiTypes.OBJECT,
        responses=OpenApiTypes.OBJECT,
    )
    def patch(self, request: Request, slug: str, pk: int) -> Response:
        told = fields_of(request)
        product = Product.objects.filter(store=self.store, pk=pk).select_related("store").first()
        if product is None:
            raise Http404
        try:
            with transaction.atomic():
                if "role" in told:
                    roles.set_role(product, str(told["role"] or ""))
                if "is_hero" in told:
                    roles.set_hero(product, told["is_hero"] is True)
                names_changed(self.store)
        except ValidationError as problem:
            raise refused(problem) from None
        return self.get(request, slug, pk)


class RanksView(ProductsApi):
    """The ranks of a week."""

    @extend_schema(
        summary="Enter the ranks of a week in bulk",
        description="day: a day of the week (today unless told); lines: [{code, search, category}], a rank or null.",
        request=OpenApiTypes.OBJECT,
        responses={200: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request, slug: str) -> Response:
        day, lines = self.day(request, "day"), []
        for x in self.lines(request):
            ranks = [x.get("search"), x.get("category")]
            if any(not (r is None or (isinstance(r, int) and not isinstance(r, bool))) for r in ranks):
                raise Unprocessable("lines", _("A rank is a whole number from 1 on."))
            lines.append(RankLine(self.product(x.get("code")).pk, *ranks))
        try:
            changed = stages.enter_ranks(self.store, day, lines, self.member.user, "REST")
        except ValidationError as problem:
            raise refused(problem) from None
        made = judge_stages(self.store, products=[x.product_id for x in lines]) if changed else 0
        return Response({"changed": changed, "proposals": made})


class MovesView(ProductsApi):
    """Proposals of another stage."""

    @extend_schema(summary="Proposals that wait for a decision", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, slug: str) -> Response:
        return Response({"moves": [move_json(x) for x in stages.open_moves(self.store)]})

    @extend_schema(
        summary="Propose another stage: {code, target, reason}", request=OpenApiTypes.OBJECT,
        responses={201: OpenApiTypes.OBJECT},
    )  # fmt: skip
    def post(self, request: Request, slug: str) -> Response:
        told = fields_of(request)
        try:
            made = stages.propose_by_hand(
                self.product(told.get("code")),
                str(told.get("target", "")),
                self.member.user,
                str(told.get("reason", "")),
            )
        except ValidationError as problem:
            raise refused(problem) from None
        return Response(move_json(made), status=201)


class MoveView(ProductsApi):
    """One proposal."""

    def move(self, pk: int) -> Move:
        found = Move.objects.filter(product__store=self.store, pk=pk).select_related("product").first()
        if found is None:
            raise Http404
        return found

    @extend_schema(summary="One proposal with its evidence", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(move_json(self.move(pk)))

    @extend_schema(
        summary="Decide: {do: confirm | decline, reason}", request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        told, move = fields_of(request), self.move(pk)
        if told.get("do") not in ("confirm", "decline"):
            raise Unprocessable("do", _("Choose one of: %s.") % "confirm, decline", ["confirm", "decline"])
        try:
            with transaction.atomic():
                done = stages.decide(
                    move, self.member.user, confirm=told["do"] == "confirm", reason=str(told.get("reason", ""))
                )
                names_changed(self.store)
        except ValidationError as problem:
            raise refused(problem) from None
        return Response(move_json(done))


class FocusView(ProductsApi):
    """What few styles carry."""

    @extend_schema(
        summary="ABC, suggested roles, shares of the top 20 %, bundles; 90 days", responses=OpenApiTypes.OBJECT
    )
    def get(self, request: Request, slug: str) -> Response:
        period = last_days(clock.today(self.store.timezone), 90)
        products = list(Product.objects.filter(store=self.store, status__in=ALIVE))
        known = Goods(self.store, period, GOODS)
        styles = concentration.styles(products, known.value)
        classes, wanted = concentration.abc(styles), concentration.suggested(styles)
        codes = {x.pk: x.code for x in products}
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
                    for x in pairs(self.store, period)
                    if x.first in codes and x.second in codes
                ],
            }
        )  # fmt: skip


class RangeView(ProductsApi):
    """The range."""

    @extend_schema(summary="Range: norms, warnings, newcomers, competitors", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, slug: str) -> Response:
        kinds, usual = queries.kinds_of(self.store, clock.today(self.store.timezone)), roles.norms_of(self.store)
        return Response(
            {
                "styles": len(kinds),
                "norms": vars(usual),
                "warnings": assortment.warnings(kinds, usual),
                "bands": [
                    {"from": None if first is None else str(yuan(first)), "styles": count, "skus": skus}
                    for first, count, skus in assortment.by_band(kinds)
                ],
                "newcomers": [
                    {"code": x.product.code, "title": x.product.title, "step": step, "wanted_on": x.wanted_on}
                    for step, _name, every in newcomers.pipeline(self.store)
                    for x in every
                ],
                "competitors": list(
                    Competitor.objects.filter(store=self.store).values(
                        "name", "url", "series", "style", "models_sold", "prices", "strengths"
                    )
                ),
            }
        )
