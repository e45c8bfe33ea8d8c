"""What a file is: encoding, header row, source. No Django, no database."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from kpis.ingest.header import Header
from kpis.ingest.reader import About, Reader
from kpis.ingest.readers import READERS, SOURCES
from kpis.ingest.rows import Bad, Row
from kpis.ingest.strange import what_it_is
from opsplan.lib import archives
from opsplan.lib.problems import FileProblem, Problem
from opsplan.lib.tabular import Table, tables
from opsplan.lib.text import folded

CHINA = dt.timezone(dt.timedelta(hours=8))
STAMP = re.compile(r"(?<!\d)(20\d{6}(?:\d{6}|\d{4}))(?!\d)")
Known = Mapping[str, Reader]
Preface = tuple[tuple[str, ...], ...]
LONGEST = 255  # characters of a sheet's name that are kept
TABLE = 3  # filled cells beside one another: an unknown sheet with fewer is a note, not a table
ADVICE = ("说明", "须知", "填写", "帮助", "示例", "instruction", "how to", "readme", "help", "example", "notes")
UNFINISHED = (".crdownload", ".part", ".partial", ".download", ".downloading")
EXPLAINED = 1000  # columns no file has: more than any other fit
EPOCH = re.compile(r"(?<!\d)(1\d{9})(\d{3})?(?!\d)")


class NoTable:
    """What stands in for a file of a zip that cannot be read."""

    encoding = ""
    lines = 0
    sheet = ""

    def rows(self, width: int | None = None) -> Iterator[tuple[int, list[str]]]:
        return iter(())

    def top(self) -> list[tuple[int, list[str]]]:
        return []


@dataclass(frozen=True)
class Opened:
    """A table of a file, recognised or not. source: a name of headers.json, "" for an unknown layout (reader is None).

    generation: 2015, 2018, 2020, 2021, short or "". exported_at: naive local time told by the file's name.
    path: where the bytes lie; of a zip, an unpacked copy that lives as long as this object.
    problem: why this file of a zip, this sheet beside others, or a table nobody knows cannot be read.
    others: the other sheets that some reader knows, each to be opened by its name.
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
    problem: FileProblem | None = None
    keep: object = None
    others: tuple[str, ...] = ()

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

    def batches(self) -> Iterator[list[Row | Bad | Problem]]:
        """Rows, rows that cannot be used, and notices (a bare Problem), some hundreds at a time. From the start each
        time; memory stays flat.

        FileProblem unknown_layout when there is no reader, or what is wrong with this file of a zip.
        """
        if self.problem:
            raise self.problem
        if self.reader is None:
            raise FileProblem("unknown_layout")
        return chain([list(self.notices)], self.reader.batches(self.table, self.about))

    def rows(self) -> Iterator[Row | Bad | Problem]:
        """The same, one by one."""
        return chain.from_iterable(self.batches())

    def raw_rows(self) -> Iterator[tuple[int, list[str]]]:
        """(line, cells as they stand) of everything below the header."""
        for line, cells in self.table.rows(len(self.header)):
            if line > self.header_line:
                yield line, cells


def open_file(
    path: Path,
    name: str,
    *,
    source: str | None = None,
    sheet: str = "",
    scratch: Path | None = None,
    known: Known | None = None,
) -> list[Opened]:
    """The tables of a file: one (of a workbook the sheet that fits best, see `Opened.others`), or several of a zip.

    source: a name of headers.json that forces its reader; sheet: which one of a workbook ("": the one that fits best);
    scratch: where a zip is unpacked (None: a system directory);
    known: readers of headers that somebody has explained, by the header's fingerprint: they come before all others.
    FileProblem when nothing can be read; what cannot be read of a zip with several files comes with its `problem`.
    """
    if name.startswith("~$"):
        raise FileProblem("lock_note")
    if name.lower().endswith(UNFINISHED):
        raise FileProblem("unfinished")
    known = known or {}
    if source is not None and source not in named(known):
        raise FileProblem("unknown_source", {"source": source, "known": ", ".join(SOURCES)})
    if not archives.is_archive(path):
        return [recognised(path, name, tables(path), source, known, sheet)]
    keep = TemporaryDirectory(prefix="unpacked-", dir=scratch)
    found = [opened_entry(entry, source, keep, known) for entry in archives.entries(path, name, Path(keep.name))]
    if len(found) == 1 and found[0].problem:
        raise found[0].problem
    return found


def opened_entry(entry: archives.Entry, source: str | None, keep: object, known: Known) -> Opened:
    """A file of a zip; what is wrong with it is kept, so that it does not sink the others."""
    problem = entry.problem
    try:
        if entry.path is not None:
            return replace(recognised(entry.path, entry.name, tables(entry.path), source, known), keep=keep)
    except FileProblem as found:
        problem = found
    about = About(entry.name, Header((), 0))
    return Opened(entry.name, entry.path or Path(), NoTable(), None, "", "", about, None, problem=problem, keep=keep)


