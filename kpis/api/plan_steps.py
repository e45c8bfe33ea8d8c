"""The way of a plan over REST: its versions, submitted, handed back, approved."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.base import StoreView, Unprocessable, disagreement
from kpis.api.plans import ANSWER, CONFLICTS, PROBLEMS
from kpis.year import plan_wire, plans
from kpis.year.plan_cells import Conflict, Loaded, Refused, load, locked, redo, undo
from opsplan import shapes
from staff.access import token_of
from staff.api import bodies
from staff.api.base import fields_of
from staff.api.bodies import operation
from staff.models import User
from staff.roles import Action
from stores.models import Store

WHO = shapes.or_null(shapes.text("User name."))
WHEN = shapes.or_null(shapes.instant())
VERSION = shapes.thing(
    "PlanVersion",
    {
        "number": shapes.whole("For ?version= elsewhere."),
        "status": shapes.one_of(plan_wire.STATES),
        "scenario": shapes.one_of(plan_wire.SCENARIOS),
        "version": shapes.whole("It grows with every change of a cell."),
        "based_on": shapes.or_null(shapes.whole("The number of the version it was copied from.")),
        "reason": shapes.text("Why it was made, or sent."),
        "created_by": WHO,
        "created_at": shapes.instant(),
        "submitted_by": WHO,
        "submitted_at": WHEN,
        "approved_by": WHO,
        "approved_at": WHEN,
    },
)
STALE = OpenApiResponse(
    shapes.thing("PlanStale", {"detail": shapes.text(), "version": shapes.whole("What it is now.")}),
    description="Cells were changed since the `version` you saw; nothing was done.",
)
ANSWERS = {200: ANSWER, 409: STALE, 422: PROBLEMS[422]}
WHICH = {
    "number": bodies.whole("Of the version: which, is said.", required=True),
    "version": bodies.whole("Its `version` as you read it; another by now is a 409."),
}


class PlanVersionsView(StoreView):
    """The versions of a year's plan."""

    action, tells_all = Action.VIEW_DATA, True

    @operation(
        summary="The versions of a year's plan, newest first",
        responses=shapes.thing("PlanVersions", {"versions": shapes.many(VERSION)}),
    )
    def get(self, request: Request, slug: str, year: int) -> Response:
        return Response({"versions": [version_told(x) for x in plans.versions(self.store, year)]})


SEEN = {**WHICH, "version": bodies.whole("Its `version` as you read it; another by now is a 409.", required=True)}
TURNED = {
    200: ANSWER,
    409: OpenApiResponse(
        shapes.thing(
            "PlanNotTurned",
            {"detail": shapes.text()},
            maybe={
                "version": shapes.whole("What it is now: cells were changed since the one you saw."),
                "conflicts": CONFLICTS["properties"]["conflicts"] | {"description": "What others built on it."},
            },
        ),
        description="Others changed the plan since; nothing was done.",
    ),
    422: PROBLEMS[422],
}


def numbered(store: Store, year: int, number: int | None) -> Any:
    """The version of a year's plan that was named, or Unprocessable."""
    found = None if number is None else plans.numbered_version(store, year, number)
    if found is None:
        known = [str(x.number) for x in plans.versions(store, year)]
        raise Unprocessable("number", _("There is no such version."), known)
    return found


class PlanStepView(StoreView):
    """A step of a plan: reached is the state it leads to."""

    writes, tells_all = Action.SET_TARGETS, True
    reached = ""

    def step(self, request: Request, year: int, take: Callable[[Any, int | None], Any]) -> Response:
        fields = fields_of(request)
        found, seen = numbered(self.store, year, fields.get("number")), fields.get("version")
        try:
            plan = found if found.status == self.reached else take(found, seen)
        except plans.Stale as problem:
            return Response({"detail": " ".join(problem.messages), "version": problem.version}, status=409)
        except Refused as problem:
            raise Unprocessable("number", str(problem)) from None
        except ValidationError as problem:
            field = next(iter(problem.message_dict)) if hasattr(problem, "error_dict") else "number"
            raise Unprocessable(field, " ".join(problem.messages)) from None
        return Response(plan_wire.plan_json(load(plan)))


