"""The stock ledger: every change of a balance is a movement with who, why and for what.

Balances are running totals, changed under the row lock of their `StockItem` (locks are taken in order of SKU, after
that of a hold), so nobody promises the same unit twice, on either database.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from opsplan.fitting import fitting
from opsplan.lib import clock
from products.models import (
    SKU,
    StockBalance,
    StockHold,
    StockItem,
    StockMovement,
    StockPlace,
    StockRule,
)
from products.stock import CORRECTIONS, KINDS
from products.stock_lines import check_lines as check_lines
from staff.models import User
from stores.models import Store

MOST = 10_000_000  # units in one movement: nobody keeps more of one SKU


class NotEnough(ValidationError):
    """More units were asked for than may be promised or are there; `free` says how many may."""

    def __init__(self, sku: SKU, asked: int, free: int) -> None:
        self.sku, self.asked, self.free = sku, asked, free
        text = _("%(sku)s: %(asked)s units were asked for, %(free)s can be had.")
        super().__init__({"units": text % {"sku": sku.code, "asked": asked, "free": max(free, 0)}})


class NotHeld(ValidationError):
    """A hold that is over, or has fewer units left than were asked for: what came late needs a hold of its own."""

    def __init__(self, hold: StockHold, asked: int) -> None:
        self.hold, self.asked = hold, asked
        text = _("%(reference)s holds %(left)s units any more, %(asked)s were asked for.")
        super().__init__({"units": text % {"reference": hold.reference, "left": hold.left, "asked": asked}})


def main_place(store: Store) -> StockPlace:
    """The place that is meant where none is named; made with the first goods."""
    place = StockPlace.objects.filter(store=store).first()
    return place or StockPlace.objects.get_or_create(store=store, name=_("Main warehouse"))[0]


def whole(quantity: int, *, signed: bool = False) -> int:
    """ValidationError unless it is a number of units one can move."""
    if quantity == 0 or abs(quantity) > MOST or (quantity < 0 and not signed):
        raise ValidationError({"units": _("Give a whole number of units above 0.")})
    return quantity


def items_of(skus: Iterable[SKU]) -> dict[int, StockItem]:
    """The SKUs' rows by SKU id, locked until the transaction ends; made where they are missing."""
    wanted = {x.pk: x for x in skus}
    there = {x.pk: x for x in StockItem.objects.select_for_update().filter(sku__in=wanted).order_by("sku_id")}
    if missing := [x for pk, x in sorted(wanted.items()) if pk not in there]:
        StockItem.objects.bulk_create([StockItem(sku=x, store_id=x.store_id) for x in missing], ignore_conflicts=True)
        there = {x.pk: x for x in StockItem.objects.select_for_update().filter(sku__in=wanted).order_by("sku_id")}
    return there


@transaction.atomic
def move(
    sku: SKU,
    kind: str,
    quantity: int,
    *,
    place: StockPlace | None = None,
    why: str = "",
    reference: str = "",
    by: User | None = None,
    at: dt.datetime | None = None,
    is_back: bool = False,
) -> StockMovement:
    """Post `quantity` units of a movement that changes what is on hand (see `stock.KINDS`); a correction may be below
    zero, and so may one that takes another back. What is shipped is taken off what waits for shipping. NotEnough when
    the place has fewer."""
    effect, units = KINDS[kind], whole(quantity, signed=is_back or kind in CORRECTIONS)
    where = place or main_place(sku.store)
    item = items_of([sku])[sku.pk]
    there, _made = StockBalance.objects.select_for_update().get_or_create(sku=sku, place=where)
    moved = effect.on_hand * units
    if there.on_hand + moved < 0:
        raise NotEnough(sku, -moved, there.on_hand)
    shipped = min(item.due, units) if effect.due < 0 else 0
    StockBalance.objects.filter(pk=there.pk).update(on_hand=F("on_hand") + moved)
    StockItem.objects.filter(pk=item.pk).update(on_hand=F("on_hand") + moved, due=F("due") - shipped)
    made = StockMovement.objects.create(
        store_id=sku.store_id, sku=sku, place=where, kind=kind, on_hand=moved, due=-shipped, by=by,
        why=fitting("reason", why, 200), reference=fitting("reference", reference, 80), at=at or clock.now(),
    )  # fmt: skip
    check_lines(sku.store, [sku.product_id])
    return made


@transaction.atomic
def transfer(
    sku: SKU, quantity: int, source: StockPlace, target: StockPlace, *, by: User | None, why: str = ""
) -> None:
    """Move units from one place to another; what may be promised stays the same. NotEnough."""
    if source == target:
        raise ValidationError({"place": _("Choose two different places.")})
    move(sku, "sent", quantity, place=source, why=why, by=by)
    move(sku, "arrived", quantity, place=target, why=why, by=by)


@dataclass(frozen=True)
class Balance:
    """What somebody says is there of a SKU; None = not told, stays as it is."""

    sku: SKU
    place: StockPlace
    on_hand: int | None
    due: int | None = None
    safety: int | None = None


