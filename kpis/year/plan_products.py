"""Products a plan names: a cell of hero products holds codes, a line each; what is no product stays as words."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from kpis.models import PlanCell, PlanRow
from products.models import Product
from stores.models import Store

BETWEEN = re.compile(r"[、,，;；/\n]+")
DASH = " · "  # as the lists of a workbook write it: code · title
MOST_FOUND = 50


@dataclass(frozen=True)
class Named:
    """A product, or words that are none (`product` None)."""

    text: str
    product: Product | None = None


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def pieces_of(line: str) -> list[str]:
    return [piece.strip() for piece in BETWEEN.split(line) if piece.strip()]


def named(store: Store, texts: Iterable[str]) -> dict[str, list[Named]]:
    """What each text names, each thing once. A line that is no product as a whole is taken apart at 、 and its like; a
    product is known by its code, by its title, or by both as `code · title`."""
    wanted = dict.fromkeys(texts)
    asked = {x for text in wanted for line in lines_of(text) for x in (line, *pieces_of(line))}
    asked |= {x.partition(DASH)[0] for x in asked}
    if not asked:
        return {text: [] for text in wanted}
    found = Product.objects.filter(Q(code__in=asked) | Q(title__in=asked), store=store).order_by("-id")
    known = {x.title: x for x in found} | {x.code: x for x in found}

    def product(piece: str) -> Product | None:
        return known.get(piece) or (known.get(piece.partition(DASH)[0]) if DASH in piece else None)

    def each(text: str) -> list[Named]:
        out: dict[str, Named] = {}
        for line in lines_of(text):
            for piece in [line] if product(line) else pieces_of(line):
                there = product(piece)
                out.setdefault(there.code if there else piece, Named(there.code if there else piece, there))
        return list(out.values())

    return {text: each(text) for text in wanted}


def codes_of(store: Store, text: str) -> str:
    """What a person wrote into a cell of hero products, as it is kept: a code or words on each line."""
    return "\n".join(x.text for x in named(store, [text])[text])


def link(store: Store, row: PlanRow, months: Iterable[int]) -> None:
    """Tie the cells of a row of hero products to the products their text names."""
    cells = list(PlanCell.objects.filter(row=row, month__in=list(months)))
    found = named(store, [cell.text for cell in cells])
    for cell in cells:
        cell.products.set([x.product for x in found[cell.text] if x.product])


def by_code(store: Store, codes: Sequence[str]) -> list[Product]:
    """The products of these codes, in this order; unknown codes are left out."""
    found = {x.code: x for x in Product.objects.filter(store=store, code__in=codes)}
    return [found[code] for code in dict.fromkeys(codes) if code in found]


def search(store: Store, text: str, category: str = "") -> list[Product]:
    """Products to choose from, by code or title, at most MOST_FOUND."""
    found = Product.objects.filter(store=store).order_by("title")
    if category:
        found = found.filter(category=category)
    for word in text.split()[:5]:
        found = found.filter(Q(code__icontains=word) | Q(title__icontains=word))
    return list(found[:MOST_FOUND])


def categories(store: Store) -> list[str]:
    found = Product.objects.filter(store=store).exclude(category="")
    return list(found.order_by("category").values_list("category", flat=True).distinct())


def choices(store: Store) -> list[str]:
    """`code · title`, for the lists of a workbook."""
    return [f"{x.code}{DASH}{x.title}" if x.code != x.title else x.code
            for x in Product.objects.filter(store=store).order_by("title")[:500]]  # fmt: skip
