"""POST /api/v1/kpis/query and GET …/kpis/explain."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from kpis.api import query as door
from kpis.models import Alert, AlertRule
from kpis.reporting import closing
from opsplan.lib import clock
from products.models import Product
from staff.models import ApiToken, Member
from staff.services import create_token
from stores.services import create_store
from tests.api.conftest import Caller
from tests.api.test_figures import DAY, sell
from tests.world import World

URL, EXPLAIN = "/api/v1/kpis/query", "/api/v1/stores/lotus/kpis/explain"
ASKED = {"stores": ["lotus"], "metrics": ["pay_amt"], "period": {"from": "2026-11-02", "to": "2026-11-02"}}


def ask(client: Client, headers: dict[str, str] | None = None, **asked: Any) -> Any:
    return client.post(URL, ASKED | asked, "application/json", headers=headers or {})


def test_it_answers_with_strings_and_says_which_stores_and_versions(world: World, caller: Caller) -> None:
    sell(world.store, "1", 12_345)
    answer = ask(caller(world.vera), dimensions=["day"], compare=["previous"], explain=True).json()
    assert answer["totals"][0]["values"]["pay_amt"]["value"] == "123.45"
    assert answer["rows"][0]["key"] == {"day": "2026-11-02"}
    assert answer["rows"][0]["values"]["pay_amt"]["compare"]["previous"]["value"] is None
    told = answer["explain"][0]
    assert (told["store"], told["counted"][0]["amount"], told["left_out"]) == ("lotus", "123.45", [])
    assert (answer["stores"][0]["slug"], answer["stores"][0]["version"] > 1) == ("lotus", True)


def test_all_means_the_stores_of_the_token(world: World, caller: Caller) -> None:
    second = create_store("second", "第二店", "tmall")
    Member.objects.create(store=second, user=world.vera, level="viewer")
    both = caller(world.vera, stores=[world.store, second])
    assert ask(both, stores="all").json()["totals"][0]["stores"] == ["lotus", "second"]
    assert ask(caller(world.vera), stores="all").json()["totals"][0]["stores"] == ["lotus"]
    assert ask(caller(world.vera), stores=["second"]).status_code == 422


def test_a_key_of_some_figures_is_told_of_no_others_anywhere(world: World, caller: Caller) -> None:
    sell(world.store, "1", 100)
    closed = closing.close(world.store, DAY, DAY)
    sell(world.store, "2", 100)
    rule = AlertRule.objects.create(store=world.store, metric="pay_amt", kind="above", created_at=clock.now())
    alert = Alert.objects.create(
        store=world.store, rule=rule, first_day=DAY, last_day=DAY, days=1, opened_at=clock.now()
    )
    client, base = caller(world.mia), "/api/v1/stores/lotus"
    ApiToken.objects.update(metrics=["pay_order_cnt"])
    told = client.get(f"{base}/closings/{closed.pk}").json()
    assert [x["key"] for x in told["figures"]] == ["pay_order_cnt"]
    assert client.get(f"{base}/alerts").json()["results"] == []
    asked = {"alerts": f"alerts/{alert.pk}", "why": "kpis/changes?from=2026-11-02&to=2026-11-02"}
    asked["check"] = "platform-check?from=2026-11-02&to=2026-11-02"
    codes = {name: client.get(f"{base}/{path}").status_code for name, path in asked.items()}
    assert codes == {"alerts": 404, "why": 403, "check": 403}


def test_an_answer_in_one_language_is_not_taken_for_that_in_another(world: World, caller: Caller) -> None:
    sell(world.store, "1", 100)
    client, url = caller(world.vera), f"{EXPLAIN}?metric=aov_order&from=2026-11-02&to=2026-11-02"
    tag = client.get(url, headers={"Accept-Language": "zh-hans"})["ETag"]
    codes = [
        client.get(url, headers={"Accept-Language": language, "If-None-Match": tag}).status_code
        for language in ("zh-hans", "en")
    ]
    assert codes == [304, 200]


def test_it_answers_304_until_a_figure_of_one_of_its_stores_can_have_changed(world: World, caller: Caller) -> None:
    client = caller(world.vera)
    sell(world.store, "1", 100)
    tag = ask(client)["ETag"]
    assert ask(client, {"If-None-Match": tag}).status_code == 304
    assert ask(client, {"If-None-Match": tag}, limit=5).status_code == 200
    sell(world.store, "2", 100)
    again = ask(client, {"If-None-Match": tag})
    assert (again.status_code, again.json()["totals"][0]["values"]["pay_amt"]["value"]) == (200, "2.00")


@pytest.mark.parametrize("how", ["accept", "format"])
def test_csv_by_header_or_by_field(world: World, caller: Caller, how: str) -> None:
    sell(world.store, "1", 100)
    client = caller(world.vera)
    answer = ask(client, {"Accept": "text/csv"}) if how == "accept" else ask(client, format="csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [["row", "currency", "pay_amt", "remarks"], ["total", "CNY", "1.00", ""]]


@pytest.mark.parametrize(
    ("asked", "field", "valid"),
    [
        ({"metrics": ["pay_amt", "nonsense"]}, "metrics", "pay_amt"),
        ({"metrics": []}, "metrics", "pay_amt"),
        ({"metrics": "pay_amt"}, "metrics", "pay_amt"),
        ({"stores": ["other"]}, "stores", "lotus"),
        ({"stores": []}, "stores", "all"),
        ({"dimensions": ["hour"]}, "dimensions", "week"),
        ({"dimensions": ["day", "week"]}, "dimensions", "channel"),
        ({"dimensions": ["channel", "product"]}, "dimensions", "day"),
        ({"dimensions": ["channel"], "metrics": ["order_cnt"]}, "metrics", "uv"),
        ({"filters": {"colour": ["red"]}}, "filters.colour", "channel"),
        ({"filters": {"channel": ["nowhere"]}, "metrics": ["uv"]}, "filters.channel", "search"),
        ({"filters": {"brand": ["x"]}}, "filters.brand", ""),
        ({"period": {"preset": "tomorrow"}}, "period.preset", "month"),
        ({"period": {"from": "2026-11-03", "to": "2026-11-02"}}, "period.to", None),
        ({"period": {"from": "2026-11-31", "to": "2026-12-02"}}, "period.from", None),
        ({"period": "month"}, "period", "preset"),
        ({"compare": ["next"]}, "compare", "previous"),
        ({"sort": "uv"}, "sort", "-pay_amt"),
        ({"limit": 0}, "limit", None),
        ({"explain": "yes"}, "explain", "true"),
        ({"format": "xml"}, "format", "csv"),
        ({"colour": 1}, "colour", "metrics"),
        ({"as_of": "2026-11-02"}, "as_of", None),
        ({"as_of": "2026-11-02T10:00:00Z", "dimensions": ["channel"], "metrics": ["uv"]}, "dimensions", "store"),
        ({"as_of": "2026-11-02T10:00:00Z", "compare": ["previous"]}, "compare", None),
    ],
)
def test_what_cannot_be_used_is_422_with_the_field_and_what_would_do(
    world: World, caller: Caller, asked: dict[str, Any], field: str, valid: str | None
) -> None:
    answer = ask(caller(world.vera), **asked)
    assert answer.status_code == 422
    error = answer.json()["errors"][0]
    assert error["field"] == field
    assert valid is None or valid in error["valid"]


def test_all_wrong_fields_are_told_in_one_answer(world: World, caller: Caller) -> None:
    wrong = {"metrics": ["x"], "stores": ["other"], "limit": 0, "colour": 1, "period": {"preset": "tomorrow"}}
    answer = ask(caller(world.vera), **wrong, sort="uv", format="xml")
    fields = [error["field"] for error in answer.json()["errors"]]
    assert (answer.status_code, fields) == (422, ["colour", "metrics", "stores", "period.preset", "limit", "format"])


def test_an_error_is_json_even_where_csv_was_asked_for(world: World, caller: Caller) -> None:
    answer = ask(caller(world.vera), {"Accept": "text/csv"}, limit=0)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "limit")


def test_a_token_for_some_figures_opens_no_others(world: World) -> None:
    sell(world.store, "1", 100)
    _token, key = create_token(world.vera, "narrow", "read", [world.store], ["pay_amt"])
    client = Client(headers={"Authorization": f"Bearer {key}"})
    assert [x["key"] for x in client.get("/api/v1/metrics").json()] == ["pay_amt"]
    assert ask(client).status_code == 200
    refused = ask(client, metrics=["uv"])
    assert (refused.status_code, refused.json()["errors"][0]["valid"]) == (422, ["pay_amt"])
    days = {"from": "2026-11-02", "to": "2026-11-02"}
    assert client.get(EXPLAIN, days | {"metric": "uv"}).status_code == 422
    assert client.get("/api/v1/stores/lotus/kpis/summary", days | {"metrics": "uv"}).status_code == 422


def test_an_explanation_tells_formula_rows_sources_and_what_is_missing(world: World, caller: Caller) -> None:
    sell(world.store, "1", 12_345)
    sell(world.store, "2", 55)
    told = caller(world.vera).get(EXPLAIN, {"metric": "aov_order", "from": "2026-11-01", "to": "2026-11-02"}).json()
    assert told["value"] == "62.00"
    assert [(x["sign"], x["value"]) for x in told["formula"]["top"]] == [(1, "124.00")]
    assert [(x["sign"], x["value"]) for x in told["formula"]["bottom"]] == [(1, "2")]
    assert (told["counted"][0]["rows"], told["counted"][0]["amount"]) == (2, "124.00")
    assert told["counted"][0]["rows_url"].startswith("/s/lotus/rows?of=orders_paid")
    assert told["missing"][0] == {"code": "not_imported", "what": "pay_amt", "days": ["2026-11-01"]}


def test_an_explanation_has_a_tag_of_its_figures(world: World, caller: Caller) -> None:
    client, asked = caller(world.vera), {"metric": "pay_amt", "from": "2026-11-02", "to": "2026-11-02"}
    tag = client.get(EXPLAIN, asked)["ETag"]
    assert client.get(EXPLAIN, asked, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(EXPLAIN, asked | {"metric": "x"}).json()["errors"][0]["field"] == "metric"
    assert client.get(EXPLAIN, asked | {"channel": "nowhere"}).json()["errors"][0]["field"] == "channel"


def test_the_document_shows_how_to_ask(client: Client, db: None) -> None:
    post = client.get("/api/schema/", headers={"Accept": "application/json"}).json()["paths"][URL]["post"]
    body = post["requestBody"]["content"]["application/json"]
    assert "pay_amt" in body["schema"]["properties"]["metrics"]["items"]["enum"]
    assert len(body["examples"]) == 3
    assert {"200", "304", "401", "422"} <= set(post["responses"])


def test_as_of_answers_what_was_reported_then(world: World, caller: Caller) -> None:
    sell(world.store, "1", 10_000)
    closing.close(world.store, DAY, DAY, world.alice)
    reported_at = clock.now().isoformat()
    sell(world.store, "2", 5_000)
    client = caller(world.vera)
    told = ask(client, as_of=reported_at, dimensions=["day"]).json()
    assert told["totals"][0]["values"]["pay_amt"]["value"] == told["rows"][0]["values"]["pay_amt"]["value"] == "100.00"
    assert ask(client).json()["totals"][0]["values"]["pay_amt"]["value"] == "150.00"
    before = ask(client, as_of="2026-11-03T00:00:00+08:00").json()["totals"][0]["values"]["pay_amt"]
    assert (before["value"], before["missing"][0]["code"]) == (None, "not_reported")


@pytest.mark.parametrize(("by", "member"), [("stage", "incubation"), ("role", "none")])
def test_a_figure_of_a_stage_or_role_is_explained_and_a_wrong_one_is_told_the_right_ones(
    world: World, caller: Caller, by: str, member: str
) -> None:
    sell(world.store, "1", 12_345)
    client, asked = caller(world.vera), {"metric": "pay_amt", "from": "2026-11-02", "to": "2026-11-02"}
    assert client.get(EXPLAIN, asked | {by: "nobody"}).json()["errors"][0]["valid"].count(member) == 1
    Product.objects.create(store=world.store, code="A", title="A")
    answer = client.get(EXPLAIN, asked | {by: member}).json()
    assert (answer["of"][by], answer["value"]) == (member, "0.00")


def test_no_etag_outlives_the_release(world: World, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"If-None-Match": ask(caller(world.vera))["ETag"]}
    assert ask(caller(world.vera), known).status_code == 304
    monkeypatch.setattr(door, "release", lambda: "another")
    assert ask(caller(world.vera), known).status_code == 200


def test_all_rows_come_page_by_page(world: World, caller: Caller) -> None:
    days = {"period": {"from": "2026-11-01", "to": "2026-11-05"}, "dimensions": ["day"], "limit": 2}
    client = caller(world.vera)
    whole = ask(client, **days | {"limit": 100}).json()["rows"]
    told = [ask(client, **days, offset=start).json() for start in (0, 2, 4, 6)]
    assert [len(x["rows"]) for x in told] == [2, 2, 1, 0]
    assert ([row for x in told for row in x["rows"]], {x["row_count"] for x in told}) == (whole, {5})
    for wrong in (-1, "2", True, 2**31):
        assert ask(client, offset=wrong).status_code == 422
