"""The Celery application as beat runs it: it sends jobs by their names and does none. So it loads none, nor the pages
that Django would check on its start: readers, workbooks and numpy had been two thirds of what the process weighed."""

from celery.signals import import_modules

from opsplan.celery import app as app

import_modules.receivers = []
