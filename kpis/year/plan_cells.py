"""Typing into a plan: all cells of a change or none, conflicts by cell, the solver in between, history, undo and redo.

While a plan is in force its metric cells are the store's targets: `publish` keeps them so, in the same transaction.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kpis.metrics import METRICS, rounded
from kpis.models import DayTarget, Plan, PlanCell, PlanChange, PlanEdit, PlanRow, Target
from kpis.models.rollups import bump
from kpis.planning.shares import Contradiction, exact, plain
from kpis.planning.year import SPANS, Cell, Edit, Sheet
from kpis.year.plan_products import codes_of, link
from kpis.year.plan_rows import HEROES, is_made, label_of, may_be_planned, sheet_of
from opsplan.fitting import too_long
from opsplan.lib import clock
from opsplan.lib.money import CENT
from staff.models import User
from stores.models import Channel

LARGEST = Decimal(10) ** 13
LONGEST_TEXT = 2000
ANYTHING = object()  # `was` of somebody who does not care what stood there


@dataclass(frozen=True)
class Change:
    """What one cell is to become. month: 1-12, or "q1".."q4", "year" for a total. `was`: what the person saw (value,
    text or lock, as the field that changes); ANYTHING skips the check."""

    row: str
    month: int | str
    value: Decimal | None = None
    text: str | None = None
    locked: bool | None = None
    was: object = ANYTHING


@dataclass(frozen=True)
class Place:
    """A cell somebody has to look at: `now` stands there, `by` set it `at`, or `error` says why it was refused."""

    row: str
    month: int | str
    now: Decimal | str | bool | None = None
    by: str = ""
    error: str = ""
    at: str | None = None


class Conflict(Exception):
    """Others changed these cells meanwhile; nothing was stored."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = tuple(places)
        super().__init__(_("Somebody changed these cells meanwhile."))


