"""A phone in the shop: one tap ticks, a network that goes away loses nothing and counts nothing twice."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opener
from tests.browser.sound import PHONE, by_everybody
from tests.pictures import PNG

ONE, OTHER, THIRD = "交接记录本", "监控店铺客户评价", "物流跟踪"  # posts of hers no other test ticks

pytestmark = [pytest.mark.browser, pytest.mark.worker, pytest.mark.once]


def my_day(opened: Opener, person: str = "xiao") -> Page:
    page = opened(person, size=PHONE)
    page.goto("/s/chenlu/tasks/")
    return page


def row(page: Page, title: str) -> Locator:
    return page.locator(f'.task[data-title*="{title}"]')


def is_done(found: Locator) -> None:
    expect(found.locator("button[value=untick]")).to_be_visible(timeout=10_000)


def test_one_tap_ticks_and_undo_takes_it_back(opened: Opener) -> None:
    page = my_day(opened)
    row(page, "邮件在 8 小时").locator("button.tick").click()
    is_done(row(page, "邮件在 8 小时"))
    page.locator(".toast button").first.click()
    expect(row(page, "邮件在 8 小时").locator("button[value=tick]")).to_be_visible(timeout=10_000)
    page.reload()
    expect(row(page, "邮件在 8 小时").locator("button[value=tick]")).to_be_visible()
    assert page.complaints == []


def test_three_ticks_without_a_network_arrive_once_each(opened: Opener) -> None:
    page, titles = my_day(opened), ("在线答疑", "售中", "售后")
    ring = page.locator(".day-head .ring")
    done, total = (int(x) for x in ring.text_content().split("/"))
    page.context.set_offline(True)
    for title in titles:
        row(page, title).locator("button.tick").dblclick()  # a tap too many counts for nothing
        expect(row(page, title)).to_have_class("task is-open is-waiting is-done")
    expect(page.locator("#waiting")).to_contain_text("3")
    expect(ring).to_have_text(f"{done + 3}/{total}")
    page.context.set_offline(False)
    for title in titles:
        is_done(row(page, title))
    expect(page.locator("#waiting")).to_be_hidden(timeout=10_000)
    page.reload()
    for title in titles:
        is_done(row(page, title))
    hrefs = [row(page, title).locator("a.title").get_attribute("href") for title in titles]
    for href in hrefs:
        page.goto(href)
        page.locator("details summary").last.click()
        assert page.locator("ul.events li").count() == 1


def test_two_tabs_of_one_phone_lose_nothing_of_each_other(opened: Opener) -> None:
    """Both tick without a network, the first is closed: what it kept is sent by the second."""
    one = my_day(opened)
    with one.context.expect_page() as opening:
        one.evaluate("window.open(location.href)")
    other = opening.value
    expect(row(other, OTHER).locator("button.tick")).to_be_visible()
    one.context.set_offline(True)
    for page, title in ((one, ONE), (other, OTHER)):
        row(page, title).locator("button.tick").click()
    expect(row(one, OTHER)).to_have_class(re.compile("is-waiting is-done"))
    other.close()
    one.context.set_offline(False)
    for title in (ONE, OTHER):
        is_done(row(one, title))


def test_a_server_that_does_not_answer_is_said(opened: Opener) -> None:
    page = my_day(opened)
    page.route("**/do/", lambda route: route.abort())
    row(page, THIRD).locator("button.tick").click()
    expect(page.locator("#waiting")).to_be_visible()
    page.unroute("**/do/")
    is_done(row(page, THIRD))
    expect(page.locator("#waiting")).to_be_hidden(timeout=10_000)


def test_an_answer_that_got_lost_is_asked_for_again_and_counts_once(opened: Opener) -> None:
    """The server has the tick, the phone does not know: it sends the same key again."""
    page, lost = my_day(opened), []

    def swallow(route: object) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch())
        route.abort()

    page.route("**/do/", swallow)
    row(page, "疑难订单").locator("button.tick").click()
    is_done(row(page, "疑难订单"))
    page.goto(row(page, "疑难订单").locator("a.title").get_attribute("href"))
    page.locator("details summary").last.click()
    assert (len(lost), page.locator("ul.events li").count()) == (1, 1)


def test_two_phones_on_one_list_agree(opened: Opener) -> None:
    one, other = my_day(opened), my_day(opened)
    row(one, "订单打印").locator("button.tick").click()
    is_done(row(one, "订单打印"))
    row(other, "订单打印").locator("button.tick").click()  # still shows it open
    is_done(row(other, "订单打印"))
    for page in (one, other):
        page.reload()
        is_done(row(page, "订单打印"))


def test_a_number_a_link_and_a_note_are_handed_in(opened: Opener) -> None:
    page = my_day(opened)
    posts = row(page, "社群发帖")
    posts.locator("button.tick").click()
    posts.locator("input[name=link]").fill("https://example.com/post/1")
    posts.locator(".hand-in button.primary").click()
    is_done(posts)
    expect(posts.locator("a[href='https://example.com/post/1']")).to_be_visible()
    row(page, "旺旺群").locator("a.title").click()
    page.locator("#drawer textarea[name=text]").first.fill("群里三人问尺码")
    page.locator("#drawer button[value=tick]").click()
    is_done(row(page, "旺旺群"))
    expect(row(page, "旺旺群")).to_contain_text("群里三人问尺码")


def test_a_wrong_number_is_said_at_once(opened: Opener) -> None:
    page = my_day(opened, "zhou")
    sales = row(page, "查看店铺销售数据")
    sales.locator("button.tick").click()
    sales.locator("input[name=number]").fill("1")
    sales.locator(".hand-in button.primary").click()
    is_done(sales)
    expect(sales.locator(".tag.bad")).to_be_visible()


def test_a_photo_is_taken_and_shown(opened: Opener, tmp_path: Path) -> None:
    manager = opened("zhou", size=PHONE)
    manager.goto("/s/chenlu/tasks/templates/")
    manager.locator("input[type=search]#narrow").fill("店铺评价")
    manager.locator("#template-lines tr:visible a.btn").last.click()
    manager.select_option("select[name=evidence]", "photo")
    manager.locator("button[value=publish]").click()
    page, picture = my_day(opened, "zhou"), tmp_path / "p.png"
    picture.write_bytes(PNG)
    reviews = row(page, "店铺评价")
    reviews.locator("button.tick").first.click()
    reviews.locator("input[type=file]").set_input_files(picture)
    reviews.locator(".hand-in button.primary").click()
    is_done(reviews)
    reviews.locator("a.title").click()
    photo = page.locator("#drawer img.evidence")
    expect(photo).to_be_visible()
    assert photo.evaluate("x => x.naturalWidth") == 1


PAGES = ("", "team/", "week/", "list/", "statistics/", "templates/", "templates/new/", "calendar/")


def test_the_pages_about_tasks_can_be_used_by_everybody(opened: Opener) -> None:
    page = opened("zhou", size=PHONE)
    found = [x for path in PAGES for x in by_everybody(page, f"/s/chenlu/tasks/{path}")]
    assert not found, "\n".join(found)
