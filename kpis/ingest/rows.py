"""What every reader yields: frozen rows with plain values. No Django, no database.

Money in fen; `datetime` naive in the store's local time unless it carries an offset; `date` local. None = the file does
not say. `line` is the line of the file, for problems found later (a repeated id, a file that contradicts itself).
Named tuples, because a file has millions of them: they are made four times faster than frozen dataclasses.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from opsplan.lib.problems import Problem


class OrderRow(NamedTuple):
    line: int
    order_no: str
    status: int  # kpis.models.OrderStatus value; derived from payment and refund when the file has no status column
    created_at: dt.datetime
    paid_at: dt.datetime | None
    total_fen: int  # 总金额
    actual_fen: int | None  # 买家实际支付金额 as written: net of refunds or not, decided per file
    refund_fen: int
    freight_fen: int | None
    item_qty: int | None
    buyer: str | None  # as written; hashed before it is stored, None when masked or absent
    province: str
    finished_at: dt.datetime | None
    subsidy_fen: int | None = None  # discounts that platform and streamers pay to the shop


class LineRow(NamedTuple):
    line: int
    order_no: str
    sub_order_no: str | None
    code: str
    title: str
    properties: str
    price_fen: int
    qty: int


class OrderPart(NamedTuple):
    """A row of a file that spreads an order over several rows; they are put together once all are staged.

    part: the sub-order's number, which must not come twice (of a row for several: joined by ;); # and what it is of
    where rows have none.
    """

    line: int
    part: str
    order: OrderRow


class RefundRow(NamedTuple):
    line: int
    refund_no: str
    order_no: str
    code: str
    status: int
    applied_at: dt.datetime | None
    settled_at: dt.datetime | None
    amount_fen: int
    qty: int | None
    with_return: bool | None
    reason: str
    line_key: str = ""  # the sub-order the case is about, where the file tells it


class TrafficRow(NamedTuple):
    line: int
    day: dt.date
    uv: int | None
    pv: int | None
    new_uv: int | None
    old_uv: int | None
    visits: int | None
    stay_seconds: Decimal | None
    bounce_rate: Decimal | None
    order_buyers: int | None
    order_amt_fen: int | None
    pay_buyers: int | None
    pay_amt_fen: int | None
    pay_orders: int | None
    pay_items: int | None
    pay_new_buyers: int | None
    pay_old_buyers: int | None
    shop_fav_uv: int | None
    item_fav_uv: int | None
    cart_uv: int | None


class FlowRow(NamedTuple):
    line: int
    day: dt.date
    flow: str
    detail: str
    uv: int | None
    pv: int | None
    fav_uv: int | None
    cart_uv: int | None
    order_buyers: int | None
    pay_buyers: int | None
    pay_items: int | None
    pay_amt_fen: int | None


class ItemRow(NamedTuple):
    line: int
    day: dt.date
    item_id: str
    title: str
    code: str
    uv: int | None
    pv: int | None
    fav_uv: int | None
    cart_uv: int | None
    order_buyers: int | None
    pay_buyers: int | None
    pay_items: int | None
    pay_amt_fen: int | None
    refund_amt_fen: int | None
    search_uv: int | None


class SpendRow(NamedTuple):
    line: int
    day: dt.date
    channel: str  # a name to be looked up in the store's alias table, e.g. 直通车, 关键词推广
    grain: str  # account or subject
    subject: str
    cost_fen: int
    impressions: int | None
    clicks: int | None
    sales_fen: int | None
    orders: int | None
    fav_cart: int | None
    visitors: int | None


class FeeRow(NamedTuple):
    line: int
    fee_no: str  # what names the row: order, kind of fee and moment where the file has no number for it
    day: dt.date
    order_no: str
    name: str  # as the platform calls it
    amount_fen: int  # what it costs the shop; below zero what comes back


class FigureRow(NamedTuple):
    line: int
    measure: str
    day: dt.date
    value: Decimal  # yuan for money


Row = OrderRow | LineRow | RefundRow | TrafficRow | FlowRow | ItemRow | SpendRow | OrderPart | FeeRow | FigureRow


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that cannot be used, with all that is wrong with it."""

    line: int
    problems: tuple[Problem, ...]
