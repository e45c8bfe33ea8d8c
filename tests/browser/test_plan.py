"""The year's plan under real keys, a real clipboard and two real browsers."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opener

pytestmark = [pytest.mark.browser, pytest.mark.worker, pytest.mark.once]
UV = "1200 1200 1900 2500 4000 5000 5500 5800 6000 6200 8600 6500"
CVR = "3.5% 3.5% 3.5% 4.0% 4.8% 5.0% 5.2% 5.5% 6.0% 6.0% 6.5% 6.5%"
AOV = "79.4 95.2 70.2 66.7 69.4 80.0 87.4 88.8 101.9 116.5 119.3 118.3"
YEARS = iter(range(2031, 2043))  # made in furnish.py


@pytest.fixture
def year() -> int:
    """A year of its own for every test: its plan is a fresh draft of 30-day months."""
    return next(YEARS)


def at(page: Page, year: int) -> Page:
    page.goto(f"/s/leer/plan/?year={year}")
    expect(page.locator("#plan-tools")).to_be_visible()
    return page


def cell(page: Page, row: str, month: int | str) -> Locator:
    return page.locator(f'tr[data-row="{row}"] > td[data-m="{month}"]')


def saved(page: Page) -> None:
    """The last change is stored; a crowded machine may take its time."""
    expect(page.locator("#saved[aria-busy=false]")).to_have_text(re.compile(r"\d\d:\d\d:\d\d"), timeout=30_000)


def paste(page: Page, block: list[str]) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    text = "\n".join("\t".join(line.split()) for line in block)
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+v")


def test_a_year_is_typed_with_the_keyboard_alone(opened: Opener, year: int) -> None:
    page = at(opened("zhou"), year)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/cells") else None)
    page.evaluate(
        "document.querySelector('tr[data-came=real_amt] td:nth-of-type(5)').dataset.value = '100050'"
    )  # April
    cell(page, "uv", 1).click()
    for values in (UV, CVR, AOV):
        for text in values.split():
            page.keyboard.type(text)
            page.keyboard.press("Tab")
        page.keyboard.press("Tab")  # past the year's total, to the next row
    saved(page)
    assert 1 <= len(sent) <= 36
    expect(cell(page, "real_amt", 4)).to_have_text("20.01")
    expect(cell(page, "real_amt", "year")).to_have_text("906.04")
    expect(page.locator("tr[data-came=real_amt] td").nth(4)).to_have_text("▼50.0%")  # of the 200,100 typed
    expect(cell(page, "aov_buyer", "year")).to_have_text("100.3")
    expect(cell(page, "pay_cvr", "year")).to_have_text("5.53%")
    page.keyboard.press("F2")
    page.keyboard.press("Escape")
    saved(page)
    page.reload()
    expect(cell(page, "real_amt", 12)).to_have_text("149.95")
    assert page.complaints == []


def test_a_block_of_twelve_by_six_comes_from_the_clipboard(opened: Opener, year: int) -> None:
    page = at(opened("zhou"), year)
    cell(page, "uv", 1).click()
    paste(page, [UV, CVR, AOV, "9 " * 12, "9 " * 12, "２４，０００ " * 6 + "¥2.4万 " * 6])
    expect(cell(page, "real_amt", 11)).to_have_text("200.07")
    expect(cell(page, "promo_cost", "year")).to_have_text("28.8")
    expect(cell(page, "daily_orders", 1)).to_have_text("42")
    saved(page)
    page.keyboard.press("Control+z")
    expect(cell(page, "uv", 1)).to_have_text("")
    page.keyboard.press("Control+y")
    expect(cell(page, "uv", 12)).to_have_text("6,500")
    page.reload()
    cell(page, "uv", 1).click()
    page.keyboard.press("Control+z")  # a step back works across a reload
    expect(cell(page, "uv", 12)).to_have_text("")
    paste(page, ["1200 many 1300"])  # what is right is stored, what is wrong stays to be mended
    expect(cell(page, "uv", 2)).to_have_text("many")
    expect(page.locator("#plan-problem")).to_contain_text("many")
    saved(page)
    page.reload()
    expect(cell(page, "uv", 3)).to_have_text("1,300")


def test_a_selection_is_filled_copied_and_cleared(opened: Opener, year: int) -> None:
    page = at(opened("zhou"), year)
    cell(page, "gross_rate", 1).click()
    page.keyboard.type("32.5")
    page.keyboard.press("Enter")
    cell(page, "gross_rate", 1).click()
    cell(page, "gross_rate", 6).click(modifiers=["Shift"])
    page.keyboard.press("Control+r")
    expect(cell(page, "gross_rate", 6)).to_have_text("32.5%")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("Control+c")
    assert page.evaluate("() => navigator.clipboard.readText()").split() == ["32.5%"] * 6
    page.keyboard.press("Delete")
    expect(cell(page, "gross_rate", 3)).to_have_text("")
    saved(page)


TYPED_MEANWHILE = """async () => {
  const { sheet } = await import(document.querySelector('script[src*="/plan."]').src);
  const read = Response.prototype.json;
  Response.prototype.json = function () {
    Response.prototype.json = read;
    sheet.grid.model.type([{ row: "uv", month: 9, text: "6400" }]);
    return read.call(this);
  };
}"""  # into a cell that gave way, while the server's answer is being read: no conflict with oneself


def test_a_lock_stands_and_another_factor_gives_way(opened: Opener, year: int) -> None:
    page = at(opened("zhou"), year)
    cell(page, "uv", 9).click()
    for text in ("6000", "6%", "101.9"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    cell(page, "pay_cvr", 9).click()
    page.keyboard.press("Control+Shift+l")
    expect(cell(page, "pay_cvr", 9)).to_have_class(re.compile("locked"))
    saved(page)
    page.evaluate(TYPED_MEANWHILE)
    cell(page, "real_amt", 9).click()
    page.keyboard.type("110万")
    page.keyboard.press("Enter")
    expect(cell(page, "aov_buyer", 9)).to_have_text("95.49")
    expect(page.locator("#plan-moved")).to_contain_text("95.49")
    cell(page, "pay_cvr", 9).click()
    page.keyboard.type("5%")  # into the lock
    page.keyboard.press("Enter")
    expect(page.locator("#plan-problem")).to_be_visible()
    expect(cell(page, "pay_cvr", 9)).to_have_text("5%")
    expect(cell(page, "pay_cvr", 9)).to_have_class(re.compile("bad"))


def test_two_people_in_one_cell_are_asked(opened: Opener, year: int) -> None:
    mine, theirs = at(opened("zhou"), year), at(opened("li"), year)
    mine.evaluate("() => Object.defineProperty(document, 'hidden', {value: true})")  # no look at news meanwhile
    cell(theirs, "uv", 3).click()
    theirs.keyboard.type("2000")
    theirs.keyboard.press("Enter")
    saved(theirs)
    cell(mine, "uv", 3).click()
    mine.keyboard.type("1900")
    mine.keyboard.press("Tab")
    asked = mine.get_by_role("dialog")
    expect(asked).to_contain_text("2,000")
    asked.locator("[data-choice=mine]").click()
    expect(cell(mine, "uv", 3)).to_have_text("1,900")
    saved(mine)
    expect(cell(theirs, "uv", 3)).to_have_text("1,900", timeout=8_000)  # a colleague's change appears


def test_a_phone_reads_a_month_a_card(opened: Opener) -> None:
    page = opened("zhou", size=(390, 844))
    page.goto("/s/chenlu/plan/?year=2026")
    expect(page.locator(".plan-phone .card").nth(10)).to_contain_text("双11")
    expect(page.locator("#plan-sheet")).to_be_hidden()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390


def test_a_keystroke_is_drawn_within_a_frame(opened: Opener, year: int) -> None:
    """Typing into the middle of a full sheet: solve, draw and lay out, the middle of ten."""
    page = at(opened("zhou"), year)
    cell(page, "uv", 1).click()
    paste(page, [UV, CVR, AOV])
    saved(page)
    cell(page, "uv", 1).click()
    spent = page.evaluate(
        """async () => {
          const { sheet } = await import(document.querySelector('script[src*="/plan."]').src);
          const times = [];
          for (let i = 0; i < 10; i += 1) {
            const begun = performance.now();
            sheet.grid.model.type([{ row: "uv", month: 1 + i, text: String(3000 + i) }]);
            document.getElementById("plan-grid").offsetHeight;
            times.push(performance.now() - begun);
          }
          return times.sort((a, b) => a - b)[5];
        }"""
    )
    assert spent < 50, spent  # the benchmark says how far below 16 ms; a crowded machine may take longer
