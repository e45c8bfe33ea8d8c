"""Days of which a person says that nothing happened: told with 0, taken over by files, taken back like an import."""

import datetime as dt
from decimal import Decimal

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import translation
from rest_framework.test import APIClient

from kpis import queries, tasks
from kpis.ingest import declaring, undo
from kpis.ingest.covering import days_between
from kpis.models import Coverage, DaysTold, Entry, StaleDay, StoreDay, Upload
from kpis.reporting import reconcile
from kpis.sums import rollups
from opsplan.lib import clock
from opsplan.lib.periods import Period
from staff.services import create_token
from stores.models import Channel
from tests.ingest.bring import ADS, FULL, LINES, REFUNDS, SHOP, SHORT, bring, content, rows

D1, D2, D3, D4 = (dt.date(2026, 3, n) for n in (1, 2, 3, 4))
SPAN = Period(D1, D3)
ORDER = ["1001", "100.00", "100.00", "上海", "2026-03-01 10:00:00", "2026-03-01 10:05:00", "0.00"]
THIRD = ["1003", "50.00", "50.00", "上海", "2026-03-03 10:00:00", "2026-03-03 10:05:00", "0.00"]
BY_PETER, BY_ANN = ["交易成功", "彼得", "1", "0.00", ""], ["交易成功", "安", "1", "0.00", ""]
VISITORS = [
    ["2026-03-01", "100", "300", "100.00"],
    ["2026-03-02", "40", "60", "0.00"],
    ["2026-03-03", "60", "90", "50"],
]


def say(world, source="orders", first=D2, last=D2, **told):
    upload = declaring.declare(world.store, source, Period(first, last), **told)
    rollups.rebuild(world.store)
    return upload


def figures(store, *keys, span=SPAN):
    return {key: (f.value, f.marks) for key, f in queries.figures(store, keys, span, compare=()).items()}


def stand(store):
    """Coverage and sums, but for the numbers of rows."""
    sums = [f.attname for f in StoreDay._meta.concrete_fields if f.attname != "id"]
    return rows(Coverage, "kind", "detail", "day", "is_partial", "upload", store=store), rows(
        StoreDay, *sums, store=store
    )


@pytest.fixture
def gap(world):
    """Orders of the first and the third of March, each from a file of its own; visitors of all three days."""
    bring(world.store, content(FULL, [*ORDER, *BY_PETER]), "first.csv")
    bring(world.store, content(FULL, [*THIRD, *BY_ANN]), "third.csv")
    bring(world.store, content(SHOP, *VISITORS), "visitors.csv")
    rollups.rebuild(world.store)
    return world


def test_an_empty_day_closes_the_gap_with_0_and_undoing_opens_it(gap):
    """By hand: 100 + 50 paid, 2 buyers of 100 + 40 + 60 visitors; without the second day 2 of 160."""
    keys = ("pay_amt", "pay_order_cnt", "pay_cvr", "refund_amt", "net_amt")
    was, before = figures(gap.store, *keys), stand(gap.store)
    assert was["pay_amt"] == (Decimal(150), ("partial 2/3",))
    assert was["pay_cvr"][0] == Decimal("0.0125")
    upload = say(gap, by=gap.bob, reason=" 停电,  没有开店 ")
    noted = [x.changes["reason"] for x in LogEntry.objects.get_for_object(upload) if "reason" in x.changes]
    assert noted == [["", "停电, 没有开店"]]
    now = figures(gap.store, *keys)
    assert now["pay_amt"] == now["net_amt"] == (Decimal(150), ())
    assert (now["pay_order_cnt"], now["refund_amt"]) == ((Decimal(2), ()), (Decimal(0), ()))
    assert now["pay_cvr"][0] == Decimal("0.01")
    assert figures(gap.store, "pay_amt", "pay_cvr", span=Period(D2, D2)) == {
        "pay_amt": (Decimal(0), ()),
        "pay_cvr": (Decimal(0), ()),
    }
    [row] = [row for row in queries.coverage(gap.store, D1) if row.kind == "orders"]
    assert (row.days[D2], row.declared) == ("full", {D2})
    assert (upload.state, upload.by, upload.notes["reason"]) == ("loaded", gap.bob, "停电, 没有开店")
    told = queries.explain(gap.store, "pay_amt", SPAN)
    assert {source.name for source in told.sources} == {"first.csv", "third.csv", upload.name}
    counted = stand(gap.store)
    rollups.rebuild(gap.store, rollups.all_days(gap.store))
    assert stand(gap.store) == counted
    assert undo.request(upload, gap.mia)
    tasks.undo_upload(upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.undone_by, StaleDay.objects.count()) == ("undone", gap.mia, 0)
    assert (figures(gap.store, *keys), stand(gap.store)) == (was, before)
    assert not undo.request(upload)


