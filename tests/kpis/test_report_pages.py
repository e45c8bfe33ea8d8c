"""Reports by page, REST and command; the shop of test_reports. It is 2 April 2026, and everybody reads English."""

import datetime as dt
import io
import json

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from kpis.models import Coverage, Plan, PlanCell, PlanRow, Report, SignedReport
from kpis.queries import summary
from kpis.reporting import reports
from kpis.sums.targets import enter
from opsplan.lib import clock
from products.models import StockRule
from products.stock_services import move
from staff.models import Task, User
from stores.models import Store
from tests.api.conftest import Caller, caller
from tests.kpis.facts import march
from tests.kpis.test_reports import late_refund, shop, week
from tests.products.stockroom import make_room
from tests.staff.tasks import template
from tests.world import World, at

__all__ = ["caller", "shop", "week"]  # fixtures


@pytest.fixture(autouse=True)
def _english(world: World) -> None:
    User.objects.update(language="en")


def entered(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def text_of(client: Client, name: str, *args: object) -> str:
    return client.get(at(name, *args)).content.decode()


def test_a_manager_makes_writes_and_signs_a_report(shop: Store, world: World, client: Client) -> None:
    entered(client, world.mia)
    assert client.post(at("report_new"), {"kind": "week", "day": "2026-03-20"}).status_code == 302
    report = Report.objects.get()
    page = text_of(client, "report", report.pk)
    for said in ("¥800.00", "¥400.00", "+¥500.00", "114.29%", "Plan of the next period", "explain/net_amt?"):
        assert said in page
    good = reports.told(report).texts["good"]
    sent = {"version": 0, "text:good": good, "was:good": good, "text:next": "More stock", "was:next": "x"}
    client.post(at("report_texts", report.pk), sent)
    report.refresh_from_db()
    assert (report.texts, report.version) == ({"next": "More stock"}, 1)  # what was sent as it stood was not written
    client.post(at("report_sign", report.pk), {"version": 1})
    page = text_of(client, "report", report.pk)
    assert "version 1, signed" in page
    assert "More stock" in page
    assert "text:good" not in page


def test_what_one_wrote_is_kept_when_somebody_was_faster(week: Report, world: World, client: Client) -> None:
    reports.save_texts(week, {"good": "theirs", "bad": "theirs, too"}, world.bob, 0)
    answer = entered(client, world.mia).post(
        at("report_texts", week.pk), {"version": 0, "text:good": "mine", "was:good": "x"}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "mine</textarea>" in page
    assert "theirs</blockquote>" in page
    assert "theirs, too</textarea>" in page  # what they did not touch is not laid over
    client.post(at("report_sign", week.pk), {"version": 0})
    assert not SignedReport.objects.exists()


def test_a_late_refund_stands_above_the_report_with_its_file(
    week: Report, world: World, shop: Store, client: Client
) -> None:
    reports.sign(week, world.mia)
    late_refund(shop)
    enter(shop, "stock_qty", march(20), 500, world.bob)  # moves no figure of the report
    page = text_of(entered(client, world.vera), "report", week.pk)
    assert "Typed by hand" not in page
    for said in ("As reported and now", "¥760.00", "¥730.00", "−¥30.00", "late.xlsx"):
        assert said in page


def test_a_client_reads_what_is_signed_without_team_stock_and_files(
    week: Report, world: World, shop: Store, client: Client
) -> None:
    entered(client, world.carl)
    assert at("report", week.pk) not in text_of(client, "reports")
    assert client.get(at("report", week.pk)).status_code == 404
    reports.sign(week, world.mia)
    late_refund(shop)
    assert at("report", week.pk) in text_of(client, "reports")
    page = text_of(client, "report", week.pk)
    assert "¥730.00" in page
    for hidden in ("late.xlsx", "tasks-h", "stock-h", "Withdraw", "closing/", "data/uploads"):
        assert hidden not in page
    book = openpyxl.load_workbook(io.BytesIO(client.get(at("report", week.pk) + "?format=xlsx").content))
    assert not {"Tasks", "Stock below its line"} & set(book.sheetnames)
    reports.withdraw(week, world.mia, "wrong")
    assert client.get(at("report", week.pk)).status_code == 404


def test_the_workbook_has_the_numbers_of_the_page(week: Report, world: World, client: Client) -> None:
    sent = entered(client, world.vera).get(at("report", week.pk) + "?format=xlsx").content
    book = openpyxl.load_workbook(io.BytesIO(sent))
    rows = {row[1]: row for row in book["Figures"].iter_rows(min_row=5, values_only=True)}
    assert rows["Actual sales"][2:4] == (800, 400)
    assert rows["Actual sales"][7:9] == (700, pytest.approx(8 / 7))
    effects = {row[1]: row[4] for row in book["Why sales changed"].iter_rows(min_row=5, values_only=True)}
    assert (effects["Visitors"], effects["New"], effects["Paid amount"]) == (400, 500, 400)
    assert book["Why sales changed"]._charts


def test_withdrawing_needs_a_reason_and_leaves_the_version_to_read(week: Report, world: World, client: Client) -> None:
    reports.sign(week, world.mia)
    entered(client, world.mia).post(at("report_withdraw", week.pk), {"reason": " "})
    assert SignedReport.objects.get().withdrawn_at is None
    client.post(at("report_withdraw", week.pk), {"reason": "wrong file"})
    assert "wrong file" in text_of(client, "report", week.pk)
    old = client.get(at("report", week.pk) + "?version=1").content.decode()
    assert "not in force any more" in old
    assert client.get(at("report", week.pk) + "?version=2").status_code == 404
    assert "wrong file" in text_of(client, "audit")


def test_today_calls_it_to_mind_for_those_who_may_sign(
    week: Report, world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-03-23")
    waits = "Weekly report 2026 week 12 (03-16 – 03-22) waits to be signed"
    assert waits in text_of(entered(client, world.mia), "today")
    assert waits not in text_of(entered(client, world.bob), "today")
    entered(client, world.mia).post(at("report_remind"), {"month": "1"})
    page = text_of(client, "today")
    assert waits not in page
    assert "Monthly report 2026-02 waits to be signed" in page
    link = at("reports") + "?make=month"
    assert link in client.get(at("today")).content.decode()
    assert 'btn primary">Last month' in client.get(link).content.decode()


def test_a_report_of_another_store_is_not_there(week: Report, world: World, client: Client) -> None:
    entered(client, world.charlie)
    assert client.get(reverse("report", args=["other", week.pk])).status_code == 404


def test_a_day_that_is_none_is_said_beside_the_field(shop: Store, world: World, client: Client) -> None:
    answer = entered(client, world.bob).post(at("report_new"), {"kind": "week", "day": "x"})
    assert answer.status_code == 422
    assert "Give a day, written like 2026-11-11." in answer.content.decode()


def test_the_list_is_narrowed_and_sent_as_a_file(week: Report, world: World, client: Client) -> None:
    reports.sign(week, world.mia)
    entered(client, world.vera)
    assert "No report fits" in client.get(at("reports") + "?kind=month").content.decode()
    sent = client.get(at("reports") + "?state=signed&format=csv").content.decode("utf-8-sig").splitlines()
    assert sent[1].startswith("Weekly report 2026 week 12 (03-16 – 03-22),2026-03-16,2026-03-22,signed off,1,")


def test_rest_makes_writes_signs_and_withdraws(shop: Store, world: World, caller: Caller) -> None:
    client = caller(world.mia, "write")

    def post(path: str, **fields: object) -> object:
        return client.post(f"/api/v1/stores/lotus/reports{path}", json.dumps(fields), content_type="application/json")

    made = post("", kind="week", day="2026-03-20").json()
    path = f"/{made['id']}"
    period = reports.period_of("week", reports.days_of(Report.objects.get()).first)
    told = summary(shop, ["net_amt"], period, compare=["previous"])["values"]["net_amt"]
    assert made["figures"]["net_amt"]["value"] == told["value"]
    assert post(path, version=3, texts={"good": "x"}).status_code == 409
    assert post(path, version=0, texts={"other": "x"}).json()["errors"][0]["valid"] == list(reports.BLOCKS)
    assert post(path, version=0, texts={"good": "x"}).json()["texts"]["good"] == "x"
    assert post(f"{path}/sign", version=1).json()["state"] == "signed"
    assert post(f"{path}/sign", version=1).status_code == 422
    late_refund(shop)
    since = client.get(f"/api/v1/stores/lotus/reports{path}").json()["since"]
    assert {each["key"]: each["difference"] for each in since}["net_amt"] == "-30.00"
    assert post(f"{path}/withdraw", reason="").status_code == 422
    assert post(f"{path}/withdraw", reason="x").json()["state"] == "withdrawn"
    old = client.get(f"/api/v1/stores/lotus/reports{path}?version=1").json()
    assert old["figures"]["net_amt"]["value"] == "760.00"


def test_rest_tells_what_ran_what_is_short_and_what_comes(
    week: Report, shop: Store, world: World, caller: Caller
) -> None:
    ran = Campaign.objects.create(store=shop, name="春", first_day=march(17), last_day=march(23), state="running")
    ran.goals.create(metric="pay_amt", value=500)
    room = make_room(world)
    move(room.small, "imported", 5, by=world.alice, at=clock.now() - dt.timedelta(days=30))
    StockRule.objects.create(product=room.cream, alert=20)
    template(shop, world.alice, since=march(1))  # made from 2 April on; the first is put into the week
    first, closed = Task.objects.order_by("day")[:1].get(), clock.now() - dt.timedelta(days=10)
    Task.objects.filter(pk=first.pk).update(day=march(22), due=march(22), closes_at=closed)
    plan = Plan.objects.create(store=shop, year=2026, number=1, status="approved", created_at=clock.now())
    row = PlanRow.objects.create(plan=plan, key="theme")
    PlanCell.objects.create(row=row, month=3, text="换季", updated_at=clock.now())
    Coverage.objects.filter(kind="traffic", day=march(20)).delete()
    told = caller(world.mia, "read").get(f"/api/v1/stores/lotus/reports/{week.pk}").json()
    [campaign] = told["campaigns"]
    assert [(x["goal"], x["figure"]["value"], x["own"]) for x in campaign["goals"]] == [("500.00", "800.00", False)]
    assert [(x["code"], x["on_hand"], x["line"]) for x in told["stock"]["rows"]] == [("TLS", 5, 20)]
    assert told["tasks"]["whole"] == {
        "key": "lotus", "total": 1, "on_time": 0, "late": 0, "missed": 1, "skipped": 0, "open": 0,
    }  # fmt: skip
    assert [(x["key"], x["missed"]) for x in told["tasks"]["duties"]] == [("service", 1)]
    assert told["next"]["words"] == [{"month": "2026-03", "key": "theme", "text": "换季"}]
    assert [x["name"] for x in told["next"]["campaigns"]] == ["春"]
    assert told["missing"] == [{"kind": "traffic", "channel": "", "days": ["2026-03-20"]}]


def test_rest_gives_a_client_what_is_signed(week: Report, world: World, caller: Caller) -> None:
    client, path = caller(world.carl, "read"), f"/api/v1/stores/lotus/reports/{week.pk}"
    assert client.get(path).status_code == 404
    reports.sign(week, world.mia)
    told = client.get(path).json()
    assert {"tasks", "stock"} & set(told) == set()
    assert told["figures"]["net_amt"]["value"] == "760.00"


def test_the_command_prints_and_signs(shop: Store, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("report", "lotus", "week", "2026-03-20", "--sign", "mia", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["state"], told["figures"]["net_amt"]["value"]) == ("signed", "760.00")
    with pytest.raises(CommandError, match="bob"):
        call_command("report", "lotus", "month", "2026-03-20", "--sign", "bob")
    User.objects.filter(username="charlie").update(is_superuser=True)  # an administrator owns every store
    call_command("report", "lotus", "month", "2026-03-20", "--sign", "charlie")
    assert " · 已签字" in capsys.readouterr().out
    call_command("report", "lotus", "week", "2026-03-20")
    assert "net_amt" not in capsys.readouterr().out


def test_the_command_tells_a_dollar_store_dollars(shop: Store, capsys: pytest.CaptureFixture[str]) -> None:
    Store.objects.filter(pk=shop.pk).update(currency="USD")
    call_command("report", "lotus", "week", "2026-03-20")
    told = capsys.readouterr().out
    assert ("$760.00" in told, "¥" in told) == (True, False)


def test_a_draft_is_deleted_on_its_page_and_by_a_program(
    week: Report, world: World, shop: Store, client: Client, caller: Caller
) -> None:
    ran = Campaign.objects.create(store=shop, name="Spring", first_day=march(17), last_day=march(20), state="ended")
    ran.goals.create(metric="pay_amt", value=500)
    page = text_of(entered(client, world.bob), "report", week.pk)
    for said in ("Goal: Paid amount", "160.00%", "the whole store", "Delete this draft?"):
        assert said in page
    book = openpyxl.load_workbook(io.BytesIO(client.get(at("report", week.pk) + "?format=xlsx").content))
    [goal] = book["Goals of campaigns"].iter_rows(min_row=5, values_only=True)
    assert (goal[4], goal[5], goal[6]) == (800, 500, pytest.approx(1.6))
    client.post(at("report_delete", week.pk))
    again = reports.make(shop, "week", march(18), None)
    assert caller(world.bob, scope="write").delete(f"/api/v1/stores/lotus/reports/{again.pk}").status_code == 204
    assert not Report.objects.exists()
