"""A rehearsal gives the answer of pricing the orders one by one, and says what it hangs on."""

import random

from campaigns import replay
from campaigns.offers.kinds import Basket, Gifts, GiftStep, Kind, Ladder, Line, Offer, Rules, Step, Voucher
from campaigns.offers.receipts import Expenses, margin
from campaigns.replay import Shelf
from tests.campaigns.baskets import price

SHELF = {"A": Shelf(6900, 2000, 4830), "B": Shelf(12900, 5000, 9030), "C": Shelf(990, 300, 693)}
RULES = Rules(
    (
        Offer("ladder", Kind.REDUCTION, Ladder((Step(12900, 1500), Step(25900, 4000)))),
        Offer("coupon", Kind.COUPON, Voucher(9900, 1000)),
        Offer("gift", Kind.GIFT, Gifts((GiftStep(19900, "cloth", 450),))),
    )
)
SPENT = Expenses(500, 600, 200, 100)


def basket(order: replay.Order) -> Basket:
    return Basket(tuple(Line(code, SHELF[code].list_fen, pieces, SHELF[code].cost_fen) for code, pieces in order), 800)


def test_the_answer_is_that_of_pricing_the_orders_one_by_one() -> None:
    dice = random.Random(5)
    orders = [tuple((code, dice.randint(1, 3)) for code in "ABC" if dice.random() < 0.5) for _ in range(120)]
    totals = replay.replay(orders, SHELF, RULES, SPENT, freight_fen=800)
    receipts = [price(basket(order), RULES) for order in orders if order]
    assert (totals.orders, totals.skipped) == (len(receipts), orders.count(()))
    assert totals.paid_fen == sum(receipt.payable_fen for receipt in receipts)
    assert totals.merchant_fen == sum(receipt.merchant_fen for receipt in receipts)
    assert totals.profit_fen == sum(margin(receipt, SPENT).profit_fen or 0 for receipt in receipts)
    assert totals.gifts["cloth"] == sum(len(receipt.extras) for receipt in receipts)
    lows = [any(x.held_fen < SHELF[x.line.code].low_fen * x.line.pieces for x in r.lines) for r in receipts]
    assert totals.under == sum(lows)


def test_it_says_what_the_contribution_hangs_on() -> None:
    orders = [(("A", 2),)] * 9 + [(("B", 2),)]
    cases = {one["key"]: one["profit_fen"] for one in replay.replay(orders, SHELF, RULES, Expenses()).sensitivity}
    # 138 - 15 - 10 - 40 = 73; 258 - 15 - 10 - 100 - 4.5 = 128.5, as 258 is just short of 259
    assert cases["planned"] == (9 * 7300 + 12850) // 10
    assert cases["no_coupons"] == cases["planned"] + 1000
    assert cases["deeper"] == cases["planned"] - 150
    assert cases["higher"] == (9 * 8800 + 12850) // 10  # from 141.90 on: two of A are too few
    assert cases["dearer"] == (9 * 7100 + 12350) // 10


def test_goods_of_unknown_cost_say_nothing_about_it() -> None:
    assert replay.replay([(("X", 1),)], {"X": Shelf(1000, None)}, RULES, SPENT).sensitivity == []
