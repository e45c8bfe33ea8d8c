"""The weekly sheet as a workbook, laid out as operators keep it: days across, on one A4 page on its side."""

import datetime as dt
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from kpis.answers import Figure, Missing
from kpis.export.book import FONT, INK, LINE, SOFT, sheet_name
from kpis.sheets import BLOCKS, Cell, Sheet
from stores.models import Store

NUMBERS = {"money": "#,##0.00", "rate": "0.00%", "count": "#,##0"}
OTHER = "#,##0.00"
TYPED, HEAD, WEEKEND = "#FFF9E0", "#EFF1F3", "#E1F1EE"
TOP = 3  # the row of the days, from 0
MOST_NOTES = 400


@dataclass(frozen=True)
class Words:
    """How the page says things: labels of rows, reasons for what is missing, what a unit is called."""

    labels: Mapping[str, str]
    reasons: Callable[[Iterable[Missing]], str]
    units: Mapping[str, str]


def workbook(store: Store, made: Sheet, say: Words) -> bytes:
    """One sheet: blocks and rows down, days across, then the figure of all days. What people type is yellow, what is
    missing is empty with a note that says why."""
    out = io.BytesIO()
    look = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter"}
    book = Workbook(out, {"in_memory": True, "default_format_properties": look})
    title = _("Weekly operations sheet")
    page = book.add_worksheet(sheet_name(title, set()))
    looks = Looks(book)
    days, last = list(made.period), len(made.period) + 2
    page.write_string(0, 0, f"{store.name} · {title}", looks.get(bold=True, font_size=14))
    told = f"{made.period.first} – {made.period.last}"
    page.write_string(1, 0, told, looks.get(font_color=SOFT))
    head = {"bold": True, "bg_color": HEAD, "align": "center", "border": 1, "border_color": LINE}
    page.write_string(TOP, 0, _("Block"), looks.get(**head))
    page.write_string(TOP, 1, _("Figure"), looks.get(**head))
    day_format = _("mm-dd")
    for column, day in enumerate(days, start=2):
        colour = {"bg_color": WEEKEND} if day.weekday() >= 5 else {}
        page.write_datetime(TOP, column, midnight(day), looks.get(**head | colour, num_format=day_format))
    page.write_string(TOP, last, _("Whole period"), looks.get(**head))
    row, notes = TOP + 1, 0
    for block, lines in made.blocks.items():
        name = looks.get(**head | {"text_wrap": True})
        if len(lines) > 1:
            page.merge_range(row, 0, row + len(lines) - 1, 0, str(BLOCKS[block]), name)
        for line in lines:
            unit = say.units.get(line.total.unit, "")
            label = say.labels[line.key] + (f" ({unit})" if line.total.unit == "money" else "")
            page.write_string(row, 1, label, looks.get(border=1, border_color=LINE))
            for column, cell in enumerate(line.cells, start=2):
                notes += put(page, row, column, cell, looks, say, notes < MOST_NOTES)
            total = Cell(made.period.last, line.total)
            notes += put(page, row, last, total, looks, say, notes < MOST_NOTES, bold=True)
            row += 1
    if made.others:
        words = _("All promotion cost also holds: %s.") % _(", ").join(made.others)
        page.write_string(row, 0, words, looks.get(font_color=SOFT))
    page.set_column(0, 0, 8)
    page.set_column(1, 1, 26)
    page.set_column(2, last - 1, 11)
    page.set_column(last, last, 13)
    page.freeze_panes(TOP + 1, 2)
    page.hide_gridlines(2)
    page.set_landscape()
    page.set_paper(9)
    page.set_margins(0.3, 0.3, 0.4, 0.4)
    page.fit_to_pages(1, 1)
    page.print_area(0, 0, row, last)
    book.close()
    return out.getvalue()


class Looks:
    """Formats, each made once."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.made: dict[tuple[tuple[str, object], ...], Any] = {}

    def get(self, **properties: object) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(properties)
        return self.made[key]


def midnight(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a spreadsheet's day has no zone


def put(
    page: Any, row: int, column: int, cell: Cell, looks: Looks, say: Words, may_note: bool, *, bold: bool = False
) -> int:
    """Write a figure as a number; 1 where a note was left behind."""
    figure: Figure = cell.figure
    colour = {"bg_color": TYPED} if cell.entry else {}
    plain = {"num_format": NUMBERS.get(figure.unit, OTHER), "border": 1, "border_color": LINE, "bold": bold}
    look = looks.get(**plain | colour)
    if figure.value is not None:
        page.write_number(row, column, float(figure.value), look)
        return 0
    page.write_blank(row, column, None, look)
    if may_note and figure.missing:
        page.write_comment(row, column, say.reasons(figure.missing), {"x_scale": 1.6})
        return 1
    return 0
