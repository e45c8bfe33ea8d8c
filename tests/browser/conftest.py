"""The demo shop as a newcomer has it: a real supervisor, web, worker, beat and Valkey, seen through a real Chromium."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright

from tests.browser.sound import show
from tests.ops.shop import ROOT, Shop

TODAY = "2026-11-22"
PASSWORD = "opsplan-demo"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

Opener = Callable[..., Page]
spoken: dict[str, str] = {}  # person -> the language she was last seen to have
expect.set_options(timeout=20_000)  # a machine that runs other things beside may answer late


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Open for the whole session; what it holds is told in furnish.py."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    shop = Shop(tmp_path_factory.mktemp("demo") / "home", OPSPLAN_TODAY=TODAY, API_RATE="6000/min")
    try:
        shop.home.mkdir()
        manage(shop, "shell", "-v0", "-c", "from tests.browser.furnish import furnish; furnish()")
        yield shop.start().wait_open()
    finally:
        shop.stop()


def manage(shop: Shop, *words: str) -> str:
    """A management command in the shop's own home; what it said."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *words],
        env=shop.env, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def chromium(demo: Shop) -> Iterator[Browser]:
    switches = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=switches)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def logins() -> dict[str, StorageState]:
    """Person -> the cookies of who has logged in once."""
    return {}


@pytest.fixture(scope="session")
def kept() -> dict[tuple[str, str], list[Page]]:
    """Person and language -> pages nobody looks at, for tests to come: a new page costs more than most of what is done
    in it, for Chromium gives it a process of its own."""
    return {}


@pytest.fixture
def opened(
    demo: Shop, chromium: Browser, logins: dict[str, StorageState], kept: dict[tuple[str, str], list[Page]]
) -> Iterator[Opener]:
    """`opened(person, language=, theme=, size=)`: a page of somebody logged in, in a browser of her own. It may have
    been another test's: then that is as forgotten as the shop's server lets it be; `fresh` promises that it was not,
    `javascript=False` that no script runs in it.

    Whatever the browser has to complain about is kept in `page.complaints`.
    """
    taken: list[tuple[str, str, Page]] = []

    def make(
        person: str = "zhou",
        *,
        language: str = "zh-hans",
        theme: str = "light",
        size: tuple[int, int] = (1440, 900),
        javascript: bool = True,
        fresh: bool = False,
    ) -> Page:
        waiting = kept.setdefault((person, language), [])
        own = fresh or not javascript
        page = waiting.pop() if waiting and not own else new_page(demo, chromium, logins, person, language, javascript)
        taken.append(("" if own else person, language, page))
        page.complaints = []
        show(page, theme, *size)
        if spoken.get(person) != language:
            page.goto("/me/")
            speak(page, language)
            spoken[person] = language
        return page

    yield make
    for person, language, page in taken:
        if person:
            spoken[person] = str(page.evaluate("document.documentElement.lang"))
            forget(page, logins[person])
            kept[person, language].append(page)
        else:
            page.context.close()


def new_page(
    demo: Shop, chromium: Browser, logins: dict[str, StorageState], person: str, language: str, javascript: bool
) -> Page:
    """In a browser of its own, logged in."""
    context = chromium.new_context(
        base_url=f"http://127.0.0.1:{demo.port}",
        java_script_enabled=javascript,
        locale="en-US" if language == "en" else "zh-CN",
        accept_downloads=True,
        storage_state=logins.get(person),
    )
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda m: page.complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    if person not in logins:
        page.goto("/login/")
        page.fill("[name=username]", person)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/s/**")
        logins[person] = context.storage_state()
    return page


def forget(page: Page, login: StorageState) -> None:
    """What a test did to the page and its browser. It waits where no script of ours runs: another address of the same
    server, for any other would be given another process."""
    page.unroute_all()
    page.context.set_offline(False)
    page.context.clear_permissions()
    page.emulate_media(media="null")
    page.goto("/healthz")
    page.evaluate("localStorage.clear(), sessionStorage.clear()")
    page.context.clear_cookies()
    page.context.add_cookies(login["cookies"])


def speak(page: Page, language: str) -> None:
    """Set the person's language on the profile page, where it is not that already."""
    if page.locator("html").get_attribute("lang") != language:
        page.select_option("select[name=language]", language)
        page.locator("form:has(select[name=language]) button.primary").click()
        page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == language


@pytest.fixture
def orders_file(tmp_path: Path) -> Path:
    """Three orders of one day, one of them unpaid, as the short report writes them: 60.50 paid."""
    path = tmp_path / "ExportOrderList202611211005.csv"
    path.write_text(
        "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额\n"
        "7001,20.50,20.50,上海,2026-11-20 10:00:00,2026-11-20 10:00:05,0\n"
        "7002,40.00,40.00,北京,2026-11-20 11:00:00,2026-11-20 11:00:05,0\n"
        "7003,99.00,0.00,北京,2026-11-20 12:00:00,,0\n",
        encoding="gb18030",
    )
    return path
