"""Any file can be brought in over REST: its columns explained, tried, kept; what was only tried is loaded."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kpis import tasks
from kpis.files import mapping
from kpis.models import Order, Preset, Upload
from tests.api.conftest import Caller
from tests.api.test_imports import BAD, GOOD
from tests.ingest.bring import bring, content, rows
from tests.world import World

URL = "/api/v1/stores/lotus/imports"
JSON = "application/json"
OWN = ["单据号", "开单日", "到账日", "成交额", "客户昵称", "件数"]
LINES = [
    ["D1", "2026-03-01 10:00:00", "2026-03-01 10:05:00", "12.50", "甲", "1"],
    ["D2", "2026-03-02 10:00:00", "", "30", "乙", "2"],
]
COLUMNS = {"order_no": "单据号", "created_at": "开单日", "paid_at": "到账日", "actual_fen": "成交额"}


@pytest.fixture
def api(world: World, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The worker's part runs in the caller's process."""
    monkeypatch.setattr(tasks.check_upload, "delay", tasks.check_upload)
    monkeypatch.setattr(tasks.load_upload, "delay", tasks.load_upload)
    return caller(world.bob, "write")


def sent(api: Client, text: bytes, **fields: str) -> str:
    """The address of the import."""
    answer = api.post(URL, {"file": SimpleUploadedFile("till.csv", text), **fields})
    return f"{URL}/{answer.json()['id']}"


def faults(answer: object) -> list[tuple[str, list[str]]]:
    assert answer.status_code == 422
    return [(x["field"], x["valid"]) for x in answer.json()["errors"]]


@pytest.mark.django_db(transaction=True)
def test_a_file_nobody_knows_is_explained_tried_and_loaded_and_the_next_needs_no_word(api: Client) -> None:
    where = sent(api, content(OWN, *LINES))
    assert api.get(where).json()["state"] == "unknown"
    guessed = api.get(f"{where}/mapping").json()
    assert (guessed["header"], guessed["fact"], guessed["rows"], guessed["preset"]) == (OWN, "orders", "order", None)
    tried = api.post(
        f"{where}/mapping", {"fact": "orders", "columns": COLUMNS | {"buyer": "客户昵称"}, "dry_run": True}, JSON
    ).json()
    assert tried["would_be"][1] == {
        "line": 3,
        "cells": {"order_no": "D2", "created_at": "2026-03-02 10:00:00", "paid_at": "", "actual_fen": "30"}
        | {"buyer": "•••"},
        "problem": "",
    }
    assert {x["field"]: x["column"] for x in tried["fields"] if x["required"]} == {
        "order_no": "单据号",
        "created_at": "开单日",
        "actual_fen": "成交额",
    }
    assert not Preset.objects.exists()
    kept = api.post(f"{where}/mapping", {"fact": "orders", "columns": COLUMNS, "name": "自制单"}, JSON)
    assert kept.status_code == 202
    assert api.get(where).json()["state"] == "loaded"
    again = api.post(f"{where}/mapping", {"fact": "orders", "columns": COLUMNS, "name": "自制单"}, JSON)
    assert (again.status_code, again.json()) == (202, kept.json())  # by now the file is gone
    other = api.post(f"{where}/mapping", {"fact": "orders", "columns": {"order_no": "开单日"}}, JSON)
    assert other.status_code == 409
    sent(api, content(OWN, ["D3", "2026-03-03 10:00:00", "2026-03-03 10:00:00", "8", "丙", "1"]))
    assert rows(Order, "order_no", "pay_fen") == [("D1", 1250), ("D2", None), ("D3", 800)]
    assert Preset.objects.get().version == 1


def test_what_is_missing_or_not_in_the_file_is_said_and_nothing_is_kept(world: World, api: Client) -> None:
    where = f"{URL}/{bring(world.store, content(OWN, *LINES)).pk}/mapping"
    strange = api.post(where, {"fact": "orders", "columns": {"order_no": "订单号", "uv": "开单日"}}, JSON)
    assert faults(strange) == [("columns.uv", mapping.field_names("orders")), ("columns.order_no", OWN)]
    lacking = api.post(
        where, {"fact": "orders", "columns": COLUMNS | {"actual_fen": ""}}, JSON, headers={"Accept-Language": "en"}
    )
    assert lacking.json()["detail"] == "Still to be chosen: Amount paid"
    assert faults(lacking) == [("columns.actual_fen", [])]
    for body in ({"fact": "shoes"}, {"columns": COLUMNS}):
        assert faults(api.post(where, body, JSON))[0] == ("fact", list(mapping.FACTS))
    assert not Preset.objects.exists()


def test_where_nothing_shows_which_comes_first_the_day_or_the_month_has_to_be_said(world: World, api: Client) -> None:
    lines = [
        ["D1", "03/04/2026 10:00", "03/04/2026 10:05", "5.50", "甲", "1"],
        ["D1", "03/04/2026 10:00", "", "7.25", "甲", "1"],
    ]
    where = f"{URL}/{bring(world.store, content(OWN, *lines)).pk}/mapping"
    tried = api.post(where, {"fact": "orders", "columns": COLUMNS, "dry_run": True}, JSON).json()
    assert (tried["asks_dates"], tried["dates"], tried["rows"]) == (True, None, "sum")
    assert faults(api.post(where, {"fact": "orders", "columns": COLUMNS}, JSON)) == [("dates", ["month", "day"])]
    assert (
        api.post(where, {"fact": "orders", "columns": COLUMNS, "dates": "day", "rows": "same"}, JSON).status_code == 202
    )
    preset = Preset.objects.get()
    assert (preset.dates, preset.rows, preset.name) == ("day", "same", "report")


