"""The settlement sheet of a deal: its sales as an account, and the site's figures beside it.

Until somebody signs (`settling`), the sheet is worked out anew each time; what was signed is read back from its lines.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from campaigns.groupbuy.reading import reached_of
from campaigns.groupbuy.settlement import (
    REAL,
    Account,
    Cause,
    Costs,
    Part,
    Pieces,
    Row,
    Said,
    Terms,
    account,
    causes,
    own_rates,
)
from campaigns.groupbuy.states import ENDED, counts
from campaigns.models import DealLine, DealSale, GroupDeal, Settlement, SettlementLine
from products.models import Cost
from stores.models import Store

VOID = (GroupDeal.State.MISSED, GroupDeal.State.CANCELLED)
SAID = ("sold", "sales", "refund", "commission", "withheld")  # what a site's sums may say, as typed
MOST_KEYS = 200


@dataclass(frozen=True)
class Line:
    """A line of the sheet: cause is its key (a cause of a difference begins with "d_"), fen with sign, pieces; None =
    there is none, or the site does not say."""

    cause: str
    ours_fen: int
    site_fen: int | None = None
    units: int | None = None
    keys: tuple[str, ...] = ()
    note: str = ""

    @property
    def difference_fen(self) -> int | None:
        return None if self.site_fen is None else self.site_fen - self.ours_fen


@dataclass(frozen=True)
class Sheet:
    """What a deal comes to. difference_fen: the site's payout minus ours; None while the site has said nothing."""

    deal: GroupDeal
    account: Account
    lines: tuple[Line, ...]
    costs: tuple[Line, ...]
    causes: tuple[Line, ...]
    receivable_fen: int
    profit_fen: int
    site_fen: int | None
    settlement: Settlement | None
    uncosted: int
    waiting: int

    @property
    def is_signed(self) -> bool:
        return self.settlement is not None and self.settlement.signed_at is not None

    @property
    def difference_fen(self) -> int | None:
        return None if self.site_fen is None else self.site_fen - self.receivable_fen


def terms_of(deal: GroupDeal) -> Terms:
    """The terms agreed for a deal. The slot fee is paid apart from what the site pays out."""
    return Terms(Decimal(deal.rate_bp) / 10_000, deal.guarantee_fen, deal.slot_fen)


def pieces_of(sale: DealSale, deal: GroupDeal) -> Pieces | None:
    """A sale as the settlement counts it; None while it does not count: the group is not there, or the voucher has not
    been redeemed. Pieces nothing was left for are refunded before shipping."""
    is_waiting = sale.state == DealSale.State.WAITING and not sale.redeemed
    if is_waiting or not counts(deal.state, deal.minimum):
        return None
    sold = min(sale.redeemed, sale.units - sale.refunded_before) if deal.is_voucher else sale.units
    if not sold:
        return None
    before = 0 if deal.is_voucher else min(sale.refunded_before + sale.short, sold)
    return Pieces(sold, before, min(sale.refunded_after, sold - before))


class CostBook:
    """Unit costs (fen) of the deal's products by day."""

    def __init__(self, deal: GroupDeal) -> None:
        self.zone = ZoneInfo(deal.store.timezone)
        self.costs: dict[int, list[tuple[dt.date, int]]] = defaultdict(list)
        dated = Cost.objects.filter(product__skus__deal_lines__deal=deal).distinct().order_by("from_day")
        for product, day, cost in dated.values_list("product_id", "from_day", "cost_fen"):
            self.costs[product].append((day, cost))

    def at(self, product: int, moment: dt.datetime) -> int | None:
        """The cost in force on the local day; None where none was known."""
        day = moment.astimezone(self.zone).date()
        return next((cost for since, cost in reversed(self.costs[product]) if since <= day), None)


def counted(deal: GroupDeal) -> list[tuple[DealSale, Pieces]]:
    """The sales that count, each with its pieces."""
    found = [(x, pieces_of(x, deal)) for x in deal.sales.select_related("line__sku")]
    return [(x, pieces) for x, pieces in found if pieces]


def parts_of(deal: GroupDeal, sales: Sequence[tuple[DealSale, Pieces]]) -> tuple[list[Part], int]:
    """The sales as parts of the account, and how many pieces have no cost."""
    book, parts, uncosted, most = CostBook(deal), [], 0, reached_of([deal.pk])
    for sale, pieces in sales:
        goods = book.at(sale.line.sku.product_id, sale.at)
        uncosted += pieces.kept if goods is None else 0
        costs = Costs(goods or 0, deal.freight_fen, deal.packing_fen, deal.gift_fen, deal.return_fen)
        own = own_rate(deal, sale.line)
        parts.append(Part(0, pieces, costs, paid(sale, pieces.sold), sale.back_fen, most.get(sale.line_id), own))
    return parts, uncosted


def own_rate(deal: GroupDeal, line: DealLine) -> Decimal | None:
    """The commission of a line where it is another than the deal's."""
    return None if line.rate_bp in (None, deal.rate_bp) else Decimal(line.rate_bp or 0) / 10_000


