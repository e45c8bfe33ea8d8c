"""Amounts and shares in forms, as people type them."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from opsplan.lib import cells


class TypedField(forms.DecimalField):
    """A number typed as into a cell of the plan; `unit` says how it is read."""

    widget = forms.TextInput
    unit = ""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value.strip():
            try:
                value = cells.read(value, self.unit)
            except cells.Unreadable as problem:
                said = _(str(problem)) if problem.is_comma else self.error_messages["invalid"]
                raise ValidationError(said, code="invalid") from None
        return super().to_python(value)


class AmountField(TypedField):
    """`1,234.50`, `$1,200`, `30k`, `12万`: what the cells of the plan understand, too."""

    unit = "money"


FROM_0_TO_100, ONE_DECIMAL = (
    _("Give percent from 0 to 100."),
    _("Write it in percent with one decimal at most, like 70.5."),
)


class ShareField(TypedField):
    """`70%`, `70`: shown and typed in percent, a fraction inside, of three decimals."""

    unit = "rate"
    default_error_messages = {
        "invalid": ONE_DECIMAL, "max_decimal_places": ONE_DECIMAL, "max_digits": ONE_DECIMAL,
        "max_whole_digits": _("Give percent below 1,000."), "min_value": FROM_0_TO_100, "max_value": FROM_0_TO_100,
    }  # fmt: skip

    def prepare_value(self, value: Any) -> Any:
        return cells.write(value, self.unit) if isinstance(value, Decimal) else value


def amount_field(label: Any) -> AmountField:
    """An amount from 0 up, to the cent; it may be left empty."""
    return AmountField(label=label, required=False, min_value=0, max_digits=12, decimal_places=2)
