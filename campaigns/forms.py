"""What is typed on the campaign pages."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns import services
from campaigns.models import Campaign
from opsplan.lib import clock
from opsplan.lib.calendar import Event
from opsplan.lib.money import fen, yuan
from products.models import Product
from products.price_services import events_of
from staff.models import User
from stores.amounts import AmountField
from stores.calendars import calendar_of
from stores.models import Store

LONGEST = 366


if TYPE_CHECKING:  # when it runs, Django's class takes no [Model]
    ManyProducts = forms.ModelMultipleChoiceField[Product]
    CampaignModelForm = forms.ModelForm[Campaign]
else:
    ManyProducts = forms.ModelMultipleChoiceField
    CampaignModelForm = forms.ModelForm


def coming_events(store: Store, today: dt.date) -> dict[str, Event]:
    """The sales a campaign may be for, by key: each as it runs now or comes next."""
    calendar, found = calendar_of(store), dict[str, Event]()
    for event in (*calendar.events(today.year), *calendar.events(today.year + 1)):
        if event.is_sale and (event.key not in found or found[event.key].period.last < today):
            found[event.key] = event
    return found


class EventSelect(forms.Select):
    """Events that say on which days they are, and whose price rules hold there."""

    def __init__(self, told: dict[str, dict[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.told = told

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"] |= self.told.get(str(value), {})
        return option


class ProductsField(ManyProducts):
    """The products of the store, told apart by code and title."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Product) -> str:
        return f"{obj.code} {obj.title}"


def name_blanks(form: forms.BaseForm) -> None:
    """An empty choice says whether something is to be chosen."""
    for field in form.fields.values():
        said = gettext("Choose") if field.required else "—"
        if isinstance(field, forms.ModelChoiceField) and field.empty_label is not None:
            field.empty_label = said
        elif isinstance(field, forms.TypedChoiceField):
            known = cast(Iterable[tuple[str, str]], field.choices)
            field.choices = [(key, label if key else said) for key, label in known]


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


TAOBAO = (Campaign.Kind.COINS, Campaign.Kind.DAILY, Campaign.Kind.JUHUASUAN)  # offered to no store of another platform


class CampaignForm(CampaignModelForm):
    prize = AmountField(
        label=_("Dearest prize of a lottery (¥)"), required=False, min_value=0, max_digits=12, decimal_places=2
    )

    class Meta:
        model = Campaign
        fields = ("name", "kind", "first_day", "last_day", "event", "price_event", "theme", "terms_shown", "products")
        labels = {"theme": _("Theme")}
        widgets = {
            "first_day": DayInput(),
            "last_day": DayInput(),
            "theme": forms.Textarea({"rows": 2}),
            "terms_shown": forms.Textarea({"rows": 2}),
        }
        field_classes = {"products": ProductsField}

    def __init__(self, *args: Any, store: Store, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.store = store
        products = self.fields["products"]
        assert isinstance(products, ProductsField)
        products.queryset = Product.objects.filter(store=store).order_by("code")
        self.fields["kind"].required = False
        if store.currency != "CNY" or store.platform not in ("taobao", "tmall", "other"):
            kinds = [(x, name) for x, name in Campaign.Kind.choices if x not in TAOBAO or x == self.instance.kind]
            self.fields["kind"].widget = forms.Select(choices=kinds)
        if self.instance.prize_fen is not None:
            self.initial["prize"] = yuan(self.instance.prize_fen)
        rules = [(key, gettext(event.name)) for key, event in events_of(store).items()]
        self.events = coming_events(store, clock.today(store.timezone))
        known = {name: key for key, name in rules}
        told = {
            x.key: {
                "data-first": f"{x.period.first}", "data-last": f"{x.period.last}",
                "data-rules": known.get(gettext(x.name), ""),
            }
            for x in self.events.values()
        }  # fmt: skip
        events = [
            (x.key, f"{gettext(x.name)} · {x.period.first} – {x.period.last:%m-%d}") for x in self.events.values()
        ]  # which year it is about is no guess
        self.fields["event"].widget = EventSelect(told, choices=[("", "—"), *events])
        for name in ("first_day", "last_day"):  # an event chosen fills them in
            self.fields[name].required = False
        self.fields["price_event"].widget = forms.Select(choices=[("", gettext("Usual rules")), *rules])

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or Campaign.Kind.OWN

    def clean_event(self) -> str:
        return self.one_of_those_shown("event")

    def clean_price_event(self) -> str:
        return self.one_of_those_shown("price_event")

    def one_of_those_shown(self, name: str) -> str:
        """What may be chosen stands in the widget; what the campaign has already may stay."""
        said: str = self.cleaned_data[name]
        if said and said != self.initial.get(name) and said not in self.choices(name):
            raise forms.ValidationError(gettext("Unknown; choose one of those given."))
        return said

    def choices(self, name: str) -> list[str]:
        """What a field may be; [] where it is no choice."""
        widget = self.fields[name].widget
        found = widget.choices if isinstance(widget, forms.Select) else ()
        return [str(key) for key, _label in found if key]

    def keep(self, by: User) -> list[services.Touched]:
        """Save what was typed; returns the spans whose figures change. ValidationError: the guard does not let it
        through."""
        return services.save_campaign(self.save(commit=False), self.cleaned_data["products"], by)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        prize = cleaned.get("prize")
        self.instance.prize_fen = fen(prize) if prize is not None else None
        self.fill_days(cleaned)
        first, last, name = cleaned.get("first_day"), cleaned.get("last_day"), cleaned.get("name")
        if first and last and last < first:
            self.add_error("last_day", gettext("A campaign cannot end before it starts."))
        elif first and last and (last - first).days >= LONGEST:
            self.add_error("last_day", gettext("A campaign lasts a year at most."))
        if name and first and self.is_taken(name, first):
            self.add_error("name", gettext("There is already a campaign of this name that starts on this day."))
        return cleaned

    def fill_days(self, cleaned: dict[str, Any]) -> None:
        """Days that were left empty are those of the event, when it comes next."""
        event = self.events.get(cleaned.get("event") or "")
        days = {"first_day": event.period.first, "last_day": event.period.last} if event else {}
        for name in ("first_day", "last_day"):
            if cleaned.get(name) is None and name not in self.errors:
                if name in days:
                    cleaned[name] = days[name]
                else:
                    self.add_error(name, self.fields[name].error_messages["required"])

    def is_taken(self, name: str, first: dt.date) -> bool:
        same = Campaign.objects.filter(store=self.instance.store, name=name, first_day=first)
        return same.exclude(pk=self.instance.pk).exists()


class DeleteForm(forms.Form):
    """The name must be typed again before a campaign is taken away."""

    name = forms.CharField(label=_("Name of the campaign"))

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campaign = campaign

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if name != self.campaign.name:
            raise forms.ValidationError(_("That is not the name of this campaign."))
        return name
