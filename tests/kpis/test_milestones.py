"""Goals with a day and the visitors they need, market phases, and the guard over the cash."""

import datetime as dt
from decimal import Decimal as D
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from kpis.advice import milestones
from kpis.models import CashLine, Entry, Milestone, Phase
from kpis.sums import targets
from kpis.year import plans
from kpis.year.plan_cells import Change, set_cells
from opsplan.lib import clock
from tests.kpis.facts import count, cover, march, order
from tests.world import World


def want(world: World, metric: str = "pay_order_cnt", goal: str = "3", **more: Any) -> Milestone:
    said: dict[str, Any] = {"title": "x", "start": march(1), "due": march(20), "window": 3, **more}
    return milestones.set_milestone(world.store, world.mia, metric=metric, goal=D(goal), **said)


def orders(world: World, by_day: dict[int, int], last: int = 31) -> None:
    cover(world.store, "orders", 1, last)
    for day, n in by_day.items():
        for _each in range(n):
            order(world.store, day, "10")
    count(world.store)


@pytest.mark.parametrize(("goal", "needed"), [("200", 10_000), ("30", 1_500), ("50", 2_500)])
def test_orders_a_day_say_how_many_visitors_they_need(world: World, goal: str, needed: int) -> None:  # T-02, S075
    want(world, goal=goal, conversion=D("0.02"))
    assert milestones.goals(world.store)[0].visitors == needed


def test_a_goal_is_reached_once_it_is_held_for_its_days(world: World) -> None:
    orders(world, {4: 9, 5: 1, 6: 2, 7: 4, 8: 3})  # 4 to 6: 12 orders in three days
    want(world, goal="4")
    found = milestones.goals(world.store)[0]
    assert (found.state, found.reached_on, found.is_late) == ("reached", march(6), False)


def test_a_goal_that_came_too_late_says_so(world: World) -> None:
    orders(world, {29: 3, 30: 3, 31: 3})
    want(world)
    found = milestones.goals(world.store)[0]
    assert (found.state, found.reached_on, found.is_late) == ("reached", march(31), True)


def test_a_goal_that_was_missed_is_overdue_and_one_to_come_is_open(world: World) -> None:
    orders(world, {5: 1})
    want(world)
    want(world, due=dt.date(2026, 5, 1))
    want(world, start=dt.date(2026, 4, 20), due=dt.date(2026, 5, 2))
    assert [goal.state for goal in milestones.goals(world.store)] == ["overdue", "open", "coming"]
    assert milestones.goals(world.store)[1].left == 29  # from 2 April


def test_a_day_without_data_breaks_the_run(world: World) -> None:
    cover(world.store, "orders", 1, 2)
    cover(world.store, "orders", 4, 5)
    for day in (1, 2, 4, 5):
        for _each in range(5):
            order(world.store, day, "10")
    count(world.store)
    want(world)
    assert milestones.goals(world.store)[0].state == "overdue"


@pytest.mark.parametrize(("good", "state"), [(1969, "overdue"), (1970, "reached")])
def test_good_ratings_are_added_up_before_they_are_divided(world: World, good: int, state: str) -> None:  # S076, T-20
    shop = world.other  # Taobao tells it
    for day, (ratings, liked) in {1: (1000, 1000), 2: (1000, good - 1000)}.items():
        for measure, number in (("ratings", ratings), ("good_ratings", liked)):
            Entry.objects.create(store=shop, measure=measure, day=march(day), value=number, updated_at=clock.now())
    count(shop)
    world.store = shop
    want(world, "good_rate", "0.985", window=2)
    assert milestones.goals(shop)[0].state == state


