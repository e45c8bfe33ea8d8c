"""Stock and price pages: what they show, what their buttons do, and how often they ask the database."""

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from opsplan.lib import clock
from products import stock_queries, stock_services
from products.models import (
    SKU,
    ListPrice,
    PriceSettings,
    Product,
    PurchaseOrder,
    StockFile,
    StockHold,
    StockItem,
    StockMovement,
    StockPace,
    StockRule,
    StockTake,
)
from stores.amounts import FROM_0_TO_100, ONE_DECIMAL
from tests.products.stockroom import Room, fill, make_room
from tests.world import World, at


@pytest.fixture
def room(world: World) -> Room:
    return make_room(world, small=20, large=5, sheet=100)


@pytest.fixture
def bob(client: Client, world: World) -> Client:
    client.force_login(world.bob)
    with translation.override("en"):
        client.cookies["django_language"] = "en"
        return client


def on_hand(sku: SKU) -> int:
    return StockItem.objects.get(sku=sku).on_hand


def test_the_stock_page_shows_what_may_be_promised(bob: Client, world: World, room: Room) -> None:
    stock_services.hold_stock(world.store, room.small, 7, "deal:1")
    rows = {x.code: (x.on_hand, x.held, x.free) for x in bob.get(at("stock")).context["page"]}
    assert rows == {"TLS": (25, 7, 18), "MM": (100, 0, 100)}


def test_filters_and_search_narrow_the_stock_page(bob: Client, world: World, room: Room) -> None:
    Product.objects.filter(pk=room.cream.pk).update(is_hero=True)
    low = bob.get(at("stock"), {"state": "low"}).context["page"]
    assert [x.code for x in low] == ["TLS"]
    assert [x.code for x in bob.get(at("stock"), {"q": "面膜"}).context["page"]] == ["MM"]
    counted = [bob.get(at("stock"), {"q": q}).context["states"]["low"] for q in ("", "面膜")]
    assert counted == [1, 0]  # the number on a filter is what it opens, the search kept


def test_the_stock_page_comes_as_a_file(bob: Client, room: Room) -> None:
    text = bob.get(at("stock"), {"format": "csv", "sort": "code"}).content.decode("utf-8-sig")
    assert [line.split(",")[0] for line in text.splitlines()[1:]] == ["MM", "TLS"]


def test_a_movement_is_entered_and_logged(bob: Client, room: Room) -> None:
    place = stock_services.main_place(room.cream.store).pk
    told = {"sku": room.small.pk, "kind": "lost", "units": 2, "place": place, "reason": "摔坏"}
    assert bob.post(at("stock_move", room.cream.pk), told).status_code == 302
    assert on_hand(room.small) == 18
    assert "摔坏" in bob.get(at("stock_movements")).content.decode()
    with CaptureQueriesContext(connection) as asked:
        assert "摔坏" in bob.get(at("stock_movements"), {"format": "csv"}).content.decode("utf-8-sig")
    ledger = [x["sql"] for x in asked if 'FROM "products_stockmovement"' in x["sql"]]
    assert [" LIMIT " in x for x in ledger] == [False]  # a file is not cut without a word
    assert "没有符合条件的流水" in bob.get(at("stock_movements"), {"q": "nothing of the kind"}).content.decode()


def test_a_movement_of_more_than_is_there_is_refused_beside_the_field(bob: Client, room: Room) -> None:
    place = stock_services.main_place(room.cream.store).pk
    told = {"sku": room.small.pk, "kind": "sold", "units": 21, "place": place}
    answer = bob.post(at("stock_move", room.cream.pk), told)
    assert answer.status_code == 422
    assert answer.context["move_form"].errors["units"]


def test_a_hold_of_a_deal_bears_the_deals_name(bob: Client, world: World, room: Room) -> None:
    stock_services.hold_stock(world.store, room.small, 5, "deal:1", why="双11 周末团")
    page = bob.get(at("stock_product", room.cream.pk)).content.decode()
    assert '<th scope="row" class="t">双11 周末团</th>' in page


