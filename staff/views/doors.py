"""Coming in: log-in, the way to the store, the list of one's stores."""

from typing import Any

from axes.helpers import get_cool_off
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from staff import first_account, second_factor, services
from staff.access import StoreRequest, for_store, person
from staff.forms import LoginForm, StoreNewForm, explain_into
from staff.models import Member, User
from staff.queries import closed_stores, last_membership, memberships
from staff.roles import Action, Level, works_by_list
from staff.views import security
from stores.services import create_store, free_slug


class Login(LoginView):
    """The log-in page; somebody who is in already goes home."""

    template_name = "registration/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"is_first": first_account.is_wanted()}

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Somebody with a second factor is not in before its code is given."""
        user = form.get_user()
        if isinstance(user, User) and second_factor.is_on(user):
            security.remember(self.request, user, self.get_success_url())
            return redirect("login_code")
        return super().form_valid(form)


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """What axes shows after too many wrong passwords: the log-in page with how long to wait."""
    rest = get_cool_off(request)
    minutes = max(1, round(rest.total_seconds() / 60)) if rest else 0
    context = {"form": LoginForm(request), "locked_minutes": minutes, "next": request.POST.get("next", "")}
    return render(request, "registration/login.html", context, status=429)


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """To the store looked at last, or to the first: its figures, or one's own day; without any, to the list that says
    what to do."""
    user = person(request)
    member = last_membership(user, request.session.get("store"))
    if member is None:
        return redirect("stores")
    return first_page(member)


@for_store(Action.VIEW_KPIS)
@require_GET
def store_home(request: StoreRequest) -> HttpResponse:
    """An address cut back to its store."""
    return first_page(request.member)


def first_page(member: Member) -> HttpResponse:
    """One's own day for those who work by a list, the store's day for the others."""
    return redirect("myday" if works_by_list(member.level, member.duties) else "today", member.store.slug)


@login_required
@require_GET
def stores(request: HttpRequest) -> HttpResponse:
    user = person(request)
    mine, search = memberships(user), request.GET.get("q", "").strip()
    found = [x for x in mine if search.lower() in f"{x.store} {x.store.slug} {x.store.get_platform_display()}".lower()]
    context = {"found": found, "all": len(mine), "q": search, "closed": closed_stores(user)}
    return render(request, "stores/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def store_new(request: HttpRequest) -> HttpResponse:
    """An administrator opens a store and becomes its first owner."""
    user = person(request)
    if not user.is_superuser:
        raise PermissionDenied
    form = StoreNewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with explain_into(form), transaction.atomic():
            typed = form.cleaned_data
            slug = typed["slug"] or free_slug(typed["name"], typed["platform"])
            store = create_store(**typed | {"slug": slug})
            services.add_member(store, user, Level.OWNER)
        if form.is_valid():
            messages.success(request, _("%s is open.") % store)
            return redirect("today", store.slug)
    return render(request, "stores/new.html", {"form": form}, status=422 if form.is_bound else 200)
