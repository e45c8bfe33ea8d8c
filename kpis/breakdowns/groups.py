"""Several stores read as one: inputs are added up store by store, then the formula speaks once (sums first, G10).

Each store counts its own local days, by its own definition of what is missing. Stores of different currencies are never
added: there is no rate a sum could be told at. People counted on the orders are counted once where the platform's buyer
ids are comparable (`stores.models.Store.buyer_realm`), else they are added and marked `overlap`; so is everything the
platforms count themselves, for nobody can tell who came to two stores.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kpis import definitions
from kpis.answers import Figure, Missing
from kpis.breakdowns.sides import Known, Picked, Sides, StoreDays, alike, brings, left_out, of_one, together, usable
from kpis.deltas import is_thin
from kpis.figures.dayrows import Days
from kpis.figures.otherdays import COMPARED
from kpis.figures.readings import Parts, Reader
from kpis.figures.windows import LOOKING_BACK, Input, back
from kpis.measures import MEASURES, Adds
from kpis.metrics import CONTEXT, METRICS, Context, Metric, unrounded
from kpis.sums import crowds
from kpis.sums.crowds import Crowd
from opsplan.lib.periods import Period, month_of
from stores.models import Store

OVERLAP, DAILY_SUM = "overlap", "daily_sum"
RANKS = ("search_rank", "category_rank")  # a place is nobody's sum
THINGS = ("sold_items", "a_items")  # counted once like people, but those of two stores are always different ones
SAME_EVERYWHERE = {"period_days": max, "days": max, "closed_days": min, "left_days": max, "month_left_days": max}


@dataclass(frozen=True)
class Share:
    """What one store (or channel, or product) brings to a figure. size: of how many days, 0 = of all that are asked."""

    store: Store
    parts: Parts
    size: int = 0

    def is_ready(self, metric: Metric) -> bool:
        return all(self.parts.ready.get(key) is not None for key in metric.needs)


# the value of a people measure over several shares, and whether anybody may be counted twice in it
People = Callable[[str, Sequence[Share]], tuple[Decimal, bool]]


def added(key: str, shares: Sequence[Share]) -> tuple[Decimal, bool]:
    """People of shares that cannot be told apart."""
    values = [share.parts.ready[key] or Decimal(0) for share in shares]
    return sum(values, Decimal(0)), sum(1 for value in values if value) > 1


def combine(
    metric: Metric,
    period: Period,
    shares: Sequence[Share],
    people: People = added,
    context: Callable[[Context, Sequence[Share]], Input | None] | None = None,
) -> Parts:
    """The shares as one. A share without one of its inputs stands aside (G18): the mark `partial` counts days of
    shares, and `missing` names the store."""
    ready = [share for share in shares if share.is_ready(metric)]
    missing = [replace(m, store=share.store.slug) for share in shares for m in share.parts.missing]
    inputs = {key: _shown(key, shares) for key in metric.needs}
    marks: dict[str, None] = {}
    for share in ready:
        marks.update(dict.fromkeys(mark for mark in share.parts.marks if not mark.startswith("partial")))
    for key in metric.needs if ready else ():
        if len(shares) == 1:
            inputs[key] = ready[0].parts.ready[key]
        elif key in CONTEXT:
            told = context(CONTEXT[key], ready) if context else None
            inputs[key] = told.value if told else _context(key, [share.parts.ready[key] for share in ready])
            marks.update(dict.fromkeys(told.marks if told else ()))
        else:
            inputs[key], said = _measured(key, ready, people)
            marks.update(dict.fromkeys(said))
        if inputs[key] is None:
            missing.append(Missing("not_across_stores", key))
    done, days = _days(period, shares, metric)
    if ready and done < days:
        marks[f"partial {done}/{days}"] = None
    usable = inputs if ready else dict.fromkeys(metric.needs)
    return Parts(inputs, usable, tuple(marks), tuple(dict.fromkeys(missing)))


def _measured(key: str, ready: Sequence[Share], people: People) -> tuple[Decimal | None, Sequence[str]]:
    """A measure of several shares, and what has to be said about it."""
    measure = MEASURES[key]
    if measure.unit == "score" or key in RANKS:
        return _alike([share.parts.ready[key] for share in ready]), ()
    if measure.adds is Adds.DISTINCT and key not in THINGS:
        value, twice = people(key, ready)
        return value, (OVERLAP,) if twice else ()
    value, twice = added(key, ready)
    return value, (DAILY_SUM, OVERLAP) if twice and measure.adds is Adds.DAILY else ()


def _shown(key: str, shares: Sequence[Share]) -> Decimal | None:
    """What is known of an input while the figure has no value."""
    values = [value for share in shares if (value := share.parts.inputs.get(key)) is not None]
    adds = key in MEASURES and MEASURES[key].adds is not Adds.SNAPSHOT
    return sum(values, Decimal(0)) if values and adds else None


def _alike(values: Sequence[Decimal | None]) -> Decimal | None:
    return values[0] if len(set(values)) == 1 else None


def told_alike(values: Sequence[Decimal | None]) -> Input | None:
    value = _alike(values)
    return None if value is None else Input(value)


def _context(key: str, values: Sequence[Decimal | None]) -> Decimal | None:
    """Inputs that are no sums of days: amounts of other spans add up, days are the same everywhere, rates do not."""
    known = [value for value in values if value is not None]
    asked = CONTEXT[key]
    if asked.kind in SAME_EVERYWHERE:
        return SAME_EVERYWHERE[asked.kind](known)
    of = METRICS.get(asked.of)
    if of is None or asked.kind == "month_plan":
        return _alike(known)
    if asked.kind.endswith("target"):
        return sum(known, Decimal(0)) if of.target != "level" else _alike(known)
    people = any(n in MEASURES and MEASURES[n].adds is Adds.DISTINCT for n in of.needs)
    if of.unit == "score" or of.key in RANKS or people:
        return _alike(known)
    adds = of.adds in ("sum", "snapshot") or of.bottom == "days"
    return sum(known, Decimal(0)) if adds else _alike(known)


def time_over(stores: Sequence[Mapping[str, Decimal | None]]) -> Input | None:
    """The time that is over of several stores, of which some may lack days: by their targets (the gap of all is then
    that of each, added), else by their sales (so is the forecast); None where they say the same or nothing weighs."""
    told = [(x["closed_days"], x.get("whole_target_real_amt"), x.get("pay_amt")) for x in stores]
    if len({closed for closed, _target, _sold in told}) < 2:
        return None
    wanted = sum((target or Decimal(0) for _closed, target, _sold in told), Decimal(0))
    if wanted:
        return Input(sum(((closed or 0) * (target or 0) for closed, target, _sold in told), Decimal(0)) / wanted)
    sold = sum((amount or Decimal(0) for _closed, _target, amount in told), Decimal(0))
    a_day = sum(((amount or 0) / closed for closed, _target, amount in told if closed), Decimal(0))
    return Input(sold / a_day) if sold and a_day else None


def _days(period: Period, shares: Sequence[Share], metric: Metric) -> tuple[int, int]:
    """How many of the shares' days have everything, and how many there are."""
    done = whole = 0
    for share in shares:
        told = next((m.removeprefix("partial ") for m in share.parts.marks if m.startswith("partial ")), "")
        some, _slash, every = told.partition("/")
        size = int(every) if every else share.size or len(period)
        whole += size
        if share.is_ready(metric):
            done += int(some) if told else size
    return done, whole


