"""Imports that are taken back: the store stands as if they had never been, or it is said why not."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import translation
from rest_framework.test import APIClient

from kpis import tasks
from kpis.ingest import runner, undo
from kpis.models import (
    AdSpend,
    Coverage,
    DaysTold,
    ItemTraffic,
    Order,
    OrderLine,
    Refund,
    RowBefore,
    ShopTraffic,
    StaleDay,
    StoreDay,
    TouchedRows,
    Upload,
)
from kpis.sums import rollups
from opsplan.lib import clock
from staff.models import User
from staff.services import create_token
from stores.models import Store
from tests.ingest.bring import (
    ADS,
    FULL,
    ITEMS,
    LINES,
    NUMBERED,
    REFUNDS,
    SHOP,
    SHORT,
    UNPAID,
    A,
    B,
    bring,
    content,
    rows,
)

State = Upload.State


@pytest.fixture
def sent(monkeypatch) -> list[int]:
    """Uploads for which a worker would have been asked."""
    told: list[int] = []
    monkeypatch.setattr(tasks.undo_upload, "delay", told.append)
    return told


FACTS = (Order, OrderLine, Refund, ShopTraffic, ItemTraffic, AdSpend)
EARLY, LATE = "ExportOrderList20260305100000.csv", "ExportOrderList20260306100000.csv"


def facts(store: Store, *models: type[Model]) -> list[list[tuple[object, ...]]]:
    """All facts and the coverage with every column but their numbers."""
    found = []
    for model in (*(models or FACTS), Coverage):
        fields = [f.attname for f in model._meta.concrete_fields if f.attname != "id"]
        found.append(rows(model, *fields, store=store))
    return found


def take_back(upload: Upload) -> Upload:
    undo.request(upload)
    undo.undo(upload)
    upload.refresh_from_db()
    return upload


# one file after another, the last one taken back

AGAIN = [*A[:6], "40.00"]
MOVED = [*A[:4], "2026-03-04 10:00:00", "2026-03-04 10:05:00", "100.00"]
SHIPPED = ["卖家已发货，等待买家确认", "小明", "2", "8.00", ""]
LINE = ["1001", "面霜", "100.00", "1", "M1", "50ml", ""]
LINE_TWICE = ["1001", "面霜", "50.00", "2", "M1", "50ml", ""]
OTHER_LINE = ["1002", "面霜", "80.00", "1", "M1", "50ml", ""]
SUB = ["9001", "1001", "面霜", "100.00", "1", "50ml", "M1"]
REFUND = ["R1", "1001", "M1", "退款成功", "2026-03-05 10:00:00", "2026-03-06 10:00:00", "40.00"]
OPEN_REFUND = [*REFUND[:3], "买家已经申请退款，等待卖家同意", REFUND[4], "", "40.00"]
DAY, DAY_AGAIN = ["2026-03-01", "100", "300", "100.00"], ["2026-03-01", "120", "", "100.00"]
ITEM, ITEM_AGAIN = ["2026-03-01", "77", "面霜", "M1", "5"], ["2026-03-01", "77", "乳液", "M2", "6"]
AD, AD_AGAIN = ["2026-03-01", "9", "2", "5.00", "50.00"], ["2026-03-01", "9", "3", "6.00", "50.00"]
NEXT_DAY = ["2026-03-02", "90", "200", "80.00"]

CASES = {
    "new orders": [(SHORT, [A], "a.csv"), (SHORT, [B, UNPAID], "b.csv")],
    "changed orders": [(SHORT, [A, B], "a.csv"), (SHORT, [AGAIN, UNPAID], "b.csv")],
    "a moved day": [(SHORT, [A, B], "a.csv"), (SHORT, [MOVED], "b.csv")],
    "the same, newer": [(SHORT, [A, B], EARLY), (SHORT, [A, B], LATE)],
    "newer and different": [(SHORT, [A, B], EARLY), (FULL, [[*AGAIN, *SHIPPED], [*UNPAID, *SHIPPED]], LATE)],
    "older, filling blanks": [(SHORT, [A, B], LATE), (FULL, [[*A, *SHIPPED]], EARLY)],
    "lines": [(SHORT, [A, B], "a.csv"), (LINES, [LINE], "l.csv"), (LINES, [LINE_TWICE, OTHER_LINE], "m.csv")],
    "numbered lines": [(SHORT, [A], "a.csv"), (LINES, [LINE, OTHER_LINE], "l.csv"), (NUMBERED, [SUB], "m.csv")],
    "a settled refund": [(SHORT, [A], "a.csv"), (REFUNDS, [OPEN_REFUND], "r.csv"), (REFUNDS, [REFUND], "s.csv")],
    "visitors": [(SHOP, [DAY], "t.csv"), (SHOP, [DAY_AGAIN, NEXT_DAY], "u.csv")],
    "items": [(ITEMS, [ITEM], "i.csv"), (ITEMS, [ITEM_AGAIN], "j.csv")],
    "ads": [(ADS, [AD], "直通车.csv"), (ADS, [AD_AGAIN], "直通车2.csv")],
    "the first of all": [(SHORT, [A, B, UNPAID], "a.csv")],
}


@pytest.mark.parametrize("files", CASES.values(), ids=CASES.keys())
def test_the_last_import_taken_back_leaves_everything_as_it_was(world, files):
    *before, (header, told, name) = files
    for some_header, some, some_name in before:
        bring(world.store, content(some_header, *some), some_name)
    was = facts(world.store)
    upload = bring(world.store, content(header, *told), name)
    assert upload.state in ("loaded", "unchanged")
    assert facts(world.store) != was
    assert take_back(upload).state == "undone"
    assert facts(world.store) == was
    assert not TouchedRows.objects.filter(upload=upload).exists()
    assert not RowBefore.objects.exists()


@pytest.mark.parametrize("files", CASES.values(), ids=CASES.keys())
def test_the_same_file_can_be_loaded_again(world, files):
    for header, told, name in files:
        upload = bring(world.store, content(header, *told), name)
    was = [[row[:-1] for row in model] for model in facts(world.store)]
    state = upload.state
    take_back(upload)
    again = bring(world.store, content(header, *told), name)
    assert (again.state, again.new, again.changed) == (state, upload.new, upload.changed)
    assert [[row[:-1] for row in model] for model in facts(world.store)] == was


# what stands in the way


def test_a_later_file_that_has_met_the_same_rows_has_to_go_first(world):
    first = bring(world.store, content(SHORT, A, B), "first.csv")
    second = bring(world.store, content(SHORT, AGAIN, UNPAID), "second.csv")
    with pytest.raises(undo.Refused) as refused:
        undo.request(first)
    assert refused.value.later == [second]
    assert (undo.effect(first).shared, undo.effect(first).names) == (1, ["1001"])
    assert take_back(second).state == "undone"
    assert take_back(first).state == "undone"
    assert not Order.objects.exists()
    assert not Coverage.objects.exists()


@pytest.mark.parametrize("later", [[A], [B]], ids=["told again", "told again as it is"])
def test_a_row_only_told_again_is_in_the_way_too(world, later):
    first = bring(world.store, content(SHORT, A, B), "first.csv")
    second = bring(world.store, content(SHORT, *later), "second.csv")
    assert (second.state, undo.effect(first).later) == ("unchanged", [second])


def test_an_earlier_file_goes_where_nothing_is_shared(world):
    first = bring(world.store, content(SHORT, A), "first.csv")
    bring(world.store, content(SHORT, B, UNPAID), "second.csv")
    bring(world.store, content(SHOP, DAY), "visitors.csv")
    bring(world.other, content(SHORT, A), "elsewhere.csv")
    assert take_back(first).state == "undone"
    assert rows(Order, "store__slug", "order_no") == [("lotus", "1002"), ("lotus", "1003"), ("other", "1001")]
    assert rows(Coverage, "kind", "day", store=world.store) == [
        ("orders", dt.date(2026, 3, 2)),
        ("orders", dt.date(2026, 3, 3)),
        ("traffic", dt.date(2026, 3, 1)),
    ]


def test_a_day_others_have_told_as_well_stays_told(world):
    whole = bring(world.store, content(SHORT, A, [*B[:4], "2026-03-03 10:00:00", *B[5:]]), "a.csv")
    bring(world.store, content(SHORT, ["1009", *UNPAID[1:]]), "b.csv")
    take_back(whole)
    assert rows(Coverage, "day", "is_partial", "upload__name") == [(dt.date(2026, 3, 2), False, "b.csv")]


def test_numbered_lines_stand_in_the_way_of_the_lines_they_kept_out(world):
    bring(world.store, content(SHORT, A), "a.csv")
    numbered = bring(world.store, content(NUMBERED, SUB), "n.csv")
    described = bring(world.store, content(LINES, LINE, OTHER_LINE), "l.csv")
    assert (described.new, undo.effect(numbered).later) == (1, [described])


def test_lines_no_longer_cover_days_whose_orders_are_gone(world):
    orders = bring(world.store, content(SHORT, A), "a.csv")
    bring(world.store, content(LINES, LINE), "l.csv")
    take_back(orders)
    assert rows(Coverage, "kind") == []
    assert not DaysTold.objects.exists()


def test_lines_that_came_before_their_orders_cover_nothing_once_they_are_gone(world):
    lines = bring(world.store, content(NUMBERED, ["9001", "1001", "面霜", "0.01", "1", "", "M1"]), "lines.csv")
    bring(
        world.store, content(SHORT, ["1001", "0.01", "0.01", "上海", "2026-03-01 08:00:00", "", "0.00"]), "orders.csv"
    )
    assert Coverage.objects.filter(kind="lines").exists()
    take_back(lines)
    assert rows(Coverage, "kind") == [("orders",)]


def test_what_was_never_loaded_or_is_forgotten_cannot_be_undone(world):
    upload = bring(world.store, content(SHORT, A), dry_run=True)
    assert (upload.state, undo.request(upload)) == ("ready", False)
    loaded = bring(world.store, content(SHORT, A, B))
    assert undo.prune(clock.now() + dt.timedelta(days=1)) == 1
    assert (undo.can_undo(loaded), undo.request(loaded), loaded.state) == (False, False, "loaded")


# figures and jobs


def counted(store: Store) -> list[tuple[object, ...]]:
    return rows(StoreDay, "day", "covered", "pay_amt", "pay_order_cnt", "uv", store=store)


def test_figures_follow_and_caches_are_told(world):
    bring(world.store, content(SHORT, A))
    rollups.rebuild(world.store)
    was, version = counted(world.store), rollups.version(world.store)
    upload = bring(world.store, content(SHORT, AGAIN, B), "b.csv")
    rollups.rebuild(world.store)
    undo.request(upload)
    undo.undo(upload, rollups.rebuild)
    assert counted(world.store) == was
    assert rollups.version(world.store) > version
    assert not StaleDay.objects.exists()


def test_an_undo_counts_rows_and_days_before_it_is_done(world):
    bring(world.store, content(SHORT, A))
    found = undo.effect(bring(world.store, content(SHORT, AGAIN, B), "b.csv"))
    days = {dt.date(2026, 3, day) for day in (1, 2, 3)}
    assert (found.removed, found.changed, found.restored, found.days) == (1, 1, 0, days)


def test_a_killed_undo_is_taken_up_again(world, monkeypatch):
    upload = bring(world.store, content(SHORT, A))
    undo.request(upload)
    with monkeypatch.context() as patch:
        patch.setattr(undo, "withdraw", lambda upload: [][1])
        undo.undo(upload)
    upload.refresh_from_db()
    assert (upload.state, upload.error, Order.objects.count()) == ("loaded", "IndexError", 1)
    Upload.objects.update(state=State.UNDOING, runner="elsewhere:1:1", heartbeat_at=clock.now() - dt.timedelta(hours=1))
    sent = []
    monkeypatch.setattr(tasks.undo_upload, "delay", sent.append)
    tasks.resume()
    tasks.undo_upload(upload.pk)
    tasks.undo_upload(upload.pk)
    upload.refresh_from_db()
    assert (sent, upload.state, Order.objects.count()) == ([upload.pk], "undone", 0)


def test_an_undo_overtaken_by_a_load_says_which(world):
    upload = bring(world.store, content(SHORT, A), "a.csv")
    undo.request(upload)
    bring(world.store, content(SHORT, AGAIN), "later.csv")
    undo.undo(upload)
    assert (upload.state, upload.error, Order.objects.count()) == ("loaded", "later.csv", 1)


def test_only_one_process_undoes(world):
    upload = bring(world.store, content(SHORT, A))
    assert undo.request(upload)
    assert not undo.request(upload)
    assert runner.claim(upload, [State.UNDOING], State.UNDOING)
    assert undo.undo(upload).state == "undoing"
    assert Order.objects.count() == 1


# page, REST, command line


def page(upload: Upload) -> str:
    return reverse("upload_undo", args=["lotus", upload.pk])


def test_a_manager_sees_what_it_touches_and_undoes(world, client: Client, sent, django_capture_on_commit_callbacks):
    upload = bring(world.store, content(SHORT, A, B, UNPAID))
    client.force_login(world.mia)
    User.objects.update(language="en")
    assert "Undo import" in client.get(reverse("upload", args=["lotus", upload.pk])).content.decode()
    asked = client.get(page(upload))
    assert (asked.context["effect"].removed, asked.context["days"]) == (3, 3)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(page(upload)).status_code == 302
    tasks.undo_upload(upload.pk)
    shown = client.get(reverse("upload", args=["lotus", upload.pk])).content.decode()
    assert (sent, "Undone on" in shown, "by mia" in shown) == ([upload.pk], True, True)


def test_the_page_names_what_has_to_go_first_and_does_nothing(world, client: Client, sent):
    first = bring(world.store, content(SHORT, A), "first.csv")
    bring(world.store, content(SHORT, AGAIN), "second.csv")
    client.force_login(world.alice)
    User.objects.update(language="en")
    assert client.post(page(first)).headers["Location"] == page(first)
    shown = client.get(page(first)).content.decode()
    assert ("second.csv" in shown, "1 row stands in the way" in shown, ">1001<" in shown) == (True, True, True)
    assert '<button class="btn danger"' not in shown
    first.refresh_from_db()
    assert (first.state, sent) == ("loaded", [])


def test_who_may_import_may_not_undo(world, client: Client):
    upload = bring(world.store, content(SHORT, A))
    client.force_login(world.bob)
    User.objects.update(language="en")
    assert client.post(page(upload)).status_code == 403
    assert "Undo import" not in client.get(reverse("upload", args=["lotus", upload.pk])).content.decode()


def test_undoing_stands_in_the_change_log(world, client: Client, sent):
    upload = bring(world.store, content(SHORT, A), "first.csv")
    client.force_login(world.alice)
    User.objects.update(language="en")
    client.post(page(upload))
    shown = client.get(reverse("audit", args=["lotus"])).content.decode()
    assert "Being undone" in shown or "undoing" in shown


def test_programs_undo_over_rest(world, sent, django_capture_on_commit_callbacks):
    first = bring(world.store, content(SHORT, A), "first.csv")
    second = bring(world.store, content(SHORT, AGAIN, B), "second.csv")
    _token, key = create_token(world.mia, "hers", "write", [world.store])
    api = APIClient(headers={"authorization": f"Bearer {key}"})
    url = reverse("api_undo", args=["lotus", second.pk])
    assert api.get(url).json() == {
        "can_undo": True,
        "removed": 1,
        "changed": 1,
        "days": ["2026-03-01", "2026-03-02", "2026-03-03"],
        "removed_names": ["1002"],
        "changed_names": ["1001"],
        "later": [],
        "shared": 0,
        "shared_names": [],
    }
    refused = api.post(reverse("api_undo", args=["lotus", first.pk]))
    assert (refused.status_code, refused.json()["later"]) == (409, [{"id": second.pk, "name": "second.csv"}])
    with django_capture_on_commit_callbacks(execute=True):
        answer = api.post(url)
    assert (answer.status_code, answer.headers["Location"]) == (202, f"/api/v1/stores/lotus/imports/{second.pk}")
    assert (sent, api.post(url).status_code) == ([second.pk], 409)
    tasks.undo_upload(second.pk)
    assert (api.get(answer.headers["Location"]).json()["status"]) == "undone"


@translation.override("en")
def test_the_command_undoes_or_says_why_not(world, capsys):
    first = bring(world.store, content(SHORT, A), "first.csv")
    second = bring(world.store, content(SHORT, AGAIN, B), "second.csv")
    with pytest.raises(CommandError, match=r"second\.csv\n1 row stands in the way: 1001") as refused:
        call_command("undo_import", "lotus", first.pk)
    assert refused.value.returncode == 1
    call_command("undo_import", "lotus", second.pk, dry_run=True)
    assert Order.objects.count() == 2
    call_command("undo_import", "lotus", second.pk)
    days = "2026-03-01, 2026-03-02, 2026-03-03"
    rest = ["  deleted rows: 1002", "  rows as before: 1001", f"  days counted again: {days}"]
    would_be, done = "rows go, 1 get their former values back,", "rows gone, 1 as they were,"
    assert capsys.readouterr().out.splitlines() == [
        *(f"second.csv: 1 {would_be} 3 days counted again.", *rest),
        *(f"second.csv is undone: 1 {done} 3 days counted again.", *rest),
    ]
    with pytest.raises(CommandError, match="cannot be undone"):
        call_command("undo_import", "lotus", second.pk)
    assert rows(StoreDay, "pay_amt", day="2026-03-01") == [(10000,)]
