"""What a group-buy deal does with its stock besides holding, taking and letting go: a hold grows, and what was sold is
called off before it is shipped."""

from django.db import transaction
from django.db.models import F

from opsplan.fitting import fitting
from opsplan.lib import clock
from products.models import SKU, StockHold, StockItem, StockMovement
from products.stock_services import NotEnough, NotHeld, hold_stock, items_of, locked, whole
from staff.models import User
from stores.models import Store


def holds_of(store: Store, sku: SKU, reference: str) -> list[StockHold]:
    """Every hold of a SKU for one reference, the oldest first; one of them is open at most."""
    return list(StockHold.objects.filter(store=store, sku=sku, reference=reference[:80]).order_by("pk"))


@transaction.atomic
def hold_more(
    store: Store, sku: SKU, quantity: int, reference: str, *, by: User | None = None, why: str = ""
) -> StockHold:
    """Hold that many more units for a reference, whether it holds any or not. NotEnough, and then nothing is held."""
    units = whole(quantity)
    mine = StockHold.objects.select_for_update().filter(sku=sku, reference=reference[:80], closed_at=None).first()
    if mine is None:
        return hold_stock(store, sku, units, reference, by=by, why=why)
    item = items_of([sku])[sku.pk]
    free = item.on_hand - item.safety - item.held - item.due
    if free < units and not sku.product.is_unstocked:
        raise NotEnough(sku, units, free)
    mine.quantity += units
    mine.save(update_fields=["quantity"])
    StockItem.objects.filter(sku=sku).update(held=F("held") + units)
    StockMovement.objects.create(
        store=store, sku=sku, kind="held", held=units, why=fitting("reason", why, 200), reference=mine.reference,
        hold=mine, by=by, at=clock.now(),
    )  # fmt: skip
    return mine


@transaction.atomic
def call_off(hold: StockHold, quantity: int, *, by: User | None = None, why: str = "") -> None:
    """Units that were taken are not shipped after all (a refund before shipping): they may be promised again. NotHeld
    when fewer were taken."""
    units, mine = whole(quantity), locked(hold)
    if units > mine.taken:
        raise NotHeld(mine, units)
    item = items_of([mine.sku])[mine.sku_id]
    mine.taken -= units
    mine.released += units
    mine.save(update_fields=["taken", "released"])
    due = 0 if mine.sku.product.is_unstocked else min(item.due, units)  # a file of balances may know of it already
    StockItem.objects.filter(sku=mine.sku_id).update(due=F("due") - due)
    StockMovement.objects.create(
        store_id=mine.store_id, sku_id=mine.sku_id, kind="called_off", due=-due, why=fitting("reason", why, 200),
        reference=mine.reference, hold=mine, by=by, at=clock.now(),
    )  # fmt: skip
