"""指标口径: which definition of a KPI the store uses where the market disagrees, from which day on."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kpis import definitions as chosen
from kpis import queries
from kpis.glossary import Entry, glossary
from opsplan.lib import clock
from staff.access import StoreRequest, for_store
from staff.roles import Action


class ChoiceForm(forms.Form):
    variant = forms.ChoiceField(label=gettext_lazy("Definition"))
    since = forms.DateField(
        label=gettext_lazy("In force since"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, entry: Entry, data: QueryDict | None = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, prefix=entry.info.key)
        variant = self.fields["variant"]
        assert isinstance(variant, forms.ChoiceField)
        variant.choices = [(x.variant, x.label) for x in entry.readings]


def page(request: StoreRequest, refused: ChoiceForm | None = None) -> HttpResponse:
    today = clock.today(request.store.timezone)
    made = chosen.history(request.store)
    cards = []
    for group in glossary(request.store, today):
        for entry in group.entries:
            if not entry.readings:
                continue
            now = next(x for x in entry.readings if x.is_chosen)
            form = ChoiceForm(entry, initial={"variant": now.variant, "since": today.replace(day=1)})
            if refused and refused.prefix == entry.info.key:
                form = refused
            past = [(x, label_of(entry, x.variant)) for x in made.get(entry.info.key, [])]
            cards.append({"entry": entry, "now": now, "form": form, "history": past})
    context = {"cards": cards, "today": today}
    return render(request, "kpis/definitions.html", context, status=422 if refused else 200)


def label_of(entry: Entry, variant: str) -> str:
    return next((x.label for x in entry.readings if x.variant == variant), variant)


@for_store(Action.SET_TARGETS)
@require_GET
def definitions(request: StoreRequest) -> HttpResponse:
    return page(request)


@for_store(Action.SET_TARGETS)
@require_POST
def definition_set(request: StoreRequest, metric: str) -> HttpResponse:
    """Choose a definition from a day on; what was refused comes back with the reason."""
    groups = glossary(request.store, clock.today(request.store.timezone))
    entry = next((x for group in groups for x in group.entries if x.info.key == metric and x.readings), None)
    if entry is None:
        raise Http404
    form = ChoiceForm(entry, request.POST)
    if not form.is_valid():
        return page(request, form)
    since: dt.date = form.cleaned_data["since"]
    try:
        chosen.set_definition(request.store, metric, form.cleaned_data["variant"], since, request.user)
    except ValidationError as error:
        form.add_error("since", error.messages)
        return page(request, form)
    label = label_of(entry, form.cleaned_data["variant"])
    said = _("From %(day)s on, %(metric)s means: %(definition)s.")
    messages.success(request, said % {"day": since, "metric": entry.info.label, "definition": label})
    return redirect("definitions", request.store.slug)


@for_store(Action.SET_TARGETS)
@require_POST
def definition_undo(request: StoreRequest, pk: int) -> HttpResponse:
    """Take a choice away as if it had never been made."""
    metric = chosen.take_back(request.store, pk)
    if metric is None:
        raise Http404
    messages.success(request, _("The choice for %s was taken back.") % queries.metric(metric).label)
    return redirect("definitions", request.store.slug)
