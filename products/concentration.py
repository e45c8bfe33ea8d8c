"""What few styles carry: Pareto curves, ABC classes, roles (domain.md 4.3 and 4.4). Pure; amounts in yuan."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

A, B = Decimal("0.80"), Decimal("0.95")
TRAFFIC, PROFIT, HERO = "traffic", "profit", "hero"
Number = Decimal | None


@dataclass(frozen=True)
class Style:
    """One style over the days that are looked at. uv: visitors; sales: actual sales; gross: gross profit; rate: gross
    margin as a fraction; net: net sales, which margins are shares of; None where it is not known."""

    key: str
    uv: Number
    sales: Number
    gross: Number
    rate: Number
    net: Number


@dataclass(frozen=True)
class Point:
    """The first `rank` styles hold `share` of all."""

    rank: int
    key: str
    value: Decimal
    share: Decimal


class Coded(Protocol):
    """What is known of a product here: its id and its merchant code."""

    pk: int
    code: str


def styles(products: Iterable[Coded], value: Callable[[int, str], Number]) -> list[Style]:
    """The products as the arithmetic sees them; `value` tells a KPI of one."""
    keys = ("uv", "pay_amt", "gross", "gross_rate", "net_amt")
    return [Style(x.code, *(value(x.pk, key) for key in keys)) for x in products]


def curve(goods: Sequence[Style], of: str) -> list[Point]:
    """The Pareto curve of uv, sales or gross, from high to low, with the share held so far. Empty without any."""
    known = [(x.key, value) for x in goods if (value := getattr(x, of)) is not None and value > 0]
    known.sort(key=lambda x: (-x[1], x[0]))
    total = sum((value for _key, value in known), Decimal(0))
    points, held = list[Point](), Decimal(0)
    for rank, (key, value) in enumerate(known, start=1):
        held += value
        points.append(Point(rank, key, value, held / total))
    return points


def top_count(count: int) -> int:
    """How many styles are the top 20 %, rounded up."""
    return -(-count // 5)


def top_share(styles: Sequence[Style], of: str) -> Number:
    """What share the top 20 % of all styles hold."""
    points = curve(styles, of)
    return points[min(top_count(len(styles)), len(points)) - 1].share if points else None


def abc(styles: Sequence[Style]) -> dict[str, str]:
    """A up to and including the style that crosses 80 % of sales, B likewise 95 %, C the rest; without sales C. Ties by
    visitors, then code."""
    ranked = sorted(styles, key=lambda x: (-(x.sales or 0), -(x.uv or 0), x.key))
    total = sum((x.sales for x in ranked if x.sales and x.sales > 0), Decimal(0))
    found, held = {}, Decimal(0)
    for x in ranked:
        if not x.sales or x.sales <= 0:
            found[x.key] = "C"
            continue
        found[x.key] = "A" if held < A * total else "B" if held < B * total else "C"
        held += x.sales
    return found


def top(styles: Sequence[Style], of: str) -> set[str]:
    return {x.key for x in curve(styles, of)[: top_count(len(styles))]}


def blended(styles: Sequence[Style]) -> Number:
    """The margin of the shop over the styles whose gross profit is known: of net sales, as the margin of each is."""
    known = [(x.gross, x.net) for x in styles if x.gross is not None and x.net is not None]
    net = sum((net for _gross, net in known), Decimal(0))
    return sum((gross for gross, _net in known), Decimal(0)) / net if net else None


def suggested(styles: Sequence[Style], mean: Number = None) -> dict[str, str]:
    """A role for styles that stand out: traffic (top 20 % by visitors, margin below the shop's), profit (top 20 % by
    gross profit), hero (both by visitors and gross profit). `mean`: the shop's margin, else worked out."""
    mean = blended(styles) if mean is None else mean
    seen, earning = top(styles, "uv"), top(styles, "gross")
    found = {}
    for x in styles:
        if x.key in seen and x.key in earning:
            found[x.key] = HERO
        elif x.key in seen and x.rate is not None and mean is not None and x.rate < mean:
            found[x.key] = TRAFFIC
        elif x.key in earning:
            found[x.key] = PROFIT
    return found
