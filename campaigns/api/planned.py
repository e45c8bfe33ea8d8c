"""The campaigns of a store over REST: which there are, what each plans, new ones and changes. What they bring:
`running`."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns import cloning, queries, services
from campaigns.api import bodies, examples
from campaigns.api.deals import refused
from campaigns.api.making import CampaignWrites, phases_told
from campaigns.api.running import STATE, number
from campaigns.api.typed import products_of, refused_form
from campaigns.forms import DeleteForm
from campaigns.models import Campaign, CampaignOffer, Phase, PriceException
from kpis.queries import figures_changed
from opsplan import shapes
from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.paging import PAGING, Paging, pages
from staff.api.base import Unprocessable, fields_of
from staff.api.bodies import operation

WRONG = OpenApiResponse(description="A field has a value we cannot use; nothing was stored.")
PARAMETERS = [
    OpenApiParameter("when", str, enum=queries.STATES, description="By today: running, still to come, or past."),
    OpenApiParameter("year", int, description="Those with a day in this year."),
    OpenApiParameter("q", str, description="Part of a name."),
    *PAGING,
]
HEAD = {
    "id": shapes.whole("For campaign= elsewhere."),
    "name": shapes.text(),
    "type": shapes.one_of(Campaign.Kind.values),
    "state": STATE,
    "first": shapes.day(),
    "last": shapes.day(),
    "decide_by": shapes.day("The last one to decide on its stock."),
    "event": shapes.or_null(shapes.text("Key of a platform event of the calendar.")),
    "price_rules": shapes.or_null(shapes.text("Key of the event whose price rules hold.")),
}
ROW = shapes.thing(
    "CampaignRow",
    HEAD
    | {
        "products": shapes.whole("How many take part; 0: the whole store."),
        "blocked": shapes.whole("How many prices are below what is allowed."),
        "when": shapes.one_of(queries.STATES, "By today."),
    },
)
FINDING = shapes.thing(
    "CampaignPriceFinding",
    {
        "text": shapes.text("A sentence."),
        "severity": shapes.text("How grave it is."),
        "rule": shapes.text("Key of the broken rule."),
    },
)
PRODUCT = shapes.thing(
    "CampaignProduct",
    {
        "code": shapes.text("The merchant code."),
        "list": shapes.or_null(shapes.yuan("The list price.")),
        "price": shapes.or_null(shapes.yuan("The campaign's price.")),
        "deepest": shapes.or_null(shapes.yuan("The lowest a piece can be bought for, all offers together.")),
        "of_list": shapes.or_null(shapes.number("That as a fraction of the list price.")),
        "lowest_allowed": shapes.or_null(shapes.yuan()),
        "verdict": shapes.one_of(
            ("blocked", "look", "passed", "no_list"), "no_list: what hangs on the list price could not be checked."
        ),
        "findings": shapes.many(FINDING),
        "ways": shapes.many(
            shapes.thing("CampaignWayOut", {"key": shapes.text("To be taken with `ways-out`."), "text": shapes.text()}),
            "What the guard proposes where it is blocked.",
        ),
        "units": shapes.or_null(shapes.whole("Pieces set aside.")),
        "limit": shapes.or_null(shapes.whole("Pieces a buyer may have.")),
    },
)
EXCEPTION = shapes.thing(
    "CampaignException",
    {
        "product": shapes.text("The merchant code."),
        "deepest": shapes.yuan("The price that was asked for."),
        "reason": shapes.text(),
        "state": shapes.one_of(PriceException.State.values),
        "asked_by": shapes.or_null(shapes.text("User name.")),
        "asked_at": shapes.instant(),
        "decided_by": shapes.or_null(shapes.text("User name.")),
    },
)
ONE = shapes.thing(
    "Campaign",
    HEAD
    | {
        "theme": shapes.text(),
        "terms": shapes.text("Conditions shown to buyers."),
        "prize": shapes.or_null(shapes.yuan("The dearest one of a lottery.")),
        "whole_store": shapes.yes("No products were chosen: all of the store take part."),
        "approval": shapes.or_null(shapes.whole("The id of its last approval, to be decided at `approvals`.")),
        "phases": shapes.many(
            shapes.thing(
                "CampaignPhase",
                {
                    "phase": shapes.one_of(Phase.Kind.values),
                    "start": shapes.instant(),
                    "end": shapes.instant(),
                    "share": shapes.or_null(shapes.number("Of the goal, a fraction; null: as usual in the store.")),
                },
            )
        ),
        "offers": shapes.many(
            shapes.thing(
                "CampaignOffer",
                {
                    "id": shapes.or_null(shapes.whole("Null: the prices of its products.")),
                    "kind": shapes.one_of(CampaignOffer.Kind.values),
                    "name": shapes.text(),
                    "text": shapes.text("What it gives, in words."),
                },
            )
        ),
        "troubles": shapes.many(shapes.text(), "What speaks against it, in words."),
        "exceptions": shapes.many(EXCEPTION, "Prices below what is allowed that were asked for, the latest first."),
        "products": shapes.many(PRODUCT),
    },
)


class CampaignsView(CampaignWrites):
    """The campaigns of a store."""

    @operation(summary="Campaigns", parameters=PARAMETERS, responses=pages(ROW, "The latest first."))
    def get(self, request: Request, slug: str) -> Response:
        asked, today = request.query_params, clock.today(self.store.timezone)
        when, year = self.one_of(request, "when", queries.STATES), asked.get("year", "")
        if year and not (year.isdecimal() and len(year) == 4):
            raise Unprocessable("year", _("Give a year as YYYY."))
        found = queries.campaign_list(
            self.store, today, search=asked.get("q", "").strip(), state=when, year=int(year) if year else None
        )
        found = found.annotate(blocked=Count("guarded", distinct=True, filter=Q(guarded__is_blocked=True)))
        paging = Paging()
        rows = paging.paginate_queryset(found, request, view=self) or []
        more = ("product_cnt", "products"), ("blocked", "blocked"), ("when", "when")
        told = [head(row) | {name: getattr(row, column) for column, name in more} for row in rows]
        return paging.get_paginated_response(told)

    @operation(
        summary="Make a campaign",
        description="A draft. The same again makes no second one: it is answered with 200.",
        request=bodies.CAMPAIGN,
        examples=[examples.sent("双12 with two products at prices of their own", examples.CAMPAIGN)],
        responses={201: ONE, 200: ONE, 422: WRONG},
    )
    def post(self, request: Request, slug: str) -> Response:
        fields = fields_of(request)
        if there := self.same(fields):
            return Response(campaign_told(there))
        made = self.keep(Campaign(store=self.store), fields, self.by(request))
        return Response(campaign_told(made), status=201)


class OneCampaignView(CampaignWrites):
    """A campaign and what it plans."""

    @operation(summary="A campaign: days, phases, prices with the guard's verdict, offers", responses=ONE)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(campaign_told(self.campaign(pk)))

    @operation(
        summary="Change a campaign",
        description="What is not named stays. On another first day its phases, the times of its offers and its open "
        "tasks move along. One that was checked or approved is a draft again; of one that is approved or runs nothing "
        "may go below what is allowed.",
        request=bodies.CAMPAIGN_CHANGE,
        examples=[examples.sent("A day longer", examples.LONGER)],
        responses={200: ONE, 422: WRONG},
    )
    def patch(self, request: Request, slug: str, pk: int) -> Response:
        kept = self.keep(self.campaign(pk), fields_of(request), self.by(request))
        return Response(campaign_told(kept))

    @operation(
        summary="Take a campaign away, with its tasks",
        parameters=[OpenApiParameter("name", str, required=True, description="Its name, so that it is this one.")],
        request=None,
        responses={204: None, 422: WRONG},
    )
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        campaign = self.campaign(pk)
        form = DeleteForm(request.query_params, campaign=campaign)
        if not form.is_valid():
            raise refused_form(form, {})
        with transaction.atomic():
            touched = services.delete_campaign(campaign)
            figures_changed(self.store, touched.first, touched.last)
        return Response(status=204)


class CampaignPricesView(CampaignWrites):
    """The prices of the products of a campaign."""

    @operation(
        summary="Set prices, pieces and limits of products in a campaign, all or none: {lines: [{code, …}]}",
        description="Products that are not named, and what a line does not name, stay.",
        request=bodies.CAMPAIGN_PRICES,
        examples=[examples.sent("Another price for one product", examples.CAMPAIGN_PRICE)],
        responses={200: ONE, 422: WRONG},
    )
    def patch(self, request: Request, slug: str, pk: int) -> Response:
        campaign = self.campaign(pk)
        rows = products_of(self.store, fields_of(request).get("lines"), "lines")
        there = set(campaign.items.values_list("product_id", flat=True))
        for i, (product, _row) in enumerate(rows):
            if product.pk not in there:
                said = _("Products that do not take part: %s.") % product.code
                raise Unprocessable(f"lines[{i}].code", said)
        try:
            self.keep_items(campaign, rows, "lines", self.by(request))
        except ValidationError as problem:
            raise refused(problem, "lines") from None
        return Response(campaign_told(campaign))


class CampaignPhasesView(CampaignWrites):
    """The phases of a campaign."""

    @operation(
        summary="Set the phases of a campaign",
        request=bodies.CAMPAIGN_PHASES,
        examples=[examples.sent("A build-up before the peak", examples.PHASES)],
        responses={200: ONE, 422: WRONG},
    )
    def put(self, request: Request, slug: str, pk: int) -> Response:
        campaign, rows = self.campaign(pk), fields_of(request).get("phases")
        if rows is None:
            raise Unprocessable("phases", _("Give a list of objects."))
        self.set_phases(campaign, rows, self.by(request))
        return Response(campaign_told(campaign))


class CampaignStepView(CampaignWrites):
    """The life of a campaign."""

    @operation(
        summary="Take a step of a campaign's life",
        description="check: a draft is looked at by the guard; ask: a checked one is sent to be approved, at "
        "`approvals`; withdraw: it is a draft again; stop: an approved or running one ends now. A step that was taken "
        "already is answered as if it were taken now.",
        request=bodies.CAMPAIGN_STEP,
        examples=[examples.sent("Let the guard check it", examples.CHECK)],
        responses={200: ONE, 422: WRONG},
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        campaign, fields = self.campaign(pk), fields_of(request)
        self.step(campaign, str(fields.get("do") or ""), str(fields.get("reason") or ""), self.by(request))
        return Response(campaign_told(self.campaign(pk)))


class CampaignCopyView(CampaignWrites):
    """Next year's campaign like this one."""

    @operation(
        summary="Copy a campaign to next year's days",
        description="A draft with everything but what came of it, as far from its event as this one, else 52 weeks on. "
        "One that was copied already is answered with 200.",
        request=None,
        responses={201: ONE, 200: ONE, 422: WRONG},
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        campaign = self.campaign(pk)
        if there := campaign.copies.filter(store=self.store, first_day=cloning.aligned(campaign)).first():
            return Response(campaign_told(there))
        try:
            made = cloning.clone(campaign)
        except ValidationError as problem:
            raise refused(problem, "name") from None
        return Response(campaign_told(made), status=201)


def campaign_told(campaign: Campaign) -> dict[str, Any]:
    """A campaign with all it plans."""
    page = queries.plan_page(campaign)
    return head(campaign) | {
        "theme": campaign.theme,
        "terms": campaign.terms_shown,
        "prize": amount(campaign.prize_fen),
        "whole_store": not campaign.products.exists(),
        "approval": page["asked"].pk if page["asked"] else None,
        "phases": phases_told(campaign),
        "offers": [
            {"id": one["pk"], "kind": one["offer"].kind, "name": one["offer"].name, "text": one["said"]}
            for one in page["offers"]
        ],
        "troubles": [text for text, _field in page["troubles"]],
        "exceptions": [exception_told(x) for x in page["exceptions"]],
        "products": [product_told(row) for row in page["rows"]],
    }


def head(campaign: Campaign) -> dict[str, Any]:
    return {
        "id": campaign.pk,
        "name": campaign.name,
        "type": campaign.kind,
        "state": campaign.state,
        "first": campaign.first_day,
        "last": campaign.last_day,
        "decide_by": campaign.decide_by,
        "event": campaign.event or None,
        "price_rules": campaign.price_event or None,
    }


def amount(fen: int | None) -> str | None:
    return None if fen is None else str(yuan(fen))


def product_told(row: dict[str, Any]) -> dict[str, Any]:
    item, guarded, findings = row["item"], row["guarded"], row.get("findings", [])
    return {
        "code": row["product"].code,
        "list": amount(guarded.list_fen if guarded else None),
        "price": amount(item.price_fen if item else None),
        "deepest": amount(guarded.deep_fen if guarded else None),
        "of_list": number(row.get("share"), 6),
        "lowest_allowed": amount(guarded.low_fen if guarded else None),
        "verdict": row["verdict"],
        "findings": findings,
        "ways": [
            {"key": way_key(way), "text": said}
            for way, (_number, said) in zip(guarded.ways_out if guarded else (), row.get("ways", ()), strict=True)
        ],
        "units": item.quantity if item else None,
        "limit": item.limit if item else None,
    }


def way_key(way: Mapping[str, Any]) -> str:
    """What a way out does, so that it is this one that is taken."""
    more = way["other"] or (f"{yuan(way['price_fen'])}" if way.get("price_fen") is not None else "")
    return ":".join(x for x in (way["kind"], way["offer"], more) if x)


def exception_told(x: PriceException) -> dict[str, Any]:
    return {
        "product": x.product.code,
        "deepest": amount(x.deep_fen),
        "reason": x.reason,
        "state": x.state,
        "asked_by": x.asked_by.username if x.asked_by else None,
        "asked_at": x.asked_at,
        "decided_by": x.decided_by.username if x.decided_by else None,
    }