def test_a_hold_is_made_and_released_by_hand(bob: Client, room: Room) -> None:
    told = {"sku": room.small.pk, "units": 5, "reference": "直播"}
    bob.post(at("stock_hold", room.cream.pk), told)
    hold = StockHold.objects.get()
    assert hold.left == 5
    bob.post(at("stock_release", hold.pk))
    hold.refresh_from_db()
    assert (hold.released, StockItem.objects.get(sku=room.small).held) == (5, 0)


def test_a_line_and_safety_stock_are_set(bob: Client, room: Room) -> None:
    bob.post(at("stock_rule", room.cream.pk), {"alert": 40, "target": 80, f"s{room.small.pk}": "6"})
    assert StockItem.objects.get(sku=room.small).safety == 6
    rule = StockRule.objects.get(product=room.cream)
    assert (rule.alert, rule.target, rule.lead_days) == (40, 80, None)
    assert bob.post(at("stock_rule", room.cream.pk), {f"s{room.small.pk}": "viele"}).status_code == 422


def test_what_is_proposed_becomes_an_order_and_comes_in(bob: Client, world: World, room: Room) -> None:
    StockRule.objects.create(product=room.mask, alert=150, target=200, lead_days=30)
    page = bob.get(at("purchase_new"))
    assert [(sku.code, units) for sku, units, _cost in page.context["lines"]] == [("MM-10", 108)]  # 100 in packs of 12
    place, due = stock_services.main_place(world.store).pk, clock.today(world.store.timezone)
    assert page.context["form"].initial["due_on"] == due + dt.timedelta(days=30)  # as long as this product takes
    bob.post(at("purchase_new"), {"place": place, "due_on": due, f"q{room.sheet.pk}": "108"})
    order = PurchaseOrder.objects.get()
    assert bob.get(at("purchase_new")).context["lines"] == []  # what is on its way is not proposed again
    page = bob.post(at("purchase_do", order.pk), {"do": "receive", f"r{order.lines.get().pk}": "-5"})
    assert [typed for _line, *typed in page.context["lines"]] == [["-5", True]]
    bob.post(at("purchase_do", order.pk), {"do": "receive", f"r{order.lines.get().pk}": "100"})
    assert on_hand(room.sheet) == 200
    assert bob.get(at("purchase", order.pk)).context["order"].state == "partly"
    came = StockMovement.objects.get(kind="received", reference=order.number)
    bob.post(at("purchase_do", order.pk), {"do": "back", "delivery": str(came.pk)})
    page = bob.get(at("purchase", order.pk))
    assert (page.context["order"].state, 'value="back"' in page.content.decode()) == ("open", False)


def test_an_order_without_lines_is_refused(bob: Client, world: World, room: Room) -> None:
    place = stock_services.main_place(world.store).pk
    told = {"place": place, "due_on": clock.today(world.store.timezone), f"q{room.sheet.pk}": ""}
    assert bob.post(at("purchase_new"), told).status_code == 422


def test_a_count_is_written_printed_and_posted(bob: Client, world: World, room: Room) -> None:
    bob.post(at("stock_take_new"), {"place": stock_services.main_place(world.store).pk})
    take = StockTake.objects.get()
    line = take.lines.get(sku=room.small)
    assert "TLS-50" in bob.get(at("stock_take_sheet", take.pk)).content.decode()
    assert b"In the books" not in bob.get(at("stock_take_sheet", take.pk), {"blind": "1"}).content
    for wrong in ("1o", "9999999999"):  # the other counts stay typed, and nothing is kept
        told = {"do": "save", f"c{line.pk}": wrong, f"c{take.lines.get(sku=room.sheet).pk}": "88"}
        page = bob.post(at("stock_take_do", take.pk), told)
        shown = {x.sku.code: (typed, is_wrong) for x, typed, is_wrong in page.context["lines"]}
        assert (page.status_code, shown["MM-10"], shown["TLS-50"]) == (422, ("88", False), (wrong, wrong == "1o"))
        assert not take.lines.filter(counted__isnull=False).exists()
    bob.post(at("stock_take_do", take.pk), {"do": "drop", f"c{line.pk}": "16"})
    assert 'value="resume"' in bob.get(at("stock_take", take.pk)).content.decode()
    bob.post(at("stock_take_do", take.pk), {"do": "resume"})
    line.refresh_from_db()
    assert (line.counted, on_hand(room.small)) == (16, 20)
    bob.post(at("stock_take_do", take.pk), {"do": "post", f"c{line.pk}": "17"})
    assert on_hand(room.small) == 17
    assert StockMovement.objects.get(kind="counted").on_hand == -3


