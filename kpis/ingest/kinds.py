"""What each kind of fact brings into the staging table, its natural key, and how two tellings of it merge."""

import datetime as dt
from dataclasses import dataclass, field, replace
from enum import Enum

from django.db.models import CharField, Model

from kpis.models import AdSpend, ChannelTraffic, Entry, Fee, ItemTraffic, Order, OrderLine, Refund, ShopTraffic
from kpis.models.facts import Coverage, RefundStatus

Source = Coverage.SourceKind


class Merge(Enum):
    """Which value stays when a row is told a second time."""

    NEWER = "the newer telling"
    FILL = "the newer telling unless it is blank; an older one may still fill a blank"
    KEEP = "what is known, unless it is blank"
    LARGER = "the larger one: it never shrinks"


@dataclass(frozen=True)
class Kind:
    """`columns` are fields of `model` in the order in which `staging` writes them, the natural key first."""

    source: str
    model: type[Model]
    key: tuple[str, ...]
    columns: dict[str, Merge]
    days: tuple[str, ...] = ()  # columns whose day has to be counted again
    span: str = "day"  # the column that tells first and last day of a file; "" when the rows have no day
    has_rank: bool = False  # `status` is a rank: it decides what is newer where the export times do not
    staged: dict[str, str] = field(default_factory=dict)  # column -> SQL type, where staging differs from the model
    merges: dict[str, str] = field(default_factory=dict)  # column -> SQL over o (known) and n (new), for odd cases
    named: str = "day"  # the row's field by which people know it

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def all_columns(self) -> tuple[str, ...]:
        return (*self.key, *self.columns)

    def blank(self, column: str) -> str:
        """The SQL literal that means "the file does not say", besides NULL; "" when there is none."""
        if isinstance(self.model._meta.get_field(column), CharField):
            return "''"
        return "0" if column == "status" and self.model is Order else ""


def fill(*columns: str) -> dict[str, Merge]:
    return dict.fromkeys(columns, Merge.FILL)


SETTLED = int(RefundStatus.SUCCEEDED)

KINDS: dict[str, Kind] = {
    Source.ORDERS: Kind(
        Source.ORDERS,
        Order,
        ("order_no",),
        {
            "status": Merge.FILL,
            "created_at": Merge.NEWER,
            "order_day": Merge.NEWER,
            **fill("paid_at", "pay_day"),
            "total_fen": Merge.NEWER,
            "pay_fen": Merge.FILL,
            "refund_fen": Merge.LARGER,
            **fill("freight_fen", "item_qty", "buyer_key", "province", "finished_at", "subsidy_fen"),
        },
        days=("order_day", "pay_day"),
        span="order_day",
        has_rank=True,
        named="order_no",
    ),
    Source.LINES: Kind(
        Source.LINES,
        OrderLine,
        ("order_no", "line_key"),
        {**fill("code", "title", "properties"), "price_fen": Merge.NEWER, "qty": Merge.NEWER},
        span="",
        named="sub_order_no",
    ),
    Source.REFUNDS: Kind(
        Source.REFUNDS,
        Refund,
        ("refund_no",),
        {
            "order_no": Merge.NEWER,
            **fill("code"),
            "status": Merge.NEWER,
            **fill("applied_at", "settled_at", "settled_day"),
            "amount_fen": Merge.NEWER,
            **fill("qty", "with_return", "reason", "line_key"),
        },
        days=("settled_day",),
        span="applied_day",
        has_rank=True,
        staged={"applied_day": "date"},
        # What was paid back stays paid back, and never becomes less.
        merges={
            "status": f"CASE WHEN o.status = {SETTLED} THEN {SETTLED} ELSE n.status END",
            "amount_fen": f"CASE WHEN o.status = {SETTLED} AND (n.status <> {SETTLED} OR n.amount_fen < o.amount_fen) "
            "THEN o.amount_fen ELSE n.amount_fen END",
        },
        named="refund_no",
    ),
    Source.TRAFFIC: Kind(
        Source.TRAFFIC,
        ShopTraffic,
        ("day",),
        fill(
            *("uv", "pv", "new_uv", "old_uv", "visits", "stay_seconds", "bounce_rate", "order_buyers", "order_amt_fen"),
            *("pay_buyers", "pay_amt_fen", "pay_orders", "pay_items", "pay_new_buyers", "pay_old_buyers"),
            *("shop_fav_uv", "item_fav_uv", "cart_uv"),
        ),
        days=("day",),
    ),
    Source.FLOW: Kind(
        Source.FLOW,
        ChannelTraffic,
        ("day", "flow", "detail"),
        fill(
            *("channel_key", "uv", "pv", "fav_uv", "cart_uv", "order_buyers", "pay_buyers", "pay_items", "pay_amt_fen")
        ),
        days=("day",),
        named="detail",
    ),
    Source.ITEMS: Kind(
        Source.ITEMS,
        ItemTraffic,
        ("day", "item_id"),
        fill(
            *("title", "code", "uv", "pv", "fav_uv", "cart_uv", "order_buyers", "pay_buyers", "pay_items"),
            *("pay_amt_fen", "refund_amt_fen", "search_uv"),
        ),
        days=("day",),
        named="item_id",
    ),
    Source.ADS: Kind(
        Source.ADS,
        AdSpend,
        ("day", "channel_key", "grain", "subject"),
        {
            "cost_fen": Merge.NEWER,
            **fill("impressions", "clicks", "sales_fen", "orders", "fav_cart", "visitors"),
        },
        days=("day",),
    ),
    Source.FEES: Kind(
        Source.FEES,
        Fee,
        ("fee_no",),
        {"day": Merge.NEWER, **fill("order_no", "name"), "amount_fen": Merge.NEWER},
        days=("day",),
        named="fee_no",
    ),
    Source.FIGURES: Kind(Source.FIGURES, Entry, ("measure", "day"), {"value": Merge.NEWER}, days=("day",)),
}
# The same for files that spread an order over several rows: `part` is the number of the sub-order.
# `known`: whether earlier files have told of its parts, see kpis.ingest.parts.
IN_PARTS = {Source.ORDERS: replace(KINDS[Source.ORDERS], staged={"part": "varchar(100)", "known": "integer"})}


def kind_of(fact: str, *, is_in_parts: bool = False) -> Kind:
    """How a fact is staged."""
    return IN_PARTS[Source(fact)] if is_in_parts else KINDS[fact]


@dataclass(frozen=True)
class FileFacts:
    """What is the same for all rows of a file and decides how they merge.

    as_of: the export time, UTC, None when the file does not tell. The flags say which columns the file has at all.
    """

    as_of: dt.datetime | None = None
    paid_is_net: bool = False
    has_status: bool = True
    has_refund: bool = True
    has_actual: bool = True
