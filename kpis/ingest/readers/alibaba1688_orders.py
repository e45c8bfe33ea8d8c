"""1688 orders: one row an item, the order's own cells on its first row only (empty or merged below); and the items."""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.columns import amount, called, counted, pieces
from kpis.ingest.reader import About, Column, Reader
from kpis.ingest.rows import LineRow, OrderPart, OrderRow
from kpis.ingest.sales import (
    CLOSED,
    CLOSED_REFUNDED,
    FINISHED,
    PAID,
    PAID_AFTER_CREATED,
    SHIPPED,
    SIGNED,
    UNPAID,
    buyer,
    item,
    items_of,
    order,
    province,
    some_status,
)
from opsplan.lib.columns import Fault, identifier, label, moment

STATUS = some_status(
    {
        UNPAID: ("待付款", "等待买家付款"),
        PAID: ("待发货", "等待卖家发货", "部分发货"),
        SHIPPED: ("待收货", "等待买家确认收货", "已发货"),
        SIGNED: ("已收货",),
        FINISHED: ("交易成功",),
        CLOSED_REFUNDED: ("已退换货",),
        CLOSED: ("交易关闭", "交易取消"),
    }
)


def build(about: About) -> Callable[..., OrderPart]:
    above: dict[str, OrderRow] = about.memory  # the order whose rows follow, by its number

    def row(
        line: int,
        order_no: str | None,
        created_at: dt.datetime | None,
        paid_at: dt.datetime | None,
        paid_fen: int | None,
        freight_fen: int | None,
        qty: int | None,
        state: int | None,
        buyer_name: str | None,
        place: str | None,
        title: str | None,
    ) -> OrderPart:
        part = f"#{title or ''}"
        if order_no is None and not title:
            raise Fault("row_without_item", level="skip")  # a blank one between the others
        if above and (order_no is None or (order_no in above and paid_fen is None)):
            [told] = above.values()
            return OrderPart(line, part, told._replace(line=line, item_qty=qty))
        above.clear()
        if order_no is None:
            raise Fault("line_without_order", column="order_no")
        if created_at is None:
            raise Fault("missing_date", column="created_at")
        if paid_fen is None:
            raise Fault("missing_number", column="actual_fen")
        if state is None:
            raise Fault("missing_text", column="status")
        above[order_no] = order(
            line,
            order_no,
            state,
            created_at,
            paid_at,
            paid_fen,
            freight_fen=freight_fen,
            item_qty=qty,
            buyer_name=buyer_name,
            place=place,
        )
        return OrderPart(line, part, above[order_no])

    return row


def build_item(about: About) -> Callable[..., LineRow]:
    above: dict[str, str] = about.memory

    def row(line: int, order_no: str | None, title: str, code: str | None, price_fen: int | None, qty: int) -> LineRow:
        if order_no is not None:
            above["order_no"] = order_no
        if not above:
            raise Fault("line_without_order", column="order_no")
        return item(line, above["order_no"], None, (code,), title, "", price_fen or 0, qty)

    return row


ORDER_NO = Column("order_no", ("订单编号",), identifier, is_required=True, stand_in="")

PAID_FEN = Column("actual_fen", ("实付款(元)",), amount, is_required=True, adds=True, is_money=True)

ITEMS = items_of(
    "alibaba1688",
    (
        ORDER_NO,
        called("货品标题"),
        Column("code", ("货号", "商品货号"), label(100)),
        Column("price_fen", ("单价(元)", "单价"), amount),
        counted("qty", "数量"),
    ),
    build_item,
    rests_on=ORDER_NO,
)
READER = Reader(
    key="alibaba1688_orders",
    fact="orders",
    version=2,
    columns=(
        ORDER_NO,
        Column("created_at", ("订单创建时间",), moment, is_required=True),
        Column("paid_at", ("订单付款时间",), moment, is_required=True),
        PAID_FEN,
        Column("freight_fen", ("运费(元)",), amount),
        Column("item_qty", ("数量",), pieces),
        Column("status", ("订单状态",), STATUS, is_required=True),
        Column("buyer", ("买家会员名",), buyer),
        Column("province", ("收货地址",), province),
        Column("title", ("货品标题",), label(98)),
    ),
    build=build,
    checks=(PAID_AFTER_CREATED,),
    sources=("alibaba1688_order",),
    needs=("货品总价(元)",),
    folds={"item_qty": "sum"},
    also=(ITEMS,),
    rests_on=PAID_FEN,
    paid_is_net=False,
)
