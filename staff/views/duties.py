"""岗位: what each duty is responsible for, who has it, how many are wanted, who covers."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from staff import duties as posts
from staff.access import StoreRequest, for_store
from staff.roles import Action
from staff.views.roster import head


@for_store(Action.VIEW_TEAM)
@require_GET
def duties(request: StoreRequest) -> HttpResponse:
    return duties_page(request)


def duties_page(request: StoreRequest, error: str = "") -> HttpResponse:
    plans = request.member.may(Action.PLAN_TEAM)
    found = posts.cards(request.store)
    people = {x.pk for each in found for x in each.people}
    context = head(request, "duties") | {"cards": found, "may_plan": plans, "error": error}
    context |= {
        "there": len(people),
        "missing": sum(x.missing for x in found),
        "names": dict(posts.duty_choices(request.store)),
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
    return render(request, "staff/duty.html", context, status=422 if error else 200)


@for_store(Action.PLAN_TEAM)
@require_POST
def duty_change(request: StoreRequest) -> HttpResponse:
    """do=add (name, says), plan (duty, headcount, cover), says (duty, says) or drop (duty)."""
    post, store, what = request.POST, request.store, request.POST.get("do")
    key = post.get("duty", "")
    try:
        if what == "add":
            key = posts.add_duty(store, post.get("name", ""), post.get("says", "")).key
        elif what == "plan":
            text = post.get("headcount", "").strip()
            posts.set_plan(store, key, int(text) if text.isdigit() else None, post.get("cover", ""))
        elif what == "says":
            posts.describe(store, key, post.get("says", ""))
        elif what == "drop":
            posts.drop_duty(store, key)
            return redirect("duties", store.slug)
    except ValidationError as problem:
        error = " ".join(problem.messages)
        return duties_page(request, error) if what == "add" else duty_page(request, key, error)
    return redirect("duty", store.slug, key) if key else redirect("duties", store.slug)
