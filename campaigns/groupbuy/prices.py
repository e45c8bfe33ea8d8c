"""What speaks against the prices of a group deal, and exceptions that a second person allows."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns import guarding, promises
from campaigns.groupbuy import stacking
from campaigns.guard import Deep, Goods
from campaigns.guarding import Allowed
from campaigns.models import DealLine, GroupDeal
from campaigns.rules import costs_on, lists_on, rules_of_store
from opsplan.lib import clock
from products.models import SKU, Product
from products.price_services import books_of, events_of, limits_of
from products.prices import Finding
from products.prices import check as price_check
from products.stock import local_day
from staff import approvals
from staff.models import Approval, User

INSTANT = dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class Verdict:
    """What the guard says to a line's price: low_fen is what it may not go below (0 = nothing to hold it against);
    deep: what it comes to with the other offers of the own shop (None: nothing comes off it); allowed: what a second
    person allowed of it once."""

    line: DealLine
    list_fen: int | None
    cost_fen: int | None
    low_fen: int
    deep: Deep | None
    findings: tuple[Finding, ...]
    is_blocked: bool
    allowed: Allowed | None = None

    @property
    def unit_fen(self) -> int:
        """The lowest a piece can be bought for."""
        return self.deep.unit_fen if self.deep else self.line.lowest_fen

    @property
    def path(self) -> dict[str, Any]:
        """How it comes to that: the basket and what comes off it ({}: nothing does)."""
        if not self.deep or not self.deep.receipt.steps:
            return {}
        codes = [line.code for line in self.deep.way.basket.lines]
        named = Product.objects.filter(store=self.line.deal.store_id, code__in=codes)
        return guarding.path_of(self.deep, dict(named.values_list("code", "title")))


def verdicts(deal: GroupDeal) -> list[Verdict]:
    """What the guard says to each line, on the gravest of its days."""
    return [max(told, key=lambda one: (one.is_blocked, one.low_fen)) for told in daily(deal)]


def daily(deal: GroupDeal) -> list[list[Verdict]]:
    """The guard of campaigns on every line: floor and cost on every day it sells on which one changes, and the
    lowest-price rules on the day it opens, for what a piece can be bought for with everything else the own shop gives
    then."""
    zone = deal.store.timezone
    first, last = local_day(deal.opens_at, zone), local_day(deal.closes_at - INSTANT, zone)
    found = list(deal.lines.select_related("sku__product"))
    ids = [line.sku.product_id for line in found]
    lists, costs = lists_on(ids, first), costs_on(ids, first)
    books = books_of([line.sku.product for line in found], first)
    limits, event = limits_of(deal.store), events_of(deal.store).get(deal.price_event)
    factor, today = Decimal(rules_of_store(deal.store).cost_factor), clock.today(zone)
    promised = promises.promises(deal.store, first, last, ids)
    deep = stacking.deepest(deal, found, costs)
    opening = {
        product.pk: Goods(
            product.code, lists.get(product.pk, 0), costs.get(product.pk), is_listed=bool(lists.get(product.pk))
        )
        for product in (line.sku.product for line in found)
    }
    days = guarding.as_days_go(opening, first, last)

    def verdict(line: DealLine, day: dt.date, goods: Goods) -> Verdict:
        low, book = guarding.low_price(goods, limits, event, factor), books[line.sku.product_id]
        promise = promised.get(line.sku.product_id)
        low = max(low, promise.fen if promise else 0)
        listed = goods.list_fen if goods.is_listed else None
        given = deal.allowed.get(str(line.sku_id))
        once = Allowed(**given) if given else None
        said = Verdict(line, listed, goods.cost_fen, low, deep.get(line.pk), (), False, once)
        found_wrong = price_check(
            said.unit_fen, book.listed, book.paid, first, limits, event, today, asked_on=day, shown=line.lowest_fen
        )
        told = promises.against(said.unit_fen, promise)
        findings = (*found_wrong, *guarding.against_cost(said.unit_fen, goods, factor), *told)
        broken = guarding.broken_by(findings)
        blocked = said.unit_fen < low or bool(broken)
        if once and guarding.covers(once, said.unit_fen, low, broken, guarding.most_of(findings)):
            blocked = False
        return replace(said, findings=findings, is_blocked=blocked)

    return [[verdict(line, day, goods) for day, goods in days[line.sku.product_id].items()] for line in found]


def to_ask(deal: GroupDeal) -> dict[str, dict[str, Any]]:
    """What would have to be allowed, by SKU's id: of each blocked line its price, the highest line of its days and all
    the rules it breaks on them."""
    found = {}
    for told in daily(deal):
        blocked = [one for one in told if one.is_blocked]
        if blocked:
            rules = sorted({rule for one in blocked for rule in guarding.broken_by(one.findings)})
            most = guarding.most_of(blocked[0].findings)
            allowed = Allowed(blocked[0].unit_fen, max(one.low_fen for one in blocked), rules, most)
            found[str(blocked[0].line.sku_id)] = {k: v for k, v in asdict(allowed).items() if v is not None}
    return found


def waiting(deal: GroupDeal) -> Approval | None:
    """The exception of a deal that waits for a second person."""
    return Approval.objects.filter(store=deal.store, about__startswith=f"deal_price:{deal.pk}:", state="open").first()


@transaction.atomic
def ask_exception(deal: GroupDeal, by: User, reason: str, path: str = "") -> Approval:
    """Ask for the prices the guard blocks; a second person decides. What was asked before of other prices is withdrawn.
    ValidationError."""
    asked = to_ask(deal)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    if not asked:
        raise ValidationError(_("Its price is allowed: there is nothing to ask for."))
    if asked != deal.asked:
        withdraw(deal, by)
    GroupDeal.objects.filter(pk=deal.pk).update(asked=asked)
    deal.asked = asked
    title = _("%(deal)s: a deal price below what is allowed") % {"deal": deal.name}
    about = f"deal_price:{deal.pk}:{min(one['deep_fen'] for one in asked.values())}"
    return approvals.ask(deal.store, "price", title[:160], by, about=about, path=path, note=reason)


def exception_settled(approval: Approval, by: User | None) -> None:
    """Called by `staff.approvals` when such an exception is settled: it covers what was asked for, as the costs and
    list prices were then (`campaigns.guarding.covers`). ValidationError: one's own."""
    is_allowed = approval.state == Approval.State.APPROVED
    if is_allowed and (by is None or by.pk == approval.asked_by_id):
        raise ValidationError(_("An exception needs a second person."))
    pk = int(approval.about.split(":")[1])
    deal = GroupDeal.objects.select_for_update().filter(pk=pk, store=approval.store).first()
    if deal:
        deal.allowed, deal.asked = {**deal.allowed, **(deal.asked if is_allowed else {})}, {}
        deal.save(update_fields=["allowed", "asked"])


def withdraw(deal: GroupDeal, by: User | None) -> None:
    """What is asked for is not wanted any more: the prices are others."""
    asked = waiting(deal)
    if asked:
        approvals.settle(deal.store, asked.about, "withdraw", by, _("The prices were changed."))


def prices_change(deal: GroupDeal, prices: Mapping[SKU, int], by: User | None) -> None:
    """The deal is about to have these lowest prices (fen): where a line is new or cheaper, what a second person is
    asked for is withdrawn, or they would say yes to something else than they see. `deal` is saved by whoever calls."""
    seen = {line.sku_id: line.lowest_fen for line in deal.lines.all()}
    if any(seen.get(sku.pk, price + 1) > price for sku, price in prices.items()):
        withdraw(deal, by)
        deal.asked = {}
