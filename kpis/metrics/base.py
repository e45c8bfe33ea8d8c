"""What a metric is (pure). A formula sees numbers in yuan, fractions and counts, never fen, and never a missing one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from kpis.answers import Definition

Inputs = Mapping[str, Decimal]
Formula = Callable[[Inputs], Decimal | None]


class Unit(StrEnum):
    MONEY = "money"  # yuan
    RATE = "rate"  # a fraction, shown in percent
    COUNT = "count"
    RATIO = "ratio"
    DAYS = "days"
    SECONDS = "seconds"
    HOURS = "hours"
    SCORE = "score"


class Better(StrEnum):
    UP = "up"
    DOWN = "down"
    NEUTRAL = "neutral"


UP, DOWN, NEUTRAL = Better.UP, Better.DOWN, Better.NEUTRAL
MONEY, RATE, COUNT, RATIO = Unit.MONEY, Unit.RATE, Unit.COUNT, Unit.RATIO
STEP: dict[str, Decimal] = {Unit.MONEY: Decimal("0.01"), Unit.COUNT: Decimal(1), Unit.DAYS: Decimal(1)}
FINE = Decimal("0.000001")


@dataclass(frozen=True)
class Metric:
    """A KPI as data. `key` is permanent: it is stored in targets and used by the API.

    words: the formula as a person says it. needs: measures and context inputs that stand in the formula.
    adds: sum, ratio, distinct, snapshot or context (does not add: it belongs to its span).
    top, bottom: numerator and denominator as sums of inputs ("pay_amt - brush_amt"), "" where the formula is another.
    target: what a month's target means: "month" (to be shared out over the days), "day" (every day), "level".
    platforms: the platforms that have it; () = all.
    variants: (name, key of the metric) of each reading a store can choose between; the first is the delivered one.
    definition: set on a metric that speaks for one of them (`bound`).
    """

    key: str
    label: str
    words: str
    unit: Unit
    better: Better
    adds: str
    needs: tuple[str, ...]
    formula: Formula
    source: str
    note: str = ""
    plannable: bool = False
    target: str = "level"
    top: str = ""
    bottom: str = ""
    platforms: tuple[str, ...] = ()
    variants: tuple[tuple[str, str], ...] = ()
    definition: Definition | None = None


def terms(text: str) -> list[tuple[int, str]]:
    """ "a - b" -> [(1, "a"), (-1, "b")]"""
    signs, out = 1, []
    for word in text.split():
        if word in "+-":
            signs = -1 if word == "-" else 1
        else:
            out.append((signs, word))
    return out


def total(parts: list[tuple[int, str]], x: Inputs) -> Decimal:
    return sum((sign * x[key] for sign, key in parts), Decimal(0))


def over(top: Decimal, bottom: Decimal) -> Decimal | None:
    """Division; nothing to divide by is no answer, not zero (G11). Nor is less than nothing: of net sales below zero a
    loss would be a margin."""
    return top / bottom if bottom > 0 else None


def sums(
    key: str,
    label: str,
    words: str,
    top: str,
    source: str,
    unit: Unit = COUNT,
    better: Better = UP,
    adds: str = "sum",
    note: str = "",
    plannable: bool = False,
    target: str = "month",
    platforms: tuple[str, ...] = (),
) -> Metric:
    """A metric that is a sum or difference of its inputs."""
    parts = terms(top)
    needs = tuple(name for _sign, name in parts)
    return Metric(
        key, label, words, unit, better, adds, needs, lambda x: total(parts, x), source, note, plannable, target, top,
        platforms=platforms,
    )  # fmt: skip


def ratio(
    key: str,
    label: str,
    words: str,
    top: str,
    bottom: str,
    source: str,
    unit: Unit = RATE,
    better: Better = UP,
    adds: str = "ratio",
    note: str = "",
    plannable: bool = False,
    factor: int = 1,
    platforms: tuple[str, ...] = (),
) -> Metric:
    """A metric that is a ratio of sums: numerator and denominator are added up first (G10)."""
    above, below = terms(top), terms(bottom)
    needs = tuple(dict.fromkeys(name for _sign, name in (*above, *below)))

    def formula(x: Inputs) -> Decimal | None:
        value = over(total(above, x), total(below, x))
        return None if value is None else value * factor

    return Metric(
        key, label, words, unit, better, adds, needs, formula, source, note, plannable, "level", top, bottom, platforms
    )


def solved(
    key: str,
    label: str,
    words: str,
    needs: str,
    formula: Formula,
    source: str,
    unit: Unit,
    better: Better = NEUTRAL,
    adds: str = "context",
    note: str = "",
    platforms: tuple[str, ...] = (),
) -> Metric:
    """A metric with a formula of its own."""
    return Metric(
        key, label, words, unit, better, adds, tuple(needs.split()), formula, source, note, platforms=platforms
    )


def rounded(value: Decimal, unit: str) -> Decimal:
    """Half up to the unit's step: fen for money, whole for counts, six places for the rest (G12)."""
    return value.quantize(STEP.get(unit, FINE), rounding=ROUND_HALF_UP)


def evaluate(metric: Metric, inputs: Mapping[str, Decimal | None]) -> Decimal | None:
    """The metric's value, rounded to its unit; None where an input is missing or nothing to divide by (G11, G18)."""
    value = unrounded(metric, inputs)
    return None if value is None else rounded(value, metric.unit)


def unrounded(metric: Metric, inputs: Mapping[str, Decimal | None]) -> Decimal | None:
    """The same before it is rounded: for a formula that reckons on with it."""
    known = {key: value for key in metric.needs if (value := inputs.get(key)) is not None}
    if len(known) < len(set(metric.needs)):
        return None
    return metric.formula(known)
