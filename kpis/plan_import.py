"""A plan's workbook read back: each cell as it was exported, as it stands in the file, as it stands now.

Rows and columns are found by their hidden names, never by where they stand. What only the file changed is merged, what
both changed is asked, and what cannot be (a changed formula, a lock, no number) is refused with its reason.
"""

import datetime as dt
import io
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string, get_column_letter

from kpis.models import Plan
from kpis.plan_cells import Change, Loaded, Refused, as_typed, last_set, load, refusal, set_cells, solve
from kpis.plan_sheets import LAYOUT, MARK
from kpis.plan_wire import text_of
from kpis.planning.formulas import addressed, named
from opsplan.lib import cells
from staff.models import User

LIMIT_MB, UNPACKED_MB = 5, 60
MOST_ROWS, MOST_COLUMNS, MOST_KEPT = 400, 60, 4000
NEAR = Decimal("1e-12")  # a spreadsheet keeps 15 digits
Place = tuple[str, int | str]


class BadFile(Exception):
    """The file as a whole cannot be used; str() says why."""


@dataclass(frozen=True)
class Base:
    """A cell as it was exported. role: open, text, made (a formula) or shut (locked, or nothing to type)."""

    role: str
    value: str
    formula: str = ""


@dataclass(frozen=True)
class Found:
    """A cell of the file: where it stands, what is in it, and its formula with names for addresses, or ""."""

    address: str
    value: object
    formula: str = ""


@dataclass(frozen=True)
class Book:
    """A file as read. store: slug; number, version: of the plan it was exported from."""

    store: str
    year: int
    number: int
    version: int
    base: Mapping[Place, Base]
    found: Mapping[Place, Found]


@dataclass(frozen=True)
class Moved:
    """A cell the file changed. kind: change, conflict (changed here meanwhile too, by `by`) or refused (`error`).

    was, file, now: as exported, in the file, standing; Decimal, text or None.
    """

    kind: str
    row: str
    month: int | str
    label: str
    unit: str
    address: str
    was: Decimal | str | None
    file: Decimal | str | None
    now: Decimal | str | None
    by: str = ""
    error: str = ""

    @property
    def item(self) -> dict[str, Any]:
        """As `plan_wire.changes_of` reads it."""
        now, file = wire(self.now), wire(self.file)
        if self.unit == "text":
            return {"row": self.row, "month": self.month, "text": file, "was": now or ""}
        return {"row": self.row, "month": self.month, "value": file, "was": now}

    @property
    def change(self) -> Change:
        if self.unit == "text":
            return Change(self.row, int(self.month), text=str(self.file or ""), was=self.now or "")
        assert not isinstance(self.file, str)
        return Change(self.row, int(self.month), self.file, was=self.now)


@dataclass(frozen=True)
class Difference:
    """What a file would change in a plan. missing: labels of rows that are not in the file; problem: why the merge as
    a whole cannot be (factors that contradict each other)."""

    plan: Plan
    number: int
    moved: Sequence[Moved] = ()
    missing: Sequence[str] = field(default_factory=tuple)
    problem: str = ""

    def of(self, kind: str) -> list[Moved]:
        return [x for x in self.moved if x.kind == kind]


def wire(value: Decimal | str | None) -> str | None:
    return text_of(value) if isinstance(value, Decimal) else value


# --- reading ----------------------------------------------------------------------------------------------------------


def read(upload: IO[bytes]) -> Book:
    """The file's cells by name. BadFile when it is no workbook of a plan."""
    file = io.BytesIO(upload.read((LIMIT_MB << 20) + 1))
    formulas, values = load_sheets(file), load_sheets(file, values=True)
    mark, page = formulas.pop(MARK, None), next((x for x in formulas if says(formulas[x], 0, 0) == LAYOUT), None)
    if mark is None or says(mark, 0, 0) != LAYOUT or page is None:
        raise BadFile(
            _("This workbook was not exported from a plan here. Export the plan, fill it in and import that.")
        )
    facts = [says(mark, n, 0) for n in range(1, 5)]
    if not all(x.isdecimal() for x in facts[1:]):
        raise BadFile(_("The hidden sheet of this workbook was changed. Export the plan again."))
    return Book(
        facts[0], int(facts[1]), int(facts[2]), int(facts[3]), bases(mark), found_in(formulas[page], values[page])
    )


