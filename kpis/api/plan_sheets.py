"""A year's plan as a workbook over REST: fetch it, send it back."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from kpis import plan_import, plan_products, plan_wire
from kpis.api.base import Unprocessable
from kpis.api.plans import PROBLEMS, VERSION, OfPlan
from kpis.plan_cells import Conflict, Refused, load
from kpis.plan_sheets import workbook
from opsplan.lib.sheets import TYPES
from staff.access import token_of
from stores.downloads import attachment

YES = {"": False, "false": False, "0": False, "true": True, "1": True}


class PlanBookView(OfPlan):
    """The plan of a year as xlsx, out and in."""

    parser_classes = [MultiPartParser, FormParser]

    @extend_schema(
        summary="The plan of a year as a workbook",
        parameters=[VERSION],
        responses={(200, TYPES["xlsx"]): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, slug: str, year: int) -> HttpResponse:
        found = self.plan(request, year)
        body = workbook(load(found), plan_products.choices(self.store))
        return attachment(body, TYPES["xlsx"], f"{slug}-plan-{year}-v{found.number}.xlsx")

    @extend_schema(
        summary="Import the workbook of a plan into a draft",
        parameters=[VERSION],
        request=inline_serializer(
            "PlanWorkbook",
            {
                "file": serializers.FileField(),
                "dry_run": serializers.BooleanField(required=False, help_text="Only say what would change."),
                "take": serializers.ListField(
                    child=serializers.CharField(), required=False,
                    help_text="Cells of the file (F12) whose value is taken although the plan changed there too.",
                ),
            },
        ),
        responses={
            200: OpenApiResponse(
                OpenApiTypes.OBJECT,
                description="changes, conflicts, refused [{row, month, label, cell, was, file, now, message}], "
                "missing_rows, problem, set (how many cells were stored). Conflicts stay as they are unless taken.",
            ),
            **PROBLEMS,
        },
    )  # fmt: skip
    def post(self, request: Request, slug: str, year: int) -> Response:
        fields = request.data if isinstance(request.data, QueryDict) else QueryDict()
        file, dry_run = request.FILES.get("file"), str(fields.get("dry_run", "")).lower()
        if not isinstance(file, UploadedFile):
            raise Unprocessable("file", _("Send the file as the multipart field “file”."))
        if dry_run not in YES:
            raise Unprocessable("dry_run", _("Yes or no."), ("true", "false"))
        found = self.plan(request, year)
        try:
            difference = plan_import.compare(found, plan_import.read(file))
        except plan_import.BadFile as error:
            raise Unprocessable("file", str(error)) from error
        told: dict[str, Any] = plan_import.difference_json(difference) | {"set": 0}
        if not YES[dry_run]:
            try:
                told["set"] = plan_import.merge(difference, token_of(request).user, fields.getlist("take"))
            except (Conflict, Refused) as error:
                code, problem = plan_wire.problem_json(found, error)
                return Response(problem, status=code)
        return Response(told)
