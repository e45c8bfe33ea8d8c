"""One answer, one state of the data: whatever is read inside sees the database as it was at the first statement.

PostgreSQL: a REPEATABLE READ, READ ONLY transaction. SQLite (WAL): a deferred transaction, whose first read fixes what
it sees and which never waits for a writer. Inside a transaction that is open already nothing is changed: it reads what
its owner sees.

As nothing changes inside, small things that several parts of an answer ask for are read `once`.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import connection, transaction

T = TypeVar("T")
OWN = "a transaction of its own"
known: ContextVar[dict[Hashable, Any] | None] = ContextVar("known", default=None)


@contextmanager
def one_version() -> Iterator[None]:
    """As `with one_version():`, around whatever only reads."""
    if known.get() is not None:
        yield
        return
    mark = known.set({} if connection.in_atomic_block else {OWN: True})
    try:
        with _reading():
            yield
    finally:
        known.reset(mark)


def is_settled() -> bool:
    """Whether what is read here is committed: inside a `one_version` that is nobody else's transaction."""
    found = known.get()
    return found is not None and OWN in found


def once(of: Hashable, read: Callable[[], T]) -> T:
    """What `read` answers; inside `one_version` it is asked the first time only. Nobody may change what it gave."""
    found = known.get()
    if found is None:
        return read()
    if of not in found:
        found[of] = read()
    answer: T = found[of]
    return answer


@contextmanager
def _reading() -> Iterator[None]:
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
