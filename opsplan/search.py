"""Ctrl-K: what a person may see, found by name: stores, pages, products, figures."""

from dataclasses import dataclass
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kpis import queries
from opsplan.lib.text import folded
from products.models import Product
from staff.access import StoreRequest, person
from staff.models import Member
from staff.queries import memberships
from staff.roles import Action, Level, may
from staff.templatetags.frame import PAGES, SETTINGS, Link, links

MOST = 6


@dataclass(frozen=True)
class Hit:
    label: str
    url: str
    icon: str
    note: str = ""
    is_drawer: bool = False


def found_in(texts: str, wanted: str) -> bool:
    return wanted in folded(texts)


def pages(request: HttpRequest, wanted: str) -> list[Hit]:
    every: list[Link] = links(request, [*PAGES, *SETTINGS])
    return [Hit(str(x.label), x.url, x.icon) for x in every if found_in(f"{x.label} {x.name}", wanted)]


def stores(mine: list[Member], wanted: str) -> list[Hit]:
    return [
        Hit(x.store.name, reverse("today", args=[x.store.slug]), "store", x.store.get_platform_display())
        for x in mine
        if found_in(f"{x.store.name} {x.store.slug}", wanted)
    ]


def products(member: Member, text: str) -> list[Hit]:
    if not may(Level(member.level), Action.VIEW_PRODUCTS):
        return []
    here = Product.objects.filter(store=member.store)
    hits = here.filter(title__icontains=text) | here.filter(code__icontains=text) | here.filter(listings__item_id=text)
    return [
        Hit(x.title, reverse("product", args=[member.store.slug, x.pk]), "products", x.code)
        for x in hits.distinct()[:MOST]
    ]


def figures(member: Member, wanted: str) -> list[Hit]:
    """KPIs by label or key; each opens its explanation."""
    return [
        Hit(str(x.label), reverse("explain", args=[member.store.slug, x.key]), "gauge", x.key, is_drawer=True)
        for x in queries.catalogue()
        if found_in(f"{x.label} {x.key}", wanted)
    ]


@login_required
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """`?q=&store=`: the hits in groups, as a page or, for htmx, as the list alone. Nothing typed: the pages."""
    user = person(request)
    text, mine = request.GET.get("q", "").strip()[:60], memberships(user)
    wanted = folded(text)
    member = next((x for x in mine if x.store.slug == request.GET.get("store")), mine[0] if mine else None)
    if member:
        cast(StoreRequest, request).member = member
    groups = [(_("Pages"), pages(request, wanted))]
    if wanted:
        groups.append((_("Stores"), stores(mine, wanted)))
        if member:
            groups += [(_("Products"), products(member, text)), (_("Figures"), figures(member, wanted))]
    context = {"groups": [(name, hits[:MOST]) for name, hits in groups if hits], "q": text, "here": member}
    return render(request, "search/_found.html" if "HX-Request" in request.headers else "search/page.html", context)
