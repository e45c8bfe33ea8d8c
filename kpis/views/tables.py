"""The tables of the board, for the page and as files."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.translation import gettext as _

from kpis import queries
from kpis.answers import SILENT, Figure, Row
from kpis.breakdowns.table_wire import NOTES
from kpis.display import boards
from kpis.figure_words import chip, comparison_name, reasons
from kpis.outward.product_groups import TITLES, group_table
from kpis.trends import analysis
from kpis.views.board import chosen_cards
from kpis.views.plan_course import course_table
from kpis.views.words import labels, read_as, share
from kpis.week import sheets
from kpis.writing import written
from opsplan.lib import clock
from opsplan.lib.sheets import Cell
from products import stock_queries
from products.models import Product
from staff.access import StoreRequest
from staff.roles import Action
from stores.spans import Span, span_from

PAGE = 20
Table = tuple[list[str], list[list[Cell]]]
Lines = Iterable[tuple[list[Cell], Mapping[str, Figure]]]


def channel_rows(found: boards.Channels, link: Callable[[str], str]) -> list[dict[str, Any]]:
    """Rows for the page: the figures by name, and the bar beside them, as wide as its visitors are many."""
    most = max((row.values["uv"].value or Decimal(0) for row in found.rows), default=Decimal(0))
    rows = []
    for row in found.rows:
        width = share(row.values["uv"].value, most) if most else None
        start = None if width is None else f"{100 - Decimal(width):.1f}"
        told = {
            "member": quote(row.key),
            "label": row.label,
            "link": link(row.key),
            "paid": row.tags.get("paid") == "yes",
            "share": found.shares.get(row.key),
        }
        rows.append({**told, "width": width, "start": start, **row.values})
    return rows


def ads_table(
    found: boards.Channels, whole: Mapping[str, Figure], compare: Sequence[str], link: Callable[[str], str]
) -> dict[str, Any]:
    """The channels that cost something, dearest first, and the shop's totals."""
    name = compare[0] if compare else ""
    shown = [
        {
            "member": quote(row.key),
            "label": row.label,
            "link": link(row.key),
            "change": row.values["promo_cost"].compare.get(name),
            **row.values,
        }
        for row in found.spenders
    ]
    total = [whole["promo_cost"], None, whole["promo_amt"], whole["roi"]]
    return {"rows": shown, "total": total, "break_even": whole["be_roi"] if whole["be_roi"].value is not None else None}


def product_page(request: StoreRequest, size: int = PAGE) -> dict[str, Any]:
    """A page of the product table as the URL asks for it (q, sort, page)."""
    search, sort = request.GET.get("q", "").strip(), request.GET.get("sort", "-pay_amt")
    span = span_from(request.GET, clock.today(request.store.timezone))
    rows, top_share = boards.products(request.store, span.period, search, sort)
    page = Paginator(rows, size).get_page(request.GET.get("page"))
    names, goods = labels(), goods_of(request, [row.key for row in page.object_list])
    return {
        "page": page,
        "total": sum(1 for row in rows if row.key),
        "left": max(0, len(rows) - size),
        "top_share": top_share,
        "search": search,
        "sort": sort,
        "first": names["pay_amt"],
        "sees_goods": bool(goods),
        "columns": [(key, names[key]) for key in boards.PRODUCT_KEYS[1:]],
        "rows": [
            {
                "member": quote(row.key),
                "label": row.label or _("without items"),
                "change": change(row),
                "goods": goods.get(row.key),
                **row.values,
            }
            for row in page.object_list
        ],
        "query": urlencode({"q": search, "sort": sort}),
    }


def grouped_by(request: StoreRequest) -> str:
    """What the product table is grouped by, "" for the products themselves."""
    asked = request.GET.get("by", "")
    return asked if asked in boards.GROUPED_BY else ""


def group_page(request: StoreRequest, by: str, span: Span) -> dict[str, Any]:
    """The products of the period by stage, role or campaign: a row a group, the whole store under them."""
    found = group_table(request.store, by, boards.GROUP_KEYS, span.period, span.compare[:1])
    names, against = labels(), span.compare[0] if span.compare else ""
    total = found.totals[0].values
    rows = [
        {
            "of": f"{by}:{line.key[by]}",
            "label": line.labels[by] or _("without items"),
            "share": share_of(line.values["pay_amt"], total["pay_amt"]),
            "change": line.values["pay_amt"].compare.get(against),
            "figures": [line.values[key] for key in boards.GROUP_KEYS],
        }
        for line in found.lines
    ]
    return {
        "by": by,
        "title": TITLES[by],
        "is_of_now": by != "campaign",
        "columns": [names[key] for key in boards.GROUP_KEYS[1:]],
        "first": names["pay_amt"],
        "rows": rows,
        "total": [total[key] for key in boards.GROUP_KEYS],
        "total_change": total["pay_amt"].compare.get(against),
        "notes": list(dict.fromkeys(_(NOTES[each.code]) for each in found.notes)),
    }


