"""A file of products: every fault is told, the difference is shown, applying writes it, undoing takes it back."""

import datetime as dt
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from kpis.models import ProductDay
from products import price_services
from products.catalogue_apply import apply_file, lines_of, touched, undo_file
from products.catalogue_files import read_file, unread
from products.completeness import score
from products.matching import Named, ensure_products
from products.merging import merge, queue, unmatched
from products.models import SKU, Alias, Cost, Listing, ListPrice, PriceChange, Product
from staff.services import create_token
from tests.world import World

HEADER = "商家编码,商品名称,商品ID,类目,一口价,成本价,上架日期,商品状态,SKU编码,箱规"
THREE = [
    "A1,面霜,7001,面霜,129,30.5,2026-01-05,在售,A1-50,12",
    "B2,面膜,7002,面膜,79,,2026/03/01,当前在线,,",
    "B2,面膜,7002,,,,,,B2-L,",
]


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-23")


def file_of(lines: list[str], header: str = HEADER) -> io.BytesIO:
    return io.BytesIO("\n".join([header, *lines]).encode("utf-8-sig"))


def test_an_item_list_with_thirty_faults_lists_all_thirty(world: World) -> None:
    faults = [
        "C{0},货{0},,,abc,,,,,",
        "C{0},货{0},,,,,昨天,,,",
        "C{0},货{0},,,,,,飞了,,",
        "C{0},货{0},,,,,,,,半箱",
        ",货{0},,,,,,,,",
        "C{0},,,,,,,,,",
    ]
    lines = [fault.format(i * 6 + j) for i in range(5) for j, fault in enumerate(faults)]
    file = read_file(world.store, file_of([*THREE[:2], *lines]), "30.csv", by=world.bob)
    assert len(file.rows) == 2
    assert [x[0] for x in file.problems] == list(range(4, 34))
    assert [x[3] for x in file.problems[:6]] == ["money", "day", "status", "number", "nameless", "untitled"]
    assert file.problems[0][1:3] == ["一口价", "abc"]


def test_two_products_of_a_file_cannot_have_the_same_item_or_sku(world: World) -> None:
    held = Product.objects.create(store=world.store, code="H1", title="旧款")
    Listing.objects.create(store=world.store, product=held, item_id="7009")
    lines = [
        "A1,面霜,7001 7002,,,,,,A1-50,", ",面霜,7002,,,,,,A1-80,",  # one product, told by its item
        "B2,面膜,,,,,,,A1-50,", "C3,皂,7001,,,,,,,", "H1,旧款,,,,,,,H1-S,", ",旧款,7009,,,,,,H1-S,9",
    ]  # fmt: skip
    file = read_file(world.store, file_of(lines), "a.csv", by=world.bob)
    assert [x[:1] + x[2:] for x in file.problems] == [[4, "A1-50", "claimed"], [5, "7001", "claimed"]]


def test_skus_of_a_style_that_cost_differently_are_told_that_a_style_has_one_cost(world: World) -> None:
    lines = ["A1,夏裙,S,36", "A1,夏裙,M,36.00", "A1,夏裙,L,38.5"]
    file = read_file(world.store, file_of(lines, "商家编码,名称,SKU编码,进价"), "a.csv", by=None)
    assert file.problems == [[4, "进价", "38.50", "cost_differs"]]
    assert [row for _line, row in file.rows] == [
        {"code": "A1", "title": "夏裙", "sku": size, "cost": 3600} for size in ("S", "M")
    ]


def test_a_file_says_which_columns_nobody_reads(world: World, client: Client) -> None:
    header = HEADER.replace("箱规", "起订倍数")
    file = read_file(world.store, file_of(THREE, header), "a.csv", by=world.bob)
    client.force_login(world.bob)
    page = client.get(reverse("product_file", args=["lotus", file.pk])).content.decode()
    assert "起订倍数" in page
    assert "on_sale" not in page
    assert "format=xlsx" not in page


