"""Our own layouts as workbooks to be filled in: a sheet with the header and its dropdowns, a sheet that explains it.

What a person fills in is read by the generic readers like any other file. Header, choices and explanations are in the
language of the reader; the generic readers know both.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from xlsxwriter import Workbook

from kpis.ingest.presets import head_of, in_chinese
from kpis.ingest.reader import Column, Reader
from kpis.ingest.readers import GENERIC
from kpis.measures import MEASURES
from kpis.week import entry_sheet
from stores import currency

ROWS = 5000  # rows that get dropdowns
WIDEST = 36


@dataclass(frozen=True)
class Template:
    """key: its name in addresses. examples: a value a column. figures: what the dropdown of figures offers. abroad:
    examples by field where the header is English."""

    key: str
    title: Promise
    fact: str
    examples: tuple[str, ...]
    figures: tuple[str, ...] = ()
    abroad: Mapping[str, str] = field(default_factory=dict)

    @property
    def reader(self) -> Reader:
        return GENERIC[self.fact]


FIGURE = ("2026-11-11",)
TEMPLATES = {
    each.key: each
    for each in (
        Template(
            "orders",
            gettext_lazy("Orders"),
            "orders",
            (
                *("3251234567890123456", "2026-11-11 10:00:00", "2026-11-11 10:01:00", "已发货", "118.00", "118.00"),
                *("0.00", "8.00", "2", "春天的花", "浙江省", ""),
            ),
            abroad={"status": "shipped", "buyer": "ann@example.com", "province": ""},
        ),
        Template(
            "items",
            gettext_lazy("Order items"),
            "lines",
            ("3251234567890123456", "3251234567890123457", "CY-100", "茶叶", "100g", "55.00", "2"),
            abroad={"title": "Green tea"},
        ),
        Template(
            "refunds",
            gettext_lazy("Refunds"),
            "refunds",
            (
                *("9001", "3251234567890123456", "CY-100", "退款成功", "2026-11-12 09:00:00", "2026-11-13 10:00:00"),
                *("55.00", "1", "是", "不喜欢"),
            ),
            abroad={"status": "refunded", "is_return": "yes", "reason": "changed mind"},
        ),
        Template("traffic", gettext_lazy("Shop traffic"), "traffic", ("2026-11-11", "1200", "3600")),
        Template(
            "ads",
            gettext_lazy("Ad spend"),
            "ads",
            ("2026-11-11", "直通车", "双11", "512.30", "12000", "340", "1499.00", "9"),
            abroad={"channel": "Google Ads", "subject": "Black Friday"},
        ),
        Template("service", gettext_lazy("Service desk"), "figures", FIGURE, entry_sheet.SERVICE),
        Template("ratings", gettext_lazy("Ratings"), "figures", FIGURE, entry_sheet.RATINGS),
        Template("stock", gettext_lazy("Stock"), "figures", FIGURE, entry_sheet.STOCK),
        Template("costs", gettext_lazy("Costs"), "figures", FIGURE, (*entry_sheet.COSTS, *entry_sheet.SHIPPING)),
    )
}


def workbook(template: Template) -> bytes:
    """The template as xlsx."""
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#F2F2F2"})
    text = book.add_format({"num_format": "@"})
    page = book.add_worksheet(_("Data"))
    page.freeze_panes(1, 0)
    for place, column in enumerate(template.reader.columns):
        name = head_of(column)
        page.set_column(place, place, max(14, min(WIDEST, 3 * len(name))), text)
        page.write_string(0, place, name, bold)
        offered = options(template, column)
        if offered:
            page.data_validation(
                1, place, ROWS, place, {"validate": "list", "source": "=" + listed(book, name, offered)}
            )
    explain(book, template, bold)
    book.close()
    return out.getvalue()


def listed(book: Workbook, name: str, offered: Sequence[str]) -> str:
    """The choices of a dropdown on a hidden sheet (a list in the cell itself may not be long); where they stand."""
    hidden = book.add_worksheet("list_" + name.strip("*"))
    hidden.hide()
    for row, choice in enumerate(offered):
        hidden.write_string(row, 0, choice)
    return f"'list_{name.strip('*')}'!$A$1:$A${len(offered)}"


# by fact and field: in Chinese, in English
CHOICES: dict[tuple[str, str], tuple[Sequence[str], Sequence[str]]] = {
    ("orders", "status"): (
        ("待付款", "已付款", "已发货", "已签收", "交易成功", "交易关闭", "已退款"),
        ("pending", "paid", "shipped", "delivered", "completed", "cancelled", "refunded"),
    ),
    ("refunds", "status"): (("退款中", "退款成功", "退款关闭"), ("open", "refunded", "closed")),
    ("refunds", "is_return"): (("是", "否"), ("yes", "no")),
}


def options(template: Template, column: Column) -> Sequence[str]:
    """What a column's dropdown offers; nothing for none."""
    if column.field == "measure":
        return [f"{key} {_(MEASURES[key].label)}" for key in template.figures]
    return CHOICES.get((template.fact, column.field), ((), ()))[not in_chinese()]


def explain(book: Workbook, template: Template, bold: object) -> None:
    """The sheet that says how to fill it in."""
    page = book.add_worksheet(_("How to fill it in"))
    page.set_column(0, 0, 22)
    page.set_column(1, 1, 14)
    page.set_column(2, 2, 60)
    lines = (
        _("Fill in the first sheet, one row each, and drop the file on the import page. It can be dropped again."),
        _("Columns with * must be filled in; other columns may be left empty or taken out."),
        _("Amounts are in %(unit)s. Times are the store's, like 2026-11-11 10:00:00. Numbers of orders are text.")
        % {"unit": currency.unit()},
    )
    for row, line in enumerate(lines):
        page.write_string(row, 0, line)
    for place, title in enumerate((_("Column"), _("Required"), _("Example"))):
        page.write_string(len(lines) + 1, place, title, bold)
    examples = dict(zip((column.field for column in template.reader.columns), template.examples, strict=False))
    examples |= {} if in_chinese() else template.abroad
    if template.figures:
        key = template.figures[0]
        examples |= {"measure": f"{key} {_(MEASURES[key].label)}", "value": "12"}
    for row, column in enumerate(template.reader.columns, start=len(lines) + 2):
        page.write_string(row, 0, head_of(column))
        page.write_string(row, 1, _("yes") if column.is_required else "")
        page.write_string(row, 2, examples.get(column.field, ""))
