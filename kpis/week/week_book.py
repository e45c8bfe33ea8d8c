"""The weekly sheet as a workbook, laid out as operators keep it: days across, on one A4 page on its side.

What people type is yellow and open, what is worked out is a live formula and protected (no password). Column A and
row 1 are hidden and name rows and columns; the hidden sheet MARK keeps every cell as it was, for `week.week_import`.
"""

import datetime as dt
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell

from kpis.answers import Figure, Missing
from kpis.measures import ENTRY_MEASURES, MEASURES
from kpis.metrics import CONTEXT, METRICS
from kpis.planning.formulas import addressed
from kpis.week.sheets import AIDS, BLOCKS, KEYS, Sheet, is_shown
from kpis.week.week_formulas import OTHERS, TOTAL, content, figures_of, lines_of
from kpis.workbooks.book import ACCENT, FONT, HEAD, INK, LINE, MARK, SECOND, SOFT, TYPED, sheet_name
from opsplan.lib import clock
from stores.models import Store

LAYOUT = "opsplan-week-1"
NUMBERS = {"money": "#,##0.00", "rate": "0.00%", "count": "#,##0"}
OTHER = "#,##0.00"
WEEKEND = "#E1F1EE"
TOP = 4  # the row of the days, from 0; above it the hidden names, the title, the days in words, and what is yellow
FIRST = 3  # the column of the first day, from 0; before it the hidden key, the block and the label
KEPT = 10  # the first row of cells on the hidden sheet, from 0
MOST_NOTES = 400
LARGEST = 10**13


@dataclass(frozen=True)
class Words:
    """How the page says things: labels of rows, reasons for what is missing, what a unit is called."""

    labels: Mapping[str, str]
    reasons: Callable[[Iterable[Missing]], str]
    units: Mapping[str, str]


def workbook(store: Store, made: Sheet, say: Words) -> bytes:
    """One sheet: blocks and rows down, days across, then the figure of all days. What is missing is empty with a note
    that says why."""
    out = io.BytesIO()
    look = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter"}
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                          "default_format_properties": look})  # fmt: skip
    Writer(book, store, made, say).write()
    book.close()
    return out.getvalue()


