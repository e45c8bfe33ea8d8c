"""The Celery application as beat runs it: it sends jobs by their names and does none. So it loads none, nor the pages
that Django would check on its start: readers, workbooks and numpy had been two thirds of what the process weighed."""

from typing import Any

from celery.beat import PersistentScheduler
from celery.signals import import_modules

from opsplan.celery import app as app

import_modules.receivers = []


class Scheduler(PersistentScheduler):
    """Celery's own, which waits until the last run is over: where the clock is set back by hours (a machine came up
    eight hours ahead), it would send nothing for so long, also after a new start, as the last runs are kept."""

    def tick(self, *args: Any, **options: Any) -> Any:
        now = self.app.now()
        ahead = [entry for entry in self.schedule.values() if entry.last_run_at and entry.last_run_at > now]
        for entry in ahead:
            entry.last_run_at = now
        if ahead:
            self._heap = None  # it knows every entry's next time: they are worked out anew
        return super().tick(*args, **options)