def test_saying_it_again_changes_nothing_and_more_days_only_add(gap):
    first = say(gap)
    was = stand(gap.store)
    assert say(gap) is None
    assert stand(gap.store) == was
    second = say(gap, first=D4, last=D4)
    assert (second.first_day, declaring.declared_days(second)) == (D4, 1)
    undo.request(first)
    undo.undo(first, rollups.rebuild)
    again = say(gap)
    assert (again.first_day, again.last_day, Upload.objects.filter(source="declared").count()) == (D2, D2, 3)


def test_a_later_file_takes_over_and_gives_way_again(gap):
    said = say(gap)
    late = ["1002", "80.00", "80.00", "上海", "2026-03-02 10:00:00", "2026-03-02 10:05:00", "0.00"]
    file = bring(gap.store, content(FULL, [*late, *BY_ANN]), "second.csv")
    rollups.rebuild(gap.store)
    assert Coverage.objects.get(kind="orders", day=D2).upload_id == file.pk
    assert figures(gap.store, "pay_amt")["pay_amt"] == (Decimal(230), ())
    was = stand(gap.store)
    undo.request(said)
    undo.undo(said, rollups.rebuild)
    assert stand(gap.store) == was
    undo.request(file)
    undo.undo(file, rollups.rebuild)
    assert figures(gap.store, "pay_amt")["pay_amt"] == (Decimal(150), ("partial 2/3",))


def test_undoing_the_file_leaves_what_was_said_before_it(gap):
    say(gap)
    was = stand(gap.store)
    late = ["1002", "80.00", "80.00", "上海", "2026-03-02 10:00:00", "2026-03-02 10:05:00", "0.00"]
    file = bring(gap.store, content(FULL, [*late, *BY_ANN]), "ExportOrderList20260302120000.csv")
    rollups.rebuild(gap.store)
    [(is_partial, upload)] = rows(Coverage, "is_partial", "upload", kind="orders", day=D2)
    assert (is_partial, upload) == (True, file.pk)  # the day had an order, and was not over
    undo.request(file)
    undo.undo(file, rollups.rebuild)
    assert stand(gap.store) == was


def test_a_day_on_which_only_older_orders_were_paid_can_be_empty_and_stays_so(world):
    """Ordered on the second before midnight, paid on the third; no order was placed on the third."""
    late = ["1002", "80.00", "50.00", "上海", "2026-03-02 23:58:00", "2026-03-03 00:02:00", "0.00"]
    bring(world.store, content(SHORT, late), "a.csv")
    assert rows(Coverage, "day", "is_partial", kind="orders") == [(D2, False), (D3, True)]
    said = say(world, first=D3, last=D3)
    assert rows(Coverage, "day", "is_partial", kind="orders") == [(D2, False), (D3, False)]
    bring(world.store, content(SHORT, [*late[:6], "10.00"]), "b.csv")  # the same days, told again
    assert Coverage.objects.get(kind="orders", day=D3).upload_id == said.pk
    rollups.rebuild(world.store)
    [(orders, paid)] = rows(StoreDay, "order_cnt", "pay_amt", day=D3)
    assert (orders, paid) == (0, 5000)
    undo.request(said)
    undo.undo(said, rollups.rebuild)
    assert rows(Coverage, "day", "is_partial", kind="orders") == [(D2, False), (D3, True)]


def test_lines_follow_orders_and_refunds_are_a_source_of_their_own(gap):
    bring(gap.store, content(LINES, ["1001", "面霜", "100.00", "1", "M1", "50ml", ""]), "lines.csv")
    bring(
        gap.store, content(REFUNDS, ["R1", "1001", "", "退款成功", "2026-03-01 12:00:00", "2026-03-01 13:00:00", "40"])
    )
    say(gap)
    assert rows(Coverage, "kind", day=D2) == [("lines",), ("orders",), ("traffic",)]
    rollups.rebuild(gap.store)
    assert rows(StoreDay, "refund_cnt", "pay_line_cnt", day=D2) == [(None, 0)]
    assert say(gap, "lines", first=D4, last=D4).name.endswith("2026-03-04")
    say(gap, "refunds")
    assert rows(StoreDay, "refund_cnt", "refund_amt", day=D2) == [(0, 0)]


