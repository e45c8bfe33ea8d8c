"""Django's PostgreSQL backend, with a look at the socket instead of a question to the server before every request, and
statements that are planned once."""

import re
import select
import time
from itertools import count
from typing import Any

from django.db.backends.postgresql import base

TRUSTED = 30.0  # seconds a connection counts as alive after the server was last asked


class DatabaseWrapper(base.DatabaseWrapper):
    """A server that went away has closed its end: the socket then has something to read. A line that died without a
    word is found by asking, every half minute."""

    asked_at = float("-inf")

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self.known: dict[str, str] = {}
        return super().get_new_connection(conn_params)

    def prepared(self, cursor: Any, sql: str) -> str:
        """How `sql` is asked over this connection once the server knows it; each %s is a parameter of the type that
        stands beside it. Not counted among the statements: it is no question."""
        if sql not in self.known:
            name, number = f"known_{len(self.known)}", count(1)
            with self.wrap_database_errors:
                cursor.cursor.execute(f"PREPARE {name} AS {re.sub('%s', lambda _: f'${next(number)}', sql)}")
            self.known[sql] = f"EXECUTE {name} ({', '.join(['%s'] * sql.count('%s'))})"
        return self.known[sql]

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
