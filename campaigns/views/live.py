"""A running campaign hour by hour against its plan, what is off, and the stop button."""

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from campaigns import alarms, live, phasing, rhythm, sisters, stopping
from campaigns.live import Live
from campaigns.models import Campaign, CampaignAlarm, Phase
from campaigns.views.base import found, may_edit, telling
from kpis import queries
from opsplan.lib import clock
from opsplan.lib.text import is_id
from staff.access import StoreRequest, for_store
from staff.roles import Action

WIDTH, HEIGHT = 960, 200
SHAPES: dict[str, Promise] = {
    "phases": gettext_lazy("its phases by their shares, hours within them as before"),
    "usual": gettext_lazy("its phases by the usual shares, hours within them as before"),
    "event": gettext_lazy("hours as in the campaign before it"),
    "plan": gettext_lazy("days as in the store's plan, hours as in the four weeks before"),
    "past": gettext_lazy("weekdays and hours as in the four weeks before"),
    "even": gettext_lazy("spread evenly: no earlier orders to learn from"),
}
TOTALS: dict[str, Promise] = {
    "goal": gettext_lazy("its goal"),
    "plan": gettext_lazy("the store's plan for its days"),
    "past": gettext_lazy("what such days brought before: it has no goal in sales"),
}


@for_store(Action.VIEW_PRODUCTS)
@require_http_methods(["GET", "POST"])
def campaign_live(request: StoreRequest, pk: int) -> HttpResponse:
    """GET: the page, which asks for itself again every minute while it runs. POST alarm: somebody has it in hand."""
    campaign = found(request, pk)
    if request.method == "POST":
        if not may_edit(request):
            return HttpResponse(status=403)
        number = request.POST.get("alarm", "")
        with telling(request):
            alarms.see(campaign, int(number) if is_id(number) else 0, request.user)
            messages.success(request, _("Noted: you have it in hand."))
        return redirect("campaign_live", request.store.slug, campaign.pk)
    return render(request, "campaigns/live.html", page(request, campaign))


def page(request: StoreRequest, campaign: Campaign) -> dict[str, Any]:
    facts = queries.live_facts(campaign)
    now = live.read(facts, alarms.triggers_of(campaign))
    zone = ZoneInfo(request.store.timezone)
    is_on = campaign.state in (Campaign.State.APPROVED, Campaign.State.RUNNING)
    gone = max(facts.known or facts.start, facts.start) - facts.start
    return {
        "campaign": campaign,
        "tab": "live",
        "live": now,
        "facts": facts,
        "has_begun": facts.start <= clock.now(),
        "behind": None if now.expected is None else now.amount - now.expected,
        "average": now.amount / now.orders if now.orders else None,
        "reached": bar(now.reached),
        "elapsed": bar(now.elapsed),
        "shape": SHAPES[facts.shape_from],
        "total_from": TOTALS.get(facts.total_from, ""),
        "phases": phases_of(campaign, now),
        "days": live.by_day(now.hours, zone),
        "hours": hours_of(now, zone),
        "chart": chart(now),
        "products": [(row, row.lasts(gone)) for row in facts.products],
        "alarms": shown(campaign, now),
        "triggers": campaign.plan_b.all(),
        "may_stop": is_on and may_edit(request),
        "effects": stopping.effects(campaign) if is_on else None,
        "is_running": campaign.state == Campaign.State.RUNNING,
        "sisters": sisters.shown(campaign, request.user),
    }


def bar(share: Decimal | None) -> int:
    """Whole percent of a bar, 0 to 100."""
    return 0 if share is None else min(100, max(0, round(share * 100)))


def phases_of(campaign: Campaign, now: Live) -> list[dict[str, Any]]:
    """Each phase with its share (only where the plan goes by shares), its part of the plan and what it sold."""
    goes_by_shares = now.facts.shape_from in ("phases", "usual")
    return [
        {"label": Phase.Kind(part.span.kind).label, "part": part, "share": part.span.share if goes_by_shares else None}
        for part in rhythm.parts(now, phasing.spans_of(campaign))
    ]


def hours_of(now: Live, zone: ZoneInfo) -> list[dict[str, Any]]:
    """The last 24 hours that are known, the latest first."""
    known = [hour for hour in now.hours if hour.amount is not None]
    return [{"at": hour.at.astimezone(zone), "hour": hour} for hour in reversed(known[-24:])]


def shown(campaign: Campaign, now: Live) -> list[dict[str, Any]]:
    """What is off by this page's figures; with the row that says who has it in hand, once the clock has made it."""
    rows = {(row.kind, row.about): row for row in campaign.alarms.select_related("seen_by")}
    found = []
    for alarm in alarms.found(campaign, now):
        row = rows.get((alarm.kind, alarm.about)) or CampaignAlarm(
            campaign=campaign, kind=alarm.kind, about=alarm.about
        )
        row.numbers = alarm.numbers
        found.append({"row": row, "text": alarms.sentence(row), "why": alarms.background(row)})
    return found


def chart(now: Live) -> dict[str, Any] | None:
    """Sold and expected, added up hour by hour, as paths in a box of WIDTH x HEIGHT; None with nothing to draw."""
    rows = live.running_totals(now.hours)
    sold, plan = [row[1] for row in rows], [row[2] for row in rows]
    top = max((value for value in (*sold, *plan) if value is not None), default=Decimal(0))
    if len(rows) < 2 or not top:
        return None
    lines = []
    for values in (sold, plan):
        path = " L".join(
            f"{WIDTH * (n + 1) / len(rows):.1f},{HEIGHT - HEIGHT * value / top:.1f}"
            for n, value in enumerate(values)
            if value is not None
        )
        lines.append(f"M0,{HEIGHT} L{path}" if path else "")
    last = max((n + 1 for n, value in enumerate(sold) if value is not None), default=0)
    area = f"{lines[0]} L{WIDTH * last / len(rows):.1f},{HEIGHT}Z" if lines[0] else ""
    return {"sold": lines[0], "plan": lines[1], "area": area, "width": WIDTH, "height": HEIGHT, "top": top}
