"""A campaign made, changed and led over REST: what the pages would have done, and nothing else."""

import datetime as dt
from typing import Any

import pytest
from time_machine import travel

from campaigns.api import examples
from campaigns.models import Campaign
from products.models import Product
from staff import approvals
from staff.models import Approval, Member, Task
from tests.api.conftest import Caller
from tests.campaigns.shop import product
from tests.staff.tasks import template
from tests.world import World

BASE = "/api/v1/stores/lotus/campaigns"
JSON = "application/json"


@pytest.fixture(autouse=True)
def _november() -> object:
    with travel(dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def goods(world: World) -> tuple[Product, Product]:
    return product(world.store, "MM-01", 8900, 2000), product(world.store, "MS-02", 12900, 3000)


def wrong(answer: Any) -> tuple[int, list[str]]:
    return answer.status_code, [x["field"] for x in answer.json()["errors"]]


def test_a_campaign_is_made_once_with_its_products_and_tasks_and_seen_by_all(
    world: World, caller: Caller, goods: Any
) -> None:
    template(world.store, world.alice, rule="", trigger="campaign")
    api = caller(world.mia, "write")
    answer = api.post(BASE, examples.CAMPAIGN, JSON)
    made = answer.json()
    assert (answer.status_code, made["state"], made["type"], made["event"]) == (201, "draft", "platform", "double_12")
    assert (made["first"], made["last"], made["terms"], made["whole_store"]) == (
        "2026-12-10", "2026-12-12", "满300减40，每人限购5件", False,
    )  # fmt: skip
    told = [(x["code"], x["price"], x["limit"], x["deepest"], x["verdict"]) for x in made["products"]]
    assert told == [("MM-01", "69.00", 5, "69.00", "look"), ("MS-02", None, None, "129.00", "passed")]
    again = api.post(BASE, examples.CAMPAIGN, JSON)
    assert (again.status_code, again.json()["id"], Campaign.objects.count()) == (200, made["id"], 1)
    assert wrong(api.post(BASE, examples.CAMPAIGN | {"theme": "别的"}, JSON)) == (422, ["name"])
    assert Task.objects.get(store=world.store).day == dt.date(2026, 12, 10)
    assert caller(world.vera).get(f"{BASE}?when=coming").json()["results"][0]["products"] == 2


def test_what_is_not_named_stays_and_another_first_day_takes_all_along(
    world: World, caller: Caller, goods: Any
) -> None:
    api = caller(world.mia, "write")
    at = f"{BASE}/{api.post(BASE, examples.CAMPAIGN, JSON).json()['id']}"
    assert api.put(f"{at}/phases", examples.PHASES, JSON).status_code == 200
    told = api.patch(at, {"first": "2026-12-11", "last": "2026-12-13", "prize": "1234.50"}, JSON).json()
    assert (told["name"], told["last"], told["prize"], len(told["products"])) == ("双12", "2026-12-13", "1234.50", 2)
    assert [(x["phase"], x["start"], x["share"]) for x in told["phases"]] == [
        ("build_up", "2026-12-10T16:00:00Z", "0.4000"), ("peak", "2026-12-12T16:00:00Z", "0.6000"),
    ]  # fmt: skip
    mask, serum = api.patch(f"{at}/products", examples.CAMPAIGN_PRICE, JSON).json()["products"]
    assert (mask["price"], mask["limit"], serum["price"], serum["units"]) == ("69.00", 5, "99.00", 300)
    told = api.patch(f"{at}/products", {"lines": [{"code": "MS-02", "price": None}]}, JSON).json()
    assert (told["products"][1]["price"], told["products"][1]["units"]) == (None, 300)
    told = api.patch(at, {"products": [{"code": "MM-01"}]}, JSON).json()
    assert [(x["code"], x["price"]) for x in told["products"]] == [("MM-01", "69.00")]
    assert api.patch(at, {"products": []}, JSON).json()["whole_store"]


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"first": "10/12/2026"}, ["first"]),
        ({"first": None, "event": ""}, ["first"]),
        ({"last": "2026-12-09"}, ["last"]),
        ({"last": "2027-12-30"}, ["last"]),
        ({"name": "", "type": "sale"}, ["type"]),
        ({"name": ""}, ["name"]),
        ({"event": "black_monday"}, ["event"]),
        ({"price_rules": "mine"}, ["price_rules"]),
        ({"prize": "-1"}, ["prize"]),
        ({"products": [{"code": "MM-01"}, {"code": "X"}]}, ["products[1].code"]),
        ({"products": [{"code": "MM-01"}, {"code": "MM-01"}]}, ["products[1].code"]),
        ({"products": [{"code": "MM-01", "price": "a lot"}]}, ["products[0].price"]),
        ({"products": [{"code": "MM-01", "price": "0"}]}, [""]),
        ({"products": [{"code": "MM-01", "units": -1}]}, ["products[0].units"]),
        ({"state": "approved"}, ["state"]),
    ],
)
def test_what_cannot_be_is_refused_by_its_name_and_nothing_is_kept(
    world: World, caller: Caller, goods: Any, change: dict[str, Any], fields: list[str]
) -> None:
    api = caller(world.mia, "write")
    assert wrong(api.post(BASE, examples.CAMPAIGN | change, JSON)) == (422, fields)
    assert not Campaign.objects.exists()
    at = f"{BASE}/{api.post(BASE, examples.CAMPAIGN, JSON).json()['id']}"
    before = api.get(at).json()
    assert wrong(api.patch(at, change, JSON)) == (422, fields)
    assert api.get(at).json() == before


