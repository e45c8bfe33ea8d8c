"""What the guard says where a list price or a cost is missing: it looks at what it can, and names what it cannot."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import ValidationError
from time_machine import travel

from campaigns import calculator, guarding, rehearsing
from campaigns.api.planned import product_told
from campaigns.groupbuy.prices import verdicts
from campaigns.guard import Goods
from campaigns.models import Campaign, Guarded, Rehearsal
from campaigns.offers.kinds import Buyer, Cut, Kind, Offer, Voucher
from campaigns.queries import plan_page
from campaigns.rules import fixed_prices
from products.models import Cost, ListPrice, PaidPrice, PriceEvent, Product
from products.prices import Finding, Limits
from tests.campaigns.groupbuy.deals import deal, sku
from tests.campaigns.shop import FIRST, OPENED, campaign, coupon, product
from tests.world import World

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
FACTOR = Decimal("1.05")


def rules_in(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(one.rule, one.severity) for one in findings]


@pytest.mark.parametrize(
    ("cost", "is_listed", "unit", "said"),
    [
        (8000, False, 8400, []),  # 80.00 x 1.05 = 84.00, to the fen
        (8000, False, 8399, [("cost", "block")]),
        (8000, True, 8399, [("cost", "block")]),
        (8001, False, 8401, [("cost", "block")]),  # 84.0105 is 84.02
        (8000, False, Fraction(25199, 3), [("cost", "block")]),  # 83.99⅔
        (None, True, 1, [("no_cost", "warn")]),  # the floor is looked at, too, but not instead
        (None, False, 1, [("no_cost", "warn")]),
    ],
)
def test_the_cost_counts_whether_or_not_a_list_price_is_known(
    cost: int | None, is_listed: bool, unit: int | Fraction, said: list[tuple[str, str]]
) -> None:
    goods = Goods("A", 9000, cost, is_listed=is_listed)
    assert rules_in(guarding.against_cost(unit, goods, FACTOR)) == said


def test_a_missing_cost_is_told_by_what_else_is_known_unless_the_store_holds_no_price_against_it() -> None:
    listed, bare = Goods("A", 9000), Goods("A", 9000, is_listed=False)
    said = {one.sentence for goods in (listed, bare) for one in guarding.against_cost(1, goods, FACTOR)}
    assert len(said) == 2
    assert guarding.against_cost(1, listed, Decimal(0)) == []


@pytest.mark.parametrize(
    ("cost", "is_listed", "low"), [(6000, True, 7000), (6000, False, 6300), (None, False, 0), (7000, True, 7350)]
)
def test_a_price_that_stands_for_the_list_price_makes_no_floor(cost: int | None, is_listed: bool, low: int) -> None:
    goods = Goods("A", 10000, cost, is_listed=is_listed)  # floor 70.00; cost x 1.05 = 63.00 or 73.50
    assert guarding.low_price(goods, Limits(), None, FACTOR) == low


@pytest.mark.parametrize(("cost", "said"), [(8000, ["no_price"]), (None, ["no_price", "no_cost"])])
def test_without_any_price_it_says_what_is_missing(cost: int | None, said: list[str]) -> None:
    found = guarding.unpriced(Goods("A", 0, cost, is_listed=False))
    assert [one.rule for one in found] == said
    assert {one.severity for one in found} == {"warn"}


def test_of_several_fixed_prices_the_highest_stands_for_the_list_price() -> None:
    offers = [Offer("a", Kind.TIMED, Cut((("A", 900), ("B", 500)))), Offer("b", Kind.FLASH, Cut((("A", 700),)))]
    assert fixed_prices([*offers, Offer("c", Kind.COUPON, Voucher(0, 100))]) == {"A": 900, "B": 500}


def unlisted(world: World, cost_fen: int | None, code: str = "cream") -> Product:
    made = Product.objects.create(store=world.store, code=code, title=code)
    if cost_fen is not None:
        Cost.objects.create(product=made, from_day=OPENED, cost_fen=cost_fen)
    return made


def looked_at(sale: Campaign) -> tuple[Guarded, list[str]]:
    guarding.run(sale)
    row = Guarded.objects.get(campaign=sale)
    told = plan_page(sale)["rows"]
    answer = product_told(told[0])
    assert answer["verdict"] == told[0]["verdict"]
    assert [one["rule"] for one in answer["findings"]] == [one["rule"] for one in row.findings]
    return row, [told[0]["verdict"], *(one["rule"] for one in row.findings)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cost", "price", "off", "numbers", "said"),
    [
        (8000, 7900, 0, (None, 7900, 8000, True), ["blocked", "no_list", "cost"]),
        (8000, 8000, 0, (None, 8000, 8000, False), ["no_list", "no_list"]),
        (8000, 8500, 600, (None, 7900, 8000, True), ["blocked", "no_list", "cost"]),  # 85 less the coupon's 6
        (None, 7900, 0, (None, 7900, None, False), ["no_list", "no_list", "no_cost"]),
        (8000, None, 0, (None, None, 8000, False), ["no_list", "no_price"]),
        (None, None, 500, (None, None, None, False), ["no_list", "no_price", "no_cost"]),
    ],
)
def test_a_product_without_a_list_price_is_looked_at(
    world: World,
    cost: int | None,
    price: int | None,
    off: int,
    numbers: tuple[int | None, int | None, int | None, bool],
    said: list[str],
) -> None:
    with travel(NOON, tick=False):
        sale = campaign(world.store, (unlisted(world, cost), price))
        if off:
            coupon(sale, 0, off)
        row, found = looked_at(sale)
    assert (row.list_fen, row.deep_fen, row.low_fen, row.is_blocked) == numbers
    assert found == said


@pytest.mark.django_db
def test_the_lowest_price_of_thirty_days_holds_without_a_list_price(world: World) -> None:
    cream = unlisted(world, 5000)
    day = FIRST - dt.timedelta(days=20)
    PaidPrice.objects.create(store=world.store, product=cream, day=day, lowest_fen=8200, highest_fen=9000, units=1)
    PriceEvent.objects.create(store=world.store, key="big", name="大促", lookback_days=30, factor="0.9")
    with travel(NOON, tick=False):
        row, found = looked_at(campaign(world.store, (cream, 7400), price_event="big"))
    assert found == ["blocked", "no_list", "lookback"]
    assert row.findings[1]["numbers"]["most"] == 7380  # 82.00 x 0.9


@pytest.mark.django_db
def test_a_list_price_that_begins_during_the_campaign_brings_its_floor(world: World) -> None:
    cream = unlisted(world, 3000)
    sale = campaign(world.store, (cream, 6900))
    with travel(NOON, tick=False):
        ListPrice.objects.create(product=cream, from_day=FIRST + dt.timedelta(days=1), price_fen=10000)
        row = Guarded.objects.get(campaign=sale)
    assert (row.list_fen, row.low_fen, row.is_blocked) == (10000, 7000, True)


@pytest.mark.django_db
def test_a_campaign_of_the_whole_store_looks_at_deal_prices_without_a_list_price(world: World) -> None:
    made = deal(world.store, sku(world.store, 10), state="approved")  # 68.00 at a cost of 32.00
    ListPrice.objects.all().delete()
    made.site.platform = world.store.platform
    made.site.save()
    sale = campaign(world.store, first_day=dt.date(2026, 12, 1), last_day=dt.date(2026, 12, 2))
    coupon(sale, 0, 3700)  # 31.00
    with travel(NOON, tick=False):
        row, found = looked_at(sale)
    assert (row.deep_fen, row.low_fen, found[0]) == (3100, 3200, "blocked")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "cost", "listed", "said"),
    [
        (2, 6900, None, (6900, True)),  # 68.00 is below the cost of its second day
        (2, None, 9800, (6860, True)),  # 98.00 x 0.7
        (3, 6900, None, (6900, True)),  # it closes at 8:00 of that day in Shanghai
        (4, 6900, None, (6160, False)),  # 88.00 x 0.7: not sold any more
        (2, 3100, None, (6160, False)),
    ],
)
def test_a_deal_is_held_against_every_day_it_sells(
    world: World, day: int, cost: int | None, listed: int | None, said: tuple[int, bool]
) -> None:
    made = deal(world.store, sku(world.store, 10))
    product, begins = made.lines.get().sku.product, dt.date(2026, 12, day)
    if cost is not None:
        Cost.objects.create(product=product, from_day=begins, cost_fen=cost)
    if listed is not None:
        ListPrice.objects.create(product=product, from_day=begins, price_fen=listed)
    one = verdicts(made)[0]
    assert (one.low_fen, one.is_blocked) == said


@pytest.mark.django_db
def test_a_deal_below_its_cost_says_so(world: World) -> None:
    made = deal(world.store, sku(world.store, 10))
    ListPrice.objects.all().delete()
    Cost.objects.update(cost_fen=6900)
    one = verdicts(made)[0]
    assert (one.low_fen, one.is_blocked) == (6900, True)
    assert [finding.rule for finding in one.findings] == ["no_list", "cost"]
    Cost.objects.all().delete()
    assert [finding.rule for finding in verdicts(made)[0].findings] == ["no_list", "no_cost"]


@pytest.mark.django_db
def test_a_basket_is_priced_without_what_has_no_price_and_says_so(world: World) -> None:
    product(world.store, "cream", 10000, 4000)
    soap, _bare = unlisted(world, 2000, "soap"), unlisted(world, 1, "bare")
    sale = campaign(world.store, (soap, 5000), state=Campaign.State.APPROVED)
    coupon(sale, 4000, 1000)

    def asked(*lines: tuple[str, int], day: int = 10) -> calculator.Priced:
        at = dt.datetime(2026, 12, day, 4, tzinfo=dt.UTC)
        return calculator.price(world.store, list(lines), at, Buyer(), day=at.date())

    found = asked(("cream", 1), ("soap", 1), ("bare", 3))
    assert (found.receipt.payable_fen, found.stands, found.left_out) == (14000, ("soap",), ("bare",))  # 100 + 50 - 10
    assert found.lift is None  # how many more must be sold hangs on a price nobody knows
    told = calculator.told(found)
    assert [(line["code"], line["is_listed"]) for line in told["lines"]] == [("cream", True), ("soap", False)]
    left_out, stands = calculator.lacks(told)
    assert ("bare" in left_out, "soap" in left_out, "bare" in stands, "soap" in stands) == (True, False, False, True)
    for lines, day in (((("bare", 1),), 10), ((("soap", 1),), 20)):  # on the 20th nothing says what soap costs
        with pytest.raises(ValidationError, match=lines[0][0]):
            asked(*lines, day=day)
    assert calculator.lacks(calculator.told(asked(("cream", 1)))) == []


@pytest.mark.django_db
def test_a_price_for_groups_is_nobody_elses_list_price(world: World) -> None:
    soap = unlisted(world, 2000, "soap")
    sale = campaign(world.store, (soap, None), state=Campaign.State.APPROVED)
    sale.offers.create(kind="group", level="item", terms={"prices": {"soap": 4000}})
    at = dt.datetime(2026, 12, 10, 4, tzinfo=dt.UTC)
    found = calculator.price(world.store, [("soap", 2)], at, Buyer(in_group=True), day=FIRST)
    assert found.receipt.payable_fen == 8000
    with pytest.raises(ValidationError):
        calculator.price(world.store, [("soap", 2)], at, Buyer(), day=FIRST)


@pytest.mark.django_db
def test_a_rehearsal_names_what_has_no_price_and_prices_the_rest(world: World) -> None:
    cream, soap, bare = product(world.store, "cream", 10000), unlisted(world, 2000, "soap"), unlisted(world, 1, "bare")
    sale = campaign(world.store, (cream, 9000), (soap, 5000), (bare, None))
    made = Rehearsal.objects.create(campaign=sale, first=FIRST, last=FIRST, asked_at=NOON)
    orders = [((cream, 1), (bare, 2)), ((bare, 1),), ((soap, 2),), ((cream, 1), (soap, 1))]
    known = [(str(n), tuple(sorted((one.pk, pieces) for one, pieces in goods))) for n, goods in enumerate(orders)]
    rehearsing.run(made, known, 5)
    found = Rehearsal.objects.get().result
    assert (found["orders"], found["skipped"], found["unseen"], found["part"]) == (3, 1, 1, 1)
    assert (found["left_out"], found["stands"]) == ([["bare", 2]], [["soap", 2]])
    assert (found["list_fen"], found["paid_fen"], found["under"]) == (10000 + 10000 + 15000, 9000 + 10000 + 14000, 0)
