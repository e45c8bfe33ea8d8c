"""A campaign while it runs, over REST: the figures of its live page."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, get_args

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns import alarms, live, phasing, rhythm
from campaigns.models import Campaign, CampaignAlarm, Phase
from kpis import queries
from opsplan import shapes
from products.models import Product
from staff.api.base import StoreView
from staff.api.bodies import operation
from staff.roles import Action

STATE = shapes.one_of(Campaign.State.values)


LIVE = shapes.thing(
    "CampaignLive",
    {
        "campaign": shapes.whole("Its id."),
        "state": STATE,
        "start": shapes.instant(),
        "end": shapes.instant(),
        "known": shapes.or_null(shapes.instant("Orders have come in until then.")),
        "total": shapes.or_null(shapes.yuan("What it is to bring.")),
        "total_from": shapes.or_null(
            shapes.one_of([x for x in get_args(live.Goal) if x], "From where that is known; null: it is not.")
        ),
        "shape_from": shapes.one_of(get_args(live.Shape), "What says how it spreads over the hours."),
        "phases": shapes.many(
            shapes.thing(
                "CampaignPhaseLive",
                {
                    "phase": shapes.one_of(Phase.Kind.values),
                    "start": shapes.instant(),
                    "end": shapes.instant(),
                    "share": shapes.or_null(
                        shapes.number("Its part of the goal, a fraction; null where the plan goes by earlier sales.")
                    ),
                    "expected": shapes.or_null(shapes.yuan("Of the plan.")),
                    "amount": shapes.or_null(shapes.yuan("Sales so far; null where nothing of it is known.")),
                },
            )
        ),
        "amount": shapes.or_null(shapes.yuan("Sales until `known`; null, like the next three, while nothing is.")),
        "orders": shapes.or_null(shapes.whole()),
        "units": shapes.or_null(shapes.whole()),
        "expected": shapes.or_null(shapes.yuan("What the plan expects by `known`.")),
        "projection": shapes.or_null(shapes.yuan("Where it leads; null as long as that cannot be said.")),
        "hours": shapes.many(
            shapes.thing(
                "CampaignHour",
                {
                    "at": shapes.instant("When it begins."),
                    "amount": shapes.or_null(shapes.yuan("Sales; null where nothing has come in yet.")),
                    "expected": shapes.or_null(shapes.yuan("Of the plan.")),
                    "orders": shapes.whole(),
                    "units": shapes.whole(),
                },
            )
        ),
        "products": shapes.many(
            shapes.thing(
                "CampaignProductLive",
                {
                    "code": shapes.text("The merchant code."),
                    "title": shapes.text(),
                    "sold": shapes.whole("Pieces since the start."),
                    "amount": shapes.yuan("Sales."),
                    "units": shapes.or_null(shapes.whole("Pieces set aside for it.")),
                    "free": shapes.or_null(shapes.whole("Pieces free in stock; null where none is kept.")),
                    "left": shapes.or_null(shapes.whole("Pieces that may still be sold.")),
                },
            )
        ),
        "complaints": shapes.thing(
            "CampaignComplaints",
            {
                "refunds": shapes.whole("Asked for since the start on its orders."),
                "rate": shapes.or_null(shapes.number("A fraction of its orders.")),
                "usual": shapes.or_null(shapes.number("The fraction of the four weeks before.")),
                "disputes": shapes.whole(),
                "bad_reviews": shapes.whole(),
            },
        ),
        "alarms": shapes.many(
            shapes.thing(
                "CampaignAlarm",
                {
                    "kind": shapes.one_of(CampaignAlarm.Kind.values),
                    "product": shapes.or_null(shapes.text("The merchant code of the one it is about.")),
                    "text": shapes.text("A sentence."),
                    "seen": shapes.yes("Somebody has marked it as seen."),
                },
            )
        ),
    },
)


class CampaignView(StoreView):
    """Something about one campaign of a store."""

    action = Action.VIEW_PRODUCTS

    def campaign(self, pk: int) -> Campaign:
        return get_object_or_404(Campaign.objects.select_related("store", "copied_from"), store=self.store, pk=pk)


class LiveView(CampaignView):
    """A running campaign against its plan."""

    tells_all = True

    @operation(summary="A campaign hour by hour", responses=LIVE)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        campaign = self.campaign(pk)
        now = live.read(queries.live_facts(campaign), alarms.triggers_of(campaign))
        return Response(live_told(campaign, now))


def number(value: Decimal | None, places: int = 2) -> str | None:
    return None if value is None else f"{value:.{places}f}"


def codes_of(campaign: Campaign, products: Iterable[int]) -> dict[int, str]:
    """The merchant codes of products by their ids."""
    return dict(Product.objects.filter(store=campaign.store_id, pk__in=products).values_list("pk", "code"))


def alarms_told(campaign: Campaign, now: live.Live) -> list[dict[str, Any]]:
    rows = {(row.kind, row.about): row for row in campaign.alarms.all()}
    found, told_of = [], list(alarms.found(campaign, now))
    codes = codes_of(campaign, [alarm.about for alarm in told_of])
    for alarm in told_of:
        row = rows.get((alarm.kind, alarm.about)) or CampaignAlarm(
            campaign=campaign, kind=alarm.kind, about=alarm.about
        )
        row.numbers = alarm.numbers
        told = {"kind": alarm.kind, "product": codes.get(alarm.about), "text": alarms.sentence(row)}
        found.append(told | {"seen": row.seen_at is not None})
    return found


def live_told(campaign: Campaign, now: live.Live) -> dict[str, Any]:
    facts = now.facts
    codes = codes_of(campaign, [row.product for row in facts.products])
    return {
        "campaign": campaign.pk,
        "state": campaign.state,
        "start": facts.start,
        "end": facts.end,
        "known": facts.known,
        "total": number(facts.total),
        "total_from": facts.total_from or None,
        "shape_from": facts.shape_from,
        "phases": phases_told(campaign, now),
        "amount": number(now.amount) if facts.known else None,
        "orders": now.orders if facts.known else None,
        "units": now.units if facts.known else None,
        "expected": number(now.expected) if facts.known else None,
        "projection": number(now.projection),
        "hours": [hour_told(hour) for hour in now.hours],
        "products": [product_told(row, codes[row.product]) for row in facts.products],
        "complaints": {
            "refunds": facts.complaints.refunds,
            "rate": number(facts.complaints.rate, 6),
            "usual": number(facts.complaints.usual, 6),
            "disputes": facts.complaints.disputes,
            "bad_reviews": facts.complaints.bad,
        },
        "alarms": alarms_told(campaign, now),
    }


def phases_told(campaign: Campaign, now: live.Live) -> list[dict[str, Any]]:
    has_shares = now.facts.shape_from in ("phases", "usual")
    return [
        {
            "phase": part.span.kind,
            "start": part.span.start,
            "end": part.span.end,
            "share": number(part.span.share / 100, 4) if has_shares else None,
            "expected": number(part.expected),
            "amount": number(part.sold),
        }
        for part in rhythm.parts(now, phasing.spans_of(campaign))
    ]


def hour_told(hour: live.Hour) -> dict[str, Any]:
    return {
        "at": hour.at,
        "amount": number(hour.amount),
        "expected": number(hour.expected),
        "orders": hour.orders,
        "units": hour.units,
    }


def product_told(row: live.Stock, code: str) -> dict[str, Any]:
    return {
        "code": code,
        "title": row.title,
        "sold": row.sold,
        "amount": number(row.amount),
        "units": row.quantity,
        "free": row.free,
        "left": row.left,
    }
