"""The answer to a question for many stores: lines, and totals on base rows."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property, partial
from typing import Any

from kpis import definitions
from kpis.answers import Comparison, Explanation, Figure
from kpis.breakdowns import cuts, questions
from kpis.breakdowns.cuts import Cut
from kpis.breakdowns.groups import Group, Share, added, combine, count_each
from kpis.breakdowns.questions import PLACES, THINGS, TIMES, Question, brand_of, client_of
from kpis.breakdowns.sides import Picked, StoreDays, brings, compare, usable
from kpis.breakdowns.table_lines import Line, Note, Total, Values, ordered, remarks
from kpis.days.day_plan import books
from kpis.figures import grains, per_product
from kpis.figures.dayrows import Days, load_all
from kpis.figures.otherdays import COMPARED
from kpis.figures.readings import Reader
from kpis.measures import MEASURES, Adds
from kpis.metrics import CONTEXT, METRICS, Metric
from kpis.models import DataVersion, Target
from kpis.why import explain
from opsplan.lib.periods import Period
from products.models import Product
from products.queries import GROUPED, groups_of
from stores.models import Store


@dataclass(frozen=True)
class Table:
    question: Question
    lines: tuple[Line, ...]
    count: int  # lines before the limit
    totals: tuple[Total, ...]
    notes: tuple[Note, ...]
    explanations: tuple[tuple[str, tuple[str, str], Explanation], ...] = ()  # store, (thing, its key), what is told
    versions: dict[str, int] = field(default_factory=dict)


def table(question: Question, *, whole: bool = False) -> Table:
    """Answer in one go; call it inside `stores.snapshot.one_version`. whole: comparisons to the same point also tell
    the other period in full."""
    asked = Asked(question, whole=whole)
    lines: list[Line] = []
    totals = []
    for currency, readers in asked.by_currency().items():
        group = Group(readers)
        asked.count_people(group, [question.period])
        slugs = tuple(reader.store.slug for reader in readers)
        totals.append(Total(currency, slugs, asked.values(group, question.period, asked.total).get("", {})))
        if question.dimensions:
            lines += asked.lines(currency, readers)
    lines = ordered(lines, question)
    notes = tuple(remarks(question, totals, len(lines)))
    told = tuple(asked.explanations()) if question.explain else ()
    versions = versions_of(question.stores)
    return Table(question, question.page(lines), len(lines), tuple(totals), notes, told, versions)


def versions_of(stores: Iterable[Store]) -> dict[str, int]:
    """Data version by short name: the figures of an answer are those of these versions."""
    found = dict(DataVersion.objects.filter(store__in=[s.pk for s in stores]).values_list("store_id", "version"))
    return {store.slug: found.get(store.pk, 1) for store in stores}


@dataclass(frozen=True)
class Cuts:
    """How the stores are cut for lines or totals: `now` over the days asked, `then` over days compared with. known: the
    days of which all is told that a metric of a thing needs."""

    now: Cut
    then: Cut
    known: cuts.Known = cuts.of_store


class Asked:
    """A question on its way: the readers of its stores, everything that many lines share read once."""

    def __init__(self, question: Question, *, whole: bool = False) -> None:
        self.question, self.whole_too = question, whole
        self.readers = [Reader(store, question.metrics) for store in question.stores]
        for reader in self.readers:
            reader.whole_too = whole
        self.parts = list(parts_of(question))
        spans = [question.period]
        for span in (question.period, *(span for _key, span in self.parts)):
            for reader in self.readers:
                others = [span, *reader.others(span, question.compare)]
                spans += [*others[1:], *(x for each in others for x in reader.others(each, self.changes))]
        self.periods = list(dict.fromkeys(spans))
        prefetch(self.readers, self.periods)
        self.rows, self.total = self.cuts(together=False), self.cuts(together=True)
        self.count_each()

    def cuts(self, *, together: bool) -> Cuts:
        """`together`: without the dimension, so that what the filters leave is one."""
        q, thing = self.question, self.question.thing
        only = q.filters.get(thing, ())
        together = together or thing not in q.dimensions
        if not thing or (together and not q.filters):
            return Cuts(cuts.whole, cuts.whole)
        if thing == "channel":
            cut, known = cuts.by_channel(only, together, self.periods)
            return Cuts(cut, cut, known)
        if thing in GROUPED:
            cut = cuts.by_group(groups_of(q.stores, thing), only, together)
            return Cuts(cut, cut, cuts.of_products)
        members = cuts.members_of(q.stores, q.period, thing, with_campaigns="campaign" in q.filters)
        if thing == "product":
            [campaign] = q.filters.get("campaign", ("",))
            cut = cuts.by_product(members, only, together, campaign)
            then = cuts.by_product(members, only, together, campaign, other_days=True) if campaign else cut
            return Cuts(cut, then, cuts.of_products)
        goods = q.filters.get("product", ())
        return Cuts(
            cuts.by_campaign(members, only, goods, together),
            cuts.by_campaign(members, only, goods, together, other_days=True),
            cuts.of_campaigns(members, only, goods),
        )

    def by_currency(self) -> dict[str, list[Reader]]:
        found: dict[str, list[Reader]] = defaultdict(list)
        for reader in self.readers:
            found[reader.store.currency].append(reader)
        return dict(found)

    def places(self, readers: Sequence[Reader]) -> dict[tuple[str, str], list[Reader]]:
        """(key, label) of each store, brand or client, or one group of all."""
        place = self.question.dimension(PLACES)
        found: dict[tuple[str, str], list[Reader]] = defaultdict(list)
        for reader in readers:
            store = reader.store
            brand, client = brand_of(store), client_of(store)
            keys = {
                "": ("", ""),
                "store": (store.slug, store.name),
                "brand": (brand, brand),
                "client": (client, client),
            }
            found[keys[place]].append(reader)
        return dict(found)

    def lines(self, currency: str, readers: Sequence[Reader]) -> Iterable[Line]:
        q, names = (
            self.question,
            questions.members(self.question.thing, self.question.stores) if self.question.thing else {},
        )
        place, time, thing = (q.dimension(kind) for kind in (PLACES, TIMES, THINGS))
        for (at, place_name), some in self.places(readers).items():
            group = Group(some)
            self.count_people(group, [span for _key, span in self.parts])
            for when, span in self.parts:
                for what, values in self.values(group, span, self.rows).items():
                    key = {place: at, time: when, thing: what}
                    labels = {place: place_name, time: when, thing: names.get(what, what)}
                    yield Line(
                        {name: key[name] for name in q.dimensions}, {name: labels[name] for name in q.dimensions},
                        currency, values,
                    )  # fmt: skip

    def days_of(self, reader: Reader, spans: Sequence[Period]) -> list[tuple[Period, Days | None]]:
        """The days of the spans and of what they are compared with, as a store sees them."""
        wanted: list[tuple[Period, Days | None]] = []
        for span in spans:
            wanted.append((span, None))
            for name in self.question.compare:
                if name != "target" and not (m := reader.match(name, span)).is_empty:
                    wanted.append((m.span, m.days))
                    wanted += [(Period(m.own[0], m.own[-1]), m.own)] if m.own else []
                    wanted += [(m.whole, None)] if m.whole and self.whole_too else []
        return wanted

    def count_each(self) -> None:
        """The people of every store and span in one statement a measure, where the stores are read uncut."""
        if self.rows.now is not cuts.whole and self.total.now is not cuts.whole:
            return
        spans = self.spans
        groups: dict[int, list[Days]] = {}
        for reader in self.readers:
            wanted = [each for one in (reader, self.readers[0]) for each in self.days_of(one, spans)]
            groups[reader.store.pk] = list(dict.fromkeys(days or reader.days(span) for span, days in wanted))
            if len(self.readers) > 1:
                groups[reader.store.pk] += self.compared_of(reader)
        count_each(self.readers, self.question.metrics, groups)

    @cached_property
    def changes(self) -> list[str]:
        """The comparisons that are a figure of the question themselves (mom, yoy, lm_growth)."""
        kinds = (CONTEXT[key].kind for name in self.question.metrics for key in METRICS[name].needs if key in CONTEXT)
        return [kind for kind in dict.fromkeys(kinds) if kind in COMPARED]

    @property
    def spans(self) -> list[Period]:
        return [self.question.period, *(span for _key, span in self.parts)]

    def compared_of(self, reader: Reader) -> list[Days]:
        """The days on which a store among others is compared, where it counts people."""
        found: dict[Days, None] = {}
        for key in self.question.metrics:
            metric = reader.metric(key, self.question.period.last)
            if counts_people(metric):
                for span in self.spans:
                    for name in self.question.compare:
                        told = brings(reader, metric, name, span, usable)
                        found.update(dict.fromkeys(days for days in (told.own, told.other) if days))
        return list(found)

    def count_people(self, group: Group, spans: Sequence[Period]) -> None:
        """The people of several stores together, in one statement a measure."""
        if len(group.readers) > 1 and cuts.whole in (self.rows.now, self.total.now):
            metrics = [group.metric(key, self.question.period)[0] for key in self.question.metrics]
            wanted = self.days_of(group.first, spans)
            asked: list[tuple[Metric, Period, Picked]] = [(m, span, days) for m in metrics for span, days in wanted]
            for m in metrics:
                for name in self.question.compare if counts_people(m) else ():
                    for span in spans:
                        sides = group.sides(m, name, group.spans(span))
                        both = ((span, sides.own), (sides.span, sides.other))
                        asked += [(m, of, days) for of, days in both if isinstance(days, StoreDays)]
            group.count_people(asked)

    def values(self, group: Group, span: Period, how: Cuts) -> dict[str, Values]:
        """By thing ("" = uncut): every metric with its comparisons and target."""
        metrics = {key: self.metric(group, key, span) for key in self.question.metrics}
        read = Cached(group, metrics, how)
        now = read.figures(how.now, span, None)
        out: dict[str, Values] = {}
        for what, found in now.items():
            out[what] = {}
            for key, figure in found.items():
                metric = metrics[key][0]
                aim, is_whole = partial(group.aim, metric), how.now is cuts.whole  # the plan knows whole stores only
                against: dict[str, Comparison] = {}
                for name in self.question.compare:
                    known, over = partial(how.known, what), read.over(what, key)
                    also = known if self.question.thing in ("product", *GROUPED) else None
                    sides = group.sides(metric, name, read.spans(what, span), known, also)
                    against[name] = compare(figure, name, over, aim if is_whole else nothing, sides)
                    if sides.whole and self.whole_too:
                        full = group.only(sides.own).target(metric, sides.whole) if is_whole else None
                        if name != "target":
                            full = other.value if (other := over(sides.whole, sides.in_full)) else None
                        against[name] = replace(against[name], whole=full)
                goal = group.aim(metric, span) if metric.plannable and is_whole else None
                out[what][key] = replace(figure, compare=against, target=goal)
        return out

    def metric(self, group: Group, key: str, span: Period) -> tuple[Metric, tuple[str, ...]]:
        """As the group reads it; a reading that cannot be told of a thing gives way to the delivered one."""
        found, marks = group.metric(key, span)
        thing = self.question.thing
        if not thing or grains.can_split(found, grain_of(thing)):
            return found, marks
        return definitions.bound(METRICS[key], METRICS[key].variants[0][0]), ("as_delivered",)

    def explanations(self) -> Iterable[tuple[str, tuple[str, str], Explanation]]:
        """What each figure counts, store by store; under a filter channel by channel or product by product, since that
        is what a listing of rows can be narrowed to."""
        period = self.question.period
        for reader in self.readers:
            for key in self.question.metrics:
                if not self.question.filters:
                    figure = reader.figure(reader.metric(key, period.last), period)
                    yield reader.store.slug, ("", ""), explain.explanation(reader.store, figure)
                elif grains.can_split(reader.metric(key, period.last), grain_of(self.question.thing)):
                    yield from self.narrowed(reader, key)

    def narrowed(self, reader: Reader, key: str) -> Iterable[tuple[str, tuple[str, str], Explanation]]:
        store, thing, only = reader.store, self.question.thing, self.question.filters[self.question.thing]
        if thing not in ("channel", "product"):
            for member in only:
                [found] = table(Question((store,), (key,), self.question.period, filters={thing: (member,)})).totals
                if key in found.values:
                    scope = cuts.narrowing(thing, member)
                    yield store.slug, (thing, member), explain.explanation(store, found.values[key], **scope)
            return
        if thing == "channel":
            rows = grains.by_channel(store, [key], self.question.period, ())
        else:
            rows = per_product.rows(reader, [key], self.question.period, ())
        ids = dict(Product.objects.filter(store=store, code__in=only).values_list("code", "pk"))
        for row in rows:
            if row.key in only:
                told: dict[str, Any] = {"channel": row.key} if thing == "channel" else {"product": ids.get(row.key, 0)}
                yield store.slug, (thing, row.key), explain.explanation(store, row.values[key], **told)


class Cached:
    """Figures of one group, by cut and days, each read once."""

    def __init__(self, group: Group, metrics: Mapping[str, tuple[Metric, tuple[str, ...]]], how: Cuts) -> None:
        self.group, self.metrics, self.how = group, metrics, how
        self.read: dict[tuple[int, Period, str, Picked], dict[str, Values]] = {}
        self.stores: dict[tuple[Cut, Period, Picked, str], dict[int, Period]] = defaultdict(dict)

    def spans(self, what: str, span: Period) -> dict[int, Period]:
        """The stores (by id) that have the thing in the span, each with its days of it."""
        now = self.how.now
        return self.group.spans(span) if now is cuts.whole else self.stores[now, span, None, what]

    def figures(self, cut: Cut, span: Period, days: Picked) -> dict[str, Values]:
        at = (id(cut), span, span.unit, days)
        if at not in self.read:
            self.read[at] = self.make(cut, span, days)
        return self.read[at]

    def make(self, cut: Cut, span: Period, days: Picked) -> dict[str, Values]:
        if cut is cuts.whole:
            values = {key: self.group.figure(m, span, days, marks) for key, (m, marks) in self.metrics.items()}
            return {"": values}
        plain = {key: m for key, (m, _marks) in self.metrics.items()}
        shares: dict[str, dict[str, list[Share]]] = defaultdict(lambda: defaultdict(list))
        for reader in self.group.readers:
            own = days.of(reader.store) if isinstance(days, StoreDays) else (span, days)
            for what, parts in cut(reader, plain, *own).items() if own else ():
                for key, found in parts.items():
                    size = len(own[1] or ()) if own and isinstance(days, StoreDays) else 0
                    shares[what][key].append(Share(reader.store, found, size))
                    self.stores[cut, span, days, what][reader.store.pk] = found.period or span
        return {what: {key: self.figure(key, span, each) for key, each in by.items()} for what, by in shares.items()}

    def figure(self, key: str, span: Period, shares: Sequence[Share]) -> Figure:
        metric, marks = self.metrics[key]
        parts = shares[0].parts if len(shares) == 1 else combine(metric, span, shares, added)
        every = (*parts.marks, *(mark for mark in marks if mark not in parts.marks))
        period = shares[0].parts.period or span
        return self.group.first.answer(metric, period, parts.inputs, every, parts.missing, parts.ready)

    def over(self, what: str, key: str) -> Callable[[Period, Picked], Figure | None]:
        def read(span: Period, days: Picked) -> Figure | None:
            if self.how.then is cuts.whole and isinstance(days, StoreDays):  # seldom those of another metric
                metric, marks = self.metrics[key]
                return self.group.figure(metric, span, days, marks)
            return self.figures(self.how.then, span, days).get(what, {}).get(key)

        return read


def nothing(_span: Period, _days: Picked) -> Decimal | None:
    """What the plan wants of a part of a store."""
    return None


def counts_people(metric: Metric) -> bool:
    return any(key in MEASURES and MEASURES[key].adds is Adds.DISTINCT for key in metric.needs)


def grain_of(thing: str) -> str:
    """The day rows a thing is read from."""
    return "channel" if thing == "channel" else "product"


def parts_of(question: Question) -> Iterable[tuple[str, Period]]:
    time = question.dimension(TIMES)
    return grains.spans(question.period, time) if time else [("", question.period)]


def prefetch(readers: Sequence[Reader], periods: Sequence[Period]) -> None:
    """Day rows, targets and chosen definitions of all stores: a statement each."""
    load_all(readers, *periods)
    by_store = {reader.store.pk: reader for reader in readers}
    years = {day.year for period in periods for day in (period.first, period.last)}
    years = set(range(min(years), max(years) + 1))
    found = Target.objects.filter(store__in=by_store, month__year__gte=min(years), month__year__lte=max(years))
    for store, key, month, value in found.values_list("store", "metric", "month", "value"):
        by_store[store].targets[key, month] = value
    for reader in readers:
        reader.target_years.update(years)
    if any(reader.targets for reader in readers):
        for pk, book in books([reader.store for reader in readers]).items():
            by_store[pk].day_book = book
    definitions.read_all([reader.chosen for reader in readers])
