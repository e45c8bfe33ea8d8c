"""The settlement of a deal: the sheet, the site's figures, signing, instalments, and the papers filed with it."""

from typing import IO, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from campaigns.groupbuy import dealing, papers, settlement_words, settling, sheets
from campaigns.groupbuy.settlement import REAL
from campaigns.groupbuy.states import State, move_to
from campaigns.models import DealPaper, GroupDeal
from campaigns.typing_in import amount_of, whole_of
from campaigns.views.base import may_edit, telling
from campaigns.views.sites import attached, number_of
from kpis.queries import deals_changed
from opsplan.lib import clock
from opsplan.lib.money import fen
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.downloads import file_response

TYPED = ("sales", "refund", "commission", "withheld", "fees")  # yuan; pieces sold apart


def the_deal(request: StoreRequest, pk: int) -> GroupDeal:
    return get_object_or_404(GroupDeal.objects.select_related("store", "site"), store=request.store, pk=pk)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def deal_settlement(request: StoreRequest, pk: int) -> HttpResponse:
    deal = the_deal(request, pk)
    told = sheets.sheet(deal)
    if request.GET.get("format"):
        header = [_("Part"), _("Item of the sheet"), _("Number of pieces"), _("Ours (yuan)"), _("The site's (yuan)")]
        header += [_("Difference (yuan)"), _("Orders or vouchers")]
        name = f"{request.store.slug}-deal-{deal.pk}-settlement"
        return file_response(request.GET["format"], name, header, settlement_words.table(told))
    settlement = told.settlement
    said, billed = (settlement.said, settlement.billed) if settlement else ({}, {})
    context = {
        "tab": "settlement",
        "deal": deal,
        "told": told,
        "parts": [
            (_("What the site pays"), named(told.lines), True),
            (_("What is left"), named(told.costs), False),
        ],
        "causes": named(told.causes),
        "instalments": list(settlement.instalments.all()) if settlement else [],
        "open_fen": settling.open_fen(deal),
        "papers": deal.papers.select_related("by"),
        "said": said,
        "site_fen": settlement.site_fen if settlement else None,
        "typed": [(name, settlement_words.LINES[name], said.get(name)) for name in TYPED],
        "real": [(name, settlement_words.LINES[name], billed.get(name)) for name in REAL],
        "may_edit": may_edit(request),
        "may_file": request.member.may(Action.DO_TASKS),
        "may_sign": may_edit(request) and not told.is_signed and deal.state in settling.SETTLES,
        "may_close": may_edit(request) and told.is_signed and move_to(deal.state, State.CLOSED) is not None,
        "today": clock.today(request.store.timezone),
    }
    return render(request, "campaigns/settlement.html", context)


def named(lines: tuple[sheets.Line, ...]) -> list[tuple[sheets.Line, str, str, bool]]:
    """Lines with their words, notes, and whether they are totals."""
    return [(x, settlement_words.words(x), settlement_words.note(x), x.cause in settlement_words.TOTALS) for x in lines]


@for_store(Action.SET_TARGETS)
@require_POST
def deal_settlement_do(request: StoreRequest, pk: int) -> HttpResponse:
    """Type figures, sign, book what came in, close."""
    deal, what = the_deal(request, pk), request.POST.get("what")
    with telling(request), transaction.atomic():
        if what == "figures":
            type_figures(request, deal)
        elif what == "sign":
            sign(request, deal)
        elif what == "receive":
            receive(request, deal)
        elif what == "close":
            dealing.go(deal, State.CLOSED, request.user, request.POST.get("note", ""))
        deals_changed(request.store)
    return redirect("deal_settlement", request.store.slug, pk)


def type_figures(request: StoreRequest, deal: GroupDeal) -> None:
    said: dict[str, int | None] = {x: amount(request, f"said-{x}") for x in TYPED}
    said["sold"] = whole_of(request.POST.get("said-sold", ""))
    billed = {x: amount(request, f"billed-{x}") for x in REAL}
    settling.set_figures(deal, amount(request, "site"), said, billed, request.POST.get("note", ""))
    messages.success(request, _("Saved."))


def sign(request: StoreRequest, deal: GroupDeal) -> None:
    """Signing settles the deal."""
    settling.sign(deal, request.user)
    dealing.go(deal, State.SETTLED, request.user, _("The settlement is signed."))
    messages.success(request, _("Signed: the sheet stays as it is now."))


def receive(request: StoreRequest, deal: GroupDeal) -> None:
    day = settling.day_of(request.POST.get("day", ""))
    came = amount(request, "received") or 0
    settling.receive(deal, number_of(request.POST.get("number", "")), came, day, request.POST.get("note", ""))


def amount(request: StoreRequest, name: str) -> int | None:
    """What was typed in yuan, in fen."""
    found = amount_of(request.POST.get(name, ""))
    return None if found is None else fen(found)


@for_store(Action.DO_TASKS)
@require_POST
def deal_paper_do(request: StoreRequest, pk: int) -> HttpResponse:
    """File a paper with the deal; while it is not closed, take one away."""
    deal = the_deal(request, pk)
    with telling(request):
        if deal.state == State.CLOSED:
            raise ValidationError(_("The deal is closed: its papers stay as they are."))
        if request.POST.get("what") == "drop":
            paper = deal.papers.filter(pk=number_of(request.POST.get("paper", ""))).first()
            if paper:
                papers.forget("deals", paper.path)
                paper.delete()
        else:
            file = attached(request)
            if file is None:
                raise ValidationError({"file": _("Choose a file.")})
            path, size = papers.keep("deals", request.store.pk, cast(IO[bytes], file), file.name or "")
            DealPaper.objects.create(
                deal=deal, name=(file.name or "")[:200], path=path, size=size, by=request.user, at=clock.now()
            )
    return redirect("deal_settlement", request.store.slug, pk)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def deal_paper(request: StoreRequest, pk: int, paper: int) -> HttpResponseBase:
    found = get_object_or_404(DealPaper, deal__store=request.store, deal=pk, pk=paper)
    where = papers.place("deals", found.path)
    if not where.exists():
        raise Http404
    kind = papers.content_type(found.path)
    return FileResponse(where.open("rb"), as_attachment=True, filename=found.name, content_type=kind)
