"""A month's days as a workbook: out, filled in by one or two people, and back."""

import datetime as dt
import io
import json
from collections.abc import Iterator
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from kpis.daybook import day_import
from kpis.daybook.day_sheets import LETTER, workbook
from kpis.daybook.month_plan import month_plan
from kpis.days import day_cells
from kpis.days.day_cells import DayChange, set_days
from kpis.days.day_plan import book_of, month_target
from kpis.sums import targets
from kpis.workbooks.sheet_files import BadFile
from opsplan.lib.periods import month_of
from staff.services import create_token
from tests.world import World

NOVEMBER = month_of(dt.date(2026, 11, 1))
WEEK = [D(x) for x in ("1", "1", "1.05", "1.05", "1", "0.9", "0.9")]


@pytest.fixture(autouse=True)
def november(world: World) -> Iterator[None]:
    """T-07: 2,000,000, of which 600,000 on 11-11."""
    targets.set_target(world.store, "real_amt", NOVEMBER.first, D(2_000_000), world.mia)
    day_cells.set_weights(world.store, NOVEMBER.first, WEEK, {}, None)
    set_days(world.store, NOVEMBER, [DayChange(dt.date(2026, 11, 11), "amount", D(600_000))], world.mia)
    world.mia.language = "en"
    world.mia.save()
    with translation.override("en"):
        yield


def export(world: World) -> bytes:
    book = book_of(world.store)
    return workbook(month_plan(world.store, NOVEMBER, book), book)


def cell(page: Any, day: int, name: str) -> Any:
    return page[f"{LETTER[name]}{5 + day}"]


def typed(body: bytes, *cells: tuple[int, str, object]) -> io.BytesIO:
    book = load_workbook(io.BytesIO(body))
    for day, name, value in cells:
        cell(book.worksheets[0], day, name).value = value
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def look(world: World, file: io.BytesIO) -> list[tuple[str, str]]:
    return [(x.kind, x.day[8:]) for x in day_import.compare(world.store, NOVEMBER, day_import.read(file))]


def take(world: World, file: io.BytesIO) -> dict[dt.date, D]:
    moved = day_import.compare(world.store, NOVEMBER, day_import.read(file))
    day_import.merge(world.store, NOVEMBER, [x for x in moved if x.kind == "change"], world.mia)
    return book_of(world.store).amounts(NOVEMBER, month_target(world.store, NOVEMBER))


def test_the_days_stand_in_the_file_to_the_fen(world: World) -> None:
    page: Any = load_workbook(io.BytesIO(export(world)), data_only=True).worksheets[0]
    got = [cell(page, n, "target").value for n in (1, 2, 4, 11)]
    assert got == [44_288.22, 49_209.14, 51_669.60, 600_000]
    assert cell(page, 31, "target").value == 2_000_000  # the row of the sum
    made: Any = load_workbook(io.BytesIO(export(world))).worksheets[0]
    assert [cell(made, 2, x).protection.locked for x in ("amount", "share", "weight", "target")] == [0, 0, 0, 1]
    assert (made.protection.sheet, len(made._charts), cell(made, 2, "target").value[0]) == (True, 1, "=")


def test_an_untouched_month_changes_nothing(world: World) -> None:
    assert look(world, io.BytesIO(export(world))) == []


def test_two_edited_copies_merge_and_undo_takes_each_back(world: World) -> None:
    body = export(world)
    take(world, typed(body, (12, "share", "15%"), (11, "amount", None), (11, "share", 0.25)))
    now = take(world, typed(body, (20, "weight", 2), (21, "amount", "6万")))
    assert [now[dt.date(2026, 11, n)] for n in (11, 12, 21)] == [500_000, 300_000, 60_000]
    assert sum(now.values()) == 2_000_000
    back = day_cells.undo(world.store, NOVEMBER, world.mia)
    assert sorted(x.day for x in back.pins) == [11, 12]


def test_a_day_changed_in_both_is_asked(world: World) -> None:
    body = export(world)
    set_days(world.store, NOVEMBER, [DayChange(dt.date(2026, 11, 11), "amount", D(700_000))], world.alice)
    (moved,) = day_import.compare(world.store, NOVEMBER, day_import.read(typed(body, (11, "amount", 650_000))))
    assert (moved.kind, moved.by, moved.was.amount, moved.file.amount, moved.now.amount) == (
        "conflict", "alice", 600_000, 650_000, 700_000,
    )  # fmt: skip


