"""A header nobody knows is explained once; the next file with it needs no click."""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse
from django.utils import translation

from kpis import mapping
from kpis.import_template import TEMPLATES, workbook
from kpis.ingest import pipeline
from kpis.models import Entry, Order, Preset
from tests.ingest.bring import bring, content, rows
from tests.world import World

HEADER = ["单据号", "开单日", "到账日", "成交额", "客户昵称", "件数"]
ROWS = [
    ["D1", "2026-03-01 10:00:00", "2026-03-01 10:05:00", "12.50", "甲", "1"],
    ["D2", "2026-03-02", "", "30", "乙", "2"],
]
COLUMNS = {"order_no": "单据号", "created_at": "开单日", "paid_at": "到账日", "actual_fen": "成交额"}


@pytest.fixture
def unknown(world: World):
    upload = bring(world.store, content(HEADER, *ROWS), "自制.csv")
    assert upload.state == "unknown"
    return upload


def posted(columns, **more):
    return {"fact": "orders", "was": "orders", **{f"field_{field}": name for field, name in columns.items()}, **more}


def test_the_page_guesses_columns_by_name_and_by_value(world: World, unknown, client):
    client.force_login(world.bob)
    page = client.get(reverse("upload_map", args=["lotus", unknown.pk])).content.decode()
    assert 'value="orders" selected' in page
    assert "<option selected>开单日</option>" in page  # nobody calls it that: its cells are times
    assert "<option selected>件数</option>" in page


def test_the_preview_stands_below_the_names_of_its_columns_however_they_were_guessed() -> None:
    sample = mapping.Sample(["成交人数", "统计时间", "到店人数"], 1, [["20", "2026-03-01", "1441"]])
    columns = {"pay_buyers": "成交人数", "uv": "到店人数", "day": "统计时间"}
    shown = [each.label for each in mapping.fields("traffic", columns, sample) if each.column]
    assert shown == ["日期", "访客数", "支付买家数"]
    [row] = mapping.would_be("traffic", columns, sample)
    assert row["cells"] == {"day": "2026-03-01", "uv": "1441", "pay_buyers": "20"}
    assert list(row["cells"]) == ["day", "uv", "pay_buyers"]


def test_keeping_it_reads_the_file_and_the_next_one_without_asking(world: World, unknown, client):
    client.force_login(world.bob)
    url = reverse("upload_map", args=["lotus", unknown.pk])
    assert client.post(url, posted(COLUMNS, keep="1", name="自制单")).status_code == 302
    pipeline.check(unknown)
    unknown.refresh_from_db()
    assert unknown.state in ("ready", "loaded")
    more = [*ROWS, ["D3", "2026-04-01", "", "8", "丙", "1"]]
    again = bring(world.store, content(list(reversed(HEADER)), *[list(reversed(row)) for row in more]), "下月.csv")
    assert (again.state, again.new, again.unchanged) == ("loaded", 1, 2)
    assert rows(Order, "order_no", "pay_fen", "status") == [
        ("D1", 1250, 20),
        ("D2", None, 10),
        ("D3", None, 10),
    ]


def test_what_is_missing_is_said_and_nothing_is_kept(world: World, unknown, client):
    client.force_login(world.bob)
    answer = client.post(
        reverse("upload_map", args=["lotus", unknown.pk]), posted({**COLUMNS, "actual_fen": ""}, keep="1")
    )
    assert "实付金额" in answer.content.decode()
    assert not Preset.objects.exists()


def test_the_preview_shows_rows_and_what_is_wrong_but_no_buyer(world: World, unknown, client):
    client.force_login(world.bob)
    url = reverse("upload_map", args=["lotus", unknown.pk])
    page = client.post(url, posted({**COLUMNS, "buyer": "客户昵称", "total_fen": "开单日"})).content.decode()
    assert "12.50" in page
    assert "甲" not in page
    assert page.count('<td class="is-bad">') == 2


def test_an_explanation_travels_as_a_file_and_is_shared_on_request(world: World, unknown, client):
    kept = mapping.keep(world.store, HEADER, "orders", COLUMNS, "自制单")
    client.force_login(world.bob)
    text = client.get(reverse("preset_file", args=["lotus", kept.pk])).content
    kept.delete()
    client.post(reverse("preset_new", args=["lotus"]), {"file": io.BytesIO(text)})
    preset = Preset.objects.get()
    assert (preset.columns, preset.shared) == (COLUMNS, False)
    client.post(reverse("preset_change", args=["lotus", preset.pk]), {"do": "share"})
    assert "自制单" in client.get(reverse("presets", args=["lotus"])).content.decode()
    assert Preset.objects.get().shared


def test_a_file_that_is_no_explanation_is_refused(world: World, client):
    client.force_login(world.bob)
    for text in (b"", b"{}", b'{"opsplan": "preset", "header": 1, "columns": {}}', b"\xff"):
        client.post(reverse("preset_new", args=["lotus"]), {"file": io.BytesIO(text or b" ")})
    assert not Preset.objects.exists()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("key", TEMPLATES)
