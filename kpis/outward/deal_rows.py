"""Group deals one by one, for the board, Today and reports: which there are, and how they sell. Pieces, fen."""

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.db.models import Q

from campaigns.groupbuy import reading, states
from campaigns.groupbuy.reading import Card
from campaigns.models import GroupDeal
from opsplan.lib.periods import DAY, Period
from stores.models import Store

State = GroupDeal.State
SELLING = (State.APPROVED, State.OPEN, State.REACHED)
COMING = (State.PLANNED, State.APPROVED)
SOON = 45 * DAY
MOST = 12


def selling(store: Store, day: dt.date) -> list[Card]:
    """Those that sell on `day`, then those that are approved and open within 45 days."""
    found = GroupDeal.objects.filter(store=store, state__in=SELLING).select_related("site")
    near = found.filter(opens_at__date__lte=day + SOON).order_by("opens_at", "pk")
    return reading.cards(near[:8])


def of_period(store: Store, period: Period, day: dt.date) -> list[Card]:
    """Those that sold on days of the period, and those that sell on `day` or open soon; those that close first come
    first. What was called off is none."""
    first, end = edges(store, period)
    sold = Q(opens_at__lt=end, closes_at__gt=first) & ~Q(state__in=(*COMING, State.CANCELLED))
    near = Q(state__in=SELLING, opens_at__date__lte=day + SOON)
    found = GroupDeal.objects.filter(sold | near, store=store).select_related("site", "store")
    return reading.cards(found.order_by("-closes_at", "-pk")[:MOST])[::-1]


def sold_in(store: Store, period: Period) -> list[Card]:
    """Those that sold on days of the period and were not called off, in the order in which they close."""
    first, end = edges(store, period)
    found = GroupDeal.objects.filter(store=store, opens_at__lt=end, closes_at__gt=first)
    found = found.exclude(state__in=(*COMING, State.CANCELLED)).select_related("site", "store")
    return reading.cards(found.order_by("closes_at", "pk")[:MOST])


def opening_in(store: Store, period: Period) -> Iterable[GroupDeal]:
    """Those that are planned or approved to open in the period."""
    first, end = edges(store, period)
    found = GroupDeal.objects.filter(store=store, state__in=COMING, opens_at__gte=first, opens_at__lt=end)
    return found.select_related("store").order_by("opens_at", "pk")[:MOST]


def edges(store: Store, period: Period) -> tuple[dt.datetime, dt.datetime]:
    """The instants at which the period begins and ends where the store is."""
    zone = ZoneInfo(store.timezone)
    first, after = (dt.datetime.combine(day, dt.time(), zone) for day in (period.first, period.last + DAY))
    return first.astimezone(dt.UTC), after.astimezone(dt.UTC)


def pieces(card: Card) -> int:
    """Pieces that were paid for so far and not given back."""
    return card.live.sold + card.live.kept


def amount(card: Card) -> int | None:
    """What they are worth; None while it is not decided whether the deal stands."""
    return card.live.sold_fen if states.counts(card.deal.state, card.deal.minimum) else None
