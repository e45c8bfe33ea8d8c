"""What came of a file is told once, to those it concerns and those who want to know."""

import json

import pytest

from kpis import tasks
from kpis.files import import_results, mapping, uploads
from kpis.ingest import pipeline
from kpis.models import Upload
from staff.delivery import add_destination
from staff.models import Delivery, Notice
from tests.ingest.bring import SHORT, A, bring, content
from tests.world import World


def listening(world: World, wish: str) -> None:
    made = add_destination(world.store, wish or "none", "webhook", "https://example.com/in", "", "en")
    made.imports = wish
    made.save()


@pytest.mark.parametrize(("wish", "told"), [("", 0), ("problems", 0), ("all", 1)])
def test_a_good_import_is_told_to_those_who_want_all(world: World, wish: str, told: int) -> None:
    listening(world, wish)
    bring(world.store, content(SHORT, A))
    tasks.tell_results()
    assert Delivery.objects.count() == told


def test_a_message_carries_the_result_as_data_and_comes_once(world: World) -> None:
    listening(world, "all")
    upload = bring(world.store, content(SHORT, A))
    assert (import_results.tell_all(), import_results.tell_all()) == (1, 0)
    data = Delivery.objects.get().data
    assert (data["event"], data["import"], data["state"], data["new"]) == ("import", upload.pk, "loaded", 1)
    assert "problems" not in data
    json.dumps(data)


def test_whoever_sent_a_bad_file_by_program_hears_of_it(world: World) -> None:
    listening(world, "problems")
    bad = [*A]
    bad[0] = "5.1E+18"
    upload = bring(world.store, content(SHORT, bad), by=world.alice)
    assert upload.state == Upload.State.REJECTED
    tasks.tell_results()
    assert Notice.objects.get().user == world.alice
    told = Delivery.objects.get(destination__imports="problems")
    assert "1 rows, 1 with something wrong: nothing was loaded." in told.body


def test_a_preview_that_somebody_looks_at_is_told_to_nobody(world: World) -> None:
    bad = [*A]
    bad[0] = "5.1E+18"
    bring(world.store, content(SHORT, bad), by=world.alice, auto_load=False)
    tasks.tell_results()
    assert not Notice.objects.exists()


@pytest.mark.parametrize("only_tried", [False, True])
def test_a_file_that_was_explained_is_told_of_once_more_when_it_is_in(world: World, only_tried: bool) -> None:
    listening(world, "all")
    header = ["单据号", "开单日", "成交额"]
    upload = bring(world.store, content(header, ["D1", "2026-03-01", "20.00"]), dry_run=only_tried, auto_load=True)
    tasks.tell_results()
    mapping.keep(world.store, header, "orders", dict(zip(("order_no", "created_at", "actual_fen"), header)), "自制单")
    assert uploads.read_again(upload)
    pipeline.check(upload)
    if only_tried:
        assert uploads.decide(upload, "reject")
        pipeline.load(upload)
    tasks.tell_results()
    tasks.tell_results()
    told = [x.data["state"] for x in Delivery.objects.order_by("pk")]
    assert told == (["loaded"] if only_tried else ["unknown", "loaded"])
