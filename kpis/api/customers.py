"""Customers over REST: their classes, the list, and what is noted of some. Names come in and are not kept."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.base import StoreView, Unprocessable
from kpis.crm import customer_lists, customer_marks, customer_tasks, customers
from kpis.crm.customer_lists import SORTS, Consent, Customer, Wanted
from kpis.crm.customers import Segment
from kpis.segments import CLASSES, NUMBERS
from opsplan import shapes
from opsplan.lib import clock
from opsplan.lib.periods import DAY
from opsplan.paging import PAGING, pages
from staff.access import token_of
from staff.api.base import fields_of
from staff.api.bodies import operation
from staff.roles import Action
from stores.models import Store
from stores.snapshot import one_version

EVENING = OpenApiParameter("day", OpenApiTypes.DATE, description="Evening of this local day; yesterday unless told.")
TIERS = ("core", "ordinary")
CONSENTS = ("agreed", "refused", "unknown")
CLASS = shapes.one_of(NUMBERS)
SEGMENTS = shapes.thing(
    "CustomerSegments",
    {
        "day": shapes.day("Of the 365 days that end with it."),
        "average_order": shapes.or_null(shapes.yuan("Null without an order.")),
        "classes": shapes.many(
            shapes.thing(
                "CustomerSegment",
                {
                    "class": CLASS,
                    "people": shapes.whole(),
                    "share": shapes.or_null(shapes.number("Of all people, a fraction.")),
                    "core": shapes.whole("Of these, core customers."),
                    "orders": shapes.whole("Paid."),
                    "net": shapes.yuan("Paid less refunds."),
                    "net_share": shapes.or_null(shapes.number("Of the net of all, a fraction.")),
                },
            )
        ),
        "people": shapes.whole("Customers."),
        "core": shapes.whole("Of these, core customers."),
        "core_by_hand": shapes.whole("Of these, who are it by hand alone."),
        "agreed": shapes.whole("Customers who agreed to messages."),
        "orders_without_buyer": shapes.whole("Paid orders that tell no buyer."),
    },
    maybe={
        "moves": shapes.many(
            shapes.thing(
                "CustomerMove",
                {
                    "was": shapes.or_null(CLASS, "Null, here and below: no customer of that year."),
                    "is": shapes.or_null(CLASS),
                    "people": shapes.whole(),
                },
            ),
            "With `ago`: who moved from one class to another.",
        )
    },
)
CUSTOMER = shapes.thing(
    "Customer",
    {
        "customer": shapes.text("A keyed hash; no names are told."),
        "latest_order": shapes.text("Its number."),
        "last_paid": shapes.day(),
        "days_ago": shapes.whole("Since then."),
        "orders": shapes.whole("Paid in the year."),
        "net": shapes.yuan("Paid in the year less refunds."),
        "r": shapes.whole("Score of recency, from 1 to 5."),
        "f": shapes.whole("Score of frequency, from 1 to 5."),
        "m": shapes.whole("Score of money, from 1 to 5."),
        "class": CLASS,
        "core": shapes.yes("A core customer."),
        "core_by_hand": shapes.yes("By hand alone."),
        "consent": shapes.one_of(CONSENTS, "To messages."),
    },
)
MARKED = shapes.thing(
    "CustomersMarked",
    {
        "marked": shapes.whole("Customers of whom something was noted."),
        "customers": shapes.many(
            shapes.or_null(CUSTOMER, "Null where no paid order of 365 days is known."),
            "One for each name, in their order.",
        ),
    },
)
WORKS = shapes.thing(
    "CustomerWorks",
    {
        "works": shapes.many(
            shapes.thing(
                "CustomerWork",
                {"id": shapes.whole(), "title": shapes.text(), "duties": shapes.many(shapes.text("Key of a duty."))},
            ),
            "The store's templates.",
        )
    },
)


class CustomerView(StoreView):
    """What the endpoints of customers share."""

    action, tells_all = Action.VIEW_DATA, True

    def evening(self, request: Request) -> dt.date:
        yesterday = clock.today(self.passed.timezone) - DAY
        return min(self.day(request, "day", yesterday), yesterday)


class SegmentsView(CustomerView):
    """The classes of the store's customers."""

    @operation(
        summary="Customers by class (RFM)",
        parameters=[
            EVENING,
            OpenApiParameter("ago", OpenApiTypes.INT, description="1 to 3,650: also who moved in that many days."),
        ],
        responses={200: SEGMENTS, 422: OpenApiResponse(description="A field cannot be used.")},
    )
    def get(self, request: Request, slug: str) -> Response:
        day, ago = self.evening(request), request.query_params.get("ago", "")
        if ago and not (ago.isascii() and ago.isdecimal() and 0 < int(ago[:9]) <= 3650):
            raise Unprocessable("ago", _("Give whole days from 1 to 3,650."))
        with one_version():
            return Response(segments_json(self.store, day, int(ago) if ago else None))


