"""Approvals over REST: what is under way and who is next, one with its history, and deciding."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from opsplan import shapes
from opsplan.paging import PAGING, pages
from staff import approvals
from staff.api import bodies
from staff.api.base import MemberView, Unprocessable, fields_of
from staff.api.bodies import operation
from staff.approval_flows import flows
from staff.approvals import Standing
from staff.models import Approval, ApprovalEvent

VERBS = ("done", "say", "yes", "no", "back", "withdraw")
FIELDS = {
    "id": shapes.whole(),
    "flow": shapes.one_of(sorted(flows()), "Which way it goes."),
    "about": shapes.or_null(shapes.text("What it is about, like plan:12; null: nothing of ours.")),
    "title": shapes.text(),
    "path": shapes.or_null(shapes.text("The page to read on at.")),
    "state": shapes.one_of(Approval.State.values),
    "place": shapes.whole("The step it stands at, from 0."),
    "steps": shapes.whole("How many there are."),
    "step": shapes.or_null(shapes.text("The name of the step it stands at; null: it is settled.")),
    "next": shapes.many(shapes.text("User name."), "Who is asked now; nobody once it is settled."),
    "asked_by": shapes.or_null(shapes.text("User name; null: the program, or somebody who is gone.")),
    "asked_at": shapes.instant(),
    "settled_by": shapes.or_null(shapes.text("User name.")),
    "settled_at": shapes.or_null(shapes.instant("Null while it is under way.")),
}
APPROVAL = shapes.thing("Approval", FIELDS)
WITH_LOG = shapes.thing(
    "ApprovalWithLog",
    FIELDS
    | {
        "log": shapes.many(
            shapes.thing(
                "ApprovalEvent",
                {
                    "what": shapes.one_of(("ask", *VERBS)),
                    "place": shapes.whole("The step it was done at, from 0."),
                    "by": shapes.or_null(shapes.text("User name; null: the program, or somebody who is gone.")),
                    "at": shapes.instant(),
                    "note": shapes.text(),
                },
            ),
            "What was done with it, the oldest first.",
        )
    },
)


def approval_json(standing: Standing) -> dict[str, Any]:
    found = standing.approval
    return {
        "id": found.pk,
        "flow": found.flow,
        "about": found.about or None,
        "title": found.title,
        "path": found.path or None,
        "state": found.state,
        "place": found.place,
        "steps": len(standing.flow.steps),
        "step": standing.step_name or None,
        "next": [x.username for x in standing.next_up],
        "asked_by": found.asked_by.username if found.asked_by else None,
        "asked_at": found.asked_at,
        "settled_by": found.settled_by.username if found.settled_by else None,
        "settled_at": found.settled_at,
    }


def settled_json(found: list[Approval]) -> list[dict[str, Any]]:
    return [approval_json(x) for x in approvals.settled_ones(found)]


class ApprovalsView(MemberView):
    """What is to be approved."""

    @operation(
        summary="Approvals under way, or settled, newest first",
        parameters=[
            OpenApiParameter("state", str, enum=["open", "settled"], description="open unless told."),
            OpenApiParameter("mine", bool, description="1: only what waits for you."),
            *PAGING,
        ],
        responses=pages(APPROVAL),
    )
    def get(self, request: Request, slug: str) -> Response:
        state = self.one_of(request, "state", ("open", "settled")) or "open"
        mine = self.yes(request, "mine")
        if state == "settled":
            found = approvals.settled(self.store)
            return self.page_of(request, found.none() if mine else found, settled_json)  # it waits for nobody
        under_way = approvals.open_ones(self.store)
        if mine:
            under_way = approvals.waiting_on(under_way, self.member.user)
        return self.page(request, under_way, approval_json)

    @operation(
        summary="Begin an approval",
        request=inline_serializer(
            "ApprovalAsk",
            {
                "flow": bodies.one_of(sorted(flows()), "Which way it goes.", required=True),
                "title": bodies.text("What is to be approved.", required=True, max_length=160),
                "note": bodies.text("What there is to know.", max_length=1000),
            },
        ),
        responses={201: APPROVAL, 422: OpenApiResponse(description="A field we cannot use.")},
    )
    def post(self, request: Request, slug: str) -> Response:
        fields = fields_of(request)
        try:
            made = approvals.ask(
                self.store, str(fields.get("flow") or ""), str(fields.get("title") or ""), self.member.user,
                note=str(fields.get("note") or ""),
            )  # fmt: skip
        except ValidationError as problem:
            valid = list(flows()) if "flow" in problem.message_dict else ()
            raise Unprocessable(next(iter(problem.message_dict)), " ".join(problem.messages), valid) from problem
        return Response(approval_json(approvals.standing(made, approvals.people_asked(self.store))), status=201)


class ApprovalView(MemberView):
    """One approval."""

    def answer(self, pk: int) -> Response:
        found = approvals.of_store(self.store).filter(pk=pk).first()
        if found is None:
            raise Http404
        events = [
            {"what": x.what, "place": x.place, "by": x.by.username if x.by else None, "at": x.at, "note": x.note}
            for x in ApprovalEvent.objects.filter(approval=found).select_related("by")
        ]
        return Response(approval_json(approvals.standing(found, approvals.people_asked(self.store))) | {"log": events})

    @operation(summary="One approval with its history", responses=WITH_LOG)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return self.answer(pk)

    @operation(
        summary="Move an approval on, decide, or say something",
        request=inline_serializer(
            "ApprovalDeed",
            {
                "do": bodies.one_of(VERBS, "What is done.", required=True),
                "note": serializers.CharField(required=False, help_text="Needed for say, no and back."),
                "place": serializers.IntegerField(required=False, help_text="The step you saw it at."),
            },
        ),
        responses={200: WITH_LOG, 422: OpenApiResponse(description="Not at this step, or too late.")},
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        if not approvals.of_store(self.store).filter(pk=pk).exists():
            raise Http404
        fields = fields_of(request)
        verb, place = str(fields.get("do") or ""), fields.get("place")
        if verb not in VERBS:
            raise Unprocessable("do", _("Unknown deed."), VERBS)
        try:
            approvals.decide(
                self.store,
                pk,
                self.member,
                verb,
                str(fields.get("note") or ""),
                place if isinstance(place, int) else None,
            )
        except Approval.DoesNotExist:
            raise Http404 from None
        except ValidationError as problem:
            field = next(iter(problem.message_dict)) if hasattr(problem, "error_dict") else "do"
            raise Unprocessable(field, " ".join(problem.messages)) from problem
        return self.answer(pk)
