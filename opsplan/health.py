"""/healthz: is everything there that a shop needs to work? Public, and says nothing but yes, no and one age."""

import datetime as dt
import logging
from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from opsplan.celery import app
from opsplan.lib import clock

logger = logging.getLogger(__name__)

BEAT_KEY = "beat"  # the task kpis.tasks.beat leaves the time (epoch seconds or datetime) here, from within the worker
FRESH_SECONDS = 60  # beat ticks every 15 s
LATE_SECONDS = 300  # a worker busy with long imports may keep the tick waiting that long


def database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


def broker_answers() -> bool:
    with app.connection_for_write(connect_timeout=2) as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
    return True


def worker_answers() -> bool:
    return bool(app.control.ping(timeout=1.0, limit=1))


def beat_age() -> float | None:
    """Seconds since the last tick was worked off, or None when there was none since the broker started."""
    at = cache.get(BEAT_KEY)
    if at is None:
        return None
    seconds = at.timestamp() if isinstance(at, dt.datetime) else float(at)
    age = clock.now().timestamp() - seconds
    return max(0.0, age) if age > -FRESH_SECONDS else None  # of a clock that was set back since: it proves nothing


def tried(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except Exception as problem:  # whatever it is: the answer is no
        logger.warning("health: %s failed with %s", question.__name__, type(problem).__name__)
        return False


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when all is well, else 503. A fresh tick proves the worker; a late one may only mean that it is busy."""
    database, broker = tried(database_answers), tried(broker_answers)
    age = beat_age() if broker else None
    worker = broker and ((age is not None and age < FRESH_SECONDS) or tried(worker_answers))
    beat = age is not None and age < LATE_SECONDS
    well = database and broker and worker and beat
    words = {True: "ok", False: "down"}
    answer = {
        "status": words[well],
        "database": words[database],
        "broker": words[broker],
        "worker": words[worker],
        "beat": words[beat],
        "beat_age_seconds": None if age is None else round(age),
    }
    response = JsonResponse(answer, status=200 if well else 503)
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django would write an error line for each 503
    return response
