"""From the draft to the review: who moves a campaign, what the clock does, what the guard lets through."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from time_machine import travel

from campaigns import cloning, guarding, services, states
from campaigns.models import Campaign, CampaignStep, Guarded, PriceException
from campaigns.services import ItemTerms
from products.models import Cost, ListPrice, PaidPrice, PriceEvent
from staff import approvals
from staff.models import Approval, Member, Task
from tests.campaigns.shop import FIRST, LAST, campaign, coupon, ladder, product
from tests.staff.tasks import template
from tests.world import World

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _november() -> object:
    with travel(NOON, tick=False):
        yield


def decide(world: World, about: str, name: str, verb: str = "yes", note: str = "") -> None:
    asked = Approval.objects.get(about=about, state="open")
    approvals.decide(world.store, asked.pk, Member.objects.get(store=world.store, user__username=name), verb, note)


def deep(of: Campaign) -> dict[str, tuple[int | None, bool]]:
    return {row.product.code: (row.deep_fen, row.is_blocked) for row in Guarded.objects.filter(campaign=of)}


def test_t29_the_floor_holds_but_not_in_an_exempt_event(world: World) -> None:
    cream = product(world.store, "cream", 12000)
    sale = campaign(world.store, (cream, 8800))
    coupon(sale, 0, 1000)
    guarding.run(sale)
    one = Guarded.objects.get(campaign=sale)
    assert (one.low_fen, one.deep_fen, one.is_blocked) == (8400, 7800, True)
    sale.price_event = "double11"
    sale.save()
    assert guarding.run(sale) == []


def test_t29_a_coupon_of_the_platform_does_not_count(world: World) -> None:
    sale = campaign(world.store, (product(world.store, "cream", 12000), 8800))
    coupon(sale, 0, 1000, level="platform", platform_bp=10000)
    guarding.run(sale)
    assert deep(sale) == {"cream": (8800, False)}


def test_t30_the_list_price_may_not_be_struck_through_when_less_was_paid(world: World) -> None:
    cream = product(world.store, "cream", 12900)
    for day, fen in ((FIRST - dt.timedelta(days=n), fen) for n, fen in ((1, 9900), (3, 8900), (7, 9200), (8, 8000))):
        PaidPrice.objects.create(store=world.store, product=cream, day=day, lowest_fen=fen, highest_fen=fen, units=1)
    sale = campaign(world.store, (cream, 7900), price_event="double11")
    guarding.run(sale)
    found = {f["rule"]: f["numbers"] for f in Guarded.objects.get().findings}
    assert found["seven_day"]["base"] == 8900
    assert found["seven_day"]["rate"].startswith("0.8876")


def test_t31_the_event_takes_nine_tenths_of_the_lowest_price_of_thirty_days(world: World) -> None:
    cream = product(world.store, "cream", 9000)
    PaidPrice.objects.create(
        store=world.store, product=cream, day=FIRST - dt.timedelta(days=20), lowest_fen=8200, highest_fen=9000, units=1
    )
    PriceEvent.objects.create(store=world.store, key="big", name="大促", lookback_days=30, factor="0.9")
    sale = campaign(world.store, (cream, 7400), price_event="big")
    guarding.run(sale)
    found = {f["rule"]: f["numbers"] for f in Guarded.objects.get().findings}
    assert found["lookback"]["most"] == 7380


def test_the_lowest_price_rule_is_about_the_price_the_event_is_entered_with(world: World) -> None:
    """活动价: a coupon or a second piece at half price makes no event price of 73.80 out of 80.00."""
    cream, day = product(world.store, "cream", 9000), FIRST - dt.timedelta(days=20)
    PaidPrice.objects.create(store=world.store, product=cream, day=day, lowest_fen=8200, highest_fen=9000, units=1)
    PriceEvent.objects.create(store=world.store, key="big", name="大促", lookback_days=30, factor="0.9")
    sale = campaign(world.store, (cream, 8000), price_event="big")
    coupon(sale, 0, 1000)
    guarding.run(sale)
    row = Guarded.objects.get()
    found = {f["rule"]: f["numbers"] for f in row.findings}
    assert (row.deep_fen, row.is_blocked) == (7000, True)
    assert (found["lookback"]["price"], found["lookback"]["most"]) == (8000, 7380)
    sale.items.update(price_fen=7380)
    guarding.run(sale)
    assert not Guarded.objects.get().is_blocked  # 63.80 with the coupon, the floor is 63.00


def test_omnibus_30_the_lowest_price_is_looked_for_before_the_promotion_and_not_before_today(world: World) -> None:
    cream = product(world.store, "cream", 9000)
    for day, fen in ((FIRST, 5000), (FIRST - dt.timedelta(days=30), 8200), (FIRST - dt.timedelta(days=31), 6000)):
        PaidPrice.objects.create(store=world.store, product=cream, day=day, lowest_fen=fen, highest_fen=fen, units=1)
    PriceEvent.objects.create(store=world.store, key="big", name="大促", lookback_days=30)
    sale = campaign(world.store, (cream, 8300), price_event="big")
    guarding.run(sale)
    found = {f["rule"]: f["numbers"] for f in Guarded.objects.get().findings}
    assert found["lookback"]["lowest"] == 8200


def test_a_price_below_its_cost_is_blocked_even_in_an_exempt_event(world: World) -> None:
    sale = campaign(world.store, (product(world.store, "cream", 12000, 8000), 7900), price_event="coins")
    guarding.run(sale)
    assert deep(sale) == {"cream": (7900, True)}


def test_adempiere_2620_the_second_change_is_looked_at_like_the_first(world: World) -> None:
    cream = product(world.store, "cream", 10000)
    sale = campaign(world.store, (cream, 8000))
    states.check(sale, world.mia)
    states.ask(sale, world.mia)
    decide(world, f"campaign:{sale.pk}", "alice")
    sale.refresh_from_db()
    assert sale.state == "approved"
    with pytest.raises(ValidationError):
        services.set_items(sale, {cream.pk: ItemTerms(6900, None, None)}, world.mia)
    assert sale.items.get().price_fen == 8000
    assert services.set_items(sale, {cream.pk: ItemTerms(7500, None, None)}, world.mia) == []


def test_a_cost_that_rises_is_seen_by_the_guard_at_once(world: World) -> None:
    cream = product(world.store, "cream", 10000, 3000)
    sale = campaign(world.store, (cream, 8000))
    guarding.run(sale)
    assert deep(sale) == {"cream": (8000, False)}
    Cost.objects.create(product=cream, from_day=dt.date(2026, 12, 1), cost_fen=8100)
    assert deep(sale) == {"cream": (8000, True)}


def test_a_list_price_that_rises_is_seen_as_a_raise_before_the_cut(world: World) -> None:
    cream = product(world.store, "cream", 10000)
    sale = campaign(world.store, (cream, 8000))
    ListPrice.objects.create(product=cream, from_day=dt.date(2026, 12, 1), price_fen=12000)
    row = Guarded.objects.get(campaign=sale)
    assert row.is_blocked  # 8000 of 12000 is 6.7折
    assert "raised" in {finding["rule"] for finding in row.findings}


def test_a_campaign_with_a_breach_is_not_checked_and_says_so(world: World) -> None:
    mask = product(world.store, "mask", 8900)
    sale = campaign(world.store, (mask, 6900))
    ladder(sale, (12900, 1500))
    coupon(sale, 9900, 1000)
    with pytest.raises(ValidationError, match="mask"):
        states.check(sale, world.mia)
    path = Guarded.objects.get().path
    assert path["lines"] == [{"code": "mask", "name": "mask", "pieces": 2}]
    assert [step["after_fen"] for step in path["steps"]] == [13800, 12300, 11300]


def test_a_way_out_that_is_taken_mends_the_breach(world: World) -> None:
    mask = product(world.store, "mask", 8900)
    sale = campaign(world.store, (mask, 6900))
    ladder(sale, (12900, 1000))
    coupon(sale, 9900, 1000)
    guarding.run(sale)
    kinds = [way["kind"] for way in Guarded.objects.get().ways_out]
    assert deep(sale) == {"mask": (5900, True)}
    services.take_way_out(sale, mask.pk, kinds.index("exclude"), world.mia)
    assert deep(sale) == {"mask": (6400, False)}


def test_an_exception_needs_a_reason_and_a_second_person_and_is_kept(world: World) -> None:
    cream = product(world.store, "cream", 10000)
    sale = campaign(world.store, (cream, 6500))
    with pytest.raises(ValidationError):
        states.ask_exception(sale, cream.pk, world.alice, " ")
    asked = states.ask_exception(sale, cream.pk, world.alice, "临期清仓")
    with pytest.raises((PermissionDenied, ValidationError)):
        decide(world, f"price:{asked.pk}", "alice")
    decide(world, f"price:{asked.pk}", "mia")
    asked.refresh_from_db()
    assert (asked.state, asked.asked_by, asked.decided_by, asked.deep_fen) == ("approved", world.alice, world.mia, 6500)
    assert deep(sale) == {"cream": (6500, False)}
    dear = Cost.objects.create(product=cream, from_day=FIRST, cost_fen=6501)  # nobody allowed to sell below cost
    assert deep(sale) == {"cream": (6500, True)}
    dear.delete()
    assert deep(sale) == {"cream": (6500, False)}
    raised = ListPrice.objects.create(product=cream, from_day=FIRST, price_fen=10100)  # the floor is 70.70 now
    assert deep(sale) == {"cream": (6500, True)}
    raised.delete()
    sale.items.update(price_fen=6400)
    guarding.run(sale)
    assert deep(sale) == {"cream": (6400, True)}
    assert PriceException.objects.count() == 1


def test_the_times_decide_what_runs_and_the_beat_may_tick_twice(world: World) -> None:
    sale = campaign(world.store, (product(world.store, "cream", 10000), 8000))
    Campaign.objects.filter(pk=sale.pk).update(state="approved")
    start = dt.datetime(2026, 12, 9, 16, tzinfo=dt.UTC)  # midnight in Shanghai
    seen = []
    for at in (start - dt.timedelta(seconds=1), start, start, dt.datetime(2026, 12, 13, 16, tzinfo=dt.UTC)):
        states.advance_all(at)
        sale.refresh_from_db()
        seen.append(sale.state)
    assert seen == ["approved", "running", "running", "ended"]
    assert CampaignStep.objects.count() == 2


def test_what_is_changed_after_the_approval_has_to_be_approved_again(world: World) -> None:
    cream = product(world.store, "cream", 10000)
    sale = campaign(world.store, (cream, 8000))
    states.check(sale, world.mia)
    states.ask(sale, world.mia)
    services.set_items(sale, {cream.pk: ItemTerms(7900, None, None)}, world.mia)
    sale.refresh_from_db()
    assert sale.state == "draft"
    assert Approval.objects.get(about=f"campaign:{sale.pk}").state == "withdrawn"


def test_the_one_who_stops_says_why_and_the_offers_end(world: World) -> None:
    sale = campaign(world.store, (product(world.store, "cream", 10000), 8000))
    Campaign.objects.filter(pk=sale.pk).update(state="running")
    sale.refresh_from_db()
    with pytest.raises(ValidationError):
        states.stop(sale, world.mia, "")
    states.stop(sale, world.mia, "超卖")
    assert sale.state == "stopped"
    assert CampaignStep.objects.get().note == "超卖"


def test_a_clone_keeps_its_distance_to_the_event(world: World) -> None:
    cream = product(world.store, "cream", 10000)
    sale = campaign(world.store, (cream, 8000), event="double_12")
    sale.phases.create(
        kind="peak",
        starts_at=dt.datetime(2026, 12, 11, 16, tzinfo=dt.UTC),
        ends_at=dt.datetime(2026, 12, 12, 16, tzinfo=dt.UTC),
    )
    ladder(sale, (12900, 1500))
    made = cloning.clone(sale)
    assert (made.first_day, made.last_day) == (dt.date(2027, 12, 10), dt.date(2027, 12, 13))
    assert made.phases.get().starts_at == dt.datetime(2027, 12, 11, 16, tzinfo=dt.UTC)
    assert (made.state, made.offers.count(), made.items.get().price_fen) == ("draft", 1, 8000)
    assert sale.offers.count() == 1
    assert sale.last_day == LAST


def test_an_ordinary_campaign_comes_again_on_the_same_weekday(world: World) -> None:
    wednesday = Campaign(store=world.store, first_day=dt.date(2026, 4, 22))
    assert cloning.aligned(wednesday) == dt.date(2027, 4, 21)


def test_whatever_way_a_campaign_comes_its_work_is_placed_and_leads_to_it(world: World) -> None:
    sale = campaign(world.store, (product(world.store, "cream", 10000), 8000), event="double_12")
    template(world.store, world.mia, rule="", trigger="campaign", offset=0)
    made = cloning.clone(sale)
    task = Task.objects.get(key=f"campaign:{made.pk}")
    assert (task.about, task.subject, task.day) == (f"campaign {made.pk}", made.name, made.first_day)
    services.delete_campaign(made)
    assert not Task.objects.exists()


def test_a_refused_campaign_is_a_draft_again_and_an_exception_is_settled_by_another(world: World) -> None:
    cream = product(world.store, "cream", 10000)
    sale = campaign(world.store, (cream, 8000))
    states.check(sale, world.mia)
    states.ask(sale, world.mia)
    decide(world, f"campaign:{sale.pk}", "alice", "no", "价格太高")
    sale.refresh_from_db()
    assert sale.state == "draft"
    sale.items.update(price_fen=6500)
    asked = states.ask_exception(sale, cream.pk, world.alice, "临期清仓")
    yes = Approval(about=f"price:{asked.pk}", state=Approval.State.APPROVED)
    for by in (None, world.alice):
        with pytest.raises(ValidationError):
            states.exception_settled(yes, by)
    yes.state = Approval.State.REFUSED
    states.exception_settled(yes, world.alice)  # one's own may be given up
    asked.refresh_from_db()
    assert asked.state == "refused"
