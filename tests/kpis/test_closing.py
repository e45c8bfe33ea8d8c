"""What was reported stays; later truth stands beside it with its cause. It is 2 April 2026, March is over."""

import datetime as dt
import threading
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign
from kpis.models import ClosedPeriod, Entry, Fee, Order, Refund, Snapshot, Upload
from kpis.reporting import closing
from kpis.reporting.reconcile import difference, reconciliation
from kpis.sums.rollups import mark_stale, rebuild
from opsplan.lib import clock
from products.models import Cost, Product
from staff.models import User
from stores.models import Store
from tests.kpis.facts import count, cover, march, order, read, refund, span, spend, traffic

pytestmark = pytest.mark.usefixtures("english")
KEYS = ("pay_amt", "refund_amt", "net_amt", "pay_cvr", "refund_rate_amt")
WEEK = span(9, 12)


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_user("mia")


@pytest.fixture
def shop(store: Store) -> Store:
    """Day 10: 300.00 by two buyers of 100 visitors; day 11: 100.00 by one of 50, and 30.00 given back."""
    first = order(store, 10, "200", buyer=1)
    order(store, 10, "100", buyer=2)
    order(store, 11, "100", buyer=3)
    refund(first, 11, "30")
    cover(store, "orders", 1, 31)
    cover(store, "refunds", 1, 31)
    traffic(store, 10, 100)
    traffic(store, 11, 50)
    count(store)
    return store


def close(shop: Store, first: int = 9, last: int = 12) -> ClosedPeriod:
    closed = closing.close(shop, march(first), march(last))
    ClosedPeriod.objects.filter(pk=closed.pk).update(closed_at=clock.now() - dt.timedelta(hours=1))
    closed.refresh_from_db()
    return closed


def late_file(shop: Store, name: str = "refunds.xlsx") -> Upload:
    return Upload.objects.create(
        store=shop, name=name, sha256="1" * 64, state="loaded", created_at=clock.now(), finished_at=clock.now()
    )


def late_refunds(shop: Store) -> Upload:
    """After the closing a file brings two refunds of March: 50.00 on the 10th, 20.00 on the 11th."""
    file, of = late_file(shop), order(shop, 9, no="X")
    refund(of, 10, "50", upload=file)
    refund(of, 11, "20", upload=file)
    rebuild(shop, [march(10), march(11)])
    return file


def told(shop: Store, closed: ClosedPeriod) -> dict[str, tuple[str, str, str]]:
    return {
        each.key: (str(each.reported.value), str(each.now.value), str(each.change))
        for each in reconciliation(closed, KEYS).different
    }


def test_a_late_refund_shows_as_reported_now_and_why(shop: Store) -> None:
    closed = close(shop)
    late_refunds(shop)
    assert told(shop, closed) == {
        "refund_amt": ("30.00", "100.00", "70.00"),
        "net_amt": ("370.00", "300.00", "-70.00"),
        "refund_rate_amt": ("0.075000", "0.250000", "0.175000"),  # 30 / 400, 100 / 400
    }
    found = reconciliation(closed, KEYS)
    net = next(each for each in found.different if each.key == "net_amt")
    assert [(c.kind, c.name, c.rows, c.amount) for c in found.why(net)] == [("refunds", "refunds.xlsx", 2, D("-70.00"))]


def test_the_days_that_differ_are_named(shop: Store) -> None:
    closed = close(shop)
    late_refunds(shop)
    days = reconciliation(closed, KEYS, ("pay_amt", "refund_amt")).days
    assert {day.day: [str(each.change) for each in differences] for day, differences in days.items()} == {
        10: ["0.00", "50.00"],
        11: ["0.00", "20.00"],
    }


def test_without_anything_new_nothing_differs(shop: Store) -> None:
    closed = close(shop)
    found = reconciliation(closed, (), KEYS)
    assert (found.different, found.days, found.causes) == ([], {}, [])


def test_what_was_reported_keeps_value_inputs_marks_and_definition(shop: Store) -> None:
    closed = close(shop)
    kept = closing.as_reported(shop, ["pay_cvr"], WEEK)["pay_cvr"]
    assert kept.value == D("0.020000")  # 3 of 150 on the two days with visitors
    assert kept.inputs == {"pay_buyers": D(3), "uv": D(150)}
    assert kept.marks == read(shop, "pay_cvr", 9, 12).marks
    assert "partial 2/4" in kept.marks
    assert closed.definitions["pay_cvr"]["bottom"] == "uv"


def test_a_day_is_known_as_the_closing_around_it_reported_it(shop: Store) -> None:
    close(shop)
    late_refunds(shop)
    assert closing.as_reported(shop, ["refund_amt"], span(11, 11))["refund_amt"].value == D("30.00")
    assert closing.as_reported(shop, ["refund_amt"], span(10, 11)) is None  # never reported as such


