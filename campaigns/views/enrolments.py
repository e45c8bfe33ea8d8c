"""The enrolment register and the talks with the platform; the playbook of a launch."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns import enrolling
from campaigns.forms import DayInput, name_blanks
from campaigns.models import Campaign, Enrolment
from campaigns.views.base import may_edit, telling, told
from kpis.queries import figures_changed
from opsplan.lib import clock
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.downloads import file_response
from stores.models import Store

if TYPE_CHECKING:  # when it runs, Django's class takes no [Model]
    EnrolmentModelForm = forms.ModelForm[Enrolment]
else:
    EnrolmentModelForm = forms.ModelForm

TALKS_PAGE = 50


class EnrolmentForm(EnrolmentModelForm):
    class Meta:
        model = Enrolment
        fields = ("category", "name", "what", "how", "cost", "weight", "window", "until", "campaign", "state", "result")
        widgets = {
            "what": forms.Textarea({"rows": 2}),
            "how": forms.Textarea({"rows": 3}),
            "until": DayInput(),
        }

    def __init__(self, *args: Any, store: Store, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.store = store
        campaign = self.fields["campaign"]
        assert isinstance(campaign, forms.ModelChoiceField)
        campaign.queryset = Campaign.objects.filter(store=store)
        name_blanks(self)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def enrolments(request: StoreRequest) -> HttpResponse:
    """?state= shows one state only; closing: what *Today* asks about. ?sort=: see `enrolling.SORTS`."""
    state, sort = request.GET.get("state", ""), request.GET.get("sort", "")
    store, today = request.store, clock.today(request.store.timezone)
    rows = enrolling.closing(store, today, sort) if state == "closing" else enrolling.register(store, state, sort)
    if request.GET.get("format"):
        return enrolments_file(request, rows)
    context = {
        "rows": rows,
        "any": enrolling.register(request.store).exists(),
        "states": [*Enrolment.State.choices, ("closing", _("Enrol these days"))],
        "state": state,
        "sort": sort,
        "page": Paginator(enrolling.talks(request.store), TALKS_PAGE).get_page(request.GET.get("page")),
        "campaigns": Campaign.objects.filter(store=request.store)[:200],
        "today": today,
        "may_edit": may_edit(request),
    }
    return render(request, "campaigns/enrolments.html", context)


def enrolments_file(request: StoreRequest, rows: Iterable[Enrolment]) -> HttpResponse:
    heads = [
        _("Project"), _("Kind of project"), _("what it is"), _("Campaign"), _("How"), _("Cost"), _("Operating weight"),
        _("Window"), _("Enrol until"), _("State"), _("Result"),
    ]  # fmt: skip
    told = [
        [x.name, x.get_category_display(), x.what, x.campaign.name if x.campaign else "", x.how, x.cost,
         x.get_weight_display(), x.window, x.until, x.get_state_display(), x.result]
        for x in rows
    ]  # fmt: skip
    return file_response(request.GET["format"], f"{request.store.slug}-enrolments", heads, told)


@for_store(Action.DO_TASKS)
@require_POST
def enrolment_talk(request: StoreRequest) -> HttpResponse:
    """Whoever talked writes it down."""
    typed = {name: request.POST.get(name, "") for name in ("day", "who", "said", "campaign")}
    with telling(request):
        enrolling.add_talk(request.store, **typed, by=request.user)
    return redirect("enrolments", request.store.slug)


@for_store(Action.SET_TARGETS)
@require_POST
def enrolment_appendix(request: StoreRequest) -> HttpResponse:
    made = enrolling.add_appendix(request.store)
    messages.success(
        request, ngettext("%(count)s row was added.", "%(count)s rows were added.", made) % {"count": made}
    )
    return redirect("enrolments", request.store.slug)


@for_store(Action.SET_TARGETS)
@require_http_methods(["GET", "POST"])
def enrolment_new(request: StoreRequest) -> HttpResponse:
    return edit(request, Enrolment(store=request.store))


@for_store(Action.SET_TARGETS)
@require_http_methods(["GET", "POST"])
def enrolment_edit(request: StoreRequest, pk: int) -> HttpResponse:
    """POST with what=delete takes it away."""
    found = get_object_or_404(Enrolment, store=request.store, pk=pk)
    if request.POST.get("what") == "delete":
        found.delete()
        return redirect("enrolments", request.store.slug)
    return edit(request, found)


def edit(request: StoreRequest, enrolment: Enrolment) -> HttpResponse:
    form = EnrolmentForm(request.POST or None, instance=enrolment, store=request.store)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("enrolments", request.store.slug)
    context = {"form": form, "enrolment": enrolment}
    return render(request, "campaigns/enrolment.html", context, status=422 if form.is_bound else 200)


@for_store(Action.SET_TARGETS)
@require_POST
def campaign_playbook(request: StoreRequest) -> HttpResponse:
    """A launch from its playbook, beginning on `first_day`."""
    try:
        first = dt.date.fromisoformat(request.POST.get("first_day", ""))
    except ValueError:
        messages.error(request, _("Give a day as YYYY-MM-DD."))
        return redirect("campaign_new", request.store.slug)
    try:
        with transaction.atomic():
            made = enrolling.launch_playbook(request.store, first, request.user)
            figures_changed(request.store, made.first_day, made.last_day)
    except ValidationError as error:
        told(request, error)
        return redirect("campaign_new", request.store.slug)
    return redirect("campaign", request.store.slug, made.pk)
