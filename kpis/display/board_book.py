"""The board as tables: each card and table on a sheet, its total read as a figure of its own, never as a sum."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from kpis import queries
from kpis.answers import Figure, Missing
from kpis.display import boards
from kpis.outward import product_groups
from kpis.tree import TREE
from kpis.trends import moves
from kpis.week import sheets
from kpis.workbooks.book import Cell, Chart, Table, Value, change_of
from opsplan.lib.periods import Period
from stores.models import Store

MOST_PRODUCTS = 2000
SHOWN_IN_CHART = 15


@dataclass(frozen=True)
class Words:
    """How the page says things, so that the workbook says the same: labels of metrics, remarks about figures (compared:
    also about what they are compared with), reasons,
    names of comparisons, of rests of a change, of the funnel's steps, what marks mean, and what is told of products
    beside their figures: heads, and cells by code."""

    labels: Mapping[str, str]
    remarks: Callable[[Iterable[Figure]], str]
    compared: Callable[[Figure, Iterable[str]], str]
    reasons: Callable[[Iterable[Missing]], str]
    comparison: Callable[[str], str]
    rest: Callable[[moves.Rest], str]
    step: Callable[[str], str]
    units: Mapping[str, str]
    marks: Sequence[tuple[str, str]]
    goods_heads: Sequence[str]
    goods: Callable[[Sequence[str]], Mapping[str, Sequence[Cell]]]


@dataclass(frozen=True)
class Board:
    """What to export: the store's board of a period as it is looked at."""

    store: Store
    period: Period
    compare: tuple[str, ...]
    today: dt.date
    cards: tuple[str, ...] = boards.CARDS
    search: str = ""
    sort: str = "-pay_amt"


def tables(board: Board, say: Words) -> list[Table]:
    """All sheets; those without a row are left out, but for the overview."""
    made = [
        overview(board, say),
        daily(board, say),
        why(board, say),
        channels(board, say),
        funnel(board, say),
        ads(board, say),
        products(board, say),
        *(groups(board, by, say) for by in product_groups.BY),
        week(board, say),
        definitions(board, say),
    ]
    return [table for n, table in enumerate(made) if table.rows or n == 0]


def value(figure: Figure | None, say: Words) -> Value:
    if figure is None:
        return Value(None, "count")
    return Value(figure.value, figure.unit, say.reasons(figure.missing) or _("No data"))


def read_key(figure: Figure, key: str) -> str:
    """The key of the reading that the store has chosen, where there are several."""
    return figure.definition.metric if figure.definition else key


def note(board: Board) -> str:
    first, last = board.period.first, board.period.last
    return f"{board.store.name} · {first} – {last} · " + _("made on %s") % board.today.isoformat()


def overview(board: Board, say: Words) -> Table:
    """A row a figure: the chosen cards, the refunds, the funnel and the tree, with every comparison."""
    keys = tuple(dict.fromkeys((*board.cards, *boards.OVERVIEW)))
    names = [name for name in board.compare if name != "target"]
    figures = queries.figures(board.store, keys, board.period, compare=names)
    header = [_("Figure"), _("Value"), _("Unit")]
    for name in names:
        header += [say.comparison(name), _("Difference")]
    rows: list[list[Cell]] = []
    for key, figure in figures.items():
        row: list[Cell] = [
            say.labels[read_key(figure, key)],
            value(figure, say),
            say.units.get(figure.unit, figure.unit),
        ]
        for name in names:
            against = figure.compare[name]
            why = _("Nothing to compare with")
            row += [Value(against.value, figure.unit, why), change_of(against, why)]
        rows.append([*row, Value(figure.target, figure.unit, _("No target")), say.compared(figure, names)])
    header += [_("Target"), _("Remarks")]
    return Table(_("Overview"), header, rows, (), note(board), None, 1, frozenset({len(header) - 1}))


def whole(board: Board, keys: Sequence[str], compare: Sequence[str] = ()) -> dict[str, Figure]:
    return queries.figures(board.store, keys, board.period, compare=compare)


def figure_table(
    title: str, first: Sequence[str], keys: Sequence[str], rows: Iterable[tuple[list[Cell], Mapping[str, Figure]]],
    total: Sequence[Cell], board: Board, say: Words, chart: Chart | None = None,
) -> Table:  # fmt: skip
    """Some leading columns, a column a metric, and what has to be said about the row."""
    header = [*first, *(say.labels[key] for key in keys), _("Remarks")]
    body = [
        [
            *head,
            *(value(values.get(key), say) for key in keys),
            say.remarks(values[key] for key in keys if key in values),
        ]
        for head, values in rows
    ]
    return Table(
        title, header, body, total, note(board), chart, len(first), frozenset({len(first) - 1, len(header) - 1})
    )


