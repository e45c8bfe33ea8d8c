"""A month's workbook read back: each day as it was exported, as it stands in the file, as it stands now."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import IO, Any

from django.utils.translation import gettext as _

from kpis.daybook.day_sheets import AT, COLUMNS, LAYOUT, MARKED, TYPED_INTO
from kpis.days.day_cells import DayChange, refusal, said, set_days
from kpis.days.day_plan import FREE, book_of, month_target
from kpis.planning.days import Pin
from kpis.workbooks.book import MARK
from kpis.workbooks.named_cells import same
from kpis.workbooks.sheet_files import BadFile, Grid, load_sheets, says
from kpis.year.plan_cells import last_set
from opsplan.lib import cells
from opsplan.lib.periods import Period, month_of
from staff.models import User
from stores.models import Store

UNITS = {"amount": "money", "share": "rate", "weight": "ratio"}


@dataclass(frozen=True)
class Sheet:
    """A file as read. base: what each day was fixed to; target: its formula; found: the cells by day and column."""

    store: str
    month: str
    base: Mapping[str, Pin]
    formulas: Mapping[str, str]
    found: Mapping[str, Mapping[str, object]]


@dataclass(frozen=True)
class Moved:
    """A day the file changed. kind: change, conflict (changed here meanwhile too, by `by`) or refused (`error`)."""

    kind: str
    day: str
    was: Pin
    file: Pin
    now: Pin
    by: str = ""
    error: str = ""

    @property
    def change(self) -> DayChange:
        field = field_of(self.file) or field_of(self.now) or "amount"
        value = getattr(self.file, field)
        return DayChange(dt.date.fromisoformat(self.day), field, value)


def field_of(pin: Pin) -> str:
    return next((name for name in TYPED_INTO if getattr(pin, name) is not None), "")


def read(upload: IO[bytes]) -> Sheet:
    """BadFile when it is no workbook of a month."""
    grids = load_sheets(upload)
    mark, page = grids.pop(MARK, None), next((x for x in grids.values() if says(x, 0, 0) == LAYOUT), None)
    if mark is None or page is None or says(mark, 0, 0) != LAYOUT:
        raise BadFile(
            _("This workbook was not exported from a month here. Export the month, fill it in and import that.")
        )
    base, formulas = {}, {}
    for n in range(MARKED, len(mark)):
        day, amount, share, weight, formula = (says(mark, n, x) for x in range(5))
        if day:
            base[day] = Pin(decimal(amount), decimal(share), decimal(weight))
            formulas[day] = formula
    return Sheet(says(mark, 1, 0), says(mark, 2, 0), base, formulas, found_in(page))


def found_in(page: Grid) -> dict[str, dict[str, object]]:
    """By day, then by the column's hidden name."""
    columns = {n: text for n in range(1, len(COLUMNS)) if (text := says(page, 0, n)) in AT}
    rows = {says(page, n, 0): row for n, row in enumerate(page) if n and says(page, n, 0)}
    return {day: {name: row[n] if n < len(row) else None for n, name in columns.items()} for day, row in rows.items()}


def compare(store: Store, month: Period, sheet: Sheet) -> list[Moved]:
    """What the file would change. BadFile when it belongs to another store or month."""
    if (sheet.store, sheet.month) != (store.slug, f"{month.first:%Y-%m}"):
        raise BadFile(_("This workbook is the month %(month)s of the store “%(store)s”.")
                      % {"month": sheet.month, "store": sheet.store})  # fmt: skip
    book, total = book_of(store), month_target(store, month)
    out = []
    for day in month:
        text = day.isoformat()
        if text not in sheet.found or text not in sheet.base:
            continue
        was, now = sheet.base[text], book.pins.get(day, FREE)
        try:
            file = pin_of(sheet.found[text])
        except (ValueError, InvalidOperation) as error:
            out.append(Moved("refused", text, was, FREE, now, error=str(error)))
            continue
        target = sheet.found[text].get("target")
        if sheet.formulas[text] and formula_of(target) != compact(sheet.formulas[text]):
            why = _("The formula of the target was changed; type into the yellow cells.")
            out.append(Moved("refused", text, was, file, now, error=why))
        elif not alike(file, was) and not alike(file, now):
            kind = "change" if alike(was, now) else "conflict"
            moved = Moved(kind, text, was, file, now, last_set(said(store, day))["by"] if kind == "conflict" else "")
            why = refusal(book, month, total, moved.change)
            out.append(Moved("refused", text, was, file, now, error=why) if why else moved)
    return out


def pin_of(row: Mapping[str, object]) -> Pin:
    """ValueError: no number, or more than one of amount, share and weight."""
    said = {name: number(row.get(name), UNITS[name]) for name in TYPED_INTO}
    if sum(x is not None for x in said.values()) > 1:
        raise ValueError(_("Fix a day by an amount, a share or a weight, not by several."))
    return Pin(said["amount"], said["share"], said["weight"])


def decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def number(value: object, unit: str) -> Decimal | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(_("This is not a number."))
    try:
        return cells.read(value, unit) if isinstance(value, str) else Decimal(repr(value))
    except ValueError as error:
        raise ValueError(_(cells.sentence_of(error))) from error


def formula_of(value: object) -> str:
    return compact(str(value[1])) if isinstance(value, tuple) else ""


def compact(formula: str) -> str:
    return "".join(formula.removeprefix("=").split()).replace("$", "").upper()


def alike(one: Pin, two: Pin) -> bool:
    return all(same(getattr(one, name), getattr(two, name)) for name in TYPED_INTO)


def merge(store: Store, month: Period, moved: Sequence[Moved], by: User | None) -> int:
    """Store these days as one step that undo takes back. Raises Conflict or Refused: nothing was stored."""
    if moved:
        set_days(store, month, [x.change for x in moved], by)
    return len(moved)


def item(moved: Moved, target: Decimal | None) -> dict[str, Any]:
    """The change as `month_plan.changes_of` reads it; `target`: what the person sees of the day now."""
    change = moved.change
    value = None if change.value is None else str(change.value)
    return {"day": moved.day, change.field: value, "was": None if target is None else f"{target:f}"}


def difference_json(moved: Sequence[Moved]) -> dict[str, list[dict[str, str]]]:
    """changes, conflicts and refused days, for REST and the command line: {day, was, file, now, by, message}."""
    kinds = {"changes": "change", "conflicts": "conflict", "refused": "refused"}
    return {
        name: [
            {"day": x.day, "was": written(x.was), "file": written(x.file), "now": written(x.now), "by": x.by,
             "message": x.error} for x in moved if x.kind == kind
        ]
        for name, kind in kinds.items()
    }  # fmt: skip


def chosen(moved: Sequence[Moved], take: Sequence[str] = ()) -> list[Moved]:
    """What is stored without asking: the changes, and those conflicts whose day is in `take`."""
    return [x for x in moved if x.kind == "change" or (x.kind == "conflict" and x.day in take)]


def month_named(sheet: Sheet) -> Period:
    """The month a file is about. BadFile."""
    try:
        return month_of(dt.date.fromisoformat(f"{sheet.month}-01"))
    except ValueError:
        raise BadFile(_("This workbook does not say which month it is.")) from None


def written(pin: Pin) -> str:
    field = field_of(pin)
    text = cells.write(getattr(pin, field), UNITS[field]) if field else ""
    return f"x{text}" if field == "weight" else text or _("follows")
