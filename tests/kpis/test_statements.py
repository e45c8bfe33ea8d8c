"""Statements of a contract over two stores, every number worked out by hand. It is 2 April 2026."""

import datetime as dt
from unittest import mock

import pytest
import time_machine
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.utils import translation

from campaigns.models import Campaign
from kpis import queries
from kpis.clients import cockpit, contracts, statement_figures, statements
from kpis.clients.contract_forms import at_first
from kpis.clients.statements import state_of
from kpis.metrics import METRICS
from kpis.models import Coverage, Entry, Order, StaleDay, Statement, StoreDay, Target, Upload
from kpis.models.rollups import bump, version
from kpis.outward.emptiness import held
from kpis.views.contract_words import arithmetic
from opsplan.lib import clock
from opsplan.lib.periods import Period
from staff.checklists import install_library
from staff.models import Delivery, Member, Task, User
from staff.queries import changes
from staff.roles import Action
from stores import fees
from stores.models import Contract, Store
from stores.services import brand_named, close_store, create_store
from tests.kpis.facts import count, cover, march, order, refund
from tests.staff.tasks import template
from tests.world import World

FEBRUARY, MARCH, APRIL = dt.date(2026, 2, 1), dt.date(2026, 3, 1), dt.date(2026, 4, 2)
TERMS = {
    "title": "莲花代运营", "first": dt.date(2026, 2, 15), "last": dt.date(2026, 12, 31), "fee_fen": 800_000,
    "tiers": [[0, 500], [100_000, 800]], "basis": "net_amt",
}  # fmt: skip


pytestmark = pytest.mark.usefixtures("english")


def sold(store: Store, day: dt.date, amount: str, back: str = "") -> None:
    made = order(store, day, amount)
    if back:
        refund(made, day, back)


@pytest.fixture
def two(world: World) -> list[Store]:
    """March: 1,500 less 100 given back, and 600; February from the 15th: 700 and nothing."""
    second = create_store("rose", "玫瑰店", "jd")
    Member.objects.create(store=second, user=world.mia, level="manager")
    Member.objects.create(store=second, user=world.carl, level="client")
    sold(world.store, march(10), "1500", "100")
    sold(second, march(31), "600")
    sold(world.store, dt.date(2026, 2, 20), "700")
    sold(world.store, dt.date(2026, 2, 14), "5000")  # the day before the contract
    for store in (world.store, second):
        for kind in ("orders", "refunds"):
            cover(store, kind, dt.date(2026, 2, 1), dt.date(2026, 4, 1))
        count(store)
    return [world.store, second]


@pytest.fixture
def contract(two: list[Store], world: World) -> Contract:
    return contracts.save(None, two, "莲花", TERMS)


def seen(world: World, name: str, action: Action = Action.VIEW_STATEMENTS, *, closed: bool = True) -> list[str]:
    opened = contracts.stores_open(getattr(world, name), action, closed=closed)
    return [x.title for x in contracts.contracts(opened)]


def test_what_was_agreed_is_what_is_reckoned_with() -> None:
    made = Contract(
        fee_fen=800_000, tiers=[[0, 500], [100_000, 800]], commission="whole", guarantee="total",
        guarantee_fen=12_050, part_months="whole", metrics=["uv", "no KPI any more"],
    )  # fmt: skip
    tiers = (fees.Tier(0, 500), fees.Tier(100_000, 800))
    assert contracts.terms_of(made) == fees.Terms(800_000, tiers, False, "total", 12_050, False)
    assert contracts.terms_of(Contract(fee_fen=1)) == fees.Terms(1)
    assert contracts.agreed_of(made) == ["uv"]
    assert contracts.agreed_of(Contract(metrics=["no KPI any more"])) == list(contracts.AGREED)
    assert contracts.agreed_of(Contract(basis="deal_net_amt")) == list(contracts.AGREED_DEALS)


def test_a_contract_with_a_seller_by_deals_begins_with_their_figures(world: World) -> None:
    """No page asks for visitors of who has none; over REST the basis says which figures are agreed on."""
    seller = create_store("deals", "团购", "other")
    assert at_first([world.store, seller], [seller.pk])["basis"] == "net_amt"  # nothing is known yet
    StoreDay.objects.create(store=seller, day=MARCH, deal_net_amt=1)
    bump(seller)
    assert at_first([world.store, seller], [seller.pk])["basis"] == "deal_net_amt"
    assert at_first([world.store, seller], [world.store.pk, seller.pk])["metrics"] == contracts.AGREED
    made = contracts.save(None, [seller], "莲花", TERMS | {"basis": "deal_net_amt"})
    assert made.metrics == list(contracts.AGREED_DEALS)
    assert contracts.save(None, [world.store], "莲花", TERMS).metrics == list(contracts.AGREED)


