"""Taobao and Tmall order list (订单报表, ExportOrderList…): one row a parent order, all generations and short reports.

A short report is any subset with the columns that are required here. Buyers' names, phones and addresses are dropped
while reading, but for the province and, where it is not masked, the nickname that is hashed before it is stored.

What is paid on delivery counts when it was received (G3), a presale when its balance was paid (G4): before that there
is no payment, and a deposit alone never is one.
"""

import datetime as dt
import re
from collections.abc import Callable

from kpis.ingest.columns import amount, numbered, pieces, placed, summed
from kpis.ingest.header import Header
from kpis.ingest.reader import About, Check, Column, Reader
from kpis.ingest.rows import OrderRow
from kpis.ingest.sales import (
    CLOSED,
    CLOSED_REFUNDED,
    CLOSED_UNPAID,
    FINISHED,
    PAID,
    PAID_AFTER_CREATED,
    SHIPPED,
    SIGNED,
    UNPAID,
    buyer,
    province,
    statuses,
)
from opsplan.lib.columns import (
    Fault,
    cleaned,
    moment,
    remembered,
)
from opsplan.lib.money import yuan

STATUS = statuses(
    {
        UNPAID: ("等待买家付款", "没有创建支付宝交易"),
        PAID: ("买家已付款,等待卖家发货", "买家已付款", "等待卖家发货"),
        SHIPPED: (
            *("卖家部分发货", "卖家已发货", "等待买家确认收货"),
            *("卖家已发货,等待买家确认", "卖家已发货,等待买家确认收货"),
        ),
        SIGNED: ("买家已签收,货到付款专用",),
        FINISHED: ("交易成功",),
        CLOSED: ("交易关闭",),
        CLOSED_REFUNDED: ("退款成功",),
    },
    {PAID: ("退款中",)},
)

RECEIVED = (SIGNED, FINISHED, CLOSED, CLOSED_REFUNDED)  # where a payment on delivery may have been made

# 订单报表 headers that tell a generation from the one before it.
GENERATIONS = (
    ("2021", ("满返红包金额", "直播返现状态", "新零售成交门店昵称")),
    ("2020", ("支付单号", "是否信用购", "主订单编号")),
    ("2018", ("店铺Id", "是否手机订单", "打款商家金额")),
    ("2015", ("分销商Id", "卡券抵扣", "积分抵扣")),
)


ON_DELIVERY = "货到付款"
OPEN_STAGE = re.compile(r"尾款(?!.*尾款)[^;；。\]】]*?(未付|待付|未支付|待支付|等待)|(未付|待付|未支付|待支付)尾款")
STAGE_TIME = re.compile(r"20\d\d[-/]\d{1,2}[-/]\d{1,2} \d{1,2}:\d\d(:\d\d)?")


def on_delivery(text: str) -> bool:
    """Whether a cell says that the order is paid on delivery."""
    return ON_DELIVERY in text


def stages(text: str) -> tuple[bool, dt.datetime | None] | None:
    """Of a presale: whether its balance is still open, and the latest moment its stages tell; None for other orders."""
    body = cleaned(text)
    if "尾款" not in body and "阶段" not in body:
        return None
    told = re.sub(r"(第二阶段|第2阶段|阶段二|阶段2)", "尾款", body)
    times = [moment(found[0]) for found in STAGE_TIME.finditer(told)]
    return bool(OPEN_STAGE.search(told)), max((time for time in times if time is not None), default=None)


new = tuple.__new__  # what OrderRow() does, without its call: this is the hottest line


def build(about: About) -> Callable[..., OrderRow]:
    def row(
        line: int,
        order_no: str,
        created_at: dt.datetime,
        paid_at: dt.datetime | None,
        total_fen: int,
        actual_fen: int | None,
        refund_fen: int | None,
        freight_fen: int | None,
        written: int | None,
        item_qty: int | None,
        buyer_name: str | None,
        province_name: str | None,
        finished_at: dt.datetime | None,
        reason: str | None,
        cod_payment: bool | None,
        cod_delivery: bool | None,
        presale: tuple[bool, dt.datetime | None] | None,
    ) -> OrderRow:
        refund = refund_fen or 0
        if cod_payment or cod_delivery or written == SIGNED:
            paid_at = (paid_at or finished_at) if written in RECEIVED else None
            actual_fen = actual_fen or None  # 0: the courier has taken it
        elif presale:
            is_open, last = presale
            paid_at = None if is_open or paid_at is None else max(paid_at, last or paid_at)
            reason = None if is_open else reason
            actual_fen = None if is_open else actual_fen
        elif written == UNPAID:
            paid_at = None  # at most a deposit
        if written is None:
            state = UNPAID if paid_at is None else CLOSED_REFUNDED if 0 < total_fen <= refund else PAID
        elif written == CLOSED:
            is_paid = paid_at is not None or actual_fen or "退款" in (reason or "")
            state = CLOSED_REFUNDED if is_paid else CLOSED_UNPAID
        else:
            state = written
        money_and_more = (total_fen, actual_fen, refund, freight_fen, item_qty, buyer_name, province_name or "")
        return new(OrderRow, (line, order_no, state, created_at, paid_at, *money_and_more, finished_at, None))

    return row


def refund_above_paid(row: OrderRow) -> Fault | None:
    """More back than was paid before refunds; 总金额 is that amount in files where 实付 is already net of refunds."""
    if not row.refund_fen:
        return None
    paid = 0 if row.paid_at is None else max(row.total_fen, row.actual_fen or 0)
    return Fault("refund_above_paid", {"paid": str(yuan(paid))}) if row.refund_fen > paid else None


def layout(header: Header) -> tuple[str, str]:
    if header.find(("订单状态",)) >= 0 and len(header.places) >= 30:
        for generation, marks in GENERATIONS:
            if sum(header.find((mark,)) >= 0 for mark in marks) >= 2:
                return f"taobao_ExportOrderList_{generation}", generation
    return "tmall_order_short", "short"


READER = Reader(
    key="taobao_orders",
    fact="orders",
    version=2,
    columns=(
        numbered("order_no", "订单编号"),
        placed("订单创建时间"),
        Column("paid_at", ("订单付款时间",), moment, is_required=True),
        summed("total_fen", "总金额"),
        Column(
            "actual_fen",
            ("买家实际支付金额", "买家实付金额", "实付金额"),
            amount,
            is_required=True,
            adds=True,
            is_money=True,
        ),
        Column("refund_fen", ("退款金额",), amount, adds=True, is_money=True),
        Column("freight_fen", ("买家应付邮费",), amount),
        Column("status", ("订单状态",), STATUS),
        Column("item_qty", ("宝贝总数量",), pieces),
        Column("buyer", ("买家会员名",), buyer),
        Column("province", ("收货地址",), province),
        Column("finished_at", ("确认收货时间",), moment),
        Column("reason", ("订单关闭原因",), remembered(cleaned)),
        Column("cod_payment", ("支付详情", "支付方式"), on_delivery),
        Column("cod_delivery", ("运送方式",), remembered(on_delivery)),
        Column("presale", ("分阶段订单信息",), remembered(stages)),
    ),
    build=build,
    checks=(
        PAID_AFTER_CREATED,
        Check(frozenset({"refund_fen", "total_fen", "actual_fen", "paid_at"}), "refund_fen", refund_above_paid),
    ),
    sources=(
        "taobao_ExportOrderList_2021",
        "taobao_ExportOrderList_2020",
        "taobao_ExportOrderList_2018",
        "taobao_ExportOrderList_2015",
        "tmall_order_short",
    ),
    layout=layout,
)
