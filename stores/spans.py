"""The days a page looks at and what they are compared with. Both live in the URL: any view can be sent as a link.

`?period=yesterday|7d|30d|week|month|quarter|year|last_week|last_month|last_quarter|last_year|custom&from=YYYY-MM-DD
&to=YYYY-MM-DD&compare=previous,last_year`
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opsplan.lib.calendar import Calendar
from opsplan.lib.periods import DAY, UNITS, Period

PRESETS: dict[str, Promise] = {
    "yesterday": gettext_lazy("Yesterday"),
    "7d": gettext_lazy("Last 7 days"),
    "30d": gettext_lazy("Last 30 days"),
    "week": gettext_lazy("This week"),
    "month": gettext_lazy("This month"),
    "quarter": gettext_lazy("This quarter"),
    "year": gettext_lazy("This year"),
    "last_week": gettext_lazy("Last week"),
    "last_month": gettext_lazy("Last month"),
    "last_quarter": gettext_lazy("Last quarter"),
    "last_year": gettext_lazy("The year before"),
}
COMPARISONS: dict[str, Promise] = {
    "previous": gettext_lazy("Previous period"),
    "same_days": gettext_lazy("Same days last month"),
    "last_year": gettext_lazy("Last year"),
    "last_year_weekday": gettext_lazy("Last year, same weekdays"),
    "last_year_event": gettext_lazy("Last year, same event days"),
    "target": gettext_lazy("Target"),
}
USUAL = ("previous", "last_year")  # compared while the URL says nothing else
LONGEST_DAYS = 1100
KEYS = ("period", "from", "to", "compare")


def day_of(text: str | None) -> dt.date | None:
    """A day as a form or the URL tells it (YYYY-MM-DD); None where it tells none."""
    try:
        return parse_date(text or "")
    except ValueError:
        return None


@dataclass(frozen=True)
class Festival:
    label: str
    period: Period


@dataclass(frozen=True)
class Span:
    """Local days, the preset they came from ("custom" for typed days), the comparisons in order, and what was wrong."""

    period: Period
    preset: str
    compare: tuple[str, ...]
    error: str = ""

    def label(self, calendar: Calendar) -> str:
        """What people call it: `This month`, `Double 11 of 2026`, or "" for days without a name."""
        if self.preset in PRESETS:
            return str(PRESETS[self.preset])
        years = range(self.period.first.year, self.period.last.year + 1)
        return next((x.label for year in years for x in festivals(year, calendar) if x.period == self.period), "")

    @property
    def compare_label(self) -> str:
        return " · ".join(str(COMPARISONS[x]) for x in self.compare) or _("none")

    def query(self, **changes: str) -> str:
        """The query string that says the same, with `changes` (`compare="previous"`, `period="7d"`)."""
        params = {"period": self.preset}
        if self.preset == "custom":
            params |= {"from": self.period.first.isoformat(), "to": self.period.last.isoformat()}
        return urlencode(params | {"compare": ",".join(self.compare)} | changes, safe=",")


def festivals(year: int, calendar: Calendar) -> list[Festival]:
    """The big sales of a year with all their days, by the day of their peak."""
    return [
        Festival(_("%(name)s of %(year)s") % {"name": _(event.name), "year": year}, event.period)
        for event in calendar.events(year)
        if event.is_big
    ]


def festivals_before(today: dt.date, calendar: Calendar) -> list[Festival]:
    """Those of this year and the year before that have begun, newest first."""
    both = [*festivals(today.year - 1, calendar), *festivals(today.year, calendar)]
    return [x for x in reversed(both) if x.period.first <= today]


def preset_period(preset: str, today: dt.date) -> Period:
    """The days of a preset. Under way it ends yesterday, the last closed day; one that begins today is today alone."""
    yesterday = today - DAY
    if preset.removeprefix("last_") in UNITS and preset.startswith("last_"):
        unit = preset.removeprefix("last_")
        return replace(UNITS[unit](UNITS[unit](today).first - DAY), unit=unit)
    if preset in UNITS:
        first = UNITS[preset](today).first
        return Period(first, max(yesterday, first), preset)
    days = {"yesterday": 1, "7d": 7, "30d": 30}[preset]
    return Period(today - days * DAY, yesterday, "day" if days == 1 else "days")


def stepped(period: Period, steps: int) -> Period:
    """The period before (-1) or after (1): a unit's whole neighbour, else as many days beside it."""
    unit = period.unit if period.unit in UNITS else next((u for u in UNITS if UNITS[u](period.first) == period), "")
    if unit:
        whole = UNITS[unit](period.first)
        return replace(UNITS[unit](whole.last + DAY if steps > 0 else whole.first - DAY), unit=unit)
    length = len(period) * steps * DAY
    return Period(period.first + length, period.last + length)


def later(span: Span, today: dt.date) -> Period | None:
    """The next one, up to yesterday; None where nothing of it is over."""
    found = stepped(span.period, 1)
    return Period(found.first, min(found.last, today - DAY), found.unit) if found.first < today else None


def default_preset(today: dt.date) -> str:
    """This month; on its first day, with nothing closed in it yet, the last 30 days."""
    return "month" if today.day > 1 else "30d"


def span_from(query: Mapping[str, str], today: dt.date, default: str = "") -> Span:
    """What the URL says, or the usual where it says nothing; what cannot be read is told in `error`, never raised."""
    compare = compared(query)
    usual = default or default_preset(today)
    preset = query.get("period", "") or ("custom" if query.get("from") or query.get("to") else usual)
    if preset in PRESETS:
        return Span(preset_period(preset, today), preset, compare)
    error = _("Unknown period “%s”.") % preset[:30]
    if preset == "custom":
        try:
            return Span(custom_period(query.get("from", ""), query.get("to", "")), "custom", compare)
        except ValueError as problem:
            error = str(problem)
    return Span(preset_period(usual, today), usual, compare, error)


def compared(query: Mapping[str, str]) -> tuple[str, ...]:
    """`compare=a,b` or `compare=a&compare=b`; without it the usual two, with an empty one none. Unknown names go."""
    if "compare" not in query:
        return USUAL
    raw = query.getlist("compare") if isinstance(query, QueryDict) else [query["compare"]]
    named = {part.strip() for text in raw for part in text.split(",")}
    return tuple(x for x in COMPARISONS if x in named)


def custom_period(first: str, last: str) -> Period:
    """Two typed days as a period, or ValueError with a sentence."""
    try:
        days = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    except ValueError:
        raise ValueError(_("Give both days, written like 2026-11-11.")) from None
    if days[1] < days[0]:
        raise ValueError(_("The period ends before it starts."))
    if (days[1] - days[0]).days >= LONGEST_DAYS or not 2000 <= days[0].year <= days[1].year <= 2100:
        raise ValueError(_("A period is at most three years long."))
    return Period(*days)
