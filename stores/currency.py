"""The currency of the store whose page is being served, the way Django keeps the language: activated by the gate."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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

NAMES: dict[str, Promise] = {
    "CNY": gettext_lazy("Chinese yuan"),
    "HKD": gettext_lazy("Hong Kong dollar"),
    "TWD": gettext_lazy("New Taiwan dollar"),
    "USD": gettext_lazy("US dollar"),
    "EUR": gettext_lazy("Euro"),
    "GBP": gettext_lazy("Pound sterling"),
    "JPY": gettext_lazy("Japanese yen"),
    "KRW": gettext_lazy("Korean won"),
    "SGD": gettext_lazy("Singapore dollar"),
    "MYR": gettext_lazy("Malaysian ringgit"),
    "THB": gettext_lazy("Thai baht"),
    "VND": gettext_lazy("Vietnamese dong"),
    "IDR": gettext_lazy("Indonesian rupiah"),
    "PHP": gettext_lazy("Philippine peso"),
    "AUD": gettext_lazy("Australian dollar"),
    "CAD": gettext_lazy("Canadian dollar"),
    "MXN": gettext_lazy("Mexican peso"),
    "BRL": gettext_lazy("Brazilian real"),
    "RUB": gettext_lazy("Russian rouble"),
    "INR": gettext_lazy("Indian rupee"),
}

# How many stand for a yuan where amounts are only cut into round bands: 100 yuan, 20 dollars, 2,000 yen. Others: one.
LIKE_YUAN: dict[str, Decimal] = {
    **dict.fromkeys(("USD", "EUR", "GBP", "SGD", "AUD", "CAD"), Decimal("0.2")),
    **dict.fromkeys(("MXN",), Decimal(2)),
    **dict.fromkeys(("TWD", "THB"), Decimal(5)),
    **dict.fromkeys(("PHP", "RUB", "INR"), Decimal(10)),
    "JPY": Decimal(20),
    "KRW": Decimal(200),
    "IDR": Decimal(2000),
    "VND": Decimal(5000),
}

YUAN = re.compile(r"(?<=[（(，\s])(?:元|yuan|¥)(?=[)）])")
NAMED = re.compile(rf"[（(，,\s]*[（(，,\s](?:元|yuan|¥|{'|'.join(NAMES)})[)）]", re.IGNORECASE)

_active: ContextVar[str] = ContextVar("currency", default="CNY")


def symbol(code: str = "") -> str:
    """`¥` for CNY; a code without a well-known sign stands before the amount as it is, with a blank. Of the store being
    served, unless a code is told."""
    code = code or _active.get()
    return SYMBOLS.get(code, f"{code} ")


def like_yuan(code: str) -> Decimal:
    return LIKE_YUAN.get(code, Decimal(1))


def unit(code: str = "") -> str:
    """How amounts (of the store being served) are headed in a table that writes them without a sign: 元 for CNY, else
    the code."""
    code = code or _active.get()
    return _("yuan") if code == "CNY" else code


def in_currency(text: str) -> str:
    """A label that names yuan, `成本（元）`, for the store being served: `成本（USD）`."""
    return text if _active.get() == "CNY" else YUAN.sub(_active.get(), text)


def without_unit(head: str) -> str:
    """The head of a column without the currency it names, so that a file of one store is read in another."""
    return NAMED.sub("", head)


def is_code(text: str) -> bool:
    return len(text) == 3 and text.isascii() and text.isalpha()


def choices() -> list[tuple[str, str]]:
    """Those most shops count in, as a form offers them: `USD US dollar`."""
    return [(code, f"{code} {name}") for code, name in NAMES.items()]


@contextmanager
def override(code: str) -> Iterator[None]:
    """Amounts formatted inside are in `code` (three letters)."""
    token = _active.set(code)
    try:
        yield
    finally:
        _active.reset(token)
