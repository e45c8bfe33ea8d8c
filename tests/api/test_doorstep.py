"""What is answered at the door, before the REST framework: as quick as one statement, as strict as the long way."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kpis.api import base
from kpis.models.rollups import bump
from opsplan import cache as ours
from opsplan.throttle import Throttle
from staff import services
from staff.models import ApiToken, Member
from tests.api.conftest import Caller
from tests.api.test_figures import ask, sell
from tests.world import World


@pytest.fixture
def known(world: World, caller: Caller) -> Client:
    """Vera's program, which has just had its answer."""
    sell(world.store, "1", 12_345)
    client = caller(world.vera)
    assert ask(client).status_code == 200
    return client


def statements(client: Client, **query: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert ask(client, **query).status_code == 200
    return len(asked)


def test_a_kept_answer_costs_one_statement(known: Client) -> None:
    assert statements(known) == 1


def test_it_is_the_same_answer_as_the_long_way(known: Client) -> None:
    door, long_way = ask(known), ask(known, format_="json")
    assert (door.status_code, door["Content-Type"]) == (200, "application/json")
    assert door.json()["values"] == long_way.json()["values"]
    assert (door["Cache-Control"], door["Vary"]) == (long_way["Cache-Control"], long_way["Vary"])


def test_an_answer_one_has_is_304_until_a_figure_changes(world: World, known: Client) -> None:
    known.defaults["HTTP_IF_NONE_MATCH"] = ask(known)["ETag"]
    assert ask(known).status_code == 304
    sell(world.store, "2", 100)
    assert ask(known).json()["values"]["pay_amt"]["value"] == "124.45"


def test_a_star_gets_no_304_for_a_question_that_has_no_answer(known: Client) -> None:
    known.defaults["HTTP_IF_NONE_MATCH"] = "*"
    assert ask(known, metrics="nonsense").status_code == 422


def test_a_revoked_key_is_refused_at_once(world: World, known: Client) -> None:
    services.revoke(ApiToken.objects.get(user=world.vera))
    assert ask(known).status_code == 401


def test_the_key_of_somebody_switched_off_is_refused(world: World, known: Client) -> None:
    world.vera.is_active = False
    world.vera.save()
    services.forget_tokens(world.vera)
    assert ask(known).status_code == 401


def test_a_key_opens_nothing_once_its_owner_has_left_the_store(world: World, known: Client) -> None:
    Member.objects.filter(user=world.vera).delete()
    assert ask(known).status_code == 404


def test_a_key_opens_no_store_that_it_does_not_name(world: World, known: Client) -> None:
    Member.objects.create(store=world.other, user=world.vera, level="viewer")
    found = known.get("/api/v1/stores/orchid/kpis/summary?from=2026-11-02&to=2026-11-02&metrics=pay_amt")
    assert found.status_code == 404


def test_a_key_of_some_figures_gets_no_other_although_the_answer_is_kept(world: World, known: Client) -> None:
    ApiToken.objects.filter(user=world.vera).update(metrics=["uv"])
    services.forget_tokens(world.vera)
    assert ask(known).status_code == 422


def test_requests_at_the_door_count_for_the_throttle(known: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Throttle, "rate", "3/min", raising=False)
    monkeypatch.setattr(Throttle, "timer", lambda _self: 60_030)
    answers = [ask(known).status_code for _each in range(5)]
    assert answers == [200, 200, 200, 429, 429]


def test_a_wrong_question_counts_once(known: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Throttle, "rate", "3/min", raising=False)
    monkeypatch.setattr(Throttle, "timer", lambda _self: 60_030)
    assert [ask(known, metrics="nonsense").status_code for _each in range(4)] == [422, 422, 422, 429]


def test_a_new_version_makes_a_new_answer(world: World, known: Client) -> None:
    before = ask(known)["ETag"]
    bump(world.store)
    assert ask(known)["ETag"] != before


def test_an_answer_of_the_release_before_is_neither_kept_nor_not_modified(
    world: World, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell(world.store, "1", 100)
    client = caller(world.vera)
    tag = ask(client)["ETag"]
    client.defaults["HTTP_IF_NONE_MATCH"] = tag
    assert ask(client).status_code == 304
    cache.set("kept", 1)
    for module in (base, ours):
        monkeypatch.setattr(module, "release", lambda: "another")
    assert (ask(client).status_code, cache.get("kept")) == (200, None)