def test_without_days_they_are_those_of_the_event(world: World, caller: Caller) -> None:
    api, said = caller(world.mia, "write"), {"name": "双12", "event": "double_12"}
    answers = [api.post(BASE, said, JSON) for _n in range(2)]
    days = [(x.status_code, x.json()["first"] <= "2026-12-12" <= x.json()["last"]) for x in answers]
    assert (days, Campaign.objects.count()) == ([(201, True), (200, True)], 1)


def test_events_that_would_do_are_named(world: World, caller: Caller) -> None:
    said = {"name": "x", "first": "2026-12-10", "last": "2026-12-12", "event": "double12"}
    (error,) = caller(world.mia, "write").post(BASE, said, JSON).json()["errors"]
    assert "double_12" in error["valid"]


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ([{"phase": "peak", "start": "2026-12-10T00:00:00", "end": "2026-12-11T00:00:00+08:00"}], ["phases[0].start"]),
        ([{"phase": "peak", "start": "2026-12-10T00:00:00+08:00"}], ["phases[0]"]),
        ([{"phase": "sale"}], ["phases[0].phase"]),
        ([examples.PHASES["phases"][1], {**examples.PHASES["phases"][0], "share": "0.5"}], ["shares"]),
        ([examples.PHASES["phases"][0]] * 2, ["phases[1].phase"]),
        ([{**examples.PHASES["phases"][0], "share": "half"}], ["phases[0].share"]),
        (None, ["phases"]),
    ],
)
def test_phases_that_make_no_sense_are_refused(
    world: World, caller: Caller, goods: Any, said: Any, fields: list[str]
) -> None:
    api = caller(world.mia, "write")
    at = f"{BASE}/{api.post(BASE, examples.CAMPAIGN, JSON).json()['id']}"
    assert wrong(api.put(f"{at}/phases", {"phases": said}, JSON)) == (422, fields)
    assert api.get(at).json()["phases"] == []


