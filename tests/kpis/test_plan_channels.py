"""A month against its plan by channel, and its document as a file."""

import datetime as dt
import io
from decimal import Decimal as D

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from kpis import against_channels, plan_parts, plans, targets
from kpis.models import ChannelDay, StoreDay
from kpis.plan_cells import Change, set_cells
from opsplan.lib.periods import Period, month_of
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
    search, rest = against_channels.channel_sales(world.store, MARCH, closed)
    assert (search.target, search.due, search.came, search.rate) == (93_000, 30_000, 45_000, D("1.5"))
    assert (rest.key, rest.target, rest.due, rest.came) == ("-", 217_000, 70_000, 15_000)


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
