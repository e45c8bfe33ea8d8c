"""A store's own settings: name, time zone, opening day, channels and the names platforms use for them."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kpis.queries import names_changed
from opsplan.lib.text import folded
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.forms import ChannelForm, StoreForm
from stores.models import Channel, ChannelAlias, Store


def settings_page(request: StoreRequest, status: int = 200, **forms: Any) -> HttpResponse:
    """The page; a refused form comes back in `forms` with what was typed."""
    context = {
        "form": StoreForm(instance=Store.objects.get(pk=request.store.pk)),
        "channel_form": ChannelForm(instance=Channel(store=request.store), prefix="channel"),
        "channels": Channel.objects.filter(store=request.store).prefetch_related("aliases"),
        **forms,
    }
    return render(request, "stores/settings.html", context, status=status)


@for_store(Action.MANAGE_STORE)
@require_http_methods(["GET", "POST"])
def store_settings(request: StoreRequest) -> HttpResponse:
    if request.method != "POST":
        return settings_page(request)
    form = StoreForm(request.POST, instance=Store.objects.get(pk=request.store.pk))
    if not form.is_valid():
        return settings_page(request, 422, form=form)
    with transaction.atomic():
        form.save()
        names_changed(request.store)
    messages.success(request, _("Saved."))
    return redirect("store_settings", request.store.slug)


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
@require_http_methods(["GET", "POST"])
def channel_edit(request: StoreRequest, pk: int) -> HttpResponse:
    channel = get_object_or_404(Channel, store=request.store, pk=pk)
    form = ChannelForm(request.POST or None, instance=channel)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            names_changed(request.store)
        messages.success(request, _("Saved."))
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
