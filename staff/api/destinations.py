"""Where messages of a store go, and what has become of those that were sent, over REST. A secret is told once, when we
make it; neither it nor the address of a robot (which holds its key) is ever read back."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from opsplan import shapes
from opsplan.paging import PAGING, pages
from opsplan.refusals import of_service
from staff import delivery, tasks
from staff.access import token_of
from staff.api.base import StoreView, Unprocessable, fields_of
from staff.api.bodies import body, one_of, operation, text, yes
from staff.models import Delivery, Destination, Medium
from staff.roles import Action

LANGUAGES = [code for code, _name in settings.LANGUAGES]
IMPORTS = {"none": "", "problems": "problems", "all": "all"}
IMPORTS_TOLD = "Whether it is told of imports: of none, of those with something wrong, or of all."
OF_DESTINATION = {
    "id": shapes.whole(),
    "name": shapes.text(),
    "kind": shapes.one_of(Medium.values),
    "address": shapes.text("Of an e-mail in full, of all else the host and …: the rest may be a key."),
    "signed": shapes.yes("Messages are signed with a secret."),
    "language": shapes.one_of(LANGUAGES, "Of its messages."),
    "imports": shapes.one_of(IMPORTS, IMPORTS_TOLD),
    "campaigns": shapes.yes("It is told of alarms of running campaigns."),
    "is_active": shapes.yes("Messages go there."),
}
DESTINATION = shapes.thing("Destination", OF_DESTINATION)
MADE = shapes.thing(
    "DestinationMade",
    OF_DESTINATION | {"secret": shapes.or_null(shapes.text("Of a webhook: told this once. Null for all else."))},
)
MESSAGE = shapes.thing(
    "MessageSent",
    {
        "id": shapes.whole(),
        "destination": shapes.or_null(shapes.whole(), "Null: a person, or it is not there any more."),
        "email": shapes.or_null(shapes.text("Of a person.")),
        "subject": shapes.text(),
        "state": shapes.one_of(Delivery.State.values, "failed: given up."),
        "attempts": shapes.whole(),
        "error": shapes.text("What the last attempt came to; may be empty."),
        "created_at": shapes.instant(),
        "next_at": shapes.or_null(shapes.instant("When it is tried next; null: it is not.")),
        "sent_at": shapes.or_null(shapes.instant()),
    },
)
WRONG = OpenApiResponse(description="A field has a value we cannot use; nothing was stored.")
TELLS = {
    "imports": one_of(IMPORTS, IMPORTS_TOLD),
    "campaigns": yes("Tell it of alarms of running campaigns."),
}
NEW = {
    "name": serializers.CharField(max_length=60, help_text="Once in a store."),
    "kind": serializers.ChoiceField(Medium.values, help_text="How messages travel."),
    "address": serializers.CharField(max_length=500, help_text="An e-mail address, or one that begins with https://."),
    "secret": text("Of a DingTalk or Feishu robot that signs; a webhook gets its secret from us.", max_length=200),
    "language": one_of(LANGUAGES, "zh-hans unless told."),
}
EXAMPLE = {"name": "ERP", "kind": "webhook", "address": "https://erp.example.com/opsplan", "imports": "problems"}


class DestinationStore(StoreView):
    """What the endpoints of destinations share."""

    action = Action.MANAGE_ALERTS

    def found(self, pk: int) -> Destination:
        to = Destination.objects.filter(store=self.store, pk=pk).first()
        if to is None:
            raise Http404
        return to


class DestinationsView(DestinationStore):
    """The receivers of a store."""

    @operation(summary="Where messages go, by name", parameters=PAGING, responses=pages(DESTINATION))
    def get(self, request: Request, slug: str) -> Response:
        return self.page(request, Destination.objects.filter(store=self.store), destination_json)

    @operation(
        summary="Add a destination",
        description="The secret of a webhook is told in the answer, this once. Where the answer was lost, delete the "
        "destination and make it again: its name stands once in a store.",
        request=body("DestinationNew", NEW | TELLS),
        examples=[OpenApiExample("A program that is told of imports", value=EXAMPLE, request_only=True)],
        responses={201: MADE, 422: WRONG},
    )
    def post(self, request: Request, slug: str) -> Response:
        fields = fields_of(request)
        told = {name: str(fields.get(name) or "") for name in NEW} | {"language": fields.get("language") or "zh-hans"}
        if told["kind"] not in Medium.values:
            raise Unprocessable("kind", _("“%s” is not one of the valid values.") % told["kind"], Medium.values)
        try:
            with transaction.atomic():
                made = delivery.add_destination(self.store, **told)
                delivery.tell(made, **wishes(fields))
        except ValidationError as problem:
            refused = of_service(problem)
            for error in refused.errors:
                error |= {"value": None} if error["field"] in ("address", "secret") else {}
            raise refused from None
        secret = made.secret if made.kind == Medium.WEBHOOK else None
        return Response({**destination_json(made), "secret": secret}, status=201)


class DestinationView(DestinationStore):
    """One receiver."""

    @operation(summary="One destination", responses={200: DESTINATION, 404: None})
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(destination_json(self.found(pk)))

    @operation(
        summary="Say what a destination is told, switch it off or on",
        request=body("DestinationChange", TELLS | {"is_active": yes("Messages go there.")}),
        responses={200: DESTINATION, 404: None, 422: WRONG},
    )
    def patch(self, request: Request, slug: str, pk: int) -> Response:
        to, fields = self.found(pk), fields_of(request)
        delivery.tell(to, **wishes(fields), on=fields.get("is_active"))
        return Response(destination_json(to))

    @operation(
        summary="Delete a destination; rules that send there tell nobody in its place",
        request=None,
        responses={204: None, 404: None},
    )
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        self.found(pk).delete()
        return Response(status=204)


class DestinationTestView(DestinationStore):
    """A message to try."""

    @operation(
        summary="Send a destination a message to try",
        request=None,
        responses={
            202: shapes.thing("DestinationTried", {"id": shapes.whole("Of the destination: look at …/messages.")}),
            404: None,
            409: OpenApiResponse(description="It is switched off."),
        },
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        to = self.found(pk)
        if not to.is_active:
            return Response({"detail": _("The receiver was switched off.")}, status=409)
        delivery.queue_test(to, token_of(request).user)
        transaction.on_commit(tasks.send_due.delay)
        return Response({"id": to.pk}, status=202)


class MessagesView(StoreView):
    """What was sent."""

    action = Action.MANAGE_ALERTS

    @operation(
        summary="Messages sent or on their way, newest first",
        description="Kept for 90 days.",
        parameters=[
            OpenApiParameter("state", str, enum=Delivery.State.values, description="Only those in this state."),
            *PAGING,
        ],
        responses=pages(MESSAGE),
    )
    def get(self, request: Request, slug: str) -> Response:
        found = Delivery.objects.filter(store=self.store)
        state = self.one_of(request, "state", Delivery.State.values)
        return self.page(request, found.filter(state=state) if state else found, message_json)


class MessageAgainView(StoreView):
    """A message that was given up."""

    action = Action.MANAGE_ALERTS

    @operation(
        summary="Try a message once more that was given up; any other stays as it is",
        request=None,
        responses={200: MESSAGE, 404: None},
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        found = Delivery.objects.filter(store=self.store, pk=pk).first()
        if found is None:
            raise Http404
        delivery.again(found)
        transaction.on_commit(tasks.send_due.delay)
        found.refresh_from_db()
        return Response(message_json(found))


def wishes(fields: dict[str, Any]) -> dict[str, Any]:
    """What was said of what goes there beside alerts."""
    imports = fields.get("imports")
    return {"imports": IMPORTS[imports] if imports else None, "campaigns": fields.get("campaigns")}


def destination_json(to: Destination) -> dict[str, Any]:
    return {
        "id": to.pk,
        "name": to.name,
        "kind": to.kind,
        "address": delivery.shown_address(to),
        "signed": bool(to.secret),
        "language": to.language,
        "imports": to.imports or "none",
        "campaigns": to.campaigns,
        "is_active": to.is_active,
    }


def message_json(found: Delivery) -> dict[str, Any]:
    waits = found.state == Delivery.State.WAITING
    return {
        "id": found.pk,
        "destination": found.destination_id,
        "email": found.email or None,
        "subject": found.subject,
        "state": found.state,
        "attempts": found.attempts,
        "error": found.error,
        "created_at": found.created_at,
        "next_at": found.next_at if waits else None,
        "sent_at": found.sent_at,
    }
