import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kpis import tasks
from kpis.models import Order, Upload
from tests.api.conftest import Caller
from tests.ingest.dressed import as_xlsx
from tests.kpis.facts import cover
from tests.world import World

URL = "/api/v1/stores/lotus/imports"
HEADER = "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额\n"
GOOD = HEADER + "1001,20.00,20.00,上海,2026-11-02 10:00:00,2026-11-02 10:00:05,0\n"
BAD = GOOD + "1002,x,20.00,上海,2026-11-02 10:00:00,2026-11-02 10:00:05,0\n"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker's part runs in the caller's process."""
    monkeypatch.setattr(tasks.check_upload, "delay", tasks.check_upload)
    monkeypatch.setattr(tasks.load_upload, "delay", tasks.load_upload)


def send(client: Client, text: str, **fields: str) -> object:
    file = SimpleUploadedFile("orders.csv", text.encode(), "text/csv")
    return client.post(URL, {"file": file, **fields})


@pytest.mark.django_db(transaction=True)
def test_a_file_is_accepted_and_then_loaded(world: World, caller: Caller) -> None:
    client = caller(world.bob, "write")
    accepted = send(client, GOOD)
    assert accepted.status_code == 202
    state = client.get(f"{URL}/{accepted.json()['id']}").json()
    assert (state["status"], state["rows"], state["new"]) == ("loaded", 1, 1)
    assert Order.objects.get(store=world.store).pay_fen == 2000


@pytest.mark.django_db(transaction=True)
def test_a_dry_run_loads_nothing(world: World, caller: Caller) -> None:
    send(caller(world.bob, "write"), GOOD, dry_run="true")
    assert Upload.objects.get().new == 1
    assert not Order.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_problems_of_a_rejected_file_can_be_read(world: World, caller: Caller) -> None:
    client = caller(world.bob, "write")
    pk = send(client, BAD).json()["id"]
    assert client.get(f"{URL}/{pk}").json()["status"] == "rejected"
    problem = client.get(f"{URL}/{pk}/problems").json()["results"][0]
    assert (problem["line"], problem["column"], problem["value"]) == (3, "总金额", "x")
    assert problem["message"]


@pytest.mark.django_db(transaction=True)
def test_good_rows_can_be_loaded_without_the_bad(world: World, caller: Caller) -> None:
    pk = send(caller(world.bob, "write"), BAD, on_problem="skip").json()["id"]
    assert (Upload.objects.get(pk=pk).state, Order.objects.count()) == ("loaded", 1)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"on_problem": "ignore"}, "on_problem"),
        ({"dry_run": "perhaps"}, "dry_run"),
        ({"source": "x"}, "source"),
        ({"dates": "x"}, "dates"),
    ],
)
def test_bad_fields_are_422(world: World, caller: Caller, fields: dict[str, str], field: str) -> None:
    answer = send(caller(world.bob, "write"), GOOD, **fields)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_a_missing_file_is_422(world: World, caller: Caller) -> None:
    assert caller(world.bob, "write").post(URL, {"x": io.StringIO("")}).status_code == 422


def test_a_reading_key_cannot_import_and_a_viewer_may_not(world: World, caller: Caller) -> None:
    assert send(caller(world.bob, "read"), GOOD).status_code == 403
    assert send(caller(world.vera, "write"), GOOD).status_code == 403
    assert send(caller(world.charlie, "write"), GOOD).status_code == 404
    assert send(Client(), GOOD).status_code == 401


def test_a_client_may_not_see_files(world: World, caller: Caller) -> None:
    assert caller(world.carl).get(URL).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_file_that_waits_tells_its_orders_and_can_be_cancelled_once(world: World, caller: Caller) -> None:
    client = caller(world.bob, "write")
    where = f"{URL}/{send(client, GOOD, dry_run='true').json()['id']}"
    assert client.get(where).json()["preview"] == {"key": "order_no", "new": ["1001"], "older": [], "changed": []}
    assert caller(world.vera).delete(where).status_code == 403
    assert (client.delete(where).status_code, client.delete(where).status_code) == (202, 409)
    told = client.get(where).json()
    assert (told["state"], told["preview"]) == ("cancelled", None)


@pytest.mark.django_db(transaction=True)
def test_a_preview_tells_what_would_change_in_an_order(world: World, caller: Caller) -> None:
    client = caller(world.bob, "write")
    send(client, GOOD)
    again = send(client, GOOD.replace("20.00", "30.00"), dry_run="true").json()["id"]
    [[number, changes]] = client.get(f"{URL}/{again}").json()["preview"]["changed"]
    assert (number, changes) == ("1001", {"total": ["20.00", "30.00"], "pay": ["20.00", "30.00"]})


@pytest.mark.django_db(transaction=True)
def test_the_sheets_of_a_workbook_are_named_as_imports_of_their_own(world: World, caller: Caller) -> None:
    header, row = HEADER.strip().split(","), GOOD.splitlines()[1].split(",")
    file = SimpleUploadedFile("a.xlsx", as_xlsx([header, row], 三月=[header, ["1002", *row[1:]]]))
    client = caller(world.bob, "write")
    pk = client.post(URL, {"file": file}).json()["id"]
    first = client.get(f"{URL}/{pk}").json()
    [part] = first["parts"]
    second = client.get(f"{URL}/{part}").json()
    assert [(x["name"], x["sheet"], x["status"]) for x in (first, second)] == [
        ("a.xlsx", "a", "loaded"),
        ("a [三月].xlsx", "三月", "loaded"),
    ]


def test_a_program_learns_which_days_lack_data(world: World, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-03-06")
    for day in (1, 2, 4):
        cover(world.store, "orders", day)
    told = caller(world.vera).get("/api/v1/stores/lotus/coverage", {"month": "2026-03"}).json()
    [orders] = [x for x in told["sources"] if x["source"] == "orders"]
    assert (orders["missing"], orders["empty"], orders["days"]["2026-03-04"]) == (
        ["2026-03-03", "2026-03-05"],
        [],
        "full",
    )
    assert caller(world.vera).get("/api/v1/stores/lotus/coverage").status_code == 422
