"""What is sent is what the OpenAPI document says, or is refused with its field and value; lists have pages alike."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from rest_framework import serializers

from opsplan import plaintext
from opsplan.fitting import fitting
from opsplan.negotiation import JsonRenderer
from products.models import StockMovement
from staff.api import bodies
from staff.models import Approval, Handover, ShareLink
from tests import answers
from tests.api.conftest import Caller
from tests.world import World

BASE = "/api/v1/stores/lotus/"
SHAPE = bodies.body(
    "Anything",
    {
        "name": bodies.text(""),
        "on": bodies.yes(""),
        "lines": bodies.rows("AnyLine", {"units": bodies.whole(""), "price": bodies.number("")}, ""),
        "ids": serializers.ListField(child=serializers.IntegerField()),
        "by_key": bodies.named(""),
        "day": bodies.day(),
        "what": serializers.ListField(),
    },
)


def refused(body: Any) -> list[str]:
    return [field for field, _said, _valid in bodies.wrong(SHAPE, body, "")]


@pytest.mark.once
@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"name": "x", "on": True, "lines": [{"units": 1, "price": "2.50"}], "ids": [1], "by_key": {"a": "b"}}, []),
        ({"name": None, "lines": None, "ids": [None], "by_key": {"a": None}, "what": [1, "x", {}]}, []),
        ({"lines": [{"price": 2}, {"price": 2.5}]}, []),
        ({"name": 5, "on": "yes", "ids": ["1"], "by_key": [1]}, ["name", "on", "ids[0]", "by_key"]),
        ({"lines": [{"units": True}, {"units": 1.0}, 3]}, ["lines[0].units", "lines[1].units", "lines[2]"]),
        ({"lines": [None]}, ["lines[0]"]),
        ({"lines": {"units": 1}, "by_key": {"a": {}}}, ["lines", "by_key.a"]),
        ({"lines": [{"unit": 1}], "nmae": "x"}, ["nmae", "lines[0].unit"]),
        ({"lines": [{"units": 2**63}]}, ["lines[0].units"]),
        ({"day": "9999-12-31"}, ["day"]),
        ([], [""]),
        ("x", [""]),
        (None, [""]),
    ],
)  # fmt: skip
def test_another_kind_or_an_unknown_name_is_told_by_its_place(body: Any, fields: list[str]) -> None:
    assert refused(body) == fields


@pytest.mark.once
@pytest.mark.parametrize(
    "text", ['{"a": 1, "a": 2}', '{"x": [{"a": 1, "a": 1}]}', '{"a": NaN}', '{"a": 1e400}', "{", "'a'"]
)
def test_what_is_no_json_or_says_a_thing_twice_is_refused(world: World, caller: Caller, text: str) -> None:
    answer = caller(world.alice, "write").post(f"{BASE}approvals", text, "application/json")
    assert (answer.status_code, list(answer.json())) == (400, ["detail"])


def test_numbers_with_a_point_are_read() -> None:
    assert plaintext.finite("2.5") == 2.5


def test_a_refusal_names_field_value_and_what_would_do_and_changes_nothing(world: World, caller: Caller) -> None:
    api = caller(world.alice, "write")
    said = {"flow": "single", "title": {"a": 1}, "nte": "x"}
    answer = api.post(f"{BASE}approvals", said, "application/json", headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert answer.json() == {
        "detail": "There is no such field. Send a text.",
        "errors": [
            {"value": "x", "field": "nte", "message": "There is no such field.", "valid": ["flow", "title", "note"]},
            {"value": '{"a": 1}', "field": "title", "message": "Send a text.", "valid": []},
        ],
    }
    assert not Approval.objects.exists()


def test_a_name_that_is_no_name_is_refused_like_any_other(world: World, caller: Caller) -> None:
    answer = caller(world.alice, "write").post(f"{BASE}links", {"[]": 1, ".": 2}, "application/json")
    assert (answer.status_code, [x["field"] for x in answer.json()["errors"]]) == (422, ["[]", "."])


def test_a_text_that_is_too_long_is_refused_with_its_place_the_limit_and_its_length(
    world: World, caller: Caller
) -> None:
    api, long = caller(world.alice, "write"), {"headers": {"Accept-Language": "en"}}
    sent: dict[str, Any] = {
        "handovers": {"note": "x", "lines": [{"kind": "case", "text": "退" * 301}]},
        "approvals": {"flow": "single", "title": "退" * 161},
        "links": {"what": "weekly", "note": "退" * 61},
        "closings": {"first": "2026-11-01", "last": "2026-11-02", "note": "退" * 301},
    }
    answers = {at: api.post(f"{BASE}{at}", body, "application/json", **long) for at, body in sent.items()}
    found = {at: (x.status_code, x.json()["errors"][0]["field"], x.json()["detail"]) for at, x in answers.items()}
    assert found == {
        "handovers": (422, "lines[0].text", "At most 300 characters; these are 301."),
        "approvals": (422, "title", "At most 160 characters; these are 161."),
        "links": (422, "note", "Note: At most 60 characters; these are 61."),
        "closings": (422, "note", "Note: At most 300 characters; these are 301."),
    }
    assert (Approval.objects.count(), Handover.objects.count(), ShareLink.objects.count()) == (0, 0, 0)


@pytest.mark.once
def test_the_end_of_a_line_counts_once_however_a_form_sends_it() -> None:
    assert fitting("note", " a\r\nb\r\n", 3) == "a\nb"
    with pytest.raises(ValidationError):
        fitting("note", "abcd", 3)


def test_a_password_is_not_said_back(world: World, caller: Caller) -> None:
    answer = caller(world.alice, "write").post(f"{BASE}links", {"password": ["x"]}, "application/json")
    assert [(x["field"], x["value"]) for x in answer.json()["errors"]] == [("password", None)]


@pytest.mark.parametrize(
    "address",
    ["kpis/summary?metrics=pay_amt&from=2026-11-01&to=2026-11-02&chanel=x", "tasks?myne=1", "stock?page=2",
     "calendar?from=1-1", "calendar?to=x",
     "calendar?day=x", "../../metrics?x=1", "../../stores?x=1", "tasks?day=9999-12-31",
     "notices?unread=maybe", "plans/2026?version=x", "stock?limit=0"],
)  # fmt: skip
def test_a_question_nobody_knows_is_not_passed_over(world: World, caller: Caller, address: str) -> None:
    answer = caller(world.alice).get(urljoin(BASE, address))
    told = answer.json()
    assert answer.status_code == 422
    assert told["detail"]
    assert told["errors"][0]["field"] in address


@pytest.mark.parametrize(
    "address",
    ["products", "products/checklists", "stock", "stock/movements", "stock/holds", "stock/takes", "purchases", "deals",
     "customers", "campaigns", "enrolments", "alerts", "closings", "imports", "reports", "links", "task-templates"],
)  # fmt: skip
def test_lists_have_pages_alike(world: World, caller: Caller, address: str) -> None:
    told = caller(world.alice).get(f"{BASE}{address}?limit=1&offset=0").json()
    assert list(told) == ["count", "next", "previous", "results"]


def test_a_movement_to_a_place_there_is_not_is_refused(world: World, caller: Caller) -> None:
    said = {"sku": "A", "kind": "received", "units": 1, "place": "nowhere"}
    answer = caller(world.alice, "write").post(f"{BASE}stock/movements", said, "application/json")
    assert answer.json()["errors"][0]["field"] == "place"
    assert not StockMovement.objects.exists()


def test_nothing_of_a_milestone_is_kept_where_a_name_is_misspelt(world: World, caller: Caller) -> None:
    api = caller(world.alice, "write")
    said = {"title": "x", "metric": "pay_order_cnt", "goal": "70", "first": "2026-12-01", "due_on": "2026-12-31"}
    made = api.post(f"{BASE}plan/milestones", said, "application/json").json()
    at = f"{BASE}plan/milestones/{made['id']}"
    assert api.patch(at, {"title": "y", "du": "2027-01-15"}, "application/json").status_code == 422
    assert api.get(at).json()["title"] == "x"


@pytest.fixture(scope="module")
def document() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)


def properties(document: Any, shape: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field of a body, and those inside it."""
    if "$ref" in shape:
        shape = document["components"]["schemas"][shape["$ref"].split("/")[-1]]
    for name, each in shape.get("properties", {}).items():
        yield name, each
        yield from properties(document, each)
    for inner in [shape.get("items"), *shape.get("allOf", ())]:
        if inner:
            yield from properties(document, inner)


