"""How deals went: files of sales and of sites' settlements, and the orders of a deal."""

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns.groupbuy import result_apply, result_files, results, sheets
from campaigns.groupbuy.dealing import SELLING
from campaigns.groupbuy.result_files import Understood
from campaigns.models import DealFile, GroupDeal
from campaigns.views.base import telling
from campaigns.views.corrections import history
from campaigns.views.settlement import the_deal
from campaigns.views.sites import number_of
from kpis.queries import deals_changed
from opsplan.lib.money import yuan
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.currency import in_currency
from stores.downloads import file_response
from stores.sent_files import KeptFile, problems_file, sent_file

SHOWN = 500
FILES_PAGE = 30


def the_file(request: StoreRequest, pk: int) -> DealFile:
    return get_object_or_404(DealFile.objects.select_related("store", "deal", "by"), store=request.store, pk=pk)


@for_store(Action.ENTER_DATA)
@require_http_methods(["GET", "POST"])
def deal_files(request: StoreRequest) -> HttpResponse:
    """Choose a file; those that were read before."""
    error, said = "", request.POST if request.method == "POST" else request.GET
    if request.method == "POST":
        try:
            read = read_sent(request)
        except ValidationError as problem:
            error = " ".join(problem.messages)
        else:
            return redirect("deal_file", request.store.slug, read.pk)
    files = DealFile.objects.filter(store=request.store).defer("rows", "changes").select_related("by", "deal")
    page = Paginator(files, FILES_PAGE).get_page(request.GET.get("page"))
    context = {
        "tab": "files",
        "error": error,
        "deals": GroupDeal.objects.filter(store=request.store).select_related("site")[:200],
        "chosen": number_of(said.get("deal", "")),
        "purpose": said.get("purpose", DealFile.Purpose.SALES),
        "purposes": DealFile.Purpose.choices,
        "heads": [_("What it tells"), _("Deal")],
        "kept": [
            KeptFile(x, reverse("deal_file", args=[request.store.slug, x.pk]), (x.get_purpose_display(), x.deal))
            for x in page
        ],
        "page": page,
        "labels": [in_currency(str(x)) for x in results.LABELS.values()],
    }
    return render(request, "campaigns/results.html", context, status=422 if error else 200)


def read_sent(request: StoreRequest) -> DealFile:
    """The file that was sent, read. ValidationError."""
    opened, name = sent_file(request)
    purpose, number = request.POST.get("purpose", ""), request.POST.get("deal", "")
    if purpose not in DealFile.Purpose.values:
        raise ValidationError({"purpose": _("Say what the file tells.")})
    deal = get_object_or_404(GroupDeal, store=request.store, pk=number_of(number)) if number else None
    return result_files.read_file(request.store, opened, name, purpose=purpose, deal=deal, by=request.user)


@for_store(Action.ENTER_DATA)
@require_GET
def deal_template(request: StoreRequest) -> HttpResponse:
    """A sheet to fill in: the columns that are understood."""
    fields = ("key", "deal", "sku", "units", "paid", "at", "buyer", "before", "after", "redeemed_at", "new")
    header = [str(results.LABELS[x]) for x in fields]
    return file_response(request.GET.get("format", "xlsx"), _("deal-sales"), header, [])


@for_store(Action.ENTER_DATA)
@require_GET
def deal_file(request: StoreRequest, pk: int) -> HttpResponse:
    """What the file would change, every line that is wrong, and which column is which."""
    file = the_file(request, pk)
    needs = result_files.needs_columns(file)
    told = None if needs or file.state != DealFile.State.READ else Understood(file)
    problems = (
        [(line, column, value, _(results.PROBLEMS[code])) for line, column, value, code in told.problems]
        if told
        else []
    )
    if request.GET.get("format"):
        return problems_file(request.GET["format"], f"{request.store.slug}-deal-problems", problems)
    changes = told.changes if told else []
    context = {
        "tab": "files",
        "file": file,
        "needs": [in_currency(str(results.LABELS[x])) for x in needs],
        "fields": [(x, in_currency(str(label)), file.columns.get(x)) for x, label in results.LABELS.items()],
        "header": list(enumerate(file.header)),
        "sample": [cells for _line, cells in file.rows[:3]],
        "problems": problems,
        "changes": [x for x in changes if x.what != "same"][:SHOWN],
        "new": sum(x.what == "new" for x in changes),
        "changed": sum(x.what == "changed" for x in changes),
        "same": sum(x.what == "same" for x in changes),
        "lines": len(file.rows),
    }
    return render(request, "campaigns/results_file.html", context)


@for_store(Action.ENTER_DATA)
@require_POST
def deal_file_do(request: StoreRequest, pk: int) -> HttpResponse:
    """Say which column is which, apply the file, take it back, or forget it."""
    file, do = the_file(request, pk), request.POST.get("do")
    with telling(request), transaction.atomic():
        if do == "columns":
            chosen = {x: request.POST.get(f"column-{x}", "") for x in results.LABELS}
            result_files.set_columns(file, {x: number_of(n) if n.isdecimal() else None for x, n in chosen.items()})
        elif do == "apply":
            new, changed = result_apply.apply_file(file, request.user)
            messages.success(
                request, _("Applied: %(new)d new, %(changed)d changed.") % {"new": new, "changed": changed}
            )
        elif do == "undo":
            stayed = result_apply.undo_file(file, request.user)
            text = _("Taken back; %d things stay because they were told anew since.") % stayed
            messages.success(request, text if stayed else _("Taken back."))
        elif do == "forget" and file.state == DealFile.State.READ:
            file.delete()
            return redirect("deal_files", request.store.slug)
        deals_changed(request.store)
    return redirect("deal_file", request.store.slug, pk)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def deal_results(request: StoreRequest, pk: int) -> HttpResponse:
    """All orders and vouchers of a deal."""
    deal = the_deal(request, pk)
    sales, owed = deal.sales.select_related("line__sku"), sheets.due_back(deal)
    if request.GET.get("format"):
        header = [_("Order or voucher"), _("SKU"), _("Number of pieces"), _("Paid (yuan)"), _("Paid at")]
        header += [_("Refunded before"), _("Refunded after"), _("Redeemed"), _("State")]
        header += [_("Given back without a piece (yuan)"), _("Still to be given back for its tier (yuan)")]
        zone = ZoneInfo(request.store.timezone)
        rows = (
            (x.key, x.line.sku.code, x.units, yuan(x.paid_fen), x.at.astimezone(zone), x.refunded_before,
             x.refunded_after, x.redeemed, x.get_state_display(), yuan(x.back_fen), yuan(owed.get(x.pk, 0)))
            for x in sales
        )  # fmt: skip
        return file_response(request.GET["format"], f"{request.store.slug}-deal-{deal.pk}", header, rows)
    told, page = sheets.sheet(deal), Paginator(sales.order_by("-at", "-id"), SHOWN).get_page(request.GET.get("page"))
    context = {
        "tab": "results",
        "owed_fen": sum(owed.values()),
        "owed_count": len(owed),
        "rows": [(x, owed.get(x.pk, 0)) for x in page],
        "deal": deal,
        "account": told.account,
        "waiting": told.waiting,
        "quota": sum(x.quota for x in deal.lines.all()),
        "page": page,
        "count": sales.count(),
        "history": history(deal.corrections.select_related("by")[:SHOWN], ZoneInfo(request.store.timezone)),
        "may_enter": request.member.may(Action.ENTER_DATA) and deal.state in SELLING,
    }
    return render(request, "campaigns/results_deal.html", context)
