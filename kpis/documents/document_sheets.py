"""A plan document as a workbook: a form to be filled in, and read back field by field.

Column A is hidden and names the field of each row (`<section>.<field>`), the hidden sheet MARK keeps what stood there.
"""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from kpis.documents import document_facts
from kpis.documents.plan_documents import Document, Part, fields_of, sections
from kpis.workbooks.book import ACCENT, FONT, HEAD, INK, LINE, MARK, SOFT, TYPED, sheet_name
from opsplan.lib import cells
from opsplan.lib.periods import Period
from stores.models import Store

LAYOUT = "opsplan-document-1"
TOP = 3  # the header's row, from 0
KEPT = 10  # the first field on the hidden sheet, from 0
CONTENT = 3  # the column that is filled in, from 0
TICK = "✓"
MOST_PEOPLE = 200


def workbook(store: Store, document: Document, month: Period, people: Sequence[str]) -> bytes:
    """`people`: who can be an owner, by name."""
    out = io.BytesIO()
    look = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "top", "text_wrap": True}
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                          "default_format_properties": look})  # fmt: skip
    Writer(book, store, document, month, list(people[:MOST_PEOPLE])).write()
    book.close()
    return out.getvalue()


class Writer:
    def __init__(self, book: Any, store: Store, document: Document, month: Period, people: list[str]) -> None:
        self.book, self.store, self.document, self.month, self.people = book, store, document, month, people
        self.page = book.add_worksheet(sheet_name(str(document.title), {MARK}))
        self.mark = book.add_worksheet(MARK)
        self.row, self.kept = TOP + 1, KEPT

    def look(self, **properties: object) -> Any:
        return self.book.add_format({"border": 1, "border_color": LINE} | properties)

    def write(self) -> None:
        page, of = self.page, f"{self.month.first:%Y-%m}" if self.document.monthly else f"{self.month.first.year}"
        page.write_string(0, 0, LAYOUT)
        title = self.book.add_format({"bold": True, "font_size": 14, "text_wrap": False})
        soft = self.book.add_format({"font_color": SOFT, "text_wrap": False})
        page.write_string(1, 1, f"{self.store.name} · {self.document.title} · {of}", title)
        page.write_string(2, 1, _("Yellow can be filled in; import the file to take it over."), soft)
        for column, text in enumerate((_("Section"), _("What"), _("Filled in")), start=1):
            page.write_string(TOP, column, text, self.look(bold=True, bg_color=HEAD, align="center"))
        first = self.month.first if self.document.monthly else self.month.first.replace(month=1)
        for n, text in enumerate((LAYOUT, self.store.slug, self.document.key, first.isoformat())):
            self.mark.write_string(n, 0, text)
        for n, name in enumerate(self.people):
            self.mark.write_string(n, 4, name)
        self.write_targets()
        known = document_facts.facts_of(self.store, self.document.key, self.month)
        written = sections(self.store, self.document, self.month.first)
        for part in self.document.parts:
            facts = [(fact.label, fact.words or cells.write(fact.value, fact.unit)) for fact in known.get(part.key, [])]
            self.write_part(part, facts, fields_of(part, written[part.key]))
        self.arrange()

    def write_targets(self) -> None:
        """S019: the head of the month's form; orders x order value as a live formula."""
        if not self.document.monthly:
            return
        top, start = document_facts.head(self.store, self.month), self.row
        number = self.look(num_format="#,##0.00", align="left")
        names = (_("Target sales"), _("Target orders"), _("Target order value"))
        for name, value in zip(names, (top.sales, top.orders, top.value), strict=True):
            self.label("", name)
            if value is None:
                self.page.write_blank(self.row, CONTENT, None, number)
            else:
                self.page.write_number(self.row, CONTENT, float(value), number)
            self.row += 1
        self.label("", _("Target orders × target order value"))
        orders, each = f"D{start + 2}", f"D{start + 3}"
        made = "" if top.orders is None or top.value is None else float(round(top.orders * top.value, 2))
        formula = f'=IF(COUNT({orders},{each})=2,ROUND({orders}*{each},2),"")'
        self.page.write_formula(self.row, CONTENT, formula, number, made)
        self.row += 1

    def label(self, section: str, what: str, *, soft: bool = False) -> None:
        look = self.look(font_color=SOFT) if soft else self.look()
        self.page.write_string(self.row, 1, section, self.look(bold=True, font_color=ACCENT))
        self.page.write_string(self.row, 2, what, look)

    def write_part(self, part: Part, facts: Sequence[tuple[str, str]], fields: Mapping[str, tuple[str, str]]) -> None:
        section = str(part.title)
        for name, text in facts:
            self.label(section, name, soft=True)
            self.page.write_string(self.row, CONTENT, text or "—", self.look(font_color=SOFT))
            self.row, section = self.row + 1, ""
        open_cell = self.look(bg_color=TYPED, locked=False, num_format="@")
        for name, (label, value) in fields.items():
            self.label(section, label)
            key = f"{part.key}.{name}"
            self.page.write_string(self.row, 0, key)
            shown = TICK if name == "done" and value else value
            if shown:
                self.page.write_string(self.row, CONTENT, shown, open_cell)
            else:
                self.page.write_blank(self.row, CONTENT, None, open_cell)
            if name == "text":
                self.page.set_row(self.row, 60)
            self.choices(name)
            for n, text in enumerate((key, value)):
                self.mark.write_string(self.kept, n, text)
            self.kept, self.row, section = self.kept + 1, self.row + 1, ""

    def choices(self, name: str) -> None:
        if name == "done":
            self.page.data_validation(self.row, CONTENT, self.row, CONTENT, {"validate": "list", "source": [TICK]})
        elif name == "owner" and self.people:
            source = f"={MARK}!$E$1:$E${len(self.people)}"
            self.page.data_validation(self.row, CONTENT, self.row, CONTENT, {"validate": "list", "source": source})

    def arrange(self) -> None:
        page = self.page
        page.set_column(0, 0, 4, None, {"hidden": True})
        page.set_row(0, None, None, {"hidden": True})
        page.set_column(1, 1, 20)
        page.set_column(2, 2, 24)
        page.set_column(CONTENT, CONTENT, 60)
        page.freeze_panes(TOP + 1, 0)
        page.hide_gridlines(2)
        page.protect("", {"format_columns": True, "format_rows": True})
        self.mark.protect()
        self.mark.very_hidden()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(TOP)
        page.activate()
