"""What `kpis.queries` answers with: plain frozen objects, numbers as Decimal, nothing formatted, labels translated.

Money in yuan (Decimal, 2 places), rates as fractions, counts whole. `None` = no value; `missing` says why.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from opsplan.lib.periods import Period

SILENT = "channel_missing"  # both a mark and a reason: the one thing said of figures that have a value


@dataclass(frozen=True)
class Missing:
    """Why a figure has no value, or only part of one.

    code: no_source (nothing of this kind was ever imported), not_imported (these days are missing), no_buyer_id (the
    file has none or masks it), no_cost, no_lines, no_return_kind, no_target, target_elsewhere (it is set for `what`,
    which is read as the same thing), no_campaign, platform_has_none, zero_denominator, not_entered (nobody typed it in
    for these days), unfinished_day (the source has not finished with these days; their part is in the figure), not_yet
    (the days have not come), no_match (no such day number in the other month).
    short_history (less than a year of orders before the period: some returning buyers look new).
    not_across_stores (a score, a place or a rate of each store, which has no sum).
    states_apart (its states are told, but of no day in common).
    channel_missing (an ad channel in use tells nothing of these days, which count all the same: what it costs is not in
    the figure).
    what: the measure or input meant. days: the days it is about.
    """

    code: str
    what: str
    days: tuple[dt.date, ...] = ()
    store: str = ""  # which of several stores it is about (short name)
    store_name: str = ""  # its name, where a page names it
    channel: str = ""  # which ad channel it is about (key)
    channel_name: str = ""


@dataclass(frozen=True)
class Definition:
    """The reading of a KPI on which the market disagrees: the variant a store chose, the day since when it holds (None:
    as delivered), and the key of the metric it stands for."""

    variant: str
    metric: str
    since: dt.date | None = None


@dataclass(frozen=True)
class MetricInfo:
    """A KPI's entry of the catalogue, its words in the active language. top, bottom: numerator and denominator."""

    key: str
    label: str
    formula_words: str
    unit: str
    better: str
    adds: str
    needs: tuple[str, ...]
    plannable: bool
    source: str
    note: str = ""
    top: str = ""
    bottom: str = ""
    group: str = ""  # traffic, orders, promotion, targets, goods, service
    platforms: tuple[str, ...] = ()  # those that have it; () = all
    variants: tuple[tuple[str, str], ...] = ()  # (name, key) of each reading a store can choose between


@dataclass(frozen=True)
class Comparison:
    """A figure set against other days: delta is relative for amounts and counts, a difference in points for rates. From
    nothing or less than nothing there is no growth (delta None), only the difference, which is in the figure's `unit`.

    Like for like: `own` is the figure over those of its days that are compared, `value` that over the other
    days (`days`, None = all of `period`). whole: the other period in full, where only a
    part of it is compared and the question wanted it. marks: "to_date 21/30", "matched 28/31" (of several
    stores "store_days 47/66": each day counts with its counterpart in the same store), and those of `value`.
    """

    name: str  # one of kpis.comparisons.COMPARISONS
    period: Period
    value: Decimal | None
    delta: Decimal | None
    delta_is_points: bool
    marks: tuple[str, ...] = ()
    is_better: bool | None = None  # None: neutral metric, or nothing to say
    own: Decimal | None = None
    days: tuple[dt.date, ...] | None = None
    whole: Decimal | None = None
    missing: tuple[Missing, ...] = ()  # no_match: the days that stand against nothing, of which store
    is_score: bool = False  # delta is in stars, not in hundredths
    difference: Decimal | None = None
    unit: str = ""

    @property
    def change(self) -> Decimal | None:
        """What it changed by: delta, else the difference."""
        return self.difference if self.delta is None else self.delta


@dataclass(frozen=True)
class Figure:
    """One KPI over one span: the value with all that explains it."""

    key: str
    unit: str  # money, rate, count, ratio, days, seconds, score, text
    better: str  # up, down, neutral
    period: Period
    value: Decimal | None
    inputs: dict[str, Decimal | None]  # measure -> the number that stands in the formula
    marks: tuple[str, ...] = ()  # daily_sum, estimated, redefined, channel_missing, "partial 20/21"
    missing: tuple[Missing, ...] = ()
    compare: dict[str, Comparison] = field(default_factory=dict)
    target: Decimal | None = None
    series: tuple[tuple[dt.date, Decimal | None], ...] = ()  # by day, for a sparkline
    definition: Definition | None = None  # which reading of a KPI with several

    def reached(self, target: Decimal | None) -> Decimal | None:
        """The share of a target that the value is; None where either is missing, or there is nothing to reach."""
        return self.value / target if self.value is not None and target else None


class Cell(NamedTuple):
    """What a table shows of a figure: the number and its unit, or why there is none."""

    value: Decimal | None
    unit: str
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class Row:
    """A line of a breakdown; `key` is a day, an ISO week, a month, a channel key or a product code."""

    key: str
    label: str
    values: dict[str, Figure]
    tags: dict[str, str] = field(default_factory=dict)  # e.g. {"paid": "yes"}


@dataclass(frozen=True)
class Pace:
    """Month to date against the month's target (domain.md 2.4 and 3.4). Amounts in yuan; closed days only. opening: the
    day on which the store opened, where it was in this month: it counts from then on. unfinished: how many of the days
    that have data are not told in full; actual has their part, expected all of what they bear."""

    month: Period
    metric: str
    target: Decimal | None
    actual: Decimal | None
    closed_days: int
    days_left: int
    time_progress: Decimal
    expected: Decimal | None  # target x time progress
    progress: Decimal | None  # actual / target
    ahead: Decimal | None  # actual - expected; None where no day is told in full
    projection: Decimal | None  # None in the first three days
    need_per_day: Decimal | None
    marks: tuple[str, ...] = ()
    opening: dt.date | None = None
    unfinished: int = 0

    @property
    def due(self) -> Decimal | None:
        """The share of the target that should be there by now."""
        return self.expected / self.target if self.expected is not None and self.target else None


@dataclass(frozen=True)
class ExplainLine:
    """A counted or left-out group of rows: what, how many, how much (yuan or count), and the filter that lists them."""

    code: str
    rows: int
    amount: Decimal | None
    listing: str  # "" where there is nothing to list, else the query string of the rows page


@dataclass(frozen=True)
class ExplainSource:
    """A file or hand entry behind a figure."""

    kind: str
    name: str
    at: dt.datetime | None
    first_day: dt.date | None
    last_day: dt.date | None
    upload_id: int | None = None


@dataclass(frozen=True)
class Explanation:
    """The explain drawer: formula with its numbers, what counts, what does not and why, files, what is missing. notes:
    what else is to be known, in the active language."""

    figure: Figure
    counted: tuple[ExplainLine, ...]
    left_out: tuple[ExplainLine, ...]
    sources: tuple[ExplainSource, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CoverageRow:
    """A row of the coverage calendar: per day full, partial, missing or none (nothing to expect: not open, not yet).
    declared: those of the full days of which a person has said that nothing happened."""

    kind: str
    detail: str
    days: dict[dt.date, str]
    declared: frozenset[dt.date] = frozenset()
