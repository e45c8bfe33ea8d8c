"""Staging to facts: what is new, changed, unchanged or older, then one transaction that writes it.

One SQL for both databases. Newer is decided by the export time the files tell, else by the rank of the status, else by
which file came later. Columns a file does not have never blank what is known; an older file may still fill a blank.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from kpis.ingest import journal
from kpis.ingest.journal import KNOWN, SKIPPED
from kpis.ingest.kinds import FileFacts, Kind, Merge, Source
from kpis.ingest.staging import PROBLEMS_KEPT, ROWS, VIEW, differs, ends, rows_of, run
from kpis.ingest.values import Values
from kpis.models import Order, OrderLine, OrderStatus, Upload
from opsplan.lib.money import yuan
from opsplan.lib.problems import Problem
from products.matching import Named, ensure_products
from stores.models import Store

PRODUCTS = "import_products"
ORDERS, LINES = Order._meta.db_table, OrderLine._meta.db_table
NUMBERED, DESCRIBED = "numbered", "described"  # lines known by sub-order number, or by what they say

Day = dt.date


@dataclass
class Outcome:
    """What a file does to the facts; counts in rows, days are the store's."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    older: int = 0
    has_skipped: bool = False  # facts have kept rows out, see SKIPPED
    first_day: Day | None = None
    last_day: Day | None = None
    notices: list[Problem] = field(default_factory=list)
    stale: set[Day] = field(default_factory=set)


PAYMENT = ("paid_at", "pay_day", "pay_fen")