@transaction.atomic
def set_balances(
    store: Store,
    told: Sequence[Balance],
    *,
    by: User | None,
    why: str = "",
    reference: str = "",
) -> int:
    """Make the books say what was told, posting the differences. Returns how many SKUs changed.

    A file that lists a SKU in several places tells `due` and `safety` once or alike. The query count does not grow with
    the number of lines.
    """
    if any(x is not None and not 0 <= x <= MOST for line in told for x in (line.on_hand, line.due, line.safety)):
        raise ValidationError({"units": _("Give a whole number of units above 0.")})
    items = items_of([x.sku for x in told])
    there = {(x.sku_id, x.place_id): x for x in StockBalance.objects.filter(sku__in=items)}
    fresh = [StockBalance(sku=x.sku, place=x.place) for x in told if (x.sku.pk, x.place.pk) not in there]
    StockBalance.objects.bulk_create({(x.sku_id, x.place_id): x for x in fresh}.values(), batch_size=500)
    there |= {(x.sku_id, x.place_id): x for x in StockBalance.objects.filter(sku__in=items)} if fresh else {}
    said = fitting("reason", why, 200)
    now, ledger, changed = clock.now(), [], set()
    for line in told:
        item, balance = items[line.sku.pk], there[line.sku.pk, line.place.pk]
        more = 0 if line.on_hand is None else line.on_hand - balance.on_hand
        due = 0 if line.due is None else line.due - item.due
        balance.on_hand += more
        item.on_hand += more
        item.due += due
        common = {"store": store, "sku": line.sku, "why": said, "reference": reference[:80], "by": by, "at": now}
        if more:
            ledger.append(StockMovement(kind="imported", place=line.place, on_hand=more, **common))
        if due:
            ledger.append(StockMovement(kind="due_set", due=due, **common))
        if line.safety is not None and line.safety != item.safety:
            item.safety = line.safety
            changed.add(item.pk)
        if more or due:
            changed.add(item.pk)
    moved = {x.sku_id for x in ledger}
    StockBalance.objects.bulk_update([x for x in there.values() if x.sku_id in moved], ["on_hand"], batch_size=500)
    StockItem.objects.bulk_update([items[pk] for pk in sorted(changed)], ["on_hand", "due", "safety"], batch_size=500)
    StockMovement.objects.bulk_create(ledger, batch_size=500)
    check_lines(store, sorted({x.sku.product_id for x in told if x.sku.pk in changed}))
    return len(changed)


def set_safety(sku: SKU, units: int) -> None:
    """The units of a SKU that are never promised."""
    if not 0 <= units <= MOST:
        raise ValidationError({"safety": _("Give a whole number of units, 0 or more.")})
    with transaction.atomic():
        items_of([sku])
        StockItem.objects.filter(sku=sku).update(safety=units)


def hold_stock(
    store: Store,
    sku: SKU,
    quantity: int,
    reference: str,
    until: dt.datetime | None = None,
    *,
    by: User | None = None,
    why: str = "",
) -> StockHold:
    """Promise units to a deal or campaign; NotEnough when more than may still be promised. Called again with the same
    reference and quantity while that hold is open it is the same hold, so it is safe to repeat.

    A product of which no stock is kept can be held without bounds.
    """
    whole(quantity)
    if sku.store_id != store.pk:
        raise ValidationError({"sku": _("This SKU belongs to another store.")})
    try:
        with transaction.atomic():
            return open_hold(sku, quantity, reference, until) or new_hold(sku, quantity, reference, until, by, why)
    except IntegrityError:  # somebody else opened it meanwhile
        found = open_hold(sku, quantity, reference, until)
        if found is None:
            raise
        return found


def open_hold(sku: SKU, quantity: int, reference: str, until: dt.datetime | None) -> StockHold | None:
    found = StockHold.objects.filter(sku=sku, reference=reference[:80], closed_at=None).first()
    if found and (found.quantity, found.until) != (quantity, until):
        text = _("%(reference)s already holds %(quantity)s units; release or extend that hold.")
        raise ValidationError({"reference": text % {"reference": found.reference, "quantity": found.quantity}})
    return found


def new_hold(
    sku: SKU, quantity: int, reference: str, until: dt.datetime | None, by: User | None, why: str
) -> StockHold:
    """The guarded update is the whole trick: it locks the row and asks again what is free, so holds made at the same
    time never add up to more than there is."""
    rows = StockItem.objects.filter(sku=sku)
    free = F("on_hand") - F("safety") - F("held") - F("due")
    guarded = rows.alias(free=free).filter(free__gte=quantity)
    if not guarded.update(held=F("held") + quantity):
        item = items_of([sku])[sku.pk]
        if not sku.product.is_unstocked:
            raise NotEnough(sku, quantity, item.on_hand - item.safety - item.held - item.due)
        rows.update(held=F("held") + quantity)
    now = clock.now()
    hold = StockHold.objects.create(
        store_id=sku.store_id, sku=sku, quantity=quantity, until=until, by=by,
        reference=fitting("reference", reference, 80), why=fitting("reason", why, 200), at=now,
    )  # fmt: skip
    note(hold, "held", quantity, by, why, now)
    return hold


