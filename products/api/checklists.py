"""What the pages of products say, over REST: 16 questions, 6 blocks, 3 selling points, 7 kinds of pictures, and how
complete that is."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from opsplan.paging import PAGING, pages
from products import queries, services
from products.api import bodies, shapes
from products.api.base import ProductsApi, refused
from products.completeness import BLOCKS, POINTS
from products.models import Product
from products.pictures import counted
from products.stages import ALIVE
from staff.api.bodies import operation


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

    @operation(
        summary="How complete the pages of the products are",
        parameters=PAGING,
        responses=pages(shapes.CHECKLIST),
    )
    def get(self, request: Request, slug: str) -> Response:
        found = Product.objects.filter(store=self.store, status__in=ALIVE).prefetch_related("pictures")
        return self.page(request, found, checklist_json)

    @operation(
        summary="Fill in checklists in bulk, all or none",
        description="lines: [{code, answers: {key: text}, blocks: {key: bool}, points: {key: text}}]; what is not "
        "named stays, an empty text takes an answer away.",
        request=bodies.CHECKLISTS,
        responses=shapes.FILLED,
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
