"""The calendar of a shop (pure): which days people work, which events move sales, and which day of another year is like
this one. What a store or the whole installation has changed is laid over what ships with the app."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

from opsplan.lib.almanac import ABROAD, CHINA, FEASTS, FEDERAL, FIRST_YEAR, LAST_YEAR, NOTICES, US, lunar, qingming
from opsplan.lib.periods import DAY, Period

WEEKS_52 = dt.timedelta(days=364)
BIG = 2  # the rank from which a sale is a big one


class Kind(StrEnum):
    """What a day is to people who work Monday to Friday."""

    WORKING = "working"
    WEEKEND = "weekend"
    STATUTORY = "statutory"  # off by the State Council's notice, weekend days inside the holiday included
    MAKEUP = "makeup"  # a weekend day that is worked (调休)


@dataclass(frozen=True)
class Event:
    """One occurrence of something that moves sales. key: the same every year. name: English where it ships, else as
    typed. Its days reach from `before` days before `day`, the peak, to `after` days after it. kind: lunar, solar,
    platform or own; source: shipped, installation or store."""

    key: str
    name: str
    day: dt.date
    before: int = 0
    after: int = 0
    rank: int = 1
    kind: str = "own"
    source: str = "shipped"

    @cached_property
    def period(self) -> Period:
        return Period(self.day - self.before * DAY, self.day + self.after * DAY)

    @property
    def is_sale(self) -> bool:
        """A sale of the platform, or an event of the shop's own: what charts mark."""
        return self.kind in ("platform", "own") and self.rank > 0

    @property
    def is_big(self) -> bool:
        """A sale that people look at as a period of its own and count the days to."""
        return self.is_sale and self.rank >= BIG


@dataclass(frozen=True)
class Offset:
    """A day's place in an event: `days` from its peak, below 0 before it (D-7 is -7)."""

    event: Event
    days: int

    @property
    def label(self) -> str:
        return "D" if not self.days else f"D{self.days:+d}"


@dataclass(frozen=True)
class DayChange:
    """A day that somebody set: its kind, and what to call it."""

    kind: Kind
    name: str = ""
    source: str = "store"


class Calendar:
    """`days`: days set by hand. `events`: occurrences by (key, year of the peak) that take the place of those that
    ship, or come on top of them; None takes an occurrence off. `region`: where the buyers are, and `platform`: where
    they buy, for the events that ship. `days_off`: whose are off, CHINA's, the US's or nobody's (""); what was set by
    hand always stays."""

    def __init__(
        self,
        days: Mapping[dt.date, DayChange] | None = None,
        events: Mapping[tuple[str, int], Event | None] | None = None,
        *,
        region: str = CHINA,
        platform: str = "",
        days_off: str = CHINA,
    ) -> None:
        self.region, self.platform, self.days_off = region, platform, days_off
        self.changes = dict(days or {})
        self.own = dict(events or {})
        self._years: dict[int, tuple[Event, ...]] = {}
        self._peaks: dict[int, dict[dt.date, list[Event]]] = {}

    # --- days -------------------------------------------------------------------------------------------------------

    def kind_of(self, day: dt.date) -> Kind:
        """Whether people work on that day. Of a year without a notice only the legal days themselves are known."""
        if day in self.changes:
            return self.changes[day].kind
        off, worked = self._notice(day.year)
        if day in off:
            return Kind.STATUTORY
        if day in worked:
            return Kind.MAKEUP
        return Kind.WEEKEND if day.weekday() >= 5 else Kind.WORKING

    def holiday(self, day: dt.date) -> str:
        """The key of the statutory holiday the day belongs to, the name somebody gave it, or ""."""
        if day in self.changes:
            return self.changes[day].name
        return self._notice(day.year)[0].get(day, "")

    def _notice(self, year: int) -> tuple[Mapping[dt.date, str], frozenset[dt.date]]:
        if self.days_off == CHINA:
            return notice(year)
        return (federal(year) if self.days_off == US else {}), frozenset()

    def works(self, day: dt.date) -> bool:
        return self.kind_of(day) in (Kind.WORKING, Kind.MAKEUP)

    def add_working_days(self, day: dt.date, n: int) -> dt.date:
        """The `n`th working day after `day` (before it for n < 0); for 0 the day itself, or the next that is worked."""
        step = DAY if n >= 0 else -DAY
        while n == 0 and not self.works(day):
            day += step
        for _each in range(abs(n)):
            day += step
            while not self.works(day):
                day += step
        return day

    # --- events -----------------------------------------------------------------------------------------------------

    def events(self, year: int) -> tuple[Event, ...]:
        """The events whose peak is in `year`, by day."""
        if year not in self._years:
            found = {e.key: e for e in shipped(year, self.region, self.platform)}
            for (key, of), event in self.own.items():
                if of == year:
                    found.pop(key, None)
                    if event:
                        found[key] = event
            self._years[year] = tuple(sorted(found.values(), key=lambda e: (e.day, -e.rank, e.key)))
        return self._years[year]

    def peaks(self, day: dt.date) -> Sequence[Event]:
        """The events whose peak the day is."""
        if day.year not in self._peaks:
            by_day = self._peaks[day.year] = {}
            for event in self.events(day.year):
                by_day.setdefault(event.day, []).append(event)
        return self._peaks[day.year].get(day, ())

    @property
    def main_sale(self) -> str:
        """The key of the greatest sale of the year."""
        return "black_friday" if self.region in ABROAD else "double_11"

    def events_in(self, period: Period) -> list[Event]:
        """The events whose days touch the period, by day."""
        first, last = period.first, period.last
        every = (event for year in range(first.year - 1, last.year + 2) for event in self.events(year))
        return [e for e in every if e.period.first <= last and e.period.last >= first]

    def sales_in(self, period: Period) -> list[Event]:
        """The sales whose days touch the period, by day."""
        return [event for event in self.events_in(period) if event.is_sale]

    def next_big(self, day: dt.date) -> Event | None:
        """The next big sale whose peak is on or after `day`; None where none comes within two years."""
        years = (day.year, day.year + 1, day.year + 2)
        return next((e for year in years for e in self.events(year) if e.is_big and e.day >= day), None)

    def event_offset(self, day: dt.date) -> Offset | None:
        """The event that moves the sales of this day: of those that reach it the highest in rank, then the nearest,
        then the coming one. None for an ordinary day."""
        found = [e for e in self.events_in(Period(day, day)) if e.rank > 0]
        if not found:
            return None
        best = min(found, key=lambda e: (-e.rank, abs((day - e.day).days), e.day < day, e.key))
        return Offset(best, (day - best.day).days)

    def align(self, day: dt.date, years: int = -1) -> dt.date | None:
        """The day `years` away that is like this one: as far from the same event; for an ordinary day the same weekday
        52 weeks away. None where that year has no such day: nothing is compared with something else, nor twice."""
        here = self.event_offset(day)
        if here is None:
            other = day + WEEKS_52 * years
            return other if self.event_offset(other) is None else None
        twin = next((e for e in self.events(here.event.day.year + years) if e.key == here.event.key), None)
        if twin is None:
            return None
        other = twin.day + here.days * DAY
        there = self.event_offset(other)
        return other if there and (there.event.key, there.days) == (here.event.key, here.days) else None


