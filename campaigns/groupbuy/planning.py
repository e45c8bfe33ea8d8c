"""Planning a group deal: its lines and days, and what stock it may have."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.groupbuy import states, tiers
from campaigns.groupbuy.dealing import locked, step, tick
from campaigns.groupbuy.prices import prices_change, verdicts
from campaigns.groupbuy.states import State
from campaigns.groupbuy.ten_steps import place_steps
from campaigns.models import DealDecision, DealLine, GroupDeal
from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.lib.periods import DAY
from products.models import SKU, StockItem
from products.stock import available, decide_by, local_day
from products.stock_lines import check_lines
from products.stock_queries import arriving, lines
from products.stock_services import hold_lines
from staff.models import TaskTemplate, User
from staff.services import cancel_tasks, spawn_tasks
from stores.models import GroupSite

WHOLE_RATE = 10_000
PROCESS = "process.groupbuy"  # the ten steps among the templates that ship


@dataclass(frozen=True)
class Terms:
    """A line as it is planned: price of a piece (fen), pieces at most, lower prices from so many pieces on, commission
    of its own (None: the deal's)."""

    price_fen: int
    quota: int
    tiers: Sequence[Sequence[int]] = ()
    rate_bp: int | None = None

    @property
    def lowest_fen(self) -> int:
        return min([self.price_fen, *(price for _pieces, price in self.tiers)])


def days_of(deal: GroupDeal) -> tuple[dt.date, dt.date]:
    """Its first and last local day."""
    zone = deal.store.timezone
    return local_day(deal.opens_at, zone), local_day(deal.closes_at - dt.timedelta(seconds=1), zone)


@transaction.atomic
def save_deal(deal: GroupDeal, planned: Mapping[SKU, Terms], by: User | None) -> GroupDeal:
    """A new or edited deal with its lines; only a planned one is edited. ValidationError by field."""
    if deal.pk and locked(deal).state != State.PLANNED:
        raise ValidationError(_("Take it back to planned first: what is approved or sells is not changed."))
    check(deal, planned)
    is_new = deal.pk is None
    if is_new:
        deal.created_by, deal.created_at = by, clock.now()
    else:
        prices_change(deal, {sku: terms.lowest_fen for sku, terms in planned.items()}, by)
    deal.full_clean(exclude=["created_by"])
    deal.save()
    deal.lines.exclude(sku__in=planned).delete()
    for sku, terms in planned.items():
        told = {
            "price_fen": terms.price_fen, "quota": terms.quota, "tiers": [list(x) for x in terms.tiers],
            "rate_bp": terms.rate_bp,
        }  # fmt: skip
        DealLine.objects.update_or_create(deal=deal, sku=sku, defaults=told)
    place_steps(deal, *days_of(deal), by)
    template = TaskTemplate.objects.filter(store=deal.store, source=PROCESS).first()
    if is_new and template:
        spawn_tasks(deal.store, "manual", deal.reference, subject=deal.name, about=f"deal {deal.pk}", only=template.pk)
    return deal


CLOSES_FIRST = gettext_lazy("A deal cannot close before it opens.")
TAKEN = gettext_lazy("There is already a deal of this name that opens at this time on this site.")


def is_taken(deal: GroupDeal, name: str, site: GroupSite, opens_at: dt.datetime) -> bool:
    same = GroupDeal.objects.filter(store=deal.store, name=name, site=site, opens_at=opens_at)
    return same.exclude(pk=deal.pk).exists()


def check(deal: GroupDeal, planned: Mapping[SKU, Terms]) -> None:
    """ValidationError by field: what cannot be."""
    wrong: dict[str, str] = {}
    if not planned:
        wrong["lines"] = _("Choose at least one SKU with its price and quota.")
    if any(sku.store_id != deal.store_id for sku in planned) or deal.site.store_id != deal.store_id:
        wrong["lines"] = _("This SKU belongs to another store.")
    if any(terms.price_fen <= 0 or terms.quota <= 0 for terms in planned.values()):
        wrong["lines"] = _("Give every line a price and a quota above 0.")
    if any(terms.rate_bp is not None and not 0 <= terms.rate_bp <= WHOLE_RATE for terms in planned.values()):
        wrong["lines"] = _("A commission is from 0 to 100 percent.")
    for sku, terms in planned.items():
        text = tiers.wrong(terms.price_fen, terms.tiers, terms.quota)
        if text and "lines" not in wrong:
            wrong["lines"] = f"{sku.code}: {_(text)}"
    if deal.closes_at <= deal.opens_at:
        wrong["closes_at"] = str(CLOSES_FIRST)
    if is_taken(deal, deal.name, deal.site, deal.opens_at):
        wrong["name"] = str(TAKEN)
    if deal.is_voucher and (deal.valid_until is None or deal.valid_until < deal.closes_at):
        wrong["valid_until"] = _("Vouchers are valid at least until the deal closes: say until when.")
    if deal.minimum > sum(terms.quota for terms in planned.values()) > 0:
        wrong["minimum"] = _("More buyers are needed than there are pieces.")
    if wrong:
        raise ValidationError(wrong)


# --- stock -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StockRow:
    """A line against the stock, pieces. free: what may be promised now; most: of it what those before this deal leave;
    coming: arrives before it opens; in_time: an order to the factory today would arrive before it opens."""

    line: DealLine
    is_unstocked: bool
    free: int
    held: int
    most: int
    before: tuple[str, ...]
    coming: int
    lead_days: int
    in_time: bool
    decision: DealDecision | None

    @property
    def short(self) -> int:
        """Pieces of the quota that are not there."""
        return 0 if self.is_unstocked else max(0, self.line.quota - self.held - self.most)

    @property
    def short_then(self) -> int:
        """Pieces that will not be there when it opens, with what is on its way."""
        return max(0, self.short - self.coming)

    @property
    def begins_with(self) -> str:
        """The choice that is offered first: what was decided, else what still helps against what will be short."""
        choice = DealDecision.Choice
        if self.decision:
            return self.decision.choice
        return choice.ENOUGH if not self.short_then else choice.RESTOCK if self.in_time else choice.LOWER


def stock_rows(deal: GroupDeal) -> list[StockRow]:
    """Every line against what may be promised, after the planned deals that come first, and what arrives in time."""
    found = list(deal.lines.select_related("sku__product"))
    ids = [line.sku.product_id for line in found]
    items = {item.sku_id: item for item in StockItem.objects.filter(sku__in=[line.sku_id for line in found])}
    leads = {row.product_id: row.lead_days for row in lines(deal.store, ids)} if ids else {}
    decided: dict[int, DealDecision] = {}
    for one in DealDecision.objects.filter(line__deal=deal).select_related("by").order_by("pk"):
        decided[one.line_id] = one
    today, (first, _last) = clock.today(deal.store.timezone), days_of(deal)
    coming = arriving([line.sku_id for line in found], first)
    answer = []
    for line in found:
        item, product = items.get(line.sku_id), line.sku.product
        free = available(item.on_hand, item.safety, item.held, item.due) if item else 0
        rivals = rivals_of(deal, line)
        held = line.quota if deal.state in states.HOLDING else 0
        asking = [states.Asking(x.pk, x.deal.priority, x.deal.opens_at, x.quota) for x in (*rivals, line)]
        most = states.allot(max(free, 0), asking)[line.pk] if not held else 0
        ahead = tuple(x.deal.name for x in rivals if x.deal.priority < deal.priority)
        lead = leads.get(product.pk, 0)
        answer.append(
            StockRow(line, product.is_unstocked, free, held, most, ahead, coming.get(line.sku_id, 0), lead,
                     today + lead * DAY <= first, decided.get(line.pk))
        )  # fmt: skip
    return answer


def rivals_of(deal: GroupDeal, line: DealLine) -> list[DealLine]:
    """Lines of other planned deals that want the same stock and have not closed yet."""
    others = DealLine.objects.filter(sku=line.sku_id, deal__state=State.PLANNED, deal__closes_at__gt=clock.now())
    return list(others.exclude(deal=deal.pk).select_related("deal").order_by("pk"))


def is_over(deal: GroupDeal) -> bool:
    """Whether nothing of its stock can be decided any more: it sells no longer, or was never let sell in its time."""
    return deal.state in states.ENDED or deal.closes_at <= clock.now()


def is_late(deal: GroupDeal, rows: Sequence[StockRow]) -> bool:
    """Whether the stock should have been decided on (a week before it opens) and a line has no decision."""
    first, _last = days_of(deal)
    today = clock.today(deal.store.timezone)
    return (
        deal.state in (State.PLANNED, State.APPROVED)
        and not is_over(deal)
        and today > decide_by(first)
        and any(row.decision is None for row in rows)
    )


def decide(deal: GroupDeal, line_id: int, choice: str, note: str, by: User) -> DealDecision:
    """Write a decision on a line's stock down with the numbers it stands on. ValidationError."""
    if choice not in DealDecision.Choice.values:
        raise ValidationError(_("Choose what is to be done."))
    row = next((one for one in stock_rows(deal) if one.line.pk == line_id), None)
    if row is None:
        raise ValidationError(_("This is not there any more."))
    if choice == DealDecision.Choice.ENOUGH and row.short_then:
        raise ValidationError(
            _("%(short)s pieces are missing: order more or lower the quota.") % {"short": row.short_then}
        )
    if choice == DealDecision.Choice.RESTOCK and not row.in_time and row.short_then:
        text = _("The factory needs %(days)s days: an order of today comes too late. Lower the quota or move the deal.")
        raise ValidationError(text % {"days": row.lead_days})
    return DealDecision.objects.create(
        line=row.line, choice=choice, need=row.line.quota, available=row.held + row.most + row.coming,
        note=fitting("note", note, 300), by=by, at=clock.now(),
    )  # fmt: skip


@transaction.atomic
def approve(deal: GroupDeal, by: User, note: str = "", *, is_first: bool = False) -> GroupDeal:
    """Planned to approved: prices pass the guard, the whole quota is held. is_first: it takes stock that a planned deal
    of higher priority wants (needs a note). ValidationError: what is in the way."""
    mine, now = locked(deal), clock.now()
    if mine.state == State.APPROVED:
        return mine
    if mine.state != State.PLANNED:
        raise ValidationError(_("This cannot be done with a deal that is in this state."))
    if mine.closes_at <= now:
        raise ValidationError(_("It would have closed already: give it other days."))
    blocked = [f"{one.line.sku.code}" for one in verdicts(mine) if one.is_blocked]
    if blocked:
        raise ValidationError(_("Below what is allowed: %(names)s.") % {"names": "、".join(blocked[:3])})
    rows = stock_rows(mine)
    ahead = sorted({name for row in rows if row.short and row.free >= row.line.quota for name in row.before})
    if ahead and not (is_first and note.strip()):
        text = _("%(names)s comes first and wants the same stock: lower the quota, or say why this deal goes before.")
        raise ValidationError(text % {"names": "、".join(ahead)})
    hold_lines(mine.store, {row.line.sku: row.line.quota for row in rows}, mine.reference, by=by, why=mine.name)
    step(mine, State.APPROVED, by, now, now, note, sum(row.line.quota for row in rows))
    check_lines(mine.store, [row.line.sku.product_id for row in rows])  # what is promised is needed, too (S063)
    tick(mine, now)
    return mine


@transaction.atomic
def delete_deal(deal: GroupDeal) -> None:
    """Take away a deal that is planned and never was more. ValidationError."""
    mine = locked(deal)
    if mine.state != State.PLANNED or mine.transitions.exists():
        raise ValidationError(_("What was approved once is called off, not deleted."))
    cancel_tasks(mine.store, "manual", mine.reference)
    mine.delete()
