"""Rows on their way: from a reader into a temporary table on the same connection. Memory stays flat.

Instants are written as UTC, days as the store's local days; buyers only as keyed hashes.
"""

import csv
import datetime as dt
import gc
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import CharField

from kpis.ingest.channels import ChannelNames
from kpis.ingest.kinds import FileFacts, Kind
from kpis.ingest.rows import (
    Bad,
    FeeRow,
    FigureRow,
    FlowRow,
    ItemRow,
    LineRow,
    OrderPart,
    OrderRow,
    RefundRow,
    Row,
    SpendRow,
    TrafficRow,
)
from kpis.models.facts import Coverage
from opsplan.lib.columns import Memo
from opsplan.lib.problems import Problem
from stores.models import Store

ROWS = "import_rows"  # what the file said
VIEW = "import_view"  # the same, as facts
ROOM = "64MB"  # for each sort or hash of a statement
TWICE = "import_twice"  # keys that more than one of the rows has
APART = (Bad, Problem)  # what a reader yields that is not a row to be kept
PROBLEMS_KEPT = 10_000

Values = tuple[Any, ...]
Source = Coverage.SourceKind


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


class LocalTime:
    """A store's wall clock to UTC and to local days. Offsets are looked up once a day; days on which the clocks change
    are worked out moment by moment (a time that comes twice is its first coming)."""

    def __init__(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        self._days: dict[dt.date, tuple[str, dt.timedelta | None]] = {}

    def stamp(self, moment: dt.datetime | None) -> tuple[str | None, str | None]:
        """(UTC as text, local day as text); a moment with an offset of its own is moved to the store's zone first."""
        if moment is None:
            return None, None
        if moment.tzinfo is not None:
            moment = moment.astimezone(self.zone).replace(tzinfo=None, fold=moment.astimezone(self.zone).fold)
        day = moment.date()
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = (day.isoformat(), self._offset(day))
        text, offset = known
        if offset is None:
            offset = moment.replace(tzinfo=self.zone).utcoffset() or dt.timedelta()
        return str(moment - offset), text

    def utc(self, moment: dt.datetime) -> dt.datetime:
        """A naive local moment as an aware one in UTC."""
        return moment.replace(tzinfo=moment.tzinfo or self.zone).astimezone(dt.UTC)

    def _offset(self, day: dt.date) -> dt.timedelta | None:
        first = dt.datetime(day.year, day.month, day.day, tzinfo=self.zone)
        ends = {first.utcoffset(), first.replace(hour=23, minute=59, second=59).utcoffset()}
        return ends.pop() if len(ends) == 1 else None


class BuyerKeys:
    """A buyer's name to 63 bits that say nothing without the installation's salt; the keys of stores of one realm can
    be compared, those of others differ."""

    def __init__(self, store: Store) -> None:
        salt = blake2b(settings.BUYER_SALT.encode(), digest_size=32, person=b"opsplan buyer").digest()
        self._salted = blake2b((store.buyer_realm or str(store.pk)).encode(), digest_size=8, key=salt)

    def key(self, buyer: str | None) -> int | None:
        """None when the name is absent or masked (t**3, ##密文)."""
        if not buyer or "*" in buyer or buyer.startswith(("##", "$$")):
            return None
        hashed = self._salted.copy()
        hashed.update(b"\0" + buyer.encode())
        return int.from_bytes(hashed.digest(), "big") >> 1


def described(goods: tuple[str, str, str, int]) -> Values:
    """What a line without a number of its own is known by, then code, title, properties and price as columns."""
    code, title, properties, price_fen = goods
    text = f"{code}\x1f{title}\x1f{properties}\x1f{price_fen}"
    key = "#" + blake2b(text.encode(), digest_size=12).hexdigest()
    return key, code[:100], title[:200], properties[:200], price_fen


@dataclass
class Converter:
    """Rows of one file to `line` and the columns of its kind, in order."""

    store: Store

    def __post_init__(self) -> None:
        self.time = LocalTime(self.store.timezone)
        self.channels = ChannelNames(self.store)
        self._buyers = BuyerKeys(self.store)
        self._goods: Memo[Any, Values] = Memo(described)

    def of(self, kind: Kind) -> Callable[[Any], Values]:
        converters: dict[str, Callable[[Any], Values]] = {
            Source.ORDERS: self._order,
            Source.LINES: self._line,
            Source.REFUNDS: self._refund,
            Source.TRAFFIC: self._traffic,
            Source.FLOW: self._flow,
            Source.ITEMS: self._item,
            Source.ADS: self._spend,
            Source.FEES: self._fee,
            Source.FIGURES: self._figure,
        }
        return self._part if "part" in kind.staged else converters[kind.source]

    def _order(self, r: OrderRow) -> Values:
        stamp = self.time.stamp
        created, order_day = stamp(r.created_at)
        paid, pay_day = stamp(r.paid_at)
        finished = None if r.finished_at is None else stamp(r.finished_at)[0]
        return (
            *(r.line, r.order_no, r.status, created, order_day, paid, pay_day, r.total_fen, r.actual_fen, r.refund_fen),
            *(r.freight_fen, r.item_qty, self._buyers.key(r.buyer), r.province[:20], finished),
            r.subsidy_fen,
        )

    def _part(self, r: OrderPart) -> Values:
        return *self._order(r.order), r.part[:100], 0

    def _line(self, r: LineRow) -> Values:
        described = self._goods[r[3:7]]
        if r.sub_order_no:
            return r.line, r.order_no, r.sub_order_no, *described[1:], r.qty
        return r.line, r.order_no, *described, r.qty

    def _refund(self, r: RefundRow) -> Values:
        applied, applied_day = self.time.stamp(r.applied_at)
        settled, settled_day = self.time.stamp(r.settled_at)
        return (
            *(r.line, r.refund_no, r.order_no, r.code[:100], r.status, applied, settled, settled_day, r.amount_fen),
            *(r.qty, r.with_return, r.reason[:100], applied_day),
        )

    def _traffic(self, r: TrafficRow) -> Values:
        return r

    def _flow(self, r: FlowRow) -> Values:
        flow, detail = r.flow[:100], (r.detail or "")[:100]
        return r.line, r.day, flow, detail, self.channels.of_flow(flow, detail), *r[4:]

    def _item(self, r: ItemRow) -> Values:
        return r.line, r.day, r.item_id[:60], (r.title or "")[:200], (r.code or "")[:100], *r[5:]

    def _spend(self, r: SpendRow) -> Values:
        return r.line, r.day, self.channels.of_ad(r.channel), r.grain, r.subject[:160], *r[5:]

    def _fee(self, r: FeeRow) -> Values:
        return r.line, r.fee_no[:160], r.day, r.order_no[:64], r.name[:60], r.amount_fen

    def _figure(self, r: FigureRow) -> Values:
        return r.line, r.measure, r.day, r.value


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

    `beat` is told the number of rows read, every few hundred.
    """
    create(kind)
    values = convert.of(kind)
    columns = ("line", *staged_columns(kind))
    write = _copier(kind, columns) if connection.vendor == "postgresql" else _inserter(columns)
    read = 0
    with without_cycles():
        for batch in batches:
            rows = [row for row in batch if not isinstance(row, APART)]
            if rows:
                write(map(values, rows))
            if len(rows) < len(batch):
                read -= _set_apart(batch, found)
            read += len(batch)
            beat(read)
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


def _set_apart(batch: list[Row | Bad | Problem], found: Findings) -> int:
    """Collect what is wrong; how many of the batch are no rows of the file at all."""
    notices = [each for each in batch if isinstance(each, Problem)]
    for notice in notices:
        found.add(notice)
    for row in batch:
        if isinstance(row, Bad):
            found.reject(row)
    return len(notices)


def _inserter(columns: Sequence[str]) -> Callable[[Iterable[Values]], None]:
    sql = f"INSERT INTO {ROWS} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"

    def write(rows: Iterable[Values]) -> None:
        with quiet_transaction(), connection.cursor() as cursor:
            cursor.executemany(sql, list(rows))

    return write


def _copier(kind: Kind, columns: Sequence[str]) -> Callable[[Iterable[Values]], None]:
    never_null = [
        f.name for f in kind.model._meta.get_fields() if isinstance(f, CharField) and f.name in kind.all_columns
    ]
    force = f", FORCE_NOT_NULL ({', '.join(never_null)})" if never_null else ""
    sql = f"COPY {ROWS} ({', '.join(columns)}) FROM STDIN WITH (FORMAT csv{force})"

    def write(rows: Iterable[Values]) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        text.seek(0)
        with connection.cursor() as cursor:
            cursor.copy_expert(sql, text)

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
