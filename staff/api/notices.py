"""Notices over REST: what the token's owner was told, and marking it as read."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from opsplan import shapes
from opsplan.paging import PAGING, pages
from staff import notices
from staff.api.base import MemberView, Unprocessable, fields_of
from staff.api.bodies import operation
from staff.models import Notice
from staff.roles import Action

UNREAD = shapes.whole("Of mine, how many are not read.")
NOTICE = shapes.thing(
    "Notice",
    {
        "id": shapes.whole(),
        "kind": shapes.one_of(Notice.Kind.values),
        "subject": shapes.text(),
        "body": shapes.text("May be empty."),
        "path": shapes.or_null(shapes.text("The page to read on at.")),
        "at": shapes.instant(),
        "read_at": shapes.or_null(shapes.instant("Null where it is not read.")),
    },
)


def notice_json(found: Notice) -> dict[str, Any]:
    return {
        "id": found.pk,
        "kind": found.kind,
        "subject": found.subject,
        "body": found.body,
        "path": found.path or None,
        "at": found.at,
        "read_at": found.read_at,
    }


class NoticesView(MemberView):
    """What one was told."""

    writes = Action.VIEW_TASKS

    @operation(
        summary="My notices, newest first",
        parameters=[OpenApiParameter("unread", bool, description="1: only those not read."), *PAGING],
        responses=pages(NOTICE, unread=UNREAD),
    )
    def get(self, request: Request, slug: str) -> Response:
        found = notices.of_person(self.store, self.member.user)
        if self.yes(request, "unread"):
            found = found.filter(read_at=None)
        return self.page(request, found, notice_json, unread=notices.unread(self.store, self.member.user))

    @operation(
        summary="Mark notices as read",
        request=inline_serializer(
            "NoticesRead",
            {
                "read": serializers.ListField(
                    child=serializers.IntegerField(), required=False, help_text="Their ids; all of them unless told."
                )
            },
        ),
        responses=shapes.thing("NoticesMarked", {"read": shapes.whole("Notices that were new."), "unread": UNREAD}),
    )
    def post(self, request: Request, slug: str) -> Response:
        """Without `read` all of them."""
        only = fields_of(request).get("read")
        if only is not None and not (isinstance(only, list) and all(type(x) is int for x in only)):
            raise Unprocessable("read", _("Give a list of ids."))
        count = notices.read(self.store, self.member.user, only)
        return Response({"read": count, "unread": notices.unread(self.store, self.member.user)})
