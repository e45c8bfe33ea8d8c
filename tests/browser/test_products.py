"""A proposal decided on the phone, and an item list with thirty faults brought in."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opener

pytestmark = [pytest.mark.browser, pytest.mark.worker, pytest.mark.once]


def test_a_proposal_is_confirmed_on_the_phone(opened: Opener) -> None:
    page = opened("zhou", size=(390, 844))
    page.goto("/s/chenlu/products/stages/")
    card = page.locator("article.style", has=page.locator("a.tag[href*='/moves/']")).first
    title = card.locator("h3").inner_text()
    card.locator("a.tag").click()
    page.wait_for_url("**/moves/*/")
    target = page.locator("h1").inner_text().split("→")[1].strip()
    button = page.locator("button[value=confirm]")
    assert button.bounding_box()["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    button.click()
    page.wait_for_url("**/stages/")
    expect(page.locator("section.stage", has_text=target).locator("h3", has_text=title[:12]).first).to_be_visible()
    assert page.complaints == []


def test_an_item_list_with_thirty_faults_tells_them_all_and_brings_in_the_rest(opened: Opener, tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    good = [f"X{n},好货{n},99" for n in range(2)]
    bad = [f"F{n},坏货{n},abc" for n in range(30)]
    path.write_text("\n".join(["商家编码,商品名称,一口价", *good, *bad]), encoding="gb18030")
    page = opened("zhou")
    page.goto("/s/chenlu/products/files/")
    page.set_input_files("input[type=file]", str(path))
    page.locator("form:has(input[type=file]) button.primary").click()
    page.wait_for_url("**/products/files/*/")
    expect(page.get_by_text("abc")).to_have_count(30)
    page.locator("button[value=apply]").click()
    expect(page.locator("button[value=undo]")).to_be_visible()
    page.goto("/s/chenlu/products/?q=好货")
    expect(page.locator("table tbody tr")).to_have_count(2)
    assert page.complaints == []
