"""The coverage page: where a person says that nothing happened on some days, and what every page tells of it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kpis.models import Coverage, Upload
from staff.models import User
from tests.world import World, at

pytestmark = pytest.mark.usefixtures("at_once")
SAID = {"source": "orders", "from": "2026-03-11", "to": "2026-03-11", "reason": "the shop was closed"}


@pytest.fixture
def bob(client: Client, world: World) -> Client:
    """Her colleague may import; orders of the 10th and the 12th are there, of the 11th and 13th there are none."""
    User.objects.update(language="en")
    for day in (10, 12):
        Coverage.objects.create(store=world.store, kind="orders", day=dt.date(2026, 3, day))
    client.force_login(world.bob)
    return client


def test_a_gap_is_offered_said_and_shown(bob: Client, world: World) -> None:
    page = bob.get(at("coverage"), {"month": "2026-03", "source": "orders", "from": "2026-03-11", "to": "2026-03-11"})
    shown = page.content.decode()
    assert "month=2026-03&amp;source=orders&amp;from=2026-03-11&amp;to=2026-03-11#empty-days" in shown
    assert '<option value="orders" selected>' in shown
    assert 'value="2026-03-11"' in shown
    answer = bob.post(at("empty_days"), SAID, follow=True)
    assert "No orders 2026-03-11: noted" in answer.content.decode()
    cells = answer.context["rows"][0]["cells"]
    assert [css for css, _title in cells[8:13]] == ["none", "full", "full declared", "full", "missing"]
    assert cells[10][1].endswith("nothing happened")
    assert "nothing has changed" in bob.post(at("empty_days"), SAID, follow=True).content.decode()


def test_the_history_tells_who_when_and_why_and_a_manager_takes_it_back(
    bob: Client, world: World, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    bob.post(at("empty_days"), SAID)
    upload = Upload.objects.get()
    history = bob.get(at("history"), {"source": "declared"}).content.decode()
    assert ("No orders 2026-03-11" in history, "Said by hand: nothing happened" in history) == (True, True)
    card = bob.get(at("upload", upload.pk)).content.decode()
    assert "1 day counts as told, with 0, until a file tells of it." in card
    assert "the shop was closed" in card
    assert ("SHA-256" in card, "Take it back" in card) == (False, False)
    assert bob.get(at("data")).status_code == 200
    bob.force_login(world.mia)
    assert "Take it back" in bob.get(at("upload", upload.pk)).content.decode()
    asked = bob.get(at("upload_undo", upload.pk)).content.decode()
    assert "From 2026-03-11 to 2026-03-11 it will be as if nobody had said that nothing happened" in asked
    with django_capture_on_commit_callbacks(execute=True):
        bob.post(at("upload_undo", upload.pk))
    log = bob.get(at("audit")).content.decode()
    assert ("No orders 2026-03-11" in log, "the shop was closed" in log) == (True, True)
    assert "as if nobody had said it" in bob.get(at("upload", upload.pk)).content.decode()


def test_a_wrong_day_is_told_beside_its_field_and_the_form_keeps_what_was_typed(bob: Client) -> None:
    for wrong, words in (
        ({"from": "", "to": ""}, "Give both days"),
        ({"to": "2026-03-01"}, "The period ends before it starts."),
        ({"from": "2026-03-10"}, "Imported already: 2026-03-10."),
        ({"to": "2026-04-02"}, "Only of days that are over"),
        ({"source": "ads:nobody"}, "Choose the channel"),
        ({"source": ""}, "Choose what there was none of."),
    ):
        answer = bob.post(at("empty_days") + "?month=2026-03", SAID | wrong)
        assert (answer.status_code, words in answer.content.decode()) == (422, True), words
        assert "the shop was closed" in answer.content.decode()
    assert not Upload.objects.exists()


def test_today_offers_it_for_the_days_that_are_missing(
    bob: Client, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        bob.post(at("empty_days"), SAID)
    shown = bob.get(at("today")).content.decode()
    assert at("coverage") + "?source=orders&amp;month=2026-03&amp;from=2026-03-13&amp;to=2026-03-31#empty-days" in shown


def test_who_may_not_import_is_not_asked(bob: Client, world: World) -> None:
    bob.force_login(world.vera)
    assert 'id="empty-days"' not in bob.get(at("coverage")).content.decode()


def test_a_file_without_rows_leads_there_with_its_days(
    bob: Client, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    header = "日期,展现量,点击量,花费,总成交金额\n"
    file = SimpleUploadedFile("直通车_2026-03-02_2026-03-04.csv", header.encode())
    with django_capture_on_commit_callbacks(execute=True):
        bob.post(at("upload_new"), {"files": file})
    upload = Upload.objects.get()
    card = bob.get(at("upload", upload.pk)).content.decode()
    assert "if nothing happened in that time, say so on the coverage page" in card
    where = at("coverage") + "?source=ads&amp;from=2026-03-02&amp;to=2026-03-04&amp;month=2026-03#empty-days"
    assert f'href="{where}"' in card
