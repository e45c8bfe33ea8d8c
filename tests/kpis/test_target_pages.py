import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from kpis import targets
from kpis.models import Target
from tests.kpis.facts import count, cover, order
from tests.world import World

MARCH = dt.date(2026, 3, 1)


@pytest.fixture
def mia(client: Client, world: World) -> Client:
    client.force_login(world.mia)
    return client


def at(name: str) -> str:
    return reverse(name, args=["lotus"])


def type_in(client: Client, metric: str, value: str, was: str = "", month: str = "2026-03") -> object:
    return client.post(at("target"), {"metric": metric, "month": month, "value": value, "was": was})


def test_a_target_is_saved_in_yuan_with_who_set_it(mia: Client, world: World) -> None:
    assert type_in(mia, "real_amt", "12万").status_code == 200
    target = Target.objects.get()
    assert (target.metric, target.month, target.value, target.by) == ("real_amt", MARCH, Decimal(120000), world.mia)


def test_a_rate_is_typed_in_percent(mia: Client) -> None:
    type_in(mia, "pay_cvr", "3.5")
    assert Target.objects.get().value == Decimal("0.035")


def test_a_target_set_meanwhile_is_shown_and_not_overwritten(mia: Client, world: World) -> None:
    targets.set_target(world.store, "real_amt", MARCH, 100000, world.alice)
    answer = type_in(mia, "real_amt", "130000", was="")
    assert answer.status_code == 409
    x = answer.context["x"]
    assert (x["text"], x["was"], x["theirs"]) == ("130000", "100,000", "100,000")
    assert "alice" in x["error"]
    assert Target.objects.get().value == 100000


def test_after_the_conflict_ones_own_value_can_be_kept(mia: Client, world: World) -> None:
    targets.set_target(world.store, "real_amt", MARCH, 100000, world.alice)
    was = type_in(mia, "real_amt", "130000").context["x"]["was"]
    assert type_in(mia, "real_amt", "130000", was=was).status_code == 200
    assert Target.objects.get().value == 130000


def test_an_emptied_cell_takes_the_target_away(mia: Client) -> None:
    type_in(mia, "real_amt", "100")
    type_in(mia, "real_amt", "", was="100")
    assert not Target.objects.exists()


@pytest.mark.parametrize(
    ("metric", "value"),
    [("real_amt", "lots"), ("real_amt", "-5"), ("pay_cvr", "130"), ("uv", "12.5"), ("real_amt", "5%")],
)
def test_a_refused_target_stays_in_the_cell_with_the_reason(mia: Client, metric: str, value: str) -> None:
    answer = type_in(mia, metric, value)
    assert answer.status_code == 422
    assert answer.context["x"]["text"] == value
    assert answer.context["x"]["error"]
    assert not Target.objects.exists()


@pytest.mark.parametrize(("metric", "month"), [("nonsense", "2026-03"), ("refund_amt", "2026-03"), ("uv", "2026-13")])
def test_a_cell_that_is_not_on_the_sheet_is_not_found(mia: Client, metric: str, month: str) -> None:
    assert type_in(mia, metric, "5", month=month).status_code == 404


def test_a_total_stands_only_where_months_add_up(mia: Client) -> None:
    for month in ("2026-01", "2026-02"):
        type_in(mia, "real_amt", "100", month=month)
        type_in(mia, "uv", "100", month=month)
        type_in(mia, "pay_cvr", "5", month=month)
    lines = {row["line"].info.key: row["line"] for row in mia.get(at("targets"), {"year": 2026}).context["main"]}
    assert lines["real_amt"].total == 200
    assert lines["real_amt"].filled == 2
    assert lines["uv"].total is None
    assert lines["pay_cvr"].total is None


def test_actual_sales_stand_beside_the_target(mia: Client, world: World) -> None:
    cover(world.store, "orders", 1, 31)
    order(world.store, 5, "75.00")
    type_in(mia, "real_amt", "100")
    count(world.store)
    month = mia.get(at("targets"), {"year": 2026}).context["achieved"][2]
    assert (month.actual.value, month.rate) == (Decimal("75.00"), Decimal("0.75"))


def test_a_year_that_has_not_begun_has_no_actuals(mia: Client) -> None:
    assert all(m.actual is None for m in mia.get(at("targets"), {"year": 2030}).context["achieved"])


def test_the_plain_form_saves_all_that_changed_and_keeps_what_it_refused(mia: Client, world: World) -> None:
    targets.set_target(world.store, "uv", MARCH, 50, world.alice)
    fields = {
        "year": "2026",
        "real_amt:2026-03": "500",
        "was:real_amt:2026-03": "",
        "uv:2026-03": "60",
        "was:uv:2026-03": "40",
    }
    answer = mia.post(at("targets_save"), fields)
    assert answer.status_code == 422
    assert dict(Target.objects.values_list("metric", "value")) == {"real_amt": Decimal(500), "uv": Decimal(50)}
    assert 'name="uv:2026-03" value="60"' in answer.content.decode()


def test_the_sheet_comes_as_a_file(mia: Client) -> None:
    type_in(mia, "real_amt", "100")
    content = mia.get(at("targets"), {"year": 2026, "format": "csv"}).content.decode("utf-8-sig")
    row = list(csv.reader(io.StringIO(content)))[1]
    assert Decimal(row[4]) == 100
    assert Decimal(row[14]) == 100


def test_a_member_reads_the_plan_and_may_not_change_it(client: Client, world: World) -> None:
    client.force_login(world.bob)
    assert "data-cell" not in client.get(at("targets")).content.decode()
    assert type_in(client, "real_amt", "5").status_code == 403
