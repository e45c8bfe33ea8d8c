"""通知: what one was told, and how one wants to be told."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from staff import notices
from staff.access import StoreRequest, for_store
from staff.models import Destination, Notice, Reminders
from staff.reminders import LONGEST
from staff.roles import Action

SHOWN = 100


@for_store(Action.VIEW_TASKS)
@require_GET
def notice_list(request: StoreRequest) -> HttpResponse:
    page = Paginator(notices.of_person(request.store, request.user), SHOWN).get_page(request.GET.get("page"))
    context = {"page": page, "notices": list(page), "unread": notices.unread(request.store, request.user)}
    response = render(request, "staff/notices.html", context)
    response["Cache-Control"] = "no-store"
    return response


@for_store(Action.VIEW_TASKS)
@require_GET
def notice_count(request: StoreRequest) -> HttpResponse:
    """What the bell of the frame shows: a number, or nothing."""
    response = render(request, "staff/_notice_count.html", {"count": notices.unread(request.store, request.user)})
    response["Cache-Control"] = "no-store"
    return response


@for_store(Action.VIEW_TASKS)
@require_POST
def notices_read(request: StoreRequest) -> HttpResponse:
    """pk= of one, which is then opened; without one all are read."""
    pk = request.POST.get("pk", "")
    notices.read(request.store, request.user, [int(pk)] if pk.isdigit() else None)
    found = Notice.objects.filter(store=request.store, user=request.user, pk=pk).first() if pk.isdigit() else None
    if found is not None and found.path.startswith("/") and not found.path.startswith("//"):
        return redirect(found.path)
    return redirect("notices", request.store.slug)


def time_input() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class RemindersForm(forms.ModelForm):  # type: ignore[type-arg]
    """Give it the store: its destinations can be chosen."""

    class Meta:
        model = Reminders
        fields = ("lead", "is_pushed", "has_digest", "digest_at", "destination", "quiet_from", "quiet_until")
        widgets = {"digest_at": time_input(), "quiet_from": time_input(), "quiet_until": time_input()}
        labels = {
            "lead": gettext_lazy("Minutes before the end of a slot"),
            "is_pushed": gettext_lazy("Send me every notice at once"),
            "has_digest": gettext_lazy(
                "Send me one message a day: my work, what was missed, what is new; on Mondays how the month stands"
            ),
            "digest_at": gettext_lazy("Time of that message"),
            "destination": gettext_lazy("Send to"),
            "quiet_from": gettext_lazy("Do not disturb from"),
            "quiet_until": gettext_lazy("until"),
        }
        help_texts = {
            "lead": gettext_lazy("0 is no reminder. Inside the app you are always told of everything else."),
            "destination": gettext_lazy("Your own e-mail address, or a robot or webhook of this store."),
            "quiet_from": gettext_lazy("Times of the store; what happens meanwhile is sent when they are over."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = self.fields["destination"]
        if isinstance(there, forms.ModelChoiceField):
            there.queryset = Destination.objects.filter(store=self.instance.store, is_active=True)
            there.empty_label = _("My e-mail address")

    def clean_lead(self) -> int:
        lead: int = self.cleaned_data["lead"]
        if lead > LONGEST:
            raise forms.ValidationError(_("At most %d minutes.") % LONGEST)
        return lead

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("has_digest") and not typed.get("digest_at"):
            self.add_error("digest_at", _("Say at what time."))
        if bool(typed.get("quiet_from")) != bool(typed.get("quiet_until")):
            self.add_error("quiet_until", _("Quiet hours need a beginning and an end."))
        sends = typed.get("is_pushed") or typed.get("has_digest")
        if sends and not typed.get("destination") and not self.instance.user.email:
            self.add_error("destination", _("You have no e-mail address: add it to your profile, or choose a robot."))
        return typed


@for_store(Action.VIEW_TASKS)
@require_http_methods(["GET", "POST"])
def reminder_settings(request: StoreRequest) -> HttpResponse:
    mine = Reminders.objects.filter(store=request.store, user=request.user).first()
    form = RemindersForm(request.POST or None, instance=mine or Reminders(store=request.store, user=request.user))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("reminders", request.store.slug)
    return render(request, "staff/reminders.html", {"form": form}, status=422 if form.is_bound else 200)
