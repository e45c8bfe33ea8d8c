"""T-7: what a campaign needs of each product against what can be promised, and what was decided about it."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from campaigns.models import Campaign, CampaignItem, StockDecision
from campaigns.services import OVER
from opsplan.fitting import fitting
from opsplan.lib import clock
from products.models import Product
from products.stock import campaign_need
from products.stock_queries import StockRow, arrivals_of, lines
from staff import notices
from staff.models import Member, Notice, User
from staff.robots import Message
from staff.roles import Action
from staff.services import spawn_tasks
from stores.models import Store

PLANNED = (Campaign.State.DRAFT, Campaign.State.CHECKED, Campaign.State.APPROVED)
LIFT = Decimal(3)
SAFETY = Decimal("1.2")


@dataclass(frozen=True)
class Need:
    """A product's need (pieces) against what is free and what comes before the start; `need` None = its pace is not
    known."""

    campaign: Campaign
    product: Product
    row: StockRow | None
    need: int | None
    free: int
    coming: int
    decision: StockDecision | None

    @property
    def available(self) -> int:
        return self.free + self.coming

    @property
    def held(self) -> int:
        """Pieces put aside already, as what group-buys have pre-sold (S063): needed besides, and not among the free."""
        return self.row.held if self.row else 0

    @property
    def in_all(self) -> int:
        return (self.need or 0) + self.held

    @property
    def short(self) -> int:
        """Pieces; a style of which no stock is kept (made to order, sent by the supplier) is never short."""
        return 0 if self.product.is_unstocked else max(0, (self.need or 0) - self.available)

    @property
    def to_order_units(self) -> int:
        """What is short, in whole cartons."""
        pack = self.row.pack if self.row else 1
        return -(-self.short // pack) * pack

    @property
    def to_order(self) -> bool:
        """Whether it was decided to order what is short."""
        return bool(self.short and self.decision and self.decision.choice == StockDecision.Choice.RESTOCK)

    @property
    def begins_with(self) -> str:
        """The choice that is offered first: what was decided, else to order what is short."""
        if self.decision:
            return self.decision.choice
        return StockDecision.Choice.RESTOCK if self.short else StockDecision.Choice.ENOUGH

    @property
    def ordering(self) -> str:
        return ordering([self])


def ordering(rows: Sequence[Need]) -> str:
    """The query of a new purchase order (`products.views.purchases`) for what a campaign lacks of these products."""
    lacking = [("need", f"{row.product.pk}:{row.short}") for row in rows]
    return urlencode([*lacking, ("by", rows[0].campaign.first_day), ("note", rows[0].campaign.name)]) if rows else ""


def decided(campaign: Campaign) -> list[StockDecision]:
    """The latest decision on each product that has one, with the numbers it stood on, by code."""
    rows = StockDecision.objects.filter(item__campaign=campaign).select_related("item__product", "by").order_by("id")
    latest = {row.item.product_id: row for row in rows}
    return sorted(latest.values(), key=lambda row: row.item.product.code)


def needs(campaign: Campaign, lift: Decimal = LIFT) -> list[Need]:
    """Every product that takes part: velocity x lift x days x 1.2 against available and arriving in time (T-35). What
    group-buys hold is not among what is free, so it is not needed twice."""
    products = list(campaign.products.order_by("code"))
    ids = [product.pk for product in products]
    rows = {row.product_id: row for row in lines(campaign.store, ids)} if ids else {}
    arriving = arrivals_of(campaign.store, ids) if ids else {}
    settled = {row.item.product_id: row for row in decided(campaign)}
    found = []
    for product in products:
        row = rows.get(product.pk)
        need = None
        if row is not None and row.a_day is not None:
            need = campaign_need(row.a_day, lift, campaign.days, SAFETY, 0)
        coming = sum(one.units for one in arriving.get(product.pk, []) if one.due <= campaign.first_day)
        found.append(Need(campaign, product, row, need, row.free if row else 0, coming, settled.get(product.pk)))
    return found


def is_late(campaign: Campaign, today: dt.date) -> bool:
    """Whether the last day to decide has passed and a product that takes part (of those in stock) has no decision."""
    if today <= campaign.decide_by or today > campaign.last_day:
        return False
    kept = campaign.items.filter(product__is_unstocked=False)
    return kept.count() > StockDecision.objects.filter(item__in=kept).values("item").distinct().count()


def open_stock(store: Store, today: dt.date) -> list[Campaign]:
    """The campaigns to come whose stock had to be decided on by now and is not."""
    coming = Campaign.objects.filter(store=store, state__in=PLANNED, first_day__gte=today).select_related("store")
    return [campaign for campaign in coming if is_late(campaign, today)]


def remind_late(store: Store, path: Callable[[Campaign], str] = lambda _campaign: "") -> int:
    """A task for each of them, once, and a word to those who decide. path: the page to go to. Returns how many."""
    late = open_stock(store, clock.today(store.timezone))
    for campaign in late:
        spawn_tasks(store, "stock_late", f"{campaign.pk}", subject=campaign.name, about=f"campaign_stock {campaign.pk}")
        deciders = [
            member.user
            for member in Member.objects.filter(store=store).select_related("user")
            if member.may(Action.SET_TARGETS)
        ]

        def write(campaign: Campaign = campaign) -> Message:
            subject = _("The stock of %(name)s is not decided on") % {"name": campaign.name}
            body = _("It was due on %(day)s, seven days before the start.") % {"day": campaign.decide_by}
            return Message(subject, body, path(campaign), {"event": "stock_late", "campaign": campaign.pk})

        notices.tell(store, deciders, Notice.Kind.DUE, f"stock_late:{campaign.pk}", write)
    return len(late)


def decide(campaign: Campaign, product_id: int, choice: str, lift: Decimal, note: str, by: User) -> StockDecision:
    """Write a decision down with the numbers it stands on. ValidationError."""
    if campaign.state in OVER:
        raise ValidationError(_("The campaign is over: nothing is decided about its stock any more."))
    if choice not in StockDecision.Choice.values:
        raise ValidationError(_("Choose what is to be done."))
    item = CampaignItem.objects.filter(campaign=campaign, product=product_id).first()
    need = next((one for one in needs(campaign, lift) if one.product.pk == product_id), None)
    if item is None or need is None:
        raise ValidationError(_("This is not there any more."))
    return StockDecision.objects.create(
        item=item,
        choice=choice,
        need=need.need or 0,
        available=need.available,
        lift=lift,
        note=fitting("note", note, 300),
        by=by,
        at=clock.now(),
    )
