"""While the cache's server is away, people and programs are answered all the same."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from redis.exceptions import ConnectionError as Refused

from opsplan.cache import shared
from staff.services import create_token, revoke
from tests.kpis.facts import count, cover, order
from tests.world import World


@pytest.fixture
def away(world: World, settings) -> Iterator[None]:
    """A shop with a day of orders, and no server at the cache's address."""
    order(world.store, 10, "300")
    cover(world.store, "orders", 10)
    count(world.store)
    known = settings.CACHES
    settings.CACHES = {"default": {"BACKEND": "opsplan.cache.Cache", "LOCATION": "redis://127.0.0.1:1"}}
    yield
    settings.CACHES = known


def test_requests_are_counted_beside_those_before_and_what_is_kept() -> None:
    shared().set("kept", {"a": 1}, 60)
    assert shared().count("now", "before", 60) == (1, 0, None)
    assert shared().count("now", "before", 60, "kept") == (2, 0, {"a": 1})
    shared().take_back("now")
    assert shared().count("later", "now", 60, "nothing") == (1, 1, None)


@pytest.mark.parametrize("page", ["dashboard/", "today/", "products/", "campaigns/"])
def test_pages_come_without_it(world: World, client: Client, away: None, page: str) -> None:
    client.force_login(world.alice)
    assert client.get(f"/s/lotus/{page}").status_code == 200


def test_programs_are_answered_and_let_in_without_it(world: World, away: None) -> None:
    key = create_token(world.vera, "x", "read", [world.store])[1]
    program = Client(headers={"authorization": f"Bearer {key}"})
    asked = "from=2026-03-10&to=2026-03-10&metrics=pay_amt"
    for _again in range(2):
        answer = program.get(f"/api/v1/stores/lotus/kpis/summary?{asked}")
        assert (answer.status_code, answer.json()["values"]["pay_amt"]["value"]) == (200, "300.00")
    assert program.get("/api/v1/metrics").status_code == 200


def test_a_key_that_cannot_be_forgotten_there_is_told_aloud(world: World, away: None) -> None:
    token, _key = create_token(world.vera, "x", "read", [world.store])
    with pytest.raises(Refused):
        revoke(token)
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert cache.get("anything", "nothing") == "nothing"
