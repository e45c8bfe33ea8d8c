"""旺店通 ERP orders: one row an item, 买家实付 of the order on each; and the items. One shop a file."""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.columns import amount, called, counted, needed_amount, numbered, placed
from kpis.ingest.reader import About, Column, Reader, each
from kpis.ingest.rows import LineRow, OrderPart
from kpis.ingest.sales import (
    CLOSED,
    FINISHED,
    PAID,
    PAID_AFTER_CREATED,
    SHIPPED,
    UNPAID,
    item,
    items_of,
    only_one,
    order,
    piece,
    statuses,
)
from opsplan.lib.columns import identifier, label, moment, remembered
from opsplan.lib.text import folded

STATUS = statuses(
    {
        UNPAID: ("待付款", "未付款"),
        SHIPPED: ("已发货", "部分发货"),
        FINISHED: ("已完成", "已签收"),
        CLOSED: ("已取消", "已关闭", "交易关闭"),
    },
    {PAID: ("待", "已审核", "已付款", "已递交", "延时审核", "预订单", "已确认", "拣货", "打包")},
)
GIVEN_BACK = ("已退款", "全部退款", "退款成功")


def build(_about: About) -> Callable[..., OrderPart]:
    same_shop = only_one("other_shop", "shop")

    def row(
        line: int,
        order_no: str,
        shop: str | None,
        created_at: dt.datetime,
        paid_at: dt.datetime | None,
        paid_fen: int,
        qty: int,
        state: int,
        refund: str | None,
        sub_order_no: str | None,
        title: str | None,
    ) -> OrderPart:
        same_shop(shop)
        is_refunded = refund in GIVEN_BACK
        whole = order(line, order_no, state, created_at, paid_at, paid_fen, is_refunded=is_refunded, item_qty=qty)
        return OrderPart(line, f"#{sub_order_no or title or ''}", whole)

    return row


def item_row(
    line: int,
    order_no: str,
    sub_order_no: str | None,
    title: str,
    code: str | None,
    share_fen: int | None,
    qty: int,
) -> LineRow:
    return item(line, order_no, sub_order_no, (code,), title, "", piece(share_fen or 0, qty), qty)


ORDER_NO = numbered("order_no", "原始单号", "订单编号")
QTY = counted("item_qty", "实发数量", "下单数量")

ITEMS = items_of(
    "wangdiantong",
    (
        ORDER_NO,
        Column("sub_order_no", ("子单原始单号",), identifier),
        called("货品名称"),
        Column("code", ("货品编号", "商家编码"), label(100)),
        Column("price_fen", ("分摊后总价",), amount, is_required=True),
        QTY,
    ),
    each(item_row),
)
READER = Reader(
    key="wangdiantong_orders",
    fact="orders",
    version=1,
    columns=(
        ORDER_NO,
        Column("shop", ("店铺",), label(60)),
        placed("交易时间", "下单时间"),
        Column("paid_at", ("付款时间",), moment, is_required=True),
        Column("actual_fen", ("买家实付",), needed_amount, is_required=True, stand_in=0),
        QTY,
        Column("status", ("订单状态",), STATUS, is_required=True, stand_in=PAID),
        Column("refund", ("订单退款状态",), remembered(folded)),
        Column("part", ("子单原始单号",), identifier),
        Column("title", ("货品名称",), label(200)),
    ),
    build=build,
    checks=(PAID_AFTER_CREATED,),
    sources=("wangdiantong_order",),
    needs=("货品名称",),
    folds={"item_qty": "sum"},
    also=(ITEMS,),
    paid_is_net=False,
)
