"""The demo shop as a newcomer has it: a real supervisor, web, worker, beat and Valkey, seen through a real Chromium."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect, sync_playwright

from tests.ops.shop import ROOT, Shop

TODAY = "2026-11-22"
PASSWORD = "opsplan-demo"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

Opener = Callable[..., Page]
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


@pytest.fixture
def opened(demo: Shop, chromium: Browser, logins: dict[str, StorageState]) -> Iterator[Opener]:
    """`opened(person, language=, theme=, size=, javascript=)`: a page of somebody logged in.

    Whatever the browser has to complain about is kept in `page.complaints`.
    """
    contexts: list[BrowserContext] = []

    def make(
        person: str = "zhou",
        *,
        language: str = "zh-hans",
        theme: str = "light",
        size: tuple[int, int] = (1440, 900),
        javascript: bool = True,
    ) -> Page:
        context = chromium.new_context(
            base_url=f"http://127.0.0.1:{demo.port}",
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if theme == "dark" else "light",
            java_script_enabled=javascript,
            locale="en-US" if language == "en" else "zh-CN",
            accept_downloads=True,
            storage_state=logins.get(person),
        )
        contexts.append(context)
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
        page.goto("/me/")
        speak(page, language)
        return page

    yield make
    for context in contexts:
        context.close()


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
