"""A campaign while it runs and after it, over REST: the figures of its live page and of its review."""

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns import alarms, live, phasing, reviewing, rhythm
from campaigns.models import Campaign, CampaignAlarm
from campaigns.uplift import Effect
from kpis import queries
from staff.api.base import StoreView
from staff.api.bodies import operation
from staff.roles import Action

LIVE = OpenApiResponse(
    OpenApiTypes.OBJECT,
    description="start, end, known (orders have come in until then); total (yuan) and from where it is known (goal, "
    "plan, past); amount, orders, units, expected by `known` (null while nothing is), "
    "projection; hours [{at, amount, expected, orders, "
    "units}], amount null where nothing has come in; phases with share (percent of the goal, null where the plan "
    "goes by an earlier campaign); products with pieces sold, set aside and free; complaints; "
    "alarms [{kind, product, text, seen}]. Money in yuan, as strings.",
)
REVIEW = OpenApiResponse(
    OpenApiTypes.OBJECT,
    description="uplift, without_control, like_products, days_after: each null or {actual, expected, more, low, high "
    "(95 % interval of the difference), rate, days, base_days, trend_a_week, pull, is_certain}; net; refunds "
    "[{from, to, cases, amount, is_over}] by days since payment (cases, amount null: no order is so old yet); paid; "
    "buyers [{class, people, orders, paid}] by the class they were in on the evening before (null: new); words, "
    "lesson; rehearsal: null or the last one, on orders "
    "of {from, to}: days {said, came} (came: those whose orders are known in full), figures {orders, paid, borne "
    "(discounts the shop bears), paid_each, borne_share}, each {said, came, change}; change is a fraction of what was "
    "said, of one day for orders, paid and borne; of borne_share the difference. Money in yuan, as strings.",
)


class CampaignView(StoreView):
    """Something about one campaign of a store."""

    action = Action.VIEW_PRODUCTS

    def campaign(self, pk: int) -> Campaign:
        return get_object_or_404(Campaign.objects.select_related("store", "copied_from"), store=self.store, pk=pk)


class LiveView(CampaignView):
    """A running campaign against its plan."""

    tells_all = True

    @operation(summary="A campaign hour by hour", responses={200: LIVE})
    def get(self, request: Request, slug: str, pk: int) -> Response:
        campaign = self.campaign(pk)
        now = live.read(queries.live_facts(campaign), alarms.triggers_of(campaign))
        return Response(live_told(campaign, now))


class ReviewView(CampaignView):
    """What came of a campaign."""

    tells_all = True

    @operation(summary="What a campaign brought", responses={200: REVIEW})
    def get(self, request: Request, slug: str, pk: int) -> Response:
        campaign = self.campaign(pk)
        return Response(review_told(campaign, queries.review_facts(campaign)))


def number(value: Decimal | None, places: int = 2) -> str | None:
    return None if value is None else f"{value:.{places}f}"


