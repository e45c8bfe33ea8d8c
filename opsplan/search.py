"""Ctrl-K: what a person may see, found by name: pages, stores, products, campaigns, group deals, contracts and their
statements, figures."""

import re
from dataclasses import dataclass
from typing import TypeVar, cast

from django.contrib.auth.decorators import login_required
from django.db.models import Case, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaigns.models import Campaign, GroupDeal
from kpis import queries
from kpis.clients import contracts, statements
from kpis.models import Statement
from kpis.sharing import shared
from kpis.views.contract_words import STATES, days_words
from opsplan.lib import clock
from opsplan.lib.text import folded
from products.models import Product
from staff.access import StoreRequest, person
from staff.models import Member, User
from staff.queries import memberships
from staff.roles import Action
from staff.templatetags.frame import PAGES, SETTINGS, Link, links
from stores import platform
from stores.models import Contract, Store

Thing = TypeVar("Thing", Product, Campaign, GroupDeal)
MOST = 6
MONTH = re.compile(r"(20[0-9]{2})(?:-([0-9]{1,2}))?")


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


@dataclass(frozen=True)
class Shelf:
    """The stores in which a person may see a kind of thing; `here`: the store looked at, whose things come first."""

    stores: dict[int, Store]
    here: int

    @classmethod
    def of(cls, mine: list[Member], here: Member, action: Action) -> "Shelf":
        return cls({x.store_id: x.store for x in mine if x.may(action)}, here.store_id)

    def first(self, things: QuerySet[Thing], *order: str) -> list[tuple[Thing, Store, str]]:
        """The first of the things, each with its store, and that store's name where it is another one."""
        own = Case(When(store=self.here, then=Value(0)), default=Value(1))
        found = things.filter(store__in=self.stores).distinct().order_by(own, *order)[:MOST]
        return [
            (x, store := self.stores[x.store_id], "" if x.store_id == self.here else f" · {store.name}") for x in found
        ]


def products(shelf: Shelf, text: str) -> list[Hit]:
    named = Q(title__icontains=text) | Q(code__icontains=text) | Q(listings__item_id=text)
    return [
        Hit(x.title, reverse("product", args=[store.slug, x.pk]), "products", f"{x.code}{elsewhere}")
        for x, store, elsewhere in shelf.first(Product.objects.filter(named), "code")
    ]


def campaigns(shelf: Shelf, text: str) -> list[Hit]:
    return [
        Hit(x.name, reverse("campaign", args=[store.slug, x.pk]), "campaigns", f"{x.first_day}{elsewhere}")
        for x, store, elsewhere in shelf.first(Campaign.objects.filter(name__icontains=text), "-first_day", "pk")
    ]


def deals(shelf: Shelf, text: str) -> list[Hit]:
    named = GroupDeal.objects.filter(Q(name__icontains=text) | Q(site__name__icontains=text)).select_related("site")
    return [
        Hit(x.name, reverse("deal", args=[store.slug, x.pk]), "tag", f"{x.site.name}{elsewhere}")
        for x, store, elsewhere in shelf.first(named, "-opens_at", "pk")
    ]


def agreed(user: User, here: Store, text: str) -> tuple[list[Hit], list[Hit]]:
    """Contracts all of whose stores a person may see, by title, number or client, and their statements, by month
    (2026-11), too; every word has to be found."""
    opened = contracts.stores_open(user, Action.VIEW_STATEMENTS)
    if not opened:
        return [], []
    mine = contracts.contracts(opened)
    whole = contracts.contracts(contracts.stores_open(user, Action.MANAGE_CONTRACTS))
    named, dated = Q(), Q()
    for word in text.split():
        named &= of_contract(word)
        dated &= of_contract(word, "contract__") | in_month(word)
    made = statements.readable(mine, {x.pk for x in whole}).filter(dated)[:MOST]
    return [contract_hit(x, here) for x in mine.filter(named)[:MOST]], [statement_hit(x, here) for x in made]


def of_contract(word: str, way: str = "") -> Q:
    fields = ("title", "number", "brand__name")
    return Q(*((f"{way}{name}__icontains", word) for name in fields), _connector=Q.OR)


def in_month(word: str) -> Q:
    """2026 or 2026-11; nothing else is a month."""
    found = MONTH.fullmatch(word)
    if found is None:
        return Q(pk=None)
    return Q(first__year=int(found[1])) & (Q(first__month=int(found[2])) if found[2] else Q())


def place_of(contract: Contract, here: Store) -> Store:
    """The store in which it is opened: the one looked at, where the contract is about it."""
    return here if here in contract.stores.all() else contracts.home_of(contract)


def contract_hit(contract: Contract, here: Store) -> Hit:
    url = reverse("contract", args=[place_of(contract, here).slug, contract.pk])
    return Hit(contract.title, url, "contract", f"{contract.brand} · {days_words(contract.first, contract.last)}")


def statement_hit(statement: Statement, here: Store) -> Hit:
    place = place_of(statement.contract, here)
    url = reverse("statement", args=[place.slug, statement.pk])
    state = STATES[statements.state_of(statement, clock.today(place.timezone))]
    return Hit(shared.statement_title(statement), url, "contract", f"{statement.contract.brand} · {state}")


def figures(member: Member, wanted: str) -> list[Hit]:
    """KPIs by label or key, called as on the pages they open: their explanations."""
    with platform.override(member.store.platform):
        every = queries.offered([member.store])
    return [
        Hit(str(x.label), reverse("explain", args=[member.store.slug, x.key]), "gauge", x.key, is_drawer=True)
        for x in every
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
            shelf = Shelf.of(mine, member, Action.VIEW_PRODUCTS)
            agreements, bills = agreed(user, member.store, text)
            groups += [
                (_("Products"), products(shelf, text)),
                (_("Campaigns"), campaigns(shelf, text)),
                (_("Group deals"), deals(shelf, text)),
                (_("Contracts"), agreements),
                (_("Statements"), bills),
                (_("Figures"), figures(member, wanted)),
            ]
    context = {"groups": [(name, hits[:MOST]) for name, hits in groups if hits], "q": text, "here": member}
    return render(request, "search/_found.html" if "HX-Request" in request.headers else "search/page.html", context)
