"""A store is closed and opened again, deleted while it is empty, counted in another currency while it has no money."""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from campaigns.models import CampaignRules
from kpis.ingest import pickup
from kpis.models import Order
from kpis.outward import emptiness
from kpis.sharing import shared
from kpis.tasks import watch, watch_all
from opsplan.lib import clock
from products.models import Cost, Product
from staff import links, queries
from staff.models import Task, User
from staff.tasks import make_all_tasks, make_tasks, remind, remind_all
from stores.models import Store
from stores.services import close_store, create_store, reopen_store
from tests.api.conftest import Caller, caller
from tests.staff.tasks import template
from tests.world import World, at

__all__ = ["caller"]  # a fixture


@pytest.fixture(autouse=True)
def _english(world: World) -> None:
    User.objects.update(language="en")


def entered(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def order(store: Store, **more: Any) -> None:
    told = {"order_no": "1", "status": 10, "total_fen": 1, "created_at": clock.now(), "order_day": "2026-01-01"}
    Order.objects.create(store=store, **told | more)


def test_a_closed_store_stands_in_no_list_and_can_be_read_and_opened_again(world: World, client: Client) -> None:
    entered(client, world.alice).post(at("store_close"))
    assert queries.memberships(world.alice) == []
    page = client.get(reverse("stores")).content.decode()
    assert "Closed stores" in page
    assert client.get(reverse("home")).headers["Location"] == reverse("stores")
    assert "This store has been closed since" in client.get(at("products")).content.decode()
    refused = client.post(at("report_new"))
    assert (refused.status_code, "This store is closed" in refused.content.decode()) == (403, True)
    client.post(at("store_reopen"))
    assert [x.store for x in queries.memberships(world.alice)] == [world.store]
    assert client.get(at("report_new")).status_code == 405


def test_only_an_owner_closes_a_store(world: World, client: Client) -> None:
    assert entered(client, world.mia).post(at("store_close")).status_code == 403
    assert Store.objects.in_use().count() == 2


def test_programs_read_a_closed_store_and_change_nothing_in_it(world: World, caller: Caller) -> None:
    close_store(world.store)
    key = caller(world.mia, scope="write")
    assert key.get("/api/v1/stores").json()["results"] == []
    assert key.get("/api/v1/stores/lotus/reports").status_code == 200
    asked = {"kind": "week", "day": "2026-03-20"}
    refused = key.post("/api/v1/stores/lotus/reports", asked, headers={"accept-language": "en"})
    assert (refused.status_code, "closed" in refused.json()["detail"]) == (403, True)


def test_no_job_looks_after_a_closed_store(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []
    for job in (make_tasks, remind, watch):
        monkeypatch.setattr(job, "delay", lambda pk, name=job.name: asked.append((name.rpartition(".")[2], pk)))
    secret = links.make(world.store, None, "weekly")[1]
    close_store(world.store)
    for every in (make_all_tasks, remind_all, watch_all):
        every()
    assert sorted(asked) == [(name, world.other.pk) for name in ("make_tasks", "remind", "watch")]
    assert links.find(secret) is None
    reopen_store(world.store)
    make_all_tasks()
    assert set(asked[3:]) == {("make_tasks", world.store.pk), ("make_tasks", world.other.pk)}
    assert links.find(secret) is not None


def test_files_in_the_folder_of_a_closed_store_stay_there(world: World, tmp_path: Path, settings: Any) -> None:
    settings.IMPORT_FOLDER = str(tmp_path)
    file = tmp_path / "lotus" / "a.csv"
    file.parent.mkdir()
    file.write_text("x")
    os.utime(file, (0, 0))
    close_store(world.store)
    assert (pickup.pick_up(), file.exists()) == ([], True)


def test_a_store_is_deleted_with_its_name_typed_while_it_holds_no_facts(world: World, client: Client) -> None:
    template(world.store, world.alice, since=clock.today(world.store.timezone))
    shared.make(world.store, world.mia, "weekly")
    client = entered(client, world.alice)
    refused = client.post(at("store_delete"), {"name": "lotus"})
    assert (refused.status_code, "not the name of the store" in refused.content.decode()) == (422, True)
    order(world.store)
    assert "this one holds orders" in client.get(at("store_settings")).content.decode()
    assert client.post(at("store_delete"), {"name": world.store.name}).status_code == 422
    Order.objects.all().delete()
    assert client.post(at("store_delete"), {"name": world.store.name}).headers["Location"] == reverse("stores")
    assert list(Store.objects.values_list("slug", flat=True)) == ["other"]
    assert not Task.objects.exists()


def test_what_is_in_another_store_is_no_fact_of_this_one(world: World) -> None:
    order(world.other)
    assert emptiness.held(world.store, prices=True) == []
    assert emptiness.held(world.other) != []


def test_the_currency_is_another_one_only_while_no_money_is_there(world: World, client: Client) -> None:
    client = entered(client, world.alice)
    form = {"name": "Lotus", "timezone": "UTC"}
    CampaignRules.objects.create(store=world.store, ads_fen=300, fee_bp=450)  # 50,000 yuan for a prize, 6 for freight
    client.post(at("store_settings"), form | {"currency": "USD"})
    assert Store.objects.get(slug="lotus").currency == "USD"
    kept = CampaignRules.objects.get()
    assert (kept.prize_most_fen, kept.freight_fen, kept.packaging_fen, kept.ads_fen) == (None, 0, 0, 0)
    assert kept.fee_bp == 450
    client.post(at("store_settings"), form | {"currency": "dollars"})
    client.post(at("store_settings"), form)
    product = Product.objects.create(store=world.store, code="A1", title="x")
    Cost.objects.create(product=product, from_day="2026-01-01", cost_fen=100)
    client.post(at("store_settings"), form | {"currency": "EUR"})
    assert Store.objects.get(slug="lotus").currency == "USD"
    assert "money counted in it already (costs)" in client.get(at("store_settings")).content.decode()


def test_the_command_closes_reopens_and_deletes(world: World) -> None:
    said = io.StringIO()
    call_command("close_store", "lotus", stdout=said)
    assert Store.objects.get(slug="lotus").closed_at is not None
    call_command("close_store", "lotus", "--reopen", stdout=said)
    assert Store.objects.get(slug="lotus").closed_at is None
    made = create_store("empty", "Empty", "tmall")
    with pytest.raises(CommandError, match="不是本店的名称"):
        call_command("close_store", "empty", "--delete", "nope", stdout=said)
    call_command("close_store", "empty", "--delete", made.name, stdout=said)
    with pytest.raises(ValidationError):
        emptiness.delete_store(world.store, "x")