def segments_json(store: Any, day: dt.date, ago: int | None) -> dict[str, Any]:
    found = customers.segments(store, day)
    answer: dict[str, Any] = {
        "day": day,
        "average_order": text(found.average),
        "classes": [segment_json(each) for each in found.parts],
        "people": found.whole.people,
        "core": found.whole.core,
        "core_by_hand": found.by_hand,
        "agreed": found.agreed,
        "orders_without_buyer": found.unknown,
    }
    if ago is not None:
        moves = customers.moves(store, day - ago * DAY, day)
        order = [*CLASSES, None]
        answer["moves"] = [
            {"was": class_key(was), "is": class_key(now), "people": people}
            for (was, now), people in sorted(moves.items(), key=lambda x: (order.index(x[0][0]), order.index(x[0][1])))
        ]
    return answer


def class_key(number: int | None) -> str | None:
    return None if number is None else CLASSES[number][0]


def text(number: Decimal | None, places: int = 2) -> str | None:
    return None if number is None else f"{number:.{places}f}"


def segment_json(each: Segment) -> dict[str, Any]:
    return {
        "class": class_key(each.number),
        "people": each.people,
        "share": text(each.share, 6),
        "core": each.core,
        "orders": each.orders,
        "net": text(each.net),
        "net_share": text(each.net_share, 6),
    }


@dataclass(frozen=True)
class Customers:
    """Those who are wanted, as a list of which only one page is read."""

    store: Store
    day: dt.date
    wanted: Wanted

    def __len__(self) -> int:
        return customer_lists.customer_count(self.store, self.day, self.wanted)

    def __getitem__(self, place: slice) -> list[Customer]:
        return customer_lists.customers(self.store, self.day, self.wanted, place.start, place.stop - place.start)


class CustomersView(CustomerView):
    """The customers themselves, as keyed hashes."""

    @operation(
        summary="Customers of a year, one by one",
        parameters=[
            EVENING,
            OpenApiParameter("class", OpenApiTypes.STR, enum=list(NUMBERS), description="Only those of this class."),
            OpenApiParameter("tier", OpenApiTypes.STR, enum=list(TIERS), description="Core or ordinary ones."),
            OpenApiParameter("consent", OpenApiTypes.STR, enum=list(CONSENTS), description="What they said of it."),
            OpenApiParameter(
                "sort",
                OpenApiTypes.STR,
                enum=[f"{way}{key}" for key in SORTS for way in ("", "-")],
                description="-net unless told; a minus: from large to small.",
            ),
            *PAGING,
        ],
        responses={200: pages(CUSTOMER), 422: OpenApiResponse(description="A field cannot be used.")},
    )
    def get(self, request: Request, slug: str) -> Response:
        consent = self.one_of(request, "consent", CONSENTS)
        chosen = self.one_of(request, "class", list(NUMBERS))
        wanted = Wanted(
            NUMBERS[chosen] if chosen else None,
            self.one_of(request, "tier", TIERS),
            "-" if consent == "unknown" else consent,
            self.one_of(request, "sort", [f"{way}{key}" for key in SORTS for way in ("", "-")]) or "-net",
        )
        with one_version():
            return self.page(request, Customers(self.store, self.evening(request), wanted), customer_json)


def customer_json(each: Customer) -> dict[str, Any]:
    return {
        "customer": each.code,
        "latest_order": each.latest,
        "last_paid": each.last_day,
        "days_ago": each.days,
        "orders": each.orders,
        "net": text(each.net),
        **dict(zip("rfm", each.scores, strict=True)),
        "class": class_key(each.number),
        "core": each.is_core,
        "core_by_hand": each.by_hand,
        "consent": each.consent or "unknown",
    }


