"""What is sent about campaigns, group deals, enrolments and the stock of campaigns: every field with its unit."""

from typing import Any

from campaigns.groupbuy.states import State
from campaigns.models import Campaign, CampaignOffer, Enrolment, Material, Phase, PlanB, StockDecision
from staff.api.bodies import body, day, instant, named, number, one_of, rows, text, texts, whole, yes
from stores.models import GroupSite, Platform

AT = "YYYY-MM-DDTHH:MM with its offset; without one it is the store's time."
WHY = "The reason; it stays in the history."
PIECE = {"freight": "freight", "return_freight": "freight of a return", "packaging": "packaging", "gift": "gift"}
COUNTS = {
    "units": whole("Pieces."),
    "refunded_before": whole("Pieces refunded before shipping, in all so far."),
    "refunded_after": whole("Pieces refunded after shipping, in all so far."),
    "redeemed": whole("Vouchers redeemed, in all so far."),
    "given_back": number("Yuan given back without a piece, in all so far."),
}
ORDER = {
    "key": text("The number of the order or voucher.", max_length=60),
    "sku": text("The code of the SKU."),
    "at": instant("When it was ordered: " + AT),
    "paid": number("Yuan paid in all; the deal's price unless told."),
    "buyer": text("Who bought, as the site names them.", max_length=100),
    **COUNTS,
}
DEAL = body(
    "DealPlan",
    {
        "name": text("What the deal is called.", required=True, max_length=100),
        "site": text("The name of the site.", required=True),
        "opens_at": instant(AT, required=True),
        "closes_at": instant(AT, required=True),
        "valid_until": instant("Of vouchers: " + AT),
        "minimum": whole("Buyers it needs."),
        "form_hours": whole("Hours a group has to form."),
        "grace_hours": whole("Hours it may take longer."),
        "limit": whole("Pieces a buyer may have, 1 or more; any number unless told."),
        "priority": whole("Of two deals that want the same stock the higher one has it."),
        "is_voucher": yes("Vouchers are sold; those of the site unless told."),
        "note": text("What there is to know.", max_length=1000),
        **{name: number(f"Yuan a piece: {said}.") for name, said in PIECE.items()},
        "lines": rows(
            "DealPlanLine",
            {
                "sku": text("The code of the SKU."),
                "price": number("Yuan a piece."),
                "quota": whole("Pieces to sell."),
                "rate": number("Commission of these goods, a fraction; that of the site unless told."),
                "tiers": rows(
                    "DealLineTier",
                    {"from": whole("Pieces sold."), "price": number("Yuan a piece.")},
                    "Lower prices from so many pieces on, the dearest first; all pay that of the tier reached.",
                ),
            },
            "The SKUs.",
        ),
    },
)
STEP = body(
    "DealStep",
    {
        "to": one_of([x.value for x in State], "The state to go to; `moves` of the deal tells which there are."),
        "reason": text("Why.", max_length=300),
        "is_first": yes("Approve it before planned deals of higher priority."),
    },
)
SALES = body(
    "DealSales",
    {
        "sales": rows("DealOrder", ORDER | {"redeemed_at": instant(AT)}, "The orders or vouchers."),
        "if_available": yes("Refuse all (409) where there is not enough stock."),
    },
)
CORRECTION = body("DealCorrection", ORDER | {"reason": text(WHY, max_length=300)})
GIVEN_BACK = body(
    "DealGivenBack",
    {
        "refunded_before": whole("Pieces more that were refunded before shipping."),
        "refunded_after": whole("Pieces more that were refunded after shipping."),
        "given_back": number("Yuan more, without a piece."),
        "reason": text(WHY, max_length=300),
    },
)
SETTLEMENT = body(
    "DealSettlement",
    {
        "site": number("Yuan the site says it pays."),
        "said": named("The site's own figures in yuan: sales, refund, commission, withheld, fees; sold in pieces."),
        "billed": named("What was billed beside it, in yuan."),
        "note": text("What there is to know.", max_length=2000),
        "sign": yes("Sign the sheet."),
        "instalment": body(
            "DealInstalment",
            {
                "number": whole("Which one, from 1."),
                "received": number("Yuan that came in."),
                "day": day("When."),
                "note": text("What there is to know.", max_length=200),
            },
            required=False,
            help_text="What came in.",
        ),
    },
)
SITE = body(
    "DealSite",
    {
        "name": text("What the site is called.", max_length=60),
        "platform": one_of(Platform.values, "Of which platform it is."),
        "weight": one_of(GroupSite.Weight.values, "How important it is."),
        "url": text("Its address.", max_length=300),
        "audience": text("Who buys there.", max_length=300),
        "rate": number("Commission, a fraction: 0.08 is 8 %."),
        "guarantee": number("Least commission of a deal in yuan."),
        "slot": number("Slot fee in yuan."),
        "instalments": rows(
            "DealSiteInstalment",
            {
                "share": number("Of what is paid, a fraction; together 1.", required=True),
                "days": whole("So many days after the end.", required=True),
            },
            "None: all at once.",
        ),
        "keep_warm_days": whole("Talk at least every so many days."),
        "is_voucher": yes("It sells vouchers."),
        "is_active": yes("It is in use."),
        "papers": texts("Names of the company's papers it asks for."),
        "note": text("What there is to know.", max_length=1000),
    },
)
OF_PRODUCT = {
    "code": text("The merchant code.", required=True),
    "price": number("The campaign's price of a piece, yuan; null: none of its own."),
    "units": whole("Pieces set aside; null: any number."),
    "limit": whole("Pieces a buyer may have; null: any number."),
}


