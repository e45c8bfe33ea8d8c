"""How a campaign's goal is spread over its phases (pure): 蓄水, 预热, 爆发, 返场 by shares in percent.

A share that was typed holds; phases without one divide what is left by the usual shares. Within a phase the hours keep
their pattern.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from campaigns.live import ZERO, Live, hours_between, part_of

USUAL = {"build_up": 5, "warm_up": 15, "peak": 65, "encore": 15}  # ~ percent: no source, a beginning to be changed
WHOLE = Decimal(100)


@dataclass(frozen=True)
class Span:
    """A phase [start, end) with its share of the goal in percent; is_own: typed for this campaign."""

    kind: str
    start: dt.datetime
    end: dt.datetime
    share: Decimal
    is_own: bool = False


@dataclass(frozen=True)
class Part:
    """What a phase is to bring and has brought so far (yuan); sold None where nothing of it is known."""

    span: Span
    expected: Decimal | None
    sold: Decimal | None


def shares(own: Mapping[str, Decimal | None], usual: Mapping[str, int]) -> dict[str, Decimal]:
    """Percent of each phase, 100 in all. ValueError: what was typed cannot be 100 in all."""
    typed = sum((share for share in own.values() if share is not None), ZERO)
    rest = [kind for kind, share in own.items() if share is None]
    if typed > WHOLE or (own and not rest and typed != WHOLE):
        raise ValueError(f"{typed:f}")
    weights = {kind: Decimal(usual.get(kind, 0)) for kind in rest}
    if not any(weights.values()):
        weights = dict.fromkeys(rest, Decimal(1))
    whole = sum(weights.values(), ZERO)
    return {kind: (WHOLE - typed) * weights[kind] / whole if share is None else share for kind, share in own.items()}


def weighed(shape: Mapping[dt.datetime, Decimal], spans: Sequence[Span]) -> dict[dt.datetime, Decimal]:
    """The weight of each hour of the campaign, so that each phase bears its share; what lies between phases none.

    As in `Facts.shape`, a weight is that of a whole hour: `live.expected_hours` takes its part that lies inside."""
    first, last = min(span.start for span in spans), max(span.end for span in spans)
    found = dict.fromkeys(hours_between(first, last), ZERO)
    for span in spans:
        hours = hours_between(span.start, span.end)
        weights = {hour: shape.get(hour, ZERO) * part_of(hour, span.start, span.end) for hour in hours}
        if not any(weights.values()):
            weights = {hour: part_of(hour, span.start, span.end) for hour in hours}
        whole = sum(weights.values(), ZERO)
        for hour, weight in weights.items():
            if weight:
                found[hour] += span.share * weight / whole / part_of(hour, first, last)
    return found


def parts(now: Live, spans: Sequence[Span]) -> list[Part]:
    """Each phase with what it is to bring and what it has brought; an hour across two phases goes by its minutes."""
    found = []
    for span in spans:
        expected: Decimal | None = None
        sold: Decimal | None = None
        for hour in now.hours:
            inside = part_of(hour.at, span.start, span.end)
            share = inside / (part_of(hour.at, now.facts.start, now.facts.end) or 1)
            if inside and hour.expected is not None:
                expected = (expected or ZERO) + hour.expected * share
            if inside and hour.amount is not None:
                sold = (sold or ZERO) + hour.amount * share
        found.append(Part(span, expected, sold))
    return found
