"""Headers that nobody has built a reader for, explained once by a person: which column fills which field.

A preset is a generic reader whose columns bear the file's own names; it is found again by the header's fingerprint.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language

from kpis.ingest.abroad import UNKNOWN, is_turned, order_of, order_said
from kpis.ingest.columns import amount, needed_pieces
from kpis.ingest.detect import fingerprint
from kpis.ingest.everyday import EVERYDAY, HINTS
from kpis.ingest.header import Header
from kpis.ingest.reader import About, Build, Column, Reader, each
from kpis.ingest.readers import GENERIC, READERS
from kpis.ingest.rows import Bad, LineRow, OrderPart, Row
from kpis.ingest.sales import item, piece
from kpis.models import Preset, Upload
from opsplan.lib.columns import Fault, cleaned
from opsplan.lib.problems import FileProblem, Problem
from opsplan.lib.text import folded
from stores.models import Store

OURS, ITEMS = "preset:", ":items"  # how their sources begin, and that of the items of their orders ends
SAMPLE = 200  # rows that are looked at
OF_THE_ORDER = re.compile("订单|order|total")  # in the name of an amount
LIKELY = 0.8  # of the cells of a column that must be readable as what it is guessed to be


def readers(store: Store) -> dict[str, Reader]:
    """The presets a store may use, by fingerprint: its own, then those that others share."""
    found: dict[str, Reader] = {}
    mine = Preset.objects.filter(Q(store=store) | Q(shared=True))
    for preset in sorted(mine, key=lambda preset: (preset.store_id != store.pk, preset.pk)):
        found.setdefault(preset.fingerprint, reader_of(preset))
    return found


def reader_of(preset: Preset) -> Reader:
    source = f"{OURS}{preset.pk}"
    reader = mapped(preset.fact, preset.columns, preset.rows)
    also = tuple(
        replace(part, key=source + ITEMS, sources=(source + ITEMS,), version=preset.version) for part in reader.also
    )
    return replace(reader, key=source, sources=(source,), version=preset.version, also=also)


def told_by(source: str) -> Preset | None:
    """The preset that files of this layout are read by, if it is one (and still there)."""
    if not source.startswith(OURS):
        return None
    return Preset.objects.filter(pk=source.removeprefix(OURS).removesuffix(ITEMS)).first()


def dates_said(store: Store, source: str) -> str:
    """What people have said of days that end with the year in files of this layout: whoever explained its columns, else
    whoever was asked last."""
    preset = told_by(source)
    if preset and preset.dates:
        return preset.dates
    told = Upload.objects.filter(store=store, source=source, state=Upload.State.LOADED).exclude(dates="")
    return told.order_by("-id").values_list("dates", flat=True).first() or ""


FOLDS = {  # how the amounts of an order with several rows are put together
    Preset.Rows.SUM: dict.fromkeys(("total_fen", "actual_fen", "refund_fen", "item_qty"), "sum"),
    Preset.Rows.SAME: {"item_qty": "sum"},
}


GOODS = tuple(  # what a list of items tells of the item, beside its pieces
    replace(column, is_required=False, parse=amount if column.field == "price_fen" else column.parse, stand_in=None)
    for column in GENERIC["lines"].columns
    if column.field not in ("order_no", "qty")
)
NAMING = tuple(column for column in GOODS if column.field != "price_fen")


def columns_of(fact: str, rows: str = "") -> tuple[Column, ...]:
    """What the columns of a file may be; rows: what a row of orders is (`Preset.rows`)."""
    return (*GENERIC[fact].columns, *(GOODS if fact == "orders" and rows else ()))


def in_parts(build: Build) -> Build:
    """A builder of orders to one of parts of orders, which are known by what NAMING tells of them."""

    def built(about: About) -> Callable[..., OrderPart]:
        row: Callable[..., Any] = build(about)

        def part(line: int, *values: Any) -> OrderPart:
            number, *told = values[-len(NAMING) :]
            named = " ".join(filter(None, told)).replace(";", ",")  # several sub-orders are joined by ;
            return OrderPart(line, number or (f"#:{named}" if named else "#"), row(line, *values[: -len(NAMING)]))

        return part

    return built


def item_row(
    line: int,
    order_no: str,
    qty: int,
    paid_fen: int | None,
    sub_order_no: str | None,
    code: str | None,
    title: str | None,
    properties: str | None,
    price_fen: int | None,
) -> LineRow:
    """The item of a row; without a price of its own it costs what the row comes to."""
    if not code and not title:
        raise Fault("row_without_item", level="notice", column="title")
    price = piece(paid_fen or 0, qty) if price_fen is None else price_fen
    return item(line, order_no, sub_order_no, (code,), title or code, properties, price, qty)


def tells_goods(columns: Mapping[str, str], rows: str) -> bool:
    """Whether rows of orders are items of which all is told that product sales need."""
    named = columns.get("title") or columns.get("code")
    priced = rows == Preset.Rows.SUM or columns.get("price_fen")
    return bool(rows and named and columns.get("item_qty") and priced)


def mapped(fact: str, columns: Mapping[str, str], rows: str = "") -> Reader:
    """The generic reader of a fact with these headers (field -> header); fields without one are not in the file. rows:
    what a row of orders is (`Preset.rows`)."""

    def own(told: Iterable[Column]) -> tuple[Column, ...]:
        return tuple(
            replace(column, headers=(columns[column.field],))
            if columns.get(column.field)
            else replace(column, headers=(), is_required=False)
            for column in told
        )

    generic = GENERIC[fact]
    folds = FOLDS.get(Preset.Rows(rows)) if fact == "orders" else None
    if folds is None:
        return replace(generic, columns=own(generic.columns))
    number, qty, paid = (
        next(column for column in generic.columns if column.field == field)
        for field in ("order_no", "item_qty", "actual_fen")
    )
    pieces = replace(qty, parse=needed_pieces, stand_in=1)
    paid = replace(paid, adds=False, is_required=False, parse=amount)
    items = Reader("", "lines", 1, own((number, pieces, paid, *GOODS)), each(item_row))
    return replace(
        generic,
        columns=own((*generic.columns, *NAMING)),
        build=in_parts(generic.build),
        folds=folds,
        also=(items,) if tells_goods(columns, rows) else (),
    )


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

    def alike(fact: str) -> int:
        return sum(bool(names & {*words, *EVERYDAY.get(field, ())}) for field, words in synonyms(fact).items())

    return max(GENERIC, key=alike)


def synonyms(fact: str) -> dict[str, set[str]]:
    """What the readers of a fact call each field, folded."""
    words: dict[str, set[str]] = {column.field: set() for column in GENERIC[fact].columns}
    for reader in (told for one in READERS.values() for told in (one, *one.also) if told.fact == fact):
        for column in reader.columns:
            if column.field in words:
                words[column.field] |= {folded(header).strip("*") for header in column.headers}
                words[column.field] |= {folded(header) for header in column.headers}
    return words


def by_names(fact: str, columns: Iterable[Column], sample: Sample, found: dict[str, str]) -> None:
    """Add to `found` what can be guessed of `columns` by what readers call them, then by everyday names and pieces of
    names whose cells fit."""
    wanted, known = list(columns), synonyms(fact)
    for column in wanted:
        left = [name for name in sample.header if name not in found.values()]
        name = next((name for name in left if folded(name) in known[column.field]), None)
        if name:
            found[column.field] = name
    for column in wanted:
        left = [name for name in sample.header if column.field not in found and name not in found.values()]
        usual = EVERYDAY.get(column.field, ())
        name = next((x for x in left if folded(x) in usual and fits(column, sample.column(x))), None)
        if name:
            found[column.field] = name
    for column in wanted:
        left = [name for name in sample.header if name and column.field not in found and name not in found.values()]
        hint = HINTS.get((fact, column.field)) or HINTS.get(("", column.field))
        name = next((x for x in hint.of(left) if fits(column, sample.column(x))), None) if hint else None
        if name:
            found[column.field] = name


def guess_goods(columns: Mapping[str, str], sample: Sample, asked: Container[str] = ()) -> dict[str, str]:
    """The columns of items beside those of orders; nothing of the fields that somebody was `asked` about."""
    found = dict(columns)
    by_names("lines", [column for column in GOODS if column.field not in asked], sample, found)
    return found


def guess(fact: str, sample: Sample) -> dict[str, str]:
    """Field -> column, as far as it can be guessed: by the names, by everyday names whose cells fit, then for what is
    required by the values alone."""
    found: dict[str, str] = {}
    by_names(fact, GENERIC[fact].columns, sample, found)
    if "created_at" not in found and "paid_at" in found and fact == "orders":
        found["created_at"] = found["paid_at"]  # better than any other time
    if "actual_fen" not in found and "total_fen" in found:
        found["actual_fen"] = found.pop("total_fen")
    for column in GENERIC[fact].columns:
        if not column.is_required or column.field in found:
            continue
        left = [name for name in sample.header if name and name not in found.values()]
        likely = [(probable(column, sample.column(name)), name) for name in left]
        best = max(likely, default=(0.0, ""), key=lambda pair: pair[0])
        if best[0] >= LIKELY:
            found[column.field] = best[1]
    return found


def guess_rows(columns: Mapping[str, str], sample: Sample) -> str:
    """What a row of orders is (`Preset.rows`): an item where numbers come again, and then whether all rows of an order
    tell one amount."""
    number, amount = columns.get("order_no"), columns.get("actual_fen")
    if not number or not amount:
        return ""
    places = sample.header.index(number), sample.header.index(amount)
    told: dict[str, list[str]] = {}
    for row in sample.rows:
        if len(row) > max(places) and cleaned(row[places[0]]):
            told.setdefault(cleaned(row[places[0]]), []).append(cleaned(row[places[1]]))
    several = [amounts for amounts in told.values() if len(amounts) > 1]
    if not several:
        return ""
    is_one = all(len(set(amounts)) == 1 for amounts in several)
    is_sure = len(several) > 1 or OF_THE_ORDER.search(folded(amount))  # two items of one price are no proof
    return Preset.Rows.SAME if is_one and is_sure else Preset.Rows.SUM


def is_open(fact: str, columns: Mapping[str, str], sample: Sample) -> bool:
    """Whether nothing in the sample shows which comes first in its days, the day or the month."""
    days = [columns[column.field] for column in GENERIC[fact].columns if column.is_day and columns.get(column.field)]
    cells = [cell for name in days for cell in sample.column(name)]
    return any(map(is_turned, cells)) and order_of(cells) == UNKNOWN


def fits(column: Column, cells: Sequence[str]) -> bool:
    """Whether cells below a likely name can be this column."""
    return isinstance(column.stand_in, str) or readable(column, cells) >= LIKELY


def readable(column: Column, cells: Sequence[str]) -> float:
    """Which part of the cells can be read as this column, the first of several aside, which may only explain it; names
    and texts are never guessed by value."""
    if not cells or isinstance(column.stand_in, str):
        return 0.0
    parse, good = column.reading("", order_said(cells, "month")), []
    for cell in cells:
        try:
            good.append(parse(cell) is not None)
        except Fault:
            good.append(False)
    told = good[1:] if len(good) > 1 and not good[0] else good
    return sum(told) / len(told)


def probable(column: Column, cells: Sequence[str]) -> float:
    """The same for a column without any name that says so: amounts have decimals, or they are counts and numbers."""
    return 0.0 if column.is_amount and not any("." in cell for cell in cells) else readable(column, cells)


def preview(
    fact: str, columns: Mapping[str, str], sample: Sample, dates: str = "", rows: str = ""
) -> list[Row | Bad | Problem]:
    """What the first rows would become; of a list of items its orders, then the items that cannot be read."""
    reader = mapped(fact, columns, rows)
    about = About("", Header(sample.header, 0), (), reader, dates=dates)
    try:
        found = list(reader.read(Top(sample), about))
    except FileProblem as problem:  # the file as a whole cannot be read so
        line = int(problem.params.get("line", 0))
        return [Problem(line, "", "", problem.code, problem.params | {"line": str(line + sample.line)})]
    wrong = {row.line for row in found if isinstance(row, Bad)}
    items = (row for part in reader.also for row in part.read(Top(sample), replace(about, reader=part)))
    return [*found, *(row for row in items if isinstance(row, Bad) and row.line not in wrong)]


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


def in_chinese() -> bool:
    """Whether our own layouts are written in Chinese: for who reads Chinese, and where nobody reads."""
    return (get_language() or "zh").startswith("zh")


def head_of(column: Column) -> str:
    """What a column of our own layouts is called in the language of the reader: Chinese, or else the English name."""
    return column.headers[0 if in_chinese() else -1]


def missing(fact: str, columns: Mapping[str, str]) -> list[str]:
    """The fields that must have a column and have none."""
    return [head_of(c).strip("*") for c in GENERIC[fact].columns if c.is_required and not columns.get(c.field)]


def print_of(header: Sequence[str]) -> str:
    """The fingerprint of a header as it is shown."""
    return fingerprint(Header(header, 0))
