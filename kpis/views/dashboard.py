"""看板: numbers first, drawings after. One view a tab, one for the downloads of all tables."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaigns.groupbuy import planning
from campaigns.groupbuy.reading import Card
from kpis import queries
from kpis.answers import Figure
from kpis.display import boards, charts
from kpis.outward import deal_rows, product_groups
from kpis.tree import tree_of
from kpis.views.board import as_json, choices, chosen_cards, chosen_parts, frame, leads, span_of, tab
from kpis.views.tables import ads_table, channel_rows, export_rows, group_page, grouped_by, product_page
from kpis.views.week import week_file
from kpis.views.words import (
    PaceWords,
    card_words,
    days_query,
    labels,
    pace_words,
    step_words,
    tick,
    tree_words,
)
from kpis.writing import written
from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.lib.periods import DAY, Period
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.downloads import file_response
from stores.spans import Span

TOP_PRODUCTS = 10
LAST = "buyers"  # comes after the rest: it looks a year back
AT_ONCE = 3  # parts that come with the page; the others follow by themselves, so that the first numbers need not wait


@for_store(Action.VIEW_KPIS)
@require_GET
@tab("dashboard")
def dashboard(request: StoreRequest) -> HttpResponse:
    span, store = span_of(request), request.store
    context = frame(request, "dashboard", span)
    if not boards.has_data(store):
        return render(request, "kpis/dashboard.html", {**context, "tab": "overview", "empty": True})
    chosen, parts = chosen_cards(request), chosen_parts(request)
    first = parts if "whole" in request.GET else parts[:AT_ONCE]
    context |= {
        "tab": "overview",
        "choices": choices(store, chosen, parts),
        "late": parts[len(first) :],
        "rest": f"{reverse('dashboard_rest', args=[store.slug])}?{request.GET.urlencode()}",
        "whole": f"?{request.GET.urlencode()}&whole=1",
        "version": queries.version(store),
        **parts_of(request, span, first),
    }
    return render(request, "kpis/dashboard.html", context)


@for_store(Action.VIEW_KPIS)
@require_GET
def rest(request: StoreRequest) -> HttpResponse:
    """The parts that did not come with the page, each for its place there (?only=: one of them, which the others did
    not wait for). Where the figures have changed since (the
    page says from which version it was made), all its parts come: no page shows two states of the data."""
    span, parts, version = span_of(request), chosen_parts(request), str(queries.version(request.store))
    is_same = request.headers.get("X-Data-Version") == version
    late, last = parts[AT_ONCE:] if is_same else parts, ""
    if request.GET.get("only") == LAST:
        late = (LAST,) if is_same else parts
    elif LAST in late:
        late, last = tuple(x for x in late if x != LAST), f"{request.path}?{request.GET.urlencode()}&only={LAST}"
    context = {"follow": True, "last": last, "version": version}
    return render(request, "kpis/_parts.html", leads(request, span) | parts_of(request, span, late) | context)


def parts_of(request: StoreRequest, span: Span, parts: tuple[str, ...]) -> dict[str, Any]:
    """These parts of the board, and what each of them shows."""
    store, today, chosen, names = request.store, clock.today(request.store.timezone), chosen_cards(request), labels()
    against = span.compare[0] if span.compare else ""
    board = boards.overview(store, span.period, span.compare, today, chosen)
    now = board.now

    @cache
    def below() -> boards.Below:
        return boards.below(store, span.period, span.compare, today, board.series["pay_amt"])

    def pace() -> PaceWords:
        month = board.pace.month
        return pace_words(board.pace, days_query(Period(month.first, max(month.first, min(month.last, today - DAY)))))

    makers: dict[str, Callable[[], Any]] = {
        "pace": pace,
        "cards": lambda: [
            card_words(boards.card_of(now[key], board.series[key].series, board.months[key]), names, span.compare)
            for key in chosen
        ],
        "deals": lambda: deal_lines(deal_rows.of_period(store, span.period, today), store.slug),
        "tree": lambda: tree_words(tree_of(*board.tree), names, against, now["refund_amt"], board.marks),
        "trend": lambda: trend_words(below().trend, names, day_address(request, span)),
        "channels": lambda: channel_words(request, span, below().channels),
        "funnel": lambda: step_words(boards.funnel(below().now)),
        "products": lambda: (
            product_page(request, size=TOP_PRODUCTS)
            | {"active": below().now[boards.ACTIVE], "active_name": names[boards.ACTIVE]}
        ),
        "refunds": lambda: refund_words(below().now, names, against),
        "buyers": lambda: [
            {"figure": figure, "label": names[key], "change": figure.compare.get(against)}
            for key, figure in boards.buyers(store, span.period, span.compare).items()
        ],
    }
    return {"parts": parts, **{part: makers[part]() for part in parts}}


def channel_words(request: StoreRequest, span: Span, found: boards.Channels) -> dict[str, Any]:
    return {"rows": channel_rows(found, channel_link(request, span)), "paid_share": found.paid_share}


def deal_lines(cards: Sequence[Card], slug: str) -> list[dict[str, Any]]:
    """A group deal's line: its days, pieces and worth so far."""
    return [
        {
            "name": each.deal.name,
            "url": reverse("deal", args=[slug, each.deal.pk]),
            "site": each.deal.site.name,
            "days": Period(*planning.days_of(each.deal)),
            "state": each.deal.get_state_display(),
            "quota": each.live.quota,
            "pieces": deal_rows.pieces(each),
            "amount": None if (fen := deal_rows.amount(each)) is None else yuan(fen),
        }
        for each in cards
    ]


def day_address(request: StoreRequest, span: Span) -> str:
    """Where a click on a day leads; {x} stands for the day."""
    address = reverse("dashboard", args=[request.store.slug])
    return f"{address}?" + span.query(period="custom", view="0", **{"from": "{x}", "to": "{x}"})


def trend_words(trend: boards.Trend, names: dict[str, str], day: str) -> dict[str, Any]:
    bands = [replace(band, label=_(band.label)) if band.kind == "sale" else band for band in trend.bands]
    title = _("%s by day") % names["pay_amt"]
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
    if request.member.may(Action.VIEW_DATA):
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
        "channels": channel_words(request, span, found),
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