def midnight(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a spreadsheet's day has no zone


class Writer:
    def __init__(self, book: Any, store: Store, made: Sheet, say: Words) -> None:
        self.book, self.store, self.made, self.say = book, store, made, say
        self.title = _("Weekly operations sheet")
        self.page, self.mark = book.add_worksheet(sheet_name(self.title, {MARK})), book.add_worksheet(MARK)
        self.found = content(made, clock.today(store.timezone))
        self.columns = [*(day.isoformat() for day in made.period), TOTAL]
        self.at = {column: FIRST + n for n, column in enumerate(self.columns)}
        self.figures = figures_of(made)
        rows = [*(key for keys in KEYS.values() for key in keys), *AIDS]
        self.places = {key: TOP + 1 + n for n, key in enumerate(rows)}
        self.last = TOP + 1 + len(rows)  # the row after the last one that is printed
        self.places |= {key: self.last + 20 + n for n, key in enumerate(self.found.basis)}  # below the chart
        self.looks: dict[tuple[tuple[str, object], ...], Any] = {}
        self.notes, self.kept = 0, KEPT

    def look(self, **properties: object) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self.looks:
            self.looks[key] = self.book.add_format(properties)
        return self.looks[key]

    def write(self) -> None:
        self.write_head()
        for block, keys in KEYS.items():
            self.write_block(str(BLOCKS[block]), keys)
        self.write_block(_("To type in"), AIDS)
        soft = self.look(font_color=SOFT)
        if self.made.others:
            words = _("All promotion cost also holds: %s.") % _(", ").join(self.made.others)
            self.page.write_string(self.last, 1, words, soft)
        self.page.write_string(self.last + 19, 1, _("What the formulas count with"), self.look(bold=True))
        for key in self.found.basis:
            self.write_row(key, soft=True)
        self.write_mark()
        self.arrange()

    def write_head(self) -> None:
        page, period = self.page, self.made.period
        page.write_string(0, 0, LAYOUT)
        for column, place in self.at.items():
            page.write_string(0, place, column)
        page.write_string(1, 1, f"{self.store.name} · {self.title}", self.look(bold=True, font_size=14))
        page.write_string(2, 1, f"{period.first} – {period.last}", self.look(font_color=SOFT))
        told = _("Yellow can be typed in, what is worked out follows; import the file to take it over.")
        page.write_string(3, 1, told, self.look(font_color=SOFT))
        head = {"bold": True, "bg_color": HEAD, "align": "center", "border": 1, "border_color": LINE}
        for at, text in ((1, _("Block")), (2, _("Figure")), (self.at[TOTAL], _("Whole period"))):
            page.write_string(TOP, at, text, self.look(**head))
        for day in period:
            colour = {"bg_color": WEEKEND} if day.weekday() >= 5 else {}
            look = self.look(**head | colour, num_format=_("mm-dd"))
            page.write_datetime(TOP, self.at[day.isoformat()], midnight(day), look)

    def write_block(self, name: str, keys: Iterable[str]) -> None:
        rows = [self.places[key] for key in keys]
        look = self.look(bold=True, bg_color=HEAD, align="center", border=1, border_color=LINE, text_wrap=True)
        self.page.merge_range(rows[0], 1, rows[-1], 1, name, look)
        for key in keys:
            self.write_row(key)

    def write_row(self, key: str, *, soft: bool = False) -> None:
        row, unit = self.places[key], self.unit(key)
        colour = {"font_color": SOFT} if soft else {}
        label = self.label(key) + (f" ({self.say.units['money']})" if unit == "money" else "")
        self.page.write_string(row, 0, key)
        self.page.write_string(row, 2, label, self.look(border=1, border_color=LINE, **colour))
        for column in self.columns:
            place = (key, column)
            is_open = place in self.found.typed
            properties = {"num_format": NUMBERS.get(unit, OTHER), "border": 1, "border_color": LINE, **colour}
            properties |= {"bg_color": TYPED, "locked": False} if is_open else {}
            properties |= {"bold": True} if column == TOTAL and not soft else {}
            self.put(place, self.look(**properties))
            if is_open:
                number = "integer" if unit == "count" else "decimal"
                rule = {"validate": number, "criteria": "between", "minimum": 0, "maximum": LARGEST}
                self.page.data_validation(row, self.at[column], row, self.at[column], rule)

    def put(self, place: tuple[str, str], look: Any) -> None:
        row, column = self.places[place[0]], self.at[place[1]]
        value, formula = self.found.values.get(place), self.found.formulas.get(place, "")
        if formula:
            self.page.write_formula(row, column, self.here(formula), look, "" if value is None else float(value))
        elif value is not None:
            self.page.write_number(row, column, float(value), look)
        else:
            self.page.write_blank(row, column, None, look)
        figure: Figure | None = self.figures.get(place)
        if value is None and figure is not None and figure.missing and self.notes < MOST_NOTES:
            self.page.write_comment(row, column, self.say.reasons(figure.missing), {"x_scale": 1.6})
            self.notes += 1

    def here(self, formula: str) -> str:
        return addressed(formula, lambda key, column: str(xl_rowcol_to_cell(self.places[key], self.at[column])))

    def unit(self, key: str) -> str:
        known = METRICS.get(key) or ENTRY_MEASURES.get(key) or MEASURES.get(key)
        if known is None and key in CONTEXT:
            known = METRICS.get(CONTEXT[key].of)
        return str(known.unit) if known else "money" if key == OTHERS else "count"

    def label(self, key: str) -> str:
        if key == OTHERS:
            return _("Other promotion cost")
        known = MEASURES.get(key) or CONTEXT.get(key)
        return self.say.labels.get(key) or (_(known.label) if known else key)

    def write_mark(self) -> None:
        """Which sheet, then every cell as it was: row, column, what it is, its value, its formula."""
        period = self.made.period
        for n, fact in enumerate((LAYOUT, self.store.slug, period.first.isoformat(), period.last.isoformat())):
            self.mark.write_string(n, 0, fact)
        for key in self.places:
            for column in self.columns:
                place = (key, column)
                formula = self.found.formulas.get(place, "").removeprefix("=")
                role = "open" if place in self.found.typed else "made" if formula else "shut"
                value = self.found.values.get(place)
                self.remember(key, column, role, written(value), formula)
        self.mark.protect()
        self.mark.very_hidden()

    def remember(self, *texts: str) -> None:
        for n, text in enumerate(texts):
            self.mark.write_string(self.kept, n, text)
        self.kept += 1

    def arrange(self) -> None:
        page, last = self.page, self.at[TOTAL]
        page.set_column(0, 0, 4, None, {"hidden": True})
        page.set_row(0, None, None, {"hidden": True})
        for line in lines_of(self.made):
            if not is_shown(self.store, line):  # formulas still find it, and a file sent back
                page.set_row(self.places[line.key], None, None, {"hidden": True})
        page.set_column(1, 1, 8)
        page.set_column(2, 2, 26)
        page.set_column(FIRST, last - 1, 11)
        page.set_column(last, last, 13)
        page.freeze_panes(TOP + 1, FIRST)
        page.hide_gridlines(2)
        chart = self.book.add_chart({"type": "column"})
        for key, colour in (("target_amt", SECOND), ("real_amt", ACCENT)):
            chart.add_series({
                "name": self.label(key), "fill": {"color": colour}, "gap": 60,
                "categories": [page.name, TOP, FIRST, TOP, last - 1],
                "values": [page.name, self.places[key], FIRST, self.places[key], last - 1],
            })  # fmt: skip
        chart.set_legend({"position": "top"})
        chart.set_x_axis({"num_format": _("mm-dd")})
        chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": LINE}}})
        chart.set_size({"width": 900, "height": 320})
        page.insert_chart(self.last + 2, 1, chart)
        page.protect("", {"format_columns": True, "format_rows": True, "objects": True})
        page.set_landscape()
        page.set_paper(9)
        page.set_margins(0.3, 0.3, 0.4, 0.4)
        page.fit_to_pages(1, 1)
        page.print_area(0, 0, self.last, last)
        page.activate()


def written(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"
