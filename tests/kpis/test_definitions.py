"""Definitions chosen with a date: a period is read as its last day has it, and so is what it is compared with."""

import datetime as dt
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client

from kpis import queries
from kpis.definitions import Chosen, choosable, set_definition, take_back
from kpis.metrics import METRICS
from kpis.models import MetricDefinition
from kpis.models.rollups import version
from staff.services import create_token
from stores.models import Store
from tests.api.conftest import Caller, caller
from tests.kpis.facts import count, cover, march, order, read, refund, span, traffic
from tests.world import World

__all__ = ["caller"]  # a fixture of the REST tests
URL = "/api/v1/stores/lotus/definitions"


@pytest.fixture
def shop(store: Store) -> Store:
    """1 March: one buyer, two orders, 90 yuan, 10 visitors. 11 March: two buyers, three orders, 60 yuan, 20 visitors,
    9 yuan given back for an order of the first."""
    cover(store, "orders", 1, 31)
    cover(store, "refunds", 1, 31)
    first = order(store, 1, "30", buyer=1)
    order(store, 1, "60", buyer=1)
    for pay, buyer in (("10", 1), ("20", 2), ("30", 2)):
        order(store, 11, pay, buyer=buyer)
    refund(first, 11, "9")
    traffic(store, 1, 10)
    traffic(store, 11, 20)
    count(store)
    return store


def told(store: Store, metric: str, first: int, last: int, compare: tuple[str, ...] = ()) -> dict[str, Any]:
    found: dict[str, Any] = queries.summary(store, [metric], span(first, last), compare=compare)["values"][metric]
    return found


def test_without_a_choice_the_delivered_definition_holds(shop: Store) -> None:
    found = told(shop, "aov", 1, 1)
    assert found["value"] == "90.00"
    assert found["definition"] == {"variant": "buyers", "metric": "aov_buyer", "since": None}


def test_a_period_is_read_as_its_last_day_has_it(shop: Store) -> None:
    set_definition(shop, "aov", "orders", march(5))
    assert told(shop, "aov", 1, 1)["value"] == "90.00"  # 90 ÷ 1 buyer: reported before
    after = told(shop, "aov", 11, 11)
    assert after["value"] == "20.00"  # 60 ÷ 3 orders
    assert after["definition"] == {"variant": "orders", "metric": "aov_order", "since": "2026-03-05"}


def test_it_is_compared_with_the_same_definition(shop: Store) -> None:
    set_definition(shop, "aov", "orders", march(11))
    found = told(shop, "aov", 11, 20, ("previous",))  # 1 to 10 March before it
    said = found["value"], found["compare"]["previous"]["value"]
    assert said == ("20.00", "45.00")  # not 90.00, which the old reading says


@pytest.mark.parametrize(
    ("first", "last", "marked"), [(1, 11, True), (5, 11, False), (6, 11, False), (1, 4, False), (4, 5, True)]
)
def test_a_change_inside_the_period_is_marked(shop: Store, first: int, last: int, marked: bool) -> None:
    set_definition(shop, "valid_orders", "paid", march(5))
    assert ("redefined" in told(shop, "valid_orders", first, last)["marks"]) is marked


def test_each_day_of_a_table_keeps_the_definition_of_its_time(shop: Store) -> None:
    set_definition(shop, "aov", "orders", march(5))
    rows = queries.breakdown(shop, ["aov"], span(1, 11), "day")
    by_day = {row.key: str(row.values["aov"].value) for row in rows}
    assert (by_day["2026-03-01"], by_day["2026-03-11"]) == ("90.00", "20.00")


def test_a_sparkline_is_read_the_way_of_its_figure(shop: Store) -> None:
    set_definition(shop, "aov", "orders", march(5))
    series = dict(queries.figures(shop, ["aov"], span(1, 11), compare=(), series=True)["aov"].series)
    assert str(series[march(1)]) == "45.00"


ANSWERS = {  # over 1 to 11 March: 5 orders of 2 buyers, 150 yuan, 9 given back (for an order of the 1st), 30 visitors
    ("aov", "buyers"): "75.00", ("aov", "orders"): "30.00",
    ("cvr", "buyers"): "0.066667", ("cvr", "orders"): "0.166667",
    ("valid_orders", "not_refunded"): "5", ("valid_orders", "paid"): "5", ("valid_orders", "placed"): "5",
    ("core_roi", "ads"): None, ("core_roi", "shop"): None,
    ("growth", "seven_days"): None, ("growth", "last_month"): None,
    ("refund_rate", "refund_day"): "0.060000", ("refund_rate", "payment_day"): "0.060000",
    ("refund_rate", "cases"): None,
    ("repurchase_rate", "jd"): "1.000000",
    ("repurchase_rate", "sycm_30"): None, ("repurchase_rate", "sycm_90"): None,
}  # fmt: skip


