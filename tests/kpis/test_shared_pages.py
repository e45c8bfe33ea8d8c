"""Links to signed reports: what they show, and who looked. The shop of test_reports; everybody reads English."""

import datetime as dt
import io
import json
import re
from collections import defaultdict
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from django.utils import translation

from kpis.models import ClosedPeriod, Report, SignedReport, Statement
from kpis.reporting import reports
from kpis.sharing import shared
from kpis.sharing.link_forms import LinkForm
from opsplan.lib import clock
from opsplan.lib.network import shortened
from opsplan.throttle import Throttle
from staff import links, sessions
from staff.models import LinkVisit, Member, ShareLink, User
from stores.models import Brand, Contract, Store
from tests.api.conftest import Caller, caller
from tests.kpis.facts import march
from tests.kpis.test_reports import late_refund, shop, week
from tests.world import World, at

__all__ = ["caller", "shop", "week"]  # fixtures
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17) MicroMessenger/8.0"


@pytest.fixture(autouse=True)
def _english(world: World) -> None:
    User.objects.update(language="en")


@pytest.fixture
def signed(week: Report, world: World) -> Report:
    reports.sign(week, world.mia)
    return week


def opening(store: Store, what: str, **more: Any) -> str:
    return reverse("shared", args=[shared.make(store, None, what, **more)[1]])


def stranger(**more: str) -> Client:
    return Client(headers={"accept-language": "en", "user-agent": PHONE, **more}, REMOTE_ADDR="203.0.113.77")


def outcomes() -> list[str]:
    return list(LinkVisit.objects.order_by("pk").values_list("outcome", flat=True))


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.77", "203.0.113.*"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::*"),
        ("::ffff:203.0.113.77", "203.0.113.*"),
        ("no address", ""),
    ],
)
def test_an_address_is_kept_shortened(address: str, kept: str) -> None:
    assert shortened(address) == kept


@pytest.mark.parametrize(
    ("https", "last", "seen"),
    [(False, "203.0.113.77", "10.0.0.1"), (True, "203.0.113.77", "203.0.113.77"), (True, "no address", "10.0.0.1")],
)
def test_behind_the_proxy_its_word_counts_else_nobodys(https: bool, last: str, seen: str) -> None:
    told = {"HTTP_X_FORWARDED_FOR": f"1.2.3.4, {last}", "REMOTE_ADDR": "10.0.0.1"}
    with override_settings(HTTPS=https):
        assert sessions.address_of(RequestFactory().get("/", **told)) == seen  # type: ignore[arg-type]


def test_a_link_shows_what_was_signed_as_a_client_reads_it_and_nothing_to_click(
    signed: Report, shop: Store, world: World
) -> None:
    late_refund(shop)
    answer = stranger().get(opening(shop, f"report:{signed.pk}"))
    page = answer.content.decode()
    for said in ("¥760.00", "¥800.00", "Plan of the next period", "What the figures mean", "version 1, signed"):
        assert said in page
    for hidden in ("explain/", "/s/lotus/", "¥730.00", "tasks-h", "stock-h", "late.xlsx"):
        assert hidden not in page
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "sessionid" not in answer.cookies
    visit = LinkVisit.objects.get()
    assert (visit.outcome, visit.address, visit.agent) == ("opened", "203.0.113.*", PHONE)


def test_a_link_shows_only_the_parts_and_figures_chosen_for_it(signed: Report, shop: Store) -> None:
    url = opening(shop, "weekly", parts=["figures"], figures=["real_amt"])
    page = stranger().get(url).content.decode()
    assert "Actual sales" in page
    for hidden in ("Refund rate", "In words", "Why sales changed", "Plan of the next period"):
        assert hidden not in page
    book = openpyxl.load_workbook(io.BytesIO(stranger().get(url + "?format=xlsx").content))
    told = [row[1] for row in book["Figures"].iter_rows(min_row=5, values_only=True) if row[1]]
    assert (told, outcomes()) == (["Actual sales"], ["opened", "file"])
    assert not {"In words", "Why sales changed", "Plan of the next period"} & set(book.sheetnames)


def test_a_link_opens_nothing_once_it_is_taken_back(signed: Report, shop: Store) -> None:
    made, secret = shared.make(shop, None, "weekly")
    url = reverse("shared", args=[secret])
    assert secret not in str(ShareLink.objects.values())
    assert stranger().get(url).status_code == 200
    links.revoke(made)
    assert stranger().get(url).status_code == 404


