"""The review of a campaign, written from data, with the manager's words."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from campaigns import reviewing, states, working
from campaigns.models import Campaign
from campaigns.uplift import Effect
from campaigns.views.base import found, may_edit, telling
from kpis import queries as figures
from opsplan.lib import clock
from staff.access import StoreRequest, for_store
from staff.models import State, Task
from staff.roles import Action
from stores.snapshot import one_version

COMPARED = ("last_year_event", "previous")
BY_CHANNEL = ("promo_cost", "promo_amt", "roi")
PEOPLE = ("new_buyers", "pay_buyers", "old_buyers", "coupon_use_rate")
EFFECTS: dict[str, tuple[Promise, Promise]] = {
    "uplift": (
        gettext_lazy("Uplift"),
        gettext_lazy("Sold beyond what its weekdays, their trend and the other products led to expect."),
    ),
    "plain": (
        gettext_lazy("Without the control"),
        gettext_lazy("The same from its own weekdays and trend alone."),
    ),
    "near": (
        gettext_lazy("Like products beside it"),
        gettext_lazy("Other products of the same categories: what is missing there was taken from them."),
    ),
    "dip": (
        gettext_lazy("The days after"),
        gettext_lazy("Up to 14 days after the end: what is missing there was bought ahead."),
    ),
}

REHEARSED: dict[str, Promise] = {
    "orders": gettext_lazy("Orders"),
    "paid": gettext_lazy("Paid amount"),
    "borne": gettext_lazy("Discounts borne by the shop"),
    "paid_each": gettext_lazy("Paid per order"),
    "borne_share": gettext_lazy("Discounts as a share of the list price"),
}


@for_store(Action.VIEW_PRODUCTS)
@require_http_methods(["GET", "POST"])
def campaign_review(request: StoreRequest, pk: int) -> HttpResponse:
    """GET: what came of it. POST words, lesson: the manager's own."""
    campaign = found(request, pk)
    if request.method == "POST":
        if not may_edit(request):
            return HttpResponse(status=403)
        with telling(request):
            states.review(campaign, request.user, request.POST.get("words", ""), request.POST.get("lesson", ""))
            messages.success(request, _("Saved."))
        return redirect("campaign_review", request.store.slug, campaign.pk)
    return render(request, "campaigns/review.html", page(request, campaign))


def page(request: StoreRequest, campaign: Campaign) -> dict[str, Any]:
    span = campaign.held(campaign.store.timezone)
    today = clock.today(request.store.timezone)
    is_begun = today > campaign.first_day and campaign.held_to(request.store.timezone) >= campaign.first_day
    context = {
        "is_first_day": today == campaign.first_day,
        "campaign": campaign,
        "tab": "review",
        "may_edit": may_edit(request) and campaign.state in ("ended", "stopped", "reviewed"),
        "review": getattr(campaign, "review", None),
        "days": span,
        "is_begun": is_begun,
        "explain": reverse("explain", args=[request.store.slug, "x"]).removesuffix("x"),
        "days_query": f"period=custom&from={span.first}&to={span.last}",
    }
    return context | (from_data(campaign) if is_begun else {})


@one_version()
def from_data(campaign: Campaign) -> dict[str, Any]:
    """Everything that is read from figures; the days up to yesterday."""
    span = campaign.held(campaign.store.timezone)
    facts = figures.review_facts(campaign)
    came = reviewing.read(facts)
    live = figures.live_facts(campaign)
    people = figures.figures(campaign.store, PEOPLE, span, compare=("previous",))
    coupons = people["coupon_use_rate"].inputs
    new, buyers = people["new_buyers"].value, people["pay_buyers"].value
    return {
        "rows": goal_rows(campaign),
        "came": came,
        "effects": [
            shown(name, effect)
            for name, effect in (("uplift", came.uplift), ("plain", came.plain), ("near", came.near), ("dip", came.dip))
            if effect is not None
        ],
        "has_control": facts.far is not None,
        "people": people,
        "new_share": new / buyers if new is not None and buyers else None,
        "coupons": {"claimed": coupons.get("coupons_claimed"), "used": coupons.get("coupons_used")},
        "channels": channels(campaign),
        "bought": buyers_of(campaign),
        "stock": live.products,
        "ages": tail(came, facts.paid),
        "refund_share": came.refunded / facts.paid if facts.paid else None,
        "paid": facts.paid,
        "tasks": tasks(campaign),
        "rehearsed": beside(campaign),
    }


