"""The published roster over REST: everybody's shifts, and one's own."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from opsplan import shapes
from opsplan.lib.periods import DAY, Period
from staff import roster
from staff.api.base import MemberView, Unprocessable
from staff.api.bodies import operation
from staff.models import Turn
from staff.roles import Action

LONGEST = 92
PARAMETERS = [
    OpenApiParameter("from", OpenApiTypes.DATE, description="First local day; today unless given."),
    OpenApiParameter("to", OpenApiTypes.DATE, description="Last local day; six days later unless given."),
]
ANSWER = {
    200: shapes.thing(
        "Roster",
        {
            "from": shapes.day(),
            "to": shapes.day(),
            "turns": shapes.many(
                shapes.thing(
                    "RosterTurn",
                    {
                        "day": shapes.day("On which it begins."),
                        "shift": shapes.text("Its name."),
                        "user": shapes.text("User name."),
                        "name": shapes.text("What the person is called."),
                        "starts_at": shapes.instant(),
                        "ends_at": shapes.instant(),
                    },
                ),
                "Of published weeks.",
            ),
        },
    ),
    422: OpenApiResponse(description="A day that cannot be read, or more than 92 days."),
}


def turn_json(turn: Turn) -> dict[str, Any]:
    starts, ends = roster.span_of(turn)
    told = {"day": turn.day, "shift": turn.shift.name, "user": turn.user.username, "name": str(turn.user)}
    return told | {"starts_at": starts, "ends_at": ends}


class RosterView(MemberView):
    """Who works when."""

    action = Action.VIEW_ROSTER
    only_mine = False

    @operation(summary="Published roster", parameters=PARAMETERS, responses=ANSWER)
    def get(self, request: Request, slug: str) -> Response:
        first = self.day(request, "from")
        last = self.day(request, "to", first + 6 * DAY)
        if not first <= last <= first + LONGEST * DAY:
            raise Unprocessable("to", _("Give two days, the first one first, at most 92 days apart."))
        user = self.member.user if self.only_mine else None
        found = roster.known_turns(self.store, Period(first, last), user)
        return Response({"from": first, "to": last, "turns": [turn_json(x) for x in found]})


class MyShiftsView(RosterView):
    """When one works."""

    only_mine = True

    @operation(summary="My shifts", parameters=PARAMETERS, responses=ANSWER)
    def get(self, request: Request, slug: str) -> Response:
        return super().get(request, slug)
