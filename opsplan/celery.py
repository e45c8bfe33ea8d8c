"""The Celery application. Jobs are idempotent: late acknowledgement and redelivery are safe."""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsplan.settings")

app = Celery("opsplan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_log(**_given: Any) -> None:
    """Worker and beat write the same JSON lines as the pages."""
    logging.config.dictConfig(settings.LOGGING)
