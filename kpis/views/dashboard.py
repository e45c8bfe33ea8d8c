"""看板: numbers first, drawings after. One view a tab, one for the downloads of all tables."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kpis import boards, charts, product_groups, queries
from kpis.answers import Figure
from kpis.templatetags.figures import written
from kpis.tree import tree_of
from kpis.views.board import as_json, choices, chosen_cards, chosen_parts, frame, span_of, tab
from kpis.views.tables import ads_table, channel_rows, export_rows, group_page, grouped_by, product_page
from kpis.views.week import week_file
from kpis.views.words import (
    card_words,
    days_query,
    labels,
    pace_words,
    step_words,
    tick,
    tree_words,
)
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period
from staff.access import StoreRequest, for_store
from staff.roles import Action, Level, may
from stores.downloads import file_response
from stores.spans import Span

TOP_PRODUCTS = 10


@for_store(Action.VIEW_KPIS)
@require_GET
@tab("dashboard")
def dashboard(request: StoreRequest) -> HttpResponse:
    span, store = span_of(request), request.store
    context = frame(request, "dashboard", span)
    if not boards.has_data(store):
        return render(request, "kpis/dashboard.html", {**context, "tab": "overview", "empty": True})
    today = clock.today(store.timezone)
    period, names = span.period, labels()
    chosen, parts = chosen_cards(request), chosen_parts(request)
    board = boards.overview(store, period, span.compare, today, chosen)
    now, pace, found = board.now, board.pace, board.channels
    against = span.compare[0] if span.compare else ""
    cards = [boards.card_of(now[key], board.series[key].series) for key in chosen]
    so_far = Period(pace.month.first, max(pace.month.first, min(pace.month.last, today - DAY)))
    context |= {
        "tab": "overview",
        "parts": parts,
        "choices": choices(chosen, parts),
        "pace": pace_words(pace, days_query(so_far)),
        "cards": [card_words(card, names, span.compare) for card in cards],
        "tree": tree_words(tree_of(*(board.tree or (now, None))), names, against, now["refund_amt"]),
        "trend": trend_words(board.trend, names, day_address(request, span)),
        "channels": {"rows": channel_rows(found, channel_link(request, span)), "paid_share": found.paid_share},
        "funnel": step_words(boards.funnel(now)),
        "products": product_page(request, size=TOP_PRODUCTS),
        "refunds": refund_words(now, names, against),
    }
    return render(request, "kpis/dashboard.html", context)


def day_address(request: StoreRequest, span: Span) -> str:
    """Where a click on a day leads; {x} stands for the day."""
    return f"{request.path}?" + span.query(period="custom", view="0", **{"from": "{x}", "to": "{x}"})


def trend_words(trend: boards.Trend, names: dict[str, str], day: str) -> dict[str, Any]:
    bands = [replace(band, label=_(band.label)) if band.kind == "sale" else band for band in trend.bands]
    title = _("Paid amount by day")
    figure = charts.trend(
        trend.actual,
        trend.target,
        trend.last_year,
        bands,
        trend.period,
        (names["pay_amt"], _("Daily target"), _("Last year")),
        lambda value: written(value, "money"),
        tick,
    )
    has_target = any(value is not None for _day, value in trend.target)
    return {
        "title": title,
        "legend": _("bars actual · dashed target") if has_target else _("bars actual · no target set"),
        "has_last_year": any(value is not None for _day, value in trend.last_year),
        "json": as_json("trend-data", {**figure, "drill": {"template": day}}),
    }


def rows_address(request: StoreRequest, span: Span, listing: str, field: str, channel: str) -> str:
    """The rows of a channel; for those who may not see rows the explanation of its figure."""
    slug = request.store.slug
    if may(Level(request.member.level), Action.VIEW_DATA):
        return f"{reverse('rows', args=[slug])}?" + span.query(of=listing, sum=field, channel=channel)
    return f"{reverse('explain', args=[slug, 'uv'])}?" + span.query(of=f"channel:{channel}")


def channel_link(request: StoreRequest, span: Span) -> Callable[[str], str]:
    return lambda key: rows_address(request, span, "flow", "uv", key)


def channel_links(ads: dict[str, Any]) -> dict[str, str]:
    """Where a click on a bar leads, by the name under it."""
    return {row["label"]: row["link"] for row in ads["rows"]}


def refund_words(now: dict[str, Figure], names: dict[str, str], against: str) -> list[dict[str, Any]]:
    basis = {"refund_rate_amt": _("by refund day"), "refund_rate_amt_pay": _("by payment day")}
    return [
        {"figure": figure, "label": names[key], "basis": basis.get(key, ""), "change": figure.compare.get(against)}
        for key, figure in ((key, now[key]) for key in boards.REFUNDS)
    ]


@for_store(Action.VIEW_KPIS)
@require_GET
@tab("dashboard_products")
def products(request: StoreRequest) -> HttpResponse:
    """The products one by one, or grouped as `by` says: by stage, role or campaign."""
    span = span_of(request)
    context, by = frame(request, "dashboard_products", span), grouped_by(request)
    groups = [("", _("Each product")), *product_groups.TITLES.items()]
    address = f"{request.path}?" + span.query()
    context["groupings"] = [
        {"label": label, "url": address + (f"&by={key}" if key else ""), "is_on": key == by} for key, label in groups
    ]
    if by:
        context |= {"tab": "groups", "groups": group_page(request, by, span)}
    else:
        context |= {"tab": "products", "products": product_page(request)}
    return render(request, "kpis/dashboard.html", context)


@for_store(Action.VIEW_KPIS)
@require_GET
@tab("dashboard_traffic")
def traffic(request: StoreRequest) -> HttpResponse:
    span, store = span_of(request), request.store
    context = frame(request, "dashboard_traffic", span)
    found = boards.channels(store, span.period, span.compare[:1])
    now = queries.figures(store, ("promo_cost", "promo_amt", "roi", "be_roi"), span.period, compare=span.compare[:1])
    seen = queries.figures(store, [metric for metric, _measure in boards.FUNNEL], span.period, compare=())
    ads = ads_table(found, now, span.compare[:1], lambda key: rows_address(request, span, "ads", "cost_fen", key))
    figure = charts.spend(
        [(row["label"], row["promo_cost"].value, row["roi"].value) for row in ads["rows"]],
        (_("Spend"), "ROI"),
        lambda value: written(value, "money"),
        lambda value: written(value, "ratio"),
        tick,
    )
    context |= {
        "tab": "traffic",
        "channels": {"rows": channel_rows(found, channel_link(request, span)), "paid_share": found.paid_share},
        "funnel": step_words(boards.funnel(seen)),
        "ads": ads
        | {"json": as_json("ads-data", {**figure, "drill": {"links": channel_links(ads)}}) if ads["rows"] else ""},
    }
    return render(request, "kpis/dashboard.html", context)


@for_store(Action.VIEW_KPIS)
@require_GET
def export(request: StoreRequest, table: str) -> HttpResponse:
    """A table of the board as a file: numbers as numbers, what is to be said about them in a column of its own."""
    if table == "week" and request.GET.get("format") == "xlsx":
        return week_file(request)
    made = export_rows(request, table, span_of(request))
    if made is None:
        raise Http404
    header, rows = made
    return file_response(request.GET.get("format", "csv"), f"{request.store.slug}-{table}", header, rows)
