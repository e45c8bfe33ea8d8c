"""A plan's workbook read back: each cell as it was exported, as it stands in the file, as it stands now.

Rows and columns are found by their hidden names, never by where they stand. What only the file changed is merged, what
both changed is asked, and what cannot be (a changed formula, a lock, no number) is refused with its reason.
"""

import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from kpis.models import Plan
from kpis.planning.formulas import DAYS
from kpis.planning.year import MONTHS, SPANS, Sheet
from kpis.workbooks.book import MARK
from kpis.workbooks.named_cells import Base, Found, Place, bases, before, compact, found_in, in_file, same
from kpis.workbooks.sheet_files import LIMIT_MB, MOST_COLUMNS, BadFile, Grid, load_sheets, merged_away, says
from kpis.year.plan_cells import Change, Loaded, Refused, as_typed, last_set, load, refusal, set_cells, solve
from kpis.year.plan_sheets import FIRST, LAYOUT, TOP
from kpis.year.plan_wire import text_of
from staff.models import User


@dataclass(frozen=True)
class Book:
    """A file as read. store: slug; number, version: of the plan it is of. notes: what was not read of it."""

    store: str
    year: int
    number: int
    version: int
    base: Mapping[Place, Base]
    found: Mapping[Place, Found]
    notes: Sequence[str] = ()


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
    a whole cannot be (factors that contradict each other); notes: what of the file was not read, and why."""

    plan: Plan
    number: int
    moved: Sequence[Moved] = ()
    missing: Sequence[str] = field(default_factory=tuple)
    problem: str = ""
    notes: Sequence[str] = ()

    def of(self, kind: str) -> list[Moved]:
        return [x for x in self.moved if x.kind == kind]


def wire(value: Decimal | str | None) -> str | None:
    return text_of(value) if isinstance(value, Decimal) else value


# --- reading ----------------------------------------------------------------------------------------------------------


def read(upload: IO[bytes]) -> Book:
    """The file's cells by name. BadFile when it is no workbook of a plan."""
    file = io.BytesIO(upload.read((LIMIT_MB << 20) + 1))
    formulas, values = load_sheets(file), load_sheets(file, values=True)
    mark, pages = formulas.pop(MARK, None), [x for x in formulas if says(formulas[x], 0, 0) == LAYOUT]
    if mark is None or says(mark, 0, 0) != LAYOUT or not pages:
        raise BadFile(
            _("This workbook was not exported from a plan here. Export the plan, fill it in and import that.")
        )
    facts = [says(mark, n, 0) for n in range(1, 5)]
    if not all(x.isdecimal() for x in facts[1:]):
        raise BadFile(_("The hidden sheet of this workbook was changed. Export the plan again."))
    page = pages[0]
    found = found_in(formulas[page], values[page], merged_away(file, page))
    year, number, version = (int(x) for x in facts[1:])
    return Book(facts[0], year, number, version, bases(mark), found, unread(formulas[page], pages))


def unread(page: Grid, pages: Sequence[str]) -> list[str]:
    """Sentences about what people put into the sheet that names no row or column of the plan."""
    notes, keys = [], [says(page, n, 0) for n in range(len(page))]
    if len(pages) > 1:
        told = _("The plan stands on several sheets of the file (%(sheets)s); “%(first)s” was read.")
        notes.append(told % {"sheets": _(", ").join(pages), "first": pages[0]})
    columns = {n for n in range(FIRST, MOST_COLUMNS) if says(page, 0, n)}
    for n in range(TOP + 1, len(page)):
        filled = [x for x in columns if x < len(page[n]) and page[n][x] is not None]
        if filled and not keys[n]:
            told = _("Row %(row)s (%(label)s) was not read: the plan has no such row. Add it to the plan first, "
                     "export again and type it there.")  # fmt: skip
            notes.append(told % {"row": n + 1, "label": says(page, n, 1) or says(page, n, 2) or "—"})
        elif keys[n] and (first := keys.index(keys[n])) < n:
            told = _("Rows %(first)s and %(row)s (%(label)s) are the same row of the plan; row %(first)s was read.")
            notes.append(told % {"first": first + 1, "row": n + 1, "label": says(page, n, 1)})
    width = max((len(row) for row in page), default=0)
    for n in range(FIRST, width):
        if n not in columns and any(keys[row] and says(page, row, n) for row in range(TOP, len(page))):
            notes.append(_("Column %(column)s was not read: it is no month.") % {"column": get_column_letter(n + 1)})
    return notes


