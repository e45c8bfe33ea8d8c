"""A year's plan in a layout of people's own: months across, a figure in each row, as operators keep it in Excel or WPS.

Rows are known by what they are called (in the plan, by their channels' names and aliases, or as operators write them).
What cannot be told apart (visitors of a day or of a month) is refused with a sentence, what is no row of the plan is
named; the difference is looked at like that of our own workbook (`kpis.year.plan_import`).
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _
from python_calamine import CalamineWorkbook

from kpis.models import Plan
from kpis.planning.costs import COST, RATIO
from kpis.planning.factors import AOV, CVR, NEAR, SALES, UV
from kpis.planning.year import MONTHS
from kpis.workbooks.named_cells import Found, Merged, address, in_file, same
from kpis.workbooks.sheet_files import LIMIT_MB, MOST_COLUMNS, MOST_ROWS, BadFile, Grid
from kpis.year import plan_import
from kpis.year.plan_cells import Loaded, as_typed, load, refusal
from kpis.year.plan_import import Book, Difference, Moved, contradiction, gathered, standing, unreadable
from kpis.year.plan_rows import CHANNEL, is_made
from opsplan.lib.money import CENT
from opsplan.lib.tabular import tables
from opsplan.lib.text import folded
from opsplan.lib.workbooks import SheetTable
from stores.models import ChannelAlias
from stores.sent_files import on_disk

FEWEST_MONTHS, HEADER_ROWS = 3, 30
CHINESE = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = re.compile(r"(?:20\d\d[年./-])?(?:(0?[1-9]|1[0-2])月?|(十[一二]?|[一二三四五六七八九])月)份?")
DIGITS = re.compile(r"[\d,.]+")
YEAR = re.compile(r"(?<!\d)20[0-4]\d(?!\d)")
IN_UNITS = re.compile(r"[(\[]([^)\]]*)[)\]]")
UNITS = ("万元", "万", "元", "%", "人", "次", "个", "天", "单", "件", "笔", "uv", "yuan")
NAMES: dict[str, str] = {
    SALES: "销售额 目标销售额 月销售额 月目标销售额 月度销售额 月销售目标 销售目标 业绩目标 成交额 成交金额 "
    "支付金额 gmv sales",
    UV: "流量 uv 流量uv 访客 访客数 目标uv 日uv 日均uv 日目标uv 日访客 日均访客 日均访客数 日流量 日均流量 "
    "visitors 月uv 月访客 月访客数 月流量 总uv 总流量 总访客数",
    CVR: "转化率 支付转化率 成交转化率 全店转化率 conversion",
    AOV: "客单价 平均客单价 aov",
    COST: "广告投入 预计广告投入 广告费 广告费用 推广费 推广费用 推广花费 推广预算 广告预算 推广投入",
    RATIO: "费用占比 推广占比 广告占比 推广费用占比 推广费占比 广告费占比 费比",
    "refund_rate_amt": "退款率",
    "gross_rate": "毛利率 毛利润率",
    "roi": "roi 投产比 投入产出比",
    "budget_people": "人员费用 人员工资 人员成本 人力成本 人力资源费用 工资",
    "budget_tech": "技术支持与平台费用 平台费用 技术与平台费用",
    "theme": "活动主题 月度活动 活动 活动安排 活动节点 店铺活动",
    "heroes": "爆品 爆款 主推款 主推产品 主推品",
    "gifts": "赠品规划 赠品",
    "new_items": "新品计划 新品 上新计划",
    "stage": "阶段 阶段概述 运营阶段 店铺阶段 发展阶段",
}


@dataclass(frozen=True)
class Line:
    """A row as typed: its number, what it is called, the unit beside it, its cells by month."""

    number: int
    label: str
    unit: str
    cells: Mapping[int, Found]


@dataclass(frozen=True)
class Typed:
    """A table with months across. years: those its title or header names."""

    years: frozenset[int]
    lines: Sequence[Line]

    @property
    def year(self) -> int | None:
        return next(iter(self.years)) if len(self.years) == 1 else None


# --- reading ----------------------------------------------------------------------------------------------------------


def opened(upload: IO[bytes], name: str) -> Book | Typed:
    """Our own workbook, or a table of people's own. BadFile."""
    try:
        return plan_import.read(upload)
    except BadFile as error:
        upload.seek(0, 2)
        if upload.tell() > LIMIT_MB << 20:
            raise
        upload.seek(0)
        return read(upload, name, error)