def share_of(part: Figure, whole: Figure) -> Decimal | None:
    return part.value / whole.value if part.value is not None and whole.value else None


@dataclass(frozen=True)
class Goods:
    """What is known of a product beside its figures, for those who may open it; cover: days its stock lasts."""

    link: str
    stage: str
    role: str
    cover: int | None


def goods_of(request: StoreRequest, codes: Sequence[str]) -> dict[str, Goods]:
    """By code."""
    if not request.member.may(Action.VIEW_PRODUCTS):
        return {}
    products = Product.objects.filter(store=request.store, code__in=codes).only("code", "stage", "role", "is_hero")
    covers = stock_queries.covers(request.store, [x.pk for x in products])
    return {
        x.code: Goods(
            reverse("product", args=[request.store.slug, x.pk]),
            x.get_stage_display(),
            _("Hero") if x.is_hero else x.get_role_display() if x.role else "",
            None if (cover := covers.get(x.pk)) is None else int(cover),
        )
        for x in products
    }


def goods_heads(request: StoreRequest) -> list[str]:
    """What files say of a product beside its figures, to those who may see products."""
    may = request.member.may(Action.VIEW_PRODUCTS)
    return [_("Stage"), _("Role"), _("Days of cover")] if may else []


def goods_cells(request: StoreRequest, codes: Sequence[str]) -> dict[str, tuple[str, str, int | None]]:
    """By code, what stands under `goods_heads`."""
    return {code: (x.stage, x.role, x.cover) for code, x in goods_of(request, codes).items()}


def product_links(request: StoreRequest, codes: Sequence[str]) -> dict[str, str]:
    """code -> the product's page, for those who may open it."""
    if not request.member.may(Action.VIEW_PRODUCTS):
        return {}
    found = Product.objects.filter(store=request.store, code__in=codes).values_list("code", "pk")
    return {code: reverse("product", args=[request.store.slug, pk]) for code, pk in found}


def change(row: Row) -> object:
    return row.values["pay_amt"].compare.get("previous")


def cell(figure: Figure | None) -> Cell:
    """A figure as a spreadsheet number: yuan, fraction or count; empty where there is none."""
    if figure is None or figure.value is None:
        return None
    return int(figure.value) if figure.unit == "count" and figure.value == int(figure.value) else figure.value


def remarks(figures: Iterable[Figure]) -> str:
    """What has to be said about the figures of a row: marks, why a figure is missing, and which channel is silent."""
    told: dict[str, None] = {}
    for figure in figures:
        told.update(dict.fromkeys(chip(mark)[2] for mark in figure.marks if mark != SILENT))
        if said := reasons(x for x in figure.missing if figure.value is None or x.code == SILENT):
            told[said] = None
    return _("; ").join(told)


def days_compared(figure: Figure, names: Iterable[str]) -> Iterable[str]:
    """Of each comparison that does not stand on all of the figure's days: on how many, and what the figure is there.
    Without it the change beside two numbers is not the change from one to the other."""
    for name in names:
        told = figure.compare[name]
        days = [chip(mark)[2] for mark in told.marks if mark.startswith("matched")]
        if days and told.own is not None:
            words = {"name": comparison_name(name), "days": days[0], "own": written(told.own, figure.unit)}
            yield _("%(name)s: %(days)s (this period there: %(own)s)") % words


def with_comparisons(figure: Figure, names: Iterable[str]) -> str:
    """What has to be said about a figure and what it is compared with."""
    return _("; ").join(text for text in (remarks([figure]), *days_compared(figure, names)) if text)


def export_rows(request: StoreRequest, table: str, span: Span) -> Table | None:
    """Header and rows of a table by its name; None for a table that is not there."""
    make = TABLES.get(table)
    return make(request, span) if make else None


def with_remarks(first: list[str], keys: Sequence[str], rows: Lines) -> Table:
    names = labels()
    header = [*first, *(names[key] for key in keys), _("Remarks")]
    body = [
        [*head, *(cell(values[key]) for key in keys), remarks(values[key] for key in keys)] for head, values in rows
    ]
    return header, body


