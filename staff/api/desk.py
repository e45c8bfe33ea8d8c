"""The service desk's figures per person over REST."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from opsplan import shapes
from staff import desk, desk_files
from staff.api import bodies
from staff.api.base import DAYS, MemberView, Unprocessable, fields_of
from staff.api.bodies import operation
from staff.desk import DeskFigures
from staff.models import User
from staff.roles import Action

SECONDS = shapes.number("Seconds until the first answer, on average; one decimal.")
TOLD = {  # of some days, or of one
    "received": shapes.or_null(shapes.whole("Buyers talked to; null, here and below: nobody told.")),
    "enquiries": shapes.or_null(shapes.whole("Of these, who asked before buying.")),
    "converted": shapes.or_null(shapes.whole("Of these, who paid.")),
    "response_s": shapes.or_null(SECONDS),
    "rated": shapes.or_null(shapes.whole("Ratings.")),
    "good": shapes.or_null(shapes.whole("Of these, good ones.")),
}
FIGURES = {
    **TOLD,
    "conversion": shapes.or_null(shapes.number("converted / enquiries over the days that have both, a fraction.")),
    "good_rate": shapes.or_null(shapes.number("good / rated over the days that have both, a fraction.")),
    "days": shapes.whole("Days that have figures."),
}
PERSON = {"user": shapes.text("User name.")}
DESK = shapes.thing(
    "DeskFigures",
    {
        "from": shapes.day(),
        "to": shapes.day(),
        "people": shapes.many(
            shapes.thing("DeskPerson", PERSON | {"name": shapes.text("What the person is called.")} | FIGURES),
            "Most buyers first.",
        ),
        "all": shapes.thing("DeskTotal", FIGURES, "All of them together."),
    },
)
DAY_SET = shapes.thing("DeskDaySet", {"day": shapes.day()} | PERSON | TOLD, "The day as it is now.")
IMPORTED = shapes.thing(
    "DeskImported",
    {"lines": shapes.whole("Lines read."), "changed": shapes.whole("Days that are others now.")},
    "Where a file was sent.",
)


def figures_json(found: DeskFigures) -> dict[str, Any]:
    told = {name: getattr(found, name) for name in (*desk.FIELDS, "conversion", "good_rate", "days")}
    return {"user": found.user.username, "name": str(found.user)} | told if found.user else told


class DeskView(MemberView):
    """What each person of the service desk did."""

    writes = Action.ENTER_DATA

    @operation(
        summary="Figures of the service desk by person",
        parameters=DAYS,
        responses=DESK,
    )
    def get(self, request: Request, slug: str) -> Response:
        days = self.days(request)
        rows, every = desk.figures(self.store, days)
        people = [figures_json(x) for x in rows]
        return Response({"from": days.first, "to": days.last, "people": people, "all": figures_json(every)})

    @operation(
        summary="Set a person's day at the desk",
        description="As a form with `file` (CSV, xlsx, xls): every day a desk report tells of, all of them or none.",
        request=inline_serializer(
            "DeskDay",
            {
                "day": bodies.day(required=True),
                "user": serializers.CharField(help_text="The user name."),
                "received": bodies.whole("People served."),
                "enquiries": bodies.whole("People who asked before they bought."),
                "converted": bodies.whole("Of these, people who bought."),
                "response_s": bodies.number("Seconds until the answer, on average.", max_digits=7, decimal_places=1),
                "rated": bodies.whole("Ratings."),
                "good": bodies.whole("Of these, good ones."),
                "file": serializers.FileField(required=False, help_text="As a form: the report instead."),
            },
        ),
        responses={200: {"oneOf": [DAY_SET, IMPORTED]}, 422: OpenApiResponse(description="A field we cannot use.")},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Takes the place of what was there; nothing told takes the day away."""
        if request.FILES.get("file"):
            return self.imported(request)
        fields = fields_of(request)
        try:
            day = dt.date.fromisoformat(str(fields.get("day") or ""))
        except ValueError:
            raise Unprocessable("day", _("Give a day as YYYY-MM-DD; got “%s”.") % str(fields.get("day"))[:40]) from None
        there = User.objects.filter(username=str(fields.get("user") or ""), memberships__store=self.store).first()
        if there is None:
            raise Unprocessable("user", _("This person is not on the team."))
        try:
            found = desk.set_day(self.store, there, day, fields, self.member.user)
        except ValidationError as problem:
            raise Unprocessable(next(iter(problem.message_dict)), " ".join(problem.messages)) from problem
        told = {name: getattr(found, name) if found else None for name in desk.FIELDS}
        return Response({"day": day, "user": there.username} | told)

    def imported(self, request: Request) -> Response:
        file = request.FILES["file"]
        try:
            lines = desk_files.read(self.store, file, file.name or "")
            changed = desk_files.take_over(self.store, lines, self.member.user)
        except ValidationError as problem:
            raise Unprocessable("file", "\n".join(problem.messages)) from problem
        return Response({"lines": len(lines), "changed": changed})
