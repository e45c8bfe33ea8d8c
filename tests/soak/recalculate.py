"""`python -m tests.soak.recalculate`: the workbooks of plans, worked out anew by LibreOffice, hold the same numbers.

Needs `soffice` (Debian: libreoffice-calc-nogui). A demo shop of its own, in a home that is gone afterwards: every
plan of a year, every month by its days, November 2026 as T-07 says, a month whose total and days are changed inside the
program, and the weekly sheets of 7, 14 and 31 days.
"""

import datetime as dt
import io
import os
import shutil
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

HOME = Path(tempfile.mkdtemp(prefix="opsplan-recalculate-"))
os.environ.update(OPSPLAN_HOME=str(HOME), DJANGO_SETTINGS_MODULE="opsplan.settings", OPSPLAN_TODAY="2026-11-22")
for name in ("DATABASE_URL", "REDIS_URL"):
    os.environ.pop(name, None)

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from openpyxl import load_workbook  # noqa: E402

from kpis.daybook.day_sheets import AT, FIRST, workbook  # noqa: E402
from kpis.daybook.month_plan import month_plan  # noqa: E402
from kpis.days.day_cells import DayChange, set_days, set_weights  # noqa: E402
from kpis.days.day_plan import book_of  # noqa: E402
from kpis.models import Plan  # noqa: E402
from kpis.planning.days import Pin, shared  # noqa: E402
from kpis.sums import targets  # noqa: E402
from kpis.week import sheets  # noqa: E402
from kpis.week import week_book as week  # noqa: E402
from kpis.year import plan_sheets  # noqa: E402
from kpis.year.plan_cells import load  # noqa: E402
from opsplan.lib.periods import Period, month_of  # noqa: E402
from opsplan.tables import make_tables  # noqa: E402
from stores.models import Store  # noqa: E402

NEAR = 1e-9
NOVEMBER = month_of(dt.date(2026, 11, 1))
WEEK = [Decimal(x) for x in ("1", "1", "1.05", "1.05", "1", "0.9", "0.9")]


def recalculated(book: Any, name: str) -> Any:
    """openpyxl saves formulas without what they came to, so the program has to work all of them out."""
    source = HOME / f"{name}.xlsx"
    book.save(source)
    profile = f"-env:UserInstallation=file://{HOME}/profile"
    command = ["soffice", "--headless", "--norestore", profile, "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    subprocess.run([*command, "--outdir", str(HOME / "out"), str(source)], check=True, capture_output=True, timeout=180)
    return load_workbook(HOME / "out" / f"{name}.xlsx", data_only=True)


def differences(body: bytes, name: str, columns: int) -> list[str]:
    """Formulas in the first `columns` columns that come to something else in the program than we wrote."""
    ours, made = load_workbook(io.BytesIO(body), data_only=True), load_workbook(io.BytesIO(body))
    theirs, page = recalculated(load_workbook(io.BytesIO(body)), name), made.worksheets[0]
    found, count = [], 0
    for row in page.iter_rows(max_col=columns):
        for cell in row:
            if cell.data_type == "f":
                count += 1
                one, two = (x.worksheets[0][cell.coordinate].value or 0 for x in (ours, theirs))
                same = one == two or (not isinstance(one, str) and abs(one - two) <= NEAR * max(1, abs(one)))
                found += [] if same else [f"{name} {cell.coordinate} {cell.value}: {one} here, {two} there"]
    say(f"{name}: {count} formulas, {len(found)} differ")
    return found


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def days(store: Store, month: Period, name: str) -> list[str]:
    book = book_of(store)
    plan = month_plan(store, month, book)
    return differences(workbook(plan, book), name, AT["rate"] + 1) if plan.target else []


def weeks(store: Store) -> list[str]:
    """The weekly sheet in its three sizes."""
    say, found, today = week.Words({}, lambda _missing: "", {"money": "yuan"}), list[str](), dt.date(2026, 11, 22)
    for size in ("7", "14", "month"):
        made = sheets.sheet(store, sheets.sheet_period(size, "", today))
        found += differences(week.workbook(store, made, say), f"week-{size}", 40)
    return found


def changed(store: Store) -> list[str]:
    """Another total, a share for a fixed amount and a heavier day, typed in the program: our split to the fen."""
    book = book_of(store)
    plan = month_plan(store, NOVEMBER, book)
    made = load_workbook(io.BytesIO(workbook(plan, book)))
    page = made.worksheets[0]
    total, row = Decimal("2345678.91"), FIRST + 1
    page.cell(FIRST - 1, AT["amount"] + 1).value = float(total)
    page.cell(row + 10, AT["amount"] + 1).value = None
    page.cell(row + 10, AT["share"] + 1).value = 0.3
    page.cell(row + 4, AT["weight"] + 1).value = 2.5
    theirs = recalculated(made, "changed").worksheets[0]
    weights = {day.day: day.weight for day in plan.days} | {dt.date(2026, 11, 5): Decimal("2.5")}
    wanted = shared(total, NOVEMBER, weights, {dt.date(2026, 11, 11): Pin(share=Decimal("0.3"))}).amounts
    got = [theirs.cell(row + n, AT["target"] + 1).value for n in range(len(wanted))]
    pairs = zip(wanted.items(), got, strict=True)
    return [f"changed {day}: {x} here, {there} there" for (day, x), there in pairs if abs(float(x) - there) > NEAR]


def main() -> int:
    if shutil.which("soffice") is None:
        say("There is no soffice here (Debian: apt-get install --no-install-recommends libreoffice-calc-nogui).")
        return 2
    make_tables()
    call_command("load_demo", small=True, today=dt.date(2026, 11, 22), stdout=io.StringIO())
    found: list[str] = []
    for plan in Plan.objects.select_related("store"):
        name = f"plan-{plan.store.slug}-{plan.year}-v{plan.number}"
        found += differences(plan_sheets.workbook(load(plan)), name, 60)
    store = Store.objects.get(slug="chenlu")
    found += weeks(store)
    for number in (10, 11, 12):
        found += days(store, month_of(dt.date(2026, number, 1)), f"days-2026-{number}")
    targets.set_target(store, "real_amt", NOVEMBER.first, Decimal(2_000_000), None)
    set_weights(store, NOVEMBER.first, WEEK, {}, None)
    set_days(store, NOVEMBER, [DayChange(dt.date(2026, 11, 11), "amount", Decimal(600_000))], None)
    found += days(store, NOVEMBER, "days-t07") + changed(store)
    say("\n".join(found) or "Everything comes to the same.")
    return 1 if found else 0


if __name__ == "__main__":
    try:
        code = main()
    finally:
        shutil.rmtree(HOME, ignore_errors=True)
    raise SystemExit(code)
