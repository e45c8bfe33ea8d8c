"""Forty planted faults: each told with its line, its column and the cell as it stands."""

from kpis.ingest.rows import Bad
from opsplan.lib.problems import TEXTS
from tests.ingest import make
from tests.ingest.make import good, opened, problems, told

HEADER = make.header("taobao_ExportOrderList_2018")
AT = "2026-05-19 10:00:00"
LATER = "2026-05-19 10:05:00"
GOOD = {
    "总金额": "100.00",
    "买家实际支付金额": "100.00",
    "订单状态": "交易成功",
    "订单创建时间": AT,
    "订单付款时间": LATER,
    "退款金额": "0",
}

# What is changed in a good order, and what must be told of it: (column, value, code).
PLANTED = [
    ({"订单创建时间": "昨天"}, [("订单创建时间", "昨天", "bad_date")]),
    ({"订单付款时间": "19 Mai 2026"}, [("订单付款时间", "19 Mai 2026", "bad_date")]),
    ({"确认收货时间": "2026-5"}, [("确认收货时间", "2026-5", "bad_date")]),
    ({"订单付款时间": "2026-13-01 10:00:00"}, [("订单付款时间", "2026-13-01 10:00:00", "bad_month")]),
    ({"订单创建时间": "2026/13/1 10:00"}, [("订单创建时间", "2026/13/1 10:00", "bad_month")]),
    ({"订单付款时间": "2026-06-31 10:00:00"}, [("订单付款时间", "2026-06-31 10:00:00", "bad_day")]),
    ({"订单付款时间": "2026-05-19 24:05:00"}, [("订单付款时间", "2026-05-19 24:05:00", "bad_time")]),
    ({"确认收货时间": "2525-05-19 10:00:00"}, [("确认收货时间", "2525-05-19 10:00:00", "bad_year")]),
    ({"订单编号": "3.25123E+18"}, [("订单编号", "3.25123E+18", "id_scientific")]),
    ({"订单编号": "5.11e18"}, [("订单编号", "5.11e18", "id_scientific")]),
    ({"订单编号": '="3.25E+18"'}, [("订单编号", '="3.25E+18"', "id_scientific")]),
    ({"总金额": "-12.00"}, [("总金额", "-12.00", "negative_amount")]),
    ({"买家实际支付金额": "-0.01"}, [("买家实际支付金额", "-0.01", "negative_amount")]),
    ({"退款金额": "-5"}, [("退款金额", "-5", "negative_amount")]),
    ({"订单状态": "交易成攻"}, [("订单状态", "交易成攻", "unknown_status")]),
    ({"订单状态": "PAID"}, [("订单状态", "PAID", "unknown_status")]),
    ({"订单状态": ""}, [("订单状态", "", "missing_text")]),
    ({"总金额": "一百"}, [("总金额", "一百", "bad_number")]),
    ({"总金额": "1.2.3"}, [("总金额", "1.2.3", "bad_number")]),
    ({"买家实际支付金额": "1,23"}, [("买家实际支付金额", "1,23", "bad_number")]),
    ({"宝贝总数量": "2.5"}, [("宝贝总数量", "2.5", "bad_number")]),
    ({"总金额": "--"}, [("总金额", "--", "missing_number")]),
    ({"订单编号": ""}, [("订单编号", "", "missing_id")]),
    ({"订单编号": "-"}, [("订单编号", "-", "missing_id")]),
    ({"订单编号": "12 34"}, [("订单编号", "12 34", "bad_id")]),
    ({"订单创建时间": ""}, [("订单创建时间", "", "missing_date")]),
    ({"订单付款时间": "2026-05-19 09:59:59"}, [("订单付款时间", "2026-05-19 09:59:59", "paid_before_created")]),
    ({"订单付款时间": "2026-05-18"}, [("订单付款时间", "2026-05-18", "paid_before_created")]),
    ({"退款金额": "100.01"}, [("退款金额", "100.01", "refund_above_paid")]),
    ({"退款金额": "1", "订单付款时间": ""}, [("退款金额", "1", "refund_above_paid")]),
    (
        {"订单编号": "", "总金额": "x", "订单状态": "?"},
        [("订单编号", "", "missing_id"), ("总金额", "x", "bad_number"), ("订单状态", "?", "unknown_status")],
    ),
    (
        {"总金额": "abc", "订单付款时间": "2026-05-19 09:00:00"},
        [("总金额", "abc", "bad_number"), ("订单付款时间", "2026-05-19 09:00:00", "paid_before_created")],
    ),
]


