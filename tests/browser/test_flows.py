"""What people depend on, done by hand in Chromium against a real worker."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener

pytestmark = [pytest.mark.browser, pytest.mark.worker, pytest.mark.once]


def drop(page: Page, store: str, file: Path) -> None:
    page.goto(f"/s/{store}/data/")
    page.set_input_files("#files", str(file))


def test_a_dropped_file_says_what_it_is_and_becomes_a_figure(opened: Opener, orders_file: Path) -> None:
    page = opened("li")
    drop(page, "leer", orders_file)
    card = page.locator("section.upload", has_text=orders_file.name).first
    expect(card).to_contain_text("GB18030", timeout=20_000)
    expect(card).to_contain_text(re.compile(r"3\s*行"))
    card.locator("button.primary").click()
    expect(card).to_contain_text("已导入", timeout=20_000)
    page.goto("/s/leer/dashboard/?period=custom&from=2026-11-20&to=2026-11-20")
    for _try in range(20):
        if "60.50" in page.locator(".kpi .v").first.inner_text():
            break
        page.wait_for_timeout(500)
        page.reload()
    assert "60.50" in page.locator(".kpi .v").first.inner_text()


def test_a_bad_row_is_told_and_can_be_fetched_to_correct(opened: Opener, orders_file: Path, tmp_path: Path) -> None:
    bad = tmp_path / "orders-with-a-fault.csv"
    text = orders_file.read_text(encoding="gb18030").replace("7001,20.50", "8001,abc")
    bad.write_text(text, encoding="utf-8")
    page = opened("zhou")
    drop(page, "chenlu", bad)
    card = page.locator("section.upload", has_text=bad.name).first
    expect(card).to_contain_text("abc", timeout=20_000)
    with page.expect_download() as fetched:
        card.locator('a[href$="problems.csv"]').first.click()
    told = Path(fetched.value.path()).read_text(encoding="utf-8-sig")
    assert "abc" in told
    assert "7002" not in told


def test_a_figure_opens_its_explanation_and_escape_closes_it(opened: Opener) -> None:
    page = opened("zhou")
    page.goto("/s/chenlu/dashboard/")
    page.locator(".kpi").nth(2).click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("支付买家数")
    expect(drawer).to_contain_text("访客数")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    assert page.complaints == []


def test_ctrl_k_finds_a_figure(opened: Opener) -> None:
    page = opened("zhou")
    page.goto("/s/chenlu/today/")
    page.keyboard.press("Control+k")
    page.keyboard.type("客单价", delay=20)
    expect(page.get_by_role("link", name=re.compile("客单价")).first).to_be_visible()


def test_the_theme_and_the_language_are_remembered(opened: Opener) -> None:
    page = opened("he", language="en")
    page.goto("/s/chenlu/today/")
    expect(page.locator("h1")).to_have_text("Today")
    page.goto("/me/")
    page.select_option("select[name=language]", "zh-hans")
    page.locator("form:has(select[name=language]) button.primary").click()
    page.goto("/s/chenlu/today/")
    expect(page.locator("h1")).to_have_text("今日")