def campaign(name: str, *, required: bool) -> Any:
    return body(
        name,
        {
            "name": text("What it is called.", required=required, max_length=100),
            "type": one_of(Campaign.Kind.values, "What kind of campaign it is; own unless told."),
            "first": day("The first one; the event's unless told."),
            "last": day("The last one, included; the event's unless told."),
            "event": text("Key of a platform event of the calendar: it gives days, and places a copy of next year."),
            "price_rules": text("Key of the event whose price rules hold; null: the usual ones."),
            "theme": text("What it is about.", max_length=1000),
            "terms": text("Conditions shown to buyers.", max_length=1000),
            "prize": number("The dearest prize of a lottery, yuan."),
            "products": rows(f"{name}Product", OF_PRODUCT, "All that take part; an empty list: the whole store."),
        },
    )


CAMPAIGN, CAMPAIGN_CHANGE = campaign("CampaignNew", required=True), campaign("CampaignChange", required=False)
CAMPAIGN_PRICES = body("CampaignPrices", {"lines": rows("CampaignPriceLine", OF_PRODUCT, "Products that take part.")})
CAMPAIGN_PHASES = body(
    "CampaignPhases",
    {
        "phases": rows(
            "CampaignPhaseSet",
            {
                "phase": one_of(Phase.Kind.values, "Which one.", required=True),
                "start": instant("With its offset, like 2026-12-10T00:00:00+08:00.", required=True),
                "end": instant("With its offset; not included.", required=True),
                "share": number("Its part of the goal, a fraction; as usual in the store unless told."),
            },
            "All of them: others go.",
        )
    },
)
OFFER_KINDS = CampaignOffer.Kind.values
YUAN, OFF_RATE = "Yuan.", "What is taken off, a fraction: 0.2 leaves 80 % to pay."
FROM = "From this amount (yuan), or this many pieces, on."


def offer(name: str, *, required: bool) -> Any:
    terms = {
        "prices": rows(
            f"{name}Price", {"code": text("The merchant code.", required=True), "price": number(YUAN)}, "Fixed prices."
        ),
        "off_rate": number(OFF_RATE),
        "off": number("Yuan off."),
        "steps": rows(
            f"{name}Step",
            {"from": number(FROM), "off": number("Yuan off."),
             "off_rate": number(f"Instead: {OFF_RATE}")},
            "Each with `off` or `off_rate`, from the lowest on.",
        ),
        "gifts": rows(
            f"{name}Gift",
            {"from": number(FROM), "item": text("The gift.", max_length=80),
             "cost": number("What one costs, yuan."), "units": whole("How many; 1 unless told.")},
            "From the lowest on.",
        ),
        "tiers": rows(f"{name}Tier", {"level": whole("Of VIP, from 1."), "off_rate": number(OFF_RATE)}, "Levels."),
        "by_units": yes("`from` counts pieces instead of money."),
        "repeating": yes("Again each time it is reached."),
        "cap": number("At most this much off, yuan."),
        "from": number("From this amount on, yuan."),
        "n": whole("Of every so many pieces, 2 or more."),
        "units": whole("Or from this many pieces on."),
        "item": text("What is added.", max_length=80),
        "price": number("What is paid for it, yuan."),
        "cost": number("What it costs, yuan."),
        "deposit": number("Paid at once for a piece, yuan."),
        "counts": number("What the deposit counts as, yuan."),
        "claim_from": instant("It can be claimed from then on: with its offset."),
        "claim_until": instant("Until then: with its offset."),
    }  # fmt: skip
    return body(
        name,
        {
            "kind": one_of(OFFER_KINDS, "What it is.", required=required),
            "name": text("What it is called.", max_length=80),
            "level": one_of(CampaignOffer.Level.values, "Who gives it; shop unless told, item for prices of pieces."),
            "audience": one_of(CampaignOffer.Audience.values, "For whom; all unless told."),
            "products": texts("Merchant codes of products of the campaign; none: all of them."),
            "starts_at": instant("With its offset; null: with the campaign."),
            "ends_at": instant("With its offset; null: with the campaign."),
            "limit": whole("Pieces a buyer may have."),
            "units": whole("Pieces or coupons in all."),
            "platform_share": number("What the platform pays of it, a fraction."),
            "influencer_share": number("What the influencer pays of it, a fraction."),
            "excludes": texts(f"Not together with these kinds: {', '.join(OFFER_KINDS)}."),
            "terms": body(f"{name}Terms", terms, required=False, help_text="What it gives; which fields: by its kind."),
        },
    )


