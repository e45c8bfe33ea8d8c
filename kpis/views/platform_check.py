"""平台核对: our days against what the platform's own daily export says of them."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from kpis.files import layouts
from kpis.views.coverage import month_asked
from kpis.views.decision_words import standing_text
from kpis.why import platform_check
from kpis.why.platform_check import DayCheck
from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.lib.periods import Period, add_months, month_of
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.snapshot import one_version

CAUSES: dict[str, Promise] = {
    "closed": gettext_lazy("orders closed after payment, which the platform leaves out"),
    "freight": gettext_lazy("freight, which the platform leaves out"),
    "order_day": gettext_lazy("the platform counts by the day the order was made"),
    "subsidy": gettext_lazy("discounts paid by the platform, which it counts in"),
}
NAMED_BY: dict[str, Promise] = {
    "refunds": gettext_lazy("a refund"),
    "fees": gettext_lazy("a fee"),
}


def row(day: DayCheck) -> dict[str, Any]:
    """A day as the table shows it; amounts in yuan."""

    def amount(value_fen: int | None) -> Any:
        return None if value_fen is None else yuan(value_fen)

    return {
        "check": day,
        "ours": amount(day.ours.amount_fen),
        "theirs": amount(day.theirs.amount_fen),
        "off": amount(day.off_fen),
        "rest": amount(day.rest_fen),
        "causes": [(CAUSES[cause.key], yuan(cause.fen)) for cause in day.causes],
    }


@for_store(Action.VIEW_DATA)
@require_GET
@one_version()
def check(request: StoreRequest) -> HttpResponse:
    """A month (?month=YYYY-MM), day by day."""
    today = clock.today(request.store.timezone)
    month = month_asked(request, today)
    days = list(month_of(month))
    found = platform_check.check(request.store, Period(days[0], days[-1]))
    total = found.total
    sums = ("ours_fen", "theirs_fen", "off_fen", "rest_fen")
    context = {
        "tab": "check",
        "month": month,
        "previous_month": add_months(month, -1),
        "next_month": add_months(month, 1) if month < today.replace(day=1) else None,
        "rows": [row(day) for day in found.days],
        "both": len(found.both),
        "agree": total["agree"],
        "missing_orders": total["missing_orders"],
        "standing": standing_text(found.standing) if found.standing else "",
        "total": {key.removesuffix("_fen"): yuan(total[key]) for key in sums},
        "file": layouts.teller(request.store.platform, "traffic"),
        "has_platform": any(day.theirs.amount_fen is not None for day in found.days),
        "missing": [(number, [NAMED_BY[each] for each in what]) for number, what in found.missing.items()],
        "missing_more": found.missing_more,
    }
    return render(request, "kpis/platform_check.html", context)