class PlanSubmitView(PlanStepView):
    reached = "submitted"

    @operation(
        summary="Send a draft of a plan to be approved",
        description="It cannot be changed until it is approved or handed back.",
        request=bodies.body("PlanSubmit", {**WHICH, "reason": bodies.text("Why.", max_length=300)}),
        responses=ANSWERS,
    )
    def post(self, request: Request, slug: str, year: int) -> Response:
        by, reason = token_of(request).user, str(fields_of(request).get("reason") or "")
        return self.step(request, year, lambda plan, seen: plans.submit(plan, by, reason, seen))


class PlanReturnView(PlanStepView):
    reached = "draft"

    @operation(
        summary="Hand a submitted plan back to be worked on",
        request=bodies.body("PlanReturn", {"number": bodies.whole("Of the version.", required=True)}),
        responses={200: ANSWER, 422: PROBLEMS[422]},
    )
    def post(self, request: Request, slug: str, year: int) -> Response:
        by = token_of(request).user
        return self.step(request, year, lambda plan, _seen: plans.hand_back(plan, by))


class PlanApproveView(PlanStepView):
    writes = Action.APPROVE_PLANS
    reached = "approved"

    @operation(
        summary="Approve a version of a plan: it is in force",
        description="Its figures are the store's targets then; the version in force before is superseded.",
        request=bodies.body("PlanApprove", dict(WHICH)),
        responses=ANSWERS,
    )
    def post(self, request: Request, slug: str, year: int) -> Response:
        by = token_of(request).user
        return self.step(request, year, lambda plan, seen: plans.approve(plan, by, seen))


class PlanTurnView(StoreView):
    """A step of yours in a draft, back or again."""

    writes, tells_all = Action.SET_TARGETS, True

    def turn(self, request: Request, year: int, take: Callable[[Any, User], Loaded | None], nothing: str) -> Response:
        fields = fields_of(request)
        found, seen = numbered(self.store, year, fields.get("number")), fields.get("version")
        if seen is None:
            raise Unprocessable("version", _("Say which version you saw."))
        try:
            with transaction.atomic():
                plans.as_seen(locked(found), seen)
                loaded = take(found, token_of(request).user)
        except plans.Stale as problem:
            return Response({"detail": " ".join(problem.messages), "version": problem.version}, status=409)
        except (Conflict, Refused) as problem:
            return disagreement(request, "number", *plan_wire.problem_json(found, problem))
        if loaded is None:
            raise Unprocessable("number", nothing)
        return Response(plan_wire.plan_json(loaded))


class PlanUndoView(PlanTurnView):
    @operation(
        summary="Take back your last change of a draft that stands",
        request=bodies.body("PlanUndo", dict(SEEN)),
        responses=TURNED,
    )
    def post(self, request: Request, slug: str, year: int) -> Response:
        return self.turn(request, year, undo, _("There is nothing to undo."))


class PlanRedoView(PlanTurnView):
    @operation(
        summary="Do again what you took back last in a draft",
        request=bodies.body("PlanRedo", dict(SEEN)),
        responses=TURNED,
    )
    def post(self, request: Request, slug: str, year: int) -> Response:
        return self.turn(request, year, redo, _("There is nothing to do again."))


def version_told(plan: Any) -> dict[str, Any]:
    people = {name: getattr(plan, name) for name in ("created_by", "submitted_by", "approved_by")}
    return {
        "number": plan.number,
        "status": plan.status,
        "scenario": plan.scenario,
        "version": plan.version,
        "based_on": plan.based_on.number if plan.based_on else None,
        "reason": plan.reason,
        "created_at": plan.created_at,
        "submitted_at": plan.submitted_at,
        "approved_at": plan.approved_at,
        **{name: x.username if x else None for name, x in people.items()},
    }
