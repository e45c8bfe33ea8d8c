"""What the plan pages write: numbers as somebody may type them again, and the inputs of a channel's budget."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from opsplan.lib import cells

register = template.Library()

SAID: dict[str, tuple[Promise, str]] = {
    "share": (_("Share"), "rate"),
    "cpc": (_("Cost per click"), "ratio"),
    "commission": (_("Commission"), "rate"),
    "conversion": (_("Conversion"), "rate"),
    "per_buyer": (_("Revenue per buyer"), "money"),
    "sales": (_("Sales by it"), "money"),
    "roi": (_("ROI"), "ratio"),
}


@register.filter
def typed(value: Decimal | None, unit: str) -> str:
    """`{{ amount|typed:"money" }}`: a number that reads back as it stands; "" for none."""
    return cells.write(value, unit)


@register.filter
def said_fields(line: Any) -> list[tuple[str, Promise, str]]:
    """Name, label and text of each input of a channel's line."""
    return [(name, label, cells.write(line.said[name], unit)) for name, (label, unit) in SAID.items()]


@register.filter
def of_key(found: dict[str, Any], key: str) -> Any:
    """`{{ owners|of_key:line.key }}`; None where there is none."""
    return found.get(key)
