"""What a figure has changed by against another one (pure)."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from kpis.answers import Comparison, Figure, Missing
from kpis.comparisons import Match
from kpis.metrics import rounded
from opsplan.lib.periods import Period


def narrowed(told: Comparison, m: Match, own: Decimal | None) -> Comparison:
    """The comparison with the days it stands on, and those that stand against nothing."""
    missing = (Missing("no_match", told.name, m.unmatched),) if m.unmatched else ()
    return replace(told, days=m.days, own=own, missing=missing)


def is_thin(marks: Iterable[str]) -> bool:
    """Whether less than half of the days are known or have a counterpart, or none is over: no basis to say by how much
    it changed."""
    told = [x.partition(" ") for x in marks]
    shares = (rest.split("/") for kind, _, rest in told if kind in ("partial", "matched"))
    begins = any(kind == "to_date" and rest.startswith("0/") for kind, _, rest in told)
    return begins or any(2 * int(known) < int(days) for known, days in shares)


def compared(figure: Figure, name: str, other: Period, base: Decimal | None, marks: tuple[str, ...] = ()) -> Comparison:
    """Delta is a difference in points for rates and scores, else relative; None from nothing (G17) and where too few
    days of the other period are told."""
    in_points = figure.unit in ("rate", "score")
    delta = None
    if name != "target" and is_thin(marks):
        return Comparison(name, other, base, None, in_points, marks, None, is_score=figure.unit == "score")
    if figure.value is not None and base is not None and (in_points or base):
        delta = rounded(figure.value - base if in_points else (figure.value - base) / abs(base), "rate")
    is_better = None if delta in (None, 0) or figure.better == "neutral" else (delta or 0) > 0
    if figure.better == "down" and is_better is not None:
        is_better = not is_better
    return Comparison(name, other, base, delta, in_points, marks, is_better, is_score=figure.unit == "score")
