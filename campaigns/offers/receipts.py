"""A priced basket: the steps that led there, who bears what, what a refund pays back, what the shop keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from campaigns.offers.kinds import WHOLE, Basket, Line, Offer, Payers, Slot
from campaigns.offers.shares import rounded, split


def parts_by_payer(payers: Payers, shares: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
    """A discount, line by line, as borne by merchant, platform and influencer; each line's three parts sum to its
    share."""
    off = sum(shares)
    if payers.merchant_bp == WHOLE or not off:
        return list(shares), [0] * len(shares), [0] * len(shares)
    platform = split(rounded(off, payers.platform_bp, WHOLE), shares)
    rest = [share - part for share, part in zip(shares, platform, strict=True)]
    influencer = split(min(rounded(off, payers.influencer_bp, WHOLE), sum(rest)), rest)
    return [left - part for left, part in zip(rest, influencer, strict=True)], platform, influencer


@dataclass(frozen=True)
class Way:
    """One allowed stacking of a basket. base: fen after the items' own offers; amounts: fen left; both line by line."""

    basket: Basket
    base: tuple[int, ...]
    amounts: tuple[int, ...]
    steps: tuple[tuple[Offer, tuple[int, ...]], ...]
    deposit_fen: int

    def held(self) -> list[int]:
        """What each line is sold for when only discounts borne by the shop count (fen): what a floor is held
        against."""
        left = [line.list_fen * line.pieces for line in self.basket.lines]
        for offer, shares in self.steps:
            for i, part in enumerate(parts_by_payer(offer.payers, shares)[0]):
                left[i] -= part
        return left


@dataclass(frozen=True)
class Applied:
    """One step of a receipt. All fen; `shares` line by line."""

    slot: Slot
    offer: Offer
    off_fen: int
    shares: tuple[int, ...]
    before_fen: int
    after_fen: int
    merchant_fen: int
    platform_fen: int
    influencer_fen: int


@dataclass(frozen=True)
class Extra:
    """A gift (price 0) or an add-on, and what it costs the shop (fen)."""

    offer: Offer
    item: str
    pieces: int
    price_fen: int
    cost_fen: int


@dataclass(frozen=True)
class ReceiptLine:
    """All fen for the whole line: list price, after its own offer, paid, and after the discounts the shop bears."""

    line: Line
    list_fen: int
    item_fen: int
    paid_fen: int
    held_fen: int


@dataclass(frozen=True)
class Refund:
    """What goes back for returned pieces (fen): to the buyer, and the subsidies to those who gave them. The shop's
    coupons stay spent."""

    buyer_fen: int
    platform_fen: int
    influencer_fen: int


@dataclass(frozen=True)
class Receipt:
    lines: tuple[ReceiptLine, ...]
    steps: tuple[Applied, ...]
    extras: tuple[Extra, ...]
    freight_fen: int
    free_freight: Offer | None
    deposit_fen: int = 0

    @property
    def list_fen(self) -> int:
        return sum(line.list_fen for line in self.lines)

    @property
    def goods_fen(self) -> int:
        """What the goods cost, add-ons apart."""
        return sum(line.paid_fen for line in self.lines)

    @property
    def extras_fen(self) -> int:
        return sum(extra.price_fen for extra in self.extras)

    @property
    def payable_fen(self) -> int:
        return self.goods_fen + self.extras_fen + self.freight_fen

    @property
    def balance_fen(self) -> int:
        """What is left to pay after the deposit (尾款)."""
        return self.payable_fen - self.deposit_fen

    @property
    def platform_fen(self) -> int:
        return sum(step.platform_fen for step in self.steps)

    @property
    def influencer_fen(self) -> int:
        return sum(step.influencer_fen for step in self.steps)

    @property
    def merchant_fen(self) -> int:
        return sum(step.merchant_fen for step in self.steps)

    @property
    def extra_cost_fen(self) -> int:
        """What gifts and add-ons cost the shop beyond what is paid for them."""
        return sum(extra.cost_fen - extra.price_fen for extra in self.extras)

    def refund(self, number: int, pieces: int, before: int = 0) -> Refund:
        """What `pieces` of line `number` pay back when `before` pieces of it went back already; all parts sum to the
        line's share."""
        line = self.lines[number]
        count = line.line.pieces
        if pieces < 1 or before < 0 or before + pieces > count:
            raise ValueError(f"{pieces} of {count} cannot go back after {before}")

        def part(total: int) -> int:
            return rounded(total, before + pieces, count) - rounded(total, before, count)

        given = [parts_by_payer(step.offer.payers, step.shares) for step in self.steps]
        return Refund(
            part(line.paid_fen),
            part(sum(parts[1][number] for parts in given)),
            part(sum(parts[2][number] for parts in given)),
        )


@dataclass(frozen=True)
class Expenses:
    """What an order costs beside the goods. Fen for each order (freight, packaging) and for each buyer won (ads); fee
    of what is paid."""

    fee_bp: int = 0
    freight_fen: int = 0
    packaging_fen: int = 0
    ads_fen: int = 0


@dataclass(frozen=True)
class Margin:
    """What the shop keeps of a receipt (fen). `rate` of what it earns, None when it earns nothing or a cost is not
    known."""

    revenue_fen: int
    goods_cost_fen: int | None
    extra_cost_fen: int
    fee_fen: int
    freight_fen: int
    packaging_fen: int
    ads_fen: int
    profit_fen: int | None
    rate: Decimal | None


def margin(receipt: Receipt, expenses: Expenses) -> Margin:
    """Revenue is what the buyer pays together with what platform and influencer add. A line without a cost makes the
    margin unknown."""
    revenue = receipt.payable_fen + receipt.platform_fen + receipt.influencer_fen
    costs = [None if line.line.cost_fen is None else line.line.cost_fen * line.line.pieces for line in receipt.lines]
    goods = None if any(cost is None for cost in costs) else sum(cost for cost in costs if cost is not None)
    extra = sum(item.cost_fen for item in receipt.extras)
    fee = rounded(revenue, expenses.fee_bp, WHOLE)
    profit = None
    if goods is not None:
        profit = revenue - goods - extra - fee - expenses.freight_fen - expenses.packaging_fen - expenses.ads_fen
    rate = Decimal(profit) / revenue if profit is not None and revenue else None
    return Margin(
        revenue, goods, extra, fee, expenses.freight_fen, expenses.packaging_fen, expenses.ads_fen, profit, rate
    )
