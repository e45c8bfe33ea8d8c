"""No lower price for some days after an event, and exceptions that end when the price looked back to falls."""

import datetime as dt

import pytest

from campaigns import guarding, states
from campaigns.groupbuy import prices
from campaigns.models import Campaign, Guarded, PriceException
from products.models import SKU, PaidPrice, PriceEvent
from tests.campaigns.groupbuy.deals import site
from tests.campaigns.shop import campaign, product
from tests.world import World

State = Campaign.State
DAY = dt.timedelta(days=1)
EVENT = dt.date(2026, 11, 11)  # its only day; 15 days after it end on the 26th


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-09")


def rule(world: World, **more: int) -> None:
    PriceEvent.objects.create(store=world.store, key="double11", name="双11", is_exempt=True, **more)


def guarded(of: Campaign) -> tuple[bool, int | None, list[tuple[str, str]]]:
    guarding.run(of)
    row = Guarded.objects.get(campaign=of)
    return row.is_blocked, row.low_fen, [(x["rule"], x["severity"]) for x in row.findings if x["rule"] == "afterwards"]


def test_nothing_is_cheaper_in_the_days_after_an_event(world: World) -> None:
    """80.00 at 双11, list 100.00, floor 70.00: 79.99 until the 26th breaks the promise, from the 27th it does not."""
    rule(world, after_days=15)
    one = product(world.store, "P", 10000, 3000)
    event = campaign(world.store, (one, 8000), name="双11", first_day=EVENT, last_day=EVENT, price_event="double11")
    later = campaign(world.store, (one, 7999), name="返场", first_day=EVENT + 15 * DAY, last_day=EVENT + 15 * DAY)
    assert guarded(event) == (False, 3000, [])  # 返场 has not been looked at yet
    assert guarded(later) == (False, 7000, [])  # a draft promises nothing
    assert guarded(event) == (False, 3000, [("afterwards", "warn")])
    told = Guarded.objects.get(campaign=event).findings[-1]["numbers"]
    assert (told["name"], told["price"], told["promised"], told["days"]) == ("返场", 7999, 8000, 15)
    Campaign.objects.filter(pk=event.pk).update(state=State.APPROVED)
    assert guarded(later) == (True, 8000, [("afterwards", "block")])
    told = Guarded.objects.get(campaign=later).findings[-1]["numbers"]
    assert (told["name"], told["until"]) == ("双11", "2026-11-26")
    later.items.update(price_fen=8000)
    assert guarded(later)[:2] == (False, 8000)
    Campaign.objects.filter(pk=later.pk).update(first_day=EVENT + 16 * DAY, last_day=EVENT + 16 * DAY)
    later.refresh_from_db()
    later.items.update(price_fen=7999)
    assert guarded(later) == (False, 7000, [])


def test_a_group_deal_is_held_against_the_promise(world: World) -> None:
    rule(world, after_days=15)
    one = product(world.store, "P", 10000, 3000)
    event = campaign(world.store, (one, 8000), first_day=EVENT, last_day=EVENT, price_event="double11")
    guarding.run(event)
    Campaign.objects.filter(pk=event.pk).update(state=State.ENDED)
    opens = dt.datetime(2026, 11, 20, 2, tzinfo=dt.UTC)
    made = world.store.deals.create(
        name="团", site=site(world.store), opens_at=opens, closes_at=opens + 2 * DAY, created_at=opens
    )
    line = made.lines.create(
        sku=SKU.objects.create(store=world.store, product=one, code="P-1"), price_fen=8000, quota=9
    )
    assert not prices.verdicts(made)[0].is_blocked
    line.tiers = [[5, 7500]]
    line.save()
    [found] = prices.verdicts(made)
    assert (found.is_blocked, found.low_fen, "afterwards" in [x.rule for x in found.findings]) == (True, 8000, True)


def test_an_exception_ends_when_the_price_it_looks_back_to_falls(world: World) -> None:
    """Lowest 82.00 x 0.9 = 73.80; 80.00 is allowed all the same. With 70.00 paid since it is 63.00: to be asked anew;
    with 85.00 as the lowest the exception would go on."""
    rule(world, lookback_days=30, factor="0.9")
    one = product(world.store, "P", 10000, 3000)
    paid = PaidPrice.objects.create(
        store=world.store, product=one, day=EVENT - 5 * DAY, lowest_fen=8200, highest_fen=8200, units=1
    )
    sale = campaign(world.store, (one, 8000), first_day=EVENT, last_day=EVENT, price_event="double11")
    assert guarded(sale)[0]
    asked = states.ask_exception(sale, one.pk, world.alice, "品牌要求")
    assert asked.most_fen == 7380
    PriceException.objects.filter(pk=asked.pk).update(state="approved")
    assert not guarded(sale)[0]
    for lowest, is_blocked in ((8500, False), (7000, True)):
        paid.lowest_fen = lowest
        paid.save()
        assert guarded(sale)[0] is is_blocked, lowest