class Refused(Exception):
    """The change cannot be; nothing was stored. `places` say why, cell by cell."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = tuple(places)
        super().__init__(" ".join(dict.fromkeys(place.error for place in places)))


@dataclass
class Loaded:
    """A plan with its rows and cells in memory."""

    plan: Plan
    rows: dict[str, PlanRow]
    cells: dict[tuple[str, int], PlanCell]
    sheet: Sheet
    channels: dict[str, str] = field(default_factory=dict)

    def label(self, key: str) -> str:
        return label_of(self.rows[key], self.channels) if key in self.rows else key


def load(plan: Plan) -> Loaded:
    rows = {row.key: row for row in plan.rows.all()}
    found = PlanCell.objects.filter(row__plan=plan).select_related("row", "by")
    cells = {(cell.row.key, cell.month): cell for cell in found}
    sheet = sheet_of(plan, rows.values())
    for (key, month), cell in cells.items():
        if key in sheet.rows:
            value = None if cell.value is None else plain(cell.value)
            sheet.cells[key, month] = Cell(value, cell.is_locked, cell.is_held)
    return Loaded(
        plan, rows, cells, sheet, dict(Channel.objects.filter(store=plan.store_id).values_list("key", "name"))
    )


def set_cells(
    plan: Plan, changes: Sequence[Change], by: User | None, give: str = "", *, in_force: bool = False
) -> Loaded:
    """Store all changes and what follows from them, or nothing. Returns the plan as it stands then.

    Raises Conflict or Refused. `in_force`: an approved plan is changed too (a target set outside the grid).
    """
    with transaction.atomic():
        loaded = load(locked(plan, in_force=in_force))
        check_places(loaded, changes)
        check_was(loaded, changes)
        before = states(loaded)
        solve(loaded, changes, give)
        keep(loaded, before, changes, by)
    return loaded


def locked(plan: Plan, *, in_force: bool = False) -> Plan:
    """The plan, held against other writers until the end of the transaction. Refused when it may not be changed."""
    now = Plan.objects.select_for_update().select_related("store").get(pk=plan.pk)
    if now.status != Plan.Status.DRAFT and not (in_force and now.status == Plan.Status.APPROVED):
        raise Refused([Place("", "", error=_("Only a draft can be changed; begin a revision."))])
    return now


def check_places(loaded: Loaded, changes: Sequence[Change]) -> None:
    wrong = [Place(x.row, x.month, error=why) for x in changes if (why := refusal(loaded, x))]
    if wrong:
        raise Refused(wrong)


def refusal(loaded: Loaded, change: Change) -> str:
    """Why this cell cannot take this, or ""."""
    row = loaded.rows.get(change.row)
    if row is None:
        return _("There is no such row; rows: %s.") % ", ".join(loaded.rows)
    if change.month not in SPANS and change.month not in range(1, 13):
        return _("There is no such month.")
    is_word = row.kind == PlanRow.Kind.WORD
    if is_word != (change.text is not None) and change.locked is None:
        return _("Words belong into rows of words, numbers into rows of numbers.")
    if change.month in SPANS and (is_word or change.locked is not None):
        return _("A total has no words and no lock of its own.")
    if change.text is not None:
        return too_long(len(change.text), LONGEST_TEXT) if len(change.text) > LONGEST_TEXT else ""
    if is_made(change.row):
        return _("%s is worked out from other rows.") % loaded.label(change.row)
    return number_refusal(loaded.sheet.rows[change.row].unit, change.value) if not is_word else ""


def number_refusal(unit: str, value: Decimal | None) -> str:
    if value is None:
        return ""
    if not value.is_finite() or not 0 <= value < LARGEST:
        return _("A value lies between 0 and ten trillion.")
    if unit == "rate" and value > 1:
        return _("A rate is at most 100 %.")
    return _("A score is at most 5.") if unit == "score" and value > 5 else ""


def check_was(loaded: Loaded, changes: Sequence[Change]) -> None:
    clashes = [
        Place(
            x.row,
            x.month,
            standing(loaded, x),
            **last_set(loaded.cells.get((x.row, x.month)) if isinstance(x.month, int) else None),
        )
        for x in changes
        if x.was is not ANYTHING and standing(loaded, x) != x.was
    ]
    if clashes:
        raise Conflict(clashes)


def standing(loaded: Loaded, change: Change) -> Decimal | str | bool | None:
    """What stands in the cell now, as the field that is to change."""
    if change.month in SPANS:
        total = loaded.sheet.total(change.row, SPANS[str(change.month)])
        return None if total is None else exact(total)
    cell = loaded.cells.get((change.row, int(change.month)))
    if change.text is not None:
        return cell.text if cell else ""
    if change.locked is not None:
        return bool(cell and cell.is_locked)
    return loaded.sheet.value(change.row, int(change.month))


def last_set(cell: PlanCell | DayTarget | None) -> dict[str, Any]:
    """Who set it, and when; "" and None where nobody is known to have."""
    return {"by": str(cell.by), "at": clock.utc(cell.updated_at)} if cell and cell.by else {"by": "", "at": None}


def solve(loaded: Loaded, changes: Sequence[Change], give: str) -> None:
    """Unlock, type, lock: the new states stand in `loaded.sheet` and, for words, in `loaded.cells`."""
    set_locks(loaded, changes, to=False)
    edits = []
    for change in changes:
        if change.text is not None:
            cell_of(loaded, change.row, int(change.month)).text = worded(loaded, change)
        elif change.locked is None:
            months = SPANS.get(str(change.month)) or (int(change.month),)
            edits.append(Edit(change.row, months, as_typed(loaded.sheet.rows[change.row].unit, change.value)))
    try:
        loaded.sheet.apply(edits, give)
    except Contradiction as error:
        month = error.month or changes[0].month
        row = next((x.row for x in changes if x.month == month), edits[0].row)
        text = told(loaded, error)
        if error.month and len({x.month for x in changes}) > 1:
            text = _("%(month)s: %(why)s") % {"month": f"{loaded.plan.year}-{error.month:02}", "why": text}
        raise Refused([Place(row, month, error=text)]) from error
    set_locks(loaded, changes, to=True)


def worded(loaded: Loaded, change: Change) -> str:
    """The text as it is kept; products by their codes."""
    text = (change.text or "").strip()
    return codes_of(loaded.plan.store, text) if change.row == HEROES else text


def set_locks(loaded: Loaded, changes: Iterable[Change], *, to: bool) -> None:
    for change in changes:
        if change.locked is to:
            old = loaded.sheet.cell(change.row, int(change.month))
            loaded.sheet.cells[change.row, int(change.month)] = Cell(old.value, to, old.held)


def as_typed(unit: str, value: Decimal | None) -> Decimal | None:
    """A typed number at the precision people type: fen, whole pieces, six places."""
    if value is None:
        return None
    step = CENT if unit == "money" else Decimal(1) if unit == "count" else Decimal("0.000001")
    return plain(value.quantize(step, rounding=ROUND_HALF_UP))


def told(loaded: Loaded, error: Contradiction) -> str:
    """The sentence why, in the active language, rows by their labels."""
    params = {name: f"{x:,}" if isinstance(x, Decimal) else x for name, x in error.params.items()}
    if "row" in params:
        params["row"] = loaded.label(str(params["row"]))
    return _(error.text) % params if params else _(error.text)


# --- storing ----------------------------------------------------------------------------------------------------------


def cell_of(loaded: Loaded, row: str, month: int) -> PlanCell:
    key = (row, month)
    if key not in loaded.cells:
        loaded.cells[key] = PlanCell(row=loaded.rows[row], month=month, updated_at=clock.now())
    return loaded.cells[key]


def state(value: Decimal | None, text: str = "", *, is_locked: bool = False, is_held: bool = False) -> dict[str, Any]:
    number = None if value is None else f"{plain(value):f}"
    return {"value": number, "text": text, "locked": is_locked, "held": is_held}


NOTHING = state(None)


def states(loaded: Loaded) -> dict[tuple[str, int], dict[str, Any]]:
    """Every cell that holds anything, as history writes it."""
    found = {}
    for key in {*loaded.cells, *loaded.sheet.cells}:
        now, cell = loaded.sheet.cells.get(key, Cell()), loaded.cells.get(key)
        found[key] = state(now.value, cell.text if cell else "", is_locked=now.locked, is_held=now.held)
    return found


def keep(
    loaded: Loaded, before: Mapping[tuple[str, int], dict[str, Any]], changes: Sequence[Change], by: User | None
) -> None:
    """Write what moved, as one step that can be undone."""
    now = states(loaded)
    moved = [key for key in now if now[key] != before.get(key, NOTHING)]
    if not moved:
        return
    at = clock.now()
    PlanEdit.objects.filter(plan=loaded.plan, by=by, state=PlanEdit.State.UNDONE).update(state=PlanEdit.State.GONE)
    edit = PlanEdit.objects.create(plan=loaded.plan, by=by, at=at)
    typed = {(x.row, x.month) for x in changes}
    PlanChange.objects.bulk_create(
        PlanChange(
            edit=edit, row=loaded.rows[key[0]], month=key[1], old=before.get(key, NOTHING), new=now[key],
            is_typed=key in typed,
        )
        for key in moved
    )  # fmt: skip
    write(loaded, {key: now[key] for key in moved}, by, at)


def write(loaded: Loaded, cells: Mapping[tuple[str, int], Mapping[str, Any]], by: User | None, at: dt.datetime) -> None:
    """Store these states, count the plan's version up, and publish them where the plan is in force."""
    plan = loaded.plan
    plan.version += 1
    plan.save(update_fields=["version"])
    rows = []
    for (key, month), now in cells.items():
        cell = cell_of(loaded, key, month)
        cell.value = None if now["value"] is None else Decimal(now["value"])
        cell.text, cell.is_locked, cell.is_held = now["text"], now["locked"], now["held"]
        cell.version, cell.by, cell.updated_at = plan.version, by, at
        if key in loaded.sheet.rows:
            loaded.sheet.cells[key, month] = Cell(cell.value, cell.is_locked, cell.is_held)
        rows.append(cell)
    PlanCell.objects.bulk_create(
        [PlanCell(row=x.row, month=x.month, value=x.value, text=x.text, is_locked=x.is_locked, is_held=x.is_held,
                  version=x.version, by=x.by, updated_at=x.updated_at) for x in rows],
        update_conflicts=True, unique_fields=["row", "month"],
        update_fields=["value", "text", "is_locked", "is_held", "version", "by", "updated_at"],
    )  # fmt: skip
    if heroes := [month for key, month in cells if key == HEROES]:
        link(plan.store, loaded.rows[HEROES], heroes)
    if plan.status == Plan.Status.APPROVED:
        publish(loaded, by)