@pytest.mark.parametrize(
    "cells",
    [
        [(5, "amount", "much")],
        [(5, "amount", 100), (5, "share", 0.1)],
        [(5, "share", 1.2)],
        [(5, "target", 5)],
        [(5, "target", "=1+1")],
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(world: World, cells: list) -> None:
    (moved,) = day_import.compare(world.store, NOVEMBER, day_import.read(typed(export(world), *cells)))
    assert (moved.kind, bool(moved.error)) == ("refused", True)


def test_another_month_or_store_is_refused(world: World) -> None:
    body = export(world)
    with pytest.raises(BadFile, match="2026-11"):
        day_import.compare(world.store, month_of(dt.date(2026, 12, 1)), day_import.read(io.BytesIO(body)))
    with pytest.raises(BadFile):
        day_import.compare(world.other, NOVEMBER, day_import.read(io.BytesIO(body)))
    with pytest.raises(BadFile):
        day_import.read(io.BytesIO(b"no workbook"))


def test_the_page_shows_the_difference_and_stores_what_is_chosen(client: Client, world: World) -> None:
    client.force_login(world.mia)
    month = reverse("plan_month", args=["lotus"]) + "?month=2026-11"
    body = client.get(f"{month}&format=xlsx").content
    file = SimpleUploadedFile("november.xlsx", typed(body, (12, "amount", 90_000)).read())
    told = client.post(reverse("plan_month_import", args=["lotus"]), {"month": "2026-11", "file": file})
    (line,) = told.context["lists"]["change"]
    assert (line.was, line.file) == ("follows", "90,000")
    client.post(reverse("plan_month_merge", args=["lotus"]), {"month": "2026-11", "take": line.item})
    assert book_of(world.store).pins[dt.date(2026, 11, 12)].amount == 90_000


def test_the_month_goes_over_rest(world: World) -> None:
    key = create_token(world.mia, "key", "write", [world.store])[1]
    client = Client(headers={"authorization": f"Bearer {key}"})
    url = reverse("api_month_workbook", args=["lotus"]) + "?month=2026-11"
    body = typed(client.get(url).content, (12, "amount", 90_000), (13, "amount", 1)).read()
    set_days(world.store, NOVEMBER, [DayChange(dt.date(2026, 11, 13), "amount", D(70_000))], world.mia)
    tried = client.post(url, {"file": SimpleUploadedFile("x.xlsx", body), "dry_run": "true"}).json()
    assert ([x["day"] for x in tried["changes"]], tried["set"]) == (["2026-11-12"], 0)
    assert tried["conflicts"][0]["now"] == "70,000"
    assert client.post(url, {"file": SimpleUploadedFile("x.xlsx", body)}).json()["set"] == 1
    assert book_of(world.store).pins[dt.date(2026, 11, 13)].amount == 70_000  # a conflict stays unless it is taken
    client.post(url, {"file": SimpleUploadedFile("x.xlsx", body), "take": "2026-11-13"})
    assert book_of(world.store).pins[dt.date(2026, 11, 13)].amount == 1


@pytest.mark.parametrize("body", [{}, {"file": SimpleUploadedFile("x", b"x")}])
def test_rest_says_what_is_wrong_with_a_month(world: World, body: dict) -> None:
    key = create_token(world.mia, "key", "write", [world.store])[1]
    client = Client(headers={"authorization": f"Bearer {key}"})
    url = reverse("api_month_workbook", args=["lotus"])
    assert client.post(f"{url}?month=2026-11", body).status_code == 422
    assert client.get(f"{url}?month=2027-11").status_code == 422  # no target


def test_the_month_comes_in_by_command(world: World, tmp_path: Path) -> None:
    path, out = tmp_path / "month.xlsx", io.StringIO()
    path.write_bytes(typed(export(world), (12, "amount", 90_000)).read())
    call_command("import_plan", "lotus", path, "--dry-run", stdout=out)
    assert "changes: 2026-11-12: follows -> 90,000" in out.getvalue()
    assert dt.date(2026, 11, 12) not in book_of(world.store).pins
    out = io.StringIO()
    call_command("import_plan", "lotus", path, "--json", stdout=out)
    assert json.loads(out.getvalue())["set"] == 1
    assert book_of(world.store).pins[dt.date(2026, 11, 12)].amount == 90_000
