"""A 双11 from its copy to its approval, in two browsers: guard, second person, another day, the work behind it."""

import datetime as dt
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, manage
from tests.ops.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.worker, pytest.mark.once]


def decide(page: Page, what: str) -> None:
    """Whoever may say yes does so."""
    page.goto("/s/leer/approvals/")
    page.get_by_role("link", name=re.compile(what)).first.click()
    page.locator('button[name="do"][value="yes"]').click()


def press(page: Page, verb: str) -> None:
    page.locator(f'button[name="verb"][value="{verb}"]').click()


def test_a_double_eleven_goes_from_its_copy_to_its_approval(demo: Shop, opened: Opener) -> None:
    mia, lee = opened("zhou"), opened("li")
    mia.goto("/s/leer/campaigns/")
    mia.get_by_role("link", name="2026 双11").first.click()
    mia.wait_for_url(re.compile(r"/campaigns/\d+/$"))
    old = mia.url
    mia.locator("form[action$='/clone/'] button").dblclick()  # and goes once
    expect(mia.locator(".warnline.info")).to_contain_text("库存要早定")
    plan = mia.url
    mia.locator("input[name^='price-']").fill("59")  # 59 x 3 - 15 = 54 each; the floor is 62.30
    mia.locator("footer button[form='items']").click()
    expect(mia.locator(".breach")).to_contain_text("面膜")
    press(mia, "check")
    expect(mia.locator(".tag.warn").first).to_be_visible()  # a draft still
    mia.locator(".breach summary").click()
    mia.locator("input[name='reason']").fill("清库存")
    mia.locator(".breach .pop button.primary").click()
    decide(lee, "面膜")
    mia.goto(plan)
    press(mia, "check")
    press(mia, "ask")
    decide(lee, "双11")
    mia.goto(plan)
    expect(mia.locator(".head .tag.accent")).to_be_visible()
    mia.goto("/s/leer/campaigns/calendar/?months=1&from=2027-11")
    bar = mia.locator("[data-move]")
    before = bar.get_attribute("data-first") or ""
    for kind, x in (("pointerdown", 300), ("pointermove", 700), ("pointercancel", 700), ("pointerup", 700)):
        bar.dispatch_event(kind, {"clientX": x})  # a finger that turned out to scroll moves nothing
    expect(bar).not_to_have_attribute("transform", re.compile("."))
    bar.focus()
    mia.keyboard.press("Shift+ArrowRight")
    expect(bar).not_to_have_attribute("data-first", before)
    expect(bar).to_be_focused()  # after the page came anew
    moved = bar.get_attribute("data-first") or ""
    assert dt.date.fromisoformat(moved) - dt.date.fromisoformat(before) == dt.timedelta(days=1)
    asked = f"from staff.models import Task; print(Task.objects.get(key='campaign:{plan.split('/')[-2]}').day)"
    day = manage(demo, "shell", "-v0", "-c", asked).split()[-1]
    assert dt.date.fromisoformat(moved) - dt.date.fromisoformat(day) == dt.timedelta(days=3)
    mia.goto(f"{old}review/")
    expect(mia.locator("body")).to_contain_text("卖得不错")
    mia.set_viewport_size({"width": 390, "height": 844})  # the review on the phone: all of it, nothing sideways
    expect(mia.locator("#lesson")).to_have_value("库存要早定")
    assert mia.evaluate("document.documentElement.scrollWidth") <= 390
    assert mia.complaints == []
