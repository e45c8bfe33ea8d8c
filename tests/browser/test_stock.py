"""The stock-take sheet as it comes out of the printer."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opener

pytestmark = [pytest.mark.browser, pytest.mark.worker, pytest.mark.once]


def test_a_count_is_begun_and_its_sheet_fits_a4(opened: Opener) -> None:
    page = opened("zhou")
    page.goto("/s/chenlu/products/stock/takes/")
    page.locator("a.link-row").first.click()  # the demo's is half done
    page.locator("button[value=drop]").click()
    expect(page.locator("button[value=resume]")).to_be_visible()
    page.goto("/s/chenlu/products/stock/takes/")
    page.locator("form.card button.primary").click()
    page.wait_for_url("**/takes/*/")
    page.goto(page.url + "sheet/?blind=1")
    expect(page.locator(".sheet tbody tr").first).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".no-print").first).to_be_hidden()
    assert page.pdf(prefer_css_page_size=True)[:4] == b"%PDF"
    sizes = "[document.querySelector('.sheet table').scrollWidth, document.querySelector('.sheet').clientWidth]"
    table, paper = page.evaluate(sizes)
    assert table <= paper
