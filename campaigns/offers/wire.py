"""Terms of offers, and buyers, to and from JSON: amounts in fen, rates in basis points, instants as ISO 8601 in UTC."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from campaigns.offers.checks import TERMS
from campaigns.offers.kinds import (
    Buyer,
    Cut,
    Freight,
    Gifts,
    GiftStep,
    Kind,
    Ladder,
    Step,
    Terms,
    Tiers,
    Voucher,
)


class BadTerms(ValueError):
    """Terms that cannot be read; the text says which."""


def terms_to(terms: Terms) -> dict[str, Any]:
    """Terms as JSON."""
    made = asdict(terms)
    if isinstance(terms, Cut):
        made["prices"] = dict(terms.prices)
    if isinstance(terms, Tiers):
        made["rates"] = {str(level): rate for level, rate in terms.rates}
    return {key: value.isoformat() if isinstance(value, dt.datetime) else value for key, value in made.items()}


def terms_from(kind: Kind, found: Mapping[str, Any]) -> Terms:
    """Terms of an offer of this kind. BadTerms: a field that is missing, unknown or not a number."""
    wanted, said = TERMS.get(kind, Freight), dict(found)
    try:
        for name, read in READ.get(wanted, {}).items():
            if name in said:
                said[name] = read(said[name])
        made: Terms = wanted(**said)
    except (KeyError, TypeError, ValueError) as error:
        raise BadTerms(f"{kind}: {error}") from error
    numbers = [value for key, value in terms_to(made).items() if key.endswith(("_fen", "_bp")) and value is not None]
    if not all(isinstance(number, int) and number >= 0 for number in numbers):
        raise BadTerms(f"{kind}: whole numbers from 0 on")
    return made


def instant(text: str | dt.datetime | None) -> dt.datetime | None:
    """An instant with its offset; BadTerms without one."""
    if not text:
        return None
    found = text if isinstance(text, dt.datetime) else dt.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise BadTerms(f"{text}: say the offset from UTC")
    return found


# What JSON tells otherwise than terms hold it: by field, of each kind of terms.
READ: dict[type, dict[str, Callable[[Any], Any]]] = {
    Cut: {"prices": lambda told: tuple((str(code), int(fen)) for code, fen in dict(told or {}).items())},
    Tiers: {"rates": lambda told: tuple(sorted((int(level), int(rate)) for level, rate in dict(told).items()))},
    Ladder: {"steps": lambda told: tuple(Step(**step) for step in told)},
    Gifts: {"steps": lambda told: tuple(GiftStep(**step) for step in told)},
    Voucher: {"claim_from": instant, "claim_until": instant},
}


def buyer_from(found: Mapping[str, Any]) -> Buyer:
    """A buyer as described by a question."""
    return Buyer(
        vip=int(found.get("vip") or 0),
        is_new=bool(found.get("is_new")),
        has_card=bool(found.get("has_card")),
        in_group=bool(found.get("in_group")),
        points_fen=int(found.get("points_fen") or 0),
        addons=frozenset(map(str, found.get("addons") or ())),
    )
