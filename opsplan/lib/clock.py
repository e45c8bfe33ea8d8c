"""The one place that knows what time it is, so that tests and the demo can hold it still."""

import datetime as dt
import os
from zoneinfo import ZoneInfo


def now() -> dt.datetime:
    """The current instant, aware, in UTC.

    With OPSPLAN_TODAY=YYYY-MM-DD set (tests and demo only) the date is that one and the time of day stays real.
    """
    real = dt.datetime.now(dt.UTC)
    fixed = os.environ.get("OPSPLAN_TODAY")
    if fixed:
        return dt.datetime.combine(dt.date.fromisoformat(fixed), real.timetz())
    return real


def today(zone: str) -> dt.date:
    """The current local day in `zone` (an IANA name). With OPSPLAN_TODAY it is that day in every zone."""
    fixed = os.environ.get("OPSPLAN_TODAY")
    if fixed:
        return dt.date.fromisoformat(fixed)
    return now().astimezone(ZoneInfo(zone)).date()


def here(zone: str) -> dt.datetime:
    """The current instant as the clock on the wall in `zone` shows it; its date is always that of `today(zone)`."""
    local = now().astimezone(ZoneInfo(zone))
    return dt.datetime.combine(today(zone), local.time(), local.tzinfo)


def utc(instant: dt.datetime) -> str:
    """An instant as every program is told it: ISO 8601 in UTC, with a Z."""
    return instant.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
