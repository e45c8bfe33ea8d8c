"""The people of a store: who is in, at which level, with which duties."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kpis.queries import left_by
from staff import invitations, leaving, second_factor, services
from staff.access import StoreRequest, for_store
from staff.duties import duty_choices
from staff.forms import MemberAddForm, MemberForm, MemberNewForm, explain_into
from staff.models import Member
from staff.people_forms import InviteForm, with_duties
from staff.queries import team
from staff.roles import Action
from stores.models import Store


@for_store(Action.VIEW_TEAM)
@require_GET
def members(request: StoreRequest) -> HttpResponse:
    return members_page(request)


def members_page(request: StoreRequest, status: int = 200, **extra: Any) -> HttpResponse:
    """The list with its two forms; a refused form comes back in `extra` with what was typed."""
    may_manage = request.member.may(Action.MANAGE_TEAM)
    context = {
        "team": team(request.store),
        "may_manage": may_manage,
        "can_mail": invitations.can_mail(),
        **(entrance(request.store) if may_manage else {}),
        "removed": request.session.pop(f"removed:{request.store.slug}", None),
        **extra,
    }
    return render(request, "staff/members.html", context, status=status)


def entrance(store: Store) -> dict[str, Any]:
    """The ways in: the forms, and the invitations that are out."""
    choices = duty_choices(store)
    return {
        "add_form": with_duties(MemberAddForm(prefix="add"), choices),
        "new_form": with_duties(MemberNewForm(prefix="new"), choices),
        "invite_form": with_duties(InviteForm(prefix="invite"), choices),
        "invitations": invitations.open_invitations(store),
    }


@for_store(Action.MANAGE_TEAM)
@require_POST
def member_add(request: StoreRequest) -> HttpResponse:
    """Somebody with an account joins; also the Undo of a removal."""
    form = with_duties(MemberAddForm(request.POST, prefix="add"), duty_choices(request.store))
    if form.is_valid():
        with explain_into(form):
            member = services.add_member(
                request.store, form.user, form.cleaned_data["level"], form.cleaned_data["duties"]
            )
            leaving.back(member, request.POST.get("desk_names", ""))
    if not form.is_valid():
        return members_page(request, 422, add_form=form)
    messages.success(request, _("%s is in the team.") % member.user)
    return redirect("members", request.store.slug)


@for_store(Action.MANAGE_TEAM)
@require_POST
def member_new(request: StoreRequest) -> HttpResponse:
    """A new account that joins; its first password is shown in the answer, once."""
    form = with_duties(MemberNewForm(request.POST, prefix="new"), duty_choices(request.store))
    password = services.one_time_password()
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
    with_duties(form, duty_choices(request.store))
    if request.method == "POST" and form.is_valid():
        with explain_into(form):
            services.change_member(member, **form.cleaned_data)
        if form.is_valid():
            messages.success(request, _("Saved."))
            return redirect("members", request.store.slug)
    context = {"form": form, "member": member, "left": left(request.store, member)} | help_for(request, member)
    return render(request, "staff/member.html", context, status=422 if form.is_bound else 200)


def left(store: Store, member: Member) -> list[leaving.Left]:
    """What hangs on the member, of this app and of figures."""
    return [*leaving.left_by(store, member.user), *left_by(store, member.user)]


def help_for(request: StoreRequest, member: Member) -> dict[str, bool]:
    """Whether this owner may let the member in again, and whether there is a second factor to switch off."""
    return {
        "may_help": invitations.may_help(request.member, member.user),
        "has_factor": second_factor.is_on(member.user),
    }


@for_store(Action.MANAGE_TEAM)
@require_POST
def member_remove(request: StoreRequest, pk: int) -> HttpResponse:
    """Out of the team at once; the list then offers to undo it."""
    member = get_object_or_404(Member.objects.select_related("user"), store=request.store, pk=pk)
    form = with_duties(
        MemberForm(initial={"level": member.level, "duties": member.duties}), duty_choices(request.store)
    )
    refused = with_duties(MemberForm({"level": member.level, "duties": member.duties}), duty_choices(request.store))
    refused.is_valid()
    hanging = left(request.store, member)
    gone = {
        "username": member.user.username,
        "name": str(member.user),
        "level": member.level,
        "duties": member.duties,
        "desk_names": member.desk_names,
        "left": leaving.texts(hanging),
    }
    with explain_into(refused):
        leaving.leave(member, request.user)
    if not refused.is_valid():
        context = {"form": form, "member": member, "refused": refused.errors["level"], "left": hanging}
        context |= help_for(request, member)
        return render(request, "staff/member.html", context, status=422)
    request.session[f"removed:{request.store.slug}"] = gone
    return redirect("members", request.store.slug)