def test_an_order_file_without_refunds_leaves_them_unknown_on_an_empty_day(world):
    """Such a store gets its refunds from files of their own; nothing of an order says that none were paid back."""
    header = [name for name in SHORT if name != "退款金额"]
    bring(world.store, content(header, ORDER[:6]), "a.csv", source="tmall_order_short")
    assert Upload.objects.get().notes["has_refund"] is False
    say(world)
    rollups.rebuild(world.store)
    assert rows(StoreDay, "pay_amt", "refund_amt", day=D2) == [(0, None)]


def test_a_day_without_visitors_has_0_of_what_the_store_is_told(world):
    bring(world.store, content(SHOP, VISITORS[0]), "visitors.csv")
    rollups.rebuild(world.store)
    say(world, "traffic")
    [told] = StoreDay.objects.filter(day=D2).values("uv", "pv", "cart_uv", "platform_pay_buyers")
    assert told == {"uv": 0, "pv": 0, "cart_uv": None, "platform_pay_buyers": None}
    assert figures(world.store, "uv", span=Period(D1, D2))["uv"] == (Decimal(100), ("daily_sum",))
    bring(world.store, content(SHOP, VISITORS[1]), "second.csv")
    rollups.rebuild(world.store)
    assert rows(StoreDay, "uv", "pv", day=D2) == [(40, 60)]


def test_a_day_without_ad_spend_is_one_of_a_channel(world):
    bring(world.store, content(ADS, ["2026-03-01", "9", "2", "5.00", "50.00"]), "直通车.csv")
    rollups.rebuild(world.store)
    upload = say(world, "ads", channel="zhitongche")
    name = Channel.objects.get(store=world.store, key="zhitongche").name
    assert name in upload.name
    assert figures(world.store, "promo_cost", span=Period(D1, D2))["promo_cost"] == (Decimal(5), ())
    paid = Channel.objects.filter(store=world.store, is_paid=True).values_list("key", flat=True)
    assert set(declaring.channels(world.store)) == set(paid)  # whether a file has told of them or not
    Coverage.objects.create(store=world.other, kind="ads", detail="theirs", day=D1)
    for channel in ("", "search", "theirs"):  # none, one nobody pays for, one of another store
        with pytest.raises(ValidationError) as refused:
            say(world, "ads", channel=channel)
        assert list(refused.value.message_dict) == ["channel"]


@translation.override("en")
def test_what_is_known_is_not_empty(gap, monkeypatch):
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-03-05")
    bring(gap.store, content(FULL, [*ORDER, *BY_PETER], [*THIRD[:4], "2026-03-04 09:00:00", "", "0", *BY_ANN]),
          "ExportOrderList20260304100000.csv")  # fmt: skip
    Entry.objects.create(store=gap.store, measure="uv", day=D4, value=7, updated_at=clock.now())
    was = stand(gap.store)

    def told(*args, **more):
        with pytest.raises(ValidationError) as refused:
            say(gap, *args, **more)
        [(field, [text])] = refused.value.message_dict.items()
        return field, text

    imported = (
        "Imported already: 2026-03-01 – 2026-03-03. An imported day cannot be said to be empty; undo its file first."
    )
    assert told("orders", D1, D3) == ("from", imported)
    partly = "1 row is known of 2026-03-04, so that was not empty; import a file that tells all of it."
    assert told("orders", D4, D4) == ("from", partly)
    typed = "Typed by hand: figures of 2026-03-04. Delete them under hand entries first."
    assert told("traffic", D4, D4) == ("from", typed)
    assert told("orders", D4, dt.date(2026, 3, 5))[0] == "to"
    assert told("orders", dt.date(2025, 1, 1), D4)[0] == "to"
    assert told("items", D2, D2)[0] == "source"
    assert told("refunds", D2, D2, reason="x" * 201)[0] == "reason"
    assert stand(gap.store) == was
    assert not Upload.objects.filter(source="declared").exists()
    say(gap, "refunds", D4, D4)  # typed visitors say nothing of refunds


@translation.override("en")
def test_five_runs_of_days_are_named():
    march = [dt.date(2026, 3, n) for n in (1, 2, 4, 6, 8, 10, 12)]
    five = "2026-03-01 – 2026-03-02, 2026-03-04, 2026-03-06, 2026-03-08, 2026-03-10"
    assert [declaring.listed(march[:-1]), declaring.listed(march)] == [five, f"{five} …"]


def test_a_closed_period_names_what_was_said_since(gap):
    from kpis.reporting import closing

    closed = closing.close(gap.store, D1, D3)
    upload = say(gap, by=gap.bob)
    [cause] = reconcile.causes(closed)
    assert (cause.kind, cause.upload_id, cause.who) == ("declared", upload.pk, str(gap.bob))


