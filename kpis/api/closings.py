"""Closed periods over REST: close one, list them, read one against what is known now."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, inline_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from kpis import queries, wire
from kpis.api.alerts import day
from kpis.api.base import StoreView, Unprocessable, allowed_keys
from kpis.api.shapes import CAUSE, DIFFERENCE
from kpis.reporting import closing
from kpis.reporting.reconcile import Cause, Difference, Reconciliation, reconciliation
from opsplan import shapes
from opsplan.paging import PAGING, pages
from staff.access import token_of
from staff.api.base import fields_of
from staff.api.bodies import body, operation, text
from staff.roles import Action

OF_CLOSING = {
    "id": shapes.whole(),
    "first": shapes.day(),
    "last": shapes.day(),
    "closed_at": shapes.instant(),
    "by": shapes.or_null(shapes.text("Who closed it.")),
    "note": shapes.text("What there is to know about it; may be blank."),
    "reopened_at": shapes.or_null(shapes.instant()),
    "reason": shapes.text("Why it was reopened; may be blank."),
}
CLOSING = shapes.thing("Closing", OF_CLOSING)
STANDING = shapes.thing("ClosingStands", {"detail": shapes.text("Why it cannot be."), "closing": CLOSING})
ANSWER = shapes.thing(
    "ClosingToday",
    OF_CLOSING
    | {
        "figures": shapes.many(DIFFERENCE, "Every KPI that differs now."),
        "causes": shapes.many(CAUSE, "What came or was changed since."),
    },
)


class ClosingsView(StoreView):
    """The closed periods of a store."""

    action = Action.VIEW_DATA
    writes = Action.CLOSE_PERIODS

    @operation(
        summary="Closed periods, newest days first",
        parameters=PAGING,
        responses=pages(CLOSING),
    )
    def get(self, request: Request, slug: str) -> Response:
        return self.page(request, closing.closings(self.store), closing_json)

    @operation(
        summary="Close a period",
        request=inline_serializer(
            "ClosePeriod",
            {
                "first": serializers.DateField(help_text="First local day."),
                "last": serializers.DateField(help_text="Last local day, included; it must be over."),
                "note": serializers.CharField(required=False, help_text="What there is to know about it."),
            },
        ),
        responses={201: CLOSING, 422: OpenApiResponse(description="These days cannot be closed.")},
    )
    def post(self, request: Request, slug: str) -> Response:
        fields: dict[str, Any] = request.data if isinstance(request.data, dict) else {}
        first, last = (day(name, fields.get(name)) for name in ("first", "last"))
        try:
            closed = closing.close(self.store, first, last, token_of(request).user, str(fields.get("note") or ""))
        except ValidationError as problem:
            field = next(iter(problem.message_dict)) if hasattr(problem, "error_dict") else "first"
            raise Unprocessable(field, " ".join(problem.messages)) from problem
        return Response(closing_json(closed), status=status.HTTP_201_CREATED)


class ClosingView(StoreView):
    """One closed period against what is known now."""

    action = Action.VIEW_DATA

    @operation(summary="As reported, now, and why", responses=ANSWER)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        closed = closing.find(self.store, pk)
        if closed is None:
            raise Http404
        found, opened = reconciliation(closed), set(allowed_keys(request))
        different = [each for each in found.different if each.key in opened]
        behind = [cause for each in different for cause in found.why(each)]
        causes = found.causes if len(opened) == len(queries.keys()) else [x for x in found.causes if x in behind]
        figures = [difference_json(each, found) for each in different]
        return Response({**closing_json(closed), "figures": figures, "causes": [cause_json(x) for x in causes]})


class ReopenView(StoreView):
    """A closed period is opened again."""

    action = Action.CLOSE_PERIODS

    @operation(
        summary="Open a closed period again; what was reported stays on record",
        description="Sent again with the same reason it changes nothing.",
        request=body("ReopenPeriod", {"reason": text("Why; it stays with the closing.", max_length=300)}),
        responses={
            200: CLOSING,
            404: None,
            409: OpenApiResponse(STANDING, description="It is open already, or a signed report stands on it."),
            422: OpenApiResponse(description="No reason."),
        },
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        closed, reason = closing.find(self.store, pk), str(fields_of(request).get("reason") or "")
        if closed is None:
            raise Http404
        if closed.reopened_at is None or closed.reason != reason.strip():
            try:
                closing.reopen(closed, token_of(request).user, reason)
            except ValidationError as problem:
                if hasattr(problem, "error_dict"):
                    raise
                told = {"detail": " ".join(problem.messages), "closing": closing_json(closed)}
                return Response(told, status=status.HTTP_409_CONFLICT)
        return Response(closing_json(closed))


def closing_json(closed: Any) -> dict[str, Any]:
    return {
        "id": closed.pk,
        "first": closed.first,
        "last": closed.last,
        "closed_at": closed.closed_at,
        "by": closed.by.username if closed.by else None,
        "note": closed.note,
        "reopened_at": closed.reopened_at,
        "reason": closed.reason,
    }


def difference_json(each: Difference, found: Reconciliation) -> dict[str, Any]:
    unit = each.now.unit
    return {
        "key": each.key,
        "unit": str(unit),
        "reported": wire.number(each.reported.value, unit),
        "now": wire.number(each.now.value, unit),
        "difference": wire.number(each.change, unit),
        "inputs": {
            key: {"reported": wire.input_number(key, then), "now": wire.input_number(key, now)}
            for key, then, now in each.inputs
        },
        "why": [cause_json(cause) for cause in found.why(each)],
    }


def cause_json(cause: Cause) -> dict[str, Any]:
    return {
        "kind": cause.kind,
        "name": cause.name,
        "rows": cause.rows,
        "amount": None if cause.amount is None else f"{cause.amount:f}",
        "at": cause.at,
        "who": cause.who,
        "import": cause.upload_id,
    }
