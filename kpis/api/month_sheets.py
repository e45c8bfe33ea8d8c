"""A month's days as a workbook over REST: fetch it, send it back."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.base import StoreView, Unprocessable, disagreement, sent_file, yes_field
from kpis.api.month_plan import MONTH, OVERTAKEN, month_field
from kpis.api.plan_sheets import sent_workbook
from kpis.daybook import day_import, day_sheets, month_plan
from kpis.days import day_plan
from kpis.workbooks.sheet_files import BadFile
from kpis.year.plan_cells import Conflict, Refused
from opsplan import shapes
from opsplan.formats import WithFile
from opsplan.lib.sheets import TYPES
from staff.access import token_of
from staff.api.bodies import operation
from staff.roles import Action
from stores.downloads import attachment

BOOK_DAYS = shapes.many(
    shapes.thing(
        "DayBookDay",
        {
            "day": shapes.text("YYYY-MM-DD; where it cannot be read, as it stands in the file."),
            "was": shapes.text("As exported: an amount in yuan, a share (30%), a weight (x1.5), or that it follows."),
            "file": shapes.text("In the file."),
            "now": shapes.text("In the plan."),
            "by": shapes.text("Who changed it meanwhile; may be blank."),
            "message": shapes.text("Why it is refused; may be blank."),
        },
    )
)
READ = shapes.thing(
    "DayBookRead",
    {
        "changes": BOOK_DAYS | {"description": "Changed in the file only."},
        "conflicts": BOOK_DAYS | {"description": "Changed here meanwhile, too: they stay as they are unless taken."},
        "refused": BOOK_DAYS | {"description": "What cannot be read or set."},
        "set": shapes.whole("How many days were stored."),
    },
)


class MonthBookView(WithFile, StoreView):
    """A month's days as xlsx, out and in."""

    parser_classes = [MultiPartParser, FormParser]

    writes, tells_all = Action.SET_TARGETS, True

    @operation(
        summary="A month's plan by day as a workbook", parameters=[MONTH],
        responses={(200, TYPES["xlsx"]): OpenApiTypes.BINARY},
    )  # fmt: skip
    def get(self, request: Request, slug: str) -> HttpResponse:
        """422 while the month has no target."""
        month, book = month_field(request), day_plan.book_of(self.store)
        plan = month_plan.month_plan(self.store, month, book)
        if plan.target is None:
            raise Unprocessable("month", _("The month has no target yet."))
        return attachment(day_sheets.workbook(plan, book), TYPES["xlsx"], f"{slug}-days-{month.first:%Y-%m}.xlsx")

    @operation(
        summary="Import the workbook of a month's days",
        parameters=[MONTH],
        request=sent_workbook(
            "MonthWorkbook", serializers.DateField(),
            "Days whose value in the file is taken although they changed here, too.",
        ),
        responses={
            200: READ,
            409: OVERTAKEN,
        },
    )  # fmt: skip
    def post(self, request: Request, slug: str) -> Response:
        """Store what only the file changed, as one step."""
        month = month_field(request)
        fields = request.data if isinstance(request.data, QueryDict) else QueryDict()
        file, dry_run = sent_file(request), yes_field(fields, "dry_run")
        try:
            moved = day_import.compare(self.store, month, day_import.read(file))
        except BadFile as error:
            raise Unprocessable("file", str(error)) from error
        told: dict[str, Any] = day_import.difference_json(moved) | {"set": 0}
        if not dry_run:
            days = day_import.chosen(moved, fields.getlist("take"))
            try:
                told["set"] = day_import.merge(self.store, month, days, token_of(request).user)
            except (Conflict, Refused) as error:
                return disagreement(request, "file", *month_plan.problem_json(error))
        return Response(told)
