"""The catalogue over REST: in bulk, one product, names that wait to be matched."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.queries import GOODS, Goods, figures_changed, last_days, names_changed, products_merged
from opsplan.lib import clock
from opsplan.paging import PAGING, pages
from products import merging, queries, roles, stages
from products.api import bodies, shapes
from products.api.base import CHANGED, ProductsApi, refused
from products.api.checklists import apply_checklist, checklist_json
from products.api.pictures import picture_json
from products.api.stages import move_json
from products.catalogue_apply import apply_file
from products.catalogue_files import FIELDS, read_lines
from products.lifecycle import STAGES
from products.models import Product, StageEvidence
from products.queries import FLAGS
from staff import access
from staff.api.base import Unprocessable, fields_of
from staff.api.bodies import operation

TOLD = (
    "{role, is_hero, answers: {key: text}, blocks: {key: bool}, points: {key: text}}; what is not named stays; the "
    "keys are those of the checklists."
)


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


def set_fields(product: Product, told: dict[str, Any]) -> None:
    """Role, hero and checklist as `told` has them; ValidationError names what is wrong."""
    if "role" in told:
        roles.set_role(product, str(told["role"] or ""))
    if "is_hero" in told:
        roles.set_hero(product, told["is_hero"] is True)
    if told.keys() & {"answers", "blocks", "points"}:
        apply_checklist(product, told)


class ProductsView(ProductsApi):
    """The catalogue."""

    @operation(
        summary="Products",
        parameters=[
            OpenApiParameter("q", str, description="Part of a code, a title or an item id."),
            OpenApiParameter("stage", str, enum=STAGES, description="Those in this stage."),
            OpenApiParameter("flag", str, enum=FLAGS, description="Those with this mark."),
            *PAGING,
        ],
        responses=pages(shapes.PRODUCT),
    )
    def get(self, request: Request, slug: str) -> Response:
        get = request.query_params
        self.one_of(request, "stage", STAGES)
        self.one_of(request, "flag", FLAGS)
        found = queries.product_list(
            self.store, clock.today(self.store.timezone), search=get.get("q", ""), stage=get.get("stage", ""),
            flag=get.get("flag", ""),
        ).select_related("supplier").prefetch_related("listings", "skus")  # fmt: skip
        return self.page(request, found, product_json)

    @operation(
        summary="Add and change products in bulk, all or none",
        description="lines: up to 1000 objects with the fields of the import: " + ", ".join(FIELDS) + ". A product is "
        "found by item_ids, then by code; what a line does not name stays. Amounts in yuan. 422 tells every problem.",
        request=bodies.CATALOGUE,
        responses=shapes.CATALOGUE,
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

    @operation(
        summary="Set roles, heroes and checklists in bulk, all or none: {lines: [{code, …}]}",
        description=TOLD,
        request=bodies.PRODUCTS,
        responses=CHANGED,
    )
    def patch(self, request: Request, slug: str) -> Response:
        lines = self.lines(request)
        with transaction.atomic():
            for number, line in enumerate(lines):
                product = self.product(line.get("code"), f"lines[{number}].code")
                try:
                    set_fields(product, line)
                except ValidationError as problem:
                    raise refused(problem, f"lines[{number}].") from None
            names_changed(self.store)
        return Response({"changed": len(lines)})


class ProductView(ProductsApi):
    """One product."""

    @operation(summary="One product: figures of 28 days, evidence, moves", responses=shapes.ONE_PRODUCT)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        today = clock.today(self.store.timezone)
        product = (
            queries.every_product(self.store, today)
            .select_related("supplier")
            .prefetch_related("pictures")
            .filter(pk=pk)
            .first()
        )
        if product is None:
            raise Http404
        told = StageEvidence.objects.filter(product=product).first()
        checklist = checklist_json(product)
        opened = access.metrics_for_api(request)
        row = Goods(self.store, last_days(today, 28), [x for x in GOODS if opened is None or x in opened]).row(pk)
        return Response(
            product_json(product)
            | {
                "figures": {key: None if x.value is None else str(x.value) for key, x in row.items()},
                "evidence": told.facts if told and opened is None else None,
                "moves": [move_json(x, opened is None) for x in stages.history(product)],
                "completeness": {key: checklist[key] for key in ("done", "of", "missing")},
                "checklist": {key: checklist[key] for key in ("answers", "blocks", "points", "pictures")},
                "selling_points": [product.sells_function, product.sells_fashion, product.sells_extra],
                "pictures": [picture_json(x, slug) for x in product.pictures.all()],
            }
        )

    @operation(
        summary="Set role, hero or the checklist of a product",
        description=TOLD,
        request=bodies.ONE_PRODUCT,
        responses=shapes.ONE_PRODUCT,
    )
    def patch(self, request: Request, slug: str, pk: int) -> Response:
        product = Product.objects.filter(store=self.store, pk=pk).select_related("store").first()
        if product is None:
            raise Http404
        try:
            with transaction.atomic():
                set_fields(product, fields_of(request))
                names_changed(self.store)
        except ValidationError as problem:
            raise refused(problem) from None
        return self.get(request, slug, pk)


class MatchingView(ProductsApi):
    """Products that files have brought and nobody has looked at."""

    @operation(
        summary="Names to be matched, with products they are like; the oldest first",
        parameters=PAGING,
        responses=pages(shapes.UNMATCHED),
    )
    def get(self, request: Request, slug: str) -> Response:
        def told(rows: list[Product]) -> list[dict[str, Any]]:
            return [
                {"code": x.product.code, "title": x.product.title, "alike": [y.code for y in x.alike]}
                for x in merging.queue(self.store, rows)
            ]

        return self.page_of(request, merging.unmatched(self.store), told)

    @operation(
        summary="Match names in bulk, all or none: {lines: [{code, into}]}",
        description="into: the code of the product it is another name of; null: it is a product of its own.",
        request=bodies.MATCHING,
        responses=shapes.MATCHED,
    )
    def post(self, request: Request, slug: str) -> Response:
        own, merged = [], 0
        try:
            with transaction.atomic():
                for number, line in enumerate(self.lines(request)):
                    product = self.product(line.get("code"), f"lines[{number}].code")
                    if line.get("into") is None:
                        own.append(product.pk)
                        continue
                    into = self.product(line["into"], f"lines[{number}].into")
                    pk, code = product.pk, product.code
                    merging.merge(product, into)
                    products_merged(self.store, pk, into.pk, code, into.code)
                    merged += 1
                kept = merging.accept(self.store, own)
        except ValidationError as problem:
            raise refused(problem) from None
        return Response({"own": kept, "merged": merged})
