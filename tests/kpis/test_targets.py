"""What people set and type is checked against the catalogue."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from kpis.models import Entry, StaleDay, Target
from kpis.models.rollups import version
from kpis.sums import targets
from staff.models import User
from stores.models import Store
from tests.kpis.facts import march


def test_a_target_is_kept_for_its_month_and_replaced(store: Store) -> None:
    someone = User.objects.create_user("mia")
    targets.set_target(store, "real_amt", march(17), "1000.50", someone)
    at = version(store)
    targets.set_target(store, "real_amt", march(1), 2000, someone)
    found = Target.objects.get()
    assert (found.month, found.value, found.by) == (march(1), Decimal(2000), someone)
    assert version(store) == at + 1
    targets.set_target(store, "real_amt", march(1), None)
    assert not Target.objects.exists()


@pytest.mark.parametrize(
    ("metric", "value", "field"),
    [
        ("uv_gap_day", "5", "metric"),
        ("brush_amt", "5", "metric"),
        ("nonsense", "5", "metric"),
        ("real_amt", "-1", "value"),
        ("real_amt", "1e20", "value"),
        ("real_amt", "NaN", "value"),
        ("real_amt", "1.001", "value"),
        ("real_amt", "much", "value"),
        ("pay_cvr", "5", "value"),
        ("uv", "10.5", "value"),
        ("dsr_desc", "5.1", "value"),
    ],
)
def test_it_rejects_a_target_that_makes_no_sense(store: Store, metric: str, value: str, field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        targets.set_target(store, metric, march(1), value)
    assert list(caught.value.message_dict) == [field]
    assert not Target.objects.exists()


def test_it_names_the_valid_metrics(store: Store) -> None:
    with pytest.raises(ValidationError, match="real_amt"):
        targets.set_target(store, "nonsense", march(1), 1)
    with pytest.raises(ValidationError, match="consult_uv"):
        targets.enter(store, "nonsense", march(1), 1)


def test_an_entry_marks_its_day_stale(store: Store) -> None:
    at = version(store)
    targets.enter(store, "consult_uv", march(3), " 12 ")
    assert Entry.objects.get().value == 12
    assert list(StaleDay.objects.values_list("day", flat=True)) == [march(3)]
    assert version(store) == at + 1
    targets.enter(store, "consult_uv", march(3), None)
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("measure", "day", "value", "field"),
    [
        ("pay_amt", 1, "5", "measure"),
        ("uv", 1, "5.5", "value"),
        ("uv", 1, "-5", "value"),
        ("uv", 1, "", "value"),
        ("brush_amt", 1, "0.001", "value"),
        ("dsr_svc", 1, "6", "value"),
    ],
)
def test_it_rejects_an_entry_that_makes_no_sense(store: Store, measure: str, day: int, value: str, field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        targets.enter(store, measure, march(day), value)
    assert list(caught.value.message_dict) == [field]
    assert not Entry.objects.exists()


def test_tomorrow_cannot_be_typed_in(store: Store) -> None:
    targets.enter(store, "uv", march(1).replace(month=4, day=2), 5)
    with pytest.raises(ValidationError, match="day"):
        targets.enter(store, "uv", march(1).replace(month=4, day=3), 5)


def test_a_part_cannot_be_more_than_its_whole(store: Store) -> None:
    targets.enter(store, "good_ratings", march(1), 50)
    with pytest.raises(ValidationError, match="好评数 不能大于 评价数"):
        targets.enter(store, "ratings", march(1), 49)
    targets.enter(store, "ratings", march(1), 50)
    with pytest.raises(ValidationError, match="好评数 不能大于 评价数"):
        targets.enter(store, "good_ratings", march(1), 51)
