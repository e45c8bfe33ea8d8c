"""A report as one workbook: what its page tells, a sheet a part, numbers as numbers, the change in sales as a chart."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from kpis.answers import Figure
from kpis.figure_words import reasons
from kpis.reporting import reports
from kpis.reporting.reports import Told
from kpis.views.tables import with_comparisons
from kpis.workbooks.book import Cell, Chart, Table, Value, change_of, workbook
from kpis.writing import day_list, span
from staff.templatetags.frame import duty_name
from stores import currency
from stores.models import Store


def report_book(told: Told, body: Mapping[str, Any], store: Store) -> bytes:
    """`body`: of `report_words.body`, so that a reader's workbook has what their page has."""
    signed = told.signed
    state = _("not signed") if signed is None else _("withdrawn") if signed.withdrawn_at else _("signed off")
    who = f" {localtime(signed.signed_at):%Y-%m-%d %H:%M} {signed.signed_by or ''}".rstrip() if signed else ""
    note = f"{store.name} · {reports.title(told.report)} · {state}{who}"
    made = [figures(body, note), words(body, note), *change(body, note), campaigns(body, note), goals(body, note)]
    made += [deals(body, note), tasks(body, note), stock(body, note), missing(body, note), ahead(body, note)]
    return workbook([table for n, table in enumerate(made) if table.rows or n == 0], currency.symbol().strip())


def value(figure: Figure) -> Value:
    return Value(figure.value, figure.unit, reasons(figure.missing) or _("No data"))


def figures(body: Mapping[str, Any], note: str) -> Table:
    header = [_("Block"), _("Figure"), _("This period")]
    for name in body["compared"]:
        header += [name, _("Difference")]
    header += [_("Target"), _("Reached"), _("Remarks")]
    rows: list[list[Cell]] = []
    for group in body["groups"]:
        for row in group["rows"]:
            cells: list[Cell] = [str(group["title"]), row["label"], value(row["figure"])]
            for each in row["compared"]:
                why = _("Nothing to compare with")
                cells += [Value(each.value, row["unit"], why), change_of(each, why)]
            target, reached = Value(row["target"], row["unit"], _("No target")), Value(row["reached"], "rate", "")
            rows.append([*cells, target, reached, with_comparisons(row["figure"], row["figure"].compare)])
    return Table(_("Figures"), header, rows, (), note, None, 2, frozenset({len(header) - 1}))


def words(body: Mapping[str, Any], note: str) -> Table:
    rows: list[list[Cell]] = [[str(x["title"]), x["text"]] for x in body["blocks"] if x["text"]]
    return Table(_("In words"), [_("Block"), _("Text")], rows, (), note, None, 1, frozenset({1}))


def money(number: Decimal | None) -> Value:
    return Value(number, "money")


def change(body: Mapping[str, Any], note: str) -> list[Table]:
    found = body["change"]
    if found is None or found["change"] is None:
        return []
    header = [_("Level"), _("What"), _("Before"), _("Now"), _("Effect on sales")]
    rows: list[list[Cell]] = []
    for row in found["parts"]:
        both: list[Cell] = [None, None]
        if not row.get("is_rest"):
            both = [Value(row[side], row["unit"]) for side in ("before", "after")]
        rows.append([_("Factors"), row["label"], *both, money(row["effect"])])
    factors = len(rows)
    for level in found["levels"]:
        for row in level["rows"]:
            both = [None, None] if row.get("is_rest") else [money(row["before"]), money(row["after"])]
            rows.append([str(level["title"]), row["label"], *both, money(row["effect"])])
    total: list[Cell] = [_("Total"), found["label"], *map(money, (found["before"], found["after"], found["change"]))]
    chart = Chart("column", _("Effect on sales"), 1, (4,), factors, "money")
    return [Table(_("Why sales changed"), header, rows, total, note, chart, 2, frozenset({1}))]


def campaigns(body: Mapping[str, Any], note: str) -> Table:
    header = [_("Campaign"), _("Days"), _("Paid amount"), _("Orders paid"), _("Refund rate")]
    rows: list[list[Cell]] = [
        [x["name"], span(x["days"]), *(value(each) for each in x["figures"])] for x in body["campaigns"]
    ]
    return Table(_("Campaigns"), header, rows, (), note, None, 1, frozenset({0}))


def goals(body: Mapping[str, Any], note: str) -> Table:
    header = [_("Campaign"), _("Days"), _("Figure"), _("Told of"), _("Value"), _("Goal"), _("Reached")]
    rows: list[list[Cell]] = [
        [
            x["name"], span(each["days"]), each["label"], each["of"],
            value(each["figure"]), Value(each["goal"], each["unit"]), Value(each["reached"], "rate", ""),
        ]
        for x in body["campaigns"]
        for each in x["goals"]
    ]  # fmt: skip
    return Table(_("Goals of campaigns"), header, rows, (), note, None, 1, frozenset({0}))


def deals(body: Mapping[str, Any], note: str) -> Table:
    header = [_("Group deal"), _("Site"), _("Days"), _("State"), _("Quota"), _("Pieces"), _("Worth")]
    rows: list[list[Cell]] = [
        [x["name"], x["site"], span(x["days"]), str(x["state"]), x["quota"], x["pieces"], money(x["amount"])]
        for x in body["deals"]
    ]
    return Table(_("Group deals"), header, rows, (), note, None, 1, frozenset({0}))


def tasks(body: Mapping[str, Any], note: str) -> Table:
    found = body["tasks"] or {"duties": [], "whole": None}
    names = ("on_time", "late", "missed", "skipped", "open")
    rows: list[list[Cell]] = [[duty_name(x["key"]), *(x[name] for name in names)] for x in found["duties"]]
    whole = found["whole"]
    total: list[Cell] = [_("Whole store"), *(whole[name] for name in names)] if whole else []
    header = [_("Duty"), _("On time"), _("Late"), _("Missed"), _("Skipped"), _("Open")]
    return Table(_("Tasks"), header, rows, total, note)


def stock(body: Mapping[str, Any], note: str) -> Table:
    header = [_("Merchant code"), _("Product"), _("Left to promise"), _("Alert below"), _("Days of cover")]
    rows: list[list[Cell]] = [
        [x["code"], x["title"], x["free"], x["line"], Value(x["cover"], "ratio", _("No data"))]
        for x in (body["stock"] or {"rows": []})["rows"]
    ]
    return Table(_("Stock below its line"), header, rows, (), note, None, 2, frozenset({1}))


def missing(body: Mapping[str, Any], note: str) -> Table:
    rows: list[list[Cell]] = [[x["name"], day_list(x["days"])] for x in body["missing"]]
    return Table(_("Days without data"), [_("Source"), _("Days")], rows, (), note, None, 1, frozenset({1}))


def ahead(body: Mapping[str, Any], note: str) -> Table:
    found = body["next"]
    rows: list[list[Cell]] = [[_("Targets"), x["label"], Value(x["value"], x["unit"])] for x in found["targets"]]
    rows += [[_("Words"), f"{x['label']} {x['month']}", x["text"]] for x in found["words"]]
    rows += [[_("Campaigns"), x["name"], span(x["days"])] for x in found["campaigns"]]
    rows += [[_("Group deals"), x["name"], span(x["days"])] for x in found["deals"]]
    header, title = [_("Block"), _("What"), span(found["days"])], _("Plan of the next period")
    return Table(title, header, rows, (), note, None, 2, frozenset({1, 2}))
