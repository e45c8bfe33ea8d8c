"""审批: what waits for whom, one approval with its steps, and everything that is done with it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from staff import approvals
from staff.access import StoreRequest, for_store
from staff.approval_flows import flows
from staff.models import Approval, ApprovalEvent
from staff.roles import Action
from staff.views.tasks import common

OWN_PAGES = {"plan", "campaign", "price"}  # begun where the thing itself stands


@for_store(Action.VIEW_TASKS)
@require_GET
def approval_list(request: StoreRequest) -> HttpResponse:
    return list_page(request)


def list_page(request: StoreRequest, error: str = "") -> HttpResponse:
    found, language = approvals.open_ones(request.store), get_language() or "zh-hans"
    page = Paginator(approvals.settled(request.store), approvals.DECIDED).get_page(request.GET.get("page"))
    context = common(request, "approvals") | {
        "mine": approvals.waiting_on(found, request.user),
        "under_way": found,
        "settled": approvals.settled_ones(page),
        "page": page,
        "flows": [(key, x.name(language), len(x.steps)) for key, x in flows().items() if key not in OWN_PAGES],
        "works": request.member.may(Action.DO_TASKS),
        "error": error,
        "typed": request.POST or request.GET,
    }
    return render(request, "staff/approvals.html", context, status=422 if error else 200)


@for_store(Action.DO_TASKS)
@require_POST
def approval_new(request: StoreRequest) -> HttpResponse:
    post = request.POST
    try:
        made = approvals.ask(
            request.store, post.get("flow", ""), post.get("title", ""), request.user, note=post.get("note", "")
        )
    except ValidationError as problem:
        return list_page(request, " ".join(problem.messages))
    return redirect("approval", request.store.slug, made.pk)


def the_approval(request: StoreRequest, pk: int) -> Approval:
    return get_object_or_404(approvals.of_store(request.store), pk=pk)


@for_store(Action.VIEW_TASKS)
@require_GET
def approval(request: StoreRequest, pk: int) -> HttpResponse:
    return approval_page(request, pk)


def approval_page(request: StoreRequest, pk: int, error: str = "") -> HttpResponse:
    found, asked = the_approval(request, pk), approvals.people_asked(request.store)
    standing, language = approvals.standing(found, asked), get_language() or "zh-hans"
    events = list(ApprovalEvent.objects.filter(approval=found).select_related("by"))
    steps = [
        (place, step.name(language), step, [x for x in events if x.place == place and x.what != "ask"])
        for place, step in enumerate(standing.flow.steps)
    ]
    context = common(request, "approvals") | {
        "standing": standing,
        "approval": found,
        "steps": steps,
        "begun": next((x for x in events if x.what == "ask"), None),
        "verbs": approvals.allowed(found, request.member, asked),
        "error": error,
        "typed": request.POST,
    }
    template = "staff/_approval.html" if request.headers.get("HX-Request") else "staff/approval.html"
    return render(request, template, context, status=422 if error else 200)


@for_store(Action.DO_TASKS)
@require_POST
def approval_do(request: StoreRequest, pk: int) -> HttpResponse:
    """do=done, say, yes, no, back or withdraw; place: the step the page showed; from=today: back to that page."""
    post, place = request.POST, request.POST.get("place", "")
    the_approval(request, pk)
    try:
        approvals.decide(
            request.store, pk, request.member, post.get("do", ""), post.get("note", ""),
            int(place) if place.isdigit() else None,
        )  # fmt: skip
    except ValidationError as problem:
        return approval_page(request, pk, " ".join(problem.messages))
    messages.success(request, _("Written down."))
    if post.get("from") == "today":
        return redirect("today", request.store.slug)
    return redirect("approval", request.store.slug, pk)
