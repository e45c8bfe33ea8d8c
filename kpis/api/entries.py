"""Daily figures typed by hand (service desk, ratings, costs, deductions …), read and told by a program."""

from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from kpis import tasks
from kpis.api.alerts import day
from kpis.api.base import StoreView, Unprocessable, choice_fields, period_fields
from kpis.sums.targets import ANYTHING
from kpis.week import entry_lines
from kpis.week.entry_sheet import KEYS, told_of
from opsplan import shapes
from opsplan.lib import cells
from opsplan.paging import PAGING, pages
from staff.access import token_of
from staff.api import bodies
from staff.api.base import fields_of, refuse
from staff.api.bodies import operation
from staff.roles import Action

MOST = 1_000
OF_ENTRY = {
    "measure": shapes.one_of(KEYS),
    "day": shapes.day(),
    "by": shapes.or_null(shapes.text("Who typed it.")),
    "at": shapes.or_null(shapes.instant()),
}
VALUE = shapes.or_null(
    shapes.number("In the measure's unit: yuan, a count, seconds, hours, a score; null: nothing is typed.")
)
ENTRY = shapes.thing("DailyEntry", OF_ENTRY | {"value": VALUE})
MEASURES = shapes.by_key(
    shapes.thing(
        "EntryMeasure",
        {
            "label": shapes.text("In the language asked for."),
            "unit": shapes.text("money (yuan), count, seconds, hours, score …"),
            "note": shapes.text("What to know of it; may be blank."),
        },
    ),
    "All that may be typed.",
)
OVERTAKEN = shapes.thing(
    "EntryConflicts",
    {
        "detail": shapes.text(),
        "conflicts": shapes.many(
            shapes.thing("EntryConflict", OF_ENTRY | {"now": VALUE}), "What stands there is not the `was` you saw."
        ),
    },
)
LINES = bodies.body(
    "EntryLines",
    {
        "lines": bodies.rows(
            "EntryLine",
            {
                "measure": bodies.one_of(KEYS, "What is told.", required=True),
                "day": bodies.day("One that has begun.", required=True),
                "value": bodies.number("In the measure's unit, yuan for money; null takes the entry away."),
                "was": bodies.number("What you saw there, null for nothing; not told: whatever stands there."),
            },
            f"Up to {MOST}, all or none.",
        )
    },
)


class EntriesView(StoreView):
    """What was typed of the days of a store."""

    action, writes, tells_all = Action.VIEW_DATA, Action.ENTER_DATA, True

    @operation(
        summary="Daily figures typed by hand, the latest day first",
        parameters=[
            OpenApiParameter("from", OpenApiTypes.DATE, required=True, description="First local day, included."),
            OpenApiParameter("to", OpenApiTypes.DATE, required=True, description="Last local day, included."),
            OpenApiParameter("measures", str, description="Some only; with commas between."),
            *PAGING,
        ],
        responses=pages(ENTRY, measures=MEASURES),
    )
    def get(self, request: Request, slug: str) -> Response:
        asked = choice_fields(request, "measures", KEYS)
        found = entry_lines.entries_of(self.store, period_fields(request), asked)
        return self.page(request, found, entry_lines.entry_json, measures={key: told_of(key) for key in KEYS})

    @operation(
        summary="Tell daily figures, all or none",
        description="As typed on the page: a platform's own figure of the day wins over it, and the days are counted "
        "before the answer. The same may be told again.",
        request=LINES,
        responses={
            200: shapes.thing("EntriesTold", {"entries": shapes.many(ENTRY, "A line each.")}),
            409: OpenApiResponse(OVERTAKEN, description="Somebody else changed one meanwhile; nothing was stored."),
            422: OpenApiResponse(description="A figure cannot be as it was told; nothing was stored."),
        },
    )
    def post(self, request: Request, slug: str) -> Response:
        told = fields_of(request).get("lines")
        if not told:
            raise Unprocessable("lines", _("Give a list of objects."))
        if len(told) > MOST:
            raise Unprocessable("lines", _("At most %d at a time.") % MOST)
        lines = [line_of(each, f"lines[{place}].") for place, each in enumerate(told)]
        try:
            stored = entry_lines.enter_all(self.store, lines, token_of(request).user)
        except entry_lines.Refused as problem:
            refuse([] if problem.overtaken else [(f"lines[{i}].{name}", text, []) for i, name, text in problem.wrong])
            conflicts = [told_now(line, entry) for line, entry in problem.overtaken]
            detail = _("Somebody else changed this meanwhile: look again.")
            return Response({"detail": detail, "conflicts": conflicts}, status=409)
        transaction.on_commit(partial(tasks.rebuild_store.delay, self.store.pk))
        rows = [entry_lines.line_json(*each) for each in zip(lines, stored, strict=True)]
        return Response({"entries": rows})


def line_of(told: dict[str, Any], where: str) -> entry_lines.Line:
    """A line as it was sent, or Unprocessable with its place."""
    measure = told.get("measure") or ""
    if measure not in KEYS:
        raise Unprocessable(f"{where}measure", _("“%s” is not one of the valid values.") % measure, KEYS)
    try:
        of = day("day", told.get("day"))
    except Unprocessable as problem:
        raise problem.within(where) from None
    if "value" not in told:
        raise Unprocessable(f"{where}value", _("Give a number, best as text."))
    try:
        was = ANYTHING if "was" not in told else None if told["was"] is None else cells.number(told["was"])
    except cells.Unreadable as problem:
        raise Unprocessable(f"{where}was", _(cells.sentence_of(problem))) from None
    return entry_lines.Line(measure, of, told["value"], was)


def told_now(line: entry_lines.Line, entry: Any) -> dict[str, Any]:
    now = entry_lines.line_json(line, entry)
    return {"now": now.pop("value"), **now}