def test_a_campaign_is_led_to_its_approval_stopped_and_reviewed(world: World, caller: Caller, goods: Any) -> None:
    api = caller(world.mia, "write")
    at = f"{BASE}/{api.post(BASE, examples.CAMPAIGN, JSON).json()['id']}"

    def do(verb: str, reason: str = "") -> tuple[int, Any]:
        answer = api.post(f"{at}/do", {"do": verb, "reason": reason}, JSON)
        return answer.status_code, answer.json().get("state") or answer.json()["errors"][0]["field"]

    assert do("ask") == (422, "do")
    assert [do("check"), do("check"), do("ask"), do("ask")] == [(200, "checked")] * 4
    asked = Approval.objects.get(about=f"campaign:{at.rpartition('/')[2]}")
    assert (api.get(at).json()["approval"], asked.asked_by) == (asked.pk, world.mia)
    assert [do("withdraw"), do("withdraw")] == [(200, "draft")] * 2
    assert [do("check"), do("ask")] == [(200, "checked")] * 2
    asked = Approval.objects.get(pk=api.get(at).json()["approval"])
    while asked.state == "open":
        approvals.decide(world.store, asked.pk, Member.objects.get(user=world.alice), "yes")
        asked.refresh_from_db()
    assert api.get(at).json()["state"] == "approved"
    assert do("stop") == (422, "reason")
    assert [do("stop", "缺货"), do("stop", "缺货"), do("check")] == [(200, "stopped"), (200, "stopped"), (422, "do")]
    assert do("approve") == (422, "do")
    told = api.post(f"{at}/review", examples.WORDS, JSON).json()
    assert (told["state"], told["lesson"]) == ("reviewed", examples.WORDS["lesson"])
    assert wrong(api.post(f"{at}/review", {"words": " "}, JSON)) == (422, ["words"])


def test_of_an_approved_one_nothing_goes_below_what_is_allowed(world: World, caller: Caller, goods: Any) -> None:
    api = caller(world.mia, "write")
    at = f"{BASE}/{api.post(BASE, examples.CAMPAIGN, JSON).json()['id']}"
    Campaign.objects.update(state="approved")
    lines = f"{at}/products"
    cheap = {"lines": [{"code": "MS-02", "price": "90.29"}]}  # 70 % of 129 is 90.30
    assert wrong(api.patch(lines, cheap, JSON)) == (422, ["lines"])
    assert api.get(at).json()["state"] == "approved"
    answer = api.patch(lines, {"lines": [{"code": "MS-02", "price": "90.30"}]}, JSON).json()
    assert (answer["state"], answer["products"][1]["verdict"]) == ("draft", "look")
    strange = {"lines": [{"code": "MM-01"}, {"code": "X"}]}
    assert wrong(api.patch(lines, strange, JSON)) == (422, ["lines[1].code"])


def test_last_years_campaign_is_copied_once_and_one_goes_only_by_its_name(
    world: World, caller: Caller, goods: Any
) -> None:
    api = caller(world.mia, "write")
    pk = api.post(BASE, examples.CAMPAIGN, JSON).json()["id"]
    answers = [api.post(f"{BASE}/{pk}/copy", {}, JSON) for _n in range(2)]
    told = [(x.status_code, x.json()["first"], x.json()["last"], x.json()["state"]) for x in answers]
    assert told == [(201, "2027-12-10", "2027-12-12", "draft"), (200, "2027-12-10", "2027-12-12", "draft")]
    assert answers[0].json()["products"][0]["price"] == "69.00"
    assert [wrong(api.delete(f"{BASE}/{pk}{x}")) for x in ("", "?name=双11")] == [(422, ["name"])] * 2
    assert api.delete(f"{BASE}/{pk}?name=双12").status_code == 204
    assert api.delete(f"{BASE}/{pk}?name=双12").status_code == 404


def test_figures_of_the_days_are_counted_anew(
    world: World, caller: Caller, goods: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, str]] = []
    for module in ("making", "planned"):
        monkeypatch.setattr(
            f"campaigns.api.{module}.figures_changed", lambda _store, first, last: told.append((f"{first}", f"{last}"))
        )
    api = caller(world.mia, "write")
    at = f"{BASE}/{api.post(BASE, examples.CAMPAIGN, JSON).json()['id']}"
    api.patch(at, {"first": "2026-12-20", "last": "2026-12-21"}, JSON)
    api.delete(f"{at}?name=双12")
    days = [("2026-12-10", "2026-12-12"), ("2026-12-20", "2026-12-21"), ("2026-12-10", "2026-12-12")]
    assert told == [*days, ("2026-12-20", "2026-12-21")]


