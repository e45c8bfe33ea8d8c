"""Loading the demo: through the pipeline, once, and only its own stores."""

import datetime as dt
import io
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from campaigns.models import Campaign
from kpis.demo import loading, office, work
from kpis.demo.people import demo_logins
from kpis.demo.shop import CHENLU
from kpis.measures import ENTRY_MEASURES
from kpis.metrics import METRICS
from kpis.models import Coverage, CustomerMark, Entry, Order, Report, SignedReport, StaleDay, StoreDay, Target, Upload
from kpis.reporting import reports
from kpis.sharing import shared
from opsplan.lib import clock
from products import merging, stock_queries
from products.models import StockMovement, StockTake
from staff.models import Handover, Member, Notice, ShareLink, Task, User
from stores.models import Channel, Store
from tests.demo.conftest import TODAY

pytestmark = pytest.mark.django_db


def run(**options: object) -> str:
    out = io.StringIO()
    call_command("load_demo", stdout=out, small=True, today=TODAY, **options)
    return out.getvalue()


def test_three_stores_stand_with_every_file_loaded(demo: None) -> None:
    assert set(Store.objects.values_list("slug", flat=True)) == {"chenlu", "xiaoshan", "xinya"}
    assert set(Upload.objects.values_list("state", flat=True)) == {"loaded"}
    assert not StaleDay.objects.exists()


def test_yesterday_is_the_last_day_and_it_is_finished(demo: None) -> None:
    last = StoreDay.objects.filter(store__slug="chenlu").latest("day")
    assert last.day.isoformat() == "2026-11-21"
    assert last.unfinished == ""


def test_the_14th_has_orders_but_no_traffic(demo: None) -> None:
    day = Coverage.objects.filter(store__slug="chenlu", day="2026-11-14").values_list("kind", flat=True)
    assert "orders" in day
    assert not {"traffic", "flow"} & set(day)


def test_traffic_comes_by_eight_channels_free_and_paid(demo: None) -> None:
    keys = set(Coverage.objects.filter(store__slug="chenlu", kind="ads").values_list("detail", flat=True))
    assert keys == {"zhitongche", "zuanzhan", "wanxiangtai", "taobaoke"}
    flows = Channel.objects.filter(store__slug="chenlu", name__in=["自然搜索", "手淘推荐", "购物车", "我的淘宝"])
    assert list(flows.values_list("is_paid", flat=True)) == [False] * 4


def test_the_young_store_has_no_ads_and_products_without_a_cost(demo: None) -> None:
    young = Store.objects.get(slug="xinya")
    assert not Coverage.objects.filter(store=young, kind="ads").exists()
    assert young.products.filter(costs=None).exclude(status="planned").count() == 2


def test_targets_and_entries_are_ones_a_person_could_have_typed(demo: None) -> None:
    assert all(METRICS[key].plannable for key in Target.objects.values_list("metric", flat=True).distinct())
    assert set(Entry.objects.values_list("measure", flat=True)) <= set(ENTRY_MEASURES)
    assert not Entry.objects.filter(measure__startswith="brush").exists()


def test_the_best_customers_have_been_asked(demo: None) -> None:
    """Sixty: four refused, every third of the others has not answered, five are core customers by hand."""
    said = CustomerMark.objects.filter(store__slug="chenlu")
    assert [said.filter(consent=x).count() for x in ("agreed", "refused")] == [40, 4]
    assert said.filter(is_core=True).count() == 5


def test_two_campaigns_are_over_and_one_is_coming(demo: None) -> None:
    campaigns = Campaign.objects.filter(store__slug="chenlu")
    assert [c.last_day < TODAY for c in campaigns.order_by("first_day")] == [True, True, False]


def test_the_printed_logins_work(demo: None, rf) -> None:
    for login in demo_logins():
        assert authenticate(rf.post("/"), username=login.username, password=login.password), login.username
    assert Member.objects.get(user__username="xiao", store__slug="chenlu").duties == ["service"]


def test_the_files_are_gone_afterwards(demo: None, settings) -> None:
    assert not [x for x in Path(settings.OPSPLAN_HOME, "tmp").iterdir() if x.name.startswith("demo-")]


def test_a_second_run_says_so_and_changes_nothing(demo: None) -> None:
    before = (Upload.objects.count(), Order.objects.count(), Member.objects.count())
    assert "li     opsplan-demo" in run()
    assert (Upload.objects.count(), Order.objects.count(), Member.objects.count()) == before


