"""What to do about products that are bought together (S067, S069): offer them as a bundle, or show one on the page of
the other so that it pulls the next best seller along. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from products.lifecycle import GROWTH, INCUBATION, MATURITY

CHANCE = Decimal(1)  # lift of two products that have nothing to do with one another
TOGETHER = Decimal("1.5")  # from this lift on they are a bundle
PULLED = (INCUBATION, GROWTH)


class Together(Protocol):
    """Two products in one basket, as the orders tell it."""

    @property
    def first(self) -> int: ...

    @property
    def second(self) -> int: ...

    @property
    def together(self) -> int: ...

    @property
    def first_cnt(self) -> int: ...

    @property
    def second_cnt(self) -> int: ...

    @property
    def lift(self) -> Decimal: ...


@dataclass(frozen=True)
class Good:
    """What is asked of a product here: its stage, whether it is a hero, the lowest price it may be sold at (fen)."""

    stage: str
    is_hero: bool = False
    floor_fen: int | None = None

    @property
    def pulls(self) -> bool:
        return self.is_hero or self.stage == MATURITY


@dataclass(frozen=True)
class Suggestion:
    """`first` goes with `second`. kind: "pull" (show the second on the page of the first, and as a bundle) or "bundle".
    confidence: of the orders with the first, also the second. least_fen: both floors together, None without a price."""

    kind: str
    first: int
    second: int
    together: int
    confidence: Decimal
    lift: Decimal
    least_fen: int | None


def suggestions(pairs: Iterable[Together], goods: Mapping[int, Good], most: int = 12) -> list[Suggestion]:
    """What follows from the pairs: those that pull a young style first, then by lift. A pair that is in one basket no
    more often than by chance, or of products not named in `goods`, says nothing."""
    found = []
    for x in pairs:
        if x.first not in goods or x.second not in goods or x.lift <= CHANCE:
            continue
        one, other = goods[x.first], goods[x.second]
        there = one.pulls and other.stage in PULLED and not other.is_hero
        back = other.pulls and one.stage in PULLED and not one.is_hero
        if not there and not back and x.lift < TOGETHER:
            continue
        first, second, base = (x.second, x.first, x.second_cnt) if back else (x.first, x.second, x.first_cnt)
        floors = [one.floor_fen, other.floor_fen]
        least = sum(f for f in floors if f is not None) if None not in floors else None
        kind = "pull" if there or back else "bundle"
        found.append(Suggestion(kind, first, second, x.together, Decimal(x.together) / base, x.lift, least))
    return sorted(found, key=lambda x: (x.kind != "pull", -x.lift, x.first, x.second))[:most]
