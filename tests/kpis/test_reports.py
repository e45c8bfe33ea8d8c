"""Reports of two weeks of made-up facts, every number worked out by hand. It is 2 April 2026."""

import datetime as dt
from decimal import Decimal as D
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from campaigns.models import Campaign
from kpis import queries
from kpis.answers import Comparison, Figure
from kpis.models import ClosedPeriod, Coverage, Report, ReportReminder, SignedReport, Target, Upload
from kpis.reporting import closing, report_content, report_sentences, reports
from kpis.reporting.report_sentences import suggested
from kpis.sums.rollups import rebuild
from kpis.views import report_words
from opsplan.lib import clock
from products.models import Product, StockRule
from products.stock import Level
from products.stock_services import move
from staff.models import Delivery, Member, Notice, User
from stores.models import Store
from tests.kpis.facts import count, cover, flow, line, march, order, refund, span, traffic
from tests.products.stockroom import fill, make_room
from tests.world import World

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def shop(world: World) -> Store:
    """9-15 March: 200 visitors, 4 buyers, 400 yuan. 16-22 March: 400 visitors, 16 buyers, 800 yuan, 40 given back."""
    store = world.store
    old, new = (Product.objects.create(store=store, code=x, title=x.title()).pk for x in ("OLD", "NEW"))
    for buyer, product in enumerate((old, old, old, new), 1):
        line(order(store, 10, "100", buyer=buyer), "100", product=product)
    made = [order(store, 17, "50", buyer=buyer) for buyer in range(1, 17)]
    for n, each in enumerate(made):
        line(each, "50", product=old if n < 4 else new)
    refund(made[0], 18, "40")
    for day in range(9, 23):
        traffic(store, day, {9: 80, 16: 160}.get(day, 20 if day < 16 else 40))
    flow(store, 9, "搜索", "search", 60, pay_amt_fen=15000)
    flow(store, 16, "搜索", "search", 90, pay_amt_fen=25000)
    flow(store, 16, "直通车", "zhitongche", 110, pay_amt_fen=30000)
    for kind in ("orders", "lines", "flow", "refunds"):
        cover(store, kind, 9, 22)
    Target.objects.create(
        store=store, metric="real_amt", month=march(1), value=3100, updated_at=clock.now()
    )  # 100 a day
    count(store)
    return store


@pytest.fixture
def week(shop: Store) -> Report:
    return reports.make(shop, "week", march(18), None)


def late_refund(shop: Store) -> None:
    """After the signing a file brings 30 yuan more, given back on the 20th for an order of that week."""
    SignedReport.objects.update(signed_at=clock.now() - dt.timedelta(hours=1))
    ClosedPeriod.objects.update(closed_at=clock.now() - dt.timedelta(hours=1))
    file = Upload.objects.create(
        store=shop, name="late.xlsx", sha256="1" * 64, state="loaded", created_at=clock.now(), finished_at=clock.now()
    )
    refund(order(shop, 9, no="X"), 20, "30", upload=file)
    rebuild(shop, [march(20)])


def values(told: dict[str, object], key: str) -> tuple[object, ...]:
    """Now, the week before, its difference, the target."""
    kept = told["figures"][key]  # type: ignore[index]
    before = kept["compare"]["previous"]
    return kept["value"], before["value"], before["delta"], kept["target"]


def test_the_table_tells_this_week_the_week_before_and_the_target(week: Report) -> None:
    told = reports.told(week).content
    assert {
        key: values(told, key) for key in ("real_amt", "uv", "refund_amt", "net_amt", "order_cnt", "cvr", "aov")
    } == {
        "real_amt": ("800.00", "400.00", "1.000000", "700.00"),
        "uv": ("400", "200", "1.000000", None),
        "refund_amt": ("40.00", "0.00", None, None),
        "net_amt": ("760.00", "400.00", "0.900000", None),
        "order_cnt": ("16", "4", "3.000000", None),
        "cvr": ("0.040000", "0.020000", "0.020000", None),
        "aov": ("50.00", "100.00", "-0.500000", None),
    }


