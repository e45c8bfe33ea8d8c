"""Shopify orders: the first row of an order is whole, the rows of its further items repeat only Name and the item.

Known by `Id`, for `Name` (#1001) comes again in other shops. Times carry the shop's offset. What is paid on delivery
has no `Paid at`: it counts when it was sent. `Refunded Amount` has no day. Total is before refunds.
"""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.columns import amount, called, counted, needed_amount, placed
from kpis.ingest.reader import About, Column, Reader
from kpis.ingest.rows import LineRow, OrderPart, OrderRow
from kpis.ingest.sales import (
    CLOSED_REFUNDED,
    CLOSED_UNPAID,
    PAID,
    PAID_AFTER_CREATED,
    SHIPPED,
    UNPAID,
    buyer,
    currency,
    in_currency,
    item,
    items_of,
    order,
    some_status,
)
from opsplan.lib.columns import Fault, identifier, label, moment

STATUS = some_status(
    {
        UNPAID: ("pending", "authorized", "partially_paid"),
        PAID: ("paid", "partially_refunded"),
        CLOSED_REFUNDED: ("refunded",),
        CLOSED_UNPAID: ("voided", "expired"),
    }
)


def build(about: About) -> Callable[..., OrderPart]:
    above: dict[str, OrderRow] = about.memory  # Name -> the order whose rows follow
    same_currency = in_currency(about)

    def row(
        line: int,
        order_no: str | None,
        name: str,
        created_at: dt.datetime,
        paid_at: dt.datetime | None,
        sent_at: dt.datetime | None,
        total_fen: int | None,
        refund_fen: int | None,
        freight_fen: int | None,
        qty: int,
        state: int | None,
        email: str | None,
        place: str | None,
        money_of: str | None,
        cancelled_at: dt.datetime | None,
        title: str | None,
    ) -> OrderPart:
        part = f"#{title or ''}"
        if order_no is None:
            if name not in above:
                raise Fault("line_without_order", column="name")
            return OrderPart(line, part, above[name]._replace(line=line, item_qty=qty))
        above.clear()
        same_currency(money_of)
        if total_fen is None:
            raise Fault("missing_number", column="total_fen")
        if state is None:
            raise Fault("missing_text", column="status")
        if state == PAID and sent_at is not None:
            state = SHIPPED
        if state == UNPAID and cancelled_at is not None:
            state = CLOSED_UNPAID
        if paid_at is None and state not in (UNPAID, CLOSED_UNPAID):
            paid_at = sent_at or created_at
        above[name] = order(
            line,
            order_no,
            state,
            created_at,
            paid_at,
            total_fen,
            refund_fen=refund_fen,
            freight_fen=freight_fen,
            item_qty=qty,
            buyer_name=email,
            place=place,
        )
        return OrderPart(line, part, above[name])

    return row


def build_item(about: About) -> Callable[..., LineRow]:
    above: dict[str, str] = about.memory

    def row(
        line: int, order_no: str | None, name: str, title: str, sku: str | None, price_fen: int, qty: int
    ) -> LineRow:
        if order_no is not None:
            above.clear()
            above[name] = order_no
        if name not in above:
            raise Fault("line_without_order", column="name")
        return item(line, above[name], None, (sku,), title, "", price_fen, qty)

    return row


ORDER_NO = Column("order_no", ("Id",), identifier, is_required=True, stand_in="")
NAME = Column("name", ("Name",), label(60), is_required=True, stand_in="")
QTY = counted("qty", "Lineitem quantity")

ITEMS = items_of(
    "shopify",
    (
        ORDER_NO,
        NAME,
        called("Lineitem name"),
        Column("sku", ("Lineitem sku",), label(100)),
        Column("price_fen", ("Lineitem price",), needed_amount, is_required=True, stand_in=0),
        QTY,
    ),
    build_item,
    rests_on=ORDER_NO,
)
READER = Reader(
    key="shopify_orders",
    fact="orders",
    version=2,
    columns=(
        ORDER_NO,
        NAME,
        placed("Created at"),
        Column("paid_at", ("Paid at",), moment, is_required=True),
        Column("sent_at", ("Fulfilled at",), moment),
        Column("total_fen", ("Total",), amount, is_required=True, adds=True, is_money=True),
        Column("refund_fen", ("Refunded Amount",), amount),
        Column("freight_fen", ("Shipping",), amount),
        QTY,
        Column("status", ("Financial Status",), STATUS, is_required=True),
        Column("buyer", ("Email",), buyer),
        Column("province", ("Shipping Province Name", "Shipping Province"), label(20)),
        Column("currency", ("Currency",), currency),
        Column("cancelled_at", ("Cancelled at",), moment),
        Column("title", ("Lineitem name",), label(98)),
    ),
    build=build,
    checks=(PAID_AFTER_CREATED,),
    sources=("shopify_orders_export",),
    folds={"item_qty": "sum"},
    also=(ITEMS,),
    rests_on=ORDER_NO,
    paid_is_net=False,
)
