import datetime as dt
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from kpis.models import Coverage, Order, OrderStatus
from kpis.sums.rollups import mark_stale, rebuild
from products.models import Move, Product
from staff import spawning
from staff.models import ApiToken, Task
from stores.models import Store
from tests.api.conftest import Caller
from tests.staff.tasks import SUNDAY, at, give, template
from tests.world import World

URL = "/api/v1/stores/lotus/kpis/summary"
NOON = dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC)  # noon in Shanghai
DAY = dt.date(2026, 11, 2)


def sell(store: Store, no: str, pay_fen: int) -> None:
    Order.objects.create(
        store=store, order_no=no, status=OrderStatus.FINISHED, created_at=NOON, paid_at=NOON, order_day=DAY,
        pay_day=DAY, total_fen=pay_fen, pay_fen=pay_fen, refund_fen=0,
    )  # fmt: skip
    Coverage.objects.get_or_create(store=store, kind="orders", detail="", day=DAY)
    mark_stale(store, [DAY])
    rebuild(store)


def ask(client: Client, **query: str) -> object:
    question = {"from": "2026-11-02", "to": "2026-11-02", "metrics": "pay_amt"} | {
        k.rstrip("_"): v for k, v in query.items()
    }
    return client.get(URL, question)


def test_it_answers_money_in_yuan_as_strings(world: World, caller: Caller) -> None:
    sell(world.store, "1", 12_345)
    answer = ask(caller(world.vera)).json()
    assert (answer["store"], answer["from"], answer["to"]) == ("lotus", "2026-11-02", "2026-11-02")
    assert answer["values"]["pay_amt"]["value"] == "123.45"


def test_a_figure_without_input_is_null_and_says_why(world: World, caller: Caller) -> None:
    sell(world.store, "1", 12_345)
    answer = ask(caller(world.vera), metrics="pay_cvr").json()["values"]["pay_cvr"]
    assert answer["value"] is None
    assert answer["missing"][0]["code"]


def test_a_figure_tells_by_name_what_it_is_compared_with(world: World, caller: Caller) -> None:
    sell(world.store, "1", 12_345)
    client = caller(world.vera)
    one = ask(client, compare="previous", by="day", metrics="aov").json()
    assert one["values"]["aov"]["compare"]["previous"]["name"] == "previous"
    assert ask(client, metrics="aov").json()["values"]["aov"]["compare"] == {}
    assert [x["key"] for x in one["rows"]] == ["2026-11-02"]
    both = ask(client, compare="previous,last_year").json()
    assert list(both["values"]["pay_amt"]["compare"]) == ["previous", "last_year"]
    asked = {"from": "2026-11-02", "to": "2026-11-02"}
    why = client.get("/api/v1/stores/lotus/kpis/changes", asked).json()
    assert (why["kind"], why["after"], why["effects"][0]["key"]) == ("orders", "123.45", "pay_order_cnt")


def test_it_answers_304_until_a_figure_can_have_changed(world: World, caller: Caller) -> None:
    client = caller(world.vera)
    sell(world.store, "1", 12_345)
    tag = ask(client)["ETag"]
    assert (
        client.get(f"{URL}?from=2026-11-02&to=2026-11-02&metrics=pay_amt", headers={"If-None-Match": tag}).status_code
        == 304
    )
    sell(world.store, "2", 100)
    again = client.get(f"{URL}?from=2026-11-02&to=2026-11-02&metrics=pay_amt", headers={"If-None-Match": tag})
    assert again.json()["values"]["pay_amt"]["value"] == "124.45"


def test_the_kept_answer_equals_the_first(world: World, caller: Caller) -> None:
    sell(world.store, "1", 12_345)
    client = caller(world.vera)
    assert ask(client).content == ask(client).content


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"metrics": "pay_amt,nonsense"}, "metrics"),
        ({"metrics": ""}, "metrics"),
        ({"from_": "2026-13-01"}, "from"),
        ({"to": "yesterday"}, "to"),
        ({"to": "2026-11-01"}, "to"),
        ({"from_": "2000-01-01"}, "to"),
        ({"by": "hour"}, "by"),
        ({"by": "day,week"}, "by"),
        ({"compare": "tomorrow"}, "compare"),
    ],
)
def test_bad_input_is_422_and_names_the_field(world: World, caller: Caller, query: dict[str, str], field: str) -> None:
    answer = ask(caller(world.vera), **query)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_an_unknown_metric_is_told_the_valid_ones(world: World, caller: Caller) -> None:
    error = ask(caller(world.vera), metrics="nonsense").json()["errors"][0]
    assert "pay_amt" in error["valid"]


