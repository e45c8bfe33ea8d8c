"""No torn figures: an answer is of the state before an import or of the state after it, never of both."""

import sqlite3
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kpis import queries
from kpis.models import Coverage, Order
from kpis.models.rollups import KEPT, bump, kept, of_version
from kpis.sums import rollups
from staff.models import Member, User
from staff.roles import Level
from staff.services import create_token
from stores.models import Store
from stores.services import create_store
from stores.snapshot import once, one_version, when_proven, while_steady
from tests.kpis.facts import cover, march, order, span
from tests.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)
KEYS = ["pay_amt", "pay_order_cnt", "pay_buyers", "aov_buyer"]


@pytest.fixture(autouse=True)
def _a_file(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """On SQLite tests share one database in memory, which locks whole tables; here it is a file in WAL."""
    if connection.vendor != "sqlite" or not connection.is_in_memory_db():
        yield
        return
    connection.ensure_connection()
    memory, name = connection.connection, connection.settings_dict["NAME"]
    file = sqlite3.connect(tmp_path / "db.sqlite3")
    memory.backup(file)
    file.close()
    connection.connection, connection.settings_dict["NAME"] = None, str(tmp_path / "db.sqlite3")
    yield
    connection.close()
    connection.connection, connection.settings_dict["NAME"] = memory, name


@pytest.fixture
def store(_a_file: None) -> Store:
    made = create_store("lotus", "莲花", "tmall")
    cover(made, "orders", 1, 2)
    for day in (1, 2):
        order(made, day, "10", buyer=day)
    rollups.rebuild(made, [march(1), march(2)])
    return made


def in_a_thread(work: Any) -> None:
    """Another connection, as another process would have it."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)
    assert not failed, failed


def bring(store: Store, buyer: int) -> None:
    """An import: facts and sums in one transaction, as the pipeline writes them."""
    with transaction.atomic():
        for day in (1, 2):
            order(store, day, "10", buyer=buyer)
        bump(store)
        rollups.rebuild(store, [march(1), march(2)])


def amounts(values: Any) -> tuple[str, ...]:
    return tuple(str(values[key].value) for key in KEYS)


BEFORE, AFTER = ("20.00", "2", "2", "10.00"), ("40.00", "4", "3", "13.33")


def test_what_is_read_inside_stays_as_it_was_while_others_write(store: Store) -> None:
    with one_version():
        first = queries.figures(store, ["pay_amt"], span(1, 2), compare=())
        in_a_thread(lambda: bring(store, 9))
        told = queries.figures(store, KEYS, span(1, 2), compare=())
        assert (str(first["pay_amt"].value), amounts(told)) == ("20.00", BEFORE)
        assert queries.version(store) == queries.versions_of([store])["lotus"]
    assert amounts(queries.figures(store, KEYS, span(1, 2), compare=())) == AFTER


def test_a_reader_does_not_keep_a_writer_waiting_nor_the_other_way_round(store: Store) -> None:
    with one_version():
        assert Order.objects.count() == 2
        in_a_thread(lambda: bring(store, 9))

    def read() -> None:
        with one_version():
            assert Order.objects.count() == 4

    with transaction.atomic():
        order(store, 1, "10", buyer=5)
        in_a_thread(read)


def test_inside_a_transaction_it_reads_what_its_owner_wrote(store: Store) -> None:
    with transaction.atomic():
        order(store, 1, "10", buyer=5)
        with one_version():
            assert Order.objects.count() == 3
    with transaction.atomic():  # and writing works as before
        order(store, 1, "10", buyer=6)
    assert Order.objects.count() == 4


@pytest.mark.parametrize("at", [1, 2, 3, 4, 5, 6])
def test_an_answer_is_the_one_before_or_the_one_after_wherever_the_import_commits(store: Store, at: int) -> None:
    """The import commits just before the answer's statement number `at`."""
    asked = {"stores": ["lotus"], "metrics": KEYS, "period": {"from": "2026-03-01", "to": "2026-03-02"}}
    question = queries.question(asked | {"dimensions": ["month"]}, [store])
    ran = []

    def interrupt(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith("SELECT"):
            ran.append(sql)
            if len(ran) == at:
                in_a_thread(lambda: bring(store, 9))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(interrupt), one_version():
        found = queries.table(question)
    assert len(ran) >= at or at > 4
    assert amounts(found.totals[0].values) == amounts(found.lines[0].values)
    assert amounts(found.totals[0].values) in (BEFORE, AFTER)


@pytest.fixture
def address(store: Store, client: Client) -> str:
    """The summary's, `client` having a key that was used before."""
    alice = User.objects.create_user("alice")
    Member.objects.create(user=alice, store=store, level=Level.OWNER)
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {create_token(alice, 'till', 'read', [store])[1]}"
    found = f"/api/v1/stores/lotus/kpis/summary?from=2026-03-01&to=2026-03-02&metrics={','.join(KEYS)}"
    client.get(f"{found}&compare=previous")
    KEPT.clear()
    return found


@pytest.mark.parametrize("at", range(1, 7))
def test_a_summary_is_of_one_state_though_it_opens_no_transaction(
    store: Store, client: Client, address: str, at: int
) -> None:
    """It looks at the data version again at its end, and is read anew when an import came between."""
    ran: list[str] = []

    def interrupt(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        ran.append(sql)
        if len(ran) == at:
            in_a_thread(lambda: bring(store, 9))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(interrupt):
        answer = client.get(address)
    assert tuple(answer.json()["values"][key]["value"] for key in KEYS) == AFTER
    assert client.get(address, headers={"if-none-match": answer["ETag"]}).status_code == 304


def test_a_cold_process_reads_gate_store_days_people_targets_and_version(client: Client, address: str) -> None:
    with CaptureQueriesContext(connection) as told:
        assert client.get(address).status_code == 200
    assert len(told) == 6, [each["sql"][:80] for each in told]


def test_days_that_the_process_has_read_in_this_version_take_the_gate_alone(
    store: Store, client: Client, address: str
) -> None:
    client.get(address)
    with CaptureQueriesContext(connection) as told:
        found = client.get(address.replace("03-02", "03-03"))
    assert len(told) == 1, [each["sql"][:80] for each in told]
    assert found.json()["values"]["pay_buyers"]["missing"]
    in_a_thread(lambda: bring(store, 9))
    assert tuple(client.get(address).json()["values"][key]["value"] for key in KEYS) == AFTER


@pytest.mark.parametrize(("now", "done"), [(7, ["kept"]), (8, [])])
def test_only_what_proved_steady_is_kept(now: int, done: list[str], db: None) -> None:
    told: list[str] = []

    def read() -> str:
        when_proven(lambda: told.append("kept"))
        return f"read {Store.objects.count()}"

    assert (while_steady("number", 7, lambda: now, read), told) == ("read 0" if done else None, done)


def test_what_asked_the_database_nothing_is_steady() -> None:
    assert while_steady("number", 7, lambda: pytest.fail("asked again"), lambda: "out of the process") is not None


def test_inside_an_open_transaction_nothing_is_read_so(store: Store) -> None:
    with transaction.atomic():
        assert of_version(store.pk, 1, lambda: "read") is None


def test_nothing_of_a_torn_reading_stays_in_the_process(store: Store) -> None:
    def read() -> str:
        kept("what may be torn", store.pk, lambda: "of both states")
        bump(store)
        return "torn"

    assert of_version(store.pk, queries.version(store), read) is None
    assert ("what may be torn", store.pk) not in KEPT


def test_a_page_of_figures_is_read_inside_one(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world()
    Coverage.objects.create(store=world.store, kind="orders", day=march(1))
    rollups.rebuild(world.store, [march(1)])
    seen = []
    real = queries.pace
    monkeypatch.setattr(queries, "pace", lambda *a, **k: (seen.append(connection.in_atomic_block), real(*a, **k))[1])
    client.force_login(world.alice)
    assert client.get("/s/lotus/today/").status_code == 200
    assert seen == [True]
    assert Decimal(Order.objects.count()) == 0
    assert not connection.in_atomic_block


def test_small_things_are_read_once_an_answer_and_anew_for_the_next() -> None:
    asked: list[int] = []

    def read() -> int:
        asked.append(1)
        return len(asked)

    with one_version():
        assert [once("x", read), once("x", read)] == [1, 1]
        with one_version():
            assert once("x", read) == 1
    with one_version():
        assert once("x", read) == 2
    assert [once("x", read), once("x", read)] == [3, 4]
