"""Figures are called as people of the platform call them (domain.md 2.7)."""

import datetime as dt

import pytest
from django.test import Client
from django.utils.translation import override

from kpis import queries
from kpis.alerting import alert_rules, alerts
from kpis.figure_words import named
from kpis.files import export_guide, layouts
from kpis.ingest.readers import PARTS
from kpis.metrics import METRICS
from kpis.metrics.platforms import NAMES
from kpis.models import AlertRule
from kpis.reporting import reports
from kpis.sums import coverage
from staff.delivery import add_destination
from staff.models import Delivery
from stores import platform
from stores.models import Platform, Store
from tests.kpis.facts import count, cover, march, order
from tests.world import World


def test_every_name_belongs_to_a_metric() -> None:
    assert {key for names in NAMES.values() for key in names} <= set(METRICS)


def test_a_jd_shop_has_deals_where_taobao_has_payments() -> None:
    with override("en"):
        plain = queries.metric("pay_amt").label
        with platform.override("jd"):
            words = (queries.metric("pay_amt").label, named("pay_buyers"), queries.metric("uv").label)
            assert words == ("Deal amount", "Deal customers", "Visitors")
            assert next(x.label for x in queries.catalogue() if x.key == "pay_cvr") == "Deal conversion rate"
        for name in ("pdd", "douyin", "kuaishou"):
            with platform.override(name):
                assert queries.metric("pay_cvr").label == "Deal conversion rate"
        assert (plain, queries.metric("pay_amt").label) == ("Paid amount", "Paid amount")


def test_a_shop_is_told_of_its_own_platforms_files_first() -> None:
    with override("en"), platform.override("jd"):
        assert layouts.name("sycm_shop_daily") == "JD Shangzhi, shop by day"
        mine = ["sycm_shop_daily", *(key for key in layouts.NAMES if key.startswith("jd_"))]
        assert [key for key, _label in layouts.choices()][: len(mine)] == mine
    with override("en"), platform.override("tmall"):
        assert [key for key, _label in layouts.choices()] == list(layouts.NAMES)
        assert layouts.name("sycm_shop_daily") == "Shengyi Canmou, shop by day"
    with override("en"):
        told = [layouts.teller(*each) for each in (("kuaishou", "refunds"), ("youzan", "orders"), ("tmall", "ads"))]
    assert told == ["Template: refunds", "Youzan orders", ""]


def test_every_file_of_a_platform_has_its_menus_and_what_it_lacks_a_template() -> None:
    for each in Platform.values:
        steps = export_guide.steps(each)
        assert steps[0].kind == "orders"
        assert [step.kind for step in steps if bool(step.place) == bool(step.template)] == [], each
    assert "refunds" not in {step.kind for step in export_guide.steps("woocommerce")}  # its order file tells them
    assert [(step.kind, step.template) for step in export_guide.steps("jd")][:3] == [
        ("orders", ""),
        ("refunds", ""),
        ("traffic", ""),
    ]


def test_what_the_calendar_expects_of_a_platform_the_guide_names() -> None:
    """Each kind has a file to export (or to fill in), or comes along in another; what no file of a platform tells and
    no template asks for (traffic sources off Taobao) is expected of nobody before it was told once."""
    owed = {str(kind) for kind in (*coverage.ALWAYS, *coverage.ONCE_BEGUN, "ads")}
    for each in Platform.values:
        own, named = layouts.TELLERS.get(each, {}), {step.kind for step in export_guide.steps(each)}
        along = {kind for kind, source in own.items() if source in PARTS}
        assert (owed & {*own, *export_guide.TEMPLATES}) - named - along == set(), each
        assert {str(kind) for kind in coverage.ALWAYS} <= named | along
        assert named <= owed | {"fees"}  # settlements have no row in the calendar
        assert named.isdisjoint(along)
    told = {step.kind: step.file for step in export_guide.steps("tmall")}
    assert list(told) == ["orders", "lines", "refunds", "traffic", "flow", "ads", "items", "fees"]
    assert told["lines"] == str(layouts.NAMES["taobao_ExportOrderDetailList"])
    assert told["flow"] == str(layouts.NAMES["sycm_flow_source"])


def test_a_new_jd_shop_is_told_what_to_export_and_a_masked_buyer_leads_there(world: World, client: Client) -> None:
    world.store.platform = "jd"
    world.store.save()
    client.force_login(world.alice)
    page = client.get("/s/lotus/data/").content.decode()
    told = [text in page for text in ("京麦 › 订单管理", "template/refunds.xlsx", "ExportOrderList")]
    assert told == [True, True, False]
    cover(world.store, "orders", 1)
    order(world.store, 1, "10")  # nobody's
    order(world.store, 1, "20", refund="20")
    count(world.store)
    told = client.get("/s/lotus/explain/aov_buyer?period=custom&from=2026-03-01&to=2026-03-01").context["holes"]
    with platform.override("jd"):
        assert [hole["file"] for hole in told] == [layouts.name("sycm_shop_daily")]


def test_the_page_of_a_jd_shop_says_so(world: World, client: Client) -> None:
    world.store.platform = "jd"
    world.store.save()
    cover(world.store, "orders", 1)
    order(world.store, march(1), "10")
    count(world.store)
    client.force_login(world.alice)
    page = client.get("/s/lotus/explain/aov_buyer?from=2026-03-01&to=2026-03-01").content.decode()
    assert ("成交金额" in page, "成交客户数" in page) == (True, True)


def test_messages_search_and_the_words_of_a_report_call_figures_as_the_pages_do(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No page has been asked for where rules are watched; a report may be made by a program."""
    Store.objects.filter(pk=world.store.pk).update(platform="jd")
    world.store.refresh_from_db()
    world.mia.language = "en"
    world.mia.save()
    cover(world.store, "orders", 1)
    order(world.store, march(1), "10")
    count(world.store)
    alert_rules.save(AlertRule(store=world.store, metric="pay_amt", kind="below", limit=100, days=1), None)
    destination = add_destination(world.store, "a", "wecom", "https://qyapi.weixin.qq.com/x", "", "en")
    AlertRule.objects.get().destinations.add(destination)
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-03-02")
    with override("en"):
        alerts.evaluate(world.store)
        told = reports.told(reports.make(world.store, "week", dt.date(2026, 3, 1), None))
    client.force_login(world.mia)
    found = client.get("/search/", {"q": "deal amount", "store": "lotus"}).context["groups"]
    said = [Delivery.objects.get().subject, *(hit.label for _name, hits in found for hit in hits)]
    assert said == ["莲花护肤旗舰店: Deal amount ¥10.00 on 03-01, below ¥100.00", "Deal amount"]
    assert told.texts["summary"] == "Deal amount ¥10.00."
