"""How stock pages write amounts that are kept in fen, and changes of a balance."""

from django import template

from opsplan.lib.money import yuan
from stores import currency

register = template.Library()

DASH, MINUS = "\u2014", "\u2212"
LARGE_FEN = 10_000_000  # from here on the fen are left out


@register.filter
def fen_money(fen: int | None) -> str:
    """`{{ row.value_fen|fen_money }}`: `¥1,234.50`, from 100,000 yuan on without fen; a dash for None."""
    if fen is None:
        return DASH
    text = f"{yuan(abs(fen)):,.0f}" if abs(fen) >= LARGE_FEN else f"{yuan(abs(fen)):,}"
    return f"{MINUS if fen < 0 else ''}{currency.symbol()}{text}"


@register.filter
def change(units: int | None) -> str:
    """`+12`, `−3`; nothing for no change."""
    if not units:
        return ""
    return f"+{units:,}" if units > 0 else f"{MINUS}{-units:,}"
