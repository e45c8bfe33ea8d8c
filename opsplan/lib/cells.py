"""Numbers as people type them into a cell, and back. Pure."""

import re
import unicodedata
from decimal import Decimal

SCALES = {"万": 10_000, "w": 10_000, "千": 1_000, "k": 1_000, "m": 1_000_000, "亿": 100_000_000}
NUMBER = re.compile(r"^(-?(?:\d+\.?\d*|\.\d+))(万|亿|千|w|k|m|%)?$")


def read(text: str, unit: str) -> Decimal:
    """`1,234.50`, `¥1,234`, `12万`, `3.5%` (rates: `3.5` means 3.5 %) to yuan, fraction or count.

    Raises ValueError when it is no number, or a percent sign stands where no rate is meant.
    """
    cleaned = unicodedata.normalize("NFKC", text).lower()
    cleaned = re.sub(r"[\s,¥$€£元]", "", cleaned)
    match = NUMBER.match(cleaned)
    if not match or len(match[1]) > 24:
        raise ValueError("not a number")
    number, tail = Decimal(match[1]), match[2] or ""
    if (tail == "%") and unit != "rate":
        raise ValueError("a percent sign, but no rate is meant")
    if unit == "rate":
        return number.scaleb(-2) if tail in ("", "%") else number * SCALES[tail]
    return number * SCALES.get(tail, 1)


def write(value: Decimal | None, unit: str) -> str:
    """A cell's text that `read` understands again: rates in percent, no idle zeros."""
    if value is None:
        return ""
    shown = value.scaleb(2) if unit == "rate" else value
    if unit == "money" and shown != shown.to_integral_value():
        return f"{shown:,.2f}"
    text = f"{shown:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text or '0'}%" if unit == "rate" else text or "0"
