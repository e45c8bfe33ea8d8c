"""The currency of the store whose page is being served, the way Django keeps the language: activated by the gate."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

SYMBOLS = {
    "CNY": "¥",
    "JPY": "¥",
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "HKD": "HK$",
    "TWD": "NT$",
    "KRW": "₩",
    "SGD": "S$",
}

_active: ContextVar[str] = ContextVar("currency", default="CNY")


def symbol() -> str:
    """`¥` for CNY; a code without a well-known sign stands before the amount as it is, with a blank."""
    code = _active.get()
    return SYMBOLS.get(code, f"{code} ")


@contextmanager
def override(code: str) -> Iterator[None]:
    """Amounts formatted inside are in `code` (three letters)."""
    token = _active.set(code)
    try:
        yield
    finally:
        _active.reset(token)