def test_of_a_blocked_price_a_way_out_is_taken_or_an_exception_asked_for_once(
    world: World, caller: Caller, goods: Any
) -> None:
    api = caller(world.mia, "write")
    at = f"{BASE}/{api.post(BASE, examples.CAMPAIGN, JSON).json()['id']}"
    cheap = {"lines": [{"code": "MS-02", "price": "80"}]}
    (way,) = api.patch(f"{at}/products", cheap, JSON).json()["products"][1]["ways"]
    asked = {"product": "MS-02", "reason": "清仓"}
    told = [api.post(f"{at}/exceptions", asked, JSON).json()["exceptions"] for _n in range(2)][1]
    assert [(x["product"], x["deepest"], x["state"], x["asked_by"]) for x in told] == [
        ("MS-02", "80.00", "open", "mia")
    ]
    assert wrong(api.post(f"{at}/exceptions", {"product": "MM-01", "reason": " "}, JSON)) == (422, ["reason"])
    assert wrong(api.post(f"{at}/exceptions", asked | {"product": "MM-01"}, JSON)) == (422, ["product"])
    assert wrong(api.post(f"{at}/exceptions", asked | {"product": "X"}, JSON)) == (422, ["product"])
    take = {"product": "MS-02", "way": way["key"]}
    answers = [api.post(f"{at}/ways-out", take, JSON) for _n in range(2)]
    assert [x.status_code for x in answers] == [200, 422]
    serum = answers[0].json()["products"][1]
    assert (serum["price"], serum["verdict"], serum["ways"]) == ("90.30", "look", [])  # 70 % of 129
    assert api.patch(f"{at}/products", cheap, JSON).json()["products"][1]["verdict"] == "blocked"


def test_the_work_around_a_campaign_is_told_and_changed_all_or_none(world: World, caller: Caller, goods: Any) -> None:
    api = caller(world.mia, "write")
    at = f"{BASE}/{api.post(BASE, examples.CAMPAIGN, JSON).json()['id']}/preparation"
    told = api.patch(at, examples.PREPARATION, JSON).json()
    campaign = Campaign.objects.get()
    goal = campaign.goals.get(metric="gross_rate")
    assert (goal.value, campaign.plan_b.get().limit) == (45, 70)  # as the page keeps them: percent
    assert {x["metric"]: x["value"] for x in told["goals"]} == {"gross_rate": "0.4500", "real_amt": "120000.00"}
    assert (told["plan_b"][0]["limit"], told["points"][0]["done_at"]) == ("0.7000", None)
    [material] = told["materials"]
    both = {"budgets": [{"channel": "zuanzhan", "amount": "500"}], "goals": [{"metric": "gross_rate", "value": None}]}
    told = api.patch(at, both | {"plan_b": [{"id": told["plan_b"][0]["id"], "drop": True}]}, JSON).json()
    assert [(x["channel"], x["amount"]) for x in told["budgets"] if x["amount"]] == [
        ("zhitongche", "3000.00"), ("zuanzhan", "500.00"),
    ]  # fmt: skip
    assert ([x["metric"] for x in told["goals"]], told["plan_b"]) == (["real_amt"], [])
    mine = {
        "materials": [{"id": material["id"], "state": "done", "owner": "bob"}],
        "points": [{"number": 1, "done": True}],
    }
    member = caller(world.bob, "write")
    told = member.patch(at, mine, JSON).json()
    assert (told["materials"][0]["owner"], told["points"][0]["done_by"]) == ("bob", "bob")
    assert member.patch(at, mine | both, JSON).status_code == 403
    assert caller(world.charlie, "write").patch(at, mine, JSON).status_code == 404
    for said, field in (
        ({"goals": [{"metric": "real_amt", "value": "1"}, {"metric": "uv", "value": "1"}]}, "goals[1].metric"),
        ({"budgets": [{"channel": "x", "amount": "1"}]}, "budgets[0].channel"),
        ({"materials": [{"name": "Logo"}, {"id": material["id"], "owner": "nobody"}]}, "materials[1].owner"),
        ({"materials": [{"name": "Logo"}], "points": [{"number": 10, "done": True}]}, "points[0]"),
        ({"plan_b": [{"trigger": "weak", "limit": "0.5"}]}, "plan_b[0].answer"),
    ):
        assert wrong(api.patch(at, said, JSON)) == (422, [field])
    assert (campaign.materials.count(), campaign.goals.get().value) == (1, 120000)