def test_spans_leave_out_days_said_before(gap):
    say(gap, first=dt.date(2026, 2, 20), last=dt.date(2026, 2, 21))
    upload = say(gap, first=dt.date(2026, 2, 19), last=dt.date(2026, 2, 22))
    told = DaysTold.objects.filter(upload=upload, kind="orders")
    days = [day for span in told for day in days_between(span.first_day, span.last_day)]
    assert (days, declaring.declared_days(upload)) == ([dt.date(2026, 2, 19), dt.date(2026, 2, 22)], 2)


def test_programs_say_it_over_rest(gap):
    _token, key = create_token(gap.bob, "his", "write", [gap.store])
    api = APIClient(headers={"authorization": f"Bearer {key}", "accept-language": "en"})
    url = "/api/v1/stores/lotus/imports/empty-days"
    body = {"source": "orders", "from": "2026-03-02", "to": "2026-03-02", "reason": "closed"}
    answer = api.post(url, body, format="json")
    made = answer.json()
    assert (answer.status_code, made["state"], made["source"], made["rows"]) == (201, "loaded", "declared", 0)
    assert api.get(answer.headers["Location"]).json()["first"] == "2026-03-02"
    assert (api.post(url, body, format="json").json(), Upload.objects.count()) == ({"id": None}, 4)
    for wrong, field in (
        ({"source": "items"}, "source"),
        ({"from": "2026-03-03"}, "to"),
        ({"from": "soon"}, "from"),
        ({"source": ["orders"]}, "source"),
        ({"source": "ads", "channel": "none"}, "channel"),
        ({"from": "2026-03-01"}, "from"),
    ):
        refused = api.post(url, body | wrong, format="json")
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field), wrong


@translation.override("en")
def test_the_command_says_it_and_says_why_not(gap, capsys):
    days = {"first": D2, "last": D2}
    call_command("declare_empty", "lotus", "orders", **days)
    call_command("declare_empty", "lotus", "orders", **days)
    pk = Upload.objects.get(source="declared").pk
    assert capsys.readouterr().out.splitlines() == [
        f"{pk} No orders 2026-03-02: noted, counts as told, with 0; undo_import lotus {pk} takes it back.",
        "That was said of these days before: nothing has changed.",
    ]
    with pytest.raises(CommandError, match="Imported already: 2026-03-01"):
        call_command("declare_empty", "lotus", "orders", first=D1, last=D2)
    call_command("undo_import", "lotus", pk)
    assert not Coverage.objects.filter(kind="orders", day=D2).exists()


def test_a_declaration_is_told_in_the_readers_language_not_in_the_sayers(gap):
    with translation.override("zh-hans"):
        of_orders = say(gap)
    channel = Channel.objects.get(store=gap.store, key="zhitongche")
    of_ads = say(gap, "ads", channel=channel.key)
    for upload in (of_orders, of_ads):
        upload.refresh_from_db()
    with translation.override("en"):
        assert [x.shown for x in (of_orders, of_ads)] == ["No orders 2026-03-02", "No ad spend: 直通车 2026-03-02"]
        causes = reconcile.declared(gap.store, (D1, D3), of_orders.finished_at - dt.timedelta(1))
        assert {x.name for x in causes} == {of_orders.shown, of_ads.shown}
    of_ads.notes.pop("channel_name")  # as they were kept before
    with translation.override("zh-hans"):
        assert of_orders.shown.startswith("没有订单")
        assert of_ads.shown == of_ads.name


@translation.override("en")
@pytest.mark.parametrize("source", ["flow", "items"])
def test_a_report_of_visitors_alone_can_be_said_to_be_empty(gap, source):
    store = gap.store
    before = figures(store, "uv", "pay_cvr")
    with pytest.raises(ValidationError, match="none of its days is missing"):
        say(gap, source)
    Coverage.objects.create(store=store, kind=source, detail="", day=D1)
    [row] = [x for x in queries.coverage(store, D1) if x.kind == source]
    assert row.days[D2] == "missing"
    upload = say(gap, source)
    [row] = [x for x in queries.coverage(store, D1) if x.kind == source]
    assert (row.days[D2], row.declared) == ("full", {D2})
    assert figures(store, "uv", "pay_cvr") == before  # how many came is told by another report
    assert Coverage.objects.filter(store=store, day=D2, kind="traffic", upload__source="declared").count() == 0
    undo.request(upload)
    undo.undo(upload, rollups.rebuild)
    [row] = [x for x in queries.coverage(store, D1) if x.kind == source]
    assert row.days[D2] == "missing"
