"""A store's own settings: name, time zone, opening day, channels and the names platforms use for them, calendar."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kpis import queries
from kpis.queries import channel_paid_changed, delete_store, held, names_changed
from opsplan.lib import clock
from opsplan.lib.almanac import FEASTS
from opsplan.lib.calendar import Calendar, Event, Kind, has_notice
from opsplan.lib.periods import DAY, Period
from opsplan.lib.text import folded
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores import calendars
from stores.forms import ChannelForm, DayForm, EventForm, StoreForm
from stores.models import CalendarDay, CalendarEvent, Channel, ChannelAlias, Store
from stores.services import close_store, reopen_store


def settings_page(request: StoreRequest, status: int = 200, **forms: Any) -> HttpResponse:
    """The page; a refused form comes back in `forms` with what was typed."""
    context = {
        "form": StoreForm(instance=Store.objects.get(pk=request.store.pk), money=held(request.store, prices=True)),
        "facts": held(request.store),
        "channel_form": ChannelForm(instance=Channel(store=request.store), prefix="channel"),
        "channels": Channel.objects.filter(store=request.store).prefetch_related("aliases"),
        "begun": queries.begun_before_opening(request.store),
        "exchange": queries.channel_exchange(request.store),
        **forms,
    }
    return render(request, "stores/settings.html", context, status=status)


@for_store(Action.MANAGE_STORE)
@require_http_methods(["GET", "POST"])
def store_settings(request: StoreRequest) -> HttpResponse:
    if request.method != "POST":
        return settings_page(request)
    with transaction.atomic():
        store = Store.objects.select_for_update(of=("self",)).get(pk=request.store.pk)
        form = StoreForm(request.POST, instance=store, money=held(store, prices=True))
        if form.is_valid():
            form.save()
            names_changed(request.store)
    if not form.is_valid():
        return settings_page(request, 422, form=form)
    messages.success(request, _("Saved."))
    return redirect("store_settings", request.store.slug)


@for_store(Action.MANAGE_STORE)
@require_POST
def store_opening(request: StoreRequest) -> HttpResponse:
    """The store opened on the day its figures begin."""
    with transaction.atomic():
        store = Store.objects.select_for_update(of=("self",)).get(pk=request.store.pk)
        begun = queries.begun_before_opening(store)
        if begun:
            store.opened_on = begun
            store.save(update_fields=["opened_on"])
            names_changed(store)
            messages.success(request, _("Saved."))
    return redirect("store_settings", request.store.slug)


@for_store(Action.MANAGE_STORE)
@require_POST
def store_close(request: StoreRequest) -> HttpResponse:
    close_store(Store.objects.get(pk=request.store.pk))
    messages.success(request, _("The store is closed. Everything in it stays and can be read; you can open it again."))
    return redirect("store_settings", request.store.slug)


@for_store(Action.MANAGE_STORE)
@require_POST
def store_reopen(request: StoreRequest) -> HttpResponse:
    reopen_store(Store.objects.get(pk=request.store.pk))
    messages.success(request, _("The store is open again."))
    return redirect("store_settings", request.store.slug)


@for_store(Action.MANAGE_STORE)
@require_POST
def store_delete(request: StoreRequest) -> HttpResponse:
    """Field: name, the store's, typed."""
    try:
        delete_store(request.store, request.POST.get("name", ""))
    except ValidationError as problem:
        return settings_page(request, 422, delete_error=" ".join(problem.messages))
    messages.success(request, _("%s was deleted.") % request.store.name)
    return redirect("stores")


@for_store(Action.MANAGE_STORE)
@require_POST
def channel_add(request: StoreRequest) -> HttpResponse:
    channel = Channel(store=request.store)
    form = ChannelForm(request.POST, instance=channel, prefix="channel")
    if not form.is_valid():
        return settings_page(request, 422, channel_form=form)
    channel.key = folded(form.cleaned_data["name"])[:60]
    if Channel.objects.filter(store=request.store, key=channel.key).exists():
        form.add_error("name", _("The store already has a channel of this name."))
        return settings_page(request, 422, channel_form=form)
    with transaction.atomic():
        form.save()
        names_changed(request.store)
    messages.success(request, _("Channel “%s” was added.") % channel.name)
    return redirect("store_settings", request.store.slug)


@for_store(Action.MANAGE_STORE)
@require_POST
def channel_exchange(request: StoreRequest) -> HttpResponse:
    """Take the channels of the store's platform for those it was opened with and never used."""
    if queries.take_channels(request.store):
        messages.success(request, _("The store has the channels of its platform now."))
    return redirect("store_settings", request.store.slug)


@for_store(Action.MANAGE_STORE)
@require_http_methods(["GET", "POST"])
def channel_edit(request: StoreRequest, pk: int) -> HttpResponse:
    channel = get_object_or_404(Channel, store=request.store, pk=pk)
    form = ChannelForm(request.POST or None, instance=channel)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            names_changed(request.store)
            days = channel_paid_changed(request.store, channel.key) if "is_paid" in form.changed_data else 0
        text = ngettext(
            "Saved. %(days)s day is being counted again.", "Saved. %(days)s days are being counted again.", days
        )
        messages.success(request, text % {"days": days} if days else _("Saved."))
        return redirect("channel_edit", request.store.slug, pk)
    context = {"form": form, "channel": Channel.objects.get(pk=pk), "aliases": channel.aliases.order_by("name")}
    return render(request, "stores/channel.html", context, status=422 if form.is_bound else 200)


