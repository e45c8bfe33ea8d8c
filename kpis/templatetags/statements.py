"""Amounts in fen as statements write them, in the currency that is active."""

from django import template

from kpis.templatetags.figures import DASH, written
from opsplan.lib.money import yuan

register = template.Library()


@register.filter
def fen(amount: int | None) -> str:
    """`¥8,130.00`, `−¥32.00`; a dash for none."""
    return written(yuan(amount), "money") if isinstance(amount, int) else DASH


@register.filter
def rate(rate_bp: int) -> str:
    """`5%`, `7.25%`."""
    return f"{yuan(rate_bp).normalize():f}%"
