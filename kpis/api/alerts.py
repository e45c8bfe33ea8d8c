"""Alerts over REST: which figures have broken a rule, and what was decided about it."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.alerting import alerts
from kpis.api.base import StoreView, Unprocessable, allowed_keys, choice_fields
from opsplan import shapes
from opsplan.paging import PAGING, pages
from staff.access import token_of
from staff.api.bodies import operation
from staff.roles import Action

STATES = tuple(alerts.STATES)
DECISIONS = ("acknowledge", "snooze", "dismiss")
ALERT = shapes.thing(
    "Alert",
    {
        "id": shapes.whole(),
        "store": shapes.text("Its short name."),
        "state": shapes.one_of(STATES, "over: the figure is back by itself; dismissed: somebody said why."),
        "severity": shapes.one_of(alerts.SEVERITIES),
        "metric": shapes.text("The key of a KPI."),
        "rule": shapes.thing(
            "AlertRule",
            {
                "id": shapes.whole(),
                "kind": shapes.one_of(alerts.KINDS, "When it fires."),
                "limit": shapes.number("The value it is held against, in the unit of the KPI."),
                "days": shapes.whole("So many days in a row."),
            },
        ),
        "first": shapes.day(),
        "last": shapes.day("So far."),
        "days": shapes.whole("On which the rule was broken."),
        "value": shapes.or_null(shapes.number("Of the last day, in the unit of the KPI.")),
        "line": shapes.or_null(shapes.number("What it should not have passed.")),
        "normal": shapes.or_null(shapes.number("What is usual; null where the rule names a value.")),
        "opened_at": shapes.instant(),
        "over_at": shapes.or_null(shapes.instant()),
        "acknowledged_at": shapes.or_null(shapes.instant("When somebody said to have seen it.")),
        "snoozed_until": shapes.or_null(shapes.day("Quiet until then.")),
        "reason": shapes.text("Why there is nothing to it."),
    },
)


class AlertsView(StoreView):
    """What broke a rule."""

    action = Action.VIEW_DATA

    @operation(
        summary="Alerts, newest first",
        parameters=[OpenApiParameter("state", str, enum=STATES, description="Only those in this state."), *PAGING],
        responses=pages(ALERT),
    )
    def get(self, request: Request, slug: str) -> Response:
        states = choice_fields(request, "state", STATES)
        if len(states) > 1:
            raise Unprocessable("state", _("One state at a time."), STATES)
        found = alerts.alerts(self.store, states[0] if states else "").filter(rule__metric__in=allowed_keys(request))
        return self.page(request, found, alerts.as_json)


class AlertView(StoreView):
    """One alert, and the decision about it."""

    action = Action.VIEW_DATA
    writes = Action.HANDLE_ALERTS

    @operation(summary="One alert", responses=ALERT)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(alerts.as_json(self.found(pk)))

    @operation(
        summary="Decide about an alert",
        request=inline_serializer(
            "AlertDecision",
            {
                "do": serializers.ChoiceField(DECISIONS, help_text="What is decided."),
                "until": serializers.DateField(required=False, help_text="For snooze: the local day it comes back."),
                "reason": serializers.CharField(required=False, help_text="For dismiss: why there is nothing to it."),
            },
        ),
        responses={200: ALERT, 422: OpenApiResponse(description="A field has a value we cannot use.")},
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        found, by = self.found(pk), token_of(request).user
        fields: dict[str, Any] = request.data if isinstance(request.data, dict) else {}
        do, until = fields.get("do"), fields.get("until")
        try:
            if do == "acknowledge":
                alerts.acknowledge(found, by)
            elif do == "snooze":
                alerts.snooze(found, by, day("until", until))
            elif do == "dismiss":
                alerts.dismiss(found, by, str(fields.get("reason") or ""))
            else:
                raise Unprocessable("do", _("Unknown decision."), DECISIONS)
        except ValidationError as problem:
            field = next(iter(problem.message_dict)) if hasattr(problem, "error_dict") else "do"
            raise Unprocessable(field, " ".join(problem.messages)) from problem
        return Response(alerts.as_json(found))

    def found(self, pk: int) -> Any:
        alert = alerts.find(self.store, pk)
        if alert is None or alert.rule.metric not in allowed_keys(self.request):
            raise Http404
        return alert


def day(field: str, text: Any) -> dt.date:
    """A field of the body as a local day, or Unprocessable."""
    try:
        return dt.date.fromisoformat(str(text))
    except ValueError:
        raise Unprocessable(field, _("Give a day as YYYY-MM-DD; got “%s”.") % str(text)[:40]) from None
