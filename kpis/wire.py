"""Figures as JSON (pure): numbers are strings, so that no reader loses a fen; no value is null."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from kpis.answers import Comparison, Figure, Missing, Row
from kpis.measures import MEASURES
from kpis.metrics import CONTEXT, METRICS, Unit, rounded

Json = dict[str, Any]
UNITS = [str(unit) for unit in Unit]


def number(value: Decimal | None, unit: str) -> str | None:
    """Money in yuan with 2 decimals, counts whole, everything else with 6."""
    return None if value is None else f"{rounded(value, unit):f}"


def input_unit(key: str) -> str:
    """The unit of an input of a formula, as a metric's units are named."""
    if key in MEASURES:
        return MEASURES[key].unit
    of = CONTEXT[key].of
    return METRICS[of].unit if of else "days"


def input_number(key: str, value: Decimal | None) -> str | None:
    unit = input_unit(key)
    if value is not None and unit == "count" and value != value.to_integral_value():
        unit = "ratio"  # a weighted sum, e.g. bounced visits
    return number(value, unit)


def missing(m: Missing) -> Json:
    """`store` (short name) only where several stores are told of together, `channel` where it is about one."""
    told = {"code": m.code, "what": m.what, "days": [day.isoformat() for day in m.days]}
    told |= {"channel": m.channel, "channel_name": m.channel_name} if m.channel else {}
    return told | ({"store": m.store} if m.store else {})


def comparison(c: Comparison, unit: str) -> Json:
    """What it was set against (`days` only where not every day from `from` to `to` counts), and what has to be said."""
    return {
        "name": c.name,
        "from": c.period.first.isoformat(),
        "to": c.period.last.isoformat(),
        "days": None if c.days is None else [day.isoformat() for day in c.days],
        "value": number(c.value, unit),
        "delta": number(c.delta, "rate"),
        "difference": number(c.difference, unit),
        "own": number(c.own, unit),
        "whole": number(c.whole, unit),
        "marks": list(c.marks),
        "missing": [missing(m) for m in c.missing],
    }


def figure(f: Figure, compare: Sequence[str] = ()) -> Json:
    """`compare`: what the figure was set against, by name; none where nothing was asked."""
    return {
        "value": number(f.value, f.unit),
        "unit": str(f.unit),
        "inputs": {key: input_number(key, value) for key, value in f.inputs.items()},
        "compare": {name: comparison(f.compare[name], f.unit) for name in compare if name in f.compare},
        "marks": list(f.marks),
        "missing": [missing(m) for m in f.missing],
        **definition(f),
    }


def definition(f: Figure) -> Json:
    """Which reading of a KPI with several stands here, and since when the store reads it so (null: as delivered)."""
    told = f.definition
    if told is None:
        return {}
    since = told.since.isoformat() if told.since else None
    return {"definition": {"variant": told.variant, "metric": told.metric, "since": since}}


def figures(values: Mapping[str, Figure], compare: Sequence[str] = ()) -> Json:
    return {key: figure(f, compare) for key, f in values.items()}


def row(r: Row, compare: Sequence[str] = ()) -> Json:
    return {"key": r.key, "values": figures(r.values, compare)}
