"""A year's plan typed in a layout of people's own (voices.md, Planning grids) becomes cells of the plan."""

import io
from collections.abc import Sequence
from decimal import Decimal as D
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from kpis.models import Plan
from kpis.workbooks.sheet_files import BadFile
from kpis.year import plan_typed, plans
from kpis.year.plan_cells import load
from kpis.year.plan_import import Difference, merge
from staff.services import create_token
from tests.world import World

pytestmark = pytest.mark.usefixtures("english")
MONTHS = [f"{n}月" for n in range(1, 13)]
SALES = [50_000, 60_000, 80_000, 100_000, 120_000, 150_000, 150_000, 180_000, 200_000, 250_000, 400_000, 300_000]
OPERATORS = [  # 年度运营目标计划表: 8 % for ads, 80 % of it Zhitongche; 2 % conversion, 80 yuan a buyer
    ["2026年度运营目标计划表"],
    ["项目", "单位", *MONTHS, "合计"],
    ["阶段", None, "过渡期", None, None, "快速积累期", None, None, "优化期", None, None, "爆发期"],
    ["销售额", "元", *SALES, sum(SALES)],
    ["全年占比", "%", *(x / sum(SALES) for x in SALES)],
    ["流量（UV）", "人", *(x / 1.6 for x in SALES)],
    ["转化率", None, *["2%"] * 12],
    ["客单价", "元", *[80] * 12],
    ["预计广告投入 8%", "元", *(x * 0.08 for x in SALES)],
    ["直通车 80%", "元", *(x * 0.064 for x in SALES)],
    ["钻展 20%", "元", *(x * 0.016 for x in SALES)],
    ["节点", None, "双11", "双12"],
    ["销售额", None, 300_000, 120_000],
]
STAGES = ("C3:E3", "F3:H3", "I3:K3", "L3:N3")


@pytest.fixture
def plan(world: World) -> Plan:
    return plans.start(world.store, 2026, world.mia, basis="real")


def table(rows: Sequence[Sequence[object]], merges: Sequence[str] = ()) -> io.BytesIO:
    book, out = Workbook(), io.BytesIO()
    page = book.worksheets[0]
    for row in rows:
        page.append(row)
    for cells in merges:
        page.merge_cells(cells)
    book.save(out)
    out.seek(0)
    return out


def look(plan: Plan, file: io.BytesIO, name: str = "plan.xlsx") -> Difference:
    return plan_typed.compare(plan, plan_typed.opened(file, name))


def cells(difference: Difference, kind: str = "change") -> dict[tuple[str, int | str], object]:
    return {(x.row, x.month): x.file for x in difference.of(kind)}


def test_the_operators_year_comes_in_whole(plan: Plan, world: World) -> None:
    difference = look(plan, table(OPERATORS, STAGES))
    assert (difference.problem, difference.of("refused")) == ("", [])
    for words in ("全年占比", "节点", "Rows 4 and 13 (销售额) are the same row"):
        assert words in " ".join(difference.notes)
    assert merge(difference, world.mia) == 12 * 6  # stage, sales, conversion, revenue, two channels
    loaded = load(plan)
    sheet = loaded.sheet
    # 11-2026: 400,000 / (30 days x 2 % x 80) = 8,333.33 a day; ads 8 %: 25,600 + 6,400
    assert [sheet.value(x, 11) for x in ("real_amt", "pay_cvr", "aov_buyer", "promo_cost", "cost_ratio")] == [
        400_000, D("0.02"), 80, 32_000, D("0.08"),
    ]  # fmt: skip
    assert sheet.value("uv", 11) == pytest.approx(D(400_000) / 48)
    assert sheet.total("real_amt", range(1, 13)) == 2_040_000
    assert sheet.value("promo_cost:zhitongche", 1) == 3_200
    stages = [loaded.cells["stage", month].text for month in (1, 3, 4, 12)]
    assert stages == ["过渡期", "过渡期", "快速积累期", "爆发期"]
    assert look(plan, table(OPERATORS, STAGES)).moved == []


