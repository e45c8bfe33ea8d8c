"""Counting again: only what changed, the same as from scratch, safe to be killed."""

import datetime as dt
import random
from typing import Any

import pytest

from campaigns.models import Campaign
from kpis.models import (
    AdSpend,
    BuyerDay,
    ChannelDay,
    ChannelTraffic,
    Coverage,
    DataVersion,
    Entry,
    Fee,
    ItemTraffic,
    Order,
    OrderLine,
    ProductDay,
    ShopTraffic,
    StaleDay,
    StoreDay,
    Upload,
)
from kpis.sums import counting, rollups
from opsplan.lib import clock
from products.models import Cost, Product
from stores.models import Store
from tests.kpis.facts import count, cover, flow, line, march, order, refund, spend, traffic

TABLES = (StoreDay, ProductDay, ChannelDay, BuyerDay)


def rows() -> list[list[tuple[Any, ...]]]:
    """All day rows without their ids, in a fixed order."""
    out = []
    for model in TABLES:
        names = [f.attname for f in model._meta.concrete_fields if f.attname != "id"]
        out.append(sorted(model._default_manager.values_list(*names), key=repr))
    return out


def shop(store: Store, dice: random.Random) -> list[Product]:
    goods = [Product.objects.create(store=store, code=f"p{n}", title="") for n in range(4)]
    for product in goods[:3]:
        Cost.objects.create(product=product, from_day=march(1), cost_fen=dice.randint(100, 900))
    Campaign.objects.create(store=store, name="c", first_day=march(5), last_day=march(9)).products.set(goods[:2])
    cover(store, "orders", 1, 20)
    cover(store, "refunds", 1, 20)
    cover(store, "flow", 1, 20)
    for day in range(1, 21):
        traffic(store, day, dice.randint(50, 500))
        flow(store, day, "手淘搜索", "search", dice.randint(1, 50))
        spend(store, day, "zhitongche", str(dice.randint(1, 90)), clicks=dice.randint(1, 9))
    for _ in range(60):
        buy(store, dice, goods)
    return goods


def buy(store: Store, dice: random.Random, goods: list[Product]) -> set[dt.date]:
    day = dice.randint(1, 18)
    paid = dice.choice([day, day, day + 1])
    amount = str(dice.randint(100, 9999) / 100)
    made = order(store, day, amount, paid=paid, buyer=dice.choice([None, 1, 2, 3]), refund=dice.choice(["0", "1.5"]))
    for n in range(dice.randint(0, 3)):
        line(made, str(dice.randint(1, 80)), dice.randint(1, 4), product=dice.choice(goods).pk, key=f"k{n}")
    return {march(day), march(paid)}


def shake(store: Store, dice: random.Random, goods: list[Product]) -> set[dt.date]:
    """One random change; the days it touches, old and new."""
    some = dice.choice(list(Order.objects.order_by("id")))
    days = {some.order_day, some.pay_day or some.order_day}
    match dice.randint(0, 4):
        case 0:
            return buy(store, dice, goods)
        case 1:
            settled = dice.randint(1, 20)
            refund(some, settled, "1.25", code=dice.choice(["p1", ""]), with_return=True)
            return days | {march(settled)}
        case 2:
            some.pay_day, some.pay_fen = march(dice.randint(1, 20)), dice.randint(1, 5000)
            some.save()
            return days | {some.pay_day}
        case 3:
            OrderLine.objects.filter(order_no=some.order_no).delete()
            return days
        case _:
            some.delete()
            return days


