"""The people of a store: who is in, at which level, with which duties."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from staff import services
from staff.access import StoreRequest, for_store
from staff.forms import MemberAddForm, MemberForm, MemberNewForm, explain_into
from staff.models import Member
from staff.queries import team
from staff.roles import Action, Level, may


@for_store(Action.VIEW_TEAM)
@require_GET
def members(request: StoreRequest) -> HttpResponse:
    return members_page(request)


def members_page(request: StoreRequest, status: int = 200, **extra: Any) -> HttpResponse:
    """The list with its two forms; a refused form comes back in `extra` with what was typed."""
    context = {
        "team": team(request.store),
        "may_manage": may(Level(request.member.level), Action.MANAGE_TEAM),
        "add_form": MemberAddForm(prefix="add"),
        "new_form": MemberNewForm(prefix="new"),
        "removed": request.session.pop(f"removed:{request.store.slug}", None),
        **extra,
    }
    return render(request, "staff/members.html", context, status=status)


@for_store(Action.MANAGE_TEAM)
@require_POST
def member_add(request: StoreRequest) -> HttpResponse:
    """Somebody with an account joins; also the Undo of a removal."""
    form = MemberAddForm(request.POST, prefix="add")
    if form.is_valid():
        with explain_into(form):
            member = services.add_member(
                request.store, form.user, form.cleaned_data["level"], form.cleaned_data["duties"]
            )
    if not form.is_valid():
        return members_page(request, 422, add_form=form)
    messages.success(request, _("%s is in the team.") % member.user)
    return redirect("members", request.store.slug)


@for_store(Action.MANAGE_TEAM)
@require_POST
def member_new(request: StoreRequest) -> HttpResponse:
    """A new account that joins; its first password is shown in the answer, once."""
    form, password = MemberNewForm(request.POST, prefix="new"), services.one_time_password()
    if form.is_valid():
        typed = form.cleaned_data
        with explain_into(form), transaction.atomic():
            user = services.create_user(typed["username"], password, display_name=typed["display_name"])
            services.add_member(request.store, user, typed["level"], typed["duties"])
    if not form.is_valid():
        return members_page(request, 422, new_form=form)
    response = members_page(request, new_user=user, password=password)
    response["Cache-Control"] = "no-store"
    return response


@for_store(Action.MANAGE_TEAM)
@require_http_methods(["GET", "POST"])
def member_edit(request: StoreRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(Member.objects.select_related("user"), store=request.store, pk=pk)
    form = MemberForm(request.POST or None, initial={"level": member.level, "duties": member.duties})
    if request.method == "POST" and form.is_valid():
        with explain_into(form):
            services.change_member(member, **form.cleaned_data)
        if form.is_valid():
            messages.success(request, _("Saved."))
            return redirect("members", request.store.slug)
    return render(request, "staff/member.html", {"form": form, "member": member}, status=422 if form.is_bound else 200)


@for_store(Action.MANAGE_TEAM)
@require_POST
def member_remove(request: StoreRequest, pk: int) -> HttpResponse:
    """Out of the team at once; the list then offers to undo it."""
    member = get_object_or_404(Member.objects.select_related("user"), store=request.store, pk=pk)
    form = MemberForm(initial={"level": member.level, "duties": member.duties})
    refused = MemberForm({"level": member.level, "duties": member.duties})
    refused.is_valid()
    gone = {"username": member.user.username, "name": str(member.user), "level": member.level, "duties": member.duties}
    with explain_into(refused):
        services.remove_member(member)
    if not refused.is_valid():
        context = {"form": form, "member": member, "refused": refused.errors["level"]}
        return render(request, "staff/member.html", context, status=422)
    request.session[f"removed:{request.store.slug}"] = gone
    return redirect("members", request.store.slug)
