"""What can be said of a table that no reader takes: what went wrong with it, or which file it nearly is (no Django)."""

import re
from collections.abc import Iterable

from kpis.ingest.header import Header
from kpis.ingest.reader import Reader
from opsplan.lib.problems import FileProblem

PIVOT = re.compile(r"行标签|列标签|(求和|计数|平均值)项[::]|row ?labels|(sum|count|average) of ", re.IGNORECASE)
SPLIT = re.compile(r"[,;\t，；]")
CELLS = 4  # that stand in one, if it is cut
BROKEN = re.compile("[\u0080-\u00ff\ufffd]|锟斤拷|烫烫|[?？]{2}")
MISSING, MET = 2, 4  # required columns that a file may lack and has to have, to look like another


def what_it_is(header: Header, top: Iterable[Header], readers: Iterable[Reader]) -> FileProblem | None:
    """Why a table with such a header (or one of the rows at its top as such) cannot be read, in a sentence that helps;
    None where nothing is known of it."""
    names = [name for name in header.names if name]
    if len(names) == 1 and len(SPLIT.split(names[0])) >= CELLS:
        return FileProblem("one_column")
    if any(PIVOT.search(name) for name in names):
        return FileProblem("pivot")
    if any(map(is_garbled, top)):
        return FileProblem("garbled")
    return nearly(header, readers)


def is_garbled(header: Header) -> bool:
    """Whether most of its names are letters that were lost."""
    names = [name for name in header.names if name]
    return len(names) > 1 and sum(bool(BROKEN.search(name)) for name in names) * 2 > len(names)


def nearly(header: Header, readers: Iterable[Reader]) -> FileProblem | None:
    """The layout that lacks the fewest columns, if they are few; of several the one with most columns there."""
    found = []
    for reader in readers:
        lacks = reader.missing(header)
        needed = sum(column.is_required for column in reader.columns) + len(reader.needs)
        if 0 < len(lacks) <= MISSING and needed - len(lacks) >= MET:
            met = sum(header.find(column.headers) >= 0 for column in reader.columns)
            found.append((-len(lacks), met, reader, lacks))
    if not found:
        return None
    *_rank, reader, lacks = max(found, key=lambda each: each[:2])
    return FileProblem("nearly_known", {"source": reader.sources[0], "columns": ", ".join(lacks)})
