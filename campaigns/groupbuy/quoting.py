"""A question to the quote calculator as people and programs put it, and its answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from campaigns.groupbuy import tiers
from campaigns.groupbuy.quote import Assumed, forecast, least_pieces, lowest_price
from campaigns.groupbuy.reading import reached_of
from campaigns.groupbuy.settlement import Account, Costs, Terms
from campaigns.groupbuy.tiers import Tier
from campaigns.models import DealLine, GroupDeal
from campaigns.rules import costs_on
from campaigns.typing_in import amount_of, typed, whole_of
from opsplan.lib import clock
from opsplan.lib.money import fen, yuan
from products.models import SKU, Cost
from products.stock import local_day
from stores.models import GroupSite, Store

AMOUNTS = ("goods", "freight", "packaging", "gift", "return_freight", "guarantee", "slot")
NEEDED = ("goods", "freight", "rate")
SHARES = ("rate", "margin", "before", "after", "lost")
FINEST = Decimal("0.0001")  # a hundredth of a percent
DEFAULTS = {"margin": "20", "pieces": "100"}


@dataclass(frozen=True)
class Question:
    """Amounts in fen, shares as fractions."""

    costs: Costs
    terms: Terms
    assumed: Assumed
    margin: Decimal
    pieces: int
    price_fen: int | None


@dataclass(frozen=True)
class Answer:
    """lowest_fen: the lowest price that leaves the margin (None: no price does). account: the forecast at the price
    that was tried, or at the lowest; least: pieces from which on it loses nothing."""

    lowest_fen: int | None
    price_fen: int | None
    account: Account | None
    least: int | None


def question(said: Mapping[str, str]) -> Question:
    """What was typed: yuan, percent. ValidationError names the field."""
    amount = {x: fen(read(said, x) or Decimal(0)) for x in AMOUNTS}
    rates = {x: said.get(x, "").strip().rstrip("%％") for x in SHARES}
    share = {x: ((read(rates, x) or Decimal(0)) / 100).quantize(FINEST) for x in SHARES}
    wrong = next((x for x, value in share.items() if value > 1), None)
    if wrong:
        raise ValidationError({wrong: _("Give percent from 0 to 100.")})
    if share["before"] + share["after"] > 1:
        raise ValidationError({"after": _("More would be refunded than is sold.")})
    pieces = typed(said, "pieces", whole_of) or 1
    price = read(said, "price")
    costs = Costs(*(amount[x] for x in AMOUNTS[:5]))
    terms = Terms(share["rate"], amount["guarantee"], amount["slot"])
    assumed = Assumed(share["before"], share["after"], share["lost"])
    return Question(costs, terms, assumed, share["margin"], pieces, None if price is None else fen(price))


def untold(said: Mapping[str, str]) -> tuple[str, ...]:
    """What the answer hangs on and nobody has said: it counts as nothing, so the price comes out too low."""
    return tuple(name for name in NEEDED if not said.get(name, "").strip())


def read(said: Mapping[str, str], name: str) -> Decimal | None:
    try:
        return amount_of(said.get(name, ""))
    except ValidationError as error:
        raise ValidationError({name: error.messages}) from None


def answer(asked: Question) -> Answer:
    lowest = lowest_price(asked.margin, asked.costs, asked.terms, asked.pieces, asked.assumed)
    price = lowest if asked.price_fen is None else asked.price_fen
    if price is None:
        return Answer(lowest, None, None, None)
    found = forecast(price, asked.pieces, asked.costs, asked.terms, asked.assumed)
    return Answer(lowest, price, found, least_pieces(price, asked.costs, asked.terms, asked.assumed))


def known(store: Store, site: GroupSite | None, sku: SKU | None) -> dict[str, str]:
    """What the register and the books know already, as it is typed."""
    found = dict(DEFAULTS)
    if site:
        found |= {"rate": plain(Decimal(site.rate_bp) / 100), "guarantee": plain(yuan(site.guarantee_fen))}
        found["slot"] = plain(yuan(site.slot_fen))
    if sku:
        today = clock.today(store.timezone)
        cost = Cost.objects.filter(product=sku.product_id, from_day__lte=today).order_by("-from_day").first()
        if cost:
            found["goods"] = plain(yuan(cost.cost_fen))
    return found


def of_deal(deal: GroupDeal) -> dict[str, str]:
    """A deal as a question: its terms and assumptions, price, rate, quota and cost of its first line."""
    line = deal.lines.select_related("sku").first()
    found = known(deal.store, None, line.sku if line else None)
    amounts = {"freight": deal.freight_fen, "packaging": deal.packing_fen, "gift": deal.gift_fen,
               "return_freight": deal.return_fen, "guarantee": deal.guarantee_fen, "slot": deal.slot_fen}  # fmt: skip
    own = None if line is None else line.rate_bp
    shares = {"rate": deal.rate_bp if own is None else own, "before": deal.refund_bp, "after": deal.back_bp}
    found |= {name: plain(yuan(fen)) for name, fen in amounts.items()}
    found |= {name: plain(Decimal(bp) / 100) for name, bp in shares.items()}
    if line:
        found |= {"price": plain(yuan(line.price_fen)), "pieces": str(sum(x.quota for x in deal.lines.all()))}
    return found


@dataclass(frozen=True)
class Forecast:
    """A tier of a line, and what the deal would bring of it with the first pieces of the tier, and with the last ones
    (at most the quota). is_reached: it is the tier by the pieces sold so far."""

    line: DealLine
    tier: Tier
    until: int
    at_first: int
    at_last: int
    is_reached: bool


def tiers_of(deal: GroupDeal, lines: Sequence[DealLine]) -> list[Forecast]:
    """The tiers of the deal's lines that have any. Slot fee and least commission belong to the whole deal: they are in
    the forecast where it has one line only. A line whose goods have no cost has none."""
    found: list[Forecast] = []
    if not any(x.tiers for x in lines):
        return found
    whole = Terms(Decimal(deal.rate_bp) / 10_000, deal.guarantee_fen, deal.slot_fen)
    shared = whole if len(lines) == 1 else Terms(whole.rate)
    assumed = Assumed(Decimal(deal.refund_bp) / 10_000, Decimal(deal.back_bp) / 10_000)
    costs = costs_on([x.sku.product_id for x in lines], local_day(deal.opens_at, deal.store.timezone))
    now = reached_of([deal.pk])
    for line in (x for x in lines if x.tiers and x.sku.product_id in costs):
        each = Costs(costs[line.sku.product_id], deal.freight_fen, deal.packing_fen, deal.gift_fen, deal.return_fen)
        terms = shared if line.rate_bp is None else replace(shared, rate=Decimal(line.rate_bp) / 10_000)
        for tier in tiers.tiers(line.price_fen, line.tiers):
            until = min(tier.until or line.quota, line.quota)
            first, last = (forecast(tier.price_fen, n, each, terms, assumed).profit for n in (tier.pieces, until))
            found.append(Forecast(line, tier, until, first, last, now.get(line.pk) == tier.price_fen))
    return found


def plain(number: Decimal) -> str:
    return f"{number.normalize():f}" if number else ""


def account_json(found: Account) -> dict[str, str | int | bool | None]:
    """Amounts in yuan as text, pieces as numbers."""
    counts = ("sold", "refunded", "is_guaranteed")
    told: dict[str, str | int | bool | None] = {}
    for x in fields(found):
        value = getattr(found, x.name)
        told[x.name] = value if x.name in counts else str(yuan(value))
    rates = {"refund_rate": found.refund_rate, "margin": found.margin}
    return told | {k: None if v is None else str(v.quantize(Decimal("0.0001"))) for k, v in rates.items()}
