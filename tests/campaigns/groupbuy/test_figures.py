"""The KPIs of deals, through the engine."""

import datetime as dt
from decimal import Decimal

import pytest

from kpis import queries, rollups
from kpis.models import Entry
from opsplan.lib.periods import Period
from tests.campaigns.groupbuy.shop import deal, over, sell
from tests.world import World

NOVEMBER = Period(dt.date(2026, 11, 1), dt.date(2026, 11, 30))
KEYS = ("deal_sold_rate", "deal_formed_rate", "deal_net_amt", "deal_profit", "deal_refund_rate", "deal_new_buyers")


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-20")


def read(world: World) -> dict[str, Decimal | None]:
    queries.deals_changed(world.store)
    rollups.rebuild(world.store)
    return {key: x.value for key, x in queries.figures(world.store, KEYS, NOVEMBER).items()}


def test_deals_become_figures(world: World) -> None:
    """T-44 in small: 17 of a quota of 20; and one of two groups is found (T-47)."""
    made = deal(world.store, quota=20)
    sell(made, 18, back=(0,))
    made.sales.filter(key__in=["1", "2"]).update(is_new_buyer=True)
    over(made)
    found = deal(world.store, quota=10, minimum=2, name="拼团一")
    sell(found, 3)
    missed = deal(world.store, quota=10, minimum=9, name="拼团二")
    sell(missed, 8)
    over(found)
    over(missed)
    net = 17 * 6800 + 3 * 6800
    assert read(world) == {
        "deal_sold_rate": Decimal("0.5"),  # 20 of 40
        "deal_formed_rate": Decimal("0.5"),
        "deal_net_amt": Decimal(net) / 100,
        "deal_profit": Decimal(20 * (6800 - 544 - 3200 - 500)) / 100,
        "deal_refund_rate": Decimal("0.047619"),  # 1 of 21
        "deal_new_buyers": Decimal(2),
    }


def test_telling_it_again_writes_nothing_and_what_was_typed_stays(world: World) -> None:
    made = deal(world.store)
    sell(made, 2)
    over(made)
    Entry.objects.create(store=world.store, measure="deal_quota", day="2026-11-06", value=99, by=world.bob)
    assert queries.deals_changed(world.store) > 0
    assert queries.deals_changed(world.store) == 0
    assert Entry.objects.get(measure="deal_quota").value == 99


def test_a_store_without_deals_has_no_entries_of_them(world: World) -> None:
    assert queries.deals_changed(world.store) == 0
    assert not Entry.objects.exists()
