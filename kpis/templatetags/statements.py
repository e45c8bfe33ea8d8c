"""Amounts in fen as statements write them, in the currency that is active."""

from django import template
from django.utils.safestring import SafeString

from kpis.answers import Figure
from kpis.templatetags.figures import full
from kpis.writing import DASH, written
from opsplan.lib.money import yuan
from stores import currency

register = template.Library()


@register.filter
def fen(amount: int | None) -> str:
    """`¥8,130.00`, `−¥32.00`; a dash for none."""
    return written(yuan(amount), "money") if isinstance(amount, int) else DASH


@register.filter
def rate(rate_bp: int) -> str:
    """`5%`, `7.25%`."""
    return f"{yuan(rate_bp).normalize():f}%"


@register.filter
def fen_in(amount: int | None, code: str) -> str:
    """`{{ total_fen|fen_in:"USD" }}`: an amount in another currency than the page's."""
    with currency.override(code):
        return fen(amount)


@register.filter
def full_in(figure: Figure, code: str) -> SafeString:
    """A figure in full, of a store that counts in that currency."""
    with currency.override(code):
        return full(figure)
