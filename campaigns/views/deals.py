"""Group deals: the board by state, a deal with its life, stock, steps and sales."""

import datetime as dt
from itertools import zip_longest
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns import deal_forms, deal_words
from campaigns.deal_forms import DealForm
from campaigns.groupbuy import dealing, planning, prices, quoting, reading, states, ten_steps, tiers
from campaigns.models import DealDecision, DealSale, GroupDeal
from campaigns.views.base import may_edit, telling, told
from campaigns.wording import basket_said, finding_said, kind_said, yuan
from kpis.queries import figures_changed
from opsplan.lib import clock, money
from products.models import SKU
from products.stock import decide_by as stock_day
from staff import duties
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.downloads import file_response
from stores.models import GroupSite

PAGE = 50
SALES = 12
SELLS = ("open", "reached", "fulfilling")


def found(request: StoreRequest, pk: int) -> GroupDeal:
    return get_object_or_404(GroupDeal.objects.select_related("store", "site", "campaign"), store=request.store, pk=pk)


def home(request: StoreRequest, deal: GroupDeal) -> HttpResponse:
    return redirect("deal", request.store.slug, deal.pk)


def figures_of(deal: GroupDeal, days: set[dt.date]) -> None:
    """The figures of these days hang on what was told of the deal."""
    if days:
        figures_changed(deal.store, min(days), max(days))


def days_until(deal: GroupDeal) -> set[dt.date]:
    first, last = planning.days_of(deal)
    return {first, max(first, min(last, clock.today(deal.store.timezone)))}


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def deal_list(request: StoreRequest) -> HttpResponse:
    """The board, or one column of it as a list."""
    search, column = request.GET.get("q", "").strip(), request.GET.get("state", "")
    site = next((x for x in sites(request) if str(x.pk) == request.GET.get("site")), None)
    deals = reading.of_store(request.store, search=search, site=site.pk if site else None, column=column)
    if request.GET.get("format"):
        return deals_file(request, deals)
    context: dict[str, Any] = {
        "q": search,
        "site": site,
        "sites": sites(request),
        "state": column if column in dict(reading.COLUMNS) else "",
        "titles": titles(),
        "may_edit": may_edit(request),
        "any": GroupDeal.objects.filter(store=request.store).exists(),
    }
    if context["state"]:
        page = Paginator(deals, PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "cards": reading.cards(page.object_list)}
    else:
        context["columns"] = [(titles()[x.key], x) for x in reading.board(deals)]
    return render(request, "campaigns/deals_board.html", context)


