"""Numbers as people type them into a table: "" is none."""

from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST = Decimal(10_000_000)


def amount_of(text: str) -> Decimal | None:
    """Yuan, None for an empty cell. ValidationError."""
    text = text.strip().replace(",", "").lstrip("¥")
    if not text:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise ValidationError(_("“%s” is not an amount.") % text[:40]) from None
    if not found.is_finite() or not 0 <= found <= MOST:
        raise ValidationError(_("“%s” is not an amount.") % text[:40])
    return found


def whole_of(text: str) -> int | None:
    """A whole number from 0 on, None for an empty cell. ValidationError."""
    found = amount_of(text)
    if found is not None and found != int(found):
        raise ValidationError(_("“%s” is not a whole number.") % text[:40])
    return None if found is None else int(found)
