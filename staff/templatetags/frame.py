"""The frame around every page: icons, the rail, heads that sort, links that keep the rest of the URL."""

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast
from urllib.parse import quote

from django import template
from django.http import HttpRequest
from django.template.context import RequestContext
from django.template.loader import render_to_string
from django.urls import resolve, reverse
from django.utils.functional import Promise
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from opsplan.lib.charts import Spark
from opsplan.lib.text import sentences
from staff.access import StoreRequest, person
from staff.icons import ICONS
from staff.models import Member, User
from staff.queries import last_membership, memberships
from staff.roles import OWN, Action, Level, may
from staff.words import DUTIES, LEVELS, LEVELS_SAY
from stores import currency, spans

register = template.Library()

# url name, label, icon; what a person may not open is not shown. `settings` gathers what follows below.
PAGES: list[tuple[str, Promise, str]] = [
    ("overview", _("All stores"), "store"),
    ("today", _("Today"), "today"),
    ("dashboard", _("Dashboard"), "dashboard"),
    ("targets", _("Plan"), "targets"),
    ("products", _("Products"), "products"),
    ("campaigns", _("Campaigns"), "campaigns"),
    ("deals", _("Group deals"), "tag"),
    ("myday", _("Tasks"), "check"),
    ("roster", _("Roster"), "people"),
    ("customers", _("Customers"), "smile"),
    ("ads", _("Ads"), "trend"),
    ("alerts", _("Alerts"), "bell"),
    ("reports", _("Reports"), "file"),
    ("contracts", _("Contracts"), "contract"),
    ("data", _("Data"), "data"),
    ("glossary", _("KPI glossary"), "book"),
]
SETTINGS: list[tuple[str, Promise, str]] = [
    ("members", _("Members"), "people"),
    ("store_settings", _("Store settings"), "store"),
    ("definitions", _("KPI definitions"), "book"),
    ("destinations", _("Messages"), "send"),
    ("calendar", _("Calendar"), "calendar"),
    ("audit", _("Change log"), "history"),
    ("profile", _("My profile"), "person"),
    ("security", _("Security"), "lock"),
    ("tokens", _("API tokens"), "key"),
]
INSIDE = {  # folders of a store's addresses that belong to a page of another name
    "campaigns": {"enrolments", "price"},
    "myday": {"approvals"},
    "roster": {"duties", "handover"},
    "dashboard": {"explain", "rows"},
    "contracts": {"statements"},
}
PERSONAL = {"profile", "security", "tokens", "overview"}
TABS = ("today", "myday", "dashboard")  # at the bottom of a phone, in this order; the rest is under "more"


LINE_ENDS = re.compile(r"\s*\n\s*")  # with what indents the next line: a tenth of a piece, sent with every page
KEPT, TOKEN, PATH = "\ue000", "\ue001", "\ue002"  # stand in a piece for what is put in afterwards


@dataclass(frozen=True)
class Link:
    name: str
    label: Promise = field(compare=False)
    icon: str
    url: str
    is_current: bool
    badge: int | None = None


@register.simple_tag
@lru_cache(maxsize=1024)
def icon(name: str, extra: str = "") -> SafeString:
    """`{% icon "search" %}`: decorative, so hidden from screen readers."""
    return format_html(
        '<svg class="icon {}" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{}"/></svg>',
        extra,
        ICONS[name],
    )


@register.filter
def sparkline(line: Spark | None, extra: str = "") -> SafeString:
    """`{{ spark|sparkline }}`: decorative; the numbers stand beside it."""
    if line is None:
        return SafeString("")
    return SafeString(
        f'<svg class="spark {escape(extra)}" viewBox="0 0 {line.width} {line.height}" preserveAspectRatio="none"'
        f' aria-hidden="true"><path class="area" d="{line.area}" /><path class="line" d="{line.line}" /></svg>'
    )


@register.filter(name="sentences", is_safe=True)
def without_blanks(text: str) -> str:
    """`{% filter sentences %}…{% endfilter %}`: one after the other, none off a Chinese full stop."""
    return sentences(text)


@register.filter
def level_name(level: str) -> str:
    return str(LEVELS.get(level, level))


@register.filter
def level_says(level: str) -> str:
    return str(LEVELS_SAY.get(level, ""))


@register.filter
def words(text: str) -> list[str]:
    """`{% for x in "a b c"|words %}`."""
    return text.split()


@register.filter
def duty_name(duty: str) -> str:
    return str(DUTIES.get(duty) or duty.removeprefix(OWN))