def test_days_and_the_days_around_them_are_closed_on_their_own(shop: Store) -> None:
    close(shop, 9, 11)
    late_refunds(shop)
    close(shop)
    assert closing.as_reported(shop, ["refund_amt"], span(9, 11))["refund_amt"].value == D("30.00")
    assert closing.as_reported(shop, ["refund_amt"], WEEK)["refund_amt"].value == D("100.00")


def test_what_had_been_reported_at_an_instant(shop: Store, boss: User) -> None:
    closed = close(shop)
    closing.reopen(closed, boss, "refunds were missing")
    late_refunds(shop)
    between = closed.closed_at + dt.timedelta(minutes=1)
    assert closing.as_reported(shop, ["refund_amt"], WEEK) is None
    assert closing.as_reported(shop, ["refund_amt"], WEEK, between)["refund_amt"].value == D("30.00")
    assert closing.as_reported(shop, ["refund_amt"], WEEK, closed.closed_at - dt.timedelta(minutes=1)) is None


def test_reopening_needs_a_reason_and_keeps_the_record(shop: Store, boss: User) -> None:
    closed = close(shop)
    with pytest.raises(ValidationError):
        closing.reopen(closed, boss, "  ")
    closing.reopen(closed, boss, "refunds were missing")
    with pytest.raises(ValidationError, match="open already"):
        closing.reopen(closed, boss, "again")
    close(shop)
    assert [(bool(c.reopened_at), c.reason) for c in ClosedPeriod.objects.order_by("pk")] == [
        (True, "refunds were missing"),
        (False, ""),
    ]


