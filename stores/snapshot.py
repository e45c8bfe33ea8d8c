"""One answer, one state of the data: whatever is read inside sees the database as it was at the first statement.

PostgreSQL: a REPEATABLE READ, READ ONLY transaction. SQLite (WAL): a deferred transaction, whose first read fixes what
it sees and which never waits for a writer. Inside a transaction that is open already nothing is changed: it reads what
its owner sees.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


@contextmanager
def one_version() -> Iterator[None]:
    """As `with one_version():`, around whatever only reads."""
    if connection.in_atomic_block:
        yield
        return
    with _deferred(), transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


@contextmanager
def _deferred() -> Iterator[None]:
    """On SQLite our transactions take the write lock when they begin (IMMEDIATE); one that only reads must not."""
    if connection.vendor != "sqlite":
        yield
        return
    database: Any = connection
    database.ensure_connection()  # connecting sets the mode
    mode, database.transaction_mode = database.transaction_mode, "DEFERRED"
    try:
        yield
    finally:
        database.transaction_mode = mode
