"""Numbers as people type them into a table: "" is none."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from opsplan.lib import cells
from opsplan.lib.text import sentences

T = TypeVar("T")
MOST = Decimal(10_000_000)


def number_of(text: str, wrong: str) -> Decimal | None:
    """None for an empty cell. ValidationError: `wrong`, which names what was typed."""
    if not text.strip():
        return None
    try:
        found = cells.read(text, "money")
    except cells.Unreadable as problem:
        named = wrong % text.strip()[:40]
        raise ValidationError(sentences(named, _(str(problem))) if problem.is_comma else named) from None
    if not 0 <= found <= MOST:
        raise ValidationError(wrong % text.strip()[:40])
    return found


def amount_of(text: str) -> Decimal | None:
    """Yuan (`59`, `￥59.90`, `1.2万`), None for an empty cell. ValidationError."""
    return number_of(text, _("“%s” is not an amount."))


def whole_of(text: str) -> int | None:
    """A whole number from 0 on, None for an empty cell. ValidationError."""
    wrong = _("“%s” has to be a whole number, 0 or more.")
    found = number_of(text, wrong)
    if found is not None and found != int(found):
        raise ValidationError(wrong % text.strip()[:40])
    return None if found is None else int(found)


def typed(said: Mapping[str, str], name: str, read: Callable[[str], T]) -> T:
    """A field of a form as `read` makes it out. ValidationError names the field."""
    try:
        return read(said.get(name, ""))
    except ValidationError as problem:
        raise ValidationError({name: problem.messages}) from None
