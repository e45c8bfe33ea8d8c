"""The board as one workbook, reopened and read cell by cell."""

import io
import zipfile
from decimal import Decimal as D

import pytest
from openpyxl import load_workbook

from kpis.workbooks.book import Chart, Table, Value, sheet_name, workbook
from products.models import Product
from staff.models import User
from tests.kpis.small_shop import make_small_shop

DAYS = "period=custom&from=2026-11-10&to=2026-11-12&compare=previous"
TOP = 4  # the header's row


@pytest.fixture(autouse=True)
def _english_day(monkeypatch, world):
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-13")
    User.objects.update(language="en")


def opened(client, world, user=None, more=""):
    client.force_login(user or world.carl)
    answer = client.get(f"/s/lotus/dashboard/workbook?{DAYS}{more}")
    assert answer.status_code == 200
    return load_workbook(io.BytesIO(answer.content)), answer.content


def rows(sheet):
    """The rows under the header, by their first cell."""
    return {row[0].value: row for row in sheet.iter_rows(min_row=TOP + 1)}


def test_every_part_of_the_board_has_a_sheet(client, world):
    make_small_shop(world.store)
    book, _body = opened(client, world)
    assert book.sheetnames == [
        "Overview", "Daily figures", "Traffic sources", "Funnel", "Ad spend and ROI", "Products",
        "Weekly operations sheet", "Definitions",
    ]  # fmt: skip
    assert all(sheet.freeze_panes for sheet in book)


def test_products_by_stage_stand_on_a_sheet_with_the_store_under_them(client, world):
    make_small_shop(world.store)
    Product.objects.filter(code="MASK").update(stage="growth")
    book, _body = opened(client, world)
    told = rows(book["Stage of life"])
    assert [(name, row[1].value) for name, row in told.items()] == [
        ("Incubation", 260), ("Growth", 130), ("Whole store", 390),
    ]  # fmt: skip


def test_the_total_is_the_figure_of_the_period_never_the_sum_of_the_days(client, world):
    make_small_shop(world.store)
    book, _body = opened(client, world, more="&cards=pay_buyers")
    days = rows(book["Daily figures"])
    told = [row[3].value for row in days.values()]
    assert told == [1, 2, 0, 3]  # 10th: one buyer of two orders, 11th: two, 12th: none; three people in all
    book, _body = opened(client, world, more="&cards=pay_cvr")
    assert [row[3].value for row in rows(book["Daily figures"]).values()][-1] == pytest.approx(1 / 180, abs=1e-6)


def test_numbers_are_numbers_with_the_format_of_their_unit(client, world):
    make_small_shop(world.store)
    row = rows(opened(client, world)[0]["Overview"])
    assert (row["Paid amount"][1].value, row["Paid amount"][1].number_format) == (390, '"¥"#,##0.00;-"¥"#,##0.00')
    assert row["Visitors"][1].number_format == "#,##0"
    assert row["Payment conversion rate"][1].number_format == "0.00%"


def test_products_stand_with_stage_and_role_for_those_who_see_products(client, world):
    make_small_shop(world.store)
    Product.objects.filter(code="MASK").update(stage="growth", role="profit")
    sheet = opened(client, world, world.vera)[0]["Products"]
    assert [x.value for x in sheet[TOP]][:6] == [
        "Merchant code", "Product", "Stage", "Role", "Days of cover", "Paid amount",
    ]  # fmt: skip
    told = {name: [x.value for x in row[2:6]] for name, row in rows(sheet).items()}
    assert told["MASK"] == ["Growth", "Profit maker", None, 130]
    assert told["Whole store"] == [None, None, None, 390]
    assert sheet.freeze_panes == "C5"
    assert "Stage" not in [x.value for x in opened(client, world)[0]["Products"][TOP]]


def test_no_value_is_an_empty_cell_that_says_why(client, world):
    make_small_shop(world.store)
    cell = rows(opened(client, world)[0]["Daily figures"])
    eleventh = list(cell.values())[1]
    assert eleventh[3].value is None  # visitors: no traffic on the 11th
    assert eleventh[3].comment.text.startswith("— Visitors")


def test_charts_are_native_and_read_the_sheets_own_cells(client, world):
    make_small_shop(world.store)
    book, body = opened(client, world)
    assert len(book["Daily figures"]._charts) == 1
    names = zipfile.ZipFile(io.BytesIO(body)).namelist()
    drawn = [name for name in names if name.startswith("xl/charts/chart")]
    assert len(drawn) >= 5
    assert "'Daily figures'!$C$5:$C$7" in zipfile.ZipFile(io.BytesIO(body)).read("xl/charts/chart1.xml").decode()


def test_text_that_looks_like_a_formula_stays_text(client, world):
    make_small_shop(world.store)
    Product.objects.filter(code="CREAM").update(title="=HYPERLINK(1)")
    found = [row for row in opened(client, world)[0]["Products"].iter_rows(min_row=TOP + 1) if row[0].value == "CREAM"]
    assert (found[0][1].value, found[0][1].data_type) == ("=HYPERLINK(1)", "s")


def test_a_stranger_gets_nothing(client, world):
    client.force_login(world.charlie)
    assert client.get(f"/s/lotus/dashboard/workbook?{DAYS}").status_code == 404


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("每日支付金额", "每日支付金额"),
        ("a/b:c[d]*?", "a b c d"),
        ("x" * 40, "x" * 31),
        ("History", "History 1"),
        ("", "Sheet"),
        ("'quoted'", "quoted"),
    ],
)
def test_a_sheet_gets_a_name_excel_accepts(title, name):
    assert sheet_name(title, set()) == name


def test_two_sheets_of_one_name_are_told_apart():
    taken = set()
    assert [sheet_name("商品" * 20, taken) for _ in range(2)] == [("商品" * 20)[:31], ("商品" * 20)[:29] + " 2"]


def test_an_id_too_long_for_a_spreadsheet_stays_text():
    table = Table("t", ["id", "n"], [["2026111100012345678", Value(D("1.5"), "ratio")]], chart=None)
    sheet = load_workbook(io.BytesIO(workbook([table], "¥")))["t"]
    assert (sheet.cell(TOP + 1, 1).value, sheet.cell(TOP + 1, 2).value) == ("2026111100012345678", 1.5)


def test_a_line_stands_over_the_columns():
    rows = [["a", Value(D(1), "count"), Value(D(2), "count")]]
    body = workbook([Table("t", ["x", "y", "z"], rows, chart=Chart("column", "c", 0, (1, 2), 1, "count", (2,)))], "¥")
    chart = zipfile.ZipFile(io.BytesIO(body)).read("xl/charts/chart1.xml").decode()
    assert "<c:barChart>" in chart
    assert "<c:lineChart>" in chart
