"""The weekly sheet: its rows, what may be typed where, deviations, and the workbook."""

import datetime as dt
import io
from decimal import Decimal as D

import pytest
from openpyxl import load_workbook

from kpis.definitions import set_definition
from kpis.models import Entry, Order, Target
from kpis.sums.rollups import rebuild
from kpis.sums.targets import enter
from kpis.views.week import deviation
from kpis.week.sheets import AIDS, ALL, KEYS, cost_of_others, is_shown, sheet
from opsplan.lib import clock
from stores.models import Store
from tests.kpis.facts import refund
from tests.kpis.small_shop import D10, D11, D12, SPAN

pytestmark = pytest.mark.usefixtures("day_after")
AT = "/s/lotus/dashboard/week/"


def row(made, key):
    return next(line for lines in made.blocks.values() for line in lines if line.key == key)


def test_the_last_column_is_the_figure_of_all_days_and_no_sum(shop):
    made = sheet(shop, SPAN)
    # visitors are known on the 10th and 12th: one buyer of 180 people; the days' rates are 1 % and 0 %
    assert row(made, "cvr").total.value == D("0.005556")
    # 390 yuan by three buyers, who bought on two days
    assert row(made, "aov").total.value == D("130.00")
    assert row(made, "uv").total.marks == ("daily_sum", "partial 2/3")


def test_only_what_no_file_tells_may_be_typed(shop):
    made = sheet(shop, SPAN)
    assert [bool(cell.entry) for cell in row(made, "uv").cells] == [False, True, False]
    assert [bool(cell.entry) for cell in row(made, "promo_cost_zhitongche").cells] == [False, False, False]
    assert all(cell.entry for cell in row(made, "brush_amt").cells)
    assert not any(cell.entry for cell in row(made, "pay_amt").cells)


def test_refunded_units_are_typed_where_the_list_of_refunds_has_none(shop):  # S007
    told = Order.objects.filter(store=shop).first()
    refund(told, D10, "5", qty=2, refund_no="told")
    refund(told, D11, "5", qty=None, refund_no="silent")
    rebuild(shop, list(SPAN))
    line = row(sheet(shop, SPAN), "refund_qty")
    assert [bool(cell.entry) for cell in line.cells] == [False, True, False]
    assert [cell.figure.missing[0].code for cell in line.cells if cell.figure.missing] == ["not_entered"]
    enter(shop, "refund_qty", D11, "3")
    rebuild(shop, [D11])
    line = row(sheet(shop, SPAN), "refund_qty")
    assert ([cell.figure.value for cell in line.cells], line.total.value, line.total.marks) == ([2, 3, 0], 5, ())


def test_the_rows_of_promotion_cost_sum_to_its_total(shop):  # S005
    enter(shop, "promo_cost_wanxiangtai", D10, "12.34")
    rebuild(shop, [D10])
    made = sheet(shop, SPAN)
    parts = [key for key in KEYS["cost"] if key.startswith("promo_cost_")]
    own = sum((row(made, key).cells[0].figure.value or 0 for key in parts), D(0))
    assert (made.others, cost_of_others(made)[0]) == (["万相台·其他"], D("12.34"))
    assert own + D("12.34") == row(made, "promo_cost").cells[0].figure.value


def test_a_shop_elsewhere_has_no_rows_of_taobaos_ad_systems_unless_they_cost_something(shop):
    lines = sheet(shop, SPAN).blocks["cost"]
    silent = {line.key for line in lines if line.total.value is None}
    assert "promo_cost_zhitongche" not in silent
    for platform, hidden in (("tmall", set()), ("jd", silent - {"promo_cost_loyal"})):
        shop.platform = platform
        assert {line.key for line in lines if not is_shown(shop, line)} == hidden
    assert hidden >= {"promo_cost_juhuasuan", "promo_cost_taobaoke"}


def test_a_zero_makes_no_row_of_taobaos_ad_systems_elsewhere(shop):
    enter(shop, "promo_cost_juhuasuan", D10, "0")
    rebuild(shop, [D10])
    line = next(x for x in sheet(shop, SPAN).blocks["cost"] if x.key == "promo_cost_juhuasuan")
    shown = {}
    for platform in ("tmall", "jd"):
        shop.platform = platform
        shown[platform] = is_shown(shop, line)
    assert (line.total.value, shown) == (0, {"tmall": True, "jd": False})


def test_the_workbook_of_a_shop_elsewhere_hides_the_rows_its_page_does_not_show(client, world, shop):
    """Hidden, not gone: formulas and a file that is sent back still find them."""
    Store.objects.filter(pk=shop.pk).update(platform="jd", currency="USD")
    world.store.channels.filter(key="taobaoke").delete()
    client.force_login(world.vera)
    answer = client.get("/s/lotus/dashboard/export/week?format=xlsx&days=7&start=2026-11-09")
    page = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    keys = {page.cell(n, 1).value: n for n in range(6, 6 + len(ALL))}
    hidden = {key for key, n in keys.items() if page.row_dimensions[n].hidden}
    assert {"promo_cost_taobaoke", "promo_cost_juhuasuan"} <= hidden
    assert hidden.isdisjoint({"promo_cost_zhitongche", "promo_cost_loyal", "promo_cost", "uv"})
    board = load_workbook(io.BytesIO(client.get("/s/lotus/dashboard/workbook").content))
    told = {cell.value for page in board.worksheets for row in page.iter_rows() for cell in row}
    assert not {"淘宝客", "Taobaoke", "promo_cost_taobaoke"} & told


