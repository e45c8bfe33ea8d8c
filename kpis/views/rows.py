"""The rows behind a figure: exactly those that were counted, or left out. No buyer's data is shown."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from kpis import queries
from kpis.outward import product_groups
from kpis.views.board import span_of
from kpis.views.explain import COUNTED, LEFT_OUT
from kpis.why import evidence
from kpis.why.evidence import LISTINGS, PAGE, Scope
from kpis.why.explain import days_of, input_label, input_unit
from kpis.writing import written
from opsplan.lib.money import yuan
from opsplan.lib.sheets import Cell
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.downloads import file_response
from stores.models import Channel
from stores.snapshot import one_version

LABELS: dict[str, Promise] = {
    "order_no": gettext_lazy("Order number"),
    "status": gettext_lazy("Status"),
    "created_at": gettext_lazy("Made at"),
    "paid_at": gettext_lazy("Paid at"),
    "total_fen": gettext_lazy("Order amount"),
    "pay_fen": gettext_lazy("Paid amount"),
    "freight_fen": gettext_lazy("Freight"),
    "subsidy_fen": gettext_lazy("Paid by the platform"),
    "item_qty": gettext_lazy("Units"),
    "fav_used": gettext_lazy("Favourited, as counted"),
    "pay_new_buyers": gettext_lazy("New buyers"),
    "pay_old_buyers": gettext_lazy("Returning buyers"),
    "stay_total": gettext_lazy("Seconds stayed, all visitors"),
    "bounce_total": gettext_lazy("Bounced visits"),
    "bounce_base": gettext_lazy("Visits the bounces are counted among"),
    "counted": gettext_lazy("Counted as"),
    "updated_at": gettext_lazy("Set at"),
    "month": gettext_lazy("Which month"),
    "metric": gettext_lazy("Figure"),
    "part": gettext_lazy("Part of these days"),
    "province": gettext_lazy("Province"),
    "known_fen": gettext_lazy("Refunded"),
    "undated_fen": gettext_lazy("Refunded without a date"),
    "pay_day": gettext_lazy("Paid on"),
    "code": gettext_lazy("Merchant code"),
    "title": gettext_lazy("Title"),
    "properties": gettext_lazy("Properties"),
    "price_fen": gettext_lazy("Unit price"),
    "qty": gettext_lazy("Units"),
    "share_fen": gettext_lazy("Part of the paid amount"),
    "refund_no": gettext_lazy("Refund number"),
    "applied_at": gettext_lazy("Asked for at"),
    "settled_at": gettext_lazy("Granted at"),
    "amount_fen": gettext_lazy("Amount"),
    "reason": gettext_lazy("Reason"),
    "day": gettext_lazy("Day"),
    "uv": gettext_lazy("Visitors"),
    "pv": gettext_lazy("Page views"),
    "visits": gettext_lazy("Visits"),
    "new_uv": gettext_lazy("New visitors"),
    "old_uv": gettext_lazy("Returning visitors"),
    "shop_fav_uv": gettext_lazy("Favourited the shop"),
    "item_fav_uv": gettext_lazy("Favourited an item"),
    "fav_uv": gettext_lazy("Favourited"),
    "cart_uv": gettext_lazy("Added to cart"),
    "order_buyers": gettext_lazy("People who ordered"),
    "pay_buyers": gettext_lazy("Buyers"),
    "pay_amt_fen": gettext_lazy("Paid amount"),
    "flow": gettext_lazy("Source"),
    "detail": gettext_lazy("Detail"),
    "channel_key": gettext_lazy("Channel"),
    "item_id": gettext_lazy("Item id"),
    "subject": gettext_lazy("Plan or item"),
    "cost_fen": gettext_lazy("Cost"),
    "impressions": gettext_lazy("Impressions"),
    "clicks": gettext_lazy("Clicks"),
    "sales_fen": gettext_lazy("Promoted sales"),
    "orders": gettext_lazy("Orders"),
    "measure": gettext_lazy("Figure"),
    "value": gettext_lazy("Value"),
}
STATUS: dict[int, Promise] = {
    10: gettext_lazy("waiting for payment"),
    20: gettext_lazy("paid, to be shipped"),
    30: gettext_lazy("shipped"),
    40: gettext_lazy("signed for"),
    50: gettext_lazy("finished"),
    60: gettext_lazy("closed, not paid"),
    70: gettext_lazy("closed, refunded"),
    0: gettext_lazy("not told"),
}
REFUND_STATUS: dict[int, Promise] = {
    10: gettext_lazy("refund under way"),  # "open" and "closed" alone are an alert and a shop in Chinese
    20: gettext_lazy("refund refused or taken back"),
    30: gettext_lazy("granted"),
}


def scope_of(request: StoreRequest) -> Scope:
    """The days and the narrowing of the URL; Http404 for what cannot be read."""
    asked = request.GET
    try:
        skipped = days_of(asked.get("skip", ""))
        product = int(asked["product"]) if asked.get("product") else None
        group = product_groups.known(request.store, asked.get("group", ""))
    except (LookupError, ValueError):
        raise Http404 from None
    return Scope(
        request.store,
        span_of(request).period,
        skipped,
        asked.get("channel", ""),
        product,
        asked.get("measure", ""),
        group,
    )


@for_store(Action.VIEW_DATA)
@require_GET
@one_version()
def rows(request: StoreRequest) -> HttpResponse:
    key, field = request.GET.get("of", ""), request.GET.get("sum", "")
    if key not in LISTINGS or (field and field not in dict(LISTINGS[key].columns)):
        raise Http404
    scope, listing = scope_of(request), LISTINGS[key]
    channels = dict(Channel.objects.filter(store=request.store).values_list("key", "name"))
    title = str(COUNTED.get(key) or LEFT_OUT[key])
    header = [str(LABELS[name]) for name, _kind in listing.columns]
    if request.GET.get("format"):
        kinds = [kind for _name, kind in listing.columns]
        made = ([plain(v, kind, channels) for v, kind in zip(row, kinds)] for row in evidence.each(key, scope))
        return file_response(request.GET["format"], f"{request.store.slug}-{key}", header, made)
    count, total = evidence.total(listing.rows(scope), field)
    page = Paginator(range(count), PAGE).get_page(request.GET.get("page"))
    found = evidence.page(key, scope, max(page.start_index() - 1, 0))
    context = {
        "title": title,
        "span": span_of(request),
        "columns": [(str(LABELS[name]), kind, name == field) for name, kind in listing.columns],
        "rows": [[shown(v, kind, channels) for v, (_n, kind) in zip(row, listing.columns)] for row in found],
        "page": page,
        "count": count,
        "total": None if total is None else written(total, total_unit(key, field, scope)),
        "total_label": LABELS.get(field, ""),
        "skipped": sorted(scope.skipped),
        "narrowed": channels.get(scope.channel, scope.channel)
        or product_groups.name_of(request.store, scope.group)
        or evidence.product_title(scope),
    }
    return render(request, "kpis/rows.html", context)


def total_unit(key: str, field: str, scope: Scope) -> str:
    """How to write the sum of the rows: yuan for `*_fen` columns, else as the typed or planned figure is written."""
    if field.endswith("_fen") or scope.measure.startswith("promo_cost_"):
        return "money"
    name = scope.measure.partition(":")[0]
    if key == "targets":
        return str(queries.metric(name).unit)
    return input_unit(name) if key == "entries" and field else "count"


def plain(value: Any, kind: str, channels: dict[str, str]) -> Cell:
    """A value for a spreadsheet: yuan, number, day or text."""
    if value is None:
        return None
    if kind == "money":
        return yuan(int(value))
    if kind == "instant":
        return localtime(value)
    if kind in ("status", "refund_status"):
        return str((STATUS if kind == "status" else REFUND_STATUS).get(value, value))
    if kind == "channel":
        return str(channels.get(value, value))
    if kind == "measure":
        return input_label(value)
    if kind == "metric":
        return str(queries.metric(value).label)
    ready: Cell = value
    return ready


def shown(value: Any, kind: str, channels: dict[str, str]) -> str:
    """A value for the page."""
    ready = plain(value, kind, channels)
    if ready is None or ready == "":
        return "—"
    if isinstance(ready, dt.datetime):
        return f"{ready:%Y-%m-%d %H:%M}"
    if isinstance(ready, dt.date):
        return ready.isoformat()
    if kind == "money":
        return written(Decimal(ready), "money")
    if kind in ("count", "number"):
        return written(Decimal(ready), "count")
    return str(ready)
