"""How a listing is written into an address, and read from one."""

import datetime as dt
from collections.abc import Iterable
from urllib.parse import urlencode

from kpis.listings.scope import Scope
from opsplan.lib.periods import DAY, Period


def query(listing: str, field: str, scope: Scope) -> str:
    """The query string of the rows page that lists exactly these rows."""
    params = {"of": listing, "sum": field, "period": "custom"}
    params |= {"from": scope.period.first.isoformat(), "to": scope.period.last.isoformat()}
    params |= {"skip": runs(scope.skipped), "channel": scope.channel, "measure": scope.measure}
    params |= {"product": str(scope.product) if scope.product is not None else "", "group": scope.group}
    return urlencode({name: text for name, text in params.items() if text}, safe=",:")


def runs(days: Iterable[dt.date]) -> str:
    """Days as a URL writes them: `2026-11-14,2026-11-16:2026-11-18`."""
    found: list[list[dt.date]] = []
    for day in sorted(days):
        if found and day - found[-1][-1] == DAY:
            found[-1].append(day)
        else:
            found.append([day])
    return ",".join(f"{run[0]}" if len(run) == 1 else f"{run[0]}:{run[-1]}" for run in found)


def days_of(text: str) -> frozenset[dt.date]:
    """The inverse of `runs`. ValueError for what is not a day, or for runs of more than ten years."""
    days: set[dt.date] = set()
    for part in filter(None, text.split(",")):
        first, _colon, last = part.partition(":")
        span = Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last or first))
        if len(span) > 3660:
            raise ValueError(part)
        days.update(span)
    return frozenset(days)
