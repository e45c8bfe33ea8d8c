"""One order of a group deal: what stands there, how it came to be so, and the forms that correct or refund it."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from campaigns.deal_forms import moment
from campaigns.groupbuy import correcting
from campaigns.groupbuy.dealing import SELLING
from campaigns.models import DealCorrection, DealSale, GroupDeal
from campaigns.typing_in import amount_of, whole_of
from campaigns.views.deals import figures_of, found
from opsplan.lib.money import fen, yuan
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.currency import in_currency

LABELS = {
    "key": gettext_lazy("Order or voucher"), "sku": gettext_lazy("SKU"), "units": gettext_lazy("Number of pieces"),
    "paid_fen": gettext_lazy("Paid (yuan)"), "at": gettext_lazy("Paid at"), "refunded_before":
    gettext_lazy("Refunded before shipping"), "refunded_after": gettext_lazy("Refunded after shipping"), "redeemed":
    gettext_lazy("Redeemed"), "back_fen": gettext_lazy("Given back without a piece (yuan)"), "buyer":
    gettext_lazy("Buyer"),
}  # fmt: skip


def the_sale(deal: GroupDeal, pk: int) -> DealSale:
    return get_object_or_404(deal.sales.select_related("line__sku"), pk=pk)


def said(name: str, value: Any, zone: ZoneInfo) -> str:
    """A value of a correction as people read it."""
    if value is None:
        return ""
    if name.endswith("_fen"):
        return f"{yuan(value):.2f}"
    if name == "at":
        return f"{dt.datetime.fromisoformat(value).astimezone(zone):%Y-%m-%d %H:%M}"
    return _("another") if name == "buyer" else str(value)


def history(corrections: Any, zone: ZoneInfo) -> list[tuple[DealCorrection, list[tuple[Any, str, str]]]]:
    """Each correction with (field, before, after) in words; after is "" where the order was struck out."""
    return [
        (
            x,
            [
                (in_currency(str(label)), said(name, x.before[name], zone), said(name, x.after.get(name), zone))
                for name, label in LABELS.items()
                if name in x.before and (x.after or name != "buyer")
            ],
        )
        for x in corrections
    ]


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def deal_order(request: StoreRequest, pk: int, sale: int) -> HttpResponse:
    deal = found(request, pk)
    return shown(request, deal, the_sale(deal, sale))


def shown(request: StoreRequest, deal: GroupDeal, sale: DealSale, wrong: ValidationError | None = None) -> HttpResponse:
    """The page; a form that was refused comes back as it was typed."""
    zone = ZoneInfo(request.store.timezone)
    typed: Mapping[str, Any] = request.POST if wrong and request.POST.get("do") == "correct" else {
        name: said(name, value, zone) for name, value in correcting.standing(sale).items() if name != "buyer"
    }  # fmt: skip
    context = {
        "tab": "results",
        "deal": deal,
        "sale": sale,
        "skus": [x.sku.code for x in deal.lines.select_related("sku")],
        "typed": typed,
        "part": request.POST if wrong and request.POST.get("do") == "refund" else {},
        "why": request.POST.get("reason", ""),
        "history": history(sale.corrections.select_related("by"), zone),
        "may_correct": request.member.may(Action.ENTER_DATA) and deal.state in SELLING,
        "wrong": wrong.messages if wrong else [],
    }
    return render(request, "campaigns/deals_order.html", context, status=422 if wrong else 200)


@for_store(Action.ENTER_DATA)
@require_POST
def deal_order_do(request: StoreRequest, pk: int, sale: int) -> HttpResponse:
    """Correct it, give a part back, or strike it out: each with the reason."""
    deal = found(request, pk)
    there, do, why = the_sale(deal, sale), request.POST.get("do", ""), request.POST.get("reason", "")
    try:
        if do == "strike":
            done = correcting.strike(deal, sale, why, request.user)
        elif do == "refund":
            done = correcting.refund(deal, sale, why, request.user, **part_of(request))
        else:
            done = correcting.correct(deal, sale, wanted(request), why, request.user)
    except ValidationError as problem:
        return shown(request, found(request, pk), there, problem)
    figures_of(deal, done.days)
    if done.short:
        messages.warning(request, _("Written down, but no stock is left for it: it has to be refunded."))
    else:
        messages.success(request, _("Struck out.") if done.sale is None else _("Saved."))
    if done.sale is None:
        return redirect("deal_results", request.store.slug, pk)
    return redirect("deal_order", request.store.slug, pk, sale)


def part_of(request: StoreRequest) -> dict[str, int]:
    told = request.POST
    money = amount_of(told.get("money", ""))
    return {
        "before": whole_of(told.get("before", "")) or 0,
        "after": whole_of(told.get("after", "")) or 0,
        "back_fen": 0 if money is None else fen(money),
    }


def wanted(request: StoreRequest) -> dict[str, Any]:
    """What the form says; fields it does not have, and a moment to the minute as it stood, are not named."""
    told, found = request.POST, dict[str, Any]()
    for name in ("units", "refunded_before", "refunded_after", "redeemed"):
        if name in told:
            found[name] = whole_of(told[name]) or 0
    for name in ("paid_fen", "back_fen"):
        if name in told:
            found[name] = fen(amount_of(told[name]) or Decimal(0))
    if told.get("at", "") != told.get("at_was", ""):
        found["at"] = moment(request.store, told["at"])
    for name in ("key", "sku", "buyer"):
        if told.get(name, "").strip():
            found[name] = told[name].strip()
    return found
