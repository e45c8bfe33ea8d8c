"""One page of every kind that is about one thing (a deal, a product, a person), in Chromium: found by following the
links of the demo shop."""

import re
from html import unescape

import pytest
from django.urls import resolve
from playwright.sync_api import Page

from tests.browser.conftest import Opener
from tests.browser.sound import in_two_looks
from tests.browser.test_pages import IN_STORE, WHOLE, pages_of

pytestmark = [pytest.mark.browser, pytest.mark.once]

LINK = re.compile(r'href="(/s/chenlu/[^"#?]*)')


def route_of(address: str) -> str:
    """The pattern behind an address, without the store."""
    return str(resolve(address).route).removeprefix(IN_STORE)


def about_one_thing(page: Page) -> dict[str, str]:
    """Pattern with an id -> the first address of it that a page of the shop links to, where a whole page answers."""
    found: dict[str, str] = {}
    known, ahead = set[str](), [(x, "") for x in pages_of(page, "chenlu") if x.startswith("/s/")]
    while ahead:
        address, route = ahead.pop(0)
        answer = page.request.get(address, max_redirects=0)
        if answer.status != 200 or not WHOLE.match(text := answer.text()):
            continue
        found |= {route: address} if route else {}
        for link in map(unescape, LINK.findall(text)):
            leads_to = route_of(link)
            if "<" in leads_to and leads_to not in known:
                known.add(leads_to)
                ahead.append((link, leads_to))
    return found


def test_a_page_about_one_thing_is_sound_on_a_desk_and_in_a_hand(opened: Opener) -> None:
    """An axe cuts it on the desk."""
    page = opened("li")
    pages = about_one_thing(page)
    assert len(pages) > 20, pages
    found = in_two_looks(page, list(pages.values()), hand=None)
    assert not found, "\n".join(found)
