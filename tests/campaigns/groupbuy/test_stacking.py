"""What a deal in the own shop really goes for: 68.00 with whatever else the shop gives at the same time."""

import datetime as dt
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from campaigns import calculator, guarding
from campaigns.groupbuy.planning import Terms, approve, save_deal
from campaigns.groupbuy.prices import ask_exception, verdicts
from campaigns.models import Campaign, GroupDeal
from campaigns.offers.kinds import Buyer
from opsplan.lib import clock
from products.models import Cost, ListPrice
from staff import approvals
from staff.models import Member
from stores.models import GroupSite
from tests.campaigns.groupbuy.deals import BEFORE, CLOSES, OPENS, deal, sku
from tests.campaigns.shop import campaign, coupon, ladder
from tests.world import World

pytestmark = pytest.mark.django_db
DAYS = {"first_day": dt.date(2026, 12, 1), "last_day": dt.date(2026, 12, 2), "state": Campaign.State.APPROVED}


def own_deal(world: World, platform: str = "tmall", **more: object) -> GroupDeal:
    where = GroupSite.objects.create(store=world.store, name="聚划算", platform=platform)
    return deal(world.store, sku(world.store, 1000), site=where, **more)


def units(of: GroupDeal) -> list[int]:
    return [one.unit_fen for one in verdicts(of)]


@pytest.mark.parametrize(
    ("platform", "unit"),
    [
        ("taobao", 4800),  # 68 - 20: coupons of the shop come off where it is sold in the shop
        ("meituan", 6800),  # a voucher site knows nothing of them
    ],
)
def test_a_coupon_of_the_shop_comes_off_a_deal_that_is_sold_in_it(platform: str, unit: int, world: World) -> None:
    coupon(campaign(world.store, **DAYS), 6000, 2000)
    assert units(own_deal(world, platform)) == [unit]


def test_offers_that_stack_are_all_taken_off_in_the_basket_where_they_bite_most(world: World) -> None:
    several = campaign(world.store, **DAYS)
    ladder(several, (13000, 3000))  # two pieces: 136 - 30 = 106, then - 10 = 96: 48 each
    coupon(several, 6000, 1000)  # one piece: 58
    made = own_deal(world)
    assert units(made) == [4800]
    made.limit = 1
    assert units(made) == [5800]


def test_prices_of_the_item_and_offers_that_exclude_groups_do_not_come_off_it(world: World) -> None:
    made = own_deal(world)
    several = campaign(world.store, (made.lines.get().sku.product, 5000), **DAYS)
    coupon(several, 6000, 2000, excludes=["group"])
    assert units(made) == [6800]


@pytest.mark.parametrize("days", [{"first_day": dt.date(2026, 12, 10), "last_day": dt.date(2026, 12, 12)},
                                  {"state": Campaign.State.DRAFT}])  # fmt: skip
def test_what_is_given_at_another_time_or_not_decided_does_not_count(days: dict[str, object], world: World) -> None:
    coupon(campaign(world.store, **DAYS | days), 6000, 2000)
    assert units(own_deal(world)) == [6800]


def test_the_draft_the_deal_belongs_to_counts(world: World) -> None:
    mine = campaign(world.store, **DAYS | {"state": Campaign.State.DRAFT})
    coupon(mine, 6000, 2000)
    assert units(own_deal(world, campaign=mine)) == [4800]


def test_it_is_not_approved_below_the_floor_until_a_second_person_allowed_what_it_comes_to(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: BEFORE)
    coupon(campaign(world.store, **DAYS), 6000, 2000)
    made = own_deal(world)
    with pytest.raises(ValidationError):  # 48.00 is below 70 % of 88.00
        approve(made, world.alice)
    asked = ask_exception(made, world.mia, "冲量")
    assert asked.about.endswith(":4800")
    approvals.decide(world.store, asked.pk, Member.objects.get(store=world.store, user=world.alice), "yes")
    made.refresh_from_db()
    assert approve(made, world.alice).state == "approved"


def test_a_campaign_that_comes_later_sees_the_deal_its_coupon_comes_off(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: BEFORE)
    made = approve(own_deal(world), world.alice)
    later = campaign(world.store, (made.lines.get().sku.product, 8000), **DAYS)
    coupon(later, 6000, 2000)
    (row,) = guarding.run(later)
    assert (row.deep_fen, row.low_fen) == (4800, 6160)  # alone it would be 60.00: blocked for less, and why is told
    assert row.path["steps"][0]["name"] == "面膜团"
    assert {way["kind"] for way in row.ways_out} == {"leave"}


