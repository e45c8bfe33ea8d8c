"""Cells of a file as a spreadsheet reads them."""

import datetime as dt
from decimal import Decimal

from opsplan.lib.sheets import Cell, plain


def test_a_ratio_has_six_places_and_an_amount_is_as_it_is() -> None:
    cells: list[Cell] = [Decimal(1) / 3, Decimal("88.00"), Decimal("1E-9"), -5, None, "=1+1", dt.date(2026, 11, 25)]
    assert [plain(x) for x in cells] == ["0.333333", "88.00", "0.000000", "-5", "", "'=1+1", "2026-11-25"]
