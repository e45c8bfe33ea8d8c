"""A deal against the stock ledger: every unit held ends sold or released."""

import pytest
from django.core.exceptions import ValidationError

from campaigns.groupbuy.dealing import SoldOut, advance, advance_all, go, record
from campaigns.groupbuy.planning import approve
from campaigns.models import DealSale, DealTransition, GroupDeal
from opsplan.lib import clock
from products.models import SKU, StockHold
from products.stock_queries import lines
from products.stock_services import hold_stock
from tests.campaigns.groupbuy.deals import BEFORE, CLOSES, HOUR, OPENS, deal, let_go, order, site, sku, stock
from tests.world import World

pytestmark = pytest.mark.django_db


class Clock:
    """What time it is."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.time = BEFORE
        monkeypatch.setattr(clock, "now", lambda: self.time)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def approved(world: World, quota: int = 600, on_hand: int = 1000, **more: object) -> tuple[GroupDeal, SKU]:
    mine = sku(world.store, on_hand)
    return approve(deal(world.store, mine, quota, **more), world.alice), mine


def state(of: GroupDeal) -> str:
    return GroupDeal.objects.get(pk=of.pk).state


def ends_well() -> bool:
    """Every unit that was ever held was sold or let go."""
    return all(hold.left == 0 for hold in StockHold.objects.all())


def test_t44_approving_holds_the_quota_and_a_second_site_gets_690_less_400(world: World, time: Clock) -> None:
    mine = sku(world.store, 800, due=60, safety=50)
    approve(deal(world.store, mine, 400), world.alice)
    second = deal(world.store, mine, 400, site=site(world.store, "聚划算"))
    with pytest.raises(ValidationError, match="290"):
        approve(second, world.alice)
    approve(deal(world.store, mine, 290, site=site(world.store, "拉手")), world.alice)
    assert stock(mine) == (690, 60)


def test_a_planned_deal_that_comes_first_is_not_overtaken_without_a_word(world: World, time: Clock) -> None:
    mine = sku(world.store, 500)
    deal(world.store, mine, 400, priority=1, name="先")
    late = deal(world.store, mine, 200, priority=5)
    with pytest.raises(ValidationError, match="先"):
        approve(late, world.alice)
    assert approve(late, world.alice, "工厂保证补货", is_first=True).state == "approved"


def test_orders_move_held_units_to_sold_and_the_rest_is_let_go_at_the_end(world: World, time: Clock) -> None:
    made, mine = approved(world)
    time.time = OPENS + 2 * HOUR
    record(made, [order(f"{n}", 10) for n in range(51)])
    assert stock(mine) == (90, 510)
    time.time = CLOSES
    assert [x.pk for x in advance_all()] == [made.pk]
    assert (state(made), stock(mine), ends_well()) == ("fulfilling", (0, 510), True)


def test_the_same_told_again_changes_nothing(world: World, time: Clock) -> None:
    made, mine = approved(world)
    time.time = OPENS + 2 * HOUR
    record(made, [order("1", 5, before=2)])
    again = record(made, [order("1", 5, before=2), order("1", 5)])
    assert (again.new, again.changed, again.same) == ([], [], ["1", "1"])
    assert stock(mine) == (597, 3)


def test_a_refund_before_shipping_gives_the_unit_back_to_the_deal(world: World, time: Clock) -> None:
    made, mine = approved(world, 10, 10)
    time.time = OPENS + 2 * HOUR
    record(made, [order("1", 10)])
    record(made, [order("1", 10, before=4)])
    assert stock(mine) == (4, 6)
    assert record(made, [order("2", 4)]).short == []
    assert (stock(mine), DealSale.objects.get(key="2").taken) == ((0, 10), 4)


def test_an_order_at_the_edge_of_the_quota_is_refused_or_kept_to_be_refunded(world: World, time: Clock) -> None:
    made, mine = approved(world, 10)
    time.time = OPENS + 2 * HOUR
    record(made, [order("1", 9)])
    with pytest.raises(SoldOut):
        record(made, [order("2", 2)], if_available=True)
    assert record(made, [order("3", 2)]).short == ["3"]
    assert (stock(mine), DealSale.objects.get(key="3").state) == ((1, 9), "short")


def test_t47_seventeen_of_twenty_everybody_is_refunded_and_the_stock_let_go(world: World, time: Clock) -> None:
    made, mine = approved(world, minimum=20, form_hours=24)
    time.time = OPENS + 2 * HOUR
    record(made, [order(f"{n}", buyer=f"买家{n}") for n in range(17)])
    assert stock(mine) == (600, 0)
    time.time = OPENS + 24 * HOUR
    advance(made)
    effect = DealTransition.objects.get(deal=made, after="missed").effect
    assert (effect["refunds"], effect["refund_fen"]) == (17, 17 * 6800)
    assert (stock(mine), ends_well()) == ((0, 0), True)
    assert set(made.sales.values_list("state", "refunded_before")) == {("refunded", 1)}


def test_a_full_group_is_sold_at_once_when_it_is_decided(world: World, time: Clock) -> None:
    made, mine = approved(world, minimum=2, form_hours=24)
    time.time = OPENS + 2 * HOUR
    record(made, [order("1", 3), order("2", 3)])
    time.time = OPENS + 24 * HOUR
    advance(made)
    assert (state(made), stock(mine)) == ("reached", (594, 6))


def test_beat_three_hours_late_or_twice_ends_as_in_time(world: World, time: Clock) -> None:
    made, _mine = approved(world, minimum=2)
    time.time = OPENS + 2 * HOUR
    record(made, [order("1"), order("2")])
    time.time = CLOSES + 3 * HOUR
    assert (advance(made), advance(made)) == (2, 0)
    steps = list(made.transitions.values_list("after", "at"))
    assert steps[1:] == [("open", OPENS), ("reached", CLOSES), ("fulfilling", CLOSES)]


def test_a_late_payment_gets_stock_that_is_still_there(world: World, time: Clock) -> None:
    made, mine = approved(world, 10)
    time.time = CLOSES + HOUR
    late = record(made, [order("late", 2, CLOSES + HOUR)])
    assert (late.short, stock(mine), ends_well()) == ([], (0, 2), True)


def test_a_late_payment_for_stock_that_is_gone_has_to_be_refunded(world: World, time: Clock) -> None:
    made, mine = approved(world, 10, 10)
    time.time = CLOSES + HOUR
    advance(made)
    hold_stock(world.store, mine, 9, "somebody else")
    assert record(made, [order("late", 2, CLOSES + HOUR)]).short == ["late"]
    assert stock(mine) == (9, 0)


def test_a_late_payment_for_a_missed_deal_is_refunded(world: World, time: Clock) -> None:
    made, mine = approved(world, minimum=5)
    time.time = CLOSES + HOUR
    record(made, [order("late", 2)])
    sale = DealSale.objects.get(key="late")
    assert (state(made), sale.state, sale.refunded_before, stock(mine)) == ("missed", "refunded", 2, (0, 0))


def test_vouchers_are_sold_when_they_are_redeemed_and_let_go_when_they_lapse(world: World, time: Clock) -> None:
    made, mine = approved(world, 10, is_voucher=True, valid_until=CLOSES + 240 * HOUR)
    time.time = CLOSES + HOUR
    record(made, [order("v1", 2, redeemed=1), order("v2", 3)])
    assert stock(mine) == (4, 1)
    time.time = CLOSES + 240 * HOUR
    advance_all()
    assert (stock(mine), ends_well()) == ((0, 1), True)
    assert list(made.sales.values_list("state", flat=True)) == ["redeemed", "lapsed"]


def test_calling_a_deal_off_refunds_everybody_and_needs_a_reason(world: World, time: Clock) -> None:
    made, mine = approved(world)
    time.time = OPENS + 2 * HOUR
    record(made, [order("1", 5)])
    with pytest.raises(ValidationError):
        go(made, "cancelled", world.alice)
    go(made, "cancelled", world.alice, "断货")
    assert (stock(mine), ends_well(), made.sales.get().state) == ((0, 0), True, "refunded")


def test_a_hold_that_somebody_let_go_by_hand_is_made_good_by_what_is_free(world: World, time: Clock) -> None:
    made, mine = approved(world, 10, 100)
    time.time = OPENS + 2 * HOUR
    let_go(made.reference)
    assert record(made, [order("1", 4)]).short == []
    assert stock(mine) == (6, 4)


def test_a_price_below_the_floor_is_not_approved_until_a_second_person_allowed_it(world: World, time: Clock) -> None:
    cheap = deal(world.store, sku(world.store, 100), 10, 5000)
    with pytest.raises(ValidationError, match="A"):
        approve(cheap, world.alice)
    line = {"deep_fen": 5000, "low_fen": 6160, "rules": ["floor"]}  # 70 % of 88.00
    GroupDeal.objects.filter(pk=cheap.pk).update(allowed={str(cheap.lines.get().sku_id): line})
    assert approve(cheap, world.alice).state == "approved"


def test_what_cannot_be_true_is_told_and_nothing_is_written(world: World, time: Clock) -> None:
    made, _mine = approved(world)
    time.time = OPENS + 2 * HOUR
    with pytest.raises(ValidationError) as wrong:
        record(made, [order("1"), order("2", 0), order("3", 1, BEFORE), order("4", 2, before=3)])
    assert len(wrong.value.messages) == 3
    assert not made.sales.exists()


def test_what_a_deal_holds_of_a_hero_is_needed_too(world: World, time: Clock) -> None:
    mine = sku(world.store, 100)
    mine.product.is_hero = True
    mine.product.save()
    assert [row.level for row in lines(world.store)] == ["full"]
    approve(deal(world.store, mine, 71), world.alice)
    assert [row.level for row in lines(world.store)] == ["alert"]  # 29 are left, heroes alert below 30
