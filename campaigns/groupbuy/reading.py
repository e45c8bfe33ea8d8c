"""What the deal pages show: a board by state, and how each deal sells now. Pieces, fen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import BigIntegerField, Case, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest, Least

from campaigns.groupbuy import states, tiers
from campaigns.groupbuy.states import State
from campaigns.models import DealLine, DealSale, GroupDeal
from stores.models import Store

COLUMNS: tuple[tuple[str, tuple[State, ...]], ...] = (
    ("planned", (State.PLANNED,)),
    ("approved", (State.APPROVED,)),
    ("open", (State.OPEN,)),
    ("reached", (State.REACHED,)),
    ("fulfilling", (State.FULFILLING,)),
    ("settled", (State.SETTLED,)),
    ("over", (State.MISSED, State.CANCELLED, State.CLOSED)),
)
SHOWN = 8  # of a column; the rest is a list away


@dataclass(frozen=True)
class Live:
    """How a deal sells: pieces of its quota, sold, held on for (paid, not counted yet), to be refunded for want of
    stock; refunded before and after shipping; orders; buyers who count for the group; what was sold is worth (fen)."""

    quota: int = 0
    orders: int = 0
    sold: int = 0
    kept: int = 0
    short: int = 0
    before: int = 0
    after: int = 0
    buyers: int = 0
    sold_fen: int = 0
    is_voucher: bool = False

    @property
    def remaining(self) -> int:
        return max(0, self.quota - self.sold - self.after - self.kept)

    @property
    def sell_through(self) -> Decimal | None:
        return states.sell_through(self.sold, self.quota)

    @property
    def refunded(self) -> int:
        """As the settlement counts: with the pieces nothing is left for; of vouchers those that had been redeemed."""
        return self.after if self.is_voucher else self.before + self.short + self.after

    @property
    def refund_rate(self) -> Decimal | None:
        """Of the pieces that were paid for (T-41: 40 of 500 is 8 %)."""
        paid = self.sold + self.refunded + (0 if self.is_voucher else self.kept)
        return Decimal(self.refunded) / paid if paid else None


def share(amount: Combinable, part: Combinable, whole: Combinable) -> Combinable:
    """amount x part / whole in SQL, half up to the fen like the settlement's (all of them above or at 0)."""
    return (amount * part * 2 + whole) / (whole * 2)


def too_late(deals: Iterable[GroupDeal]) -> Q:
    """Sales that do not count for the group of a deal that still looks for its buyers."""
    found = Q(pk=None)
    for deal in deals:
        if deal.minimum and deal.state == State.OPEN:
            found |= Q(deal=deal.pk, at__gte=deal.form_by)
    return found


def reached_of(deals: Sequence[int]) -> dict[int, int]:
    """Lines of these deals (ids) that have tiers: what a piece costs (fen) with the pieces sold so far and not given
    back before shipping."""
    tiered = list(DealLine.objects.filter(deal__in=deals).exclude(tiers=[]).order_by())
    standing = F("units") - F("refunded_before") - F("short")
    found = DealSale.objects.filter(line__in=tiered).order_by().values_list("line").annotate(n=Sum(standing))
    sold = dict(found) if tiered else {}
    return {x.pk: tiers.reached(x.price_fen, x.tiers, sold.get(x.pk) or 0) for x in tiered}