def test_the_change_is_split_to_the_fen_and_the_movers_sum_to_it(week: Report) -> None:
    # 200 x 2 % x 100 = 400 -> 400 x 4 % x 50 = 800; ln 2, ln 2, -ln 2: +400, +400, -400
    change = reports.told(week).content["change"]
    assert (change["change"], {x["key"]: x["effect"] for x in change["effects"]}) == (
        "400.00",
        {"uv": "400.00", "pay_cvr": "400.00", "aov_buyer": "-400.00"},
    )
    assert {x["key"]: x["effect"] for x in change["products"]["rows"]} == {"NEW": "500.00", "OLD": "-100.00"}
    assert {x["key"]: x["effect"] for x in change["channels"]["rows"]} == {"zhitongche": "300.00", "search": "100.00"}


def test_campaigns_stand_against_their_goals_until_the_period_ends(shop: Store) -> None:
    # 17 March to 2 April, of NEW alone: 12 orders of 50 in the week; 16 orders of the store, 40 given back
    ran = Campaign.objects.create(store=shop, name="春", first_day=march(17), last_day="2026-04-02", state="running")
    ran.products.add(Product.objects.get(code="NEW"))
    ran.goals.create(metric="pay_amt", value=1200)
    ran.goals.create(metric="new_buyers", value=20)
    reports.make(shop, "week", march(18), None)
    [told] = reports.told(Report.objects.get()).content["campaigns"]
    assert [(x["key"], x["figure"]["value"], x["goal"], x["own"], x["to"]) for x in told["goals"]] == [
        ("pay_amt", "600.00", "1200.00", True, "2026-03-22"),
        ("new_buyers", "12", "20", False, "2026-03-22"),  # 16 buyers, four of whom had come the week before
    ]


def test_a_draft_is_deleted_and_what_was_ever_signed_is_not(week: Report, world: World) -> None:
    reports.save_texts(week, {"good": "x"}, world.bob, 0)
    reports.delete(week)
    again = reports.make(world.store, "week", march(18), None)
    assert (again.pk != week.pk, again.texts) == (True, {})
    reports.sign(again, world.mia)
    reports.withdraw(again, world.mia, "wrong")
    with pytest.raises(ValidationError):
        reports.delete(again)


def test_the_plan_of_next_week_is_taken_from_the_plan(week: Report) -> None:
    ahead = reports.told(week).content["next"]
    assert (ahead["first"], ahead["last"], ahead["targets"]["real_amt"]) == ("2026-03-23", "2026-03-29", "700.00")


def test_the_first_sentences_are_made_of_the_numbers(week: Report) -> None:
    texts = reports.told(week).texts
    assert texts["summary"] == (
        "Actual sales ¥800.00; 100.0% more than the period before; 114.29% of the target of ¥700.00. "
        "Paid amount moved by +¥400.00 against the period before: Visitors +¥400.00, Payment conversion rate +¥400.00, "
        "Average revenue per buyer −¥400.00."
    )
    assert texts["good"].startswith(
        "Raised sales: Visitors 200 → 400 (+¥400.00); Payment conversion rate 2.00% → 4.00% (+¥400.00). "
        "Channels with higher sales: "
    )
    assert texts["good"].endswith(
        " +¥100.00. Products with higher sales: New +¥500.00. Target reached: Actual sales ¥800.00 (target ¥700.00)."
    )
    assert texts["bad"].startswith(
        "Lowered sales: Average revenue per buyer ¥100.00 → ¥50.00 (−¥400.00). Products with lower sales: Old −¥100.00."
    )
    assert texts["next"] == "Target for 2026-03-23 – 03-29: Actual sales ¥700.00."


def test_the_sentences_name_neither_work_nor_stock_which_clients_do_not_see(week: Report) -> None:
    told = reports.told(week)
    low = {"code": "OLD", "title": "Old", "on_hand": 0, "free": -2, "line": 5, "a_day": "2.00", "cover": None}
    late = {"key": "lotus", "total": 9, "on_time": 2, "late": 3, "missed": 4, "skipped": 0, "open": 0}
    more = {"stock": {"count": 1, "rows": [low]}, "tasks": {"whole": late, "duties": []}}
    assert suggested({**told.content, **more}, told.period) == dict(told.texts)