def test_a_month_is_the_sales_of_all_stores_tier_by_tier(contract: Contract, world: World) -> None:
    told = statement_figures.told(statements.make(contract, march(5), world.mia))
    assert [(x.slug, x.figures["net_amt"].value) for x in told.shares] == [("rose", 600), ("lotus", 1400)]  # by name
    assert [list(x.figures) for x in told.shares] == [list(contracts.AGREED)] * 2
    # 2,000.00: 1,000 at 5 % and 1,000 at 8 %
    assert (told.account.base_fen, [x.commission_fen for x in told.account.steps]) == (200_000, [5_000, 8_000])
    assert told.total_fen == 813_000
    # by other terms and on what was paid, 1,500.00 and 600.00, at 10 %
    other = statement_figures.live(told.statement, fees.Terms(100, (fees.Tier(0, 1000),)), "pay_amt")
    assert ([list(x.figures) for x in other.shares], other.total_fen) == ([["pay_amt"], ["pay_amt"]], 21_100)


def test_more_refunds_than_sales_bring_no_commission_and_take_nothing_off(contract: Contract, world: World) -> None:
    refund(order(world.store, dt.date(2026, 2, 14), "9000"), march(12), "9000")  # 2,000.00 less 9,000.00
    count(world.store)
    told = statement_figures.told(statements.make(contract, MARCH, world.mia))
    assert (told.account.base_fen, told.account.commission_fen, told.total_fen) == (-700_000, 0, 800_000)
    commission = next(x for x in arithmetic(told) if x.text == "Commission")
    assert (commission.how, commission.amount_fen) == ("sales below zero bring none", 0)


def test_a_part_of_a_month_counts_its_own_days(contract: Contract) -> None:
    told = statement_figures.told(statements.make(contract, FEBRUARY, None))
    # 14 of 28 days: fee 4,000.00; tiers from 0 and 500.00; 700.00 = 500 at 5 % + 200 at 8 %
    assert (told.period.first, told.account.days, told.account.fee_fen) == (dt.date(2026, 2, 15), 14, 400_000)
    assert told.total_fen == 400_000 + 2_500 + 1_600


def test_lines_by_hand_come_on_top_with_their_reason(contract: Contract, world: World) -> None:
    made, april = statements.make(contract, MARCH, world.mia), statements.make(contract, APRIL, world.mia)
    line = statements.add_line(made, -30_000, " Photos were late", world.mia)
    other = statements.add_line(april, 10**14, "x" * 200, None)
    assert (line.by, len(other.reason)) == (world.mia, 200)
    told = statement_figures.told(made)
    assert (told.lines, told.total_fen) == ((statement_figures.Line(line.pk, -30_000, "Photos were late"),), 783_000)
    for amount, reason in ((0, "x"), (100, " "), (10**14 + 1, "x"), (-(10**14) - 1, "x"), (1, "x" * 201)):
        with pytest.raises(ValidationError):
            statements.add_line(made, amount, reason, world.mia)
    statements.remove_line(made, other.pk)
    assert (list(made.lines.all()), list(april.lines.all())) == ([line], [other])
    statements.remove_line(made, line.pk)
    assert not made.lines.exists()
    statements.discard(made)
    assert list(Statement.objects.all()) == [april]


def test_unknown_sales_are_not_zero_and_it_cannot_be_issued(two: list[Store], world: World) -> None:
    third = create_store("empty", "空店", "tmall")
    made = contracts.save(None, [*two, third], "莲花", TERMS)
    statement = statements.make(made, MARCH, world.mia)
    told = statement_figures.told(statement)
    assert (told.account.base_fen, told.account.commission_fen) == (told.tax_fen, told.total_fen) == (None, None)
    with pytest.raises(ValidationError, match="not known: 空店"):
        statements.issue(statement, world.mia)
    contracts.save(made, [*two, third], "莲花", {"tiers": []})  # a fee alone asks for no sales
    statement = Statement.objects.get(pk=statement.pk)
    assert statement_figures.told(statement).lacking == []
    assert statements.issue(statement, world.mia).total_fen == 800_000
    since = statement_figures.since(Statement.objects.get(pk=statement.pk))
    assert (since.now_fen, since.change_fen, since.left_fen) == (800_000, 0, 0)


def test_missing_days_have_to_be_accepted(contract: Contract, two: list[Store], world: World) -> None:
    Coverage.objects.filter(store=two[1], kind="orders", day=march(20)).delete()
    count(two[1])
    statement = statements.make(contract, MARCH, world.mia)
    with pytest.raises(ValidationError, match="missing in the sales of 玫瑰店"):
        statements.issue(statement, world.mia)
    assert statements.issue(statement, world.mia, in_part=True).total_fen == 813_000


