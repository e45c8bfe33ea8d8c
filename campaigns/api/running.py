"""A campaign while it runs and after it, over REST: the figures of its live page and of its review."""

import datetime as dt
from decimal import Decimal
from typing import Any, get_args
from zoneinfo import ZoneInfo

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns import alarms, live, phasing, reviewing, rhythm
from campaigns.models import Campaign, CampaignAlarm, Phase
from campaigns.uplift import Effect
from kpis import queries
from opsplan import shapes
from staff.api.base import StoreView
from staff.api.bodies import operation
from staff.roles import Action

STATE = shapes.one_of(Campaign.State.values)


def moment(about: str = "") -> shapes.Shape:
    return shapes.text(f"{about} ISO 8601 with the store's offset.".strip()) | {"format": "date-time"}


LIVE = shapes.thing(
    "CampaignLive",
    {
        "campaign": shapes.whole("Its id."),
        "state": STATE,
        "start": moment(),
        "end": moment(),
        "known": shapes.or_null(moment("Orders have come in until then.")),
        "total": shapes.or_null(shapes.yuan("What it is to bring.")),
        "total_from": shapes.one_of(get_args(live.Goal), "From where that is known; empty: it is not."),
        "shape_from": shapes.one_of(get_args(live.Shape), "What says how it spreads over the hours."),
        "phases": shapes.many(
            shapes.thing(
                "CampaignPhaseLive",
                {
                    "phase": shapes.one_of(Phase.Kind.values),
                    "start": moment(),
                    "end": moment(),
                    "share": shapes.or_null(
                        shapes.number("Percent of the goal; null where the plan goes by earlier sales.")
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
                    "at": moment("When it begins."),
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
                    "product": shapes.whole("Its id."),
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
                    "product": shapes.or_null(shapes.whole("The id of the one it is about.")),
                    "text": shapes.text("A sentence."),
                    "seen": shapes.yes("Somebody has marked it as seen."),
                },
            )
        ),
    },
)
EFFECT = shapes.thing(
    "CampaignEffect",
    {
        "actual": shapes.yuan("Sales of these days."),
        "expected": shapes.yuan("What they would have brought without it."),
        "more": shapes.yuan("The difference."),
        "low": shapes.yuan("The lower end of its 95 % interval."),
        "high": shapes.yuan("The upper end."),
        "rate": shapes.or_null(shapes.number("The difference as a fraction of what was expected.")),
        "days": shapes.many(shapes.day(), "Those that could be compared."),
        "base_days": shapes.whole("Days the expectation stands on."),
        "trend_a_week": shapes.number("By which fraction they grew a week."),
        "pull": shapes.or_null(shapes.number("How far it follows the control; null: there is none.")),
        "is_certain": shapes.yes("The interval leaves out zero."),
    },
)
REHEARSED = shapes.thing(
    "CampaignRehearsed",
    {
        "from": shapes.day("Of the orders it was rehearsed on."),
        "to": shapes.day(),
        "days": shapes.thing(
            "CampaignRehearsedDays",
            {"said": shapes.whole(), "came": shapes.whole("Those whose orders are known in full.")},
        ),
        "figures": shapes.by_key(
            shapes.thing(
                "CampaignRehearsedFigure",
                {
                    "said": shapes.or_null(shapes.number()),
                    "came": shapes.or_null(shapes.number()),
                    "change": shapes.or_null(
                        shapes.number(
                            "A fraction of what was said, of one day for orders, paid and borne; of borne_share the "
                            "difference."
                        )
                    ),
                },
            ),
            "orders (a count), paid, borne (discounts the shop bears), paid_each (yuan), borne_share (a fraction).",
        ),
    },
)
REVIEW = shapes.thing(
    "CampaignReview",
    {
        "campaign": shapes.whole("Its id."),
        "state": STATE,
        "from": shapes.day(),
        "to": shapes.day(),
        "uplift": shapes.or_null(EFFECT, "What it brought; null, like the next three: it cannot be said."),
        "without_control": shapes.or_null(EFFECT, "The same, without looking at what other products did."),
        "like_products": shapes.or_null(EFFECT, "Other products of its categories."),
        "days_after": shapes.or_null(EFFECT, "Sales of the days after it."),
        "net": shapes.or_null(shapes.yuan("The uplift less what it took from like products and from the days after.")),
        "paid": shapes.yuan("What its orders paid."),
        "refunds": shapes.many(
            shapes.thing(
                "CampaignRefundAge",
                {
                    "from": shapes.whole("Days since payment."),
                    "to": shapes.or_null(shapes.whole("Days since payment, included; null: without an end.")),
                    "cases": shapes.or_null(shapes.whole("Null: no order is so old yet.")),
                    "amount": shapes.or_null(shapes.yuan("Null: no order is so old yet.")),
                    "is_over": shapes.yes("All its orders are as old as that: it grows no more."),
                },
            )
        ),
        "buyers": shapes.many(
            shapes.thing(
                "CampaignBuyers",
                {
                    "class": shapes.or_null(shapes.text("The one they were in on the evening before; null: new.")),
                    "people": shapes.whole(),
                    "orders": shapes.whole(),
                    "paid": shapes.yuan(),
                },
            )
        ),
        "words": shapes.text("What people wrote of it."),
        "lesson": shapes.text("What they learnt."),
        "rehearsal": shapes.or_null(REHEARSED, "The last one beside what came; null: it was never rehearsed."),
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


class ReviewView(CampaignView):
    """What came of a campaign."""

    tells_all = True

    @operation(summary="What a campaign brought", responses=REVIEW)
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