def local(moment: dt.datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat()


def alarms_told(campaign: Campaign, now: live.Live) -> list[dict[str, Any]]:
    rows = {(row.kind, row.about): row for row in campaign.alarms.all()}
    found = []
    for alarm in alarms.found(campaign, now):
        row = rows.get((alarm.kind, alarm.about)) or CampaignAlarm(
            campaign=campaign, kind=alarm.kind, about=alarm.about
        )
        row.numbers = alarm.numbers
        told = {"kind": alarm.kind, "product": alarm.about or None, "text": alarms.sentence(row)}
        found.append(told | {"seen": row.seen_at is not None})
    return found


def live_told(campaign: Campaign, now: live.Live) -> dict[str, Any]:
    facts, zone = now.facts, ZoneInfo(campaign.store.timezone)
    return {
        "campaign": campaign.pk,
        "state": campaign.state,
        "start": local(facts.start, zone),
        "end": local(facts.end, zone),
        "known": facts.known and local(facts.known, zone),
        "total": number(facts.total),
        "total_from": facts.total_from,
        "shape_from": facts.shape_from,
        "phases": phases_told(campaign, now, zone),
        "amount": number(now.amount) if facts.known else None,
        "orders": now.orders if facts.known else None,
        "units": now.units if facts.known else None,
        "expected": number(now.expected) if facts.known else None,
        "projection": number(now.projection),
        "hours": [hour_told(hour, zone) for hour in now.hours],
        "products": [product_told(row) for row in facts.products],
        "complaints": {
            "refunds": facts.complaints.refunds,
            "rate": number(facts.complaints.rate, 6),
            "usual": number(facts.complaints.usual, 6),
            "disputes": facts.complaints.disputes,
            "bad_reviews": facts.complaints.bad,
        },
        "alarms": alarms_told(campaign, now),
    }


def phases_told(campaign: Campaign, now: live.Live, zone: ZoneInfo) -> list[dict[str, Any]]:
    has_shares = now.facts.shape_from in ("phases", "usual")
    return [
        {
            "phase": part.span.kind,
            "start": local(part.span.start, zone),
            "end": local(part.span.end, zone),
            "share": number(part.span.share) if has_shares else None,
            "expected": number(part.expected),
            "amount": number(part.sold),
        }
        for part in rhythm.parts(now, phasing.spans_of(campaign))
    ]


def hour_told(hour: live.Hour, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "at": local(hour.at, zone),
        "amount": number(hour.amount),
        "expected": number(hour.expected),
        "orders": hour.orders,
        "units": hour.units,
    }


def product_told(row: live.Stock) -> dict[str, Any]:
    return {
        "product": row.product,
        "title": row.title,
        "sold": row.sold,
        "amount": number(row.amount),
        "units": row.quantity,
        "free": row.free,
        "left": row.left,
    }


def effect_told(effect: Effect | None) -> dict[str, Any] | None:
    if effect is None:
        return None
    return {
        "actual": number(effect.actual),
        "expected": number(effect.expected),
        "more": number(effect.more),
        "low": number(effect.low),
        "high": number(effect.high),
        "rate": number(effect.rate, 6),
        "days": [day.isoformat() for day in effect.days],
        "base_days": effect.base_days,
        "trend_a_week": number(effect.a_week, 6),
        "pull": number(effect.pull, 4),
        "is_certain": effect.is_certain,
    }


def review_told(campaign: Campaign, facts: reviewing.Facts) -> dict[str, Any]:
    came = reviewing.read(facts)
    words = getattr(campaign, "review", None)
    return {
        "campaign": campaign.pk,
        "state": campaign.state,
        "from": facts.span.first.isoformat(),
        "to": facts.span.last.isoformat(),
        "uplift": effect_told(came.uplift),
        "without_control": effect_told(came.plain),
        "like_products": effect_told(came.near),
        "days_after": effect_told(came.dip),
        "net": number(came.net),
        "paid": number(facts.paid),
        "refunds": [
            {
                "from": age.first,
                "to": age.last,
                "cases": age.cases,
                "amount": number(age.amount),
                "is_over": age.is_over,
            }
            for age in came.ages
        ],
        "buyers": [
            {
                "class": each.key,
                "people": each.people,
                "orders": each.orders,
                "paid": number(each.paid),
            }
            for each in queries.who_bought(campaign)
        ],
        "words": words.words if words else "",
        "lesson": words.lesson if words else "",
        "rehearsal": rehearsal_told(campaign),
    }


def rehearsal_told(campaign: Campaign) -> dict[str, Any] | None:
    """The last rehearsal beside what came."""
    found = queries.rehearsal_beside(campaign)
    if found is None:
        return None
    places = {"count": 0, "money": 2, "rate": 6}
    return {
        "from": found.last.first.isoformat(),
        "to": found.last.last.isoformat(),
        "days": {"said": found.said.days, "came": found.came.days},
        "figures": {
            line.key: {
                "said": number(line.said, places[line.unit]),
                "came": number(line.came, places[line.unit]),
                "change": number(line.change, 6),
            }
            for line in found.lines
        },
    }