def test_every_definition_of_every_metric_is_tried_here() -> None:
    assert set(ANSWERS) == {(key, name) for key, metric in choosable().items() for name, _key in metric.variants}


@pytest.mark.parametrize(("metric", "variant"), ANSWERS)
def test_the_neutral_key_answers_as_the_metric_it_stands_for(shop: Store, metric: str, variant: str) -> None:
    set_definition(shop, metric, variant, march(1))
    found = told(shop, metric, 1, 11)
    meant = dict(METRICS[metric].variants)[variant]
    assert found["value"] == ANSWERS[metric, variant]
    assert found["value"] == told(shop, meant, 1, 11)["value"]
    assert found["definition"]["metric"] == meant


def test_refunds_by_the_day_of_payment_or_of_the_refund(shop: Store) -> None:
    set_definition(shop, "refund_rate", "payment_day", march(1))
    assert told(shop, "refund_rate", 11, 11)["value"] == "0.000000"  # nothing of that day's orders came back
    set_definition(shop, "refund_rate", "refund_day", march(1))
    assert told(shop, "refund_rate", 11, 11)["value"] == "0.150000"  # 9 ÷ 60


def test_a_neutral_metric_can_be_told_by_product_and_channel_like_its_reading(shop: Store) -> None:
    set_definition(shop, "cvr", "buyers", march(1))
    assert queries.breakdown(shop, ["cvr"], span(1, 11), "channel") == []
    set_definition(shop, "growth", "seven_days", march(1))
    with pytest.raises(ValueError, match="growth"):
        queries.breakdown(shop, ["growth"], span(1, 11), "channel")


def test_permanent_keys_never_change_their_meaning(shop: Store) -> None:
    set_definition(shop, "aov", "orders", march(1))
    assert str(read(shop, "aov_buyer", 1).value) == "90.00"
    assert "definition" not in told(shop, "aov_buyer", 1, 1)


def test_a_neutral_metric_has_the_target_of_its_reading(shop: Store) -> None:
    call_command("set_target", "lotus", "aov_order", "2026-03", "50")
    set_definition(shop, "aov", "orders", march(1))
    found = queries.figures(shop, ["aov"], span(1, 31), compare=("target",))["aov"]
    assert str(found.compare["target"].value) == "50.00"


