"""Orders that files spread over several rows. What a file tells of a part of an order is kept (`ToldPart`), and an
order is what all its parts known so far come to: a file that ends in the middle of an order loses nothing, and neither
the rest of the order in the next file nor the same part told again counts anything away or twice.
"""

from kpis.ingest.check import Columns
from kpis.ingest.load import Load
from kpis.ingest.presets import OURS
from kpis.ingest.reader import Reader
from kpis.ingest.staging import PROBLEMS_KEPT, ROWS, Findings, differs, rows_of, run
from kpis.models import OrderStatus, ToldPart, Upload
from opsplan.lib.problems import Problem

PARTS = "import_parts"  # the rows of the file, one for each part
KNOWN = "import_known_parts"  # the parts of the same orders that earlier files have told
MERGED = "import_merged_parts"  # the rows of the file beside what was known of the same parts
TOLD = ToldPart._meta.db_table
SUMMED = "sum"  # how `Reader.folds` puts an amount together that each row has its own of
AMOUNTS = ("total_fen", "actual_fen", "refund_fen", "freight_fen", "item_qty", "subsidy_fen")
LATEST = ("paid_at", "pay_day", "buyer_key", "province", "finished_at")
FACTS = ("status", "created_at", "order_day", *LATEST, *AMOUNTS)
FRESH, SAME, OLDER = 0, 1, 2  # ROWS.known: nothing was known by parts, something was, and the file is older and differs


def take(reader: Reader, columns: Columns, found: Findings) -> None:
    """Move the staged rows to PARTS. A sub-order told twice in a file is a problem; parts without a number of their own
    (`#` and what they are of) are told apart by counting, whatever the order of the rows."""
    if reader.folds is None:
        return
    firsts = f"""(SELECT order_no, part, MIN(sid) AS sid, MIN(line) AS line FROM {ROWS} WHERE part NOT LIKE '#%%'
                  GROUP BY order_no, part HAVING COUNT(*) > 1) f"""
    again = f"{ROWS} r JOIN {firsts} ON f.order_no = r.order_no AND f.part = r.part WHERE r.sid > f.sid"
    for line, value, first_line in rows_of(f"SELECT r.line, r.part, f.line FROM {again} LIMIT {PROBLEMS_KEPT}"):
        name = columns.name("part") or columns.name("order_no")
        found.add(Problem(line, name, value, "repeated_id", {"first_line": str(first_line)}))
    found.rejected += run(f"DELETE FROM {ROWS} WHERE sid IN (SELECT r.sid FROM {again})")
    run(
        f"""UPDATE {ROWS} SET part = part || '.' || d.n
            FROM (SELECT sid AS id, ROW_NUMBER() OVER (PARTITION BY order_no, part ORDER BY item_qty, total_fen, sid)
                      AS n FROM {ROWS} WHERE part LIKE '#%%') d
            WHERE d.id = {ROWS}.sid AND d.n > 1"""
    )
    run(f"DROP TABLE IF EXISTS {PARTS}")
    run(f"CREATE TEMPORARY TABLE {PARTS} AS SELECT * FROM {ROWS}")


def put_together(load: Load, reader: Reader) -> None:
    """Fill ROWS with the orders of PARTS, each with its parts that only other files have told. Times and names come
    from any part, amounts as the reader says; an order is as far as the least of its parts, and closed when all are."""
    if reader.folds is None:
        return
    _merge(load, is_explained=reader.key.startswith(OURS))
    run(f"DELETE FROM {ROWS}")
    names = ("order_no", "part", *FACTS)
    shown = ", ".join(names)
    run(f"INSERT INTO {ROWS} (sid, line, known, {shown}) SELECT sid, line, known, {shown} FROM {MERGED}")
    elsewhere = f"""NOT EXISTS (SELECT 1 FROM {PARTS} p
                                WHERE p.order_no = k.order_no AND (p.part = k.part OR {_covers("p", "k")}))
                    AND NOT EXISTS (SELECT 1 FROM {KNOWN} l
                                    WHERE l.order_no = k.order_no AND l.id > k.id AND {_covers("l", "k")})"""
    run(
        f"""INSERT INTO {ROWS} (sid, line, known, {shown})
            SELECT (SELECT MAX(sid) FROM {PARTS}) + ROW_NUMBER() OVER (ORDER BY k.id), 0, {SAME},
                   {", ".join(f"k.{name}" for name in names)} FROM {KNOWN} k WHERE {elsewhere}"""
    )
    sums = {name: "SUM" if reader.folds.get(name) == SUMMED else "MAX" for name in AMOUNTS}
    told = [f"MIN({name}) AS {name}" for name in ("created_at", "order_day")]
    told += [f"MAX({name}) AS {name}" for name in ("known", *LATEST)]
    told += [f"{how}({name}) AS {name}" for name, how in sums.items()]
    state = "CASE WHEN MIN(status) = 60 AND MAX(status) = 70 THEN 70 ELSE MIN(status) END AS status"
    run(
        f"""UPDATE {ROWS} SET {", ".join(f"{name} = f.{name}" for name in ("known", *FACTS))}
            FROM (SELECT MIN(sid) AS first, {state}, {", ".join(told)} FROM {ROWS}
                  GROUP BY order_no HAVING COUNT(*) > 1) f WHERE {ROWS}.sid = f.first"""
    )
    run(f"DELETE FROM {ROWS} WHERE sid NOT IN (SELECT MIN(sid) FROM {ROWS} GROUP BY order_no)")