def read(upload: IO[bytes], name: str, otherwise: BadFile) -> Typed:
    """The first table with months across. BadFile: `otherwise` where the file is no table at all."""
    try:
        with on_disk(upload, name) as (path, _digest):
            for title, grid, merged in grids(path):
                if (typed := table_of(grid, f"{name} {title}", merged)) is not None:
                    return typed
    except ValidationError as error:
        raise BadFile(" ".join(error.messages)) from otherwise
    raise BadFile(
        _("No row of this file names months (1月, 2月, …). Export the plan and fill it in, or put the months of the "
          "year side by side in one row, and the figures with their names below.")
    )  # fmt: skip


def grids(path: Path) -> Iterator[tuple[str, Grid, Merged]]:
    """Title and cells of each sheet, and which of them were merged into which; they say what those say."""
    for table in tables(path):
        if not isinstance(table, SheetTable):
            rows = dict(row for row, _n in zip(table.rows(), range(MOST_ROWS), strict=False))
            last = max(rows, default=0)
            yield "", [tuple(rows.get(n, ())[:MOST_COLUMNS]) for n in range(1, last + 1)], {}
            continue
        with CalamineWorkbook.from_path(path) as book:
            page = book.get_sheet_by_name(table.sheet)
            cells = [list(row[:MOST_COLUMNS]) for row in page.to_python(skip_empty_area=False)[:MOST_ROWS]]
            merged: dict[tuple[int, int], tuple[int, int]] = {}
            for (top, left), (bottom, right) in page.merged_cell_ranges or []:
                for n, row in enumerate(cells[top : bottom + 1], top):
                    row[left : right + 1] = [cells[top][left]] * len(row[left : right + 1])
                    merged |= {(n, x): (top, left) for x in range(left, min(right + 1, MOST_COLUMNS))}
                merged.pop((top, left), None)
            yield table.sheet, [tuple(row) for row in cells], merged


def table_of(grid: Grid, title: str, merged: Merged) -> Typed | None:
    heads = [(len(set(found.values())), -n, found) for n, row in enumerate(grid[:HEADER_ROWS])
             if len(set((found := months_in(row)).values())) >= FEWEST_MONTHS]  # fmt: skip
    if not heads:
        return None
    _count, place, columns = max(heads, key=lambda x: x[:2])
    head, first = -place, min(columns)
    told = " ".join([title, *(str(cell) for row in grid[: head + 1] for cell in row)])
    lines = [line for n in range(head + 1, len(grid)) if (line := line_of(grid, n, first, columns, merged))]
    return Typed(frozenset(int(x) for x in YEAR.findall(told)), lines)


def months_in(row: Sequence[object]) -> dict[int, int]:
    """column -> month, of the first cell that names each."""
    found: dict[int, int] = {}
    for n, cell in enumerate(row):
        if (month := month_named(cell)) and month not in found.values():
            found[n] = month
    return found


def month_named(cell: object) -> int | None:
    if isinstance(cell, dt.date):
        return cell.month if cell.day == 1 else None
    if not isinstance(cell, str):
        return None
    text = folded(cell)
    if text[:3] in ENGLISH and text.isascii() and text.rstrip(".").isalpha():
        return ENGLISH.index(text[:3]) + 1
    match = MONTH.fullmatch(text)
    if not match or text.isdecimal():
        return None
    return int(match[1]) if match[1] else CHINESE.index(match[2]) + 1


def line_of(grid: Grid, n: int, first: int, columns: Mapping[int, int], merged: Merged) -> Line | None:
    row = grid[n]
    words = [str(x).strip() for x in row[:first] if isinstance(x, str) and x.strip()]
    names = [x for x in words if folded(x).strip("()") not in UNITS]
    units = [folded(x).strip("()") for x in words if x not in names]
    cells = {}
    for at, month in columns.items():
        if at < len(row) and row[at] != "":
            within = address(*merged[n, at]) if (n, at) in merged else ""
            cells[month] = Found(address(n, at), row[at], within=within)
    if not cells:
        return None
    return Line(n + 1, (names or words[-1:] or ["—"])[-1], units[-1] if units else "", cells)


