"""A month against its plan by channel, and its document as a file."""

import datetime as dt
import io
from decimal import Decimal as D

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from kpis.models import ChannelDay, ProductDay, StoreDay
from kpis.sums import targets
from kpis.variance import against_channels, against_groups
from kpis.year import plan_parts, plans
from kpis.year.plan_cells import Change, set_cells
from opsplan.lib.periods import Period, month_of
from products.models import Product
from staff.models import User
from tests.world import World

MARCH = month_of(dt.date(2026, 3, 1))


def test_sales_by_channel_stand_against_their_rows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-03-11")
    plan = plans.start(world.store, 2026, world.mia)
    set_cells(plan, [Change("real_amt", 3, D(310_000))], world.mia)
    part = plan_parts.add_channel(plan, "search", world.mia)
    set_cells(plan, [Change(f"real_amt:{part}", 3, D(93_000))], world.mia)
    plans.approve(plan, world.mia)
    days = [dt.date(2026, 3, day) for day in range(1, 11)]
    StoreDay.objects.bulk_create(StoreDay(store=world.store, day=day, covered="flow") for day in days)
    for key, fen in (("search", 450_000), ("cart", 100_000), ("mine", 50_000)):
        ChannelDay.objects.bulk_create(
            ChannelDay(store=world.store, day=day, channel_key=key, pay_amt=fen, uv=100) for day in days
        )
    closed = Period(days[0], days[-1])
    search, rest = against_channels.channel_sales(
        world.store, MARCH, closed, against_channels.parts_in_force(world.store, MARCH)
    )
    assert (search.target, search.due, search.came, search.rate) == (93_000, 30_000, 45_000, D("1.5"))
    assert (rest.key, rest.target, rest.due, rest.came) == ("-", 217_000, 70_000, 15_000)
    assert [came for _label, _unit, _planned, came in search.factors] == [100, None, None]  # visitors a day


def test_a_product_group_has_what_its_products_sold_and_none_sells_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """erpnext#32253 and PR #40062: a group showed nothing achieved; what two shared counted in full for both.

    Ten days of 100.00 cream, 60.00 mask, 40.00 soap and 5.00 freight: 2,050.00 of 6,200.00 x 10/31 = 2,000.00."""
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-03-11")
    cream, mask, soap = (Product.objects.create(store=world.store, code=x, title=x, category="面部") for x in "ABC")
    Product.objects.filter(pk=soap.pk).update(category="")
    plan = plans.start(world.store, 2026, world.mia)
    set_cells(plan, [Change("real_amt", 3, D(6_200))], world.mia)
    face = plan_parts.add_group(plan, world.mia, title="面部", category="面部")
    heroes = plan_parts.add_group(plan, world.mia, title="主推", codes=["A"])
    set_cells(plan, [Change(f"real_amt:{face}", 3, D(3_100)), Change(f"real_amt:{heroes}", 3, D(2_480))], world.mia)
    plans.approve(plan, world.mia)
    days = [dt.date(2026, 3, day) for day in range(1, 11)]
    StoreDay.objects.bulk_create(
        StoreDay(store=world.store, day=day, covered="orders lines", pay_amt=20_500) for day in days
    )
    for of, fen in ((cream.pk, 10_000), (mask.pk, 6_000), (soap.pk, 4_000), (None, 500)):
        ProductDay.objects.bulk_create(
            ProductDay(store=world.store, day=day, product_id_ref=of, pay_amt=fen) for day in days
        )
    found = against_groups.group_sales(
        world.store, MARCH, Period(days[0], days[-1]), against_channels.parts_in_force(world.store, MARCH)
    )
    told = [(x.name, x.products, x.target, x.due, x.came) for x in found.lines]
    assert told == [
        ("面部", 1, 3_100, 1_000, 600), ("主推", 1, 2_480, 800, 1_000), ("其他商品", 0, 620, 200, 450),
    ]  # fmt: skip
    assert (found.twice, sum(x.came or 0 for x in found.lines), found.lines[1].rate) == (1, 2_050, D("1.25"))


def test_the_month_document_goes_out_as_a_workbook(client: Client, world: World) -> None:
    targets.set_target(world.store, "real_amt", MARCH.first, "310000")
    User.objects.filter(pk=world.mia.pk).update(language="en")
    client.force_login(world.mia)
    url = reverse("plan_section", args=["lotus", "month", "social"])
    client.post(url, {"month": "2026-03", "text": "三篇种草", "answer:per_week": "3", "version": "0"})
    answer = client.get(reverse("plan_document", args=["lotus", "month"]) + "?month=2026-03&format=xlsx")
    page = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    rows = [tuple(row) for row in page.iter_rows(values_only=True)]
    assert (None, "", "Target sales", 310_000) in [row[:4] for row in rows]
    assert {row[0]: row[3] for row in rows if row[0]} | {"social.per_week": "3", "social.text": "三篇种草"} == {
        row[0]: row[3] for row in rows if row[0]
    }
