"""Questions that no single row can answer, asked of the staging table in SQL."""

from dataclasses import dataclass

from kpis.ingest.kinds import Kind, Source
from kpis.ingest.reader import About, Reader
from kpis.ingest.staging import PROBLEMS_KEPT, ROWS, Findings, rows_of, run
from opsplan.lib.problems import Problem

SHOWN_KEY = {Source.LINES: "line_key", Source.FLOW: "detail", Source.ITEMS: "item_id", Source.ADS: "day"}


@dataclass(frozen=True)
class Columns:
    """Which columns a file has, by the field they fill."""

    reader: Reader
    about: About

    def name(self, field: str) -> str:
        """The header as it stands in the file; "" when the file has no such column."""
        for column in self.reader.columns:
            if column.field == field:
                place = self.about.header.find(column.headers)
                return self.about.header.names[place] if place >= 0 else ""
        return ""


def number_lines(kind: Kind) -> None:
    """Lines without a number of their own are known by what they say; the same said twice in an order is told apart by
    counting, smaller quantities first, so that the order of the rows in the file does not matter."""
    if kind.source != Source.LINES:
        return
    run(
        f"""UPDATE {ROWS} SET line_key = line_key || '.' || d.n
            FROM (SELECT sid AS id, ROW_NUMBER() OVER (PARTITION BY order_no, line_key ORDER BY qty, sid) AS n
                  FROM {ROWS} WHERE line_key LIKE '#%%') d
            WHERE d.id = {ROWS}.sid AND d.n > 1"""
    )


def find_repeated(kind: Kind, columns: Columns, found: Findings) -> None:
    """The same number twice in one file: the first line stands, each later one is a problem and is taken out."""
    key = ", ".join(kind.key)
    same = " AND ".join(f"f.{name} = r.{name}" for name in kind.key)
    first = f"(SELECT {key}, MIN(sid) AS sid, MIN(line) AS line FROM {ROWS} GROUP BY {key} HAVING COUNT(*) > 1) f"
    shown = SHOWN_KEY.get(Source(kind.source), kind.key[0])
    for line, value, first_line in rows_of(
        f"SELECT r.line, r.{shown}, f.line FROM {ROWS} r JOIN {first} ON {same} WHERE r.sid > f.sid "
        f"ORDER BY r.sid LIMIT {PROBLEMS_KEPT}"
    ):
        params = {"first_line": str(first_line)}
        found.add(Problem(line, columns.name(kind.named), str(value)[:200], "repeated_id", params))
    count = run(
        f"DELETE FROM {ROWS} WHERE sid IN (SELECT r.sid FROM {ROWS} r JOIN {first} ON {same} WHERE r.sid > f.sid)"
    )
    found.rejected += count


def paid_is_net(kind: Kind) -> bool | None:
    """Whether 买家实际支付金额 is what is left after refunds: the paid rows with a refund tell, the majority decides.

    None when no row can tell; then it makes no difference for any row that has a refund either way.
    """
    if kind.source != Source.ORDERS:
        return None
    [(net, gross)] = rows_of(
        f"""SELECT SUM(CASE WHEN total_fen = actual_fen + refund_fen THEN 1 ELSE 0 END),
                   SUM(CASE WHEN total_fen = actual_fen THEN 1 ELSE 0 END)
            FROM {ROWS} WHERE paid_at IS NOT NULL AND refund_fen > 0"""
    )
    return None if not net and not gross else (net or 0) > (gross or 0)