def test_a_block_follows_the_figures_until_somebody_writes_it(week: Report, world: World) -> None:
    week = reports.save_texts(week, {"good": "新客到店"}, world.bob, 0)
    told = reports.told(week)
    assert (told.texts["good"], "good" in told.suggested, "summary" in told.suggested) == ("新客到店", False, True)
    assert (week.version, week.edited_by) == (1, world.bob)
    same = reports.save_texts(week, {"good": " 新客到店\r\n", "other": "x"}, world.mia, 1)
    assert (same.version, same.edited_by) == (1, world.bob)
    with pytest.raises(ValidationError):
        reports.save_texts(week, {"good": "x" * (reports.LONGEST + 1)}, world.bob, 1)
    assert reports.save_texts(week, {"good": "x" * reports.LONGEST}, world.bob, 1).version == 2


def test_a_second_writer_is_told_and_nothing_is_lost(week: Report, world: World) -> None:
    reports.save_texts(week, {"good": "a"}, world.bob, 0)
    with pytest.raises(reports.Stale):
        reports.save_texts(week, {"good": "b"}, world.mia, 0)
    assert Report.objects.get().texts == {"good": "a"}
    with pytest.raises(reports.Stale):
        reports.sign(week, world.mia, seen=0)
    assert not ClosedPeriod.objects.exists()


def test_a_late_refund_stands_beside_what_was_signed(week: Report, world: World, shop: Store) -> None:
    signed = reports.sign(week, world.mia)
    late_refund(shop)
    frozen = reports.told(week, SignedReport.objects.get())
    assert values(frozen.content, "net_amt")[0] == "760.00"
    found = reports.difference(SignedReport.objects.select_related("closed__store", "report").get(pk=signed.pk))
    assert {x.key: (str(x.reported.value), str(x.now.value), str(x.change)) for x in found.different} == {
        "refund_amt": ("40.00", "70.00", "30.00"),
        "net_amt": ("760.00", "730.00", "-30.00"),
        "refund_rate": ("0.050000", "0.087500", "0.037500"),  # 40 / 800, 70 / 800
    }
    net = next(x for x in found.different if x.key == "net_amt")
    assert [(x.kind, x.name, x.rows, x.amount) for x in found.why(net)] == [("refunds", "late.xlsx", 1, D("-30.00"))]


def test_a_signature_keeps_figures_words_person_and_closes_the_days(week: Report, world: World) -> None:
    reports.save_texts(week, {"next": "备货"}, world.bob, 0)
    signed = reports.sign(week, world.mia)
    assert (signed.number, signed.signed_by, signed.texts["next"], signed.is_own) == (1, world.mia, "备货", True)
    assert signed.texts["summary"].startswith("Actual sales ¥800.00")
    assert (signed.closed.first, signed.closed.last, signed.closed.by) == (march(16), march(22), world.mia)
    kept = closing.as_reported(week.store, ["net_amt"], span(16, 22))
    assert kept is not None
    assert kept["net_amt"].value == D(signed.content["figures"]["net_amt"]["value"])


def test_signed_is_signed(week: Report, world: World) -> None:
    reports.sign(week, world.mia)
    with pytest.raises(ValidationError, match="signed already"):
        reports.sign(week, world.alice)
    with pytest.raises(ValidationError, match="withdraw it first"):
        reports.save_texts(week, {"good": "x"}, world.bob, 0)
    with pytest.raises(ValidationError, match="withdraw it first"):
        closing.reopen(ClosedPeriod.objects.get(), world.alice, "because")


def test_withdrawn_it_stays_on_record_and_is_signed_anew(week: Report, world: World, shop: Store) -> None:
    reports.sign(week, world.mia)
    with pytest.raises(ValidationError, match="Say why"):
        reports.withdraw(week, world.mia, " ")
    late_refund(shop)
    reports.withdraw(week, world.alice, "refunds were missing")
    assert closing.closing_of(shop, span(16, 22)) is None
    reports.sign(week, world.mia)
    kept = SignedReport.objects.order_by("number")
    assert [(x.number, x.reason, x.content["figures"]["net_amt"]["value"]) for x in kept] == [
        (1, "refunds were missing", "760.00"),
        (2, "", "730.00"),
    ]
    assert reports.version_of(week, 1).withdrawn_by == world.alice  # type: ignore[union-attr]


