"""A year's plan as a workbook over REST: fetch it, send it back."""

from typing import Any

from django.http import HttpResponse, QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.base import Unprocessable, disagreement, sent_file, yes_field
from kpis.api.plans import OF_MONTH, PROBLEMS, VERSION, OfPlan
from kpis.workbooks.sheet_files import BadFile
from kpis.year import plan_import, plan_products, plan_typed, plan_wire
from kpis.year.plan_cells import Conflict, Refused, load
from kpis.year.plan_sheets import workbook
from opsplan import shapes
from opsplan.formats import WithFile
from opsplan.lib.sheets import TYPES
from staff.access import token_of
from staff.api.bodies import operation
from stores.downloads import attachment

VALUE = shapes.or_null(shapes.text("Words, or a number in the row's unit."))
CELLS = shapes.many(
    shapes.thing(
        "PlanBookCell",
        {
            "row": shapes.text("Its key."),
            "month": OF_MONTH,
            "label": shapes.text("The row's name."),
            "cell": shapes.text("Where it stands in the file, like F12."),
            "was": shapes.or_null(VALUE, "As exported."),
            "file": shapes.or_null(VALUE, "In the file."),
            "now": shapes.or_null(VALUE, "In the plan."),
        },
        maybe={
            "by": shapes.text("Who changed it in the plan meanwhile."),
            "message": shapes.text("Why it is refused."),
        },
    )
)
READ = shapes.thing(
    "PlanBookRead",
    {
        "plan": shapes.whole("The number of the version it was read for."),
        "exported_from": shapes.or_null(shapes.whole("The number of the version it was exported from.")),
        "changes": CELLS | {"description": "Changed in the file only."},
        "conflicts": CELLS | {"description": "Changed here meanwhile, too: they stay as they are unless taken."},
        "refused": CELLS | {"description": "What cannot be read or set."},
        "missing_rows": shapes.many(shapes.text(), "Rows of the plan that the file lacks."),
        "notes": shapes.many(shapes.text(), "What of the file was not read."),
        "problem": shapes.text("Why the whole cannot be stored; may be blank."),
        "set": shapes.whole("How many cells were stored."),
    },
)


def sent_workbook(name: str, each: serializers.Field[Any, Any, Any, Any], take: str) -> Any:
    """What is sent with a workbook that was filled in. take: the field that lists what is taken all the same."""
    return inline_serializer(
        name,
        {
            "file": serializers.FileField(help_text="The workbook, filled in."),
            "dry_run": serializers.BooleanField(required=False, help_text="Only say what would change."),
            "take": serializers.ListField(child=each, required=False, help_text=take),
        },
    )


class PlanBookView(WithFile, OfPlan):
    """The plan of a year as xlsx, out and in."""

    parser_classes = [MultiPartParser, FormParser]

    @operation(
        summary="The plan of a year as a workbook",
        parameters=[VERSION],
        responses={(200, TYPES["xlsx"]): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, slug: str, year: int) -> HttpResponse:
        found = self.plan(request, year)
        body = workbook(load(found), plan_products.choices(self.store))
        return attachment(body, TYPES["xlsx"], f"{slug}-plan-{year}-v{found.number}.xlsx")

    @operation(
        summary="Import the workbook of a plan into a draft",
        parameters=[VERSION],
        request=sent_workbook(
            "PlanWorkbook", serializers.CharField(),
            "Cells of the file (F12) whose value is taken although the plan changed there too.",
        ),
        responses={
            200: READ,
            **PROBLEMS,
        },
    )  # fmt: skip
    def post(self, request: Request, slug: str, year: int) -> Response:
        fields = request.data if isinstance(request.data, QueryDict) else QueryDict()
        file, dry_run = sent_file(request), yes_field(fields, "dry_run")
        found = self.plan(request, year)
        try:
            difference = plan_typed.compare(found, plan_typed.opened(file, file.name or ""))
        except BadFile as error:
            raise Unprocessable("file", str(error)) from error
        told: dict[str, Any] = plan_import.difference_json(difference) | {"set": 0}
        if not dry_run:
            try:
                told["set"] = plan_import.merge(difference, token_of(request).user, fields.getlist("take"))
            except (Conflict, Refused) as error:
                return disagreement(request, "file", *plan_wire.problem_json(found, error))
        return Response(told)
