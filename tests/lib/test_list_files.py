"""Lists as files: none is cut without a word (metabase#6661, #13585)."""

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from opsplan.lib import sheets


def test_a_list_longer_than_a_sheet_goes_on_in_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_LINES", 2)
    book = load_workbook(io.BytesIO(sheets.as_xlsx("orders", ["n"], ([n] for n in range(5)))))
    told: dict[str, Any] = {x.title: [row[0] for row in x.values] for x in book.worksheets}
    assert told == {"orders": ["n", 0, 1], "orders 2": ["n", 2, 3], "orders 3": ["n", 4]}
