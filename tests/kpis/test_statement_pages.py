"""Contracts, statements and the clients' page in the browser and over REST. It is 2 April 2026."""

import datetime as dt
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from kpis.clients import cockpit, contracts, statements
from kpis.models import Statement, Target
from kpis.sharing import shared
from opsplan.lib import clock
from opsplan.lib.periods import Period
from staff.models import ApiToken, LinkVisit, Member, User
from staff.services import create_token
from stores.models import Contract, Store
from tests.kpis.facts import count, cover, march, order, refund, traffic
from tests.kpis.test_statements import late_refund
from tests.world import World, at

MARCH = dt.date(2026, 3, 1)
TERMS = {
    "title": "莲花代运营", "first": MARCH, "fee_fen": 800_000, "tiers": [[0, 500], [100_000, 800]],
    "metrics": ["net_amt", "refund_rate_amt"],
}  # fmt: skip


@pytest.fixture
def shop(world: World) -> Store:
    """March: 1,500 paid, 100 given back."""
    User.objects.update(language="en")
    made = order(world.store, 10, "1500")
    refund(made, 11, "100")
    for kind in ("orders", "refunds"):
        cover(world.store, kind, 1, 31)
    count(world.store)
    return world.store


@pytest.fixture
def contract(shop: Store) -> Contract:
    return contracts.save(None, [shop], "莲花", TERMS)


def issued(contract: Contract, world: World) -> Statement:
    return statements.issue(statements.make(contract, MARCH, world.mia), world.mia)


def page(client: Client, user: User, name: str, *args: object, status: int = 200) -> str:
    client.force_login(user)
    answer = client.get(at(name, *args))
    assert answer.status_code == status
    return answer.content.decode()


FORM = {
    "title": "莲花代运营", "brand": "莲花", "kind": "agency", "first": "2026-03-01", "fee": "8000",
    "basis": "net_amt", "commission": "whole", "from_0": "", "rate_0": "5", "from_1": "1000", "rate_1": "7.25",
    "guarantee": "higher", "guarantee_amount": "120.50", "part_months": "days", "pay_days": "10", "metrics": ["uv"],
    "cap": "9000", "tax": "6.5",
}  # fmt: skip


def test_a_contract_is_made_by_a_form(world: World, client: Client) -> None:
    client.force_login(world.mia)
    answer = client.post(at("contract_new"), {**FORM, "stores": [world.store.pk]})
    made = Contract.objects.get()
    assert answer.headers["Location"] == at("contract", made.pk)
    assert (made.fee_fen, made.tiers, made.guarantee_fen) == (800_000, [[0, 500], [100_000, 725]], 12_050)
    assert (made.cap_fen, made.tax_bp) == (900_000, 650)
    again = client.get(at("contract_edit", made.pk)).context["form"]
    assert client.post(at("contract_edit", made.pk), {k: v for k, v in again.initial.items() if v}).status_code == 302
    made.refresh_from_db()
    assert (made.fee_fen, made.tiers, made.guarantee_fen) == (800_000, [[0, 500], [100_000, 725]], 12_050)
    assert (made.cap_fen, made.tax_bp) == (900_000, 650)


@pytest.mark.parametrize(("field", "wrong"), [
    ("guarantee_amount", {"guarantee_amount": ""}),
    ("rate_0", {"from_1": "0"}),
    ("rate_1", {"rate_1": ""}),
    ("fee", {"fee": "-1"}),
    ("stores", {"stores": []}),
    ("cap", {"cap": "8100"}),
    ("tax", {"tax": "100.5"}),
])  # fmt: skip
def test_what_is_wrong_stands_beside_its_field(
    world: World, client: Client, field: str, wrong: dict[str, object]
) -> None:
    client.force_login(world.mia)
    answer = client.post(at("contract_new"), {**FORM, "stores": [world.store.pk], **wrong})
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {field})
    assert not Contract.objects.exists()


def test_a_contract_takes_no_store_one_does_not_lead(world: World, client: Client) -> None:
    client.force_login(world.mia)
    answer = client.post(at("contract_new"), {**FORM, "stores": [world.store.pk, world.other.pk]})
    assert (answer.status_code, Contract.objects.count()) == (422, 0)


