"""Amounts in forms, as people type them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from opsplan.lib import cells


class AmountField(forms.DecimalField):
    """`1,234.50`, `$1,200`, `30k`, `12万`: what the cells of the plan understand, too."""

    widget = forms.TextInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value.strip():
            try:
                value = cells.read(value, "money")
            except ValueError:
                raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        return super().to_python(value)