def paid(sale: DealSale, pieces: int) -> int:
    """What was paid for so many pieces of a sale."""
    return Part(0, Pieces(sale.units), paid_fen=sale.paid_fen).worth(pieces)


def rows_of(sales: Sequence[tuple[DealSale, Pieces]], parts: Sequence[Part]) -> dict[str, Row]:
    """Our sales by order or voucher number, of the parts they are."""
    return {
        sale.key: Row(x.pieces.sold, x.worth(x.pieces.sold), x.worth(x.pieces.before + x.pieces.after) + x.back, x.rate)
        for (sale, _pieces), x in zip(sales, parts, strict=True)
    }


def due_back(deal: GroupDeal) -> dict[int, int]:
    """What is still to be given back to buyers who paid more than the tier reached costs, fen by order's id."""
    if deal.state in VOID or not reached_of([deal.pk]):
        return {}
    sales = counted(deal)
    parts, _uncosted = parts_of(deal, sales)
    found = {sale.pk: part.back - sale.back_fen for (sale, _pieces), part in zip(sales, parts, strict=True)}
    return {pk: fen for pk, fen in found.items() if fen > 0}


def said_by(deal: GroupDeal, settlement: Settlement | None) -> Said | None:
    """What the site says: its file where it has sent one, sums as typed, the figure it owes. None: nothing yet."""
    claims = list(deal.claims.all())
    typed: Mapping[str, int] = settlement.said if settlement else {}
    owes = settlement.site_fen if settlement else None
    if not claims:
        if owes is None and not typed:
            return None
        return Said(
            sold=typed.get("sold"),
            sales_fen=typed.get("sales"),
            refund_fen=typed.get("refund"),
            commission_fen=typed.get("commission"),
            withheld_fen=typed.get("withheld"),
            fees=((_("Other fees"), typed["fees"]),) if typed.get("fees") else (),
            payable_fen=owes,
        )
    fees: dict[str, int] = defaultdict(int)
    for claim in claims:
        for name, fen in claim.fees:
            fees[name] += fen
    commissions = [x.commission_fen for x in claims]
    payouts = [x.payout_fen for x in claims]
    told_payout = None if None in payouts else sum(x or 0 for x in payouts)
    named = {x.key: Row(x.units, x.sales_fen, x.refund_fen) for x in claims if not x.key.startswith("#")}
    return Said(
        sold=sum(x.units for x in claims),
        sales_fen=sum(x.sales_fen for x in claims),
        refund_fen=sum(x.refund_fen for x in claims),
        commission_fen=typed.get("commission") if None in commissions else sum(x or 0 for x in commissions),
        withheld_fen=typed.get("withheld"),
        fees=tuple(fees.items()),
        payable_fen=told_payout if owes is None else owes,
        rows=named if len(named) == len(claims) else {},
    )


def sheet(deal: GroupDeal) -> Sheet:
    """The deal's settlement as it stands."""
    settlement = Settlement.objects.filter(deal=deal).select_related("signed_by").first()
    sales, terms = counted(deal), terms_of(deal)
    parts, uncosted = parts_of(deal, sales)
    if deal.state in VOID:  # what was promised without a sale is not owed
        terms = Terms(slot_fen=deal.slot_fen)
    found = account(parts, terms, settlement.billed if settlement else None)
    said = said_by(deal, settlement)
    if settlement is not None and settlement.signed_at is not None:
        return signed(deal, settlement, found, uncosted)
    own = own_rates(parts)
    why = causes(found, terms, said, rows_of(sales, parts), own) if said else []
    notes = {"refund": tier_words(sales, parts)}
    if own and not found.is_guaranteed:
        notes["commission"] = rate_words(found.net, terms, own)
    lines = tuple(replace(x, note=notes.get(x.cause, x.note)) for x in payout_lines(found, said))
    return Sheet(
        deal, found, lines, cost_lines(found), tuple(difference_lines(why)), found.receivable, found.profit,
        lines[-1].site_fen, settlement, uncosted,
        deal.sales.filter(state=DealSale.State.WAITING, redeemed=0).count(),
    )  # fmt: skip


def tier_words(sales: Sequence[tuple[DealSale, Pieces]], parts: Sequence[Part]) -> str:
    """How much of the refunds is what was paid above the tier reached and was not told as given back; "" = nothing."""
    fen = sum(part.back - sale.back_fen for (sale, _x), part in zip(sales, parts, strict=True) if part.most_fen)
    return _("%s of it down to the tier reached") % Decimal(fen).scaleb(-2) if fen > 0 else ""


def rate_words(net_fen: int, terms: Terms, own: Mapping[Decimal, int]) -> str:
    """What each rate stands on, where goods have rates of their own: `8% × 500.00 + 12% × 100.00`."""
    usual = net_fen - sum(own.values())
    told = [*([(terms.rate, usual)] if usual else []), *sorted(own.items())]
    return " + ".join(f"{(rate * 100).normalize():f}% × {Decimal(fen).scaleb(-2)}" for rate, fen in told)[:300]


