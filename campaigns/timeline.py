"""The calendar of campaigns: bars over months, platform events, and where plans clash."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from campaigns.groupbuy.planning import days_of
from campaigns.models import Campaign, CampaignItem, GroupDeal
from opsplan.lib.periods import DAY, Period, add_months, month_of
from stores.calendars import calendar_of
from stores.models import Store

WIDTH, ROW, TOP = 1200, 30, 26  # of the drawing, in its own units
OFF = (Campaign.State.STOPPED,)
BUSY = 3  # campaigns of a store at once are more than a team can run


@dataclass(frozen=True)
class Bar:
    """A campaign in the drawing: place and size in its own units; `is_own`: of the store the page is about."""

    campaign: Campaign
    x: int
    y: int
    width: int
    is_own: bool


@dataclass(frozen=True)
class DealBar:
    """A group deal in the drawing."""

    deal: GroupDeal
    first: dt.date
    last: dt.date
    x: int
    y: int
    width: int


@dataclass(frozen=True)
class Node:
    """A platform event in the drawing."""

    name: str
    day: dt.date
    x: int


@dataclass(frozen=True)
class Timeline:
    span: Period
    bars: tuple[Bar, ...]
    months: tuple[tuple[int, dt.date], ...]
    nodes: tuple[Node, ...]
    clashes: tuple[str, ...]
    height: int
    deals: tuple[DealBar, ...] = ()


def place(span: Period, day: dt.date) -> int:
    """Where a local day begins in the drawing."""
    return round((day - span.first).days * WIDTH / len(span))


def deal_bars(stores: Sequence[Store], span: Period, row: int) -> tuple[DealBar, ...]:
    """The group deals of `stores` that sell on one of these local days, from the row-th row on."""
    found, bars = GroupDeal.objects.filter(store__in=stores).exclude(state=GroupDeal.State.CANCELLED), list[DealBar]()
    near = found.filter(opens_at__date__lte=span.last + DAY, closes_at__date__gte=span.first - DAY)
    for deal in near.select_related("store", "site").order_by("store__name", "opens_at", "pk"):
        first, last = days_of(deal)
        if first > span.last or last < span.first:
            continue
        left = place(span, max(first, span.first))
        right = place(span, min(last, span.last) + DAY)
        bars.append(DealBar(deal, first, last, left, TOP + (row + len(bars)) * ROW, max(right - left, 6)))
    return tuple(bars)


def timeline(
    store: Store, stores: Sequence[Store], first: dt.date, months: int, *, with_deals: bool = True
) -> Timeline:
    """The campaigns and group deals of `stores` that touch the `months` months from the one of `first` on."""
    start = month_of(first).first
    end = add_months(start, months)
    assert end is not None  # the first of a month is in every month
    span = Period(start, end - dt.timedelta(days=1))
    found = (
        Campaign.objects.filter(store__in=stores, first_day__lte=span.last, last_day__gte=span.first)
        .select_related("store")
        .prefetch_related(Prefetch("items", CampaignItem.objects.select_related("product")))
    )
    ordered = sorted(found, key=lambda c: (c.store_id != store.pk, c.store.name, c.first_day, c.pk))
    bars = []
    for number, campaign in enumerate(ordered):
        left = place(span, max(campaign.first_day, span.first))
        right = place(span, min(campaign.last_day, span.last) + dt.timedelta(days=1))
        bars.append(Bar(campaign, left, TOP + number * ROW, max(right - left, 6), campaign.store_id == store.pk))
    deals = deal_bars(stores, span, len(ordered)) if with_deals else ()
    starts = [day for number in range(months) if (day := add_months(start, number)) is not None]
    nodes = tuple(
        Node(_(event.name), event.day, place(span, event.day))
        for event in calendar_of(store).sales_in(span)
        if event.is_big and event.day in span
    )
    return Timeline(
        span,
        tuple(bars),
        tuple((place(span, day), day) for day in starts),
        nodes,
        tuple(clashes([c for c in ordered if c.store_id == store.pk])),
        TOP + max(1, len(ordered) + len(deals)) * ROW + 8,
        deals,
    )


def coming_clashes(store: Store, span: Period) -> list[str]:
    """What the store has planned against itself on these days."""
    found = Campaign.objects.filter(store=store, first_day__lte=span.last, last_day__gte=span.first)
    items = Prefetch("items", CampaignItem.objects.select_related("product"))
    return clashes(found.prefetch_related(items).order_by("first_day", "pk"))


def clashes(campaigns: Iterable[Campaign]) -> list[str]:
    """What is planned against itself: a product with two prices on the same days, and too much at once."""
    found = []
    live = [campaign for campaign in campaigns if campaign.state not in OFF]
    prices = {campaign.pk: {x.product.title: x.price_fen for x in campaign.items.all()} for campaign in live}
    for one, other in combinations(live, 2):
        if one.first_day > other.last_day or other.first_day > one.last_day:
            continue
        mine, theirs = prices[one.pk], prices[other.pk]
        names = [t for t in mine.keys() & theirs.keys() if mine[t] and theirs[t] and mine[t] != theirs[t]]
        values = {"one": one.name, "other": other.name, "names": "、".join(sorted(names)[:3])}
        if names:
            found.append(_("%(one)s and %(other)s give the same product two prices: %(names)s.") % values)
        elif shared := mine.keys() & theirs.keys():
            values["names"] = "、".join(sorted(shared)[:3])
            found.append(_("%(one)s and %(other)s sell the same stock: %(names)s.") % values)
    for campaign in live:
        at_once = [c for c in live if c.first_day <= campaign.first_day <= c.last_day]
        if len(at_once) >= BUSY:
            values = {"day": f"{campaign.first_day}", "count": f"{len(at_once)}"}
            found.append(_("%(count)s campaigns at once from %(day)s on: more than the team can run.") % values)
    return list(dict.fromkeys(found))


def ical(name: str, campaigns: Sequence[Campaign], deals: Sequence[GroupDeal] = ()) -> str:
    """The campaigns and group deals as whole days of a calendar file (RFC 5545)."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//opsplan//campaigns//EN", "CALSCALE:GREGORIAN"]
    lines.append(f"X-WR-CALNAME:{_escaped(name)}")
    for campaign in campaigns:
        lines += _event(f"campaign-{campaign.pk}", campaign.name, campaign.first_day, campaign.last_day)
    for deal in deals:
        lines += _event(f"deal-{deal.pk}", f"{deal.name} · {deal.site.name}", *days_of(deal))
    return "".join(f"{_folded(line)}\r\n" for line in (*lines, "END:VCALENDAR"))


def _event(uid: str, name: str, first: dt.date, last: dt.date) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{uid}@opsplan",
        f"DTSTAMP:{first:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
        f"DTEND;VALUE=DATE:{last + DAY:%Y%m%d}",
        f"SUMMARY:{_escaped(name)}",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines of at most 75 octets, never cut inside a character."""
    parts, now = [], ""
    for letter in line:
        if len((now + letter).encode()) > 73:
            parts.append(now)
            now = ""
        now += letter
    return "\r\n ".join([*parts, now])
