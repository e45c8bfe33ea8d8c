"""Lists that can be taken along: the file has what the list shows, in the list's own order and narrowing."""

import csv
import datetime as dt
import io

import pytest
from django.test import Client

from campaigns.models import Enrolment
from opsplan.lib import clock
from products import newcomers, stock_takes
from products.models import Product, Rank
from products.purchasing import Wanted, place_order
from products.stock_services import main_place
from tests.campaigns.groupbuy.deals import OPENS, deal, site, sku
from tests.staff.tasks import template
from tests.world import World, at

pytestmark = pytest.mark.django_db


def rows(client: Client, name: str, pk: int | None = None, **asked: str) -> list[list[str]]:
    answer = client.get(at(name, *filter(None, [pk])), asked | {"format": "csv"})
    assert "attachment" in answer["Content-Disposition"]
    found = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len({len(row) for row in found}) == 1
    return found[1:]


def test_deals_orders_templates_and_the_abc_of_products_go_into_a_file(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: OPENS - dt.timedelta(days=9))
    client.force_login(world.mia)
    unit = sku(world.store, 1000)
    deal(world.store, unit)
    deal(world.store, unit, name="别的", site=site(world.store, "抖音"))
    [row] = rows(client, "deals", q="面膜")
    assert (row[0], row[1], row[3], row[5]) == ("面膜团", "美团", "2026-12-01 08:00", "600")
    assert len(rows(client, "deals")) == 2
    place_order(world.store, [Wanted(unit, 60, 1820)], dt.date(2026, 12, 7), number="PO-1", by=world.mia)
    [row] = rows(client, "purchases")
    assert (row[0], *row[3:]) == ("PO-1", "2026-12-07", "A", "A", "60", "0", "18.20")
    template(world.store, world.alice, title="看库存")
    assert "看库存" in [row[0] for row in rows(client, "task_templates")]
    Product.objects.filter(store=world.store).update(is_hero=True)
    [row] = rows(client, "product_focus")
    assert (row[0], row[2]) == ("A", "C")
    assert rows(client, "product_pairs") == []


def test_enrolments_go_into_a_file(client: Client, world: World) -> None:
    client.force_login(world.mia)
    for name, state in (("聚划算", "won"), ("淘金币", "open")):
        Enrolment.objects.create(store=world.store, name=name, state=state, until=dt.date(2026, 12, 1), cost="佣金 3%")
    Enrolment.objects.create(store=world.store, name="长期", state="open")
    assert [row[0] for row in rows(client, "enrolments")] == ["淘金币", "长期", "聚划算"]
    assert [row[0] for row in rows(client, "enrolments", sort="-until")] == ["聚划算", "淘金币", "长期"]
    assert 'aria-sort="descending"' in client.get(at("enrolments"), {"sort": "-until"}).content.decode()
    [row] = rows(client, "enrolments", state="won")
    assert (row[0], row[5], row[8]) == ("聚划算", "佣金 3%", "2026-12-01")


def test_the_ranks_of_a_week_go_into_a_file(client: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-25")
    client.force_login(world.mia)
    cream = Product.objects.create(store=world.store, code="C", title="霜", stage="growth")
    Product.objects.create(store=world.store, code="N", title="新款")
    for day, search, category in ((16, 9, None), (23, 5, 4)):
        Rank.objects.create(
            product=cream, week=dt.date(2026, 11, day), search_rank=search, category_rank=category, source="生意参谋"
        )
    [row] = rows(client, "product_ranks")
    assert (row[:2], row[3:]) == (["C", "霜"], ["9", "", "5", "4", "生意参谋"])
    [row] = rows(client, "product_ranks", week="2026-11-18")
    assert row[3:] == ["", "", "9", "", "生意参谋"]
    assert {row[0] for row in rows(client, "product_ranks", all="1")} == {"C", "N"}


def test_counts_of_the_stock_go_into_a_file_and_so_does_what_one_of_them_found(client: Client, world: World) -> None:
    client.force_login(world.mia)
    for code in ("A", "B", "C"):
        sku(world.store, 10, code)
    take = stock_takes.start_take(main_place(world.store), by=world.mia, note="月底")
    lines = {x.sku.code: x.pk for x in take.lines.select_related("sku")}
    stock_takes.write_counts(take, {lines["A"]: 10, lines["B"]: 6})
    [row] = rows(client, "stock_takes")
    assert row[4:] == ["月底", "3", "2", "1"]
    told = {row[0]: row[2:] for row in rows(client, "stock_take", take.pk)}
    assert told == {"A": ["10", "10", "0"], "B": ["10", "6", "-4"], "C": ["10", "", ""]}


def test_styles_on_their_way_in_go_into_a_file_step_by_step(client: Client, world: World) -> None:
    client.force_login(world.mia)
    first, _second = (
        newcomers.begin(world.store, code, "霜", dt.date(2026, 12, day), by=world.mia)
        for code, day in (("N1", 1), ("N2", 2))
    )
    told = {"data_says": "搜索在涨", "customers_say": "想要小瓶", "market_says": "同行有"}
    newcomers.go_to(newcomers.change(first, wanted_on=first.wanted_on, **told), "photo")
    found = [row[:2] + row[3:] for row in rows(client, "product_range")]
    assert found == [["N2", "霜", "2026-12-02", "", "", ""], ["N1", "霜", "2026-12-01", *told.values()]]
