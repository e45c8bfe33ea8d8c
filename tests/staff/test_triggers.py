"""What happens elsewhere in the shop brings its work: goals with a day, new styles, the end of group deals."""

import datetime as dt
from decimal import Decimal as D

import pytest

from campaigns import states
from campaigns.models import Campaign
from kpis.advice import milestones
from kpis.models import Milestone
from products import newcomers
from staff.models import TaskTemplate
from staff.task_words import TRIGGERS
from tests.campaigns.shop import campaign
from tests.staff.tasks import at, days_of, template
from tests.world import World


def waiting(world: World, trigger: str, offset: int = 0) -> TaskTemplate:
    assert trigger in TRIGGERS
    return template(world.store, world.alice, rule="", trigger=trigger, offset=offset)


def goal(world: World, due: dt.date, pk: int | None = None) -> Milestone:
    told = {"title": "200 单", "metric": "pay_order_cnt", "goal": D(200), "start": dt.date(2026, 11, 1)}
    return milestones.set_milestone(world.store, world.mia, due=due, pk=pk, **told)


def test_a_milestone_brings_its_work_which_follows_its_day_and_goes_with_it(world: World) -> None:
    with at("2026-11-22 09:00"):
        found = waiting(world, "milestone", -7)
        made = goal(world, dt.date(2026, 12, 20))
        assert days_of(found) == ["12-13"]
        goal(world, dt.date(2026, 12, 25), made.pk)
        assert days_of(found) == ["12-18"]
        milestones.remove(world.store, "milestone", made.pk)
    assert days_of(found) == []


def test_a_new_style_brings_its_work_and_takes_it_along(world: World) -> None:
    with at("2026-11-22 09:00"):
        found = waiting(world, "new_product")
        made = newcomers.begin(world.store, "N1", "羽绒服", dt.date(2026, 12, 1), world.mia)
        assert days_of(found) == ["12-01"]
        newcomers.change(made, wanted_on=dt.date(2026, 12, 5))
        assert days_of(found) == ["12-05"]
        newcomers.drop(made)
    assert days_of(found) == []


@pytest.mark.parametrize(("kind", "days"), [("juhuasuan", ["11-23"]), ("own", [])])
def test_the_end_of_a_group_deal_is_settled_the_day_after(world: World, kind: str, days: list[str]) -> None:
    with at("2026-11-22 09:00"):
        found = waiting(world, "groupbuy_end", 1)
        deal = campaign(world.store, kind=kind, state=Campaign.State.RUNNING)
        states.move(deal, Campaign.State.ENDED, None)
    assert days_of(found) == days
