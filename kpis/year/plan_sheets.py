"""The year plan as a workbook, laid out as operators keep it: months across, quarters and the year behind them.

What people type is yellow and open; what is worked out is a live formula and protected (no password). Column A and row
1 are hidden and name each row and column; the hidden sheet MARK remembers every cell as it was exported, so that
`kpis.year.plan_import` can tell what somebody changed, wherever the rows have moved.
"""

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from kpis.models import PlanRow
from kpis.planning.costs import COST
from kpis.planning.factors import SALES
from kpis.planning.formulas import DAYS, addressed, month_formula, total_formula
from kpis.planning.shares import exact
from kpis.planning.year import MONTHS, SPANS
from kpis.workbooks.book import ACCENT, FONT, HEAD, INK, LINE, MARK, SHUT, SOFT, TOTAL, TYPED, sheet_name
from kpis.year.plan_cells import Loaded
from kpis.year.plan_rows import GROUPS, HEROES, group_of
from opsplan.lib import clock
from stores import currency

LAYOUT = "opsplan-plan-1"
QUARTERS = ("q1", "q2", "q3", "q4")
COLUMNS: tuple[int | str, ...] = (*MONTHS, *QUARTERS, "year")
FIRST = 3  # the column of January, from 0: before it stand the hidden key, the label and the unit
AT = {column: FIRST + n for n, column in enumerate(COLUMNS)}
NUMBERS = {"money": "#,##0.00", "rate": "0.00%", "count": "#,##0", "ratio": "0.00", "perday": "#,##0.0"}
TOP = 3  # the header's row, from 0
MOST_TITLES = 500


def workbook(loaded: Loaded, titles: Sequence[str] = ()) -> bytes:
    """The file. `titles`: products that can be picked as heroes."""
    out = io.BytesIO()
    look = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter"}
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                          "default_format_properties": look})  # fmt: skip
    Writer(book, loaded, list(titles[:MOST_TITLES])).write()
    book.close()
    return out.getvalue()


