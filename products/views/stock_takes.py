"""Stock-takes with their sheet to print, and files of balances."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Case, Count, F, Q, QuerySet, When
from django.db.models.expressions import OrderBy
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opsplan.lib.sheets import Cell
from products import stock_files, stock_takes
from products.models import StockFile, StockTake, StockTakeLine
from products.stock_forms import StockFileForm, TakeForm, typed_units, whole_numbers
from products.stock_services import main_place
from products.views.catalogue import explain_into, may_edit
from products.views.stock import say
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.downloads import file_response
from stores.sent_files import lines_to_mend

FILES_PAGE = 20

SHOWN, PAGE = 200, 50
BY_STATE = Case(*(When(state=state, then=place) for place, state in enumerate(StockTake.State)))
SORTS: dict[str, tuple[str | OrderBy, ...]] = {
    "begun": ("started_at", "id"),
    "-begun": ("-started_at", "-id"),
    "place": ("place__name", "-started_at", "-id"),
    "-place": ("-place__name", "-started_at", "-id"),
    "state": (BY_STATE.asc(), "-started_at", "-id"),
    "-state": (BY_STATE.desc(), "-started_at", "-id"),
}


def the_take(request: StoreRequest, pk: int) -> StockTake:
    return get_object_or_404(StockTake.objects.select_related("place", "by"), store=request.store, pk=pk)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def stock_take_list(request: StoreRequest) -> HttpResponse:
    main_place(request.store)
    sort = request.GET.get("sort", "")
    sort = sort if sort in SORTS else "-begun"
    takes = StockTake.objects.filter(store=request.store).select_related("place", "by").order_by(*SORTS[sort])
    if request.GET.get("format"):
        return takes_file(request, takes)
    context = {
        "tab": "stock",
        "part": "takes",
        "page": Paginator(takes, PAGE).get_page(request.GET.get("page")),
        "sort": sort,
        "form": TakeForm(store=request.store),
        "may_edit": may_edit(request),
    }
    return render(request, "products/stock_takes.html", context)


def takes_file(request: StoreRequest, takes: QuerySet[StockTake]) -> HttpResponse:
    """Every count, with how many SKUs stood on its sheet and what was found."""
    heads = [
        _("Begun at"), _("Place"), _("State"), _("Who"), _("Note"), _("SKUs"), _("Counted"), _("Different"),
    ]  # fmt: skip
    is_found = Q(lines__counted__isnull=False)
    found = takes.annotate(
        skus=Count("lines"),
        counted=Count("lines", filter=is_found),
        differing=Count("lines", filter=is_found & ~Q(lines__counted=F("lines__expected"))),
    )
    zone = ZoneInfo(request.store.timezone)
    rows: list[list[Cell]] = [
        [f"{x.started_at.astimezone(zone):%Y-%m-%d %H:%M}", x.place.name, x.get_state_display(), str(x.by or ""),
         x.note, x.skus, x.counted, x.differing]
        for x in found
    ]  # fmt: skip
    return file_response(request.GET["format"], f"{request.store.slug}-stock-takes", heads, rows)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def stock_take_new(request: StoreRequest) -> HttpResponseRedirect:
    form = TakeForm(request.POST, store=request.store)
    if form.is_valid():
        try:
            take = stock_takes.start_take(form.cleaned_data["place"], by=request.user, note=form.cleaned_data["note"])
        except ValidationError as problem:
            say(request, problem)
        else:
            return redirect("stock_take", request.store.slug, take.pk)
    return redirect("stock_takes", request.store.slug)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def stock_take(request: StoreRequest, pk: int) -> HttpResponse:
    take = the_take(request, pk)
    if request.GET.get("format"):
        return take_file(request, take, list(take.lines.select_related("sku__product")))
    return take_page(request, take)


def take_page(request: StoreRequest, take: StockTake, status: int = 200) -> HttpResponse:
    """The count of a place, with what was typed into it where that was refused."""
    lines = list(take.lines.select_related("sku__product"))
    typed = typed_units(request.POST, "c", {x.pk: x.counted for x in lines})
    differing = [x for x in lines if x.difference]
    context = {
        "tab": "stock",
        "take": take,
        "lines": [(x, *typed[x.pk]) for x in lines],
        "counted": sum(x.counted is not None for x in lines),
        "differing": len(differing),
        "more": sum(max(x.difference or 0, 0) for x in differing),
        "fewer": sum(max(-(x.difference or 0), 0) for x in differing),
        "may_edit": may_edit(request) and take.state == StockTake.State.OPEN,
        "may_resume": may_edit(request) and take.state == StockTake.State.DROPPED,
    }
    return render(request, "products/stock_take.html", context, status=status)


def take_file(request: StoreRequest, take: StockTake, lines: Sequence[StockTakeLine]) -> HttpResponse:
    heads = [_("SKU"), _("Product"), _("In the books"), _("Counted"), _("Counted difference")]
    rows = [
        [x.sku.code, f"{x.sku.product.title} {x.sku.name}".strip(), x.expected, x.counted, x.difference] for x in lines
    ]
    day = take.started_at.astimezone(ZoneInfo(request.store.timezone)).date()
    return file_response(request.GET["format"], f"{request.store.slug}-stock-take-{take.place}-{day}", heads, rows)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def stock_take_sheet(request: StoreRequest, pk: int) -> HttpResponse:
    """The sheet to print and to write on: A4, the books' figures left out with ?blind=1."""
    take = the_take(request, pk)
    context = {
        "take": take,
        "lines": take.lines.select_related("sku__product"),
        "blind": request.GET.get("blind") == "1",
    }
    return render(request, "products/stock_take_sheet.html", context)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def stock_take_do(request: StoreRequest, pk: int) -> HttpResponse:
    """do=save, post, drop or resume; counts come as c<line id> and are kept whatever becomes of them."""
    take, what = the_take(request, pk), request.POST.get("do", "")
    try:
        if what in ("save", "post", "drop"):
            stock_takes.write_counts(take, whole_numbers(request.POST.dict(), "c"))
        if what == "save":
            messages.success(request, _("Saved."))
        if what == "post":
            n = stock_takes.post_take(take, by=request.user)
            messages.success(
                request, ngettext("%(n)s difference was posted.", "%(n)s differences were posted.", n) % {"n": n}
            )
        elif what == "drop":
            stock_takes.drop_take(take)
        elif what == "resume":
            stock_takes.resume_take(take)
    except ValidationError as problem:
        say(request, problem)
        if "counted" in getattr(problem, "error_dict", {}):
            return take_page(request, take, 422)
    except ValueError as problem:
        messages.error(request, _("“%s” is no number of units.") % problem)
        return take_page(request, take, 422)
    return redirect("stock_take", request.store.slug, pk)