def upload(bob: Client, text: str) -> Any:
    return bob.post(at("stock_import"), {"file": SimpleUploadedFile("库存.csv", text.encode("gb18030"))})


def test_a_file_is_shown_before_it_is_applied(bob: Client, room: Room) -> None:
    assert upload(bob, "SKU编码,现货\nTLS-50,33\nNIX,5\n").status_code == 302
    file = StockFile.objects.get()
    page = bob.get(at("stock_file", file.pk))
    assert (page.context["changed"], page.context["bad"], on_hand(room.small)) == (1, 1, 20)
    bob.post(at("stock_file_do", file.pk), {"do": "apply"})
    assert on_hand(room.small) == 33
    bob.post(at("stock_file_do", file.pk), {"do": "undo"})
    assert on_hand(room.small) == 20


def test_an_unreadable_file_says_why(bob: Client, room: Room) -> None:
    answer = upload(bob, "a,b\n1,2\n")
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]


def test_products_without_a_sku_get_one(bob: Client, world: World, room: Room) -> None:
    Product.objects.create(store=world.store, code="NEU", title="新品")
    bob.post(at("stock_begin"))
    assert on_hand(SKU.objects.get(code="NEU")) == 0


def test_slow_stock_is_listed_with_the_lowest_price_allowed(bob: Client, world: World, room: Room) -> None:
    Product.objects.filter(pk=room.cream.pk).update(launched_on="2026-01-01")
    ListPrice.objects.create(product=room.cream, from_day="2026-01-01", price_fen=9999)
    sums = [bob.get(at(name)).context["sums"] for name in ("stock", "stock_clearance")]
    assert [(x.slow > 0, x.slow_fen) for x in sums] == [(True, None), (True, None)]  # nobody has told a cost
    rows = bob.get(at("stock_clearance")).context["rows"]
    assert [(row.code, price) for row, price in rows] == [("TLS", 7000)]


def test_a_price_is_tried_and_changed_with_a_reason(bob: Client, world: World, room: Room) -> None:
    told = {"price": "120", "from_day": "2026-01-01", "reason": "定价"}
    bob.post(at("price_set", room.cream.pk), told)
    page = bob.get(at("product_prices", room.cream.pk), {"price": "83.99"})
    assert [x.rule for x in page.context["found"]] == ["floor", "never_sold"]
    assert "定价" in page.content.decode()
    assert bob.post(at("price_set", room.cream.pk), told | {"price": "130", "reason": " "}).status_code == 422


def test_price_rules_are_set_by_managers(bob: Client, client: Client, world: World) -> None:
    rules = {"floor": "60%", "raise_rate": "12.5", "raise_days": "30", "inflated_days": "90"}
    bob.post(at("price_rules"), rules)
    assert not PriceSettings.objects.exists()
    client.force_login(world.mia)
    client.post(at("price_rules"), rules)
    kept = PriceSettings.objects.get()
    assert (str(kept.floor), str(kept.raise_rate)) == ("0.600", "0.125")
    event = {"key": "coins", "name": "淘金币", "lookback_days": "7", "factor": "92.5%"}
    client.post(at("price_event_set"), event)
    page = client.get(at("price_rules"), {"event": "coins"}).content.decode()
    assert [x in page for x in ("淘金币", 'value="60%"', 'value="12.5%"', 'value="92.5%"')] == [True] * 4
    page = client.post(at("price_rules"), rules | {"floor": "160%", "raise_rate": "70.55"})
    assert page.context["form"].errors == {"floor": [FROM_0_TO_100], "raise_rate": [ONE_DECIMAL]}
    assert 'value="160%"' in page.content.decode()  # stays as it was typed


