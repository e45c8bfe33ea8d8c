"""What was bought together: the paid orders of a period as products and pieces, for rehearsing promotions on them."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from kpis.models import Order, OrderLine
from opsplan.lib.periods import Period
from stores.models import Store

CHUNK = 5000


def basket_count(store: Store, period: Period) -> int:
    """How many orders were paid on the period's local days."""
    return Order.objects.filter(store=store, pay_day__range=(period.first, period.last)).count()


def baskets(store: Store, period: Period) -> Iterator[tuple[str, tuple[tuple[int, int], ...]]]:
    """The paid orders of the period's local days: the number, and (product id, pieces) sorted by product; lines of no
    known product are left out, orders of which no line is known do not come. Memory stays flat."""
    paid = Order.objects.filter(store=store, pay_day__range=(period.first, period.last), order_no=OuterRef("order_no"))
    lines = OrderLine.objects.filter(Exists(paid), store=store, product_id_ref__isnull=False).order_by("order_no")
    number, goods = "", dict[int, int]()
    for order_no, product, pieces in lines.values_list("order_no", "product_id_ref", "qty").iterator(CHUNK):
        if order_no != number and goods:
            yield number, tuple(sorted(goods.items()))
            goods = {}
        number = order_no
        if pieces > 0 and product is not None:
            goods[product] = goods.get(product, 0) + pieces
    if goods:
        yield number, tuple(sorted(goods.items()))
