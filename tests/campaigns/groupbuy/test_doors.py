"""Sites, quote, files and settlement through pages, REST and the command line."""

import datetime as dt
import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from campaigns.models import DealClaim, GroupDeal, Settlement
from staff.models import Task
from staff.services import create_token
from stores.models import CompanyPaper, GroupSite, Store
from tests.campaigns.groupbuy.shop import CLOSES, deal, over, sell, site
from tests.staff.tasks import template
from tests.world import World

CLAIMS = "订单号,张数,订单实收金额,软件服务费\n" + "".join(f"{n},1,68,5.44\n" for n in range(1, 4))


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-20")


@pytest.fixture
def api(world: World) -> Client:
    plaintext = create_token(world.mia, "key", "write", [world.store])[1]
    return Client(headers={"authorization": f"Bearer {plaintext}"})


def ended(world: World) -> GroupDeal:
    made = deal(world.store)
    sell(made, 4)
    return over(made)


def test_a_site_is_written_down_and_changed(world: World, mia: Client) -> None:
    said = {"name": "窝窝团", "platform": "other", "weight": "small", "rate": "8.5", "guarantee": "3000",
            "instalments": "30@0, 40@15, 30@45", "keep_warm_days": "30"}  # fmt: skip
    assert mia.post(reverse("deal_site_new", args=["lotus"]), said).status_code == 302
    made = GroupSite.objects.get()
    assert (made.rate_bp, made.guarantee_fen, made.instalments) == (850, 300_000, [[3000, 0], [4000, 15], [3000, 45]])
    wrong = mia.post(reverse("deal_site_edit", args=["lotus", made.pk]), said | {"instalments": "30@0, 40@15"})
    assert wrong.status_code == 422


def test_a_site_nobody_talks_to_brings_one_task_and_a_talk_takes_it_away(world: World, mia: Client) -> None:
    template(world.store, world.alice, rule="", trigger="site_warm")
    small = site(world.store, keep_warm_days=30)
    for _twice in range(2):
        mia.post(reverse("company_paper_new", args=["lotus"]), {"name": "x"})  # whatever is saved, it looks
    assert Task.objects.filter(key=f"site_warm:{small.pk}:0").count() == 1
    mia.post(reverse("deal_site_do", args=["lotus", small.pk]), {"what": "talk", "said": "聊了双12"})
    assert not Task.objects.filter(key__startswith="site_warm", state="open").exists()
    assert small.talks.get().by == world.mia


def test_a_paper_brings_a_task_before_it_runs_out(world: World, mia: Client) -> None:
    template(world.store, world.alice, rule="", trigger="paper_expiry")
    file = SimpleUploadedFile("a.pdf", b"%PDF-1.4")
    said = {"name": "营业执照", "expires_on": "2026-12-10", "file": file}
    mia.post(reverse("company_paper_new", args=["lotus"]), said)
    paper = CompanyPaper.objects.get()
    assert Task.objects.filter(key=f"paper_expiry:{paper.pk}:2026-12-10").count() == 1
    assert mia.get(reverse("company_paper", args=["lotus", paper.pk])).getvalue() == b"%PDF-1.4"


def test_sites_are_ranked_by_profit_after_refunds(world: World, mia: Client, api: Client) -> None:
    best = site(world.store, "美团")
    ended(world)
    other = site(world.store, "拉手")
    told = api.get("/api/v1/stores/lotus/deals/sites").json()["results"]
    assert [(x["id"], x["rank"], x["past"]["profit"]) for x in told] == [
        (best.pk, 1, "102.24"),  # 4 x (68 - 5.44 - 32 - 5)
        (other.pk, None, "0.00"),
    ]
    assert "拉手" in mia.get(reverse("deal_sites", args=["lotus"])).content.decode()


def test_the_quote_answers_as_written_on_the_page_and_over_rest(world: World, mia: Client, api: Client) -> None:
    asked = {"goods": "32", "freight": "5", "rate": "8", "margin": "20", "pieces": "1"}  # T-46
    assert "¥51.39" in mia.get(reverse("deal_quote", args=["lotus"]), asked).content.decode()
    asked |= {"rate": "0.08", "margin": "0.2", "units": asked.pop("pieces")}
    assert api.get("/api/v1/stores/lotus/deals/quote", asked).json()["lowest_price"] == "51.39"
    blank = api.get("/api/v1/stores/lotus/deals/quote", {"margin": "0.2", "units": "1", "freight": "5"}).json()
    assert blank["missing"] == ["goods", "rate"]  # no cost is not a cost of nothing
    for wrong in ("x", "8"):  # 8 % is 0.08
        told = api.get("/api/v1/stores/lotus/deals/quote", asked | {"rate": wrong}).json()
        assert told["errors"][0]["field"] == "rate"


def test_a_settlement_goes_from_the_file_to_the_signature(world: World, mia: Client) -> None:
    made = ended(world)
    file = SimpleUploadedFile("b.csv", CLAIMS.encode())
    sent = {"file": file, "purpose": "claims", "deal": made.pk}
    page = mia.post(reverse("deal_files", args=["lotus"]), sent, follow=True)
    mia.post(page.redirect_chain[-1][0] + "do/", {"do": "apply"})
    here, do = (
        reverse("deal_settlement", args=["lotus", made.pk]),
        reverse("deal_settlement_do", args=["lotus", made.pk]),
    )
    assert "−¥68.00" in mia.get(here).content.decode()  # order 0 is missing
    mia.post(do, {"what": "figures", "note": "order 0 is paid next month"})
    mia.post(do, {"what": "sign"})
    made.refresh_from_db()
    assert (made.state, made.settlement.receivable_fen) == ("settled", 25_024)
    mia.post(do, {"what": "receive", "number": "1", "received": "250.24", "day": "2026-11-13"})
    assert made.settlement.instalments.get().received_fen == 25_024
    assert mia.get(here, {"format": "xlsx"}).content[:2] == b"PK"
    mia.post(do, {"what": "close"})
    made.refresh_from_db()
    assert made.state == "closed"