def many(world: World, products: int, each: int) -> None:
    made = Product.objects.bulk_create(
        Product(store=world.store, code=f"P{i:04}", title=f"款{i}") for i in range(products)
    )
    skus = SKU.objects.bulk_create(
        SKU(store=world.store, product=x, code=f"{x.code}-{n}") for x in made for n in range(each)
    )
    StockItem.objects.bulk_create(StockItem(sku=x, store=world.store, on_hand=10) for x in skus)
    StockPace.objects.bulk_create(StockPace(product=x, units_28=28, days_28=28) for x in made)


def test_5000_skus_cost_the_stock_page_as_many_queries_as_three(
    bob: Client, world: World, room: Room, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(6):
        stock_queries.stock_rows(world.store, clock.today(world.store.timezone))
    many(world, 500, 10)
    with django_assert_num_queries(6):
        rows = stock_queries.stock_rows(world.store, clock.today(world.store.timezone))
    assert (len(rows), sum(x.skus for x in rows), rows[-3].on_hand) == (502, 5003, 100)
    bob.get(at("stock"))
    with django_assert_num_queries(11):
        bob.get(at("stock"))


def test_balances_of_many_skus_are_set_with_a_fixed_number_of_queries(
    world: World, django_assert_max_num_queries: Any
) -> None:
    many(world, 40, 10)
    with django_assert_max_num_queries(32):
        fill(world, dict.fromkeys(SKU.objects.select_related("product", "store"), 33))
    assert StockMovement.objects.count() == 400


def test_a_product_without_stock_says_that_it_never_blocks(bob: Client, world: World) -> None:
    made = Product.objects.create(store=world.store, code="DS", title="代发", is_unstocked=True)
    page = bob.get(at("stock_product", made.pk))
    assert page.status_code == 200
    assert page.context["row"].level == "none"


def test_no_place_tells_stock_of_a_product_whose_stock_is_not_kept(bob: Client, world: World) -> None:
    made = Product.objects.create(store=world.store, code="DS", title="代发", is_unstocked=True)
    sku = SKU.objects.create(store=world.store, product=made, code="DS-1")
    StockPace.objects.create(product=made, units_28=28, days_28=28)
    stock_services.hold_stock(world.store, sku, 5, "deal:1")
    text = bob.get(at("stock"), {"format": "csv", "state": "unstocked"}).content.decode("utf-8-sig")
    row = list(csv.reader(text.splitlines()))[1]
    assert (row[4], row[6], row[8]) == ("5", "", "")  # held, free to promise, days of cover
    assert stock_queries.stock_rows(world.store, dt.date(2026, 3, 1))[0].cover is None


def test_whoever_takes_a_sku_with_stock_out_of_use_is_told_that_it_counts_no_more(
    bob: Client, world: World, room: Room
) -> None:
    url = at("sku_switch", room.cream.pk, room.small.pk)
    told = [[str(x) for x in bob.post(url, follow=True).context["messages"]] for _turn in range(2)]
    assert [["20" in x and "TLS-50" in x for x in each] for each in told] == [[True], []]


def test_the_command_imports_and_tells_json(world: World, room: Room, tmp_path: Any) -> None:
    from django.core.management import call_command

    path, out = tmp_path / "stock.csv", io.StringIO()
    path.write_text("sku,stock\nTLS-50,44\nNIX,1\n")
    call_command("import_stock", "lotus", str(path), "--dry-run", "--json", stdout=out)
    assert '"on_hand": [20, 44]' in out.getvalue()
    assert on_hand(room.small) == 20
    call_command("import_stock", "lotus", str(path), stdout=out)
    assert on_hand(room.small) == 44
