"""A group deal at work: what is told of its sales, and the steps of its life.

Every door locks the deal's row, lets the clock take the steps that were due by then, writes down what it came for and
makes the stock ledger follow (`ledger.fit`). So it does not matter how late beat is, how often something is told, or
where a job was killed.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from campaigns.groupbuy import states
from campaigns.groupbuy.buyers import name_digest
from campaigns.groupbuy.ledger import fact, facts, fit
from campaigns.groupbuy.states import State
from campaigns.models import DealLine, DealSale, DealTransition, GroupDeal
from opsplan.fitting import fitting
from opsplan.lib import clock
from products.stock import local_day
from staff.models import User
from staff.services import cancel_tasks, spawn_tasks

# In these states sales may be recorded.
SELLING = (State.OPEN, State.REACHED, State.FULFILLING, State.MISSED, State.CANCELLED)
MOST = 100_000  # units of one order


class SoldOut(ValidationError):
    """Nothing was written: there are not enough units left for an order that is only wanted if there are."""


@dataclass(frozen=True)
class Told:
    """What is told of an order or voucher. before, after, redeemed: units in all so far; back_fen: given back in all
    without a piece. paid_fen None: units x price.
    buyer: any name the site has for the buyer; only a digest is kept."""

    key: str
    sku: str
    units: int
    at: dt.datetime
    paid_fen: int | None = None
    buyer: str = ""
    before: int = 0
    after: int = 0
    redeemed: int = 0
    redeemed_at: dt.datetime | None = None
    is_new_buyer: bool | None = None
    back_fen: int = 0


@dataclass
class Recorded:
    """What became of what was told, by key. days: the local days whose figures change."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    short: list[str] = field(default_factory=list)
    over_limit: list[str] = field(default_factory=list)
    days: set[dt.date] = field(default_factory=set)


def locked(deal: GroupDeal) -> GroupDeal:
    """The deal as it stands, locked until the transaction ends."""
    return GroupDeal.objects.select_for_update(of=("self",)).select_related("store", "site").get(pk=deal.pk)


def buyer_digest(deal: GroupDeal, name: str) -> str:
    """What is kept of a buyer's name: enough to know the same one again within the store."""
    return name_digest(deal.store_id, name)


# --- steps -----------------------------------------------------------------------------------------------------------


def step(
    deal: GroupDeal, after: str, by: User | None, at: dt.datetime, now: dt.datetime, note: str = "", held: int = 0
) -> None:
    """Take one step and do what it does. held: units that were held for it just before. Call with the deal locked."""
    before, deal.state = deal.state, after
    changed = ["state"]
    if after == State.CANCELLED:
        deal.cancelled_at = at
        changed.append("cancelled_at")
    deal.save(update_fields=changed)
    effect: dict[str, int] = {"held": held} if held else {}
    if after in states.OFF:
        effect |= refund_all(deal)
    effect |= fit(deal, now, by).told()
    DealTransition.objects.create(
        deal=deal, before=before, after=after, by=by, at=at, note=fitting("note", note, 300), effect=effect
    )
    if after in (State.FULFILLING, State.MISSED):
        day = local_day(at, deal.store.timezone)
        spawn_tasks(deal.store, "groupbuy_end", deal.reference, day, subject=deal.name, about=f"deal {deal.pk}")
    if after == State.CANCELLED:
        cancel_tasks(deal.store, "manual", deal.reference)