def test_a_statement_goes_from_draft_to_paid(contract: Contract, world: World, client: Client) -> None:
    client.force_login(world.mia)
    client.post(at("statement_new", contract.pk), {"month": "2026-03"})
    made = Statement.objects.get()

    def do(**fields: object) -> int:
        return client.post(at("statement_do", made.pk), fields).status_code

    assert do(do="line", amount="-35.50", reason="late") == 302
    assert [do(do="line", amount=x, reason="late") for x in ("", "abc", "1e99", "0", "1.005")] == [422] * 5
    assert do(do="nonsense") == do(do="paid", paid_on="2026-04-01") == 422
    assert do(do="issue") == 302
    made.refresh_from_db()
    # 8,000.00 + 1,000 at 5 % + 400 at 8 % - 35.50
    assert made.total_fen == 800_000 + 5_000 + 3_200 - 3_550
    assert do(do="paid", paid_on="2026-04-09") == 422  # a day to come
    assert do(do="paid", paid_on="2026-04-01") == 302
    text = page(client, world.mia, "statement", made.pk)
    assert "¥8,046.50" in text
    assert "¥1,000.00 × 5%" in text


def test_a_client_reads_what_was_issued_and_nothing_else(contract: Contract, world: World, client: Client) -> None:
    draft = statements.make(contract, MARCH, world.mia)
    assert "¥8,000.00" in page(client, world.carl, "contract", contract.pk)
    page(client, world.carl, "statement", draft.pk, status=404)
    assert at("statement", draft.pk) not in page(client, world.carl, "contracts")
    statements.issue(draft, world.mia)
    text = page(client, world.carl, "statement", draft.pk)
    assert "¥8,082.00" in text
    assert at("statement_do", draft.pk) not in text
    assert client.post(at("statement_do", draft.pk), {"do": "withdraw", "reason": "x"}).status_code == 403
    statements.withdraw(draft, world.mia, "wrong")
    page(client, world.carl, "statement", draft.pk, status=404)


def test_search_finds_contracts_and_statements_for_those_who_may_read_them(
    contract: Contract, world: World, client: Client
) -> None:
    statements.make(contract, dt.date(2026, 4, 1), world.mia)
    issued(contract, world)

    def found(user: User, text: str) -> dict[str, list[tuple[str, str]]]:
        client.force_login(user)
        groups = client.get(reverse("search"), {"q": text, "store": "lotus"}).context["groups"]
        return {name: [(x.label, x.note) for x in hits] for name, hits in groups if name in ("Contracts", "Statements")}

    agreed = ("莲花代运营", "莲花 · from 2026-03-01")
    march, april = (
        ("Statement 2026-03, 莲花代运营", "莲花 · issued"),
        ("Statement 2026-04, 莲花代运营", "莲花 · draft"),
    )
    assert found(world.mia, "代运营") == {"Contracts": [agreed], "Statements": [april, march]}
    assert found(world.mia, "莲花 2026-03") == {"Statements": [march]}
    assert found(world.carl, "代运营") == {"Contracts": [agreed], "Statements": [march]}  # what was issued
    assert found(world.bob, "代运营") == found(world.vera, "代运营") == {}
    contract.stores.add(world.other)  # which neither of them may see
    assert found(world.mia, "代运营") == found(world.carl, "代运营") == {}


def test_who_leads_one_of_two_stores_only_reads_nothing(contract: Contract, world: World, client: Client) -> None:
    Member.objects.create(store=world.other, user=world.alice, level="owner")
    other = Contract.objects.create(brand=contract.brand, title="both", first=MARCH, created_at=clock.now())
    other.stores.set([world.store, world.other])
    page(client, world.mia, "contract", other.pk, status=404)
    page(client, world.alice, "contract", other.pk)
    assert "both" not in page(client, world.mia, "contracts")


def test_the_workbook_adds_up(contract: Contract, world: World, client: Client) -> None:
    made = issued(contract, world)
    client.force_login(world.carl)
    book = openpyxl.load_workbook(io.BytesIO(client.get(at("statement", made.pk) + "?format=xlsx").content))
    cells = [x.value for row in book.worksheets[0].iter_rows() for x in row if isinstance(x.value, int | float)]
    assert cells[-1] == 8082
    assert sum(cells[:-1]) == 8082
    answer = client.get(at("contracts") + "?format=csv").content.decode("utf-8-sig")
    assert "8082.00" in answer


