"""Orders told once, twice and in the wrong order."""

import datetime as dt

import pytest

from kpis.models import Coverage, DataVersion, Order, RowProblem, StaleDay, StoreDay
from kpis.sums import rollups
from tests.ingest.bring import FULL, SHORT, UNPAID, A, B, bring, content, counts, everything, rows

pytestmark = pytest.mark.django_db
MAR = [dt.date(2026, 3, day) for day in range(32) if day]  # MAR[0] = 1 March


def full(
    number: str, status: str, *, paid: str = "2026-03-01 10:05:00", total: str = "100.00", **more: str
) -> list[str]:
    row = [number, total, more.get("actual", total), "上海", "2026-03-01 10:00:00", paid, more.get("refund", "0.00")]
    return [*row, status, more.get("buyer", "小明"), more.get("qty", "2"), more.get("freight", "0.00"), ""]


def test_money_is_what_was_paid_before_refunds(world):
    bring(world.store, content(SHORT, A, B, UNPAID))
    assert rows(Order, "order_no", "total_fen", "pay_fen", "refund_fen") == [
        ("1001", 10000, 10000, 0),
        ("1002", 8000, 8000, 3000),
        ("1003", 6000, None, 0),
    ]


def test_a_file_whose_paid_amount_is_before_refunds_is_told_by_its_rows(world):
    upload = bring(world.store, content(SHORT, [*B[:2], "80.00", *B[3:]]))
    assert upload.notes["paid_is_net"] is False
    assert rows(Order, "pay_fen", "refund_fen") == [(8000, 3000)]


def test_times_are_utc_and_days_are_the_stores(world):
    bring(world.store, content(SHORT, B))
    [order] = Order.objects.all()
    assert order.created_at == dt.datetime(2026, 3, 2, 15, 58, tzinfo=dt.UTC)
    assert (order.order_day, order.pay_day) == (MAR[1], MAR[2])


def test_days_on_which_the_clocks_change_have_their_own_offset(world):
    world.store.timezone = "America/New_York"  # summer time began on 8 March 2026 at 2:00
    world.store.save()
    early = [*A[:4], "2026-03-08 01:30:00", "2026-03-08 03:30:00", "0.00"]
    bring(world.store, content(SHORT, early))
    [order] = Order.objects.all()
    assert (order.created_at.hour, order.paid_at.hour) == (6, 7)


def test_the_same_rows_in_another_order_change_nothing(world):
    bring(world.store, content(SHORT, A, B, UNPAID))
    version = DataVersion.objects.get().version
    upload = bring(world.store, content(SHORT, UNPAID, B, A))
    assert (upload.state, counts(upload)) == ("unchanged", (0, 0, 3, 0, 0))
    assert DataVersion.objects.get().version == version


def test_overlapping_files_give_what_one_file_gives(world):
    bring(world.store, content(SHORT, A, B))
    upload = bring(world.store, content(SHORT, B, UNPAID))
    bring(world.other, content(SHORT, A, B, UNPAID))
    assert counts(upload) == (1, 0, 1, 0, 0)
    assert everything(Order, world.store) == everything(Order, world.other)


def test_an_older_export_never_rolls_a_newer_one_back(world):
    bring(world.store, content(FULL, full("1", "交易成功")), "ExportOrderList202603091200.csv")
    old = bring(world.store, content(FULL, full("1", "卖家已发货，等待买家确认")), "ExportOrderList202603051200.csv")
    assert (old.state, counts(old)) == ("unchanged", (0, 0, 0, 1, 0))
    assert rows(Order, "status") == [(50,)]


def test_the_same_content_exported_later_makes_a_file_in_between_older(world):
    seen = content(FULL, full("1", "卖家已发货，等待买家确认"))
    bring(world.store, seen, "ExportOrderList202603051200.csv")
    bring(world.store, seen, "ExportOrderList202603091200.csv")
    between = content(FULL, full("1", "卖家已发货，等待买家确认", total="90.00"))
    assert counts(bring(world.store, between, "ExportOrderList202603071200.csv")) == (0, 0, 0, 1, 0)


def test_without_an_export_time_the_status_tells_which_is_newer(world):
    bring(world.store, content(FULL, full("1", "交易成功")))
    assert counts(bring(world.store, content(FULL, full("1", "买家已付款，等待卖家发货")))) == (0, 0, 0, 1, 0)


def test_without_time_and_status_the_later_file_is_newer(world):
    bring(world.store, content(SHORT, A))
    assert counts(bring(world.store, content(SHORT, [*A[:1], "90.00", "90.00", *A[3:]]))) == (0, 1, 0, 0, 0)
    assert rows(Order, "pay_fen") == [(9000,)]