def test_a_file_is_shown_as_a_difference_then_applied_and_taken_back(world: World) -> None:
    old = Product.objects.create(store=world.store, code="A1", title="旧面霜")
    file = read_file(world.store, file_of(THREE), "a.csv", by=world.bob)
    shown = lines_of(file)
    assert [x.is_new for x in shown] == [False, True, False]
    assert ("title", "旧面霜", "面霜") in shown[0].changes
    assert apply_file(file, by=world.bob)[:2] == (1, 1)
    file.refresh_from_db()
    assert [(x.code, is_new) for x, is_new in touched(file)] == [("A1", False), ("B2", True)]
    old.refresh_from_db()
    assert (old.title, old.category, old.launched_on) == ("面霜", "面霜", dt.date(2026, 1, 5))
    assert set(Listing.objects.values_list("item_id", "product__code")) == {("7001", "A1"), ("7002", "B2")}
    assert set(SKU.objects.values_list("code", "pack_size")) == {("A1-50", 12), ("B2-L", 1)}
    assert list(Cost.objects.values_list("cost_fen", flat=True)) == [3050]
    assert set(ListPrice.objects.values_list("price_fen", "by__username")) == {(12900, "bob"), (7900, "bob")}
    assert undo_file(file, ()) == 0
    old.refresh_from_db()
    assert (old.title, old.category, old.launched_on) == ("旧面霜", "", None)
    assert [Product.objects.count(), Listing.objects.count(), SKU.objects.count(), Cost.objects.count()] == [1, 0, 0, 0]


def test_a_price_from_a_file_has_its_line_in_the_history_and_so_has_taking_it_back(world: World) -> None:
    cream = Product.objects.create(store=world.store, code="A1", title="面霜")
    price_services.set_list_price(cream, dt.date(2026, 1, 5), 11900, why="定价", by=world.alice)
    file = read_file(world.store, file_of(THREE[:1]), "a.csv", by=world.bob)
    apply_file(file, by=world.bob)
    undo_file(file, (), by=world.mia)
    told = PriceChange.objects.order_by("id").values_list("from_day", "old_fen", "new_fen", "by__username")[1:]
    today = dt.date(2026, 11, 23)
    assert list(told) == [(today, 11900, 12900, "bob"), (today, 12900, 11900, "mia")]
    assert price_services.in_force(cream, today) == 11900


def test_a_price_set_again_since_stays_when_its_file_is_taken_back(world: World) -> None:
    cream = Product.objects.create(store=world.store, code="A1", title="面霜")
    file = read_file(world.store, file_of(THREE[:1]), "a.csv", by=world.bob)
    apply_file(file, by=world.bob)
    price_services.set_list_price(cream, dt.date(2026, 11, 23), 9900, why="降价", by=world.mia)
    assert undo_file(file, ()) == 1
    assert price_services.in_force(cream, dt.date(2026, 11, 23)) == 9900


def test_a_list_price_of_nothing_is_a_fault(world: World) -> None:
    file = read_file(world.store, file_of(["A1,面霜,,,0,,,,,"]), "a.csv", by=None)
    assert [x[3] for x in file.problems] == ["price"]


def test_applying_the_same_file_again_changes_nothing(world: World) -> None:
    apply_file(read_file(world.store, file_of(THREE), "a.csv", by=None), by=None)
    again = read_file(world.store, file_of(THREE), "a.csv", by=None)
    assert not any(x.is_new or x.changes for x in lines_of(again))
    assert apply_file(again, by=None) == (0, 0, None)


def test_what_was_changed_since_or_sold_stays_when_a_file_is_taken_back(world: World) -> None:
    old = Product.objects.create(store=world.store, code="A1", title="旧面霜")
    file = read_file(world.store, file_of(THREE), "a.csv", by=None)
    apply_file(file, by=None)
    Product.objects.filter(pk=old.pk).update(title="又改了")
    sold = Product.objects.get(code="B2")
    file.refresh_from_db()
    assert undo_file(file, {sold.pk}) == 2
    old.refresh_from_db()
    assert (old.title, old.category) == ("又改了", "")
    assert Product.objects.filter(code="B2").exists()


def test_an_item_id_of_another_product_is_refused(world: World) -> None:
    other = Product.objects.create(store=world.store, code="X", title="x")
    Product.objects.create(store=world.store, code="A1", title="面霜")
    Listing.objects.create(store=world.store, product=other, item_id="7001")
    file = read_file(world.store, file_of(THREE[:1]), "a.csv", by=None)
    assert [x[3] for x in file.problems] == ["taken"]