def test_a_closed_period_is_not_closed_twice(shop: Store) -> None:
    close(shop)
    with pytest.raises(ValidationError, match="closed already"):
        close(shop)


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (dt.date(2026, 4, 1), dt.date(2026, 4, 2), "over"),
        (dt.date(2026, 3, 2), dt.date(2026, 3, 1), "ends before"),
        (dt.date(2024, 1, 1), dt.date(2026, 3, 1), "At most"),
        (dt.date(2025, 1, 1), dt.date(2025, 1, 31), "no figures"),
    ],
)
def test_it_rejects_days_that_cannot_be_reported(shop: Store, first: dt.date, last: dt.date, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        closing.close(shop, first, last)
    assert not Snapshot.objects.exists()


def test_days_waiting_to_be_counted_are_counted_before_they_are_reported(shop: Store) -> None:
    Refund.objects.update(amount_fen=4000)
    mark_stale(shop, [march(11)])
    close(shop)
    assert closing.as_reported(shop, ["refund_amt"], WEEK)["refund_amt"].value == D("40.00")


def test_entries_typed_since_are_a_cause(shop: Store, boss: User) -> None:
    closed = close(shop)
    for measure, value in (("brush_amt", D("12.5")), ("brush_cnt", D(1))):  # the second moves other figures
        Entry.objects.create(store=shop, measure=measure, day=march(10), value=value, by=boss, updated_at=clock.now())
    rebuild(shop, [march(10)])
    found = reconciliation(closed, ["real_amt"])
    assert [str(each.change) for each in found.different] == ["-12.50"]
    assert [(c.kind, c.name, c.rows, c.amount, c.who) for c in found.why(found.different[0])] == [
        ("entry", "brush_amt", 1, D("12.5"), "mia")
    ]


def test_a_cost_and_a_campaign_explain_what_is_made_of_them_only(shop: Store) -> None:
    closed = close(shop)
    order(shop, 12, "50", upload_id=late_file(shop).pk)
    thing = Product.objects.create(store=shop, code="T", title="T")
    Cost.objects.create(product=thing, from_day=march(1), cost_fen=100)
    Campaign.objects.create(store=shop, name="C", first_day=march(12), last_day=march(12))
    rebuild(shop, [march(12)])
    found = reconciliation(closed, ("pay_amt", "act_amt"))
    kinds = {x.key: {cause.kind for cause in found.why(x)} for x in found.different}
    assert kinds == {"pay_amt": {"orders"}, "act_amt": {"orders", "campaign"}}


def test_a_file_taken_back_since_is_a_cause(shop: Store) -> None:
    file = late_file(shop, "october.xlsx")
    closed = close(shop)
    days = {"first_day": march(10), "last_day": march(11)}
    Upload.objects.filter(pk=file.pk).update(state="undone", undone_at=clock.now(), rows=2, **days)
    assert [(x.kind, x.name, x.rows) for x in reconciliation(closed, KEYS).causes] == [("undone", "october.xlsx", 2)]


def test_a_file_about_other_days_is_no_cause(shop: Store) -> None:
    closed = close(shop)
    order(shop, 20, "70", upload=late_file(shop, "orders.csv"))
    rebuild(shop, [march(20)])
    assert reconciliation(closed, KEYS).causes == []


def test_refunds_after_the_period_of_orders_within_it_are_told_apart(shop: Store) -> None:
    of = order(shop, 12, "80", buyer=9)
    count(shop)
    closed = close(shop)
    refund(of, 20, "80", upload=late_file(shop))
    rebuild(shop, [march(12), march(20)])
    found = reconciliation(closed, ["valid_order_cnt", "refund_amt"])
    assert [(each.key, str(each.change)) for each in found.different] == [("valid_order_cnt", "-1")]
    assert [(c.kind, c.rows, c.amount) for c in found.why(found.different[0])] == [("refunds_later", 1, D("-80.00"))]


def test_a_refund_on_another_day_explains_nothing_that_is_told_by_the_day_of_refund(shop: Store) -> None:
    """A late file: 70 on day 11 and 40 on day 20, of orders of days 10 and 11."""
    closed = close(shop)
    first, second = (Order.objects.filter(store=shop, pay_day=march(day)).latest("pk") for day in (10, 11))
    file = late_file(shop)
    refund(first, 11, "70", upload=file)
    refund(second, 20, "40", upload=file)
    rebuild(shop, [march(10), march(11), march(20)])
    found = reconciliation(closed, ["refund_amt", "cohort_refund_amt"])
    told = {x.key: (x.change, [(c.kind, c.amount) for c in found.why(x)]) for x in found.different}
    assert told == {
        "refund_amt": (D("70.00"), [("refunds", D("-70.00"))]),
        "cohort_refund_amt": (D("110.00"), [("refunds", D("-70.00")), ("refunds_later", D("-40.00"))]),
    }


def test_ads_told_by_item_alone_and_settlements_are_causes(shop: Store) -> None:
    spend(shop, 10, "zhitongche", "5")
    count(shop)
    closed = close(shop)
    file = late_file(shop, "淘宝客.xlsx")
    spend(shop, 10, "taobaoke", "3", grain="subject", upload=file)
    spend(shop, 10, "zhitongche", "5", grain="subject", upload=file)  # told by the account: counts nothing
    Fee.objects.create(store=shop, fee_no="F", day=march(10), amount_fen=250, upload=file)
    rebuild(shop, [march(10), march(11)])
    found = reconciliation(closed, ["promo_cost", "contrib"])
    [cost] = [each for each in found.different if each.key == "promo_cost"]
    assert (cost.change, [(c.kind, c.rows, c.amount) for c in found.why(cost)]) == (D(3), [("ads", 1, D("3.00"))])
    assert [(c.kind, c.rows, c.amount) for c in found.causes] == [("ads", 1, D("3.00")), ("fees", 1, D("2.50"))]


def test_a_figure_knows_whether_it_was_reported_otherwise(shop: Store) -> None:
    assert difference(shop, read(shop, "refund_amt", 9, 12)) is None
    close(shop)
    late_refunds(shop)
    _closed, found = difference(shop, read(shop, "refund_amt", 9, 12))
    assert (found.differs, found.change) == (True, D("70.00"))
    assert not difference(shop, read(shop, "pay_amt", 9, 12))[1].differs


def test_closing_asks_once_which_sources_ever_spoke(shop: Store) -> None:
    with CaptureQueriesContext(connection) as asked:
        close(shop)
    assert sum("MIN(" in x["sql"] and '"kpis_coverage"' in x["sql"] for x in asked) == 1


def test_the_command_closes_a_period(shop: Store, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("close_period", "lotus", "2026-03-10", "2026-03-11", "--note", "March")
    assert ClosedPeriod.objects.get().note == "March"
    with pytest.raises(CommandError, match="closed already"):
        call_command("close_period", "lotus", "2026-03-10", "2026-03-11")


def test_the_command_opens_a_period_again(shop: Store) -> None:
    close(shop, 10, 11)
    call_command("reopen_period", "lotus", "2026-03-10", "2026-03-11", "--reason", "late refunds")
    assert ClosedPeriod.objects.get().reason == "late refunds"
    with pytest.raises(CommandError, match="not closed"):
        call_command("reopen_period", "lotus", "2026-03-10", "2026-03-11", "--reason", "late refunds")


def test_two_who_close_at_once_leave_one_closing(shared_database: None, shop: Store) -> None:
    start, said = threading.Barrier(2), []

    def press() -> None:
        start.wait()
        try:
            closing.close(shop, march(10), march(11))
            said.append("closed")
        except ValidationError:
            said.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["closed", "refused"]
    assert ClosedPeriod.objects.count() == 1
