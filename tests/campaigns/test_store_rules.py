"""How a store stacks and spreads: its page, and what follows from it."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from time_machine import travel

from campaigns import alarms, guarding, phasing, services
from campaigns.models import Campaign, CampaignAlarm, CampaignRules, Guarded, RuleText
from campaigns.price_rules import rules_as_written
from campaigns.rules import rules_of_store
from campaigns.rules_forms import initial
from campaigns.tasks import guard_all, watch_running
from kpis import queries
from kpis.models import DayTarget, Target
from kpis.models.rollups import bump
from products.models import Cost, ListPrice, PriceSettings
from staff.models import User
from stores.models import Store
from tests.campaigns.shop import FIRST, LAST, campaign, product
from tests.kpis.facts import ZONE, order
from tests.world import World

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _november() -> object:
    with travel(NOON, tick=False), translation.override("en"):
        yield


@pytest.fixture
def mia(client: Client, world: World) -> Client:
    User.objects.filter(pk=world.mia.pk).update(language="en")
    client.force_login(world.mia)
    return client


def typed(world: World, **changed: object) -> dict[str, object]:
    return initial(CampaignRules(store=world.store)) | changed


def at(day: dt.date, hour: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), ZONE)


def test_china_s_amounts_are_taken_for_granted_in_china_only(world: World, mia: Client) -> None:
    """A shop that counts in dollars begins without a limit for prizes, freight or packaging; what it sets, holds."""
    Store.objects.filter(pk=world.store.pk).update(currency="USD")
    world.store.refresh_from_db()
    rules = rules_of_store(world.store)
    assert (rules.prize_most_fen, rules.freight_fen, rules.packaging_fen, rules.fee_bp) == (None, 0, 0, 500)
    made = campaign(world.store, (product(world.store, "cream", 10000), 8000))
    Campaign.objects.filter(pk=made.pk).update(prize_fen=9_000_000)
    made.refresh_from_db()
    assert "prize" not in {x.code for x in guarding.troubles(made)}
    address = reverse("campaign_rules", args=["lotus"])
    assert mia.post(address, initial(rules)).status_code == 302
    assert CampaignRules.objects.get().prize_most_fen is None
    mia.post(address, initial(rules) | {"prize_most": "80,000"})
    assert (CampaignRules.objects.get().prize_most_fen, "prize" in {x.code for x in guarding.troubles(made)}) == (
        8_000_000, True,
    )  # fmt: skip


def of_two_phases(world: World) -> Campaign:
    made = campaign(world.store, (product(world.store, "cream", 10000), 8000))
    made.goals.create(metric="pay_amt", value=4000)
    second = at(FIRST + dt.timedelta(days=1))
    services.set_phases(
        made, {"warm_up": (at(FIRST), second), "peak": (second, at(LAST + dt.timedelta(days=1)))}, world.mia
    )
    return made


def test_the_goal_goes_over_the_days_by_the_usual_shares(world: World) -> None:
    facts = queries.live_facts(of_two_phases(world))
    assert facts.shape_from == "usual"
    first = sum(weight for hour, weight in facts.shape.items() if hour < at(FIRST + dt.timedelta(days=1)))
    assert float(first) == pytest.approx(18.75)  # 15 of 15 + 65


def test_days_that_the_plan_fixes_go_before_the_usual_shares(world: World) -> None:
    """A whole-store campaign without a goal of its own: 31,000 in December, 15,000 of it on the 12th, the other 30 days
    533.33 each; the page had asked for 15 / 80 of them in the first phase."""
    made = campaign(world.store)
    second = at(LAST)
    services.set_phases(
        made, {"warm_up": (at(FIRST), second), "peak": (second, at(LAST + dt.timedelta(days=1)))}, world.mia
    )
    order(world.store, FIRST - dt.timedelta(days=7), "100")
    Target.objects.create(
        store=world.store, metric="real_amt", month=FIRST.replace(day=1), value=31000, updated_at=NOON
    )
    bump(world.store)
    assert queries.live_facts(made).shape_from == "usual"  # nobody has said anything of its days
    fixed = {"amount": 15000, "updated_at": NOON}
    DayTarget.objects.create(store=world.store, day=LAST - dt.timedelta(days=1), **fixed)
    bump(world.store)
    facts = queries.live_facts(made)
    by_day: dict[int, Decimal] = defaultdict(Decimal)
    for hour, weight in facts.shape.items():
        by_day[hour.astimezone(ZONE).day] += weight
    whole = sum(by_day.values())
    assert (facts.shape_from, facts.total_from, round(facts.total)) == ("plan", "plan", 16600)
    assert [round(facts.total * by_day[day] / whole) for day in (10, 11, 12, 13)] == [533, 533, 15000, 533]


def test_shares_typed_on_the_phases_page_go_before_everything(mia: Client, world: World) -> None:
    made, day = of_two_phases(world), FIRST + dt.timedelta(days=1)
    told = {"warm_up-starts": f"{FIRST}T00:00", "warm_up-ends": f"{day}T00:00", "warm_up-share": "40"}
    told |= {"peak-starts": f"{day}T00:00", "peak-ends": f"{LAST}T23:59", "peak-share": "60%"}
    url = reverse("campaign_phases", args=["lotus", made.pk])
    assert "must be 100 % in all" in mia.post(url, told | {"peak-share": "70"}).content.decode()
    assert mia.post(url, told).status_code == 302
    assert [(span.kind, span.share) for span in phasing.spans_of(made)] == [("warm_up", 40), ("peak", 60)]
    assert queries.live_facts(made).shape_from == "phases"
    assert "¥1,600" in mia.get(reverse("campaign_live", args=["lotus", made.pk])).content.decode()


def test_the_page_keeps_order_costs_and_shares_and_has_the_guard_look(mia: Client, world: World) -> None:
    made = campaign(world.store, (product(world.store, "mask", 10000, 5000), 8000))
    guarding.run(made)
    more = {"cost_factor": "1.7", "fee": "4.5", "slot-vip": "1", "share-peak": 60, "share-encore": 20}
    page = mia.post(reverse("campaign_rules", args=["lotus"]), typed(world, **more), follow=True).content.decode()
    rules = CampaignRules.objects.get()
    assert (rules.fee_bp, rules.order[:2], rules.shares["peak"]) == (450, ["n_free", "vip"], 60)
    assert "1 price is below what is allowed" in page  # 80 is below 1.7 x 50
    assert not phasing.is_unconfirmed(world.store)


def test_shares_of_the_store_must_be_the_whole(mia: Client, world: World) -> None:
    answer = mia.post(reverse("campaign_rules", args=["lotus"]), typed(world, **{"share-peak": 60}))
    assert (answer.status_code, CampaignRules.objects.exists()) == (422, False)
    assert "The shares of the phases make 95 %" in answer.content.decode()


def test_those_who_may_not_plan_read_the_rules_only(client: Client, world: World) -> None:
    client.force_login(world.vera)
    url = reverse("campaign_rules", args=["lotus"])
    assert (client.get(url).status_code, client.post(url, typed(world)).status_code) == (200, 403)


def test_a_higher_floor_is_seen_by_the_guard_at_once(world: World) -> None:
    made = campaign(world.store, (product(world.store, "mask", 10000), 7500))
    assert guarding.run(made) == []
    PriceSettings.objects.create(store=world.store, floor="0.8")
    assert Guarded.objects.get().is_blocked


def test_a_cost_that_begins_during_the_campaign_is_seen_when_it_is_saved(world: World) -> None:
    mask = product(world.store, "mask", 10000, 5000)
    campaign(world.store, (mask, 8000))
    Cost.objects.create(product=mask, from_day=LAST, cost_fen=8500)
    assert Guarded.objects.get().is_blocked
    Cost.objects.filter(from_day=LAST).get().delete()
    assert not Guarded.objects.get().is_blocked


def test_a_list_price_that_begins_during_the_campaign_raises_the_floor_from_then_on(world: World) -> None:
    mask = product(world.store, "mask", 10000)
    campaign(world.store, (mask, 8000))
    ListPrice.objects.create(product=mask, from_day=LAST, price_fen=12000)
    row = Guarded.objects.get()
    assert (row.is_blocked, row.low_fen, row.list_fen) == (True, 8400, 12000)


def test_what_the_clock_makes_forbidden_in_an_approved_campaign_is_an_alarm_once(world: World) -> None:
    made = campaign(world.store, (product(world.store, "mask", 10000, 5000), 8000), state="approved")
    Cost.objects.all().update(cost_fen=9000)  # past every door
    watch_running()
    assert not CampaignAlarm.objects.exists()
    for _time in range(2):
        guard_all()
        watch_running()
    row = CampaignAlarm.objects.get()
    assert (row.kind, row.about, alarms.waiting(world.store).count()) == ("price", made.products.get().pk, 1)
    assert alarms.sentence(row) == "mask can be had for ¥80.00, which is not allowed any more"


def test_the_words_of_a_rule_are_the_stores_to_keep(mia: Client, world: World) -> None:
    url = reverse("rule_text", args=["lotus", "lookback"])
    told = {"lookback-text": "N is 30 this year.", "lookback-source": "Notice 2026-18", "lookback-since": "2026-09-01"}
    page = mia.post(url, told | {"lookback-is_confirmed": "on"}, follow=True).content.decode()
    assert "N is 30 this year. · Notice 2026-18 · 2026-09-01" in page
    rule = {x.key: x for x in rules_as_written(world.store)}["lookback"]
    assert (rule.is_confirmed, rule.is_own, rule.since) == (True, True, dt.date(2026, 9, 1))
    assert [x.limit for x in rules_as_written(world.store) if x.limit] == ["7 days", "10%", "70%", "90 days"]
    assert "Notice 2026-18" in mia.get(reverse("price", args=["lotus"])).content.decode()
    assert not any(x.is_own for x in rules_as_written(world.other))
    mia.post(url, {"do": "remove"})
    assert not any(x.is_own for x in rules_as_written(world.store))


def test_a_rule_without_words_or_source_is_refused(mia: Client, world: World) -> None:
    url = reverse("rule_text", args=["lotus", "lookback"])
    answer = mia.post(url, {"lookback-text": "N is 30."})
    assert (answer.status_code, RuleText.objects.exists()) == (422, False)
    assert "N is 30.</textarea>" in answer.content.decode()
    assert mia.post(reverse("rule_text", args=["lotus", "speed"]), {}).status_code == 404