def total_row(head: Sequence[Cell], keys: Sequence[str], figures: Mapping[str, Figure], say: Words) -> list[Cell]:
    told = [figures[key] for key in keys if key in figures]
    return [*head, *(value(figures.get(key), say) if key in figures else None for key in keys), say.remarks(told)]


def daily(board: Board, say: Words) -> Table:
    keys = tuple(dict.fromkeys(("pay_amt", *board.cards)))
    rows = queries.breakdown(board.store, keys, board.period, "day")
    targets = queries.sales_targets(board.store, board.period)
    title, target = _("Daily figures"), _("Daily target")
    days = [dt.date.fromisoformat(row.key) for row in rows]
    made = figure_table(
        title,
        [_("Day"), target],
        keys,
        (
            ([day, Value(targets.get(day), "money", _("No target"))], row.values)
            for day, row in zip(days, rows, strict=True)
        ),
        total_row([_("Whole period"), None], keys, whole(board, keys), say),
        board,
        say,
        Chart("column", say.labels["pay_amt"], 0, (2, 1), len(rows), "money", (1,)),
    )
    return Table(made.title, made.header, made.rows, made.total, made.note, made.chart, 1, made.wide)


def why(board: Board, say: Words) -> Table:
    """A change in sales for each comparison, by factor, channel and product."""
    header = [_("Compared with"), _("Level"), _("What"), _("Before"), _("Now"), _("Effect on sales")]
    rows: list[list[Cell]] = []
    for name in board.compare or ("previous",):
        rows += why_rows(moves.changes(board.store, board.period, name, 50), say)
    shown = next((n for n, row in enumerate(rows) if row[1] == _("Channels")), len(rows))
    chart = Chart("column", _("Effect on sales"), 2, (5,), shown, "money") if rows else None
    return Table(_("Why it changed"), header, rows, (), note(board), chart, 3, frozenset({2}))


def why_rows(found: moves.Change, say: Words) -> list[list[Cell]]:
    if found.change is None:
        return []
    against, tree = say.comparison(found.name), found.tree
    old: Sequence[Figure | None] = tree.old or (None,) * len(tree.parts)
    rows: list[list[Cell]] = [
        [against, _("Factors"), say.labels[figure.key], value(was, say), value(figure, say), Value(effect, "money")]
        for (figure, effect), was in zip(tree.parts, old, strict=True)
    ]
    rows += [[against, _("Factors"), say.rest(rest), None, None, Value(rest.amount, "money")] for rest in found.rests]
    before, now = Value(found.before, "money"), Value(tree.sales.value, "money")
    for level, moved in ((_("Channels"), found.channels), (_("Products"), found.products)):
        for mover in moved.rows:
            three = (Value(each, "money") for each in (mover.before, mover.after, mover.effect))
            rows.append([against, level, mover.label or mover.key, *three])
        rows += [[against, level, say.rest(rest), None, None, Value(rest.amount, "money")] for rest in moved.rests]
    rows.append([against, _("Total"), say.labels[tree.sales.key], before, now, Value(found.change, "money")])
    return rows


def channels(board: Board, say: Words) -> Table:
    found, keys = boards.channels(board.store, board.period), boards.CHANNEL_KEYS
    kinds = {"yes": _("paid"), "no": _("free")}
    return figure_table(
        _("Traffic sources"),
        [_("Channel"), _("Kind"), _("Share of visitors")],
        keys,
        (
            ([row.label, kinds[row.tags.get("paid", "no")], Value(found.shares.get(row.key), "rate")], row.values)
            for row in found.rows
        ),
        total_row([_("Whole store"), None, None], keys, whole(board, keys), say) if found.rows else (),
        board,
        say,
        Chart("bar", _("Visitors by channel"), 0, (3,), min(len(found.rows), SHOWN_IN_CHART), "count"),
    )


def funnel(board: Board, say: Words) -> Table:
    steps = boards.funnel(whole(board, [metric for metric, _measure in boards.FUNNEL]))
    rows: list[list[Cell]] = [
        [
            say.step(step.figure.key),
            Value(step.people, "count", say.reasons(step.figure.missing) or _("No data")),
            Value(step.share, "rate", say.reasons(step.figure.missing)),
            say.remarks([step.figure]),
        ]
        for step in steps
    ]
    chart = Chart("bar", _("Funnel"), 0, (1,), len(rows), "count")
    header = [_("Step"), _("Number of people"), _("Share of visitors"), _("Remarks")]
    return Table(_("Funnel"), header, rows, (), note(board), chart, 1, frozenset({3}))