OFFER, OFFER_CHANGE = offer("OfferNew", required=True), offer("OfferChange", required=False)
CAMPAIGN_STEP = body(
    "CampaignStep",
    {
        "do": one_of(("check", "ask", "withdraw", "stop"), "The step.", required=True),
        "reason": text("Why; needed to stop it.", max_length=300),
    },
)
WAY_OUT = body(
    "CampaignWayOutTaken",
    {
        "product": text("The merchant code.", required=True),
        "way": text("The `key` of one of its `ways`.", required=True),
    },
)
EXCEPTION = body(
    "CampaignExceptionAsked",
    {
        "product": text("The merchant code.", required=True),
        "reason": text("Why it is to be sold below what is allowed.", required=True, max_length=500),
    },
)
CAMPAIGN_WORDS = body(
    "CampaignWords",
    {
        "words": text("How it went.", required=True, max_length=4000),
        "lesson": text("What is to be done otherwise.", max_length=2000),
    },
)
ENROLMENT = body(
    "EnrolmentEntry",
    {
        "category": one_of(Enrolment.Category.values, "What kind of thing it is."),
        "name": text("What one enrols in.", max_length=100),
        "what": text("What takes part.", max_length=1000),
        "how": text("How one enrols.", max_length=2000),
        "cost": text("What it costs, in words.", max_length=200),
        "weight": one_of(Enrolment.Weight.values, "How important it is."),
        "window": text("When one may enrol, in words.", max_length=200),
        "until": day("The last one to enrol."),
        "campaign": whole("The id of a campaign of this store; null: of none."),
        "state": one_of(Enrolment.State.values, "How it stands."),
        "result": text("What came of it.", max_length=300),
    },
)
TALK = body(
    "EnrolmentTalk",
    {
        "day": day("When.", required=True),
        "who": text("With whom.", max_length=100),
        "said": text("What was said.", required=True, max_length=2000),
        "campaign": whole("The id of a campaign of this store it was about; null: of none."),
    },
)
STOCK = body(
    "CampaignStockDecision",
    {
        "product": text("The merchant code.", required=True),
        "choice": one_of(StockDecision.Choice.values, "What is decided.", required=True),
        "lift": number("How many times the pace, 0.1 to 100; 3 unless told."),
        "reason": text("Why.", max_length=300),
    },
)
PREPARATION = body(
    "CampaignPreparationChange",
    {
        "goals": rows(
            "CampaignGoalSet",
            {
                "metric": text("Key of a KPI, one of `goal_metrics`.", required=True),
                "value": number("In the KPI's unit: yuan, a count, or a fraction for a rate; null: no goal."),
            },
            "Others stay.",
            required=False,
        ),
        "budgets": rows(
            "CampaignAdBudgetSet",
            {"channel": text("Its key.", required=True), "amount": number("Yuan; null: none.")},
            "Others stay.",
            required=False,
        ),
        "materials": rows(
            "CampaignMaterialSet",
            {
                "id": whole("Which one; a new one unless told."),
                "name": text("What a new one is called.", max_length=80),
                "state": one_of(Material.State.values, "Of a known one."),
                "owner": text("Of a known one: a user name, null for nobody."),
            },
            "Others stay.",
            required=False,
        ),
        "points": rows(
            "CampaignPointSet",
            {
                "number": whole("1 to 9.", required=True),
                "done": yes("Somebody has looked at it."),
                "note": text("What there is to know.", max_length=500),
            },
            "Others stay.",
            required=False,
        ),
        "plan_b": rows(
            "CampaignPlanBSet",
            {
                "id": whole("One that is to go; a new one unless told."),
                "trigger": one_of(
                    PlanB.Trigger.values,
                    "When; weak: sales below `limit` of the goal, complaints: "
                    "refund rate above, sold_out: fewer units left.",
                ),
                "limit": number("A fraction for weak and complaints, units for sold_out."),
                "answer": text("What is done then.", max_length=300),
                "drop": yes("true with `id`: it goes."),
            },
            "Others stay.",
            required=False,
        ),
    },
)
