import datetime as dt
import re
from decimal import Decimal

import pytest
from django.test import Client

from kpis.models import Entry, StaleDay, StoreDay
from opsplan.lib import cells
from opsplan.lib.periods import Period
from tests.world import World, at

pytestmark = pytest.mark.usefixtures("at_once")
DAY = dt.date(2026, 3, 31)


def type_in(client: Client, measure: str, value: str, day: str = "2026-03-31") -> object:
    return client.post(at("entry"), {f"{measure}:{day}": value})


def cell_of(answer) -> dict:
    return answer.context["rows"][0]["cells"][0]


def test_a_cell_is_saved_with_who_typed_it(bob: Client, world: World) -> None:
    answer = type_in(bob, "consult_uv", "1,204")
    entry = Entry.objects.get()
    assert (entry.measure, entry.day, entry.value, entry.by) == ("consult_uv", DAY, Decimal(1204), world.bob)
    assert "saved" in answer.content.decode()


def test_the_day_is_counted_before_the_answer(bob: Client) -> None:
    type_in(bob, "consult_uv", "1204")
    assert StoreDay.objects.get(day=DAY).consult_uv == 1204
    assert not StaleDay.objects.exists()


def test_an_emptied_cell_takes_the_entry_away(bob: Client) -> None:
    type_in(bob, "ratings", "50")
    type_in(bob, "ratings", "")
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("measure", "value", "day"),
    [
        ("consult_uv", "many", "2026-03-31"),
        ("consult_uv", "1.5", "2026-03-31"),
        ("consult_uv", "-3", "2026-03-31"),
        ("dsr_svc", "6", "2026-03-31"),
        ("consult_uv", "10", "2026-04-03"),
        ("consult_uv", "5%", "2026-03-31"),
    ],
)
def test_a_refused_value_stays_in_the_cell_with_the_reason(bob: Client, measure: str, value: str, day: str) -> None:
    answer = type_in(bob, measure, value, day)
    assert answer.status_code == 422
    assert cell_of(answer)["error"]
    assert cell_of(answer)["text"] == value
    assert not Entry.objects.exists()


def test_a_figure_that_may_not_be_typed_is_not_found(bob: Client) -> None:
    assert type_in(bob, "pay_amt", "5").status_code == 404


def test_the_total_comes_back_with_the_cell_where_days_add_up(bob: Client) -> None:
    type_in(bob, "ratings", "50", "2026-03-30")
    assert type_in(bob, "ratings", "7").context["rows"][0]["line"].total == Decimal(57)
    type_in(bob, "dsr_svc", "4.8", "2026-03-30")
    assert type_in(bob, "dsr_svc", "4.9").context["rows"][0]["line"].total is None


def test_who_typed_meanwhile_is_told_and_nothing_is_lost(bob: Client, client: Client, world: World) -> None:
    place = {"ratings:2026-03-31": "50", "was:ratings:2026-03-31": ""}
    assert bob.post(at("entry"), place).status_code == 200
    client.force_login(world.mia)
    asked = client.post(at("entry"), place | {"ratings:2026-03-31": "60"})
    x = cell_of(asked)
    assert (asked.status_code, x["text"], x["was"], x["theirs"], x["is_asked"]) == (409, "60", "50", "50", True)
    assert x["error"].startswith(f"{world.bob} 已在 ")
    assert x["error"].endswith("把这里填成 50。")
    assert Entry.objects.get().value == 50
    # the same number is no quarrel, and whoever has seen it types over it
    assert client.post(at("entry"), place).status_code == 200
    mine = {"ratings:2026-03-31": "60", "was:ratings:2026-03-31": "50"}
    assert client.post(at("entries_save"), mine | {"week": "2026-03-30"}).status_code == 302
    assert Entry.objects.get().value == 60
    assert "有人清空了" in cell_of(empty_meanwhile(bob, client))["error"]


def empty_meanwhile(one: Client, other: Client) -> object:
    seen = {"was:ratings:2026-03-31": "60"}
    one.post(at("entry"), seen | {"ratings:2026-03-31": ""})
    return other.post(at("entry"), seen | {"ratings:2026-03-31": "61"})


