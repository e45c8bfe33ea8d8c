"""Jobs: the outbox is sent, tasks are made ahead and closed. Each may be killed at any point and run twice."""

import logging

from celery import shared_task

from kpis import queries
from opsplan.lib import clock
from opsplan.lib.periods import DAY
from staff import delivery, notices, photos, reminders, roster, spawning
from stores.models import Store

log = logging.getLogger("staff.tasks")


@shared_task(soft_time_limit=45, time_limit=60)
def send(pk: int) -> None:
    """Try to send one message."""
    delivery.send(pk)


@shared_task
def send_due() -> None:
    """Every message whose turn has come gets a job; one that has two is sent once all the same."""
    for pk in delivery.due():
        send.delay(pk)


@shared_task
def forget_old() -> None:
    count = delivery.forget_old() + notices.forget_old()
    log.info("old messages taken away", extra={"data": {"messages": count}})


@shared_task
def sweep_photos() -> None:
    """Photos of pictures and tasks that are gone; what cameras wrote into those a restored backup brought."""
    log.info("photos taken away", extra={"data": {"photos": photos.sweep()}})
    count, damaged = photos.strip()
    if count or damaged:
        log.info("photos stripped", extra={"data": {"photos": count, "damaged": len(damaged)}})


@shared_task
def make_tasks(store_id: int) -> None:
    """Make a store's tasks ahead; what nobody did in time is missed from now on."""
    store = Store.objects.filter(pk=store_id).first()
    if store:
        made, missed = spawning.spawn(store), spawning.sweep(store)
        log.info("tasks made", extra={"data": {"store": store.slug, "made": made, "missed": missed}})


@shared_task
def make_all_tasks() -> None:
    for store_id in Store.objects.in_use().order_by().values_list("pk", flat=True):
        make_tasks.delay(store_id)


def remind_of(store: Store) -> int:
    """All that is due in a store and its digests; how many."""
    return reminders.remind(store, queries.month_told)


@shared_task
def remind(store_id: int) -> None:
    """Call to mind what is due in a store, and send the digests whose time has come."""
    store = Store.objects.filter(pk=store_id).first()
    if store:
        count = remind_of(store)
        log.info("people reminded", extra={"data": {"store": store.slug, "notices": count}})


@shared_task
def remind_all() -> None:
    for store_id in Store.objects.in_use().order_by().values_list("pk", flat=True):
        remind.delay(store_id)


@shared_task
def roster_ahead() -> None:
    """Put the patterns of every store into its roster, four weeks ahead."""
    for store in Store.objects.in_use():
        roster.apply(store, clock.today(store.timezone) + roster.AHEAD * DAY)