@pytest.mark.parametrize(
    "wrong",
    [{"title": " "}, {"metric": "uv_gap_day"}, {"goal": "0"}, {"due": march(1) - dt.timedelta(1)}, {"window": 0},
     {"conversion": D(2)}, {"metric": "good_rate", "goal": "98.5"}],
)  # fmt: skip
def test_a_milestone_that_makes_no_sense_is_refused(world: World, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        want(world, **wrong)


def test_what_a_phase_is_about_is_refused_where_it_is_too_long(world: World) -> None:
    with pytest.raises(ValidationError) as refused:
        milestones.add_phase(world.store, "前期", march(1), march(1), "字" * 2001)
    assert refused.value.messages == ["文字：最多 2000 个字，现在有 2001 个。"]
    assert milestones.add_phase(world.store, "前期", march(1), march(1), "字" * 2000 + "\r\n").text == "字" * 2000


def test_the_founding_phases_follow_each_other(world: World) -> None:  # S097
    milestones.found_phases(world.store)
    months = [(x.first.month, x.last.month, x.last.year) for x in Phase.objects.all()]
    assert months == [(4, 6, 2026), (7, 11, 2026), (12, 3, 2027)]
    assert [is_now for _phase, is_now in milestones.phases(world.store)] == [True, False, False]


def test_budgets_and_money_for_goods_stay_under_the_cash(world: World) -> None:  # S088
    plan = plans.start(world.store, 2026, world.alice)
    said = [Change("budget_ads", 1, D(300)), Change("budget_people", 1, D(200)), Change("budget_ads", 3, D(700))]
    set_cells(plan, said, world.alice)
    plans.approve(plan, world.alice)
    for day, kind, amount in (
        (dt.date(2025, 12, 1), "cash", 1000), (dt.date(2026, 2, 1), "stock", 100), (dt.date(2026, 4, 1), "cash", 500),
    ):  # fmt: skip
        milestones.add_cash(world.store, world.mia, day, kind, D(amount), "")
    guard = milestones.cash_guard(world.store, 2026)
    assert [month.balance for month in guard[:5]] == [500, 400, -300, 200, 200]
    assert [month.is_short for month in guard[:4]] == [False, False, True, False]


def test_a_year_begins_with_the_balance_the_year_before_ends_with(world: World) -> None:
    for year in (2025, 2026):
        plan = plans.start(world.store, year, world.alice)
        set_cells(plan, [Change("budget_ads", 12, D(300)), Change("budget_ads", 1, D(50))], world.alice)
        plans.approve(plan, world.alice)
    milestones.add_cash(world.store, world.mia, dt.date(2025, 6, 1), "cash", D(1000), "")
    before, now = (milestones.cash_guard(world.store, year) for year in (2025, 2026))
    assert (before[0].balance, before[11].balance, now[0].balance) == (-50, 650, 600)
    draft = plans.start(world.store, 2026, world.mia)
    set_cells(draft, [Change("budget_ads", 1, D(700))], None)
    assert milestones.cash_guard(world.store, 2026, draft)[0].balance == -50


def test_without_budget_lines_the_promotion_cost_counts(world: World) -> None:
    targets.set_target(world.store, "promo_cost", dt.date(2026, 1, 1), "900")
    plans.approve(plans.start(world.store, 2026, world.alice), world.alice)
    assert milestones.cash_guard(world.store, 2026)[0].balance == -900


def test_a_draft_says_from_when_on_it_spends_more_than_there_is(world: World, client: Client) -> None:
    draft = plans.start(world.store, 2026, world.mia)
    set_cells(draft, [Change("budget_ads", 3, D(900)), Change("budget_ads", 4, D(200))], None)
    assert milestones.first_short(draft) is None  # nobody said how much there is
    milestones.add_cash(world.store, world.mia, dt.date(2026, 1, 1), "cash", D(1000), "")
    short = milestones.first_short(draft)
    assert short is not None
    assert (short.month.first.month, short.balance) == (4, -100)
    client.force_login(world.mia)
    assert client.get(reverse("targets", args=["lotus"]), {"year": 2026}).context["short"] == short


def test_the_page_sets_and_takes_away(world: World, client: Client) -> None:
    client.force_login(world.mia)
    form = {"title": "日发50单", "metric": "pay_order_cnt", "goal": "50", "start": "2026-03-01", "due": "2026-12-12"}
    client.post(reverse("milestone_set", args=["lotus"]), form | {"window": "7", "conversion": "2%"})
    client.post(reverse("phase_add", args=["lotus"]), {"name": "前期", "first": "2026-03", "last": "2026-05"})
    client.post(reverse("cash_add", args=["lotus"]), {"day": "2026-03-01", "kind": "cash", "amount": "10万"})
    page = client.get(reverse("milestones", args=["lotus"]))
    assert (page.context["goals"][0].visitors, page.context["guard"][2].cash) == (2500, 100_000)
    for kind, model in (("milestone", Milestone), ("phase", Phase), ("cash", CashLine)):
        client.post(reverse("milestone_remove", args=["lotus", kind, model.objects.get().pk]))
        assert not model.objects.exists()


def test_nobody_takes_away_what_belongs_to_another_store(world: World, client: Client) -> None:
    theirs = CashLine.objects.create(store=world.other, day=march(1), kind="cash", amount=1, updated_at=clock.now())
    client.force_login(world.mia)
    client.post(reverse("milestone_remove", args=["lotus", "cash", theirs.pk]))
    assert CashLine.objects.exists()


def test_only_figures_the_platform_has_are_on_offer(world: World) -> None:
    assert "good_rate" not in dict(milestones.figures_on_offer(world.store))  # Tmall has none
    assert "good_rate" in dict(milestones.figures_on_offer(world.other))
    with pytest.raises(ValidationError):
        want(world, "good_rate", "0.985")
    kept = Milestone.objects.create(
        store=world.store, title="x", metric="good_rate", goal=D("0.9"), start=march(1), due=march(2),
        window=1, updated_at=clock.now(),
    )  # fmt: skip
    assert want(world, "good_rate", "0.985", pk=kept.pk).goal == D("0.985")  # one that is there can be mended
