"""The stock line and the price line of a product, as plain Plotly dicts (see `opsplan.lib.charts`)."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from opsplan.lib.charts import Band, Json, Points, axis, day_axis, number, shapes_of
from opsplan.lib.money import yuan
from opsplan.lib.periods import Period
from opsplan.lib.sheets import Cell
from products.prices import Listed, Paid, list_on

Text = Callable[[Decimal], str]


def trace(points: Points, name: str, text: Text, line: Json, **more: object) -> Json:
    return {
        "type": "scatter",
        "mode": "lines",
        "connectgaps": False,
        "name": name,
        "x": [day.isoformat() for day, _value in points],
        "y": [number(value) for _day, value in points],
        "customdata": ["—" if value is None else text(value) for _day, value in points],
        "hovertemplate": "%{customdata}",
        "line": line,
        **more,
    }


@dataclass(frozen=True)
class Names:
    """What the lines are called, in the reader's language."""

    actual: str
    forecast: str
    alert: str
    target: str


def stock_line(
    past: Points, ahead: Points, alert: int, target: int, names: Names, text: Text, bands: Sequence[Band] = ()
) -> Json:
    """What was there (a step line), what will be there if it goes on so (dashed), and the line to stay above."""
    days = [day for day, _value in (*past, *ahead)]
    period = Period(min(days), max(days))
    ends = [(period.first, Decimal(alert)), (period.last, Decimal(alert))]
    fill = [(period.first, Decimal(target)), (period.last, Decimal(target))]
    traces = [
        trace(past, names.actual, text, {"color": "--s1", "width": 2, "shape": "hv"}),
        trace(ahead, names.forecast, text, {"color": "--s1", "width": 2, "dash": "dot"}),
    ]
    if target:
        traces.append(trace(ends, names.alert, text, {"color": "--bad", "width": 1.5, "dash": "dash"}))
        traces.append(trace(fill, names.target, text, {"color": "--ink-3", "width": 1, "dash": "dash"}))
    values = [value for points in (past, ahead, fill) for _day, value in points if value is not None]
    shapes, notes = shapes_of(bands, period)
    layout = {"xaxis": day_axis(period), "yaxis": axis(max(values, default=Decimal(0)), text), "shapes": shapes}
    return {"data": traces, "layout": {**layout, "annotations": notes, "hovermode": "x unified"}}


def price_line(
    listed: Sequence[Listed], paid: Sequence[Paid], floor: Decimal, period: Period, bands: Sequence[Band],
    names: tuple[str, str, str, str], text: Text,
) -> Json:  # fmt: skip
    """List price and its floor as steps, lowest and highest price paid each day; yuan. `names`: list, floor, lowest,
    highest paid."""
    asked = [(day, list_on(listed, day)) for day in period]
    steps = [(day, None if price is None else yuan(price)) for day, price in asked]
    floors = [(day, None if price is None else yuan(price) * floor) for day, price in asked]
    by_day = {x.day: x for x in paid}
    low = [(day, yuan(by_day[day].lowest) if day in by_day else None) for day in period]
    high = [(day, yuan(by_day[day].highest) if day in by_day else None) for day in period]
    dots = {"mode": "lines+markers", "connectgaps": True}
    traces = [
        trace(steps, names[0], text, {"color": "--ink-2", "width": 1.5, "shape": "hv"}),
        trace(floors, names[1], text, {"color": "--bad", "width": 1, "dash": "dash", "shape": "hv"}),
        trace(high, names[3], text, {"color": "--s2", "width": 1}, **dots, marker={"size": 3}),
        trace(low, names[2], text, {"color": "--s1", "width": 2}, **dots, marker={"size": 4}),
    ]
    values = [value for points in (steps, high) for _day, value in points if value is not None]
    shapes, notes = shapes_of(bands, period)
    layout = {"xaxis": day_axis(period), "yaxis": axis(max(values, default=Decimal(0)), text), "shapes": shapes}
    return {"data": traces, "layout": {**layout, "annotations": notes, "hovermode": "x unified"}}


def table_of(figure: Json) -> tuple[list[str], list[list[Cell]]]:
    """(names of the lines, the day and what each line says of it) of a figure, for a file; a line drawn by its two ends
    holds on the days between."""
    days = sorted({day for line in figure["data"] for day in line["x"]})
    told = []
    for line in figure["data"]:
        at = dict(zip(line["x"], line["y"], strict=True))
        if list(at) == [days[0], days[-1]]:
            at = dict.fromkeys(days, at[days[0]])
        told.append({day: None if value is None else told_number(value) for day, value in at.items()})
    names = [line["name"] for line in figure["data"]]
    return names, [[dt.date.fromisoformat(day), *(at.get(day) for at in told)] for day in days]


def told_number(value: float) -> Decimal | int:
    """A number of a chart (four places at most) as a file has it: units without a point."""
    return int(value) if value == int(value) else Decimal(str(value))
