"""How wide and deep the range is, and what it should be (S056-S061, S111). Pure but for its words."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

BANDS = (0, 5_000, 10_000, 20_000, 50_000)  # list price in fen, from


@dataclass(frozen=True)
class Norms:
    """How many styles a shop should have; a store may set each."""

    least: int = 40
    most: int = 45
    full: int = 50  # and what a shop VIP scheme needs
    heroes: int = 2


@dataclass(frozen=True)
class Kind:
    """A style as the range sees it: what it is of, its list price in fen (None = not known), its SKUs."""

    category: str
    style: str
    price_fen: int | None
    skus: int
    is_hero: bool = False
    is_unstocked: bool = False


@dataclass(frozen=True)
class Cell:
    """Breadth and depth of one group: styles, and SKUs of a style on average."""

    name: str
    styles: int
    skus: int

    @property
    def depth(self) -> Decimal:
        return (Decimal(self.skus) / self.styles).quantize(Decimal("0.1"))


def norms(own: Mapping[str, object]) -> Norms:
    """The usual ones with the store's own laid over; 1 to 5 heroes, 1 to 100,000 styles; else as usual."""
    found = {}
    for x in fields(Norms):
        text = str(own.get(x.name, ""))
        top = 5 if x.name == "heroes" else 100_000
        if text.isdecimal() and 1 <= int(text) <= top:
            found[x.name] = int(text)
    return Norms(**found)


def warnings(kinds: Sequence[Kind], usual: Norms | None = None) -> list[str]:
    """What is off: few (below the least), many (above the full range), vip (fewer than the VIP scheme needs), heroes
    (not as many as wanted)."""
    usual = usual or Norms()
    count, found = len(kinds), []
    if count < usual.least:
        found.append("few")
    if count > usual.full:
        found.append("many")
    if count < usual.full:
        found.append("vip")
    if sum(x.is_hero for x in kinds) != usual.heroes:
        found.append("heroes")
    return found


def bands(like_yuan: Decimal = Decimal(1)) -> tuple[int, ...]:
    """Where price bands begin, in fen of a currency of which so many stand for a yuan."""
    return tuple(int(x * like_yuan) for x in BANDS)


def band(price_fen: int | None, begin: Iterable[int]) -> int | None:
    """The price band a list price is in: where it begins, in fen."""
    return None if price_fen is None else max(x for x in begin if x <= max(price_fen, 0))


def grid(kinds: Iterable[Kind], by: str) -> list[Cell]:
    """Breadth and depth by category or style, the widest first."""
    styles: Counter[str] = Counter()
    skus: Counter[str] = Counter()
    for x in kinds:
        name = getattr(x, by)
        styles[name] += 1
        skus[name] += max(x.skus, 1)
    return [Cell(name, count, skus[name]) for name, count in sorted(styles.items(), key=lambda x: (-x[1], x[0]))]


def by_band(kinds: Iterable[Kind], begin: Iterable[int] = BANDS) -> list[tuple[int | None, int, int]]:
    """(where the band begins in fen, styles, SKUs), cheap to dear; None: without a price."""
    styles: Counter[int | None] = Counter()
    skus: Counter[int | None] = Counter()
    for x in kinds:
        styles[band(x.price_fen, begin)] += 1
        skus[band(x.price_fen, begin)] += max(x.skus, 1)
    return [(x, styles[x], skus[x]) for x in sorted(styles, key=lambda x: (x is None, x or 0))]