def publish(loaded: Loaded, by: User | None) -> None:
    """Make the plan's metric cells the store's targets of its year; nothing else of that year remains.

    A target that the plan works out from other rows stays as it was while those are empty.
    """
    plan, sheet, at = loaded.plan, loaded.sheet, clock.now()
    stored = {(x.metric, x.month.month): x for x in Target.objects.filter(store=plan.store, month__year=plan.year)}
    metrics = [key for key in sheet.rows if may_be_planned(key)]
    for metric in metrics:
        for month in range(1, 13):
            value, old = sheet.value(metric, month), stored.pop((metric, month), None)
            if value is None:
                if old is not None and not is_made(metric):
                    old.delete()
                continue
            number = rounded(value, METRICS[metric].unit)
            if old is None:
                first = dt.date(plan.year, month, 1)
                Target.objects.create(store=plan.store, metric=metric, month=first, value=number, by=by, updated_at=at)
            elif old.value != number:
                old.value, old.by, old.updated_at = number, by, at
                old.save(update_fields=["value", "by", "updated_at"])
    for target in stored.values():
        target.delete()
    bump(plan.store)


# --- undo and redo ----------------------------------------------------------------------------------------------------


def undo(plan: Plan, by: User) -> Loaded | None:
    """Take back this person's last step that stands. None when there is none; Conflict when others built on it."""
    return _turned(plan, by, PlanEdit.State.DONE, PlanEdit.State.UNDONE)


def redo(plan: Plan, by: User) -> Loaded | None:
    """Do again what this person undid last. None when there is nothing; Conflict when others changed it since."""
    return _turned(plan, by, PlanEdit.State.UNDONE, PlanEdit.State.DONE)


def _turned(plan: Plan, by: User, having: str, becoming: str) -> Loaded | None:
    backwards = becoming == PlanEdit.State.UNDONE
    with transaction.atomic():
        now = locked(plan)
        edits = PlanEdit.objects.filter(plan=now, by=by, state=having)
        edit = edits.order_by("-id" if backwards else "id").first()
        if edit is None:
            return None
        loaded = load(now)
        standing_now = states(loaded)
        wanted, clashes = {}, []
        for change in edit.changes.select_related("row"):
            key = (change.row.key, change.month)
            there, then = (change.new, change.old) if backwards else (change.old, change.new)
            if standing_now.get(key, NOTHING) != there:
                cell = loaded.cells.get(key)
                clashes.append(Place(*key, there["text"] or there["value"], **last_set(cell)))
            wanted[key] = then
        if clashes:
            raise Conflict(clashes)
        edit.state = becoming
        edit.save(update_fields=["state"])
        write(loaded, wanted, by, clock.now())
    return loaded
