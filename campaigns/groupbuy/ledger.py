"""A deal's units in the stock ledger: made to say what `states.covers` says, whatever was told in which order."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.groupbuy import states
from campaigns.models import DealLine, DealSale, GroupDeal
from products.models import StockHold
from products.stock_holds import call_off, hold_more, holds_of
from products.stock_services import items_of, release, take
from staff.models import User


def facts(deal: GroupDeal) -> states.Deal:
    """A deal as the rules see it."""
    return states.Deal(
        deal.state, deal.opens_at, deal.closes_at, deal.form_by, deal.decided_at, deal.over_at, deal.minimum,
        deal.is_voucher, deal.valid_until,
    )  # fmt: skip


def fact(sale: DealSale) -> states.Sale:
    """An order or voucher as the rules see it."""
    return states.Sale(
        sale.key, sale.units, sale.at, sale.refunded_before, sale.refunded_after, sale.redeemed, sale.buyer, sale.taken,
        sale.kept,
    )  # fmt: skip


@dataclass
class Moved:
    """Units that moved in the ledger."""

    held: int = 0
    taken: int = 0
    called_off: int = 0
    released: int = 0
    short: int = 0

    def told(self) -> dict[str, int]:
        return {name: units for name, units in vars(self).items() if units}


def fit(deal: GroupDeal, now: dt.datetime, by: User | None = None) -> Moved:
    """Make the stock ledger say what the deal's state and sales ask for. Call with the deal locked; done again it does
    nothing."""
    moved, found = Moved(), facts(deal)
    for line in deal.lines.select_related("sku__product").order_by("sku_id"):
        fit_line(deal, found, line, now, by, moved)
    return moved


def fit_line(
    deal: GroupDeal, found: states.Deal, line: DealLine, now: dt.datetime, by: User | None, moved: Moved
) -> None:
    """Make the ledger match one line: what came back, what was sold, what is held on for; counted up in `moved`."""
    sku, reference = line.sku, deal.reference
    holds = list(StockHold.objects.select_for_update().filter(sku=sku, reference=reference).order_by("pk"))
    item = items_of([sku])[sku.pk]
    free = max(0, item.on_hand - item.safety - item.held - item.due)
    left = sum(hold.left for hold in holds)
    sales = list(line.sales.order_by("pk"))
    sold = sum(sale.taken for sale in sales)
    is_free = sku.product.is_unstocked
    most = line.quota if is_free else min(line.quota, sold + left + free)
    covers = states.covers(found, [fact(sale) for sale in sales], most, now)
    back = sum(max(0, sale.taken - one.taken) for sale, one in zip(sales, covers, strict=True))
    more = sum(max(0, one.taken - sale.taken) for sale, one in zip(sales, covers, strict=True))
    if back:
        take_back(holds, back, by, deal.name)
        free, sold = free + back, sold - back
    kept = sum(one.kept for one in covers)
    goal = max(kept, line.quota - sold - more) if deal.state in states.HOLDING else kept
    lacking = max(0, more + goal - left)
    lacking = lacking if is_free else min(lacking, free)
    if lacking:
        hold_more(deal.store, sku, lacking, reference, by=by, why=deal.name)
    mine = next((hold for hold in holds_of(deal.store, sku, reference) if hold.closed_at is None), None)
    if mine and more:
        take(mine, more, by=by, why=deal.name)
        mine.refresh_from_db()
    surplus = mine.left - goal if mine else 0
    if mine and surplus > 0:
        release(mine, surplus, by=by, why=deal.name)
    moved.held += lacking
    moved.taken += more
    moved.called_off += back
    moved.released += max(0, surplus)
    moved.short += sum(one.short for one in covers)
    write(found, sales, covers, now)


def take_back(holds: Sequence[StockHold], units: int, by: User | None, why: str) -> None:
    """Call off units that were taken, those of the latest hold first."""
    for hold in reversed(holds):
        part = min(units, hold.taken)
        if part:
            call_off(hold, part, by=by, why=why)
            units -= part


def write(found: states.Deal, sales: Sequence[DealSale], covers: Sequence[states.Cover], now: dt.datetime) -> None:
    """What each sale has of the stock, and what it is now."""
    changed = []
    for sale, one in zip(sales, covers, strict=True):
        before = (sale.taken, sale.kept, sale.short, sale.state)
        sale.taken, sale.kept, sale.short = one.taken, one.kept, one.short
        sale.state = state_of(found, sale, now)
        if before != (sale.taken, sale.kept, sale.short, sale.state):
            changed.append(sale)
    DealSale.objects.bulk_update(changed, ["taken", "kept", "short", "state"], batch_size=500)


def state_of(deal: states.Deal, sale: DealSale, now: dt.datetime) -> str:
    """Where an order or voucher stands, from what came back, was redeemed or lacks stock."""
    kinds = DealSale.State
    if sale.refunded_before >= sale.units:
        return kinds.REFUNDED
    if sale.net <= 0 or (deal.is_voucher and sale.refunded_after and sale.refunded_after >= sale.redeemed):
        return kinds.RETURNED
    if sale.short:
        return kinds.SHORT
    if deal.is_voucher and sale.redeemed and sale.redeemed >= sale.units - sale.refunded_before:
        return kinds.REDEEMED
    if states.is_lapsed(deal, now):
        return kinds.REDEEMED if sale.redeemed else kinds.LAPSED
    return kinds.SOLD if sale.taken and not deal.is_voucher else kinds.WAITING
