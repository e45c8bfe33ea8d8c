"""A year's plan over REST: read it, begin a draft, set cells with what one saw there (`was`)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from kpis import plan_wire, plans
from kpis.api.base import StoreView, Unprocessable, disagreement
from kpis.plan_cells import Conflict, Refused, load, set_cells
from opsplan.lib.text import is_id
from staff import access
from staff.access import token_of
from staff.api import bodies
from staff.api.bodies import operation
from staff.roles import Action

VERSION = OpenApiParameter("version", int, description="The number of a version; else the one being worked on.")
ANSWER = OpenApiResponse(
    OpenApiTypes.OBJECT,
    description="year, number, status (draft, submitted, approved, superseded), scenario, month_basis (30 or real), "
    "days of each month, rows [{key, label, kind, unit, made, cells: January to December {value | text, locked, held, "
    "by, at}, totals {year, q1 … q4}}]. Numbers are strings in yuan, fractions and counts, exact; null = none. held: "
    "the month's amount was typed and stays when a factor moves. made: worked out, cannot be set.",
)
PROBLEMS = {
    409: OpenApiResponse(OpenApiTypes.OBJECT, description="conflicts [{row, month, now, by, at}]; nothing was stored."),
    422: OpenApiResponse(OpenApiTypes.OBJECT, description="errors [{row, month, message}]; nothing was stored."),
}


class OfPlan(StoreView):
    """An endpoint of a version of a year's plan: reading is for all, writing for those who set targets."""

    writes, tells_all = Action.SET_TARGETS, True

    def plan(self, request: Request, year: int) -> Any:
        """The version asked for; Http404 when there is none, or a client asks for one that is not in force."""
        member = access.member_of(token_of(request).user, self.store.slug)
        drafts, number = member.may(Action.VIEW_DATA), request.query_params.get("version", "")
        if number and not is_id(number):
            raise Unprocessable("version", _("Give a whole number."))
        if number:
            found = plans.numbered_version(self.store, year, int(number))
            found = found if found and (drafts or found.status == "approved") else None
        else:
            found = plans.current(self.store, year, drafts=drafts)
        if found is None:
            raise Http404
        return found


class PlanView(OfPlan):
    """The plan of a year."""

    @operation(summary="The plan of a year", parameters=[VERSION], responses={200: ANSWER})
    def get(self, request: Request, slug: str, year: int) -> Response:
        return Response(plan_wire.plan_json(load(self.plan(request, year))))

    @operation(
        summary="Begin a draft",
        request=inline_serializer(
            "BeginPlan",
            {
                "scenario": bodies.one_of(["cautious", "base", "stretch"], "What one reckons with.", required=True),
                "copy": serializers.IntegerField(required=False, help_text="Number of the version to copy."),
                "month_basis": bodies.one_of(["real", "30"], "Days of a month: its own (usual), or 30."),
                "reason": bodies.text("Why it is made.", max_length=300),
            },
        ),
        responses={201: ANSWER, 422: PROBLEMS[422]},
    )
    def post(self, request: Request, slug: str, year: int) -> Response:
        fields: dict[str, Any] = request.data if isinstance(request.data, dict) else {}
        scenario, copied = str(fields.get("scenario") or ""), fields.get("copy")
        if scenario not in plans.scenarios():
            raise Unprocessable("scenario", _("Choose a scenario."), list(plans.scenarios()))
        source = plans.numbered_version(self.store, year, copied) if isinstance(copied, int) else None
        if copied is not None and source is None:
            known = plans.versions(self.store, year)
            raise Unprocessable("copy", _("There is no such version."), [str(x.number) for x in known])
        basis = plans.one_of(str(fields.get("month_basis") or ""), plans.bases(), "real")
        try:
            made = plans.start(
                self.store, year, token_of(request).user, source=source, scenario=scenario, basis=basis,
                reason=str(fields.get("reason") or ""),
            )  # fmt: skip
        except ValidationError as problem:
            raise Unprocessable(next(iter(problem.message_dict)), " ".join(problem.messages)) from problem
        return Response(plan_wire.plan_json(load(made)), status=status.HTTP_201_CREATED)

    @operation(
        summary="Set cells of a draft, all or none",
        parameters=[VERSION],
        request=inline_serializer(
            "PlanCells",
            {
                "cells": bodies.rows(
                    "PlanCell",
                    {
                        "row": bodies.text("The key of a row."),
                        "month": serializers.JSONField(help_text="1 to 12, q1 to q4 or year."),
                        "value": bodies.number("In the row's unit: yuan, a fraction, a count; null empties it."),
                        "text": bodies.text("Instead, where a row holds words.", max_length=2000),
                        "locked": bodies.yes("Instead: it stays when factors move."),
                        "was": serializers.JSONField(help_text="What you saw there; null for nothing."),
                    },
                    "What follows from them is worked out.",
                ),
                "give": bodies.one_of(["uv", "pay_cvr", "aov_buyer"], "The factor that gives way."),
            },
        ),
        responses={200: ANSWER, **PROBLEMS},
    )
    def patch(self, request: Request, slug: str, year: int) -> Response:
        found = self.plan(request, year)
        fields: dict[str, Any] = request.data if isinstance(request.data, dict) else {}
        cells = fields.get("cells")
        if isinstance(cells, list) and any(not isinstance(x, dict) or "was" not in x for x in cells):
            raise Unprocessable("was", _("Say with every cell what you saw there: was."))
        try:
            changes = plan_wire.changes_of(found, cells)
            loaded = set_cells(found, changes, token_of(request).user, str(fields.get("give") or ""))
        except (Conflict, Refused) as error:
            return disagreement(request, "cells", *plan_wire.problem_json(found, error))
        return Response(plan_wire.plan_json(loaded))

    @operation(
        summary="Throw a draft away",
        parameters=[
            OpenApiParameter("version", int, required=True, description="The number of the version: which, is said.")
        ],
        request=None,
        responses={204: None, 422: OpenApiResponse(description="It is no draft, or no version was named.")},
    )
    def delete(self, request: Request, slug: str, year: int) -> Response:
        if not request.query_params.get("version"):
            raise Unprocessable("version", _("Give a whole number."))
        try:
            plans.discard(self.plan(request, year))
        except ValidationError as problem:
            raise Unprocessable("version", " ".join(problem.messages)) from problem
        return Response(status=status.HTTP_204_NO_CONTENT)
