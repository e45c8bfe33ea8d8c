"""Group-buy sites: the register, one site, the company's papers, and the quote calculator."""

from collections.abc import Mapping
from typing import IO, Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.forms import Form
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns.groupbuy import papers, quoting, sites
from campaigns.models import GroupDeal
from campaigns.site_forms import PaperForm, QuoteForm, SiteForm
from campaigns.views.base import may_edit, telling
from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.lib.text import is_id
from products.models import SKU
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.downloads import file_response
from stores.models import CompanyPaper, GroupSite

TALKS_PAGE, DEALS_SHOWN = 100, 50


def the_site(request: StoreRequest, pk: int) -> GroupSite:
    return get_object_or_404(GroupSite.objects.select_related("store"), store=request.store, pk=pk)


def told(form: Form, error: ValidationError) -> None:
    """A service's refusal, beside the fields it names."""
    named: Mapping[str, list[str]] = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, texts in named.items():
        form.add_error(name if name in form.fields else None, texts)


def attached(request: StoreRequest) -> "UploadedFile[Any] | None":
    file = request.FILES.get("file")
    return file if isinstance(file, UploadedFile) else None


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def deal_sites(request: StoreRequest) -> HttpResponse:
    """The sites by profit after refunds, and the papers they ask for."""
    rows = sites.register(request.store)
    if request.GET.get("format"):
        header = [
            _("Rank"), _("Site"), _("Importance"), _("Commission (%)"), _("Deals"), _("Pieces paid"), _("Refunded"),
            _("Net sales (yuan)"), _("Profit (yuan)"), _("Last talk"), _("Talk by"),
        ]  # fmt: skip
        lines = [
            (
                x.rank, x.site.name, x.site.get_weight_display(), yuan(x.site.rate_bp), x.past.deals, x.past.sold,
                x.past.refunded, yuan(x.past.net_fen), yuan(x.past.profit_fen), x.last_talk, x.talk_by,
            )
            for x in rows
        ]  # fmt: skip
        return file_response(request.GET["format"], f"{request.store.slug}-sites", header, lines)
    context = {
        "tab": "sites",
        "rows": rows,
        "papers": sites.papers_of(request.store),
        "form": PaperForm(),
        "may_edit": may_edit(request),
        "today": clock.today(request.store.timezone),
    }
    return render(request, "campaigns/sites.html", context)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def deal_site(request: StoreRequest, pk: int) -> HttpResponse:
    site = the_site(request, pk)
    today = clock.today(request.store.timezone)
    deals = list(GroupDeal.objects.filter(site=site)[: DEALS_SHOWN + 1])
    context = {
        "tab": "sites",
        "site": site,
        "rate": sites.rate_of(site),
        "instalments": sites.instalments_said(site.instalments),
        "past": sites.past_of(request.store)[site.pk],
        "talk_by": sites.due_talks([site]).get(site.pk),
        "people": site.people.all(),
        "page": Paginator(site.talks.select_related("by"), TALKS_PAGE).get_page(request.GET.get("page")),
        "papers": [(x, sites.is_out(x, today)) for x in site.papers.all()],
        "deals": deals[:DEALS_SHOWN],
        "has_more_deals": len(deals) > DEALS_SHOWN,
        "may_edit": may_edit(request),
        "may_note": request.member.may(Action.DO_TASKS),
        "today": today,
    }
    return render(request, "campaigns/sites_site.html", context)


@for_store(Action.SET_TARGETS)
@require_http_methods(["GET", "POST"])
def deal_site_new(request: StoreRequest) -> HttpResponse:
    return edited(request, None)


@for_store(Action.SET_TARGETS)
@require_http_methods(["GET", "POST"])
def deal_site_edit(request: StoreRequest, pk: int) -> HttpResponse:
    return edited(request, the_site(request, pk))


