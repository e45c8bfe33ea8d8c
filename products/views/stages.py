"""The stage board, proposals and their decisions, the ranks of the week, the store's thresholds."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Case, F, OuterRef, QuerySet, Subquery
from django.db.models.expressions import OrderBy
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kpis.queries import judge_stages, last_days, names_changed, unit_series
from opsplan.lib import clock
from opsplan.lib.charts import Spark, spark
from opsplan.lib.periods import DAY, week_of
from opsplan.lib.sheets import Cell
from products import board, queries, stage_words, stages
from products.lifecycle import Thresholds
from products.models import Move, Product, Rank, Stage
from products.roles import norms_of
from products.stages import RankLine
from products.views.catalogue import may_edit
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.downloads import file_response
from stores.snapshot import one_version

RANKS_PAGE = 200


@dataclass(frozen=True)
class CardWords:
    """A card with its line of numbers and the tag in its corner."""

    card: board.Card
    line: str
    tag: str
    tone: str
    spark: Spark | None


def number_of(evidence: dict[str, object], key: str) -> str:
    """A number of stored evidence as people read it; "" when it is not there."""
    checks = evidence.get("checks")
    for x in checks if isinstance(checks, list) else ():
        if x["key"] == key and x["value"] is not None:
            return stage_words.number(key, x["value"])
    return ""


def card_line(card: board.Card) -> str:
    """What matters in the stage: age and variation, ranks and natural share, or what is left of the best weeks."""
    product, parts = card.product, []
    if product.stage == Stage.INCUBATION:
        days = number_of(card.evidence, "listed_days")
        if days:
            parts.append(_("launched %s days ago") % days)
        if cv := number_of(card.evidence, "cv"):
            parts.append(_("variation %s") % cv)
    elif product.stage == Stage.DECLINE:
        weeks = [x for x in card.evidence.get("weeks", [])[-4:] if x is not None]
        if len(weeks) == 4:
            parts.append(_("%d units in 4 weeks") % sum(weeks))
        if len(weeks) == 4 and (best := card.evidence.get("best4")):
            parts.append(_("%d%% of the best") % (100 * sum(weeks) // best))
    if product.stage in (Stage.GROWTH, Stage.MATURITY):
        if card.rank and card.rank.search_rank:
            parts.append(_("search %d") % card.rank.search_rank)
        if card.rank and card.rank.category_rank:
            parts.append(_("category %d") % card.rank.category_rank)
        if share := number_of(card.evidence, "natural_share"):
            parts.append(_("natural %s") % share)
    return " · ".join(parts) or _("no evidence yet")


def card_words(
    card: board.Card, today: dt.date, points: dict[int, tuple[tuple[dt.date, Decimal | None], ...]]
) -> CardWords:
    tag, tone = "", ""
    if card.move:
        tag, tone = _("to %s?") % Stage(card.move.target).label, "good" if card.move.target != "decline" else "bad"
    elif card.lacks_ranks:
        tag, tone = _("no rank"), "bad"
    elif card.product.is_hero:
        tag = _("Hero")
    return CardWords(card, card_line(card), tag, tone, spark(points.get(card.product.pk, ())))


@for_store(Action.VIEW_PRODUCTS)
@require_GET
@one_version()
def stage_board(request: StoreRequest) -> HttpResponse:
    today = clock.today(request.store.timezone)
    columns = board.columns(request.store)
    shown = [card.product.pk for column in columns for card in column.cards]
    points = unit_series(request.store, last_days(today, 28), shown)
    return render(
        request,
        "products/stages.html",
        {
            "tab": "stages",
            "columns": [
                (column, Stage(column.stage).label, stage_words.SAYS[column.stage],
                 [card_words(card, today, points) for card in column.cards])
                for column in columns
            ],
            "norms": norms_of(request.store),
            "count": sum(column.count for column in columns),
            "heroes": sum(column.heroes for column in columns),
            "unstocked": sum(column.unstocked for column in columns),
            "waiting": sum(1 for column in columns for card in column.cards if card.move),
            "lacking": sum(1 for column in columns for card in column.cards if card.lacks_ranks),
            "stages": Stage.choices,
            "may_edit": may_edit(request),
        },
    )  # fmt: skip


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def stage_propose(request: StoreRequest, pk: int) -> HttpResponseRedirect:
    """A card was dropped on another column, or a stage was chosen in its menu."""
    product = get_object_or_404(Product, store=request.store, pk=pk)
    try:
        move = stages.propose_by_hand(
            product, request.POST.get("target", ""), request.user, request.POST.get("reason", "")
        )
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
        return redirect("product_stages", request.store.slug)
    return redirect("stage_move", request.store.slug, move.pk)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def stage_judge(request: StoreRequest) -> HttpResponseRedirect:
    """Work the evidence out now instead of next Monday."""
    made = judge_stages(request.store)
    text = ngettext("%d new proposal.", "%d new proposals.", made) % made
    messages.success(request, text if made else _("The evidence is up to date; nothing new follows from it."))
    return redirect("product_stages", request.store.slug)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
@one_version()
def stage_move(request: StoreRequest, pk: int) -> HttpResponse:
    move = get_object_or_404(Move.objects.select_related("product"), product__store=request.store, pk=pk)
    return move_page(request, move)


def move_page(request: StoreRequest, move: Move, error: str = "", status: int = 200) -> HttpResponse:
    today = clock.today(request.store.timezone)
    points = unit_series(request.store, last_days(today, 84), [move.product_id])
    context = {
        "tab": "stages",
        "move": move,
        "source": Stage(move.source).label,
        "target": Stage(move.target).label,
        "rule": stage_words.rule(move.rule),
        "checks": stage_words.checks(move.evidence),
        "lacks": stage_words.lacks(move.evidence),
        "spark": spark(points[move.product_id]),
        "error": error,
        "may_edit": may_edit(request),
    }
    template = "products/_move.html" if request.headers.get("HX-Request") else "products/move.html"
    return render(request, template, context, status=status)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def stage_decide(request: StoreRequest, pk: int) -> HttpResponse:
    move = get_object_or_404(Move.objects.select_related("product"), product__store=request.store, pk=pk)
    confirm = request.POST.get("do") == "confirm"
    try:
        with transaction.atomic():
            stages.decide(move, request.user, confirm=confirm, reason=request.POST.get("reason", ""))
            names_changed(request.store)
    except ValidationError as problem:
        return move_page(request, move, " ".join(problem.messages), 422)
    if confirm:
        told = {"product": move.product, "stage": Stage(move.target).label}
        messages.success(request, _("%(product)s is in %(stage)s now and stands in the tasks of the stage.") % told)
    else:
        messages.success(request, _("Declined. The rules will not propose it again for four weeks."))
    back = request.POST.get("next", "")
    if back and url_has_allowed_host_and_scheme(back, {request.get_host()}):
        return redirect(back)
    return redirect("product_stages", request.store.slug)


def week_asked(request: StoreRequest) -> dt.date:
    """The Monday asked for (?week=), at most this week's."""
    today = clock.today(request.store.timezone)
    try:
        asked = dt.date.fromisoformat(request.GET.get("week", "") or request.POST.get("week", ""))
    except ValueError:
        asked = today
    return week_of(min(asked, today)).first


