"""Amazon all-orders report (tab-separated text): one row an item with its own amounts; and the items.

An order is what its items cost with tax, freight and wrapping, less what was granted off. There is no payment time: an
order that is not pending counts when it was placed. Times are UTC.
"""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.columns import FIRST_DAY, amount, counted, numbered, pieces
from kpis.ingest.reader import About, Column, Reader, each
from kpis.ingest.rows import LineRow, OrderPart
from kpis.ingest.sales import (
    CLOSED_UNPAID,
    PAID,
    SHIPPED,
    UNPAID,
    currency,
    in_currency,
    item,
    items_of,
    order,
    piece,
    statuses,
)
from opsplan.lib.columns import Fault, label, needed_moment, remembered, signed_money

STATUS = statuses(
    {UNPAID: ("pending",), PAID: ("unshipped", "shipping"), CLOSED_UNPAID: ("cancelled", "canceled")},
    {UNPAID: ("pending",), SHIPPED: ("partiallyshipped", "shipped")},
)
ELSEWHERE = "non-amazon"  # how the channel of orders begins that Amazon has only shipped
GRANTED = ("item-promotion-discount", "ship-promotion-discount")
COST = ("item-price", "item-tax", "shipping-price", "shipping-tax", "gift-wrap-price", "gift-wrap-tax")


def in_utc(text: str) -> dt.datetime:
    """A time without an offset is UTC."""
    at = needed_moment(text)
    return at.replace(tzinfo=at.tzinfo or dt.UTC)


def build(about: About) -> Callable[..., OrderPart]:
    same_currency = in_currency(about)

    def row(
        line: int,
        order_no: str,
        at: dt.datetime,
        state: int,
        qty: int | None,
        money_of: str | None,
        place: str | None,
        sku: str | None,
        channel: str | None,
        *amounts: int | None,
    ) -> OrderPart:
        if (channel or "").lower().startswith(ELSEWHERE):
            raise Fault("sold_elsewhere", level="notice", column="channel")
        same_currency(money_of)
        cost, granted = amounts[: len(COST)], amounts[len(COST) :]
        paid_fen = max(sum(each or 0 for each in cost) - sum(abs(each or 0) for each in granted), 0)
        freight = (cost[2] or 0) + (cost[3] or 0)
        paid_at = None if state in (UNPAID, CLOSED_UNPAID) else at
        told = order(line, order_no, state, at, paid_at, paid_fen, freight_fen=freight, item_qty=qty, place=place)
        return OrderPart(line, f"#{sku or ''}", told)

    return row


def item_row(
    line: int,
    order_no: str,
    sku: str,
    title: str | None,
    price_fen: int | None,
    qty: int,
    state: int,
    channel: str | None,
) -> LineRow:
    if (channel or "").lower().startswith(ELSEWHERE):
        raise Fault("sold_elsewhere", level="skip")
    if state in (UNPAID, CLOSED_UNPAID):
        raise Fault("not_bought", level="skip")  # a pending order has no price yet: with it, the line would be another
    return item(line, order_no, None, (sku,), title, "", piece(price_fen or 0, qty), qty)


ORDER_NO = numbered("order_no", "amazon-order-id")
STATE = Column("status", ("order-status",), STATUS, is_required=True, stand_in=PAID)
CHANNEL = Column("channel", ("sales-channel",), label(40), stand_in="")

ITEMS = items_of(
    "amazon",
    (
        ORDER_NO,
        Column("sku", ("sku",), label(100), is_required=True, stand_in=""),
        Column("title", ("product-name",), label(200)),
        Column("price_fen", ("item-price",), amount, is_required=True),
        counted("qty", "quantity"),
        STATE,
        CHANNEL,
    ),
    each(item_row),
)
READER = Reader(
    key="amazon_orders",
    fact="orders",
    version=3,
    columns=(
        ORDER_NO,
        Column("created_at", ("purchase-date",), in_utc, is_required=True, stand_in=FIRST_DAY.replace(tzinfo=dt.UTC)),
        STATE,
        Column("item_qty", ("quantity",), pieces, is_required=True),
        Column("currency", ("currency",), currency),
        Column("province", ("ship-state",), label(20)),
        Column("part", ("sku",), label(98)),
        CHANNEL,
        *(Column(name, (name,), amount, is_required=name == "item-price", is_money=True) for name in COST),
        *(Column(name, (name,), remembered(signed_money), is_money=True) for name in GRANTED),
    ),
    build=build,
    sources=("amazon_all_orders_tsv",),
    folds=dict.fromkeys(("total_fen", "actual_fen", "freight_fen", "item_qty"), "sum"),
    also=(ITEMS,),
    paid_is_net=False,
)