def test_what_was_typed_stays_open_and_counts(shop):
    enter(shop, "uv", D11, "90")
    assert row(sheet(shop, SPAN), "uv").cells[1].entry.value == 90
    assert sheet(shop, SPAN).waiting == {D11}
    rebuild(shop, [D11])
    made = sheet(shop, SPAN)
    assert (row(made, "uv").cells[1].figure.value, row(made, "uv").total.value) == (90, 270)
    assert row(made, "uv").cells[1].entry
    assert made.waiting == frozenset()


def test_a_file_that_tells_it_later_closes_the_cell(shop):
    Entry.objects.create(store=shop, measure="uv", day=D10, value=55, updated_at=clock.now())
    rebuild(shop, [D10])
    cell = row(sheet(shop, SPAN), "uv").cells[0]
    assert (cell.figure.value, cell.entry) == (100, None)


def test_a_day_to_come_has_its_target_and_nothing_to_type(shop):
    Target.objects.create(store=shop, metric="real_amt", month=dt.date(2026, 11, 1), value=3000, updated_at=clock.now())
    day = dt.date(2026, 11, 20)
    made = sheet(shop, type(SPAN)(day, day))
    assert row(made, "target_amt").cells[0].figure.value == 100
    assert not any(line.cells[0].entry for lines in made.blocks.values() for line in lines)


def test_a_day_is_told_against_its_target_by_the_direction_of_the_figure(shop):
    for metric, value in (("real_amt", 3000), ("cost_ratio", "0.05")):
        Target.objects.create(
            store=shop, metric=metric, month=dt.date(2026, 11, 1), value=value, updated_at=clock.now()
        )
    made = sheet(shop, SPAN)
    told = [deviation(cell.against) for cell in row(made, "real_amt").cells]
    assert [(x["mark"], x["size"]) for x in told] == [("✓", "+50.0%"), ("✓", "+127.5%"), ("!", "−100.0%")]
    dear = deviation(row(made, "cost_ratio").cells[0].against)  # 15 of 150 yuan, 10 % where 5 % was meant
    assert (dear["mark"], dear["size"], dear["tone"]) == ("!", "+5.00pt", "is-bad")


def test_a_day_is_told_against_the_same_weekday_before(shop):
    week_later = type(SPAN)(D10 + dt.timedelta(days=7), D12 + dt.timedelta(days=7))
    against = row(sheet(shop, week_later, "week"), "real_amt").cells[0].against
    assert (against.name, against.value) == ("last_week", D("150.00"))
    assert row(sheet(shop, SPAN, "week"), "real_amt").cells[0].against.value is None


def test_rows_follow_the_definitions_the_store_chose(shop):
    set_definition(shop, "aov", "orders", dt.date(2026, 11, 1))
    assert row(sheet(shop, SPAN), "aov").total.value == D("97.50")  # 390 yuan in four orders


def test_a_member_types_right_in_the_sheet_and_a_viewer_reads(client, world, shop):
    client.force_login(world.bob)
    assert 'name="uv:2026-11-11"' in client.get(AT).content.decode()
    client.force_login(world.vera)
    assert "data-cell" not in client.get(AT).content.decode()


def test_a_typed_cell_comes_back_saved_or_with_the_reason(client, world, shop):
    client.force_login(world.bob)
    good = client.post(f"{AT}cell", {"promo_cost_loyal:2026-11-11": "1.2万"})
    assert (good.status_code, Entry.objects.get(measure="promo_cost_loyal").value) == (200, 12000)
    bad = client.post(f"{AT}cell", {"brush_cnt:2026-11-11": "x"})
    assert (bad.status_code, "not a number" in bad.content.decode()) == (422, True)
    assert client.post(f"{AT}cell", {"pay_amt:2026-11-11": "1"}).status_code == 404


def test_the_workbook_is_laid_out_as_operators_keep_it(client, world, shop):
    client.force_login(world.vera)
    answer = client.get("/s/lotus/dashboard/export/week?format=xlsx&days=7&start=2026-11-09")
    page, shown = (load_workbook(io.BytesIO(answer.content), data_only=x).worksheets[0] for x in (False, True))
    assert [page.cell(5, c).value for c in (4, 10)] == [dt.datetime(2026, 11, 9), dt.datetime(2026, 11, 15)]
    assert page.page_setup.orientation == "landscape"
    assert page.print_area.endswith(f"$K${6 + len(ALL) + len(AIDS)}")
    rate, sales = 6 + ALL.index("cvr"), 6 + ALL.index("pay_amt")
    assert (page.cell(sales, 5).value, page.cell(sales, 5).number_format) == (150, "#,##0.00")
    assert (shown.cell(rate, 11).value, page.cell(rate, 11).number_format) == (0.005556, "0.00%")
    assert "B6:B13" in [str(found) for found in page.merged_cells.ranges]  # the eight rows of sales


@pytest.mark.parametrize(("size", "columns"), [("7", 9), ("14", 16), ("month", 32)])
def test_it_shows_a_week_two_weeks_or_a_month(client, world, shop, size, columns):
    client.force_login(world.vera)
    head = client.get(AT, {"days": size, "start": "2026-11-09"}).content.decode().split("</thead>")[0]
    assert head.count('<th scope="col"') == columns