def check_size(file: io.BytesIO) -> None:
    if file.getbuffer().nbytes > LIMIT_MB << 20:
        raise BadFile(_("The file is larger than %d MB; the workbook of a plan is far smaller.") % LIMIT_MB)
    try:
        with zipfile.ZipFile(file) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise BadFile(_("This is not a workbook we can read. Save it as xlsx, without a password.")) from error
    if unpacked > UNPACKED_MB << 20:
        raise BadFile(_("The file is larger than %d MB; the workbook of a plan is far smaller.") % UNPACKED_MB)


Grid = list[tuple[object, ...]]


def load_sheets(upload: IO[bytes], *, values: bool = False) -> dict[str, Grid]:
    """Every sheet, as `load_rows` gives it. BadFile when it is too large or no workbook."""
    upload.seek(0)
    file = io.BytesIO(upload.read((LIMIT_MB << 20) + 1))
    check_size(file)
    try:
        return load_rows(file, values=values)
    except Exception as error:  # the reader raises whatever a damaged part makes it stumble over
        raise BadFile(_("This is not a workbook we can read. Save it as xlsx, without a password.")) from error


def load_rows(file: io.BytesIO, *, values: bool) -> dict[str, Grid]:
    """Every sheet's values (formulas as `("=", text)`, or what they came to), at most MOST_ROWS (of the
    hidden sheet MOST_KEPT) by MOST_COLUMNS."""
    file.seek(0)
    book = load_workbook(file, read_only=True, data_only=values, keep_links=False)
    out = {}
    for page in book.worksheets:
        rows = page.iter_rows(max_row=MOST_KEPT if page.title == MARK else MOST_ROWS, max_col=MOST_COLUMNS)
        out[page.title] = [tuple(plain_cell(cell) for cell in row) for row in rows]
    book.close()
    return out


def plain_cell(cell: Any) -> object:
    return ("=", str(cell.value).removeprefix("=")) if cell.data_type == "f" else cell.value


def says(grid: Grid, row: int, column: int) -> str:
    value = grid[row][column] if row < len(grid) and column < len(grid[row]) else None
    return "" if value is None or isinstance(value, tuple) else str(value)


def month_of(text: str) -> int | str:
    return int(text) if text.isdecimal() else text


def bases(mark: Grid) -> dict[Place, Base]:
    known = {}
    for n in range(10, len(mark)):
        key, column, role, value, formula = (says(mark, n, x) for x in range(5))
        if key:
            known[key, month_of(column)] = Base(role, value, formula)
    return known


def found_in(formulas: Grid, values: Grid) -> dict[Place, Found]:
    """The cells of the sheet by name. A row whose name stands twice counts where it stands first."""
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
            cell = formulas[n][column] if column < len(formulas[n]) else None
            formula = named(cell[1], what) if isinstance(cell, tuple) else ""
            value = values[n][column] if formula and n < len(values) and column < len(values[n]) else cell
            found[key, month_of(name)] = Found(f"{get_column_letter(column + 1)}{n + 1}", value, formula)
    return found


# --- comparing --------------------------------------------------------------------------------------------------------


def compare(plan: Plan, book: Book) -> Difference:
    """What the file would change in this plan. BadFile when it belongs to another store or year."""
    if (book.store, book.year) != (plan.store.slug, plan.year):
        raise BadFile(_("This workbook is the plan %(year)s of the store “%(store)s”.")
                      % {"year": book.year, "store": book.store})  # fmt: skip
    loaded = load(plan)
    there = {key for key, _column in book.found}
    missing = [loaded.label(key) for key in loaded.rows if (key, 1) in book.base and key not in there]
    moved = []
    for (key, month), base in book.base.items():
        found = book.found.get((key, month))
        if found is not None and (seen := moved_cell(loaded, key, month, base, found)):
            moved.append(seen)
    return Difference(plan, book.number, moved, missing, contradiction(plan, [x for x in moved if x.kind == "change"]))


def contradiction(plan: Plan, moved: Sequence[Moved]) -> str:
    """Why these changes cannot stand together, or ""."""
    try:
        solve(load(plan), [x.change for x in moved], "")
    except Refused as error:
        return str(error)
    return ""