# --- comparing --------------------------------------------------------------------------------------------------------


def compare(plan: Plan, book: Book) -> Difference:
    """What the file would change in this plan. BadFile when it belongs to another store or year."""
    if (book.store, book.year) != (plan.store.slug, plan.year):
        raise BadFile(_("This workbook is the plan %(year)s of the store “%(store)s”.")
                      % {"year": book.year, "store": book.store})  # fmt: skip
    loaded = load(plan)
    there, columns = {key for key, _column in book.found}, {column for _key, column in book.found}
    missing = [loaded.label(key) for key in loaded.rows if (key, 1) in book.base and key not in there]
    notes = list(book.notes)
    if gone := [x for x in MONTHS if x not in columns]:
        months = _(", ").join(f"{plan.year}-{x:02}" for x in gone)
        notes.append(_("These months are not in the file and stay as they are: %s.") % months)
    moved = []
    for (key, month), base in book.base.items():
        found = book.found.get((key, month))
        if found is not None and (seen := moved_cell(loaded, key, month, base, found)):
            moved.append(seen)
    after = load(plan)
    problem = contradiction(after, [x for x in moved if x.kind == "change"])
    left = gathered(x for x in moved if not comes_to_the_same(after.sheet, x, book))
    return Difference(plan, book.number, left, missing, problem, notes)


def gathered(moved: Iterable[Moved]) -> list[Moved]:
    """The same refusal of several cells of a row, without a value to show, is told once."""
    out: dict[object, Moved] = {}
    for x in moved:
        key = (x.row, x.error) if x.kind == "refused" and x.file is None else (x.row, x.month)
        first = out.setdefault(key, x)
        if first is not x:
            out[key] = replace(first, address=f"{first.address.partition(' ')[0]} … {x.address}")
    return list(out.values())


def contradiction(loaded: Loaded, moved: Sequence[Moved]) -> str:
    """Why these changes cannot stand together, or ""; where they can, `loaded` is what they make of the plan."""
    try:
        solve(loaded, [x.change for x in moved], "")
    except Refused as error:
        return str(error)
    return ""


def comes_to_the_same(after: Sheet, moved: Moved, book: Book) -> bool:
    """Whether a value that stands in place of a formula is what the formula would say: as exported, or once the other
    cells of the file are taken over. A sheet pasted as values loses nothing."""
    base, found = book.base[moved.row, moved.month], book.found[moved.row, moved.month]
    if moved.kind != "refused" or base.role != "made" or found.formula:
        return False
    try:
        value = in_file(found, "ratio")
    except ValueError:
        return False
    made = [before(base, "ratio")]
    if moved.row in after.rows:
        month = moved.month
        made.append(after.value(moved.row, month) if isinstance(month, int) else after.total(moved.row, SPANS[month]))
    return any(same(value, x) for x in made)


def moved_cell(loaded: Loaded, key: str, month: int | str, base: Base, found: Found) -> Moved | None:
    """What became of a cell, or None when the file left it as it was or it stands so already."""
    label = _("Days of a month") if key == DAYS else loaded.label(key)
    unit = loaded.sheet.rows[key].unit if key in loaded.sheet.rows else "text" if key in loaded.rows else ""

    def refused(why: str, file: Decimal | str | None = None) -> Moved:
        return Moved("refused", key, month, label, unit, found.address, before(base, unit), file, None, error=why)

    if base.role == "made" or (base.role == "open" and found.formula and base.formula):
        if found.formula == compact(base.formula):
            return None
        is_value = not found.formula and found.value is not None
        return refused(changed_formula(label, found), str(found.value)[:80] if is_value else None)
    try:
        file = in_file(found, unit)
    except ValueError:
        return refused(unreadable(found), None if found.within else str(found.value or found.formula)[:80])
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


def changed_formula(label: str, found: Found) -> str:
    if found.formula:
        return _("The formula of %(row)s was changed; it is worked out from other rows.") % {"row": label}
    return _("%(row)s is worked out here; a value stands in place of its formula.") % {"row": label}


def unreadable(found: Found) -> str:
    """Why this is no number, and what to do."""
    if found.within:
        told = _("This cell was merged with %s: a number holds for one month. Split them and type one into each.")
        return told % found.within
    if found.formula and found.value is None:
        return _("The formula has no result in the file. Open it in Excel or WPS, save it, and import it again.")
    return _("This is not a number. Write digits only, like 120000, 12万 or 3.5%; leave empty what is not planned.")


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
        "notes": list(difference.notes),
        "problem": difference.problem,
    }