def test_a_file_that_is_gone_or_at_work_cannot_be_explained(world: World, api: Client) -> None:
    upload = bring(world.store, content(OWN, *LINES))
    Upload.objects.filter(pk=upload.pk).update(state="loading")
    assert api.post(f"{URL}/{upload.pk}/mapping", {"fact": "orders", "columns": COLUMNS}, JSON).status_code == 409
    Upload.objects.filter(pk=upload.pk).update(path="")
    assert api.get(f"{URL}/{upload.pk}/mapping").status_code == 409
    assert not Preset.objects.exists()


def test_explanations_are_listed_brought_shared_and_forgotten(world: World, api: Client, caller: Caller) -> None:
    exported = {
        "opsplan": "preset",
        "version": 1,
        "name": "自制单",
        "fact": "orders",
        "header": OWN,
        "columns": COLUMNS,
    }
    made = api.post(f"{URL}/presets", exported, JSON)
    assert made.status_code == 201
    told = made.json()
    assert (told["rows"], told["dates"], told["shared"], told["store"], told["by"]) == (
        *("order", None, False, "lotus"),
        "bob",
    )
    where = f"{URL}/presets/{told['id']}"
    assert api.get(where).json() == told == api.get(f"{URL}/presets").json()["results"][0]
    mine = caller(world.charlie, "write")
    other = where.replace("lotus", "other")
    assert mine.get(other).status_code == 404
    assert api.patch(where, {"shared": True}, JSON).json()["shared"] is True
    assert mine.get(other).json()["store"] == "lotus"  # shared: used by others, and changed by none of them
    assert (mine.patch(other, {"shared": False}, JSON).status_code, mine.delete(other).status_code) == (404, 404)
    assert faults(api.post(f"{URL}/presets", exported | {"columns": {}}, JSON))[0][0] == "columns.order_no"
    assert faults(api.post(f"{URL}/presets", exported | {"header": []}, JSON))[0][0] == "header"
    assert (api.delete(where).status_code, api.delete(where).status_code) == (204, 404)


@pytest.mark.django_db(transaction=True)
def test_what_was_only_tried_is_loaded_once(api: Client) -> None:
    where = sent(api, GOOD.encode(), dry_run="true")
    assert not Order.objects.exists()
    first, second = (api.post(f"{where}/load", {}, JSON) for _ in range(2))
    assert (first.status_code, second.status_code, first.json()) == (202, 202, second.json())
    told = api.get(where).json()
    assert (told["state"], told["new"], told["dry_run"], Order.objects.count()) == ("loaded", 1, False, 1)
    assert api.delete(where).status_code == 409
    again = api.get(sent(api, GOOD.encode())).json()
    assert (again["state"], again["unchanged"]) == ("unchanged", 1)  # it counts as loaded: the same bytes are known


@pytest.mark.django_db(transaction=True)
def test_wrong_rows_of_what_was_tried_are_left_out_only_when_that_is_said(api: Client) -> None:
    where = sent(api, BAD.encode(), dry_run="true", on_problem="skip")
    assert faults(api.post(f"{where}/load", {"on_problem": "reject"}, JSON)) == [("on_problem", ["skip"])]
    assert api.get(where).json()["state"] == "ready"
    assert api.post(f"{where}/load", {"on_problem": "skip"}, JSON).status_code == 202
    assert (api.get(where).json()["rejected"], Order.objects.count()) == (1, 1)


def test_a_refused_file_is_not_loaded_but_set_aside(world: World, api: Client) -> None:
    where = f"{URL}/{bring(world.store, content(OWN, *LINES)).pk}"
    assert api.post(f"{where}/load", {}, JSON).status_code == 409
    assert [api.delete(where).status_code for _ in range(2)] == [202, 409]
    assert api.get(where).json()["state"] == "cancelled"


def test_a_file_is_read_again_by_what_was_explained_since_or_as_another_layout(world: World, api: Client) -> None:
    upload = bring(world.store, content(OWN, *LINES))
    where = f"{URL}/{upload.pk}/read"
    assert faults(api.post(where, {"source": "shoes"}, JSON))[0][0] == "source"
    assert api.post(where, {"dates": "day"}, JSON).status_code == 202
    upload.refresh_from_db()
    assert (upload.state, upload.dates, upload.source_forced) == ("waiting", "day", False)
    assert api.post(where, {}, JSON).status_code == 409  # it waits to be read already
    Upload.objects.filter(pk=upload.pk).update(state="rejected")
    assert api.post(where, {"source": "jd_order_2016"}, JSON).status_code == 202
    upload.refresh_from_db()
    assert (upload.source, upload.source_forced) == ("jd_order_2016", True)
