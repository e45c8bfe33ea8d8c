"""Rows on their way: from a reader into a temporary table on the same connection. Memory stays flat."""

import csv
import gc
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import CharField

from kpis.ingest.kinds import FileFacts, Kind
from kpis.ingest.rows import Bad, Row
from kpis.ingest.values import Converter, Values
from opsplan.lib.problems import Problem

ROWS = "import_rows"  # what the file said
VIEW = "import_view"  # the same, as facts
ROOM = "64MB"  # for each sort or hash of a statement
TWICE = "import_twice"  # keys that more than one of the rows has
APART = (Bad, Problem)  # what a reader yields that is not a row to be kept
PROBLEMS_KEPT = 10_000
DELIMITER, END = "\x1f", "\r\n"  # of cells and rows on their way to PostgreSQL; the writer quotes both letters of END
AT_ONCE = 10_000  # rows written before the job is told how far it is


@dataclass
class Findings:
    """What is wrong with a file: all of it counted, the first 10,000 kept."""

    rejected: int = 0  # rows kept out
    errors: int = 0
    kept: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        self.errors += problem.level == "error"
        if len(self.kept) < PROBLEMS_KEPT:
            self.kept.append(problem)

    def reject(self, row: Bad) -> None:
        self.rejected += 1
        for problem in row.problems:
            self.add(problem)


def staged_columns(kind: Kind) -> dict[str, str]:
    """The columns of the staging table after `sid` and `line`, with their SQL types."""
    columns: dict[str, str] = {}
    for name in kind.all_columns:
        if name == "pay_fen":  # decided per file: what was paid, or what is left of it after refunds
            columns["actual_fen"] = "bigint"
        else:
            columns[name] = str(kind.model._meta.get_field(name).db_type(connection))
    return {**columns, **kind.staged}


@contextmanager
def quiet_transaction() -> Iterator[None]:
    """On SQLite: one transaction that takes no lock, for it writes to temporary tables only."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")


def run(sql: str, *params: Any) -> int:
    """Run a statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def rows_of(sql: str, *params: Any) -> list[Values]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def ends(column: str, rows: str, *params: Any) -> Values:
    """The least and the most of a column. Facts outside of them need not be looked at, which the database does not find
    out by itself: it would go through all that a store has."""
    [found] = rows_of(f"SELECT MIN({column}), MAX({column}) FROM {rows}", *params)
    return found


def differs(some: str, others: str) -> str:
    """SQL: whether two lists of columns differ, where nothing equals nothing."""
    return f"({some}) {'IS NOT' if connection.vendor == 'sqlite' else 'IS DISTINCT FROM'} ({others})"


def drop() -> None:
    """Forget what was staged, and the room it was given."""
    if connection.vendor == "postgresql":
        run("RESET work_mem")
    run(f"DROP VIEW IF EXISTS {VIEW}")
    for table in ("import_known", "import_products", "import_skipped", TWICE, ROWS):
        run(f"DROP TABLE IF EXISTS {table}")


def create(kind: Kind) -> None:
    """An empty staging table for `kind`, and room to sort and compare a month of rows in memory (PostgreSQL's own 4 MB
    send them to disk)."""
    drop()
    if connection.vendor == "postgresql":
        run(f"SET work_mem = '{ROOM}'")
    number = "INTEGER PRIMARY KEY" if connection.vendor == "sqlite" else "serial"
    columns = ", ".join(f"{name} {sql}" for name, sql in staged_columns(kind).items())
    run(f"CREATE TEMPORARY TABLE {ROWS} (sid {number}, line bigint, {columns})")


def stage(
    kind: Kind,
    batches: Iterable[list[Row | Bad | Problem]],
    convert: Converter,
    found: Findings,
    beat: Callable[[int], None],
) -> int:
    """Write the good rows to the staging table, collect what is wrong with the others. Returns how many rows were read.

    `beat` is told the number of rows read, every few thousand.
    """
    create(kind)
    columns = ("line", *staged_columns(kind))
    write = _copier(kind, columns) if connection.vendor == "postgresql" else _inserter(columns)
    sieve = Sieve(batches, convert.of(kind), found)
    with without_cycles():
        while not sieve.is_empty:
            write(sieve.some())
            beat(sieve.read)
    read = sieve.read
    if connection.vendor == "postgresql":
        run(f"ANALYZE {ROWS} (sid, {', '.join(kind.key)})")
    return read


