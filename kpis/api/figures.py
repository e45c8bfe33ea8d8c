"""GET the catalogue, and GET a store's KPI summary: the same JSON as `manage.py kpi --json`."""

import json
from typing import Any

from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kpis import queries
from kpis.api.base import Tagged, Unprocessable, allowed_keys, choice_fields, period_fields
from kpis.api.doorstep import FigureView
from kpis.api.shapes import FIGURES
from opsplan import shapes
from opsplan.refusals import known_questions
from staff import access
from staff.api.bodies import operation

LANGUAGES = ("en", "zh-hans")
PLAIN = ("group", "unit", "better", "adds", "needs", "plannable", "source", "platforms")
QUESTION = [
    OpenApiParameter("from", OpenApiTypes.DATE, required=True, description="First local day of the store, included."),
    OpenApiParameter("to", OpenApiTypes.DATE, required=True, description="Last local day, included."),
    OpenApiParameter("metrics", str, required=True, description="Keys of the catalogue, separated by commas."),
    OpenApiParameter("by", str, enum=queries.BY, description="Also answer one row for each of these."),
    OpenApiParameter(
        "compare",
        str,
        description=f"{', '.join(queries.COMPARE)}: one or several, separated by commas. A period under way is set "
        "against the same part of the other one: marks say `to_date 21/30`, `whole` is the other period in full. Days "
        "without a counterpart count on neither side (`matched 28/31`; `own` is this figure over the days compared).",
    ),
]


SUMMARY = shapes.thing(
    "KpiSummary",
    {
        "store": shapes.text("Its short name."),
        "from": shapes.day(),
        "to": shapes.day(),
        "values": FIGURES,
        "rows": shapes.many(
            shapes.thing(
                "KpiRow",
                {"key": shapes.text("A day, an ISO week, a month or a key, as asked."), "values": FIGURES},
            ),
            "None unless asked for with `by`.",
        ),
    },
)


class MetricsView(APIView):
    """The catalogue of the KPIs that the token opens; of channels those that its stores have."""

    @operation(
        summary="The KPIs you may use",
        responses=inline_serializer(
            "Metric",
            many=True,
            fields={
                "key": serializers.CharField(help_text="Permanent name."),
                "label": serializers.DictField(child=serializers.CharField(), help_text="By language: en, zh-hans."),
                "formula": serializers.DictField(child=serializers.CharField(), help_text="In words, by language."),
                "note": serializers.DictField(child=serializers.CharField(), help_text="What to know, by language."),
                "group": serializers.CharField(help_text="traffic, orders, promotion, targets, goods, service"),
                "source": serializers.CharField(help_text="Where the definition comes from."),
                "unit": serializers.CharField(
                    help_text="money (yuan), rate (fraction), count, ratio, seconds, score, days"
                ),
                "better": serializers.CharField(help_text="up, down or neutral"),
                "adds": serializers.CharField(help_text="How it adds over days."),
                "needs": serializers.ListField(child=serializers.CharField(), help_text="What is added up for it."),
                "plannable": serializers.BooleanField(help_text="Whether it can have a target."),
                "platforms": serializers.ListField(
                    child=serializers.CharField(), help_text="The platforms that have it; none named = all."
                ),
                "variants": serializers.DictField(
                    child=serializers.CharField(),
                    help_text="Definitions a store can choose between: name and the key it stands for. "
                    "A figure of such a KPI says which it is: definition {variant, metric, since}.",
                ),
            },
        ),
    )
    def get(self, request: Request) -> Response:
        known_questions(request)
        answer: dict[str, dict[str, Any]] = {}
        opened, stores = set(allowed_keys(request)), list(access.stores_for_api(request))
        named = access.metrics_for_api(request) or ()
        for language in LANGUAGES:
            with translation.override(language):
                for metric in (m for m in queries.offered(stores, named) if m.key in opened):
                    entry = answer.setdefault(metric.key, {"key": metric.key, "label": {}, "formula": {}, "note": {}})
                    entry["label"][language] = metric.label
                    entry["formula"][language] = metric.formula_words
                    entry["note"][language] = metric.note
                    entry["variants"] = dict(metric.variants)
                    for field in PLAIN:
                        entry[field] = getattr(metric, field)
        return Response(list(answer.values()))


class SummaryView(FigureView):
    """KPIs of a store over a span of its local days."""

    @operation(
        summary="KPI summary",
        parameters=QUESTION,
        responses={
            200: SUMMARY,
            304: OpenApiResponse(description="You already have this answer (If-None-Match)."),
            422: OpenApiResponse(
                description="A field has a value we cannot use; names the field and the valid values."
            ),
        },
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        self.metrics(request, allowed_keys(request))
        return self.long_way(request)

    @staticmethod
    def metrics(asked: Tagged, valid: list[str]) -> list[str]:
        metrics = choice_fields(asked, "metrics", valid)
        if not metrics:
            raise Unprocessable("metrics", _("Name at least one KPI."), valid)
        return metrics

    def rendered(self, asked: Tagged) -> bytes:
        metrics, period = self.metrics(asked, queries.keys()), period_fields(asked)
        groups = choice_fields(asked, "by", queries.BY)
        if len(groups) > 1:
            raise Unprocessable("by", _("Group by one thing at a time."), queries.BY)
        compare = choice_fields(asked, "compare", queries.COMPARE)
        try:
            found = queries.summary(self.store, metrics, period, by=groups[0] if groups else None, compare=compare)
        except ValueError as error:
            raise Unprocessable("by", str(error)) from error
        return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