class Writer:
    """Writes one plan; `places` are the rows of the sheet by key, from 0."""

    def __init__(self, book: Any, loaded: Loaded, titles: list[str]) -> None:
        self.book, self.loaded, self.titles = book, loaded, titles
        plan = loaded.plan
        self.name = sheet_name(_("Plan %(year)s") % {"year": plan.year}, {MARK})
        self.page = book.add_worksheet(self.name)
        self.mark = book.add_worksheet(MARK)
        self.looks: dict[tuple[tuple[str, object], ...], Any] = {}
        self.months = _("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec").split()
        self.groups: list[tuple[int, str]] = []
        self.places: dict[str, int] = {DAYS: TOP + 1}
        self.last = self.placed()
        self.kept = 10

    def placed(self) -> int:
        """Give every row its place, block by block as in the grid. Returns the row after the last."""
        row = TOP + 2
        ordered = sorted(self.loaded.rows.values(), key=lambda x: (x.position, x.pk))
        for group, name in GROUPS.items():
            rows = [x for x in ordered if group_of(x) == group]
            if rows:
                self.groups.append((row, str(name)))
                self.places |= {x.key: row + n for n, x in enumerate(rows, 1)}
                row += len(rows) + 1
        return row

    def look(self, **properties: object) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self.looks:
            self.looks[key] = self.book.add_format({"border": 1, "border_color": LINE} | properties)
        return self.looks[key]

    def write(self) -> None:
        self.write_mark()
        self.write_head()
        for place, name in self.groups:
            words = self.look(bold=True, font_color=ACCENT, bg_color=HEAD)
            self.page.write_string(place, 1, name, words)
            for column in range(2, FIRST + len(COLUMNS)):
                self.page.write_blank(place, column, None, words)
        for row in self.loaded.rows.values():
            if row.kind == PlanRow.Kind.WORD:
                self.write_words(row)
            else:
                self.write_numbers(row)
        self.arrange()

    def write_mark(self) -> None:
        """The hidden sheet: which plan, then every cell as it was: row, column, what it is, its value, its formula."""
        plan = self.loaded.plan
        facts = [LAYOUT, plan.store.slug, str(plan.year), str(plan.number), str(plan.version), plan.month_basis]
        for n, fact in enumerate(facts):
            self.mark.write_string(n, 0, fact)
        for n, title in enumerate(self.titles):
            self.mark.write_string(n, 7, title)
        self.mark.protect()
        self.mark.very_hidden()

    def remember(self, key: str, column: int | str, role: str, value: str, formula: str = "") -> None:
        for n, text in enumerate((key, str(column), role, value, formula.removeprefix("="))):
            self.mark.write_string(self.kept, n, text)
        self.kept += 1

    def write_head(self) -> None:
        plan, page = self.loaded.plan, self.page
        page.write_string(0, 0, LAYOUT)
        for column, place in AT.items():
            page.write_string(0, place, str(column))
        title = self.book.add_format({"bold": True, "font_size": 14})
        page.write_string(1, 1, f"{plan.store.name} · {self.name} · v{plan.number}", title)
        made = f"{plan.get_scenario_display()} · {plan.get_status_display()} · {clock.now():%Y-%m-%d %H:%M} UTC"
        told = _("Yellow can be typed in, plain is worked out. Amounts like 120000 or 120k.")
        page.write_string(2, 1, f"{made} · {told}", self.book.add_format({"font_color": SOFT}))
        head = self.look(bold=True, bg_color=HEAD, align="center")
        for column, name in ((1, _("Figure")), (2, _("Unit"))):
            page.write_string(TOP, column, name, head)
        names = [*self.months, "Q1", "Q2", "Q3", "Q4", _("Year")]
        for place, name in zip(AT.values(), names, strict=True):
            page.write_string(TOP, place, name, head)
        page.write_string(TOP + 1, 0, DAYS)
        plain = self.look(font_color=SOFT)
        page.write_string(TOP + 1, 1, _("Days of a month"), plain)
        page.write_blank(TOP + 1, 2, None, plain)
        for month, days in zip(MONTHS, self.loaded.sheet.days, strict=True):
            page.write_number(TOP + 1, AT[month], days, plain)
            self.remember(DAYS, month, "shut", str(days))
        for span, months in SPANS.items():
            days = sum(self.loaded.sheet.days[month - 1] for month in months)
            formula = f"=SUM([{DAYS}@{months[0]}]:[{DAYS}@{months[-1]}])"
            page.write_formula(TOP + 1, AT[span], self.here(formula), plain, days)
            self.remember(DAYS, span, "made", str(days), formula)

    def here(self, formula: str) -> str:
        """A formula with the addresses of this sheet."""

        def where(key: str, column: str) -> str:
            return str(xl_rowcol_to_cell(self.places[key], AT[int(column) if column.isdecimal() else column]))

        return addressed(formula, where)

    def start_row(self, row: PlanRow, unit: str) -> int:
        place = self.places[row.key]
        self.page.write_string(place, 0, row.key)
        self.page.write_string(place, 1, self.loaded.label(row.key), self.look())
        self.page.write_string(place, 2, unit, self.look(font_color=SOFT, align="center"))
        return place

    def write_words(self, row: PlanRow) -> None:
        place = self.start_row(row, "")
        open_cell = self.look(bg_color=TYPED, locked=False, text_wrap=True, valign="top", num_format="@")
        self.page.set_row(place, 42)
        for month in MONTHS:
            cell = self.loaded.cells.get((row.key, month))
            text = cell.text if cell else ""
            is_shut = bool(cell and cell.is_locked)
            shown = self.look(bg_color=SHUT, text_wrap=True, valign="top") if is_shut else open_cell
            if text:
                self.page.write_string(place, AT[month], text, shown)
            else:
                self.page.write_blank(place, AT[month], None, shown)
            self.remember(row.key, month, "shut" if is_shut else "text", text)
        if row.key == HEROES and self.titles:
            self.page.data_validation(place, AT[1], place, AT[12], {
                "validate": "list", "source": f"={MARK}!$H$1:$H${len(self.titles)}", "show_error": False,
            })  # fmt: skip

    def write_numbers(self, row: PlanRow) -> None:
        sheet, key = self.loaded.sheet, row.key
        unit = sheet.rows[key].unit
        place = self.start_row(
            row, {"money": currency.unit(self.loaded.plan.store.currency), "rate": "%"}.get(unit, "")
        )
        number = NUMBERS.get(unit, "#,##0.00")
        for month in MONTHS:
            value, formula = sheet.value(key, month), month_formula(sheet, key, month)
            is_open = not sheet.cell(key, month).locked and (not formula or self.may_be_typed_over(key, month))
            colour = TYPED if is_open else SHUT if sheet.cell(key, month).locked else ""
            shown = self.look(num_format=number, locked=not is_open, **({"bg_color": colour} if colour else {}))
            self.put(place, AT[month], value, formula, shown)
            role = "open" if is_open else "made" if formula else "shut"
            self.remember(key, month, role, written(value), formula)
        for span, months in SPANS.items():
            value, formula = sheet.total(key, months), total_formula(sheet, key, span)
            shown = self.look(num_format=number, bg_color=TOTAL, bold=span == "year")
            self.put(place, AT[span], value, formula, shown)
            self.remember(key, span, "made" if formula else "shut", written(value), formula)

    def may_be_typed_over(self, key: str, month: int) -> bool:
        """An amount that its parts would make, while there is none yet: people begin with either."""
        return key in (SALES, COST) and self.loaded.sheet.value(key, month) is None

    def put(self, row: int, column: int, value: Decimal | None, formula: str, shown: Any) -> None:
        if formula:
            cached = "" if value is None else float(value)
            self.page.write_formula(row, column, self.here(formula), shown, cached)
        elif value is None:
            self.page.write_blank(row, column, None, shown)
        else:
            self.page.write_number(row, column, float(value), shown)

    def arrange(self) -> None:
        page = self.page
        page.set_column(0, 0, 4, None, {"hidden": True})
        page.set_row(0, None, None, {"hidden": True})
        page.set_column(1, 1, 26)
        page.set_column(2, 2, 6)
        page.set_column(FIRST, AT[12], 13)
        page.set_column(AT["q1"], AT["year"], 15)
        page.freeze_panes(TOP + 1, FIRST)
        page.hide_gridlines(2)
        chart = self.book.add_chart({"type": "column"})
        span = f"${xl_col_to_name(AT[1])}${{0}}:${xl_col_to_name(AT[12])}${{0}}"
        quoted = "'" + self.name.replace("'", "''") + "'"
        label = self.loaded.label(SALES)
        chart.add_series({
            "name": label, "fill": {"color": ACCENT}, "gap": 60,
            "categories": f"={quoted}!{span.format(TOP + 1)}",
            "values": f"={quoted}!{span.format(self.places[SALES] + 1)}",
        })  # fmt: skip
        chart.set_title({"name": label, "name_font": {"size": 11}})
        chart.set_legend({"none": True})
        chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": LINE}}})
        chart.set_size({"width": 900, "height": 280})
        page.insert_chart(self.last + 1, 1, chart)
        page.protect("", {"format_columns": True, "format_rows": True, "objects": True})
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(TOP)
        page.activate()


def written(value: Decimal | None) -> str:
    """A number as the hidden sheet keeps it: exact."""
    return "" if value is None else f"{exact(value):f}"
