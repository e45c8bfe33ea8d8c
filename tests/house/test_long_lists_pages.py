"""Lists that grow for ever have their older rows on the next page: none ends without a word."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from campaigns.models import Contact
from campaigns.views import enrolments
from opsplan.lib import clock
from products.models import SKU, Competitor, CompetitorNote, PriceChange, Product, PurchaseOrder, StockMovement
from products.stock_services import main_place
from products.views import files, prices, purchases, stages
from products.views import range as range_views
from staff import approvals, handover
from staff.models import Delivery, Destination
from staff.views import messages
from tests.world import World, at

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 2)


def rows(world: World) -> dict[str, tuple[list[Any], Any, str]]:
    """page -> ids in its address, the module that says how long it is, and the name of that; two rows of each."""
    store, mia = world.store, world.mia
    product, _other = (Product.objects.create(store=store, code=x, title=x) for x in ("newer", "older"))
    sku = SKU.objects.create(store=store, product=product, code="s")
    rival = Competitor.objects.create(store=store, name="对手")
    there = Destination.objects.create(store=store, name="older", kind="email", address="a@b.c", created_at=clock.now())
    place = main_place(store)
    Product.objects.update(is_checked=False)
    member = mia.memberships.get(store=store)
    for number, name in enumerate(("older", "newer"), 1):
        order = PurchaseOrder.objects.create(
            store=store, number=name, state="done", ordered_on=DAY, due_on=DAY.replace(day=number), place=place
        )
        StockMovement.objects.create(
            store=store, sku=sku, place=place, kind="received", on_hand=number, reference="newer", at=clock.now()
        )
        Contact.objects.create(store=store, day=DAY, who=name, said=name)
        PriceChange.objects.create(product=product, from_day=DAY, new_fen=100, why=name, by=mia, at=clock.now())
        CompetitorNote.objects.create(competitor=rival, day=DAY, text=name, by=mia)
        Delivery.objects.create(
            store=store, key=name, destination=there, subject=name, created_at=clock.now(), next_at=clock.now()
        )
        handover.write(store, mia, [], note=name)
        approvals.decide(store, approvals.ask(store, "range", name, mia).pk, member, "withdraw", "", 0)
    return {
        "approvals": ([], approvals, "DECIDED"),
        "handovers": ([], handover, "KEPT"),
        "purchases": ([], purchases, "CLOSED_PAGE"),
        "destinations": ([], messages, "LOG"),
        "product_prices": ([product.pk], prices, "CHANGES_PAGE"),
        "competitor": ([rival.pk], range_views, "NOTES_PAGE"),
        "product_ranks": ([], stages, "RANKS_PAGE"),
        "product_matching": ([], files, "QUEUE_PAGE"),
        "purchase": ([order.pk], purchases, "LOG_PAGE"),
        "enrolments": ([], enrolments, "TALKS_PAGE"),
    }


def test_what_does_not_fit_on_a_page_stands_on_the_next(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(world.mia)
    for name, (ids, module, size) in rows(world).items():
        whole = client.get(at(name, *ids))
        assert not whole.context["page"].has_other_pages(), name
        monkeypatch.setattr(module, size, 1)
        first, second = (client.get(at(name, *ids) + f"?page={number}") for number in (1, 2))
        assert first.context["page"].paginator.count == 2, name
        shown = ('rel="next"' in first.content.decode(), 'rel="prev"' in second.content.decode())
        assert shown == (True, True), name
        assert list(first.context["page"]) + list(second.context["page"]) == list(whole.context["page"]), name
