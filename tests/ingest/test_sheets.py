"""Workbooks whose sheets tell of different things: each known one is an import of its own."""

import datetime as dt
import io

import openpyxl
import pytest
from django.core.management import call_command

from kpis.ingest import intake, pipeline, undo
from kpis.ingest.detect import open_file
from kpis.models import ChannelTraffic, Order, OrderLine, Upload
from opsplan.lib import peek
from tests.ingest.bring import FLOW, LINES, REFUNDS, SHORT, A, B, rows
from tests.ingest.dressed import BOOKS, as_xlsx
from tests.ingest.test_parts import DOUYIN, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_process")]
LINE = ["1001", "白T", "50.00", "2", "T-1", "白", "T-1-W"]
REFUND = ["R1", "1002", "", "退款成功", "2026-03-02 10:00:00", "2026-03-03 10:00:00", "30.00"]
ITEMS = {"宝贝报表": [LINES, LINE]}
NAME = "2026年3月 202604011005.xlsx"


def bring(store, data, name=NAME, **options):
    """Receive a file and bring it to its end, with all it turns out to be."""
    uploads = pipeline.receive(store, io.BytesIO(data), name, **{"auto_load": True, **options})
    for upload in uploads:
        pipeline.check(upload)
        uploads += upload.parts.order_by("pk")
    return [Upload.objects.get(pk=upload.pk) for upload in uploads]


def summed(uploads):
    return [(u.name, u.source, u.state, u.new) for u in uploads]


def test_each_known_sheet_is_an_import_of_its_own(world):
    data = as_xlsx([SHORT, A, B], 退款=[REFUNDS, REFUND], **ITEMS, 备注=[["甲", "乙", "丙"], ["1", "2", "3"]])
    found = bring(world.store, data)
    assert summed(found) == [
        (NAME, "tmall_order_short", "loaded", 2),
        ("2026年3月 202604011005 [退款].xlsx", "tmall_refund", "loaded", 1),
        ("2026年3月 202604011005 [宝贝报表].xlsx", "taobao_ExportOrderDetailList", "loaded", 1),
    ]
    assert [[p.code for p in u.problems.all()] for u in found] == [["more_sheets", "other_sheets"], [], []]
    assert len({u.exported_at for u in found}) == 1
    assert rows(OrderLine, "order_no", "qty") == [("1001", 2)]
    assert not any(u.path for u in found)


