"""Plans: cells all or none, conflicts, history, undo, and the one in force giving the store's targets."""

from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError

from kpis.models import Plan, PlanCell, PlanChange, Target
from kpis.models.rollups import version
from kpis.sums import targets
from kpis.year import plans
from kpis.year.plan_cells import Change, Conflict, Refused, load, redo, set_cells, undo
from staff.models import User
from stores.models import Store
from tests.kpis.facts import march


@pytest.fixture
def mia(db: None) -> User:
    return User.objects.create_user("mia")


@pytest.fixture
def plan(store: Store, mia: User) -> Plan:
    return plans.start(store, 2026, mia, basis="30")


def put(plan: Plan, by: User | None, *cells: tuple[str, int | str, str | None], **more: object) -> None:
    set_cells(
        plan, [Change(row, month, None if value is None else D(value)) for row, month, value in cells], by, **more
    )


def april(plan: Plan, by: User | None = None) -> None:
    put(plan, by, ("uv", 4, "2500"), ("pay_cvr", 4, "0.04"), ("aov_buyer", 4, "66.7"))


def value(plan: Plan, row: str, month: int) -> D | None:
    return load(plan).sheet.value(row, month)


def test_what_is_typed_is_kept_with_what_follows_from_it(plan: Plan, mia: User) -> None:
    april(plan, mia)
    assert value(plan, "real_amt", 4) == 200_100
    assert value(plan, "daily_orders", 4) == 100
    assert PlanCell.objects.get(row__key="real_amt", month=4).by == mia
    typed = PlanChange.objects.filter(is_typed=True).values_list("row__key", flat=True)
    assert set(typed) == {"uv", "pay_cvr", "aov_buyer"}


def test_an_exact_factor_comes_back_from_the_database_exactly(plan: Plan, mia: User) -> None:
    april(plan, mia)
    put(plan, mia, ("real_amt", 4, "199999.99"))
    uv = value(plan, "uv", 4)
    assert (uv * D("0.04") * D("66.7") * 30).quantize(D("0.01")) == D("199999.99")
    put(plan, mia, ("real_amt", 4, "199999.99"))
    assert value(plan, "uv", 4) == uv


def test_a_refused_cell_leaves_all_of_them_as_they_were(plan: Plan, mia: User) -> None:
    with pytest.raises(Refused) as caught:
        put(plan, mia, ("uv", 1, "1200"), ("pay_cvr", 1, "1.2"), ("nothing", 1, "5"), ("uv", 13, "5"))
    assert [(x.row, x.month) for x in caught.value.places] == [("pay_cvr", 1), ("nothing", 1), ("uv", 13)]
    assert not PlanCell.objects.exists()


def test_a_cell_changed_meanwhile_is_a_conflict_and_nothing_is_stored(plan: Plan, mia: User) -> None:
    put(plan, mia, ("uv", 4, "2500"))
    seen_empty = [Change("uv", 4, D(2600), was=None), Change("uv", 5, D(1), was=None)]
    with pytest.raises(Conflict) as caught:
        set_cells(plan, seen_empty, None)
    place = caught.value.places[0]
    assert (place.row, place.month, place.now, place.by) == ("uv", 4, 2500, "mia")
    assert value(plan, "uv", 5) is None
    set_cells(plan, [Change("uv", 4, D(2600), was=D("2500.00"))], None)
    assert value(plan, "uv", 4) == 2600


def test_locks_and_words_are_cells_too(plan: Plan, mia: User) -> None:
    april(plan, mia)
    set_cells(plan, [Change("uv", 4, locked=True, was=False), Change("theme", 4, text=" 美白专场 ", was="")], mia)
    with pytest.raises(Refused, match="已锁定"):
        put(plan, mia, ("uv", 4, "3000"))
    assert PlanCell.objects.get(row__key="theme", month=4).text == "美白专场"
    with pytest.raises(Refused, match="文字行"):
        set_cells(plan, [Change("uv", 4, text="many")], mia)


def test_undo_takes_back_a_whole_step_and_redo_does_it_again(plan: Plan, mia: User) -> None:
    april(plan, mia)
    put(plan, mia, ("real_amt", "year", "1200000"))
    undo(plan, mia)
    assert (value(plan, "real_amt", 4), value(plan, "real_amt", 5)) == (200_100, None)
    redo(plan, mia)
    assert load(plan).sheet.total("real_amt") == 1_200_000
    undo(plan, mia)
    undo(plan, mia)
    assert value(plan, "uv", 4) is None
    assert undo(plan, mia) is None


def test_a_new_step_ends_what_could_be_done_again(plan: Plan, mia: User) -> None:
    put(plan, mia, ("uv", 4, "1"))
    undo(plan, mia)
    put(plan, mia, ("uv", 4, "2"))
    assert redo(plan, mia) is None


def test_undo_does_not_take_back_what_a_colleague_did_since(plan: Plan, mia: User) -> None:
    bob = User.objects.create_user("bob")
    put(plan, mia, ("uv", 4, "2500"))
    put(plan, bob, ("uv", 4, "2600"))
    with pytest.raises(Conflict):
        undo(plan, mia)
    assert value(plan, "uv", 4) == 2600


