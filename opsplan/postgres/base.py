"""Django's PostgreSQL backend, with a look at the socket instead of a question to the server before every request."""

import select
import time

from django.db.backends.postgresql import base

TRUSTED = 30.0  # seconds a connection counts as alive after the server was last asked


class DatabaseWrapper(base.DatabaseWrapper):
    """A server that went away has closed its end: the socket then has something to read. A line that died without a
    word is found by asking, every half minute."""

    asked_at = float("-inf")

    def is_usable(self) -> bool:
        if self.connection is not None and time.monotonic() - self.asked_at < TRUSTED and self._is_quiet():
            return True
        self.asked_at = time.monotonic()
        return bool(super().is_usable())

    def _is_quiet(self) -> bool:
        if self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0)
