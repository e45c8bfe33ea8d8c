"""A month of one store against its target: what was due, what came, where it is heading."""

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext as _

from kpis import pacing
from kpis.answers import Pace
from kpis.figures.readings import Reader
from kpis.measures import MEASURES
from kpis.metrics import METRICS
from opsplan.lib.periods import Period, month_of
from stores.models import Store


def month_pace(store: Store, month: dt.date, metric: str, weights: pacing.Weights | None = None) -> Pace:
    """The month that holds `month` against its target: closed days only, whatever today has brought so far. What was
    due and where it is heading is told of the days that have data; where none of them is told in full, nothing is
    ahead or behind. `weights`: what its days bear, by day; None = as the store's day targets say, all the same where it
    has none.

    ValueError for a metric that is not an amount of the month.
    """
    m, span = METRICS[metric], month_of(month)
    if m.target == "level" or not m.plannable:
        raise ValueError(_("A pace needs an amount that grows over the month, like real_amt."))
    reader = Reader(store, [metric])
    closed = reader.closed(span)
    bears = reader.bears(span) if weights is None else weights
    days, over = pacing.borne(span, bears), pacing.borne(tuple(span)[:closed], bears)
    ahead = sum(1 for day in tuple(span)[closed:] if day >= reader.since)
    so_far = Period(span.first, span.first + dt.timedelta(days=closed - 1)) if closed else None
    figure = reader.figure(m, so_far) if so_far else None
    known_days = tuple(x for x in reader.known(m, reader.days(so_far)) if x >= reader.since) if so_far else ()
    told = pacing.borne(known_days, bears)
    measures = [MEASURES[key] for key in m.needs if key in MEASURES]
    unfinished = len({day for each in measures for day in reader.unfinished(each, known_days)})
    actual, target = (figure.value if figure else None), reader.target(m, span)
    expected = None if target is None else pacing.expected(target, told, days)
    if so_far and weights is None:  # the very day targets people see
        expected = reader.target(m, so_far, known_days)
    is_said = unfinished < len(known_days)
    return Pace(
        month=span,
        metric=metric,
        target=target,
        actual=actual,
        closed_days=closed,
        days_left=ahead,
        time_progress=pacing.time_progress(over, days) or Decimal(0),
        expected=expected,
        progress=actual / target if target and actual is not None else None,
        ahead=actual - expected if is_said and actual is not None and expected is not None else None,
        projection=None if actual is None else pacing.projection(actual, told, days, len(known_days)),
        need_per_day=None if target is None else pacing.need_per_day(target, actual or Decimal(0), Decimal(ahead)),
        marks=figure.marks if figure else (),
        opening=reader.book.opening(span),
        unfinished=unfinished,
    )
