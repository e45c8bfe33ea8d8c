"""The year plan as a workbook: out, filled in by one or two people, and back."""

import io
import json
from collections.abc import Callable
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from kpis.models import Plan, PlanEdit
from kpis.views.plan_sheets import written
from kpis.workbooks import sheet_files
from kpis.workbooks.sheet_files import BadFile
from kpis.year import plans
from kpis.year.plan_cells import Change, Refused, load, set_cells, undo
from kpis.year.plan_import import compare, merge, read
from kpis.year.plan_sheets import workbook
from staff.models import User
from staff.services import create_token
from tests.kpis.test_planning_year import AOVS, CVRS, UVS
from tests.world import World

pytestmark = pytest.mark.usefixtures("english")
FACTORS = {4: (2500, "0.04", "66.7"), 5: (4000, "0.045", "74.03")}


@pytest.fixture
def plan(world: World) -> Plan:
    made = plans.start(world.store, 2026, world.mia, basis="30")
    put(made, *((row, month, str(value)) for month, cells in FACTORS.items()
                for row, value in zip(("uv", "pay_cvr", "aov_buyer"), cells, strict=True)))  # fmt: skip
    return made


def put(plan: Plan, *cells: tuple[str, int | str, str]) -> None:
    set_cells(plan, [Change(row, month, D(value)) for row, month, value in cells], None)


def export(plan: Plan) -> bytes:
    return workbook(load(plan), ["面霜", "精华"])


def place(page: Any, row: str, month: object) -> Any:
    """The cell of the workbook, by the hidden names."""
    line = next(n for n in range(1, 60) if page.cell(n, 1).value == row)
    column = next(n for n in range(1, 30) if page.cell(1, n).value == str(month))
    return page.cell(line, column)


def typed(body: bytes, *cells: tuple[str, object, object], then: Callable[[Any], None] | None = None) -> io.BytesIO:
    """The file after somebody typed these cells."""
    book = load_workbook(io.BytesIO(body))
    for row, month, value in cells:
        place(book.worksheets[0], row, month).value = value
    if then:
        then(book.worksheets[0])
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def look(plan: Plan, file: io.BytesIO) -> list[tuple[str, str, int | str]]:
    return [(x.kind, x.row, x.month) for x in compare(plan, read(file)).moved]


def value(plan: Plan, row: str, month: int) -> D | None:
    return load(plan).sheet.value(row, month)


def test_what_is_worked_out_shows_without_recalculation(plan: Plan) -> None:
    page = load_workbook(io.BytesIO(export(plan)), data_only=True).worksheets[0]
    asked = [("real_amt", 4), ("real_amt", 5), ("real_amt", "q2"), ("real_amt", "year"), ("pay_order_cnt", 4)]
    shown = [place(page, row, month).value for row, month in asked]
    assert shown == [200_100, 399_762, 599_862, 599_862, 3000]
    assert place(page, "uv", "year").value == 3250
    assert place(page, "aov_buyer", "year").value == pytest.approx(599_862 / 8400)


def test_the_founding_table_stands_in_the_workbook(world: World) -> None:  # T-01, T-04
    made = plans.start(world.store, 2026, world.mia, basis="30")
    for row, cells in (("uv", UVS), ("pay_cvr", [D(x) / 100 for x in CVRS]), ("aov_buyer", AOVS)):
        put(made, *((row, month, str(cell)) for month, cell in enumerate(cells, 1)))
    page = load_workbook(io.BytesIO(export(made)), data_only=True).worksheets[0]
    days = [round(place(page, "real_amt", month).value / 30, 2) for month in range(4, 12)]
    assert days == [6670.00, 13324.80, 20000.00, 24996.40, 28327.20, 36684.00, 43338.00, 66688.70]
    assert place(page, "real_amt", "year").value == 9_060_370.5


def test_yellow_is_open_and_formulas_are_protected(plan: Plan) -> None:
    page: Any = load_workbook(io.BytesIO(export(plan))).worksheets[0]
    assert page.protection.sheet
    assert not place(page, "uv", 4).protection.locked
    made = place(page, "real_amt", 4)
    assert made.protection.locked
    assert (
        made.value
        == f"=IF(COUNT({','.join(place(page, x, 4).coordinate for x in ('uv', 'pay_cvr', 'aov_buyer'))})=3,"
        + (f'ROUND({"*".join(place(page, x, 4).coordinate for x in ("uv", "pay_cvr", "aov_buyer", "#days"))},2),"")')
    )
    assert [page.row_dimensions[1].hidden, page.column_dimensions["A"].hidden, len(page._charts)] == [True, True, 1]
    assert page.data_validations.dataValidation[0].formula1 == "opsplan!$H$1:$H$2"


