"""Offers as data: what a promotion rule says, in whole fen and basis points (10000 = the full price). No arithmetic
here.

An offer is reduced to one of a few `terms`; its kind says how people call it, its level who gives it (the item, the
shop, the platform), its slot where it stands in the order of stacking. Of one slot a buyer gets at most one offer:
the best one.
"""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

WHOLE = 10_000  # basis points: the full price, or all of a cost


class Kind(StrEnum):
    """The promotions a shop can run (domain.md 3.5, S078)."""

    TIMED = "timed"  # 限时折扣
    FLASH = "flash"  # 秒杀
    REDUCTION = "reduction"  # 满减
    FULL_RATE = "full_rate"  # 满折
    GIFT = "gift"  # 满赠
    NTH = "nth"  # 第N件
    ADD_ON = "add_on"  # 换购
    N_FREE = "n_free"  # 买N免1
    FREE_FREIGHT = "free_freight"  # 包邮
    COUPON = "coupon"  # 优惠券
    VIP = "vip"  # VIP 价
    ONE_YUAN = "one_yuan"  # 一元拍
    FREIGHT_CARD = "freight_card"  # 全年包邮卡
    PRESALE = "presale"  # 预售
    GROUP = "group"  # 拼团
    RED_PACKET = "red_packet"  # 红包
    POINTS = "points"  # 积分 / 淘金币


class Level(StrEnum):
    """Who gives it, and therefore when it is taken off."""

    ITEM = "item"
    SHOP = "shop"
    PLATFORM = "platform"


class Slot(StrEnum):
    """The places of the order of stacking. One offer a slot; in `ITEM` one for each line."""

    ITEM = "item"
    N_FREE = "n_free"
    FULL = "full"
    SHOP_COUPON = "shop_coupon"
    ITEM_COUPON = "item_coupon"
    VIP = "vip"
    CROSS_SHOP = "cross_shop"
    PLATFORM_COUPON = "platform_coupon"
    RED_PACKET = "red_packet"
    POINTS = "points"
    EXTRA = "extra"  # gifts and add-ons: change no price of the goods
    FREIGHT = "freight"


class Base(StrEnum):
    """What a threshold is compared with: the price after the item's own offers, or what is left when its turn comes."""

    PARALLEL = "parallel"
    PROGRESSIVE = "progressive"


@dataclass(frozen=True)
class Cut:
    """A lower price of single products: fixed prices (code, fen), a rate, or so many fen off each piece."""

    prices: tuple[tuple[str, int], ...] = ()
    rate_bp: int | None = None
    off_fen: int | None = None

    @cached_property
    def by_code(self) -> dict[str, int]:
        """The fixed prices (fen); of a product named twice the first."""
        return dict(reversed(self.prices))


@dataclass(frozen=True)
class Step:
    """From `at` on (fen, or pieces): `off_fen` less, or the rate `rate_bp`."""

    at: int
    off_fen: int = 0
    rate_bp: int = WHOLE


@dataclass(frozen=True)
class Ladder:
    """Steps, of which the highest reached counts. Repeating: one step, each time it is reached, up to `cap_fen`."""

    steps: tuple[Step, ...]
    by_pieces: bool = False
    repeating: bool = False
    cap_fen: int | None = None


@dataclass(frozen=True)
class GiftStep:
    at: int
    item: str
    cost_fen: int
    pieces: int = 1


@dataclass(frozen=True)
class Gifts:
    """The gift of the highest step reached; its cost is a cost of the order, not a lower price."""

    steps: tuple[GiftStep, ...]
    by_pieces: bool = False


@dataclass(frozen=True)
class Nth:
    """Every n-th piece of a product at `rate_bp` of its price (第2件半价: n=2, 5000)."""

    n: int
    rate_bp: int


@dataclass(frozen=True)
class AddOn:
    """From `at_fen` on a further item may be had for `price_fen`; it helps no threshold."""

    at_fen: int
    item: str
    price_fen: int
    cost_fen: int = 0


@dataclass(frozen=True)
class NFree:
    """Of every `n` pieces the cheapest is free."""

    n: int


@dataclass(frozen=True)
class Freight:
    """No freight from `at_fen` on, judged after all discounts; also with `pieces` pieces when that is said."""

    at_fen: int = 0
    pieces: int | None = None


@dataclass(frozen=True)
class Voucher:
    """A coupon: from `at_fen` on `off_fen` less, or a rate (at most `cap_fen` off). To be claimed in [claim_from,
    claim_until)."""

    at_fen: int = 0
    off_fen: int = 0
    rate_bp: int = WHOLE
    cap_fen: int | None = None
    claim_from: dt.datetime | None = None
    claim_until: dt.datetime | None = None


@dataclass(frozen=True)
class Tiers:
    """VIP levels and their rates."""

    rates: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Presale:
    """A deposit for each piece that counts as `counts_fen` (定金膨胀), and `off_fen` less for paying it (立减)."""

    deposit_fen: int
    counts_fen: int | None = None
    off_fen: int = 0

    @property
    def less_fen(self) -> int:
        """What a piece gets cheaper."""
        return self.off_fen + (self.counts_fen - self.deposit_fen if self.counts_fen is not None else 0)


