"""The Celery application. Jobs are idempotent: late acknowledgement and redelivery are safe."""

import logging.config
import os
import warnings
from typing import Any

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import beat_init, setup_logging
from django.conf import settings

warnings.filterwarnings("ignore", category=SecurityWarning)  # about pickle as root; we take JSON only
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsplan.settings")

app = Celery("opsplan")
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
