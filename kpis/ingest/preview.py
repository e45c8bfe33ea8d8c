"""What a file would do, order by order: the first it would bring, change, or knows less of than we do."""

import datetime as dt
from collections.abc import Callable
from types import NoneType
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import DateTimeField

from kpis.ingest.journal import KNOWN
from kpis.ingest.kinds import Source
from kpis.ingest.load import Load, Outcome
from kpis.ingest.staging import VIEW, rows_of
from stores.models import Channel

Namer = Callable[[tuple[Any, ...]], str]
SHOWN = 20  # of each
SILENT = ("buyer_key", "line_key", "pay_day", "settled_day")  # nobody knows them by sight, or another column says it


def shown(load: Load, outcome: Outcome) -> dict[str, Any]:
    """Right after `compare`, in the order of the file: {"key": column, "new": [name], "older": [name], "changed":
    [[name, {column: [known, would be]}]]}. A name is the number of an order or refund, else the natural key; amounts
    are in fen, moments in the store's local time, the rest as stored."""
    kind = load.kind
    columns = [name for name in kind.columns if name not in SILENT]
    named_by = [name for name in ((kind.key[0],) if kind.source == Source.LINES else kind.key) if name != "grain"]
    key = ", ".join(f"n.{name}" for name in named_by)
    named = namer(load, named_by)
    found: dict[str, Any] = {"key": kind.key[0], "new": [], "older": [], "changed": []}
    if outcome.new:
        joined = f"FROM {VIEW} n LEFT JOIN {KNOWN} k ON k.sid = n.sid WHERE k.sid IS NULL"
        found["new"] = names(named, f"SELECT {key} {joined} ORDER BY n.sid LIMIT {SHOWN}")
    known = f"FROM {KNOWN} k JOIN {VIEW} n ON n.sid = k.sid JOIN {kind.table} o ON o.id = k.fact_id"
    if outcome.older:
        found["older"] = names(named, f"SELECT {key} {known} WHERE k.verdict = 1 ORDER BY n.sid LIMIT {SHOWN}")
    if outcome.changed:
        would_be = (
            f"CASE WHEN k.older THEN {load.merged(name, is_older=True)} ELSE {load.merged(name)} END"
            for name in columns
        )
        values = ", ".join(f"o.{name}, {after}" for name, after in zip(columns, would_be, strict=True))
        width = key.count(",") + 1
        for row in rows_of(f"SELECT {key}, {values} {known} WHERE k.verdict = 2 ORDER BY n.sid LIMIT {SHOWN}"):
            told = zip(columns, row[width::2], row[width + 1 :: 2], strict=True)
            pairs = {column: [plain(load, column, value) for value in values] for column, *values in told}
            changes = {column: pair for column, pair in pairs.items() if pair[0] != pair[1]}
            found["changed"].append([named(row[:width]), changes])
    return found


def namer(load: Load, columns: list[str]) -> Namer:
    """How a row is called by its key: a channel by its name, where the store has it."""
    place = columns.index("channel_key") if "channel_key" in columns else None
    known = Channel.objects.filter(store=load.store).values_list("key", "name") if place is not None else ()
    channels = dict(known)

    def named(key: tuple[Any, ...]) -> str:
        parts = [channels.get(part, part) if i == place else part for i, part in enumerate(key)]
        return " · ".join(str(part) for part in parts if part not in (None, ""))

    return named


def names(named: Namer, sql: str) -> list[str]:
    return list(dict.fromkeys(named(row) for row in rows_of(sql)))


def plain(load: Load, column: str, value: Any) -> Any:
    """A value as JSON."""
    if value is None or not isinstance(load.kind.model._meta.get_field(column), DateTimeField):
        return value if isinstance(value, (int, str, NoneType)) else str(value)
    moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    local = (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(ZoneInfo(load.store.timezone))
    return f"{local:%Y-%m-%d %H:%M:%S}"
