import datetime as dt

import pytest

from kpis.ingest.rows import OrderRow
from opsplan.lib.problems import FileProblem
from tests.ingest import make
from tests.ingest.make import good, opened, problems, told

SHORT = make.header("tmall_order_short")
FULL = make.header("taobao_ExportOrderList_2021")
CREATED_AT = "2020-02-20 10:00:00"
PAID_AT = "2020-02-20 10:00:30"
TIMES = {"订单创建时间": CREATED_AT, "订单付款时间": PAID_AT}


def short(
    order_no="1",
    total="100.00",
    actual="100.00",
    place="浙江省",
    created="2020-02-20 10:00:00",
    paid=PAID_AT,
    refund="0.0",
):
    return [order_no, total, actual, place, created, paid, refund]


def full(**cells):
    base = {
        "订单编号": "1",
        "总金额": "100.00",
        "买家实际支付金额": "100.00",
        "订单状态": "交易成功",
        **TIMES,
    }
    return make.row(FULL, **{**base, **cells})


def one(tmp_path, cells, header=FULL):
    return good(opened(make.as_text(tmp_path / "a.csv", [header, cells])))[0]


def test_an_order_is_read_with_all_it_says(tmp_path):
    row = one(
        tmp_path,
        full(
            订单编号="3251234567890123456",
            总金额="1,200.50",
            买家实际支付金额="1150.50元",
            退款金额="50",
            买家应付邮费="12.00",
            买家会员名="春天的花",
            收货地址="浙江省 杭州市 余杭区 某某路 1 号",
            宝贝总数量="3",
            确认收货时间="2020-02-25 08:00:00",
        ),
    )
    assert row == OrderRow(
        line=2,
        order_no="3251234567890123456",
        status=50,
        created_at=dt.datetime(2020, 2, 20, 10, 0, 0),
        paid_at=dt.datetime(2020, 2, 20, 10, 0, 30),
        total_fen=120050,
        actual_fen=115050,
        refund_fen=5000,
        freight_fen=1200,
        item_qty=3,
        buyer="春天的花",
        province="浙江省",
        finished_at=dt.datetime(2020, 2, 25, 8, 0, 0),
    )


@pytest.mark.parametrize("year", ["2015", "2018", "2020", "2021"])
def test_every_generation_is_told_by_its_header(tmp_path, year):
    header = make.header(f"taobao_ExportOrderList_{year}")
    cells = make.row(
        header,
        订单编号="1",
        总金额="5",
        买家实际支付金额="5",
        订单状态="交易成功",
        订单创建时间=PAID_AT,
        订单付款时间=PAID_AT,
    )
    found = opened(make.as_text(tmp_path / "a.csv", [header, cells], "gb18030"))
    assert (found.source, found.generation) == (f"taobao_ExportOrderList_{year}", year)
    assert [row.total_fen for row in good(found)] == [500]


def test_columns_are_found_by_name_wherever_they_stand(tmp_path):
    header = [name.strip() for name in reversed(FULL)]
    assert one(tmp_path, list(reversed(full(总金额="7"))), header).total_fen == 700


def test_a_short_report_is_any_subset_with_the_amounts_and_times(tmp_path):
    names = ["订单付款时间", "订单编号", "总金额", "订单创建时间", "买家实际支付金额", "店铺名称"]
    found = opened(make.as_text(tmp_path / "a.csv", [names, [PAID_AT, "1", "5", PAID_AT, "5", "店"]]))
    assert (found.source, found.generation) == ("tmall_order_short", "short")


