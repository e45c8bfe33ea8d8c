"""The register of what a store enrols in, and the talks with those who decide it, over REST."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns import enrolling
from campaigns.api import bodies, examples
from campaigns.api.deals import refused
from campaigns.models import Campaign, Contact, Enrolment
from opsplan import shapes
from opsplan.paging import PAGING, pages
from staff.api.base import MemberView, Unprocessable, fields_of
from staff.api.bodies import operation
from staff.roles import Action

TEXTS = ("category", "name", "what", "how", "cost", "weight", "window", "state", "result")
CAMPAIGN = shapes.or_null(shapes.whole("The id of a campaign; null: of none."))
ONE = shapes.thing(
    "Enrolment",
    {
        "id": shapes.whole(),
        "category": shapes.or_null(shapes.one_of(Enrolment.Category.values, "What kind of thing it is.")),
        "name": shapes.text("What one enrols in."),
        "what": shapes.text("What takes part."),
        "how": shapes.text("How one enrols."),
        "cost": shapes.text("What it costs, in words."),
        "weight": shapes.one_of(Enrolment.Weight.values, "How important it is."),
        "window": shapes.text("When one may enrol, in words."),
        "state": shapes.one_of(Enrolment.State.values, "How it stands."),
        "result": shapes.text("What came of it."),
        "until": shapes.or_null(shapes.day("The last one to enrol.")),
        "campaign": CAMPAIGN,
    },
)
TALK = shapes.thing(
    "PlatformTalk",
    {
        "id": shapes.whole(),
        "day": shapes.day(),
        "who": shapes.text("With whom."),
        "said": shapes.text("What was said."),
        "campaign": CAMPAIGN,
        "by": shapes.or_null(shapes.text("User name of who noted it.")),
    },
)
WRONG = OpenApiResponse(description="A field has a value we cannot use; nothing was stored.")


def enrolment_json(x: Enrolment) -> dict[str, Any]:
    told: dict[str, Any] = {name: getattr(x, name) for name in TEXTS}
    return {"id": x.pk, **told, "category": x.category or None, "until": x.until, "campaign": x.campaign_id}


def talk_json(x: Contact) -> dict[str, Any]:
    by = x.by.username if x.by else None
    return {"id": x.pk, "day": x.day, "who": x.who, "said": x.said, "campaign": x.campaign_id, "by": by}


class EnrolmentsApi(MemberView):
    action, writes = Action.VIEW_PRODUCTS, Action.SET_TARGETS

    def kept(self, enrolment: Enrolment, told: Mapping[str, Any]) -> Response:
        """Write what `told` says and answer with it; Unprocessable names the field that is wrong."""
        for name in TEXTS:
            if name in told:
                setattr(enrolment, name, str(told[name] or "").strip())
        if "until" in told:
            enrolment.until = self.day_of(told["until"])
        if "campaign" in told:
            enrolment.campaign = self.campaign(told["campaign"])
        is_new = enrolment.pk is None
        try:
            enrolment.full_clean()
        except ValidationError as problem:
            raise refused(problem) from None
        enrolment.save()
        return Response(enrolment_json(enrolment), status=201 if is_new else 200)

    def day_of(self, raw: object) -> dt.date | None:
        try:
            return dt.date.fromisoformat(str(raw)) if raw else None
        except ValueError:
            raise Unprocessable("until", _("Give a day as YYYY-MM-DD.")) from None

    def campaign(self, raw: object) -> Campaign | None:
        if raw is None:
            return None
        number = raw if isinstance(raw, int) and not isinstance(raw, bool) and 0 < raw < 2**63 else 0
        found = Campaign.objects.filter(store=self.store, pk=number).first()
        if found is None:
            raise Unprocessable("campaign", _("The store has no such campaign."))
        return found


class EnrolmentsView(EnrolmentsApi):
    """What the store enrols in."""

    @operation(
        summary="The enrolment register: open ones first, by their last day",
        parameters=[
            OpenApiParameter("state", str, enum=Enrolment.State.values, description="Only those in this state."),
            *PAGING,
        ],
        responses=pages(ONE),
    )
    def get(self, request: Request, slug: str) -> Response:
        state = self.one_of(request, "state", Enrolment.State.values)
        return self.page(request, enrolling.register(self.store, state), enrolment_json)

    @operation(
        summary="Add something to enrol in",
        request=bodies.ENROLMENT,
        examples=[examples.sent("A platform event with its last day", examples.ENROLMENT)],
        responses={201: ONE, 422: WRONG},
    )
    def post(self, request: Request, slug: str) -> Response:
        return self.kept(Enrolment(store=self.store), fields_of(request))


class EnrolmentView(EnrolmentsApi):
    """One entry of the register."""

    def found(self, pk: int) -> Enrolment:
        found = Enrolment.objects.filter(store=self.store, pk=pk).first()
        if found is None:
            raise Http404
        return found

    @operation(summary="One enrolment", responses={200: ONE})
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(enrolment_json(self.found(pk)))

    @operation(
        summary="Change an enrolment: its state, what came of it",
        description="What is not named stays.",
        request=bodies.ENROLMENT,
        examples=[examples.sent("It was accepted", examples.ENROLLED)],
        responses={200: ONE, 422: WRONG},
    )
    def patch(self, request: Request, slug: str, pk: int) -> Response:
        return self.kept(self.found(pk), fields_of(request))

    @operation(summary="Take an enrolment away", request=None, responses={204: None})
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        self.found(pk).delete()
        return Response(status=204)


class TalksView(EnrolmentsApi):
    """Talks with people of the platform."""

    writes = Action.DO_TASKS

    @operation(
        summary="Talks with people of the platform, newest first",
        parameters=PAGING,
        responses=pages(TALK),
    )
    def get(self, request: Request, slug: str) -> Response:
        return self.page(request, enrolling.talks(self.store), talk_json)

    @operation(
        summary="Note a talk",
        request=bodies.TALK,
        examples=[examples.sent("What the platform's person said", examples.TALK)],
        responses={201: TALK, 422: WRONG},
    )
    def post(self, request: Request, slug: str) -> Response:
        told = fields_of(request)
        campaign = self.campaign(told.get("campaign"))
        day, who, said = (str(told.get(name) or "") for name in ("day", "who", "said"))
        try:
            made = enrolling.add_talk(
                self.store, day, who, said, str(campaign.pk) if campaign else "", by=self.member.user
            )
        except ValidationError as problem:
            raise refused(problem) from None
        return Response(talk_json(made), status=201)
