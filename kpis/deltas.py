"""What a figure has changed by against another one (pure)."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from kpis.answers import Comparison, Figure, Missing
from kpis.comparisons import Match
from kpis.metrics import rounded
from opsplan.lib.periods import Period


def narrowed(
    told: Comparison, m: Match, own: Decimal | None, whole: Decimal | None = None, lacking: Iterable[Missing] = ()
) -> Comparison:
    """The comparison with the days it stands on, those that stand against nothing, and what else it lacks."""
    unmatched = (Missing("no_match", told.name, m.unmatched),) if m.unmatched else ()
    return replace(told, days=m.days, own=own, whole=whole, missing=(*unmatched, *lacking))


def is_thin(marks: Iterable[str]) -> bool:
    """Whether less than half of the days are known or have a counterpart, or none is over: no basis to say by how much
    it changed."""
    told = [x.partition(" ") for x in marks]
    shares = (rest.split("/") for kind, _, rest in told if kind in ("partial", "matched"))
    begins = any(kind == "to_date" and rest.startswith("0/") for kind, _, rest in told)
    return begins or any(2 * int(known) < int(days) for known, days in shares)


def compared(figure: Figure, name: str, other: Period, base: Decimal | None, marks: tuple[str, ...] = ()) -> Comparison:
    """Delta is a difference in points for rates and scores, else relative, as growth is as a KPI (`kpis.metrics`): None
    from nothing (G17) or less, where only the difference is told. Neither where too few days are told."""
    in_points = figure.unit in ("rate", "score")
    told = Comparison(name, other, base, None, in_points, marks, is_score=figure.unit == "score", unit=figure.unit)
    if figure.value is None or base is None or (name != "target" and is_thin(marks)):
        return told
    change = figure.value - base
    delta = rounded(change if in_points else change / base, "rate") if in_points or base > 0 else None
    is_better = (change > 0) != (figure.better == "down") if change and figure.better != "neutral" else None
    is_better = None if delta == 0 else is_better
    return replace(told, delta=delta, is_better=is_better, difference=rounded(change, figure.unit))
