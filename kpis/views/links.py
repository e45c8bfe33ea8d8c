"""Links to signed reports for people without an account: made, listed with who looked, taken back."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kpis.sharing import shared
from kpis.sharing.link_forms import LinkForm
from kpis.views.words import labels
from opsplan.lib.sheets import Cell
from staff import links, sessions
from staff.access import StoreRequest, for_store
from staff.forms import explain_into
from staff.models import ShareLink
from staff.roles import Action
from stores.downloads import file_response

PAGE = 50
STATES: dict[str, Promise] = {
    "open": gettext_lazy("still good"),
    "expired": gettext_lazy("expired"),
    "revoked": gettext_lazy("revoked"),
}
TONES = {"open": "good", "expired": "", "revoked": "bad"}


def form_of(request: StoreRequest, data: Any = None) -> LinkForm:
    asked = [(kind, request.GET.get(kind.value, "")) for kind in (ShareLink.Opens.REPORT, ShareLink.Opens.STATEMENT)]
    first = next(({"what": f"{kind}:{number}"} for kind, number in asked if number.isdecimal()), {})
    return LinkForm(data, store=request.store, by=request.user, labels=labels(), initial=first)


@for_store(Action.SIGN_REPORTS)
@require_http_methods(["GET", "POST"])
def link_list(request: StoreRequest) -> HttpResponse:
    """The links, and a form for another (?report=7: to that report). A new one stands in the answer, once."""
    if request.method == "GET":
        return list_page(request, form_of(request))
    form, secret = form_of(request, request.POST), ""
    if form.is_valid():
        with explain_into(form):
            secret = shared.make(request.store, request.user, **form.cleaned_data)[1]
    if not form.is_valid():
        return list_page(request, form, status=422)
    path = reverse("shared", args=[secret])
    address = f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)
    response = list_page(request, form_of(request), address=address)
    response["Cache-Control"] = "no-store"
    return response


def list_page(request: StoreRequest, form: LinkForm, address: str = "", status: int = 200) -> HttpResponse:
    page = Paginator(links.links(request.store), PAGE).get_page(request.GET.get("page"))
    found = list(page.object_list)
    names = shared.names(request.store, found)
    rows = [{"link": x, "opens": names[x.pk], **state_words(x)} for x in found]
    context = {"page": page, "rows": rows, "form": form, "address": address}
    return render(request, "kpis/links.html", context, status=status)


def state_words(link: ShareLink) -> dict[str, Any]:
    state = links.state_of(link)
    return {"state": STATES[state], "tone": TONES[state], "is_open": state == "open"}


def the_link(request: StoreRequest, pk: int) -> ShareLink:
    return get_object_or_404(links.links(request.store), pk=pk)


@for_store(Action.SIGN_REPORTS)
@require_GET
def link(request: StoreRequest, pk: int) -> HttpResponse:
    """Who looked, newest first; ?format=csv or xlsx: as a file."""
    found, words = the_link(request, pk), labels()
    visits = found.visits.all()
    if request.GET.get("format"):
        header = [_("When"), _("What happened"), _("Address"), _("Device")]
        rows: list[list[Cell]] = [
            [localtime(x.at), x.get_outcome_display(), x.address, sessions.device(x.agent)] for x in visits
        ]
        return file_response(request.GET["format"], f"{request.store.slug}-link-{pk}", header, rows)
    page = Paginator(visits, PAGE).get_page(request.GET.get("page"))
    context = {
        "link": found,
        "opens": shared.names(request.store, [found])[found.pk],
        "parts": [title for key, title in shared.PARTS.items() if key in (found.parts or shared.PARTS)],
        "figures": [words[key] for key in found.figures],
        "page": page,
        "visits": [{"visit": x, "device": sessions.device(x.agent)} for x in page.object_list],
        **state_words(found),
    }
    return render(request, "kpis/link.html", context)


@for_store(Action.SIGN_REPORTS)
@require_POST
def link_revoke(request: StoreRequest, pk: int) -> HttpResponse:
    links.revoke(the_link(request, pk))
    messages.success(request, _("The link opens nothing any more."))
    return redirect("links", request.store.slug)
