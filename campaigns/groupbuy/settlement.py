"""What a group deal comes to (pure): what was sold, what the site keeps, what the goods cost, what is left; what is
due when; and why the site says another figure.

Amounts are fen, rates are fractions. Commission is the rate on net sales or the guarantee (保底), whichever is more;
goods may have a rate of their own, which stands on all they brought together, half up to the fen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from opsplan.lib.money import half_up, split


@dataclass(frozen=True)
class Terms:
    """rate: commission on net sales. guarantee_fen: the least commission of the deal. slot_fen: 坑位; where it is
    withheld the site takes it off what it pays, otherwise it is paid apart. instalments: percent, in order."""

    rate: Decimal = Decimal(0)
    guarantee_fen: int = 0
    slot_fen: int = 0
    is_slot_withheld: bool = False
    instalments: tuple[int, ...] = (100,)


@dataclass(frozen=True)
class Costs:
    """Fen a piece. A gift goes out with every piece that is shipped and does not come back."""

    goods_fen: int = 0
    freight_fen: int = 0
    packaging_fen: int = 0
    gift_fen: int = 0
    return_freight_fen: int = 0


@dataclass(frozen=True)
class Pieces:
    """sold: paid for (vouchers: redeemed). before, after: of these refunded before and after shipping. lost: of those
    that came back, the ones that cannot be sold again. ValueError where they do not go together."""

    sold: int
    before: int = 0
    after: int = 0
    lost: int = 0

    def __post_init__(self) -> None:
        if min(self.sold, self.before, self.after, self.lost) < 0 or self.before + self.after > self.sold:
            raise ValueError("more was refunded than was sold")
        if self.lost > self.after:
            raise ValueError("more was lost than came back")

    @property
    def kept(self) -> int:
        return self.sold - self.before - self.after

    @property
    def shipped(self) -> int:
        return self.sold - self.before


@dataclass(frozen=True)
class Part:
    """Pieces at one price and one cost. paid_fen: what was paid for all of them, where no price divides it. back_fen:
    given back without a piece. most_fen: a piece costs no more in the end (the tier reached), so what was paid above
    that goes back; what was given back already is a part of it. rate: commission of these goods, None = as agreed for
    the deal."""

    price_fen: int
    pieces: Pieces
    costs: Costs = field(default_factory=Costs)
    paid_fen: int | None = None
    back_fen: int = 0
    most_fen: int | None = None
    rate: Decimal | None = None

    @property
    def net(self) -> int:
        """What stays of what was paid."""
        return self.worth(self.pieces.sold) - self.worth(self.pieces.before + self.pieces.after) - self.back

    @property
    def back(self) -> int:
        """What is given back without a piece: no more than the pieces kept are worth."""
        left = self.worth(self.pieces.sold) - self.worth(self.pieces.before + self.pieces.after)
        above = 0 if self.most_fen is None else left - self.most_fen * self.pieces.kept
        return max(0, min(max(self.back_fen, above), left))

    def worth(self, pieces: int) -> int:
        """What was paid for so many of them, half up to the fen."""
        if self.paid_fen is None:
            return self.price_fen * pieces
        return half_up(Decimal(self.paid_fen) * pieces / self.pieces.sold) if self.pieces.sold else 0


@dataclass(frozen=True)
class Account:
    """A deal in fen. receivable: what the site owes; profit: what is left when everything is paid. goods holds the
    pieces kept by buyers and those lost; other: whatever else was spent on the deal."""

    sold: int
    refunded: int
    sales: int
    refund_before: int
    refund_after: int
    net: int
    commission: int
    is_guaranteed: bool
    slot: int
    withheld: int
    receivable: int
    goods: int
    freight: int
    packaging: int
    gifts: int
    returns: int
    other: int
    profit: int

    @property
    def refund(self) -> int:
        return self.refund_before + self.refund_after

    @property
    def refund_rate(self) -> Decimal | None:
        """By pieces; None before anything was sold."""
        return Decimal(self.refunded) / self.sold if self.sold else None

    @property
    def margin(self) -> Decimal | None:
        """Profit ÷ net sales."""
        return Decimal(self.profit) / self.net if self.net else None


REAL = ("goods", "freight", "packaging", "gifts", "returns", "other")  # what bills may say instead of a cost a piece


def commission(net_fen: int, terms: Terms, own: Mapping[Decimal, int] | None = None) -> int:
    return max(by_rates(net_fen, terms, own), terms.guarantee_fen)


def by_rates(net_fen: int, terms: Terms, own: Mapping[Decimal, int] | None = None) -> int:
    """Commission before the guarantee. own: of the net sales those of goods that have a rate of their own, by rate."""
    special = own or {}
    usual = half_up((net_fen - sum(special.values())) * terms.rate)
    return usual + sum(half_up(fen * rate) for rate, fen in special.items())


def own_rates(parts: Iterable[Part]) -> dict[Decimal, int]:
    """Rate -> net sales of the goods that have it for their own."""
    found: dict[Decimal, int] = {}
    for x in parts:
        if x.rate is not None:
            found[x.rate] = found.get(x.rate, 0) + x.net
    return found


def account(parts: Sequence[Part], terms: Terms, billed: Mapping[str, int] | None = None) -> Account:
    """What the parts come to. billed: fen of what was really paid, by names of REAL; the rest is pieces x cost."""
    sales = sum(x.worth(x.pieces.sold) for x in parts)
    before = sum(x.worth(x.pieces.before) for x in parts)
    after = sum(x.worth(x.pieces.before + x.pieces.after) + x.back for x in parts) - before
    net = sales - before - after
    own = own_rates(parts)
    kept = commission(net, terms, own)
    withheld = terms.slot_fen if terms.is_slot_withheld else 0
    spent = {
        "goods": sum(x.costs.goods_fen * (x.pieces.kept + x.pieces.lost) for x in parts),
        "freight": sum(x.costs.freight_fen * x.pieces.shipped for x in parts),
        "packaging": sum(x.costs.packaging_fen * x.pieces.shipped for x in parts),
        "gifts": sum(x.costs.gift_fen * x.pieces.shipped for x in parts),
        "returns": sum(x.costs.return_freight_fen * x.pieces.after for x in parts),
        "other": 0,
    } | {name: fen for name, fen in (billed or {}).items() if name in REAL}
    return Account(
        sold=sum(x.pieces.sold for x in parts),
        refunded=sum(x.pieces.before + x.pieces.after for x in parts),
        sales=sales,
        refund_before=before,
        refund_after=after,
        net=net,
        commission=kept,
        is_guaranteed=kept > by_rates(net, terms, own),
        slot=terms.slot_fen,
        withheld=withheld,
        receivable=net - kept - withheld,
        profit=net - kept - terms.slot_fen - sum(spent.values()),
        **spent,
    )


def instalments(receivable_fen: int, shares: Sequence[int]) -> list[int]:
    """What is due each time; always adds up to the whole. One share of 100 where none are given."""
    parts = list(shares) or [100]
    return [-x for x in split(-receivable_fen, parts)] if receivable_fen < 0 else split(receivable_fen, parts)


# --- the site's figure ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """An order or voucher as one side knows it. What was refunded is a part of what was paid. rate: as of a `Part`."""

    pieces: int
    paid_fen: int
    refund_fen: int = 0
    rate: Decimal | None = None


@dataclass(frozen=True)
class Said:
    """What a site's settlement says. rows: by order or voucher number, where its file has them; otherwise the sums.
    None: it does not say. fees: what it takes off besides, by its own names."""

    sold: int | None = None
    sales_fen: int | None = None
    refund_fen: int | None = None
    commission_fen: int | None = None
    withheld_fen: int | None = None
    fees: tuple[tuple[str, int], ...] = ()
    payable_fen: int | None = None
    rows: Mapping[str, Row] = field(default_factory=dict)


@dataclass(frozen=True)
class Cause:
    """Why the site's figure is another. fen: what it changes on what is paid out (below zero: we get less);
    references: the orders or vouchers concerned. code names the reason:

    missing: we know orders the site does not tell of; unknown: the site tells of orders we do not know;
    price: the same order at another amount; pieces: another number of pieces, where there are no rows to compare;
    refunds; base: commission that follows from other sales; commission: another commission than agreed; slot;
    fee: something taken off that was not agreed; sum: the site's own lines do not add up to what it pays.
    """

    code: str
    fen: int
    pieces: int = 0
    references: tuple[str, ...] = ()
    name: str = ""


def causes(
    ours: Account,
    terms: Terms,
    said: Said,
    rows: Mapping[str, Row] | None = None,
    own: Mapping[Decimal, int] | None = None,
) -> list[Cause]:
    """The site's figure minus ours, by cause; the causes always add up to the whole difference. `rows`: our orders by
    number; `own`: our net sales with rates of their own, which other sales without rows have the same share of. What
    the site does not say is taken to be as we have it."""
    if said.rows and rows:
        found = by_rows(rows, said.rows)
        sales = ours.sales + sum(x.fen for x in found if x.code != "refunds")
        refund = ours.refund - sum(x.fen for x in found if x.code == "refunds")
        special = own_of_rows(rows, said.rows)
    else:
        sales = ours.sales if said.sales_fen is None else said.sales_fen
        refund = ours.refund if said.refund_fen is None else said.refund_fen
        found = by_sums(ours, said, sales, refund)
        shares = (own or {}) if ours.net else {}
        special = {rate: half_up(Decimal(fen) * (sales - refund) / ours.net) for rate, fen in shares.items()}
    agreed = commission(sales - refund, terms, special)
    taken = agreed if said.commission_fen is None else said.commission_fen
    withheld = ours.withheld if said.withheld_fen is None else said.withheld_fen
    found.append(Cause("base", ours.commission - agreed))
    found.append(Cause("commission", agreed - taken))
    found.append(Cause("slot", ours.withheld - withheld))
    found += [Cause("fee", -fen, name=name) for name, fen in said.fees]
    reckoned = sales - refund - taken - withheld - sum(fen for _name, fen in said.fees)
    found.append(Cause("sum", 0 if said.payable_fen is None else said.payable_fen - reckoned))
    return [x for x in found if x.fen or x.references]


def by_sums(ours: Account, said: Said, sales: int, refund: int) -> list[Cause]:
    """Pieces at our own mean price first; what is left of the difference in sales is another price."""
    more = 0 if said.sold is None else said.sold - ours.sold
    worth = half_up(Decimal(ours.sales) * more / ours.sold) if ours.sold else (sales if more else 0)
    return [
        Cause("pieces", worth, more),
        Cause("price", sales - ours.sales - worth),
        Cause("refunds", ours.refund - refund),
    ]


def own_of_rows(ours: Mapping[str, Row], theirs: Mapping[str, Row]) -> dict[Decimal, int]:
    """Their net sales by rates of their own, which our order of the same number tells."""
    found: dict[Decimal, int] = {}
    for key, row in theirs.items():
        rate = ours[key].rate if key in ours else None
        if rate is not None:
            found[rate] = found.get(rate, 0) + row.paid_fen - row.refund_fen
    return found


def by_rows(ours: Mapping[str, Row], theirs: Mapping[str, Row]) -> list[Cause]:
    """Order by order. A refund of an order only one side knows counts among the refunds."""
    missing = tuple(x for x in ours if x not in theirs)
    unknown = tuple(x for x in theirs if x not in ours)
    both = [x for x in ours if x in theirs]
    other = tuple(x for x in both if ours[x].paid_fen != theirs[x].paid_fen)
    nothing = Row(0, 0)
    pairs = {x: (ours.get(x, nothing), theirs.get(x, nothing)) for x in (*ours, *unknown)}
    refunds = tuple(x for x, (a, b) in pairs.items() if a.refund_fen != b.refund_fen)
    return [
        Cause("missing", -sum(ours[x].paid_fen for x in missing), -sum(ours[x].pieces for x in missing), missing),
        Cause("unknown", sum(theirs[x].paid_fen for x in unknown), sum(theirs[x].pieces for x in unknown), unknown),
        Cause("price", sum(theirs[x].paid_fen - ours[x].paid_fen for x in other), 0, other),
        Cause("refunds", sum(pairs[x][0].refund_fen - pairs[x][1].refund_fen for x in refunds), 0, refunds),
    ]
