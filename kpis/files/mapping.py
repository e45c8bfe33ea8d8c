"""Explaining a file nobody knows: what is in it, what it would become, and keeping the explanation."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kpis.ingest import presets as known
from kpis.ingest.detect import open_file
from kpis.ingest.intake import full_path
from kpis.ingest.pipeline import problem_text
from kpis.ingest.presets import SAMPLE, columns_of, guess, guess_goods, head_of, preview, print_of
from kpis.ingest.presets import Sample as Sample
from kpis.ingest.presets import guess_fact as guess_fact
from kpis.ingest.presets import guess_rows as guess_rows
from kpis.ingest.readers import GENERIC
from kpis.ingest.rows import Bad
from kpis.models import Preset as Preset
from kpis.models import Upload
from kpis.models.imports import Dates as Dates
from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.lib.problems import FileProblem, Problem
from opsplan.lib.text import is_id
from stores.models import Store

FACTS: dict[str, Promise] = {
    "orders": _("Orders"),
    "lines": _("Order items"),
    "refunds": _("Refunds"),
    "traffic": _("Shop traffic by day"),
    "ads": _("Ad spend by day"),
    "figures": _("Figures by day"),
}
SHOWN = 8
LONGEST = 80
MOST_COLUMNS = 1000
PRIVATE = {"buyer", "province"}  # shown only as there or not: no buyer's data on a page


class BadPreset(ValueError):
    """A file that is no explanation of a header."""


@dataclass(frozen=True)
class Field:
    """A field of a fact: its name, whether it must be filled, the column that fills it and an example from there."""

    key: str
    label: str
    is_required: bool
    column: str
    example: str


@dataclass(frozen=True)
class Said:
    """What a header is taken for: guessed, or as a person says. missing: what has to be said before it is kept."""

    fact: str
    columns: dict[str, str]
    rows: str
    dates: str
    is_open: bool
    missing: list[str]


def missing(fact: str, columns: Mapping[str, str]) -> list[str]:
    """The fields that must have a column and have none."""
    return known.missing(fact, columns)


def missing_fields(fact: str, columns: Mapping[str, str]) -> list[str]:
    """The same by their keys."""
    return [column.field for column in GENERIC[fact].columns if column.is_required and not columns.get(column.field)]


def field_names(fact: str, rows: str = "") -> list[str]:
    return [column.field for column in columns_of(fact, rows)]


def said(
    sample: Sample,
    fact: str = "",
    chosen: Mapping[str, str] | None = None,
    rows: str | None = None,
    dates: str = "",
    *,
    is_page: bool = False,
) -> Said:
    """What is known of a file from what a person says of it; the rest is guessed. is_page: columns of items that are
    not in `chosen` have not been asked for yet."""
    fact, columns, rows = proposal(sample, fact, chosen, rows, is_page=is_page)
    is_open = known.is_open(fact, columns, sample)
    left = missing(fact, columns)
    if is_open and not dates:
        left = [*left, gettext("how its days are written")]
    return Said(fact, columns, rows, dates, is_open, left)


def sample_of(upload: Upload) -> Sample | None:
    """The top of an upload's file; None when it cannot be read (any more)."""
    if not upload.path:
        return None
    try:
        [opened] = open_file(full_path(upload), upload.name, sheet=upload.sheet)
    except (OSError, FileProblem, ValueError):
        return None
    rows = []
    for _line, cells in opened.raw_rows():
        rows.append(list(cells))
        if len(rows) >= SAMPLE:
            break
    return Sample(opened.header, opened.header_line, rows)


def proposal(
    sample: Sample, fact: str, chosen: Mapping[str, str] | None, rows: str | None, *, is_page: bool
) -> tuple[str, dict[str, str], str]:
    """The fact, the columns and what a row is, as chosen, else as guessed from names and values."""
    fact = fact if fact in GENERIC else guess_fact(sample.header)
    told = chosen or {}
    columns = guess(fact, sample) if chosen is None else {f: name for f, name in told.items() if name in sample.header}
    if fact != "orders":
        rows = ""
    elif rows not in Preset.Rows.values:
        rows = guess_rows(columns, sample)
    if rows and (chosen is None or is_page):
        columns = guess_goods(columns, sample, asked=told)
    fields = {column.field for column in columns_of(fact, rows)}
    return fact, {field: name for field, name in columns.items() if field in fields and name}, rows


def fields(fact: str, columns: Mapping[str, str], sample: Sample, rows: str = "") -> list[Field]:
    found = []
    for column in columns_of(fact, rows):
        name = columns.get(column.field, "")
        cells = sample.column(name) if name else []
        example = cells[0][:LONGEST] if cells and column.field not in PRIVATE else ""
        found.append(Field(column.field, head_of(column).strip("*"), column.is_required, name, example))
    return found


