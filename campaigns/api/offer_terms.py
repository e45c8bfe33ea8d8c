"""What an offer gives, as REST tells and takes it: yuan and fractions as text, rows as objects."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from campaigns.models import CampaignOffer
from campaigns.offer_forms import TERM_FIELDS, Rows
from campaigns.offers.checks import TERMS
from campaigns.offers.kinds import (
    WHOLE,
    AddOn,
    Cut,
    Freight,
    Gifts,
    Kind,
    Ladder,
    NFree,
    Nth,
    Points,
    Presale,
    Terms,
    Tiers,
    Voucher,
)
from campaigns.offers.wire import terms_from
from opsplan.lib import cells
from opsplan.lib.money import yuan
from staff.api.base import Unprocessable, fraction_field

CALLED = {
    "pieces": "units",
    "by_pieces": "by_units",
    "percent": "off_rate",
    "at": "from",
}  # of the form: what REST calls them
ROWS = ("prices", "steps", "gifts", "tiers")


def kind_of(said: Mapping[str, Any]) -> Kind | None:
    return Kind(said["kind"]) if said.get("kind") in set(Kind) else None


def allowed(kind: Kind) -> tuple[str, ...]:
    """The fields that terms of this kind have, as REST calls them."""
    return tuple(CALLED.get(name, name) for name in TERM_FIELDS[TERMS.get(kind, Freight)])


def form_fields(said: Mapping[str, Any]) -> dict[str, str]:
    """The fields of the form that hold the terms of what was said, by their place over REST; without rows."""
    kind = kind_of(said)
    names = TERM_FIELDS[TERMS.get(kind, Freight)] if kind else ()
    return {f"terms.{CALLED.get(name, name)}": name for name in names if name not in ROWS}


def rows_of(said: Mapping[str, Any]) -> Rows:
    """The rows of terms, part by part. Unprocessable: a field that terms of this kind do not have, or a part that is
    no number."""
    kind, terms = kind_of(said), said.get("terms") or {}
    if kind is None:
        return {}
    names = allowed(kind)
    for name, value in terms.items():
        if value is not None and name not in names:
            raise Unprocessable(f"terms.{name}", _("There is no such field."), names)
    return {
        name: [ROW[name](row, f"terms.{name}[{i}].") for i, row in enumerate(terms.get(name) or [])]
        for name in ROWS
        if name in names
    }


def unreadable(where: str) -> Unprocessable:
    text = _("These terms cannot be read: look at the lines and numbers of this kind of offer.")
    return Unprocessable(where.rstrip("."), text)


def part(row: Mapping[str, Any], name: str, where: str) -> str:
    """A number of a row, as it would be typed."""
    if row.get(name) is None:
        raise unreadable(where)
    try:
        return f"{cells.number(row[name]):f}"
    except cells.Unreadable as problem:
        raise Unprocessable(f"{where}{name}", _(str(problem))) from None


def rate_part(row: Mapping[str, Any], where: str) -> str:
    """What a row takes off as percent, as it would be typed."""
    if row.get("off_rate") is None:
        raise unreadable(where)
    return percent(row["off_rate"], f"{where}off_rate") + "%"


def percent(raw: object, field: str) -> str:
    """A fraction as percent, as it would be typed: "" for none. Unprocessable."""
    return "" if raw is None else f"{Decimal(fraction_field(raw, field)) / 100:f}"


def price_row(row: Mapping[str, Any], where: str) -> list[str]:
    return [str(row.get("code") or ""), part(row, "price", where)]


def step_row(row: Mapping[str, Any], where: str) -> list[str]:
    if (row.get("off") is None) == (row.get("off_rate") is None):
        raise unreadable(where)
    off = part(row, "off", where) if row.get("off") is not None else rate_part(row, where)
    return [part(row, "from", where), off]


def gift_row(row: Mapping[str, Any], where: str) -> list[str]:
    item = str(row.get("item") or "").strip()
    if not item:
        raise unreadable(where)
    return [part(row, "from", where), item, part(row, "cost", where), part({"units": 1} | {**row}, "units", where)]


def tier_row(row: Mapping[str, Any], where: str) -> list[str]:
    return [part(row, "level", where), rate_part(row, where)]


ROW: dict[str, Callable[[Mapping[str, Any], str], list[str]]] = {
    "prices": price_row, "steps": step_row, "gifts": gift_row, "tiers": tier_row,
}  # fmt: skip


# --- telling ---------------------------------------------------------------------------------------------------------


def terms_told(offer: CampaignOffer) -> dict[str, Any]:
    """What an offer gives, with all the fields of its kind."""
    found = terms_from(Kind(offer.kind), offer.terms)
    return TOLD[type(found)](found)


def amount(fen: int | None) -> str | None:
    return None if fen is None else str(yuan(fen))


def off_rate(rate_bp: int | None) -> str | None:
    """The fraction that is taken off; null where nothing is."""
    return None if rate_bp in (None, WHOLE) else off(rate_bp or 0)


def off(rate_bp: int) -> str:
    return fraction(WHOLE - rate_bp)


def fraction(bp: int) -> str:
    return f"{Decimal(bp) / WHOLE:.4f}"


def reached(at: int, by_pieces: bool) -> str | None:
    return str(at) if by_pieces else amount(at)


def ladder(x: Ladder) -> dict[str, Any]:
    steps = [
        {
            "from": reached(step.at, x.by_pieces),
            "off": None if step.rate_bp != WHOLE else amount(step.off_fen),
            "off_rate": off_rate(step.rate_bp),
        }
        for step in x.steps
    ]
    return {"steps": steps, "by_units": x.by_pieces, "repeating": x.repeating, "cap": amount(x.cap_fen)}


def gifts(x: Gifts) -> dict[str, Any]:
    told = [
        {"from": reached(g.at, x.by_pieces), "item": g.item, "cost": amount(g.cost_fen), "units": g.pieces}
        for g in x.steps
    ]
    return {"gifts": told, "by_units": x.by_pieces}


def voucher(x: Voucher) -> dict[str, Any]:
    return {
        "from": amount(x.at_fen),
        "off": amount(x.off_fen) if x.rate_bp == WHOLE else None,
        "off_rate": off_rate(x.rate_bp),
        "cap": amount(x.cap_fen),
        "claim_from": x.claim_from,
        "claim_until": x.claim_until,
    }


TOLD: dict[type[Terms], Callable[[Any], dict[str, Any]]] = {
    Cut: lambda x: {
        "prices": [{"code": code, "price": amount(fen)} for code, fen in x.prices],
        "off_rate": off_rate(x.rate_bp),
        "off": amount(x.off_fen),
    },
    Ladder: ladder,
    Gifts: gifts,
    Nth: lambda x: {"n": x.n, "off_rate": off(x.rate_bp)},
    AddOn: lambda x: {
        "from": amount(x.at_fen), "item": x.item, "price": amount(x.price_fen), "cost": amount(x.cost_fen),
    },
    NFree: lambda x: {"n": x.n},
    Freight: lambda x: {"from": amount(x.at_fen), "units": x.pieces},
    Voucher: voucher,
    Tiers: lambda x: {"tiers": [{"level": level, "off_rate": off(rate)} for level, rate in x.rates]},
    Presale: lambda x: {"deposit": amount(x.deposit_fen), "counts": amount(x.counts_fen), "off": amount(x.off_fen)},
    Points: lambda x: {"off_rate": fraction(x.max_bp)},
}  # fmt: skip