SHIPPED = Calendar()


def has_notice(year: int) -> bool:
    """Whether the State Council's notice for the year is in the table; without it make-up days are not known."""
    return year in NOTICES


@lru_cache(maxsize=64)
def notice(year: int) -> tuple[dict[dt.date, str], frozenset[dt.date]]:
    """Statutory days of a year with the key of their holiday, and the weekend days worked for them."""
    if year not in NOTICES:
        return dict(_legal_days(year)), frozenset()
    spans, worked = NOTICES[year]
    off: dict[dt.date, str] = {}
    for text in spans.split(", "):
        key, days = text.split(" ")
        first, _dash, last = days.partition("-")
        off |= dict.fromkeys(Period(_day(year, first), _day(year, last or first)), key)
    return off, frozenset(_day(year, text) for text in worked.split())


@lru_cache(maxsize=64)
def federal(year: int) -> dict[dt.date, str]:
    """The public holidays of the United States with their keys: the day, and the Friday before or the Monday after
    where it falls on a weekend."""
    found: dict[dt.date, str] = {}
    by_key = {feast.key: feast.day for feast in FEASTS if feast.key in FEDERAL}
    for of in (year, year + 1):  # 1 January on a Saturday is kept on 31 December
        for key in FEDERAL:
            if key == "juneteenth" and of < 2021:
                continue
            day = by_key[key](of)
            kept = day + {5: -DAY, 6: DAY}.get(day.weekday(), 0 * DAY)
            found |= {x: key for x in (day, kept) if x.year == year}
    return found


def _day(year: int, text: str) -> dt.date:
    return dt.date(year, int(text[:2]), int(text[2:]))


def _legal_days(year: int) -> Iterable[tuple[dt.date, str]]:
    """The days that the regulation in force since 2025 makes free every year."""
    fixed = [(1, 1, "new_year"), (5, 1, "labour_day"), (5, 2, "labour_day")]
    fixed += [(10, day, "national_day") for day in (1, 2, 3)]
    yield from ((dt.date(year, month, day), key) for month, day, key in fixed)
    if FIRST_YEAR <= year <= LAST_YEAR:
        yield from ((lunar(year, 1, 1) + i * DAY, "spring_festival") for i in range(-1, 3))
        yield qingming(year), "qingming"
        yield lunar(year, 5, 5), "dragon_boat"
        yield lunar(year, 8, 15), "mid_autumn"


@lru_cache(maxsize=192)
def shipped(year: int, region: str = "", platform: str = "") -> tuple[Event, ...]:
    """The events of a year as they ship, of one region (and the platform's own) or of all; outside 2000 to 2050 those
    that need no moon."""
    known = FIRST_YEAR <= year <= LAST_YEAR
    return tuple(
        Event(f.key, f.name, f.day(year), f.before, f.after, f.rank, f.kind)
        for f in FEASTS
        if (not region or f.is_for(region, platform))
        and (known or (f.kind != "lunar" and f.key not in ("new_year_goods", "qingming")))
    )