@pytest.mark.parametrize(
    ("text", "paid", "actual", "status"),
    [
        ("等待买家付款", "", "0", 10),
        ("买家已付款,等待卖家发货", PAID_AT, "100", 20),
        ("买家已付款，等待卖家发货", PAID_AT, "100", 20),
        ("卖家已发货,等待买家确认", PAID_AT, "100", 30),
        ("卖家已发货，等待买家确认收货", PAID_AT, "100", 30),
        ("买家已签收,货到付款专用", PAID_AT, "100", 40),
        ("交易成功", PAID_AT, "100", 50),
        ("交易关闭", "", "0", 60),
        ("交易关闭", PAID_AT, "0", 70),
        ("交易关闭", "", "100", 70),
        ("退款成功", PAID_AT, "0", 70),
        ("退款中…", PAID_AT, "100", 20),
    ],
)
def test_statuses_are_understood(tmp_path, text, paid, actual, status):
    assert one(tmp_path, full(订单状态=text, 订单付款时间=paid, 买家实际支付金额=actual)).status == status


def test_a_closed_order_is_split_by_its_reason_when_nothing_else_tells(tmp_path):
    closed = {"订单状态": "交易关闭", "订单付款时间": "", "买家实际支付金额": "0"}
    assert one(tmp_path, full(**closed, 订单关闭原因="退款;")).status == 70
    assert one(tmp_path, full(**closed, 订单关闭原因="买家未付款")).status == 60


DELIVERED = "2020-02-24 18:00:00"


@pytest.mark.parametrize(
    ("cells", "paid", "status"),
    [
        ({"订单状态": "买家已付款,等待卖家发货", "支付详情": "货到付款"}, None, 20),
        ({"订单状态": "卖家已发货,等待买家确认", "运送方式": "货到付款", "订单付款时间": PAID_AT}, None, 30),
        ({"订单状态": "买家已签收,货到付款专用", "订单付款时间": DELIVERED}, DELIVERED, 40),
        ({"订单状态": "买家已签收,货到付款专用", "订单付款时间": ""}, None, 40),
        (
            {"订单状态": "交易成功", "支付详情": "货到付款", "订单付款时间": "", "确认收货时间": DELIVERED},
            DELIVERED,
            50,
        ),
        ({"订单状态": "交易关闭", "支付详情": "货到付款", "订单付款时间": ""}, None, 60),
    ],
)
def test_what_is_paid_on_delivery_counts_when_it_was_received(tmp_path, cells, paid, status):
    row = one(tmp_path, full(**{"买家实际支付金额": "0", **cells}))
    assert (row.paid_at and str(row.paid_at), row.status, row.actual_fen) == (paid, status, None)


STAGED = "[定金 100.00元 已付款 2020-02-20 10:00:30][尾款 700.00元 {}]"


@pytest.mark.parametrize(
    ("cells", "paid", "status"),
    [
        ({"订单状态": "等待买家付款"}, None, 10),  # T-27: the deposit's day counts 0
        ({"订单状态": "等待买家付款", "分阶段订单信息": STAGED.format("未付款")}, None, 10),
        ({"订单状态": "交易关闭", "分阶段订单信息": STAGED.format("未付款"), "订单关闭原因": "退款;"}, None, 60),
        ({"分阶段订单信息": STAGED.format("已付款 2020-02-24 18:00:00")}, DELIVERED, 50),
        ({"分阶段订单信息": STAGED.format("已付款"), "订单付款时间": DELIVERED}, DELIVERED, 50),
        ({"分阶段订单信息": "阶段1:已付款;阶段2:未付款"}, None, 50),
    ],
)
def test_a_presale_is_paid_on_the_day_of_its_balance(tmp_path, cells, paid, status):
    row = one(tmp_path, full(**{"总金额": "800", "买家实际支付金额": "800", **cells}))
    assert (row.paid_at and str(row.paid_at), row.status, row.total_fen) == (paid, status, 80000)
    is_open = "未付款" in cells.get("分阶段订单信息", "")  # then what was paid is a deposit
    assert row.actual_fen == (None if is_open else 80000)


@pytest.mark.parametrize(
    ("paid", "refund", "status"), [("", "0.0", 10), (PAID_AT, "0.0", 20), (PAID_AT, "40", 20), (PAID_AT, "100.00", 70)]
)
def test_without_a_status_payment_and_refund_tell_it(tmp_path, paid, refund, status):
    assert one(tmp_path, short(paid=paid, refund=refund), SHORT).status == status