@for_store(Action.VIEW_PRODUCTS)
@require_http_methods(["GET", "POST"])
def product_ranks(request: StoreRequest) -> HttpResponse:
    """The weekly sheet: search and category rank of each product in growth and maturity, or of all."""
    week, everything = week_asked(request), request.GET.get("all") == "1"
    products = Product.objects.filter(store=request.store, status__in=stages.ALIVE)
    if not everything:
        growing = products.filter(stage__in=(Stage.GROWTH, Stage.MATURITY))
        products = growing if growing.exists() else products
    sort = request.GET.get("sort", "")
    products = ranks_sorted(products, week, sort)
    if request.method == "GET" and request.GET.get("format"):
        return ranks_file(request, products, week)
    page = Paginator(products, RANKS_PAGE).get_page(request.GET.get("page"))
    listed = list(page)
    errors: dict[int, str] = {}
    typed: dict[str, str] = {}
    if request.method == "POST":
        if not may_edit(request):
            return HttpResponse(status=403)
        lines, errors = read_ranks(request, listed)
        typed = {key: str(value) for key, value in request.POST.items()}
        if not errors:
            return ranks_saved(request, week, lines)
    known = ranks_known(listed, week)
    rows = []
    for x in listed:
        now = known.get((x.pk, week))
        search = typed.get(f"s{x.pk}", _cell(now, "search_rank"))
        category = typed.get(f"c{x.pk}", _cell(now, "category_rank"))
        rows.append((x, search, category, known.get((x.pk, week - 7 * DAY)), errors.get(x.pk, "")))
    told = next((x.source for x in known.values() if x.source), "")
    context = {
        "tab": "stages", "source": typed.get("source", told),
        "rows": rows, "page": page, "week": week, "last": week + 6 * DAY, "before": week - 7 * DAY,
        "after": week + 7 * DAY if week < week_of(clock.today(request.store.timezone)).first else None,
        "sort": sort, "everything": everything, "may_edit": may_edit(request), "errors": errors,
    }  # fmt: skip
    return render(request, "products/ranks.html", context, status=422 if errors else 200)


