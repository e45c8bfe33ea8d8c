"""Keeping an account safe: the code after the password, forgotten passwords, sessions, the second factor."""

import datetime as dt
import time
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import PasswordResetConfirmView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from staff import invitations, second_factor, sessions, tasks
from staff.access import person
from staff.models import User
from staff.people_forms import CodeForm, ConfirmPasswordForm, ForgotForm, NewPasswordForm
from staff.templatetags.frame import here

HALFWAY = "halfway"  # in the session: who gave the right password and still owes the code
PATIENCE = 600  # seconds


def remember(request: HttpRequest, user: User, to: str) -> None:
    """The password was right; the person is not logged in before the code is."""
    request.session.flush()
    backend = getattr(user, "backend", "")
    request.session[HALFWAY] = {"user": user.pk, "backend": backend, "at": time.time(), "to": to}


def halfway(request: HttpRequest) -> tuple[User, dict[str, Any]] | None:
    known = request.session.get(HALFWAY)
    if not known or time.time() - known["at"] > PATIENCE:
        return None
    user = User.objects.filter(pk=known["user"], is_active=True).first()
    return (user, known) if user else None


@require_http_methods(["GET", "POST"])
def login_code(request: HttpRequest) -> HttpResponse:
    """The second step of a log-in."""
    found = halfway(request)
    if found is None:
        return redirect("login")
    (user, known), form = found, CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if second_factor.check(user, form.cleaned_data["code"]):
            login(request, user, known["backend"])
            request.session.pop(HALFWAY, None)
            request.session[second_factor.PASSED] = True
            safe = url_has_allowed_host_and_scheme(known["to"], {request.get_host()}, require_https=request.is_secure())
            return redirect(known["to"] if safe else "home")
        form.add_error("code", _("This code is not right, or was used. After wrong codes wait a little."))
    return render(request, "registration/code.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def password_forgot(request: HttpRequest) -> HttpResponse:
    """The answer is the same whether there is such a person or not."""
    form, is_sent = ForgotForm(request.POST or None), False
    if request.method == "POST" and form.is_valid() and invitations.can_mail():
        invitations.mail_reset(form.cleaned_data["name"].strip())
        transaction.on_commit(tasks.send_due.delay)
        is_sent = True
    context = {"form": form, "is_sent": is_sent, "can_mail": invitations.can_mail()}
    return render(request, "registration/forgot.html", context)


class PasswordReset(PasswordResetConfirmView):
    """A new password after a reset link; every session of the person ends with the old one."""

    template_name = "registration/new_password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("login")

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        sessions.end(form.user)
        messages.success(self.request, _("The new password is in force: log in with it."))
        return response

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> Any:
        return super().render_to_response(context, status=200 if context.get("validlink") else 404, **kwargs)


def security_page(request: HttpRequest, status: int = 200, **extra: Any) -> HttpResponse:
    user = person(request)
    context = {
        "places": sessions.places(user, request.session.session_key),
        "is_on": second_factor.is_on(user),
        "codes_left": second_factor.codes_left(user),
        "is_required": second_factor.is_required(user),
        "off_form": ConfirmPasswordForm(user=user, prefix="off"),
        "codes_form": ConfirmPasswordForm(user=user, prefix="codes"),
        **extra,
    }
    member = here(request)
    with timezone.override(ZoneInfo(member.store.timezone) if member else dt.UTC):  # the page is in no store
        response = render(request, "staff/security.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_GET
def security(request: HttpRequest) -> HttpResponse:
    return security_page(request)


@login_required
@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """One session (`pk`), or all but this."""
    pk = request.POST.get("pk", "")
    key = request.session.session_key
    count = sessions.end(person(request), int(pk) if pk.isdigit() else None, keep=key)
    messages.success(request, _("Logged out elsewhere: %s.") % count)
    return redirect("security")


@login_required
@require_http_methods(["GET", "POST"])
def factor_new(request: HttpRequest) -> HttpResponse:
    """Set up an app. With the first right code it is on, and the other sessions end: they were let in without. Another
    app in place of one in use goes by switching that off, which asks for the password."""
    user = person(request)
    if second_factor.is_on(user):
        return redirect("security")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        codes = second_factor.confirm(user, form.cleaned_data["code"])
        if codes:
            request.session[second_factor.PASSED] = True
            sessions.end(user, keep=request.session.session_key)
            return security_page(request, codes=codes)
        form.add_error("code", _("This code is not right. The clock of the phone must be set by the network."))
    device = second_factor.begin(user)
    context = {"form": form, "picture": second_factor.picture(device), "key": second_factor.key_of(device)}
    response = render(request, "staff/second_factor.html", context, status=422 if form.is_bound else 200)
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def factor_codes(request: HttpRequest) -> HttpResponse:
    """Ten new recovery codes; the old ones are good no more."""
    user = person(request)
    form = ConfirmPasswordForm(request.POST, user=user, prefix="codes")
    if not form.is_valid() or not second_factor.is_on(user):
        return security_page(request, 422, codes_form=form)
    return security_page(request, codes=second_factor.new_codes(user))


@login_required
@require_POST
def factor_off(request: HttpRequest) -> HttpResponse:
    user = person(request)
    form = ConfirmPasswordForm(request.POST, user=user, prefix="off")
    if not form.is_valid():
        return security_page(request, 422, off_form=form)
    second_factor.switch_off(user)
    request.session.pop(second_factor.PASSED, None)
    messages.success(request, _("Log-in asks for the password alone from now on."))
    return redirect("security")