def test_a_link_past_its_day_says_what_an_unknown_one_says(
    signed: Report, world: World, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, secret = shared.make(world.store, None, "weekly", days=7)
    key, guest = caller(world.mia), stranger()
    url, api = reverse("shared", args=[secret]), f"/api/v1/stores/lotus/links/{made.pk}"
    told = []
    for left in (1, 0):
        moment = made.expires_at - dt.timedelta(seconds=left)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        told.append((guest.get(url).status_code, key.get(api).json()["state"]))
    assert told == [(200, "open"), (404, "expired")]
    for address in (url, reverse("shared", args=["x" * 43])):
        assert "This link is too old, was taken back" in guest.get(address).content.decode()
    assert guest.post(url, {"password": "x"}).status_code == 404
    assert guest.get(url + "?format=xlsx").status_code == 404


def test_a_withdrawn_report_is_not_shown_and_the_next_signature_is(signed: Report, shop: Store, world: World) -> None:
    url = opening(shop, f"report:{signed.pk}")
    reports.withdraw(signed, world.mia, "wrong")
    answer = stranger().get(url)
    assert (answer.status_code, "taken back to be corrected" in answer.content.decode()) == (404, True)
    reports.sign(signed, world.mia)
    assert "version 2, signed" in stranger().get(url).content.decode()
    assert outcomes() == ["nothing", "opened"]


def test_a_link_made_before_anything_is_signed_says_when_the_first_report_is_expected(
    week: Report, shop: Store, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = opening(shop, "weekly")
    said = {}
    for day in (march(23), march(30)):  # the week before has figures, it has none
        monkeypatch.setattr(clock, "today", lambda _zone, day=day: day)
        answer = stranger().get(url)
        said[day.day] = (answer.status_code, re.findall(r"The first one, of ([^<]*)", answer.text))
    assert said == {
        23: (200, ["2026-03-16 – 03-22, is being prepared."]),
        30: (200, ["2026-03-30 – 04-05, is expected from 2026-04-06."]),
    }
    assert stranger().get(url + "?format=xlsx").status_code == 404
    reports.withdraw(reports.sign(week, world.mia).report, world.mia, "wrong")
    assert (stranger().get(url).status_code, outcomes()) == (404, ["nothing"] * 4)


def test_a_password_is_asked_once_and_ten_wrong_ones_shut_the_link_for_a_while(signed: Report, shop: Store) -> None:
    url, guest = opening(shop, "weekly", password="lotus-1"), stranger()
    assert "¥800.00" not in guest.get(url).content.decode()
    assert guest.post(url, {"password": "lotus-2"}).status_code == 422
    assert guest.post(url, {"password": "lotus-1"}).headers["Location"] == url
    assert "¥800.00" in guest.get(url).content.decode()
    assert "¥800.00" not in stranger().get(url).content.decode()
    other = opening(shop, "weekly", password="lotus-1")
    assert "¥800.00" not in guest.get(other).content.decode()  # a cookie is good for its own link only
    assert [stranger().post(url, {"password": "x"}).status_code for _try in range(10)] == [422] * 9 + [429]
    assert stranger().post(url, {"password": "lotus-1"}).status_code == 429


def test_who_tries_slowly_is_shut_out_for_the_day(signed: Report, shop: Store) -> None:
    link, secret = shared.make(shop, None, "weekly", password="1234")
    url, now = reverse("shared", args=[secret]), clock.now()
    for hours, wrong in ((25, 9), (10, 49)):  # the nine of yesterday are forgotten
        at = now - dt.timedelta(hours=hours)
        link.visits.bulk_create(LinkVisit(link=link, at=at, outcome="refused") for _try in range(wrong))
    assert stranger().post(url, {"password": "0000"}).status_code == 422
    assert stranger().post(url, {"password": "1234"}).status_code == 429


def test_looks_from_one_address_are_counted(signed: Report, shop: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpis.views.shared.Visits.rate", "2/min")
    monkeypatch.setattr(Throttle, "timer", staticmethod(lambda: 30.0))
    url = opening(shop, "weekly")
    assert [stranger().get(x).status_code for x in (url, reverse("shared", args=["wrong"]), url)] == [200, 404, 429]


def test_a_manager_makes_a_link_sees_who_looked_and_takes_it_back(signed: Report, world: World, client: Client) -> None:
    client.force_login(world.mia)
    assert f'value="report:{signed.pk}" selected' in client.get(at("links") + f"?report={signed.pk}").content.decode()
    typed = {"what": f"report:{signed.pk}", "note": "Ms Li", "days": "30", "parts": ["words", "figures"]}
    refused = client.post(at("links"), typed)
    assert (refused.status_code, "Choose at least one figure" in refused.content.decode()) == (422, True)
    page = client.post(at("links"), typed | {"figures": ["uv", "pay_amt"]}).content.decode()
    made = ShareLink.objects.get()
    assert (made.note, made.by) == ("Ms Li", world.mia)
    assert (made.parts, made.figures) == (["words", "figures"], ["pay_amt", "uv"])
    url = page.partition('<code id="new-link">')[2].partition("</code>")[0]
    stranger().get(url)
    assert "WeChat · iPhone" in client.get(at("link", made.pk)).content.decode()
    assert "203.0.113.*" in client.get(at("link", made.pk) + "?format=csv").content.decode("utf-8-sig")
    client.post(at("link_revoke", made.pk))
    assert stranger().get(url).status_code == 404


def test_files_tell_times_as_the_store_s_clock_does(signed: Report, shop: Store, world: World, client: Client) -> None:
    late = dt.datetime(2026, 11, 22, 16, 30, tzinfo=dt.UTC)  # half past midnight of the 23rd in Shanghai
    SignedReport.objects.update(signed_at=late)
    made, secret = shared.make(shop, None, "weekly")
    url = reverse("shared", args=[secret]) + "?format=xlsx"
    note = openpyxl.load_workbook(io.BytesIO(stranger().get(url).content))["Figures"]["A2"].value
    LinkVisit.objects.update(at=late)
    client.force_login(world.mia)
    files = [client.get(x + "?format=csv").content.decode() for x in (at("link", made.pk), at("reports"))]
    assert ["2026-11-23 00:30" in text for text in (note, *files)] == [True] * 3


def test_a_link_opens_only_what_its_store_has_signed(week: Report, signed: Report, world: World) -> None:
    for what in (f"report:{signed.pk}", "report:x", "statement:1", ""):
        with pytest.raises(ValidationError):
            shared.make(world.other, None, what)
    reports.withdraw(signed, world.mia, "wrong")
    with pytest.raises(ValidationError):
        shared.make(world.store, None, f"report:{signed.pk}")


def test_links_over_rest(signed: Report, world: World, caller: Caller) -> None:
    api = "/api/v1/stores/lotus/links"
    key = caller(world.mia, scope="write")
    refused = key.post(api, {"what": "weekly", "figures": ["nope"]}, "application/json")
    assert refused.json()["errors"][0]["field"] == "figures"
    made = key.post(api, {"what": "weekly", "note": "Li", "days": 7, "figures": ["uv"]}, "application/json")
    assert (made.status_code, made.json()["figures"], made.json()["looks"]) == (201, ["uv"], 0)
    stranger().get(made.json()["path"])
    told = key.get(f"{api}/{made.json()['id']}").json()
    assert (told["looks"], [x["address"] for x in told["visits"]["results"]]) == (1, ["203.0.113.*"])
    assert "path" not in told
    plain = key.post(api, {"what": "weekly", "note": None, "password": None}, "application/json").json()["id"]
    assert ShareLink.objects.values_list("note", "password", "parts", "figures").get(pk=plain) == ("", "", [], [])
    assert [x["id"] for x in key.get(api).json()["results"]] == [plain, told["id"]]
    assert key.delete(f"{api}/{told['id']}").status_code == 204
    assert [x["state"] for x in key.get(api).json()["results"]] == ["open", "revoked"]


def test_links_by_command(signed: Report, world: World) -> None:
    def run(*words: str) -> str:
        out = io.StringIO()
        call_command("share_link", "lotus", *words, stdout=out)
        return out.getvalue().strip()

    address = run(f"report:{signed.pk}", "--by", "mia", "--note", "Ms Li", "--part", "figures", "--figure", "uv")
    assert "¥800.00" not in stranger().get(address).text
    [told] = json.loads(run("--json"))
    assert (told["note"], told["figures"], told["looks"], told["by"]) == ("Ms Li", ["uv"], 1, "mia")
    assert run().startswith(f"{told['id']}  open  ")
    run("--revoke", str(told["id"]))
    assert stranger().get(address).status_code == 404
    for wrong in (["weekly"], ["weekly", "--by", "bob"], ["weekly", "--by", "mia", "--days", "0"], ["--revoke", "0"]):
        with pytest.raises(CommandError):
            run(*wrong)


def test_a_link_is_good_for_400_days_at_most_and_its_password_is_none_too_short(world: World) -> None:
    for wrong, field in (
        ({"days": 0}, "days"), ({"days": 401}, "days"), ({"password": "abc"}, "password"),
        ({"password": "x" * 61}, "password"), ({"note": "x" * 61}, "note"),
    ):  # fmt: skip
        with pytest.raises(ValidationError) as refused:
            links.make(world.store, None, "weekly", **wrong)
        assert list(refused.value.message_dict) == [field]
    one = links.make(world.store, None, "weekly", days=1, password="abcd", note=" " + "x" * 60)[0]
    most = links.make(world.store, None, "weekly", days=400, password="x" * 60)[0]
    usual = links.make(world.store, None, "weekly")[0]
    assert [(x.expires_at - x.created_at).days for x in (one, most, usual)] == [1, 400, 30]
    assert (len(one.note), links.opens_with(most, "x" * 60), links.opens_with(most, "abcd")) == (60, True, False)


def test_links_are_listed_newest_first_with_who_looked(world: World) -> None:
    made = [links.make(store, None, "weekly")[0] for store in (world.store, world.store, world.other)]
    now, old = clock.now(), clock.now() - dt.timedelta(days=401)
    for ago, outcome in ((0, "refused"), (1, "opened"), (2, "file"), (3, "nothing")):
        made[0].visits.create(at=now - dt.timedelta(hours=ago), outcome=outcome)
    made[0].visits.create(at=old, outcome="opened")
    links.note_visit(made[0], RequestFactory().get("/", REMOTE_ADDR="203.0.113.77"), "opened")
    told = [(x.pk, x.seen, x.last and x.last >= now) for x in links.links(world.store)]
    assert told == [(made[1].pk, 0, None), (made[0].pk, 3, True)]
    assert not made[0].visits.filter(at=old).exists()
    links.revoke(made[0])
    moment = made[0].revoked_at
    links.revoke(made[0])
    past, never = ShareLink(expires_at=now), ShareLink(expires_at=now + dt.timedelta(days=1))
    assert (made[0].revoked_at, [links.state_of(x) for x in (made[0], past, never)]) == (
        moment, ["revoked", "expired", "open"],
    )  # fmt: skip


def test_the_page_of_a_link_says_how_many_of_those_who_came_saw_it(world: World, client: Client) -> None:
    link = links.make(world.store, None, "weekly")[0]
    for outcome in ("refused", "opened", "nothing"):
        link.visits.create(at=clock.now(), outcome=outcome)
    world.alice.language = "en"
    world.alice.save()
    client.force_login(world.alice)
    looks = client.get(at("links")).context["rows"][0]["link"].seen
    page = client.get(at("link", link.pk))
    assert (looks, page.context["page"].paginator.count, "1 of them saw it" in page.content.decode()) == (1, 3, True)


@pytest.mark.parametrize(("minutes", "count", "paused"), [(14, 10, True), (14, 9, False), (16, 10, False)])
def test_wrong_passwords_of_the_last_quarter_of_an_hour_count(
    world: World, minutes: int, count: int, paused: bool
) -> None:
    link = links.make(world.store, None, "weekly")[0]
    for _each in range(count):
        link.visits.create(at=clock.now() - dt.timedelta(minutes=minutes), outcome="refused")
    assert links.is_paused(link) == paused


def signature(store: Store, kind: str, last: dt.date, **more: Any) -> SignedReport:
    report = Report.objects.create(store=store, kind=kind, first=last, last=last, made_at=clock.now())
    closed = ClosedPeriod.objects.create(store=store, first=last, last=last, closed_at=clock.now())
    return SignedReport.objects.create(
        report=report, number=1, closed=closed, content={}, data_version=0, signed_at=clock.now(), **more
    )


def test_a_link_opens_what_is_in_force_in_its_own_store(world: World) -> None:
    def link(store: Store, opens: str, target: int | None = None) -> ShareLink:
        return ShareLink(pk=(target or 0) + 1, store=store, opens=opens, target=target)

    day = dt.date(2026, 3, 8)
    month, theirs = signature(world.store, "month", dt.date(2026, 3, 31)), signature(world.other, "week", day)
    weekly = link(world.store, "weekly")
    assert shared.first_week(weekly) == reports.period_of("week", clock.today("Asia/Shanghai"))
    newest, older = (signature(world.store, "week", day - n * dt.timedelta(days=7)) for n in (1, 2))
    signature(world.store, "week", day, withdrawn_at=clock.now())
    assert (shared.opened(weekly), shared.first_week(weekly)) == (newest, None)
    asked = [link(world.store, "report", x.report_id) for x in (older, month, theirs)]
    assert [shared.opened(x) for x in asked] == [older, month, None]

    brand = Brand.objects.create(name="荷塘")
    ours, other = (
        Contract.objects.create(brand=brand, title=title, first=day, created_at=clock.now()) for title in "ab"
    )
    ours.stores.set([world.store])
    other.stores.set([world.other])
    bill, second, draft, gone, foreign = (
        Statement.objects.create(contract=of, first=first, last=day, made_at=clock.now(), **fields)
        for of, first, fields in (
            (ours, day, {"issued_at": clock.now()}),
            (ours, dt.date(2026, 2, 1), {"issued_at": clock.now()}),
            (ours, dt.date(2026, 1, 1), {}),
            (ours, dt.date(2026, 1, 1), {"issued_at": clock.now(), "withdrawn_at": clock.now()}),
            (other, day, {"issued_at": clock.now()}),
        )
    )
    handed = [link(world.store, "statement", x.pk) for x in (bill, second, draft, gone, foreign)]
    assert [shared.statement(x) for x in handed] == [bill, second, None, None, None]
    assert shared.opened(handed[0]) is shared.statement(link(world.store, "statement")) is None

    every = [*asked[:1], asked[2], handed[0], handed[4], link(world.store, "weekly")]
    with translation.override("en"):
        told = shared.names(world.store, every)
        assert [told[x.pk] for x in every] == [
            reports.title(older.report), "signed report", "Statement 2026-03, a", "issued statement",
            "newest signed weekly report",
        ]  # fmt: skip
        assert shared.names(world.store, asked[:1]) == {asked[0].pk: reports.title(older.report)}

    def may(within: list[int] | None = None) -> list[Statement]:
        return list(shared.statements_of(world.store, world.mia, within).order_by("pk"))

    assert (may(), may([world.store.pk]), may([world.other.pk])) == ([bill, second], [bill, second], [])
    made = shared.make(world.store, world.mia, f"statement:{second.pk}", parts=["words"], figures=["uv"], note="Li")[0]
    assert (made.target, made.parts, made.figures, made.note) == (second.pk, [], [], "Li")
    far = "9" * 19  # more than a database counts to
    for what in (f"x:{bill.pk}", f"x:{month.report_id}", "statement:x", f"statement:{far}", f"report:{far}"):
        with pytest.raises(ValidationError):
            shared.make(world.store, world.mia, what)
    Member.objects.create(store=world.other, user=world.mia, level="manager")
    assert may() == [bill, second]  # nothing of the other store's
    assert [what for what, _title in shared.offered(world.store, world.mia)] == [
        "weekly", *(f"report:{x.report_id}" for x in (month, newest, older)), f"statement:{bill.pk}",
        f"statement:{second.pk}",
    ]  # fmt: skip
    # parts are chosen of reports only: a statement is shown whole
    for what, wrong in ((f"statement:{second.pk}", []), (f"report:{month.report_id}", ["parts"])):
        form = LinkForm({"what": what, "days": "30"}, store=world.store, by=world.mia, labels=defaultdict(str))
        assert (form.is_valid(), list(form.errors)) == (not wrong, wrong)


def test_all_parts_and_all_figures_are_kept_as_all(world: World) -> None:
    made = shared.make(world.store, None, "weekly", parts=list(shared.PARTS), figures=shared.known())[0]
    assert (made.parts, made.figures) == ([], [])
    with pytest.raises(ValidationError) as refused:
        shared.make(world.store, None, "weekly", parts=["words", "stock"])
    assert list(refused.value.message_dict) == ["parts"]


BODY = {
    "blocks": ["b"], "groups": [{"rows": [{"key": "uv"}, {"key": "pay_amt"}]}, {"rows": [{"key": "pay_amt"}]}],
    "nothing": [("uv", "x"), ("aov_buyer", "y")], "missing": ["m"], "campaigns": ["c"],
    "deals": ["d"],
    "change": {"change": 1, "parts": [2], "levels": [3], "other": 4},
    "next": {"targets": [5], "words": [6], "campaigns": [7], "deals": [9], "period": 8},
}  # fmt: skip
NONE = {
    "blocks": [], "groups": [], "nothing": [], "missing": [], "campaigns": [], "deals": [],
    "change": {"change": None, "parts": [], "levels": [], "other": 4},
    "next": {"targets": [], "words": [], "campaigns": [], "deals": [], "period": 8},
}  # fmt: skip


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("words", {"blocks": ["b"]}),
        ("figures", {"groups": [{"rows": [{"key": "uv"}]}], "nothing": [("uv", "x")], "missing": ["m"]}),
        ("change", {"change": BODY["change"]}),
        ("campaigns", {"campaigns": ["c"], "deals": ["d"]}),
        ("next", {"next": BODY["next"]}),
    ],
)
def test_of_a_report_a_link_shows_its_parts_and_no_others(part: str, told: dict[str, Any]) -> None:
    found = shared.shown(BODY, ShareLink(parts=[part], figures=["uv"]))
    assert found == {**NONE, **told, "parts": [part]}
