"""岗位: what each duty is responsible for, who has it, how many are wanted and how many the sales need, who covers."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from opsplan.lib.text import is_id
from staff import duties as posts
from staff import headcount
from staff.access import StoreRequest, for_store
from staff.headcount import Basis
from staff.roles import Action
from staff.views.reckoned import needs
from staff.views.roster import head


@for_store(Action.VIEW_TEAM)
@require_GET
def duties(request: StoreRequest) -> HttpResponse:
    return duties_page(request)


def duties_page(request: StoreRequest, error: str = "") -> HttpResponse:
    plans = request.member.may(Action.PLAN_TEAM)
    found = posts.cards(request.store)
    people, reckoned = {x.pk for each in found for x in each.people}, needs(request.store)
    context = head(request, "duties") | {"may_plan": plans, "error": error}
    context |= {
        "there": len(people),
        "missing": sum(x.missing for x in found),
        "names": dict(posts.duty_choices(request.store)),
        "rows": [(x, reckoned[x.key]) for x in found],
    }
    return render(request, "staff/duties.html", context, status=422 if error else 200)


@for_store(Action.VIEW_TEAM)
@require_GET
def duty(request: StoreRequest, key: str) -> HttpResponse:
    return duty_page(request, key)


def duty_page(request: StoreRequest, key: str, error: str = "") -> HttpResponse:
    found = posts.card(request.store, key)
    if found is None:
        raise Http404
    plans = request.member.may(Action.PLAN_TEAM)
    choices = [x for x in posts.duty_choices(request.store) if x[0] != key]
    context = head(request, "duties") | {"card": found, "choices": choices, "may_plan": plans, "error": error}
    context |= {"cover_name": posts.name_of(found.cover) if found.cover else ""}
    need = needs(request.store)[key]
    context |= {"need": need, "bases": Basis.choices, "basis": Basis(need.rule.basis).label}
    return render(request, "staff/duty.html", context, status=422 if error else 200)


def number(text: str) -> int | None:
    text = text.strip()
    return int(text) if is_id(text) else None


@for_store(Action.PLAN_TEAM)
@require_POST
def duty_change(request: StoreRequest) -> HttpResponse:
    """do=add (name, says), plan (duty, headcount, cover), says (duty, says), drop (duty), load (duty, basis, per_day,
    days_a_week, least) or usual (duty)."""
    post, store, what = request.POST, request.store, request.POST.get("do")
    key = post.get("duty", "")
    try:
        if what == "add":
            key = posts.add_duty(store, post.get("name", ""), post.get("says", "")).key
        elif what == "plan":
            posts.set_plan(store, key, number(post.get("headcount", "")), post.get("cover", ""))
        elif what == "load":
            typed = [number(post.get(name, "")) for name in ("per_day", "days_a_week", "least")]
            headcount.set_rule(store, key, post.get("basis", ""), *typed)
        elif what == "usual":
            headcount.forget_rule(store, key)
        elif what == "says":
            posts.describe(store, key, post.get("says", ""))
        elif what == "drop":
            posts.drop_duty(store, key)
            return redirect("duties", store.slug)
    except ValidationError as problem:
        error = " ".join(problem.messages)
        return duties_page(request, error) if what == "add" else duty_page(request, key, error)
    return redirect("duty", store.slug, key) if key else redirect("duties", store.slug)
