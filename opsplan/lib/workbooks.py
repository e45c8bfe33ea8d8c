"""The sheets of xlsx, real xls and ods as tables of text cells."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineWorkbook

from opsplan.lib import peek
from opsplan.lib.problems import FileProblem

WAIT = 600  # seconds for the first look


@dataclass(frozen=True)
class SheetTable:
    path: Path
    encoding: str
    sheet: str
    lines: int
    first: tuple[peek.Line, ...]
    cut: peek.Cut | None = None  # of a large sheet
    is_hidden: bool = False

    def rows(self, width: int | None = None) -> Iterator[peek.Line]:
        for line, texts in self.all_rows():
            if width is not None and len(texts) > width and not any(texts[width:]):
                del texts[width:]
            yield line, texts

    def all_rows(self) -> Iterator[peek.Line]:
        if self.cut:
            yield from peek.cut_rows(str(self.path), self.sheet, self.cut)
        else:
            with CalamineWorkbook.from_path(self.path) as book:
                yield from peek.sheet_rows(book.get_sheet_by_name(self.sheet))

    def top(self) -> list[tuple[int, list[str]]]:
        return [(line, list(cells)) for line, cells in self.first]


def sheets(path: Path, encoding: str) -> list[SheetTable]:
    """The visible sheets that hold anything; the hidden one where only that has a table. FileProblem: encrypted,
    corrupt, empty, hidden_sheets, too_wide.

    The first look is taken by another process: what ends that one must not end ours.
    """
    command = [sys.executable, "-I", peek.__file__, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=WAIT, check=False)  # noqa: S603 - our own script
    except subprocess.TimeoutExpired:
        raise FileProblem("too_wide") from None
    if done.returncode:
        is_too_much = b"emory" in done.stderr or done.returncode == -signal.SIGXCPU
        raise FileProblem("too_wide" if is_too_much else "corrupt")
    told = json.loads(done.stdout)
    if "problem" in told:
        raise FileProblem(told["problem"], told.get("params"))
    if not told["sheets"]:
        raise FileProblem("empty")
    return [
        SheetTable(
            path,
            encoding,
            name,
            height,
            tuple((line, cells) for line, cells in first),
            cut and peek.Cut(**cut),
            is_hidden=told.get("hidden", False),
        )
        for name, height, first, cut in told["sheets"]
    ]
