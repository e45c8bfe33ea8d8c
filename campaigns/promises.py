"""No lower price for some days after an event (价保): what earlier events promised, and who would break it."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from campaigns.groupbuy.states import HOLDING
from campaigns.models import Campaign, DealLine, GroupDeal, Guarded
from opsplan.lib.periods import DAY
from opsplan.lib.text import gettext_noop as _
from products.price_services import events_of
from products.prices import Event, Finding, Numbers
from products.stock import local_day
from stores.models import Store

State = Campaign.State
KEPT = (State.APPROVED, State.RUNNING, State.ENDED, State.REVIEWED)  # these have promised
COMING = (State.DRAFT, State.CHECKED, State.APPROVED, State.RUNNING)  # these may break it


@dataclass(frozen=True)
class Promise:
    """An event of this name sold a piece at `fen` at the lowest, and promised no lower price until this day."""

    name: str
    fen: int
    until: dt.date


def promises(
    store: Store, first: dt.date, last: dt.date, products: Collection[int], but: Campaign | None = None
) -> dict[int, Promise]:
    """What binds prices in [first, last], by product id: of several events the highest price."""
    events = {key: x for key, x in events_of(store).items() if x.after_days}
    if not events:
        return {}
    longest = max(x.after_days for x in events.values())
    rows = Guarded.objects.filter(
        campaign__store=store, campaign__state__in=KEPT, campaign__price_event__in=events, product__in=products,
        campaign__last_day__lt=last, campaign__last_day__gte=first - longest * DAY, deep_fen__isnull=False,
    ).select_related("campaign")  # fmt: skip
    found: dict[int, Promise] = {}
    for row in rows.exclude(campaign=but.pk if but else None).order_by("campaign__last_day", "pk"):
        until = row.campaign.last_day + events[row.campaign.price_event].after_days * DAY
        promise = Promise(row.campaign.name, row.deep_fen or 0, until)
        if until >= first and (row.product_id not in found or promise.fen > found[row.product_id].fen):
            found[row.product_id] = promise
    return found


def against(price: int, promise: Promise | None) -> list[Finding]:
    """What speaks against a unit price (fen) by a promise."""
    if promise is None or price >= promise.fen:
        return []
    text = _("“%(name)s” sold it at %(promised)s and promised no lower price until %(until)s; this comes to %(price)s.")
    numbers: Numbers = {"price": price, "promised": promise.fen, "until": promise.until, "name": promise.name}
    return [Finding("afterwards", "block", text, numbers)]


def broken(campaign: Campaign, event: Event | None, prices: Mapping[int, int]) -> dict[int, list[Finding]]:
    """Of a campaign whose event promises: by product id who sells it for less (prices: its own lowest, fen) in the days
    after it."""
    if event is None or not event.after_days:
        return {}
    first, last = campaign.last_day + DAY, campaign.last_day + event.after_days * DAY
    rows = Guarded.objects.filter(
        campaign__store=campaign.store, campaign__state__in=COMING, campaign__first_day__lte=last,
        campaign__last_day__gte=first, product__in=prices, deep_fen__isnull=False,
    ).exclude(campaign=campaign.pk)  # fmt: skip
    told = [(x.product_id, x.campaign.name, x.deep_fen or 0, x.campaign.first_day) for x in
            rows.select_related("campaign").order_by("campaign__first_day", "pk")]  # fmt: skip
    deals = DealLine.objects.filter(deal__store=campaign.store, deal__state__in=(*HOLDING, GroupDeal.State.PLANNED))
    for line in deals.select_related("deal", "sku").filter(sku__product__in=prices).order_by("deal__opens_at", "pk"):
        opens, closes = (local_day(at, campaign.store.timezone) for at in (line.deal.opens_at, line.deal.closes_at))
        if opens <= last and closes >= first:
            told.append((line.sku.product_id, line.deal.name, line.lowest_fen, opens))
    text = _(
        "“%(name)s” sells it at %(price)s from %(since)s on, less than %(promised)s here: this event promises no lower "
        "price for %(days)s days."
    )
    found: dict[int, list[Finding]] = {}
    for product, name, fen, since in told:
        if fen < prices[product]:
            numbers: Numbers = {
                "name": name, "price": fen, "since": since, "promised": prices[product], "days": event.after_days,
            }  # fmt: skip
            found.setdefault(product, []).append(Finding("afterwards", "warn", text, numbers))
    return found
