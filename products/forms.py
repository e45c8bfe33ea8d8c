"""What is typed on the product pages."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from products.models import Product
from products.pasting import MOST_FEN, CostLine, LineError, read_cost, read_costs
from products.services import unknown_codes
from stores.models import Store

if TYPE_CHECKING:  # when it runs, Django's class takes no [Model]
    ProductModelForm = forms.ModelForm[Product]
else:
    ProductModelForm = forms.ModelForm


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class CostField(forms.CharField):
    """Yuan as people write them (12.5, ¥12.50, 12.50元); cleans to fen."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        amount = read_cost(str(text))
        if amount is None or amount > MOST_FEN:
            raise forms.ValidationError(_("This is not an amount. Write it like 12.50."))
        if amount < 0:
            raise forms.ValidationError(_("A cost cannot be below zero."))
        return amount

    def prepare_value(self, value: Any) -> Any:
        return f"{Decimal(value) / 100:.2f}" if isinstance(value, int) else value


class ProductForm(ProductModelForm):
    class Meta:
        model = Product
        fields = ("code", "title")

    def __init__(self, *args: Any, store: Store, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.store = store
        if self.instance.pk:
            del self.fields["code"]  # files are matched by it: it stays

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip()
        if Product.objects.filter(store=self.instance.store, code=code).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("The store already has a product with this code."))
        return code


class ListingForm(forms.Form):
    item_id = forms.CharField(label=_("Item id"), max_length=60)


class CostForm(forms.Form):
    cost = CostField(label=_("Unit cost (yuan)"))
    from_day = forms.DateField(label=_("Valid from"), widget=DayInput())


class PasteForm(forms.Form):
    """Two or three columns from a spreadsheet. `lines` holds what was understood, `line_errors` what was not."""

    text = forms.CharField(
        label=_("Code, unit cost and, if you like, the first day"),
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "autocomplete": "off"}),
        max_length=500_000,
    )
    default_day = forms.DateField(label=_("Valid from, where a line names no day"), widget=DayInput())

    def __init__(self, *args: Any, store: Store, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.store = store
        self.lines: list[CostLine] = []
        self.line_errors: list[LineError] = []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "text" not in cleaned:
            return cleaned
        self.lines, wrong = read_costs(cleaned["text"])
        self.line_errors = sorted([*wrong, *unknown_codes(self.store, self.lines)], key=lambda e: e.line)
        if self.line_errors:
            raise forms.ValidationError(_("Nothing was saved: mend the lines below and try again."))
        if not self.lines:
            raise forms.ValidationError(_("There is no line with a code and a cost."))
        return cleaned

    def told_errors(self) -> list[tuple[int, str, str]]:
        """(line, what stands there, what is wrong with it) for the table under the box."""
        texts = {
            "columns": gettext("two or three columns are expected: code, cost and perhaps a day"),
            "cost": gettext("the cost is not an amount"),
            "negative": gettext("a cost cannot be below zero"),
            "day": gettext("the day is not a date; write it like 2026-11-01"),
            "unknown": gettext("no product of this store has this code"),
            "twice": gettext("the same code and day stand above already"),
        }
        return [(error.line, error.text, texts[error.code]) for error in self.line_errors]


def first_guess(store: Store, today: dt.date) -> dt.date:
    """The day offered for a cost: the store's first day where it is known, so that old sales find a cost too."""
    return store.opened_on or today
