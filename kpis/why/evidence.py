"""The very rows behind a figure: which listing proves which measure, for the shop, a channel or a product."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from kpis.listings import LISTINGS, Listing, Rows, Scope
from kpis.listings.platform import PAID, SHOP_FIELDS
from kpis.listings.scope import NAMELESS
from kpis.measures import Measure
from kpis.models import Order
from opsplan.lib.money import yuan
from products.models import Product

__all__ = ["LISTINGS", "PAGE", "Listing", "Order", "Product", "Scope", "counted", "each", "page", "total"]

PAGE = 50
Proof = tuple[tuple[str, str], ...]
TYPED = ("entries", "counted")

# measure -> (listing, the field that is added up; "" = the rows, or the different people in them). Several = their sum.
COUNTED: Mapping[str, Proof] = {
    "order_cnt": (("orders_made", ""),),
    "order_amt": (("orders_made", "total_fen"),),
    "order_buyers": (("orders_made", ""),),
    "order_pay_buyers": (("orders_made_paid", ""),),
    "pay_order_cnt": (("orders_paid", ""),),
    "pay_amt": (("orders_paid", "pay_fen"),),
    "pay_freight": (("orders_paid", "freight_fen"),),
    "subsidy_amt": (("orders_paid", "subsidy_fen"),),
    "pay_item_cnt": (("lines", "qty"), ("orders_unlined", "item_qty")),
    "pay_line_cnt": (("lines", ""),),
    "unlined_cnt": (("orders_unlined", ""),),
    "valid_order_cnt": (("orders_valid", ""),),
    "cohort_refund_amt": (("orders_refunded", "known_fen"),),
    "return_order_cnt": (("orders_sent_back", ""),),
    "refund_est_amt": (("orders_undated", "undated_fen"),),
    "refund_amt": (("refunds", "amount_fen"), ("orders_undated", "undated_fen")),
    "refund_cnt": (("refunds", ""),),
    "refund_qty": (("refunds", "qty"), TYPED),
    "cost_amt": (("lines_costed", "cost_fen"),),
    "cost_missing_qty": (("lines_uncosted", "qty"), ("orders_unlined", "item_qty")),
    "act_amt": (("orders_campaign", "pay_fen"), ("lines_campaign", "share_fen")),
    "sold_items": (("lines_named", ""),),
    "a_items": (("lines_best", ""),),
    "promo_cost": (("ads", "cost_fen"), TYPED),
    "promo_amt": (("ads", "sales_fen"),),
    "ad_impressions": (("ads", "impressions"),),
    "ad_clicks": (("ads", "clicks"),),
    "sales_cost": (("ads_sales", "cost_fen"),),
    "click_cost": (("ads_clicks", "cost_fen"),),
    "view_cost": (("ads_views", "cost_fen"),),
    "pay_buyers": (("orders_paid", ""),),
    "new_buyers": (("orders_new", ""),),
    "old_buyers": (("orders_returning", ""),),
    "repeat_buyers": (("orders_repeat", ""),),
    **{key: (("traffic", key), TYPED) for key in SHOP_FIELDS},
    "cart_uv": (("traffic", "cart_uv"),),
    "fav_uv": (("traffic", "fav_used"),),
    **{key: (("traffic", key),) for key in ("stay_total", "bounce_total", "bounce_base")},
    "platform_order_buyers": (("traffic", "order_buyers"),),
    "platform_pay_buyers": (("traffic", "pay_buyers"),),
    "platform_new_buyers": (("traffic", "pay_new_buyers"),),
    "platform_old_buyers": (("traffic", "pay_old_buyers"),),
    "paid_uv": (("flow_paid", "uv"), TYPED),
    "search_uv": (("flow", "uv"), TYPED),
    "items_on_sale": (("items_listed", ""), TYPED),
    "platform_fee": (("fees", "amount_fen"), TYPED),
    "item_uv": (("items", "uv"),),
    "item_pay_buyers": (("items", "pay_buyers"),),
}
# what is typed under another name than the measure's own
TYPED_AS = {"promo_cost": "promo_cost_*", "paid_uv": PAID, "search_uv": "uv_search"}
# the same measure of one channel or one product
OF_CHANNEL: Mapping[str, Proof] = {
    **{key: (("flow", key),) for key in ("pv", "fav_uv", "cart_uv", "order_buyers", "pay_buyers")},
    "uv": (("flow", "uv"), TYPED),
    "new_buyers": (TYPED,),
    "platform_order_buyers": (("flow", "order_buyers"),),
    "platform_pay_buyers": (("flow", "pay_buyers"),),
    "pay_amt": (("flow", "pay_amt_fen"),),
    **dict.fromkeys(("sales_cost", "click_cost", "view_cost"), (("ads", "cost_fen"), TYPED)),
}
OF_PRODUCT: Mapping[str, Proof] = {
    **{key: (("items", key),) for key in ("uv", "pv", "fav_uv", "cart_uv")},
    "platform_pay_buyers": (("items", "pay_buyers"),),
    "pay_amt": (("product_lines", "share_fen"),),
    "pay_item_cnt": (("lines", "qty"),),
    "refund_amt": (("refunds", "amount_fen"), ("lines_undated", "undated_fen")),
    "cost_amt": (("lines_costed", "cost_fen"),),
    **dict.fromkeys(("pay_order_cnt", "pay_buyers"), (("lines", ""),)),
}
# of what no product can be told for: also the orders without items
OF_NONE: Mapping[str, Proof] = {
    "pay_amt": (("orders_unlined", "pay_fen"),),
    "pay_item_cnt": (("orders_unlined", "item_qty"),),
    "refund_amt": (("orders_unlined", "undated_fen"),),
    "pay_order_cnt": (("orders_unlined", ""),),
}


def counted(measure: Measure, scope: Scope) -> list[tuple[str, str, Scope]]:
    """The listings behind a measure, each with the field that is added up and the scope to ask it with."""
    typed = replace(scope, measure=TYPED_AS.get(measure.key, measure.key))
    if measure.channel:  # one channel's figure under a name of its own: uv_zhitongche, promo_cost_zhitongche
        own = replace(scope, channel=measure.channel)
        first = {"promo_cost": ("ads", "cost_fen"), "uv": ("flow", "uv")}.get(measure.column)
        return [*([(*first, own)] if first else []), (*TYPED, typed)]
    if scope.channel:
        name = "promo_cost" if measure.key.endswith("_cost") else measure.key
        typed = replace(typed, measure=f"{name}_{scope.channel}")
        found = OF_CHANNEL.get(measure.key) or COUNTED.get(measure.key, ())
    elif scope.is_narrowed:
        found = OF_PRODUCT.get(measure.key, ())
        found = (*found, *OF_NONE.get(measure.key, ())) if scope.product == NAMELESS else found
    else:
        found = COUNTED.get(measure.key, (TYPED,))
        if measure.key == "search_uv":
            scope = replace(scope, channel="search")
    return [(key, field, typed if key == "entries" else scope) for key, field in found]


def total(rows: Rows, field: str) -> tuple[int, Decimal | None]:
    """How many rows, and the sum of `field` over them: yuan for a `*_fen` field; no field = None."""
    if not field:
        return rows.count(), None
    found = rows.aggregate(n=Count("pk"), whole=Sum(field))
    whole = Decimal(found["whole"] or 0)
    return found["n"], yuan(int(whole)) if field.endswith("_fen") else whole


def page(key: str, scope: Scope, start: int = 0) -> list[tuple[Any, ...]]:
    """PAGE rows of a listing from `start` on; values in the order of its columns, money in fen."""
    listing = LISTINGS[key]
    names = [name for name, _kind in listing.columns]
    return list(listing.rows(scope).order_by(*listing.order).values_list(*names)[start : start + PAGE])


def each(key: str, scope: Scope) -> Iterator[tuple[Any, ...]]:
    """All rows of a listing, one after the other: for exports."""
    listing = LISTINGS[key]
    names = [name for name, _kind in listing.columns]
    yield from listing.rows(scope).order_by(*listing.order).values_list(*names).iterator(chunk_size=2000)


def product_title(scope: Scope) -> str:
    """The title of the scope's product, "" without one."""
    if scope.product is None:
        return ""
    return Product.objects.filter(store=scope.store, pk=scope.product).values_list("title", flat=True).first() or ""
