import csv
import datetime as dt
import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kpis import queries
from kpis.files import layouts, uploads
from kpis.ingest.detect import SOURCES
from kpis.models import Coverage, Order, RowProblem, StoreDay, Upload
from opsplan.lib import clock
from tests.world import World, at

pytestmark = pytest.mark.usefixtures("at_once")
HEADER = [
    "订单编号",
    "买家会员名",
    "总金额",
    "买家实际支付金额",
    "订单状态",
    "订单创建时间",
    "订单付款时间",
    "退款金额",
]
NAME = "ExportOrderList202604011005.csv"


def order(number: int, **changes: str) -> list[str]:
    cells = dict(
        zip(
            HEADER,
            [
                f"32500000000000000{number:02}",
                "b",
                "99.00",
                "99.00",
                "交易成功",
                "2026-03-05 10:00:00",
                "2026-03-05 10:05:00",
                "0.00",
            ],
            strict=True,
        )
    )
    return list({**cells, **changes}.values())


def report(*rows: list[str], header: list[str] = HEADER) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode("gb18030")


GOOD = report(order(1), order(2))
ONE_BAD = report(order(1), order(2, 订单付款时间="2026-13-01 10:00:00"))


def drop(
    client: Client, django_capture_on_commit_callbacks: object, *files: tuple[str, bytes], **headers: str
) -> object:
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    with django_capture_on_commit_callbacks(execute=True):
        return client.post(at("upload_new"), {"files": sent}, **headers)


def decide(client: Client, capture: object, upload: Upload, on_problem: str) -> Upload:
    with capture(execute=True):
        client.post(at("upload_load", upload.pk), {"on_problem": on_problem})
    upload.refresh_from_db()
    return upload


def test_a_dropped_file_says_what_it_is_and_waits_for_a_decision(
    bob: Client, world: World, django_capture_on_commit_callbacks: object
) -> None:
    drop(bob, django_capture_on_commit_callbacks, (NAME, GOOD))
    upload = Upload.objects.get()
    assert (upload.state, upload.new, upload.by) == ("ready", 2, world.bob)
    assert not Order.objects.exists()
    card = bob.get(at("data")).context["cards"][0]
    assert (card["layout"]["format"], card["days"], len(card["columns"])) == ("GB18030", 1, 8)


def test_several_files_and_a_zip_are_taken_at_once(bob: Client, django_capture_on_commit_callbacks: object) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", report(order(5)))
        archive.writestr("b.csv", report(order(6)))
    drop(bob, django_capture_on_commit_callbacks, (NAME, GOOD), ("both.zip", packed.getvalue()))
    assert sorted(Upload.objects.values_list("name", flat=True)) == [NAME, "a.csv", "b.csv"]


def test_the_good_rows_are_loaded_when_that_is_chosen(bob: Client, django_capture_on_commit_callbacks: object) -> None:
    drop(bob, django_capture_on_commit_callbacks, (NAME, ONE_BAD))
    upload = decide(bob, django_capture_on_commit_callbacks, Upload.objects.get(), "skip")
    assert (upload.state, upload.rejected, upload.phase) == ("loaded", 1, "")
    assert Order.objects.count() == 1


def test_the_whole_file_is_refused_when_that_is_chosen(bob: Client, django_capture_on_commit_callbacks: object) -> None:
    drop(bob, django_capture_on_commit_callbacks, (NAME, ONE_BAD))
    upload = decide(bob, django_capture_on_commit_callbacks, Upload.objects.get(), "reject")
    assert upload.state == "cancelled"
    assert not Order.objects.exists()