@pytest.mark.parametrize(
    ("metric", "variant", "since", "field"),
    [
        ("pay_amt", "buyers", march(1), "metric"),
        ("aov", "per_mood", march(1), "variant"),
        ("aov", "orders", dt.date(1999, 12, 31), "since"),
        ("aov", "orders", dt.date(2027, 12, 31), "since"),
    ],
)
def test_it_refuses_what_cannot_be_chosen(store: Store, metric: str, variant: str, since: dt.date, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        set_definition(store, metric, variant, since)
    assert list(refused.value.message_dict) == [field]
    assert not MetricDefinition.objects.exists()


def test_a_choice_of_the_same_day_is_replaced_and_taking_it_back_restores_the_earlier_one(store: Store) -> None:
    set_definition(store, "aov", "orders", march(1))
    set_definition(store, "aov", "buyers", march(9))
    last = set_definition(store, "aov", "orders", march(9))
    assert Chosen(store).in_force("aov", march(9)) == ("orders", march(9))
    assert take_back(store, last.pk) == "aov"
    assert Chosen(store).in_force("aov", march(31)) == ("orders", march(1))


def test_a_choice_makes_every_answer_anew_and_belongs_to_its_store_alone(store: Store, world_other: Store) -> None:
    before = queries.version(store)
    set_definition(store, "aov", "orders", march(1))
    assert queries.version(store) > before
    assert Chosen(world_other).in_force("aov", march(31)) == ("buyers", None)


def test_the_command_chooses_and_refuses(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("set_definition", "lotus", "aov", "orders", "--since", "2026-03-05")
    assert Chosen(store).in_force("aov", march(5)) == ("orders", march(5))
    with pytest.raises(CommandError, match="buyers, orders"):
        call_command("set_definition", "lotus", "aov", "units", "--since", "2026-03-05")
    call_command("set_definition", "lotus", "aov", "orders", "--since", "2026-03-05", "--take-back")
    assert not MetricDefinition.objects.exists()
    with pytest.raises(CommandError):
        call_command("set_definition", "lotus", "aov", "orders", "--since", "2026-03-05", "--take-back")


def test_a_manager_chooses_on_the_page_and_the_log_keeps_who(world: World, client: Client) -> None:
    client.force_login(world.mia)
    answer = client.post(
        "/s/lotus/settings/definitions/aov/set/", {"aov-variant": "orders", "aov-since": "2026-03-05"}, follow=True
    )
    assert "2026-03-05" in answer.content.decode()
    chosen = MetricDefinition.objects.get()
    assert (chosen.variant, chosen.since, chosen.by) == ("orders", march(5), world.mia)
    assert LogEntry.objects.get_for_object(chosen).get().additional_data["stores"] == {str(world.store.pk): 1}
    client.post(f"/s/lotus/settings/definitions/{chosen.pk}/undo/")
    assert not MetricDefinition.objects.exists()


def test_a_refused_choice_comes_back_with_the_reason(world: World, client: Client) -> None:
    client.force_login(world.mia)
    answer = client.post("/s/lotus/settings/definitions/aov/set/", {"aov-variant": "orders", "aov-since": "1999-01-01"})
    assert answer.status_code == 422
    assert "2000 年至一年之后" in answer.content.decode()
    assert client.post("/s/lotus/settings/definitions/pay_amt/set/").status_code == 404


def test_nobody_takes_back_the_choice_of_another_store(world: World, client: Client) -> None:
    chosen = set_definition(world.other, "aov", "orders", march(1))
    client.force_login(world.mia)
    assert client.post(f"/s/lotus/settings/definitions/{chosen.pk}/undo/").status_code == 404
    assert MetricDefinition.objects.count() == 1


def test_the_drawer_explains_the_definition_in_force(world: World, client: Client) -> None:
    set_definition(world.store, "aov", "orders", march(5))
    client.force_login(world.carl)
    page = client.get("/s/lotus/explain/aov?period=custom&from=2026-03-01&to=2026-03-31").content.decode()
    assert "笔单价" in page  # average order value
    assert "2026-03-05" in page


def test_rest_chooses_once_tells_what_is_in_force_and_takes_back(world: World, caller: Caller) -> None:
    client = caller(world.mia, "write")
    sent = {"metric": "aov", "variant": "orders", "since": "2026-03-05"}
    first = client.post(URL, sent, "application/json")
    known = version(world.store)
    again = client.post(URL, sent, "application/json")
    assert (first.status_code, again.json(), version(world.store)) == (201, first.json(), known)
    assert (first.json()["by"], first.json()["variant"]) == ("mia", "orders")
    told = {x["metric"]: x for x in client.get(URL).json()["definitions"]}
    assert list(told) == list(choosable())
    assert (told["aov"]["in_force"], told["aov"]["since"]) == ("orders", "2026-03-05")
    assert (told["cvr"]["since"], told["cvr"]["choices"]) == (None, [])
    assert [(x["variant"], x["metric"]) for x in told["aov"]["variants"]] == list(METRICS["aov"].variants)
    where = f"{URL}/{told['aov']['choices'][0]['id']}"
    assert (client.delete(where).status_code, client.delete(where).status_code) == (204, 404)
    assert not MetricDefinition.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field", "valid"),
    [
        ({"metric": "pay_amt"}, "metric", list(choosable())),
        ({"variant": "x"}, "variant", ["buyers", "orders"]),
        ({"since": "1999-01-01"}, "since", []),
        ({"since": "soon"}, "since", []),
    ],
)
def test_rest_says_what_can_be_chosen(
    world: World, caller: Caller, fields: dict[str, str], field: str, valid: list[str]
) -> None:
    sent = {"metric": "aov", "variant": "orders", "since": "2026-03-05"} | fields
    answer = caller(world.mia, "write").post(URL, sent, "application/json")
    assert answer.status_code == 422
    assert [(x["field"], x["valid"]) for x in answer.json()["errors"]] == [(field, valid)]


def test_a_token_for_some_kpis_chooses_these_only(world: World) -> None:
    chosen = set_definition(world.store, "aov", "orders", march(1))
    key = create_token(world.mia, "test", "write", [world.store], metrics=["cvr"])[1]
    client = Client(headers={"Authorization": f"Bearer {key}"})
    assert [x["metric"] for x in client.get(URL).json()["definitions"]] == ["cvr"]
    assert client.delete(f"{URL}/{chosen.pk}").status_code == 404
