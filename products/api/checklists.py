"""What the pages of products say, over REST: 16 questions, 6 blocks, 3 selling points, 7 kinds of pictures, and how
complete that is."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from products import queries, services
from products.api.base import MOST_PAGE, PAGE, ProductsApi, refused
from products.completeness import BLOCKS, PICTURES, POINTS, QUESTIONS
from products.models import Product
from products.pictures import counted
from products.stages import ALIVE


def checklist_json(x: Product) -> dict[str, Any]:
    """What the page of a product says; reads its `pictures`, which whoever asks of many has fetched with them."""
    kinds = [y.kind for y in x.pictures.all()]
    found = queries.score_of(x, kinds)
    return {
        "code": x.code, "answers": x.answers, "blocks": {key: bool(x.blocks.get(key)) for key in BLOCKS},
        "points": {key: getattr(x, key) for key in POINTS}, "pictures": counted(kinds), "done": found.done,
        "of": found.whole, "missing": found.missing,
    }  # fmt: skip


def apply_checklist(product: Product, told: dict[str, Any]) -> None:
    """Write the parts of a checklist that `told` has; ValidationError names what is wrong."""
    parts = {name: told.get(name) or {} for name in ("answers", "blocks", "points")}
    if wrong := [name for name, part in parts.items() if not isinstance(part, dict)]:
        raise ValidationError({wrong[0]: _("Give an object.")})
    services.set_checklist(product, **parts)


class ChecklistsView(ProductsApi):
    """The checklists of all products on sale."""

    @extend_schema(
        summary="How complete the pages of the products are",
        description=f"answers: {', '.join(QUESTIONS)}; blocks: {', '.join(BLOCKS)}; points: {', '.join(POINTS)}; "
        f'pictures: how many of each kind ({", ".join(PICTURES)}), "" for those whose kind nobody has said.',
        parameters=[OpenApiParameter("page", int), OpenApiParameter("size", int, description="100; 1000 at most.")],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request, slug: str) -> Response:
        page, size = self.whole(request, "page", 1, 10**6), self.whole(request, "size", PAGE, MOST_PAGE)
        found = Product.objects.filter(store=self.store, status__in=ALIVE).prefetch_related("pictures")
        rows = found[(page - 1) * size : page * size]
        told = [checklist_json(x) for x in rows]
        return Response({"count": found.count(), "page": page, "products": told})

    @extend_schema(
        summary="Fill in checklists in bulk, all or none",
        description="lines: [{code, answers: {key: text}, blocks: {key: bool}, points: {key: text}}]; what is not "
        "named stays, an empty text takes an answer away.",
        request=OpenApiTypes.OBJECT,
        responses=OpenApiTypes.OBJECT,
    )
    def patch(self, request: Request, slug: str) -> Response:
        lines = self.lines(request)
        with transaction.atomic():
            done = [self.filled(number, line) for number, line in enumerate(lines)]
        return Response({"changed": len(done), "products": [checklist_json(x) for x in done]})

    def filled(self, number: int, line: dict[str, Any]) -> Product:
        product = self.product(line.get("code"), f"lines[{number}].code")
        try:
            apply_checklist(product, line)
        except ValidationError as problem:
            raise refused(problem, f"lines[{number}].") from None
        return product
