"""What a load leaves behind so that it can be undone: which facts it met, and what the changed ones were before.

Written in the transaction of the load. Facts are noted as runs of ids without a gap, so a month of new orders is one
row here; only changed facts cost a row each, with the changed columns alone.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from kpis.ingest.staging import rows_of, run
from kpis.models import RowBefore, TouchedRows, Upload

TOUCHED, BEFORE = TouchedRows._meta.db_table, RowBefore._meta.db_table
KNOWN = "import_known"
SKIPPED = "import_skipped"  # facts that kept rows of the file out
What = TouchedRows.What


def whole(columns: list[str]) -> str:
    """SQL over o (a fact): JSON text of these columns."""
    pairs = ", ".join(f"'{name}', o.{name}" for name in columns)
    if connection.vendor == "postgresql":
        return f"CAST(json_build_object({pairs}) AS text)"
    return f"json_object({pairs})"


def keep_changed(upload: Upload, columns: Mapping[str, str], source: str) -> None:
    """Keep what rows are about to be changed from: of each those columns that change in any of them.

    `columns`: what each becomes, as SQL; `source`: FROM and WHERE that find the rows as o.
    """
    differs = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"
    each = (f"MAX(CASE WHEN o.{name} {differs} {new} THEN 1 ELSE 0 END)" for name, new in columns.items())
    [told] = rows_of(f"SELECT {', '.join(each)} {source}")
    changing = [name for name, is_changing in zip(columns, told, strict=True) if is_changing]
    if changing:
        run(
            f"""INSERT INTO {BEFORE} (upload_id, fact_id, was_removed, before)
                SELECT %s, o.id, {_false()}, {whole(changing)} {source}""",
            upload.pk,
        )


def keep_removed(upload: Upload, kind: str, table: str, columns: list[str], where: str, *told: Any) -> None:
    """Keep the rows of a table, as o, that are about to be deleted."""
    run(
        f"""INSERT INTO {BEFORE} (upload_id, fact_id, was_removed, before)
            SELECT %s, o.id, NOT {_false()}, {whole(columns)} FROM {table} o WHERE {where}""",
        *(upload.pk, *told),
    )
    note_runs(upload, kind, What.REMOVED, f"SELECT o.id FROM {table} o WHERE {where}", *told)


def _false() -> str:
    return "false" if connection.vendor == "postgresql" else "0"


def note_runs(upload: Upload, kind: str, what: str, ids: str, *told: Any) -> None:
    """Note facts as runs; `ids`: SQL that finds their ids (id), each once."""
    run(
        f"""INSERT INTO {TOUCHED} (upload_id, kind, what, first_id, last_id, as_of)
            SELECT %s, %s, %s, MIN(id), MAX(id), NULL
            FROM (SELECT id, id - ROW_NUMBER() OVER (ORDER BY id) AS gap FROM ({ids}) i) r
            GROUP BY gap ORDER BY MIN(id)""",
        *(upload.pk, kind, what, *told),
    )


def note_known(upload: Upload, kind: str, moment: str, as_of: str | None) -> bool:
    """Note the facts a file has told again, and how old they were before; `moment`: SQL of the export time `as_of`.
    Whether any of them becomes newer by it."""
    if as_of is None:
        note_runs(upload, kind, What.TOLD, f"SELECT fact_id AS id FROM {KNOWN}")
        return False
    renewed = f"(NOT older AND (as_of IS NULL OR as_of < {moment}))"
    [(first, last, count, oldest, newest, dated, least, most)] = rows_of(
        f"""SELECT MIN(fact_id), MAX(fact_id), COUNT(*), MIN(as_of), MAX(as_of), COUNT(as_of),
                MIN(CASE WHEN {renewed} THEN 1 ELSE 0 END), MAX(CASE WHEN {renewed} THEN 1 ELSE 0 END) FROM {KNOWN}""",
        *(as_of, as_of),
    )
    if count and last - first + 1 == count and oldest == newest and dated in (0, count) and least == most:
        what = What.RENEWED if most else What.TOLD  # one run, as when an export is loaded again
        run(
            f"""INSERT INTO {TOUCHED} (upload_id, kind, what, first_id, last_id, as_of)
                SELECT %s, %s, %s, fact_id, %s, as_of FROM {KNOWN} WHERE fact_id = %s""",
            *(upload.pk, kind, what, last, first),
        )
    else:
        run(
            f"""INSERT INTO {TOUCHED} (upload_id, kind, what, first_id, last_id, as_of)
                SELECT %s, %s, CASE WHEN renewed THEN '{What.RENEWED}' ELSE '{What.TOLD}' END, MIN(id), MAX(id), as_of
                FROM (SELECT id, as_of, renewed,
                             id - ROW_NUMBER() OVER (PARTITION BY renewed, as_of ORDER BY id) AS gap
                      FROM (SELECT fact_id AS id, as_of, {renewed} AS renewed FROM {KNOWN}) i) r
                GROUP BY renewed, as_of, gap ORDER BY MIN(id)""",
            *(upload.pk, kind, as_of),
        )
    return bool(most)


def note_inserted(upload: Upload, kind: str, table: str, after: int) -> None:
    """Note the facts an upload has brought: those numbered after `after`."""
    mine = f"FROM {table} WHERE id > %s AND upload_id = %s"
    [(first, last, count)] = rows_of(f"SELECT MIN(id), MAX(id), COUNT(*) {mine}", after, upload.pk)
    if count and last - first + 1 == count:
        TouchedRows.objects.create(upload=upload, kind=kind, what=What.INSERTED, first_id=first, last_id=last)
    elif count:
        note_runs(upload, kind, What.INSERTED, f"SELECT id {mine}", after, upload.pk)


def last_id(table: str) -> int:
    """The highest number a fact has; 0 in an empty table."""
    [(last,)] = rows_of(f"SELECT MAX(id) FROM {table}")
    return last or 0
