"""The preview tells, order by order, what a file would bring and change."""

import pytest
from django.utils import translation
from django.utils.translation import gettext

from kpis.ingest.kinds import KINDS
from kpis.ingest.preview import SILENT
from kpis.views.preview import label, preview
from kpis.views.rows import REFUND_STATUS
from tests.ingest.bring import FULL, SHOP, A, B, bring, content

pytestmark = pytest.mark.django_db
PAID = [*A, "交易成功", "买家", "1", "0.00", ""]
REFUNDED = [*A[:2], A[2], "60.00", *A[3:6], "40.00", "交易成功", "买家", "1", "0.00", ""]
OTHER = [*B, "交易成功", "某人", "1", "0.00", ""]


def told(store, data, name):
    with translation.override("en"):
        found = preview(bring(store, data, name, auto_load=False))
        return found["head"], [(x.name, x.what, [tuple(change) for change in x.changes]) for x in found["lines"]]


def test_the_preview_names_the_orders_that_are_new_and_changed(world):
    bring(world.store, content(FULL, PAID), "ExportOrderList202603100000.csv")
    later = [*PAID[:2], "60.00", *PAID[3:6], "40.00", *PAID[7:]]
    assert told(world.store, content(FULL, later, OTHER), "ExportOrderList202603110000.csv") == (
        "Order number",
        [("1001", "changed", [("Refunded", "0.00", "40.00")]), ("1002", "new", [])],
    )


def test_the_preview_names_the_orders_that_are_known_newer(world):
    bring(world.store, content(FULL, [*PAID[:7], "卖家已发货", *PAID[8:]]), "ExportOrderList202603100000.csv")
    older = [*PAID[:7], "等待买家付款", *PAID[8:]]
    [_head, lines] = told(world.store, content(FULL, older, OTHER), "ExportOrderList202603090000.csv")
    assert lines == [("1001", "older", []), ("1002", "new", [])]


def test_the_preview_of_days_names_the_days(world):
    bring(world.store, content(SHOP, ["2026-03-01", "100", "200", "50.00"]), "a.csv")
    head, lines = told(world.store, content(SHOP, ["2026-03-01", "120", "200", "50.00"]), "b.csv")
    assert (head, lines) == ("Day", [("2026-03-01", "changed", [("Visitors", "100", "120")])])


def test_the_preview_of_ads_names_the_channel_as_the_shop_does(world):
    """It had said `2026-03-01 · zhitongche · account`."""
    ads = "日期,展现量,点击量,花费,总成交金额\n2026-03-01,100,10,5.00,9.00\n".encode()
    _head, lines = told(world.store, ads, "直通车_账户报表.csv")
    assert lines == [("2026-03-01 · 直通车", "new", [])]


def test_every_column_has_a_name_people_know():
    columns = {column for kind in KINDS.values() for column in (kind.key[0], *kind.columns) if column not in SILENT}
    assert [column for column in columns if label(column) == column] == []


def test_states_of_refunds_have_words_of_their_own() -> None:
    """“closed” alone is when a store was closed, “open” alone an alert nobody has seen."""
    with translation.override("zh-hans"):
        assert {str(x) for x in REFUND_STATUS.values()}.isdisjoint({gettext("closed"), gettext("open")})