def test_days_closed_before_are_signed_as_they_were_reported_or_not_at_all(
    week: Report, world: World, shop: Store
) -> None:
    closed = closing.close(shop, march(16), march(22))
    late_refund(shop)
    with pytest.raises(ValidationError, match="closed with other figures"):
        reports.sign(week, world.mia)
    closing.reopen(closed, world.alice, "late refunds")
    closing.close(shop, march(16), march(22))
    signed = reports.sign(week, world.mia)
    reports.withdraw(week, world.mia, "typo")
    assert (signed.is_own, closing.closing_of(shop, span(16, 22)) is not None) == (False, True)


@pytest.mark.parametrize(
    ("kind", "day", "sentence"),
    [
        ("week", dt.date(2026, 4, 6), "not come yet"),
        ("week", dt.date(2025, 4, 6), "no figures"),
        ("year", dt.date(2026, 3, 18), "Choose a week"),
    ],
)
def test_it_rejects_what_cannot_be_reported(shop: Store, kind: str, day: dt.date, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        reports.make(shop, kind, day, None)
    assert not Report.objects.exists()


def test_a_period_under_way_is_made_but_not_signed(shop: Store, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-03-19")
    report = reports.make(shop, "month", march(18), None)
    with pytest.raises(ValidationError, match="over"):
        reports.sign(report, world.mia)
    assert not SignedReport.objects.exists()


def test_periods_are_calendar_ones_and_made_once(shop: Store) -> None:
    made = [reports.make(shop, kind, march(18), None) for kind in ("week", "month", "quarter", "week")]
    assert [(x.first, x.last) for x in made[:3]] == [
        (march(16), march(22)),
        (march(1), march(31)),
        (dt.date(2026, 1, 1), dt.date(2026, 3, 31)),
    ]
    assert made[3] == made[0]
    told = reports.told(made[2]).content
    assert set(report_content.MEMBERS) <= set(told["figures"])
    assert told["next"]["first"] == "2026-04-01"


def test_those_who_read_it_are_told_once_and_clients_only_where_the_signer_wants(week: Report, world: World) -> None:
    world.carl.email = "carl@example.com"
    world.carl.save()
    theirs = User.objects.create_user("cora", email="cora@example.com")
    Member.objects.create(store=world.other, user=theirs, level="client")
    signed = reports.sign(week, world.mia)
    reports.tell(signed, world.mia)
    told = Notice.objects.filter(kind="report").values_list("user__username", flat=True)
    assert sorted(told) == ["alice", "bob", "vera"]
    assert not Delivery.objects.exists()
    reports.tell(signed, world.mia, clients=True)
    reports.tell(signed, world.mia, clients=True)
    assert [x.email for x in Delivery.objects.all()] == ["carl@example.com"]


def test_last_week_waits_from_monday_on_once_a_weekly_report_was_made(
    shop: Store, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monday = march(23)
    assert reports.waiting(shop, monday) == []
    made = reports.make(shop, "week", march(18), None)
    assert [(x.period.first, x.report) for x in reports.waiting(shop, monday)] == [(march(16), made)]
    assert [(x.period.first, x.report) for x in reports.waiting(shop, march(22))] == [(march(9), None)]
    reports.sign(made, world.mia)
    assert reports.waiting(shop, monday) == []
    reports.set_reminder(shop, "week", is_on=False)
    reports.withdraw(made, world.mia, "x")
    assert reports.waiting(shop, monday) == []
    reports.set_reminder(shop, "month", is_on=True)
    assert [(x.period.unit, x.period.first) for x in reports.waiting(shop, monday)] == [("month", dt.date(2026, 2, 1))]


def test_last_month_waits_once_all_of_it_is_told_or_a_monthly_report_was_made(
    shop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def waits() -> list[tuple[str | None, dt.date]]:
        return [(x.period.unit, x.period.first) for x in reports.waiting(shop, dt.date(2026, 5, 1))]

    monkeypatch.setenv("OPSPLAN_TODAY", "2026-05-01")
    april = [dt.date(2026, 4, day) for day in range(1, 31)]
    cover(shop, "orders", april[0], april[-2])
    assert waits() == []
    cover(shop, "orders", april[-1])
    assert waits() == [("month", april[0])]
    reports.set_reminder(shop, "month", is_on=False)
    assert waits() == []
    ReportReminder.objects.all().delete()
    Coverage.objects.filter(store=shop, day=april[0]).delete()
    assert waits() == []
    Store.objects.filter(pk=shop.pk).update(opened_on=april[1])
    shop.refresh_from_db()
    assert waits() == [("month", april[0])]
    Coverage.objects.filter(store=shop).delete()
    reports.make(shop, "month", march(18), None)
    assert waits() == [("month", april[0])]


def test_reports_are_found_by_kind_and_state(shop: Store, world: World) -> None:
    made = {
        "open": reports.make(shop, "month", march(18), None),
        "signed": reports.make(shop, "week", march(18), None),
        "withdrawn": reports.make(shop, "week", march(10), None),
    }
    for state in ("signed", "withdrawn"):
        reports.sign(made[state], world.mia)
    assert reports.save_texts(made["open"], {"good": "好"}, world.bob, 0).version == 1  # others are signed, this is not
    reports.withdraw(made["withdrawn"], world.mia, "晚了")
    every = reports.reports(shop)
    assert {state: list(reports.narrowed(every, state=state)) for state in made} == {x: [made[x]] for x in made}
    assert list(reports.narrowed(every, "month")) == [made["open"]]
    found = {state: reports.find(shop, each.pk) for state, each in made.items()}
    assert {state: each and reports.state_of(each) for state, each in found.items()} == {x: x for x in made}
    assert reports.find(world.other, made["open"].pk) is None
    assert reports.find(shop, made["withdrawn"].pk, signed_only=True) is None


def test_what_ran_what_comes_and_what_is_missing(week: Report) -> None:
    """The week of 16 to 22 March: campaigns that touch it, those that touch the next, a day nobody told of."""
    for name, first, last in (("early", 1, 15), ("a", 10, 16), ("b", 22, 23), ("c", 29, 31), ("late", 30, 31)):
        Campaign.objects.create(store=week.store, name=name, first_day=march(first), last_day=march(last))
    Coverage.objects.filter(kind="traffic", day=march(20)).delete()
    told = reports.told(week)
    assert sorted(x["name"] for x in told.content["campaigns"]) == ["a", "b"]
    assert [x["name"] for x in told.content["next"]["campaigns"]] == ["b", "c"]
    assert told.content["missing"] == [{"kind": "traffic", "channel": "", "days": ["2026-03-20"]}]
    assert told.texts["bad"].endswith("1 day lacks data of a source.")
    assert told.texts["next"].endswith("Campaigns: b, c.")


def test_each_kind_of_report_has_its_figures_and_comparisons() -> None:
    assert report_content.comparisons("week") == ("previous", "last_year_weekday")
    assert report_content.comparisons("month") == report_content.comparisons("quarter") == ("previous", "last_year")
    assert ["member_total" in report_content.keys(kind) for kind in reports.KINDS] == [False, False, True]


def test_stock_is_short_below_its_line_or_when_more_is_promised_than_there_is() -> None:
    def short(level: Level, free: int, *, is_unstocked: bool = False) -> bool:
        return report_content.is_short(SimpleNamespace(level=level, free=free, is_unstocked=is_unstocked))

    assert [short(Level.ALERT, 5), short(Level.OK, -1), short(Level.OK, 0)] == [True, True, False]
    assert not short(Level.ALERT, -1, is_unstocked=True)


def test_only_what_is_short_stands_under_stock(week: Report, world: World) -> None:
    room = make_room(world, sheet=5)
    fill(world, {room.small: 1}, due=3)
    told = report_content.stock(world.store, span(30, dt.date(2026, 4, 5)))
    rows = [(x["code"], x["on_hand"], x["free"], x["oversold"]) for x in told["rows"]]
    assert (told["day"], told["is_known"], told["count"], rows) == ("2026-04-02", True, 1, [("TLS", 1, -2, True)])
    told = report_content.stock(world.store, span(16, 22))  # of that week nothing is known
    assert (told["day"], told["is_known"], told["rows"]) == ("2026-03-22", False, [])


def test_stock_stands_as_at_the_end_of_the_last_day(week: Report, world: World) -> None:
    room = make_room(world)
    for day, hour, units in ((10, 12, 40), (20, 12, -36), (22, 23, -2), (23, 0, -1), (25, 12, 30)):  # 40, 4, 2, 1, 31
        at = dt.datetime(2026, 3, day, hour, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
        move(room.small, "imported", units, by=world.alice, at=at)
    rule = StockRule.objects.create(product=room.cream, alert=10)
    told = reports.told(week).content["stock"]  # 16 to 22 March; it is 2 April
    assert told["day"] == "2026-03-22"
    assert [(x["code"], x["on_hand"], x["free"], x["line"]) for x in told["rows"]] == [("TLS", 2, 2, rule.alert)]
    assert report_content.stock(world.store, span(23, 29))["rows"] == []


def figure(key: str, value: str | None, target: str | None, better: str = "up") -> Figure:
    known = [None if x is None else D(x) for x in (value, target)]
    return Figure(key, queries.metric(key).unit, better, span(16, 22), known[0], {}, target=known[1])


def test_a_figure_stands_on_the_side_of_its_target_that_is_good_for_it() -> None:
    given = (
        figure("net_amt", "1", None), figure("gross", None, "1"), figure("aov", "9", "10", "neutral"),
        figure("uv", "100", "100"), figure("pay_amt", "8", "9"), figure("cost_ratio", "0.1", "0.2", "down"),
        figure("refund_rate_amt", "0.3", "0.2", "down"),
    )  # fmt: skip
    figures = {each.key: each for each in given}
    assert [list(report_sentences.reached(figures, is_good=good)) for good in (True, False)] == [
        ["Target reached: Visitors 100 (target 100); Cost-to-sales ratio 10.00% (target 20.00%)."],
        ["Target not reached: Paid amount ¥8.00 (target ¥9.00); Refund rate 30.00% (target 20.00%)."],
    ]


def test_without_a_target_or_a_split_the_summary_is_the_paid_amount_alone() -> None:
    figures = {key: figure(key, "800", None) for key in ("real_amt", "pay_amt")}
    change = {"metric": "pay_amt", "change": "5.00", "effects": [], "unattributed": [{"amount": "5.00"}]}
    assert list(report_sentences.summary(figures, change)) == ["Paid amount ¥800.00."]


@pytest.mark.parametrize(
    ("name", "delta", "text"),
    [
        ("previous", "-0.125", "12.5% less than the period before"),
        ("last_year", "0.3", "30.0% more than last year"),
        ("last_year_weekday", "0", "as much as last year"),
        ("previous", None, ""),
    ],
)
def test_a_comparison_in_words(name: str, delta: str | None, text: str) -> None:
    found = Comparison(name, span(9, 15), D(1), None if delta is None else D(delta), False)
    assert report_sentences.against(found) == text


def test_movers_are_told_largest_first_and_three_at_most() -> None:
    rows = [{"effect": x} for x in ("5.00", "-9.00", "0.00", None, "7.00", "6.00", "1.00", "-10.00")]
    assert [x["effect"] for x in report_sentences.going(rows, 1)] == ["7.00", "6.00", "5.00"]
    assert [x["effect"] for x in report_sentences.going(rows, -1)] == ["-10.00", "-9.00"]


def test_targets_of_the_next_period_keep_their_order_whatever_order_a_database_keeps() -> None:
    """PostgreSQL gives the keys of a JSON shortest first."""
    days = {"first": "2026-04-06", "last": "2026-04-12"}
    wanted = {"uv": "9", "pay_cvr": None, "pay_amt": "3.00", "real_amt": "2.00", "promo_cost": "1.00"}
    told = report_words.ahead({**days, "targets": wanted, "campaigns": [], "words": []})
    assert [str(x["value"]) for x in told["targets"]] == ["2.00", "3.00", "9", "1.00"]
