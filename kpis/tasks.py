"""Jobs: fetch, call, done. Each may be killed at any point, run twice, or run when there is nothing to do."""

import datetime as dt
import logging
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings
from django.core.cache import cache

from kpis.alerting import alerts
from kpis.clients import statements
from kpis.files import import_results
from kpis.ingest import arriving, pickup, pipeline, runner, undo
from kpis.models import StaleDay, Upload
from kpis.outward import deals_push, goods_push
from kpis.outward.stage_evidence import judge_stages
from kpis.sums import rollups
from opsplan.lib import clock
from products import stock_services
from staff.tasks import send_due
from stores.models import Store

log = logging.getLogger("kpis.tasks")
REBUILD_AGAIN_SECONDS = 30


@shared_task
def check_upload(pk: int) -> None:
    """Preview an upload, load it where nobody needs to decide, and count the days it has changed."""
    upload = Upload.objects.select_related("store").filter(pk=pk).first()
    if upload:
        pipeline.check(upload, rollups.rebuild)
        start_parts(upload)
        count_after(upload)
        tell_results()


@shared_task
def load_upload(pk: int) -> None:
    """Load an upload somebody has decided on, and count the days it has changed."""
    upload = Upload.objects.select_related("store").filter(pk=pk).first()
    if upload:
        pipeline.load(upload, rollups.rebuild)
        start_parts(upload)
        count_after(upload)
        tell_results()


@shared_task
def undo_upload(pk: int) -> None:
    """Take a loaded upload back, and count the days that has changed."""
    upload = Upload.objects.select_related("store").filter(pk=pk).first()
    if upload:
        undo.undo(upload, rollups.rebuild)
        undo.undo_parts(upload, rollups.rebuild)
        count_after(upload)


@shared_task
def rebuild_store(store_id: int) -> None:
    """Count the stale days of a store."""
    store = Store.objects.filter(pk=store_id).first()
    if store:
        rollups.rebuild(store)
        watch.delay(store.pk)


@shared_task
def watch(store_id: int) -> None:
    """Tell the products how they sell, hold the alert rules against the days, and have new messages sent."""
    store = Store.objects.filter(pk=store_id).first()
    if store is None or store.closed_at:
        return
    goods_push.push(store)
    deals_push.push(store)
    if alerts.evaluate(store):
        send_due.delay()


@shared_task
def watch_all() -> None:
    """Every hour: what has not come by the morning is missing though nothing was imported."""
    for store_id in Store.objects.in_use().values_list("pk", flat=True):
        watch.delay(store_id)


@shared_task
def judge_all_stages() -> None:
    """Every Monday morning: what the weeks that are over say about the stages of products."""
    for store in Store.objects.in_use():
        made = judge_stages(store)
        log.info("stages judged", extra={"data": {"store": store.slug, "proposals": made}})


@shared_task
def pick_up() -> None:
    """Every minute: import what lies in the folders of the stores."""
    for upload in pickup.pick_up():
        check_upload.delay(upload.pk)


@shared_task
def tell_results() -> None:
    """Tell those who want to know what came of the files that have ended; beat sees to it that none is forgotten."""
    if import_results.tell_all():
        send_due.delay()


@shared_task
def resume() -> None:
    """Take up what a dead process has left: uploads at work or without a message, days still to be counted."""
    for upload in arriving.take_up():
        start(upload.pk)
    for upload in runner.abandoned():
        if runner.release(upload):
            log.warning("upload taken up again", extra={"data": {"upload": upload.pk, "runner": upload.runner}})
            start(upload.pk)
    for upload in runner.forgotten():
        Upload.objects.filter(pk=upload.pk).update(heartbeat_at=clock.now())
        start(upload.pk)
    for store_id in StaleDay.objects.order_by().values_list("store_id", flat=True).distinct():
        if cache.add(f"rebuild:{store_id}", "queued", REBUILD_AGAIN_SECONDS):
            rebuild_store.delay(store_id)


@shared_task
def remind_of_statements() -> None:
    """Twice a day: months of contracts that are over are to be stated."""
    statements.remind()


@shared_task
def expire_holds() -> None:
    """Give back the stock of holds that have lapsed."""
    stock_services.expire_holds()


@shared_task
def expire_arriving() -> None:
    """Forget files that have come half-way a day ago."""
    arriving.expire()


@shared_task
def beat() -> None:
    """Prove that beat, broker and worker work: /healthz reads this."""
    cache.set("beat", clock.now(), timeout=None)


@shared_task
def cleanup() -> None:
    """Delete files, and notes for undoing imports, that have been kept long enough."""
    count = pipeline.cleanup()
    pruned = undo.prune(clock.now() - dt.timedelta(days=settings.UNDO_KEEP_DAYS))
    log.info("files cleaned up", extra={"data": {"files": count, "final": pruned}})


@worker_ready.connect
def resume_at_once(**_given: Any) -> None:
    """A worker that comes back looks first for what it left."""
    resume.delay()


def start(pk: int) -> None:
    """Send the job that brings an upload further; a cancelled one loses its file."""
    upload = Upload.objects.get(pk=pk)
    if upload.state == Upload.State.WAITING:
        check_upload.delay(pk)
    elif upload.state == Upload.State.QUEUED:
        load_upload.delay(pk)
    elif upload.state == Upload.State.UNDOING:
        undo_upload.delay(pk)
    elif upload.state == Upload.State.CANCELLED:
        pipeline.forget_file(upload)


def start_parts(upload: Upload) -> None:
    """Read what else the file tells."""
    for pk in upload.parts.filter(state=Upload.State.WAITING).order_by("pk").values_list("pk", flat=True):
        check_upload.delay(pk)


def count_after(upload: Upload) -> None:
    """The rollups of what an upload has changed."""
    if upload.phase == "rollup":
        rollups.rebuild(upload.store)
        watch.delay(upload.store_id)
