"""States set against each other are those of one day."""

from decimal import Decimal as D
from typing import Any

import pytest

from kpis import queries
from kpis.sums import targets
from kpis.why.explain import explanation
from stores.models import Store
from tests.kpis.facts import count, march, read

STATES = {  # measure: day of March -> what was typed
    "items_on_sale": {3: 100, 5: 80, 9: 50},
    "oos_items": {3: 10, 5: 8, 7: 30},
    "dead_items": {4: 6},
    "new_items": {2: 4, 6: 10},
    "new_items_sold": {2: 1, 5: 9},
}


@pytest.fixture
def stock(store: Store) -> Store:
    for key, told in STATES.items():
        for day, number in told.items():
            targets.enter(store, key, march(day), str(number))
    count(store)
    return store


@pytest.mark.parametrize(
    ("key", "last", "value", "inputs"),
    [
        ("oos_rate", 31, D("0.1"), (8, 80)),  # the 5th; not 30 of the 7th over 50 of the 9th
        ("oos_rate", 4, D("0.1"), (10, 100)),  # the 3rd
        ("new_item_sell", 31, D("0.25"), (1, 4)),  # the 2nd; not 9 of the 5th over 10 of the 6th
        ("dead_items", 31, D(6), (6,)),  # alone it is the last that is known
        ("dead_rate", 31, None, (6, 50)),  # no day in common
    ],
)
def test_both_are_of_the_same_day(stock: Store, key: str, last: int, value: D | None, inputs: Any) -> None:
    found = read(stock, key, 1, last)
    assert (found.value, tuple(found.inputs.values())) == (value, inputs)
    assert [m.code for m in found.missing] == ([] if value is not None else ["states_apart"])


def test_the_drawer_says_which_day_and_lists_what_was_typed_of_it(stock: Store) -> None:
    told = explanation(stock, read(stock, "oos_rate", 1, 31))
    assert [note for note in told.notes if "2026-03-05" in note]
    assert [(line.rows, line.amount) for line in told.counted if line.rows] == [(1, 8), (1, 80)]
    assert all("from=2026-03-05&to=2026-03-05" in line.listing for line in told.counted)


def test_a_comparison_reads_its_own_day(stock: Store) -> None:
    at = queries.figures(stock, ["oos_rate"], read(stock, "oos_rate", 4, 6).period, compare=["previous"])["oos_rate"]
    assert (at.value, at.compare["previous"].value) == (D("0.1"), D("0.1"))  # 8 / 80 on the 5th, 10 / 100 on the 3rd