@pytest.mark.parametrize("kind", BOOKS)
def test_it_is_so_in_every_kind_of_workbook(kind, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(BOOKS[kind]([SHORT, A], **ITEMS))
    [found] = open_file(path, "a")
    assert (found.table.sheet, found.source, found.others) == ("a", "tmall_order_short", ("宝贝报表",))
    [other] = open_file(path, "a", sheet="宝贝报表")
    assert (other.source, len(list(other.raw_rows()))) == ("taobao_ExportOrderDetailList", 1)


def test_a_sheet_waits_for_its_own_decision(world):
    orders, items = bring(world.store, as_xlsx([SHORT, A], **ITEMS), auto_load=False)
    assert (orders.state, items.state, orders.sheet, items.sheet) == ("ready", "ready", "a", "宝贝报表")
    pipeline.cancel(orders)
    pipeline.load(items)
    assert (items.state, Order.objects.count(), OrderLine.objects.count()) == ("loaded", 0, 1)


def test_a_bad_sheet_does_not_sink_the_others(world):
    bad = [*A[:4], "gestern", *A[5:]]
    found = bring(world.store, as_xlsx([SHORT, bad], **ITEMS))
    assert [u.state for u in found] == ["rejected", "loaded"]
    assert b"gestern" in "".join(pipeline.problems_csv(found[0])).encode()


def test_the_same_workbook_again_changes_nothing(world):
    data = as_xlsx([SHORT, A, B], **ITEMS)
    bring(world.store, data)
    again = bring(world.store, data)
    assert [(u.state, u.new, u.changed) for u in again] == [("unchanged", 0, 0)] * 2
    assert Upload.objects.count() == 4


def test_a_sheet_is_undone_without_the_others(world):
    orders, items = bring(world.store, as_xlsx([SHORT, A], **ITEMS))
    assert undo.request(orders)
    undo.undo(orders)
    undo.undo_parts(orders)
    items.refresh_from_db()
    assert (orders.state, items.state, Order.objects.count(), OrderLine.objects.count()) == ("undone", "loaded", 0, 1)
    [again, same] = bring(world.store, as_xlsx([SHORT, A], **ITEMS))
    assert (again.state, again.new, same.state) == ("loaded", 1, "unchanged")


def test_a_sheet_that_is_looked_at_twice_stays_one_import(world):
    [upload] = pipeline.receive(world.store, io.BytesIO(as_xlsx([SHORT, A], **ITEMS)), NAME)
    for _again in range(2):
        intake.note_sheets(upload, ["宝贝报表"])
    assert upload.parts.count() == 1


def test_sheets_called_by_their_day_tell_of_that_day(world):
    header = [name for name in FLOW if name != "统计日期"]
    days = {f"2026-03-0{n}": [header, ["手淘搜索", "-", str(100 * n)]] for n in (2, 3)}
    bring(world.store, as_xlsx([["x"]], **days), "流量.xlsx")
    assert rows(ChannelTraffic, "day", "uv") == [(dt.date(2026, 3, 2), 200), (dt.date(2026, 3, 3), 300)]


def test_the_command_imports_all_sheets(world, tmp_path, capsys):
    path = tmp_path / "a.xlsx"
    path.write_bytes(as_xlsx([SHORT, A], **ITEMS))
    call_command("import_file", world.store.slug, str(path))
    out = capsys.readouterr().out
    assert "a.xlsx (淘宝/天猫订单简表" in out
    assert "a [宝贝报表].xlsx (淘宝/天猫宝贝报表" in out


def test_each_sheet_of_orders_tells_its_own_items_and_takes_them_along(world):
    first, second = ([number, *told(sub, "10.00")[1:]] for number, sub in (("691", "692"), ("693", "694")))
    found = bring(world.store, as_xlsx([DOUYIN, first], 二月=[DOUYIN, second]))
    assert [(u.sheet, u.source, u.state) for u in found] == [
        ("a", "douyin_order", "loaded"),
        ("二月", "douyin_order", "loaded"),
        ("a", "douyin_order_items", "loaded"),
        ("二月", "douyin_order_items", "loaded"),
    ]
    assert rows(OrderLine, "order_no") == [("691",), ("693",)]
    assert undo.request(found[0])
    undo.undo_parts(undo.undo(found[0]))
    assert rows(Order, "order_no") == rows(OrderLine, "order_no") == [("693",)]


def test_of_a_workbook_nobody_knows_a_table_is_offered_not_the_advice(world):
    data = as_xlsx([["请先阅读"]], 我的表=[["甲", "乙", "丙"], ["1", "2", "3"]])
    [upload] = bring(world.store, data)
    assert (upload.state, upload.notes["header"]) == ("unknown", ["甲", "乙", "丙"])


@pytest.mark.parametrize("large", [peek.LARGE, 0])
def test_of_hidden_sheets_the_only_table_is_read_and_of_several_none_is_guessed(world, tmp_path, monkeypatch, large):
    monkeypatch.setattr(peek, "LARGE", large)  # 0: cut into pieces

    def hiding(*hidden):
        book = openpyxl.load_workbook(io.BytesIO(as_xlsx([["说明：请勿修改"]], 订单=[SHORT, A, B], 旧=[SHORT, A])))
        for name in hidden:
            book[name].sheet_state = "hidden"
        for name in {"订单", "旧"} - {"a", *hidden, *seen}:
            del book[name]
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    seen = ()
    [upload] = bring(world.store, hiding("订单"))
    assert (upload.state, upload.new, [p.code for p in upload.problems.all()]) == ("loaded", 2, ["hidden_sheet"])
    [upload] = bring(world.store, hiding("订单", "旧"))
    [problem] = upload.problems.all()
    assert (upload.state, problem.code, problem.params) == ("rejected", "hidden_sheets", {"sheets": "订单, 旧"})
    seen = ("旧",)  # a table that shows: the hidden one is passed over
    [upload] = bring(world.store, hiding("订单"))
    assert (upload.state, upload.rows, [p.code for p in upload.problems.all()]) == ("unchanged", 1, [])