def test_a_dollar_store_reads_dollars_on_every_page_of_a_deal_and_at_the_terminal(
    world: World, mia: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    Store.objects.filter(pk=world.store.pk).update(currency="USD")
    made = ended(world)
    pages = [("deals", []), ("deal", [made.pk]), ("deal_results", [made.pk]), ("deal_settlement", [made.pk])]
    told = [mia.get(reverse(name, args=["lotus", *more])).content.decode() for name, more in pages]
    call_command("deals", "lotus")
    told.append(capsys.readouterr().out)
    assert [("$272" in text, "¥" in text) for text in told] == [(True, False)] * 5  # 4 x 68.00


def test_rest_tells_the_causes_and_signs(world: World, api: Client) -> None:
    made = ended(world)
    sent = {"file": SimpleUploadedFile("b.csv", CLAIMS.encode()), "purpose": "claims", "deal": made.pk}
    assert api.post("/api/v1/stores/lotus/deals/files", sent).status_code == 201
    url = f"/api/v1/stores/lotus/deals/{made.pk}/settlement"
    told = api.get(url).json()
    assert [(x["cause"], x["changes_by"], x["keys"]) for x in told["causes"]] == [
        ("missing", "-68.00", ["0"]), ("base", "5.44", []),
    ]  # fmt: skip
    refused = api.post(url, {"sign": True}, content_type="application/json")
    assert refused.status_code == 422
    assert api.post(url, {"note": "x", "sign": True}, content_type="application/json").json()["state"] == "settled"
    assert Settlement.objects.get().signed_by == world.mia


def test_rest_tells_what_a_file_would_change_and_what_of_it_stays_out(world: World, api: Client) -> None:
    made = ended(world)
    file = SimpleUploadedFile("b.csv", (CLAIMS + "9,1,x,0\n").encode())
    sent = {"file": file, "purpose": "claims", "deal": made.pk, "dry_run": "1"}
    answer = api.post("/api/v1/stores/lotus/deals/files", sent)
    told = answer.json()
    assert (answer.status_code, told["id"], [x["what"] for x in told["changes"]]) == (200, None, ["new"] * 3)
    assert [(x["line"], x["value"], x["code"]) for x in told["problems"]] == [(5, "x", "money")]
    assert not DealClaim.objects.exists()


def test_rest_changes_a_site_and_tells_its_people_talks_and_papers(world: World, api: Client) -> None:
    here = f"/api/v1/stores/lotus/deals/sites/{site(world.store).pk}"
    CompanyPaper.objects.create(store=world.store, name="营业执照", expires_on="2026-11-19")
    changed = api.patch(here, {"papers": ["营业执照"], "keep_warm_days": 30}, "application/json").json()
    assert (changed["papers"], changed["keep_warm_days"], changed["rate"]) == (["营业执照"], 30, "0.0800")
    parts = [{"share": "0.3", "days": 0}, {"share": "0.7", "days": 15}]
    told = api.patch(here, {"rate": "0.1", "instalments": parts}, "application/json").json()
    assert (told["rate"], told["guarantee"], told["instalments"][1]) == (
        "0.1000",
        None,
        {"share": "0.7000", "days": 15},
    )
    assert api.patch(here, {"instalments": told["instalments"]}, "application/json").json() == told
    found = GroupSite.objects.get()
    found.people.create(name="阿青", post="小二")
    found.talks.create(day="2026-11-10", who="阿青", said="聊了双12", next_on="2026-11-25")
    told = api.get(here).json()
    assert [x["name"] for x in told["people"]] == ["阿青"]
    assert [(x["day"], x["next_on"]) for x in told["talks"]["results"]] == [("2026-11-10", "2026-11-25")]
    [row] = api.get("/api/v1/stores/lotus/deals/sites").json()["results"]
    assert (row["last_talk"], row["talk_by"], row["papers_run_out"]) == ("2026-11-10", "2026-11-25", ["营业执照"])


def test_rest_tells_what_calling_a_deal_off_did(world: World, api: Client) -> None:
    made = deal(world.store, closes_at=CLOSES + dt.timedelta(days=30))
    sell(made, 2)
    where = f"/api/v1/stores/lotus/deals/{made.pk}/transition"
    told = api.post(where, {"to": "cancelled", "reason": "缺货"}, "application/json").json()
    assert told["life"][-1]["reason"] == "缺货"
    effect = told["life"][-1]["effect"]
    assert {name: effect[name] for name in effect if name.startswith("refund")} == {
        "refunds": 2, "refund_units": 2, "refund_amount": "136.00",
    }  # fmt: skip
    assert (told["state"], told["sold"], told["moves"]) == ("cancelled", 0, [])


def test_the_command_applies_a_file_and_says_what_it_left_out(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, path = ended(world), tmp_path / "c.csv"
    path.write_text(CLAIMS + "9,1,x,0\n")
    with pytest.raises(SystemExit):
        call_command("import_deals", "lotus", str(path), claims=True, deal=made.pk, json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["new"], [x["line"] for x in told["problems"]]) == (3, [5])
    assert DealClaim.objects.count() == 3


def test_the_quote_takes_a_deal_as_it_is_planned(world: World, mia: Client) -> None:
    made = deal(world.store, quota=100, refund_bp=500, packing_fen=50)
    page = mia.get(reverse("deal_quote", args=["lotus"]), {"deal": made.pk}).content.decode()
    assert "¥2,380.70" in page  # 95 x (68.00 x 0.92 - 32.00 - 5.00 - 0.50)
