"""What is typed about a store and its channels."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from opsplan.lib.text import folded
from stores import currency
from stores.calendars import LONGEST
from stores.models import CalendarDay, Channel, ChannelAlias, Store
from stores.services import brand_named, one_line, time_zones, zone_choices

if TYPE_CHECKING:  # when it runs, Django's class takes no [Model]
    StoreModelForm = forms.ModelForm[Store]
    ChannelModelForm = forms.ModelForm[Channel]
else:
    StoreModelForm = ChannelModelForm = forms.ModelForm


class StoreForm(StoreModelForm):
    brand_name = forms.CharField(
        label=_("Brand or client"),
        max_length=60,
        required=False,
        help_text=_("Stores of the same brand can be looked at together under “All stores”."),
    )

    field_order = ("name", "brand_name", "client")

    class Meta:
        model = Store
        fields = ["name", "client", "timezone", "currency", "opened_on"]
        widgets = {"opened_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "client": _("Only where a client has several brands: whose brand it is. Empty: the brand is the client."),
            "timezone": _("Its days are the store's days. Files that were loaded keep the days they were counted on."),
            "opened_on": _("Before this day no data is expected."),
        }

    def __init__(self, *args: Any, money: Sequence[str] = (), **kwargs: Any) -> None:
        """money: what is there already that is counted in the store's currency, in words."""
        super().__init__(*args, **kwargs)
        field = self.fields["currency"]
        known = dict(currency.choices())
        field.widget = forms.Select(choices=list(({self.instance.currency: self.instance.currency} | known).items()))
        field.disabled, field.required = bool(money), False
        if money:
            text = _("It stays: there is money counted in it already (%s).")
            field.help_text = text % _(", ").join(money)
        else:
            field.help_text = _("It can be another one as long as no money was imported or typed.")
        self.fields["timezone"].widget = forms.Select(choices=zone_choices(self.instance.timezone))
        self.fields["brand_name"].initial = self.instance.brand.name if self.instance.brand else ""

    def save(self, commit: bool = True) -> Any:
        self.instance.brand = brand_named(self.cleaned_data["brand_name"])
        return super().save(commit)

    def clean_client(self) -> str:
        return one_line(self.cleaned_data["client"])

    def clean_currency(self) -> str:
        return self.cleaned_data["currency"] or self.instance.currency

    def clean_timezone(self) -> str:
        name: str = self.cleaned_data["timezone"].strip()
        if name not in time_zones():
            raise ValidationError(_("Unknown time zone; write it like Asia/Shanghai."))
        return name


class ChannelForm(ChannelModelForm):
    """A channel's name and whether it costs money; `alias`, when typed, is one more name that platforms use for it."""

    alias = forms.CharField(
        label=_("Another name for it"),
        max_length=100,
        required=False,
        help_text=_("As it stands in the platform's files. Files loaded from now on are booked here."),
    )

    class Meta:
        model = Channel
        fields = ["name", "is_paid", "stopped_on"]
        widgets = {"stopped_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "stopped_on": _("No ad report of it is missing from this day on, until one tells of a later day."),
        }

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        twins = Channel.objects.filter(store=self.instance.store, name=name).exclude(pk=self.instance.pk)
        if twins.exists():
            raise ValidationError(_("The store already has a channel of this name."))
        return name

    def clean_alias(self) -> str:
        name = folded(self.cleaned_data["alias"])
        known = ChannelAlias.objects.filter(store=self.instance.store, name=name).select_related("channel").first()
        if name and known and known.channel_id != self.instance.pk:
            raise ValidationError(_("This name belongs to the channel “%s” already.") % known.channel.name)
        return name

    def save(self, commit: bool = True) -> Any:
        channel: Channel = super().save(commit)
        for name in dict.fromkeys((self.cleaned_data["alias"], folded(channel.name))):
            if name and not ChannelAlias.objects.filter(store=channel.store, name=name).exists():
                ChannelAlias.objects.create(store=channel.store, channel=channel, name=name)
        return channel


class EventForm(forms.Form):
    """When an event is in one year. `everywhere`: for all stores, which only administrators may say."""

    key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=60)
    day = forms.DateField(label=_("Peak day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    before = forms.IntegerField(label=_("Days before it"), min_value=0, max_value=LONGEST, initial=0)
    after = forms.IntegerField(label=_("Days after it"), min_value=0, max_value=LONGEST, initial=0)
    everywhere = forms.BooleanField(label=_("For all stores"), required=False)


class DayForm(forms.Form):
    """Whether a day is worked, where it is other than the notice says."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("As the calendar says")), *CalendarDay.Kind.choices]
    )
    name = forms.CharField(label=_("Name"), max_length=60, required=False)
    everywhere = forms.BooleanField(label=_("For all stores"), required=False)
