"""Numbers that a report shows rounded, as 1.2万 (no Django here)."""

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from opsplan.lib.cells import SCALES
from opsplan.lib.columns import Fault, cleaned

ROUNDED = re.compile(r"¥?\s*([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\s*([万亿w])\s*[元人件次笔]?", re.IGNORECASE)


class Rounded(Fault):
    """A cell that says about how much: `value` is what it says, exactly."""

    def __init__(self, value: Any, number: str) -> None:
        super().__init__("rounded_number", {"number": number}, "notice")
        self.value = value


def or_rounded(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """A parser of numbers that tells of rounded ones by raising `Rounded`."""

    def parsed(text: str) -> Any:
        try:
            return parse(text)
        except Fault as fault:
            match = ROUNDED.fullmatch(unicodedata.normalize("NFKC", cleaned(text)))
            if fault.code != "bad_number" or match is None:
                raise
        whole = Decimal(match[1].replace(",", "")) * SCALES[match[2].lower()]
        raise Rounded(parse(f"{whole:f}"), f"{whole:,.2f}".removesuffix(".00"))

    return parsed