def test_agreed_figures_say_what_is_to_be_known_of_them(contract: Contract, world: World, client: Client) -> None:
    """Visitors of two days of 31 are a sum of daily counts: on the statement, the clients' page and in the workbook."""
    for day in (10, 11):
        traffic(world.store, day, 100)
    count(world.store)
    contracts.save(contract, [world.store], "莲花", {"metrics": ["uv"], "fee_fen": 0})
    made = issued(contract, world)
    for where in (at("statement", made.pk), reverse("clients") + "?period=custom&from=2026-03-01&to=2026-03-31"):
        client.force_login(world.mia)
        cells = client.get(where).content.decode().split(">200<")[1].split("</td>")[0]
        assert "daily sum" in cells
        assert "2/31 days" in cells
    book = openpyxl.load_workbook(io.BytesIO(client.get(at("statement", made.pk) + "?format=xlsx").content))
    told = [x for row in book.worksheets[2].iter_rows(values_only=True) for x in row if x]
    assert "Visitors: daily sum; 2/31 days" in told
    assert "no basic fee" in page(client, world.mia, "contract", contract.pk)


def test_net_tax_and_gross_are_told_everywhere(contract: Contract, world: World, client: Client) -> None:
    Contract.objects.update(cap_fen=805_000, tax_bp=600)
    made = issued(contract, world)
    text = page(client, world.carl, "statement", made.pk)
    for said in ("−¥32.00", "¥8,082.00, at most ¥8,050.00", "¥8,050.00 × 6%", "¥483.00", "¥8,533.00"):
        assert said in text
    book = openpyxl.load_workbook(io.BytesIO(client.get(at("statement", made.pk) + "?format=xlsx").content))
    told = {row[0]: row[2] for row in book.worksheets[0].iter_rows(values_only=True) if row[0]}
    assert [told[name] for name in ("Cap", "Net", "Tax 6%", "Gross")] == [-32, 8050, 483, 8533]
    out = io.StringIO()
    call_command("statement", "lotus", contract.pk, "2026-03", stdout=out)
    for line in ("Cap  -32.00", "Net  8,050.00", "Tax 6%  483.00", "Gross  8,533.00 CNY"):
        assert line in out.getvalue()


def test_clients_stand_by_how_far_they_are_behind(contract: Contract, world: World, client: Client) -> None:
    Target.objects.create(store=world.store, metric="net_amt", month=MARCH, value=2000, updated_at=clock.now())
    [found] = cockpit.clients(cockpit.led({world.store.pk: world.store}), Period(MARCH, march(31), "month"))
    assert dict(found.rows[0].distances) == {"net_amt": Decimal("-0.3"), "refund_rate_amt": None}
    assert [f"{x.first}" for x in found.waiting] == ["2026-03-01"]
    client.force_login(world.mia)
    text = client.get(reverse("clients") + "?period=custom&from=2026-03-01&to=2026-03-31").content.decode()
    assert "−30.00%" in text
    client.force_login(world.carl)
    answer = client.get(reverse("clients"))
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("overview"))
    assert reverse("clients") not in client.get(reverse("overview")).content.decode()


def behind(share: str | None, better: str = "up") -> Any:
    """A figure that has reached that share of its target."""
    return SimpleNamespace(target=1, better=better, reached=lambda _target: None if share is None else Decimal(share))


@pytest.mark.parametrize(
    ("share", "better", "told"), [("0.8", "up", "-0.2"), ("1.25", "up", "0.25"), ("1.25", "down", "-0.25")]
)
def test_behind_is_below_zero_whichever_way_is_better(share: str, better: str, told: str) -> None:
    assert cockpit.distance(behind(share, better)) == Decimal(told)
    assert cockpit.distance(behind(None)) is None


SHOPS = [Store(pk=n, slug=f"s{n}", name=f"{9 - n}", timezone="Asia/Shanghai") for n in range(5)]


def agreed(brand: str, *stores: Store, last: dt.date | None = None, standing: Sequence[Statement] = ()) -> Any:
    return SimpleNamespace(
        brand=brand, first=dt.date(2026, 1, 1), last=last, metrics=["net_amt", "uv"], standing=list(standing),
        stores=SimpleNamespace(all=lambda: stores),
    )  # fmt: skip