def test_no_formula_needs_a_new_spreadsheet_program(plan: Plan) -> None:
    page = load_workbook(io.BytesIO(export(plan))).worksheets[0]
    formulas = [str(x.value) for row in page.iter_rows() for x in row if x.data_type == "f"]
    assert len(formulas) > 100
    assert not [x for x in formulas if "_xl" in x or "[" in x or "{" in x]


def test_an_untouched_file_changes_nothing(plan: Plan) -> None:
    put(plan, ("real_amt", 5, "400000"), ("promo_cost", 4, "20010"))
    set_cells(plan, [Change("theme", 4, text="=美白\n专场"), Change("uv", 4, locked=True)], None)
    difference = compare(plan, read(io.BytesIO(export(plan))))
    assert (difference.moved, difference.missing, difference.problem) == ([], [], "")


def test_what_was_typed_in_the_file_is_one_step_to_undo(plan: Plan, world: World) -> None:
    file = typed(
        export(plan), ("uv", 4, " ３，０００ "), ("pay_cvr", 5, "4.2%"), ("real_amt", 6, "40万"), ("theme", 4, "七夕")
    )
    before = PlanEdit.objects.count()
    assert merge(compare(plan, read(file)), world.mia) == 4
    assert PlanEdit.objects.count() == before + 1
    assert [value(plan, *x) for x in (("uv", 4), ("pay_cvr", 5), ("real_amt", 6), ("real_amt", 4))] == [
        3000, D("0.042"), 400_000, 240_120,
    ]  # fmt: skip
    undo(plan, world.mia)
    assert [value(plan, "uv", 4), value(plan, "real_amt", 6)] == [2500, None]


def test_two_edited_copies_merge(plan: Plan, world: World) -> None:
    body = export(plan)
    for cell in (("uv", 4, 3000), ("aov_buyer", 4, 70)):
        assert merge(compare(plan, read(typed(body, cell))), world.mia) == 1
    assert value(plan, "real_amt", 4) == D(3000) * D("0.04") * 70 * 30


def test_a_cell_changed_in_both_is_asked_and_stays_unless_taken(plan: Plan, world: World) -> None:
    file = typed(export(plan), ("uv", 4, 3000), ("uv", 5, 4100))
    set_cells(plan, [Change("uv", 4, D(2600))], world.bob)
    difference = compare(plan, read(file))
    (clash,) = difference.of("conflict")
    assert [clash.was, clash.file, clash.now, clash.by] == [D(2500), D(3000), D(2600), "bob"]
    merge(difference, world.mia)
    assert [value(plan, "uv", 4), value(plan, "uv", 5)] == [2600, 4100]
    file.seek(0)
    again = compare(plan, read(file))
    merge(again, world.mia, [clash.address])
    assert value(plan, "uv", 4) == 3000


def test_a_cell_that_cannot_be_is_refused_with_its_reason(plan: Plan) -> None:
    cases: dict[tuple[str, object], tuple[object, str]] = {
        ("real_amt", 4): ("=1+1", "formula of Month's target sales was changed"),
        ("real_amt", 5): (5, "a value stands in place of its formula"),
        ("real_amt", "year"): (5, "a value stands in place of its formula"),
        ("pay_cvr", 4): (3.5, "at most 100 %"),
        ("uv", 4): ("many", "not a number"),
        ("uv", 5): ("1,2", "not a number"),
        ("uv", 6): (True, "not a number"),
        ("uv", 7): ("=1+1", "no result in the file"),
        ("#days", 4): (31, "chosen on the page"),
    }
    file = typed(export(plan), *((*place, value) for place, (value, _why) in cases.items()))
    refused = {(x.row, x.month): x for x in compare(plan, read(file)).moved}
    assert {x.kind for x in refused.values()} == {"refused"}
    assert [place for place, (_value, why) in cases.items() if why not in refused[place].error] == []
    assert refused.keys() == cases.keys()


def test_a_rate_kept_as_text_is_no_hundredth_of_itself(plan: Plan) -> None:
    """As Excel reads what is typed into a cell of percent: below 1 the fraction, else percent."""
    put(plan, ("refund_rate_amt", 4, "0.05"))
    file = typed(export(plan), ("refund_rate_amt", 4, "0.05"), ("pay_cvr", 4, "0.06"), ("pay_cvr", 5, "4.2"))
    moved = compare(plan, read(file)).moved
    assert [(x.row, x.month, x.file) for x in moved] == [("pay_cvr", 4, D("0.06")), ("pay_cvr", 5, D("0.042"))]


