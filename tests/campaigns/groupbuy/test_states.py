"""A deal's life without a database: the clock, what sales take, who comes first."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from campaigns.groupbuy.states import (
    Asking,
    Cover,
    Deal,
    Sale,
    State,
    allot,
    covers,
    due,
    group_size,
    move_to,
    moves_of,
    sell_through,
)
from products.stock import available

OPENS = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
CLOSES = OPENS + dt.timedelta(days=2)
GROUP_ENDS = OPENS + dt.timedelta(hours=24)
GROUP = Deal("open", OPENS, CLOSES, GROUP_ENDS, GROUP_ENDS, CLOSES, minimum=20)
PLAIN = Deal("open", OPENS, CLOSES, CLOSES, CLOSES, CLOSES)


def buyers(count: int) -> list[Sale]:
    return [Sale(f"{n}", 1, OPENS, buyer=f"b{n}") for n in range(count)]


def test_t44_a_second_site_gets_what_the_first_leaves_of_what_may_be_promised() -> None:
    free = available(800, 50, 0, 60)
    asking = [Asking(2, 5, OPENS, 400), Asking(1, 1, OPENS, 400)]
    assert (free, allot(free, asking)) == (690, {1: 400, 2: 290})
    assert sell_through(510, 600) == Decimal("0.85")


def test_t47_seventeen_of_twenty_after_a_day_is_missed() -> None:
    found = due(GROUP, buyers(17), GROUP_ENDS)
    assert found is not None
    assert found.after == State.MISSED


def test_twenty_of_twenty_is_reached_and_dated_when_it_was_due_however_late_the_clock_runs() -> None:
    late = due(GROUP, buyers(20), GROUP_ENDS + dt.timedelta(hours=3))
    assert late is not None
    assert (late.after, late.at) == (State.REACHED, GROUP_ENDS)


def test_who_pays_in_the_hours_of_grace_does_not_fill_the_group() -> None:
    """Grace is for news that come late, not for payments that do: 19 in time, one an hour after the deadline."""
    late = Sale("late", 1, GROUP_ENDS + dt.timedelta(hours=1), buyer="late")
    grace = replace(GROUP, decided_at=GROUP_ENDS + dt.timedelta(hours=2))
    found = due(grace, [*buyers(19), late], GROUP_ENDS + dt.timedelta(hours=2))
    assert found is not None
    assert found.after == State.MISSED


def test_a_member_who_was_refunded_does_not_fill_the_group() -> None:
    members = buyers(20)
    members[3] = replace(members[3], before=1)
    found = due(GROUP, members, GROUP_ENDS)
    assert found is not None
    assert found.after == State.MISSED


def test_one_buyer_with_three_orders_is_one_member_and_a_late_one_is_none() -> None:
    orders = [Sale(f"{n}", 1, OPENS, buyer="same") for n in range(3)] + [Sale("x", 1, GROUP_ENDS, buyer="late")]
    assert group_size(orders, GROUP_ENDS) == 1


def test_what_waits_for_its_group_is_held_and_not_sold() -> None:
    assert covers(GROUP, [Sale("1", 3, OPENS, before=1)], 10, OPENS) == [Cover(0, 2, 0)]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("open", Cover(4, 0, 0)),
        ("fulfilling", Cover(4, 0, 0)),
        ("missed", Cover(1, 0, 0)),
        ("cancelled", Cover(1, 0, 0)),
    ],
)
def test_what_was_shipped_stays_sold_and_the_rest_follows_the_state(state: str, expected: Cover) -> None:
    assert covers(replace(PLAIN, state=state), [Sale("1", 5, OPENS, before=1, after=1)], 10, OPENS) == [expected]


def test_a_voucher_counts_when_it_is_redeemed_and_lapses_at_its_end() -> None:
    vouchers = replace(PLAIN, state="fulfilling", is_voucher=True, valid_until=CLOSES + dt.timedelta(days=30))
    sale = [Sale("v", 5, OPENS, before=1, redeemed=3)]
    assert covers(vouchers, sale, 10, CLOSES) == [Cover(3, 1, 0)]
    assert covers(vouchers, sale, 10, CLOSES + dt.timedelta(days=30)) == [Cover(3, 0, 0)]


def test_an_order_beyond_the_quota_gets_nothing_and_a_smaller_one_after_it_does() -> None:
    orders = [Sale("1", 6, OPENS), Sale("2", 5, OPENS), Sale("3", 4, OPENS)]
    assert [one.taken for one in covers(PLAIN, orders, 10, OPENS)] == [6, 0, 4]
    assert [one.short for one in covers(PLAIN, orders, 10, OPENS)] == [0, 5, 0]


def test_who_has_its_units_keeps_them_when_less_is_there() -> None:
    orders = [Sale("new", 5, OPENS), Sale("old", 5, OPENS, taken=5)]
    assert [one.taken for one in covers(PLAIN, orders, 5, OPENS)] == [0, 5]


def test_nobody_skips_a_step() -> None:
    assert move_to("planned", "open") is None
    assert move_to("closed", "planned") is None
    assert [one.after for one in moves_of("open", by_clock=True)] == [State.REACHED, State.MISSED]


def test_the_clock_takes_each_step_when_it_is_due_and_no_other() -> None:
    moment, hour = dt.timedelta(microseconds=1), dt.timedelta(hours=1)
    steps = (
        (replace(GROUP, state="approved"), OPENS, "open"),
        (GROUP, GROUP_ENDS, "missed"),
        (replace(GROUP, state="reached"), CLOSES, "fulfilling"),
        (replace(GROUP, state="reached", decided_at=CLOSES + hour), CLOSES + hour, "fulfilling"),  # the grace is longer
    )
    for one, at, after in steps:
        assert due(one, [], at - moment) is None
        for now in (at, at + hour):
            found = due(one, [], now)
            assert found is not None
            assert (found.after, found.at) == (after, at)
    for state in ("planned", "missed", "fulfilling", "settled", "closed"):
        assert due(replace(GROUP, state=state), buyers(20), CLOSES + 900 * hour) is None