def test_approval_makes_its_cells_the_targets(store: Store, plan: Plan, mia: User) -> None:
    april(plan, mia)
    put(plan, mia, ("cost_ratio", 4, "0.12"))
    at = version(store)
    plans.approve(plan, mia)
    found = dict(Target.objects.values_list("metric", "value"))
    assert found == {
        "real_amt": D("200100"), "uv": D(2500), "pay_cvr": D("0.04"), "aov_buyer": D("66.7"), "daily_orders": D(100),
        "pay_order_cnt": D(3000), "promo_cost": D("24012"), "cost_ratio": D("0.12"), "shop_roi": D("8.333333"),
    }  # fmt: skip
    assert version(store) == at + 1


def test_a_draft_changes_no_target(store: Store, plan: Plan, mia: User) -> None:
    april(plan, mia)
    assert not Target.objects.exists()


def test_a_revision_supersedes_the_plan_before(store: Store, plan: Plan, mia: User) -> None:
    april(plan, mia)
    plans.approve(plan, mia)
    second = plans.start(store, 2026, mia, source=plan, scenario="stretch")
    put(second, mia, ("uv", 4, "3000"))
    assert Target.objects.get(metric="uv").value == 2500
    plans.approve(plans.submit(second, mia, "more stock"), mia)
    plan.refresh_from_db()
    assert (plan.status, second.number, second.month_basis) == ("superseded", 2, "30")
    assert Target.objects.get(metric="uv").value == 3000


def test_only_a_draft_can_be_typed_into(plan: Plan, mia: User) -> None:
    plans.submit(plan, mia)
    with pytest.raises(Refused, match="草稿"):
        put(plan, mia, ("uv", 4, "1"))
    plans.hand_back(plan)
    put(plan, mia, ("uv", 4, "1"))
    with pytest.raises(ValidationError):
        plans.hand_back(plan)


def test_a_target_set_elsewhere_goes_into_the_plan_in_force(store: Store, plan: Plan, mia: User) -> None:
    april(plan, mia)
    plans.approve(plan, mia)
    targets.set_target(store, "uv", march(1).replace(month=4), 3000, mia)
    assert Target.objects.get(metric="real_amt").value == D("240120")
    assert value(plan, "uv", 4) == 3000
    targets.set_target(store, "good_rate", march(1), "0.985")
    assert Target.objects.get(metric="good_rate").value == D("0.985")
    with pytest.raises(ValidationError, match="不能单独设置"):
        targets.set_target(store, "shop_roi", march(1), 5)


def test_targets_set_without_a_plan_are_taken_over(store: Store, mia: User) -> None:
    for metric, number in (
        ("real_amt", "110"),
        ("uv", "10"),
        ("pay_cvr", "0.1"),
        ("aov_buyer", "3.4"),
        ("good_rate", "0.9"),
    ):
        targets.set_target(store, metric, march(1), number)
    plan = plans.start(store, 2026, mia)
    assert value(plan, "real_amt", 3) == 110  # 31 days make 105.40: visitors give way
    assert round(value(plan, "uv", 3), 4) == D("10.4364")
    assert value(plan, "good_rate", 3) == D("0.9")


def test_another_month_basis_moves_what_was_not_typed(plan: Plan, mia: User) -> None:
    april(plan, mia)
    put(plan, mia, ("uv", 5, "4000"), ("pay_cvr", 5, "0.048"), ("real_amt", 5, "400000"))
    plans.change_basis(plan, "real", mia)
    assert value(plan, "real_amt", 4) == 200_100
    assert value(plan, "real_amt", 5) == 400_000
    assert round(value(plan, "aov_buyer", 5), 4) == D("69.4444")  # found while a month had 30 days
    assert round(value(plan, "uv", 5), 4) == D("3870.9677")


def test_rows_are_added_and_taken_away(plan: Plan, mia: User) -> None:
    row = plans.add_row(plan, kind="number", title="老客占比", unit="rate")
    put(plan, mia, (row.key, 1, "0.05"))
    plans.add_row(plan, kind="number", metric="good_rate")
    for wrong in (
        {"kind": "number", "title": "x", "unit": "kg"},
        {"kind": "word", "title": ""},
        {"kind": "", "metric": "uv"},
    ):
        with pytest.raises(ValidationError):
            plans.add_row(plan, **wrong)
    plans.remove_row(plan, row.key)
    with pytest.raises(ValidationError):
        plans.remove_row(plan, "uv")
    assert not plan.rows.filter(key=row.key).exists()


def test_only_a_draft_is_thrown_away(plan: Plan, mia: User) -> None:
    plans.approve(plan, mia)
    with pytest.raises(ValidationError):
        plans.discard(plan)


def test_the_year_shows_what_is_being_worked_on_and_to_clients_what_is_in_force(
    store: Store, plan: Plan, mia: User
) -> None:
    assert plans.current(store, 2026, drafts=False) is None
    plans.approve(plan, mia)
    second = plans.start(store, 2026, mia, source=plan)
    assert plans.current(store, 2026) == second
    assert plans.current(store, 2026, drafts=False) == plan