def would_be(
    fact: str, columns: Mapping[str, str], sample: Sample, dates: str = "", rows: str = ""
) -> list[dict[str, Any]]:
    """The first rows as they would be read: the values of the mapped columns, or what is wrong with the row."""
    if missing(fact, columns):
        return []
    shown = []
    told_of = {row.line: row for row in preview(fact, columns, sample, dates, rows)}  # an item that is wrong comes last
    for row in sorted(told_of.values(), key=lambda row: row.line)[:SHOWN]:
        problems = row.problems if isinstance(row, Bad) else (row,) if isinstance(row, Problem) else ()
        place = row.line + sample.line
        cells = {
            field: "•••" if field in PRIVATE else value[:LONGEST]
            for field, value in picked(fact, columns, sample, row.line - 1, rows).items()
        }
        told = "; ".join(f"{problem.column}: {problem_text(problem)}" for problem in problems)
        shown.append({"line": place, "cells": cells, "told": told})
    return shown


def picked(fact: str, columns: Mapping[str, str], sample: Sample, index: int, rows: str = "") -> dict[str, str]:
    """The cells of a row by field, in the order `fields` has them."""
    cells = sample.rows[index] if 0 <= index < len(sample.rows) else []
    names = {column.field: columns.get(column.field) for column in columns_of(fact, rows)}
    places = {field: sample.header.index(name) for field, name in names.items() if name}
    return {field: cells[place] if place < len(cells) else "" for field, place in places.items()}


def presets(store: Store) -> QuerySet[Preset]:
    """The explanations a store may use: its own, and those that others share."""
    return Preset.objects.filter(Q(store=store) | Q(shared=True)).select_related("store", "by")


def keep(
    store: Store,
    header: list[str],
    fact: str,
    columns: dict[str, str],
    name: str,
    *,
    shared: bool = False,
    by: Any = None,
    dates: str = "",
    rows: str = "",
) -> Preset:
    """Keep an explanation; a header explained before is explained anew (the same again changes nothing). BadPreset when
    something needed is missing; ValidationError for a name that is too long."""
    if fact not in GENERIC or missing(fact, columns) or not set(columns.values()) <= set(header):
        raise BadPreset
    if dates not in ("", *Dates.values) or rows not in Preset.Rows.values:
        raise BadPreset
    rows = rows if fact == "orders" else ""
    fields = {column.field for column in columns_of(fact, rows)}
    told = {
        "fact": fact,
        "columns": {field: name for field, name in columns.items() if field in fields},
        "dates": dates,
        "rows": rows,
        "header": header,
        "name": fitting("name", name, 80) or fact,
        "shared": shared,
        "by": by,
    }
    mark = print_of(header)
    before = Preset.objects.filter(store=store, fingerprint=mark).first()
    if before and all(getattr(before, name) == value for name, value in told.items() if name != "by"):
        return before
    version = before.version + 1 if before else 1
    preset, _created = Preset.objects.update_or_create(
        store=store, fingerprint=mark, defaults={**told, "version": version, "updated_at": clock.now()}
    )
    return preset


def explanation(upload: Upload, sample: Sample | None) -> Preset | None:
    """The store's own explanation of a file's header, also where the file is loaded and gone."""
    mine = Preset.objects.filter(store=upload.store_id)
    if sample is not None:
        return mine.filter(fingerprint=print_of(sample.header)).first()
    found = upload.source.removeprefix("preset:")
    return mine.filter(pk=found).first() if is_id(found) else None


def share(preset: Preset, shared: bool) -> None:
    """Let other stores use an explanation, or no more."""
    preset.shared = shared
    preset.save(update_fields=["shared"])


def as_text(preset: Preset) -> str:
    """An explanation as a file for another installation."""
    told = {"name": preset.name, "fact": preset.fact, "header": preset.header, "columns": preset.columns}
    told |= {name: value for name in ("dates", "rows") if (value := getattr(preset, name))}
    return json.dumps({"opsplan": "preset", "version": 1, **told}, ensure_ascii=False, indent=1)


def from_text(store: Store, text: str, by: Any = None) -> Preset:
    """Take in such a file. BadPreset when it is none."""
    try:
        told = json.loads(text)
        header, columns = told["header"], told["columns"]
        is_good = told["opsplan"] == "preset" and all(isinstance(each, str) for each in [*header, *columns.values()])
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BadPreset from None
    if not is_good or len(header) > MOST_COLUMNS:
        raise BadPreset
    fact, name, dates, rows = (str(told.get(each) or "") for each in ("fact", "name", "dates", "rows"))
    return keep(store, list(header), fact, dict(columns), name, by=by, dates=dates, rows=rows)
