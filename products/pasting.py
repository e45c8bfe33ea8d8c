"""Costs as they come out of a spreadsheet by copy and paste: code, cost and perhaps a day on each line. Pure."""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import InvalidOperation

from opsplan.lib import cells, columns
from opsplan.lib.money import fen

MOST_FEN = 10**12  # ten billion yuan: nobody pays that for one piece


@dataclass(frozen=True)
class CostLine:
    """A line that was understood; cost in fen, `day` None when the line names none."""

    line: int
    code: str
    cost_fen: int
    day: dt.date | None


@dataclass(frozen=True)
class LineError:
    """A line that was not: `code` is columns, cost, negative, day, unknown (no such product) or twice."""

    line: int
    text: str
    code: str


def read_cost(text: str) -> int | None:
    """`12.5`, `¥1,234.50`, `$9.90`, `12.50元` or full-width digits to fen, below 0, too; None when it is no amount."""
    try:
        amount = fen(cells.read(text, "money"))
    except (cells.Unreadable, InvalidOperation):
        return None
    return amount if abs(amount) <= MOST_FEN else None


def read_day(text: str) -> dt.date | None:
    """2026-11-01, 2026/11/1, 2026.11.1, 20261101 or 2026年11月1日 to a date; None when it is no day."""
    try:
        return columns.day(text)
    except columns.Fault:
        return None


def cells_of(line: str) -> list[str]:
    """Split at tabs (Excel), else at commas or semicolons, else at blanks."""
    if "\t" in line:
        parts = line.split("\t")
    elif re.search(r"[,;，；]", line):
        parts = re.split(r"\s*[,;，；]\s*", line)
    else:
        parts = line.split()
    cells = [part.strip() for part in parts]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def read_line(number: int, text: str) -> CostLine | LineError:
    cells = cells_of(text)
    if not 2 <= len(cells) <= 3 or not cells[0]:
        return LineError(number, text, "columns")
    cost = read_cost(cells[1])
    if cost is None:
        return LineError(number, text, "cost")
    if cost < 0:
        return LineError(number, text, "negative")
    day = read_day(cells[2]) if len(cells) == 3 else None
    if len(cells) == 3 and day is None:
        return LineError(number, text, "day")
    return CostLine(number, cells[0], cost, day)


def read_costs(text: str) -> tuple[list[CostLine], list[LineError]]:
    """All lines of a paste. A first line whose cost is no number is a header and is passed over."""
    good: list[CostLine] = []
    bad: list[LineError] = []
    seen: set[tuple[str, dt.date | None]] = set()
    filled = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    for place, (number, line) in enumerate(filled):
        found = read_line(number, line)
        if isinstance(found, LineError):
            is_header = (
                place == 0 and len(filled) > 1 and found.code == "cost" and not re.search(r"\d", cells_of(line)[1])
            )
            if not is_header:
                bad.append(found)
        elif (found.code, found.day) in seen:
            bad.append(LineError(number, line, "twice"))
        else:
            seen.add((found.code, found.day))
            good.append(found)
    return good, bad
