"""Prices in fen as pages write them."""

from decimal import ROUND_DOWN, Decimal

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from campaigns.wording import plain
from campaigns.wording import yuan as said
from stores import currency

register = template.Library()


@register.filter
def fen(value: int | None) -> str:
    """The amount in the store's currency; a dash for none."""
    if not isinstance(value, int):
        return "—"
    return said(value) if value >= 0 else "−" + said(-value)


@register.filter
def exact(value: int | None) -> str:
    """The amount to the fen; a dash for none."""
    if not isinstance(value, int):
        return "—"
    whole, cents = divmod(abs(value), 100)
    return f"{'−' if value < 0 else ''}{currency.symbol()}{whole:,}.{cents:02d}"


@register.filter
def share_of_list(value: Decimal | None) -> str:
    """7.1折 in Chinese, 71.2% else, rounded down so that a breach never looks like none."""
    if not isinstance(value, Decimal):
        return "—"
    if value == 1:
        return _("full price")
    if (get_language() or "").startswith("zh"):
        return f"{(value * 10).quantize(Decimal('0.1'), rounding=ROUND_DOWN)}折"
    return f"{(value * 100).quantize(Decimal('0.1'), rounding=ROUND_DOWN)}%"


@register.filter
def typed(value: int | None) -> str:
    """An amount as it is typed into a field."""
    return "" if value is None else plain(value)


@register.filter
def goal_in(value: Decimal | None, unit: str) -> str:
    """A goal in the unit of its KPI (yuan, fraction, count); a dash for none."""
    if value is None:
        return "—"
    if unit == "rate":
        return f"{value * 100:.1f}%"
    return f"{currency.symbol()}{value:,.2f}" if unit == "money" else f"{value:,.2f}".rstrip("0").rstrip(".")
