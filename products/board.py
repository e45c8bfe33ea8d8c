"""The stage board and the numbers of its cards, in few statements however many products there are."""

from dataclasses import dataclass
from typing import Any

from products.lifecycle import STAGES
from products.models import Move, Product, Rank, StageEvidence
from products.stages import ALIVE
from stores.models import Store

MOST = 20  # cards of a column


@dataclass(frozen=True)
class Card:
    """A product as the board shows it: the evidence last worked out, its last ranks, the move that waits."""

    product: Product
    evidence: dict[str, Any]
    rank: Rank | None
    move: Move | None

    @property
    def lacks_ranks(self) -> bool:
        return "ranks" in self.evidence.get("missing", []) and self.product.stage == "growth"


@dataclass(frozen=True)
class Column:
    """A stage with its cards: those that wait for a decision first, then heroes; `count` of all, and how many of them
    are heroes or kept without stock."""

    stage: str
    cards: list[Card]
    count: int
    heroes: int
    unstocked: int


def columns(store: Store) -> list[Column]:
    """The board; four statements."""
    products = list(Product.objects.filter(store=store, status__in=ALIVE))
    told = dict(StageEvidence.objects.filter(product__store=store).values_list("product_id", "facts"))
    moves = {x.product_id: x for x in Move.objects.filter(product__store=store, state=Move.State.OPEN)}
    ranks: dict[int, Rank] = {}
    for rank in Rank.objects.filter(product__store=store).order_by("week"):
        ranks[rank.product_id] = rank
    found = []
    for stage in STAGES:
        here = [x for x in products if x.stage == stage]
        here.sort(key=lambda x: (x.pk not in moves, not x.is_hero, x.code))
        cards = [Card(x, told.get(x.pk, {}), ranks.get(x.pk), moves.get(x.pk)) for x in here[:MOST]]
        found.append(Column(stage, cards, len(here), sum(x.is_hero for x in here), sum(x.is_unstocked for x in here)))
    return found
