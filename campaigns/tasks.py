"""Jobs: fetch, call, done. Each may be killed at any point and run again."""

import datetime as dt
import logging

from celery import shared_task
from django.urls import reverse

from campaigns import alarms, guarding, live, rehearsing, states, stocking
from campaigns.groupbuy import dealing, planning, sites
from campaigns.models import Campaign, Rehearsal
from kpis import queries
from opsplan.lib import clock
from opsplan.lib.periods import Period
from stores.models import Store

log = logging.getLogger("campaigns.tasks")


@shared_task
def advance_all() -> None:
    """Let the clock move every campaign and every group deal on."""
    states.advance_all()
    advance_deals()


def advance_deals() -> int:
    """Let the clock move every group deal on and have the days of those that moved counted again, those no figure
    has spoken of yet, too. Returns how many."""
    moved = dealing.advance_all()
    for deal in moved:
        first, last = planning.days_of(deal)
        told(deal.store, {first, max(first, min(last, clock.today(deal.store.timezone)))})
    for store in {deal.store for deal in moved}:
        queries.deals_changed(store)
    return len(moved)


def told(store: Store, days: set[dt.date]) -> None:
    """Something was told of a deal that changes the figures of these local days."""
    if days:
        queries.figures_changed(store, min(days), max(days))


@shared_task
def rehearse(pk: int) -> None:
    """Replay the orders of a rehearsal's days."""
    rehearsal = Rehearsal.objects.select_related("campaign__store").filter(pk=pk).first()
    if rehearsal is None or rehearsal.state == Rehearsal.State.DONE:
        return
    store, period = rehearsal.campaign.store, Period(rehearsal.first, rehearsal.last)
    try:
        rehearsing.run(rehearsal, queries.baskets(store, period), queries.basket_count(store, period))
    except Exception:
        Rehearsal.objects.filter(pk=pk).update(state=Rehearsal.State.FAILED)
        log.exception("rehearsal %s", pk)
        raise


@shared_task
def watch_running() -> None:
    """Hold every running campaign against its plan, the stock ledger and the complaints, and those approved, too,
    against what the guard found last."""
    for campaign in Campaign.objects.filter(state__in=alarms.BOUND, store__closed_at=None).select_related("store"):
        is_on = campaign.state == Campaign.State.RUNNING
        now = live.read(queries.live_facts(campaign), alarms.triggers_of(campaign)) if is_on else None
        alarms.hold(campaign, alarms.found(campaign, now))


@shared_task
def guard_all() -> None:
    """Costs, list prices and what was paid before go by days: look at every campaign that is not over again."""
    for store in Store.objects.in_use():
        guarding.look_again(store)


@shared_task
def remind_of_stock() -> None:
    """Every morning: campaigns to come whose stock had to be decided on by now."""
    for store in Store.objects.in_use():
        stocking.remind_late(store, lambda campaign: reverse("campaign_stock", args=[campaign.store.slug, campaign.pk]))


@shared_task
def remind_of_sites() -> None:
    """Every morning: group-buy sites to be talked to, papers that run out."""
    sites.remind_all()
