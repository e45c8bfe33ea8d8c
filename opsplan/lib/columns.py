"""Cells to values: the one set of parsers for numbers, money, shares, dates and ids. Strict, and fast.

Every parser takes a cell's text and gives the value, or None where the cell says nothing (`-`, `--`, `无`, nan, blank).
It raises `Fault` for anything else it cannot read without guessing. `needed()` refuses None as well.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any, TypeVar

from opsplan.lib.problems import Level

T = TypeVar("T")
K = TypeVar("K")

NULLS = frozenset({"", "-", "--", "---", "—", "——", "/", "nan", "none", "null", "n/a", "#n/a", "无", "nil"})
BLANK = " \t\r\n\v\f\u00a0\u3000\u200b\u200c\u200d\ufeff\u202f\u2060" + "".join(map(chr, range(0x2000, 0x200B)))
GUARD = re.compile(r'^="?(.*?)"?$', re.DOTALL)
SCIENTIFIC = re.compile(r"^[+-]?\d+(\.\d+)?[eE][+]?\d+$")
NUMBER = re.compile(
    r"^(?P<sign>[+-]?)[^\d.,+\-()\w\s%]?\s*(?P<sign2>[+-]?)"  # one currency sign may stand before or after the sign
    r"(?P<whole>\d{1,3}(?:,\d{3})+|\d+)?(?:\.(?P<part>\d*))?"
    r"\s*(?P<unit>元|CNY|RMB|件|个|笔|人|次|秒|s)?\s*(?:\(.*\))?$",
    re.IGNORECASE | re.DOTALL,
)
MOMENT = re.compile(
    r"^(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})日?(?:\s*(?:星期|周)[一二三四五六日天])?"
    r"(?:(?:T|\s*)(?P<half>上午|下午|早上|晚上|中午|凌晨|AM|PM)?\s*"
    r"(?P<hour>\d{1,2})[:.时点](?P<minute>\d{1,2})(?:分?$|[:.分](?P<second>\d{1,2})(?:\.\d+)?秒?)?\s*(?P<half2>AM|PM)?)?"
    r"\s*(?P<offset>Z|[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE,
)
PACKED = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?$")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NAMED = re.compile(  # 05 Nov 2026 09:30, Nov 5, 2026 9:30 PM
    rf"^(?:(?P<day>\d{{1,2}})[ -])?(?P<month>{'|'.join(MONTHS)})[a-z]*\.?[ -](?:(?P<day2>\d{{1,2}}),? )?"
    r"(?P<year>\d{4}),?(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
SERIAL = re.compile(r"^\d{5}(\.\d+)?$")
SPAN = re.compile(r"^(\d{4}[-/]?\d{1,2}[-/]?\d{1,2})\s*(?:~|至|到|_|--| - )\s*(\d{4}[-/]?\d{1,2}[-/]?\d{1,2})$")
ID_LENGTH = 64  # no platform's number is longer, and no column of ours
from_iso = dt.datetime.fromisoformat
EXCEL_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - local time by nature


class Fault(ValueError):
    """A cell (or a row, from a check) that cannot be right. code: a key of problems.TEXTS. column: a builder may name
    the field it means.

    level notice: there is nothing wrong, but the row is none to be kept; skip: the same, and nobody needs to know.
    """

    def __init__(
        self, code: str, params: dict[str, str] | None = None, level: Level = "error", column: str = ""
    ) -> None:
        super().__init__(code)
        self.column = column
        self.code = code
        self.params = params or {}
        self.level = level


class Memo(dict[K, T]):
    """A parser that remembers its answers: `memo.__getitem__` is the parser. Forgets all when it holds too many."""

    def __init__(self, parse: Callable[[K], T], limit: int = 50_000) -> None:
        super().__init__()
        self.parse = parse
        self.limit = limit

    def __missing__(self, told: K) -> T:
        value = self.parse(told)
        if len(self) >= self.limit:
            self.clear()
        self[told] = value
        return value


def remembered(parse: Callable[[str], T]) -> Callable[[str], T]:
    """`parse` with a memory, for columns whose texts repeat."""
    return Memo(parse).__getitem__


def needed(parse: Callable[[str], T | None], code: str) -> Callable[[str], T]:
    """`parse`, but an empty cell is the fault `code`."""

    def parsed(text: str) -> T:
        value = parse(text)
        if value is None:
            raise Fault(code)
        return value

    return parsed


def cleaned(text: str) -> str:
    """Without outer blanks and guards against spreadsheets (`="…"`, a leading apostrophe or backtick); "" for a word
    that means nothing."""
    if len(text) > 4 and text.isalnum():  # most texts; no word that means nothing is that long
        return text
    text = text.strip(BLANK)
    if text[:1] == "=":
        text = GUARD.sub(r"\1", text).strip(BLANK)
    if text[:1] in ("'", "’", "‘", "`"):
        text = text.lstrip("'’‘`").strip(BLANK)
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].strip(BLANK)
    return "" if text.lower() in NULLS else text


def parts(text: str) -> tuple[int, str, str] | None:
    """Sign, whole digits and decimals of a written number; None for an empty cell."""
    text = cleaned(text)
    if not text:
        return None
    match = NUMBER.match(unicodedata.normalize("NFKC", text))
    if not match or not (match["whole"] or match["part"]) or (match["sign"] and match["sign2"]):
        raise Fault("bad_number")
    sign = -1 if "-" in (match["sign"], match["sign2"]) else 1
    return sign, (match["whole"] or "0").replace(",", ""), match["part"] or ""


def signed_money(text: str) -> int | None:
    """Yuan as written to fen, half up beyond two decimals."""
    found = parts(text)
    if found is None:
        return None
    sign, whole, part = found
    if len(whole) > 12:
        raise Fault("bad_number")
    return sign * (int(whole) * 100 + int((part + "00")[:2]) + (part[2:3] >= "5"))


def money(text: str) -> int | None:
    """Yuan as written to fen; below zero is a fault."""
    value = signed_money(text)
    if value is not None and value < 0:
        raise Fault("negative_amount")
    return value


def count(text: str) -> int | None:
    """A whole number from 0 up; `12.0` is 12, `12.5` is a fault."""
    found = parts(text)
    if found is None:
        return None
    sign, whole, part = found
    if part.strip("0") or len(whole) > 15:
        raise Fault("bad_number")
    if sign < 0 and int(whole):
        raise Fault("negative_amount")
    return int(whole)


def decimal(text: str) -> Decimal | None:
    """A number from 0 up with decimals, e.g. seconds."""
    found = parts(text)
    if found is None:
        return None
    sign, whole, part = found
    if len(whole) > 12:
        raise Fault("bad_number")
    value = Decimal(f"{whole}.{part[:9] or '0'}")
    if sign < 0 and value:
        raise Fault("negative_amount")
    return value


def share(text: str) -> Decimal | None:
    """A share as a fraction: `78.15%` and 0.7815 are the same; a bare number above 1 could be either: a fault."""
    body = cleaned(text)
    is_percent = body.endswith(("%", "％"))
    try:
        value = decimal(body[:-1] if is_percent else body)
    except Fault as fault:
        raise Fault("bad_rate") from fault
    if value is not None and is_percent:
        value /= 100
    if value is not None and value > 1:
        raise Fault("bad_rate")
    return value


def identifier(text: str) -> str | None:
    """An id as text. `12345.0` (a re-saved number) is 12345; `5.11E+18` has lost its digits for good."""
    return text if text.isdigit() and text.isascii() and len(text) <= ID_LENGTH else slow_identifier(text)


def needed_identifier(text: str) -> str:
    """An id that must be there (fault missing_id); one call, because every row has one."""
    if text.isdigit() and text.isascii() and len(text) <= ID_LENGTH:
        return text
    value = slow_identifier(text)
    if value is None:
        raise Fault("missing_id")
    return value


def slow_identifier(text: str) -> str | None:
    """Every other way an id is written."""
    body = unicodedata.normalize("NFKC", cleaned(text))
    if not body:
        return None
    if SCIENTIFIC.match(body):
        raise Fault("id_scientific")
    if body.endswith(".0") and body[:-2].isdigit():
        body = body[:-2]
    if len(body) > ID_LENGTH or not body.isascii() or not body.replace("-", "").replace("_", "").isalnum():
        raise Fault("bad_id")
    return body


def label(limit: int) -> Callable[[str], str]:
    """A text cut to `limit` characters, "" when empty."""

    def parsed(text: str) -> str:
        return cleaned(text)[:limit]

    return parsed


def moment(text: str) -> dt.datetime | None:
    """A point in time: naive as written, aware when it carries an offset."""
    if len(text) == 19 and text[10] == " ":
        try:
            value = from_iso(text)
        except ValueError:
            return slow_moment(text)
        if 2000 <= value.year < 2100:
            return value
    return slow_moment(text) if text else None


def needed_moment(text: str) -> dt.datetime:
    """A point in time that must be there (fault missing_date); one call, because every row has one."""
    if len(text) == 19 and text[10] == " ":
        try:
            value = from_iso(text)
        except ValueError:
            pass
        else:
            if 2000 <= value.year < 2100:
                return value
    late = slow_moment(text)
    if late is None:
        raise Fault("missing_date")
    return late


def day(text: str) -> dt.date | None:
    """A day as written (the local day of a point in time). A span of days is a fault unless it is one day twice."""
    body = cleaned(text)
    span = SPAN.match(body)
    if span:
        first, last = moment(span[1]), moment(span[2])
        if first != last:
            raise Fault("day_span")
        body = span[1]
    value = moment(body)
    return value.date() if value else None


def slow_moment(text: str) -> dt.datetime | None:
    """Every other way of writing a date: `2020/2/20 23:59`, `20260519`, `2026-05-19 下午1.33`, a sheet's serial."""
    body = unicodedata.normalize("NFKC", cleaned(text))
    if not body:
        return None
    match = MOMENT.match(numbered_month(body))
    if match:
        hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
        return checked(
            int(match["year"]),
            int(match["month"]),
            int(match["day"]),
            on_24_hours(hour, match["half"] or match["half2"]),
            minute,
            second,
            match["offset"],
        )
    packed = PACKED.match(body)
    if packed:
        year, month, day_, hour, minute, second = (int(group or 0) for group in packed.groups())
        return checked(year, month, day_, hour, minute, second)
    if SERIAL.match(body) and 20_000 <= float(body) < 80_000:
        whole = EXCEL_EPOCH + dt.timedelta(days=float(body)) + dt.timedelta(milliseconds=500)
        return whole.replace(microsecond=0)
    raise Fault("bad_date")


