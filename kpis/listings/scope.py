"""Whose rows of which days."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Q, QuerySet, Subquery

from opsplan.lib.periods import Period
from products.models import Product
from stores.models import Store

Rows = QuerySet[Any, Any]
NAMELESS = 0  # the product of what no product can be told for


@dataclass(frozen=True)
class Scope:
    """Which days and whose rows: the period without `skipped` days; one channel, one product or a group of products, if
    narrowed. group: "stage:growth", "role:none" or "campaign:12", its products as they stand now."""

    store: Store
    period: Period
    skipped: frozenset[dt.date] = frozenset()
    channel: str = ""
    product: int | None = None
    measure: str = ""  # for hand entries and targets
    group: str = ""

    def on(self, field: str) -> Q:
        """The days of the scope, on a day column."""
        days = Q(store=self.store, **{f"{field}__range": (self.period.first, self.period.last)})
        return days & ~Q(**{f"{field}__in": sorted(self.skipped)}) if self.skipped else days

    @property
    def is_narrowed(self) -> bool:
        """Whether it is about some of the products."""
        return self.product is not None or bool(self.group)

    def products(self) -> QuerySet[Product]:
        """Those it is narrowed to: one, or those of the group."""
        own = Product.objects.filter(store=self.store)
        if not self.group:
            return own.filter(pk=self.product or NAMELESS)
        kind, _colon, key = self.group.partition(":")
        if kind == "campaign":
            return own.filter(campaigns=int(key))
        return own.filter(**{kind: "" if key == "none" else key})

    def of_products(self, field: str) -> Q:
        """Its products, on a column of their ids; all rows where it is not narrowed."""
        if self.product == NAMELESS and not self.group:
            return Q(**{f"{field}__isnull": True})
        return Q(**{f"{field}__in": self.products().values("pk")}) if self.is_narrowed else Q()

    @property
    def first_day(self) -> dt.date:
        """The first day that counts."""
        return next((day for day in self.period if day not in self.skipped), self.period.first)


@dataclass(frozen=True)
class Listing:
    """Rows of one kind. columns: (field, kind), kind one of text, day, instant, money, count, number, status,
    refund_status, channel, measure, metric. people: the field whose different values are counted where people or things
    are; it is never shown."""

    key: str
    columns: tuple[tuple[str, str], ...]
    rows: Callable[[Scope], Rows]
    order: tuple[str, ...]
    people: str = ""


def one(rows: Rows, by: str, what: Any) -> Subquery:
    """A sum or count over `rows` as one whole number a row of the outer query."""
    return Subquery(rows.order_by().values(by).annotate(n=what).values("n"), output_field=BigIntegerField())
