"""A month's days as a workbook: yellow where one fixes a day, live formulas that share out the rest to the fen.

Like the year's (`year.plan_sheets`): column A and row 1 are hidden and name rows and columns, the hidden sheet MARK
keeps what every day was, so that `kpis.daybook.day_import` can tell what somebody changed.
"""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from kpis.daybook.month_plan import MonthPlan, PlanDay
from kpis.days.day_plan import Book
from kpis.planning.days import Pin
from kpis.workbooks.book import ACCENT, FONT, HEAD, INK, LINE, MARK, SECOND, SHUT, SOFT, TOTAL, TYPED
from opsplan.lib import clock
from opsplan.lib.text import WEEKDAYS

LAYOUT = "opsplan-days-1"
TOP, FIRST = 4, 5  # the header's row and the first day's, from 0
MARKED = 10  # the first row of days on the hidden sheet, from 0
COLUMNS = ("key", "day", "kind", "amount", "share", "weight", "bears", "target", "part", "actual", "rate",
           "own", "fixed", "exact", "floor", "rank")  # fmt: skip
AT = {name: n for n, name in enumerate(COLUMNS)}
LETTER = {name: chr(ord("A") + n) for name, n in AT.items()}
TYPED_INTO = ("amount", "share", "weight")
MONEY, RATE = "#,##0.00", "0.00%"


def workbook(plan: MonthPlan, book: Book) -> bytes:
    out = io.BytesIO()
    look = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter"}
    made = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                          "default_format_properties": look})  # fmt: skip
    Writer(made, plan, book).write()
    made.close()
    return out.getvalue()


def formulas(row: int, last: int, total: str) -> dict[str, str]:
    """Of a day's row (from 1), the last day's being `last`: fixed days first, then floors in fen, then the rest of the
    fen to the largest fractions, ties to the earlier day (domain.md 3.2)."""
    c, first = LETTER, FIRST + 1

    def all_of(name: str) -> str:
        return f"${c[name]}${first}:${c[name]}${last}"

    at = {name: f"{letter}{row}" for name, letter in c.items()}
    rest = f"(ROUND({total}*100,0)-ROUND(SUM({all_of('fixed')})*100,0))"
    fraction, fractions = f"ROUND({at['exact']}-{at['floor']},6)", f"ROUND({all_of('exact')}-{all_of('floor')},6)"
    before = f"${c['exact']}${first}:{at['exact']}", f"${c['floor']}${first}:{at['floor']}"
    is_fixed = f"COUNT({at['amount']},{at['share']})>0"
    return {
        "own": f"=IF({is_fixed},0,IF(COUNT({at['weight']})=1,{at['weight']},{at['bears']}))",
        "fixed": f"=IF(COUNT({at['amount']})=1,ROUND({at['amount']},2),"
                 f"IF(COUNT({at['share']})=1,ROUND({at['share']}*{total},2),0))",
        "exact": f"=IF(SUM({all_of('own')})>0,ROUND({rest}*{at['own']}/SUM({all_of('own')}),6),0)",
        "floor": f"=INT({at['exact']})",
        "rank": f"=SUMPRODUCT(--({fractions}>{fraction}))+SUMPRODUCT(--(ROUND({before[0]}-{before[1]},6)={fraction}))",
        "target": f"=IF({is_fixed},{at['fixed']},"
                  f"({at['floor']}+IF({at['rank']}<={rest}-SUM({all_of('floor')}),1,0))/100)",
        "part": f'=IF({total}=0,"",{at["target"]}/{total})',
        "rate": f'=IF(COUNT({at["actual"]})=1,IF({at["target"]}=0,"",{at["actual"]}/{at["target"]}),"")',
    }  # fmt: skip