def deals_file(request: StoreRequest, deals: QuerySet[GroupDeal]) -> HttpResponse:
    """The deals that are asked for, with how they sold."""
    heads = [
        _("Deal"), _("Site"), _("State"), _("opens"), _("closes"), _("Quota"), _("Sold"), _("Sold of quota"),
        _("Refunded"), _("Worth"),
    ]  # fmt: skip
    zone = ZoneInfo(request.store.timezone)
    rows = [
        [x.deal.name, x.deal.site.name, x.deal.get_state_display(),
         *(f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" for moment in (x.deal.opens_at, x.deal.closes_at)),
         x.live.quota, x.live.sold, x.live.sell_through, x.live.before + x.live.after, money.yuan(x.live.sold_fen)]
        for x in reading.cards(deals)
    ]  # fmt: skip
    return file_response(request.GET["format"], f"{request.store.slug}-deals", heads, rows)


def sites(request: StoreRequest) -> list[GroupSite]:
    return list(GroupSite.objects.filter(store=request.store))


def titles() -> dict[str, str]:
    names = {key: str(GroupDeal.State(key).label) for key, _states in reading.COLUMNS if key != "over"}
    return names | {"over": _("Finished")}


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def deal_page(request: StoreRequest, pk: int) -> HttpResponse:
    return shown(request, found(request, pk))


def shown(request: StoreRequest, deal: GroupDeal, wrong: ValidationError | None = None) -> HttpResponse:
    """The page of a deal; `wrong` is what speaks against the order that was typed into it, which stays."""
    stock, checked = planning.stock_rows(deal), prices.verdicts(deal)
    seen = live_context(request, deal)
    context = seen | {
        "tab": "deal",
        "moves": moves(deal, seen["live"].buyers),
        "verdicts": [(one, [finding_said(vars(x)) for x in one.findings], way(one.path)) for one in checked],
        "is_blocked": any(one.is_blocked for one in checked),
        "asked": prices.waiting(deal),
        "stock": stock,
        "is_late": planning.is_late(deal, stock),
        "decide_by": stock_day(planning.days_of(deal)[0]),
        "is_over": planning.is_over(deal),
        "choices": DealDecision.Choice.choices,
        "tiered": quoting.tiers_of(deal, [x.line for x in seen["lines"]]),
        "words": deal_words.text(deal, [x.line for x in seen["lines"]]),
        "steps": ten_steps.steps_of(deal),
        "people": duties.working(request.store),
        "transitions": transitions(deal),
        "may_step": request.member.may(Action.DO_TASKS),
        "may_tell": request.member.may(Action.ENTER_DATA) and deal.state in SELLS,
        "typed": request.POST if wrong else {"units": "1"},
        "wrong": wrong.messages if wrong else [],
    }
    return render(request, "campaigns/deals_deal.html", context, status=422 if wrong else 200)


def way(path: dict[str, Any]) -> str:
    """How a deal price comes lower in the own shop: the basket, then what comes off it."""
    steps = [f"{step['name'] or kind_said(step['kind'])} −{yuan(step['off_fen'])}" for step in path.get("steps", [])]
    return " · ".join([basket_said(path), *steps]) if steps else ""


def live_context(request: StoreRequest, deal: GroupDeal) -> dict[str, Any]:
    """What changes while it sells."""
    return {
        "deal": deal,
        "live": reading.live_of([deal])[deal.pk],
        "lines": reading.lines_of(deal),
        "sells": deal.state in SELLS,
        "sales": deal.sales.select_related("line__sku").order_by("-recorded_at", "-pk")[:SALES],
        "short": deal.sales.filter(state=DealSale.State.SHORT)[:SALES],
        "may_edit": may_edit(request),
    }


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def deal_live(request: StoreRequest, pk: int) -> HttpResponse:
    """The part of a deal's page that is asked for again while it sells."""
    return render(request, "campaigns/deals_live.html", live_context(request, found(request, pk)))


def moves(deal: GroupDeal, buyers: int) -> list[tuple[str, str, str]]:
    """The steps a person may take when so many buyers are in: state, what the button says, what it does."""
    words = {
        "approved": _("Approve and hold the stock"),
        "planned": _("Back to planned"),
        "reached": _("The group is full"),
        "closed": _("Close and file"),
        "cancelled": _("Call off"),
    }
    steps = [one for one in states.moves_of(deal.state) if one.after in words]
    if not 0 < deal.minimum <= buyers:
        steps = [one for one in steps if one.after != "reached"]
    return [(one.after, words[one.after], _(one.effect)) for one in steps]


def transitions(deal: GroupDeal) -> list[tuple[Any, str, str, list[tuple[str, int]]]]:
    """The steps taken, newest first, with what they did."""
    names = {
        "held": _("held"), "taken": _("sold"), "called_off": _("called off"), "released": _("let go"),
        "short": _("without stock"), "refunds": _("orders refunded"),
    }  # fmt: skip
    labels = dict(GroupDeal.State.choices)
    rows = []
    for one in deal.transitions.select_related("by").order_by("-at", "-pk"):
        effect = [(names[key], units) for key, units in one.effect.items() if key in names]
        rows.append((one, str(labels.get(one.before, one.before)), str(labels.get(one.after, one.after)), effect))
    return rows


@for_store(Action.SET_TARGETS)
@require_http_methods(["GET", "POST"])
def deal_new(request: StoreRequest) -> HttpResponse:
    asked = request.POST.get("site") or request.GET.get("site", "")
    site = next((x for x in sites(request) if str(x.pk) == asked), None)
    return deal_form(request, deal_forms.with_terms(GroupDeal(store=request.store), site))


@for_store(Action.SET_TARGETS)
@require_http_methods(["GET", "POST"])
def deal_edit(request: StoreRequest, pk: int) -> HttpResponse:
    return deal_form(request, found(request, pk))


def deal_form(request: StoreRequest, deal: GroupDeal) -> HttpResponse:
    form = DealForm(request.POST or None, instance=deal, store=request.store)
    if request.method == "POST" and form.is_valid():
        try:
            planned = deal_forms.lines_from(request.store, request.POST)
            made = planning.save_deal(form.save(commit=False), planned, request.user)
            messages.success(request, _("Saved. The guard has looked at every price."))
            return home(request, made)
        except ValidationError as error:
            for name, texts in error.message_dict.items() if hasattr(error, "error_dict") else [("", error.messages)]:
                form.add_error(name if name in form.fields else None, texts)
    if form.is_bound:
        rows = list(zip_longest(*(request.POST.getlist(name) for name in deal_forms.LINE), fillvalue=""))
    else:
        rows = [
            (
                x.sku.code,
                f"{money.yuan(x.price_fen)}",
                f"{x.quota}",
                tiers.written(x.tiers),
                "" if x.rate_bp is None else f"{money.yuan(x.rate_bp).normalize():f}",
            )
            for x in lines_of(deal)
        ]
    context = {
        "form": form,
        "deal": deal if deal.pk else None,
        "rows": [*[row for row in rows if any(row)], *[("",) * len(deal_forms.LINE)] * 3],
        "skus": SKU.objects.filter(store=request.store, is_active=True)
        .select_related("product")
        .order_by("code")[:500],
        "sites": sites(request),
    }
    return render(request, "campaigns/deals_form.html", context, status=422 if form.is_bound else 200)


def lines_of(deal: GroupDeal) -> list[Any]:
    return list(deal.lines.select_related("sku")) if deal.pk else []


@for_store(Action.SET_TARGETS)
@require_POST
def deal_go(request: StoreRequest, pk: int) -> HttpResponse:
    """A step of its life, taken by a person."""
    deal, after, note = found(request, pk), request.POST.get("to", ""), request.POST.get("note", "")
    with telling(request):
        if after == "approved":
            planning.approve(deal, request.user, note, is_first=bool(request.POST.get("is_first")))
            messages.success(request, _("Approved: the quota is held in stock."))
        elif after == "deleted":
            planning.delete_deal(deal)
            return redirect("deals", request.store.slug)
        else:
            dealing.go(deal, after, request.user, note)
            figures_of(deal, days_until(deal))
    return home(request, deal)


@for_store(Action.SET_TARGETS)
@require_POST
def deal_exception(request: StoreRequest, pk: int) -> HttpResponse:
    """Ask for a price below what is allowed."""
    deal = found(request, pk)
    path = reverse("deal", args=[request.store.slug, deal.pk])
    with telling(request):
        prices.ask_exception(deal, request.user, request.POST.get("reason", ""), path)
        messages.success(request, _("Asked. A second person decides."))
    return home(request, deal)


@for_store(Action.SET_TARGETS)
@require_POST
def deal_decide(request: StoreRequest, pk: int) -> HttpResponse:
    """What is done about a line's stock."""
    deal, line = found(request, pk), request.POST.get("line", "")
    with telling(request):
        planning.decide(
            deal, int(line) if line.isdecimal() else 0, request.POST.get("choice", ""), request.POST.get("note", ""),
            request.user,
        )  # fmt: skip
        messages.success(request, _("The decision is written down."))
    return home(request, deal)


@for_store(Action.DO_TASKS)
@require_POST
def deal_step(request: StoreRequest, pk: int) -> HttpResponse:
    """One of the ten steps: who, until when, what came out of it, done or not."""
    deal, said = found(request, pk), request.POST
    number, owner = said.get("number", ""), said.get("owner")
    try:
        due = dt.date.fromisoformat(said["due"]) if said.get("due") else None
        ten_steps.set_step(
            deal, int(number) if number.isdecimal() else 0, request.user,
            done={"yes": True, "no": False}.get(said.get("done", "")), output=said.get("output"), due=due,
            owner=None if owner is None else int(owner) if owner.isdecimal() else 0,
        )  # fmt: skip
    except ValidationError as error:
        told(request, error)
    except ValueError:
        messages.error(request, _("Give a day as YYYY-MM-DD."))
    return redirect(reverse("deal", args=[request.store.slug, deal.pk]) + "#steps")


@for_store(Action.ENTER_DATA)
@require_POST
def deal_sale(request: StoreRequest, pk: int) -> HttpResponse:
    """An order or voucher, typed; the same number again adds what is known of it."""
    deal = found(request, pk)
    try:
        answer = dealing.record(deal, [deal_forms.told_from(request.store, request.POST)], request.user)
    except ValidationError as error:
        return shown(request, found(request, pk), error)
    figures_of(deal, answer.days)
    if answer.short:
        messages.warning(request, _("Written down, but no stock is left for it: it has to be refunded."))
    elif answer.over_limit:
        messages.warning(request, _("Written down; this buyer has more pieces than a buyer may have."))
    else:
        messages.success(request, _("Saved."))
    return home(request, deal)
