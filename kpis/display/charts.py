"""Figures of the KPI pages as plain Plotly dicts; what they are made of stands in `opsplan.lib.charts`."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from opsplan.lib.charts import Band, Json, Points, Spark, axis, day_axis, number, shapes_of, spark, ticks
from opsplan.lib.periods import Period

__all__ = ["Band", "Spark", "spark", "spend", "ticks", "trend"]


def trend(
    actual: Points,
    target: Points,
    last_year: Points,
    bands: Sequence[Band],
    period: Period,
    names: tuple[str, str, str],
    text: Callable[[Decimal], str],
    tick: Callable[[Decimal], str],
) -> Json:
    """Daily bars, the daily target as a dashed line, last year as a thin line that is off until asked for.

    `names`: actual, target, last year. `text` formats a value for the hover box, `tick` one for the axis.
    """
    line = {"type": "scatter", "mode": "lines", "connectgaps": False}
    looks: list[tuple[Points, str, Json]] = [
        (actual, names[0], {"type": "bar", "marker": {"color": "--s1", "cornerradius": 2}}),
        (target, names[1], {**line, "line": {"color": "--ink-2", "dash": "dash", "width": 1.5}}),
        (last_year, names[2], {**line, "line": {"color": "--s3", "width": 1.5}, "visible": False, "meta": "last_year"}),
    ]
    traces = [
        {
            **look,
            "name": name,
            "x": [day.isoformat() for day, _value in points],
            "y": [number(value) for _day, value in points],
            "customdata": ["—" if value is None else text(value) for _day, value in points],
            "hovertemplate": "%{customdata}",
        }
        for points, name, look in looks
        if any(value is not None for _day, value in points)
    ]
    values = [value for points in (actual, target, last_year) for _day, value in points if value is not None]
    shapes, notes = shapes_of(bands, period)
    layout = {"xaxis": day_axis(period), "yaxis": axis(max(values, default=Decimal(0)), tick), "shapes": shapes}
    return {"data": traces, "layout": {**layout, "annotations": notes, "bargap": 0.25, "hovermode": "x unified"}}


def spend(
    channels: Sequence[tuple[str, Decimal | None, Decimal | None]],
    names: tuple[str, str],
    text: Callable[[Decimal], str],
    ratio: Callable[[Decimal], str],
    tick: Callable[[Decimal], str],
) -> Json:
    """Ad spend by channel as bars, each with its ROI written above. `channels`: name, spend (yuan), ROI."""
    shown = [(name, cost, roi) for name, cost, roi in channels if cost is not None]
    highest = max((cost for _name, cost, _roi in shown), default=Decimal(0))
    bar = {
        "type": "bar",
        "name": names[0],
        "x": [name for name, _cost, _roi in shown],
        "y": [number(cost) for _name, cost, _roi in shown],
        "text": [f"{names[1]} {ratio(roi)}" if roi is not None else "—" for _name, _cost, roi in shown],
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": [text(cost) for _name, cost, _roi in shown],
        "hovertemplate": "%{customdata}<br>%{text}<extra></extra>",
        "marker": {"color": "--s3", "cornerradius": 2},
    }
    across = {"type": "category", "fixedrange": True, "linecolor": "--line-strong"}
    return {"data": [bar], "layout": {"xaxis": across, "yaxis": axis(highest * Decimal("1.1"), tick), "bargap": 0.5}}
