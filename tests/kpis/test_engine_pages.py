"""What every page of figures costs in statements, over three days and over six weeks, on record."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kpis.urls import urlpatterns
from tests.kpis.rich_shop import make_rich_shop
from tests.world import World

# page -> the most statements it may take with nothing kept, log-in and gate included (two more on PostgreSQL)
MOST = {
    "/all/": 26,
    "/all/clients/": 9,
    "/all/explain/pay_amt/CNY": 13,
    "today/": 56,
    "dashboard/": 24,
    "dashboard/rest/": 36,
    "dashboard/week/": 30,
    "dashboard/analysis/": 34,
    "dashboard/products/": 20,
    "dashboard/products/?by=stage": 26,
    "dashboard/products/?by=campaign": 28,
    "dashboard/traffic/": 24,
    "dashboard/why/": 32,
    "dashboard/workbook": 130,
    "dashboard/export/week?format=xlsx": 22,
    "explain/pay_cvr": 23,
    "explain/pay_amt?of=stage:incubation": 22,
    "explain/pay_amt/days": 10,
    "glossary/": 7,
    "settings/definitions/": 8,
    "rows?of=orders_paid&sum=pay_fen": 11,
    "data/": 17,
    "data/presets/": 7,
    "data/uploads/ready/": 7,
    "data/history/": 10,
    "data/coverage/": 12,
    "data/entries/": 10,
    "data/check/": 12,
    "data/unshipped/": 9,
    "data/closing/": 7,
    "customers/": 15,
    "customers/list/": 15,
    "customers/names/": 4,
    "customers/cuts/": 5,
    "contracts/": 9,
    "reports/": 10,
    "reports/links/": 11,
    "alerts/": 8,
    "alerts/rules/": 8,
    "alerts/rules/new/": 9,
    "plan/": 10,
    "plan/month/": 29,
    "plan/against/": 41,
    "plan/milestones/": 11,
    "plan/versions/": 7,
}


def test_every_page_of_figures_takes_few_statements(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-13")
    make_rich_shop(world.store)
    client.force_login(world.alice)
    spent = {page: max(statements(client, page, first) for first in spans(page)) for page in MOST}
    assert {page: n for page, n in spent.items() if n > MOST[page]} == {}


def spans(page: str) -> tuple[str, ...]:
    """First days to ask with: two where the page looks at a period of one's choice."""
    has_period = page.startswith(("/all/", "dashboard/", "explain/", "rows"))
    return ("2026-11-10", "2026-10-01") if has_period else ("2026-11-10",)


def statements(client: Client, page: str, first: str) -> int:
    """Over the days from `first`."""
    cache.clear()
    path = page if page.startswith("/") else f"/s/lotus/{page}"
    with CaptureQueriesContext(connection) as told:
        answer = client.get(f"{path}{'&' if '?' in path else '?'}period=custom&from={first}&to=2026-11-12")
        assert answer.status_code == 200, path
        if answer.streaming:
            list(answer)
    return len(told)


def test_the_record_knows_every_page_of_the_board_the_data_the_alerts_and_the_plan() -> None:
    """Pages of one row, and what only answers to a form, are left out by their path."""
    kept = {page.partition("?")[0].removeprefix("/") for page in MOST}
    pages = [str(each.pattern).removeprefix("s/<slug:store>/") for each in urlpatterns]
    plain = {page for page in pages if page.endswith("/") and "<" not in page}
    forms = ("/new/", "/find/", "uploads/", "/save/", "/cell/", "/empty/", "/start/", "/views/", "all/")
    assert {page for page in plain if not page.endswith(forms)} - kept == set()
