"""How a month stands against its target, in words for a message: the figures of the pace card."""

import datetime as dt
from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kpis.answers import Pace
from kpis.month.month_pace import month_pace
from kpis.writing import money, percent
from opsplan.lib.periods import DAY
from stores import currency
from stores.models import Store

METRIC = "real_amt"  # as on the board


def month_told(store: Store, today: dt.date) -> Callable[[], list[str]] | None:
    """The month of yesterday, by lines in the active language; None where it has no target."""
    pace = month_pace(store, today - DAY, METRIC)
    if pace.target is None:
        return None

    def write() -> list[str]:
        with currency.override(store.currency):
            return lines(pace)

    return write


def lines(pace: Pace) -> list[str]:
    named = {"month": f"{pace.month.first:%Y-%m}", "target": money(pace.target)}
    told = [_("%(month)s: target %(target)s") % named]
    told.append(_("Due by now: %(due)s (%(share)s)") % {"due": money(pace.expected), "share": percent(pace.due)})
    if pace.unfinished:
        days = pace.unfinished
        text = ngettext("%(days)s day of it not told in full yet", "%(days)s days of it not told in full yet", days)
        told.append(text % {"days": days})
    done = {"actual": money(pace.actual), "share": percent(pace.progress)}
    told.append(_("Reached: %(actual)s (%(share)s)") % done)
    if pace.ahead is not None:
        text = _("Behind by %(gap)s") if pace.ahead < 0 else _("Ahead by %(gap)s")
        told.append(text % {"gap": money(abs(pace.ahead))})
    if pace.actual is not None and pace.target is not None and pace.actual >= pace.target:
        told.append(_("Target reached"))
    elif pace.days_left:
        left = {"days": pace.days_left, "need": money(pace.need_per_day)}
        told.append(
            ngettext(
                "%(days)d day left, needs %(need)s a day", "%(days)d days left, needs %(need)s a day", pace.days_left
            )
            % left
        )
    return told