def test_a_store_of_ones_own_is_never_replaced(demo: None) -> None:
    Store.objects.filter(slug="chenlu").update(name="My own shop")
    with pytest.raises(CommandError, match="chenlu"):
        run(replace=True)
    assert Store.objects.get(slug="chenlu").name == "My own shop"
    assert Order.objects.filter(store__slug="chenlu").exists()


@pytest.mark.once
def test_a_killed_run_is_begun_anew_and_tells_percent(demo: None, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.objects.get(slug="xinya")
    Member.objects.filter(store=store).delete()  # people join last
    monkeypatch.setattr(loading, "SHOPS", [x for x in loading.SHOPS if x.slug == "xinya"])
    told = run()
    assert "xinya" in told
    assert Store.objects.get(slug="xinya").pk != store.pk
    assert not Order.objects.filter(store_id=store.pk).exists()
    percents = [int(x.split("%")[0]) for x in told.splitlines() if "%" in x]
    assert percents == sorted(percents)
    assert 0 <= percents[0] < 60
    assert percents[-1] >= 90


def test_by_the_evening_most_of_the_days_work_is_done_and_some_waits(
    demo: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = {user.username: user for user in User.objects.all()}
    store = Store.objects.get(slug="chenlu")
    monkeypatch.setattr(clock, "now", lambda: dt.datetime.combine(TODAY, dt.time(10), dt.UTC))  # six in the evening
    there = Task.objects.filter(store=store, day=TODAY, due=TODAY, ends__isnull=False, due_at__lt=clock.now())
    there.update(state="open", done_by=None, done_at=None)
    work.do_today(CHENLU, store, TODAY, users)
    done = there.filter(state="done")
    assert there.count() / 2 < done.count() < there.count()
    assert all(x.done_by and x.done_at and x.done_at < x.due_at for x in done)
    assert Task.objects.filter(store=store, day=TODAY, due_at__gt=clock.now(), state="done").count() == 0


def test_the_shift_that_is_on_finds_a_handover_at_any_hour(demo: None, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.objects.get(slug="chenlu")
    left = {}
    for hour in (2, 10):  # ten in the morning, six in the evening
        monkeypatch.setattr(clock, "now", lambda hour=hour: dt.datetime.combine(TODAY, dt.time(hour), dt.UTC))
        left[hour] = f"{office.shift_change(store, TODAY):%m-%d %H:%M}"
    assert left == {2: "11-21 22:30", 10: "11-22 17:30"}
    written = Handover.objects.get(store=store)
    assert f"{written.at.astimezone(ZoneInfo(store.timezone)):%H:%M}" in {"17:25", "22:25"}


def test_reports_are_signed_one_is_a_draft_and_a_client_has_a_link(demo: None) -> None:
    """22 November is a Sunday: October and the week from the 2nd are signed, the week from the 9th is being written."""
    found = Report.objects.filter(store__slug="chenlu").order_by("kind", "first")
    assert [(x.kind, f"{x.first:%m-%d}", reports.state_of(x)) for x in found] == [
        ("month", "10-01", "signed"), ("week", "11-02", "signed"), ("week", "11-09", "open"),
    ]  # fmt: skip
    signed = SignedReport.objects.filter(report__in=found).order_by("signed_at")
    assert [f"{x.signed_at:%m-%d}" for x in signed] == ["11-02", "11-09"]
    assert [x.content["stock"]["day"][5:] for x in signed] == ["10-31", "11-08"]
    assert [x.content["as_of"][5:10] for x in signed] == ["11-02", "11-09"]
    link = ShareLink.objects.get(store__slug="chenlu")
    assert (link.opens, shared.opened(link)) == ("weekly", signed[1])
    assert not Notice.objects.filter(store__slug="chenlu", kind="report").exists()


def test_every_page_of_the_stock_has_something_to_show(demo: None) -> None:
    store = Store.objects.get(slug="chenlu")
    half, posted = StockTake.objects.filter(store=store)
    assert [x.state for x in (half, posted)] == ["open", "posted"]
    assert {x.counted is None for x in half.lines.all()} == {True, False}
    moved = StockMovement.objects.filter(reference=f"take:{posted.pk}").values_list("sku", "on_hand")
    assert dict(moved) == {x.sku_id: x.difference for x in posted.lines.all() if x.difference}
    lying = {x.code: (x.slow.days, x.on_hand) for x in stock_queries.stock_rows(store, TODAY) if x.slow}
    assert lying["OLD-1"] == (47, 86)
    assert [len(x.alike) > 0 for x in merging.queue(store, merging.unmatched(store))] == [True]
