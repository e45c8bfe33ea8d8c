"""Figures are called as people of the platform call them (domain.md 2.7)."""

from django.test import Client
from django.utils.translation import override

from kpis import queries
from kpis.metrics import METRICS
from kpis.metrics.platforms import NAMES
from kpis.templatetags.figures import named
from stores import platform
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
        assert (plain, queries.metric("pay_amt").label) == ("Paid amount", "Paid amount")


def test_the_page_of_a_jd_shop_says_so(world: World, client: Client) -> None:
    world.store.platform = "jd"
    world.store.save()
    cover(world.store, "orders", 1)
    order(world.store, march(1), "10")
    count(world.store)
    client.force_login(world.alice)
    page = client.get("/s/lotus/explain/aov_buyer?from=2026-03-01&to=2026-03-01").content.decode()
    assert ("成交金额" in page, "成交客户数" in page) == (True, True)
