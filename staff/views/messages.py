"""消息: where messages of a store go, and what has become of those that were sent."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from staff import delivery, tasks
from staff.access import StoreRequest, for_store
from staff.forms import explain_into
from staff.models import Delivery, Destination, Medium
from staff.roles import Action

LOG = 50


class DestinationForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Medium.choices, initial=Medium.WECOM)
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        help_text=gettext_lazy("An e-mail address, or the https:// address of the robot or of your program."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )
    secret = forms.CharField(
        label=gettext_lazy("Signing secret of the robot"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("DingTalk and Feishu, if the robot signs. A webhook gets its secret from us."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES, initial="zh-hans")


@for_store(Action.MANAGE_ALERTS)
@require_http_methods(["GET", "POST"])
def destinations(request: StoreRequest) -> HttpResponse:
    """The list with the form; the secret of a new webhook stands in the answer, once, and is kept by no cache."""
    form, made = DestinationForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        with explain_into(form):
            made = delivery.add_destination(request.store, **form.cleaned_data)
            form = DestinationForm()
    log = Delivery.objects.filter(store=request.store).select_related("destination")
    context = {
        "form": form,
        "made": made,
        "secret": made.secret if made and made.kind == Medium.WEBHOOK else "",
        "destinations": [
            (each, delivery.shown_address(each)) for each in Destination.objects.filter(store=request.store)
        ],
        "page": Paginator(log, LOG).get_page(request.GET.get("page")),
        "email_is_set_up": settings.EMAIL_IS_SET_UP,
        "wishes": Destination.Imports.choices,
    }
    response = render(request, "staff/destinations.html", context, status=422 if form.is_bound else 200)
    response["Cache-Control"] = "no-store"
    return response


def the_destination(request: StoreRequest, pk: int) -> Destination:
    return get_object_or_404(Destination, store=request.store, pk=pk)


@for_store(Action.MANAGE_ALERTS)
@require_POST
def destination_test(request: StoreRequest, pk: int) -> HttpResponse:
    """Send it a message that says it is one to try; what came of it stands in the log."""
    to = the_destination(request, pk)
    delivery.queue_test(to, request.user)
    transaction.on_commit(tasks.send_due.delay)
    messages.success(request, _("On its way to %s; the log below says what becomes of it.") % to.name)
    return redirect("destinations", request.store.slug)


@for_store(Action.MANAGE_ALERTS)
@require_POST
def destination_switch(request: StoreRequest, pk: int) -> HttpResponse:
    to = the_destination(request, pk)
    delivery.tell(to, on=request.POST.get("on") == "1")
    said = _("Messages go to %s again.") if to.is_active else _("No more messages go to %s.")
    messages.success(request, said % to.name)
    return redirect("destinations", request.store.slug)


@for_store(Action.MANAGE_ALERTS)
@require_POST
def destination_told(request: StoreRequest, pk: int) -> HttpResponse:
    """What goes there beside alerts: results of imports (field `imports`: one of `Destination.Imports`) and alarms of
    running campaigns (`campaigns`: ticked)."""
    to = the_destination(request, pk)
    try:
        delivery.tell(to, request.POST.get("imports", ""), request.POST.get("campaigns") == "1")
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
        return redirect("destinations", request.store.slug)
    told = [to.get_imports_display()] + ([_("Alarms of running campaigns")] if to.campaigns else [])
    words = _(", ").join(told)
    messages.success(request, to.name + _(": ") + words)
    return redirect("destinations", request.store.slug)


@for_store(Action.MANAGE_ALERTS)
@require_POST
def destination_delete(request: StoreRequest, pk: int) -> HttpResponse:
    """It cannot be undone (nobody can see the secret any more), so the name is typed."""
    to = the_destination(request, pk)
    if request.POST.get("name", "").strip() != to.name:
        messages.error(request, _("Nothing was deleted: type the name “%s” exactly.") % to.name)
    else:
        to.delete()
        messages.success(request, _("“%s” was deleted.") % to.name)
    return redirect("destinations", request.store.slug)


@for_store(Action.MANAGE_ALERTS)
@require_POST
def delivery_again(request: StoreRequest, pk: int) -> HttpResponse:
    """Try a message once more that was given up."""
    found = get_object_or_404(Delivery, store=request.store, pk=pk)
    delivery.again(found)
    transaction.on_commit(tasks.send_due.delay)
    messages.success(request, _("It is tried once more."))
    return redirect("destinations", request.store.slug)