def test_the_furthest_behind_stand_first(monkeypatch: pytest.MonkeyPatch) -> None:
    none = (None, None)
    far = {"s0": none, "s1": ("1.2", "0.9"), "s2": (None, "0.7"), "s3": none, "s4": ("0.95", None)}
    asked: list[Any] = []

    def table(question: Any) -> Any:
        asked.append(question)
        lines = [(slug, dict(zip(("net_amt", "uv"), map(behind, x), strict=True))) for slug, x in far.items()]
        return SimpleNamespace(lines=[SimpleNamespace(key={"store": slug}, values=x) for slug, x in lines])

    monkeypatch.setattr("kpis.queries.table", table)
    closed = Store(pk=9, slug="s9", name="x", timezone="Asia/Shanghai", closed_at=clock.now())
    long_over = agreed("old", SHOPS[0], last=dt.date(2026, 1, 31), standing=[paid(1)])
    found = [
        agreed("b", SHOPS[3]),
        agreed("a", SHOPS[0]),
        agreed("c", *SHOPS[:2], SHOPS[4], closed),
        agreed("d", SHOPS[2]),
    ]
    told = cockpit.clients([*found, long_over], Period(MARCH, march(31), "month"))
    assert [x.contract.brand for x in told] == ["d", "c", "a", "b"]
    assert [x.worst and x.worst[1:] for x in told] == [
        ("uv", Decimal("-0.3")), ("uv", Decimal("-0.1")), None, None,
    ]  # fmt: skip
    assert [x.store.slug for x in told[1].rows] == ["s1", "s4", "s0"]
    assert [sorted(x.slug for x in question.stores) for question in asked] == [sorted(far)]
    assert cockpit.clients([agreed("e", closed)], Period(MARCH, march(31), "month"))[0].rows == []
    assert len(asked) == 1


def paid(month: int, **fields: Any) -> Statement:
    told = {"issued_at": clock.now(), "paid_on": MARCH, "due_on": MARCH, **fields}
    return Statement(first=dt.date(2026, month, 1), **told)


def test_a_contract_is_shown_for_60_days_after_its_end_and_while_something_is_to_be_billed() -> None:
    january = dt.date(2026, 1, 31)  # 61 days before 2 April
    shown = [
        agreed("", SHOPS[0]),
        agreed("", SHOPS[0], last=dt.date(2026, 2, 1), standing=[paid(1), paid(2)]),
        agreed("", SHOPS[0], last=january, standing=[paid(1, paid_on=None)]),
        agreed("", SHOPS[0], last=january),
        agreed("", SHOPS[0], last=january, standing=[paid(1, withdrawn_at=clock.now())]),
        agreed("", SHOPS[0], last=january, standing=[paid(1)]),
    ]
    assert [cockpit.is_shown(x) for x in shown] == [True] * 5 + [False]
    waiting = [paid(1, issued_at=None, paid_on=None), paid(2, withdrawn_at=clock.now(), paid_on=None), paid(3)]
    late, due = paid(4, paid_on=None), paid(5, paid_on=None, due_on=dt.date(2026, 4, 2))
    told = cockpit.client(agreed("", SHOPS[0], standing=[*waiting, late, due]), {})
    assert [[x.first.month for x in found] for found in (told.unpaid, told.overdue)] == [[4, 5], [4]]


