"""The month's calendar under a mouse, a finger and two people; channels and products of the year's sheet."""

import re

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.browser.conftest import Opener
from tests.browser.test_plan import at, cell, saved, year

__all__ = ["year"]
pytestmark = [pytest.mark.browser, pytest.mark.worker, pytest.mark.once]


def month(page: Page, text: str, target: str = "") -> Page:
    """The month of the empty shop; with `target` its amount is set first."""
    page.goto(f"/s/leer/plan/month/?month={text}")
    if target:
        page.fill("#target", target)
        page.press("#target", "Enter")
    expect(page.locator("#days")).to_be_visible()
    return page


def day(page: Page, number: int) -> Locator:
    return page.locator(f'[data-day$="-{number:02d}"]')


def amount(page: Page, number: int) -> Locator:
    return day(page, number).locator("input.amount")


def test_a_promo_day_is_typed_and_dragged_and_undone_after_a_reload(opened: Opener) -> None:
    page = month(opened("zhou"), "2029-01", "31万")
    amount(page, 11).fill("6万")
    amount(page, 11).press("Enter")
    expect(amount(page, 1)).to_have_value("8,333.34")  # 250,000 over 30 days
    box = day(page, 20).locator(".bar").bounding_box()
    assert box
    page.mouse.move(box["x"] + 5, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 5 + box["width"] / 2, box["y"] + 3, steps=4)
    page.mouse.up()
    expect(day(page, 20)).to_have_class(re.compile("fixed"))
    expect(amount(page, 20)).to_have_value("45,800")  # half of 75,000 more, in hundreds
    expect(amount(page, 1)).to_have_value("7,041.38")  # 204,200 over 29 days
    page.reload()
    page.locator("#undo").click()
    expect(amount(page, 1)).to_have_value("8,333.34")
    page.locator("#undo").click()
    expect(amount(page, 11)).to_have_value("10,000")
    page.keyboard.press("Control+y")
    expect(amount(page, 11)).to_have_value("60,000")
    amount(page, 1).focus()
    pasted = "text => { const data = new DataTransfer(); data.setData('text/plain', text); document.activeElement"
    pasted += ".dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })) }"
    page.evaluate(pasted, "1万\t2万\n3万\n")
    expect(amount(page, 3)).to_have_value("30,000")
    expect(amount(page, 4)).to_have_value("7,037.04")  # 190,000 over 27 days
    page.locator("#undo").click()
    expect(amount(page, 3)).to_have_value("8,333.34")
    assert page.complaints == []


def touch(session: CDPSession, kind: str, *points: tuple[float, float]) -> None:
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})


def test_a_finger_drags_a_day_on_a_phone(opened: Opener) -> None:
    page = month(opened("zhou", size=(390, 844), fresh=True), "2029-04", "30万")
    bar = day(page, 2).locator(".bar")
    bar.evaluate('x => x.scrollIntoView({block: "center"})')
    box = bar.bounding_box()
    assert box
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    middle = box["y"] + box["height"] / 2
    touch(session, "touchStart", (box["x"] + 20, middle))
    for part in (0.1, 0.25, 0.4):
        touch(session, "touchMove", (box["x"] + 20 + box["width"] * part, middle))
    touch(session, "touchEnd")
    expect(day(page, 2)).to_have_class(re.compile("fixed"))
    expect(amount(page, 2)).to_have_value("15,000")  # 0.4 of a bar of 12,500 more
    expect(amount(page, 3)).to_have_value("9,827.59")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390


def test_two_people_on_one_day_are_asked(opened: Opener) -> None:
    mine, theirs = month(opened("zhou"), "2029-06", "30万"), month(opened("li"), "2029-06")
    amount(theirs, 18).fill("12万")
    amount(theirs, 18).press("Enter")
    expect(theirs.locator("#saved")).to_have_text(re.compile(r"\d\d:\d\d"))
    amount(mine, 18).fill("10万")
    amount(mine, 18).press("Enter")
    asked = mine.get_by_role("dialog")
    expect(asked).to_contain_text("120,000")
    expect(amount(mine, 1)).to_have_value("6,206.90")  # theirs stands while one is asked
    asked.locator("[data-choice=mine]").click()
    expect(amount(mine, 18)).to_have_value("100,000")
    amount(theirs, 18).fill("15万")
    amount(theirs, 18).press("Enter")
    theirs.get_by_role("dialog").locator("[data-choice=theirs]").click()
    expect(amount(theirs, 18)).to_have_value("100,000")


def test_a_channel_is_added_unfolded_and_makes_the_month(opened: Opener, year: int) -> None:
    page = at(opened("zhou"), year)
    cell(page, "real_amt", 9).click()
    page.keyboard.type("110万")
    page.keyboard.press("Enter")
    saved(page)
    page.locator("#plan-tools details.menu summary").click()
    page.locator("#row-channel").select_option("zhitongche")
    page.locator("#add-channel button").click()
    row = "real_amt:channel:zhitongche"
    expect(cell(page, "real_amt:channel:-", 9)).to_have_text("110.0")
    page.locator(f'tr[data-row="{row}"] [data-unfold]').click()
    cell(page, "uv:channel:zhitongche", 9).click()
    for text in ("2000", "5%", "100"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    expect(cell(page, row, 9)).to_have_text("30.0")
    expect(cell(page, "real_amt:channel:-", 9)).to_have_text("80.0")
    assert page.complaints == []


def test_hero_products_are_chosen_and_become_links(opened: Opener) -> None:
    page = opened("zhou")
    page.goto("/s/chenlu/plan/?year=2026")
    if page.locator("[data-ask='#revise']").count():
        page.locator("[data-ask='#revise']").click()
        page.locator("#revise button.primary").click()
    expect(page.locator("#plan-tools")).to_be_visible()
    cell(page, "heroes", 1).click(position={"x": 4, "y": 4})
    page.keyboard.press("F2")
    there = page.locator("#choose .chosen button")
    expect(there.first).to_be_visible()  # the demo's own
    while there.count():
        there.first.click()
    found = page.locator("#choose-found button")
    expect(found.first).to_be_visible()
    title = found.first.evaluate("x => x.firstChild.textContent")
    found.first.click()
    page.locator("#choose-words").fill("去黑头")
    page.locator("#choose button.primary").click()
    link = cell(page, "heroes", 1).locator("a")
    expect(link).to_have_text(title)
    expect(cell(page, "heroes", 1)).to_contain_text("去黑头")
    saved(page)
    link.click()
    expect(page).to_have_url(re.compile(r"/s/chenlu/products/\d+/"))
