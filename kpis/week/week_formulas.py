"""The weekly sheet as spreadsheet formulas. A cell is named `[row@column]` (`kpis.planning.formulas`): row a figure of
the sheet, a count that is typed, or an input that no row shows; column a day as YYYY-MM-DD, or TOTAL."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from kpis.answers import Figure
from kpis.measures import ENTRY_MEASURES
from kpis.metrics import METRICS, Metric, evaluate
from kpis.metrics.base import terms
from kpis.planning.formulas import ref
from kpis.week.sheets import AIDS, KEYS, Line, Sheet

TOTAL = "total"
COST, OTHERS = "promo_cost", "promo_cost:others"
PARTS = tuple(key for key in KEYS["cost"] if key.startswith("promo_cost_"))
ZERO = Decimal(0)
DIGITS = {"money": 2, "count": 0}
# what stands in a metric's formula where it is no sum and no ratio of sums
NEEDED = "ROUNDUP(ROUND({month_target_real_amt}/({plan_aov}*{plan_cvr}),6),0)"
GROWTH = "({last_day_real_amt}/{week_before_real_amt})^(1/7)-1"
SOLVED = {
    "uv_need_month": f'IF({{plan_aov}}*{{plan_cvr}}>0,{NEEDED},"")',
    "uv_gap_month": f'IF({{plan_aov}}*{{plan_cvr}}>0,MAX(0,{NEEDED}-{{month_uv}}),"")',
    "uv_gap_day": "MAX(0,{target_uv}-{uv})",
    "avg_growth": f'IF(AND({{week_before_real_amt}}>0,{{last_day_real_amt}}>=0),ROUND({GROWTH},6),"")',
}
SOLVED["growth"] = SOLVED["avg_growth"]
Place = tuple[str, str]


@dataclass(frozen=True)
class Content:
    """What stands in every cell of the sheet. basis: inputs without a row of their own. typed: cells a person may type
    into, with the number that was typed (None: nothing yet). values: what is shown, yuan, fractions and counts."""

    basis: tuple[str, ...] = ()
    values: dict[Place, Decimal | None] = field(default_factory=dict)
    formulas: dict[Place, str] = field(default_factory=dict)
    typed: dict[Place, Decimal | None] = field(default_factory=dict)


def content(made: Sheet, today: dt.date) -> Content:
    """`today`: nothing is typed for days after it."""
    columns = [*(day.isoformat() for day in made.period), TOTAL]
    figures = figures_of(made)
    lines = lines_of(made)
    typed = {(x.key, cell.day.isoformat()): cell.entry.value for x in lines for cell in x.cells if cell.entry}
    values = {place: typed.get(place, figure.value) for place, figure in figures.items()}
    for line in made.aids:
        for each in line.cells:
            place = (line.measure, each.day.isoformat())
            values[place] = each.known if each.value is None else each.value
            if each.known is None and each.day <= today:
                typed[place] = each.value
    found = Content(values=values, typed=typed)
    basis: dict[str, None] = {}
    for (_key, column), figure in figures.items():
        for name, value in figure.inputs.items():
            row = row_of(name)
            if (row, column) not in values:
                values[row, column] = value
            if (row, TOTAL) not in figures and row not in AIDS:
                basis[row] = None
    for column in columns:
        whole, parts = values.get((COST, column)), [values.get((key, column)) or ZERO for key in PARTS]
        values[OTHERS, column] = None if whole is None else whole - sum(parts, ZERO)  # typed cells too, still uncounted
    for place, figure in figures.items():
        if place not in typed and (formula := formula_of(found, place, figure, columns[:-1])):
            found.formulas[place] = formula
    return Content((*basis, OTHERS), values, found.formulas, typed)


def lines_of(made: Sheet) -> list[Line]:
    return [line for lines in made.blocks.values() for line in lines]


def figures_of(made: Sheet) -> dict[Place, Figure]:
    """By row and column."""
    found: dict[Place, Figure] = {}
    for line in lines_of(made):
        found |= {(line.key, cell.day.isoformat()): cell.figure for cell in line.cells}
        found[line.key, TOTAL] = line.total
    return found


def row_of(name: str) -> str:
    """The row that shows an input: a figure that is this one measure, a count to be typed, or a row of its own."""
    return ROWS.get(name, name)


ROWS = {
    METRICS[key].needs[0]: key for keys in KEYS.values() for key in keys
    if len(METRICS[key].needs) == 1 and METRICS[key].top == METRICS[key].needs[0]
}  # fmt: skip


def formula_of(found: Content, place: Place, figure: Figure, days: list[str]) -> str:
    """What makes this cell, or "" where it only stands as a number: a formula must come to the very same."""
    key, column = place
    if key == COST:
        cells = [ref(part, column) for part in (*PARTS, OTHERS)]
        return f'=IF(COUNT({",".join(cells)})=0,"",ROUND(SUM({",".join(cells)}),2))'
    if column == TOTAL and adds_up(key):
        known = [x for day in days if (x := found.values.get((key, day))) is not None]
        if sum(known, ZERO) != (figure.value or ZERO) or (known and figure.value is None):
            return ""
        span = f"[{key}@{days[0]}]:[{key}@{days[-1]}]"
        return f"=SUM({span})" if is_deducted(key) else f'=IF(COUNT({span})=0,"",SUM({span}))'
    metric = metric_of(key, figure)
    inputs = {name: shown(found, name, column) for name in figure.inputs}
    if metric is None or evaluate(metric, inputs) != figure.value:
        return ""
    return written(metric, {name: ref(row_of(name), column) for name in metric.needs})


def adds_up(key: str) -> bool:
    """Whether a row is one measure whose days are added."""
    return len(METRICS[key].needs) == 1 and (key in ENTRY_MEASURES or METRICS[key].adds == "sum")


def shown(found: Content, name: str, column: str) -> Decimal | None:
    value = found.values.get((row_of(name), column))
    return ZERO if value is None and is_deducted(name) else value


def is_deducted(name: str) -> bool:
    """Taken off where something was typed; nothing typed is nothing to take off."""
    return name in ENTRY_MEASURES and ENTRY_MEASURES[name].absent_is_zero


def metric_of(key: str, figure: Figure) -> Metric | None:
    """The reading of the figure that was used, told by what it is made of."""
    readings = [METRICS[key], *(METRICS[name] for _label, name in METRICS[key].variants if name in METRICS)]
    return next((metric for metric in readings if set(metric.needs) == set(figure.inputs)), None)


def written(metric: Metric, at: Mapping[str, str]) -> str:
    """`at`: the cell of each input. "" where the figure is a single measure."""
    cells = {name: f"N({cell})" if is_deducted(name) else cell for name, cell in at.items()}
    digits = DIGITS.get(metric.unit, 6)
    if metric.key in SOLVED:
        body = SOLVED[metric.key].format(**cells)
    elif metric.bottom:
        above, below = added(metric.top, cells), added(metric.bottom, cells)
        body = f'IF(({below})<=0,"",ROUND(({above})/({below}),{digits}))'
    elif metric.top and len(at) > 1:
        body = f"ROUND({added(metric.top, cells)},{digits})"
    else:
        return ""
    needed = [cell for name, cell in at.items() if not is_deducted(name)]
    return f'=IF(COUNT({",".join(needed)})={len(needed)},{body},"")'


def added(text: str, cells: Mapping[str, str]) -> str:
    """ "a - b" with the cells of a and b."""
    return "".join(("+" if sign > 0 else "-") + cells[name] for sign, name in terms(text)).removeprefix("+")
