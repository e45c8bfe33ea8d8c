"""The year's arithmetic as spreadsheet formulas (pure). A cell is named `[row@column]`, column 1-12, q1-q4 or year, so
that a formula means the same wherever its rows stand. Only functions every spreadsheet program has."""

import re
from collections.abc import Callable

from kpis.planning.costs import COST, RATIO
from kpis.planning.factors import AOV, CVR, FACTORS, SALES, UV, product
from kpis.planning.parts import NODES, REST, cut_of, is_rest, node_of, row_key
from kpis.planning.year import BUDGET, BUDGETS, DAILY_ORDERS, ORDERS, SHOP_ROI, SPANS, Sheet

DAYS = "#days"
ADDRESS = re.compile(r"\$?\b([A-Z]{1,3})\$?([1-9][0-9]{0,5})\b(?!\()")
NAME = re.compile(r"\[([^\]@]+)@([^\]]+)\]")


def ref(row: str, column: int | str) -> str:
    return f"[{row}@{column}]"


def addressed(formula: str, where: Callable[[str, str], str]) -> str:
    """Names become addresses."""
    return NAME.sub(lambda found: where(found[1], found[2]), formula)


def named(formula: str, what: Callable[[str, str], str]) -> str:
    """Addresses become names again (`what` of letters and number), without blanks, as formulas are compared."""
    return re.sub(r"\s", "", ADDRESS.sub(lambda found: what(found[1], found[2]), formula))


def month_formula(sheet: Sheet, row: str, month: int) -> str:
    """What makes this cell, or "" where a person types it. Follows the solver: a typed or locked amount stays, and
    the first factor that is free follows from it."""
    node, part = node_of(row)
    if is_rest(part):
        return rest_formula(sheet, row, month)
    if node in NODES:
        return factor_formula(sheet, node, part, month)
    at = {key: ref(key, month) for key in (SALES, UV, CVR, AOV, COST, ORDERS, DAYS)}
    if row == DAILY_ORDERS:
        return f'=IF(COUNT({at[UV]},{at[CVR]})=2,{at[UV]}*{at[CVR]},"")'
    if row == ORDERS:
        return f'=IF(COUNT({at[UV]},{at[CVR]})=2,{at[UV]}*{at[CVR]}*{at[DAYS]},"")'
    if row == SHOP_ROI:
        return f'=IFERROR(IF(COUNT({at[SALES]},{at[COST]})=2,{at[SALES]}/{at[COST]},""),"")'
    if row == BUDGET:
        return summed([ref(key, month) for key in BUDGETS])
    if row in (COST, RATIO):
        return cost_formula(sheet, row, month)
    return ""


def factor_formula(sheet: Sheet, node: str, part: str, month: int) -> str:
    """The formula of a month's sales or factor as the solver follows; "" where it is typed."""
    there = sheet.month(month, part)
    at = {key: ref(row_key(key, part), month) for key in NODES} | {DAYS: ref(DAYS, month)}
    if there.by_parts:
        return ""
    if not there.is_kept:
        made = "*".join(at[key] for key in (*FACTORS, DAYS))
        counted = ",".join(at[key] for key in FACTORS)
        return f'=IF(COUNT({counted})=3,ROUND({made},2),"")' if node == SALES and makes(sheet, part, month) else ""
    follows = next((key for key in FACTORS if key not in there.locked), "")
    if node != follows or product(there) != there[SALES]:  # set apart from each other by less than 0.1 %: all stand
        return ""
    others = "*".join(at[key] for key in (*(x for x in FACTORS if x != node), DAYS))
    return f'=IFERROR({at[SALES]}/({others}),"")'


def makes(sheet: Sheet, part: str, month: int) -> bool:
    """Whether the factors make the amount; a part's may stand alone, shared out from the month's."""
    there = sheet.month(month, part)
    return not part or there[SALES] is None or all(there[key] is not None for key in FACTORS)


def rest_formula(sheet: Sheet, row: str, month: int) -> str:
    """What the other parts leave of the month."""
    if sheet.value(row, month) is None or sheet.cell(row, month).locked:
        return ""
    cut, whole = cut_of(node_of(row)[1]), ref(SALES, month)
    others = [ref(row_key(SALES, x), month) for x in sheet.cuts[cut] if x != f"{cut}:{REST}"]
    return f'=IF(COUNT({whole})=1,ROUND({whole}-SUM({",".join(others)}),2),"")'


def cost_formula(sheet: Sheet, row: str, month: int) -> str:
    """The formula of a month's promotion cost or ratio; "" where it is typed or locked."""
    sales, cost, ratio = ref(SALES, month), ref(COST, month), ref(RATIO, month)
    locked = {key for key in (COST, RATIO) if sheet.cell(key, month).locked}
    if row in locked:
        return ""
    if row == RATIO:
        return f'=IFERROR(IF(COUNT({sales},{cost})=2,{cost}/{sales},""),"")'
    if RATIO in locked:
        return f'=IF(COUNT({sales},{ratio})=2,ROUND({ratio}*{sales},2),"")'
    has_parts = any(sheet.cell(key, month).value is not None for key in sheet.channels)
    is_empty = sheet.cell(COST, month).value is None
    return summed([ref(key, month) for key in sheet.channels]) if sheet.channels and (has_parts or is_empty) else ""


def summed(cells: list[str]) -> str:
    inside = ",".join(cells)
    return f'=IF(COUNT({inside})=0,"",SUM({inside}))'


def total_formula(sheet: Sheet, row: str, span: str) -> str:
    """A quarter or the year, weighted as `Sheet.total` weighs it; "" for a row that has no total."""
    months = SPANS[span]

    def over(key: str) -> str:
        return f"{ref(key, months[0])}:{ref(key, months[-1])}"

    def ratio(top: str, bottom: str) -> str:
        return f'=IFERROR({top}/{bottom},"")'

    def where(known: str, *factors: str) -> str:
        return f"SUMPRODUCT(--ISNUMBER({over(known)}),{','.join(over(key) for key in factors)})"

    known = sheet.rows[row]
    node, part = node_of(row)
    visitors, rate = row_key(UV, part), row_key(CVR, part)
    if row == DAILY_ORDERS:
        return ratio(f"SUM({over(ORDERS)})", where(ORDERS, DAYS))
    if row == SHOP_ROI:
        return ratio(where(COST, SALES), where(SALES, COST))
    if known.adds == "sum" or row in (ORDERS, BUDGET):
        return summed([over(row)])
    if node == UV:
        return ratio(f"SUMPRODUCT({over(row)},{over(DAYS)})", where(row, DAYS))
    if node == CVR:
        return ratio(f"SUMPRODUCT({over(row)},{over(visitors)},{over(DAYS)})", where(row, visitors, DAYS))
    if node == AOV:
        orders = (rate, visitors, DAYS)
        return ratio(f"SUMPRODUCT({over(row)},{','.join(map(over, orders))})", where(row, *orders))
    if row == RATIO:
        return ratio(where(SALES, COST), where(COST, SALES))
    if known.adds == "level" and known.weight:
        return ratio(f"SUMPRODUCT({over(row)},{over(known.weight)})", where(row, known.weight))
    return ""