def live_of(deals: Iterable[GroupDeal]) -> dict[int, Live]:
    """How each deal (by id) sells; two queries however many."""
    every = list(deals)
    ids = [deal.pk for deal in every]
    quotas = dict(DealLine.objects.filter(deal__in=ids).order_by().values_list("deal").annotate(n=Sum("quota")))
    sold, vouchers, fen = F("taken") - F("refunded_after"), Q(deal__is_voucher=True), BigIntegerField()
    counted = Case(
        When(vouchers, then=Least("redeemed", F("units") - F("refunded_before"))), default=F("units"), output_field=fen
    )
    paid = Case(When(vouchers, then=share(F("paid_fen"), counted, F("units"))), default=F("paid_fen"), output_field=fen)
    worth: Combinable = Greatest(paid - share(paid, counted - sold, counted) - F("back_fen"), 0)
    reached = reached_of(ids)
    if reached:
        prices = [When(line=pk, then=Value(price)) for pk, price in reached.items()]
        worth = Least(worth, Case(*prices, default=F("paid_fen"), output_field=fen) * sold)
    standing = Q(units__gt=F("refunded_before") + F("refunded_after"), short=0) & ~too_late(every)
    rows = (
        DealSale.objects.filter(deal__in=ids)
        .order_by()
        .values("deal")
        .annotate(
            n=Count("pk"),
            goods=Sum(sold),
            held=Sum("kept"),
            lacking=Sum("short"),
            b=Sum("refunded_before"),
            a=Sum("refunded_after"),
            known=Count("buyer", distinct=True, filter=standing & ~Q(buyer="")),
            unknown=Count("pk", filter=standing & Q(buyer="")),
            worth=Sum(
                Case(
                    When(taken__gt=F("refunded_after"), then=worth),
                    default=Value(0),
                    output_field=fen,
                )
            ),
        )
    )
    told = {x["deal"]: x for x in rows}
    answer = {}
    for deal in every:
        x, quota = told.get(deal.pk), quotas.get(deal.pk, 0)
        answer[deal.pk] = Live(
            quota, x["n"], x["goods"], x["held"], x["lacking"], x["b"], x["a"], x["known"] + x["unknown"], x["worth"],
            deal.is_voucher,
        ) if x else Live(quota)  # fmt: skip
    return answer


@dataclass(frozen=True)
class Card:
    deal: GroupDeal
    live: Live


@dataclass(frozen=True)
class Column:
    key: str
    cards: Sequence[Card]
    total: int


def of_store(store: Store, *, search: str = "", site: int | None = None, column: str = "") -> QuerySet[GroupDeal]:
    """The store's deals, those that open last first."""
    found = GroupDeal.objects.filter(store=store).select_related("site")
    if search:
        found = found.filter(Q(name__icontains=search) | Q(site__name__icontains=search))
    if site:
        found = found.filter(site=site)
    if column in dict(COLUMNS):
        found = found.filter(state__in=dict(COLUMNS)[column])
    return found.order_by("-opens_at", "-pk")


def cards(deals: Iterable[GroupDeal]) -> list[Card]:
    found = list(deals)
    live = live_of(found)
    return [Card(deal, live[deal.pk]) for deal in found]


def board(found: QuerySet[GroupDeal]) -> list[Column]:
    """The deals by state; of each column the newest."""
    totals: dict[str, int] = dict(found.order_by().values_list("state").annotate(n=Count("pk")))
    shown = [
        deal for _key, inside in COLUMNS for deal in found.filter(state__in=inside)[:SHOWN]
        if any(totals.get(x) for x in inside)
    ]  # fmt: skip
    by_deal = {card.deal.pk: card for card in cards(shown)}
    return [
        Column(
            key,
            [by_deal[deal.pk] for deal in shown if deal.state in inside],
            sum(totals.get(x, 0) for x in inside),
        )
        for key, inside in COLUMNS
    ]


@dataclass(frozen=True)
class Sold:
    """A line and how it sells: like the deal, sold is what was not refunded."""

    line: DealLine
    sold: int
    kept: int
    after: int

    @property
    def remaining(self) -> int:
        return max(0, self.line.quota - self.sold - self.after - self.kept)


def lines_of(deal: GroupDeal) -> list[Sold]:
    found = deal.lines.select_related("sku__product").annotate(
        n=Coalesce(Sum("sales__taken"), 0),
        k=Coalesce(Sum("sales__kept"), 0),
        a=Coalesce(Sum("sales__refunded_after"), 0),
    )
    return [Sold(line, line.n - line.a, line.k, line.a) for line in found]
