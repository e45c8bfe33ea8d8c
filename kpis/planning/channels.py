"""Promotion money (pure): what visitors cost, what a budget buys, and from which return it pays (domain.md 3.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from kpis.planning.need import whole_up

ZERO = Decimal(0)


@dataclass(frozen=True)
class Way:
    """A paid channel: its share of the paid visitors (a fraction), and what one costs in yuan, or for a channel paid
    by sale the commission (a fraction of sales) with its own conversion and revenue per buyer, None = the shop's.
    arrival: visitors that come of one click (a fraction above 0)."""

    key: str
    share: Decimal
    cpc: Decimal = ZERO
    commission: Decimal = ZERO
    conversion: Decimal | None = None
    per_buyer: Decimal | None = None
    arrival: Decimal = Decimal(1)


@dataclass(frozen=True)
class Bought:
    """What a channel brings and costs in a day (or any span): visitors, yuan."""

    key: str
    visitors: Decimal
    cost: Decimal


def bought(visitors: Decimal, ways: Sequence[Way], conversion: Decimal, per_buyer: Decimal) -> list[Bought]:
    """Paid visitors by channel and their cost, unrounded (bottom-up, T-06 and T-14)."""
    out = []
    for way in ways:
        there = visitors * way.share
        sales = there * (way.conversion if way.conversion is not None else conversion)
        sales *= way.per_buyer if way.per_buyer is not None else per_buyer
        out.append(Bought(way.key, there, there / way.arrival * way.cpc + sales * way.commission))
    return out


def cost_by_return(sales: Decimal, roi: Decimal) -> Decimal | None:
    """What may be spent to sell `sales` at this return; None without a return (T-15)."""
    return sales / roi if roi > 0 else None


def contribution(
    margin: Decimal,
    refunds: Decimal = ZERO,
    fee: Decimal = ZERO,
    freight: Decimal = ZERO,
    shipped: Decimal = Decimal(1),
) -> Decimal:
    """What is left of a paid yuan before ads: (1 - refunds)(margin - fee) - shipped share x freight (T-17)."""
    return (1 - refunds) * (margin - fee) - shipped * freight


def break_even(rate: Decimal) -> Decimal | None:
    """The return from which ads pay; None when nothing is left of a sale (T-16)."""
    return 1 / rate if rate > 0 else None


def pay_back(cost: Decimal, per_order: Decimal) -> Decimal | None:
    """Orders until a new customer has paid back what they cost; None when an order leaves nothing (T-18)."""
    return whole_up(cost / per_order) if per_order > 0 else None
