"""The weekly sheet's workbook read back: each cell as it was exported, as it stands in the file, as it stands now.

Only what a person may type is taken over, all of it as one step; what both changed is asked; a changed formula, a
figure a file tells and what is no number are refused with the reason.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kpis.measures import ENTRY_MEASURES
from kpis.metrics import METRICS
from kpis.models import Entry, EntryEdit
from kpis.sums.targets import checked, enter
from kpis.week import sheets
from kpis.week.week_book import LAYOUT
from kpis.week.week_formulas import TOTAL, content
from kpis.workbooks.book import MARK
from kpis.workbooks.named_cells import Base, Found, Place, bases, compact, found_in, in_file, same
from kpis.workbooks.sheet_files import BadFile, load_sheets, says
from opsplan.lib import cells, clock
from opsplan.lib.periods import Period
from staff.models import User
from stores.models import Store

LONGEST_NAME = 200


class Clash(Exception):
    """Somebody typed otherwise meanwhile; `places` says where, as "<measure>:<day>"."""

    def __init__(self, places: Sequence[str]) -> None:
        self.places = places
        super().__init__(_("%(count)d cells have changed since.") % {"count": len(places)})


@dataclass(frozen=True)
class Book:
    """A file as read; `period`: the days it shows."""

    store: str
    period: Period
    base: Mapping[Place, Base]
    found: Mapping[Place, Found]


@dataclass(frozen=True)
class Moved:
    """A cell the file changed. kind: change, conflict (typed otherwise here meanwhile, by `by`) or refused (`error`).

    was, file, now: as exported, in the file, standing, in the figure's unit (yuan for money); None: nothing. A refused
    cell has the file's own text.
    """

    kind: str
    measure: str
    day: str
    address: str
    was: Decimal | None
    file: Decimal | str | None
    now: Decimal | None
    by: str = ""
    error: str = ""

    @property
    def item(self) -> dict[str, Any]:
        """As `taken` reads it."""
        return {"measure": self.measure, "day": self.day, "value": text(self.file), "was": text(self.now)}


def text(value: Decimal | str | None) -> str | None:
    return f"{value:f}" if isinstance(value, Decimal) else value


def number(kept: str | None) -> Decimal | None:
    return None if kept is None else Decimal(kept)


def read(upload: IO[bytes]) -> Book:
    """BadFile when it is no workbook of a weekly sheet."""
    formulas, values = load_sheets(upload), load_sheets(upload, values=True)
    mark, page = formulas.pop(MARK, None), next((x for x in formulas if says(formulas[x], 0, 0) == LAYOUT), None)
    if mark is None or page is None or says(mark, 0, 0) != LAYOUT:
        raise BadFile(
            _("This workbook was not exported from a weekly sheet here. Export the sheet, fill it in and import that.")
        )
    try:
        period = Period(dt.date.fromisoformat(says(mark, 2, 0)), dt.date.fromisoformat(says(mark, 3, 0)))
    except ValueError:
        raise BadFile(_("The hidden sheet of this workbook was changed. Export it again.")) from None
    return Book(says(mark, 1, 0), period, bases(mark), found_in(formulas[page], values[page]))


def compare(store: Store, book: Book) -> list[Moved]:
    """What the file would change. BadFile when it belongs to another store."""
    if book.store != store.slug:
        raise BadFile(_("This workbook is a weekly sheet of the store “%(store)s”.") % {"store": book.store})
    typed = content(sheets.sheet(store, book.period), clock.today(store.timezone)).typed
    entries = Entry.objects.filter(store=store, day__range=(book.period.first, book.period.last)).select_related("by")
    by = {(x.measure, x.day.isoformat()): str(x.by or "") for x in entries}
    out = []
    for (key, column), base in book.base.items():
        found = book.found.get((key, column))
        if found is not None and (moved := moved_cell(store, key, str(column), base, found, typed)):
            out.append(replace(moved, by=by.get((key, str(column)), "")) if moved.kind == "conflict" else moved)
    return out


def moved_cell(
    store: Store, key: str, column: str, base: Base, found: Found, typed: Mapping[tuple[str, str], Decimal | None]
) -> Moved | None:
    """What became of a cell, or None when the file left it as it was or it stands so already."""
    was = Decimal(base.value) if base.value else None

    def refused(why: str, file: Decimal | None = None) -> Moved:
        shown = str(found.formula or found.value or "")[:80] if file is None else file
        return Moved("refused", key, column, found.address, was, shown, None, error=why)

    if base.role == "made":
        same_formula = found.formula == compact(base.formula)
        return None if same_formula else refused(_("This is worked out from other rows; its formula was changed."))
    try:
        file = in_file(found, unit_in_file(key))
    except ValueError as error:
        return refused(_(cells.sentence_of(error)))
    file = None if isinstance(file, str) else file
    if same(file, was):
        return None
    if base.role != "open" or column == TOTAL or key not in ENTRY_MEASURES:
        return refused(_("Only yellow cells are taken over; a file or a formula tells this one."), file)
    if (key, column) not in typed:
        return refused(_("A file tells this figure by now."), file)
    now = typed[key, column]
    if same(file, now):
        return None
    try:
        file = checked(store, key, dt.date.fromisoformat(column), file)
    except ValidationError as error:
        return refused(" ".join(error.messages), file)
    return Moved("change" if same(was, now) else "conflict", key, column, found.address, was, file, now)


def unit_in_file(key: str) -> str:
    """How a number typed as text is read; rates are never typed here."""
    return str(ENTRY_MEASURES[key].unit if key in ENTRY_MEASURES else METRICS[key].unit if key in METRICS else "count")


@dataclass(frozen=True)
class Taken:
    """A cell to be stored. was: what the person saw standing there."""

    measure: str
    day: dt.date
    value: Decimal | None
    was: Decimal | None


def taken(item: Mapping[str, Any]) -> Taken:
    """`Moved.item` as it comes back from the page. ValueError."""
    key = str(item.get("measure"))
    if key not in (*sheets.TYPED, *sheets.AIDS):
        raise ValueError(key)
    value, was = (None if item.get(x) is None else cells.read(str(item[x]), "ratio") for x in ("value", "was"))
    return Taken(key, dt.date.fromisoformat(str(item.get("day"))), value, was)


def merge(store: Store, wanted: Sequence[Taken], by: User | None, file: str = "") -> int:
    """Store these cells as one step that `undo` takes back. Clash or ValidationError: nothing was stored."""
    with transaction.atomic():
        Store.objects.select_for_update().get(pk=store.pk)
        there = standing(store, {x.day for x in wanted})
        places = [(f"{x.measure}:{x.day}", x) for x in wanted]
        clashes = [place for place, x in places if there.get(place) != x.was]
        if clashes:
            raise Clash(clashes)
        changes = {place: [text(x.was), text(x.value)] for place, x in places if x.was != x.value}
        for x in wanted:
            enter(store, x.measure, x.day, x.value, by)
        if changes:
            name = file[-LONGEST_NAME:]
            EntryEdit.objects.create(store=store, file=name, by=by, at=clock.now(), changes=changes)
    return len(changes)


def standing(store: Store, days: Collection[dt.date]) -> dict[str, Decimal]:
    entries = Entry.objects.filter(store=store, day__in=days)
    return {f"{x.measure}:{x.day}": x.value for x in entries}


def chosen(moved: Sequence[Moved]) -> list[Taken]:
    """What is stored without asking: the changes."""
    return [taken(x.item) for x in moved if x.kind == "change"]


def last_step(store: Store, by: User) -> EntryEdit | None:
    """The newest step of this person that still stands."""
    return EntryEdit.objects.filter(store=store, by=by, is_undone=False).first()


def undo(store: Store, by: User) -> EntryEdit | None:
    """Take back this person's newest step. None when there is none; Clash when somebody typed otherwise since."""
    with transaction.atomic():
        Store.objects.select_for_update().get(pk=store.pk)
        edit = last_step(store, by)
        if edit is None:
            return None
        split = {place: place.rpartition(":") for place in edit.changes}
        there = standing(store, {dt.date.fromisoformat(day) for _key, _colon, day in split.values()})
        clashes = [place for place, (_old, new) in edit.changes.items() if there.get(place) != number(new)]
        if clashes:
            raise Clash(clashes)
        for place, (old, _new) in edit.changes.items():
            key, _colon, day = split[place]
            enter(store, key, dt.date.fromisoformat(day), number(old), by)
        edit.is_undone = True
        edit.save(update_fields=["is_undone"])
    return edit


def difference_json(moved: Sequence[Moved]) -> dict[str, list[dict[str, str | None]]]:
    """changes, conflicts, refused: {cell, measure, day, was, file, now, by, message}, numbers as strings."""
    kinds = {"changes": "change", "conflicts": "conflict", "refused": "refused"}
    return {
        name: [
            {"cell": x.address, "measure": x.measure, "day": x.day, "was": text(x.was), "file": text(x.file),
             "now": text(x.now), "by": x.by, "message": x.error} for x in moved if x.kind == kind
        ]
        for name, kind in kinds.items()
    }  # fmt: skip
