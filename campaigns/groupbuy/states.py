"""A group deal's life (pure): which step follows which, what the clock does, and what each sale takes of the stock.

Instants are UTC, units whole pieces. Everything here is worked out from what is known, so that doing it twice, later or
after a crash ends the same.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from opsplan.lib.text import gettext_noop as _


class State(StrEnum):
    PLANNED = "planned"
    APPROVED = "approved"
    OPEN = "open"
    REACHED = "reached"
    MISSED = "missed"
    FULFILLING = "fulfilling"
    SETTLED = "settled"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Move:
    """A step from one of `before` to `after`; what it does, in words; whether the clock takes it."""

    after: State
    before: tuple[State, ...]
    effect: str
    by_clock: bool = False


MOVES = (
    Move(State.APPROVED, (State.PLANNED,), _("The quota is held in stock.")),
    Move(State.PLANNED, (State.APPROVED,), _("The quota is let go; the deal can be changed again.")),
    Move(State.OPEN, (State.APPROVED,), _("It sells: orders are taken off the quota."), by_clock=True),
    Move(
        State.REACHED, (State.OPEN,), _("Enough buyers: what was paid is sold and waits to be shipped."), by_clock=True
    ),
    Move(State.MISSED, (State.OPEN,), _("Too few buyers: everybody is refunded, the stock is let go."), by_clock=True),
    Move(State.FULFILLING, (State.REACHED,), _("It sells no more: what was not sold is let go."), by_clock=True),
    Move(State.SETTLED, (State.FULFILLING, State.MISSED), _("The settlement is signed.")),
    Move(State.CLOSED, (State.SETTLED, State.MISSED), _("It is filed; nothing changes any more.")),
    Move(
        State.CANCELLED,
        (State.PLANNED, State.APPROVED, State.OPEN, State.REACHED),
        _("Called off: everybody is refunded, the stock is let go."),
    ),
)
HOLDING = (State.APPROVED, State.OPEN, State.REACHED)  # the whole quota is held
STANDING = (State.REACHED, State.FULFILLING, State.SETTLED, State.CLOSED)  # its sales count
OFF = (State.MISSED, State.CANCELLED)  # everybody is refunded
ENDED = (State.FULFILLING, State.MISSED, State.SETTLED, State.CLOSED, State.CANCELLED)


def move_to(before: str, after: str) -> Move | None:
    """The step between two states; None when there is none."""
    return next((one for one in MOVES if one.after == after and before in one.before), None)


def moves_of(state: str, *, by_clock: bool | None = None) -> list[Move]:
    """The steps out of a state."""
    return [one for one in MOVES if state in one.before and by_clock in (None, one.by_clock)]


@dataclass(frozen=True)
class Deal:
    """What the clock and the stock need to know of a deal. over_at, decided_at: see `campaigns.models.GroupDeal`."""

    state: str
    opens_at: dt.datetime
    closes_at: dt.datetime
    form_by: dt.datetime
    decided_at: dt.datetime
    over_at: dt.datetime
    minimum: int = 0
    is_voucher: bool = False
    valid_until: dt.datetime | None = None


@dataclass(frozen=True)
class Sale:
    """An order or voucher as it stands. `taken` and `kept` are what the ledger has for it now."""

    key: str
    units: int
    at: dt.datetime
    before: int = 0
    after: int = 0
    redeemed: int = 0
    buyer: str = ""
    taken: int = 0
    kept: int = 0

    @property
    def net(self) -> int:
        """Units that were not refunded."""
        return self.units - self.before - self.after


def group_size(sales: Iterable[Sale], until: dt.datetime | None = None) -> int:
    """Buyers who have paid (before `until`) and not got everything back; orders of nobody known are one each."""
    standing = [sale for sale in sales if sale.net > 0 and (until is None or sale.at < until)]
    return len({sale.buyer or f"order {sale.key}" for sale in standing})


def counts(state: str, minimum: int) -> bool:
    """Whether what was paid is sold: where no minimum is asked for at once, else once the group stands."""
    return state in STANDING or (not minimum and state in HOLDING)


def is_lapsed(deal: Deal, now: dt.datetime) -> bool:
    """Whether vouchers that were not redeemed are worth nothing any more."""
    return deal.is_voucher and deal.valid_until is not None and now >= deal.valid_until


@dataclass(frozen=True)
class Want:
    """What the ledger should have for a sale: units sold, and units held on for it."""

    taken: int
    kept: int

    @property
    def units(self) -> int:
        return self.taken + self.kept


def want(deal: Deal, sale: Sale, now: dt.datetime) -> Want:
    """What a sale takes of the stock. What came back after shipping was sold all the same: the goods are booked in when
    they arrive. A voucher is sold when it is redeemed, and held on for until it lapses."""
    if deal.state in OFF:
        return Want(min(sale.after, sale.units), 0)
    standing = sale.units - sale.before
    sold = min(sale.redeemed if deal.is_voucher else standing, standing) if counts(deal.state, deal.minimum) else 0
    if deal.state in (State.SETTLED, State.CLOSED) or is_lapsed(deal, now):
        return Want(sold, 0)
    rest = standing - sold - (0 if deal.is_voucher or counts(deal.state, deal.minimum) else sale.after)
    return Want(sold, max(rest, 0))


@dataclass(frozen=True)
class Cover:
    """What a sale gets of the stock: taken and kept units, and units nothing is left for."""

    taken: int
    kept: int
    short: int


def covers(deal: Deal, sales: Sequence[Sale], most: int, now: dt.datetime) -> list[Cover]:
    """What each sale of a line gets of at most `most` units, first come first served (in the given order).

    What is sold stays sold; then come those that are held for already, then the rest. A sale that cannot have all of
    what it wants gets no more.
    """
    wanted = [want(deal, sale, now) for sale in sales]
    given = [min(one.units, sale.taken) for one, sale in zip(wanted, sales, strict=True)]
    left = most - sum(given)
    held = [min(one.units, sale.taken + sale.kept) for one, sale in zip(wanted, sales, strict=True)]
    for goal in (held, [one.units for one in wanted]):
        for place, units in enumerate(goal):
            more = units - given[place]
            if 0 < more <= left:
                given[place], left = units, left - more
    return [
        Cover(min(one.taken, got), got - min(one.taken, got), one.units - got)
        for one, got in zip(wanted, given, strict=True)
    ]


@dataclass(frozen=True)
class Due:
    """A step the clock takes, and the instant it was due at."""

    after: State
    at: dt.datetime


def due(deal: Deal, sales: Sequence[Sale], now: dt.datetime) -> Due | None:
    """The next step of the clock, or None. Late by hours it is the same step, dated when it was due."""
    if deal.state == State.APPROVED and now >= deal.opens_at:
        return Due(State.OPEN, deal.opens_at)
    if deal.state == State.OPEN and now >= deal.decided_at:
        found = group_size(sales, deal.form_by) >= deal.minimum
        return Due(State.REACHED if found else State.MISSED, deal.decided_at)
    if deal.state == State.REACHED and now >= max(deal.over_at, deal.decided_at):
        return Due(State.FULFILLING, max(deal.over_at, deal.decided_at))
    return None


def sell_through(sold: int, quota: int) -> Decimal | None:
    """团购售罄率: sold ÷ quota; None without a quota."""
    return Decimal(sold) / quota if quota else None


@dataclass(frozen=True)
class Asking:
    """A planned deal that wants units of a stock; priority 1 comes first, then who opens first."""

    key: int
    priority: int
    opens_at: dt.datetime
    units: int


def allot(free: int, asking: Iterable[Asking]) -> dict[int, int]:
    """What each deal may get at most of what is free, by priority (T-44: the second gets what the first leaves)."""
    given = {}
    for one in sorted(asking, key=lambda x: (x.priority, x.opens_at, x.key)):
        given[one.key] = max(0, min(one.units, free))
        free -= given[one.key]
    return given
