"""What is typed on the stock and price pages."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from opsplan.lib import cells
from products.forms import CostField, DayInput
from products.models import SKU, PriceEvent, PriceSettings, Product, StockPlace, StockRule, StockSettings
from products.price_services import events_of
from products.stock import KINDS, TYPED
from stores.amounts import ShareField
from stores.models import Store, Supplier

if TYPE_CHECKING:  # when it runs, Django's class takes no [Model]
    SettingsForm = forms.ModelForm[StockSettings]
    RulesForm = forms.ModelForm[PriceSettings]
    RuleModelForm = forms.ModelForm[StockRule]
    EventModelForm = forms.ModelForm[PriceEvent]
else:
    SettingsForm = RulesForm = RuleModelForm = EventModelForm = forms.ModelForm

TRANSFER = "transfer"


class SkuField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} {obj.name}".strip()


def among(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    """Let the field of that name choose among these rows."""
    field = form.fields[name]
    if isinstance(field, forms.ModelChoiceField):
        field.queryset = rows


def choose(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


class MoveForm(forms.Form):
    """One movement of one SKU of a product."""

    sku = SkuField(SKU.objects.none(), label=_("SKU"), empty_label=None)
    kind = forms.ChoiceField(label=_("Kind"))
    units = forms.IntegerField(label=_("Units"), help_text=_("A correction may be below zero."))
    place = forms.ModelChoiceField(StockPlace.objects.none(), label=_("Place"), empty_label=None)
    target = forms.ModelChoiceField(StockPlace.objects.none(), label=_("Sent to"), required=False, empty_label="—")
    reference = forms.CharField(label=_("For a campaign or deal"), max_length=80, required=False)
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)

    def __init__(self, *args: Any, product: Product, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = StockPlace.objects.filter(store=product.store_id)
        among(self, "sku", product.skus.filter(is_active=True))
        among(self, "place", places)
        among(self, "target", places)
        kinds = [(key, _(KINDS[key].label)) for key in TYPED]
        moves = [(TRANSFER, _("Sent to another place"))] if places.count() > 1 else []
        choose(self, "kind", [*kinds, *moves])
        if not moves:
            del self.fields["target"]


class HoldForm(forms.Form):
    """Units set aside by hand."""

    sku = SkuField(SKU.objects.none(), label=_("SKU"), empty_label=None)
    units = forms.IntegerField(label=_("Units"), min_value=1)
    reference = forms.CharField(label=_("For"), max_length=80)
    until = forms.DateField(label=_("Until the end of"), widget=DayInput(), required=False)

    def __init__(self, *args: Any, product: Product, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        among(self, "sku", product.skus.filter(is_active=True))


class StockRuleForm(RuleModelForm):
    class Meta:
        model = StockRule
        fields = ("alert", "target", "lead_days")


class StockSettingsForm(SettingsForm):
    class Meta:
        model = StockSettings
        fields = ("hero_alert", "hero_target", "lead_days", "cover_days", "slow_days", "dead_days")


class PriceRulesForm(RulesForm):
    class Meta:
        model = PriceSettings
        fields = ("floor", "raise_rate", "raise_days", "inflated_days")
        field_classes = {"floor": ShareField, "raise_rate": ShareField}


class PriceEventForm(EventModelForm):
    class Meta:
        model = PriceEvent
        fields = ("key", "name", "is_exempt", "lookback_days", "factor", "after_days")
        field_classes = {"factor": ShareField}
        labels = {"factor": _("at most, of the lowest price")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["after_days"].required = False

    def clean_after_days(self) -> int:
        return self.cleaned_data["after_days"] or 0


class ListPriceForm(forms.Form):
    price = CostField(label=_("List price (yuan)"))
    from_day = forms.DateField(label=_("Valid from"), widget=DayInput())
    reason = forms.CharField(label=_("Why"), max_length=200)


class PriceCheckForm(forms.Form):
    """A price to be tried: yuan after all the merchant bears, the day it starts, the event."""

    price = CostField(label=_("Price after all discounts you bear (yuan)"))
    start = forms.DateField(label=_("Starts on"), widget=DayInput())
    event = forms.ChoiceField(label=_("Event"), required=False)

    def __init__(self, *args: Any, store: Store, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(x.key, x.name) for x in events_of(store).values()]
        choose(self, "event", [("", _("No event")), *known])


class PurchaseForm(forms.Form):
    """The head of a purchase order; its lines are read beside it."""

    number = forms.CharField(
        label=_("Purchase number"), max_length=40, required=False, help_text=_("Left empty, one is given.")
    )
    supplier = forms.ModelChoiceField(Supplier.objects.none(), label=_("Supplier"), required=False, empty_label="—")
    place = forms.ModelChoiceField(StockPlace.objects.none(), label=_("To place"), empty_label=None)
    due_on = forms.DateField(label=_("Due on"), widget=DayInput())
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, store: Store, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        among(self, "supplier", Supplier.objects.filter(store=store))
        among(self, "place", StockPlace.objects.filter(store=store))


class StockFileForm(forms.Form):
    file = forms.FileField(label=_("File"), help_text=_("CSV, xlsx or xls with SKU codes and stock on hand."))


class TakeForm(forms.Form):
    place = forms.ModelChoiceField(StockPlace.objects.none(), label=_("Place"), empty_label=None)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, store: Store, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        among(self, "place", StockPlace.objects.filter(store=store))


def whole_numbers(data: dict[str, Any], prefix: str) -> dict[int, int | None]:
    """`<prefix><id>` fields of a table as id -> number (None = empty). ValueError names what is no number."""
    found: dict[int, int | None] = {}
    for name, raw in data.items():
        key, text = name.removeprefix(prefix), str(raw).strip()
        if name.startswith(prefix) and key.isdecimal():
            number = units_of(text)
            if text and number is None:
                raise ValueError(text[:40])
            found[int(key)] = number
    return found


def units_of(text: str) -> int | None:
    """A whole number from 0 on; None for anything else."""
    try:
        number = cells.read(text)
    except cells.Unreadable:
        return None
    return int(number) if number >= 0 and number == int(number) else None


def typed_units(data: Mapping[str, Any], prefix: str, kept: Mapping[int, int | None]) -> dict[int, tuple[str, bool]]:
    """id -> (what its field shows, whether that is no number): what was typed, else what is kept."""
    found = {}
    for pk, number in kept.items():
        text = str(data.get(f"{prefix}{pk}", "" if number is None else number)).strip()
        found[pk] = text, bool(text) and units_of(text) is None
    return found


def end_of(day: dt.date | None, zone: Any) -> dt.datetime | None:
    """The first instant after a local day."""
    return None if day is None else dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone)
