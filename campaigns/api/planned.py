"""The campaigns of a store over REST: which there are, and what each plans. What they bring: `running`."""

from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns import queries
from campaigns.api.running import STATE, CampaignView, moment, number
from campaigns.models import Campaign, CampaignOffer, Phase
from opsplan import shapes
from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.paging import PAGING, Paging, pages
from staff.api.base import StoreView, Unprocessable
from staff.api.bodies import operation
from staff.roles import Action

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
        "units": shapes.or_null(shapes.whole("Pieces set aside.")),
        "limit": shapes.or_null(shapes.whole("Pieces a buyer may have.")),
    },
)
ONE = shapes.thing(
    "Campaign",
    HEAD
    | {
        "theme": shapes.text(),
        "terms": shapes.text("Conditions shown to buyers."),
        "phases": shapes.many(
            shapes.thing(
                "CampaignPhase",
                {"phase": shapes.one_of(Phase.Kind.values), "start": moment(), "end": moment()},
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
        "products": shapes.many(PRODUCT),
    },
)


class CampaignsView(StoreView):
    """The campaigns of a store."""

    action = Action.VIEW_PRODUCTS

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


class OneCampaignView(CampaignView):
    """A campaign and what it plans."""

    @operation(summary="A campaign: days, phases, prices with the guard's verdict, offers", responses=ONE)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        campaign = self.campaign(pk)
        page, zone = queries.plan_page(campaign), ZoneInfo(campaign.store.timezone)
        phases = [part["phase"] for part in page["phases"]]
        return Response(
            head(campaign)
            | {
                "theme": campaign.theme,
                "terms": campaign.terms_shown,
                "phases": [
                    {
                        "phase": phase.kind,
                        "start": phase.starts_at.astimezone(zone).isoformat(),
                        "end": phase.ends_at.astimezone(zone).isoformat(),
                    }
                    for phase in phases
                ],
                "offers": [
                    {"id": one["pk"], "kind": one["offer"].kind, "name": one["offer"].name, "text": one["said"]}
                    for one in page["offers"]
                ],
                "troubles": [text for text, _field in page["troubles"]],
                "products": [product_told(row) for row in page["rows"]],
            }
        )


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
        "units": item.quantity if item else None,
        "limit": item.limit if item else None,
    }
