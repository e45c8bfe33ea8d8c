"""Which product a refund is about, where the case itself does not say."""

from typing import Any

from django.db.models import BigIntegerField, Case, Count, F, Max, Min, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce

from kpis.models import OrderLine
from products.models import Product
from stores.models import Store

SAME_ORDER = {"store": OuterRef("store"), "order_no": OuterRef("order_no")}


def with_only(store: Store, found: Any) -> Any:
    """Refunds with `only`: where the case names no product of the store's (some platforms tell an SKU's code, some
    nothing) that of the line it is about, else the only one of the order."""
    lines_of = OrderLine.objects.filter(**SAME_ORDER).order_by().values("order_no")
    product = "product_id_ref"
    ends = lines_of.annotate(low=Min(product), high=Max(product), every=Count("pk"), known=Count(product))
    one = Subquery(ends.filter(low=F("high"), every=F("known")).values("low"), output_field=BigIntegerField())
    named = Q(code__in=Product.objects.filter(store=store).values("code"))
    line = OrderLine.objects.filter(**SAME_ORDER, line_key=OuterRef("line_key")).values("product_id_ref")
    whose = Coalesce(Subquery(line, output_field=BigIntegerField()), one)
    return found.annotate(only=Case(When(named, then=None), default=whose, output_field=BigIntegerField()))