@dataclass(frozen=True)
class Points:
    """Points pay at most `max_bp` of what is left."""

    max_bp: int


Terms = Cut | Ladder | Gifts | Nth | AddOn | NFree | Freight | Voucher | Tiers | Presale | Points


@dataclass(frozen=True)
class Payers:
    """Who bears a discount, in basis points; together 10000."""

    merchant_bp: int = WHOLE
    platform_bp: int = 0
    influencer_bp: int = 0


@dataclass(frozen=True)
class Offer:
    """One promotion rule. `products` None = all goods. Times [starts, ends) in UTC, None = open. `limit` pieces for
    one buyer, `stock` pieces in all. `excludes`: kinds it is not given together with on the same goods. `audience`:
    all, new or vip buyers. `is_agreed`: with others (a group deal), so no way out changes it."""

    key: str
    kind: Kind
    terms: Terms
    name: str = ""
    level: Level = Level.SHOP
    products: frozenset[str] | None = None
    payers: Payers = field(default_factory=Payers)
    starts: dt.datetime | None = None
    ends: dt.datetime | None = None
    limit: int | None = None
    stock: int | None = None
    audience: str = "all"
    excludes: frozenset[Kind] = frozenset()
    is_agreed: bool = False

    def covers(self, code: str) -> bool:
        """Whether the product is among those it is for."""
        return self.products is None or code in self.products

    def is_live(self, at: dt.datetime | None) -> bool:
        """Whether it may be used at this instant (None = whenever)."""
        if at is None:
            return True
        if (self.starts and at < self.starts) or (self.ends and at >= self.ends):
            return False
        claim = self.terms.claim_from if isinstance(self.terms, Voucher) else None
        return claim is None or claim <= at


ITEM_KINDS = frozenset({Kind.TIMED, Kind.FLASH, Kind.ONE_YUAN, Kind.GROUP, Kind.PRESALE, Kind.NTH})
COUPON_SLOTS = {Level.ITEM: Slot.ITEM_COUPON, Level.SHOP: Slot.SHOP_COUPON, Level.PLATFORM: Slot.PLATFORM_COUPON}
PLAIN_SLOTS = {
    Kind.N_FREE: Slot.N_FREE,
    Kind.VIP: Slot.VIP,
    Kind.RED_PACKET: Slot.RED_PACKET,
    Kind.POINTS: Slot.POINTS,
    Kind.GIFT: Slot.EXTRA,
    Kind.ADD_ON: Slot.EXTRA,
    Kind.FREE_FREIGHT: Slot.FREIGHT,
    Kind.FREIGHT_CARD: Slot.FREIGHT,
}


def slot_of(offer: Offer) -> Slot:
    """Where an offer stands in the order of stacking."""
    if offer.kind in ITEM_KINDS:
        return Slot.ITEM
    if offer.kind is Kind.COUPON:
        return COUPON_SLOTS[offer.level]
    if offer.kind in PLAIN_SLOTS:
        return PLAIN_SLOTS[offer.kind]
    return Slot.CROSS_SHOP if offer.level is Level.PLATFORM else Slot.FULL


@dataclass(frozen=True)
class Stacking:
    """The order in which a platform takes discounts off after the items' own, and what it compares thresholds with."""

    order: tuple[Slot, ...] = (
        Slot.N_FREE,
        Slot.FULL,
        Slot.SHOP_COUPON,
        Slot.ITEM_COUPON,
        Slot.VIP,
        Slot.CROSS_SHOP,
        Slot.PLATFORM_COUPON,
        Slot.RED_PACKET,
        Slot.POINTS,
    )
    base: Base = Base.PARALLEL


# A buyer may leave these aside; the others come off by themselves.
OPTIONAL = frozenset(
    {Slot.SHOP_COUPON, Slot.ITEM_COUPON, Slot.PLATFORM_COUPON, Slot.RED_PACKET, Slot.POINTS}
)  # fmt: skip


@dataclass(frozen=True)
class Rules:
    """All offers that may meet in one order, and how they stack."""

    offers: tuple[Offer, ...]
    stacking: Stacking = field(default_factory=Stacking)


@dataclass(frozen=True)
class Line:
    """So many pieces of a product at its list price (fen); `cost_fen` of one piece, None = not known."""

    code: str
    list_fen: int
    pieces: int = 1
    cost_fen: int | None = None


@dataclass(frozen=True)
class Buyer:
    """What offers ask of a buyer. `points_fen`: worth of the points at hand. `addons`: keys of the add-on offers
    taken up."""

    vip: int = 0
    is_new: bool = False
    has_card: bool = False
    in_group: bool = False
    points_fen: int = 0
    addons: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Basket:
    lines: tuple[Line, ...]
    freight_fen: int = 0
