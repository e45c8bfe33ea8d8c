"""The weekly sheet as a workbook: live formulas, and back as one step that asks, refuses and can be undone."""

import datetime as dt
import io
from decimal import Decimal as D

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from openpyxl import load_workbook

from kpis.models import Entry, EntryEdit
from kpis.sums.targets import enter
from kpis.week import week_import
from kpis.week.sheets import sheet
from kpis.week.week_book import Words, workbook
from opsplan.lib.periods import Period
from staff.models import User
from tests.kpis.small_shop import D10, D11

WEEK = Period(dt.date(2026, 11, 9), dt.date(2026, 11, 15))
AT = "/s/lotus/dashboard/week/import"


@pytest.fixture(autouse=True)
def _english_day(monkeypatch, world):
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-13")
    User.objects.update(language="en")
    with translation.override("en"):
        yield


@pytest.fixture
def book(shop):
    say = Words({}, lambda missing: "none", {"money": "yuan"})
    return load_workbook(io.BytesIO(workbook(shop, sheet(shop, WEEK), say)))


def cell(book, key, day):
    page = book.worksheets[0]
    row = next(x for x in range(1, 90) if page.cell(x, 1).value == key)
    column = next(x for x in range(1, 20) if page.cell(1, x).value == day)
    return page.cell(row, column)


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("week.xlsx", out.getvalue())


def moved(shop, book):
    return {(x.measure, x.day): x for x in week_import.compare(shop, week_import.read(saved(book)))}


def test_it_comes_back_as_it_went(shop, book):
    assert moved(shop, book) == {}


def test_what_is_worked_out_is_a_formula_over_the_cells_people_type(book):
    sales, brushed = (cell(book, key, "2026-11-10").coordinate for key in ("pay_amt", "brush_amt"))
    assert cell(book, "real_amt", "2026-11-10").value == f'=IF(COUNT({sales})=1,ROUND({sales}-N({brushed}),2),"")'
    assert [cell(book, key, "2026-11-11").protection.locked for key in ("uv", "pay_amt", "real_amt")] == [False, 1, 1]
    assert cell(book, "uv", "total").value.startswith("=IF(COUNT(")


def test_what_only_the_file_changed_becomes_entries_in_one_step(client, world, shop, book):
    cell(book, "uv", "2026-11-11").value = 90
    cell(book, "brush_amt", "2026-11-10").value = "1.2万"
    client.force_login(world.bob)
    page = client.post(AT, {"file": saved(book)})
    assert page.content.decode().count('name="take"') == 2
    wanted = [week_import.taken(x.item) for x in moved(shop, book).values()]
    assert week_import.merge(shop, wanted, world.bob, "week.xlsx") == 2
    assert Entry.objects.get(measure="brush_amt", day=D10).value == 12000
    client.post(f"{AT}/undo")
    assert not Entry.objects.filter(measure__in=("brush_amt", "uv"), day__in=(D10, D11), value__gte=90).exists()
    assert EntryEdit.objects.get().is_undone


def test_the_page_stores_what_was_chosen(client, world, shop, book):
    cell(book, "uv", "2026-11-11").value = 90
    client.force_login(world.bob)
    item = '{"measure": "uv", "day": "2026-11-11", "value": "90", "was": null}'
    answer = client.post(f"{AT}/merge", {"take": item, "name": "week.xlsx"}, follow=True)
    assert "1 cell came from week.xlsx" in answer.content.decode()
    assert Entry.objects.get(measure="uv", day=D11).value == 90
    assert client.post(f"{AT}/merge", {"take": "[1"}).status_code == 400


def test_two_files_merge_and_one_cell_in_both_is_asked(world, shop, book):
    enter(shop, "brush_cnt", dt.date(2026, 11, 10), 4, world.mia)
    enter(shop, "uv", D11, 95, world.mia)
    cell(book, "uv", "2026-11-11").value = 90
    cell(book, "brush_amt", "2026-11-11").value = 10
    found = moved(shop, book)
    assert {key: x.kind for key, x in found.items()} == {
        ("uv", "2026-11-11"): "conflict", ("brush_amt", "2026-11-11"): "change",
    }  # fmt: skip
    assert (found["uv", "2026-11-11"].now, found["uv", "2026-11-11"].by) == (95, str(world.mia))


def test_it_refuses_with_the_reason(shop, book):
    cases = {
        ("real_amt", "2026-11-10"): (5, "its formula was changed"),
        ("pay_amt", "2026-11-10"): (5, "Only yellow cells"),
        ("uv", "2026-11-11"): ("many", "not a number"),
        ("brush_amt", "2026-11-11"): ("1,2", "A comma groups thousands"),
        ("brush_cnt", "2026-11-11"): (-3, "0"),
        ("uv", "2026-11-15"): (3, "Only yellow cells"),
    }
    for place, (value, _why) in cases.items():
        cell(book, *place).value = value
    found = moved(shop, book)
    assert {x.kind for x in found.values()} == {"refused"}
    assert {place: cases[place][1] in x.error for place, x in found.items()} == dict.fromkeys(cases, True)


def test_a_cell_that_moved_since_is_not_overwritten(world, shop, book):
    cell(book, "uv", "2026-11-11").value = 90
    wanted = week_import.chosen(list(moved(shop, book).values()))
    enter(shop, "uv", D11, 95, world.mia)
    with pytest.raises(week_import.Clash):
        week_import.merge(shop, wanted, world.bob)
    assert Entry.objects.get(measure="uv", day=D11).value == D(95)


def test_another_stores_sheet_and_another_file_are_turned_away(world, shop, book):
    with pytest.raises(week_import.BadFile, match="lotus"):
        week_import.compare(world.other, week_import.read(saved(book)))
    with pytest.raises(week_import.BadFile):
        week_import.read(SimpleUploadedFile("x.xlsx", b"no workbook"))
