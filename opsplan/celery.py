"""The Celery application. Jobs are idempotent: late acknowledgement and redelivery are safe."""

import logging
import logging.config
import os
import warnings
from typing import Any

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import beat_init, setup_logging, worker_init
from django.conf import settings
from kombu.exceptions import OperationalError

from opsplan.settled import settle

warnings.filterwarnings("ignore", category=SecurityWarning)  # about pickle as root; we take JSON only
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsplan.settings")

log = logging.getLogger("opsplan.celery")
BEHIND = 5  # niceness of the workers


class Sender(Celery):
    """A message that cannot be sent (the broker is away) is no reason to fail what was stored already: it is logged,
    /healthz says so, and beat takes up what was left once the broker is back."""

    def send_task(self, name: str, *args: Any, **options: Any) -> Any:
        try:
            return super().send_task(name, *args, **options)
        except OperationalError:
            log.warning("broker away", extra={"data": {"task": name}})
            return None


app = Sender("opsplan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_log(**_given: Any) -> None:
    """Worker and beat write the same JSON lines as the pages."""
    logging.config.dictConfig(settings.LOGGING)


@beat_init.connect
def tick_at_once(**_given: Any) -> None:
    """The first tick on starting, not a full interval later: /healthz knows sooner, stuck work is taken up sooner."""
    app.send_task("kpis.tasks.beat")


@worker_init.connect
def let_pages_go_first(**_given: Any) -> None:
    """Where processors are short, who waits for a page comes before a file that is imported."""
    os.nice(BEHIND)


@worker_init.connect
def begin_settled(**_given: Any) -> None:
    """Before the pool is made of copies of this process."""
    settle()