def test_words_merged_over_months_hold_for_each_and_numbers_for_none(plan: Plan) -> None:
    set_cells(plan, [Change("stage", 4, text="快速积累期")], None)

    def merged(page: Any) -> None:
        for key, months in (("stage", (4, 6)), ("uv", (4, 5))):
            first, last = (place(page, key, x) for x in months)
            page.merge_cells(f"{first.coordinate}:{last.coordinate}")

    difference = compare(plan, read(typed(export(plan), then=merged)))
    assert [(x.row, x.month, x.file) for x in difference.of("change")] == [
        ("stage", 5, "快速积累期"), ("stage", 6, "快速积累期"),
    ]  # fmt: skip
    (refused,) = difference.of("refused")
    assert (refused.row, refused.month, "merged with" in refused.error) == ("uv", 5, True)


def test_a_sheet_pasted_as_values_loses_nothing(plan: Plan) -> None:
    """2600 visitors: 2600 x 4 % x 66.70 x 30 = 208,104.00, as the program had worked it out before."""
    book = load_workbook(io.BytesIO(export(plan)), data_only=True)
    page: Any = book.worksheets[0]
    for key, month, number in (("uv", 4, 2600), ("real_amt", 4, 208104), ("real_amt", 5, 5)):
        place(page, key, month).value = number
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    assert look(plan, out) == [("refused", "real_amt", 5), ("change", "uv", 4)]


def test_what_the_file_has_beside_the_plan_is_told(plan: Plan) -> None:
    def beside(page: Any) -> None:
        last = place(page, "stage", 4).row + 1
        page.cell(last, 2).value, page.cell(last, 5).value = "直通车点击单价", 1.8
        for column in range(1, 20):
            page.cell(last + 1, column).value = page.cell(place(page, "uv", 4).row, column).value
        page.cell(place(page, "uv", 4).row, 25).value = "等老板批"
        page.cell(1, place(page, "uv", 12).column).value = None

    difference = compare(plan, read(typed(export(plan), then=beside)))
    told = " ".join(difference.notes)
    for words in ("直通车点击单价", "are the same row", "Column Y", "Column O", "2026-12"):
        assert words in told, words
    assert difference.of("change") == []


def test_many_changed_formulas_of_a_row_are_one_refusal(plan: Plan) -> None:
    file = typed(export(plan), *(("real_amt", month, "=1+1") for month in (4, 5, "q2")))
    (refused,) = compare(plan, read(file)).moved
    assert (refused.row, refused.address) == ("real_amt", "G7 … Q7")


def test_a_locked_cell_is_refused(plan: Plan) -> None:
    body = export(plan)
    set_cells(plan, [Change("uv", 4, locked=True)], None)
    assert look(plan, typed(body, ("uv", 4, 9))) == [("refused", "uv", 4)]
    assert look(plan, typed(export(plan), ("uv", 4, 9))) == [("refused", "uv", 4)]


def test_rows_are_known_by_name_wherever_they_stand(plan: Plan) -> None:
    def swapped(page: Any) -> None:
        lines = [place(page, key, 4).row for key in ("gross_rate", "refund_rate_amt")]
        for column in (1, place(page, "uv", 4).column):
            one, two = (page.cell(line, column) for line in lines)
            one.value, two.value = two.value, one.value
        page.cell(place(page, "theme", 4).row, 1).value = None

    difference = compare(plan, read(typed(export(plan), ("gross_rate", 4, 0.5), then=swapped)))
    assert [(x.row, x.file) for x in difference.of("change")] == [("gross_rate", D("0.5"))]
    assert difference.missing == ["Campaign themes"]


def test_factors_that_contradict_each_other_are_told_before_anything_is_stored(plan: Plan, world: World) -> None:
    body = export(plan)
    set_cells(plan, [Change(row, 4, locked=True) for row in ("real_amt", "pay_cvr", "aov_buyer")], None)
    difference = compare(plan, read(typed(body, ("uv", 4, 9000))))
    assert "differ by more than" in difference.problem
    difference = compare(plan, read(typed(body, ("uv", 3, 100), ("uv", 4, 9000))))
    assert difference.problem.startswith("2026-04: ")
    with pytest.raises(Refused) as refused:
        merge(difference, world.mia)
    assert [(x.row, x.month) for x in refused.value.places] == [("uv", 4)]


def test_a_bad_file_gets_a_clear_sentence(plan: Plan, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadFile, match="not a workbook"):
        read(io.BytesIO(b"PK\x03\x04 nothing"))
    strange = io.BytesIO()
    book = load_workbook(io.BytesIO(export(plan)))
    del book["opsplan"]
    book.save(strange)
    strange.seek(0)
    with pytest.raises(BadFile, match="not exported from a plan"):
        read(strange)
    other = plans.start(world.other, 2026, world.charlie)
    with pytest.raises(BadFile, match="lotus"):
        compare(other, read(io.BytesIO(export(plan))))
    monkeypatch.setattr(sheet_files, "LIMIT_MB", 0)
    with pytest.raises(BadFile, match="larger"):
        read(io.BytesIO(export(plan)))


