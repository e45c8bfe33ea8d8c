"""Numbers as people type them, and back: one reader for pages, pasted blocks, sheets and REST. Pure."""

import re
from decimal import Decimal

from opsplan.lib.text import gettext_noop

SCALES = {"万": 10_000, "w": 10_000, "千": 1_000, "k": 1_000, "m": 1_000_000, "亿": 100_000_000}
NARROW = {  # full-width letters, the minus of keyboards and typographers, blanks that group
    **{x: x - 0xFEE0 for x in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(map(ord, "−‐‑–"), "-"),
    **dict.fromkeys(map(ord, "\u3000\u00a0\u202f\u2009\u2007\t"), " "),
    ord("￥"): "¥",
    ord("￡"): "£",
}
NUMBER = re.compile(
    r"(?P<sign>[+-]?) ?(?:[¥$€£]|rmb|cny)? ?(?P<sign2>[+-]?) ?"
    r"(?P<whole>[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+|[0-9]*)(?P<part>\.[0-9]*)?"
    r" ?(?P<tail>[万亿千wkm%])? ?(?:元|rmb|cny|件|个|笔|人|次|秒)?"
)
LONGEST = 24
NO_NUMBER = gettext_noop("This is not a number.")
NO_RATE = gettext_noop("A percent sign stands only where a rate is meant.")
COMMA = gettext_noop("A comma groups thousands, as in 1,234; decimals follow a point, as in 1.2.")


class Unreadable(ValueError):
    """What was typed is no number; its text is the sentence that says why, for the door to translate."""

    @property
    def is_comma(self) -> bool:
        return str(self) == COMMA


def sentence_of(problem: Exception) -> str:
    """Why something is no number, for the door to translate."""
    return str(problem) if isinstance(problem, Unreadable) else NO_NUMBER


def read(text: str, unit: str = "count") -> Decimal:
    """`1,234.50`, `¥1,234`, `12万`, `3.5%` (rates: `3.5` means 3.5 %) to yuan, fraction or count.

    A comma or a blank groups thousands, three digits each, and means nothing else: nobody's 1,2 becomes 12.
    Raises Unreadable when it is no number, or a percent sign stands where no rate is meant.
    """
    plain = text.translate(NARROW).lower().strip()
    match = NUMBER.fullmatch(plain)
    digits = f"{match['whole']}{match['part'] or ''}" if match else ""
    if not match or digits in ("", ".") or len(digits) > LONGEST or (match["sign"] and match["sign2"]):
        raise Unreadable(COMMA if re.search(r"[0-9],[0-9]", plain) else NO_NUMBER)
    number, tail = Decimal(re.sub("[, ]", "", digits)), match["tail"] or ""
    number = -number if "-" in (match["sign"], match["sign2"]) else number
    if tail == "%" and unit != "rate":
        raise Unreadable(NO_RATE)
    if unit == "rate":
        return number.scaleb(-2) if tail in ("", "%") else number * SCALES[tail]
    return number * SCALES.get(tail, 1)


def number(told: object) -> Decimal:
    """What a program sends: a number, or a text that `read` understands as it stands. Unreadable for anything else."""
    if isinstance(told, bool) or not isinstance(told, str | int | float | Decimal):
        raise Unreadable(NO_NUMBER)
    if isinstance(told, str):
        return read(told)
    found = Decimal(str(told))
    if not found.is_finite():
        raise Unreadable(NO_NUMBER)
    return found


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