# --- understanding ----------------------------------------------------------------------------------------------------


def plainly(label: str) -> tuple[str, str]:
    """What a row is called, without number, share and unit; and the unit: 1、销售额（万元）: -> 销售额, 万元."""
    text = re.sub(r"^(?:\d+|[一二三四五六七八九十]+)[、.)]", "", folded(label)).rstrip(":")
    unit = next((x for x in IN_UNITS.findall(text) if x in UNITS), "")
    text = IN_UNITS.sub(lambda x: "" if x[1] in UNITS else x[0], text)
    bare = re.sub(r"[\d.]*%$", "", text) or text
    return re.sub(r"[()\[\]_\-·:/]", "", bare), unit


def names_of(loaded: Loaded) -> dict[str, str]:
    """How rows may be called -> row."""
    found = {name: key for key, names in NAMES.items() if key in loaded.rows for name in names.split()}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            found |= {plainly(loaded.label(key))[0]: key for key in loaded.rows if not key.startswith(CHANNEL)}
    called = [(key, name) for key, name in loaded.channels.items()]
    called += ChannelAlias.objects.filter(store=loaded.plan.store_id).values_list("channel__key", "name")
    costs = {plainly(name)[0]: CHANNEL + key for key, name in called if CHANNEL + key in loaded.rows}
    return costs | found


def compare(plan: Plan, typed: Book | Typed) -> Difference:
    """What the file would change in this plan. BadFile when it says that it is of another year."""
    if isinstance(typed, Book):
        return plan_import.compare(plan, typed)
    if typed.years and plan.year not in typed.years:
        raise BadFile(
            _("This file is of the year %(file)s, the plan of %(year)s. Import it into that year's plan, or change "
              "the year in its title.") % {"file": max(typed.years), "year": plan.year}
        )  # fmt: skip
    loaded = load(plan)
    names, notes = names_of(loaded), list[str]()
    rows: dict[str, Line] = {}
    for line in typed.lines:
        key, place = names.get(plainly(line.label)[0], ""), {"row": line.number, "label": line.label}
        if key in rows:
            told = _("Rows %(first)s and %(row)s (%(label)s) are the same row of the plan; row %(first)s was read.")
            notes.append(told % (place | {"first": rows[key].number}))
        elif not key:
            notes.append(_("Row %(row)s (%(label)s) was not read: the plan has no row of this name.") % place)
        elif is_made(key):
            notes.append(_("Row %(row)s (%(label)s) was not read: the plan works it out from other rows.") % place)
        else:
            rows[key] = line
    moved = Understood(loaded, rows).moved()
    if not rows:
        notes.insert(0, _("No row of the file is called like a row of the plan."))
    problem = contradiction(load(plan), [x for x in moved if x.kind == "change"])
    return Difference(plan, plan.number, moved, (), problem, notes)


