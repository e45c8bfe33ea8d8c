"""Saved views of the board: what a person may see, keep, share and start with."""

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from kpis.models.views import SavedView
from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.statements import Statement
from staff.models import User
from stores.models import Store

KEPT = ("period", "from", "to", "compare", "cards", "parts", "q", "sort", "by", "days", "against")
MOST = 30
LONGEST = 1000

__all__ = ["KEPT", "VISIBLE", "SavedView", "delete", "find", "save", "set_start", "visible"]


def visible(store: Store, user: User) -> QuerySet[SavedView]:
    """The person's own views and those shared with the store, by name; each with `is_start`, whether the person's board
    opens with it."""
    chosen = SavedView.starts_for.through.objects.filter(savedview=OuterRef("pk"), user=user)
    seen = SavedView.objects.filter(Q(owner=user) | Q(is_shared=True), store=store)
    return seen.annotate(is_start=Exists(chosen)).order_by("name", "pk")


VISIBLE = Statement(visible)


def find(store: Store, user: User, pk: int) -> SavedView | None:
    return visible(store, user).filter(pk=pk).first()


def clean(query: str) -> str:
    """Only what a view may keep, in one order, nothing twice. ValueError where it is too long to keep."""
    told: dict[str, list[str]] = {}
    for name, text in parse_qsl(query.lstrip("?"), keep_blank_values=True):
        if name in KEPT:
            told.setdefault(name, []).append(text)
    made = urlencode({name: ",".join(told[name]) for name in KEPT if name in told}, safe=",")
    if len(made) > LONGEST:
        raise ValueError(made)
    return made


def merged(view: SavedView, asked: Mapping[str, str]) -> str:
    """The view's query under what an address already says, with the view's own number."""
    own = dict(parse_qsl(view.query, keep_blank_values=True))
    if "period" in asked:
        own = {name: text for name, text in own.items() if name not in ("from", "to")}
    told = {name: asked[name] for name in asked if name in KEPT}
    return urlencode({**own, **told, "view": view.pk}, safe=",")


def save(
    store: Store,
    owner: User,
    name: str,
    tab: str,
    query: str,
    *,
    is_shared: bool = False,
    view: SavedView | None = None,
) -> SavedView:
    """Keep a new view, or change one. ValueError for a name that is empty or taken, or too many views;
    ValidationError for one that is too long."""
    name = fitting("name", " ".join(name.split()), 40)
    others = SavedView.objects.filter(store=store, owner=owner).exclude(pk__in=[view.pk] if view else [])
    if not name or others.filter(name=name).exists() or (view is None and others.count() >= MOST):
        raise ValueError(name)
    made = view or SavedView(store=store, owner=owner)
    made.name, made.tab, made.query, made.is_shared = name, tab, clean(query), is_shared
    made.updated_at = clock.now()
    made.save()
    return made


def set_start(view: SavedView, user: User, wanted: bool) -> None:
    """Let the person's board open with this view, and with no other; or with the usual one again."""
    with transaction.atomic():
        for other in starts(view.store, user):
            other.starts_for.remove(user)
        if wanted:
            view.starts_for.add(user)


def starts(store: Store, user: User) -> Iterable[SavedView]:
    return SavedView.objects.filter(store=store, starts_for=user)


def delete(view: SavedView) -> None:
    view.delete()
