"""The range: how many styles, how wide and deep; styles on their way in; competitors."""

from collections.abc import Iterable
from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opsplan.lib import clock
from opsplan.lib.money import yuan
from products import assortment, newcomers, queries
from products.models import Competitor, CompetitorNote, Newcomer, ProductRules
from products.range_forms import CompetitorForm, InputsForm, NewcomerForm, NormsForm, NoteForm
from products.roles import norms_of
from products.views.catalogue import explain_into
from staff.access import StoreRequest, for_store
from staff.roles import Action
from staff.task_queries import concerns
from stores import currency
from stores.downloads import file_response

NOTES_PAGE = 100


def band_end(first: int | None, begin: Iterable[int]) -> Decimal | None:
    """Yuan at which the next price band begins; None after the last."""
    after = [x for x in begin if first is not None and x > first]
    return yuan(after[0]) if after else None


def range_page(request: StoreRequest, form: NewcomerForm | None = None, status: int = 200) -> HttpResponse:
    kinds = queries.kinds_of(request.store, clock.today(request.store.timezone))
    usual, sort = norms_of(request.store), request.GET.get("sort", "")
    pipeline = newcomers.pipeline(request.store, sort)
    begin = assortment.bands(currency.like_yuan(request.store.currency))
    context = {
        "tab": "range",
        "count": len(kinds),
        "heroes": sum(x.is_hero for x in kinds),
        "unstocked": sum(x.is_unstocked for x in kinds),
        "norms": usual,
        "warnings": assortment.warnings(kinds, usual),
        "categories": assortment.grid(kinds, "category"),
        "styles": assortment.grid(kinds, "style"),
        "bands": [
            (None if first is None else yuan(first), band_end(first, begin), count, round(skus / count, 1))
            for first, count, skus in assortment.by_band(kinds, begin)
        ],
        "pipeline": pipeline,
        "sort": sort,
        "is_any_coming": any(styles for _step, _name, styles in pipeline),
        "competitors": Competitor.objects.filter(store=request.store).annotate(note_cnt=Count("notes")),
        "form": form or NewcomerForm(),
        "norms_form": NormsForm(initial=vars(usual)),
        "may_edit": request.member.may(Action.EDIT_PRODUCTS),
        "may_manage": request.member.may(Action.MANAGE_STORE),
    }
    return render(request, "products/range.html", context, status=status)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def product_range(request: StoreRequest) -> HttpResponse:
    return pipeline_file(request) if request.GET.get("format") else range_page(request)


def pipeline_file(request: StoreRequest) -> HttpResponse:
    """The styles on their way into the shop, step by step, with what speaks for them."""
    heads = [
        _("Merchant code"), _("Product"), _("Step"), _("To be published on"), _("What the data says"),
        _("What customers say"), _("What the market shows"),
    ]  # fmt: skip
    rows = [
        [x.product.code, x.product.title, name, x.wanted_on, *(getattr(x, told) for told in newcomers.INPUTS)]
        for _step, name, styles in newcomers.pipeline(request.store, request.GET.get("sort", ""))
        for x in styles
    ]
    return file_response(request.GET["format"], f"{request.store.slug}-new-styles", heads, rows)


@for_store(Action.MANAGE_STORE)
@require_POST
def range_norms(request: StoreRequest) -> HttpResponseRedirect:
    form = NormsForm(request.POST)
    if form.is_valid():
        own = {name: str(value) for name, value in form.cleaned_data.items()}
        ProductRules.objects.update_or_create(store=request.store, defaults={"assortment": own})
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Give whole numbers; one to five heroes."))
    return redirect("product_range", request.store.slug)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def newcomer_new(request: StoreRequest) -> HttpResponse:
    form = NewcomerForm(request.POST)
    if form.is_valid():
        try:
            made = newcomers.begin(request.store, by=request.user, **form.cleaned_data)
        except ValidationError as problem:
            explain_into(form, problem)
        else:
            messages.success(request, _("%s is being prepared; its tasks have begun.") % made.product)
            return redirect("newcomer", request.store.slug, made.pk)
    return range_page(request, form, 422)