def moved_cell(loaded: Loaded, key: str, month: int | str, base: Base, found: Found) -> Moved | None:
    """What became of a cell, or None when the file left it as it was or it stands so already."""
    label = loaded.label(key)
    unit = loaded.sheet.rows[key].unit if key in loaded.sheet.rows else "text" if key in loaded.rows else ""

    def refused(why: str, file: Decimal | str | None = None) -> Moved:
        return Moved("refused", key, month, label, unit, found.address, before(base, unit), file, None, error=why)

    if base.role == "made" or (base.role == "open" and found.formula and base.formula):
        if found.formula == compact(base.formula):
            return None
        is_value = not found.formula and found.value is not None
        return refused(changed_formula(loaded, key, found), str(found.value)[:80] if is_value else None)
    try:
        file = in_file(found, unit)
    except ValueError:
        return refused(_("This is not a number."), str(found.value or found.formula)[:80])
    was = before(base, unit)
    if not same(file, was) and key in loaded.sheet.rows and isinstance(file, Decimal):
        file = as_typed(unit, file)
    if same(file, was):
        return None
    if key not in loaded.rows:
        return refused(
            _("The days are chosen on the page.") if key.startswith("#") else _("The plan has no such row now.")
        )
    if base.role == "shut":
        return refused(_("This cell is locked or empty in the plan and cannot be typed."), file)
    now = standing(loaded, key, int(month))
    if same(file, now):
        return None
    kind = "change" if same(was, now) else "conflict"
    by = last_set(loaded.cells.get((key, int(month))))["by"] if kind == "conflict" else ""
    moved = Moved(kind, key, month, label, unit, found.address, was, file, now, by)
    if why := refusal(loaded, moved.change):
        return refused(why, file)
    cell = loaded.cells.get((key, int(month)))
    return refused(_("This cell is locked.")) if cell and cell.is_locked else moved


def compact(formula: str) -> str:
    return "".join(addressed(formula, lambda key, column: f"[{key}@{column}]").split())


def changed_formula(loaded: Loaded, key: str, found: Found) -> str:
    label = loaded.label(key)
    if found.formula:
        return _("The formula of %(row)s was changed; it is worked out from other rows.") % {"row": label}
    return _("%(row)s is worked out here; a value stands in place of its formula.") % {"row": label}


def before(base: Base, unit: str) -> Decimal | str | None:
    if unit in ("text", ""):
        return base.value
    return Decimal(base.value) if base.value else None


def in_file(found: Found, unit: str) -> Decimal | str | None:
    """A cell as the plan keeps it; text is read as people type numbers. ValueError."""
    value = found.value
    if found.formula and value is None:
        raise ValueError("a formula without a result")
    if unit in ("text", ""):
        return "" if value is None else str(value).replace("\r\n", "\n").strip()
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool | dt.date | dt.time | dt.timedelta):
        raise ValueError("not a number")
    if isinstance(value, int | float):
        return Decimal(repr(value))
    return cells.read(str(value), unit)


def same(one: Decimal | str | None, two: Decimal | str | None) -> bool:
    if isinstance(one, Decimal) and isinstance(two, Decimal):
        return abs(one - two) <= NEAR * max(abs(one), abs(two))
    return one == two


def standing(loaded: Loaded, key: str, month: int) -> Decimal | str | None:
    if key in loaded.sheet.rows:
        return loaded.sheet.value(key, month)
    cell = loaded.cells.get((key, month))
    return cell.text if cell else ""


# --- taking over ------------------------------------------------------------------------------------------------------


def merge(difference: Difference, by: User | None, take: Collection[str] = ()) -> int:
    """Store what only the file changed, and of the conflicts those whose address is in `take`, as one step. Returns
    how many cells were set. Raises Conflict or Refused: nothing was stored."""
    wanted = [x for x in difference.moved if x.kind == "change" or (x.kind == "conflict" and x.address in take)]
    if wanted:
        set_cells(difference.plan, [x.change for x in wanted], by)
    return len(wanted)


def difference_json(difference: Difference) -> dict[str, Any]:
    """changes, conflicts, refused: cells with row, month, cell (in the file), was, file and now, as strings."""

    def told(x: Moved) -> dict[str, Any]:
        out = {"row": x.row, "month": x.month, "label": x.label, "cell": x.address,
               "was": wire(x.was), "file": wire(x.file), "now": wire(x.now)}  # fmt: skip
        return out | ({"by": x.by} if x.by else {}) | ({"message": x.error} if x.error else {})

    return {
        "plan": difference.plan.number,
        "exported_from": difference.number,
        "changes": [told(x) for x in difference.of("change")],
        "conflicts": [told(x) for x in difference.of("conflict")],
        "refused": [told(x) for x in difference.of("refused")],
        "missing_rows": list(difference.missing),
        "problem": difference.problem,
    }
