"""A plan document as a workbook: filled in, compared, merged as one step, taken back."""

import datetime as dt
import io
from decimal import Decimal as D

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from kpis.documents import document_import, plan_documents
from kpis.documents.document_facts import facts_of
from kpis.documents.document_sheets import TICK, workbook
from kpis.documents.plan_documents import DOCUMENTS, MONTH, OUTLINE
from kpis.variance import against
from kpis.year import plans
from kpis.year.plan_cells import Change, set_cells
from opsplan.lib.periods import month_of
from staff.models import User
from tests.kpis.facts import count, cover, order

MARCH = month_of(dt.date(2026, 3, 1))


@pytest.fixture(autouse=True)
def _english(monkeypatch, world):
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-03-20")
    User.objects.update(language="en")
    with translation.override("en"):
        yield


@pytest.fixture
def people(world):
    return against.people(world.store)


def write(world, people, key="social", **more):
    said = {"text": "", "answers": {}, "owner": None, "due": None, "is_done": False, "version": 0} | more
    return plan_documents.save(world.store, MONTH, MARCH.first, key, world.mia, **said)


def filled(world, people, **fields):
    book = load_workbook(io.BytesIO(workbook(world.store, MONTH, MARCH, [str(x) for x in people])))
    page = book.worksheets[0]
    for row in range(1, page.max_row + 1):
        key = str(page.cell(row, 1).value or "").replace(".", "__")
        if key in fields:
            page.cell(row, 4).value = fields[key]
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("march.xlsx", out.getvalue())


def compare(world, people, file):
    found = document_import.compare(world.store, MONTH, MARCH.first, document_import.read(file), people)
    return {x.key: x for x in found}


def merge(world, people, moved):
    wanted = [x.item for x in moved.values()]
    return document_import.merge(world.store, MONTH, MARCH.first, wanted, world.mia, people)


def sections(world):
    return plan_documents.sections(world.store, MONTH, MARCH.first)


def test_it_comes_back_as_it_went(world, people):
    write(world, people, text="two\r\nlines", answers={"per_week": "3"}, owner=world.bob, due=MARCH.last, is_done=True)
    assert compare(world, people, filled(world, people)) == {}


def test_what_was_filled_in_is_kept_as_one_step_and_taken_back(world, people):
    write(world, people, text="old")
    file = filled(world, people, social__per_week=5, social__owner=str(world.bob), stock__text="count",
                  stock__due=dt.datetime(2026, 3, 31), stock__done=TICK)  # fmt: skip
    assert merge(world, people, compare(world, people, file)) == 5
    social, stock = sections(world)["social"], sections(world)["stock"]
    assert (social.text, social.fields, social.owner) == ("old", {"per_week": "5"}, world.bob)
    assert (stock.text, stock.due, stock.is_done) == ("count", dt.date(2026, 3, 31), True)
    assert document_import.undo(world.store, MONTH, MARCH.first, world.mia, people) == 2
    social, stock = sections(world)["social"], sections(world)["stock"]
    assert (social.text, social.fields, social.owner, stock.text, stock.is_done) == ("old", {}, None, "", False)


def test_two_files_merge_and_one_field_in_both_is_asked(world, people):
    file = filled(world, people, social__text="theirs", seo__content="serum")
    write(world, people, text="ours")
    found = compare(world, people, file)
    assert {key: x.kind for key, x in found.items()} == {"social.text": "conflict", "seo.content": "change"}
    assert (found["social.text"].now, found["social.text"].by) == ("ours", str(world.mia))


def test_a_field_that_moved_since_is_not_overwritten(world, people):
    found = compare(world, people, filled(world, people, social__text="theirs"))
    write(world, people, text="ours")
    with pytest.raises(document_import.Clash):
        merge(world, people, found)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [("social__per_week", "often", "whole number"), ("seo__owner", "Nobody", "does not work"),
     ("seo__due", "soon", "2026-11-30")],
)  # fmt: skip
def test_it_refuses_with_the_reason(world, people, field, value, why):
    (found,) = compare(world, people, filled(world, people, **{field: value})).values()
    assert (found.kind, why in found.error) == ("refused", True)


def test_another_document_is_turned_away(world, people):
    sheet = document_import.read(filled(world, people))
    with pytest.raises(document_import.BadFile):
        document_import.compare(world.store, OUTLINE, MARCH.first, sheet, people)


def test_the_page_shows_the_difference_stores_and_takes_back(client, world, people):
    client.force_login(world.mia)
    at = {
        name: reverse(name, args=["lotus", "month"]) for name in ("document_import", "document_merge", "document_undo")
    }
    file = filled(world, people, review__text="better than February")
    page = client.post(at["document_import"], {"month": "2026-03", "file": file})
    (line,) = page.context["lists"]["change"]
    page = client.post(at["document_merge"], {"month": "2026-03"}, follow=True)
    assert "Nothing was chosen; the document stays as it was." in page.content.decode()
    client.post(at["document_merge"], {"month": "2026-03", "take": line.item})
    assert sections(world)["review"].text == "better than February"
    client.post(at["document_undo"], {"month": "2026-03"})
    assert sections(world)["review"].text == ""


def test_the_outlines_ask_for_every_point_of_the_founding_forms():  # S018, S024, S025
    asked = {key: [len(part.answers) for part in document.parts] for key, document in DOCUMENTS.items()}
    assert asked["outline"] == [3, 3, 4, 3, 3, 3, 2, 2]
    assert asked["work"] == [4, 3, 4, 4, 4, 4, 4]  # 27 bullets
    assert asked["chapters"] == [3, 3, 3, 4, 3, 3, 1]  # 1.1 to 7.1


def test_an_outline_tells_the_plan_of_the_year_and_what_it_has_brought(client, world):
    cover(world.store, "orders", 1, 19)
    order(world.store, 3, "250")
    count(world.store)
    plan = plans.start(world.store, 2026, world.alice)
    set_cells(plan, [Change("real_amt", month, D(1000)) for month in range(1, 13)], world.alice)
    assert facts_of(world.store, "work", MARCH)["goals"][0].value is None  # a draft is not in force
    plans.approve(plan, world.alice)
    found = [(x.value, x.metric) for x in facts_of(world.store, "work", MARCH)["goals"]]
    assert found[:2] == [(D(12000), ""), (D("250.00"), "real_amt")]
    client.force_login(world.alice)
    page = client.get(reverse("plan_document", args=["lotus", "work"]), {"month": "2026-03"}).content.decode()
    assert "/s/lotus/explain/real_amt?" in page