@pytest.mark.once
def test_every_field_says_what_it_holds_and_whose_days_and_instants_are_meant(document: Any) -> None:
    untold, operations = [], 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            sent = operation.get("requestBody", {}).get("content", {})
            fields = [x for kind in sent.values() for x in properties(document, kind["schema"])]
            asked = [(x["name"], x["schema"] | x) for x in operation.get("parameters", ()) if x["in"] == "query"]
            operations += bool(fields)
            for name, field in fields + [x for x in asked if x[0] != "format"]:
                said, form = field.get("description") or "", field.get("format")
                wanted = {"date": ["local"], "date-time": ["offset", "UTC"]}.get(form, [""])
                if not said or not any(x in said for x in wanted):
                    untold.append((method, path, name, said))
    assert (untold, operations > 50) == ([], True)


@pytest.mark.once
def test_every_operation_has_a_name_of_its_own_and_a_list_is_told_from_one_of_its_rows(document: Any) -> None:
    names = {
        f"{method.upper()} {path}": each["operationId"]
        for path, methods in document["paths"].items()
        for method, each in methods.items()
    }
    assert len(names) == len(set(names.values())) > 150
    assert [name for name in names.values() if name[-1].isdigit()] == []  # a number another endpoint could move
    base = "/api/v1/stores/{slug}"
    wanted = {
        f"GET {base}/tasks": "list",
        f"GET {base}/tasks/{{id}}": "retrieve",
        f"POST {base}/tasks/{{id}}": "act",
        f"GET {base}/deals/{{id}}/sales": "list",
        f"PATCH {base}/products": "bulk_update",
        f"PATCH {base}/products/{{id}}": "partial_update",
        f"GET {base}/kpis/summary": "retrieve",
    }
    assert [at for at, end in wanted.items() if not names[at].endswith(f"_{end}")] == []


