"""A year's plan over REST: read it, begin a draft, set cells with what one saw there (`was`)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.base import StoreView, Unprocessable, disagreement
from kpis.planning.year import SPANS
from kpis.year import plan_wire, plans
from kpis.year.plan_cells import Conflict, Refused, load, set_cells
from opsplan import shapes
from opsplan.lib.text import is_id
from staff import access
from staff.access import token_of
from staff.api import bodies
from staff.api.bodies import operation
from staff.roles import Action

VERSION = OpenApiParameter("version", int, description="The number of a version; else the one being worked on.")
NOW: shapes.Shape = {"anyOf": [shapes.text("Words, or a number as text."), shapes.yes("Whether it is locked.")]}
EXACT = shapes.or_null(shapes.number("In the row's unit: yuan, a fraction or a count, exact."))
PRODUCTS = shapes.many(
    shapes.thing(
        "PlanProduct",
        {
            "code": shapes.text(),
            "id": shapes.or_null(shapes.whole("Null where the store has no such product.")),
            "title": shapes.or_null(shapes.text()),
        },
    )
)
CELL = shapes.thing(
    "PlanCellNow",
    {},
    maybe={
        "value": EXACT,
        "text": shapes.text("Instead, where the row holds words."),
        "locked": shapes.yes("It stays when factors move."),
        "held": shapes.yes("The month's amount was typed and stays when a factor moves."),
        "by": shapes.text("Who set it."),
        "by_id": shapes.whole("Their id."),
        "at": shapes.instant(),
        "products": PRODUCTS | {"description": "Hero products that the words name."},
    },
)
ROW = shapes.thing(
    "PlanRow",
    {
        "key": shapes.text(),
        "label": shapes.text("In the language asked for."),
        "kind": shapes.one_of(plan_wire.KINDS),
        "unit": shapes.text("money (yuan), rate (fraction), count …; text where it holds words."),
        "group": shapes.text("The block it stands in."),
        "made": shapes.yes("Worked out from other rows: it cannot be set."),
        "channel": shapes.yes("The promotion cost of one channel."),
        "cells": shapes.many(CELL, "January to December."),
    },
    maybe={
        "adds": shapes.text("How its months make a total: sum, day, solved, level or made."),
        "totals": shapes.thing("PlanTotals", dict.fromkeys(SPANS, EXACT)),
        "part": shapes.text("The channel or product group, where it is of a part of sales."),
        "node": shapes.text("The key of which it is a part."),
        "name": shapes.text("The part's name."),
        "short": shapes.text("What it is called below that name."),
        "has_factors": shapes.yes("Whether the part may have rows for its factors."),
        "category": shapes.text("Of a product group: the category it takes in; may be blank."),
        "products": PRODUCTS | {"description": "Of a product group: all that are in it."},
        "by_hand": PRODUCTS | {"description": "Of a product group: those that were named one by one."},
    },
)
ANSWER = shapes.thing(
    "PlanOfYear",
    {
        "id": shapes.whole(),
        "store": shapes.text("Its short name."),
        "year": shapes.whole(),
        "number": shapes.whole("Which version of the year's plan."),
        "status": shapes.one_of(plan_wire.STATES),
        "scenario": shapes.one_of(plan_wire.SCENARIOS),
        "month_basis": shapes.one_of(plan_wire.BASES, "Days of a month: its own, or 30."),
        "days": shapes.many(shapes.whole(), "Of each month."),
        "version": shapes.whole("It grows with every change of a cell."),
        "rows": shapes.many(ROW),
    },
)
OF_MONTH = {"anyOf": [shapes.whole("1 to 12."), shapes.text("q1 to q4 or year.")]}
CONFLICTS = shapes.thing(
    "PlanConflicts",
    {
        "detail": shapes.text(),
        "conflicts": shapes.many(
            shapes.thing(
                "PlanConflict",
                {
                    "row": shapes.text("Its key."),
                    "month": OF_MONTH,
                    "label": shapes.text("The row's name."),
                    "now": shapes.or_null(NOW, "What stands there."),
                    "by": shapes.text("Who set it."),
                    "at": shapes.or_null(shapes.instant()),
                },
            )
        ),
    },
)
PROBLEMS = {
    409: OpenApiResponse(CONFLICTS, description="Somebody else changed cells meanwhile; nothing was stored."),
    422: OpenApiResponse(description="Of cells `errors` also name row, month and label; nothing was stored."),
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