def refund_all(deal: GroupDeal) -> dict[str, int]:
    """Whoever has paid gets everything back. Returns how many, units and fen."""
    owed = [sale for sale in deal.sales.all() if sale.net > 0]
    units = sum(sale.net for sale in owed)
    fen = sum(max(0, sale.paid_fen * sale.net // sale.units - sale.back_fen) for sale in owed)
    for sale in owed:
        sale.refunded_before = sale.units - sale.refunded_after
    DealSale.objects.bulk_update(owed, ["refunded_before"], batch_size=500)
    return {"refunds": len(owed), "refund_units": units, "refund_fen": fen} if owed else {}


def tick(deal: GroupDeal, now: dt.datetime) -> int:
    """Let the clock take every step that was due by `now`. Returns how many. Call with the deal locked."""
    steps = 0
    while True:
        sales = [fact(sale) for sale in deal.sales.filter(short=0)] if deal.state == State.OPEN else []
        next_one = states.due(facts(deal), sales, now)
        if next_one is None:
            break
        step(deal, next_one.after, None, next_one.at, now)
        steps += 1
    if not steps and deal.is_voucher and states.is_lapsed(facts(deal), now) and deal.sales.filter(kept__gt=0).exists():
        fit(deal, now)
        return 1
    return steps


@transaction.atomic
def advance(deal: GroupDeal, now: dt.datetime | None = None) -> int:
    """What the clock says; returns how many steps were taken. Safe to repeat and to be late."""
    return tick(locked(deal), now or clock.now())


def due_deals(now: dt.datetime) -> Iterable[GroupDeal]:
    """The deals of stores in use the clock may have something to do with."""
    live = Q(state__in=(State.APPROVED, State.OPEN, State.REACHED), opens_at__lte=now)
    lapsing = Q(is_voucher=True, valid_until__lte=now, sales__kept__gt=0)
    found = GroupDeal.objects.filter(live | lapsing, store__closed_at=None)
    return found.distinct().select_related("store").order_by("pk")


def advance_all(now: dt.datetime | None = None) -> list[GroupDeal]:
    """Every deal of every store; returns those that moved. One that fails does not stop the others."""
    at = now or clock.now()
    return [deal for deal in due_deals(at) if advance(deal, at)]


@transaction.atomic
def go(deal: GroupDeal, after: str, by: User, note: str = "") -> GroupDeal:
    """A person takes a step that needs no look at prices and stock (see `planning.approve` for that). ValidationError:
    the step does not follow, or something is in the way."""
    mine, now = locked(deal), clock.now()
    tick(mine, now)
    if mine.state == after:
        return mine  # a second click, or the clock was faster
    move = states.move_to(mine.state, after)
    if move is None or after in (State.APPROVED, State.OPEN, State.FULFILLING, State.MISSED):
        raise ValidationError(_("This cannot be done with a deal that is in this state."))
    if after == State.CANCELLED and not note.strip():
        raise ValidationError({"note": _("Say why.")})
    there = [fact(x) for x in mine.sales.filter(short=0)] if after == State.REACHED else []
    if after == State.REACHED and states.group_size(there, mine.form_by) < mine.minimum:
        raise ValidationError(_("The group is not full yet."))
    if after == State.SETTLED and mine.sales.filter(kept__gt=0).exists():
        raise ValidationError(
            _("Vouchers can still be redeemed: settle it when the last one is redeemed or has lapsed.")
        )
    step(mine, after, by, now, now, note)
    return mine


# --- sales -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def record(
    deal: GroupDeal,
    told: Sequence[Told],
    by: User | None = None,
    *,
    if_available: bool = False,
    now: dt.datetime | None = None,
) -> Recorded:
    """Write down what a site (or a person) tells of orders and vouchers; all of it or, with a ValidationError, nothing.

    The same again changes nothing. An order there is no stock for is kept as `short`: it was paid and has to be
    refunded; with `if_available` it is refused instead (SoldOut).
    """
    mine, at, answer = locked(deal), now or clock.now(), Recorded()
    tick(mine, at)
    if mine.state not in SELLING:
        raise ValidationError(_("Sales are told of a deal from its opening until it is settled."))
    lines = {line.sku.code: line for line in mine.lines.select_related("sku")}
    there = {sale.key: sale for sale in mine.sales.filter(key__in=[one.key.strip() for one in told])}
    wrong: list[str] = []
    for one in told:
        try:
            tell(mine, lines, there, one, at, answer)
        except ValidationError as error:
            wrong += error.messages
    if if_available and answer.over_limit:
        wrong.append(_("%(key)s: more pieces than a buyer may have.") % {"key": ", ".join(answer.over_limit)})
    if wrong:
        raise ValidationError(wrong)
    if mine.state in states.OFF:
        refund_all(mine)
    fit(mine, at, by)
    keys = set(answer.new) | set(answer.changed) | set(answer.same)
    answer.short = sorted(mine.sales.filter(key__in=keys, short__gt=0).values_list("key", flat=True))
    if if_available and set(answer.short) & set(answer.new):
        raise SoldOut({"units": _("Sold out: %(key)s was not taken.") % {"key": ", ".join(answer.short)}})
    return answer


def tell(
    deal: GroupDeal,
    lines: Mapping[str, DealLine],
    there: dict[str, DealSale],
    one: Told,
    now: dt.datetime,
    answer: Recorded,
) -> None:
    """One order: new, or what is known of it grows. ValidationError."""
    key = one.key.strip()
    check(deal, lines, one, now)
    sale, line = there.get(key), lines[one.sku]
    is_new = sale is None
    if sale is None:
        paid = one.units * line.price_fen if one.paid_fen is None else one.paid_fen
        sale = DealSale(deal=deal, line=line, key=key, units=one.units, paid_fen=paid, at=one.at, recorded_at=now)
        sale.buyer, sale.is_new_buyer = buyer_digest(deal, one.buyer), one.is_new_buyer
        if deal.limit and sale.buyer:
            same = deal.sales.filter(buyer=sale.buyer)
            if sum(x.net for x in same) + one.units > deal.limit:
                answer.over_limit.append(key)
    elif (sale.line_id, sale.units) != (line.pk, one.units):
        raise ValidationError(_("%(key)s was told before with other pieces.") % {"key": key})
    before = (sale.refunded_before, sale.refunded_after, sale.redeemed, sale.back_fen)
    if deal.state not in states.OFF:  # a deal that came to nothing refunds every unit
        sale.refunded_before = min(max(sale.refunded_before, one.before), sale.units)
        sale.refunded_after = min(max(sale.refunded_after, one.after), sale.units - sale.refunded_before)
        sale.redeemed = min(max(sale.redeemed, one.redeemed), sale.units - sale.refunded_before)
        sale.back_fen = min(max(sale.back_fen, one.back_fen), sale.paid_fen)
        if sale.redeemed and sale.redeemed_at is None:
            sale.redeemed_at = one.redeemed_at or now
    is_changed = is_new or before != (sale.refunded_before, sale.refunded_after, sale.redeemed, sale.back_fen)
    if is_changed:
        sale.save()
        answer.days |= {local_day(x, deal.store.timezone) for x in (sale.at, sale.redeemed_at, now) if x}
    there[key] = sale
    (answer.new if is_new else answer.changed if is_changed else answer.same).append(key)


def check(deal: GroupDeal, lines: Mapping[str, DealLine], one: Told, now: dt.datetime) -> None:
    """ValidationError: what is told cannot be true of this deal."""
    key = fitting("key", one.key, 60)
    fitting("buyer", one.buyer, 100)
    checks: tuple[tuple[Callable[[], bool], str], ...] = (
        (lambda: bool(key), _("Give the number of the order or voucher.")),
        (lambda: one.sku in lines, _("%(key)s: the deal does not sell %(sku)s.")),
        (lambda: 0 < one.units <= MOST, _("%(key)s: give a whole number of pieces above 0.")),
        (lambda: one.paid_fen is None or one.paid_fen >= 0, _("%(key)s: what was paid is below 0.")),
        (lambda: deal.opens_at <= one.at <= now, _("%(key)s was paid before the deal opened, or not yet.")),
        (lambda: min(one.before, one.after, one.redeemed) >= 0, _("%(key)s: counts below 0.")),
        (lambda: one.back_fen >= 0, _("%(key)s: counts below 0.")),
        (lambda: one.before + max(one.after, one.redeemed) <= one.units, _("%(key)s: more came back than was sold.")),
        (lambda: deal.is_voucher or not one.redeemed, _("%(key)s: only vouchers are redeemed.")),
        (lambda: not deal.is_voucher or one.after <= one.redeemed, _("%(key)s: more came back than was redeemed.")),
    )
    for holds, sentence in checks:
        if not holds():
            raise ValidationError(sentence % {"key": key, "sku": one.sku[:40]})
