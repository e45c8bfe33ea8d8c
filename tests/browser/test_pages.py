"""Every page in Chromium: nothing to complain about, nothing left in English, nothing an axe can cut."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Opener

pytestmark = [pytest.mark.browser, pytest.mark.once]

SHOP = [
    "today/", "dashboard/", "dashboard/week/", "dashboard/products/", "dashboard/traffic/", "explain/pay_cvr",
    "explain/pay_amt/days", "rows?of=orders_paid&sum=pay_fen", "data/", "data/history/", "data/coverage/",
    "data/entries/", "plan/",
    "products/", "products/new/", "products/costs/", "campaigns/", "campaigns/new/", "settings/", "settings/members/",
    "settings/changes/",
]  # fmt: skip
EVERYBODY = ["/stores/", "/me/", "/me/tokens/"]
ADDRESSES = [f"/s/chenlu/{x}" for x in SHOP] + EVERYBODY
EMPTY = [f"/s/leer/{x}" for x in SHOP if not x.startswith("rows")]
LOOKS = [
    ("zh-hans", "light", (1440, 900)),
    ("en", "dark", (1440, 900)),
    ("en", "light", (390, 844)),
    ("zh-hans", "dark", (390, 844)),
]
ENGLISH = re.compile(r"[A-Za-z]{2,}(?:[ ,]+[a-z]{2,}){2,}")
AXE = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}


def faults(page: Page, address: str, language: str) -> list[str]:
    """All that is wrong with one page, in words."""
    answer = page.goto(address)
    page.wait_for_load_state("networkidle")
    found = [f"{address}: console: {x[:200]}" for x in page.complaints]
    page.complaints.clear()
    if answer is None or answer.status != 200:
        return [f"{address}: status {answer and answer.status}"]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
        found.append(f"{address}: wider than the window")
    if language != "en":
        found += [f"{address}: English left: {x.group()!r}" for x in ENGLISH.finditer(page.inner_text("body"))]
    for violation in Axe().run(page, options=AXE).response["violations"]:
        nodes = "; ".join(node["html"][:120] for node in violation["nodes"][:3])
        found.append(f"{address}: axe {violation['id']}: {nodes}")
    return found


@pytest.mark.parametrize(("language", "theme", "size"), LOOKS, ids=lambda x: str(x))
def test_every_page_of_the_demo_shop_is_sound(opened: Opener, language: str, theme: str, size: tuple[int, int]) -> None:
    page = opened("li", language=language, theme=theme, size=size)
    found = [fault for address in ADDRESSES for fault in faults(page, address, language)]
    assert not found, "\n".join(found)


def test_every_page_of_an_empty_store_is_sound(opened: Opener) -> None:
    page = opened("li")
    found = [fault for address in EMPTY for fault in faults(page, address, "zh-hans")]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_door_and_the_api_pages_are_sound(opened: Opener, theme: str) -> None:
    page = opened("li", theme=theme)
    page.context.clear_cookies()
    found = faults(page, "/login/", "zh-hans")
    assert not found, "\n".join(found)
    page.goto("/api/docs/")
    page.wait_for_selector(".opblock")
    assert page.complaints == []


def test_numbers_stand_before_any_script_runs(opened: Opener) -> None:
    page = opened(javascript=False)
    page.goto("/s/chenlu/dashboard/")
    assert re.search(r"¥[\d.,]+", page.locator(".kpi .v").first.inner_text())


def test_the_page_is_light_before_the_charts_come(opened: Opener) -> None:
    page = opened()
    weights: dict[str, int] = {}
    page.on("response", lambda r: weights.__setitem__(r.url, int(r.headers.get("content-length", "0") or 0)))
    page.goto("/s/chenlu/dashboard/")
    page.wait_for_load_state("networkidle")
    light = {url: size for url, size in weights.items() if "plotly" not in url}
    assert sum(light.values()) < 150 * 1024, light
    assert any("plotly" in url for url in weights)
