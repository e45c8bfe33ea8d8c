"""What is a person's own: profile, look, password, API tokens."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kpis.queries import keys
from staff import services, sessions
from staff.access import person
from staff.forms import PasswordForm, ProfileForm, TokenForm, explain_into
from staff.models import ApiToken, User

CHOICES = {
    "language": {"zh-hans", "en"},
    "theme": set(User.Theme.values),
    "red_is_up": {"yes", "no"},
}


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    user = person(request)
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        with translation.override(user.language):
            messages.success(request, _("Saved."))
        return redirect("profile")
    user.refresh_from_db()  # a refused form has written on it
    context = {"form": form, "password_form": PasswordForm(user)}
    return render(request, "staff/profile.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def password(request: HttpRequest) -> HttpResponse:
    user = person(request)
    form = PasswordForm(user, request.POST)
    if form.is_valid():
        old = request.session.session_key
        update_session_auth_hash(request, form.save())
        sessions.moved(request, user, old)
        messages.success(request, _("The new password is in force."))
        return redirect("profile")
    return render(
        request, "staff/profile.html", {"form": ProfileForm(instance=user), "password_form": form}, status=422
    )


@login_required
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """One setting from the user menu (`language`, `theme` or `red_is_up`), then back to the page it was changed on."""
    user = person(request)
    chosen = {name: request.POST[name] for name in CHOICES if name in request.POST}
    if not chosen or any(value not in CHOICES[name] for name, value in chosen.items()):
        return HttpResponseBadRequest(_("Unknown setting."))
    for name, value in chosen.items():
        setattr(user, name, value == "yes" if name == "red_is_up" else value)
    user.save(update_fields=list(chosen))
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back) if safe else redirect("home")


@login_required
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The person's keys; a new one is shown in the answer to the form, once, and kept by no cache."""
    user = person(request)
    form, plaintext, token = TokenForm(request.POST or None, user=user), "", None
    if request.method == "POST" and form.is_valid():
        unknown = [key for key in form.cleaned_data["metrics"] if key not in keys()]
        if unknown:
            form.add_error("metrics", _("There is no KPI “%s”.") % unknown[0][:60])
    if request.method == "POST" and form.is_valid():
        with explain_into(form):
            token, plaintext = services.create_token(user, **form.cleaned_data)
            form = TokenForm(user=user)
    mine = (
        ApiToken.objects.filter(user=user)
        .prefetch_related("stores")
        .order_by(F("revoked_at").asc(nulls_first=True), "-id")
    )
    context = {"form": form, "plaintext": plaintext, "new": token, "tokens": mine}
    response = render(request, "staff/tokens.html", context, status=422 if form.is_bound else 200)
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoking cannot be undone, so the name of the key is typed."""
    token = get_object_or_404(ApiToken, pk=pk, user=person(request))
    if request.POST.get("name", "").strip() != token.name:
        messages.error(request, _("Nothing was revoked: type the name “%s” exactly.") % token.name)
    else:
        services.revoke(token)
        messages.success(request, _("“%s” was revoked and opens nothing any more.") % token.name)
    return redirect("tokens")