def beside(campaign: Campaign) -> dict[str, Any] | None:
    """The last rehearsal beside what came; None: it was never rehearsed."""
    found = figures.rehearsal_beside(campaign)
    if found is None:
        return None
    return {**vars(found), "rows": [{"label": REHEARSED[line.key], "line": line} for line in found.lines]}


def buyers_of(campaign: Campaign) -> list[dict[str, Any]]:
    """Who bought, by class, with their share of all who bought and of what they paid."""
    found = figures.who_bought(campaign)
    people, paid = sum(each.people for each in found), sum((each.paid for each in found), Decimal(0))
    return [
        {"part": each, "share": Decimal(each.people) / people, "paid_share": each.paid / paid if paid else None}
        for each in found
    ]


def goal_rows(campaign: Campaign) -> list[reviewing.GoalRow]:
    """The goals and the usual KPIs; of its products where a KPI can be told of them, else of the store."""
    span = campaign.held(campaign.store.timezone)
    goals: dict[str, Decimal] = dict(campaign.goals.values_list("metric", "value"))
    known = set(figures.keys())
    keys = [key for key in dict.fromkeys([*goals, *working.goal_keys(campaign)]) if key in known]
    read = figures.figures(campaign.store, keys, span, compare=COMPARED)
    own = figures.own_figures(campaign, keys, COMPARED)
    return reviewing.goal_rows(read | own, goals, frozenset(own))


@dataclass(frozen=True)
class Shown:
    """An effect with its words and its interval as a drawing, whole percent of the width."""

    name: str
    label: str
    words: str
    effect: Effect
    left: int
    width: int
    at: int
    zero: int


def shown(name: str, effect: Effect) -> Shown:
    low, high = min(effect.low, Decimal(0)), max(effect.high, Decimal(0))
    room = (high - low) or Decimal(1)

    def place(value: Decimal) -> int:
        return round((value - low) * 98 / room)

    label, words = EFFECTS[name]
    left = place(effect.low)
    width = max(1, place(effect.high) - left)
    return Shown(name, str(label), str(words), effect, left, width, place(effect.more), place(Decimal(0)))


def channels(campaign: Campaign) -> list[dict[str, Any]]:
    """Spend, promoted sales and ROI of each channel that spent or was to spend on its days, beside its budget."""
    span = campaign.held(campaign.store.timezone)
    budgets = {channel.key: amount for channel, amount in working.budgets_of(campaign)}
    rows = []
    for row in figures.breakdown(campaign.store, BY_CHANNEL, span, "channel"):
        plan = budgets.get(row.key)
        if plan is not None or row.values["promo_cost"].value:
            rows.append({"label": row.label, "figures": row.values, "plan": plan})
    return rows


def tail(came: reviewing.Review, paid: Decimal) -> list[dict[str, Any]]:
    """Refunds by age with their share of what was paid, added up."""
    total, rows = Decimal(0), []
    for age in came.ages:
        total += age.amount or 0
        rows.append({"age": age, "share": total / paid if paid and age.amount is not None else None})
    return rows


def tasks(campaign: Campaign) -> dict[str, Any]:
    """Its work: how much was done, and what was late or missed."""
    every = Task.objects.filter(store=campaign.store, key=f"campaign:{campaign.pk}")
    rows, now = list(every.select_related("version", "done_by")), clock.now()
    late = [row for row in rows if is_late(row, now)]
    return {"all": len(rows), "done": sum(row.state == State.DONE for row in rows), "late": late}


def is_late(task: Task, now: dt.datetime) -> bool:
    if task.state == State.DONE:
        return task.done_at is not None and task.done_at > task.due_at
    return task.state == State.MISSED or (task.state == State.OPEN and task.due_at < now)