def test_our_own_export_comes_back_without_a_difference(client: Client, world: World) -> None:
    apply_file(read_file(world.store, file_of(THREE), "a.csv", by=None), by=None)
    client.force_login(world.bob)
    body = client.get(reverse("products", args=["lotus"]), {"format": "csv"}).content
    again = read_file(world.store, io.BytesIO(body), "own.csv", by=None)
    assert (len(again.rows), again.problems) == (2, [])
    assert not any(x.changes for x in lines_of(again))


def test_what_a_file_guards_is_the_same_product_when_it_comes_back(client: Client, world: World) -> None:
    product = Product.objects.create(store=world.store, code="-X1", title="+1元换购")
    client.force_login(world.bob)
    for kind in ("csv", "xlsx"):
        body = client.get(reverse("products", args=["lotus"]), {"format": kind}).content
        again = read_file(world.store, io.BytesIO(body), f"own.{kind}", by=None)
        assert [tuple(x.changes) for x in lines_of(again)] == [()]
    file = read_file(world.store, io.BytesIO('商家编码,标题\n"=""-X1""",+2元换购\n'.encode()), "a.csv", by=None)
    apply_file(file, by=None)
    product.refresh_from_db()
    assert (product.title, Product.objects.count()) == ("+2元换购", 1)


def test_the_pages_show_problems_and_apply(client: Client, world: World) -> None:
    client.force_login(world.bob)
    sent = file_of([*THREE, "C1,货,,,abc,,,,,"])
    sent.name = "list.csv"
    page = client.post(reverse("product_files", args=["lotus"]), {"file": sent}, follow=True)
    assert "abc" in page.content.decode()
    where = page.redirect_chain[-1][0]
    client.post(where + "do/", {"do": "apply"})
    assert Product.objects.filter(store=world.store).count() == 2
    assert all(x.title in client.get(where).content.decode() for x in Product.objects.all())
    client.post(where + "do/", {"do": "undo"})
    assert not Product.objects.filter(store=world.store).exists()


def test_a_name_a_file_brings_waits_and_a_match_is_remembered(client: Client, world: World) -> None:
    cream = Product.objects.create(store=world.store, code="A1", title="水润保湿面霜 50g")
    [pk] = ensure_products(world.store, [Named("OLD-1", "水润保湿面霜 50g 旧包装")]).values()
    [waiting] = queue(world.store, unmatched(world.store))
    assert (waiting.product.pk, waiting.alike) == (pk, [cream])
    ProductDay.objects.create(store=world.store, day=dt.date(2026, 11, 1), product_id_ref=pk, pay_amt=100)
    where = reverse("product_matching", args=["lotus"])
    led = {}
    for person in (world.vera, world.bob):  # who may only read is not led to a page that refuses them
        client.force_login(person)
        led[person] = [where in client.get(f"/s/lotus/products/{x}").content.decode() for x in ("", f"{pk}/")]
    assert led == {world.vera: [False, False], world.bob: [True, True]}
    client.post(where, {"product": pk, "into": "A1"})
    assert set(Alias.objects.values_list("text", flat=True)) == {"OLD-1", "水润保湿面霜50g旧包装"}
    named = [Named("OLD-1", "水润保湿面霜 50g 旧包装"), Named("", "水润保湿面霜 50g 旧包装")]
    assert set(ensure_products(world.store, named).values()) == {cream.pk}
    assert not unmatched(world.store).exists()


def test_prices_that_move_to_the_product_meant_bring_their_history_along(world: World) -> None:
    cream = Product.objects.create(store=world.store, code="A1", title="面霜")
    old = Product.objects.create(store=world.store, code="OLD", title="面霜旧款")
    price_services.set_list_price(old, dt.date(2026, 1, 5), 12900, why="定价", by=world.bob)
    merge(old, cream)
    assert list(cream.price_changes.values_list("new_fen", "by__username")) == [(12900, "bob")]
    assert price_services.in_force(cream, dt.date(2026, 11, 1)) == 12900


def test_a_product_is_no_other_name_of_itself(world: World) -> None:
    cream = Product.objects.create(store=world.store, code="A1", title="面霜")
    with pytest.raises(Exception, match=r"another product|另一"):
        merge(cream, cream)


