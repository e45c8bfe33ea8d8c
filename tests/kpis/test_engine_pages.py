"""What the main pages cost in statements, over three days and over six weeks, on record."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.kpis.rich_shop import make_rich_shop
from tests.world import World

# page -> the most statements it may take, log-in and gate included
MOST = {
    "/s/lotus/today/": 47,
    "/s/lotus/dashboard/": 43,
    "/s/lotus/dashboard/week/": 58,
    "/s/lotus/dashboard/products/": 22,
    "/s/lotus/dashboard/traffic/": 26,
    "/s/lotus/dashboard/why/": 35,
    "/all/": 17,
    "/s/lotus/plan/": 13,
    "/s/lotus/glossary/": 10,
    "/s/lotus/explain/pay_cvr": 26,
}


@pytest.mark.parametrize("page", MOST)
def test_a_page_takes_few_statements(world: World, client: Client, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-13")
    make_rich_shop(world.store)
    client.force_login(world.alice)
    spent = []
    for first in ("2026-11-10", "2026-10-01"):
        with CaptureQueriesContext(connection) as told:
            assert client.get(page, {"period": "custom", "from": first, "to": "2026-11-12"}).status_code == 200
        spent.append(len(told))
    assert max(spent) <= MOST[page]
