"""Every page in Chromium: nothing to complain about, nothing left in English, nothing an axe can cut."""

import re
from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Page

from tests.browser.conftest import Opener
from tests.browser.sound import DESK_BY_DAY, HAND_AT_NIGHT, WCAG, axe, faults, in_two_looks, looks_wrong, show

pytestmark = [pytest.mark.browser, pytest.mark.once]

IN_STORE = "s/<slug:store>/"
EXTRA = ["explain/pay_cvr", "explain/pay_amt/days", "rows?of=orders_paid&sum=pay_fen", "dashboard/?parts=tree"]


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
known_pages: list[str] = []


def pages_of(page: Page, store: str) -> list[str]:
    """The addresses of a store that answer `page`'s person with a whole page; asked once, in the demo shop."""
    if not known_pages:
        every = [f"/{x}".replace(IN_STORE, "s/chenlu/") for x in addresses()]
        asked = [(x, page.request.get(x, max_redirects=0)) for x in every if not x.startswith(("/api/", "/admin"))]
        known_pages.extend(x for x, answer in asked if answer.status == 200 and WHOLE.match(answer.text()))
    assert len(known_pages) > 30, known_pages
    return [x.replace("/s/chenlu/", f"/s/{store}/") for x in known_pages]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_of_the_demo_shop_is_sound_on_a_desk_and_in_a_hand(opened: Opener, language: str) -> None:
    """An axe cuts the Chinese ones in both looks. What is loaded on a desk in one language is loaded on a phone in the
    other."""
    page, english = opened("li", language=language), language == "en"
    rules, first = (None, HAND_AT_NIGHT) if english else (WCAG, DESK_BY_DAY)
    known = [*pages_of(page, "chenlu"), *(f"/s/chenlu/{x}" for x in EXTRA)]
    found = in_two_looks(page, known, language, first=first, desk=rules, hand=rules)
    assert not found, "\n".join(found)


def test_every_page_of_an_empty_store_is_sound(opened: Opener) -> None:
    page = opened("li")
    known = [x for x in pages_of(page, "fresh") if x.startswith("/s/")]
    found = [fault for address in known for fault in faults(page, address, "zh-hans")]
    assert not found, "\n".join(found)


def test_the_door_and_the_api_pages_are_sound(opened: Opener) -> None:
    page = opened("li")
    page.context.clear_cookies()
    found = faults(page, "/login/", "zh-hans")
    show(page, "dark", 1440, 900)
    found += looks_wrong(page, "/login/ in the dark")
    assert not found, "\n".join(found)
    page.goto("/api/docs/")
    page.wait_for_selector(".opblock")
    assert page.complaints == []


def test_a_shared_report_has_no_drawer_and_its_script_runs_on(opened: Opener) -> None:
    page = opened("li")
    page.goto("/s/chenlu/reports/links/")
    page.fill("input[name=note]", "王总")
    page.locator("form:has(input[name=note]) button.btn.primary").click()
    shared = page.locator("#new-link").inner_text()
    page.goto(shared)
    assert (page.locator("dialog").count(), page.locator("[data-print]:not([hidden])").count()) == (0, 1)
    assert page.complaints == []


PALE = """() => { const texts = [...document.querySelectorAll('main :not(.sr-only)')].filter(x => x.checkVisibility()
    && [...x.childNodes].some(y => y.nodeType === Node.TEXT_NODE && y.data.trim()));
    texts.at(-1).style.setProperty('color', '#ddd') }"""


def test_the_axe_finds_one_pale_text_among_many(opened: Opener) -> None:
    page = opened("li")
    page.goto("/s/chenlu/settings/members/")
    page.evaluate(PALE)
    assert [x.split(":")[0] for x in axe(page, WCAG)] == ["color-contrast"]


def test_numbers_stand_before_any_script_runs(opened: Opener) -> None:
    page = opened(javascript=False)
    page.goto("/s/chenlu/dashboard/")
    assert re.search(r"¥[\d.,]+", page.locator(".kpi .v").first.inner_text())


def test_the_page_is_light_before_the_charts_come(opened: Opener) -> None:
    page = opened(fresh=True)
    weights: dict[str, int] = {}
    page.on("response", lambda r: weights.__setitem__(r.url, int(r.headers.get("content-length", "0") or 0)))
    with page.expect_response(re.compile("plotly")):
        page.goto("/s/chenlu/dashboard/")
    light = {url: size for url, size in weights.items() if "plotly" not in url}
    assert sum(light.values()) < 150 * 1024, light