class Group:
    """Stores of one currency, each with its reader. Answers like a `Reader`, for all of them together."""

    def __init__(self, readers: Sequence[Reader]) -> None:
        """ValueError for stores of different currencies, or none."""
        if len({reader.store.currency for reader in readers}) != 1:
            raise ValueError("a group has stores of one currency")
        self.readers = list(readers)
        self.counted: dict[tuple[str, Crowd], int] = {}

    @property
    def first(self) -> Reader:
        return self.readers[0]

    def metric(self, key: str, period: Period) -> tuple[Metric, tuple[str, ...]]:
        """The metric as all stores read it; where they chose different readings, the delivered one, and marks."""
        found = [reader.metric(key, period.last) for reader in self.readers]
        if len({m.definition.metric for m in found if m.definition}) < 2:
            return found[0], ()
        known = METRICS[key]
        return definitions.bound(known, known.variants[0][0]), ("as_delivered",)

    def open_during(self, period: Period) -> list[Reader]:
        """Those whose store was open by the end of the period (all, where none was)."""
        return [reader for reader in self.readers if reader.since <= period.last] or self.readers

    def spans(self, period: Period) -> dict[int, Period]:
        return {reader.store.pk: period for reader in self.open_during(period)}

    def only(self, days: Picked) -> "Group":
        """Of the stores that are among the days."""
        if not isinstance(days, StoreDays):
            return self
        return Group([reader for reader in self.readers if days.of(reader.store)])

    def shares(self, metric: Metric, period: Period, days: Picked = None) -> list[Share]:
        if isinstance(days, StoreDays):
            mine = [(reader, of) for reader in self.readers if (of := days.of(reader.store))]
            return [Share(r.store, r.parts(metric, *of), len(of[1])) for r, of in mine]
        return [Share(r.store, r.parts(metric, period, days)) for r in self.open_during(period)]

    def figure(self, metric: Metric, period: Period, days: Picked = None, marks: Sequence[str] = ()) -> Figure:
        if len(self.readers) == 1 and not isinstance(days, StoreDays):
            return self.first.figure(metric, period, days)
        found = self._grown(metric, period, days) or self._combined(metric, period, days)
        every = (*found.marks, *(mark for mark in marks if mark not in found.marks))
        return self.first.answer(metric, period, found.inputs, every, found.missing, found.ready)

    def _combined(self, metric: Metric, period: Period, days: Picked = None) -> Parts:
        shares, whole = self.shares(metric, period, days), replace_days(period, days)
        return combine(metric, whole, shares, self.people, lambda asked, ready: self._told(asked, period, ready))

    def _told(self, asked: Context, period: Period, ready: Sequence[Share]) -> Input | None:
        """People of spans of their own are counted, and a ratio of the month so far worked out, for the stores
        together; None for inputs that can be added, or told as they are where all say the same."""
        if asked.kind in LOOKING_BACK:
            realms: dict[str, list[int]] = defaultdict(list)
            for share in ready:
                realms[share.store.buyer_realm or f"#{share.store.pk}"].append(share.store.pk)
            found = [LOOKING_BACK[asked.kind][1](stores, period.last) for stores in realms.values()]
            return Input(Decimal(sum(found)), (OVERLAP,) if sum(1 for n in found if n) > 1 else ())
        if asked.kind == "last_365_days" and METRICS[asked.of].adds == "distinct":
            people = self.figure(METRICS[asked.of], back(period, 365))
            return Input(people.value, tuple(mark for mark in people.marks if mark == OVERLAP))
        if asked.kind == "closed_days":
            return time_over([share.parts.ready for share in ready])
        if asked.kind not in ("month_to_date", "month_plan"):
            return None
        metric = METRICS[asked.of]
        if metric.adds == "sum":
            return None
        if asked.kind == "month_plan":
            wanted = [reader.target(metric, month_of(period.last)) for reader in self.readers]
            if None not in wanted:
                return told_alike(wanted)
        return told_alike([unrounded(metric, self._combined(metric, self.first._to_date(period)).ready)])

    def target(self, metric: Metric, period: Period) -> Decimal | None:
        """The stores' targets together; None where one of them has none, or where it is a level they do not share."""
        return self._together(metric, [reader.target(metric, period) for reader in self.open_during(period)])

    @staticmethod
    def _together(metric: Metric, values: Sequence[Decimal | None]) -> Decimal | None:
        if None in values:
            return None
        if metric.target == "level":
            return _alike(values)
        return sum((value for value in values if value is not None), Decimal(0))

    # --- people -------------------------------------------------------------------------------------------------

    def people(self, key: str, shares: Sequence[Share]) -> tuple[Decimal, bool]:
        """Each person once where the stores' buyer ids are comparable; apart from that the stores' counts are added."""
        crowd, apart = split(key, shares)
        found = [share.parts.ready[key] or Decimal(0) for share in apart]
        for one in crowd:
            if (key, one) not in self.counted:
                self.counted[key, one] = crowds.count(key, [one])[0]
            found.append(Decimal(self.counted[key, one]))
        return sum(found, Decimal(0)), sum(1 for value in found if value) > 1

    def count_people(self, asked: Sequence[tuple[Metric, Period, Picked]]) -> None:
        """Count the people of many figures in one statement a measure, to be read later."""
        if len(self.readers) == 1:
            return
        wanted: dict[str, dict[Crowd, None]] = defaultdict(dict)
        for metric, period, days in asked:
            shares = [share for share in self.shares(metric, period, days) if share.is_ready(metric)]
            for key in metric.needs:
                if key in MEASURES and MEASURES[key].adds is Adds.DISTINCT and key not in THINGS:
                    wanted[key].update(dict.fromkeys(split(key, shares)[0]))
        for key, every in wanted.items():
            new = [crowd for crowd in every if (key, crowd) not in self.counted]
            for crowd, n in zip(new, crowds.count(key, new), strict=True):
                self.counted[key, crowd] = n

    # --- comparison ---------------------------------------------------------------------------------------------

    def aim(self, metric: Metric, period: Period, days: Picked = None) -> Decimal | None:
        """As `target`, of the days that have data: what a figure is held against. A store that tells nothing of days
        that are over, while others do, is not held against them."""
        if isinstance(days, StoreDays):
            mine = [(reader, of) for reader in self.readers if (of := days.of(reader.store))]
            return self._together(metric, [reader.aim(metric, *of) for reader, of in mine])
        spans = [(r, r.days(period) if days is None else days) for r in self.open_during(period)]
        tells = [bool(reader.usable(metric, own)) for reader, own in spans]
        if any(tells) and not all(tells):
            lost = [() if told else reader.past(own) for told, (reader, own) in zip(tells, spans, strict=True)]
            kept = [tuple(day for day in own if day not in gone) for gone, (_, own) in zip(lost, spans, strict=True)]
            spans = [(reader, own) for own, (reader, _) in zip(kept, spans, strict=True) if own]
        return self._together(metric, [reader.aim(metric, period, own) for reader, own in spans])

    def sides(
        self, metric: Metric, name: str, spans: Mapping[int, Period], known: Known = usable, also: Known | None = None
    ) -> Sides:
        """What the stores are compared on. spans: the period of each store (by id) that the figure is about; known: the
        days a store has data for what is compared; also: as `known`, of stores that may have it on one side only."""
        readers = [reader for reader in self.readers if reader.store.pk in spans]
        period = next(iter(spans.values()))
        if len(self.readers) == 1:
            return of_one(self.first, metric, name, period, known)
        each = [brings(r, metric, name, spans[r.store.pk], known) for r in readers]
        if also:
            others = (r for r in self.readers if r.store.pk not in spans)
            each += [told for r in others if (told := brings(r, metric, name, period, also)).match]
        first = readers[0].match(name, period)
        nothing = name == "target" and not any(x.match for x in each)
        if nothing:
            return replace(alike(first, name), missing=tuple(left_out(name, each)))
        return together(name, each, first)

    def _grown(self, metric: Metric, period: Period, days: Picked) -> Parts | None:
        """A change against other days (mom, yoy, lm_growth), each store against its own: the sums of both sides. None
        for another metric, and where all stores stand on the same days."""
        key = next((key for key in metric.needs if key in CONTEXT and CONTEXT[key].kind in COMPARED), "")
        of = METRICS.get(CONTEXT[key].of) if key else None
        if not of or of.adds != "sum" or isinstance(days, StoreDays):
            return None
        sides = self.sides(of, CONTEXT[key].kind, self.spans(period))
        if not isinstance(sides.own, StoreDays):
            return None
        own, before = (self._combined(of, span, x) for span, x in ((period, sides.own), (sides.span, sides.other)))
        value = None if sides.is_thin or is_thin(before.marks) else unrounded(of, before.ready)
        inputs = {need: value if need == key else own.inputs.get(need) for need in metric.needs}
        ready = dict.fromkeys(inputs) if value is None else inputs
        marks = dict.fromkeys((*sides.marks, *own.marks, *before.marks))
        return Parts(inputs, ready, tuple(marks), (*own.missing, *before.missing, *sides.missing))


