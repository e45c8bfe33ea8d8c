"""The cells of a workbook that was exported here, by the hidden names of their rows and columns, never by where they
stand: as they were exported, and as they are in the file that came back."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from openpyxl.utils import column_index_from_string, get_column_letter

from kpis.planning.formulas import addressed, named
from kpis.workbooks.sheet_files import MOST_COLUMNS, Grid, says
from opsplan.lib import cells
from opsplan.lib.money import CENT

NEAR = Decimal("1e-12")  # a spreadsheet keeps 15 digits
Place = tuple[str, int | str]


@dataclass(frozen=True)
class Base:
    """A cell as it was exported. role: open, text, made (a formula) or shut (locked, or nothing to type)."""

    role: str
    value: str
    formula: str = ""


@dataclass(frozen=True)
class Found:
    """A cell of the file: where it stands, what is in it, and its formula with names for addresses, or "". within: the
    address of the cell it was merged into, or ""."""

    address: str
    value: object
    formula: str = ""
    within: str = ""


def month_of(text: str) -> int | str:
    return int(text) if text.isdecimal() else text


def bases(mark: Grid) -> dict[Place, Base]:
    known = {}
    for n in range(10, len(mark)):
        key, column, role, value, formula = (says(mark, n, x) for x in range(5))
        if key:
            known[key, month_of(column)] = Base(role, value, formula)
    return known


Merged = Mapping[tuple[int, int], tuple[int, int]]


def found_in(formulas: Grid, values: Grid, merged: Merged | None = None) -> dict[Place, Found]:
    """The cells of the sheet by name. A row whose name stands twice counts where it stands first; a cell that was
    merged into another (`merged`) holds what that one holds."""
    columns = {n: text for n in range(1, MOST_COLUMNS) if (text := says(formulas, 0, n))}
    rows: dict[int, str] = {}
    for n in range(1, len(formulas)):
        key = says(formulas, n, 0)
        if key and key not in rows.values():
            rows[n] = key

    def what(letters: str, number: str) -> str:
        key, column = rows.get(int(number) - 1), columns.get(column_index_from_string(letters) - 1)
        return f"[{key}@{column}]" if key and column else "[?]"

    found = {}
    for n, key in rows.items():
        for column, name in columns.items():
            row, place = (merged or {}).get((n, column), (n, column))
            cell = formulas[row][place] if place < len(formulas[row]) else None
            formula = named(cell[1], what) if isinstance(cell, tuple) else ""
            value = values[row][place] if formula and row < len(values) and place < len(values[row]) else cell
            within = address(row, place) if (row, place) != (n, column) else ""
            found[key, month_of(name)] = Found(address(n, column), value, formula, within)
    return found


def address(row: int, column: int) -> str:
    return f"{get_column_letter(column + 1)}{row + 1}"


def compact(formula: str) -> str:
    return "".join(addressed(formula, lambda key, column: f"[{key}@{column}]").split())


def before(base: Base, unit: str) -> Decimal | str | None:
    if unit in ("text", ""):
        return base.value
    return Decimal(base.value) if base.value else None


def in_file(found: Found, unit: str) -> Decimal | str | None:
    """A cell as the plan keeps it; text is read as people type numbers. A rate without a percent sign is read as
    spreadsheets read it: below 1 it is the fraction that a cell of numbers would hold. ValueError."""
    value = found.value
    if found.formula and value is None:
        raise ValueError("a formula without a result")
    if unit in ("text", ""):
        return "" if value is None else str(value).replace("\r\n", "\n").strip()
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if found.within or isinstance(value, bool | dt.date | dt.time | dt.timedelta):
        raise ValueError("not a number")
    if isinstance(value, int | float):
        return Decimal(repr(value))
    number = cells.read(str(value), unit)
    is_bare = unit == "rate" and not set(str(value)) & set("%％")
    return number * 100 if is_bare and number < CENT else number


def same(one: Decimal | str | None, two: Decimal | str | None) -> bool:
    if isinstance(one, Decimal) and isinstance(two, Decimal):
        return abs(one - two) <= NEAR * max(abs(one), abs(two))
    return one == two