def payout_lines(found: Account, said: Said | None) -> tuple[Line, ...]:
    """From what was sold to what the site pays, beside what it says."""
    told = said or Said()
    rows = told.rows.values()
    sales = sum(x.paid_fen for x in rows) if rows else told.sales_fen
    refund = sum(x.refund_fen for x in rows) if rows else told.refund_fen
    fees = sum(fen for _name, fen in told.fees)
    site = told.payable_fen
    if said is not None and site is None:  # the site gives no sum of its own
        site = (found.sales if sales is None else sales) - (found.refund if refund is None else refund) - fees
        site -= found.commission if told.commission_fen is None else told.commission_fen
        site -= found.withheld if told.withheld_fen is None else told.withheld_fen
    lines = [
        Line("sales", found.sales, sales, found.sold),
        Line("refund", -found.refund, None if refund is None else -refund, found.refunded),
        Line("net", found.net, None if sales is None or refund is None else sales - refund,
             found.sold - found.refunded),
        Line("commission", -found.commission, None if told.commission_fen is None else -told.commission_fen,
             note="guarantee" if found.is_guaranteed else ""),
    ]  # fmt: skip
    if found.withheld or told.withheld_fen:
        lines.append(Line("withheld", -found.withheld, None if told.withheld_fen is None else -told.withheld_fen))
    if fees:
        lines.append(Line("fees", 0, -fees, note=fee_words(told.fees)))
    return (*lines, Line("receivable", found.receivable, site))


def cost_lines(found: Account) -> tuple[Line, ...]:
    """From what the site pays to what is left."""
    spent = [Line(name, -getattr(found, name)) for name in REAL]
    return (
        Line("receivable", found.receivable),
        *([Line("slot", found.withheld - found.slot)] if found.slot else []),
        *(x for x in spent if x.ours_fen or x.cause in ("goods", "freight")),
        Line("profit", found.profit),
    )


def difference_lines(why: Sequence[Cause]) -> list[Line]:
    """The causes, fees together on one line."""
    fees = [x for x in why if x.code == "fee"]
    rest = [
        Line(f"d_{x.code}", x.fen, None, x.pieces or None, x.references[:MOST_KEYS]) for x in why if x.code != "fee"
    ]
    if fees:
        words = fee_words([(x.name, -x.fen) for x in fees])
        rest.append(Line("d_fee", sum(x.fen for x in fees), note=words))
    return rest


def fee_words(fees: Sequence[tuple[str, int]]) -> str:
    return "、".join(f"{name} {Decimal(fen).scaleb(-2)}" for name, fen in fees)[:300]


def signed(deal: GroupDeal, settlement: Settlement, found: Account, uncosted: int) -> Sheet:
    """The sheet as somebody signed it."""
    kept = [Line(x.cause, x.ours_fen, x.site_fen, x.units, tuple(x.keys), x.note) for x in settlement.lines.all()]
    names = [x.cause for x in kept]
    end = names.index("receivable") + 1
    why = tuple(x for x in kept if x.cause.startswith("d_"))
    costs = tuple(x for x in kept[end:] if not x.cause.startswith("d_"))
    receivable, profit = settlement.receivable_fen or 0, settlement.profit_fen or 0
    told: dict[str, Any] = {x.cause: -x.ours_fen for x in costs}
    spent = {name: told.get(name, 0) for name in REAL}  # costs may be known better now
    found = replace(found, profit=profit, **spent)
    return Sheet(
        deal, found, tuple(kept[:end]), (Line("receivable", receivable), *costs), why, receivable, profit,
        kept[end - 1].site_fen, settlement, uncosted, 0,
    )  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What an ended deal came to: pieces, fen. uncosted: pieces without a cost, which make the profit too high."""

    sold: int
    refunded: int
    sales_fen: int
    net_fen: int
    commission_fen: int
    profit_fen: int
    uncosted: int = 0


def results_of(store: Store) -> dict[int, Result]:
    """The deals of a store that have ended and were not called off, by id: as signed where they are (in one statement),
    else as they stand."""
    over = GroupDeal.objects.filter(store=store, state__in=set(ENDED) - {GroupDeal.State.CANCELLED})
    kept: dict[int, dict[str, SettlementLine]] = defaultdict(dict)
    lines = SettlementLine.objects.filter(settlement__deal__in=over, settlement__signed_at__isnull=False)
    for line in lines.filter(cause__in=["sales", "refund", "net", "commission", "profit"]):
        kept[line.settlement_id][line.cause] = line
    found = {}
    for deal in over.select_related("store"):
        if deal.pk in kept:
            x = kept[deal.pk]
            found[deal.pk] = Result(
                x["sales"].units or 0, x["refund"].units or 0, x["sales"].ours_fen, x["net"].ours_fen,
                -x["commission"].ours_fen, x["profit"].ours_fen,
            )  # fmt: skip
        else:
            told = sheet(deal)
            a = told.account
            found[deal.pk] = Result(a.sold, a.refunded, a.sales, a.net, a.commission, told.profit_fen, told.uncosted)
    return found