def replace_days(period: Period, days: Picked) -> Period:
    """A period as long as the days that are counted, for the sake of "partial 5/6"."""
    if not days or isinstance(days, StoreDays):
        return period
    return Period(days[-1].fromordinal(days[-1].toordinal() - len(days) + 1), days[-1])


def split(key: str, shares: Sequence[Share]) -> tuple[list[Crowd], list[Share]]:
    """Shares whose people can be told from each other as crowds (two stores or more), and the others."""
    realms: dict[str, list[Share]] = defaultdict(list)
    apart = []
    for share in shares:
        counted = share.parts.people.get(key)
        if counted and share.store.buyer_realm and key in crowds.COUNTERS:
            realms[share.store.buyer_realm].append(share)
        else:
            apart.append(share)
    found: list[Crowd] = []
    for each in realms.values():
        if len(each) > 1:
            found.append(tuple((share.store.pk, share.parts.people[key]) for share in each))
        else:
            apart += each
    return found, apart


def count_each(readers: Sequence[Reader], keys: Sequence[str], groups: Mapping[int, Sequence[Days]]) -> None:
    """Count the people of each store over groups of its days (by store id), in one statement a measure for all stores;
    what only a store can count is counted store by store."""
    for key in dict.fromkeys(need for reader in readers for need in people_of(reader, keys, groups)):
        wanted = []
        for reader in readers:
            if key in people_of(reader, keys, groups):
                measure = MEASURES[key]
                days = [reader.having(measure, d) for d in groups[reader.store.pk] if reader.is_exact(measure, d)]
                wanted.append((reader, [d for d in dict.fromkeys(days) if len(d) > 1 or (d and not measure.stored)]))
        if key not in crowds.COUNTERS:
            for reader, found in wanted:
                reader.count_groups(key, found)
            continue
        every = [(reader, days) for reader, found in wanted for days in found]
        counted = crowds.count(key, [((reader.store.pk, days),) for reader, days in every])
        for (reader, these), n in zip(every, counted, strict=True):
            reader.counts[key, these] = n


def people_of(reader: Reader, keys: Sequence[str], groups: Mapping[int, Sequence[Days]]) -> list[str]:
    """The measures of people that the metrics need, as the store reads them."""
    last = max((days[-1] for days in groups[reader.store.pk]), default=reader.today)
    needs = {need: None for key in keys for need in reader.metric(key, last).needs if need in MEASURES}
    return [need for need in needs if MEASURES[need].adds is Adds.DISTINCT]
