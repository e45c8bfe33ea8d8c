"""数据 › 待发货: paid orders that were not shipped when the newest file told of them."""

import datetime as dt
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from kpis.why import unshipped
from opsplan.lib.sheets import Cell
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.downloads import file_response

PAGE = 50
STATES: dict[str, tuple[str, Promise]] = {
    "late": ("bad", gettext_lazy("Late: not shipped 48 hours after payment")),
    "check": ("warn", gettext_lazy("Come due since the file: look it up")),
    "soon": ("", gettext_lazy("Due within 24 hours")),
    "later": ("", gettext_lazy("Due later")),
}


@for_store(Action.VIEW_DATA)
@require_GET
def unshipped_orders(request: StoreRequest) -> HttpResponse:
    """?state=late narrows to a state, ?told=recent to what a file of the last two days says, ?q= to order numbers that
    hold it; ?format=csv or xlsx: these, as a file."""
    found = unshipped.unshipped(request.store)
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    wanted = request.GET.get("q", "").strip()
    is_recent = request.GET.get("told") == "recent"
    every = [x for x in found.orders if wanted in x.order_no and (x.is_recent or not is_recent)]
    orders, counts = [order for order in every if state in ("", order.state)], unshipped.counts_of(every)
    if request.GET.get("format"):
        return file_response(request.GET["format"], f"{request.store.slug}-unshipped", header(), map(cells, orders))
    page = Paginator(orders, PAGE).get_page(request.GET.get("page"))
    context = {
        "tab": "unshipped",
        "found": found,
        "states": [
            {"key": key, "tone": tone, "label": label, "count": counts[key], "current": key == state}
            for key, (tone, label) in STATES.items()
        ],
        "state": state,
        "q": wanted,
        "is_recent": is_recent,
        "total": len(every),
        "page": page,
        "rows": [words(order) for order in page],
        "data_url": reverse("data", args=[request.store.slug]) if request.member.may(Action.IMPORT_DATA) else "",
    }
    return render(request, "kpis/unshipped.html", context)


def words(order: unshipped.Waiting) -> dict[str, Any]:
    tone, label = STATES[order.state]
    return {"order": order, "tone": tone, "state": label, "hours": hours(order.waited)}


def hours(span: dt.timedelta) -> int:
    return int(span.total_seconds() // 3600)


def header() -> list[str]:
    return [
        _("Order number"), _("Paid at"), _("To be shipped by"), _("State"), _("Hours waited"), _("As of"),
        _("Paid amount"), _("Units"), _("Province"),
    ]  # fmt: skip


def cells(order: unshipped.Waiting) -> list[Cell]:
    as_of = localtime(order.as_of) if order.as_of else None
    return [
        order.order_no, localtime(order.paid_at), localtime(order.due_at), str(STATES[order.state][1]),
        hours(order.waited), as_of, order.amount, order.units, order.province,
    ]  # fmt: skip