def keep(load: Load, reader: Reader) -> None:
    """Note what the file has told that was not known, in the transaction of its load."""
    if reader.folds is None:
        return
    names = ", ".join(("order_no", "part", *FACTS))
    run(
        f"""INSERT INTO {TOLD} (store_id, upload_id, as_of, {names})
            SELECT %s, %s, as_of, {names} FROM {MERGED} WHERE is_news = 1 ORDER BY sid""",
        *(load.store.pk, load.upload.pk),
    )


def forget(upload: Upload) -> None:
    """Take back what an upload has told of parts."""
    ToldPart.objects.filter(upload=upload).delete()


def settle(upload: Upload) -> None:
    """Drop what an upload that can no longer be undone has told anew."""
    run(
        f"""DELETE FROM {TOLD} WHERE id IN (
                SELECT t.id FROM {TOLD} t JOIN {TOLD} n
                ON n.store_id = t.store_id AND n.order_no = t.order_no AND n.part = t.part AND n.id > t.id
                WHERE n.upload_id = %s)""",
        upload.pk,
    )


def drop() -> None:
    for table in (PARTS, KNOWN, MERGED):
        run(f"DROP TABLE IF EXISTS {table}")


def _covers(one: str, other: str) -> str:
    """SQL: whether one of two parts is a row for several sub-orders (1;2) and the other one of them."""
    inside = [
        f"(';' || {whole}.part || ';') LIKE ('%%;' || {part}.part || ';%%')"
        for whole, part in ((one, other), (other, one))
    ]
    is_several = " OR ".join(f"{each}.part LIKE '%%;%%'" for each in (one, other))
    return f"({one}.part <> {other}.part AND ({is_several}) AND ({' OR '.join(inside)}))"


def _alike(one: str, other: str) -> str:
    """SQL: whether both of two parts, or neither, have nothing that names them: files whose columns were explained anew
    tell of the same parts by other names."""
    nameless = [f"({part}.part = '#' OR {part}.part LIKE '#.%%')" for part in (one, other)]
    return f"{nameless[0]} = {nameless[1]}"


def _merge(load: Load, *, is_explained: bool) -> None:
    """KNOWN and MERGED. The newer telling of a part stands, told by the export times, else by the status, else the
    later file's; what it does not say stays as it was known, and a refund never shrinks."""
    same = f"AND EXISTS (SELECT 1 FROM {PARTS} p WHERE p.order_no = t.order_no AND {_alike('p', 't')})"
    for table in (KNOWN, MERGED):
        run(f"DROP TABLE IF EXISTS {table}")
    run(
        f"""CREATE TEMPORARY TABLE {KNOWN} AS SELECT t.* FROM {TOLD} t
            JOIN (SELECT MAX(id) AS id FROM {TOLD}
                  WHERE store_id = %s AND order_no IN (SELECT order_no FROM {PARTS}) GROUP BY order_no, part) n
            ON n.id = t.id {same if is_explained else ""}""",
        load.store.pk,
    )
    by_time = "WHEN k.as_of <> f.as_of THEN f.as_of < k.as_of"  # nothing, where one of them has none
    by_status = "WHEN p.status <> k.status THEN p.status < k.status"
    older = f"(k.id IS NOT NULL AND CASE {by_time} {by_status} ELSE k.upload_id > {load.upload.pk} END)"
    values = {name: f"CASE WHEN x.older THEN {_or('k', 'p', name)} ELSE {_or('p', 'k', name)} END" for name in FACTS}
    for name in ("paid_at", "pay_day"):
        closed = f"{values['status']} = {OrderStatus.CLOSED_UNPAID}"
        values[name] = f"CASE WHEN {closed} THEN NULL ELSE {values[name]} END"
    values["refund_fen"] = "CASE WHEN k.refund_fen > p.refund_fen THEN k.refund_fen ELSE p.refund_fen END"
    both = (", ".join(values.values()), ", ".join(f"k.{name}" for name in FACTS))
    theirs = ", ".join(f"p.{name}" for name in FACTS)
    renewed = "NOT x.older AND x.as_of IS NOT NULL AND (k.as_of IS NULL OR k.as_of < x.as_of)"
    known = (
        f"CASE WHEN k.id IS NULL THEN {FRESH} WHEN x.older AND {differs(theirs, both[1])} THEN {OLDER} ELSE {SAME} END"
    )
    run(
        f"""CREATE TEMPORARY TABLE {MERGED} AS
            SELECT p.sid, p.line, p.order_no, p.part, {", ".join(f"{sql} AS {name}" for name, sql in values.items())},
                   {known} AS known, CASE WHEN x.older THEN k.as_of ELSE COALESCE(x.as_of, k.as_of) END AS as_of,
                   CASE WHEN k.id IS NULL OR {differs(*both)} OR ({renewed}) THEN 1 ELSE 0 END AS is_news
            FROM {PARTS} p LEFT JOIN {KNOWN} k ON k.order_no = p.order_no AND k.part = p.part
            JOIN (SELECT p.sid, f.as_of, {older} AS older FROM (SELECT {load.moment()} AS as_of) f CROSS JOIN {PARTS} p
                  LEFT JOIN {KNOWN} k ON k.order_no = p.order_no AND k.part = p.part) x ON x.sid = p.sid""",
        load.as_of(),
    )


def _or(first: str, second: str, name: str) -> str:
    """SQL: a column of the first, of the second where that is blank."""
    if name == "province":
        return f"COALESCE(NULLIF({first}.{name}, ''), {second}.{name}, '')"
    return f"COALESCE({first}.{name}, {second}.{name})"