@dataclass(frozen=True)
class Load:
    """One staged file against the facts of its store."""

    kind: Kind
    store: Store
    upload: Upload
    facts: FileFacts

    # what would happen

    def compare(self) -> Outcome:
        """Set the staged rows against the facts; writes temporary tables only.

        Rows that are facts already stand in KNOWN afterwards: 0 unchanged, 1 older and different, 2 to be changed.
        """
        outcome = Outcome(has_skipped=self._has_lines(NUMBERED))
        outcome.older = self._skip_described_lines() if outcome.has_skipped else 0
        key = "INTEGER PRIMARY KEY" if connection.vendor == "sqlite" else "integer"
        flag = "integer" if connection.vendor == "sqlite" else "boolean"
        run(f"DROP TABLE IF EXISTS {KNOWN}")
        moment = "text" if connection.vendor == "sqlite" else "timestamptz"
        run(
            f"CREATE TEMPORARY TABLE {KNOWN} (sid {key}, fact_id bigint, older {flag}, verdict integer, as_of {moment},"
            f" shrank {flag})"
        )
        older, told = self._older()
        partly = "WHEN n.known = 2 THEN 1" if "known" in self.kind.staged else ""
        same = " AND ".join(f"o.{name} = n.{name}" for name in self.kind.key)
        head = self.kind.key[0]
        [(staged, least, most, first, last)] = rows_of(
            f"SELECT COUNT(*), MIN({head}), MAX({head}), {self._span()} FROM {VIEW}"
        )
        run(
            f"""INSERT INTO {KNOWN}
                SELECT n.sid, o.id, {older},
                    CASE WHEN {older} THEN
                        CASE WHEN {self._differs(is_older=True)} THEN 2 WHEN {self._differs()} THEN 1 ELSE 0 END
                    WHEN {self._differs()} THEN 2 {partly} ELSE 0 END, o.as_of, {self._shrank()}
                FROM {VIEW} n CROSS JOIN {self.kind.table} o
                WHERE o.store_id = %s AND o.{head} BETWEEN %s AND %s AND {same}""",
            *(*told, *told, self.store.pk, least, most),  # only facts that can be meant, however many there are
        )
        if connection.vendor == "postgresql":
            run(f"ANALYZE {KNOWN}")
        counts: dict[int, int] = dict(rows_of(f"SELECT verdict, COUNT(*) FROM {KNOWN} GROUP BY verdict"))
        outcome.new = staged - sum(counts.values())
        outcome.unchanged, outcome.changed = counts.get(0, 0), counts.get(2, 0)
        outcome.older += counts.get(1, 0)
        outcome.first_day, outcome.last_day = as_day(first), as_day(last)
        outcome.notices = self._shrunk_refunds()
        return outcome

    def _older(self) -> tuple[str, list[Any]]:
        """SQL over o and n: whether the staged row is older than the fact; and its parameters."""
        whens, told = [], []
        if "known" in self.kind.staged:
            whens.append("WHEN n.known > 0 THEN 1 = 0")  # what is newer was decided part by part
        if self.facts.as_of is not None:
            moment = self.moment()
            whens.append(f"WHEN o.as_of IS NOT NULL AND o.as_of <> {moment} THEN {moment} < o.as_of")
            told += [self.as_of(), self.as_of()]
        if self.kind.has_rank and self.facts.has_status:
            whens.append("WHEN n.status <> o.status AND n.status <> 0 AND o.status <> 0 THEN n.status < o.status")
        later = "COALESCE(o.upload_id, 0) > %s"
        return (f"CASE {' '.join(whens)} ELSE {later} END" if whens else later), [*told, self.upload.pk]

    def moment(self) -> str:
        """SQL of the export time, with a place for `as_of()`."""
        return "CAST(%s AS timestamptz)" if connection.vendor == "postgresql" else "%s"

    def as_of(self) -> str | None:
        """The export time as the database writes it."""
        if self.facts.as_of is None:
            return None
        text = self.facts.as_of.astimezone(dt.UTC).replace(tzinfo=None).isoformat(" ")
        return text + "+00" if connection.vendor == "postgresql" else text

    def _merge(self, column: str) -> Merge:
        if column == "status" and not self.facts.has_status and self.kind.source == Source.ORDERS:
            return Merge.LARGER  # worked out from payment and refund: never takes back what a status column told
        if column == "pay_fen" and not self.facts.has_actual:
            return Merge.KEEP
        return self.kind.columns[column]

    def merged(self, column: str, *, is_older: bool = False) -> str:
        """SQL over o (the fact) and n (the staged row): the value that stays. An order that was closed without payment
        has none, whatever a file has said before that counts orders as paid when they are placed."""
        told = self._told(column, is_older=is_older)
        if column in PAYMENT and self.kind.source == Source.ORDERS:
            status = self._told("status", is_older=is_older)
            return f"CASE WHEN {status} = {OrderStatus.CLOSED_UNPAID} THEN NULL ELSE {told} END"
        return told

    def _told(self, column: str, *, is_older: bool) -> str:
        if column in self.kind.merges:
            return f"o.{column}" if is_older else self.kind.merges[column]
        blank, merge = self.kind.blank(column), self._merge(column)
        known, told = (f"NULLIF({side}.{column}, {blank})" if blank else f"{side}.{column}" for side in "on")
        if merge is Merge.LARGER:
            return f"CASE WHEN n.{column} > o.{column} THEN n.{column} ELSE o.{column} END"
        if merge is Merge.NEWER:
            return f"o.{column}" if is_older else f"n.{column}"
        if merge is Merge.KEEP or is_older:
            return f"COALESCE({known}, n.{column})"
        return f"COALESCE({told}, o.{column})"

    def _differs(self, *, is_older: bool = False) -> str:
        merged = ", ".join(self.merged(column, is_older=is_older) for column in self.kind.columns)
        known = ", ".join(f"o.{column}" for column in self.kind.columns)
        return differs(merged, known)

    def _span(self) -> str:
        if not self.kind.span:
            return "NULL, NULL"
        if self.kind.source == Source.REFUNDS:
            return "MIN(COALESCE(applied_day, settled_day)), MAX(COALESCE(settled_day, applied_day))"
        return f"MIN({self.kind.span}), MAX({self.kind.span})"

    def _told_refund(self) -> tuple[str, str]:
        """The column of what was paid back and that of its number; "" for files that tell nothing of it."""
        if self.kind.source == Source.ORDERS and self.facts.has_refund:
            return "refund_fen", "order_no"
        return ("amount_fen", "refund_no") if self.kind.source == Source.REFUNDS else ("", "")

    def _shrank(self) -> str:
        """SQL over o and n: whether the file tells less of a refund than is known, and what is known stays."""
        column, _ = self._told_refund()
        return f"n.{column} < o.{column} AND {self.merged(column)} = o.{column}" if column else "1 = 0"

    def _shrunk_refunds(self) -> list[Problem]:
        """Refunds that this file tells smaller than they are known to be."""
        column, name = self._told_refund()
        if not column:
            return []
        rows = rows_of(
            f"""SELECT n.line, n.{name}, o.{column} FROM {KNOWN} k JOIN {VIEW} n ON n.sid = k.sid
                JOIN {self.kind.table} o ON o.id = k.fact_id
                WHERE k.shrank AND NOT k.older ORDER BY n.line LIMIT {PROBLEMS_KEPT}"""
        )
        return [
            Problem(line, "", value, "refund_shrank", {"before": str(yuan(before))}, "notice")
            for line, value, before in rows
        ]

    # the transaction

    def write(self, outcome: Outcome) -> None:
        """Insert the new, change the changed. Inside a transaction, right after `compare`; fills `outcome.stale`."""
        table, source = self.kind.table, self.kind.source
        if outcome.new:
            outcome.stale |= self._days_of(f"SELECT n.* FROM {VIEW} n {self._news()}")
        if outcome.changed:
            outcome.stale |= self._days_of(self._changing())
        if (outcome.new or outcome.changed) and source in (Source.LINES, Source.ITEMS):
            self._resolve_products()
        is_renewed = journal.note_known(self.upload, source, self.moment(), self.as_of())
        if outcome.changed:
            self._change()
            outcome.stale |= self._days_of(self._changing())
        if outcome.new:
            last = journal.last_id(table)
            self._replace_described_lines(outcome)
            self._insert()
            journal.note_inserted(self.upload, source, table, last)
        if outcome.has_skipped:
            journal.note_runs(self.upload, source, journal.What.TOLD, f"SELECT fact_id AS id FROM {SKIPPED}")
        if is_renewed:
            moment, told = self.moment(), self.as_of()
            run(
                f"""UPDATE {table} AS o SET as_of = {moment} FROM {KNOWN} k
                    WHERE o.id = k.fact_id AND NOT k.older AND (o.as_of IS NULL OR o.as_of < {moment})""",
                *(told, told),
            )

    def _news(self) -> str:
        return f"LEFT JOIN {KNOWN} k ON k.sid = n.sid WHERE k.sid IS NULL"

    def _changing(self) -> str:
        return f"SELECT o.* FROM {KNOWN} k JOIN {self.kind.table} o ON o.id = k.fact_id WHERE k.verdict = 2"

    def _insert(self) -> None:
        product, join = self._product_join()
        names = ", ".join(self.kind.all_columns)
        values = ", ".join(f"n.{name}" for name in self.kind.all_columns)
        run(
            f"""INSERT INTO {self.kind.table}
                    (store_id, upload_id, as_of, {names}{", product_id_ref" if product else ""})
                SELECT %s, %s, {self.moment()}, {values}{product} FROM {VIEW} n {join} {self._news()}""",
            *(self.store.pk, self.upload.pk, self.as_of()),
        )

    def _change(self) -> None:
        product, join = self._product_join()
        for is_older in (False, True):
            changes = {name: self.merged(name, is_older=is_older) for name in self.kind.columns}
            changes |= {"product_id_ref": product.removeprefix(", ")} if product else {}
            changes |= {} if is_older else {"upload_id": str(self.upload.pk)}
            told = f"FROM {KNOWN} k JOIN {VIEW} n ON n.sid = k.sid"
            which = f"k.verdict = 2 AND {'' if is_older else 'NOT'} k.older"
            known = f"JOIN {self.kind.table} o ON o.id = k.fact_id"
            journal.keep_changed(self.upload, changes, f"{told} {known} {join} WHERE {which}")
            settings = ", ".join(f"{name} = {value}" for name, value in changes.items())
            run(f"UPDATE {self.kind.table} AS o SET {settings} {told} {join} WHERE o.id = k.fact_id AND {which}")

    def _days_of(self, rows: str) -> set[Day]:
        return days_of(self.kind, self.store, rows)

    # lines and items: which product

    def _product_join(self) -> tuple[str, str]:
        if self.kind.source not in (Source.LINES, Source.ITEMS):
            return "", ""
        same = " AND ".join(f"p.{name} = n.{name}" for name in self._product_columns())
        return ", p.product_id", f"LEFT JOIN {PRODUCTS} p ON {same}"

    def _product_columns(self) -> tuple[str, ...]:
        return ("code", "title", "item_id") if self.kind.source == Source.ITEMS else ("code", "title")

    def _resolve_products(self) -> None:
        columns = self._product_columns()
        shown = ", ".join(f"n.{name}" for name in columns)
        rows = rows_of(
            f"""SELECT * FROM (SELECT {shown} FROM {VIEW} n LEFT JOIN {KNOWN} k ON k.sid = n.sid
                WHERE k.sid IS NULL OR k.verdict = 2 GROUP BY {shown}) n ORDER BY {shown}"""
        )
        found = ensure_products(self.store, [Named(**dict(zip(columns, row, strict=True))) for row in rows])
        run(f"DROP TABLE IF EXISTS {PRODUCTS}")
        typed = ", ".join(f"{name} varchar(200)" for name in columns)
        run(f"CREATE TEMPORARY TABLE {PRODUCTS} ({typed}, product_id bigint, PRIMARY KEY ({', '.join(columns)}))")
        values: list[Values] = [(*(getattr(named, name) for name in columns), pk) for named, pk in found.items()]
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {PRODUCTS} VALUES ({', '.join(['%s'] * (len(columns) + 1))})", values)

    # lines known in two ways: by sub-order number, which is surer, and by what they say

    def _has_lines(self, known_by: str) -> bool:
        uploads = Upload.objects.filter(store=self.store, state__in=[Upload.State.LOADED, Upload.State.UNDOING])
        return self.kind.source == Source.LINES and uploads.filter(notes__lines=known_by).exists()

    def _skip_described_lines(self) -> int:
        """A file without sub-order numbers tells nothing new about orders whose lines are known by number."""
        numbered = "o.store_id = %s AND o.line_key NOT LIKE '#%%'"
        run(f"CREATE TEMPORARY TABLE IF NOT EXISTS {SKIPPED} (fact_id bigint PRIMARY KEY)")
        run(
            f"""INSERT INTO {SKIPPED} SELECT o.id FROM {LINES} o
                WHERE {numbered} AND o.order_no IN (SELECT order_no FROM {ROWS} WHERE line_key LIKE '#%%')
                ON CONFLICT DO NOTHING""",
            self.store.pk,
        )
        return run(
            f"""DELETE FROM {ROWS} WHERE line_key LIKE '#%%' AND EXISTS (SELECT 1 FROM {LINES} o
                WHERE {numbered} AND o.order_no = {ROWS}.order_no)""",
            self.store.pk,
        )

    def _replace_described_lines(self, outcome: Outcome) -> None:
        """Lines with sub-order numbers take the place of those that were only described."""
        if not self._has_lines(DESCRIBED):
            return
        numbered = f"SELECT n.order_no FROM {VIEW} n {self._news()} AND n.line_key NOT LIKE '#%%'"
        where = f"store_id = %s AND line_key LIKE '#%%' AND order_no IN ({numbered})"
        columns = [f.attname for f in OrderLine._meta.concrete_fields if f.attname not in ("id", "store_id")]
        journal.keep_removed(self.upload, self.kind.source, LINES, columns, where, self.store.pk)
        run(f"DELETE FROM {LINES} WHERE {where}", self.store.pk)

    def line_notes(self) -> dict[str, Any]:
        """How the lines of this file are known, for later files."""
        if self.kind.source != Source.LINES:
            return {}
        described = rows_of(f"SELECT 1 FROM {ROWS} WHERE line_key LIKE '#%%' LIMIT 1")
        return {"lines": DESCRIBED if described else NUMBERED}


def days_of(kind: Kind, store: Store, rows: str, *told: Any) -> set[Day]:
    """The days whose sums these rows (a SELECT of facts or staged rows) are part of."""
    days: set[Day] = set()
    for column in kind.days:
        days |= days_in(f"SELECT DISTINCT {column} FROM ({rows}) x", *told)
    if kind.source in (Source.LINES, Source.REFUNDS):  # they split and reduce what their orders took
        orders = f"SELECT order_no FROM ({rows}) x"
        among = f"{ORDERS} WHERE store_id = %s AND order_no BETWEEN %s AND %s"
        paid = f"SELECT DISTINCT pay_day FROM {among} AND order_no IN ({orders})"
        days |= days_in(paid, store.pk, *ends("order_no", f"({orders}) y", *told), *told)
    return days


def as_day(value: Any) -> Day | None:
    return Day.fromisoformat(value) if isinstance(value, str) else value


def days_in(sql: str, *params: Any) -> set[Day]:
    """The days a one-column query finds."""
    found: Iterable[Day | None] = (as_day(row[0]) for row in rows_of(sql, *params))
    return {day for day in found if day is not None}
