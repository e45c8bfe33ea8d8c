"""The cases of domain.md 3.8 as written (yuan there, fen here), and bugs of others that must not be ours."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from campaigns.offers.breakeven import break_even_roi, needed_lift
from campaigns.offers.kinds import (
    AddOn,
    Base,
    Basket,
    Buyer,
    Cut,
    Freight,
    Gifts,
    GiftStep,
    Kind,
    Ladder,
    Level,
    Line,
    NFree,
    Nth,
    Offer,
    Payers,
    Points,
    Presale,
    Rules,
    Stacking,
    Step,
    Tiers,
    Voucher,
)
from campaigns.offers.receipts import Expenses, margin, parts_by_payer
from campaigns.offers.shares import split
from tests.campaigns.baskets import basket_of, price

UTC = dt.UTC


def reduction(*steps: tuple[int, int], key: str = "cut", level: Level = Level.SHOP, **terms: object) -> Offer:
    made = tuple(Step(at * 100, off * 100) for at, off in steps)
    return Offer(key, Kind.REDUCTION, Ladder(made, **terms), level=level)  # type: ignore[arg-type]


def coupon(at: int, off: int, key: str = "coupon", level: Level = Level.SHOP, **more: object) -> Offer:
    return Offer(key, Kind.COUPON, Voucher(at * 100, off * 100), level=level, **more)  # type: ignore[arg-type]


def timed(rate_bp: int | None = None, key: str = "timed", **prices: int) -> Offer:
    return Offer(key, Kind.TIMED, Cut(tuple((k, v) for k, v in prices.items()), rate_bp), level=Level.ITEM)


def pay(basket: Basket, *offers: Offer, **more: object) -> int:
    return price(basket, Rules(offers), **more).payable_fen  # type: ignore[arg-type]


def test_t16_break_even_roi_of_a_gross_margin() -> None:
    assert break_even_roi(Decimal("0.40")) == Decimal("2.5")
    assert break_even_roi(Decimal("0.25")) == 4
    assert break_even_roi(Decimal(0)) is None


def test_t21_only_the_highest_step_of_a_ladder_counts() -> None:
    receipt = price(basket_of(("A", 15900, 1), ("B", 26000, 1)), Rules((reduction((199, 20), (399, 60)),)))
    assert receipt.payable_fen == 35900
    assert receipt.steps[0].shares == (2277, 3723)
    assert [line.paid_fen for line in receipt.lines] == [13623, 22277]


@pytest.mark.parametrize(("cap", "paid"), [(None, 33800), (2000, 34800)])
def test_t22_a_repeating_reduction_and_its_cap(cap: int | None, paid: int) -> None:
    assert pay(basket_of(("A", 36800, 1)), reduction((100, 10), repeating=True, cap_fen=cap)) == paid


def test_t23_three_pieces_at_a_rate() -> None:
    rate = Offer("rate", Kind.FULL_RATE, Ladder((Step(3, rate_bp=8000),), by_pieces=True))
    assert pay(basket_of(("A", 5990, 1), ("B", 7990, 1), ("C", 9900, 1)), rate) == 19104
    assert pay(basket_of(("A", 5990, 1), ("B", 7990, 1)), rate) == 13980


@pytest.mark.parametrize(("pieces", "paid"), [(1, 8900), (2, 13350), (3, 22250), (4, 26700)])
def test_t24_the_second_piece_at_half_price(pieces: int, paid: int) -> None:
    assert pay(basket_of(("A", 8900, pieces)), Offer("half", Kind.NTH, Nth(2, 5000), level=Level.ITEM)) == paid


def test_t25_an_add_on_for_one_yuan_helps_no_threshold() -> None:
    add_on = Offer("one", Kind.ADD_ON, AddOn(19900, "gift", 100, 1200))
    receipt = price(basket_of(("A", 21500, 1)), Rules((add_on, reduction((216, 50)))), Buyer(addons=frozenset({"one"})))
    assert receipt.payable_fen == 21600
    assert receipt.extra_cost_fen == 1100


@pytest.mark.parametrize(("base", "paid"), [(Base.PARALLEL, 34000), (Base.PROGRESSIVE, 38000)])
def test_t26_four_offers_on_parallel_and_progressive_thresholds(base: Base, paid: int) -> None:
    offers = (
        timed(8000),
        reduction((400, 50), key="shop"),
        coupon(450, 40),
        reduction((300, 50), key="cross", level=Level.PLATFORM, repeating=True),
    )
    assert price(basket_of(("A", 30000, 2)), Rules(offers, Stacking(base=base))).payable_fen == paid


def test_t27_a_presale_with_a_reduction_for_the_deposit() -> None:
    presale = Offer("pre", Kind.PRESALE, Presale(10000, off_fen=20000), level=Level.ITEM)
    receipt = price(basket_of(("A", 100000, 1)), Rules((presale,)))
    assert (receipt.goods_fen, receipt.deposit_fen, receipt.balance_fen) == (80000, 10000, 70000)
    assert receipt.refund(0, 1).buyer_fen == 80000


def test_every_piece_bought_in_advance_has_its_deposit_up_to_the_limit() -> None:
    presale = Offer("pre", Kind.PRESALE, Presale(10000, off_fen=20000), level=Level.ITEM)
    two, one = (price(basket_of(("A", 100000, 2)), Rules((x,))) for x in (presale, replace(presale, limit=1)))
    assert (two.goods_fen, two.deposit_fen) == (160000, 20000)
    assert (one.goods_fen, one.deposit_fen) == (180000, 10000)


def test_a_presale_takes_off_no_more_than_the_piece_costs() -> None:
    presale = Offer("pre", Kind.PRESALE, Presale(0, off_fen=20000), level=Level.ITEM)
    assert pay(basket_of(("A", 15000, 1), ("B", 30000, 1)), presale) == 10000


@pytest.mark.parametrize(
    ("audience", "buyer", "paid"),
    [
        ("all", Buyer(), 9000),
        ("new", Buyer(), 10000),
        ("new", Buyer(vip=3), 10000),
        ("new", Buyer(is_new=True), 9000),
        ("vip", Buyer(is_new=True), 10000),
        ("vip", Buyer(vip=1), 9000),
    ],
)
def test_an_offer_is_for_those_it_is_meant_for(audience: str, buyer: Buyer, paid: int) -> None:
    assert pay(basket_of(("A", 10000, 1)), coupon(0, 10, audience=audience), buyer=buyer) == paid


def test_t28_a_deposit_that_counts_double_and_a_coupon_on_the_balance() -> None:
    presale = Offer("pre", Kind.PRESALE, Presale(3000, counts_fen=6000), level=Level.ITEM)
    before = price(basket_of(("A", 30000, 1)), Rules((presale,)))
    after = price(basket_of(("A", 30000, 1)), Rules((presale, coupon(250, 25))))
    assert (before.payable_fen, before.balance_fen) == (27000, 24000)
    assert (after.balance_fen, after.payable_fen) == (21500, 24500)


def test_t28_a_coupon_worth_the_whole_balance_does_not_apply() -> None:
    presale = Offer("pre", Kind.PRESALE, Presale(3000, counts_fen=6000), level=Level.ITEM)
    assert pay(basket_of(("A", 30000, 1)), presale, coupon(250, 240)) == 27000


def test_t32_the_unit_profit_and_the_lift_it_needs() -> None:
    basket = Basket((Line("A", 12000, 1, 3600),))
    receipt = price(basket, Rules((timed(A=8400), coupon(0, 5))))
    kept = margin(receipt, Expenses(fee_bp=500, freight_fen=600, packaging_fen=200, ads_fen=2000))
    normal = margin(price(basket, Rules(())), Expenses(fee_bp=500, freight_fen=600, packaging_fen=200, ads_fen=2000))
    assert (receipt.payable_fen, kept.profit_fen) == (7900, 1105)
    assert kept.rate is not None
    assert round(kept.rate * 100, 2) == Decimal("13.99")
    assert normal.profit_fen == 5000
    assert kept.profit_fen is not None
    lift = needed_lift(5000, kept.profit_fen)
    assert lift is not None
    assert round(lift, 2) == Decimal("4.52")


def test_t33_the_last_line_takes_the_remainder() -> None:
    assert split(1000, [1000, 1000, 1000]) == [333, 333, 334]


@pytest.mark.parametrize(
    ("off", "amounts", "parts"),
    [(2, [1, 1, 1, 1, 1], [0, 0, 0, 1, 1]), (3, [1, 1, 1, 1, 1], [1, 1, 1, 0, 0]), (0, [0, 5], [0, 0])],
)
def test_no_line_bears_more_than_it_has(off: int, amounts: list[int], parts: list[int]) -> None:
    assert split(off, amounts) == parts


def test_of_three_pieces_the_cheapest_is_free() -> None:
    free = Offer("free", Kind.N_FREE, NFree(3))
    assert pay(basket_of(("A", 5000, 2), ("B", 3000, 1)), free) == 10000
    assert pay(basket_of(("A", 5000, 2)), free) == 10000


def test_the_cheapest_pieces_are_free_however_they_are_divided_over_lines() -> None:
    half = Offer("half", Kind.N_FREE, NFree(2))  # of four pieces two: the one of 10 and one of 20
    assert pay(basket_of(("A", 1000, 1), ("B", 2000, 3)), half) == 7000 - 3000


@pytest.mark.parametrize(("list_fen", "paid"), [(10000, 8000), (30000, 27000)])
def test_a_coupon_at_a_rate_has_its_cap(list_fen: int, paid: int) -> None:
    rate = Offer("rate", Kind.COUPON, Voucher(0, rate_bp=8000, cap_fen=3000))
    assert pay(basket_of(("A", list_fen, 1)), rate) == paid


def test_an_add_on_is_earned_from_its_very_amount_on() -> None:
    add_on = Offer("one", Kind.ADD_ON, AddOn(19900, "gift", 100, 1200))
    buyer = Buyer(addons=frozenset({"one"}))
    assert [pay(basket_of(("A", fen, 1)), add_on, buyer=buyer) for fen in (19899, 19900)] == [19899, 20000]


def test_of_several_gifts_the_dearest_comes() -> None:
    small, large = (
        Offer(item, Kind.GIFT, Gifts((GiftStep(0, item, cost, 1),))) for item, cost in (("a", 9), ("b", 99))
    )
    assert [x.item for x in price(basket_of(("A", 100, 1)), Rules((small, large))).extras] == ["b"]


def test_without_the_cost_of_a_line_nobody_knows_the_margin() -> None:
    basket = Basket((Line("A", 1000, 1, 300), Line("B", 1000, 1)))
    kept = margin(price(basket, Rules(())), Expenses())
    assert (kept.revenue_fen, kept.goods_cost_fen, kept.profit_fen, kept.rate) == (2000, None, None, None)


def test_three_share_a_discount_line_by_line() -> None:
    assert parts_by_payer(Payers(3000, 5000, 2000), [1000, 501]) == ([300, 150], [500, 251], [200, 100])
    assert parts_by_payer(Payers(), [1000, 501]) == ([1000, 501], [0, 0], [0, 0])


@pytest.mark.parametrize("off", [-1, 4])
def test_no_more_comes_off_than_there_is(off: int) -> None:
    with pytest.raises(ValueError, match="cannot be taken off 3"):
        split(off, [1, 2])


def test_a_flash_price_holds_for_the_limit_and_the_rest_is_at_list_price() -> None:
    flash = Offer("flash", Kind.FLASH, Cut((("A", 100),)), level=Level.ITEM, limit=1)
    assert pay(basket_of(("A", 9900, 3)), flash) == 100 + 2 * 9900


def test_an_offer_starts_at_its_minute_and_has_ended_at_its_end() -> None:
    start, end = dt.datetime(2026, 11, 10, 12, tzinfo=UTC), dt.datetime(2026, 11, 10, 14, tzinfo=UTC)
    flash = replace(timed(A=100), starts=start, ends=end)
    basket, minute = basket_of(("A", 9900, 1)), dt.timedelta(minutes=1)
    assert [pay(basket, flash, at=at) for at in (start - minute, start, end - minute, end)] == [9900, 100, 100, 9900]


def test_a_coupon_is_of_use_only_once_it_could_be_claimed() -> None:
    claim, use = dt.datetime(2026, 11, 1, tzinfo=UTC), dt.datetime(2026, 10, 1, tzinfo=UTC)
    offer = Offer("c", Kind.COUPON, Voucher(0, 500, claim_from=claim), starts=use)
    assert pay(basket_of(("A", 9900, 1)), offer, at=dt.datetime(2026, 10, 15, tzinfo=UTC)) == 9900
    assert pay(basket_of(("A", 9900, 1)), offer, at=claim) == 9400


def test_a_vip_pays_the_rate_of_the_highest_level_reached() -> None:
    vip = Offer("vip", Kind.VIP, Tiers(((1, 9800), (3, 9000))))
    assert [pay(basket_of(("A", 10000, 1)), vip, buyer=Buyer(vip=n)) for n in (0, 1, 2, 3)] == [10000, 9800, 9800, 9000]


def test_a_group_price_is_for_groups_and_a_card_frees_from_freight() -> None:
    group = Offer("group", Kind.GROUP, Cut((("A", 5000),)), level=Level.ITEM)
    card = Offer("card", Kind.FREIGHT_CARD, Freight())
    basket = basket_of(("A", 9900, 1), freight_fen=1000)
    assert pay(basket, group, card) == 10900
    assert pay(basket, group, card, buyer=Buyer(in_group=True, has_card=True)) == 5000


def test_the_gift_of_the_highest_step_is_a_cost_and_not_a_lower_price() -> None:
    gifts = Offer("gift", Kind.GIFT, Gifts((GiftStep(9900, "mask", 210, 1), GiftStep(19900, "masks", 210, 2))))
    receipt = price(basket_of(("A", 20000, 1)), Rules((gifts,)))
    assert (receipt.payable_fen, receipt.extras[0].item, receipt.extra_cost_fen) == (20000, "masks", 420)


def test_points_pay_their_part_and_no_more_than_there_are() -> None:
    points = Offer("points", Kind.POINTS, Points(1000), level=Level.PLATFORM)
    basket = basket_of(("A", 10000, 1))
    assert pay(basket, points, buyer=Buyer(points_fen=5000)) == 9000
    assert pay(basket, points, buyer=Buyer(points_fen=300)) == 9700


def test_offers_that_exclude_each_other_leave_the_buyer_the_better_one() -> None:
    shop = replace(coupon(100, 30), excludes=frozenset({Kind.REDUCTION}))
    assert pay(basket_of(("A", 20000, 1)), reduction((100, 20)), shop) == 17000
    assert pay(basket_of(("A", 20000, 1)), reduction((100, 40)), shop) == 16000


def test_goods_at_a_price_of_their_own_stay_out_of_what_that_excludes() -> None:
    cut = replace(timed(A=8000), excludes=frozenset({Kind.REDUCTION}))
    assert pay(basket_of(("A", 10000, 1), ("B", 10000, 1)), cut, reduction((100, 10))) == 8000 + 9000


def test_who_pays_is_told_exactly_and_a_refund_gives_each_its_part_back() -> None:
    shared = replace(reduction((300, 50), level=Level.PLATFORM), payers=Payers(3000, 7000))
    receipt = price(basket_of(("A", 10000, 2), ("B", 13300, 1)), Rules((shared,)))
    assert (receipt.merchant_fen, receipt.platform_fen) == (1500, 3500)
    first, second = receipt.refund(0, 1), receipt.refund(0, 1, before=1)
    rest = receipt.refund(1, 1)
    assert first.buyer_fen + second.buyer_fen + rest.buyer_fen == receipt.goods_fen
    assert first.platform_fen + second.platform_fen + rest.platform_fen == 3500


# Bugs of others (voices.md), as tests.


def test_solidus_2452_free_freight_is_judged_after_the_discounts_the_buyer_sees() -> None:
    free, half = Offer("free", Kind.FREE_FREIGHT, Freight(5000)), timed(5000)
    assert pay(basket_of(("A", 6000, 1), freight_fen=800), free, half) == 3000 + 800
    assert pay(basket_of(("A", 10000, 1), freight_fen=800), free, half) == 5000


def test_a_buyer_leaves_a_coupon_aside_when_it_would_cost_the_free_freight() -> None:
    free = Offer("free", Kind.FREE_FREIGHT, Freight(5000))
    assert pay(basket_of(("A", 5100, 1), freight_fen=1000), free, coupon(0, 2)) == 5100


def test_spree_7734_two_codes_never_lead_below_nothing() -> None:
    codes = (coupon(0, 80, "one"), coupon(0, 70, "two", Level.ITEM), coupon(0, 60, "three", Level.PLATFORM))
    receipt = price(basket_of(("A", 10000, 1)), Rules(codes))
    assert receipt.payable_fen == 0
    assert sum(step.off_fen for step in receipt.steps) == 10000


def test_oscar_2773_an_offer_and_a_voucher_together_never_lead_below_nothing() -> None:
    receipt = price(basket_of(("A", 5000, 1), ("B", 1, 1)), Rules((reduction((1, 49)), coupon(0, 40))))
    assert receipt.payable_fen == 0
    assert min(line.paid_fen for line in receipt.lines) == 0


def test_oscar_4016_the_order_of_entry_changes_nothing() -> None:
    one = replace(coupon(0, 10, "one"), excludes=frozenset({Kind.COUPON}))
    two = replace(coupon(0, 20, "two", Level.ITEM), excludes=frozenset({Kind.COUPON}))
    basket = basket_of(("A", 10000, 1))
    assert pay(basket, one, two) == pay(basket, two, one) == 8000


def test_mall_492_five_less_one_is_one_however_the_basket_is_divided() -> None:
    receipt = price(basket_of(("A", 99, 1), ("B", 199, 1), ("C", 203, 1)), Rules((reduction((5, 1)),)))
    assert receipt.payable_fen == 401
    assert sum(receipt.steps[0].shares) == 100
