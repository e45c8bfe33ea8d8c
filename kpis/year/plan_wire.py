"""A plan as JSON, for the grid, REST and the command line, and changes as they come in."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from kpis.models import Plan, PlanChange, PlanRow
from kpis.planning.factors import SALES
from kpis.planning.parts import is_rest, node_of
from kpis.planning.shares import exact, plain
from kpis.planning.year import MONTHS, SPANS
from kpis.year.plan_cells import ANYTHING, Change, Conflict, Loaded, Place, Refused, load
from kpis.year.plan_parts import members
from kpis.year.plan_products import Named, named
from kpis.year.plan_rows import CHANNEL, HEROES, KNOWN, OWN, behaviour, first_rows, group_of, is_made, part_name
from opsplan.lib import cells, clock

KINDS, STATES, SCENARIOS, BASES = PlanRow.Kind.values, Plan.Status.values, Plan.Scenario.values, Plan.Basis.values
MOST_CHANGES = 2000
SHOWN = 100  # changes of a cell told at once


def text_of(value: Decimal | None) -> str | None:
    """A number as it goes over the wire: no exponent, no idle zeros; null for none."""
    return None if value is None else f"{plain(exact(value)):f}"


def plan_json(loaded: Loaded) -> dict[str, Any]:
    """The whole plan: numbers as strings (yuan, fractions, counts), null = none; `cells` are January to December."""
    plan = loaded.plan
    return {
        "id": plan.pk,
        "store": plan.store.slug,
        "year": plan.year,
        "number": plan.number,
        "status": plan.status,
        "scenario": plan.scenario,
        "month_basis": plan.month_basis,
        "days": list(loaded.sheet.days),
        "version": plan.version,
        "rows": rows_json(loaded),
    }


def rows_json(loaded: Loaded) -> list[dict[str, Any]]:
    heroes = named(loaded.plan.store, [cell.text for (key, _month), cell in loaded.cells.items() if key == HEROES])
    groups = members(loaded)
    out = []
    for row in sorted(loaded.rows.values(), key=lambda x: (x.position, x.pk)):
        told = row_json(loaded, row)
        node, part = node_of(row.key)
        if part:
            told |= {"part": part, "node": node, "name": part_name(row, loaded.channels),
                     "short": part_name(row, loaded.channels) if node == SALES else str(KNOWN[node].label),
                     "has_factors": node == SALES and not is_rest(part)}  # fmt: skip
        if part in groups and node == SALES:
            told |= {"category": row.category, "products": [product_json(Named(x.code, x)) for x in groups[part]],
                     "by_hand": [product_json(Named(x.code, x)) for x in row.products.all()]}  # fmt: skip
        if row.key == HEROES:
            for cell in told["cells"]:
                cell["products"] = [product_json(x) for x in heroes.get(cell["text"], [])]
        out.append(told)
    return out


def product_json(named: Named) -> dict[str, Any]:
    """id and title are null where the words name no product of the store."""
    product = named.product
    return {"code": named.text, "id": product.pk if product else None, "title": product.title if product else None}


def row_json(loaded: Loaded, row: PlanRow) -> dict[str, Any]:
    """A row. made: worked out from others. added: may be taken away."""
    out = {
        "key": row.key,
        "label": loaded.label(row.key),
        "kind": row.kind,
        "unit": loaded.sheet.rows[row.key].unit if row.key in loaded.sheet.rows else "text",
        "group": group_of(row),
        "made": is_made(row.key),
        "channel": row.key.startswith(CHANNEL),
        "cells": [cell_json(loaded, row, month) for month in MONTHS],
    }
    if row.key in loaded.sheet.rows:
        out["adds"] = loaded.sheet.rows[row.key].adds
        out["totals"] = {name: text_of(loaded.sheet.total(row.key, months)) for name, months in SPANS.items()}
    return out


def cell_json(loaded: Loaded, row: PlanRow, month: int) -> dict[str, Any]:
    cell = loaded.cells.get((row.key, month))
    out: dict[str, Any] = {}
    if row.kind == PlanRow.Kind.WORD:
        out["text"] = cell.text if cell else ""
    else:
        out["value"] = text_of(loaded.sheet.value(row.key, month))
        state = loaded.sheet.cell(row.key, month)
        out |= {"locked": True} if state.locked else {}
        out |= {"held": True} if state.held else {}
    if cell is not None and cell.by_id is not None:
        out |= {"by": str(cell.by), "by_id": cell.by_id, "at": clock.utc(cell.updated_at)}
    return out


def added_keys(plan: Plan) -> set[str]:
    """Rows that people added and may take away; of a part its first."""
    usual = {row.key for row in first_rows(plan.store)}
    added = {row.key for row in plan.rows.all() if row.key.startswith(OWN) or row.key not in usual}
    parts = {key: node_of(key) for key in added}
    return {key for key, (node, part) in parts.items() if not part or (node == SALES and not is_rest(part))}


def changes_of(plan: Plan, items: object) -> list[Change]:
    """JSON items [{row, month, value | typed | text | locked, was}] as changes. Refused names each that cannot be read.

    `value` is a number as a string or null, `typed` what a person wrote (12万, 3.5%).
    """
    if not isinstance(items, Sequence) or isinstance(items, str) or not 0 < len(items) <= MOST_CHANGES:
        raise Refused([Place("", "", error=_("Send a list of 1 to %d cells.") % MOST_CHANGES)])
    rows = {row.key: row for row in plan.rows.all()}
    changes, wrong = [], []
    for item in items:
        try:
            changes.append(change_of(item, rows))
        except (ValueError, InvalidOperation, TypeError) as problem:
            name, month = (item.get("row", ""), item.get("month", "")) if isinstance(item, Mapping) else ("", "")
            error = _(cells.sentence_of(problem))
            wrong.append(Place(str(name), month, error=error))
    if wrong:
        raise Refused(wrong)
    return changes


def change_of(item: Any, rows: Mapping[str, PlanRow]) -> Change:
    """One item. ValueError, InvalidOperation or TypeError when it cannot be read."""
    if not isinstance(item, Mapping):
        raise TypeError("a cell is an object")
    row, asked, was = str(item["row"]) if "row" in item else "", str(item.get("month")), item.get("was", ANYTHING)
    month: int | str = int(asked) if asked.isdecimal() else asked
    if "text" in item:
        return Change(row, month, text=str(item["text"] or ""), was="" if was is None else was)
    if "locked" in item:
        return Change(row, month, locked=bool(item["locked"]), was=was)
    if "typed" not in item and "value" not in item:
        raise ValueError("nothing to set")
    seen = was if was is ANYTHING or was is None else Decimal(str(was))
    unit = behaviour(rows[row]).unit if row in rows else ""
    if "typed" in item:
        typed = str(item["typed"] or "").strip()
        return Change(row, month, cells.read(typed, unit) if typed else None, was=seen)
    value = item["value"]
    return Change(row, month, None if value is None else cells.number(value), was=seen)


def conflict_json(loaded: Loaded, conflict: Conflict) -> dict[str, Any]:
    return {"conflicts": [place_json(loaded, place) | {"now": now_json(place)} for place in conflict.places]}


def refusal_json(loaded: Loaded, refused: Refused) -> dict[str, Any]:
    return {"errors": [place_json(loaded, place) for place in refused.places]}


def now_json(place: Place) -> str | bool | None:
    return text_of(place.now) if isinstance(place.now, Decimal) else place.now


def place_json(loaded: Loaded, place: Place) -> dict[str, Any]:
    found = {"row": place.row, "month": place.month, "label": loaded.label(place.row)}
    return found | ({"message": place.error} if place.error else {"by": place.by, "at": place.at})


def problem_json(plan: Plan, error: Conflict | Refused) -> tuple[int, dict[str, Any]]:
    """409 with what stands in each cell, or 422 with the reason of each."""
    loaded = load(plan)
    if isinstance(error, Conflict):
        return 409, conflict_json(loaded, error)
    return 422, refusal_json(loaded, error)


def history(plan: Plan, key: str, month: int) -> tuple[list[PlanChange], int]:
    """What happened to a cell, newest first, and how many older changes are not among it."""
    changes = PlanChange.objects.filter(row__plan=plan, row__key=key, month=month)
    found = list(changes.select_related("edit", "edit__by", "row")[:SHOWN])
    return found, changes.count() - SHOWN if len(found) == SHOWN else 0