class Writer:
    def __init__(self, made: Any, plan: MonthPlan, book: Book) -> None:
        self.made, self.plan, self.book = made, plan, book
        self.page = made.add_worksheet(f"{plan.month.first:%Y-%m}")
        self.mark = made.add_worksheet(MARK)
        self.looks: dict[tuple[tuple[str, object], ...], Any] = {}
        self.last = FIRST + len(plan.days)  # the last day's row, from 1
        self.total = f"${LETTER['amount']}${FIRST - 1}"

    def look(self, **properties: object) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self.looks:
            self.looks[key] = self.made.add_format({"border": 1, "border_color": LINE} | properties)
        return self.looks[key]

    def write(self) -> None:
        plan, page = self.plan, self.page
        facts = (LAYOUT, plan.store.slug, f"{plan.month.first:%Y-%m}", f"{plan.target or 0}")
        for n, fact in enumerate(facts):
            self.mark.write_string(n, 0, fact)
        page.write_string(0, 0, LAYOUT)
        for name in COLUMNS[1:]:
            page.write_string(0, AT[name], name)
        title = self.made.add_format({"bold": True, "font_size": 14})
        page.write_string(1, 1, f"{plan.store.name} · {plan.month.first:%Y-%m}", title)
        told = _("Yellow can be typed in: an amount, a share of the month or a weight. The other days follow.")
        soft = self.made.add_format({"font_color": SOFT})
        page.write_string(2, 1, f"{clock.now():%Y-%m-%d %H:%M} UTC · {told}", soft)
        page.write_string(3, 1, _("Target sales of the month"), self.look(bold=True))
        page.write_blank(3, 2, None, self.look())
        page.write_number(3, AT["amount"], float(plan.target or 0), self.look(bold=True, num_format=MONEY))
        heads = (_("Day"), _("What day it is"), _("Fixed amount"), _("Fixed share"), _("Own weight"),
                 _("Weight of the day"), _("Target"), _("Share"), _("Actual"), _("Of the plan"))  # fmt: skip
        for n, text in enumerate(heads, start=1):
            page.write_string(TOP, n, text, self.look(bold=True, bg_color=HEAD, align="center"))
        weights = self.weights()
        for n, day in enumerate(plan.days):
            self.write_day(FIRST + n, day, weights[day.day])
        self.arrange()

    def weights(self) -> dict[dt.date, Decimal]:
        """What the days bear without a weight of their own."""
        return self.book.day_weights(self.plan.month, {})

    def write_day(self, row: int, day: PlanDay, bears: Decimal) -> None:
        page, pin = self.page, day.pin
        iso, colour = day.day.isoformat(), {"bg_color": HEAD} if day.day.weekday() >= 5 else {}
        made = {} if self.plan.squeezed else formulas(row + 1, self.last, self.total)
        self.remember(row, day.day, pin, made.get("target", ""))
        page.write_string(row, 0, iso)
        weekday = _(WEEKDAYS[day.day.weekday()])
        page.write_string(row, AT["day"], f"{iso} {weekday}", self.look(**colour))
        page.write_string(row, AT["kind"], "、".join([day.holiday] * bool(day.holiday) + [*day.peaks, *day.campaigns]),
                          self.look(font_color=SOFT))  # fmt: skip
        typed = {"locked": pin.locked, "bg_color": SHUT if pin.locked else TYPED}
        for name in TYPED_INTO:
            number = RATE if name == "share" else MONEY if name == "amount" else "0.00##"
            self.put(row, name, getattr(pin, name), self.look(num_format=number, **typed))
        self.put(row, "bears", bears, self.look(num_format="0.00##", font_color=SOFT))
        bold = self.look(num_format=MONEY, bold=True, bg_color=TOTAL)
        self.put(row, "target", day.target, bold, made.get("target", ""))
        self.put(row, "part", day.share, self.look(num_format=RATE), made.get("part", ""))
        self.put(row, "actual", day.actual, self.look(num_format=MONEY))
        self.put(row, "rate", day.rate, self.look(num_format=RATE), made.get("rate", ""))
        for name in ("own", "fixed", "exact", "floor", "rank"):
            if made:
                page.write_formula(row, AT[name], made[name])

    def put(self, row: int, name: str, value: Decimal | None, look: Any, formula: str = "") -> None:
        if formula:
            self.page.write_formula(row, AT[name], formula, look, "" if value is None else float(value))
        elif value is None:
            self.page.write_blank(row, AT[name], None, look)
        else:
            self.page.write_number(row, AT[name], float(value), look)

    def remember(self, row: int, day: dt.date, pin: Pin, formula: str) -> None:
        numbers = ["" if x is None else f"{x:f}" for x in (pin.amount, pin.share, pin.weight)]
        for n, text in enumerate((day.isoformat(), *numbers, formula.removeprefix("="))):
            self.mark.write_string(MARKED + row - FIRST, n, text)

    def arrange(self) -> None:
        page, place = self.page, self.last
        page.write_string(place, 1, _("Together"), self.look(bold=True, bg_color=TOTAL))
        for name in ("target", "actual"):
            column = f"{LETTER[name]}{FIRST + 1}:{LETTER[name]}{self.last}"
            values = [x for day in self.plan.days if (x := getattr(day, name)) is not None]
            look = self.look(num_format=MONEY, bold=True, bg_color=TOTAL)
            page.write_formula(place, AT[name], f"=SUM({column})", look, float(sum(values, Decimal(0))))
        page.set_column(0, 0, 4, None, {"hidden": True})
        page.set_row(0, None, None, {"hidden": True})
        page.set_column(1, 2, 18)
        page.set_column(AT["amount"], AT["rate"], 13)
        page.set_column(AT["own"], AT["rank"], 10, None, {"hidden": True})
        page.freeze_panes(FIRST, 2)
        page.hide_gridlines(2)
        for name, most in {"amount": 10**13, "share": 1, "weight": 1000}.items():
            rule = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": most}
            page.data_validation(FIRST, AT[name], self.last - 1, AT[name], rule)
        chart = self.made.add_chart({"type": "column"})
        for name, colour in (("target", ACCENT), ("actual", SECOND)):
            chart.add_series({
                "name": [self.page.name, TOP, AT[name]], "fill": {"color": colour},
                "categories": [self.page.name, FIRST, 1, self.last - 1, 1],
                "values": [self.page.name, FIRST, AT[name], self.last - 1, AT[name]],
            })  # fmt: skip
        chart.set_legend({"position": "top"})
        chart.set_size({"width": 900, "height": 280})
        page.insert_chart(self.last + 2, 1, chart)
        page.protect("", {"format_columns": True, "format_rows": True, "objects": True})
        self.mark.protect()
        self.mark.very_hidden()
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 1)
        page.activate()
