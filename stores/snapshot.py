"""One answer, one state of the data: whatever is read inside sees the database as it was at the first statement.

PostgreSQL: a REPEATABLE READ, READ ONLY transaction. SQLite (WAL): a deferred transaction, whose first read fixes what
it sees and which never waits for a writer. Inside a transaction that is open already nothing is changed: it reads what
its owner sees.

As nothing changes inside, small things that several parts of an answer ask for are read `once`.

What hangs on one number alone need not open a transaction: it may be read `while_steady`.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import connection, transaction

T = TypeVar("T")
R = TypeVar("R")
OWN = "a transaction of its own"
UNPROVEN = "to be done when the reading has proved steady"
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


def while_steady(of: Hashable, state: T, now: Callable[[], T], read: Callable[[], R]) -> R | None:
    """What `read` answers, asked statement by statement: where `now` still tells `state` afterwards, as it told before,
    nothing came between (nor where the database was not asked at all). None where something did, or where a transaction
    is open: then `one_version` is the way.

    of: under what `once` keeps the state inside. What is read must change with the state and with nothing else.
    """
    if known.get() is not None or connection.in_atomic_block:
        return None
    afterwards: list[Callable[[], None]] = []
    asked: list[bool] = []

    def noting(execute: Callable[..., R], *statement: Any) -> R:
        asked.append(True)
        return execute(*statement)

    mark = known.set({OWN: True, UNPROVEN: afterwards, of: state})
    try:
        with connection.execute_wrapper(noting):
            answer = read()
    finally:
        known.reset(mark)
    if asked and now() != state:
        return None
    for each in afterwards:
        each()
    return answer


def when_proven(do: Callable[[], None]) -> None:
    """Do it now; inside `while_steady` once it is known that what was read belongs together."""
    found = known.get() or {}
    if UNPROVEN in found:
        found[UNPROVEN].append(do)
    else:
        do()


def is_settled() -> bool:
    """Whether what is read here is committed: inside a `one_version` that is nobody else's transaction, or steady."""
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
