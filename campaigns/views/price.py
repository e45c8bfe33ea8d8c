"""The price calculator: any basket, buyer and time; the answer as a receipt."""

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaigns import calculator
from campaigns.models import Campaign
from campaigns.offers.kinds import Buyer
from campaigns.price_rules import rules_as_written
from campaigns.typing_in import amount_of, whole_of
from campaigns.views.plan import moment
from opsplan.lib import clock
from opsplan.lib.money import fen
from products.models import Product
from staff.access import StoreRequest, for_store
from staff.roles import Action

ROWS = 5


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def price(request: StoreRequest) -> HttpResponse:
    """The question is the address, so a receipt can be sent as a link."""
    zone, asked = ZoneInfo(request.store.timezone), request.GET
    codes, pieces = asked.getlist("code"), asked.getlist("pieces")
    typed = list(zip(codes, pieces + ["1"] * len(codes), strict=False))[:50]
    context: dict[str, Any] = {
        "typed": typed + [("", "1")] * max(1, ROWS - len(typed)),
        "products": Product.objects.filter(store=request.store).order_by("code").values_list("code", "title")[:500],
        "campaigns": Campaign.objects.filter(store=request.store).order_by("-first_day")[:200],
        "asked": asked,
        "at": asked.get("at") or clock.here(request.store.timezone).strftime("%Y-%m-%dT%H:%M"),
        "written": rules_as_written(request.store),
    }
    lines = [(code.strip(), count) for code, count in typed if code.strip()]
    status = 200
    if lines:
        try:
            priced = answer(request, lines, zone)
            told = calculator.told(priced)
            context |= {"priced": priced, "told": told, "lacks": calculator.lacks(told)}
        except ValidationError as error:
            context["errors"], status = error.messages, 422
    return render(request, "campaigns/price.html", context, status=status)


def answer(request: StoreRequest, lines: list[tuple[str, str]], zone: ZoneInfo) -> calculator.Priced:
    asked = request.GET
    at = moment(asked["at"], zone) if asked.get("at") else clock.now()
    number = asked.get("campaign", "")
    campaign = None
    if number:
        campaign = Campaign.objects.filter(store=request.store, pk=number).first() if number.isdecimal() else None
        if campaign is None:
            raise ValidationError(_("There is no such campaign."))
    buyer = Buyer(
        vip=whole_of(asked.get("vip", "")) or 0,
        is_new=bool(asked.get("new")),
        has_card=bool(asked.get("card")),
        in_group=bool(asked.get("group")),
        points_fen=fen(amount_of(asked.get("points", "")) or Decimal(0)),
    )
    wanted = [(code, whole_of(count.strip() or "1") or 0) for code, count in lines]
    day = at.astimezone(zone).date()
    with_addons = bool(asked.get("addons"))
    return calculator.price(request.store, wanted, at, buyer, day=day, campaign=campaign, with_addons=with_addons)