@for_store(Action.EDIT_PRODUCTS)
@require_http_methods(["GET", "POST"])
def stock_import(request: StoreRequest) -> HttpResponse:
    form = StockFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        try:
            file = stock_files.read_file(request.store, given, given.name, by=request.user)
        except ValidationError as problem:
            explain_into(form, problem)
        else:
            return redirect("stock_file", request.store.slug, file.pk)
    files = StockFile.objects.filter(store=request.store).defer("rows", "problems", "to_mend").select_related("by")
    page = Paginator(files, FILES_PAGE).get_page(request.GET.get("page"))
    context = {"tab": "stock", "part": "import", "form": form, "page": page}
    return render(request, "products/stock_import.html", context, status=422 if form.is_bound else 200)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def stock_file(request: StoreRequest, pk: int) -> HttpResponse:
    file = get_object_or_404(StockFile.objects.select_related("store"), store=request.store, pk=pk)
    problems = [(line, text, _(stock_files.PROBLEMS[code])) for line, text, code in file.problems]
    if request.GET.get("format"):
        name = f"{request.store.slug}-stock-to-mend"
        if file.to_mend:
            return lines_to_mend(
                request.GET["format"], name, file.to_mend, ((x, wrong) for x, _text, wrong in problems)
            )
        header = [_("Line of the file"), _("What stands there"), _("What is wrong")]
        return file_response(request.GET["format"], name, header, problems)
    lines = stock_files.changes_of(file) if file.state == StockFile.State.READ else []
    changes = [x for x in lines if x.is_change]
    context = {
        "tab": "stock",
        "file": file,
        "changes": changes[:SHOWN],
        "more": max(len(changes) - SHOWN, 0),
        "changed": len(changes),
        "same": len(lines) - len(changes),
        "problems": problems[:SHOWN],
        "bad": len(problems),
        "may_edit": may_edit(request),
    }
    return render(request, "products/stock_file.html", context)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def stock_file_do(request: StoreRequest, pk: int) -> HttpResponseRedirect:
    """do=apply, or undo after it was applied."""
    file = get_object_or_404(StockFile.objects.select_related("store"), store=request.store, pk=pk)
    try:
        if request.POST.get("do") == "undo":
            stock_files.undo_file(file, by=request.user)
            messages.success(request, _("The file was taken back."))
        else:
            n = stock_files.apply_file(file, by=request.user)
            messages.success(request, ngettext("%(n)s SKU changed.", "%(n)s SKUs changed.", n) % {"n": n})
    except ValidationError as problem:
        say(request, problem)
    return redirect("stock_file", request.store.slug, pk)
