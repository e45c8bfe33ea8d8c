"""GET the stores the caller may see, and the calendar of one."""

import datetime as dt
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsplan import shapes
from opsplan.lib import clock
from opsplan.lib.calendar import Calendar, Event, Kind
from opsplan.lib.periods import Period
from opsplan.paging import PAGING
from opsplan.refusals import Unprocessable, known_questions
from staff import access
from staff.roles import Action
from stores.calendars import calendar_of
from stores.models import Store

CALENDAR = shapes.thing(
    "StoreCalendar",
    {
        "from": shapes.day(),
        "to": shapes.day(),
        "days": shapes.many(
            shapes.thing(
                "CalendarDay",
                {
                    "day": shapes.day(),
                    "kind": shapes.one_of(Kind, "statutory: off by law; makeup: a weekend day that is worked."),
                    "holiday": shapes.or_null(shapes.text("The holiday it belongs to.")),
                    "event": shapes.or_null(shapes.text("The key of the event that reaches it.")),
                    "offset": shapes.or_null(shapes.whole("Days from the event's peak; below 0: before it.")),
                    "last_year": shapes.or_null(shapes.day("The one of last year that is like it.")),
                },
            )
        ),
        "events": shapes.many(
            shapes.thing(
                "CalendarEvent",
                {
                    "key": shapes.text("The same every year."),
                    "name": shapes.by_key(shapes.text(), "By language: en, zh-hans."),
                    "day": shapes.day("Its peak."),
                    "first": shapes.day("The first that it reaches."),
                    "last": shapes.day("The last."),
                    "kind": shapes.text("lunar, solar, platform or own."),
                    "source": shapes.text("shipped, installation or store."),
                },
            )
        ),
    },
)


class StoreSerializer(serializers.ModelSerializer[Store]):
    brand = serializers.CharField(source="brand.name", default="", help_text="Client or brand; may be blank.")
    client = serializers.CharField(
        source="whose", help_text="Whose store it is: the client of its brand, else the brand."
    )

    class Meta:
        model = Store
        fields = ["slug", "name", "brand", "client", "platform", "currency", "timezone", "opened_on"]


@extend_schema(summary="Stores you may see", parameters=PAGING)
class StoresView(ListAPIView[Store]):
    """Stores you may see: those you are a member of, and, with a token, those the token names."""

    serializer_class = StoreSerializer
    request: Request

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        known_questions(request, "limit", "offset")

    def get_queryset(self):  # type: ignore[no-untyped-def]
        if getattr(self, "swagger_fake_view", False):
            return Store.objects.none()
        return access.stores_for_api(self.request).order_by("slug")


class CalendarView(APIView):
    """Days off, worked weekend days and events of a store's calendar."""

    @extend_schema(
        summary="Calendar of a store",
        parameters=[
            OpenApiParameter("from", OpenApiTypes.DATE, description="First local day; unless told 1 January."),
            OpenApiParameter("to", OpenApiTypes.DATE, description="Last local day; unless told 31 December."),
        ],
        responses={
            200: CALENDAR,
            422: OpenApiResponse(description="A day that cannot be read, or more than 1100 days."),
        },
    )
    def get(self, request: Request, slug: str) -> Response:
        store = access.check_api(request, slug, Action.VIEW_KPIS).store
        known_questions(request, "from", "to")
        first = day_asked(request, "from", dt.date(clock.today(store.timezone).year, 1, 1))
        last = day_asked(request, "to", first.replace(month=12, day=31))
        if not first <= last < first + dt.timedelta(days=1100):
            raise Unprocessable("to", _("Give two days as YYYY-MM-DD, at most 1100 days apart."))
        period = Period(first, last)
        calendar = calendar_of(store)
        events = [event_json(event) for event in calendar.events_in(period)]
        days = [day_json(calendar, day) for day in period]
        return Response({"from": first.isoformat(), "to": last.isoformat(), "days": days, "events": events})


def day_asked(request: Request, name: str, usual: dt.date) -> dt.date:
    try:
        found = dt.date.fromisoformat(request.query_params.get(name, usual.isoformat()))
    except ValueError:
        found = dt.date.min
    if not 2000 <= found.year <= 2100:
        raise Unprocessable(name, _("Give two days as YYYY-MM-DD, at most 1100 days apart."))
    return found


def day_json(calendar: Calendar, day: dt.date) -> dict[str, Any]:
    offset, twin = calendar.event_offset(day), calendar.align(day)
    return {
        "day": day.isoformat(),
        "kind": str(calendar.kind_of(day)),
        "holiday": calendar.holiday(day) or None,
        "event": offset.event.key if offset else None,
        "offset": offset.days if offset else None,
        "last_year": twin.isoformat() if twin else None,
    }


def event_json(event: Event) -> dict[str, Any]:
    names = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            names[language] = _(event.name)
    told = {"key": event.key, "name": names, "day": event.day.isoformat(), "kind": event.kind, "source": event.source}
    return told | {"first": event.period.first.isoformat(), "last": event.period.last.isoformat()}