def test_units_and_text_are_read_as_people_mean_them(plan: Plan) -> None:
    body = "2026计划\n指标,1月,2月,3月\n1、销售额（万元）：,5,6.5万,\n转化率(%),3.5,3.5%,0.8\n日均UV,1200,约2000,900\n"
    difference = look(plan, io.BytesIO(body.encode("gbk")), "计划.csv")
    assert cells(difference) == {
        ("real_amt", 1): 50_000, ("real_amt", 2): 65_000, ("pay_cvr", 1): D("0.035"), ("pay_cvr", 2): D("0.035"),
        ("pay_cvr", 3): D("0.008"), ("uv", 1): 1200, ("uv", 3): 900,
    }  # fmt: skip
    assert cells(difference, "refused") == {("uv", 2): "约2000"}


def test_visitors_are_of_the_month_or_the_day_as_the_sales_say(plan: Plan) -> None:
    head, rest = ["", *MONTHS], [["转化率", 0.02], ["客单价", 80]]
    # January: 31 x 1000 x 2 % x 80 = 49,600
    of_day = look(plan, table([head, ["销售额", 49_600], ["UV", 1000], *rest]))
    assert cells(of_day) == {("uv", 1): 1000, ("pay_cvr", 1): D("0.02"), ("aov_buyer", 1): 80}
    of_month = look(plan, table([head, ["月UV", 31_000]]))
    assert cells(of_month) == {("uv", 1): 1000}
    (unclear,) = look(plan, table([head, ["流量", 31_000, 28_000]])).moved
    assert (unclear.kind, unclear.address, "日均UV" in unclear.error) == ("refused", "B2 … C2", True)


def test_a_total_its_parts_do_not_make_is_refused_and_the_parts_are_taken(plan: Plan) -> None:
    rows = [["", *MONTHS], ["日均UV", 1000], ["转化率", 0.02], ["客单价", 80], ["销售额", 60_000],
            ["广告投入", 500], ["直通车", 300], ["钻展", 100]]  # fmt: skip
    difference = look(plan, table(rows))
    told = {x.row: x.error for x in difference.of("refused")}
    assert (sorted(told), "49,600.00" in told["real_amt"], "400.00" in told["promo_cost"]) == (
        ["promo_cost", "real_amt"], True, True,
    )  # fmt: skip
    assert ("real_amt", 1) not in cells(difference)


def test_our_own_sheet_without_its_hidden_names_is_known_by_its_labels(plan: Plan, world: World) -> None:
    from openpyxl import load_workbook

    from kpis.year.plan_sheets import workbook

    merge(look(plan, table(OPERATORS, STAGES)), world.mia)
    book = load_workbook(io.BytesIO(workbook(load(plan))), data_only=True)
    book.worksheets[0].delete_cols(1)
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    assert look(plan, out).moved == []


def test_a_table_of_another_year_or_without_months_gets_a_sentence(plan: Plan) -> None:
    with pytest.raises(BadFile, match="of the year 2025"):
        look(plan, table([["2025年计划"], ["", *MONTHS], ["销售额", 1]]))
    with pytest.raises(BadFile, match="names months"):
        look(plan, table([["a", "b"], [1, 2]]))
    with pytest.raises(BadFile, match="empty"):
        look(plan, io.BytesIO(b""))


def test_page_rest_and_command_take_it(client: Client, plan: Plan, world: World, tmp_path: Path) -> None:
    body = table(OPERATORS, STAGES).read()
    world.mia.language = "en"
    world.mia.save()
    client.force_login(world.mia)
    page = client.post(reverse("plan_import", args=["lotus", plan.pk]), {"file": SimpleUploadedFile("年.xlsx", body)})
    assert (len(page.context["lists"]["change"]), "known by their names" in page.content.decode()) == (72, True)
    key = create_token(world.mia, "key", "write", [world.store])[1]
    rest = Client(headers={"authorization": f"Bearer {key}"})
    told = rest.post(reverse("api_plan_workbook", args=["lotus", 2026]), {
        "file": SimpleUploadedFile("年.xlsx", body), "dry_run": "true"}).json()  # fmt: skip
    assert (len(told["changes"]), len(told["notes"])) == (72, 3)
    path, out = tmp_path / "plan.csv", io.StringIO()
    path.write_text("指标,1月,2月,3月\n客单价,80,,")
    with pytest.raises(CommandError, match="--year"):
        call_command("import_plan", "lotus", path)
    call_command("import_plan", "lotus", path, "--year", "2026", stdout=out)
    assert load(plan).sheet.value("aov_buyer", 1) == 80