def edited(request: StoreRequest, site: GroupSite | None) -> HttpResponse:
    form = SiteForm(request.POST or None, store=request.store, site=site)
    if request.method == "POST" and form.is_valid():
        try:
            chosen = [int(x) for x in form.cleaned_data["papers"]]
            saved = sites.save_site(request.store, site, request.POST.dict(), chosen)
        except ValidationError as error:
            told(form, error)
        else:
            sites.remind(request.store)
            messages.success(request, _("Saved."))
            return redirect("deal_site", request.store.slug, saved.pk)
    context = {"tab": "sites", "form": form, "site": site}
    return render(request, "campaigns/sites_form.html", context, status=422 if form.errors else 200)


@for_store(Action.DO_TASKS)
@require_POST
def deal_site_do(request: StoreRequest, pk: int) -> HttpResponse:
    """Note a talk or a person; take a person away."""
    site, what, said = the_site(request, pk), request.POST.get("what"), request.POST.dict()
    with telling(request):
        if what == "talk":
            sites.add_talk(site, said, request.user)
        elif what == "person":
            sites.add_person(site, said)
        elif what == "drop_person":
            number = said.get("person", "")
            site.people.filter(pk=int(number) if number.isdecimal() else 0).delete()
    return redirect("deal_site", request.store.slug, pk)


@for_store(Action.SET_TARGETS)
@require_POST
def company_paper_new(request: StoreRequest) -> HttpResponse:
    """A paper of the company, with its file where there is one."""
    keep_paper(request, None)
    return redirect("deal_sites", request.store.slug)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def company_paper(request: StoreRequest, pk: int) -> HttpResponseBase:
    """The file of a paper."""
    paper = get_object_or_404(CompanyPaper, store=request.store, pk=pk)
    where = papers.place("papers", paper.path)
    if not paper.path or not where.exists():
        raise Http404
    name = f"{paper.name}.{paper.path.rpartition('.')[2]}"
    return FileResponse(
        where.open("rb"), as_attachment=True, filename=name, content_type=papers.content_type(paper.path)
    )


@for_store(Action.SET_TARGETS)
@require_POST
def company_paper_do(request: StoreRequest, pk: int) -> HttpResponse:
    """Another day or file, or the paper goes."""
    paper = get_object_or_404(CompanyPaper.objects.select_related("store"), store=request.store, pk=pk)
    if request.POST.get("what") == "drop":
        sites.drop_paper(paper)
    else:
        keep_paper(request, paper)
    return redirect("deal_sites", request.store.slug)


def keep_paper(request: StoreRequest, paper: CompanyPaper | None) -> None:
    file = attached(request)
    with telling(request):
        path = ""
        if file:
            path, _size = papers.keep("papers", request.store.pk, cast(IO[bytes], file), file.name or "")
        sites.save_paper(request.store, paper, request.POST.dict(), path)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def deal_quote(request: StoreRequest) -> HttpResponse:
    """The lowest price that leaves a margin, and what a price would bring. The question stands in the URL."""
    asked = request.GET.dict()
    deal = GroupDeal.objects.filter(store=request.store, pk=number_of(asked.get("deal", ""))).first()
    if deal and "pieces" not in asked:
        asked |= quoting.of_deal(deal)
    site = GroupSite.objects.filter(store=request.store, pk=number_of(asked.get("site", ""))).first()
    sku = SKU.objects.filter(store=request.store, code=asked.get("sku", "").strip()).first()
    is_asked = "pieces" in asked
    form = QuoteForm(asked if is_asked else None, initial=quoting.known(request.store, site, sku))
    found = None
    if is_asked and form.is_valid():
        try:
            found = quoting.answer(quoting.question(asked))
        except ValidationError as error:
            told(form, error)
    context = {
        "tab": "quote",
        "form": form,
        "found": found,
        "untold": [form.fields[name].label for name in quoting.untold(asked)] if found else [],
        "deal": deal,
        "site": site,
        "sku": sku,
        "sites": GroupSite.objects.filter(store=request.store, is_active=True),
        "skus": SKU.objects.filter(store=request.store).select_related("product")[:500],
    }
    return render(request, "campaigns/sites_quote.html", context, status=422 if form.errors else 200)


def number_of(text: str) -> int:
    return int(text) if is_id(text) else 0
