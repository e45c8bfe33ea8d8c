"""Typed numbers: what is understood, and what is refused rather than guessed."""

from decimal import Decimal

import pytest

from opsplan.lib import cells

pytestmark = pytest.mark.once

READ = {
    "12": "12", "1,234": "1234", "1,234,567.89": "1234567.89", "12 345": "12345", "¥1,234.5": "1234.5",
    "￥ 1，234": "1234", "１２．５": "12.5", "12万": "120000", "1.2 亿": "120000000", "12万元": "120000", "3k": "3000",
    "-35.50": "-35.50", "−35": "-35", "－35": "-35", "–35": "-35", "¥-35": "-35", "-¥35": "-35", "+5": "5", ".5": "0.5",
    "5.": "5", "RMB 20": "20", "35件": "35", " 7 ": "7", "\u00a07\u3000": "7", "0": "0", "007": "7",
}  # fmt: skip
COMMAS = ["1,2", "12,3", "1,2345", "1,23,456", "0,123", "1234,567", "1,234,5", "1.234,56", "1，2", "1,2万"]
NEITHER = ["", " ", "-", ".", "abc", "1.2.3", "--5", "-¥-5", "1e5", "1_000", "5²", "①", "½", "٣", "十二", "1 2",
           "1 2345", "5-", "(5)", "∞", "nan", "inf", "0x10", "1。5", "5百", "1" * 25]  # fmt: skip


def test_a_number_is_read_however_a_keyboard_or_a_sheet_writes_it() -> None:
    assert {text: cells.read(text, "money") for text in READ} == {x: Decimal(y) for x, y in READ.items()}


def said(text: str, unit: str) -> str:
    with pytest.raises(cells.Unreadable) as problem:
        cells.read(text, unit)
    return str(problem.value)


def test_a_comma_that_does_not_group_three_digits_is_refused_and_said() -> None:
    assert {said(text, unit) for text in COMMAS for unit in ("money", "count", "rate")} == {cells.COMMA}


def test_what_is_no_number_is_refused_and_a_percent_sign_where_no_rate_is_meant() -> None:
    assert {said(text, "money") for text in NEITHER} == {cells.NO_NUMBER}
    assert said("5%", "money") == cells.NO_RATE
    rates = {"5%": "0.05", "5 ％": "0.05", "3.5": "0.035", "-2%": "-0.02"}
    assert {text: cells.read(text, "rate") for text in rates} == {x: Decimal(y) for x, y in rates.items()}


def test_a_program_may_send_a_number_as_such_or_as_text() -> None:
    sent = {5: "5", 2.5: "2.5", "2.50": "2.50", "1,234": "1234", "1.2万": "12000"}
    assert {told: cells.number(told) for told in sent} == {x: Decimal(y) for x, y in sent.items()}
    for told in (True, None, [], "1_000", "1e3", "5%", "NaN", float("inf")):
        with pytest.raises(cells.Unreadable):
            cells.number(told)
