"""Columns of somebody's own table: guessed by what people call them, where the cells agree."""

import pytest

from kpis.ingest.presets import Sample, guess, guess_fact

OWN = ["日期", "单号", "客人", "品名", "金额", "付款", "状态"]
ROW = ["2026-11-20 10:00", "A-1", "王小姐", "绿茶", "88.00", "2026-11-20 10:05", "已发货"]


def sample(header: list[str], *rows: list[str]) -> Sample:
    return Sample(header, 1, list(rows))


def test_a_small_shop_s_own_list_of_orders_is_understood() -> None:
    assert guess_fact(OWN) == "orders"
    assert guess("orders", sample(OWN, ROW)) == {
        "created_at": "日期",
        "order_no": "单号",
        "buyer": "客人",
        "actual_fen": "金额",
        "paid_at": "付款",
        "status": "状态",
    }


@pytest.mark.parametrize(("cell", "field"), [("2026-11-20 10:05", "paid_at"), ("88.00", "actual_fen")])
def test_one_word_for_a_time_and_an_amount_is_told_by_its_cells(cell: str, field: str) -> None:
    header = ["单号", "下单日期", "付款"]
    assert guess("orders", sample(header, ["A-1", "2026-11-20", cell]))[field] == "付款"


def test_an_everyday_name_over_cells_that_do_not_fit_is_no_guess() -> None:
    assert "status" not in guess("orders", sample(["单号", "状态"], ["A-1", "问问看"]))


def test_visitors_of_a_douyin_shop_are_those_who_click_not_those_who_are_shown_something() -> None:
    found = guess("traffic", sample(["日期", "商品曝光人数", "商品点击人数"], ["2026-11-20", "6000", "1000"]))
    assert found == {"day": "日期", "uv": "商品点击人数"}


def test_what_a_platform_calls_a_column_goes_before_everyday_words() -> None:
    found = guess("orders", sample(["单号", "订单编号"], ["7", "200001"]))
    assert found["order_no"] == "订单编号"


@pytest.mark.parametrize(
    ("header", "fact"),
    [("日期 访客 浏览", "traffic"), ("日期 推广渠道 推广费 点击", "ads"), ("退款单号 原因 退款", "refunds")],
)
def test_the_kind_of_a_table_shows_in_everyday_words_too(header: str, fact: str) -> None:
    assert guess_fact(header.split()) == fact
