"""Ways into a store: invitations, and letting in again a member who forgot the password or lost the phone."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from opsplan.lib.network import is_loopback
from staff import audit, first_account, invitations, second_factor, services, tasks
from staff.access import StoreRequest, for_store
from staff.duties import duty_choices
from staff.forms import explain_into
from staff.models import Invitation, Member, User
from staff.people_forms import InviteForm, JoinForm, with_duties
from staff.roles import Action
from staff.views.team import members_page

BACKEND = "staff.backends.KnownPeople"


def address(request: HttpRequest, path: str) -> str:
    """A link as it is handed over: with the address the page itself was opened at, or, where only this machine knows
    that one, with the one the server is known by."""
    link = request.build_absolute_uri(path)
    return settings.PUBLIC_URL + path if is_only_here(link) and settings.PUBLIC_URL else link


def is_only_here(link: str) -> bool:
    """Whether a link opens on this machine alone."""
    return is_loopback(urlsplit(link).hostname or "")


@for_store(Action.MANAGE_TEAM)
@require_POST
def member_invite(request: StoreRequest) -> HttpResponse:
    """The link stands in the answer, once."""
    form = with_duties(InviteForm(request.POST, prefix="invite"), duty_choices(request.store))
    path, made = "", None
    if form.is_valid():
        with explain_into(form):
            made, path = invitations.invite(request.store, request.user, **form.cleaned_data)
    if not form.is_valid():
        return members_page(request, 422, invite_form=form)
    transaction.on_commit(tasks.send_due.delay)
    link = address(request, path)
    response = members_page(
        request, invited=made, link=link, is_mailed=is_mailed(made), is_only_here=is_only_here(link)
    )
    response["Cache-Control"] = "no-store"
    return response


def is_mailed(made: Invitation | None) -> bool:
    return bool(made and made.email and invitations.can_mail())


@for_store(Action.MANAGE_TEAM)
@require_POST
def invitation_revoke(request: StoreRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Invitation, store=request.store, pk=pk)
    invitations.revoke(found)
    messages.success(request, _("The invitation opens nothing any more."))
    return redirect("members", request.store.slug)


def member_helped(request: StoreRequest, pk: int) -> Member:
    """The member, if this owner may let them in again; else 403."""
    member = get_object_or_404(Member.objects.select_related("user"), store=request.store, pk=pk)
    if not invitations.may_help(request.member, member.user):
        raise PermissionDenied
    return member


@for_store(Action.MANAGE_TEAM)
@require_POST
def member_reset(request: StoreRequest, pk: int) -> HttpResponse:
    """A one-time link to a new password, to hand over; shown in the answer, once."""
    member = member_helped(request, pk)
    audit.record(member, password=("", _("one-time link made")))
    link = address(request, invitations.reset_path(member.user))
    response = members_page(request, reset_user=member.user, link=link, is_only_here=is_only_here(link))
    response["Cache-Control"] = "no-store"
    return response


@for_store(Action.MANAGE_TEAM)
@require_POST
def member_factor_off(request: StoreRequest, pk: int) -> HttpResponse:
    """For somebody whose phone and recovery codes are gone."""
    member = member_helped(request, pk)
    second_factor.switch_off(member.user)
    audit.record(member, second_factor=(_("on"), _("off")))
    messages.success(
        request, _("%s logs in with the password alone until a second factor is set up again.") % member.user
    )
    return redirect("member_edit", request.store.slug, pk)


@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """What an invitation opens: whoever is logged in joins with a click, anybody else makes an account."""
    invitation = invitations.find(token)
    if invitation is None:
        return answer(render(request, "registration/join.html", {"is_gone": True}, status=404))
    user = request.user if isinstance(request.user, User) else None
    if user:
        return join_as(request, invitation, user)
    form = JoinForm(request.POST or None, initial={"email": invitation.email})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        with explain_into(form), transaction.atomic():
            user = services.create_user(typed["username"], typed["password"], display_name=typed["display_name"])
            User.objects.filter(pk=user.pk).update(email=invitation.email, language=request.LANGUAGE_CODE)
            invitations.accept(invitation, user)
        if form.is_valid() and user:
            login(request, User.objects.get(pk=user.pk), BACKEND)
            return redirect("today", invitation.store.slug)
    context = {"invitation": invitation, "form": form}
    return answer(render(request, "registration/join.html", context, status=422 if form.is_bound else 200))


def join_as(request: HttpRequest, invitation: Invitation, user: User) -> HttpResponse:
    form = JoinForm(None)
    if request.method == "POST":
        form = JoinForm({"username": "-", "password": "-"})
        form.is_valid()
        with explain_into(form):
            invitations.accept(invitation, user)
        if form.is_valid():
            return redirect("today", invitation.store.slug)
    context = {"invitation": invitation, "form": form, "person": user}
    return answer(render(request, "registration/join.html", context, status=422 if form.is_bound else 200))


def answer(response: HttpResponse) -> HttpResponse:
    """A page whose address is a secret: kept by no cache, told to no other site."""
    response["Cache-Control"], response["Referrer-Policy"] = "no-store", "no-referrer"
    return response


@require_http_methods(["GET", "POST"])
def first(request: HttpRequest, token: str) -> HttpResponse:
    """What the terminal's link opens while there is no account: whoever comes becomes the administrator."""
    if not first_account.opens(token):
        return answer(render(request, "registration/first.html", {"is_gone": True}, status=404))
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = None
        with explain_into(form), transaction.atomic():
            user = services.create_user(**form.cleaned_data, is_admin=True)
            User.objects.filter(pk=user.pk).update(language=request.LANGUAGE_CODE)
        if form.is_valid() and user:
            first_account.keep_note()
            login(request, User.objects.get(pk=user.pk), BACKEND)
            return redirect("store_new")
    context = {"form": form}
    return answer(render(request, "registration/first.html", context, status=422 if form.is_bound else 200))