@contextmanager
def without_cycles() -> Iterator[None]:
    """Rows hold nothing that holds them: looking for cycles among them took a sixth of the reading, and found none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Sieve:
    """Batches of a reader on their way: the good rows as values, the others collected. `read`: rows taken so far."""

    def __init__(
        self, batches: Iterable[list[Row | Bad | Problem]], values: Callable[[Any], Values], found: Findings
    ) -> None:
        self._batches = iter(batches)
        self._values = values
        self._found = found
        self.read = 0
        self.is_empty = False

    def some(self) -> Iterator[Iterator[Values]]:
        """The next good rows, batch by batch, up to AT_ONCE of them or the end."""
        enough = self.read + AT_ONCE
        while self.read < enough:
            batch = next(self._batches, None)
            if batch is None:
                self.is_empty = True
                return
            rows = [row for row in batch if not isinstance(row, APART)]
            self.read += len(batch) if len(rows) == len(batch) else self._set_apart(batch)
            if rows:
                yield map(self._values, rows)

    def _set_apart(self, batch: list[Row | Bad | Problem]) -> int:
        """Collect what is wrong; how many of the batch are rows of the file."""
        notices = [each for each in batch if isinstance(each, Problem)]
        for notice in notices:
            self._found.add(notice)
        for row in batch:
            if isinstance(row, Bad):
                self._found.reject(row)
        return len(batch) - len(notices)


class Feed:
    """Batches of rows as a file of CSV that COPY reads from: the server writes some while the next are made."""

    def __init__(self, batches: Iterable[Iterable[Values]]) -> None:
        self._batches = iter(batches)
        self.failure: BaseException | None = None  # COPY would tell it in words of its own

    def read(self, _size: int = -1) -> str:
        try:
            rows = next(self._batches, None)
        except BaseException as failure:
            self.failure = failure
            return ""
        return "" if rows is None else as_csv(list(rows))


def as_csv(rows: Sequence[Values]) -> str:
    """Rows as CSV with a delimiter nobody types, so that hardly a cell has to be quoted and they can be joined in one
    go: half the time of looking at every letter. Where one has to be, the batch is written letter by letter."""
    columns = map(texts, zip(*rows, strict=True))
    text = END.join(map(DELIMITER.join, zip(*columns, strict=True))) + END
    lines, delimiters = len(rows), len(rows) * (len(rows[0]) - 1 if rows else 0)
    if (text.count(DELIMITER), text.count("\n"), text.count("\r"), text.count('"')) == (delimiters, lines, lines, 0):
        return text
    written = io.StringIO()
    csv.writer(written, delimiter=DELIMITER, lineterminator=END).writerows(rows)
    return written.getvalue()


def texts(column: Sequence[Any]) -> Iterable[str]:
    """The cells of a column as text, nothing as an empty one."""
    types = set(map(type, column))
    if types == {str}:
        return column
    return ("" if value is None else str(value) for value in column) if type(None) in types else map(str, column)


def _inserter(columns: Sequence[str]) -> Callable[[Iterable[Iterable[Values]]], None]:
    sql = f"INSERT INTO {ROWS} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"

    def write(batches: Iterable[Iterable[Values]]) -> None:
        for rows in batches:
            with quiet_transaction(), connection.cursor() as cursor:
                cursor.executemany(sql, list(rows))

    return write


def _copier(kind: Kind, columns: Sequence[str]) -> Callable[[Iterable[Iterable[Values]]], None]:
    never_null = [
        f.name for f in kind.model._meta.get_fields() if isinstance(f, CharField) and f.name in kind.all_columns
    ]
    force = f", FORCE_NOT_NULL ({', '.join(never_null)})" if never_null else ""
    sql = f"COPY {ROWS} ({', '.join(columns)}) FROM STDIN WITH (FORMAT csv, DELIMITER '{DELIMITER}'{force})"

    def write(batches: Iterable[Iterable[Values]]) -> None:
        feed = Feed(batches)
        with connection.cursor() as cursor:
            cursor.copy_expert(sql, feed)
        if feed.failure is not None:
            raise feed.failure

    return write


def show(kind: Kind, facts: FileFacts) -> None:
    """The view of the staged rows as facts, once the questions about the whole file are answered."""
    run(f"DROP VIEW IF EXISTS {VIEW}")
    columns = ", ".join(_shown(name, facts) for name in kind.all_columns)
    extra = "".join(f", {name}" for name in kind.staged)
    run(f"CREATE TEMPORARY VIEW {VIEW} AS SELECT sid, line, {columns}{extra} FROM {ROWS}")


def _shown(name: str, facts: FileFacts) -> str:
    if name != "pay_fen":
        return name
    told = "actual_fen + refund_fen" if facts.paid_is_net else "actual_fen"
    return f"CASE WHEN paid_at IS NULL THEN NULL ELSE COALESCE({told}, total_fen) END AS pay_fen"