@register.simple_tag
def currency_unit() -> str:
    """`{% currency_unit %}`: 元, or the code the store counts in."""
    return currency.unit()


@register.filter
def in_currency(label: object) -> str:
    """`{{ field.label|in_currency }}`: 成本（元） of a store that counts in dollars is 成本（USD）."""
    return currency.in_currency(str(label))


@register.filter
def initial(user: User | str) -> str:
    return str(user)[:1].upper()


@register.simple_tag(takes_context=True)
def url_with(context: RequestContext, **changes: Any) -> str:
    """`{% url_with page=2 %}`: the query string of this page with parameters changed; None or "" takes one away."""
    told = {name.rstrip("_"): value for name, value in changes.items()}
    left = [text for name, text in pairs(context["request"]) if name not in told]
    left += [pair(name, str(value)) for name, value in told.items() if value not in (None, "")]
    return "?" + "&".join(left)


@register.simple_tag(takes_context=True)
def sort_head(
    context: RequestContext,
    key: str,
    label: str,
    css: str = "",
    first: str = "",
    sort: str = "",
    asked: str = "sort",
    at: str = "",
) -> SafeString:
    """`{% sort_head "code" _("Product") css="t" %}` in a `<tr data-sort>`: the list by `key` (at first by `first`), or
    the other way round where that is the order in force. sort: that order, else the page's; asked: its parameter; at:
    the id of the list, where it does not stand at the top of its page. On a phone such a head row stays over a list
    that became cards, as a strip of orders to choose from; what is no order is left out of it."""
    down, now = f"-{key}", str(sort or context.get("sort"))
    orders = {key: (' aria-sort="ascending"', "▲", down), down: (' aria-sort="descending"', "▼", key)}
    state, arrow, to = orders.get(now, ("", "", first or key))
    return format_html(
        '<th scope="col"{}{}><a href="{}">{}{}</a></th>',
        format_html(' class="{}"', css) if css else "",
        SafeString(state),
        url_with(context, **{asked: to, "page": None}) + (at and f"#{at}"),
        label,
        format_html(' <span aria-hidden="true">{}</span>', arrow) if arrow else "",
    )


def pairs(request: HttpRequest) -> list[tuple[str, str]]:
    """(name, `name=value`) of this page's query, written once for the thirty links of a page that keep it."""
    found: list[tuple[str, str]] | None = getattr(request, "query_pairs", None)
    if found is None:
        found = [(name, pair(name, value)) for name, values in request.GET.lists() for value in values]
        setattr(request, "query_pairs", found)  # noqa: B010
    return found


def pair(name: str, value: str) -> str:
    return f"{quote(name, safe=',')}={quote(value, safe=',')}"


def here(request: HttpRequest) -> Member | None:
    """The membership whose rail is shown: of this page's store, else of the store looked at last."""
    found: Member | None = getattr(request, "member", None)
    if found is None and request.user.is_authenticated:
        found = last_membership(person(request), request.session.get("store"))
        if found:
            cast(StoreRequest, request).member = found
    return found


@lru_cache(maxsize=4096)
def address(name: str, slug: str, level: str, *numbers: str) -> str:
    """Of a page of a store, "" where the level does not open it; a page without a gate lets in everybody who is logged
    in. The frame asks it of twenty pages, request after request."""
    url = reverse(name, args=[slug, *numbers])
    action: Action | None = getattr(resolve(url).func, "action", None)
    return url if action is None or may(Level(level), action) else ""


@register.simple_tag(takes_context=True)
def open_door(context: RequestContext, name: str) -> str:
    """`{% open_door "deal_files" as url %}`: the page of this store, "" where the person's level does not open it."""
    member = here(context["request"])
    return address(name, member.store.slug, member.level) if member else ""


def kept(request: HttpRequest) -> str:
    """The period and comparison of this URL, to be carried to the next page."""
    left = [text for name, text in pairs(request) if name in spans.KEYS]
    return f"?{'&'.join(left)}" if left else ""


def links(
    request: HttpRequest, pages: Sequence[tuple[str, Promise, str]], badges: dict[str, int] | None = None
) -> list[Link]:
    """The pages a person may open, the one they are on marked."""
    member, found = here(request), []
    folder = next(iter(request.path.split("/")[3:4]), "")  # /s/<store>/<folder>/
    for name, label, picture in pages:
        url = reverse(name) if name in PERSONAL else address(name, member.store.slug, member.level) if member else ""
        if url:
            is_current = request.path.startswith(url) or folder in INSIDE.get(name, ())
            found.append(Link(name, label, picture, url, is_current, (badges or {}).get(name)))
    longest = max((len(x.url) for x in found if x.is_current), default=0)
    return [Link(x.name, x.label, x.icon, x.url, x.is_current and len(x.url) == longest, x.badge) for x in found]