def named(known: Known) -> dict[str, Reader]:
    """Every reader that may be asked for by a source's name."""
    return SOURCES | {
        source: each for reader in known.values() for each in (reader, *reader.also) for source in each.sources
    }


def fingerprint(header: Header) -> str:
    """What tells a header from others, wherever its columns stand."""
    names = sorted(folded(name) for name in header.names if name)
    return blake2b("\x1f".join(names).encode(), digest_size=16).hexdigest()


def score(reader: Reader, header: Header, known: Known) -> int:
    """How well a header fits a reader; one that somebody has explained fits best of all."""
    fits = reader.score(header)
    return fits + EXPLAINED if fits and known.get(fingerprint(header)) is reader else fits


@dataclass(frozen=True)
class Fit:
    """The row of a table that some reader takes for its header, and how well it fits."""

    table: Table
    reader: Reader
    header: Header
    above: Preface
    fits: int

    @property
    def is_filled(self) -> bool:
        """Whether anything stands below the header."""
        return not self.table.sheet or self.table.lines > self.header.line

    @property
    def rank(self) -> tuple[bool, int]:
        return self.is_filled, self.fits


def recognised(
    path: Path, name: str, found: Sequence[Table], source: str | None, known: Known, sheet: str = ""
) -> Opened:
    """The table of a file that fits best (among those called `sheet`); an unknown layout when none fits."""
    exported_at = export_time(name)
    readers = [named(known)[source]] if source else [*known.values(), *READERS.values()]
    tops = [(table, list(headers(table))) for table in found]
    fitting = [
        Fit(table, reader, header, above, fits)
        for table, candidates in tops
        for header, above in candidates
        for reader in readers
        if (source or reader.key in READERS or known.get(fingerprint(header)) is reader)
        and (fits := score(reader, header, known))
    ]
    per_table = ([each for each in fitting if each.table is table] for table in found)
    best = {some[0].table.sheet: max(some, key=lambda each: each.fits) for some in per_table if some}
    asked = [each for name, each in best.items() if sheet in ("", name)]
    if not asked:
        wanted = [pair for pair in tops if (pair[0].sheet == sheet if sheet else is_told(pair[0]))]
        table, candidates = (wanted or tops)[0]
        header, above = max(candidates, key=lambda pair: len(pair[0].places))  # the best guess
        if source:
            raise FileProblem("missing_columns", {"source": source, "columns": ", ".join(readers[0].missing(header))})
        problem = what_it_is(header, [each for each, _above in candidates], READERS.values())
        return Opened(name, path, table, None, "", "", About(name, header, above), exported_at, problem=problem)
    fit = max(asked, key=lambda each: each.rank)
    mine, reader = fit.table.sheet, fit.reader
    rest = [table for table in found if table.sheet != mine]
    others = [x.sheet for x in rest if x.sheet in best and best[x.sheet].is_filled and len(x.sheet) <= LONGEST]
    left = [x.sheet for x in rest if x.sheet not in others and is_told(x)]
    about = About(name, fit.header, fit.above, reader, sheet=mine if others else "")
    told, generation = reader.identify(fit.header)
    problem = None
    try:
        reader.build(about)  # says now what makes the whole table unusable
    except FileProblem as reason:
        if not others:
            raise
        problem = reason
    return Opened(
        name,
        path,
        fit.table,
        reader,
        source or told,
        generation,
        about,
        exported_at,
        (*notices(mine, others, left), *hidden(fit.table)),
        problem,
        others=tuple(others),
    )


def is_told(table: Table) -> bool:
    """Whether people should hear that a sheet is not read: it has the looks of a table and not the name of advice."""
    top = [sum(map(bool, cells)) for _line, cells in table.top()]
    advises = any(word in table.sheet.lower() for word in ADVICE)
    return not advises and len(top) > 1 and max(top) >= TABLE


def notices(sheet: str, others: Iterable[str], left: Sequence[str]) -> tuple[Problem, ...]:
    """What is said of the other sheets of a workbook: those that are read by themselves, those that nobody knows."""
    told = {"more_sheets": ", ".join(others), "other_sheets": ", ".join(left)}
    return tuple(
        Problem(0, "", "", code, {"sheet": sheet, "others": names}, "notice") for code, names in told.items() if names
    )


def hidden(table: Table) -> Iterator[Problem]:
    """What is said of a sheet that people do not see."""
    if getattr(table, "is_hidden", False):
        yield Problem(0, "", "", "hidden_sheet", {"sheet": table.sheet}, "notice")


def headers(table: Table) -> Iterator[tuple[Header, Preface]]:
    """The rows that could be the header, each with the rows above it."""
    above: list[tuple[str, ...]] = []
    for line, cells in table.top():
        yield Header(cells, line), tuple(above)
        above.append(tuple(cells))


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
