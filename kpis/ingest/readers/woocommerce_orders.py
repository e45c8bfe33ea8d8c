"""WooCommerce Analytics orders: one row an order, and one for each refund, under the number of its order, with the
refund's own date and Net Sales below zero.

Net Sales is read (after coupons, without tax and freight); the formatted revenue disagrees with it and tells the
currency only. There is no payment time: a paid order counts on its date.
"""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.aftersales import SUCCEEDED
from kpis.ingest.columns import FIRST_DAY, pieces, placed
from kpis.ingest.reader import About, Column, Reader, each
from kpis.ingest.rows import OrderRow, RefundRow
from kpis.ingest.sales import (
    CLOSED_REFUNDED,
    CLOSED_UNPAID,
    FINISHED,
    PAID,
    UNPAID,
    currency,
    in_currency,
    order,
    statuses,
)
from opsplan.lib.columns import Fault, cleaned, needed, needed_identifier, needed_moment, remembered, signed_money

STATUS = statuses(
    {
        UNPAID: ("pending", "pending payment", "on-hold", "on hold"),
        PAID: ("processing",),
        FINISHED: ("completed",),
        CLOSED_REFUNDED: ("refunded",),
        CLOSED_UNPAID: ("cancelled", "failed"),
    },
    {UNPAID: ("checkout", "auto-draft")},
)


def number(text: str) -> str:
    return needed_identifier(text.replace("#", ""))


def signed_pieces(text: str) -> int | None:
    """Items sold: below zero where they came back."""
    body = cleaned(text)
    if not body.startswith("-"):
        return pieces(body)
    return -(pieces(body[1:]) or 0)


def is_refund(net_fen: int, qty: int | None) -> bool:
    """Whether a row is a refund's: money or goods came back (nothing of it in Net Sales, where it was freight)."""
    return net_fen < 0 or (net_fen == 0 and qty is not None and qty <= 0)


def build(about: About) -> Callable[..., OrderRow]:
    same_currency = in_currency(about)

    def row(
        line: int, order_no: str, at: dt.datetime, paid_fen: int, qty: int | None, state: int, money_of: str | None
    ) -> OrderRow:
        same_currency(money_of)
        if is_refund(paid_fen, qty):
            raise Fault("refund_row", level="skip")
        paid_at = None if state in (UNPAID, CLOSED_UNPAID) else at
        return order(line, order_no, state, at, paid_at, paid_fen, item_qty=qty)

    return row


def refund_row(line: int, order_no: str, at: dt.datetime, net_fen: int, qty: int | None) -> RefundRow:
    if net_fen >= 0:
        raise Fault("order_row", level="skip")
    number = f"{order_no}-{at:%Y%m%d%H%M%S}-{-net_fen}"  # a refund is told without a number of its own
    back, with_return = (-qty, True) if qty else (None, None)
    return RefundRow(line, number, order_no, "", SUCCEEDED, None, at, -net_fen, back, with_return, "")


ORDER_NO = Column("order_no", ("Order #",), number, is_required=True, stand_in="")
NET = ("Net Sales", "N. Revenue")
net_amount = remembered(needed(signed_money, "missing_number"))

REFUNDS = Reader(
    key="woocommerce_refunds",
    fact="refunds",
    version=1,
    columns=(
        ORDER_NO,
        Column("settled_at", ("Date",), needed_moment, is_required=True, stand_in=FIRST_DAY),
        Column("amount_fen", NET, net_amount, is_required=True, is_money=True, stand_in=0),
        Column("qty", ("Items sold",), signed_pieces),
    ),
    build=each(refund_row),
    sources=("woocommerce_refunds",),
)
READER = Reader(
    key="woocommerce_orders",
    fact="orders",
    version=2,
    columns=(
        ORDER_NO,
        placed("Date"),
        Column("total_fen", NET, net_amount, is_required=True, is_money=True, stand_in=0),
        Column("item_qty", ("Items sold",), signed_pieces),
        Column("status", ("Status",), STATUS, is_required=True, stand_in=PAID),
        Column("currency", ("N. Revenue (formatted)",), currency),
    ),
    build=build,
    sources=("woocommerce_analytics_orders",),
    needs=("Product(s)",),
    also=(REFUNDS,),
    paid_is_net=False,
)