def test_a_template_with_its_own_example_is_read(world: World, key, language, tmp_path):
    template = TEMPLATES[key]
    with translation.override(language):
        book = openpyxl.load_workbook(io.BytesIO(workbook(template)))
    page, explained = book.worksheets[0], book.worksheets[-1]
    if language == "en":
        assert all(str(cell.value).isascii() for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
    examples = [row[2].value for row in explained.iter_rows(min_row=6)]
    for place, value in enumerate(examples, start=1):
        page.cell(2, place, value)
    book.save(tmp_path / "a.xlsx")
    upload = bring(world.store, (tmp_path / "a.xlsx").read_bytes(), "a.xlsx")
    assert (upload.state, upload.new, upload.source) == ("loaded", 1, template.reader.key)


def test_figures_by_day_stand_among_the_hand_entries_and_go_again(world: World):
    from kpis.ingest import undo

    upload = bring(world.store, content(["日期*", "指标*", "数值*"], ["2026-03-01", "platform_fee", "1,200.50"]))
    assert rows(Entry, "measure", "value") == [("platform_fee", Decimal("1200.50"))]
    undo.request(upload)
    undo.undo(upload)
    assert not Entry.objects.exists()


ITEMS = ["线上单号", "下单时间", "付款时间", "实付金额", "商品数量", "商品名称"]
TWO = [
    ["T1", "03/04/2026 10:00", "03/04/2026 10:05", "12.50", "1", "茶"],
    ["T1", "03/04/2026 10:00", "03/04/2026 10:05", "7.50", "2", "杯"],
    ["T2", "05/06/2026 10:00", "", "30", "1", "茶"],
]
FIELDS = {"order_no": "线上单号", "created_at": "下单时间", "paid_at": "付款时间", "actual_fen": "实付金额"}


def test_a_list_of_items_becomes_orders_and_its_days_are_read_as_is_said(world: World, client):
    upload = bring(world.store, content(ITEMS, *TWO), "明细.csv")
    client.force_login(world.bob)
    url = reverse("upload_map", args=["lotus", upload.pk])
    page = client.get(url).content.decode()
    assert '<option value="sum" selected>' in page  # numbers come again, with other amounts
    choice = posted({**FIELDS, "item_qty": "商品数量"}, keep="1", rows="sum")
    assert client.post(url, choice).status_code == 200  # nothing shows which comes first: it has to be said
    assert not Preset.objects.exists()
    assert client.post(url, {**choice, "dates": "day"}).status_code == 302
    pipeline.check(upload)
    bring(world.store, content(ITEMS, ["T3", "07/08/2026 10:00", "07/08/2026 10:05", "9", "1", "茶"]), "下月.csv")
    told = [
        (no, str(day), fen, qty) for no, day, fen, qty in rows(Order, "order_no", "order_day", "pay_fen", "item_qty")
    ]
    assert told == [("T1", "2026-04-03", 2000, 3), ("T2", "2026-06-05", None, 1), ("T3", "2026-08-07", 900, 1)]


def test_an_amount_that_all_rows_of_an_order_repeat_counts_once(world: World):
    header = ["单据号", "开单日", "成交额", "件数"]
    columns = {"order_no": "单据号", "created_at": "开单日", "actual_fen": "成交额", "item_qty": "件数"}
    lines = [["D1", "2026-03-01", "20", "1"], ["D1", "2026-03-01", "20", "2"], ["D2", "2026-03-02", "5", "1"]]
    more = [*lines, ["D2", "2026-03-02", "5", "1"]]
    guessed = [mapping.guess_rows(columns, mapping.Sample(header, 1, some)) for some in (lines[1:], lines, more)]
    assert guessed == ["", "sum", "same"]  # two items of one price are no proof
    whole = [name.replace("成交额", "订单金额") for name in header]
    assert mapping.guess_rows(columns | {"actual_fen": "订单金额"}, mapping.Sample(whole, 1, lines)) == "same"
    mapping.keep(world.store, header, "orders", columns, "自制单", rows="same")
    upload = bring(world.store, content(header, *lines), "自制.csv")
    assert (upload.state, rows(Order, "order_no", "pay_fen", "item_qty")) == (
        "loaded",
        [("D1", 2000, 3), ("D2", 500, 1)],
    )


def test_a_list_of_items_explained_as_one_of_orders_can_be_explained_anew(world: World, client):
    header = ["单据号", "开单日", "成交额"]
    columns = {"order_no": "单据号", "created_at": "开单日", "actual_fen": "成交额"}
    mapping.keep(world.store, header, "orders", columns, "自制单")
    upload = bring(
        world.store, content(header, ["D1", "2026-03-01", "20.00"], ["D1", "2026-03-01", "5.00"]), "自制.csv"
    )
    assert (upload.state, {p.code for p in upload.problems.all()}) == ("rejected", {"repeated_id", "rows_are_items"})
    client.force_login(world.bob)
    url = reverse("upload_map", args=["lotus", upload.pk])
    assert url in client.get(reverse("upload_card", args=["lotus", upload.pk])).content.decode()
    assert client.post(url, posted(columns, keep="1", rows="sum")).status_code == 302
    pipeline.check(upload)
    assert rows(Order, "order_no", "pay_fen") == [("D1", 2500)]
