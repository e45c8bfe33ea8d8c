"""Lists that can be taken along: the file has what the list shows, in the list's own order and narrowing."""

import csv
import datetime as dt
import io

import pytest
from django.test import Client

from campaigns.models import Enrolment
from opsplan.lib import clock
from products import newcomers, stock_takes
from products.models import Product, Rank, StockPlace
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


def test_the_sheet_of_ranks_goes_by_the_order_of_life_or_as_asked(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-25")
    client.force_login(world.mia)
    Product.objects.filter(store=world.store).delete()
    for code, stage, search in (
        ("M", "maturity", 3),
        ("D", "decline", None),
        ("G", "growth", 8),
        ("I", "incubation", 5),
    ):
        made = Product.objects.create(store=world.store, code=code, title=f"霜{code}", stage=stage)
        if search:
            Rank.objects.create(product=made, week=dt.date(2026, 11, 23), search_rank=search)
    orders = {
        sort: "".join(row[0] for row in rows(client, "product_ranks", all="1", sort=sort))
        for sort in ("", "-stage", "search", "-search", "-title", "nonsense")
    }
    assert orders == {
        "": "IGMD", "-stage": "DMGI", "search": "MIGD", "-search": "GIMD", "-title": "MIGD", "nonsense": "IGMD",
    }  # fmt: skip
    page = client.get(at("product_ranks"), {"sort": "-search", "week": "2026-11-18"})
    assert 'aria-sort="descending"' in page.content.decode()
    back = client.post(f"{at('product_ranks')}?week=2026-11-18&sort=title", {"week": "2026-11-18"})
    assert back["Location"].endswith("?week=2026-11-18&sort=title")


def test_stock_takes_go_by_when_they_were_begun_by_place_or_by_state(client: Client, world: World) -> None:
    client.force_login(world.mia)
    first, second = main_place(world.store), StockPlace.objects.create(store=world.store, name="A 仓")
    sku(world.store, 10)
    for place, note in ((first, "1"), (second, "2"), (second, "3")):
        take = stock_takes.start_take(place, by=world.mia, note=note)
        if note == "2":
            stock_takes.drop_take(take)
    told = {x: "".join(row[4] for row in rows(client, "stock_takes", sort=x)) for x in ("", "begun", "place", "-state")}
    assert told == {"": "321", "begun": "123", "place": "321", "-state": "231"}


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
    for code, title in (("N3", "白霜"), ("N4", "霜")):
        newcomers.begin(world.store, code, title, None, by=world.mia)
    assert [row[0] for row in rows(client, "product_range")][:3] == ["N2", "N3", "N4"]
    assert [row[0] for row in rows(client, "product_range", sort="title")][:3] == ["N3", "N2", "N4"]


def test_the_figures_of_a_products_charts_go_into_a_file(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-25")
    client.force_login(world.mia)
    unit = sku(world.store, 40)
    unit.product.list_prices.create(from_day=dt.date(2026, 11, 24), price_fen=10000)
    assert b"?chart=price-data&amp;days=90&amp;format=csv" in client.get(at("product", unit.product_id)).content
    found = rows(client, "product_lines", unit.product_id, chart="price-data", days="30")
    assert [row[:3] for row in found[-2:]] == [["2026-11-24", "100", "70"], ["2026-11-25", "100", "70"]]
    assert (len(found), found[-3]) == (30, ["2026-11-23", "88", "61.6", "", ""])
    Product.objects.filter(pk=unit.product_id).update(is_hero=True)
    found = {row[0]: row[1:] for row in rows(client, "product_lines", unit.product_id, chart="stock-data")}
    now, between = found["2026-11-25"], found["2026-11-02"]
    assert (now[0], now[2:], between[2:]) == ("40", ["30", "50"], ["30", "50"])
    assert client.get(at("product_lines", unit.product_id), {"format": "csv", "chart": "no"}).status_code == 404
