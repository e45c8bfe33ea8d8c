"""What a file is: encoding, header row, source. No Django, no database."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from kpis.ingest.reader import About, Header, Reader
from kpis.ingest.readers import READERS, SOURCES
from kpis.ingest.rows import Bad, Row
from opsplan.lib.problems import FileProblem, Problem
from opsplan.lib.tabular import Table, tables

HEADER_WITHIN = 20  # rows
CHINA = dt.timezone(dt.timedelta(hours=8))
STAMP = re.compile(r"(?<!\d)(20\d{6}(?:\d{6}|\d{4}))(?!\d)")
EPOCH = re.compile(r"(?<!\d)(1\d{9})(\d{3})?(?!\d)")


@dataclass(frozen=True)
class Opened:
    """A table of a file, recognised or not. source: a name of headers.json, "" for an unknown layout (reader is None).

    generation: 2015, 2018, 2020, 2021, short or "". exported_at: naive local time told by the file's name.
    path: where the bytes lie; of a zip, an unpacked copy that lives as long as this object.
    """

    name: str
    path: Path
    table: Table
    reader: Reader | None
    source: str
    generation: str
    about: About
    exported_at: dt.datetime | None
    notices: tuple[Problem, ...] = ()
    keep: object = None

    @property
    def encoding(self) -> str:
        return self.table.encoding

    @property
    def header(self) -> list[str]:
        return self.about.header.names

    @property
    def header_line(self) -> int:
        return self.about.header.line

    @property
    def rows_estimate(self) -> int:
        return max(self.table.lines - self.header_line, 0)

    def rows(self) -> Iterator[Row | Bad | Problem]:
        """Rows, rows that cannot be used, and notices (a bare Problem). From the start each time; memory stays flat.

        FileProblem unknown_layout when there is no reader.
        """
        if self.reader is None:
            raise FileProblem("unknown_layout")
        return chain(self.notices, self.reader.read(self.table, self.about))

    def raw_rows(self) -> Iterator[tuple[int, list[str]]]:
        """(line, cells as they stand) of everything below the header."""
        for line, cells in self.table.rows(len(self.header)):
            if line > self.header_line:
                yield line, cells


def open_file(path: Path, name: str, *, source: str | None = None) -> list[Opened]:
    """The tables of a file: one, or several of a zip.

    source: a name of headers.json that forces its reader. FileProblem when nothing can be read.
    """
    if source is not None and source not in SOURCES:
        raise FileProblem("unknown_source", {"source": source, "known": ", ".join(SOURCES)})
    return [recognised(path, name, tables(path), source)]


def recognised(path: Path, name: str, found: Sequence[Table], source: str | None) -> Opened:
    """The table of a file that fits best; an unknown layout when none fits."""
    exported_at = export_time(name)
    best: tuple[int, Table, Reader, Header, list[list[str]]] | None = None
    for table in found:
        for reader in [SOURCES[source]] if source else READERS.values():
            for header, above in headers(table):
                score = reader.score(header)
                if score and (best is None or score > best[0]):
                    best = (score, table, reader, header, above)
    if best is None:
        header, above = widest(found[0])
        if source:
            lacking = SOURCES[source].missing(header)
            raise FileProblem("missing_columns", {"source": source, "columns": ", ".join(lacking)})
        return Opened(name, path, found[0], None, "", "", About(name, header), exported_at)
    _score, table, reader, header, above = best
    about = About(name, header, tuple(map(tuple, above)))
    known, generation = reader.identify(header)
    reader.build(about)  # says now what makes the whole file unusable
    others = [other.sheet for other in found if other is not table]
    notice = Problem(0, "", "", "other_sheets", {"sheet": table.sheet, "others": ", ".join(others)}, "notice")
    notices = (notice,) if others else ()
    return Opened(name, path, table, reader, source or known, generation, about, exported_at, notices)


def headers(table: Table) -> Iterator[tuple[Header, list[list[str]]]]:
    """The rows that could be the header, each with the rows above it."""
    above: list[list[str]] = []
    for line, cells in islice(table.rows(), HEADER_WITHIN):
        yield Header(cells, line), list(above)
        above.append(cells)


def widest(table: Table) -> tuple[Header, list[list[str]]]:
    """The best guess at a header nobody knows: the first of the rows with the most filled cells."""
    found = list(headers(table))
    if not found:
        raise FileProblem("empty")
    return max(found, key=lambda pair: len(pair[0].places))


def export_time(name: str) -> dt.datetime | None:
    """When the platform made the file, as its name tells: ExportOrderList202611211005.csv, with seconds, or epoch
    seconds or milliseconds (as Chinese local time)."""
    for text in STAMP.findall(name):
        try:
            return dt.datetime.strptime(text, "%Y%m%d%H%M%S" if len(text) == 14 else "%Y%m%d%H%M")  # noqa: DTZ007
        except ValueError:
            continue
    match = EPOCH.search(name)
    return dt.datetime.fromtimestamp(int(match[1]), CHINA).replace(tzinfo=None) if match else None