@pytest.mark.parametrize("name", ["t**3", "##密文", "1******6198", "$$密文", "", "-"])
def test_a_masked_buyer_is_no_buyer(tmp_path, name):
    assert one(tmp_path, full(买家会员名=name)).buyer is None


@pytest.mark.parametrize(
    ("address", "province"),
    [
        ("内蒙古自治区", "内蒙古自治区"),
        ("上海", "上海"),
        ("上海市 上海市 徐汇区", "上海"),
        ("\u3000广东省 深圳市", "广东省"),
        ("****", ""),
        ("某某路 1 号", ""),
    ],
)
def test_only_the_province_of_an_address_is_kept(tmp_path, address, province):
    assert one(tmp_path, short(place=address), SHORT).province == province


ROWS = [
    short("3251234567890123456"),
    short("3251234567890123457", "21.0", "0.0", "内蒙古自治区", paid=""),
    short("3251234567890123458", "21.5", "11.5", "上海", refund="10.00"),
]
TABLE = [SHORT, *ROWS]


def each(change):
    """The table with every cell below the header changed."""
    return [SHORT, *[[change(cell) for cell in cells] for cells in ROWS]]


def typed(cells):
    """As a spreadsheet holds them: amounts as numbers, times as dates, the id as text."""
    order_no, total, actual, place, created, paid, refund = cells
    times = [dt.datetime.fromisoformat(time) if time else "" for time in (created, paid)]
    return [order_no, float(total), float(actual), place, *times, float(refund)]


TYPED = [SHORT, *map(typed, ROWS)]
BARE_GUARDS = [",".join(SHORT), *[f'="{cells[0]}",' + ",".join(cells[1:]) for cells in ROWS]]

DRESSES = {
    "utf-8": lambda path: make.as_text(path, TABLE),
    "gb18030": lambda path: make.as_text(path, TABLE, "gb18030"),
    "BOM": lambda path: make.as_text(path, TABLE, "utf-8-sig"),
    "utf-16": lambda path: make.as_text(path, TABLE, "utf-16", "\t"),
    "CRLF": lambda path: make.as_text(path, TABLE, end="\r\n"),
    "CR": lambda path: make.as_text(path, TABLE, end="\r"),
    "semicolons": lambda path: make.as_text(path, TABLE, delimiter=";"),
    "guards in quotes": lambda path: make.as_text(path, each(lambda cell: f'="{cell}"')),
    "bare guards": lambda path: path.write_text("\n".join(BARE_GUARDS), "utf-8") and path,
    "apostrophes": lambda path: make.as_text(path, each(lambda cell: f"'{cell}")),
    "leading tabs": lambda path: make.as_text(path, each(lambda cell: f"\t{cell}")),
    "wide blanks": lambda path: make.as_text(path, each(lambda cell: f"\u00a0{cell}\u3000")),
    "blank lines": lambda path: make.as_text(path, [SHORT, ROWS[0], [], [""] * 7, *ROWS[1:]]),
    "spare commas": lambda path: make.as_text(path, [SHORT, *[[*cells, "", ""] for cells in ROWS]]),
    "rows above the header": lambda path: make.as_text(path, [["店铺：某店"], ["导出时间：2020-03-01"], *TABLE]),
    "slashes": lambda path: make.as_text(path, each(lambda cell: cell.replace("-", "/"))),
    "xlsx": lambda path: make.as_xlsx(path, TYPED),
    "xls": lambda path: make.as_xls(path, TYPED),
}