def test_one_button_imports_the_files_that_have_no_problem_and_leaves_the_others(
    bob: Client, django_capture_on_commit_callbacks: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_AT_WORK", 2)  # so many cards; the button is for all
    files = (("a.csv", report(order(1))), ("b.csv", report(order(2))), ("c.csv", report(order(3))), (NAME, ONE_BAD))
    drop(bob, django_capture_on_commit_callbacks, *files)
    seen = [upload.pk for upload in bob.get(at("uploads_ready")).context["ready"]]
    assert len(seen) == 3
    with django_capture_on_commit_callbacks(execute=True):
        bob.post(at("uploads_ready"), {"id": seen[:2]})  # the third came after the page
    states = dict(Upload.objects.values_list("name", "state"))
    assert states == {"a.csv": "loaded", "b.csv": "loaded", "c.csv": "ready", NAME: "ready"}


def test_a_refused_file_that_is_not_needed_is_set_aside(
    bob: Client, django_capture_on_commit_callbacks: object
) -> None:
    drop(bob, django_capture_on_commit_callbacks, ("shop.png", b"\x89PNG\r\n" + bytes(range(256))))
    upload = Upload.objects.get()
    assert upload.state == "rejected"
    bob.post(at("upload_cancel", upload.pk))
    upload.refresh_from_db()
    assert upload.state == "cancelled"


def test_a_file_to_explain_stays_in_sight_however_many_were_refused_after_it(
    bob: Client, django_capture_on_commit_callbacks: object
) -> None:
    drop(bob, django_capture_on_commit_callbacks, ("mine.csv", "单号,客人\n1,a\n".encode()))
    drop(bob, django_capture_on_commit_callbacks, *((f"{i}.csv", b"") for i in range(7)))
    assert "mine.csv" in {each["upload"].name for each in bob.get(at("data")).context["cards"]}


def test_files_that_have_no_card_are_counted(bob: Client, django_capture_on_commit_callbacks: object) -> None:
    some = [(f"{i}.csv", f"单号,客人,{i}\n1,a,2\n".encode()) for i in range(7)]
    drop(bob, django_capture_on_commit_callbacks, *some[:5])
    assert bob.get(at("data")).context["more"] == 0
    drop(bob, django_capture_on_commit_callbacks, *some[5:])
    page = bob.get(at("data"))
    assert (len(page.context["cards"]), page.context["more"]) == (5, 2)


def test_a_second_decision_comes_too_late(bob: Client, django_capture_on_commit_callbacks: object) -> None:
    drop(bob, django_capture_on_commit_callbacks, (NAME, GOOD))
    upload = decide(bob, django_capture_on_commit_callbacks, Upload.objects.get(), "skip")
    answer = bob.post(at("upload_load", upload.pk), {"on_problem": "skip"}, HTTP_HX_REQUEST="true")
    assert answer.context["refusal"]


def test_a_bad_row_is_told_with_line_column_value_and_what_to_do(
    bob: Client, django_capture_on_commit_callbacks: object
) -> None:
    drop(bob, django_capture_on_commit_callbacks, (NAME, ONE_BAD))
    [problem] = bob.get(at("data")).context["cards"][0]["problems"]
    assert (problem["line"], problem["column"], problem["value"]) == (3, "订单付款时间", "2026-13-01 10:00:00")
    assert "13" in problem["text"]
    assert problem["advice"]
    assert problem["advice"] not in problem["text"]


def test_the_bad_rows_come_as_a_file_to_correct(bob: Client, django_capture_on_commit_callbacks: object) -> None:
    drop(bob, django_capture_on_commit_callbacks, (NAME, ONE_BAD))
    answer = bob.get(at("upload_problems", Upload.objects.get().pk))
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0][:8] == HEADER
    assert len(rows) == 2
    assert rows[1][6] == "2026-13-01 10:00:00"


def test_an_unknown_layout_shows_the_headers_it_saw(bob: Client, django_capture_on_commit_callbacks: object) -> None:
    drop(bob, django_capture_on_commit_callbacks, ("cards.csv", report(["1", "2"], header=["会员卡号", "积分"])))
    page = bob.get(at("data")).content.decode()
    assert Upload.objects.get().state == "unknown"
    assert "会员卡号" in page


def test_an_unknown_file_can_be_read_as_a_layout_one_chooses(
    bob: Client, django_capture_on_commit_callbacks: object
) -> None:
    drop(bob, django_capture_on_commit_callbacks, (NAME, GOOD))
    upload = Upload.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        bob.post(at("upload_source", upload.pk), {"source": "taobao_ExportOrderList_2015"})
    upload.refresh_from_db()
    assert (upload.source_forced, upload.source) == (True, "taobao_ExportOrderList_2015")
    assert upload.state in ("ready", "rejected")


def test_a_wrong_choice_of_layout_says_what_is_missing_and_can_be_taken_back(
    bob: Client, django_capture_on_commit_callbacks: object
) -> None:
    drop(bob, django_capture_on_commit_callbacks, (NAME, GOOD))
    upload = Upload.objects.get()
    told = (upload.source, upload.new, upload.notes)
    with django_capture_on_commit_callbacks(execute=True):
        bob.post(at("upload_source", upload.pk), {"source": "sycm_shop_daily"})
    page = bob.get(at("upload", upload.pk))
    [problem] = page.context["problems"]
    assert ("sycm_shop_daily" in str(problem["text"]), page.context["upload"].new) == (False, 0)
    assert 'value="auto"' in page.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        bob.post(at("upload_source", upload.pk), {"source": "auto"})
    upload.refresh_from_db()
    assert (upload.state, upload.source, upload.new, upload.notes) == ("ready", *told)