class Understood:
    """The cells of a table as the plan would keep them."""

    def __init__(self, loaded: Loaded, rows: Mapping[str, Line]) -> None:
        self.loaded, self.rows = loaded, rows
        self.refused: list[Moved] = []
        self.values: dict[tuple[str, int], Decimal | str | None] = {}
        for key, line in rows.items():
            self.read(key, line)
        self.visitors()
        for month in MONTHS:
            self.agree(month)

    def read(self, key: str, line: Line) -> None:
        unit, beside = self.unit(key), plainly(line.label)[1] or line.unit
        bare = {x for x, cell in line.cells.items() if not isinstance(cell.value, str) or DIGITS.fullmatch(cell.value)}
        for month, cell in line.cells.items():
            try:
                value = in_file(cell, "ratio" if unit == "rate" and month in bare else unit)
            except ValueError:
                self.refuse(key, month, unreadable(cell), str(cell.value)[:80])
                continue
            is_scaled = month in bare and isinstance(value, Decimal) and beside in ("万元", "万")
            self.values[key, month] = value * 10_000 if is_scaled and isinstance(value, Decimal) else value
        rates = [(key, month) for month in bare if unit == "rate" and self.number(key, month) is not None]
        if any((self.number(*x) or 0) > 1 for x in rates):  # 3.5 where 3.5 % is meant
            self.values |= {x: (self.number(*x) or Decimal(0)).scaleb(-2) for x in rates}

    def unit(self, key: str) -> str:
        return self.loaded.sheet.rows[key].unit if key in self.loaded.sheet.rows else "text"

    def number(self, key: str, month: int) -> Decimal | None:
        value = self.values.get((key, month))
        return value if isinstance(value, Decimal) else None

    def refuse(self, key: str, month: int, why: str, file: Decimal | str | None = None) -> None:
        now, cell = standing(self.loaded, key, month), self.rows[key].cells[month]
        label, unit = self.loaded.label(key), self.unit(key)
        self.refused.append(Moved("refused", key, month, label, unit, cell.address, now, file, now, error=why))
        self.values.pop((key, month), None)

    def visitors(self) -> None:
        """Visitors as the plan keeps them: of a day. A row that does not say is judged by the month's sales."""
        months = [month for month in MONTHS if self.number(UV, month) is not None]
        if not months:
            return
        name = plainly(self.rows[UV].label)[0]
        span = "day" if "日" in name else "month" if "月" in name or "总" in name else self.judged(months)
        days = self.loaded.sheet.days
        for month in months:
            value = self.number(UV, month)
            if not span:
                why = _(
                    "Nothing says whether these are visitors of a day or of the month. Call the row 日均UV or 月UV."
                )
                self.refuse(UV, month, why)
            elif span == "month" and value is not None:
                if None not in [self.number(key, month) for key in (SALES, CVR, AOV)]:
                    self.values.pop((UV, month))  # they follow, exact
                else:
                    self.values[UV, month] = value / days[month - 1]

    def judged(self, months: Sequence[int]) -> str:
        found = set()
        for month in months:
            sales, uv, cvr, aov = (self.number(key, month) for key in (SALES, UV, CVR, AOV))
            if sales and uv and cvr and aov:
                made = sales / (uv * cvr * aov)
                days = self.loaded.sheet.days[month - 1]
                near = [name for name, times in (("month", 1), ("day", days)) if abs(made / times - 1) < Decimal("0.1")]
                found.add(near[0] if near else "")
        return found.pop() if len(found) == 1 else ""

    def agree(self, month: int) -> None:
        """What was typed beside what it follows from: sales beside all factors, a cost beside its channels."""
        sales, uv, cvr, aov = (self.number(key, month) for key in (SALES, UV, CVR, AOV))
        if sales is not None and uv is not None and cvr is not None and aov is not None:
            self.follows(SALES, month, uv * cvr * aov * self.loaded.sheet.days[month - 1], sales)
        channels = [x for x in self.loaded.sheet.channels if self.number(x, month) is not None]
        cost = self.number(COST, month)
        if channels and cost is not None:
            self.follows(COST, month, sum((self.number(x, month) or Decimal(0) for x in channels), Decimal(0)), cost)
        if (channels or cost is not None) and (RATIO, month) in self.values:
            self.values.pop((RATIO, month))

    def follows(self, key: str, month: int, made: Decimal, typed: Decimal) -> None:
        if abs(made - typed) <= NEAR * abs(typed):
            self.values.pop((key, month))
            return
        told = _("The rows below it come to %(made)s, not to this. They were taken; correct one of them.")
        self.refuse(key, month, told % {"made": f"{made.quantize(CENT):,}"}, typed)

    def moved(self) -> list[Moved]:
        out = list[Moved]()
        for (key, month), value in self.values.items():
            file = as_typed(self.unit(key), value) if isinstance(value, Decimal) else value
            now, cell = standing(self.loaded, key, month), self.rows[key].cells[month]
            shown = as_typed(self.unit(key), now) if isinstance(now, Decimal) else now
            if same(file, now) or same(file, shown) or not (file or now or self.unit(key) != "text"):
                continue
            made = Moved("change", key, month, self.loaded.label(key), self.unit(key), cell.address, now, file, now)
            kept = self.loaded.cells.get((key, month))
            why = refusal(self.loaded, made.change) or (_("This cell is locked.") if kept and kept.is_locked else "")
            if why:
                self.refuse_later(made, why)
            else:
                out.append(made)
        return out + gathered(self.refused)

    def refuse_later(self, moved: Moved, why: str) -> None:
        self.refused.append(Moved("refused", moved.row, moved.month, moved.label, moved.unit, moved.address,
                                  moved.was, moved.file, moved.now, error=why))  # fmt: skip