def test_an_older_export_fills_what_the_newer_one_does_not_know(world):
    bring(world.store, content(SHORT, ["1", *A[1:]]), "orders_202603091200.csv")
    bring(world.store, content(FULL, full("1", "交易成功", qty="3")), "ExportOrderList202603051200.csv")
    [order] = Order.objects.all()
    assert order.item_qty == 3
    assert order.buyer_key is not None


def test_a_short_report_blanks_nothing_and_lowers_no_status(world):
    bring(world.store, content(FULL, full("1", "交易成功", qty="3", freight="8.00")))
    before = rows(Order, "status", "buyer_key", "item_qty", "freight_fen")
    upload = bring(world.store, content(SHORT, ["1", "95.00", "95.00", *A[3:]]))
    assert counts(upload) == (0, 1, 0, 0, 0)
    assert rows(Order, "status", "buyer_key", "item_qty", "freight_fen") == before


def test_a_refund_never_shrinks_and_the_file_says_so(world):
    bring(world.store, content(SHORT, B))
    upload = bring(world.store, content(SHORT, [*B[:2], "80.00", *B[3:6], "0.00"]))
    assert rows(Order, "pay_fen", "refund_fen") == [(8000, 3000)]
    assert rows(RowProblem, "line", "code", "level", upload=upload) == [(2, "refund_shrank", "notice")]


def test_a_file_without_a_refund_column_says_nothing_about_refunds(world):
    bring(world.store, content(SHORT, B))
    upload = bring(world.store, content(SHORT[:6], [*B[:2], "80.00", *B[3:6]]))
    assert (upload.problems.count(), rows(Order, "refund_fen")) == (0, [(3000,)])


def test_buyers_are_kept_as_keys_that_differ_by_realm(world):
    world.other.buyer_realm = "jd"
    world.other.save()
    data = content(
        FULL,
        full("1", "交易成功", buyer="小明"),
        full("2", "交易成功", buyer="小明"),
        full("3", "交易成功", buyer="t**3"),
    )
    bring(world.store, data)
    bring(world.other, data)
    mine, theirs = (
        list(Order.objects.filter(store=s).order_by("order_no").values_list("buyer_key", flat=True))
        for s in (world.store, world.other)
    )
    assert mine[0] == mine[1] > 0
    assert mine[2] is None
    assert mine[0] != theirs[0]


def test_days_of_new_rows_and_covered_days_become_stale(world):
    bring(world.store, content(SHORT, A, [*B[:4], "2026-03-04 23:58:00", "2026-03-05 00:02:00", "0.00"]))
    assert rows(StaleDay, "day") == [(day,) for day in MAR[:5]]


def test_a_changed_order_makes_its_old_and_its_new_days_stale(world):
    bring(world.store, content(SHORT, A, B))
    StaleDay.objects.all().delete()
    bring(world.store, content(SHORT, [*A[:4], "2026-03-02 10:00:00", "2026-03-04 09:00:00", "0.00"]))
    assert rows(StaleDay, "day") == [(MAR[0],), (MAR[1],), (MAR[3],)]


def test_a_file_covers_its_days_of_creation_and_in_part_the_payments_after_them(world):
    bring(world.store, content(SHORT, A, B))
    assert rows(Coverage, "kind", "day", "is_partial") == [
        ("orders", MAR[0], False),
        ("orders", MAR[1], False),
        ("orders", MAR[2], True),
    ]


def test_the_day_of_the_export_is_covered_in_part_until_a_later_one_covers_it(world):
    bring(world.store, content(SHORT, A, UNPAID), "orders_202603021800.csv")
    assert rows(Coverage, "day", "is_partial") == [(MAR[0], False), (MAR[1], True)]
    bring(world.store, content(SHORT, A, UNPAID), "orders_202603031800.csv")
    bring(world.store, content(SHORT, UNPAID), "orders_202603021900.csv")
    assert rows(Coverage, "day", "is_partial") == [(MAR[0], False), (MAR[1], False)]


def test_a_file_that_tells_refunds_speaks_for_days_first_told_without_them(world):
    bring(world.store, content(SHORT[:-1], A[:-1]))
    rollups.rebuild(world.store)
    assert rows(StoreDay, "refund_amt") == [(None,)]
    bring(world.store, content(SHORT, A), "later.csv")
    rollups.rebuild(world.store)
    assert rows(StoreDay, "refund_amt") == [(0,)]


def test_an_upload_is_finished_when_its_days_are_counted(world):
    upload = bring(world.store, content(SHORT, A))
    assert upload.phase == "rollup"
    rollups.rebuild(world.store)
    upload.refresh_from_db()
    assert upload.phase == ""