def ads(board: Board, say: Words) -> Table:
    keys = ("promo_cost", "promo_amt", "roi")
    rows = boards.channels(board.store, board.period).spenders
    return figure_table(
        _("Ad spend and ROI"),
        [_("Channel")],
        keys,
        (([row.label], row.values) for row in rows),
        total_row([_("Whole store")], keys, whole(board, keys), say) if rows else (),
        board,
        say,
        Chart("column", _("Ad spend by channel"), 0, (1, 2), len(rows), "money"),
    )


def products(board: Board, say: Words) -> Table:
    rows, _top = boards.products(board.store, board.period, board.search, board.sort)
    keys, shown = boards.PRODUCT_KEYS, rows[:MOST_PRODUCTS]
    is_whole = bool(shown) and not board.search
    goods, empty = say.goods([row.key for row in shown]), [None] * len(say.goods_heads)
    made = figure_table(
        _("Products"),
        [_("Merchant code"), _("Product"), *say.goods_heads],
        keys,
        (([row.key, row.label or _("without items"), *goods.get(row.key, empty)], row.values) for row in shown),
        total_row([_("Whole store"), None, *empty], keys, whole(board, keys), say) if is_whole else (),
        board,
        say,
        Chart("bar", say.labels["pay_amt"], 1, (2 + len(empty),), min(len(shown), SHOWN_IN_CHART), "money"),
    )
    return replace(made, pinned=2, wide=frozenset({1, len(made.header) - 1}))


def groups(board: Board, by: str, say: Words) -> Table:
    """The products by stage, role or campaign; nothing where all of them have the same stage, or role."""
    found, keys = product_groups.group_table(board.store, by, boards.GROUP_KEYS, board.period), boards.GROUP_KEYS
    named = [line for line in found.lines if line.key[by]]
    lines = found.lines if len(named) > 1 or (named and by == "campaign") else ()
    title = str(product_groups.TITLES[by])
    return figure_table(
        title,
        [title],
        keys,
        (([line.labels[by] or _("without items")], line.values) for line in lines),
        total_row([_("Whole store")], keys, found.totals[0].values, say) if lines else (),
        board,
        say,
        Chart("bar", say.labels["pay_amt"], 0, (1,), min(len(lines), SHOWN_IN_CHART), "money"),
    )


def week(board: Board, say: Words) -> Table:
    """The weekly sheet of the last days of the period."""
    first = max(board.period.first, board.period.last - dt.timedelta(days=13))
    made = sheets.sheet(board.store, Period(first, board.period.last))
    days = [f"{day:%m-%d}" for day in made.period]
    rows: list[list[Cell]] = [
        [
            str(sheets.BLOCKS[block]),
            str(sheets.LABELS.get(line.key, say.labels[line.key])),
            *(value(each.figure, say) for each in line.cells),
            value(line.total, say),
        ]
        for block, lines in made.blocks.items()
        for line in lines
        if sheets.is_shown(board.store, line)
    ]
    header = [_("Block"), _("Figure"), *days, _("Whole period")]
    return Table(_("Weekly operations sheet"), header, rows, (), note(board), None, 2)


def definitions(board: Board, say: Words) -> Table:
    """What the figures of this file mean, which reading of them the store has chosen, and what the marks say."""
    used = dict.fromkeys(
        (
            *board.cards,
            *boards.OVERVIEW,
            *TREE,
            *boards.CHANNEL_KEYS,
            *boards.PRODUCT_KEYS,
            *boards.GROUP_KEYS,
            *sheets.ALL,
        )
    )
    offered = {info.key for info in queries.offered([board.store], board.cards)}
    figures = whole(board, tuple(key for key in used if key in offered))
    rows: list[list[Cell]] = []
    for key, figure in figures.items():
        info, reading = queries.metric(key), figure.definition
        chosen = queries.metric(reading.metric).formula_words if reading else ""
        since = f" ({reading.since})" if reading and reading.since else ""
        rows.append(
            [info.label, key, say.units.get(info.unit, info.unit), chosen + since or info.formula_words, info.note]
        )
    rows += [[name, "", "", meaning, ""] for name, meaning in say.marks]
    header = [_("Figure"), _("Key"), _("Unit"), _("What it is"), _("Note")]
    return Table(_("Definitions"), header, rows, (), note(board), None, 1, frozenset({3, 4}))