@transaction.atomic
def hold_lines(
    store: Store,
    lines: Mapping[SKU, int],
    reference: str,
    until: dt.datetime | None = None,
    *,
    by: User | None = None,
    why: str = "",
) -> list[StockHold]:
    """Several SKUs for one reference, all or none."""
    ordered = sorted(lines.items(), key=lambda x: x[0].pk)
    return [hold_stock(store, sku, units, reference, until, by=by, why=why) for sku, units in ordered]


def note(hold: StockHold, kind: str, units: int, by: User | None, why: str, at: dt.datetime, key: str = "") -> None:
    """The ledger line of a hold."""
    effect = KINDS[kind]
    due = 0 if hold.sku.product.is_unstocked else effect.due * units  # the supplier ships it
    StockMovement.objects.create(
        store_id=hold.store_id, sku_id=hold.sku_id, kind=kind, held=effect.held * units, due=due,
        why=fitting("reason", why, 200), reference=hold.reference, key=key[:80], hold=hold, by=by, at=at,
    )  # fmt: skip
    if kind != "held":
        StockItem.objects.filter(sku=hold.sku_id).update(held=F("held") + effect.held * units, due=F("due") + due)


def locked(hold: StockHold) -> StockHold:
    """The hold as it stands, locked until the transaction ends."""
    return StockHold.objects.select_for_update(of=("self",)).select_related("sku__product").get(pk=hold.pk)


def give(hold: StockHold, column: str, units: int) -> None:
    """Count units off a locked hold; the last one closes it."""
    setattr(hold, column, getattr(hold, column) + units)
    hold.closed_at = None if hold.left else clock.now()
    hold.save(update_fields=[column, "closed_at"])


@transaction.atomic
def release(hold: StockHold, quantity: int | None = None, *, by: User | None = None, why: str = "") -> int:
    """Let go of units (all that are left unless told); they may be promised again. Returns how many; a hold that is
    over gives none, so it is safe to repeat. NotHeld when more were named than are left."""
    mine = locked(hold)
    units = mine.left if quantity is None else whole(quantity)
    if not mine.left and quantity is None:
        return 0
    if units > mine.left:
        raise NotHeld(mine, units)
    give(mine, "released", units)
    note(mine, "released", units, by, why, clock.now())
    return units


@transaction.atomic
def take(hold: StockHold, quantity: int, *, key: str = "", by: User | None = None, why: str = "") -> bool:
    """Units of a hold are sold: they wait to be shipped. `key` names the event (an order number): the same one again
    changes nothing and returns False. NotHeld when the hold is over or has fewer left."""
    units, mine = whole(quantity), locked(hold)
    if key and StockMovement.objects.filter(hold=mine, key=key[:80]).exists():
        return False
    if units > mine.left:
        raise NotHeld(mine, units)
    give(mine, "taken", units)
    note(mine, "taken", units, by, why, clock.now(), key)
    return True


@transaction.atomic
def extend(hold: StockHold, until: dt.datetime | None) -> StockHold:
    """Hold on until another instant (None = until somebody lets go). NotHeld when the hold is over."""
    mine = locked(hold)
    if not mine.left:
        raise NotHeld(mine, 1)
    mine.until = until
    mine.save(update_fields=["until"])
    return mine


def expire_holds(now: dt.datetime | None = None) -> int:
    """Let go of what has lapsed, in every store. Returns how many holds; safe to run at any time and twice."""
    now = now or clock.now()
    over = StockHold.objects.filter(closed_at=None, until__lte=now).order_by("pk")
    return sum(lapse(hold, now) for hold in over)


@transaction.atomic
def lapse(hold: StockHold, now: dt.datetime) -> bool:
    """Let go of a hold whose time is up, unless somebody has extended it meanwhile."""
    mine = locked(hold)
    return mine.until is not None and mine.until <= now and bool(release(mine, why=_("The hold has lapsed.")))


@transaction.atomic
def begin(store: Store, skus: Sequence[SKU]) -> None:
    """New SKUs of the store, with nothing in stock yet; from now on they are counted."""
    SKU.objects.bulk_create(skus, batch_size=500)
    bare = SKU.objects.filter(store=store, stock=None)
    StockItem.objects.bulk_create([StockItem(sku=x, store=store) for x in bare], batch_size=500)


@transaction.atomic
def set_rule(rule: StockRule, safety: Mapping[SKU, int]) -> None:
    """A product's own line, and the safety stock of its SKUs."""
    rule.save()
    for sku, units in safety.items():
        set_safety(sku, units)
    check_lines(rule.product.store, [rule.product_id])