def test_a_month_that_is_not_over_is_shown_and_not_issued(contract: Contract, world: World) -> None:
    april = statements.make(contract, APRIL, world.mia)
    assert april.last == dt.date(2026, 4, 30)
    april.last = APRIL  # ends with this very day
    april.save()
    with pytest.raises(ValidationError, match="not over"):
        statements.issue(april, world.mia)


@pytest.mark.parametrize("day", [dt.date(2026, 1, 31), dt.date(2026, 5, 1)])
def test_a_month_outside_the_contract_or_to_come_has_no_statement(contract: Contract, day: dt.date) -> None:
    with pytest.raises(ValidationError, match="does not run"):
        statements.make(contract, day, None)


def issue_march(contract: Contract, world: World) -> Statement:
    made = statements.issue(statements.make(contract, MARCH, world.mia), world.mia)
    Statement.objects.filter(pk=made.pk).update(issued_at=clock.now() - dt.timedelta(hours=1))
    return Statement.objects.get(pk=made.pk)


def test_days_that_changed_are_counted_before_it_is_issued(
    contract: Contract, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    template(world.store, world.alice, rule="", trigger="statement_due", span=5)
    draft = statements.make(contract, MARCH, world.mia)
    Store.objects.update(closed_at=clock.now())
    assert statements.remind() == 0
    Store.objects.update(closed_at=None)
    assert (statements.make(contract, march(31), None), statements.remind()) == (draft, 2)  # February waits, too
    task = Task.objects.get(subject__endswith="2026-03")
    assert (task.about, task.base) == (f"contract {contract.pk}", APRIL)
    sold(world.store, march(12), "100")
    queries.figures_changed(world.store, march(12), march(12))
    with monkeypatch.context() as broken:
        broken.setattr("kpis.sums.rollups.rebuild", lambda *_: None)
        with pytest.raises(ValidationError, match="counted again"):
            statements.issue(draft, world.mia)
    elsewhere = [StaleDay.objects.create(store=x, day=day) for x, day in ((world.store, APRIL), (world.other, MARCH))]
    mark = LogEntry.objects.order_by("-pk")[0].pk
    # 2,100.00: 1,000 at 5 % and 1,100 at 8 %
    issued = statements.issue(draft, world.mia)
    issued.refresh_from_db(fields=["total_fen", "log_mark", "issued_by"])
    assert (issued.total_fen, issued.log_mark, issued.issued_by) == (813_800, mark, world.mia)
    assert (list(StaleDay.objects.order_by("pk")), Task.objects.count()) == (elsewhere, 1)
    assert (issued.made_by, statements.tell_client(issued)) == (world.mia, 0)  # nobody has an address
    assert [x.first for x in statements.waiting(contract, APRIL)] == [dt.date(2026, 2, 15)]


def late_refund(store: Store) -> None:
    """A file brings 300 yuan given back on 30 March."""
    file = Upload.objects.create(
        store=store, name="refunds.xlsx", sha256="1" * 64, state="loaded", created_at=clock.now(),
        finished_at=clock.now(),
    )  # fmt: skip
    refund(order(store, march(30), "300"), 30, "300", upload=file)
    made = order(store, march(29), "1")
    refund(made, 30, "401", upload=file)
    count(store)


def test_what_was_issued_stays_and_later_truth_stands_beside_it(contract: Contract, world: World) -> None:
    Campaign.objects.create(store=world.store, name="early", first_day=march(1), last_day=march(9))
    Target.objects.create(store=world.store, metric="net_amt", month=MARCH, value=2000, updated_at=clock.now())
    statement = issue_march(contract, world)
    assert (statement.total_fen, statement.due_on) == (813_000, dt.date(2026, 4, 17))
    late_refund(world.store)  # 1,400 + 301 - 701 = 1,000; together 1,600: 50.00 + 48.00
    told = statement_figures.told(statement)
    assert (told.total_fen, [x.targets["net_amt"] for x in told.shares]) == (813_000, [None, 2000])
    since = statement_figures.since(statement)
    assert (since.issued_fen, since.now_fen, since.change_fen, since.left_fen) == (813_000, 809_800, -3_200, -3_200)
    assert [x.store.slug for x in since.moved] == ["lotus"]
    assert {(x.kind, x.name) for x in since.moved[0].causes} == {("refunds", "refunds.xlsx")}
    rose = contract.stores.get(slug="rose")
    for model in (Order, Coverage):
        model.objects.filter(store=rose).delete()
    count(rose)
    unknown = statement_figures.since(statement)
    assert (unknown.issued_fen, unknown.now_fen, unknown.change_fen, unknown.left_fen) == (813_000, None, None, 0)


def test_a_cap_and_a_tax_are_part_of_the_terms(two: list[Store], world: World) -> None:
    contract = contracts.save(None, two, "莲花", {**TERMS, "cap_fen": 810_000, "tax_bp": 600})
    statement = statements.make(contract, MARCH, world.mia)
    statements.add_line(statement, -5, "rounded", world.mia)
    told = statement_figures.told(statement)
    # 8,130.00 are cut to 8,100.00; 8,099.95 x 6 % = 485.997
    assert (told.account.cut_fen, told.net_fen, told.tax_fen, told.total_fen) == (3_000, 809_995, 48_600, 858_595)
    issued = issue_march(contract, world)
    assert (issued.total_fen, statement_figures.told(issued).total_fen) == (858_595, 858_595)
    late_refund(world.store)  # 8,098.00 by now, less than the cap: 2.00 less before tax are carried and taxed in April
    april = statements.make(contract, APRIL, world.mia)
    assert statements.carry(april, issued.pk, world.mia).amount_fen == -200
    with pytest.raises(ValidationError):
        contracts.save(contract, two, "莲花", {"cap_fen": 0})


def test_what_was_issued_before_there_was_a_cap_is_read_as_it_was(contract: Contract, world: World) -> None:
    made = issue_march(contract, world)
    for part, name in (("terms", "cap_fen"), ("terms", "tax_bp"), ("account", "cap_fen"), ("account", "cut_fen")):
        del made.content[part][name]
    assert statement_figures.told(made).total_fen == 813_000


def test_the_next_statement_carries_the_difference_once(contract: Contract, world: World) -> None:
    older, old = statements.make(contract, FEBRUARY, world.mia), issue_march(contract, world)
    late_refund(world.store)
    assert statements.carriable(older) == []
    statements.issue(older, world.mia)
    sold(world.store, dt.date(2026, 2, 28), "100")
    count(world.store)
    april = statements.make(contract, APRIL, world.mia)
    # 100.00 more at 8 %
    assert [(x.statement.pk, x.left_fen) for x in statements.carriable(april)] == [(older.pk, 800), (old.pk, -3_200)]
    line = statements.carry(april, old.pk, world.mia)
    assert [x.of for x in statement_figures.told(april).lines] == ["2026-03"]
    assert (line.amount_fen, line.of_id) == (-3_200, old.pk)
    assert line.reason == "Difference of 2026-03: issued 8,130.00, by what is known now 8,098.00"
    assert [x.statement.pk for x in statements.carriable(april)] == [older.pk]
    with pytest.raises(ValidationError, match="no difference"):
        statements.carry(april, old.pk, world.mia)
    with pytest.raises(ValidationError, match="carries"):
        statements.withdraw(old, world.mia, "wrong")
    assert (statement_figures.since(old).carried_fen, statement_figures.since(old).left_fen) == (-3_200, 0)
    Statement.objects.filter(pk=april.pk).update(withdrawn_at=clock.now())
    assert (statement_figures.since(old).carried_fen, statement_figures.since(old).left_fen) == (0, -3_200)
    assert statements.withdraw(old, world.mia, "wrong").withdrawn_by == world.mia


def test_a_statement_is_open_issued_overdue_paid_withdrawn(contract: Contract, world: World) -> None:
    made = statements.make(contract, MARCH, world.mia)
    assert state_of(made, APRIL) == "open"
    made = statements.issue(made, world.mia)
    assert [state_of(made, day) for day in (made.due_on, made.due_on + dt.timedelta(days=1))] == ["issued", "overdue"]
    with pytest.raises(ValidationError, match="withdraw it first"):
        statements.add_line(made, 100, "x", world.mia)
    assert state_of(statements.set_paid(made, APRIL), APRIL) == "paid"
    with pytest.raises(ValidationError, match="paid"):
        statements.withdraw(made, world.mia, "wrong")
    statements.set_paid(made, None)
    with pytest.raises(ValidationError, match="Say why"):
        statements.withdraw(made, world.mia, " ")
    gone = statements.withdraw(made, world.mia, " wrong fee")
    assert (state_of(gone, APRIL), gone.total_fen, gone.reason) == ("withdrawn", 813_000, "wrong fee")
    with pytest.raises(ValidationError, match="not in force"):
        statements.set_paid(gone, APRIL)
    assert statements.make(contract, MARCH, world.mia).pk != gone.pk


def test_only_who_may_see_all_its_stores_sees_a_contract(contract: Contract, world: World) -> None:
    assert {name: len(seen(world, name)) for name in ("alice", "mia", "bob", "vera", "carl", "charlie")} == {
        "alice": 0, "mia": 1, "bob": 0, "vera": 0, "carl": 1, "charlie": 0,
    }  # fmt: skip
    assert seen(world, "carl", Action.MANAGE_CONTRACTS) == []
    every = contracts.stores_open(world.mia, Action.VIEW_STATEMENTS)
    assert [contracts.find(every, contract.pk, x) for x in contract.stores.all()] == [contract, contract]
    assert contracts.find(every, contract.pk, world.other) is contracts.find(every, 1, world.store) is None


def test_terms_stand_once_a_month_was_stated(contract: Contract, two: list[Store]) -> None:
    contracts.save(contract, two, "莲花", {"fee_fen": 900_000})
    again = contracts.save(None, two, "莲花", TERMS, follows=contract)
    for first, last in ((dt.date(2026, 2, 15), dt.date(2026, 2, 28)), (MARCH, march(31))):
        Statement.objects.create(contract=contract, first=first, last=last, made_at=clock.now(), issued_at=clock.now())
    assert [contracts.is_fixed(x) for x in (contract, again)] == [True, False]
    assert again.follows == contract
    for stores, fields in (
        (two, {"fee_fen": 800_000}), (two, {"tiers": []}), (two, {"last": dt.date(2026, 3, 30)}), (two[:1], {}),
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            contracts.save(contract, stores, "莲花", fields)
    endless = contracts.successor(contracts.save(contract, two, "莲花", {"last": None}))
    ended = contracts.save(contract, two, "莲花", {"last": dt.date(2026, 3, 31)})
    following = contracts.successor(ended)
    assert (ended.fee_fen, following.fee_fen, following.pk) == (900_000, 900_000, None)
    assert (endless.first, following.first, following.last) == (APRIL, dt.date(2026, 4, 1), None)
    Statement.objects.update(withdrawn_at=clock.now())
    assert contracts.save(contract, two, "莲花", {"fee_fen": 800_000}).fee_fen == 800_000


def test_commission_may_be_on_what_group_deals_sold(world: World) -> None:
    """A shop that sells by deals alone has no orders here: a deal of 12,838 closed on the 13th, 6 % of it."""
    Entry.objects.create(store=world.store, measure="deal_net_amt", day=march(13), value=12_838, updated_at=clock.now())
    count(world.store)
    terms = {**TERMS, "fee_fen": 200_000, "tiers": [[0, 600]], "basis": "deal_net_amt", "metrics": ["deal_net_amt"]}
    made = contracts.save(None, [world.store], "江南", terms)
    told = statement_figures.told(statements.issue(statements.make(made, MARCH, world.mia), world.mia))
    assert (told.account.base_fen, told.total_fen) == (1_283_800, 200_000 + 77_028)


WRONG = [
    ("title", {"title": " "}),
    ("brand", {"brand": " "}),
    ("first", {"first": None}),
    ("last", {"last": dt.date(2026, 2, 14)}),
    ("basis", {"basis": "uv"}),
    ("kind", {"kind": "x"}),
    ("fee_fen", {"fee_fen": -1}),
    ("fee_fen", {"fee_fen": 10**14 + 1}),
    ("tiers", {"tiers": [[100, 500], [100, 600]]}),
    ("tiers", {"tiers": [[0, 10_001]]}),
    ("tiers", {"tiers": [[10**14 + 1, 500]]}),
    ("tiers", {"tiers": [[n, 500] for n in range(11)]}),
    ("guarantee_fen", {"guarantee": "higher"}),
    ("guarantee_fen", {"guarantee_fen": 100}),
    ("cap_fen", {"cap_fen": 799_999}),
    ("tax_bp", {"tax_bp": 10_001}),
    ("metrics", {"metrics": ["nonsense"]}),
    ("metrics", {"metrics": sorted(METRICS)[:9]}),
    ("pay_days", {"pay_days": -1}),
    ("pay_days", {"pay_days": 366}),
]


@pytest.mark.parametrize(("field", "fields"), WRONG)
def test_a_contract_that_cannot_be_is_refused_by_field(field: str, fields: dict[str, object]) -> None:
    told = {**TERMS, "brand": "莲花", **fields}
    brand = str(told.pop("brand"))
    with pytest.raises(ValidationError) as problem:
        contracts.check(Contract(**told), [Store(currency="CNY")], brand)
    assert set(problem.value.message_dict) == {field}


def test_the_largest_contract_that_can_be() -> None:
    most = {
        "fee_fen": 10**14, "guarantee": "sum", "guarantee_fen": 10**14, "metrics": sorted(METRICS)[:8],
        "tiers": [*([n, 0] for n in range(9)), [10**14, 10_000]], "last": TERMS["first"],
    }  # fmt: skip
    for days in (0, 365):
        contracts.check(Contract(**{**TERMS, **most, "pay_days": days}), [Store(currency="CNY")], "莲花")


def test_stores_of_one_contract_are_of_one_client_and_one_currency(world: World) -> None:
    dollars = create_store("us", "US shop", "shopify", "USD")
    other = create_store("theirs", "别人的店", "tmall", brand="别人")
    for stores in ([], [world.store, dollars], [world.store, other]):
        with pytest.raises(ValidationError) as problem:
            contracts.save(None, stores, "莲花", TERMS)
        assert set(problem.value.message_dict) == {"stores"}
    with pytest.raises(ValidationError) as problem:
        contracts.save(None, [other], " ", TERMS)
    assert (set(problem.value.message_dict), Contract.objects.count()) == ({"brand"}, 0)
    before = version(world.store)
    contracts.save(None, [world.store], "莲花", TERMS)
    assert version(world.store) > before  # tables by client are made anew
    brands = dict(Store.objects.values_list("slug", "brand__name"))
    assert brands == {"lotus": "莲花", "us": None, "theirs": "别人", "other": None}
    told = changes(world.store, kind="stores.store").first()
    assert told.changes_dict == {"brand": ["None", str(Store.objects.get(pk=world.store.pk).brand_id)]}


def test_a_client_with_two_brands_has_one_contract_and_its_statement_tells_each(two: list[Store], world: World) -> None:
    """March: 1,400.00 of 莲花, 600.00 of 玫瑰, both of 荷塘集团: 2,000.00 together."""
    for store, brand in zip(two, ("莲花", "玫瑰"), strict=True):
        store.brand, store.client = brand_named(brand), "荷塘集团"
        store.save()
    with pytest.raises(ValidationError, match="belongs to another client: 荷塘集团"):
        contracts.save(None, two, "莲花", TERMS)
    made = contracts.save(None, two, "荷塘集团", TERMS)
    assert [x.brand_name for x in Store.objects.filter(contracts=made).order_by("slug")] == ["莲花", "玫瑰"]
    statement = statements.make(made, MARCH, world.mia)
    told = statement_figures.told(statement)
    expected = [("玫瑰", ("玫瑰店",), 60_000), ("莲花", (world.store.name,), 140_000)]
    assert [(x.name, x.stores, x.base_fen) for x in told.brands] == expected
    Store.objects.filter(pk=two[1].pk).update(brand=None)  # issued, it stays as it was told
    issued = statements.issue(statement, world.mia)
    assert [x.name for x in statement_figures.told(issued).brands] == ["", "莲花"]
    Store.objects.filter(pk=two[1].pk).update(brand=two[0].brand)
    assert [x.name for x in statement_figures.told(Statement.objects.get()).brands] == ["", "莲花"]
    assert statement_figures.live(Statement.objects.get()).brands == ()


def test_a_contract_s_days_bring_their_work(world: World) -> None:
    begins = template(world.store, world.alice, rule="", trigger="contract_start")
    ends = template(world.store, world.alice, rule="", trigger="contract_end", offset=-30)
    stated = template(world.store, world.alice, rule="", trigger="statement_due")
    made = contracts.save(None, [world.store], "莲花", {**TERMS, "first": APRIL})
    days = {x.template_id: (x.day, x.about, x.subject) for x in Task.objects.all()}
    told = (f"contract {made.pk}", "莲花代运营")
    assert days == {begins.pk: (APRIL, *told), ends.pk: (dt.date(2026, 12, 1), *told)}
    contracts.save(made, [world.store], "莲花", {"last": None})
    assert not Task.objects.filter(template=ends).exists()
    assert statements.remind(dt.date(2026, 5, 1)) == 1
    assert statements.remind(dt.date(2026, 5, 1)) == 0
    assert Task.objects.get(template=stated).subject == "莲花代运营 2026-04"


def test_months_over_when_a_contract_is_entered_are_called_to_mind_from_that_day(contract: Contract) -> None:
    """Entered on 2 April for February and March: both are due from that day; nothing moves the day after."""
    template(contracts.home_of(contract), None, rule="", trigger="statement_due")
    assert (statements.remind(APRIL), statements.remind(APRIL + dt.timedelta(days=1))) == (2, 0)
    days = {(x.subject, x.base, x.due) for x in Task.objects.all()}
    assert days == {(f"莲花代运营 2026-0{n}", APRIL, APRIL) for n in (2, 3)}


def test_its_work_is_in_its_first_store_and_goes_with_it(contract: Contract, two: list[Store], world: World) -> None:
    for store in two:
        template(store, world.alice, rule="", trigger="contract_end")
    contracts.place_tasks(contract)
    assert [x.store for x in Task.objects.all()] == [two[0]]
    contracts.save(contract, two[1:], "莲花", {})
    assert [x.store for x in Task.objects.all()] == [two[1]]
    with pytest.raises(ValidationError, match="end it instead"):
        contracts.remove(statements.make(contract, MARCH, world.mia).contract)
    other = Contract.objects.create(brand=contract.brand, title="other", first=MARCH, created_at=clock.now())
    Statement.objects.update(contract=other)
    contracts.remove(contract)
    assert (Contract.objects.get(), Task.objects.count()) == (other, 0)
    told = [x.changes_dict for x in changes(two[1], kind="stores.contract")]
    assert [x["title"] for x in told if "title" in x] == [["莲花代运营", ""], ["", "莲花代运营"]]


@pytest.mark.parametrize(("first", "moves"), [
    (dt.date(2026, 4, 2), ["contract_end", "contract_start"]), (MARCH, ["contract_end", "statement_due"]),
])  # fmt: skip
def test_its_work_moves_to_a_store_that_becomes_the_first(
    two: list[Store], world: World, first: dt.date, moves: list[str]
) -> None:
    """What is open moves, and nothing of it is left once the contract is gone."""
    for store in two:
        for trigger in ("contract_start", "contract_end", "statement_due"):
            template(store, world.alice, rule="", trigger=trigger)

    def open_tasks(store: Store) -> list[str]:
        statements.remind(APRIL)
        return sorted(x.key.split(":")[0] for x in Task.objects.filter(store=store))

    made = contracts.save(None, two[1:], "莲花", {**TERMS, "first": first})
    assert [open_tasks(x) for x in two] == [[], moves]
    contracts.save(made, two, "莲花", {})
    assert [open_tasks(x) for x in two] == [moves, []]
    contracts.remove(made)
    assert [open_tasks(x) for x in two] == [[], []]


@pytest.mark.parametrize(("last", "today", "told"), [
    (None, "2026-04-02", ["04-01 04-30", "03-01 03-31", "02-15 02-28"]),
    (None, "2026-03-31", ["03-01 03-31", "02-15 02-28"]),
    ("2026-03-10", "2026-04-02", ["03-01 03-10", "02-15 02-28"]),
    ("2026-03-10", "2026-03-05", ["03-01 03-10", "02-15 02-28"]),
    ("2026-02-20", "2026-02-15", ["02-15 02-20"]),
    (None, "2026-02-14", []),
])  # fmt: skip
def test_the_months_of_a_contract_are_those_that_have_begun(last: str | None, today: str, told: list[str]) -> None:
    made = Contract(first=dt.date(2026, 2, 15), last=last and dt.date.fromisoformat(last))
    found = statements.months(made, dt.date.fromisoformat(today))
    assert [f"{x.first:%m-%d} {x.last:%m-%d}" for x in found] == told
    made.standing = []  # type: ignore[attr-defined]
    over = [x for x in reversed(told) if f"2026-{x[6:]}" < today]
    assert [f"{x.first:%m-%d} {x.last:%m-%d}" for x in statements.waiting(made, dt.date.fromisoformat(today))] == over


def test_a_month_is_over_when_it_is_over_in_all_stores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPSPLAN_TODAY")
    stores = [Store(timezone=x) for x in ("Asia/Shanghai", "America/Los_Angeles", "Asia/Tokyo")]
    made = mock.Mock(**{"stores.all.return_value": stores})
    with time_machine.travel(dt.datetime(2026, 3, 31, 20, tzinfo=dt.UTC), tick=False):
        assert statements.today_of(made) == cockpit.today_of([made]) == march(31)  # 4 o'clock on 1 April in Shanghai
        assert cockpit.today_of([]) == dt.date(2026, 4, 1)


def test_months_that_wait_to_be_stated(contract: Contract, world: World) -> None:
    assert [f"{x.first}" for x in statements.waiting(contract, APRIL)] == ["2026-02-15", "2026-03-01"]
    issue_march(contract, world)
    assert [f"{x.first}" for x in statements.waiting(contract, APRIL)] == ["2026-02-15"]


def test_what_is_listed_of_whom(contract: Contract, two: list[Store], world: World) -> None:
    others = contracts.save(None, two, "莲花", {**TERMS, "first": MARCH})
    now, february = clock.now(), dt.date(2026, 2, 15)

    def put(of: Contract, first: dt.date, **more: object) -> Statement:
        return Statement.objects.create(contract=of, first=first, last=first, made_at=now, **more)

    gone = put(contract, MARCH, issued_at=now, withdrawn_at=now)
    old, draft, other = put(contract, february, issued_at=now), put(contract, MARCH), put(others, MARCH, issued_at=now)
    assert list(statements.statements(contract)) == [draft, gone, old]
    assert list(statements.statements(contract, issued_only=True)) == [old]
    mine = contracts.contracts([x.pk for x in two])
    assert list(statements.readable(mine, [])) == [other, old]
    assert list(statements.readable(mine, [contract.pk])) == [other, draft, gone, old]
    assert list(statements.readable(mine.filter(pk=others.pk), [contract.pk])) == [other]
    every = contracts.stores_open(world.mia, Action.VIEW_STATEMENTS)
    assert [statements.find(every, x.pk, two[1]) for x in (gone, old, draft, other)] == [gone, old, draft, other]
    assert statements.find(every, old.pk, world.other) is statements.find({two[0].pk: two[0]}, old.pk, two[0]) is None
    assert [x.standing for x in cockpit.led(every)] == [[other], [draft, gone, old]]
    waiting = [Period(MARCH, march(31), "month")]
    assert statements.waiting(contract, APRIL) == waiting
    contract.standing = list(statements.statements(contract))  # type: ignore[attr-defined]
    assert statements.waiting(contract, APRIL) == waiting
    assert statements.waiting(others, APRIL) == []


def test_the_log_of_each_store_tells_of_the_contract_and_its_statements(contract: Contract, world: World) -> None:
    issue_march(contract, world)
    for store in contract.stores.all():
        kinds = {x.content_type.model for x in changes(store)}
        assert {"contract", "statement"} <= kinds


def test_a_closed_store_s_contract_is_still_read_and_billed(contract: Contract, two: list[Store], world: World) -> None:
    close_store(two[1])
    assert (seen(world, "carl"), seen(world, "mia", Action.MANAGE_CONTRACTS)) == (["莲花代运营"], ["莲花代运营"])
    assert seen(world, "mia", closed=False) == []
    assert issue_march(contract, world).total_fen == 813_000
    assert "contracts" in held(two[1])


def test_a_process_is_begun_once_for_a_contract(contract: Contract, world: World) -> None:
    with pytest.raises(ValidationError, match="processes"):
        contracts.start_process(contract, "process.agency")
    install_library(world.store, "en")
    assert [x.source for x in contracts.processes(contract)] == list(contracts.PROCESSES)
    assert [contracts.start_process(contract, "process.agency") for _again in range(2)] == [1, 0]
    task = Task.objects.get(about=f"contract {contract.pk}", template__source="process.agency")
    assert (task.subject, len(task.steps)) == ("莲花代运营", 10)


def test_an_issued_statement_tells_its_definition_in_the_reader_s_language(contract: Contract, world: World) -> None:
    made = issue_march(contract, world)
    with translation.override("zh-hans"):
        assert statement_figures.told(made).formula == "支付金额 − 成功退款金额"
    assert statement_figures.told(made).formula == "paid amount − refunded amount"


def test_a_draft_follows_the_days_of_its_contract(contract: Contract, two: list[Store], world: World) -> None:
    draft, gone = statements.make(contract, MARCH, world.mia), statements.make(contract, APRIL, world.mia)
    others = contracts.save(None, two, "莲花", TERMS)
    other, old = statements.make(others, APRIL, world.mia), Statement.objects.create(
        contract=contract, first=MARCH, last=march(31), made_at=clock.now(), issued_at=clock.now(),
        withdrawn_at=clock.now(),
    )  # fmt: skip
    contracts.save(contract, two, "莲花", {"last": MARCH})
    contracts.save(others, two, "莲花", {"last": None})
    found = {x.pk: (x.first, x.last) for x in Statement.objects.all()}
    april = (dt.date(2026, 4, 1), dt.date(2026, 4, 30))
    assert found == {draft.pk: (MARCH, MARCH), other.pk: april, old.pk: (MARCH, march(31))}
    assert gone.pk not in found


def test_only_those_who_can_read_all_of_it_are_told_by_e_mail(
    contract: Contract, two: list[Store], world: World
) -> None:
    User.objects.update(email="someone@example.org", language="en")
    Member.objects.create(store=world.other, user=world.carl, level="client")
    for name, email, stores in (
        ("half", "half@example.org", two[:1]),
        ("zoe", "zoe@example.org", two),
        ("no", "", two),
    ):
        for store in stores:
            Member.objects.create(
                store=store, user=User.objects.get_or_create(username=name, email=email)[0], level="client"
            )
    assert [x.username for x in statements.readers(contract)] == ["carl", "zoe"]
    User.objects.filter(username="zoe").update(is_active=False)
    statements.issue(statements.make(contract, MARCH, world.mia), world.mia, tell=True)
    statements.issue(statements.make(contract, FEBRUARY, world.mia), world.mia)
    [sent] = Delivery.objects.all()
    assert (sent.email, sent.body) == ("someone@example.org", "莲花代运营: 8,130.00 CNY, due on 2026-04-17.")
