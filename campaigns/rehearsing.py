"""Rehearsals: a campaign's rules tried on orders of the past, kept with their progress."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns import replay
from campaigns.models import Campaign, OrderBelow, Rehearsal
from campaigns.offers.kinds import Offer
from campaigns.replay import Shelf
from campaigns.rules import asked_on, costs_on, expenses_of, rules_of, rules_of_store
from opsplan.lib import clock
from products import prices
from products.models import Product
from products.price_services import events_of, limits_of
from staff.models import User

LONGEST = 92  # days
AT_ONCE = 2000  # rows in a statement


def ask(campaign: Campaign, first: dt.date, last: dt.date, by: User) -> Rehearsal:
    """A rehearsal on the orders paid from `first` to `last` (local days). ValidationError."""
    if last < first or (last - first).days >= LONGEST:
        raise ValidationError(_("Choose up to 92 days that have passed."))
    return Rehearsal.objects.create(campaign=campaign, first=first, last=last, asked_by=by, asked_at=clock.now())


def last_of(campaign: Campaign) -> Rehearsal | None:
    """The last rehearsal that came to an end."""
    return campaign.rehearsals.filter(state=Rehearsal.State.DONE).first()


def shelf_of(campaign: Campaign, offers: Iterable[Offer]) -> tuple[dict[int, tuple[str, Shelf]], set[int]]:
    """Every product of the store with a price: its code and what a replay needs, by product id. And those without a
    list price, for which a fixed price of these offers stands; what their floor is nobody knows."""
    products = dict(Product.objects.filter(store=campaign.store).values_list("pk", "code"))
    (asked, stands), costs = asked_on(products, offers, campaign.first_day), costs_on(products, campaign.first_day)
    limits, event = limits_of(campaign.store), events_of(campaign.store).get(campaign.price_event)
    found = {}
    for pk, fen in asked.items():
        has_floor = pk not in stands and not (event and event.is_exempt)
        low = prices.floor_price(fen, limits.floor) if has_floor else 0
        found[pk] = (products[pk], Shelf(fen, costs.get(pk), low))
    return found, stands


@dataclass
class Lacking:
    """What orders hold beside the goods that can be priced: of each product in how many orders, and how many orders are
    priced in part."""

    left_out: Counter[int] = field(default_factory=Counter)
    stands: Counter[int] = field(default_factory=Counter)
    part: int = 0

    def note(self, goods: Iterable[tuple[int, int]], known: Collection[int], stands: Collection[int]) -> None:
        held = {pk for pk, _pieces in goods}
        unknown = {pk for pk in held if pk not in known}
        self.left_out.update(unknown)
        self.stands.update(pk for pk in held if pk in stands)
        self.part += bool(unknown) and unknown != held

    def told(self) -> dict[str, Any]:
        """As JSON: [code, orders], the most orders first."""
        codes = dict(Product.objects.filter(pk__in=[*self.left_out, *self.stands]).values_list("pk", "code"))

        def named(counted: Counter[int]) -> list[list[Any]]:
            return sorted(([codes[pk], n] for pk, n in counted.items() if pk in codes), key=lambda x: (-x[1], x[0]))

        return {"left_out": named(self.left_out), "stands": named(self.stands), "part": self.part}


def run(rehearsal: Rehearsal, orders: Iterable[tuple[str, tuple[tuple[int, int], ...]]], total: int) -> None:
    """Replay orders (number, (product id, pieces)) and keep the result. Safe to repeat."""
    campaign = rehearsal.campaign
    own, rules = rules_of_store(campaign.store), rules_of(campaign)
    (shelf, stands), lacking = shelf_of(campaign, rules.offers), Lacking()
    Rehearsal.objects.filter(pk=rehearsal.pk).update(state=Rehearsal.State.RUNNING, total=total, done=0)

    def progress(done: int) -> None:
        Rehearsal.objects.filter(pk=rehearsal.pk).update(done=done)

    numbers: dict[replay.Order, list[str]] = defaultdict(list)

    def coded() -> Iterable[replay.Order]:
        for number, goods in orders:
            lacking.note(goods, shelf, stands)
            order = tuple(sorted((shelf[pk][0], pieces) for pk, pieces in goods if pk in shelf))
            numbers[order].append(number)
            yield order

    by_code = dict(shelf.values())
    totals = replay.replay(
        coded(), by_code, rules, expenses_of(own), freight_fen=own.sold_freight_fen, progress=progress
    )
    result = replay.told(totals, rules) | lacking.told()
    result["unseen"] = max(0, total - totals.orders - totals.skipped)
    result["is_listed"] = True
    with transaction.atomic():
        keep_below(rehearsal, totals, numbers)
        Rehearsal.objects.filter(pk=rehearsal.pk).update(state=Rehearsal.State.DONE, result=result)


def keep_below(rehearsal: Rehearsal, totals: replay.Totals, numbers: Mapping[replay.Order, Sequence[str]]) -> None:
    """Note which orders would have been sold below the floor; those of the campaign's earlier rehearsals go."""
    OrderBelow.objects.filter(rehearsal__campaign=rehearsal.campaign_id).delete()
    rows = (
        OrderBelow(rehearsal=rehearsal, order_no=number, goods=order, **vars(found))
        for order, found in totals.below.items()
        for number in numbers[order]
    )
    while some := list(islice(rows, AT_ONCE)):
        OrderBelow.objects.bulk_create(some)