def ranks_saved(request: StoreRequest, week: dt.date, lines: list[RankLine]) -> HttpResponse:
    """To the proposals that follow from the ranks, or back to the sheet."""
    with transaction.atomic():
        changed = stages.enter_ranks(request.store, week, lines, request.user, request.POST.get("source", ""))
    made = judge_stages(request.store, products=[x.product_id for x in lines]) if changed else 0
    messages.success(
        request, _("Saved: %(ranks)d ranks. New proposals: %(moves)d.") % {"ranks": changed, "moves": made}
    )
    return redirect("product_stages", request.store.slug) if made else redirect(request.get_full_path())


def ranks_sorted(products: QuerySet[Product], week: dt.date, sort: str) -> QuerySet[Product]:
    """Heroes first and then stage by stage, or as asked: by stage (in the order of life), name, or a rank of the week;
    what has no rank stands last."""
    key = sort.removeprefix("-")
    of_week = Rank.objects.filter(product=OuterRef("pk"), week=week)
    keys: dict[str, Case | F | Subquery] = {
        "title": F("title"),
        "stage": queries.BY_STAGE,
        "search": Subquery(of_week.values("search_rank")),
        "category": Subquery(of_week.values("category_rank")),
    }
    if key not in keys:
        return products.order_by("-is_hero", queries.BY_STAGE.asc(), "code")
    return products.order_by(OrderBy(keys[key], descending=sort != key, nulls_last=True), "code")


def ranks_known(products: Iterable[Product], week: dt.date) -> dict[tuple[int, dt.date], Rank]:
    """(product id, Monday) -> the rank of the week and of the one before."""
    found = Rank.objects.filter(product__in=products, week__in=(week, week - 7 * DAY))
    return {(x.product_id, x.week): x for x in found}


def ranks_file(request: StoreRequest, products: QuerySet[Product], week: dt.date) -> HttpResponse:
    """The sheet of the week, all of it."""
    heads = [
        _("Merchant code"), _("Product"), _("Stage"), _("Search rank, week before"), _("Category rank, week before"),
        _("Search rank"), _("Category rank"), _("Looked up at"),
    ]  # fmt: skip
    known = ranks_known(products, week)
    rows: list[list[Cell]] = []
    for x in products:
        before, now = known.get((x.pk, week - 7 * DAY)), known.get((x.pk, week))
        ranks = [getattr(y, field, None) for y in (before, now) for field in ("search_rank", "category_rank")]
        rows.append([x.code, x.title, x.get_stage_display(), *ranks, now.source if now else ""])
    return file_response(request.GET["format"], f"{request.store.slug}-ranks-{week}", heads, rows)


def _cell(rank: Rank | None, field: str) -> str:
    value = getattr(rank, field) if rank else None
    return "" if value is None else str(value)


def read_ranks(request: StoreRequest, products: list[Product]) -> tuple[list[RankLine], dict[int, str]]:
    """What was typed for each product that stood on the sheet, and what is no rank."""
    lines, errors = [], {}
    for product in products:
        texts = [request.POST.get(f"{letter}{product.pk}") for letter in "sc"]
        if None in texts:
            continue
        cells = [(text or "").strip() for text in texts]
        if all(not x or (x.isdecimal() and 0 < int(x) < 1_000_000) for x in cells):
            search, category = (int(x) if x else None for x in cells)
            lines.append(RankLine(product.pk, search, category))
        else:
            errors[product.pk] = _("A rank is a whole number from 1 on.")
    return lines, errors


@for_store(Action.MANAGE_STORE)
@require_http_methods(["GET", "POST"])
def stage_limits(request: StoreRequest) -> HttpResponse:
    """The store's thresholds; an empty field is as delivered."""
    usual, errors = Thresholds(), {}
    if request.method == "POST":
        values = {x.name: request.POST.get(x.name, "").strip() for x in fields(usual)}
        try:
            stages.set_limits(request.store, values)
        except ValidationError as problem:
            errors = {name: " ".join(texts) for name, texts in problem.message_dict.items()}
        else:
            messages.success(request, _("Saved."))
            return redirect("stage_limits", request.store.slug)
    own = stages.limits_of(request.store)
    rows = [
        (x.name, stage_words.LIMITS[x.name], request.POST.get(x.name, getattr(own, x.name)), getattr(usual, x.name),
         errors.get(x.name, ""))
        for x in fields(usual)
    ]  # fmt: skip
    context = {"tab": "stages", "rows": rows, "errors": errors}
    return render(request, "products/limits.html", context, status=422 if errors else 200)
