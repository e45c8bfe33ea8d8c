"""A header nobody knows is explained once; the next file with it needs no click."""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse
from django.utils import translation

from kpis.files import layouts, mapping
from kpis.files.import_template import TEMPLATES, workbook
from kpis.ingest import pipeline, presets
from kpis.models import Entry, Order, OrderLine, Preset, ProductDay
from kpis.sums import rollups
from products.models import Product
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


GOODS = {"item_qty": "商品数量", "title": "商品名称"}
PAID = [  # two items of one order and a third order line that names no item; amounts of their own
    ["T1", "2026-03-04 10:00", "2026-03-04 10:05", "12.50", "1", "茶"],
    ["T1", "2026-03-04 10:00", "2026-03-04 10:05", "15.00", "2", "杯"],
    ["T2", "2026-03-05 10:00", "2026-03-05 10:00", "12.50", "1", "茶"],
]


def test_a_list_of_items_explained_by_hand_tells_what_each_product_sold(world: World, client):
    upload = bring(world.store, content(ITEMS, *PAID), "明细.csv")
    client.force_login(world.bob)
    url = reverse("upload_map", args=["lotus", upload.pk])
    page = client.get(url).content.decode()
    assert "<option selected>商品名称</option>" in page  # of its goods, too, columns are guessed
    assert 'id="field_title"' not in client.post(url, posted(FIELDS | GOODS, rows="")).content.decode()
    assert client.post(url, posted(FIELDS | GOODS, keep="1", rows="sum", name="明细")).status_code == 302
    pipeline.check(upload)
    [part] = upload.parts.all()
    pipeline.check(part)
    assert (layouts.name(part.source)[:2], layouts.fact(part.source)) == ("明细", "lines")
    lines = [("T1", "杯", 750, 2), ("T1", "茶", 1250, 1), ("T2", "茶", 1250, 1)]  # 15.00 for two
    assert rows(OrderLine, "order_no", "title", "price_fen", "qty") == lines
    rollups.rebuild(world.store)
    names = dict(Product.objects.values_list("pk", "title"))
    sold = rows(ProductDay, "product_id_ref", "day", "pay_amt", "pay_item_cnt", product_id_ref__isnull=False)
    assert sorted((names[item], str(day), fen, qty) for item, day, fen, qty in sold) == [
        ("杯", "2026-03-04", 1500, 2),
        ("茶", "2026-03-04", 1250, 1),
        ("茶", "2026-03-05", 1250, 1),
    ]
    again = bring(world.store, content(ITEMS, *PAID), "再来.csv")
    assert (again.state, rows(OrderLine, "order_no", "title", "price_fen", "qty")) == ("unchanged", lines)


def test_an_item_row_without_an_item_counts_for_the_order_alone(world: World):
    mapping.keep(world.store, ITEMS, "orders", FIELDS | GOODS, "明细", rows="sum")
    extra = ["T1", "2026-03-04 10:00", "2026-03-04 10:05", "2.50", "0", ""]
    upload = bring(world.store, content(ITEMS, *PAID, extra), "明细.csv")
    pipeline.check(upload.parts.get())
    assert rows(Order, "order_no", "pay_fen", "item_qty") == [("T1", 3000, 3), ("T2", 1250, 1)]
    assert [(p.line, p.code) for p in upload.parts.get().problems.all()] == [(5, "row_without_item")]
    assert rows(OrderLine, "order_no", "title") == [("T1", "杯"), ("T1", "茶"), ("T2", "茶")]


@pytest.mark.parametrize(
    ("columns", "kind", "told"),
    [
        ({"title": "a", "item_qty": "b"}, "sum", True),
        ({"code": "a", "item_qty": "b"}, "sum", True),
        ({"title": "a"}, "sum", False),
        ({"item_qty": "b"}, "sum", False),
        ({"title": "a", "item_qty": "b"}, "", False),
        ({"title": "a", "item_qty": "b"}, "same", False),
        ({"title": "a", "item_qty": "b", "price_fen": "c"}, "same", True),
    ],
)
def test_product_sales_need_a_product_pieces_and_a_share_of_the_amount(columns, kind, told):
    assert presets.tells_goods(columns, kind) is told


def test_explained_anew_with_its_products_a_file_is_not_added_to_what_it_told_before(world: World):
    mapping.keep(world.store, ITEMS, "orders", FIELDS | {"item_qty": "商品数量"}, "明细", rows="sum")
    bring(world.store, content(ITEMS, *PAID), "明细.csv")
    mapping.keep(world.store, ITEMS, "orders", FIELDS | GOODS, "明细", rows="sum")
    bring(world.store, content(ITEMS, *PAID), "again.csv")
    assert rows(Order, "order_no", "pay_fen", "item_qty") == [("T1", 2750, 3), ("T2", 1250, 1)]
    bring(world.store, content(ITEMS, ["T1", *PAID[0][1:3], "5.00", "1", "勺"]), "rest.csv")  # the rest of an order
    assert rows(Order, "order_no", "pay_fen", "item_qty") == [("T1", 3250, 4), ("T2", 1250, 1)]


def test_the_page_shows_what_is_wrong_with_an_item(world: World):
    sample = mapping.Sample(
        ["单号", "下单时间", "金额", "件", "品名", "价"], 1, [["A", "2026-03-04", "5.00", "1", "茶", "五元"]]
    )
    columns = dict(
        zip(("order_no", "created_at", "actual_fen", "item_qty", "title", "price_fen"), sample.header, strict=True)
    )
    assert "五元" in mapping.would_be("orders", columns, sample, rows="sum")[0]["cells"].values()
    assert mapping.would_be("orders", columns, sample, rows="sum")[0]["told"].startswith("价: ")
