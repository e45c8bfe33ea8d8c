"""What a basket costs a buyer of a store at an instant, and what the shop keeps of it."""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from campaigns.offers.breakeven import break_even_roi, needed_lift
from campaigns.offers.discounts import suits
from campaigns.offers.kinds import Buyer, Kind, Offer, Rules
from campaigns.offers.pricing import Pricer
from campaigns.offers.receipts import Expenses, Margin, Receipt, margin
from campaigns.rules import LIVE, basket_for, deals_beside, expenses_of, offers_of, rules_of_store, stacking_of
from campaigns.wording import kind_said, payer_said, terms_said
from opsplan.lib.periods import DAY
from products.models import Product
from stores.models import Store

MOST_LINES = 50
MOST_PIECES = 999


@dataclass(frozen=True)
class Priced:
    """A basket's receipt and margin, beside those without any offer; lift: how many times as much must be sold (None
    where a list price is not known), ROI: break-even. stands, left_out: see `campaigns.rules.Wanted`."""

    receipt: Receipt
    margin: Margin
    usual: Margin
    lift: Decimal | None
    roi: Decimal | None
    stands: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def live_offers(store: Store, at: dt.datetime, also: Campaign | None = None) -> list[Offer]:
    """What may apply at an instant (UTC): the offers of approved and running campaigns, and of `also`, planned or not,
    and the prices of group deals in the own shop."""
    day = at.date()
    found = Campaign.objects.filter(
        store=store, state__in=LIVE, first_day__lte=day + DAY, last_day__gte=day - DAY
    ).select_related("store")
    campaigns = [*found, *([also] if also and also.state not in LIVE else [])]
    offers = [offer for campaign in campaigns for offer in offers_of(campaign)]
    return offers + deals_beside(store, at, at + dt.timedelta(microseconds=1))


def price(
    store: Store,
    lines: list[tuple[str, int]],
    at: dt.datetime,
    buyer: Buyer,
    *,
    day: dt.date,
    campaign: Campaign | None = None,
    freight_fen: int | None = None,
    expenses: Expenses | None = None,
    with_addons: bool = False,
) -> Priced:
    """Price lines of (merchant code, pieces). day: the local day of list prices and costs; with_addons: the buyer takes
    every add-on the basket earns. Products without any price are left out and named. ValidationError names the
    field."""
    if not 1 <= len(lines) <= MOST_LINES:
        raise ValidationError({"lines": _("Give 1 to 50 lines.")})
    if any(not 1 <= pieces <= MOST_PIECES for _code, pieces in lines):
        raise ValidationError({"lines": _("Give 1 to 999 pieces a line.")})
    products = {p.code: p for p in Product.objects.filter(store=store, code__in=[code for code, _n in lines])}
    if missing := [code for code, _n in lines if code not in products]:
        raise ValidationError({"lines": _("Unknown products: %s.") % ", ".join(missing)})
    own = rules_of_store(store)
    rules = Rules(tuple(live_offers(store, at, campaign)), stacking_of(own))
    wanted = basket_for(
        [(products[code], pieces) for code, pieces in lines],
        [offer for offer in rules.offers if offer.is_live(at) and suits(offer, buyer)],
        day,
        own.sold_freight_fen if freight_fen is None else freight_fen,
    )
    basket = wanted.basket
    if not basket.lines:
        raise ValidationError({"lines": _("No price is known on this day: %s.") % ", ".join(wanted.left_out)})
    spent = expenses or expenses_of(own)
    if with_addons:
        buyer = replace(buyer, addons=frozenset(x.key for x in rules.offers if x.kind is Kind.ADD_ON))
    receipt = Pricer(rules, buyer, at).price(basket)
    kept = margin(receipt, spent)
    usual = margin(Pricer(Rules((), rules.stacking)).price(basket), spent)
    lift = None
    if kept.profit_fen is not None and usual.profit_fen is not None and not wanted.stands:
        lift = needed_lift(usual.profit_fen, kept.profit_fen)
    before_ads = None if kept.profit_fen is None or not kept.revenue_fen else kept.profit_fen + kept.ads_fen
    roi = break_even_roi(Decimal(before_ads) / kept.revenue_fen) if before_ads is not None else None
    return Priced(receipt, kept, usual, lift, roi, wanted.stands, wanted.left_out)


def told(priced: Priced) -> dict[str, Any]:
    """The answer: amounts in fen (`in_yuan` for programs), ratios as text."""
    receipt, kept = priced.receipt, priced.margin
    return {
        "list_fen": receipt.list_fen,
        "goods_fen": receipt.goods_fen,
        "add_ons_fen": receipt.extras_fen,
        "freight_fen": receipt.freight_fen,
        "payable_fen": receipt.payable_fen,
        "deposit_fen": receipt.deposit_fen,
        "balance_fen": receipt.balance_fen,
        "lines": [
            {
                "code": line.line.code,
                "units": line.line.pieces,
                "list_fen": line.list_fen,
                "paid_fen": line.paid_fen,
                "is_listed": line.line.code not in priced.stands,
            }
            for line in receipt.lines
        ],
        "left_out": list(priced.left_out),
        "steps": [
            {
                "slot": step.slot.value,
                "offer": step.offer.name,
                "kind": kind_said(step.offer.kind),
                "said": terms_said(step.offer),
                "payer": payer_said(step.offer),
                "before_fen": step.before_fen,
                "off_fen": step.off_fen,
                "after_fen": step.after_fen,
                "shares_fen": list(step.shares),
                "merchant_fen": step.merchant_fen,
                "platform_fen": step.platform_fen,
                "influencer_fen": step.influencer_fen,
            }
            for step in receipt.steps
        ],
        "extras": [
            {"item": one.item, "units": one.pieces, "price_fen": one.price_fen, "cost_fen": one.cost_fen}
            for one in receipt.extras
        ],
        "free_freight_by": receipt.free_freight.name if receipt.free_freight else None,
        "margin": {
            "revenue_fen": kept.revenue_fen,
            "goods_cost_fen": kept.goods_cost_fen,
            "extra_cost_fen": kept.extra_cost_fen,
            "fee_fen": kept.fee_fen,
            "freight_fen": kept.freight_fen,
            "packaging_fen": kept.packaging_fen,
            "ads_fen": kept.ads_fen,
            "profit_fen": kept.profit_fen,
            "rate": None if kept.rate is None else f"{kept.rate:.4f}",
        },
        "needed_lift": None if priced.lift is None else f"{priced.lift:.2f}",
        "break_even_roi": None if priced.roi is None else f"{priced.roi:.2f}",
    }


def lacks(told: dict[str, Any]) -> list[str]:
    """What is missing to an answer, in words."""
    stands, found = [line["code"] for line in told["lines"] if not line["is_listed"]], []
    if told["left_out"]:
        text = _("Not counted, as neither a list price nor a campaign price is known on this day: %s.")
        found.append(text % ", ".join(told["left_out"]))
    if stands:
        text = _("No list price is known, the campaign price stands for it: %s.")
        found.append(text % ", ".join(stands))
    return found
