"""One JSON object a line, and never a buyer's data: only what a caller names in `extra={"data": {...}}`, and of an
exception its kind and where it happened, not its message (a database quotes the row, a parser quotes the cell)."""

import datetime as dt
import json
import logging
import traceback

FRAMES = 25


def trace(problem: BaseException) -> list[str]:
    """Kind and place of an exception and of what caused it, newest last: `ValueError`, `opsplan/x.py:12 in f`."""
    told: list[str] = []
    cause = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
    if cause is not None:
        told += trace(cause)
    frames = traceback.extract_tb(problem.__traceback__)[-FRAMES:]
    told += [f"{x.filename}:{x.lineno} in {x.name}" for x in frames]
    return [*told, f"{type(problem).__module__}.{type(problem).__qualname__}"]


class Told(dict[str, object]):
    """Of what Celery knows of a task only this is told: no arguments, no exception text, no return value."""

    def __init__(self, context: dict[str, object]) -> None:
        super().__init__({key: context[key] for key in ("id", "name", "runtime", "description") if key in context})

    def __missing__(self, key: str) -> str:
        return "..."


def message(record: logging.LogRecord) -> str:
    """The text, without anything that might be a quotation."""
    if record.name.startswith("celery") and isinstance(record.args, dict):
        return str(record.msg % Told(record.args))
    return str(record.msg) if record.exc_info and record.exc_info[1] else record.getMessage()


class Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {"at": at, "level": record.levelname.lower(), "logger": record.name}
        line["message"] = message(record)
        data = getattr(record, "data", None)
        if isinstance(data, dict) and not record.name.startswith("celery"):
            line.update(data)
        if record.exc_info and record.exc_info[1]:
            line["trace"] = trace(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)
