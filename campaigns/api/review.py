"""What came of a campaign, over REST: its figures and the manager's words."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from campaigns import reviewing, states
from campaigns.api import bodies, examples
from campaigns.api.running import STATE, CampaignView, number
from campaigns.models import Campaign
from campaigns.uplift import Effect
from kpis import queries
from opsplan import shapes
from staff.access import token_of
from staff.api.base import fields_of
from staff.api.bodies import operation
from staff.roles import Action

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
        "first": shapes.day("Of the orders it was rehearsed on."),
        "last": shapes.day(),
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
        "first": shapes.day(),
        "last": shapes.day(),
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


class ReviewView(CampaignView):
    """What came of a campaign."""

    writes, tells_all = Action.SET_TARGETS, True

    @operation(summary="What a campaign brought", responses=REVIEW)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        campaign = self.campaign(pk)
        return Response(review_told(campaign, queries.review_facts(campaign)))

    @operation(
        summary="Write how a campaign went",
        description="One that has ended or was stopped is reviewed from then on; the words may be written anew.",
        request=bodies.CAMPAIGN_WORDS,
        examples=[examples.sent("How it went, and what is learnt of it", examples.WORDS)],
        responses={200: REVIEW},
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        campaign, fields = self.campaign(pk), fields_of(request)
        words, lesson = (str(fields.get(name) or "") for name in ("words", "lesson"))
        states.review(campaign, token_of(request).user, words, lesson)
        return Response(review_told(campaign, queries.review_facts(campaign)))


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
        "first": facts.span.first.isoformat(),
        "last": facts.span.last.isoformat(),
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
        "first": found.last.first.isoformat(),
        "last": found.last.last.isoformat(),
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
