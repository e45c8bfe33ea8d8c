"""Rows of a file that are none of its rows: totals, the header again, notes (no Django here)."""

import re
from collections.abc import Iterable, Sequence

from kpis.ingest.header import column_name
from opsplan.lib.columns import cleaned
from opsplan.lib.problems import FileProblem
from opsplan.lib.text import folded

FOOTER = re.compile(  # of a folded cell
    r"(本页|当页|本月|全部|全店)?(总计|合计|总和|小计|累计|全部汇总|grandtotal|total|subtotal)(\(.*\))?(:.*)?"
)
FIRST = re.compile(r"(数据)?汇总(:.*)?|共\d+[条笔单行件个].*|共计.*")  # of the first one that says anything
SUBTOTALS = re.compile("小计|subtotal|本页|当页")
ALL_DAYS = "全部"  # where a day stands: the sum of all of them
LOOKED_AT = 4  # cells in which the word of a total may stand, beside those of days
ALIKE = 0.8  # of the filled cells of a row that are names of columns


def total_word(cells: Sequence[str], days: Iterable[int]) -> str:
    """The word that makes a row one of sums, folded; "" for any other row. days: where days stand."""
    told = [folded(cleaned(cell)) for cell in cells]
    dated = [told[at] for at in days if at < len(told)]
    if ALL_DAYS in dated:
        return ALL_DAYS
    first = next(filter(None, told), "")
    words = (word for word in (*told[:LOOKED_AT], *dated) if FOOTER.fullmatch(word))
    return first if FIRST.fullmatch(first) else next(words, "")


def is_header_again(line: int, cells: Sequence[str], names: Sequence[str], above: Iterable[Sequence[str]] = ()) -> bool:
    """Whether a row only names the columns once more, or says again what stands above the header, as where a file was
    pasted under another. FileProblem where the columns stand in another order from here on."""
    if filled(cells) in map(filled, above):
        return True
    told = [(at, column_name(cleaned(cell))) for at, cell in enumerate(cells) if cleaned(cell)]
    known = [column_name(name) for name in names]
    met = [(at, name) for at, name in told if name in known]
    if len(met) < 2 or len(met) < ALIKE * len(told):
        return False
    if any(at >= len(known) or known[at] != name for at, name in met) and len({name for _at, name in met}) == len(met):
        raise FileProblem("second_header", {"line": str(line)})
    return True


def filled(cells: Iterable[str]) -> list[str]:
    return [text for text in map(cleaned, cells) if text]


def only_cell(cells: Sequence[str]) -> int:
    """Where the only cell stands that says anything; -1 where several do."""
    told = [at for at, cell in enumerate(cells) if cleaned(cell)]
    return told[0] if len(told) == 1 else -1