@for_store(Action.MANAGE_STORE)
@require_POST
def alias_delete(request: StoreRequest, pk: int, alias: int) -> HttpResponse:
    """Take a name off a channel. It can be typed in again, so this needs no question."""
    found = get_object_or_404(ChannelAlias, store=request.store, channel_id=pk, pk=alias)
    found.delete()
    messages.success(request, _("“%s” was taken off. Type it in again to undo this.") % found.name)
    return redirect("channel_edit", request.store.slug, pk)


# --- the calendar -------------------------------------------------------------------------------------------------

FIRST_YEAR, LAST_YEAR = 2010, 2050
SOURCES = {"shipped": gettext_lazy("as delivered"), "installation": gettext_lazy("all stores"), "store": ""}
HOLIDAYS = {feast.key: feast.name for feast in FEASTS}


def calendar_page(request: StoreRequest, status: int = 200, **forms: Any) -> HttpResponse:
    """The year's events, days off and worked weekend days, with what was changed of them."""
    today = clock.today(request.store.timezone)
    year = year_of(request.GET.get("year", ""), today)
    found = calendars.calendar_of(request.store)
    chosen = next((e for e in found.events(year) if e.key == request.GET.get("event")), None)
    own = {"store": request.store}
    context = {
        "year": year,
        "earlier": f"?year={year - 1}" if year > FIRST_YEAR else "",
        "later": f"?year={year + 1}" if year < LAST_YEAR else "",
        "events": [event_words(event, today) for event in found.events(year)],
        "removed": CalendarEvent.objects.filter(**own, year=year, is_removed=True),
        "holidays": holidays(found, year),
        "worked": [day for day in whole(year) if found.kind_of(day) is Kind.MAKEUP],
        "changed": CalendarDay.objects.filter(**own, day__year=year),
        "has_notice": has_notice(year),
        "days_off": found.days_off,
        "region": found.region,
        "chosen": chosen and str(_(chosen.name)),
        "event_form": EventForm(initial=vars(chosen) | {"name": _(chosen.name)} if chosen else None),
        "day_form": DayForm(auto_id="day_%s"),
        "may_all": request.user.is_superuser,
        **forms,
    }
    return render(request, "stores/calendar.html", context, status=status)


def year_of(text: str, today: dt.date) -> int:
    return int(text) if text.isascii() and text.isdigit() and FIRST_YEAR <= int(text) <= LAST_YEAR else today.year


def whole(year: int) -> Period:
    return Period(dt.date(year, 1, 1), dt.date(year, 12, 31))


def event_words(event: Event, today: dt.date) -> dict[str, Any]:
    return {
        "event": event,
        "name": _(event.name),
        "source": SOURCES[event.source],
        "is_own": event.source == "store",
        "left": (event.day - today).days,
    }


def holidays(found: Calendar, year: int) -> list[dict[str, Any]]:
    """The days off in runs: name, first and last day, how many."""
    runs: list[dict[str, Any]] = []
    for day in whole(year):
        if found.kind_of(day) is not Kind.STATUTORY:
            continue
        key = found.holiday(day)
        if runs and runs[-1]["key"] == key and runs[-1]["last"] == day - DAY:
            runs[-1]["last"] = day
        else:
            runs.append({"key": key, "name": _(HOLIDAYS.get(key, key)) if key else "", "first": day, "last": day})
    return [run | {"days": (run["last"] - run["first"]).days + 1} for run in runs]


@for_store(Action.EDIT_CALENDAR)
@require_GET
def calendar(request: StoreRequest) -> HttpResponse:
    return calendar_page(request)


def change_calendar(request: StoreRequest, everywhere: bool, change: Callable[[Store | None], object]) -> None:
    """Change the calendar of the store, or of all of them, and tell that comparisons have changed."""
    if everywhere and not request.user.is_superuser:
        raise PermissionDenied
    with transaction.atomic():
        change(None if everywhere else request.store)
        for store in Store.objects.all() if everywhere else [request.store]:
            names_changed(store)


def to_year(request: StoreRequest, year: int) -> HttpResponse:
    return redirect(f"{reverse('calendar', args=[request.store.slug])}?year={year}")


@for_store(Action.EDIT_CALENDAR)
@require_POST
def calendar_event(request: StoreRequest) -> HttpResponse:
    """Add an event, or move one of a year."""
    form = EventForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        told = (data["key"], data["name"], data["day"], data["before"], data["after"])
        try:
            change_calendar(request, data["everywhere"], lambda store: calendars.set_event(store, *told))
        except ValidationError as problem:
            form.add_error(None, problem.messages)
        else:
            messages.success(request, _("“%s” was saved.") % data["name"])
            return to_year(request, data["day"].year)
    return calendar_page(request, 422, event_form=form)


@for_store(Action.EDIT_CALENDAR)
@require_POST
def calendar_event_off(request: StoreRequest) -> HttpResponse:
    """Take an event off its year, or forget what the store said about it (`restore`)."""
    key, year = request.POST.get("key", ""), year_of(request.POST.get("year", ""), clock.today(request.store.timezone))
    what = calendars.restore_event if request.POST.get("restore") else calendars.remove_event
    change_calendar(request, False, lambda store: what(store, key, year))
    messages.success(request, _("Saved."))
    return to_year(request, year)


@for_store(Action.EDIT_CALENDAR)
@require_POST
def calendar_day(request: StoreRequest) -> HttpResponse:
    """Say whether a day is worked."""
    form = DayForm(request.POST, auto_id="day_%s")
    if not form.is_valid():
        return calendar_page(request, 422, day_form=form)
    data = form.cleaned_data
    told = (data["day"], data["kind"], data["name"])
    change_calendar(request, data["everywhere"], lambda store: calendars.set_day(store, *told))
    messages.success(request, _("Saved."))
    return to_year(request, data["day"].year)