class CustomerMarksView(CustomerView):
    """What is noted of some customers, named as the platform names them."""

    writes = Action.ENTER_DATA

    @operation(
        summary="Look customers up by name, and note what they said",
        parameters=[EVENING],
        request=inline_serializer(
            "CustomerMarks",
            {
                "names": serializers.ListField(
                    child=serializers.CharField(), help_text=f"At most {customer_marks.MOST}; nothing of them is kept."
                ),
                "consent": serializers.ChoiceField(
                    choices=CONSENTS, required=False, help_text="Left as it is unless told."
                ),
                "core": serializers.BooleanField(required=False, help_text="A core customer by hand, or no longer."),
            },
        ),
        responses={
            200: MARKED,
            422: OpenApiResponse(description="A field cannot be used."),
        },
    )
    def post(self, request: Request, slug: str) -> Response:
        fields = fields_of(request)
        names = fields.get("names")
        if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
            raise Unprocessable("names", _("Give a list of names."))
        if len(names) > customer_marks.MOST:
            raise Unprocessable("names", _("At most %s at once.") % customer_marks.MOST)
        consent, core = fields.get("consent"), fields.get("core")
        if consent is not None and consent not in CONSENTS:
            raise Unprocessable("consent", _("“%s” is not one of the valid values.") % str(consent)[:60], CONSENTS)
        if core is not None and not isinstance(core, bool):
            raise Unprocessable("core", _("Give true or false."))
        keys = customer_marks.keys_of(self.store, [each.strip() for each in names])
        known = customer_lists.known(self.store, [key for key in keys.values() if key is not None])
        noted = Consent.UNKNOWN if consent == "unknown" else consent
        try:
            marked = customer_marks.mark(self.store, known, token_of(request).user, is_core=core, consent=noted)
        except ValidationError as problem:
            raise Unprocessable("consent", " ".join(problem.messages), CONSENTS) from problem
        found = customer_lists.by_keys(self.store, self.evening(request), sorted(known))
        told = [found.get(keys[each.strip()] or -1) for each in names]
        return Response({"marked": marked, "customers": [customer_json(each) if each else None for each in told]})


class CustomerTasksView(CustomerView):
    """Tasks about a class of customers."""

    writes = Action.MANAGE_TASKS

    @operation(
        summary="What can be asked for about customers",
        responses=WORKS,
    )
    def get(self, request: Request, slug: str) -> Response:
        found = customer_tasks.works(self.store)
        told = [{"id": x.pk, "title": str(x), "duties": x.published.duties if x.published else []} for x in found]
        return Response({"works": told})

    @operation(
        summary="Make a task about those of a class who agreed to messages",
        request=inline_serializer(
            "CustomerTask",
            {
                "template": serializers.IntegerField(help_text="Of the works."),
                "class": serializers.ChoiceField(choices=list(NUMBERS), required=False, help_text="Any unless told."),
                "tier": serializers.ChoiceField(choices=TIERS, required=False, help_text="Any unless told."),
            },
        ),
        parameters=[EVENING],
        responses={
            200: shapes.thing("CustomerTasksMade", {"made": shapes.whole("How many tasks are new.")}),
            422: OpenApiResponse(description="A field cannot be used, or nobody of them agreed to messages."),
        },
    )
    def post(self, request: Request, slug: str) -> Response:
        fields = {key: str(value) for key, value in fields_of(request).items()}
        chosen, tier = fields.get("class", ""), fields.get("tier", "")
        for name, value, valid in (("class", chosen, list(NUMBERS)), ("tier", tier, list(TIERS))):
            if value and value not in valid:
                raise Unprocessable(name, _("“%s” is not one of the valid values.") % value[:60], valid)
        wanted = Wanted(NUMBERS[chosen] if chosen else None, tier)
        try:
            made = customer_tasks.make(self.store, self.evening(request), wanted, fields.get("template", ""))
        except ValidationError as problem:
            valid = [str(each.pk) for each in customer_tasks.works(self.store)]
            raise Unprocessable("template", " ".join(problem.messages), valid) from problem
        return Response({"made": made})
