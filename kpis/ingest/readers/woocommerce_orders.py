"""WooCommerce Analytics orders: one row an order. Net Sales is read (after coupons, without tax and freight); the
formatted revenue disagrees with it and tells the currency only. There is no payment time: a paid order counts on its
date."""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.columns import needed_amount, pieces, placed
from kpis.ingest.reader import About, Column, Reader
from kpis.ingest.rows import OrderRow
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
from opsplan.lib.columns import needed_identifier

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


def build(about: About) -> Callable[..., OrderRow]:
    same_currency = in_currency(about)

    def row(
        line: int, order_no: str, at: dt.datetime, paid_fen: int, qty: int | None, state: int, money_of: str | None
    ) -> OrderRow:
        same_currency(money_of)
        paid_at = None if state in (UNPAID, CLOSED_UNPAID) else at
        return order(line, order_no, state, at, paid_at, paid_fen, item_qty=qty)

    return row


READER = Reader(
    key="woocommerce_orders",
    fact="orders",
    version=1,
    columns=(
        Column("order_no", ("Order #",), number, is_required=True, stand_in=""),
        placed("Date"),
        Column("total_fen", ("Net Sales", "N. Revenue"), needed_amount, is_required=True, is_money=True, stand_in=0),
        Column("item_qty", ("Items sold",), pieces),
        Column("status", ("Status",), STATUS, is_required=True, stand_in=PAID),
        Column("currency", ("N. Revenue (formatted)",), currency),
    ),
    build=build,
    sources=("woocommerce_analytics_orders",),
    needs=("Product(s)",),
    paid_is_net=False,
)