def allow(world: World, made: GroupDeal, why: str = "冲量") -> None:
    asked = ask_exception(made, world.mia, why)
    approvals.decide(world.store, asked.pk, Member.objects.get(store=world.store, user=world.alice), "yes")
    made.refresh_from_db()


def test_the_price_calculator_knows_the_deals_of_the_shop(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: BEFORE)
    coupon(campaign(world.store, **DAYS), 6000, 2000)
    made = own_deal(world, limit=2)
    GroupDeal.objects.filter(pk=made.pk).update(state="approved")

    def paid(at: dt.datetime, pieces: int, *, in_group: bool = True) -> int:
        buyer = Buyer(in_group=in_group)
        return calculator.price(world.store, [("A", pieces)], at, buyer, day=at.date()).receipt.payable_fen

    assert [paid(OPENS, n) for n in (1, 2, 3)] == [4800, 11600, 20400]  # 68 - 20; 136 - 20; 136 + 88 - 20
    assert paid(OPENS, 1, in_group=False) == 6800  # 88 - 20
    assert paid(CLOSES, 1) == 8800  # the campaign is over by then, too


def test_what_a_second_person_allowed_does_not_hold_for_lower_prices_of_a_later_edit(world: World) -> None:
    cheap, dear = sku(world.store, 100), sku(world.store, 100, "B")

    def saved(made: GroupDeal, *prices: int) -> list[bool]:
        save_deal(made, {x: Terms(p, 10) for x, p in zip((cheap, dear), prices, strict=False)}, world.mia)
        made.refresh_from_db()
        return [one.is_blocked for one in verdicts(made)]

    made = deal(world.store, cheap, 10, 5000)  # the floor is 61.60
    allow(world, made)
    assert saved(made, 5500) == [False]
    assert saved(made, 5500, 5100) == [False, True]  # nobody has seen the other product
    asked = ask_exception(made, world.mia, "两款一起")
    assert saved(made, 4900, 5100) == [True, True]
    asked.refresh_from_db()
    assert (asked.state, made.asked) == ("withdrawn", {})
    allow(world, made)
    assert saved(made, 4900, 5100) == [False, False]


@pytest.mark.parametrize(
    ("begins", "cost", "listed", "is_blocked"),
    [
        (1, 6161, None, True),  # above the 61.60 that was the least: it was allowed for less than that
        (2, 6161, None, True),  # on any day it sells
        (1, 6160, None, True),  # as high as the floor was, yet nobody allowed to go below the cost
        (1, 4999, None, False),  # 50.00 is still above it
        (1, None, 8801, True),  # 70 % of 88.01 is 61.61
        (1, None, 8700, False),
        (9, 9000, 20000, False),  # not sold any more
    ],
)
def test_an_exception_ends_when_a_cost_or_list_price_rises(
    begins: int, cost: int | None, listed: int | None, is_blocked: bool, world: World
) -> None:
    made = deal(world.store, sku(world.store, 100), 10, 5000)
    allow(world, made)
    product, day = made.lines.get().sku.product, dt.date(2026, 12, begins)
    if cost:
        Cost.objects.create(product=product, from_day=day, cost_fen=cost)
    if listed:
        ListPrice.objects.create(product=product, from_day=day, price_fen=listed)
    assert [one.is_blocked for one in verdicts(made)] == [is_blocked]


def test_an_exception_asked_for_again_after_a_cost_rose_is_another(world: World) -> None:
    made = deal(world.store, sku(world.store, 100), 10, 5000)
    first = ask_exception(made, world.mia, "冲量")
    assert ask_exception(made, world.mia, "冲量") == first
    Cost.objects.create(product=made.lines.get().sku.product, from_day=dt.date(2026, 12, 2), cost_fen=7000)
    second = ask_exception(made, world.mia, "冲量")
    first.refresh_from_db()
    assert (first.state, second.state) == ("withdrawn", "open")
    assert [*made.asked.values()] == [{"deep_fen": 5000, "low_fen": 7000, "rules": ["cost", "floor"]}]


def test_what_was_allowed_before_lines_were_remembered_goes_on_as_the_costs_are_at_the_upgrade(world: World) -> None:
    made = deal(world.store, sku(world.store, 100), 10, 5000)
    product = made.lines.get().sku.product
    Cost.objects.create(product=product, from_day=dt.date(2026, 12, 2), cost_fen=6500)
    Cost.objects.create(product=product, from_day=dt.date(2026, 12, 9), cost_fen=9000)  # not sold any more
    upgrade = import_module("campaigns.migrations.0019_deal_exceptions")
    (line,) = upgrade.lines_at(apps, made, 5000).values()
    assert (line["deep_fen"], line["low_fen"]) == (5000, 6500)  # the floor is 61.60
