"""Orders to factories and suppliers: ordered, due, received bit by bit into the stock ledger."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from opsplan.fitting import fitting
from opsplan.lib import clock
from products.models import SKU, PurchaseLine, PurchaseOrder, StockMovement, StockPlace
from products.stock_services import main_place, move, whole
from staff.models import User
from stores.models import Store, Supplier

OPEN = (PurchaseOrder.State.OPEN, PurchaseOrder.State.PARTLY)


@dataclass(frozen=True)
class Wanted:
    """Units of a SKU at a unit cost in fen, if it is known."""

    sku: SKU
    units: int
    cost_fen: int | None = None


def next_number(store: Store, day: dt.date) -> str:
    """PO20261122-1, counted on within the day."""
    start = f"PO{day:%Y%m%d}-"
    taken = set(PurchaseOrder.objects.filter(store=store, number__startswith=start).values_list("number", flat=True))
    return next(number for i in range(1, len(taken) + 2) if (number := f"{start}{i}") not in taken)


@transaction.atomic
def place_order(
    store: Store,
    lines: Sequence[Wanted],
    due_on: dt.date,
    *,
    ordered_on: dt.date | None = None,
    number: str = "",
    supplier: Supplier | None = None,
    place: StockPlace | None = None,
    note: str = "",
    by: User | None = None,
) -> PurchaseOrder:
    """A new order. ValidationError: nothing ordered, due before it was ordered, a number the store already has, a SKU
    twice."""
    today = ordered_on or clock.today(store.timezone)
    if not lines:
        raise ValidationError({"lines": _("Order at least one SKU.")})
    if due_on < today:
        raise ValidationError({"due_on": _("It cannot be due before it is ordered.")})
    if len({x.sku.pk for x in lines}) < len(lines):
        raise ValidationError({"lines": _("A SKU stands in the order twice.")})
    wanted = fitting("number", number, 40) or next_number(store, today)
    if PurchaseOrder.objects.filter(store=store, number=wanted).exists():
        raise ValidationError({"number": _("There is already an order %(number)s.") % {"number": wanted}})
    order = PurchaseOrder.objects.create(
        store=store, number=wanted, supplier=supplier, place=place or main_place(store), ordered_on=today,
        due_on=due_on, note=fitting("note", note, 200), by=by,
    )  # fmt: skip
    PurchaseLine.objects.bulk_create(
        PurchaseLine(order=order, sku=x.sku, quantity=whole(x.units), cost_fen=x.cost_fen) for x in lines
    )
    return order


def locked(order: PurchaseOrder) -> PurchaseOrder:
    return PurchaseOrder.objects.select_for_update(of=("self",)).select_related("store", "place").get(pk=order.pk)


@transaction.atomic
def receive(order: PurchaseOrder, units: Mapping[int, int], *, by: User | None, why: str = "") -> int:
    """Goods came: line id -> units (0 = none of it). More than ordered is taken in too, for that is what is there.

    Returns the units. ValidationError when the order is closed, names a line it has not, or nothing came.
    """
    mine = locked(order)
    if mine.state not in OPEN:
        raise ValidationError({"order": _("%(order)s is closed.") % {"order": mine.number}})
    lines = {x.pk: x for x in mine.lines.select_related("sku__store", "sku__product")}
    came = {pk: n for pk, n in units.items() if n}
    if unknown := set(came) - set(lines):
        raise ValidationError({"lines": _("The order has no line %(line)s.") % {"line": min(unknown)}})
    if not came:
        raise ValidationError({"lines": _("Say how many units came.")})
    for pk, n in sorted(came.items(), key=lambda x: lines[x[0]].sku_id):
        move(lines[pk].sku, "received", n, place=mine.place, why=why, reference=mine.number, by=by)
        PurchaseLine.objects.filter(pk=pk).update(received=F("received") + n)
    done = not PurchaseLine.objects.filter(order=mine, received__lt=F("quantity")).exists()
    mine.state = PurchaseOrder.State.DONE if done else PurchaseOrder.State.PARTLY
    mine.save(update_fields=["state"])
    return sum(came.values())


def deliveries(order: PurchaseOrder) -> QuerySet[StockMovement]:
    """What came of an order, the last first; below zero what was taken back."""
    return StockMovement.objects.filter(store=order.store_id, kind="received", reference=order.number)


def surplus(order: PurchaseOrder) -> int:
    """Units that came beyond what was ordered, over all lines."""
    return sum(max(x.received - x.quantity, 0) for x in order.lines.all())


@transaction.atomic
def take_back(order: PurchaseOrder, delivery: int, *, by: User | None) -> int:
    """A delivery was typed by mistake (id of its movement): it leaves the stock, is still to come, and the order waits
    for it again. Returns its units. ValidationError: not one of this order, taken back before, or sold since."""
    mine = locked(order)
    came = deliveries(mine).select_related("sku__store", "place").filter(pk=delivery, on_hand__gt=0).first()
    if came is None or deliveries(mine).filter(key=f"back:{delivery}").exists():
        raise ValidationError({"delivery": _("This is not there any more.")})
    words = _("%s was taken back") % came.at.astimezone(ZoneInfo(mine.store.timezone)).strftime("%Y-%m-%d %H:%M")
    back = move(
        came.sku, "received", -came.on_hand, place=came.place, why=words, reference=mine.number, by=by, is_back=True
    )
    back.key = f"back:{delivery}"
    back.save(update_fields=["key"])
    PurchaseLine.objects.filter(order=mine, sku=came.sku_id).update(received=F("received") - came.on_hand)
    some = mine.lines.filter(received__gt=0).exists()
    mine.state = PurchaseOrder.State.PARTLY if some else PurchaseOrder.State.OPEN
    mine.save(update_fields=["state"])
    return came.on_hand


@transaction.atomic
def close_order(order: PurchaseOrder, *, why: str = "") -> PurchaseOrder:
    """Nothing more will come: what was received stays. Cancelled when nothing ever came."""
    mine = locked(order)
    if mine.state in OPEN:
        came = mine.lines.filter(received__gt=0).exists()
        mine.state = PurchaseOrder.State.DONE if came else PurchaseOrder.State.CANCELLED
        mine.note = fitting("reason", why, 200) or mine.note
        mine.save(update_fields=["state", "note"])
    return mine


@transaction.atomic
def postpone(order: PurchaseOrder, due_on: dt.date) -> PurchaseOrder:
    """The supplier names another day."""
    mine = locked(order)
    if mine.state not in OPEN:
        raise ValidationError({"order": _("%(order)s is closed.") % {"order": mine.number}})
    if due_on < mine.ordered_on:
        raise ValidationError({"due_on": _("It cannot be due before it is ordered.")})
    mine.due_on = due_on
    mine.save(update_fields=["due_on"])
    return mine