@pytest.mark.parametrize("dress", DRESSES)
def test_the_same_orders_give_the_same_rows_in_every_dress(tmp_path, dress):
    found = opened(DRESSES[dress](tmp_path / "a.csv"))
    assert told(found) == []
    assert [(row.order_no, row.status, row.total_fen, row.actual_fen, row.refund_fen) for row in good(found)] == [
        ("3251234567890123456", 20, 10000, 10000, 0),
        ("3251234567890123457", 10, 2100, 0, 0),
        ("3251234567890123458", 20, 2150, 1150, 1000),
    ]
    assert [row.province for row in good(found)] == ["浙江省", "内蒙古自治区", "上海"]
    assert [str(row.created_at) for row in good(found)] == [CREATED_AT] * 3
    assert [str(row.paid_at) for row in good(found)] == [PAID_AT, "None", PAID_AT]


def test_an_id_that_a_spreadsheet_made_a_number_is_refused(tmp_path):
    path = make.as_xlsx(tmp_path / "a.xlsx", [SHORT, short(3251234567890123456), short("2")])
    assert told(opened(path)) == [(2, "订单编号", "3.25123456789012E+18", "id_scientific")]


def test_paid_and_created_cut_to_the_minute_agree(tmp_path):
    cells = short(created="2020/2/20 23:59", paid="2020/2/20 23:59")
    assert one(tmp_path, cells, SHORT).paid_at == dt.datetime(2020, 2, 20, 23, 59)


def test_a_total_row_is_left_out_and_agrees(tmp_path):
    path = make.as_text(
        tmp_path / "a.csv", [SHORT, short("1"), short("2"), ["总计", "200.00", "200.00", "", "", "", "0"]]
    )
    assert told(opened(path)) == [(4, "订单编号", "总计", "footer_row")]
    assert problems(opened(path))[0].level == "notice"
    assert len(good(opened(path))) == 2


def test_a_total_row_that_differs_is_told(tmp_path):
    path = make.as_text(
        tmp_path / "a.csv", [SHORT, short("1"), short("2"), ["合计：", "300.00", "200.00", "", "", "", "0"]]
    )
    assert told(opened(path)) == [(4, "订单编号", "合计：", "footer_row"), (4, "总金额", "300.00", "footer_differs")]
    assert problems(opened(path))[1].params == {"total": "300.00", "sum": "200.00"}


def test_subtotals_are_compared_with_their_own_rows(tmp_path):
    def sub(total):
        return ["小计", total, total, "", "", "", ""]

    rows = [SHORT, short("1"), sub("100"), short("2"), short("3"), sub("200"), ["总计", "300", "300", "", "", "", ""]]
    found = opened(make.as_text(tmp_path / "a.csv", rows))
    assert [p.code for p in problems(found)] == ["footer_row"] * 3


def test_nothing_of_a_buyer_is_told_in_a_problem(tmp_path):
    secret = "张三13800000000"
    cells = full(买家会员名=secret, 收货人姓名=secret, 收货地址=secret, 联系手机=secret, 订单编号="", 订单状态="?")
    lines = make.text([FULL, cells]) + make.text([full()]).replace(",,,,", f',,"{secret},,', 1)
    path = tmp_path / "a.csv"
    path.write_text(lines)
    assert {p.code for p in problems(opened(path))} == {"missing_id", "unknown_status", "broken_quote"}
    assert secret not in repr(problems(opened(path)))


def test_the_real_month_is_read_whole(tmall_report):
    found = opened(tmall_report)
    rows = list(found.rows())
    paid = [row for row in rows if row.paid_at]
    assert (found.source, found.encoding, len(rows), len(paid)) == ("tmall_order_short", "utf-8", 28010, 24087)
    assert sum(row.total_fen for row in paid) == 247482307
    assert sum(row.actual_fen for row in paid) == 190248715
    assert sum(row.refund_fen for row in rows) == 57233592
    assert sum(row.status == 70 for row in rows) == 5132


def test_a_forced_source_says_which_columns_are_missing(tmp_path):
    path = make.as_text(tmp_path / "a.csv", [["订单编号", "总金额"], ["1", "2"]])
    with pytest.raises(FileProblem) as caught:
        opened(path, source="tmall_order_short")
    assert caught.value.params["columns"] == "订单创建时间, 订单付款时间, 买家实际支付金额"
    assert "订单付款时间" in str(caught.value)
