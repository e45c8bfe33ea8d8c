"""Offers, breaches and ways out in words, for pages, REST and the command line."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import CampaignOffer
from campaigns.offers.kinds import (
    WHOLE,
    AddOn,
    Cut,
    Freight,
    Gifts,
    Ladder,
    NFree,
    Nth,
    Offer,
    Points,
    Presale,
    Step,
    Tiers,
    Voucher,
)
from opsplan.lib import cells
from stores import currency

MONEY = {"price", "list", "floor", "base", "most", "lowest", "low", "cost", "promised"}
RATES = {"share", "rate", "rise"}


def yuan(fen: int) -> str:
    """The store's currency and the amount, without decimals where there are none to show."""
    return f"{currency.symbol()}{amount(fen):,}"


def plain(fen: int) -> str:
    """As it is typed into a field."""
    return f"{amount(fen)}"


def amount(fen: int) -> Decimal:
    """Whole, or to the fen."""
    return Decimal(fen).scaleb(-2) if fen % 100 else Decimal(fen // 100)


def off_percent(rate_bp: int) -> str:
    """How much less, in percent: 9600 = 4%."""
    text = f"{Decimal(WHOLE - rate_bp) / 100:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%"


def terms_said(offer: Offer) -> str:  # noqa: C901  one line for each sort of terms
    """What an offer gives, in a few words."""
    terms = offer.terms
    if isinstance(terms, Cut):
        if terms.prices:
            count = len(terms.prices)
            return ngettext("%(count)s product", "%(count)s products", count) % {"count": count}
        if terms.rate_bp is not None:
            return _("%(percent)s off") % {"percent": off_percent(terms.rate_bp)}
        return _("%(amount)s off") % {"amount": yuan(terms.off_fen or 0)}
    if isinstance(terms, Ladder):
        return " · ".join(step_said(terms, step) for step in terms.steps)
    if isinstance(terms, Gifts):
        said = [
            _("from %(at)s: %(item)s") % {"at": measure(s.at, terms.by_pieces), "item": s.item} for s in terms.steps
        ]
        return " · ".join(said)
    if isinstance(terms, Nth):
        values = {"n": terms.n, "percent": off_percent(terms.rate_bp)}
        return _("every piece no. %(n)s %(percent)s off") % values
    if isinstance(terms, AddOn):
        values = {"at": yuan(terms.at_fen), "price": yuan(terms.price_fen), "item": terms.item}
        return _("from %(at)s: %(item)s for %(price)s more") % values
    if isinstance(terms, NFree):
        return _("of %(n)s pieces the cheapest is free") % {"n": terms.n}
    if isinstance(terms, Freight):
        return _("from %(at)s") % {"at": yuan(terms.at_fen)} if terms.at_fen else _("always")
    if isinstance(terms, Voucher):
        worth = yuan(terms.off_fen) if terms.rate_bp == WHOLE else off_percent(terms.rate_bp)
        return _("%(worth)s off from %(at)s") % {"worth": worth, "at": yuan(terms.at_fen)}
    if isinstance(terms, Tiers):
        said = [_("level %(level)s: %(percent)s off") % {"level": n, "percent": off_percent(r)} for n, r in terms.rates]
        return " · ".join(said)
    if isinstance(terms, Presale):
        values = {"deposit": yuan(terms.deposit_fen), "off": yuan(terms.less_fen)}
        return _("deposit %(deposit)s, %(off)s less") % values
    assert isinstance(terms, Points)
    return _("up to %(percent)s of what is left") % {"percent": off_percent(WHOLE - terms.max_bp)}


def measure(at: int, by_pieces: bool) -> str:
    return ngettext("%(count)s piece", "%(count)s pieces", at) % {"count": at} if by_pieces else yuan(at)


def step_said(terms: Ladder, step: Step) -> str:
    values = {
        "at": measure(step.at, terms.by_pieces),
        "off": yuan(step.off_fen) if step.rate_bp == WHOLE else off_percent(step.rate_bp),
    }
    return _("%(off)s off for every %(at)s") % values if terms.repeating else _("%(off)s off from %(at)s") % values


def payer_said(offer: Offer) -> str:
    """Who bears it."""
    payers = offer.payers
    parts = [
        (payers.merchant_bp, _("Shop")),
        (payers.platform_bp, _("Platform")),
        (payers.influencer_bp, _("Influencer")),
    ]
    borne = [(bp, name) for bp, name in parts if bp]
    if len(borne) == 1:
        return borne[0][1]
    return " · ".join(f"{name} {Decimal(bp) / 100:g}%" for bp, name in borne)


def finding_said(finding: Mapping[str, Any]) -> str:
    """A finding of the guard as a sentence, its numbers written out."""
    numbers = {}
    for key, value in finding.get("numbers", {}).items():
        if key in MONEY:
            numbers[key] = yuan(int(value))
        else:
            numbers[key] = cells.write(round(Decimal(value), 4), "rate") if key in RATES else str(value)
    return _(finding["sentence"]) % _Forgiving(numbers)


class _Forgiving(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "—"


def basket_said(path: Mapping[str, Any]) -> str:
    """The basket that reaches a price: 2 × 面膜 + 1 × 面霜."""
    return " + ".join(f"{line['pieces']} × {line['name']}" for line in path.get("lines", []))


def way_said(way: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """A way out of a breach. names: of the campaign's offers by key."""
    values = {"offer": names.get(way["offer"], ""), "other": names.get(way["other"], "")}
    if way["kind"] == "exclude":
        return _("%(offer)s not together with %(other)s") % values
    if way["kind"] == "price":
        return _("Campaign price %(price)s") % {"price": yuan(way["price_fen"])}
    return _("Leave it out of %(offer)s") % values


def kind_said(kind: str) -> str:
    return str(CampaignOffer.Kind(kind).label)
