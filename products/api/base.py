"""What the endpoints about products share: lines in bulk, whole numbers, a product by its code, refusals as 422."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework.request import Request

from opsplan import shapes
from products.models import Product
from staff.api.base import MemberView, Unprocessable, fields_of
from staff.roles import Action

CHANGED = shapes.thing("LinesChanged", {"changed": shapes.whole("How many were changed.")})


def refused(problem: ValidationError, where: str = "") -> Unprocessable:
    """What a service refused, as 422; `where` stands before the field, e.g. "lines[2]."."""
    if hasattr(problem, "error_dict"):
        field, texts = next(iter(problem.message_dict.items()))
        return Unprocessable(f"{where}{field}", " ".join(texts))
    return Unprocessable(where.rstrip("."), " ".join(problem.messages))


class ProductsApi(MemberView):
    action, writes = Action.VIEW_PRODUCTS, Action.EDIT_PRODUCTS
    most_lines = 1_000

    def whole(self, request: Request, name: str, usual: int, most: int) -> int:
        """A query field as a whole number from 1 to `most`, or Unprocessable."""
        raw = request.query_params.get(name, str(usual))
        if not raw.isdecimal() or not 1 <= int(raw) <= most:
            raise Unprocessable(name, _("Give a whole number from 1 to %d.") % most)
        return int(raw)

    def lines(self, request: Request) -> list[dict[str, Any]]:
        """The field `lines` of the body: 1 to `most_lines` objects, or Unprocessable."""
        told = fields_of(request).get("lines")
        if not isinstance(told, list) or not told or not all(isinstance(x, dict) for x in told):
            raise Unprocessable("lines", _("Give a list of objects."))
        if len(told) > self.most_lines:
            raise Unprocessable("lines", _("At most %d at a time.") % self.most_lines)
        return told

    def product(self, code: object, field: str = "code") -> Product:
        found = Product.objects.filter(store=self.store, code=str(code)).select_related("store").first()
        if found is None:
            raise Unprocessable(field, _("No product of this store has this code."))
        return found
