"""Handover notes over REST: what is open, writing one, acknowledging it, finishing a matter."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from opsplan import shapes
from opsplan.paging import PAGING, pages
from staff import handover
from staff.api import bodies
from staff.api.base import MemberView, Unprocessable, fields_of, instant_field
from staff.api.bodies import operation
from staff.handover import Note
from staff.models import Handover, HandoverLine
from staff.roles import Action

MOST_LINES = 50
MATTER = shapes.thing(
    "HandoverLine",
    {
        "id": shapes.whole(),
        "kind": shapes.one_of(HandoverLine.Kind.values),
        "text": shapes.text(),
        "due_at": shapes.or_null(shapes.instant("Of a callback: when it was promised for.")),
        "done_at": shapes.or_null(shapes.instant("Null while it is open.")),
        "done_by": shapes.or_null(shapes.text("User name.")),
    },
    "One matter; it stays open over shifts until somebody says it is done.",
)
HANDOVER = shapes.thing(
    "Handover",
    {
        "id": shapes.whole(),
        "day": shapes.day("Of the shift it comes from."),
        "shift": shapes.or_null(shapes.text("The name of that shift; null: whoever wrote it had none.")),
        "by": shapes.or_null(shapes.text("User name; null: somebody who is gone.")),
        "at": shapes.instant(),
        "note": shapes.text(),
        "lines": shapes.many(MATTER),
        "seen": shapes.many(
            shapes.thing("HandoverSeen", {"by": shapes.text("User name."), "at": shapes.instant()}),
            "Who has acknowledged it.",
        ),
        "waits_for": shapes.many(shapes.text("User name."), "People of the next shift who have not."),
    },
)


def line_json(line: HandoverLine) -> dict[str, Any]:
    return {
        "id": line.pk,
        "kind": line.kind,
        "text": line.text,
        "due_at": line.due,
        "done_at": line.done_at,
        "done_by": line.done_by.username if line.done_by else None,
    }


def note_json(note: Note) -> dict[str, Any]:
    found = note.handover
    return {
        "id": found.pk,
        "day": found.day,
        "shift": found.shift.name if found.shift else None,
        "by": found.by.username if found.by else None,
        "at": found.at,
        "note": found.note,
        "lines": [line_json(x) for x in note.lines],
        "seen": [{"by": x.user.username, "at": x.at} for x in note.seen],
        "waits_for": [x.username for x in note.waits_for],
    }


class HandoversView(MemberView):
    """What one shift leaves to the next."""

    action = Action.VIEW_ROSTER
    writes = Action.WORK_SHIFTS

    @operation(
        summary="Handovers, newest first, and every matter that is still open",
        parameters=PAGING,
        responses=pages(HANDOVER, open=shapes.many(MATTER, "Every matter that is still open.")),
    )
    def get(self, request: Request, slug: str) -> Response:
        open_lines = [line_json(x) for x in handover.open_lines(self.store)]

        def told(rows: list[Handover]) -> list[dict[str, Any]]:
            return [note_json(x) for x in handover.notes(self.store, rows)]

        return self.page_of(request, handover.handovers(self.store), told, open=open_lines)

    @operation(
        summary="Hand over",
        request=inline_serializer(
            "HandoverNew",
            {
                "note": bodies.text("What there is to know.", max_length=1000),
                "lines": bodies.rows(
                    "HandoverMatter",
                    {
                        "kind": bodies.one_of(HandoverLine.Kind.values, "What kind of matter."),
                        "text": bodies.text("What it is.", max_length=300),
                        "due_at": bodies.instant("Of a callback: an instant with its offset."),
                    },
                    "What is open.",
                ),
            },
        ),
        responses={201: HANDOVER, 422: OpenApiResponse(description="Nothing in it, or an unknown kind.")},
    )
    def post(self, request: Request, slug: str) -> Response:
        fields = fields_of(request)
        given = fields.get("lines") or []
        if not isinstance(given, list) or len(given) > MOST_LINES or not all(isinstance(x, dict) for x in given):
            raise Unprocessable("lines", _("Give a list of at most %d matters.") % MOST_LINES)
        lines = [
            (str(x.get("kind") or ""), str(x.get("text") or ""), instant_field(x, "due_at", "lines")) for x in given
        ]
        try:
            made = handover.write(self.store, self.member.user, lines, str(fields.get("note") or ""))
        except ValidationError as problem:
            raise Unprocessable("lines", " ".join(problem.messages), HandoverLine.Kind.values) from problem
        (note,) = handover.notes(self.store, handover.handovers(self.store).filter(pk=made.pk))
        return Response(note_json(note), status=201)


class HandoverView(MemberView):
    """One handover."""

    action = Action.VIEW_ROSTER
    writes = Action.WORK_SHIFTS

    def answer(self, pk: int) -> Response:
        found = Handover.objects.filter(store=self.store, pk=pk).select_related("by", "shift", "store").first()
        if found is None:
            raise Http404
        lines, seen = list(found.lines.select_related("done_by")), list(found.seen.select_related("user"))
        return Response(note_json(Note(found, lines, seen, handover.waiting(found))))

    @operation(summary="One handover", responses=HANDOVER)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return self.answer(pk)

    @operation(
        summary="Acknowledge a handover, or finish one of its matters",
        request=inline_serializer(
            "HandoverDeed",
            {
                "do": bodies.one_of(["seen", "done"], "What is done.", required=True),
                "line": serializers.IntegerField(required=False, help_text="For done: the matter."),
            },
        ),
        responses={200: HANDOVER, 422: OpenApiResponse(description="Unknown deed or matter.")},
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        fields, found = fields_of(request), Handover.objects.filter(store=self.store, pk=pk).first()
        if found is None:
            raise Http404
        line = fields.get("line")
        match fields.get("do"):
            case "seen":
                handover.acknowledge(self.store, pk, self.member.user)
            case "done":
                if type(line) is not int or not found.lines.filter(pk=line).exists():
                    raise Unprocessable("line", _("There is no such matter."))
                handover.finish(self.store, line, self.member.user)
            case _other:
                raise Unprocessable("do", _("Unknown deed."), ["seen", "done"])
        return self.answer(pk)
