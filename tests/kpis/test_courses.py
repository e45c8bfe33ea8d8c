"""A month added up day by day beside its goals, by hand: 150, 240 less 12.50 and 0 on 10 to 12 November, and a target
of 100 a day."""

import csv
import datetime as dt
import io
from decimal import Decimal as D

import pytest

from kpis import queries
from kpis.models import Plan, PlanCell, PlanRow, StoreDay, Target
from kpis.trends.courses import course
from opsplan.lib import clock
from opsplan.lib.periods import Period, month_of
from tests.world import World, at

pytestmark = pytest.mark.usefixtures("day_after")
MONTH = month_of(dt.date(2026, 11, 1))
CLOSED = Period(dt.date(2026, 11, 10), dt.date(2026, 11, 12))


@pytest.fixture
def planned(world: World, shop: object) -> World:
    Target.objects.create(store=world.store, metric="real_amt", month=MONTH.first, value=3000, updated_at=clock.now())
    for number, (scenario, amount) in enumerate((("stretch", 6000), ("cautious", 1500), ("stretch", 4500)), 1):
        plan = Plan.objects.create(
            store=world.store, year=2026, number=number, scenario=scenario, created_at=clock.now()
        )
        row = PlanRow.objects.create(plan=plan, key="real_amt")
        PlanCell.objects.create(row=row, month=11, value=amount, updated_at=clock.now())
    return world


def test_sums_grow_day_by_day_beside_every_goal_of_the_year(planned: World) -> None:
    sold = queries.figures(planned.store, ["real_amt"], CLOSED, compare=())["real_amt"].value
    found = course(planned.store, MONTH, CLOSED, D(3000), drafts=True)
    assert found is not None
    assert list(found.came.values()) == [D(150), D("377.50"), D("377.50")]
    assert found.came[CLOSED.last] == sold
    assert [(x.scenario, x.amount, x.due, x.ahead) for x in found.goals] == [
        ("", 3000, 300, D("77.50")),
        ("cautious", 1500, 150, D("227.50")),
        ("stretch", 4500, 450, D("-72.50")),  # the newest of its kind
    ]
    assert [x.sums[-1] for x in found.goals] == [3000, 1500, 4500]
    assert (found.goals[0].sums[0], len(found.goals[0].sums)) == (100, 30)


def test_each_day_tells_its_sum_every_goal_and_the_same_date_a_year_before(planned: World, client) -> None:
    for day, fen in ((10, 4000), (12, 150)):  # of the 11th nothing is known: it is in no sum
        told = {"covered": "orders", "pay_order_cnt": 1, "pay_amt": fen}
        StoreDay.objects.create(store=planned.store, day=dt.date(2025, 11, day), **told)
    client.force_login(planned.mia)
    sheet = client.get(at("dashboard_export", "course"), {"month": "2026-11", "format": "csv"}).content
    _head, *rows = csv.reader(io.StringIO(sheet.decode("utf-8-sig")))
    assert rows[8:13] == [
        ["2026-11-09", "", "900.00", "450.00", "1350.00", ""],
        ["2026-11-10", "150.00", "1000.00", "500.00", "1500.00", "40.00"],
        ["2026-11-11", "377.50", "1100.00", "550.00", "1650.00", ""],
        ["2026-11-12", "377.50", "1200.00", "600.00", "1800.00", "41.50"],
        ["2026-11-13", "", "1300.00", "650.00", "1950.00", ""],
    ]
    page = client.get(f"{at('plan_against')}?month=2026-11").content.decode()
    assert [
        page.count(x) for x in ("¥377.50</td>", "¥41.50</td>", "<rect x=", f"{at('dashboard_export', 'course')}?month")
    ] == [2, 1, 30, 2]


def test_before_its_first_day_is_over_a_month_has_goals_and_no_sums_and_without_a_goal_there_is_no_course(
    planned: World,
) -> None:
    found = course(planned.store, MONTH, None, D(3000), drafts=False)
    assert found is not None
    assert (dict(found.came), [(x.due, x.ahead) for x in found.goals]) == ({}, [(0, None)])
    assert course(planned.store, MONTH, CLOSED, None, drafts=False) is None


def test_the_page_draws_a_line_for_each_goal_and_tells_a_client_the_one_in_force(planned: World, client) -> None:
    drawn = []
    for user in (planned.mia, planned.carl):
        client.force_login(user)
        page = client.get(f"{at('plan_against')}?month=2026-11").content.decode()
        drawn.append(page.split('<svg class="course"')[1].split("</svg>")[0].count("<path"))
    assert drawn == [2 + 3, 2 + 1]  # a year before nothing was sold