def cards_table(request: StoreRequest, span: Span) -> Table:
    """The chosen cards and the rest of the overview with every comparison of the address, a row a figure."""
    names, against = labels(), [name for name in span.compare if name != "target"]
    keys = tuple(dict.fromkeys((*chosen_cards(request), *boards.OVERVIEW)))
    figures = queries.figures(request.store, keys, span.period, compare=against)
    header = [_("Figure"), _("Value"), _("Unit"), *map(comparison_name, against), _("Target"), _("Remarks")]
    rows: list[list[Cell]] = []
    for figure in figures.values():
        compared = [figure.compare[name].value for name in against]
        rows.append(
            [
                names[read_as(figure)],
                cell(figure),
                figure.unit,
                *compared,
                figure.target,
                with_comparisons(figure, against),
            ]
        )
    return header, rows


def daily_table(request: StoreRequest, span: Span) -> Table:
    cards = boards.usual_cards(request.store)
    rows = queries.breakdown(request.store, cards, span.period, "day")
    return with_remarks([_("Day")], cards, (([dt.date.fromisoformat(row.key)], row.values) for row in rows))


def channels_table(request: StoreRequest, span: Span) -> Table:
    found = boards.channels(request.store, span.period)
    kinds = {"yes": _("paid"), "no": _("free")}
    rows: Lines = (
        ([row.label, kinds[row.tags.get("paid", "no")], found.share(row.key)], row.values) for row in found.rows
    )
    return with_remarks([_("Channel"), _("Kind"), _("Share of visitors")], boards.CHANNEL_KEYS, rows)


def ad_channels_table(request: StoreRequest, span: Span) -> Table:
    found = boards.channels(request.store, span.period)
    keys = ("promo_cost", "promo_amt", "roi")
    return with_remarks([_("Channel")], keys, (([row.label], row.values) for row in found.spenders))


def products_table(request: StoreRequest, span: Span) -> Table:
    search, sort = request.GET.get("q", ""), request.GET.get("sort", "-pay_amt")
    rows, _top = boards.products(request.store, span.period, search, sort)
    heads, goods = goods_heads(request), goods_cells(request, [row.key for row in rows])
    empty: list[Cell] = [None] * len(heads)
    return with_remarks(
        [_("Merchant code"), _("Product"), *heads],
        boards.PRODUCT_KEYS,
        (([row.key, row.label or _("without items"), *goods.get(row.key, empty)], row.values) for row in rows),
    )


def group_rows(by: str, request: StoreRequest, span: Span) -> Table:
    """As on the page, with the total that is counted and not added up."""
    found = group_table(request.store, by, boards.GROUP_KEYS, span.period)
    named = [(line.labels[by] or _("without items"), line.values) for line in found.lines]
    rows = [*named, (_("Whole store"), found.totals[0].values)]
    return with_remarks([str(TITLES[by])], boards.GROUP_KEYS, (([name], values) for name, values in rows))


def week_table(request: StoreRequest, _span: Span) -> Table:
    today = clock.today(request.store.timezone)
    size = request.GET.get("days", "7")
    made = sheets.sheet(request.store, sheets.sheet_period(size, request.GET.get("start", ""), today))
    names = labels() | {key: str(label) for key, label in sheets.LABELS.items()}
    header = [_("Block"), _("Figure"), *(day.isoformat() for day in made.period), _("Whole period"), _("Remarks")]
    rows: list[list[Cell]] = [
        [
            str(sheets.BLOCKS[block]),
            names[line.key],
            *(cell(each.figure) for each in line.cells),
            cell(line.total),
            remarks([*(each.figure for each in line.cells), line.total]),
        ]
        for block, lines in made.blocks.items()
        for line in lines
    ]
    return header, rows


def analysis_table(request: StoreRequest, span: Span) -> Table:
    """The sets of the analysis, a row a figure, with every comparison of the address."""
    names, against = labels(), [name for name in span.compare if name != "target"]
    found = analysis.figures(request.store, span.period, tuple(against))
    header = [_("Block"), _("Figure"), _("Value"), _("Unit"), *map(comparison_name, against), _("Remarks")]
    rows: list[list[Cell]] = [
        [str(label), names[read_as(found[key])], cell(found[key]), found[key].unit,
         *(found[key].compare[name].value for name in against), with_comparisons(found[key], against)]
        for label, keys in analysis.SETS.values()
        for key in keys
    ]  # fmt: skip
    return header, rows


TABLES: dict[str, Callable[[StoreRequest, Span], Table]] = {
    "cards": cards_table,
    "analysis": analysis_table,
    "daily": daily_table,
    "channels": channels_table,
    "ads": ad_channels_table,
    "products": products_table,
    **{by: partial(group_rows, by) for by in boards.GROUPED_BY},
    "week": week_table,
    "course": course_table,
}