@for_store(Action.VIEW_PRODUCTS)
@require_http_methods(["GET", "POST"])
def newcomer(request: StoreRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Newcomer.objects.select_related("product"), product__store=request.store, pk=pk)
    editable = request.member.may(Action.EDIT_PRODUCTS)
    form = InputsForm(request.POST or None, initial={x: getattr(found, x) for x in (*newcomers.INPUTS, "wanted_on")})
    if request.method == "POST":
        if not editable:
            return HttpResponse(status=403)
        if form.is_valid():
            try:
                newcomers.change(found, **form.cleaned_data)
            except ValidationError as problem:
                explain_into(form, problem)
            else:
                messages.success(request, _("Saved."))
                return redirect("newcomer", request.store.slug, pk)
    context = {
        "tab": "range",
        "newcomer": found,
        "form": form,
        "may_edit": editable,
        "steps": steps_of(found),
        "tasks": sorted(concerns(request.store, f"product {found.product_id}"), key=lambda x: x.task.due)[:20],
    }
    return render(request, "products/newcomer.html", context, status=422 if form.errors else 200)


def steps_of(found: Newcomer) -> list[tuple[str, str, bool]]:
    """(step, its name, whether it is the one now)."""
    return [(x.value, str(x.label), x.value == found.step) for x in Newcomer.Step]


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def newcomer_step(request: StoreRequest, pk: int) -> HttpResponseRedirect:
    """step: the next one, or one back. name, its code typed: it is given up, which deletes it with its tasks."""
    found = get_object_or_404(Newcomer.objects.select_related("product"), product__store=request.store, pk=pk)
    try:
        if "name" in request.POST:
            if request.POST["name"].strip() != found.product.code:
                raise ValidationError(_("Nothing was deleted: type the name “%s” exactly.") % found.product.code)
            newcomers.drop(found)
            messages.success(request, _("The idea was given up."))
            return redirect("product_range", request.store.slug)
        newcomers.go_to(found, request.POST.get("step", ""))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
        return redirect("newcomer", request.store.slug, pk)
    messages.success(request, _("Saved."))
    if request.POST.get("back") == "board":
        return redirect("product_range", request.store.slug)
    return redirect("newcomer", request.store.slug, pk)


@for_store(Action.VIEW_PRODUCTS)
@require_http_methods(["GET", "POST"])
def competitor(request: StoreRequest, pk: int = 0) -> HttpResponse:
    """One competitor's file; pk 0 is a new one."""
    found = get_object_or_404(Competitor, store=request.store, pk=pk) if pk else Competitor(store=request.store)
    editable = request.member.may(Action.EDIT_PRODUCTS)
    form = CompetitorForm(request.POST or None, instance=found)
    if request.method == "POST":
        if not editable:
            return HttpResponse(status=403)
        taken = Competitor.objects.filter(store=request.store, name=request.POST.get("name", "").strip())
        if taken.exclude(pk=pk).exists():
            form.add_error("name", _("There is a file about this shop already."))
        if form.is_valid():
            form.save()
            messages.success(request, _("Saved."))
            return redirect("competitor", request.store.slug, found.pk)
    notes = CompetitorNote.objects.filter(competitor_id=pk).select_related("by")
    context = {
        "tab": "range",
        "competitor": found,
        "form": form,
        "page": Paginator(notes, NOTES_PAGE).get_page(request.GET.get("page")),
        "note_form": NoteForm(),
        "may_edit": editable,
    }
    return render(request, "products/competitor.html", context, status=422 if form.errors else 200)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def competitor_note(request: StoreRequest, pk: int) -> HttpResponseRedirect:
    found = get_object_or_404(Competitor, store=request.store, pk=pk)
    form = NoteForm(request.POST)
    if form.is_valid():
        today = clock.today(request.store.timezone)
        CompetitorNote.objects.create(competitor=found, day=today, text=form.cleaned_data["text"], by=request.user)
    return redirect("competitor", request.store.slug, pk)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def competitor_delete(request: StoreRequest, pk: int) -> HttpResponseRedirect:
    """It takes its notes along for good, so the name is typed."""
    found = get_object_or_404(Competitor, store=request.store, pk=pk)
    if request.POST.get("name", "").strip() != found.name:
        messages.error(request, _("Nothing was deleted: type the name “%s” exactly.") % found.name)
        return redirect("competitor", request.store.slug, pk)
    found.delete()
    messages.success(request, _("The file about the competitor was deleted."))
    return redirect("product_range", request.store.slug)