def test_a_pasted_block_is_taken_whatever_its_order(bob: Client) -> None:
    """A part above the old whole, with the new whole a row further down."""
    old = {"good_ratings:2026-03-30": "5", "ratings:2026-03-30": "10"}
    new = {"good_ratings:2026-03-30": "50", "ratings:2026-03-30": "100", "ratings:2026-03-31": "x"}
    assert bob.post(at("entry"), old).status_code == 200
    answer = bob.post(at("entry"), new)
    assert answer.status_code == 422
    assert dict(Entry.objects.values_list("measure", "value")) == {"good_ratings": 50, "ratings": 100}
    assert [(x["name"], x["saved"]) for row in answer.context["rows"] for x in row["cells"]] == [
        ("good_ratings:2026-03-30", True), ("ratings:2026-03-30", True), ("ratings:2026-03-31", False),
    ]  # fmt: skip


def test_the_plain_form_of_a_week_is_not_too_long_to_be_taken(bob: Client) -> None:
    page = bob.get(at("entries"), {"week": "2026-03-24"}).content.decode()
    fields = dict.fromkeys(re.findall(r'name="((?:was:)?\w+:2026-[\d-]+)"', page), "")
    assert len(fields) > 1000  # more than Django takes unasked
    told = fields | {"week": "2026-03-23", "ratings:2026-03-24": "5"}
    assert bob.post(at("entries_save"), told).status_code == 302
    assert Entry.objects.get().value == 5


def test_the_plain_form_saves_only_what_was_changed(bob: Client, world: World) -> None:
    Entry.objects.create(
        store=world.store, measure="ratings", day=DAY, value=9, by=world.mia, updated_at=dt.datetime.now(dt.UTC)
    )
    fields = {
        "week": "2026-03-30",
        "ratings:2026-03-31": "",  # the form was opened before Mia typed: it is not to be emptied
        "was:ratings:2026-03-31": "",
        "consult_uv:2026-03-31": "12",
        "was:consult_uv:2026-03-31": "",
    }
    bob.post(at("entries_save"), fields)
    assert set(Entry.objects.values_list("measure", "value", "by__username")) == {
        ("ratings", Decimal(9), "mia"),
        ("consult_uv", Decimal(12), "bob"),
    }


def test_the_plain_form_keeps_what_it_refused(bob: Client) -> None:
    answer = bob.post(
        at("entries_save"), {"week": "2026-03-30", "consult_uv:2026-03-31": "x", "was:consult_uv:2026-03-31": ""}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'name="consult_uv:2026-03-31" value="x"' in page


def test_fake_orders_bring_their_warning(bob: Client) -> None:
    assert bob.get(at("entries"), {"week": "2026-03-31"}).context["is_deducted"] is False
    type_in(bob, "brush_amt", "100")
    assert bob.get(at("entries"), {"week": "2026-03-31"}).context["is_deducted"] is True


def test_a_number_from_a_file_is_shown_where_nothing_was_typed(bob: Client, world: World) -> None:
    StoreDay.objects.create(store=world.store, day=DAY, uv=8600)
    assert 'placeholder="8,600"' in bob.get(at("entries"), {"week": "2026-03-31"}).content.decode()


def test_the_sheet_opens_on_the_week_of_yesterday(bob: Client) -> None:
    assert bob.get(at("entries")).context["week"] == Period(dt.date(2026, 3, 30), dt.date(2026, 4, 5))


def test_a_viewer_reads_the_sheet_without_a_single_input(client: Client, world: World) -> None:
    client.force_login(world.vera)
    assert "data-cell" not in client.get(at("entries")).content.decode()
    assert type_in(client, "ratings", "5").status_code == 403


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("12万", "money", "120000"),
        ("¥1,234.5", "money", "1234.5"),
        ("3.5%", "rate", "0.035"),
        ("3.5", "rate", "0.035"),
        ("１２", "count", "12"),
        ("2k", "count", "2000"),
    ],
)
def test_numbers_are_read_as_people_type_them(text: str, unit: str, number: str) -> None:
    assert cells.read(text, unit) == Decimal(number)


@pytest.mark.parametrize(
    ("number", "unit"), [("0.035", "rate"), ("1500000", "money"), ("79.40", "money"), ("4.86", "score"), ("0", "count")]
)
def test_a_written_cell_is_read_back_as_the_same_number(number: str, unit: str) -> None:
    assert cells.read(cells.write(Decimal(number), unit), unit) == Decimal(number)