@pytest.mark.parametrize("seed", range(5))
def test_counting_only_the_stale_days_equals_counting_everything(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    goods = shop(store, dice)
    count(store)
    before = rows()
    for _ in range(12):
        rollups.mark_stale(store, shake(store, dice, goods))
    stale = StaleDay.objects.count()
    assert 0 < rollups.rebuild(store) == stale < 20
    after = rows()
    assert after != before
    count(store)
    assert rows() == after


def test_counting_twice_changes_nothing(store: Store) -> None:
    shop(store, random.Random(1))
    count(store)
    before = rows()
    count(store)
    assert rows() == before


def test_a_day_that_lost_its_facts_loses_its_row(store: Store) -> None:
    order(store, 1, "10")
    count(store)
    Order.objects.all().delete()
    count(store)
    assert rows() == [[], [], [], []]


def test_a_mark_made_while_a_day_is_counted_survives(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    rollups.mark_stale(store, [march(1), march(2)])
    real = counting.count

    def slow(of: Store, days: list[dt.date]) -> counting.Days:
        counted = real(of, days)
        if not StaleDay.objects.filter(mark=2).exists():
            rollups.mark_stale(store, [march(1)])
        return counted

    monkeypatch.setattr(counting, "count", slow)
    rollups.rebuild(store, [march(1), march(2)])
    assert list(StaleDay.objects.values_list("day", "mark")) == [(march(1), 2)]
    assert rollups.rebuild(store) == 1
    assert not StaleDay.objects.exists()


def test_a_rebuild_that_dies_leaves_days_and_marks_as_they_were(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    cover(store, "orders", 1)
    order(store, 1, "10")
    count(store)
    before, at = rows(), rollups.version(store)
    order(store, 1, "10")
    rollups.mark_stale(store, [march(1)])
    monkeypatch.setattr(rollups, "bump", lambda _store: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        rollups.rebuild(store)
    assert (rows(), rollups.version(store)) == (before, at)
    assert StaleDay.objects.count() == 1


def test_only_the_asked_days_are_counted(store: Store) -> None:
    cover(store, "orders", 1, 2)
    count(store)
    order(store, 1, "10")
    order(store, 2, "10")
    rollups.rebuild(store, [march(1)])
    assert list(StoreDay.objects.order_by("day").values_list("pay_order_cnt", flat=True)) == [1, 0]


def test_more_days_than_a_chunk_are_counted_and_another_store_is_left_alone(store: Store, world_other: Store) -> None:
    cover(store, "orders", dt.date(2026, 1, 1), march(31))
    cover(world_other, "orders", 1)
    rollups.mark_stale(world_other, [march(1)])
    rollups.mark_stale(store, [march(1)])
    assert rollups.rebuild(store, rollups.all_days(store)) == 90
    assert StoreDay.objects.filter(store=store).count() == 90
    assert list(StaleDay.objects.values_list("store_id", flat=True)) == [world_other.pk]


def test_loaded_files_no_longer_wait_once_all_stale_days_are_counted(store: Store, world_other: Store) -> None:
    now = clock.now()
    for name, of, phase, finished in (
        ("loaded", store, "rollup", now), ("running", store, "rollup", None), ("told", store, "staging", now),
        ("theirs", world_other, "rollup", now),
    ):  # fmt: skip
        Upload.objects.create(store=of, name=name, phase=phase, created_at=now, finished_at=finished)
    cover(store, "orders", 1)
    rollups.mark_stale(store, [march(1)])
    rollups.rebuild(store, [march(1)])
    assert set(Upload.objects.values_list("phase", flat=True)) == {"rollup", "staging"}
    assert rollups.rebuild(store) == 0
    assert dict(Upload.objects.values_list("name", "phase")) == {
        "loaded": "", "running": "rollup", "told": "staging", "theirs": "rollup",
    }  # fmt: skip


def test_every_rebuild_counts_the_version_up(store: Store) -> None:
    at = rollups.version(store)
    rollups.rebuild(store, [march(1)])
    assert rollups.version(store) == at + 1
    rollups.bump(store)
    assert DataVersion.objects.get(store=store).version == at + 2


def test_all_days_reach_from_the_first_to_the_last_fact_of_any_kind(store: Store, world_other: Store) -> None:
    order(world_other, 1, "10")
    assert rollups.all_days(store) == []
    refund(order(store, 3, "10", paid=4), 9, "1")
    days = rollups.all_days(store)
    assert (days[0], days[-1], len(days)) == (march(3), march(9), 7)
    now = clock.now()
    for number, fact in enumerate((
        ShopTraffic, ChannelTraffic, ItemTraffic, AdSpend, Coverage, Entry, Fee, StoreDay,
    ), 10):  # fmt: skip
        told = {Entry: {"value": 1, "updated_at": now}, Fee: {"amount_fen": 1}, AdSpend: {"cost_fen": 1}}
        fact.objects.create(store=store, day=march(number), **told.get(fact, {}))
        assert rollups.all_days(store)[-1] == march(number), fact


def test_the_number_of_statements_does_not_grow_with_the_facts(store: Store, django_assert_num_queries: Any) -> None:
    dice = random.Random(3)
    goods = shop(store, dice)
    rollups.rebuild(store, [march(3)])
    with django_assert_num_queries(35):
        rollups.rebuild(store, [march(3)])
    for _ in range(50):
        buy(store, dice, goods)
    with django_assert_num_queries(35):
        rollups.rebuild(store, [march(3)])