def test_anonymous_is_401_stranger_404(world: World, caller: Caller) -> None:
    assert ask(Client()).status_code == 401
    assert ask(Client(headers={"Authorization": "Bearer ops_wrong"})).status_code == 401
    assert ask(caller(world.charlie)).status_code == 404


def test_a_token_sees_only_the_stores_it_names_and_its_owner_may_see(world: World, caller: Caller) -> None:
    assert [x["slug"] for x in caller(world.vera).get("/api/v1/stores").json()["results"]] == ["lotus"]
    client = caller(world.charlie)
    assert [x["slug"] for x in client.get("/api/v1/stores").json()["results"]] == ["other"]


def test_the_catalogue_tells_both_languages(world: World, caller: Caller) -> None:
    metrics = {x["key"]: x for x in caller(world.carl).get("/api/v1/metrics").json()}
    assert metrics["pay_amt"]["unit"] == "money"
    assert metrics["pay_amt"]["label"]["zh-hans"] == "支付金额"


def test_the_catalogue_leaves_out_channels_the_token_s_stores_do_not_have(world: World, caller: Caller) -> None:
    """They are answered all the same when they are asked for by name, and told to a token that names them."""
    world.store.channels.filter(key="zuanzhan").delete()
    client = caller(world.vera)
    told = {x["key"] for x in client.get("/api/v1/metrics").json()}
    mine = {"uv_zhitongche", "uv_zuanzhan", "promo_cost_zuanzhan", "new_buyers_zuanzhan"} & told
    assert (mine, ask(client, metrics="uv_zuanzhan").status_code) == ({"uv_zhitongche"}, 200)
    named = caller(world.vera)
    ApiToken.objects.update(metrics=["uv_zuanzhan"])
    assert [x["key"] for x in named.get("/api/v1/metrics").json()] == ["uv_zuanzhan"]


def test_a_token_of_few_kpis_is_told_no_number_of_another_beside_tasks_moves_and_what_carries_a_range(
    world: World, caller: Caller
) -> None:
    product = Product.objects.create(store=world.store, code="A", title="茶")
    Move.objects.create(
        product=product, source="incubation", target="growth", rule="steady", evidence={"weeks": [7]}, day=DAY
    )
    wanted = template(world.store, world.alice, evidence="number", metric="pay_order_cnt")
    with at("2026-11-22 09:00"):
        give(world.store, world.bob, "service")
        spawning.spawn(world.store)
    Task.objects.filter(template=wanted).update(number=12, figure=12)
    client, base = caller(world.alice), "/api/v1/stores/lotus/"

    def told() -> tuple[Any, Any, int]:
        (task,) = client.get(f"{base}tasks?day={SUNDAY}").json()["tasks"]
        (move,) = client.get(f"{base}products/moves").json()["results"]
        return task["number"] and int(task["number"]), move["evidence"], client.get(f"{base}products/focus").status_code

    whole = told()
    ApiToken.objects.update(metrics=["uv"])
    cache.clear()
    assert (whole, told()) == ((12, {"weeks": [7]}, 200), (None, None, 403))


def test_a_caller_is_told_to_slow_down(world: World, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rest_framework.throttling.UserRateThrottle.rate", "2/min", raising=False)
    client = caller(world.vera)
    assert [client.get("/api/v1/stores").status_code for _i in range(3)] == [200, 200, 429]


def test_the_openapi_document_names_every_endpoint(client: Client, db: None) -> None:
    document = client.get("/api/schema/", headers={"Accept": "application/json"}).json()
    assert "/api/v1/stores/{slug}/kpis/summary" in document["paths"]
    assert "post" in document["paths"]["/api/v1/stores/{slug}/imports"]


@pytest.mark.parametrize("page", ["limit=9", "limit=10147351463068583294742919380992", "offset=99999999999999999999"])
def test_a_list_has_pages_however_large_a_number_asks_for_one(world: World, caller: Caller, page: str) -> None:
    lists = ("stores", "stores/lotus/imports", "stores/lotus/closings", "stores/lotus/alerts", "stores/lotus/products")
    client = caller(world.alice)
    assert {path: client.get(f"/api/v1/{path}?{page}").status_code for path in lists} == dict.fromkeys(lists, 200)


def test_an_address_that_leads_nowhere_is_told_in_json_to_programs_and_on_a_page_to_people(client: Client) -> None:
    for path in ("/api/v1/nothing", "/api/v1/stores/lotus/plans/-20476"):
        answer = client.get(path)
        assert (answer.status_code, list(answer.json())) == (404, ["detail"])
    assert client.get("/nothing/")["Content-Type"].startswith("text/html")
