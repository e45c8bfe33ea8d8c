"""A statement as a workbook: the arithmetic, the sales by store, the agreed KPIs; numbers as numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from kpis.clients.statement_figures import Told
from kpis.figure_words import reasons
from kpis.views.contract_words import agreed, arithmetic
from kpis.views.tables import remarks
from kpis.views.words import labels
from kpis.workbooks.book import Cell, Table, Value, workbook
from opsplan.lib.money import yuan
from stores import currency


def money(amount_fen: int | None) -> Value:
    return Value(None if amount_fen is None else yuan(amount_fen), "money", _("not known"))


def statement_book(told: Told) -> bytes:
    statement = told.statement
    contract = statement.contract
    state = _("draft") if statement.issued_at is None else _("issued %s") % f"{localtime(statement.issued_at):%Y-%m-%d}"
    state = _("withdrawn") if statement.withdrawn_at else state
    note = f"{contract.brand} · {contract.title} · {statement.first} – {statement.last} · {state}"
    found, names = agreed(told), labels()
    items: list[list[Cell]] = [[x.text, x.how, money(x.amount_fen)] for x in arithmetic(told)]
    rows, total = items[:-1], items[-1]
    by_store: list[list[Cell]] = [
        [x.name, value(x.figures[told.basis]), remarks([x.figures[told.basis]])] for x in told.shares
    ]
    by_store += [[x.name or _("without a brand"), money(x.base_fen), ""] for x in told.brands]
    made = [
        Table(
            _("Statement"),
            [_("Item of the sheet"), _("How it is reckoned"), _("Amount")],
            rows,
            total,
            note,
            None,
            1,
            frozenset({0, 1}),
        ),
        Table(
            _("Sales by store"),
            [_("Store"), names[told.basis], _("Remarks")],
            by_store,
            [_("Total"), money(told.account.base_fen), ""],
            note,
        ),
        Table(
            _("Agreed KPIs"),
            [_("Store"), *(y for name in found["names"] for y in (name, _("Target"))), _("Remarks")],
            [
                [share.name, *(y for x in cells for y in (value(x["figure"]), target(x))), said(found["names"], cells)]
                for share, cells in found["rows"]
            ],
            (),
            note,
        ),
    ]
    return workbook(made, currency.symbol().strip())


def said(names: Sequence[str], cells: Sequence[Mapping[str, Any]]) -> str:
    """What is to be known of the figures of a row, each after its name."""
    told = [(name, remarks([x["figure"]])) for name, x in zip(names, cells, strict=True) if x["figure"]]
    return _("; ").join(f"{name}: {words}" for name, words in told if words)


def value(figure: object) -> Value:
    number, unit = getattr(figure, "value", None), getattr(figure, "unit", "count")
    return Value(number, str(unit), reasons(getattr(figure, "missing", ())) or _("No data"))


def target(cell: dict[str, object]) -> Value:
    number = cell["target"]
    return Value(number, str(getattr(cell["figure"], "unit", "count")), _("No target"))  # type: ignore[arg-type]
