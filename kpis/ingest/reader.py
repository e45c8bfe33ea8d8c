"""How a reader works: columns by name, one builder, checks across the cells of a row. Readers only declare.

Rows are parsed some hundreds at a time, column by column; a row with a fault is read again cell by cell, so that all of
its faults are told.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, dropwhile, islice
from typing import Any

from kpis.ingest.abroad import is_turned, iso_day, order_said, plain_amount
from kpis.ingest.between import SUBTOTALS, is_header_again, only_cell, total_word
from kpis.ingest.header import Header
from kpis.ingest.rounded import Rounded, or_rounded
from kpis.ingest.rows import Bad, Row
from opsplan.lib.columns import Fault, cleaned, parsed, remembered
from opsplan.lib.csvlines import Broken
from opsplan.lib.money import yuan
from opsplan.lib.problems import Problem
from opsplan.lib.tabular import Table

BATCH = 500  # rows parsed together
UNREADABLE = ("bad_id", "bad_date", "bad_number", "day_or_month", "unknown_status")


@dataclass(frozen=True)
class Column:
    """A column a reader knows. headers: its names over the years, the preferred first; matched folded.

    is_required: the file must have it. adds: a total row shows its sum. is_money: its cells are amounts, as those of
    fields in _fen are. stand_in: what the builder gets while the faults of a row are gathered and this cell is one of
    them.
    """

    field: str
    headers: tuple[str, ...]
    parse: Callable[[str], Any]
    is_required: bool = False
    adds: bool = False
    is_money: bool = False
    stand_in: Any = None

    @property
    def is_amount(self) -> bool:
        return self.is_money or self.field.endswith("_fen")

    @property
    def is_day(self) -> bool:
        return self.field == "day" or self.field.endswith("_at")

    def reading(self, currency: str, order: str | None = None) -> Callable[[str], Any]:
        """The parser for a file of a store that counts in `currency`; `order`: of days that end with the year."""
        parse = self.parse
        if self.is_amount:
            return remembered(lambda text: parse(plain_amount(text, currency)))
        if self.is_day and order is not None:
            return remembered(lambda text: parse(iso_day(text, order)))
        return parse


@dataclass(frozen=True)
class Check:
    """Something two cells of a row must agree on. reads: the fields it looks at; column: the field it is told at."""

    reads: frozenset[str]
    column: str
    find: Callable[[Any], Fault | None]


@dataclass(frozen=True)
class About:
    """What a builder may need besides the row: the file's name, its header, the rows above the header, the currency of
    the store (three letters; "" where there is no store), what a person says of days that end with the year ("month" or
    "day" comes first, "" nothing), and of a workbook with several tables the sheet's name.

    memory: where a builder keeps what it has to know of the rows above (nowhere else: it is put back as it was before
    rows are read again)."""

    name: str
    header: Header
    preface: tuple[tuple[str, ...], ...] = ()
    reader: "Reader | None" = None
    currency: str = ""
    dates: str = ""
    sheet: str = ""
    memory: dict[str, Any] = field(default_factory=dict, compare=False)

    def has(self, field: str) -> bool:
        """Whether the file has the column of a field."""
        columns = self.reader.columns if self.reader else ()
        return any(column.field == field and self.header.find(column.headers) >= 0 for column in columns)


Build = Callable[[About], Callable[..., Row]]


@dataclass(frozen=True)
class Reader:
    """One export format. fact: a Coverage.SourceKind value. version grows when the same file would give other rows.

    build: given the file, a function from line and the columns' values (in their order) to a row; it may raise
    FileProblem when the file as a whole cannot be used. layout: header -> (source, generation) where it has several.
    needs: headers that tell the format, beside the required columns; unless: headers that make it another one, where
    none of `despite` is there.
    folds: the file spreads an order over several rows (the builder yields OrderParts): how each amount is put together,
    "max" where it stands on every row, "sum" where each row has its own; the others are "max".
    also: what else the same file tells; it is read as an upload of its own, after this one is loaded.
    rests_on: a row whose cell of this column is empty belongs to the one above that has it.
    paid_is_net: whether the amount paid is what is left after refunds; None: found out file by file.
    is_rounded: its numbers may stand as 1.2万: read, and told once a column.
    """

    key: str
    fact: str
    version: int
    columns: tuple[Column, ...]
    build: Build
    checks: tuple[Check, ...] = ()
    sources: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    despite: tuple[str, ...] = ()
    layout: Callable[[Header], tuple[str, str]] | None = None
    folds: Mapping[str, str] | None = None
    also: tuple["Reader", ...] = ()
    rests_on: Column | None = None
    paid_is_net: bool | None = None
    is_rounded: bool = False

    def missing(self, header: Header) -> list[str]:
        """The required columns a header lacks, by their preferred names."""
        required = [c.headers for c in self.columns if c.is_required] + [(name,) for name in self.needs]
        return [names[0] for names in required if header.find(names) < 0]

    def score(self, header: Header) -> int:
        """How many known columns the header has; 0 when it is not this format."""
        if self.missing(header) or (header.find(self.unless) >= 0 and header.find(self.despite) < 0):
            return 0
        return sum(header.find(c.headers) >= 0 for c in self.columns) + len(self.needs)

    def identify(self, header: Header) -> tuple[str, str]:
        """(source, generation) of a header that fits."""
        return self.layout(header) if self.layout else (self.sources[0] if self.sources else self.key, "")

    def read(self, table: Table, about: About) -> Iterator[Row | Bad | Problem]:
        """The rows below the header; a `Problem` by itself is a notice."""
        return chain.from_iterable(self.batches(table, about))

    def batches(self, table: Table, about: About) -> Iterator[list[Row | Bad | Problem]]:
        """The same, some hundreds at a time."""
        return Reading(self, about).run(table)


nothing: Callable[[str], Any] = dict[str, None]().get  # the parser of a column the file does not have


@dataclass
class Reading:
    """One pass over one table."""

    reader: Reader
    about: About
    parsers: list[Callable[[str], Any]] = field(init=False)
    places: list[int] = field(init=False)
    sums: list[int] = field(init=False)
    since: list[int] = field(init=False)
    adds: list[int] = field(init=False)  # which columns have a sum
    days: list[int] = field(init=False)  # where days stand
    rounded: set[int] = field(default_factory=set)  # which columns had a rounded number
    notes: list[Problem] = field(default_factory=list)  # what is said of the row at hand besides
    table: Table | None = None
    last: int = 0  # the line the file ends in, if it does not end with a line

    def __post_init__(self) -> None:
        columns = self.reader.columns
        self.about = replace(self.about, memory={})
        self.places = [self.about.header.find(column.headers) for column in columns]
        self.parsers = self.parsing(None)
        self.days = [place for c, place in zip(columns, self.places, strict=True) if c.is_day and place >= 0]
        self.sums = [0] * len(columns)
        self.since = [0] * len(columns)  # as they were at the last subtotal
        self.build = self.reader.build(self.about)
        self.finds = [check.find for check in self.reader.checks]
        self.adds = [i for i, c in enumerate(columns) if c.adds and self.places[i] >= 0]
        self.width = len(self.about.header.names)

    def parsing(self, order: str | None) -> list[Callable[[str], Any]]:
        columns, currency = self.reader.columns, self.about.currency
        told = zip(columns, self.places, strict=True)
        readings = (column.reading(currency, order) if place >= 0 else nothing for column, place in told)
        return [or_rounded(parse) for parse in readings] if self.reader.is_rounded else [*readings]

    def turns(self, rows: Sequence[tuple[int, list[str]]]) -> bool:
        """Whether it is the first time that days of `rows` end with the year; all the file tells how to read them."""
        if self.table is None or not any(is_turned(cell) for cell in self.days_in(rows)):
            return False
        self.parsers = self.parsing(order_said(self.days_in(self.table.rows(self.width)), self.about.dates))
        self.table = None
        return True

    def days_in(self, rows: Iterable[tuple[int, list[str]]]) -> Iterator[str]:
        start = self.about.header.line
        return (cells[at] for line, cells in rows if line > start for at in self.days if at < len(cells))

    def run(self, table: Table) -> Iterator[list[Row | Bad | Problem]]:
        """Batches of what the rows below the header come to, in their order."""
        start, self.table, self.last = self.about.header.line, table, table.lines
        rows = dropwhile(lambda row: row[0] <= start, table.rows(self.width))
        while batch := list(islice(rows, BATCH)):
            yield self.take(batch)

    def take(self, rows: Sequence[tuple[int, list[str]]]) -> list[Row | Bad | Problem]:
        """Column by column where nothing is wrong; else half by half, down to the row that wants a word of its own."""
        above = self.about.memory.copy()
        try:
            return self.columnwise(rows)
        except Fault as fault:
            self.about.memory.clear()
            self.about.memory.update(above)
            if fault.code == "bad_date" and self.turns(rows):
                return self.take(rows)
            if len(rows) == 1:
                told = [] if fault.level == "skip" else list(self.explain(*rows[0]))
                if self.about.memory != above and any(isinstance(each, Bad) for each in told):
                    self.about.memory.clear()  # the rows below belong to one that is wrong
                return told
        half = len(rows) // 2
        return [*self.take(rows[:half]), *self.take(rows[half:])]

    def columnwise(self, rows: Sequence[tuple[int, list[str]]]) -> list[Row | Bad | Problem]:
        """Rows that are whole and without a fault; any `Fault` speaks for all of them."""
        lines, cells = zip(*rows, strict=True)
        if set(map(len, cells)) != {self.width} or set(map(type, cells)) != {list}:
            raise Fault("wrong_column_count")
        columns = list(zip(*cells, strict=True))
        values = [
            parsed(parse, columns[place]) if place >= 0 else [parse("")] * len(rows)
            for parse, place in zip(self.parsers, self.places, strict=True)
        ]
        found = list(map(self.build, lines, *values))
        for find in self.finds:
            fault = next(filter(None, map(find, found)), None)
            if fault is not None:
                raise fault
        for i in self.adds:
            self.sums[i] += sum(filter(None, values[i]))
        return [*found]

    def explain(self, line: int, cells: list[str]) -> Iterator[Row | Bad | Problem]:
        """Everything that is to be said about a row the fast path could not take."""
        if isinstance(cells, Broken):
            yield Bad(line, (self.broken(line, cells),))
            return
        if not any(map(cleaned, cells)):
            return
        word = total_word(cells, self.days)
        if word:
            yield from self.footer(line, cells, bool(SUBTOTALS.search(word)))
            return
        if is_header_again(line, cells, self.about.header.names, self.about.preface):
            yield Problem(line, "", "", "header_again", level="notice")
            return
        found = len(cells)
        while len(cells) > self.width and not cleaned(cells[-1]):
            del cells[-1]
        if not any(self.about.header.names[len(cells) :]):  # what is not there has no name either
            cells = [*cells, *[""] * (self.width - len(cells))]
        try:
            row = self.read_slowly(line, cells) if len(cells) == self.width else None
        except Fault:  # skip: none to be kept, and nobody needs to know
            return
        if row is None or (found != self.width and isinstance(row, Bad)):  # spare commas are fine, a shifted row is not
            params = {"found": str(found), "expected": str(self.width)}
            code = "row_cut" if found < self.width and line >= self.last else "wrong_column_count"
            row = Bad(line, (Problem(line, "", str(found), code, params),))
        is_note = isinstance(row, Bad) and self.is_note(line, cells)
        code = "note_row" if is_note else "explanation_row" if self.explains(line, row) else ""
        yield Problem(line, "", "", code, level="notice") if code else row
        yield from self.notes
        self.notes.clear()

    def is_note(self, line: int, cells: list[str]) -> bool:
        """Whether a row holds nothing but a text that is no value of its column; a row that is cut may hold half a
        value."""
        at = only_cell(cells)
        if at < 0 or self.width < 3:
            return False
        if at not in self.places:
            return len(cells) == self.width or line < self.last
        try:
            self.parsers[self.places.index(at)](cells[at])
        except Fault as fault:
            return fault.code in UNREADABLE
        return False

    def explains(self, line: int, row: Row | Bad | Problem) -> bool:
        """Whether a row only says what the columns are: right below the header, and none of the numbers, times and
        amounts that a row must have can be read."""
        if line != self.about.header.line + 1 or not isinstance(row, Bad):
            return False
        needed = {self.place_of(c.field) for c in self.reader.columns if c.is_required and c.field != "title"}
        told = {problem.column for problem in row.problems if problem.code in UNREADABLE}
        return len(needed) > 1 and told >= {self.about.header.names[place] for place in needed}

    def read_slowly(self, line: int, cells: list[str]) -> Row | Bad | Problem:
        found: list[Problem] = []
        faulty: set[str] = set()
        values: list[Any] = []
        for i, column in enumerate(self.reader.columns):
            place = self.places[i]
            try:
                value = self.value(line, i, cells)
                if column.adds and value:
                    self.sums[i] += value
            except Fault as fault:
                if fault.level == "notice":
                    return self.problem(line, place, cells, fault)
                value = column.stand_in
                faulty.add(column.field)
                found.append(self.problem(line, place, cells, fault))
            values.append(value)
        try:
            row = self.build(line, *values)
        except Fault as fault:
            if fault.level == "skip":
                if found:
                    return Bad(line, tuple(found))
                raise
            told = self.problem(line, self.place_of(fault.column), cells, fault)
            return told if fault.level == "notice" and not found else Bad(line, (*found, told))
        for check in self.reader.checks:
            failed = None if faulty & check.reads else check.find(row)
            if failed is not None:
                found.append(self.problem(line, self.place_of(check.column), cells, failed))
        return Bad(line, tuple(found)) if found else row

    def value(self, line: int, i: int, cells: list[str]) -> Any:
        """What a cell says; the first rounded one of each column is told besides."""
        place = self.places[i]
        try:
            return self.parsers[i](cells[place] if place >= 0 else "")
        except Rounded as told:
            if i not in self.rounded:
                self.rounded.add(i)
                self.notes.append(self.problem(line, place, cells, told))
            return told.value

    def place_of(self, name: str) -> int:
        """Where a field's column stands, -1 for none."""
        return next((self.places[i] for i, column in enumerate(self.reader.columns) if column.field == name), -1)

    def problem(self, line: int, place: int, cells: Sequence[str], fault: Fault) -> Problem:
        if place < 0:
            return Problem(line, "", "", fault.code, fault.params, fault.level)
        name, value = self.about.header.names[place], cells[place][:200]
        return Problem(line, name, value, fault.code, fault.params, fault.level)

    def broken(self, line: int, cells: Broken) -> Problem:
        """Where a row breaks; the text only where the reader knows the column, so that no buyer's data shows."""
        name = self.about.header.names[cells.at] if cells.at < self.width else ""
        value = cells[cells.at][:200] if cells.at in self.places else ""
        return Problem(line, name, value, cells.code)

    def footer(self, line: int, cells: list[str], is_subtotal: bool) -> Iterator[Problem]:
        """A total row is left out and compared with what was read."""
        at = next(i for i, cell in enumerate(cells) if cleaned(cell))
        name = self.about.header.names[at] if at < self.width else ""
        yield Problem(line, name, cells[at][:200], "footer_row", level="notice")
        for i, column in enumerate(self.reader.columns):
            place = self.places[i]
            if not column.adds or not 0 <= place < len(cells):
                continue
            try:
                total = self.parsers[i](cells[place])
            except Fault:
                continue
            block = self.sums[i] - self.since[i]
            if total is not None and total != block and (is_subtotal or total != self.sums[i]):
                params = {"total": shown(total, column), "sum": shown(block if is_subtotal else self.sums[i], column)}
                text = cells[place][:200]
                yield Problem(line, self.about.header.names[place], text, "footer_differs", params, level="notice")
        if is_subtotal:
            self.since = list(self.sums)


def each(row: Callable[..., Row]) -> Build:
    """A `build` that needs to know nothing of the file: a row is what its cells say."""
    return lambda _about: row


def shown(value: int, column: Column) -> str:
    return str(yuan(value)) if column.is_money else str(value)
