"""Price rules by hand: T-29 to T-31 as written, raises before a cut, inflated list prices, and the history kept."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from opsplan.lib.periods import DAY
from products import price_services, prices
from products.models import ListPrice, PaidPrice, PriceChange, PriceEvent, PriceSettings, Product
from products.prices import Event, Limits, Listed, Paid
from tests.world import World

START = dt.date(2026, 11, 11)
LONG_AGO = dt.date(2025, 1, 1)
DOUBLE11 = Event("double11", "双11", is_exempt=True, lookback_days=30, factor=Decimal("0.9"))


def ago(days: int) -> dt.date:
    return START - dt.timedelta(days=days)


def rules(price: int, listed: list[Listed], paid: list[Paid], event: Event | None = None) -> list[str]:
    return [x.rule for x in prices.check(price, listed, paid, START, Limits(), event)]


def asked(price: int) -> list[Listed]:
    return [Listed(LONG_AGO, price)]


PAID_120 = [Paid(ago(3), 12000, 12000)]


@pytest.mark.parametrize(
    ("price", "event", "broken"),
    [
        (7800, None, ["floor"]),  # 88 with a merchant coupon of 10 -> 78: 65 %
        (7800, Event("double11", "双11", is_exempt=True), []),
        (7800, Event("coins", "淘金币", is_exempt=True), []),
        (8800, None, []),  # the coupon is the platform's
        (8400, None, []),
        (8399, None, ["floor"]),
    ],
)
def test_t29_the_floor_is_70_percent_of_list_outside_exempt_events(
    price: int, event: Event | None, broken: list[str]
) -> None:
    assert rules(price, asked(12000), PAID_120, event) == broken


def test_a_list_price_of_a_later_day_is_held_against_what_was_paid_before_the_first() -> None:
    listed, paid = (
        [*asked(10000), Listed(START + 9 * DAY, 10500)],
        [Paid(ago(30), 8000, 8000), Paid(ago(2), 9500, 9500)],
    )
    event = Event("big", "大促", lookback_days=30)
    found = {
        day: {x.rule: x.numbers for x in prices.check(8200, listed, paid, START, Limits(), event, asked_on=day)}
        for day in (None, START + 9 * DAY)
    }
    assert [(x["lookback"]["lowest"], x["seven_day"]["base"], x["seven_day"]["list"]) for x in found.values()] == [
        (8000, 9500, 10000),
        (8000, 9500, 10500),
    ]


def test_a_price_above_list_is_told_to_be_odd() -> None:
    assert [rules(x, asked(12000), PAID_120) for x in (12001, 12000)] == [["above_list"], []]


def test_t29_the_finding_names_the_floor() -> None:
    (found,) = prices.check(7800, asked(12000), PAID_120, START, Limits())
    assert (found.numbers["floor"], found.numbers["share"], found.severity) == (8400, Decimal("0.65"), "block")


T30 = [Paid(ago(7), 9900, 9900), Paid(ago(4), 8900, 8900), Paid(ago(1), 9200, 9200)]


def test_t30_the_base_is_the_lowest_paid_price_of_seven_days() -> None:
    assert prices.base_price(T30, START) == (8900, None)
    found = {x.rule: x for x in prices.check(7900, asked(12900), T30, START, Limits(floor=Decimal("0.5")))}
    assert found["seven_day"].numbers["base"] == 8900
    assert round(found["seven_day"].numbers["rate"], 4) == Decimal("0.8876")  # 8.88折


def test_t30_without_a_sale_in_seven_days_the_last_sale_counts() -> None:
    assert prices.base_price([Paid(ago(40), 9000, 9000), Paid(ago(20), 9500, 9900)], START) == (9500, ago(20))


def test_t30_the_day_of_the_promotion_itself_does_not_count() -> None:
    assert (
        prices.base_price([Paid(START, 5000, 5000), Paid(ago(7), 9900, 9900), Paid(ago(8), 100, 100)], START)[0] == 9900
    )


def test_what_was_never_sold_may_show_no_original_price() -> None:
    assert rules(9000, asked(12000), []) == ["never_sold"]
    assert rules(12000, asked(12000), []) == []


T31 = [Paid(ago(30), 8200, 12000), Paid(ago(31), 5000, 5000), Paid(ago(2), 9900, 12000)]


@pytest.mark.parametrize(("price", "broken"), [(7380, []), (7381, ["lookback"])])
def test_t31_the_event_takes_nine_tenths_of_the_lowest_of_30_days(price: int, broken: list[str]) -> None:
    assert [x for x in rules(price, asked(10000), T31, DOUBLE11) if x == "lookback"] == broken


def test_t31_when_no_price_fits_event_and_floor_that_is_said() -> None:
    strict = Event("strict", "严格活动", lookback_days=30, factor=Decimal("0.9"))
    found = prices.check(8400, asked(12000), T31, START, Limits(), strict)
    assert [x.rule for x in found if x.severity == "block"] == ["lookback", "lookback_floor"]
    assert next(x for x in found if x.rule == "lookback_floor").numbers == {"most": 7380, "floor": 8400}
    assert prices.lowest_allowed(asked(12000), T31, START, Limits(), strict) == (8400, 7380)
    assert prices.lowest_allowed(asked(12000), T31, START, Limits(), DOUBLE11) == (None, 7380)  # no floor there
    assert prices.lowest_allowed([], [], START, Limits()) == (None, None)


@pytest.mark.parametrize(
    ("listed", "broken"),
    [
        ([Listed(LONG_AGO, 10000), Listed(ago(10), 11001)], ["raised"]),
        ([Listed(LONG_AGO, 10000), Listed(ago(10), 11000)], []),  # exactly 10 %
        ([Listed(LONG_AGO, 10000), Listed(ago(31), 13000)], []),
        ([Listed(LONG_AGO, 10000), Listed(ago(30), 13000)], ["raised"]),
        ([Listed(ago(20), 12000)], []),  # new on sale: raised from nothing
        ([Listed(START, 12000)], []),
        ([Listed(LONG_AGO, 12000), Listed(ago(20), 10000), Listed(ago(5), 12000)], ["raised"]),
    ],
)
def test_a_list_price_raised_shortly_before_a_cut_is_found(listed: list[Listed], broken: list[str]) -> None:
    paid = [Paid(ago(2), 13000, 13000)]
    assert rules(9900, listed, paid) == broken


def test_a_raise_without_a_cut_is_no_finding() -> None:
    assert rules(13000, [Listed(LONG_AGO, 10000), Listed(ago(5), 13000)], []) == []


def test_a_list_price_nobody_paid_is_inflated() -> None:
    assert "inflated" in rules(9900, asked(12000), [Paid(ago(90), 9900, 11900)])
    assert "inflated" not in rules(9900, asked(12000), [Paid(ago(90), 9900, 12000)])
    assert "inflated" not in rules(9900, asked(12000), [Paid(ago(91), 9900, 11900)])


def test_without_a_list_price_that_is_said() -> None:
    assert rules(9900, [], []) == ["no_list"]


@pytest.fixture
def cream(world: World) -> Product:
    made = Product.objects.create(store=world.store, code="TLS", title="调理霜")
    ListPrice.objects.create(product=made, from_day=LONG_AGO, price_fen=12000)
    PaidPrice.objects.create(store=world.store, product=made, day=ago(3), lowest_fen=12000, highest_fen=12000, units=4)
    return made


def test_the_service_asks_the_stores_own_rules(world: World, cream: Product) -> None:
    assert [x.rule for x in price_services.price_check(cream, 8399, START)] == ["floor"]
    PriceSettings.objects.create(store=world.store, floor=Decimal("0.5"))
    assert price_services.price_check(cream, 8399, START) == []


def test_the_service_knows_the_usual_events_and_the_stores_own(world: World, cream: Product) -> None:
    assert [x.rule for x in price_services.price_check(cream, 8000, START, "coins")] == []
    PriceEvent.objects.create(store=world.store, key="coins", name="淘金币", is_exempt=False)
    assert [x.rule for x in price_services.price_check(cream, 8000, START, "coins")] == ["floor"]
    with pytest.raises(ValidationError):
        price_services.price_check(cream, 8000, START, "nonsense")


def test_a_promotion_that_begins_at_midnight_begins_on_the_stores_day(cream: Product) -> None:
    midnight = dt.datetime(2026, 11, 10, 16, tzinfo=dt.UTC)  # 11-11 00:00 in Shanghai
    assert price_services.start_day(cream.store, midnight) == START


@pytest.mark.parametrize(("today", "told"), [("2026-11-04", []), ("2026-11-05", ["seven_day"])])
def test_seven_days_that_have_not_come_yet_are_not_said_to_be_without_sales(
    cream: Product, monkeypatch: pytest.MonkeyPatch, today: str, told: list[str]
) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", today)
    PaidPrice.objects.update(day=ago(8), lowest_fen=9000)  # START is 11-11, nothing was sold in the 7 days before
    assert [x.rule for x in price_services.price_check(cream, 8500, START)] == told


@pytest.mark.parametrize("sold", [2, 20])
def test_a_price_above_the_lowest_paid_one_is_told_to_be_no_discount(sold: int) -> None:
    (found,) = prices.check(9200, asked(12000), [Paid(ago(sold), 9000, 12000)], START, Limits())
    assert (found.rule, "no discount" in found.sentence) == ("seven_day", True)


@pytest.mark.parametrize(
    ("sold", "words"), [(2, "was paid in the 7 days before. The true discount"), (20, "nothing was sold in the 7 days")]
)
def test_a_price_below_the_lowest_paid_one_is_told_as_the_discount_it_is(sold: int, words: str) -> None:
    (found,) = prices.check(8700, asked(12000), [Paid(ago(sold), 9000, 12000)], START, Limits())
    assert (found.rule, "true discount" in found.sentence, words in found.sentence) == ("seven_day", True, True)


def test_the_sentence_has_its_numbers(cream: Product) -> None:
    (found,) = price_services.price_check(cream, 7800, START)
    assert "¥78.00" in found.sentence
    assert [x in found.sentence for x in ("65%", "70%", "65.00%")] == [True, True, False]
    assert "¥84.00" in found.sentence


def test_checking_many_products_asks_the_database_a_fixed_number_of_times(
    world: World, cream: Product, django_assert_num_queries: object
) -> None:
    many = [Product.objects.create(store=world.store, code=f"P{i}", title=f"P{i}") for i in range(5)]
    with django_assert_num_queries(2):
        books = price_services.books_of([cream, *many], START)
    assert len(books) == 6


def test_every_change_of_a_list_price_is_kept_with_who_and_why(world: World, cream: Product) -> None:
    price_services.set_list_price(cream, ago(5), 12900, why="原料涨价", by=world.bob)
    price_services.set_list_price(cream, ago(5), 13900, why="再涨", by=world.mia)
    price_services.set_list_price(cream, ago(5), None, why="录错了", by=world.mia)
    told = PriceChange.objects.order_by("id").values_list("old_fen", "new_fen", "why", "by__username")
    assert list(told) == [
        (12000, 12900, "原料涨价", "bob"), (12900, 13900, "再涨", "mia"), (13900, 12000, "录错了", "mia"),
    ]  # fmt: skip
    assert ListPrice.objects.filter(product=cream).count() == 1


def test_a_list_price_without_a_reason_is_refused(world: World, cream: Product) -> None:
    with pytest.raises(ValidationError):
        price_services.set_list_price(cream, ago(5), 12900, why=" ", by=world.bob)
    assert price_services.set_list_price(cream, LONG_AGO, 12000, why="一样", by=world.bob) is None
