"""P12 and P13: a whole plan solved down to its days, and a keystroke in the year's sheet drawn in a real Chromium."""

import calendar
import datetime as dt
import os
import shutil
import time
from collections.abc import Iterator
from decimal import Decimal

from django.core.management import call_command
from playwright.sync_api import Browser, sync_playwright

from benchmarks.result import Result, median
from benchmarks.web import server
from kpis.planning.costs import COST, RATIO
from kpis.planning.days import Pin, day_weights, shared, spread_like
from kpis.planning.factors import AOV, CVR, SALES, UV
from kpis.planning.parts import row_key
from kpis.planning.year import MONTHS, SPANS, Edit, Row, Sheet, month_days
from kpis.year import plan_parts, plans
from kpis.year.plan_cells import Change, set_cells
from opsplan.lib.periods import Period
from staff.models import Member, User
from stores.services import create_store

YEAR = 2027
WEEK = [Decimal(x) for x in ("1", "1", "1.05", "1.05", "1", "0.9", "0.9")]
PARTS = ("channel:search", "channel:ads")
RESOLVE, REPAINT = 0.050, 0.016  # seconds


def twenty_rows() -> Sheet:
    """Sales with their factors, two channels with theirs and the rest, costs by channel, three budgets: 20 rows."""
    units = {SALES: ("money", "sum"), UV: ("count", "day"), CVR: ("rate", "solved"), AOV: ("money", "solved")}
    rows = [Row(row_key(node, part), *units[node]) for part in ("", *PARTS) for node in units]
    rows += [Row(row_key(SALES, "channel:-"), "money", "sum"), Row(COST, "money", "sum"), Row(RATIO, "rate", "solved")]
    rows += [Row(f"{COST}:{key}", "money", "sum", is_channel=True) for key in ("search", "ads")]
    rows += [Row(key, "money", "sum") for key in ("budget_ads", "budget_people", "budget_tech")]
    sheet = Sheet(rows, month_days(YEAR, "real"), {})
    for month in MONTHS:
        typed: dict[str, int | Decimal] = {UV: 2000 + 300 * month, CVR: Decimal("0.04"), AOV: Decimal("66.7")}
        typed |= {f"{COST}:search": 9000 * month, f"{COST}:ads": 4000 * month, "budget_people": 30_000}
        sheet.apply([Edit(key, (month,), Decimal(value)) for key, value in typed.items()])
        parts: dict[str, int | Decimal] = {"uv:channel:search": 900 + 100 * month, "aov_buyer:channel:search": 70}
        parts |= {"pay_cvr:channel:search": Decimal("0.05"), "real_amt:channel:ads": 20_000 + 1000 * month}
        sheet.apply([Edit(key, (month,), Decimal(value)) for key, value in parts.items()])
    return sheet


def resolved(sheet: Sheet, total: Decimal) -> int:
    """Type the year's sales; months, factors, channels and costs follow, then every row by day. How many day cells."""
    sheet.apply([Edit(SALES, SPANS["year"], total)])
    count = 0
    for month in MONTHS:
        first = dt.date(YEAR, month, 1)
        period = Period(first, first.replace(day=calendar.monthrange(YEAR, month)[1]))
        pins = {first.replace(day=11): Pin(share=Decimal("0.3"))}
        weights = day_weights(period, WEEK, lambda _day: None, pins)
        like = shared(sheet.value(SALES, month) or Decimal(0), period, weights, pins)
        count += len(like.amounts)
        for key, row in sheet.rows.items():
            value = sheet.value(key, month)
            if row.adds == "sum" and key != SALES and value is not None:
                count += len(spread_like(value, like.exact))
            else:
                count += len(period)  # a rate or a day's visitors: the same every day
    return count


def solving(again: int) -> Result:
    sheet = twenty_rows()
    spent = []
    for n in range(again + 1):
        begun = time.process_time()  # pure arithmetic in one thread: what others do on the machine is not its cost
        resolved(sheet, Decimal(9_060_000 + n))
        spent.append(time.process_time() - begun)
    del spent[0]  # warm
    name = f"P12 plan of {len(sheet.rows)} rows solved to the day"
    return Result(name, f"{median(spent) * 1000:.1f} ms", f"{RESOLVE * 1000:.0f} ms", median(spent) / RESOLVE, 1, True)


SLUG, PASSWORD = "bench-plan", "a plan for the bench"
KEYS = """async () => {
  const { sheet } = await import(document.querySelector('script[src*="/plan."]').src);
  const times = [];
  for (let i = 0; i < 12; i += 1) {
    const begun = performance.now();
    sheet.grid.model.type([{ row: "uv", month: 1 + i, text: String(3000 + i) }]);
    document.getElementById("plan-grid").offsetHeight;
    times.push(performance.now() - begun);
    await new Promise((after) => requestAnimationFrame(() => setTimeout(after)));
  }
  return times;
}"""


def full_plan() -> None:
    """A year of every built-in row, two channels and a product group, for a manager of a shop of its own."""
    store = create_store(SLUG, "Bench plan", "tmall")
    user = User.objects.create_user(SLUG, password=PASSWORD)
    Member.objects.create(store=store, user=user, level="manager")
    plan = plans.start(store, YEAR, user)
    numbers: dict[str, int | Decimal] = {UV: 4000, CVR: Decimal("0.05"), AOV: 80, f"{COST}:zhitongche": 30_000}
    set_cells(plan, [Change(key, month, Decimal(x)) for key, x in numbers.items() for month in MONTHS], user)
    parts = [plan_parts.add_channel(plan, key, user) for key in ("search", "zhitongche")]
    parts.append(plan_parts.add_group(plan, user, title="面霜"))
    for part in parts:
        set_cells(plan, [Change(row_key(SALES, part), month, Decimal(90_000)) for month in MONTHS], user)


def typing(browser: Browser, port: int, again: int) -> Result:
    """From a typed number to the sheet solved, drawn and laid out; the server's answer comes later."""
    page = browser.new_page(base_url=f"http://127.0.0.1:{port}", viewport={"width": 1440, "height": 900})
    page.goto("/login/")
    page.fill("[name=username]", SLUG)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/s/**")
    spent: list[float] = []
    for _again in range(again):
        page.goto(f"/s/{SLUG}/plan/?year={YEAR}")
        page.locator("#plan-tools").wait_for()
        spent += [x / 1000 for x in page.evaluate(KEYS)]
    rows = page.locator("tr[data-row]").count()
    name = f"P13 keystroke in a sheet of {rows} rows, drawn"
    return Result(name, f"{median(spent) * 1000:.1f} ms", f"{REPAINT * 1000:.0f} ms", median(spent) / REPAINT, 1, True)


def planning(again: int) -> Iterator[Result]:
    yield solving(again)
    call_command("collectstatic", interactive=False, verbosity=0)
    full_plan()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    switches = ["--no-sandbox"] if os.geteuid() == 0 else []
    with server() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=switches)
        yield typing(browser, port, again)
        browser.close()
