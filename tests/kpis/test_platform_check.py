"""Our days against the platform's own: the difference, the fewest causes that explain it, what stays unexplained."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from kpis.display.decisions import decisions
from kpis.models import Coverage, Fee, Order, OrderStatus, ShopTraffic
from kpis.sums.rollups import rebuild
from kpis.why import platform_check
from kpis.why.platform_check import Cause, Gap, Standing, explained
from opsplan.lib.periods import Period
from tests.api.conftest import caller
from tests.world import World

__all__ = ["caller"]  # a fixture of the REST tests

DAY = dt.date(2026, 11, 2)
NEXT = DAY + dt.timedelta(days=1)
PERIOD = Period(DAY, NEXT)


def test_the_fewest_causes_that_come_to_the_difference_are_named() -> None:
    causes = (Cause("closed", 300), Cause("freight", 500), Cause("order_day", 800))
    assert explained(800, causes) == (causes[2],)
    assert explained(1300, causes) == (causes[1], causes[2])
    assert explained(900, causes) == ()
    assert explained(0, causes) == ()


@pytest.fixture
def november(world: World) -> World:
    """2 November: orders of 100.00 (6.00 of it freight), 50.00 (closed later), 30.00 (made the day before)."""
    at = dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC)

    def order(number: str, fen: int, status: int, freight: int = 0, made: dt.date = DAY) -> None:
        Order.objects.create(
            store=world.store, order_no=number, status=status, created_at=at, paid_at=at, order_day=made, pay_day=DAY,
            total_fen=fen, pay_fen=fen, freight_fen=freight, buyer_key=int(number),
        )  # fmt: skip

    order("1", 10000, OrderStatus.FINISHED, 600)
    order("2", 5000, OrderStatus.CLOSED_REFUNDED)
    order("3", 3000, OrderStatus.FINISHED, made=DAY - dt.timedelta(days=1))
    Coverage.objects.create(store=world.store, kind="orders", day=DAY, is_partial=False)
    return world


def day_of(world: World, platform_fen: int | None, orders: int = 3) -> platform_check.DayCheck:
    ShopTraffic.objects.create(store=world.store, day=DAY, pay_amt_fen=platform_fen, pay_orders=orders, pay_buyers=3)
    [one] = platform_check.check(world.store, PERIOD).days
    return one


@pytest.mark.parametrize(
    ("platform_fen", "off", "causes", "rest"),
    [
        (18000, 0, [], 0),
        (13000, 5000, ["closed"], 0),
        (17400, 600, ["freight"], 0),
        (15000, 3000, ["order_day"], 0),
        (12400, 5600, ["closed", "freight"], 0),
        (17000, 1000, [], 1000),
    ],
)
def test_a_difference_is_put_down_to_what_comes_to_it_exactly(november, platform_fen, off, causes, rest) -> None:
    day = day_of(november, platform_fen)
    assert (day.off_fen, [cause.key for cause in day.causes], day.rest_fen) == (off, causes, rest)


def test_orders_that_are_missing_are_counted_and_those_that_others_name_are_listed(november) -> None:
    Fee.objects.create(store=november.store, fee_no="f", day=DAY, order_no="999", amount_fen=1)
    assert day_of(november, 20000, orders=5).missing_orders == 2
    assert dict(platform_check.check(november.store, PERIOD).missing) == {"999": ("fees",)}


def test_orders_that_stood_unpaid_are_named_where_orders_are_missing(november, client: Client) -> None:
    """A presale of October that a list of 1 November called unpaid; one told of on the 4th is no reason any more."""
    store, made = november.store, dt.date(2026, 10, 28)
    for number, told in (("7", dt.date(2026, 11, 1)), ("8", dt.date(2026, 11, 4))):
        at = dt.datetime.combine(told, dt.time(4), dt.UTC)
        Order.objects.create(
            store=store, order_no=number, status=OrderStatus.UNPAID, created_at=at, order_day=made, total_fen=9000,
            as_of=at,
        )  # fmt: skip
    rebuild(store, [DAY, NEXT, made])
    week = Period(DAY - dt.timedelta(days=6), DAY)
    assert (platform_check.gap(store, week), platform_check.standing(store, DAY)) == (None, (1, made, made))
    day_of(november, 30000, orders=5)  # 2 of 5 missing: too few to be called out
    assert platform_check.gap(store, week) is None
    ShopTraffic.objects.update(pay_orders=6)
    assert platform_check.gap(store, week) == Gap((DAY,), 3, 12000, Standing(1, made, made))
    client.force_login(november.alice)
    page = client.get(f"/s/{store.slug}/data/check/?month=2026-11")
    assert (page.context["missing_orders"], "10-28" in page.context["standing"]) == (3, True)
    [told] = [each for each in decisions(store, NEXT) if each.code == "gap"]
    assert (told.days, told.params["gap"].orders) == ((DAY,), 3)
    ShopTraffic.objects.update(pay_amt_fen=18000)  # as much money: not the orders
    assert platform_check.gap(store, week) is None


def test_a_side_that_says_nothing_is_no_zero(november) -> None:
    ShopTraffic.objects.create(store=november.store, day=NEXT, pay_amt_fen=700)
    first, second = platform_check.check(november.store, PERIOD).days
    assert (first.theirs.amount_fen, first.off_fen, first.has_orders) == (None, None, True)
    assert (second.ours.amount_fen, second.off_fen, second.has_orders) == (None, None, False)


def test_page_endpoint_and_command_say_the_same(november, client: Client, caller) -> None:
    day_of(november, 13000)
    Fee.objects.create(store=november.store, fee_no="f", day=DAY, order_no="999", amount_fen=1)
    out = StringIO()
    call_command("platform_check", november.store.slug, "--from", "2026-11-02", "--to", "2026-11-03", stdout=out)
    assert out.getvalue().split() == ["2026-11-02", "180.00", "130.00", "50.00", "closed", "50.00"]
    client.force_login(november.alice)
    page = client.get(f"/s/{november.store.slug}/data/check/?month=2026-11").content.decode()
    assert all(text in page for text in ("180.00", "130.00", "50.00"))
    answer = caller(november.vera).get("/api/v1/stores/lotus/platform-check?from=2026-11-02&to=2026-11-03").json()
    [told] = answer["days"]
    assert (told["difference"], told["causes"]) == ("50.00", [{"cause": "closed", "amount": "50.00"}])
    total, missing = answer["total"], answer["missing_orders"]
    assert (total["difference"], total["platform"]) == ("50.00", {"pay_amt": told["platform"]["pay_amt"]})
    assert missing == [{"order_no": "999", "named_by": ["fees"]}]