@pytest.mark.parametrize(
    ("answers", "blocks", "points", "kinds", "done"),
    [
        ({}, {}, {}, [""], 0),
        ({"material": "棉", "size": " "}, {"sizes": True}, {"sells_function": "保湿"}, ["scene", "scene", "main"], 5),
    ],
)
def test_a_page_is_complete_with_32_things(
    answers: dict[str, str], blocks: dict[str, bool], points: dict[str, str], kinds: list[str], done: int
) -> None:
    found = score(answers, blocks, points, kinds)
    assert (found.done, found.whole, len(found.missing)) == (done, 32, 32 - done)
    assert "picture_detail" in found.missing


def test_products_ranks_and_decisions_go_over_rest(client: Client, world: World) -> None:
    _token, plain = create_token(world.bob, "bob", "write", [world.store])
    how = {"HTTP_AUTHORIZATION": f"Bearer {plain}", "content_type": "application/json"}
    at = "/api/v1/stores/lotus/products"
    body = {"lines": [{"code": "A1", "title": "面霜", "cost": "30.50", "item_ids": ["7001"], "is_unstocked": True}]}
    assert client.post(at, body, **how).json()["new"] == 1
    bad = client.post(at, {"lines": [{"code": "A2"}, {"code": "A1", "cost": "x"}]}, **how)
    assert bad.status_code == 422
    assert len(bad.json()["errors"][0]["valid"]) == 2
    [told] = client.get(at, **how).json()["results"]
    assert (told["code"], told["unit_cost"], told["item_ids"], told["is_unstocked"]) == ("A1", "30.50", ["7001"], True)
    ranks = {"lines": [{"code": "A1", "search": 3, "category": None}]}
    assert client.post(f"{at}/ranks", ranks, **how).json() == {"changed": 1, "proposals": 0}
    move = client.post(f"{at}/moves", {"code": "A1", "target": "growth"}, **how).json()
    done = client.post(f"{at}/moves/{move['id']}", {"do": "confirm"}, **how).json()
    assert (done["state"], client.get(f"{at}/{told['id']}", **how).json()["stage"]) == ("confirmed", "growth")
    assert client.get(f"{at}/focus", **how).json()["products"][0]["abc"] == "C"
    assert client.get(f"{at}/range", **how).json()["warnings"] == ["few", "vip", "heroes"]


def test_the_command_line_brings_a_file_in_and_says_what_it_would_change(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(file_of([*THREE, "C1,货,,,abc,,,,,"]).getvalue())
    call_command("import_products", "lotus", str(path), "--dry-run", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["applied"], told["new"], [x["code"] for x in told["problems"]]) == (False, 2, ["money"])
    assert not Product.objects.exists()
    call_command("import_products", "lotus", str(path), by="bob")
    assert "C1" not in Product.objects.values_list("code", flat=True)
    assert set(PriceChange.objects.values_list("by__username", flat=True)) == {"bob"}
    with pytest.raises(CommandError):
        call_command("import_products", "lotus", str(path), by="nobody")


def test_the_lines_that_stay_out_come_back_as_they_stood_and_are_taken_when_corrected(
    world: World, client: Client
) -> None:
    client.force_login(world.bob)
    lines = [*THREE[:1], "C1,货一,,,abc,,昨天,,,", "C2,货二,,,60,,,,,半箱", "C3"]
    file = read_file(world.store, file_of(lines), "a.csv", by=world.bob)
    address = reverse("product_file", args=[world.store.slug, file.pk])
    text = client.get(address, {"format": "csv"}).content.decode("utf-8-sig")
    head, *rows = text.splitlines()
    assert head.startswith(HEADER + ",")
    assert [x.split(",")[:10] for x in rows[:2]] == [x.split(",") for x in lines[1:3]]
    assert rows[0].count("一口价") == rows[0].count("上架日期") == 1
    mended = text.replace("abc,,昨天", "50,,2026-01-02").replace("半箱", "6").replace("C3,", "C3,货三")
    again = read_file(world.store, io.BytesIO(mended.encode()), "b.csv", by=world.bob)
    assert (len(again.rows), again.problems, again.to_mend[1:], unread(again)) == (3, [], [], [])
