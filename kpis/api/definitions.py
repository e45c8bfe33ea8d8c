"""Which definition of a KPI a store uses, over REST: the choices made, choosing from a day on, taking a choice back."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kpis import definitions, queries
from kpis.api.alerts import day
from kpis.api.base import StoreView, Unprocessable, allowed_keys
from opsplan import shapes
from opsplan.lib import clock
from staff.access import token_of
from staff.api.base import fields_of
from staff.api.bodies import body, operation
from staff.roles import Action

VARIANT = shapes.text("Lasting name of the definition.")
SINCE = "The first local day it counts from."
OF_CHOICE = {
    "id": shapes.whole(),
    "variant": VARIANT,
    "since": shapes.day("The first it counts from."),
    "by": shapes.or_null(shapes.text("User name; null: the command line.")),
    "updated_at": shapes.instant(),
}
CHOICE = shapes.thing("KpiDefinitionChoice", {"metric": shapes.text("The key of the KPI."), **OF_CHOICE})
DEFINITIONS = shapes.thing(
    "KpiDefinitions",
    {
        "definitions": shapes.many(
            shapes.thing(
                "KpiDefinition",
                {
                    "metric": shapes.text("The key of a KPI that is read in several ways."),
                    "label": shapes.text("What people call it."),
                    "variants": shapes.many(
                        shapes.thing(
                            "KpiVariant",
                            {
                                "variant": VARIANT,
                                "metric": shapes.text("The key it stands for."),
                                "label": shapes.text("What people call that."),
                            },
                        ),
                        "What can be chosen; the first is as delivered.",
                    ),
                    "in_force": VARIANT | {"description": "The variant in force today."},
                    "since": shapes.or_null(shapes.day("Since when; null: as delivered.")),
                    "choices": shapes.many(shapes.thing("KpiDefinitionMade", OF_CHOICE), "The latest first."),
                },
            )
        )
    },
)


class DefinitionsView(StoreView):
    """The KPIs that are read in several ways."""

    action = Action.SET_TARGETS

    @operation(
        summary="KPIs read in several ways: what can be chosen, what is in force, the choices made",
        responses=DEFINITIONS,
    )
    def get(self, request: Request, slug: str) -> Response:
        chosen, made = definitions.Chosen(self.store), definitions.history(self.store)
        today, opened = clock.today(self.passed.timezone), allowed_keys(request)
        told = []
        for key, metric in definitions.choosable().items():
            if key not in opened:
                continue
            variant, since = chosen.in_force(key, today)
            ways = [{"variant": x, "metric": meant, "label": label_of(meant)} for x, meant in metric.variants]
            choices = [of_choice(x) for x in made.get(key, [])]
            told.append(
                {"metric": key, "label": label_of(key), "variants": ways, "in_force": variant, "since": since}
                | {"choices": choices}
            )
        return Response({"definitions": told})

    @operation(
        summary="Choose a definition from a day on",
        description="A period is read as its last day has it. A choice of the same day is replaced; the very same "
        "again changes nothing.",
        request=body(
            "KpiDefinitionNew",
            {
                "metric": serializers.CharField(help_text="The key of the KPI."),
                "variant": serializers.CharField(help_text="One of its definitions."),
                "since": serializers.DateField(help_text=SINCE),
            },
        ),
        examples=[
            OpenApiExample(
                "Revenue per order from December on",
                value={"metric": "aov", "variant": "orders", "since": "2026-12-01"},
                request_only=True,
            )
        ],
        responses={201: CHOICE, 422: OpenApiResponse(description="Nothing to choose here, or no such day.")},
    )
    def post(self, request: Request, slug: str) -> Response:
        fields, opened = fields_of(request), allowed_keys(request)
        valid = [key for key in definitions.choosable() if key in opened]
        metric, variant = str(fields.get("metric") or ""), str(fields.get("variant") or "")
        since = day("since", fields.get("since"))
        if metric not in valid:
            raise Unprocessable("metric", _("“%s” is not one of the valid values.") % metric[:60], valid)
        try:
            made = definitions.set_definition(self.store, metric, variant, since, token_of(request).user)
        except ValidationError as problem:
            [(field, texts)] = problem.message_dict.items()
            names = [name for name, _key in definitions.choosable()[metric].variants]
            raise Unprocessable(field, " ".join(texts), names if field == "variant" else ()) from None
        return Response({"metric": made.metric, **of_choice(made)}, status=201)


class DefinitionView(StoreView):
    """One choice."""

    action = Action.SET_TARGETS

    @operation(
        summary="Take a choice of a definition back, as if it had never been made",
        request=None,
        responses={204: None, 404: None},
    )
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        made, opened = definitions.history(self.store), allowed_keys(request)
        mine = {x.pk for key, choices in made.items() if key in opened for x in choices}
        if pk not in mine or definitions.take_back(self.store, pk) is None:
            raise Http404
        return Response(status=204)


def label_of(key: str) -> str:
    return str(queries.metric(key).label)


def of_choice(made: Any) -> dict[str, Any]:
    by = made.by.username if made.by else None
    return {"id": made.pk, "variant": made.variant, "since": made.since, "by": by, "updated_at": made.updated_at}