def numbered_month(text: str) -> str:
    """A day whose month is an English word as 2026-11-05; any other text as it stands."""
    match = NAMED.match(text)
    if not match or bool(match["day"]) == bool(match["day2"]):
        return text
    month = MONTHS.index(match["month"].lower()) + 1
    return f"{match['year']}-{month}-{match['day'] or match['day2']}{match['rest']}"


def on_24_hours(hour: int, half: str | None) -> int:
    """`下午1` is 13, `上午12` is 0; an hour that is on 24 already stays."""
    if half in ("下午", "晚上", "中午", "PM", "pm") and hour < 12:
        return hour if half == "中午" and hour == 11 else hour + 12
    if half in ("上午", "凌晨", "早上", "AM", "am") and hour == 12:
        return 0
    return hour


def checked(
    year: int, month: int, day: int, hour: int, minute: int, second: int, offset: str | None = None
) -> dt.datetime:
    """The datetime, or the fault that says which part of it does not exist."""
    if not 2000 <= year < 2100:
        raise Fault("bad_year", {"year": f"{year:04}"})
    if not 1 <= month <= 12:
        raise Fault("bad_month", {"month": str(month)})
    if hour > 23 or minute > 59 or second > 59:
        raise Fault("bad_time", {"time": f"{hour:02}:{minute:02}:{second:02}"})
    zone = None
    if offset:
        sign = -1 if offset[0] == "-" else 1
        digits = "0000" if offset in "Zz" else offset[1:].replace(":", "")
        if int(digits[:2]) > 23 or int(digits[2:]) > 59:
            raise Fault("bad_time", {"time": offset})
        zone = dt.timezone(sign * dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))
    try:
        return dt.datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        raise Fault("bad_day", {"year": f"{year:04}", "month": f"{month:02}", "day": str(day)}) from None


