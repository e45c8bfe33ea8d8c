"""What a rehearsal said would come beside what came (pure). Both are of the whole store: orders with goods whose list
price is known, or a campaign's price that stands for it, by the day they were paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from opsplan.lib.money import yuan


@dataclass(frozen=True)
class Sums:
    """Orders of some days, fen. borne_fen: what their goods cost less than by the list, as far as the shop bears it."""

    days: int
    orders: int
    paid_fen: int
    list_fen: int
    borne_fen: int


@dataclass(frozen=True)
class Line:
    """A figure as rehearsed and as it came, yuan, a fraction or a count. a_day: both for one day, where it grows with
    the days. change: how much more came, as a fraction of what was said (for one day where it grows with the days), for
    a rate the difference; None = cannot be said."""

    key: str
    unit: str
    said: Decimal | None
    came: Decimal | None
    a_day: tuple[Decimal | None, Decimal | None] | None
    change: Decimal | None


def said_by(result: Mapping[str, Any], days: int) -> Sums:
    """The sums of a rehearsal's result (`campaigns.replay.told`) on the orders of so many days."""
    return Sums(days, result["orders"], result["paid_fen"], result["list_fen"], result["merchant_fen"])


def lines(said: Sums, came: Sums) -> list[Line]:
    """The rehearsal beside what came; without a known day nothing has come yet."""
    both = [said, came if came.days else None]
    orders = [None if x is None else Decimal(x.orders) for x in both]
    paid, borne, worth = (
        [None if x is None else yuan(getattr(x, name)) for x in both] for name in ("paid_fen", "borne_fen", "list_fen")
    )
    days = [None if x is None else Decimal(x.days) for x in both]
    each, share = list(map(quotient, paid, orders)), list(map(quotient, borne, worth))
    off = share[1] - share[0] if share[0] is not None and share[1] is not None else None
    return [
        growing("orders", "count", orders, days),
        growing("paid", "money", paid, days),
        growing("borne", "money", borne, days),
        Line("paid_each", "money", each[0], each[1], None, more(*each)),
        Line("borne_share", "rate", share[0], share[1], None, off),
    ]


def growing(key: str, unit: str, both: Sequence[Decimal | None], days: Sequence[Decimal | None]) -> Line:
    said, came = map(quotient, both, days)
    return Line(key, unit, both[0], both[1], (said, came), more(said, came))


def quotient(above: Decimal | None, below: Decimal | None) -> Decimal | None:
    return above / below if above is not None and below else None


def more(said: Decimal | None, came: Decimal | None) -> Decimal | None:
    return came / said - 1 if said and came is not None else None
