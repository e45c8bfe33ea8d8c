"""What an answer for many stores is made of, how its lines stand, and why they need not add up to a total."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kpis.answers import Figure
from kpis.breakdowns.groups import OVERLAP
from kpis.breakdowns.questions import PLACES, THINGS, TIMES, Question
from kpis.measures import MEASURES, Adds
from kpis.metrics import METRICS, Metric
from products.queries import GROUPED

Values = dict[str, Figure]


@dataclass(frozen=True)
class Line:
    """A line of an answer: its member of each dimension, in the order asked, and the names people read."""

    key: dict[str, str]
    labels: dict[str, str]
    currency: str
    values: Values


@dataclass(frozen=True)
class Total:
    """All that was asked, of the stores of one currency, counted on base rows."""

    currency: str
    stores: tuple[str, ...]
    values: Values


@dataclass(frozen=True)
class Note:
    """What has to be said about an answer. code: currencies (amounts of different currencies are not added), limited
    (there are more lines), reported (as it was at an instant), or why the lines of `metric` do not add up to its total:
    ratio, people, places, last_day, attributed, overlap, context.
    """

    code: str
    metric: str = ""


def ordered(lines: Sequence[Line], question: Question) -> list[Line]:
    """As asked; else in order of time, and within a time the largest of the first metric first. No value comes last."""
    time = question.dimension(TIMES)
    name = question.sort.removeprefix("-")
    down = question.sort.startswith("-")

    def by_value(key: str, *, down: bool) -> Callable[[Line], tuple[bool, Decimal]]:
        def rank(line: Line) -> tuple[bool, Decimal]:
            value = line.values[key].value
            return value is None, Decimal(0) if value is None else -value if down else value

        return rank

    found = sorted(lines, key=lambda line: (line.currency, *line.key.values()))
    if name in question.metrics:
        return sorted(found, key=by_value(name, down=down))
    if not name:
        if set(question.dimensions) - {time}:
            found = sorted(found, key=by_value(question.metrics[0], down=True))
        return sorted(found, key=lambda line: line.key.get(time, ""))
    return sorted(found, key=lambda line: line.key[name], reverse=down)


def remarks(question: Question, totals: Sequence[Total], count: int) -> Iterable[Note]:
    if len(totals) > 1:
        yield Note("currencies")
    if count > question.limit:
        yield Note("limited")
    for key in question.metrics:
        code = reason(METRICS[key], question, totals)
        if code:
            yield Note(code, key)


def reason(metric: Metric, question: Question, totals: Sequence[Total]) -> str:
    """Why the lines of a metric need not add up to the total, "" where they do."""
    place, time, thing = (question.dimension(kind) for kind in (PLACES, TIMES, THINGS))
    needs = [MEASURES[need] for need in metric.needs if need in MEASURES]
    if not question.dimensions:
        return ""
    if len(needs) < len(metric.needs):
        return "context"
    if metric.bottom or metric.adds == "ratio":
        return "ratio"
    if thing == "campaign":
        return "overlap"
    if thing == "channel":
        return "attributed"
    shared = any(m.key in ("pay_order_cnt", "pay_buyers") or m.adds is Adds.DAILY for m in needs)
    if shared and thing in ("product", *GROUPED):
        return "overlap"
    if time and any(m.adds is Adds.SNAPSHOT for m in needs):
        return "last_day"
    if time and any(m.adds is Adds.DISTINCT for m in needs):
        return "people"
    joined = any(OVERLAP not in total.values[metric.key].marks for total in totals if metric.key in total.values)
    if place and joined and any(m.adds is Adds.DISTINCT for m in needs):
        return "places"
    return ""