def test_a_layout_nobody_knows_is_refused(bob: Client, django_capture_on_commit_callbacks: object) -> None:
    drop(bob, django_capture_on_commit_callbacks, (NAME, GOOD))
    upload = Upload.objects.get()
    answer = bob.post(at("upload_source", upload.pk), {"source": "nonsense"}, HTTP_HX_REQUEST="true")
    upload.refresh_from_db()
    assert answer.context["refusal"]
    assert upload.state == "ready"


def test_the_same_file_a_second_time_is_said_to_be_known(
    bob: Client, django_capture_on_commit_callbacks: object
) -> None:
    drop(bob, django_capture_on_commit_callbacks, (NAME, GOOD))
    first = decide(bob, django_capture_on_commit_callbacks, Upload.objects.get(), "reject")
    drop(bob, django_capture_on_commit_callbacks, (NAME, GOOD))
    assert Upload.objects.latest("id").state == "unchanged"
    assert at("upload", first.pk) in bob.get(at("data")).content.decode()


def test_a_file_over_the_limit_is_named_and_left_out(
    bob: Client, settings: object, django_capture_on_commit_callbacks: object
) -> None:
    settings.UPLOAD_LIMIT_MB = 0
    answer = drop(bob, django_capture_on_commit_callbacks, (NAME, GOOD))
    assert answer.status_code == 422
    assert NAME in answer.context["refused"][0]
    assert not Upload.objects.exists()


def test_nothing_chosen_is_said_beside_the_drop_zone(bob: Client) -> None:
    assert bob.post(at("upload_new")).status_code == 422


def test_a_waiting_file_is_cancelled_before_it_is_loaded(
    bob: Client, django_capture_on_commit_callbacks: object
) -> None:
    drop(bob, django_capture_on_commit_callbacks, (NAME, GOOD))
    upload = Upload.objects.get()
    bob.post(at("upload_cancel", upload.pk))
    upload.refresh_from_db()
    assert (upload.state, upload.path) == ("cancelled", "")


@pytest.mark.parametrize(
    ("state", "phase", "asks", "is_measured"),
    [
        ("checking", "read", True, True),
        ("checking", "check", True, False),
        ("loading", "load", True, False),
        ("ready", "", False, False),
        ("loaded", "", False, False),
    ],
)
def test_a_card_asks_while_the_file_is_at_work_and_its_bar_moves_only_where_it_is_known_how_far(
    bob: Client, world: World, state: str, phase: str, asks: bool, is_measured: bool
) -> None:
    upload = made(world, state=state, phase=phase, rows_done=30, rows_total=120)
    page = bob.get(at("upload_card", upload.pk)).content.decode()
    assert ('hx-trigger="every 1s"' in page, "<progress" in page) == (asks, asks)
    assert ('<progress max="120" value="30"' in page) is is_measured


def made(world: World, name: str = "a.csv", **fields: object) -> Upload:
    values = {"state": "loaded", "sha256": "0" * 64, "created_at": clock.now(), **fields}
    return Upload.objects.create(store=world.store, name=name, **values)


def test_problems_are_paged_on_the_page_of_the_upload(bob: Client, world: World) -> None:
    upload = made(world, state="rejected", rejected=150)
    RowProblem.objects.bulk_create(RowProblem(upload=upload, line=n, code="missing_id") for n in range(1, 151))
    second = bob.get(at("upload", upload.pk), {"page": 2}).context["problems"]
    assert [second[0]["line"], second[-1]["line"]] == [101, 150]


def test_the_history_is_narrowed_by_the_url(bob: Client, world: World) -> None:
    made(world, "orders.csv", by=world.bob)
    made(world, "refunds.csv", state="rejected")
    made(world, "old.csv", created_at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC))

    def names(**query: object) -> set[str]:
        return {u.name for u in bob.get(at("history"), query).context["page"]}

    assert names(q="REFUND") == {"refunds.csv"}
    assert names(state="rejected") == {"refunds.csv"}
    assert names(by=world.bob.pk) == {"orders.csv"}
    assert names(to="2025-12-31") == {"old.csv"}


def test_the_history_day_is_the_store_day(bob: Client, world: World) -> None:
    made(world, created_at=dt.datetime(2026, 3, 4, 17, tzinfo=dt.UTC))  # 03-05 01:00 in Shanghai
    assert len(bob.get(at("history"), {"from": "2026-03-05", "to": "2026-03-05"}).context["page"]) == 1
    assert len(bob.get(at("history"), {"to": "2026-03-04"}).context["page"]) == 0