# --- page, REST, command line -----------------------------------------------------------------------------------------


@pytest.fixture
def mia(client: Client, world: World) -> Client:
    world.mia.language = "en"
    world.mia.save()
    client.force_login(world.mia)
    return client


def sent(file: io.BytesIO) -> SimpleUploadedFile:
    return SimpleUploadedFile("plan.xlsx", file.read())


def test_the_page_shows_the_difference_and_stores_what_is_chosen(mia: Client, plan: Plan, world: World) -> None:
    body = mia.get(reverse("targets", args=["lotus"]) + "?year=2026&format=xlsx").content
    file = typed(body, ("uv", 4, 3000), ("uv", 5, 4100), ("real_amt", 4, 1), ("theme", 5, "<b>520</b>"))
    set_cells(plan, [Change("uv", 4, D(2600))], world.bob)
    url = reverse("plan_import", args=["lotus", plan.pk])
    page = mia.post(url, {"file": sent(file)})
    assert {kind: len(x) for kind, x in page.context["lists"].items()} == {"change": 2, "conflict": 1, "refused": 1}
    assert "<b>520" not in page.content.decode()
    lists = page.context["lists"]
    chosen = {"take": [x.item for x in lists["change"]], "clash-1": lists["conflict"][0].item}
    answer = mia.post(reverse("plan_merge", args=["lotus", plan.pk]), chosen, follow=True)
    assert "3 cells were taken over" in answer.content.decode()
    assert [value(plan, "uv", 4), value(plan, "uv", 5)] == [3000, 4100]


def test_amounts_that_differ_by_a_fen_are_told_apart() -> None:
    assert [written(D(x), "money") for x in ("12345.67", "12345.68", "100")] == ["12,345.67", "12,345.68", "100"]


def test_a_cell_that_moved_between_looking_and_choosing_stays(mia: Client, plan: Plan) -> None:
    page = mia.post(
        reverse("plan_import", args=["lotus", plan.pk]), {"file": sent(typed(export(plan), ("uv", 4, 3000)))}
    )
    put(plan, ("uv", 4, "2700"))
    items = [x.item for x in page.context["lists"]["change"]]
    answer = mia.post(reverse("plan_merge", args=["lotus", plan.pk]), {"take": items}, follow=True)
    assert "Nothing was stored" in answer.content.decode()
    assert value(plan, "uv", 4) == 2700


def test_the_page_says_what_is_wrong_with_a_file(mia: Client, plan: Plan) -> None:
    url = reverse("plan_import", args=["lotus", plan.pk])
    assert "Choose a file" in mia.post(url).content.decode()
    answer = mia.post(url, {"file": SimpleUploadedFile("plan.xlsx", b"a,b")})
    assert (answer.status_code, "names months" in answer.content.decode()) == (422, True)
    assert mia.get(url).status_code == 200
    plans.submit(plan, User.objects.get(username="mia"))
    assert mia.get(url).status_code == 302


def test_the_workbook_goes_over_rest(plan: Plan, world: World) -> None:
    key = create_token(world.mia, "key", "write", [world.store])[1]
    client, url = Client(headers={"authorization": f"Bearer {key}"}), reverse("api_plan_workbook", args=["lotus", 2026])
    file = typed(client.get(url).content, ("uv", 4, 3000))
    tried = client.post(url, {"file": sent(file), "dry_run": "true"}).json()
    assert (tried["set"], tried["changes"][0]["was"], tried["changes"][0]["file"]) == (0, "2500", "3000")
    file.seek(0)
    assert client.post(url, {"file": sent(file)}).json()["set"] == 1
    assert client.post(url, {"file": SimpleUploadedFile("x", b"x")}).status_code == 422


def test_the_workbook_comes_in_by_command(plan: Plan, tmp_path: Path) -> None:
    path, out = tmp_path / "plan.xlsx", io.StringIO()
    path.write_bytes(typed(export(plan), ("uv", 4, 3000)).read())
    call_command("import_plan", "lotus", path, "--dry-run", stdout=out)
    assert "uv 4: 2500 -> 3000" in out.getvalue()
    assert value(plan, "uv", 4) == 2500
    out = io.StringIO()
    call_command("import_plan", "lotus", path, "--json", stdout=out)
    assert json.loads(out.getvalue())["set"] == 1
    assert value(plan, "uv", 4) == 3000
