"""The week of the roster by drag, and what a manager sees under the bell."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.sound import PHONE, by_everybody

pytestmark = [pytest.mark.browser, pytest.mark.worker, pytest.mark.once]
NEXT = "/s/chenlu/roster/?week=2026-12-07"  # a week nobody has planned


def test_a_shift_is_dragged_into_the_week_moved_and_taken_back(opened: Opener) -> None:
    page = opened("zhou")
    page.goto(NEXT)
    cells = page.locator("#grid tbody:not(.needs) tr").first.locator("td[data-person]")
    need = page.locator("#grid .needs tr").first.locator("td").nth(0)
    wanted = need.inner_text().split("/")[1]
    expect(need).to_have_text(f"0/{wanted}")
    chips = page.locator("#grid td[data-turn], #grid td [data-turn]")
    page.locator(".palette .shift-chip").first.drag_to(cells.nth(0))
    expect(cells.nth(0).locator("[data-turn]")).to_have_count(1)
    cells.nth(0).locator("[data-turn]").drag_to(cells.nth(2))
    expect(cells.nth(2).locator("[data-turn]")).to_have_count(1)
    expect(cells.nth(0).locator("[data-turn]")).to_have_count(0)
    page.locator("#toasts button").click()  # undo the move
    expect(cells.nth(0).locator("[data-turn]")).to_have_count(1)
    cells.nth(0).focus()
    page.keyboard.press("Delete")
    expect(chips).to_have_count(0)
    page.locator("#toasts button").click()  # undo the taking away
    expect(cells.nth(0).locator("[data-turn]")).to_have_count(1)
    shift = page.locator(".palette .shift-chip").first
    shift.click()  # as a finger does, which cannot drag: chosen once, then into every cell that is tapped
    expect(shift).to_have_attribute("aria-pressed", "true")
    cells.nth(3).click()
    expect(cells.nth(3).locator("[data-turn]")).to_have_count(1)
    cells.nth(3).click()
    expect(chips).to_have_count(1)
    page.reload()
    expect(page.locator("#grid td [data-turn]")).to_have_count(1)
    assert page.complaints == []


def test_the_needs_of_a_shift_are_counted_as_it_fills(opened: Opener) -> None:
    page = opened("zhou")
    page.goto("/s/chenlu/roster/?week=2026-12-14")
    rows = page.locator("#grid .needs tr")
    expect(rows.first.locator("td").nth(3)).to_have_text(re.compile(r"^0/\d$"))
    for person in range(page.locator("#grid tbody:not(.needs) tr").count()):
        cell = page.locator("#grid tbody:not(.needs) tr").nth(person).locator("td[data-person]").nth(3)
        page.locator(".palette .shift-chip").first.drag_to(cell)
        expect(cell.locator("[data-turn]")).to_have_count(1)
    expect(rows.first.locator("td").nth(3).locator(".tag.good")).to_be_visible()


PAGES = ("approvals/", "notices/", "notices/settings/", "tasks/launch/", "tasks/desk/")


def test_the_pages_about_people_can_be_used_by_everybody(opened: Opener) -> None:
    page = opened("zhou", size=PHONE)
    found = [x for path in PAGES for x in by_everybody(page, f"/s/chenlu/{path}")]
    assert not found, "\n".join(found)