@pytest.mark.once
def test_what_goes_wrong_here_is_told_in_json_to_programs(
    world: World, monkeypatch: pytest.MonkeyPatch, caller: Caller
) -> None:
    def broken(*_told: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("staff.api.approvals.approvals.open_ones", broken)
    client: Client = caller(world.alice)
    client.raise_request_exception = False
    answer = client.get(f"{BASE}approvals")
    assert (answer.status_code, list(answer.json())) == (500, ["detail"])


@pytest.mark.once
def test_the_guide_names_every_address_and_its_methods(document: Any) -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text().split("## Every address")[1]
    told = {
        address.replace("…/", "/stores/<slug>/"): sorted(re.findall(r"\b(GET|POST|PUT|PATCH|DELETE)\b", methods))
        for address, methods in re.findall(r"^\| `([^`]+)` \| (.*) \|$", guide, re.M)
    }
    known = {
        re.sub(r"\{([a-z]+)\}", r"<\1>", path).removeprefix("/api/v1").replace("<document>", "<key>"): sorted(
            map(str.upper, x)
        )
        for path, x in document["paths"].items()
    }
    assert told == known


@pytest.mark.once
def test_every_answer_has_a_shape() -> None:
    operations = [
        (f"{method} {path}", answer)
        for path, found in answers.document()["paths"].items()
        for method, operation in found.items()
        for status, answer in operation["responses"].items()
        if status.startswith("2")
    ]
    told = {name: answer["content"]["application/json"]["schema"] for name, answer in operations if has_json(answer)}
    assert len(told) > 150
    assert [name for name, shape in told.items() if shape in answers.FREE] == []
    assert '"type": "number"' not in json.dumps(answers.document())  # nor is a float asked for


def test_numbers_are_told_as_text_and_instants_in_utc() -> None:
    at = dt.datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
    told = JsonRenderer().render({"price": Decimal("1E+3"), "rate": Decimal("0.2500"), "at": at})
    assert told == b'{"price":"1000","rate":"0.2500","at":"2026-11-23T02:00:00Z"}'


def has_json(answer: dict[str, Any]) -> bool:
    return "application/json" in answer.get("content", {})


@pytest.mark.once
def test_an_answer_that_is_not_as_told_is_found(world: World, caller: Caller) -> None:
    answer = caller(world.alice).get(f"{BASE}stock")
    answers.hold(answer, "GET")
    answer.json = lambda: {"count": 1, "next": None, "previous": None, "results": [{"product": "x"}]}
    with pytest.raises(AssertionError, match="results/0"):
        answers.hold(answer, "GET")


def test_what_an_address_does_not_take_is_told_with_what_it_takes(world: World, caller: Caller) -> None:
    asked, url = {"HTTP_ACCEPT_LANGUAGE": "en"}, f"{BASE}entries"
    api = caller(world.alice, "write")
    answers_told = [
        api.put(url, **asked),
        api.get(url, HTTP_ACCEPT="image/png", HTTP_ACCEPT_LANGUAGE="en"),
        api.post(url, "<lines/>", content_type="application/xml", **asked),
    ]
    assert [x.status_code for x in answers_told] == [405, 406, 415]
    [[put], [accept], [xml]] = [x.json()["errors"] for x in answers_told]
    assert (put["field"], put["value"], "POST" in put["valid"]) == ("method", "PUT", True)
    assert (accept["field"], accept["value"], accept["valid"]) == ("Accept", "image/png", ["application/json"])
    assert (xml["field"], xml["value"], xml["valid"][0]) == ("Content-Type", "application/xml", "application/json")
    assert answers_told[2].json()["detail"].startswith("Send it as: application/json, ")
