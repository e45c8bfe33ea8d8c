"""Keep the board as it is looked at: save, rename, share, start with it, delete."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kpis.display import saved
from kpis.display.saved import SavedView
from kpis.views.board import TABS
from staff.access import StoreRequest, for_store, person
from staff.roles import Action


def may_share(request: StoreRequest) -> bool:
    return request.member.may(Action.SHARE_VIEWS)


def say(request: StoreRequest, problem: Exception) -> None:
    own = _("Give the view a name of its own; 30 views a person at most.")
    messages.error(request, " ".join(problem.messages) if isinstance(problem, ValidationError) else own)


def shown(request: StoreRequest, view: SavedView) -> HttpResponse:
    return redirect(f"{reverse(view.tab, args=[request.store.slug])}?{view.query}&view={view.pk}")


@for_store(Action.VIEW_KPIS)
@require_POST
def view_new(request: StoreRequest) -> HttpResponse:
    """Save the address a person stands on (`tab`, `query`) under a name."""
    tab, query = request.POST.get("tab", ""), request.POST.get("query", "")
    if tab not in dict(TABS):
        raise Http404
    is_shared = "is_shared" in request.POST
    if is_shared and not may_share(request):
        raise PermissionDenied
    try:
        view = saved.save(request.store, person(request), request.POST.get("name", ""), tab, query, is_shared=is_shared)
    except (ValueError, ValidationError) as problem:
        say(request, problem)
        return redirect(f"{reverse(tab, args=[request.store.slug])}?{query}")
    if "is_start" in request.POST:
        saved.set_start(view, person(request), wanted=True)
    messages.success(request, _("Saved as “%s”.") % view.name)
    return shown(request, view)


@for_store(Action.VIEW_KPIS)
@require_POST
def view_change(request: StoreRequest, pk: int) -> HttpResponse:
    """do=save|update|start|unstart|delete. Its owner changes a view; those who may share also change a shared one;
    everybody who sees it may start with it."""
    who, do = person(request), request.POST.get("do", "")
    view = saved.find(request.store, who, pk)
    if view is None:
        raise Http404
    if do in ("start", "unstart"):
        saved.set_start(view, who, wanted=do == "start")
        messages.success(request, _("Your board opens with this view.") if do == "start" else _("Saved."))
        return shown(request, view)
    if view.owner != who and not (view.is_shared and may_share(request)):
        raise PermissionDenied
    if do == "delete":
        saved.delete(view)
        messages.success(request, _("“%s” was deleted.") % view.name)
        return redirect(reverse("dashboard", args=[request.store.slug]) + "?view=0")
    return change(request, view, do)


def change(request: StoreRequest, view: SavedView, do: str) -> HttpResponse:
    """Rename and share (do=save), or keep what the address shows now (do=update)."""
    query = request.POST.get("query", "") if do == "update" else view.query
    name = request.POST.get("name", view.name) if do == "save" else view.name
    is_shared = "is_shared" in request.POST if do == "save" else view.is_shared
    if is_shared and not view.is_shared and not may_share(request):
        raise PermissionDenied
    try:
        saved.save(request.store, view.owner, name, view.tab, query, is_shared=is_shared, view=view)
    except (ValueError, ValidationError) as problem:
        say(request, problem)
        view.refresh_from_db()
    else:
        messages.success(request, _("Saved."))
    return shown(request, view)
