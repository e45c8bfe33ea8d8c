"""A stock decision "lower the target" goes into the plan: the campaign's days and their month, once."""

import datetime as dt
from decimal import Decimal as D

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, CampaignItem, StockDecision
from kpis.days import day_cells, day_plan, lowering
from kpis.sums import targets
from kpis.year.plan_cells import Refused
from opsplan.lib import clock
from opsplan.lib.periods import month_of
from products.models import Product
from staff.services import create_token
from tests.world import World

MARCH = month_of(dt.date(2026, 3, 1))


@pytest.fixture
def decided(world: World) -> StockDecision:
    """310,000 in March, 10,000 a day; a campaign on 10 to 12 March lacks 60 of 100 pieces at 100.00."""
    targets.set_target(world.store, "real_amt", MARCH.first, "310000")
    product = Product.objects.create(store=world.store, code="A1", title="面霜")
    campaign = Campaign.objects.create(
        store=world.store, name="春季", first_day=dt.date(2026, 3, 10), last_day=dt.date(2026, 3, 12)
    )
    item = CampaignItem.objects.create(campaign=campaign, product=product, price_fen=10000)
    return StockDecision.objects.create(
        item=item, choice="lower", need=100, available=40, lift=3, by=world.mia, at=clock.now()
    )


def days(world: World) -> dict[int, D]:
    amounts = day_plan.book_of(world.store).amounts(MARCH, day_plan.month_target(world.store, MARCH))
    return {day.day: amount for day, amount in amounts.items()}


def test_what_cannot_be_sold_leaves_the_days_and_the_month(world: World, decided: StockDecision) -> None:
    [found] = lowering.waiting(world.store, MARCH)
    assert (found.short, found.now, found.then) == (60, D(30000), D(24000))
    lowering.apply(world.store, decided.pk, world.mia)
    assert day_plan.month_target(world.store, MARCH) == D(304000)
    told = days(world)
    assert {told[n] for n in (10, 11, 12)} == {D(8000)}
    assert {told[n] for n in range(1, 32) if n not in (10, 11, 12)} == {D(10000)}


def test_it_is_applied_once(world: World, decided: StockDecision) -> None:
    assert lowering.apply(world.store, decided.pk, world.mia)
    assert lowering.apply(world.store, decided.pk, world.mia) is None
    assert lowering.waiting(world.store, MARCH) == []
    assert day_plan.month_target(world.store, MARCH) == D(304000)


def test_a_later_decision_takes_its_place(world: World, decided: StockDecision) -> None:
    StockDecision.objects.create(item=decided.item, choice="restock", need=100, available=40, lift=3, at=clock.now())
    assert lowering.waiting(world.store, MARCH) == []


def test_a_locked_day_keeps_everything_as_it_was(world: World, decided: StockDecision) -> None:
    day_cells.set_days(world.store, MARCH, [day_cells.DayChange(dt.date(2026, 3, 11), "locked", True)], world.mia)
    with pytest.raises(Refused):
        lowering.apply(world.store, decided.pk, world.mia)
    decided.refresh_from_db()
    assert (day_plan.month_target(world.store, MARCH), decided.applied_at) == (D(310000), None)


def test_the_month_offers_it_and_a_manager_applies_it(world: World, decided: StockDecision, client: Client) -> None:
    page = f"{reverse('plan_month', args=['lotus'])}?month=2026-03"
    go = reverse("plan_month_lower", args=["lotus", decided.pk])
    client.force_login(world.vera)
    assert (go in client.get(page).content.decode(), client.post(go).status_code) == (False, 403)
    client.force_login(world.mia)
    assert go in client.get(page).content.decode()
    assert client.post(go, {"month": "2026-03"}).status_code == 302
    assert go not in client.get(page).content.decode()


def test_a_program_reads_it_and_applies_it_once(world: World, decided: StockDecision) -> None:
    def program(name: str) -> Client:
        stores = [world.other if name == "charlie" else world.store]
        key = create_token(getattr(world, name), name, "write", stores)[1]
        return Client(headers={"authorization": f"Bearer {key}"})

    base = "/api/v1/stores/lotus/plan/lowerings"
    mia = program("mia")
    (told,) = mia.get(f"{base}?month=2026-03").json()["lowerings"]
    assert (told["product"], told["short"], told["now"], told["then"]) == ("A1", 60, "30000.00", "24000.00")
    assert told["days"] == dict.fromkeys(("2026-03-10", "2026-03-11", "2026-03-12"), "2000.00")
    at = f"{base}/{told['id']}"
    assert [program(name).post(at).status_code for name in ("bob", "charlie")] == [403, 404]
    day_cells.set_days(world.store, MARCH, [day_cells.DayChange(dt.date(2026, 3, 11), "locked", True)], world.mia)
    assert mia.post(at).status_code == 422
    day_cells.set_days(world.store, MARCH, [day_cells.DayChange(dt.date(2026, 3, 11), "locked", False)], world.mia)
    assert [mia.post(at).status_code for _n in range(2)] == [200, 404]
    assert day_plan.month_target(world.store, MARCH) == D(304000)