def test_the_history_comes_as_a_file(bob: Client, world: World) -> None:
    made(world, "orders.csv", rows=7, new=5)
    rows = list(csv.reader(io.StringIO(bob.get(at("history"), {"format": "csv"}).content.decode("utf-8-sig"))))
    assert rows[1][1] == "orders.csv"
    assert rows[1][6:8] == ["7", "5"]


def test_coverage_tells_full_partial_missing_and_nothing_to_expect(bob: Client, world: World) -> None:
    for day, partial in ((10, False), (12, True)):
        Coverage.objects.create(store=world.store, kind="orders", day=dt.date(2026, 3, day), is_partial=partial)
    page = bob.get(at("coverage"), {"month": "2026-03"})
    cells = [state for state, _title in page.context["rows"][0]["cells"]]
    assert cells[8:13] == ["none", "full", "missing", "partial", "missing"]


def test_a_refund_list_is_owed_only_where_order_files_do_not_tell_refunds(world: World) -> None:
    def owed() -> list[str]:
        [row] = [row for row in queries.coverage(world.store, dt.date(2026, 3, 1)) if row.kind == "refunds"]
        return [row.days[dt.date(2026, 3, day)] for day in (10, 11, 12)]

    days = [dt.date(2026, 3, day) for day in (10, 11, 12)]
    Coverage.objects.bulk_create(Coverage(store=world.store, kind="orders", day=day) for day in days)
    StoreDay.objects.bulk_create(StoreDay(store=world.store, day=day, covered="orders") for day in days)
    told = StoreDay.objects.filter(store=world.store)
    seen = [owed()]
    told.update(refund_amt=0)  # the order files have a column of refunds
    seen.append(owed())
    Coverage.objects.create(store=world.store, kind="refunds", day=days[1])  # once a list has come, the next are owed
    seen.append(owed())
    told.update(refund_amt=None)
    told.filter(day=days[1]).update(refund_amt=0, covered="orders refunds")  # and only that list tells refunds
    seen.append(owed())
    assert seen == [["missing"] * 3, ["none"] * 3, ["none", "full", "missing"], ["missing", "full", "missing"]]


def test_the_future_is_never_missing(bob: Client, world: World) -> None:
    Coverage.objects.create(store=world.store, kind="orders", day=dt.date(2026, 3, 1))
    cells = [s for s, _title in bob.get(at("coverage"), {"month": "2026-04"}).context["rows"][0]["cells"]]
    assert cells[:3] == ["missing", "none", "none"]  # today is 2026-04-02


def test_a_viewer_sees_data_but_may_not_import(client: Client, world: World) -> None:
    client.force_login(world.vera)
    assert 'id="drop"' not in client.get(at("data")).content.decode()
    assert client.post(at("upload_new"), {"files": SimpleUploadedFile("a.csv", b"x")}).status_code == 403


def test_an_upload_of_another_store_is_not_found(bob: Client, world: World) -> None:
    theirs = Upload.objects.create(store=world.other, name="x", sha256="0" * 64, created_at=clock.now())
    for name in ("upload", "upload_card", "upload_problems"):
        assert bob.get(at(name, theirs.pk)).status_code == 404


def test_every_layout_with_a_reader_has_a_name() -> None:
    assert set(layouts.NAMES) == set(SOURCES)


def test_days_that_nothing_explains_are_asked_for_on_the_card(
    bob: Client, django_capture_on_commit_callbacks: object
) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([HEADER, order(1, 订单创建时间="03/05/2026 10:00", 订单付款时间="03/05/2026 10:05")])
    drop(bob, django_capture_on_commit_callbacks, (NAME, out.getvalue().encode()))
    upload = Upload.objects.get()
    for page in (at("upload_card", upload.pk), at("data")):
        assert 'name="dates" value="month"' in bob.get(page).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        bob.post(at("upload_source", upload.pk), {"dates": "month"})
    upload.refresh_from_db()
    assert (upload.state, str(upload.first_day)) == ("ready", "2026-03-05")
    assert 'name="dates"' not in bob.get(at("upload_card", upload.pk)).content.decode()


def test_a_file_that_lacks_a_column_says_which_and_can_be_explained(
    bob: Client, django_capture_on_commit_callbacks: object
) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([cells[:6] + cells[7:] for cells in (HEADER, order(1))])
    drop(bob, django_capture_on_commit_callbacks, (NAME, out.getvalue().encode()))
    upload = Upload.objects.get()
    page = bob.get(at("upload_card", upload.pk)).content.decode()
    assert upload.state == "unknown"
    assert "淘宝/天猫订单" in page.split(at("upload_map", upload.pk))[0]
    assert HEADER[6] in page.split(at("upload_map", upload.pk))[0]