def order(number, **changes):
    return make.row(HEADER, **{"订单编号": str(1000 + number), **GOOD, **changes})


def planted(tmp_path, encoding="gb18030"):
    """The faults, each below a good order; then broken lines, each above one; and what must be told."""
    expected, lines = [], [make.text([HEADER])]

    def add(line, *faults):
        lines.append(line)
        expected.extend((len(lines), *fault) for fault in faults)

    for number, (changes, faults) in enumerate(PLANTED):
        add(make.text([order(number)]))
        add(make.text([order(number, **changes)]), *faults)
    add(make.text([order(500)]).replace("100.00", '"100.00', 1), ("总金额", '"100.00', "broken_quote"))
    add(make.text([order(501)]))
    add(make.text([order(502)]).replace("交易成功", '"交易"成功', 1), ("订单状态", '"交易"成功', "broken_quote"))
    add(make.text([order(503)]).replace("交易成功", '"交易,成功', 1), ("订单状态", '"交易', "broken_quote"))
    add(make.text([order(504)]).replace("交易成功", "交易,成功", 1), ("", "55", "wrong_column_count"))
    add("1505,100.00\n", ("", "2", "wrong_column_count"))
    add(make.text([make.row(HEADER, 订单编号="总计", 总金额="1.00")]),
        ("订单编号", "总计", "footer_row"), ("总金额", "1.00", "footer_differs"))  # fmt: skip
    path = tmp_path / "ExportOrderList202605201005.csv"
    path.write_bytes("".join(lines).encode(encoding))
    return path, expected


def test_forty_planted_faults_are_all_told_with_line_column_and_value(tmp_path):
    path, expected = planted(tmp_path)
    assert told(opened(path)) == expected
    assert len(expected) >= 40
    assert len({code for _line, _column, _value, code in expected}) >= 12


def test_the_good_rows_among_the_faults_are_all_read(tmp_path):
    path, _expected = planted(tmp_path)
    assert [row.order_no for row in good(opened(path))] == [str(1000 + n) for n in range(len(PLANTED))] + ["1501"]


def test_every_fault_has_a_sentence_that_says_what_to_do(tmp_path):
    path, _expected = planted(tmp_path)
    for problem in problems(opened(path)):
        sentence = TEXTS[problem.code] % problem.params
        assert sentence.endswith(".")
        assert sentence.count(".") >= 2 or ";" in sentence, sentence


def test_total_rows_are_notices_and_all_else_keeps_its_row_out(tmp_path):
    path, _expected = planted(tmp_path)
    levels = {p.code: p.level for p in problems(opened(path))}
    assert {code for code, level in levels.items() if level == "notice"} == {"footer_row", "footer_differs"}
    assert sum(isinstance(x, Bad) for x in opened(path).rows()) == len(PLANTED) + 5


def test_a_file_can_be_read_again_from_the_start(tmp_path):
    path, expected = planted(tmp_path)
    found = opened(path)
    assert told(found) == expected
    assert told(found) == expected


def test_raw_rows_give_the_cells_of_a_line_as_they_stand(tmp_path):
    path, _expected = planted(tmp_path)
    raw = dict(opened(path).raw_rows())
    assert raw[3][HEADER.index("订单创建时间")] == "昨天"
    assert min(raw) == 2


def test_damaged_bytes_are_told_and_cost_one_row(tmp_path):
    path = make.as_text(tmp_path / "a.csv", [HEADER, order(1), order(2, 总金额="1\0"), order(3)])
    assert told(opened(path)) == [(3, "总金额", "1\N{SYMBOL FOR NULL}", "nul_byte")]
    assert [row.order_no for row in good(opened(path))] == ["1001", "1003"]