def plain_ids(cells: Sequence[str]) -> Sequence[str] | None:
    """Ids that are nothing but digits, as nearly all are; None where one of them is not."""
    lengths = set(map(len, cells))
    text = "".join(cells)
    return cells if 0 not in lengths and max(lengths) <= ID_LENGTH and text.isdigit() and text.isascii() else None


def plain_moments(cells: Sequence[str]) -> Sequence[dt.datetime | None] | None:
    """Moments written `2026-11-11 00:00:07`, or not at all; None where one is written in any other way."""
    if not set(map(len, cells)) <= {0, 19}:
        return None
    told = list(filter(None, cells))
    if set(map(itemgetter(10), told)) - {" "}:
        return None
    try:
        values = [from_iso(text) if text else None for text in cells]
    except ValueError:
        return None
    years = {value.year for value in values if value is not None}
    return values if not years or (min(years) >= 2000 and max(years) < 2100) else None


def needed_moments(cells: Sequence[str]) -> Sequence[dt.datetime | None] | None:
    """The same, where every cell has one."""
    return plain_moments(cells) if all(cells) else None


# Columns that are told in one look at all of their cells; what the look does not tell, the parser of a cell does.
LOOKS: dict[Callable[[str], Any], Callable[[Sequence[str]], Sequence[Any] | None]] = {
    identifier: plain_ids,
    needed_identifier: plain_ids,
    moment: plain_moments,
    needed_moment: needed_moments,
}


def parsed(parse: Callable[[str], T], cells: Sequence[str]) -> Sequence[T]:
    """Each cell as `parse` reads it; `Fault` of the first that it does not take."""
    look = LOOKS.get(parse)
    found = look(cells) if look else None
    return list(map(parse, cells)) if found is None else found