def test_programs_make_issue_and_read_statements(shop: Store, world: World) -> None:
    def caller(user: User, scope: str) -> Client:
        return Client(headers={"authorization": f"Bearer {create_token(user, 'key', scope, [shop])[1]}"})

    mia, carl = caller(world.mia, ApiToken.Scope.WRITE), caller(world.carl, "read")

    def post(name: str, *args: object, **body: Any) -> Any:
        return mia.post(at(name, *args), json.dumps(body), content_type="application/json")

    terms = {"title": "莲花代运营", "client": "莲花", "first": "2026-03-01"}
    made = post("api_contracts", **terms, fee="8000", tiers=[{"from": "0", "rate": "0.05"}], cap=8060, tax_rate="0.06")
    assert made.status_code == 201, made.content
    wrong = post("api_contracts", **terms, tiers=[{"from": "0.05", "rate": "0.06001"}], tax_rate="-0.01")
    assert (wrong.status_code, {x["field"] for x in wrong.json()["errors"]}) == (422, {"tiers[0].rate"})
    wrong = post("api_contracts", **terms, tax_rate="-0.01", fee="-1")
    assert {x["field"] for x in wrong.json()["errors"]} == {"tax_rate", "fee"}
    assert post("api_contracts", **terms, basis="uv").json()["errors"][0]["field"] == "basis"
    nobodys = post("api_contracts", **{**terms, "client": None})
    assert (nobodys.status_code, [x["field"] for x in nobodys.json()["errors"]]) == (422, ["client"])
    statement = post("api_statements", contract=made.json()["id"], month="2026-03").json()
    # 8,000.00 + 1,400.00 at 5 %, at most 8,060.00, and 6 % of it
    assert (statement["state"], statement["total"]) == ("open", "8543.60")
    assert (statement["net"], statement["tax"]) == ("8060.00", "483.60")
    assert (statement["arithmetic"]["cut"], statement["terms"]["tax_rate"]) == ("10.00", "0.0600")
    assert statement["terms"]["tiers"] == made.json()["tiers"] == [{"from": "0.00", "rate": "0.0500"}]
    assert carl.get(at("api_statement", statement["id"])).status_code == 404
    assert carl.get(at("api_statements")).json()["results"] == []
    assert post("api_statement_do", statement["id"], do="issue").json()["state"] == "issued"
    told = carl.get(at("api_statement", statement["id"])).json()
    assert (told["total"], told["since"], told["arithmetic"]["commission"]) == ("8543.60", None, "70.00")
    assert [x["id"] for x in carl.get(at("api_statements")).json()["results"]] == [statement["id"]]
    late_refund(shop)
    since = mia.get(at("api_statement", statement["id"])).json()["since"]
    # 1,400 + 301 - 701 = 1,000: 5 % of it is 50.00, which the cap leaves alone
    assert (since["issued"], since["now"], since["difference"]) == ("8060.00", "8050.00", "-10.00")
    [moved] = since["stores"]
    assert (moved["issued"], moved["now"], [x["name"] for x in moved["why"]]) == (
        "1400.00",
        "1000.00",
        ["refunds.xlsx"],
    )
    listed = [x["number"] for x in mia.get(at("api_contracts")).json()["results"]]
    assert (listed, mia.get(at("api_contract", made.json()["id"])).json()["cap"]) == ([""], "8060.00")


def test_the_command_reckons_and_issues(contract: Contract, world: World) -> None:
    out = io.StringIO()
    call_command("statement", "lotus", stdout=out)
    call_command("statement", "lotus", contract.pk, "2026-03", issue="mia", stdout=out)
    assert "8,082.00 CNY" in out.getvalue()
    assert Statement.objects.get().issued_by == world.mia
    for name in ("bob", "charlie", "nobody"):
        with pytest.raises(CommandError):
            call_command("statement", "lotus", contract.pk, "2026-03", issue=name)


def test_a_link_shows_an_issued_statement_to_who_has_no_account(contract: Contract, world: World) -> None:
    made = issued(contract, world)
    address = reverse("shared", args=[shared.make(world.store, world.mia, f"statement:{made.pk}")[1]])
    stranger = Client(headers={"accept-language": "en"})
    text = stranger.get(address).content.decode()
    assert "¥8,082.00" in text
    assert "/s/lotus/" not in text
    assert stranger.get(f"{address}?format=xlsx").headers["Content-Type"].endswith("sheet")
    assert list(LinkVisit.objects.order_by("pk").values_list("outcome", flat=True)) == ["opened", "file"]
    statements.withdraw(made, world.mia, "wrong")
    assert stranger.get(address).status_code == 404


def test_only_who_leads_all_its_stores_hands_out_a_statement(contract: Contract, world: World, client: Client) -> None:
    made = issued(contract, world)
    client.force_login(world.mia)
    page = client.get(at("links") + f"?statement={made.pk}").content.decode()
    assert f'value="statement:{made.pk}" selected' in page
    Contract.objects.get(pk=contract.pk).stores.add(world.other)
    with pytest.raises(ValidationError):
        shared.make(world.store, world.mia, f"statement:{made.pk}")
