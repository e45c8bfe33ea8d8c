"""Every page in Chromium: nothing to complain about, nothing left in English, nothing an axe can cut."""

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Page

from tests.browser.conftest import Opener
from tests.ops.shop import until

pytestmark = [pytest.mark.browser, pytest.mark.once]

IN_STORE = "s/<slug:store>/"
EXTRA = ["explain/pay_cvr", "explain/pay_amt/days", "rows?of=orders_paid&sum=pay_fen", "dashboard/?parts=tree"]
TEXT = """() => { const meant = [...document.querySelectorAll('body [lang=en]')]; meant.forEach(x => x.hidden = true);
    const text = document.body.innerText; meant.forEach(x => x.hidden = false); return text }"""  # said to be English
SETTLED = "document.readyState === 'complete' && !document.querySelector('.htmx-request')"
ENGLISH = re.compile(r"[A-Za-z]{2,}(?:[ ,]+[a-z]{2,}){2,}")
AXE = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}


def addresses() -> Iterator[str]:
    """Every address that needs to know a store at most, without the store: a new page is looked at by itself."""
    for pattern in get_resolver().url_patterns:
        route = str(pattern.pattern)
        if isinstance(pattern, URLPattern) and "<" not in route.removeprefix(IN_STORE):
            yield route
        elif isinstance(pattern, URLResolver) and not route:
            yield from (
                str(x.pattern) for x in pattern.url_patterns if "<" not in str(x.pattern).removeprefix(IN_STORE)
            )


WHOLE = re.compile(r"\s*<!doctype html", re.I)
known_pages: dict[str, list[str]] = {}


def pages_of(page: Page, store: str) -> list[str]:
    """The addresses that answer `page`'s person with a whole page, for a store; asked once."""
    if store not in known_pages:
        every = [f"/{x}".replace(IN_STORE, f"s/{store}/") for x in addresses()]
        asked = [(x, page.request.get(x, max_redirects=0)) for x in every if not x.startswith(("/api/", "/admin"))]
        known_pages[store] = [x for x, answer in asked if answer.status == 200 and WHOLE.match(answer.text())]
    assert len(known_pages[store]) > 30, known_pages[store]
    return known_pages[store]


def settle(page: Page) -> None:
    """Until the page and what it fetched are there: the content policy stops Chromium from asking by itself."""
    until(lambda: page.evaluate(SETTLED), 30)


def faults(page: Page, address: str, language: str, *, axe: bool = True) -> list[str]:
    """All that is wrong with one page, in words. What a script complains about late is told with the next page."""
    answer = page.goto(address)
    if answer is None or answer.status != 200:
        return [f"{address}: status {answer and answer.status}"]
    settle(page)
    found = looks_wrong(page, address, axe=axe)
    if language != "en":
        found += [f"{address}: English left: {x.group()!r}" for x in ENGLISH.finditer(page.evaluate(TEXT))]
    found += [f"{address}: console: {x[:200]}" for x in page.complaints]
    page.complaints.clear()
    return found


def looks_wrong(page: Page, address: str, *, axe: bool) -> list[str]:
    """What the open page gets wrong at this size and in these colours, once it has had time to fit itself to them."""
    found: list[str] = []

    def is_sound() -> bool:
        found[:] = wrong_now(page, address, axe=axe)
        return not found

    with suppress(AssertionError):
        until(is_sound, 5)
    return found


def wrong_now(page: Page, address: str, *, axe: bool) -> list[str]:
    found = []
    if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
        found.append(f"{address}: wider than the window ({page.viewport_size})")
    for violation in Axe().run(page, options=AXE).response["violations"] if axe else ():
        nodes = "; ".join(node["html"][:120] for node in violation["nodes"][:3])
        found.append(f"{address}: axe {violation['id']}: {nodes}")
    return found


def show(page: Page, theme: str, width: int, height: int) -> None:
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": height})


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_of_the_demo_shop_is_sound_on_a_desk_and_in_a_hand(opened: Opener, language: str) -> None:
    """Light on a desk, then dark on a phone; axe cuts the Chinese one in both looks."""
    page, axe = opened("li", language=language), language != "en"
    found = []
    for address in [*pages_of(page, "chenlu"), *(f"/s/chenlu/{x}" for x in EXTRA)]:
        show(page, "light", 1440, 900)
        found += faults(page, address, language, axe=axe)
        show(page, "dark", 390, 844)
        settle(page)
        found += looks_wrong(page, f"{address} on a phone", axe=axe)
    page.wait_for_load_state("networkidle")
    assert not found + page.complaints, "\n".join(found + page.complaints)


def test_every_page_of_an_empty_store_is_sound(opened: Opener) -> None:
    page = opened("li")
    known = [x for x in pages_of(page, "leer") if x.startswith("/s/")]
    found = [fault for address in known for fault in faults(page, address, "zh-hans")]
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
    with page.expect_response(re.compile("plotly")):
        page.goto("/s/chenlu/dashboard/")
    light = {url: size for url, size in weights.items() if "plotly" not in url}
    assert sum(light.values()) < 150 * 1024, light