@register.simple_tag(takes_context=True)
def rail(context: RequestContext) -> dict[str, Any]:
    """What the rail and the bottom tabs show. A page gives numbers for the slots with `badges={"today": 3}`."""
    request = context["request"]
    pages = links(request, PAGES, context.get("badges"))
    settings = links(request, SETTINGS)
    return {
        "pages": tuple(x for x in pages if x.name != "overview" or len(mine(request)) > 1),
        "settings": tuple(settings),
        "in_settings": any(x.is_current for x in settings),
        "kept": kept(request),
        "member": here(request),
    }


def bars_of(context: RequestContext) -> dict[str, Any]:
    """What the rail and the tabs at the bottom are drawn from."""
    bars = context["bars"]
    return {"kept": KEPT, **{name: bars[name] for name in ("pages", "settings", "in_settings")}}


def tabs_of(context: RequestContext) -> dict[str, Any]:
    told = bars_of(context)
    pages = told.pop("pages")
    known = {x.name: x for x in pages}
    tabs = tuple(known[name] for name in (TABS if "myday" in known else (*TABS, "reports")) if name in known)
    rest = tuple(x for x in pages if x not in tabs)  # who has no tasks reads: reports stand among the tabs
    in_more = told.pop("in_settings") or any(x.is_current for x in rest)
    return {**told, "tabs": tabs, "rest": rest, "in_more": in_more}


def me_of(context: RequestContext) -> dict[str, Any]:
    user, member = context["user"], getattr(context["request"], "member", None)
    told = {
        "name": str(user),
        "theme": user.theme,
        "red_is_up": user.red_is_up,
        "level": member.level if member else "",
    }
    return {**told, "path": PATH, "csrf_token": TOKEN}


def finder_of(context: RequestContext) -> dict[str, Any]:
    member = context["bars"]["member"]
    return {"slug": member.store.slug if member else ""}


# The pieces of the frame, each with what it is drawn from.
PIECES: dict[str, Callable[[RequestContext], dict[str, Any]]] = {
    "head": lambda _context: {},
    "rail": bars_of,
    "tabbar": tabs_of,
    "me": me_of,
    "finder": finder_of,
}


@register.simple_tag(takes_context=True)
def piece(context: RequestContext, name: str) -> SafeString:
    """`{% piece "rail" %}`: a component that is drawn once for what it tells; what differs from request to request (the
    period in the links, the form's token, the way back) is put in afterwards."""
    html, request = drawn(name, get_language(), **PIECES[name](context)), context["request"]
    marked: dict[str, Callable[[], str]] = {
        KEPT: lambda: kept(request),
        TOKEN: lambda: str(context["csrf_token"]),
        PATH: request.get_full_path,
    }
    for mark, text in marked.items():
        if mark in html:
            html = html.replace(mark, escape(text()))
    return SafeString(html)


@lru_cache(maxsize=1024)
def drawn(name: str, _language: str | None, /, **told: Hashable) -> str:
    return LINE_ENDS.sub("\n", render_to_string(f"_components/{name}.html", told))


@register.simple_tag(takes_context=True)
def settings_tabs(context: RequestContext) -> list[Link]:
    return links(context["request"], SETTINGS)


def mine(request: HttpRequest) -> list[Member]:
    """The person's stores, read once for a page."""
    if not request.user.is_authenticated:
        return []
    found: list[Member] | None = getattr(request, "memberships", None)
    if found is None:
        found = memberships(person(request))
        setattr(request, "memberships", found)  # noqa: B010
    return found


@register.simple_tag(takes_context=True)
def my_stores(context: RequestContext) -> list[dict[str, Any]]:
    """The stores to switch to: the same page there, where it has one, else its first page."""
    request: HttpRequest = context["request"]
    match, member = request.resolver_match, here(request)
    same = match.view_name if match and set(match.kwargs) == {"store"} else "today"
    same = "dashboard" if same == "rows" or (match and match.view_name == "overview") else same  # rows of what?
    found = []
    for other in mine(request):
        slug = other.store.slug
        url = address(same, slug, other.level) or reverse("today", args=[slug])
        is_here = bool(member and member.store_id == other.store_id and not context.get("all_stores"))
        found.append({"store": other.store, "url": url + kept(request), "is_here": is_here})
    return found
