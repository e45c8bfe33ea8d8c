"""Headers that nobody has built a reader for, explained once by a person: which column fills which field.

A preset is a generic reader whose columns bear the file's own names; it is found again by the header's fingerprint.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import Q

from kpis.ingest.detect import fingerprint
from kpis.ingest.reader import About, Column, Header, Reader
from kpis.ingest.readers import GENERIC, READERS
from kpis.ingest.rows import Bad, Row
from kpis.models import Preset
from opsplan.lib.columns import Fault, cleaned
from opsplan.lib.problems import Problem
from opsplan.lib.text import folded
from stores.models import Store

SAMPLE = 20  # rows that are looked at
LIKELY = 0.8  # of the cells of a column that must be readable as what it is guessed to be


def readers(store: Store) -> dict[str, Reader]:
    """The presets a store may use, by fingerprint: its own, then those that others share."""
    found: dict[str, Reader] = {}
    mine = Preset.objects.filter(Q(store=store) | Q(shared=True))
    for preset in sorted(mine, key=lambda preset: (preset.store_id != store.pk, preset.pk)):
        found.setdefault(preset.fingerprint, reader_of(preset))
    return found


def reader_of(preset: Preset) -> Reader:
    source = f"preset:{preset.pk}"
    return replace(mapped(preset.fact, preset.columns), key=source, sources=(source,), version=preset.version)


def mapped(fact: str, columns: Mapping[str, str]) -> Reader:
    """The generic reader of a fact with these headers (field -> header); fields without one are not in the file."""
    generic = GENERIC[fact]
    own = tuple(
        replace(column, headers=(columns[column.field],))
        if columns.get(column.field)
        else replace(column, headers=(), is_required=False)
        for column in generic.columns
    )
    return replace(generic, columns=own)


@dataclass(frozen=True)
class Sample:
    """The top of a file nobody knows: its header, the number of that line, and some rows below."""

    header: list[str]
    line: int
    rows: list[list[str]]

    def column(self, name: str) -> list[str]:
        place = self.header.index(name)
        cells = (row[place] if place < len(row) else "" for row in self.rows)
        return [cell for cell in cells if cleaned(cell)]


def guess_fact(header: Iterable[str]) -> str:
    """The fact whose columns the names look most like."""
    names = {folded(name) for name in header}
    return max(GENERIC, key=lambda fact: sum(bool(names & words) for words in synonyms(fact).values()))


def synonyms(fact: str) -> dict[str, set[str]]:
    """What the readers of a fact call each field, folded."""
    words: dict[str, set[str]] = {column.field: set() for column in GENERIC[fact].columns}
    for reader in (each for one in READERS.values() for each in (one, *one.also) if each.fact == fact):
        for column in reader.columns:
            if column.field in words:
                words[column.field] |= {folded(header).strip("*") for header in column.headers}
                words[column.field] |= {folded(header) for header in column.headers}
    return words


def guess(fact: str, sample: Sample) -> dict[str, str]:
    """Field -> column, as far as it can be guessed: by the names, then for what is required by the values."""
    found: dict[str, str] = {}
    for field, words in synonyms(fact).items():
        name = next((name for name in sample.header if name not in found.values() and folded(name) in words), None)
        if name:
            found[field] = name
    for column in GENERIC[fact].columns:
        if not column.is_required or column.field in found:
            continue
        left = [name for name in sample.header if name and name not in found.values()]
        likely = [(readable(column, sample.column(name)), name) for name in left]
        best = max(likely, default=(0.0, ""), key=lambda pair: pair[0])
        if best[0] >= LIKELY:
            found[column.field] = best[1]
    return found


def readable(column: Column, cells: Sequence[str]) -> float:
    """Which part of the cells can be read as this column; names and texts are never guessed by value."""
    if not cells or isinstance(column.stand_in, str):
        return 0.0
    good = 0
    for cell in cells:
        try:
            good += column.parse(cell) is not None
        except Fault:
            continue
    return good / len(cells)


def preview(fact: str, columns: Mapping[str, str], sample: Sample) -> list[Row | Bad | Problem]:
    """What the first rows would become."""
    reader = mapped(fact, columns)
    header = Header(sample.header, 0)
    return list(reader.read(Top(sample), About("", header, (), reader)))


@dataclass(frozen=True)
class Top:
    """The rows of a sample as a table."""

    sample: Sample
    encoding: str = ""
    sheet: str = ""

    @property
    def lines(self) -> int:
        return len(self.sample.rows)

    def rows(self, width: int | None = None) -> Iterator[tuple[int, list[str]]]:
        width = width or len(self.sample.header)
        for line, cells in enumerate(self.sample.rows, start=1):
            yield line, [*cells, *[""] * (width - len(cells))]

    def top(self) -> list[tuple[int, list[str]]]:
        return list(self.rows())


def missing(fact: str, columns: Mapping[str, str]) -> list[str]:
    """The fields that must have a column and have none."""
    return [c.headers[0].strip("*") for c in GENERIC[fact].columns if c.is_required and not columns.get(c.field)]


def print_of(header: Sequence[str]) -> str:
    """The fingerprint of a header as it is shown."""
    return fingerprint(Header(header, 0))
