"""今日, "needs a decision", about goods: stock below its line, the stock of campaigns to come, plans that stand against
each other, stages that are proposed. Codes and numbers only, as in `kpis.display.decisions`."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from campaigns import stocking, timeline
from campaigns.models import Campaign
from kpis.days import lowering
from kpis.display.decisions import Decision
from opsplan.lib.periods import DAY, Period
from products import stock_queries
from products.models import Move, Product, StockPace
from products.stages import ALIVE
from products.stock import Level
from stores.models import Store

SHOWN = 3  # lines of one kind; the rest is one line that leads to its page
DECIDE_AHEAD = 14  # days before the last day to decide on a campaign's stock
PLANS_AHEAD = 45  # days in which plans that stand against each other are told
FAR = Decimal(10**6)


def goods_decisions(store: Store, today: dt.date) -> list[Decision]:
    """All of them for the local day `today`."""
    return [
        *low_stock(store, today),
        *stock_due(store, today),
        *not_lowered(store, today),
        *clashes(store, today),
        *stage_moves(store),
    ]


def low_stock(store: Store, today: dt.date) -> Iterable[Decision]:
    """Products below their line of which more has to be ordered than is on its way: heroes first, then what is gone
    soonest."""
    fell = StockPace.objects.filter(product__store=store, low_since__isnull=False)
    ids = list(fell.exclude(product__status=Product.Status.OFF).values_list("product", flat=True))
    rows = stock_queries.stock_rows(store, today, ids) if ids else []
    low = [row for row in rows if row.level is Level.ALERT and row.proposal]
    low.sort(key=lambda row: (not row.is_hero, FAR if row.cover is None else row.cover, row.code))
    shown = low[:SHOWN] if len(low) > SHOWN + 1 else low
    for row in shown:
        yield Decision("stock", "bad", {"row": row})
    if rest := len(low) - len(shown):
        yield Decision("stocks", "bad", {"count": rest})


def stock_due(store: Store, today: dt.date) -> Iterable[Decision]:
    """Campaigns whose stock has to be decided on within two weeks, or should have been; what is decided is not asked
    again."""
    coming = Campaign.objects.filter(
        store=store, state__in=stocking.PLANNED, first_day__gte=today, first_day__lte=today + (DECIDE_AHEAD + 7) * DAY
    )
    for campaign in coming.select_related("store").order_by("first_day", "pk"):
        open_ones = [x for x in stocking.needs(campaign) if x.decision is None and not x.product.is_unstocked]
        if open_ones:
            late = today > campaign.decide_by
            yield Decision("stock_due", "bad" if late else "warn", {"campaign": campaign, "needs": open_ones})


def not_lowered(store: Store, today: dt.date) -> Iterable[Decision]:
    """Targets that still count on goods of which was decided that they will not be there: one line a campaign."""
    told: dict[int, list[lowering.Lowering]] = {}
    for each in lowering.waiting(store, Period(today, today + PLANS_AHEAD * DAY)):
        told.setdefault(each.campaign.pk, []).append(each)
    for found in told.values():
        yield Decision("lowering", "warn", {"campaign": found[0].campaign, "short": sum(x.short for x in found)})


def clashes(store: Store, today: dt.date) -> Iterable[Decision]:
    """Campaigns that stand against each other: one product at two prices, one stock sold twice, too many at once."""
    for sentence in timeline.coming_clashes(store, Period(today, today + PLANS_AHEAD * DAY))[:SHOWN]:
        yield Decision("clash", "warn", {"sentence": sentence})


def stage_moves(store: Store) -> Iterable[Decision]:
    """Moves of the life cycle that wait for a yes or no, heroes first."""
    waiting = Move.objects.filter(product__store=store, state=Move.State.OPEN, product__status__in=ALIVE)
    waiting = waiting.select_related("product").order_by("-product__is_hero", "product__code")
    shown = list(waiting[: SHOWN + 2])
    rest = waiting.count() - SHOWN if len(shown) > SHOWN + 1 else 0
    for move in shown[:SHOWN] if rest else shown:
        yield Decision("stage", "accent", {"move": move})
    if rest:
        yield Decision("stages", "accent", {"count": rest})
