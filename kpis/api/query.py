"""POST one question for one or many stores; GET the explanation of one figure."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from kpis import queries
from kpis.api import schemas
from kpis.api.base import (
    StoreView,
    Unprocessable,
    allowed_keys,
    choice_fields,
    keep_body,
    kept_body,
    metric_field,
    not_modified,
    period_fields,
    with_tag,
)
from kpis.breakdowns import table_wire
from kpis.display import boards
from kpis.reporting import reported
from kpis.why import explain
from opsplan.formats import ErrorsAsJson
from opsplan.lib import clock
from opsplan.negotiation import JsonRenderer
from opsplan.plaintext import StorableJSONParser
from opsplan.release import release
from staff import access
from staff.api.bodies import operation
from stores.models import Store

THINGS = ("channel", "product", *boards.GROUPED_BY)
TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8"}


class CsvRenderer(BaseRenderer):
    """So that `Accept: text/csv` is understood; the text itself is made by `table_wire`."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, *_args: Any, **_more: Any) -> bytes:
        return json.dumps(data, ensure_ascii=False).encode()


class QueryView(ErrorsAsJson):
    """Figures of one or many stores: metrics, up to two dimensions, filters, a period, comparisons."""

    parser_classes = [StorableJSONParser]
    renderer_classes = [JsonRenderer, CsvRenderer]

    @operation(
        summary="Ask for figures",
        description=schemas.QUERY_TEXT,
        request={"application/json": schemas.question()},
        responses={
            (200, "application/json"): schemas.ANSWER,
            (200, "text/csv"): OpenApiTypes.STR,
            304: OpenApiResponse(description="You already have this answer (If-None-Match)."),
            **schemas.ERRORS,
        },
        examples=[
            OpenApiExample(name, value=value, request_only=True, media_type="application/json")
            for name, value in schemas.EXAMPLES.items()
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        mine = list(access.stores_for_api(request).order_by("slug"))
        try:
            asked = queries.question(request.data, mine, allowed_keys(request))
        except queries.Refused as error:
            refusal = Unprocessable(error.field, error.message, error.valid)
            for each in error.more:
                refusal.also(each.field, each.message, each.valid)
            raise refusal from error
        wanted = getattr(getattr(request, "accepted_renderer", None), "format", "json")
        form = "csv" if "csv" in (wanted, asked.format) else "json"
        tag = question_tag(asked.stores, form, request.data)
        unchanged = not_modified(request, tag)
        if unchanged:
            return unchanged
        body = kept_body(tag)
        if body is None:
            with queries.one_version():
                tag = question_tag(asked.stores, form, request.data)
                found = reported.table(asked, asked.as_of) if asked.as_of else queries.table(asked, whole=True)
                body = written(found, form)
            keep_body(tag, body)
        response = HttpResponse(body, content_type=TYPES[form])
        if form == "csv":
            response["Content-Disposition"] = 'attachment; filename="figures.csv"'
        return with_tag(response, tag)


def written(found: queries.Table, form: str) -> bytes:
    if form == "csv":
        return table_wire.as_csv(found).encode()
    return json.dumps(table_wire.table(found), ensure_ascii=False, separators=(",", ":")).encode()


def question_tag(stores: Iterable[Store], form: str, body: Any) -> str:
    """ETag of an answer: it changes with the figures and the local day of any of its stores, and with the question."""
    versions = queries.versions_of(stores)
    today = {store.slug: str(clock.today(store.timezone)) for store in stores}
    text = json.dumps([release(), versions, today, form, get_language(), body], sort_keys=True, default=str)
    return f'"{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}"'


class ExplainView(StoreView):
    """One figure of a store, with what it counts, what it leaves out and why, and where it comes from."""

    @operation(
        summary="Explain a figure",
        parameters=[
            OpenApiParameter("metric", str, required=True, description="A key of the catalogue."),
            OpenApiParameter("from", OpenApiTypes.DATE, required=True, description="First local day, included."),
            OpenApiParameter("to", OpenApiTypes.DATE, required=True, description="Last local day, included."),
            OpenApiParameter("compare", str, description=", ".join(queries.COMPARE) + "; with commas between."),
            OpenApiParameter("channel", str, description="The figure of one channel (its key)."),
            OpenApiParameter("product", str, description="The figure of one product (its merchant code)."),
            OpenApiParameter("stage", str, description="The figure of the products in one stage of their life."),
            OpenApiParameter("role", str, description="The figure of the products with one role."),
            OpenApiParameter("campaign", str, description="The figure of one campaign (its number), on its days."),
        ],
        responses={200: schemas.EXPLANATION, 304: OpenApiResponse(description="Unchanged."), **schemas.ERRORS},
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        key, period = metric_field(request), period_fields(request)
        compare = choice_fields(request, "compare", queries.COMPARE)
        given = request.query_params
        of = next(((name, given[name]) for name in THINGS if name in given), ("", ""))
        tag = self.tag(request)
        unchanged = not_modified(request, tag)
        if unchanged:
            return unchanged
        with queries.one_version():
            tag = self.tag(request)
            try:
                figure, label, scope = boards.figure_of(self.store, key, period, compare, of)
            except LookupError as error:
                valid = boards.members(self.store, of[0])
                raise Unprocessable(of[0], _("There is no such figure of it."), valid) from error
            told = explain.explanation(self.store, figure, **scope)
            answer = {"store": slug, "of": {of[0]: of[1], "name": label} if of[0] else None}
            answer |= table_wire.explanation(told, slug)
            answer["compare"] = table_wire.figure(figure, compare)["compare"]
        return with_tag(Response(answer), tag)
