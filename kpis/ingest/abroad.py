"""Cells as other countries write them: amounts that name their currency, days with the month first (no Django here)."""

import re
import unicodedata
from collections.abc import Iterable

from opsplan.lib.columns import Fault, cleaned

SIGNS = {  # of money, and whose it may be
    "$": "USD CAD AUD NZD HKD TWD SGD MXN",
    "¥": "CNY JPY",
    "元": "CNY",
    "€": "EUR",
    "£": "GBP",
    "৳": "BDT",
    "₹": "INR",
    "₩": "KRW",
    "₽": "RUB",
    "฿": "THB",
    "₫": "VND",
    "₱": "PHP",
}
YUAN = ("人民币", "RMB", "CNH")
DOLLARS = {"US": "USD", "C": "CAD", "CA": "CAD", "A": "AUD", "AU": "AUD", "NZ": "NZD", "HK": "HKD", "NT": "TWD"}
DOLLARS |= {"S": "SGD", "SG": "SGD", "MX": "MXN", "R": "BRL"}
OTHERS = "AED ARS BRL CHF CLP COP CZK DKK EGP HUF IDR ILS KES KZT LKR MOP MYR NGN NOK PEN PKR PLN SAR SEK TRY UAH ZAR"
CODES = {code for codes in (*SIGNS.values(), OTHERS) for code in codes.split()}
MARK = rf"[A-Z]{{0,3}}[{''.join(SIGNS).replace('元', '')}]|[A-Z]{{3}}"
BEFORE = re.compile(rf"(?P<sign>[+-]?)\s*(?P<mark>{MARK})\s*(?P<number>[+-]?\s*[\d.].*)", re.IGNORECASE | re.DOTALL)
AFTER = re.compile(rf"(?P<sign>[+-]?)\s*(?P<number>[\d.,]*\d)\s*(?P<mark>{MARK})", re.IGNORECASE)
TURNED = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d),?(.*)", re.DOTALL)
MONTH_FIRST, DAY_FIRST, UNKNOWN = "month first", "day first", ""
DAY_SAID = "day first, a person says"  # so that a year of two digits is one, too


def read_currency(text: str) -> str | None:
    """The currency a cell names by three letters, in words, or by the sign before or after an amount."""
    body = cleaned(text).upper().replace("￥", "¥")
    if body in YUAN:
        return "CNY"
    return body if len(body) == 3 and body.isalpha() else next((sign for sign in SIGNS if sign in body), None)


def plain_amount(text: str, currency: str) -> str:
    """An amount without the currency it names (`USD 12.00`, `US$ 12`, `$1,234.50`); fault `other_currency` where that
    is not the store's ("" has any)."""
    if text.isascii() and text.replace(".", "").isdigit():  # nearly all
        return text
    body = unicodedata.normalize("NFKC", cleaned(text))
    match = BEFORE.fullmatch(body) or AFTER.fullmatch(body)
    codes = meant(match["mark"].upper()) if match else ""
    if not match or not codes:
        return text
    if currency and currency not in codes.split():
        raise Fault("other_currency", {"currency": match["mark"], "store": currency})
    return match["sign"] + match["number"].replace(" ", "")


def meant(mark: str) -> str:
    """The currencies a mark may mean, "" for none that we know."""
    letters, sign = (mark[:-1], mark[-1]) if mark[-1] in SIGNS else (mark, "")
    if letters in YUAN:
        letters = "CNY"
    if not letters:
        return SIGNS[sign]
    if sign == "$":
        letters = DOLLARS.get(letters, letters)
    elif sign == "¥":
        letters = {"CN": "CNY", "JP": "JPY"}.get(letters, letters)
    return letters if letters in CODES else ""


def is_turned(text: str) -> bool:
    """Whether a day is written with its year at the end."""
    return bool(TURNED.fullmatch(cleaned(text)))


def order_of(cells: Iterable[str]) -> str:
    """Whether days that end with the year have the month first or the day: a number above 12 is no month. UNKNOWN where
    no cell tells, or one says this and another that."""
    firsts = seconds = 0
    for match in filter(None, (TURNED.fullmatch(cleaned(cell)) for cell in cells)):
        firsts, seconds = max(firsts, int(match[1])), max(seconds, int(match[3]))
    if (firsts > 12) == (seconds > 12):
        return UNKNOWN
    return DAY_FIRST if firsts > 12 else MONTH_FIRST


def order_said(cells: Iterable[str], said: str) -> str:
    """The same, where a person has said which comes first ("month", "day" or nothing); what cells prove goes before."""
    found = order_of(cells)
    if said == "day" and found != MONTH_FIRST:
        return DAY_SAID
    return MONTH_FIRST if said and found == UNKNOWN else found


def iso_day(text: str, order: str) -> str:
    """Such a day with the year first; two digits are a year only after a month and a day. Other cells as they stand."""
    match = TURNED.fullmatch(cleaned(text))
    if not match:
        return text
    first, _sign, second, year, rest = match.groups()
    if order == UNKNOWN or (order == DAY_FIRST and len(year) == 2):
        raise Fault("day_or_month")
    month, day = (first, second) if order == MONTH_FIRST else (second, first)
    return f"{year if len(year) == 4 else '20' + year}-{month}-{day}{rest}"
