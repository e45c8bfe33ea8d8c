"""Say over REST that nothing happened on some days: what a platform gives no file for."""

from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, inline_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from kpis import tasks
from kpis.api.alerts import day
from kpis.api.base import StoreView, Unprocessable
from kpis.api.import_shapes import IMPORT, SAID_BEFORE
from kpis.api.imports import import_json
from kpis.ingest import declaring
from opsplan.lib.periods import Period
from staff.access import token_of
from staff.api.base import fields_of
from staff.api.bodies import operation
from staff.roles import Action


class EmptyDaysView(StoreView):
    """Days without orders, refunds, visitors or ad spend."""

    action = Action.IMPORT_DATA

    @operation(
        summary="Say that nothing happened on some days",
        description="For days of which a platform gives no file, or one without rows: they count as told, with 0, "
        "until a file tells of them. It becomes an import without a file (undo it like any other).",
        request=inline_serializer(
            "EmptyDays",
            {
                "source": serializers.ChoiceField(choices=list(declaring.SAID), help_text="What there was none of."),
                "channel": serializers.CharField(required=False, help_text="Key of the channel, where source is ads."),
                "from": serializers.DateField(help_text="First local day."),
                "to": serializers.DateField(help_text="Last local day, included; it must be over."),
                "reason": serializers.CharField(
                    required=False, max_length=declaring.REASON_LENGTH, help_text="Why there was nothing."
                ),
            },
        ),
        responses={
            201: IMPORT,
            200: SAID_BEFORE,
            422: OpenApiResponse(description="Something is known of one of these days, or a field has a wrong value."),
        },
    )
    def post(self, request: Request, slug: str) -> Response:
        fields = fields_of(request)
        first, last = (day(name, fields.get(name)) for name in ("from", "to"))
        if last < first:
            raise Unprocessable("to", _("The period ends before it starts."))
        told = {name: fields.get(name) or "" for name in ("source", "channel", "reason")}
        for name, value in told.items():
            if not isinstance(value, str):
                raise Unprocessable(name, _("Send a text."))
        try:
            upload = declaring.declare(
                self.store,
                told["source"],
                Period(first, last),
                channel=told["channel"],
                by=token_of(request).user,
                reason=told["reason"],
            )
        except ValidationError as error:
            field = next(iter(error.message_dict))
            valid = {"source": list(declaring.SAID), "channel": list(declaring.channels(self.store))}.get(field, [])
            raise Unprocessable(field, " ".join(error.messages), valid) from error
        if upload is None:
            return Response({"id": None})
        transaction.on_commit(partial(tasks.rebuild_store.delay, self.store.pk))
        where = reverse("api_import", args=[slug, upload.pk])
        return Response(import_json(upload), status=status.HTTP_201_CREATED, headers={"Location": where})
