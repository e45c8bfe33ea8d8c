"""What came of a file, told to people and programs."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Container, Iterator
from typing import Any

from django.utils.translation import gettext as _

from kpis.ingest.detect import Opened, open_file
from kpis.ingest.intake import full_path
from kpis.ingest.presets import readers
from kpis.ingest.titles import name
from kpis.models import RowProblem, Upload
from opsplan.lib.columns import cleaned
from opsplan.lib.problems import TEXTS, FileProblem, Problem

State = Upload.State
STATUS = {
    State.LOADED: "loaded",
    State.UNCHANGED: "unchanged",
    State.UNKNOWN: "unknown",
    State.REJECTED: "rejected",
    State.CANCELLED: "rejected",
    State.FAILED: "rejected",
    State.UNDONE: "undone",
}
DANGEROUS = re.compile(r"^[=+\-@\t\r]")  # what a spreadsheet program would take for a formula
HARMLESS = re.compile(r'^[+-]?[\d,]*\.?\d+%?$|^="[^"]*"$|^-+$')
LONG_NUMBER = re.compile(r"^\d{12,}$")


def problem_text(problem: Problem | RowProblem) -> str:
    """The sentence about a problem, in the language of the reader."""
    text, told = TEXTS.get(problem.code), problem.params
    if "source" in told:
        told = told | {"source": name(told["source"])}
    return problem.code if text is None else _(text) % told


def as_json(upload: Upload) -> dict[str, Any]:
    """A file as the command line and REST tell it. status is None while the job is not done; a file that is READY
    says what loading it would give. Of a rejected file nothing is loaded, so nothing is new."""
    state = State(upload.state)
    if state == State.READY:
        status: str | None = "loaded" if upload.new or upload.changed else "unchanged"
    else:
        status = STATUS.get(state)
    counts = dict.fromkeys(("new", "changed", "unchanged"), 0)
    if status in ("loaded", "unchanged"):
        counts = {"new": upload.new, "changed": upload.changed, "unchanged": upload.unchanged + upload.older}
    return {
        "name": upload.shown,
        "source": upload.source or None,
        "encoding": upload.encoding or None,
        "status": status,
        "rows": upload.rows,
        **counts,
        "rejected": upload.rejected,
        "first": upload.first_day.isoformat() if upload.first_day else None,
        "last": upload.last_day.isoformat() if upload.last_day else None,
        "problems": [*map(problem_json, upload.problems.all()), *map(problem_json, without_rows(state))],
    }


def without_rows(state: State) -> list[Problem]:
    """Why a file was not loaded that had nothing wrong with it."""
    return [Problem(0, "", "", state.value, {})] if state in (State.FAILED, State.CANCELLED) else []


def problem_json(problem: Problem | RowProblem) -> dict[str, Any]:
    return {
        "line": problem.line,
        "column": problem.column,
        "value": problem.value,
        "code": problem.code,
        "message": problem_text(problem),
    }


def safe(cell: str) -> str:
    """A cell that no spreadsheet program takes for a formula and no number that it would round: a formula gets an
    apostrophe in front, a long number its guard; negative numbers stay numbers."""
    if LONG_NUMBER.match(cell):
        return f'="{cell}"'
    return f"'{cell}" if DANGEROUS.match(cell) and not HARMLESS.match(cell) else cell


def problems_csv(upload: Upload) -> Iterator[str]:
    """The rows that could not be used, in the layout of their file, and why: to be corrected and imported again.

    UTF-8 text that begins with a BOM. Where the file is gone, the problems themselves: line, column, value, reason.
    """
    reasons: dict[int, list[str]] = defaultdict(list)
    for problem in upload.problems.filter(level="error"):
        column = f"{problem.column}: " if problem.column else ""
        reasons[problem.line].append(column + problem_text(problem))
    out = io.StringIO()
    writer = csv.writer(out)

    def line(cells: list[str]) -> str:
        writer.writerow(map(safe, cells))
        text = out.getvalue()
        out.seek(0)
        out.truncate()
        return text

    try:
        if not upload.path:
            raise FileNotFoundError
        forced = upload.source if upload.source_forced else None
        [opened] = open_file(
            full_path(upload), upload.name, source=forced, sheet=upload.sheet, known=readers(upload.store)
        )
    except (OSError, FileProblem):
        yield "\ufeff" + line([_("Line"), _("Column"), _("Value"), _("Reason")])
        for problem in upload.problems.filter(level="error"):
            yield line([str(problem.line), problem.column, problem.value, problem_text(problem)])
        return
    width = len(opened.header)
    yield "\ufeff" + line([*opened.header, _("Reason")])
    for number, cells in wrong_rows(opened, reasons):
        padded = [*cells, *[""] * (width - len(cells))]
        said = reasons.get(number) or [_("Nothing is wrong here: the rows below belong to this one.")]
        yield line([*padded, " ".join(said)])


def wrong_rows(opened: Opened, wrong: Container[int]) -> Iterator[tuple[int, list[str]]]:
    """The rows below the header that are wrong, each after the one it rests on: the first of its order, where the other
    rows lack the order's number."""
    column = opened.reader.rests_on if opened.reader else None
    place = opened.about.header.find(column.headers) if column else -1
    head: tuple[int, list[str]] | None = None
    for number, cells in opened.raw_rows():
        if len(cells) > place >= 0 and cleaned(cells[place]):
            head = number, cells
            if number in wrong:
                head = None
        elif number in wrong and head:
            yield head
            head = None
        if number in wrong:
            yield number, cells
