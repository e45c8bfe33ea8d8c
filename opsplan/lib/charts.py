"""What every chart is made of, as plain Plotly dicts: axes, marked days, sparklines. What to draw, never how it looks:
colours are names of design tokens ("--s1"), which the browser replaces by the theme's values; numbers to be read arrive
formatted, so no number locale is needed. Pure."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from opsplan.lib.periods import Period

Json = dict[str, Any]
Points = Sequence[tuple[dt.date, Decimal | None]]


LETTER = 1 / 28  # of a chart's width on a phone; a Chinese one
ROW = 15  # pixels


@dataclass(frozen=True)
class Band:
    """Days marked behind a chart."""

    label: str
    span: Period
    kind: str  # sale (of the calendar) or campaign


@dataclass(frozen=True)
class Spark:
    """A sparkline as SVG path data in a box of WIDTH x HEIGHT; `area` closes each stretch to the ground."""

    line: str
    area: str
    width: int
    height: int


WIDTH, HEIGHT, PAD = 180, 30, 3


@lru_cache(maxsize=64)
def spread(count: int) -> list[str]:
    """Where the points of a sparkline stand from left to right."""
    return [f"{i * WIDTH / max(count - 1, 1):.1f}" for i in range(count)]


def spark(points: Points) -> Spark | None:
    """A sparkline of at least two known values; a hole breaks the line instead of falling to zero, and nothing but
    zeros lies on the ground."""
    known = [value for _day, value in points if value is not None]
    if len(known) < 2:
        return None
    low, high = min(known), max(known)
    room, reach = HEIGHT - 2 * PAD, float(high - low)
    level = 0.5 if high else 0.0

    def height(value: Decimal) -> str:
        rise = float(value - low) / reach if reach else level
        return f"{HEIGHT - PAD - rise * room:.1f}"

    heights = {value: height(value) for value in set(known)}  # days of a quiet product are alike
    stretches: list[list[tuple[str, str]]] = [[]]
    for x, (_day, value) in zip(spread(len(points)), points, strict=True):
        if value is None:
            stretches.append([])
        else:
            stretches[-1].append((x, heights[value]))
    lines, areas = [], []
    for stretch in (s for s in stretches if s):
        path = " L".join([f"{x},{y}" for x, y in stretch])
        lines.append(f"M{path}" if len(stretch) > 1 else f"M{path} h0.1")
        areas.append(f"M{path} L{stretch[-1][0]},{HEIGHT} L{stretch[0][0]},{HEIGHT}Z")
    return Spark(" ".join(lines), " ".join(areas), WIDTH, HEIGHT)


def ticks(highest: Decimal, parts: int = 5) -> list[Decimal]:
    """Round marks from zero to just above `highest`: steps of 1, 2, 2.5 or 5 times a power of ten."""
    if highest <= 0:
        return [Decimal(0), Decimal(1)]
    rough = highest / parts
    power = Decimal(10) ** rough.adjusted()
    step = next(
        power * m for m in (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10)) if power * m >= rough
    )
    last = (highest / step).to_integral_value(ROUND_CEILING)
    return [step * i for i in range(int(last) + 1)]


def number(value: Decimal | None) -> float | None:
    """A Plotly number: drawn, never added up."""
    return None if value is None else float(value.quantize(Decimal("0.0001"), ROUND_HALF_UP))


def axis(highest: Decimal, text: Callable[[Decimal], str]) -> Json:
    marks = ticks(highest)
    return {
        "tickmode": "array",
        "tickvals": [number(x) for x in marks],
        "ticktext": [text(x) for x in marks],
        "range": [0, number(marks[-1] * Decimal("1.06"))],
        "gridcolor": "--line",
        "zeroline": False,
        "fixedrange": True,
        "showline": False,
    }


def day_axis(period: Period) -> Json:
    half = dt.timedelta(hours=12)
    start = dt.datetime.combine(period.first, dt.time())
    return {
        "type": "date",
        "range": [(start - half).isoformat(), (start + dt.timedelta(days=len(period)) - half).isoformat()],
        "tickformat": "%m-%d" if len(period) <= 92 else "%Y-%m",
        "hoverformat": "%Y-%m-%d %a",
        "showgrid": False,
        "fixedrange": True,
        "linecolor": "--line-strong",
        "tickcolor": "--line-strong",
    }


def shapes_of(bands: Sequence[Band], period: Period) -> tuple[list[Json], list[Json]]:
    """Marked days as rectangles behind the bars, and their names above them, in rows so that none lies on another."""
    shapes, notes = [], []
    late = period.first + dt.timedelta(days=len(period) * 4 // 5)
    rows: list[list[tuple[float, float]]] = []  # where names stand in each row, in days of the period
    for band in bands:
        first, last = max(band.span.first, period.first), min(band.span.last, period.last)
        left = (dt.datetime.combine(first, dt.time()) - dt.timedelta(hours=12)).isoformat()
        right = (dt.datetime.combine(last, dt.time()) + dt.timedelta(hours=12)).isoformat()
        tone = ("--warn-soft", "--warn") if band.kind == "sale" else ("--accent-soft", "--accent-strong")
        box = {"type": "rect", "xref": "x", "yref": "paper", "x0": left, "x1": right, "y0": 0, "y1": 1}
        shapes.append({**box, "fillcolor": tone[0], "line": {"width": 0}, "layer": "below"})
        wide = (len(band.label) + 1) * LETTER * len(period)
        at = (first - period.first).days if first < late else (last - period.first).days + 1 - wide
        row = next((i for i, taken in enumerate(rows) if all(at >= z or at + wide <= a for a, z in taken)), len(rows))
        rows[row:] = rows[row:] or [[]]
        rows[row].append((at, at + wide))
        notes.append(
            {
                "x": left if first < late else right,
                "y": 1,
                "xref": "x",
                "yref": "paper",
                "xanchor": "left" if first < late else "right",
                "yanchor": "bottom",
                "yshift": ROW * row,
                "text": band.label,
                "showarrow": False,
                "font": {"size": 11, "color": tone[1]},
            }
        )
    return shapes, notes
