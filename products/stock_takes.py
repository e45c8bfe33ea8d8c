"""Counting a place and posting what differs from the books."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from opsplan.fitting import fitting
from opsplan.lib import clock
from products.models import SKU, StockBalance, StockPlace, StockTake, StockTakeLine
from products.stock_services import MOST, move
from staff.models import User


@transaction.atomic
def start_take(place: StockPlace, *, by: User | None, note: str = "") -> StockTake:
    """A sheet of everything the store keeps in stock, with what the books say of this place now. ValidationError while
    another count of the place is open."""
    refuse_second(place)
    take = StockTake.objects.create(
        store_id=place.store_id, place=place, by=by, note=fitting("note", note, 200), started_at=clock.now()
    )
    books = dict(StockBalance.objects.filter(place=place).values_list("sku", "on_hand"))
    skus = SKU.objects.filter(store=place.store_id, is_active=True, product__is_unstocked=False).order_by("code")
    StockTakeLine.objects.bulk_create(
        [StockTakeLine(take=take, sku_id=pk, expected=books.get(pk, 0)) for pk in skus.values_list("pk", flat=True)],
        batch_size=500,
    )
    return take


def refuse_second(place: StockPlace) -> None:
    if StockTake.objects.filter(place=place, state=StockTake.State.OPEN).exists():
        raise ValidationError({"place": _("%(place)s is being counted already.") % {"place": place}})


def locked(take: StockTake, state: str = StockTake.State.OPEN) -> StockTake:
    mine = StockTake.objects.select_for_update(of=("self",)).select_related("place").get(pk=take.pk)
    if mine.state != state:
        closed = _("This stock-take is closed.")
        raise ValidationError({"take": closed if state == StockTake.State.OPEN else _("It was not dropped.")})
    return mine


@transaction.atomic
def write_counts(take: StockTake, counts: Mapping[int, int | None]) -> int:
    """What was counted, by line id (None = not counted yet); posted later. Returns how many lines changed."""
    mine = locked(take)
    if any(n is not None and not 0 <= n <= MOST for n in counts.values()):
        raise ValidationError({"counted": _("Give a whole number of units, 0 or more.")})
    lines = [x for x in mine.lines.filter(pk__in=counts) if x.counted != counts[x.pk]]
    for line in lines:
        line.counted = counts[line.pk]
    StockTakeLine.objects.bulk_update(lines, ["counted"], batch_size=500)
    return len(lines)


@transaction.atomic
def post_take(take: StockTake, *, by: User | None) -> int:
    """Post the differences: what was counted less what the books said when the count began, so that goods that moved
    meanwhile stay moved. Lines nobody counted stay as they are. Returns how many differed."""
    mine = locked(take)
    differing = [x for x in mine.lines.select_related("sku__store", "sku__product").order_by("sku_id") if x.difference]
    for line in differing:
        move(
            line.sku, "counted", line.difference or 0, place=mine.place, why=line.note or mine.note,
            reference=f"take:{mine.pk}", by=by,
        )  # fmt: skip
    mine.state, mine.posted_at = StockTake.State.POSTED, clock.now()
    mine.save(update_fields=["state", "posted_at"])
    return len(differing)


@transaction.atomic
def drop_take(take: StockTake) -> None:
    """Count again another day: nothing is posted, what was counted stays on the sheet."""
    mine = locked(take)
    mine.state = StockTake.State.DROPPED
    mine.save(update_fields=["state"])


@transaction.atomic
def resume_take(take: StockTake) -> None:
    """Go on with a count that was dropped. ValidationError where it was not, or the place is being counted anew."""
    mine = locked(take, StockTake.State.DROPPED)
    refuse_second(mine.place)
    mine.state = StockTake.State.OPEN
    mine.save(update_fields=["state"])
