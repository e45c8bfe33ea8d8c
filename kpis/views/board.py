"""The frame around every tab of the board: its tabs and saved views, what it looks at, where its parts lead."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy

from kpis import queries
from kpis.display import boards, saved
from kpis.views.words import links_to
from opsplan.lib import clock
from staff.access import StoreRequest, person
from staff.roles import Action
from stores import platform
from stores.models import Store
from stores.spans import Span, span_from

MOST_CARDS = 24
TABS: tuple[tuple[str, Promise], ...] = (
    ("dashboard", gettext_lazy("Overview")),
    ("dashboard_why", gettext_lazy("Why it changed")),
    ("dashboard_analysis", gettext_lazy("Analysis")),
    ("dashboard_week", gettext_lazy("Weekly sheet")),
    ("dashboard_products", gettext_lazy("Products")),
    ("dashboard_traffic", gettext_lazy("Traffic and ads")),
)
PARTS: dict[str, Promise] = {
    "pace": gettext_lazy("Month against target"),
    "cards": gettext_lazy("Key figures"),
    "tree": gettext_lazy("Why it changed"),
    "trend": gettext_lazy("Paid amount by day"),
    "deals": gettext_lazy("Group deals"),
    "channels": gettext_lazy("Traffic sources"),
    "funnel": gettext_lazy("Funnel"),
    "refunds": gettext_lazy("Refunds"),
    "buyers": gettext_lazy("New and returning buyers"),
    "products": gettext_lazy("Products"),
}
GROUPS: dict[str, Promise] = {
    "traffic": gettext_lazy("Traffic"),
    "orders": gettext_lazy("Orders and sales"),
    "promotion": gettext_lazy("Promotion and profit"),
    "targets": gettext_lazy("Targets"),
    "goods": gettext_lazy("Goods"),
    "service": gettext_lazy("Service"),
}
Tab = Callable[[StoreRequest], HttpResponse]


def tab(name: str) -> Callable[[Tab], Tab]:
    """Decorate a tab of the board: `?view=ID` becomes the address the view stands for, and a bare board opens with the
    view the person starts with."""

    def decorate(view: Tab) -> Tab:
        @wraps(view)
        def shown(request: StoreRequest) -> HttpResponse:
            other = elsewhere(request, name)
            return redirect(other) if other and request.method == "GET" else view(request)

        return shown

    return decorate


def elsewhere(request: StoreRequest, name: str) -> str:
    """The address this one stands for, "" where it says all itself."""
    asked = request.GET
    told = {key for key in saved.KEPT if key in asked}
    number = asked.get("view", "")
    view = None
    if not number and name == "dashboard" and not told & {"cards", "parts"}:
        view = next((x for x in views_of(request) if x.is_start), None)
    elif number not in ("", "0") and not told:
        view = next((x for x in views_of(request) if str(x.pk) == number), None)
        if view is None:
            raise Http404
    if view:
        flat = {key: ",".join(asked.getlist(key)) for key in told}
        return f"{reverse(view.tab, args=[request.store.slug])}?{saved.merged(view, flat)}"
    if any(len(asked.getlist(key)) > 1 for key in ("cards", "parts", "compare")):  # as a form sends them
        return f"{request.path}?{current(request)}" + (f"&view={number}" if number else "")
    return ""


def current(request: StoreRequest) -> str:
    """What a saved view would keep of this address; without the rest where that is too long."""
    try:
        return saved.clean(request.GET.urlencode())
    except ValueError:
        return ""


def leads(request: StoreRequest, span: Span) -> dict[str, Any]:
    """What every part of the board needs: what it looks at, and where its figures lead."""
    slug = request.store.slug
    return {
        "span": span,
        "query": span.query(),
        "export": reverse("dashboard_export", args=[slug, "x"]).removesuffix("x"),
        "plotly": static("plotly/plotly.min.js"),
        "dashboard_url": reverse("dashboard", args=[slug]),
        "products_url": reverse("dashboard_products", args=[slug]),
        "why_url": reverse("dashboard_why", args=[slug]),
        **links_to(request),
    }


def frame(request: StoreRequest, tab: str, span: Span) -> dict[str, Any]:
    """What every tab needs: where it stands, what it looks at, where its parts lead."""
    slug, query = request.store.slug, current(request) or span.query()
    views, active = view_tabs(request)
    tabs = [
        {
            "label": label,
            "url": f"{reverse(name, args=[slug])}?{span.query(view='0')}",
            "is_on": name == tab and not active,
        }
        for name, label in TABS
    ]
    return {
        "calendar": queries.calendar(request.store),
        "compare": span.compare,
        "tabs": tabs,
        "views": views,
        "view": active,
        "view_is_mine": active is not None and active.owner_id == person(request).pk,
        "view_is_changed": active is not None and saved.clean(active.query) != query,
        "view_starts": active is not None and active.is_start,
        "may_share": request.member.may(Action.SHARE_VIEWS),
        "tab_name": tab,
        "kept_query": query,
        "workbook": f"{reverse('dashboard_workbook', args=[slug])}?{query}",
        **leads(request, span),
    }


def views_of(request: StoreRequest) -> list[Any]:
    """The views the person may see (SavedView with `is_start`), read once for a page."""
    found: list[Any] | None = getattr(request, "saved_views", None)
    if found is None:
        found = saved.VISIBLE.rows(request.store, person(request))
        setattr(request, "saved_views", found)  # noqa: B010
    return found


def view_tabs(request: StoreRequest) -> tuple[list[dict[str, Any]], Any | None]:
    """The saved views as tabs, and the one the address names."""
    number, found, active = request.GET.get("view", ""), [], None
    for view in views_of(request):
        is_on = number == str(view.pk)
        active = view if is_on else active
        url = f"{reverse(view.tab, args=[request.store.slug])}?{view.query}{'&' if view.query else ''}view={view.pk}"
        found.append({"label": view.name, "url": url, "is_on": is_on, "is_shared": view.is_shared})
    return found, active


def listed(request: StoreRequest, name: str) -> list[str]:
    """`name=a,b` or `name=a&name=b`."""
    return [part.strip() for text in request.GET.getlist(name) for part in text.split(",") if part.strip()]


def chosen_cards(request: StoreRequest) -> tuple[str, ...]:
    """The metrics of `cards=` in their order; the usual ones where none is known."""
    known = set(queries.keys())
    chosen = tuple(dict.fromkeys(key for key in listed(request, "cards") if key in known))
    return chosen[:MOST_CARDS] or boards.usual_cards(request.store)


def chosen_parts(request: StoreRequest) -> tuple[str, ...]:
    """The parts of `parts=` in their order; where none is known, those of what the store has facts of. Group deals are
    for those who may open them."""
    known = [key for key in PARTS if key != "deals" or request.member.may(Action.VIEW_PRODUCTS)]
    chosen = tuple(dict.fromkeys(key for key in listed(request, "parts") if key in known))
    return chosen or tuple(key for key in boards.usual_parts(request.store, PARTS) if key in known)


def choices(store: Store, cards: tuple[str, ...], parts: tuple[str, ...]) -> SafeString:
    """What the panel offers: the chosen figures in their order, the others by group, and the parts."""
    offered = tuple(info.key for info in queries.offered([store], cards))
    return _choices(get_language(), platform.active(), offered, cards, parts)


@lru_cache(maxsize=64)
def _choices(
    _language: str | None, _platform: str, offered: tuple[str, ...], cards: tuple[str, ...], parts: tuple[str, ...]
) -> SafeString:
    """A hundred boxes, drawn once for what is told in them."""
    known = {info.key: info for info in queries.catalogue()}
    every = {key: known[key] for key in offered}
    left = [info for info in every.values() if info.key not in cards]
    rest = [key for key in PARTS if key not in parts]
    told = {
        "chosen": [every[key] for key in cards],
        "groups": [
            {"label": label, "metrics": [info for info in left if info.group == group]}
            for group, label in GROUPS.items()
        ],
        "parts": [{"key": key, "label": PARTS[key], "is_on": key in parts} for key in (*parts, *rest)],
    }
    return render_to_string("kpis/_choices.html", told)


def span_of(request: StoreRequest) -> Span:
    return span_from(request.GET, clock.today(request.store.timezone))


def as_json(element: str, data: Any) -> SafeString:
    """A JSON island that a module reads."""
    return json_script(data, element)
