"""The settlement's arithmetic: the cases of the domain as written, and why a site says another figure."""

import random
from decimal import Decimal

import pytest

from campaigns.groupbuy.settlement import (
    Costs,
    Part,
    Pieces,
    Row,
    Said,
    Terms,
    account,
    causes,
    instalments,
)

EIGHT = Terms(rate=Decimal("0.08"))
COSTS = Costs(goods_fen=3200, freight_fen=500, return_freight_fen=600)


def deal(pieces: Pieces, terms: Terms = EIGHT) -> object:
    return account([Part(6800, pieces, COSTS)], terms)


CASES = {
    "T-41": (Pieces(500, before=40), EIGHT, 31_280_00, 2_502_40, 28_777_60, 11_757_60),
    "T-42": (Pieces(500, before=25, after=15), EIGHT, 31_280_00, 2_502_40, 28_777_60, 11_592_60),
    "T-43": (
        Pieces(500, before=40),
        Terms(rate=Decimal("0.08"), guarantee_fen=3_000_00),
        31_280_00,
        3_000_00,
        28_280_00,
        11_260_00,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_account_of_a_deal_as_written(case: str) -> None:
    pieces, terms, *expected = CASES[case]
    found = deal(pieces, terms)
    assert [found.net, found.commission, found.receivable, found.profit] == expected


def test_the_refund_rate_is_by_pieces() -> None:
    assert deal(Pieces(500, before=40)).refund_rate == Decimal("0.08")
    assert deal(Pieces(0)).refund_rate is None


def test_instalments_add_up_to_the_receivable() -> None:  # T-45
    assert instalments(28_777_60, (30, 40, 30)) == [8_633_28, 11_511_04, 8_633_28]
    assert sum(instalments(10_001, (33, 33, 34))) == 10_001
    assert instalments(-10_000, (30, 70)) == [-3_000, -7_000]
    assert instalments(500, ()) == [500]


def test_a_slot_fee_is_a_cost_and_lowers_the_payout_only_where_it_is_withheld() -> None:
    apart = deal(Pieces(10), Terms(slot_fen=10_000))
    held = deal(Pieces(10), Terms(slot_fen=10_000, is_slot_withheld=True))
    assert (apart.receivable, held.receivable) == (68_000, 58_000)
    assert apart.profit == held.profit == 68_000 - 10_000 - 10 * 3_700


def test_bills_stand_instead_of_a_cost_a_piece() -> None:
    found = account([Part(6800, Pieces(10), COSTS)], EIGHT, {"freight": 4_200, "other": 900})
    assert (found.freight, found.other, found.goods) == (4_200, 900, 32_000)
    assert found.profit == 68_000 - 5_440 - 32_000 - 4_200 - 900


def test_gifts_and_packing_go_with_every_shipped_piece_and_lost_returns_cost_the_goods() -> None:
    costs = Costs(goods_fen=1000, packaging_fen=50, gift_fen=200)
    found = account([Part(3000, Pieces(10, before=2, after=3, lost=1), costs)], Terms())
    assert (found.packaging, found.gifts, found.goods) == (400, 1600, 6000)


def test_what_was_paid_for_all_pieces_is_divided_half_up_and_adds_up() -> None:
    """10.00 for three: one refunded before shipping is 3.33, both refunded together 6.67."""
    found = account([Part(0, Pieces(3, before=1, after=1), paid_fen=1_000)], Terms())
    assert (found.sales, found.refund_before, found.refund_after, found.net) == (1_000, 333, 334, 333)
    assert account([Part(0, Pieces(0), paid_fen=1_000)], Terms()).sales == 0


@pytest.mark.parametrize("wrong", [(5, 6, 0, 0), (5, 3, 3, 0), (5, 0, 1, 2), (-1, 0, 0, 0)])
def test_it_refuses_pieces_that_do_not_go_together(wrong: tuple[int, ...]) -> None:
    with pytest.raises(ValueError):
        Pieces(*wrong)


def test_it_names_three_planted_differences_by_row() -> None:
    """Ours: ten orders of one piece at 68.00, one refunded. The site leaves order 3 out, has not booked the refund of
    order 7 and takes 10 % instead of 8 %."""
    ours = {str(x): Row(1, 6800, 6800 if x == 7 else 0) for x in range(10)}
    theirs = {no: Row(row.pieces, row.paid_fen) for no, row in ours.items() if no != "3"}
    found = causes(deal(Pieces(10, before=1)), EIGHT, Said(commission_fen=6_120, payable_fen=55_080, rows=theirs), ours)
    assert [(x.code, x.fen, x.references) for x in found] == [
        ("missing", -6800, ("3",)),
        ("refunds", 6800, ("7",)),
        ("commission", -1_224, ()),  # 2 % of 612.00
    ]
    assert sum(x.fen for x in found) == 55_080 - (61_200 - 4_896)


def test_without_rows_it_tells_pieces_price_and_fees_apart() -> None:
    said = Said(sold=9, sales_fen=9 * 6900, commission_fen=4_968, fees=(("推广服务费", 500),), payable_fen=56_632)
    found = {x.code: x.fen for x in causes(deal(Pieces(10)), EIGHT, said)}
    assert found == {"pieces": -6800, "price": 900, "base": 472, "fee": -500}
    assert sum(found.values()) == 56_632 - deal(Pieces(10)).receivable


def test_prices_that_cancel_out_are_told_with_their_orders() -> None:
    ours = {"1": Row(1, 6800), "2": Row(1, 6800)}
    theirs = {"1": Row(1, 6900), "2": Row(1, 6700)}
    found = causes(deal(Pieces(2)), EIGHT, Said(rows=theirs), ours)
    assert [(x.code, x.fen, x.references) for x in found] == [("price", 0, ("1", "2"))]


def test_pieces_of_a_deal_we_know_nothing_of_are_worth_what_the_site_says() -> None:
    found = causes(deal(Pieces(0)), EIGHT, Said(sold=3, sales_fen=900))
    assert [(x.code, x.fen, x.pieces) for x in found] == [("pieces", 900, 3), ("base", -72, 0)]


def test_a_site_whose_lines_do_not_add_up_is_told_so() -> None:
    said = Said(commission_fen=5_440, payable_fen=62_000)
    assert [(x.code, x.fen) for x in causes(deal(Pieces(10)), EIGHT, said)] == [("sum", -560)]


def test_a_site_that_agrees_has_no_differences() -> None:
    found = deal(Pieces(10, before=1))
    assert causes(found, EIGHT, Said(10, found.sales, found.refund, found.commission, 0, (), found.receivable)) == []


def test_the_causes_always_add_up_to_the_difference() -> None:
    chance = random.Random(8)
    for _round in range(200):
        sold = chance.randint(0, 50)
        ours = deal(Pieces(sold, before=chance.randint(0, sold)), Terms(Decimal("0.07"), chance.randint(0, 9999)))
        terms = Terms(Decimal("0.07"), ours.commission if ours.is_guaranteed else 0)
        told = [chance.choice([None, chance.randint(0, 400_000)]) for _field in range(5)]
        said = Said(chance.choice([None, sold + 3]), *told[:4], (("x", chance.randint(0, 99)),), told[4] or 1)
        assert sum(x.fen for x in causes(ours, terms, said)) == said.payable_fen - ours.receivable


def test_the_margin_is_of_net_sales_and_none_without_any() -> None:
    assert deal(Pieces(500, before=40)).margin == Decimal(11_757_60) / 31_280_00
    assert account([Part(6800, Pieces(2, before=2), COSTS)], EIGHT).margin is None


@pytest.mark.parametrize(("told", "back"), [(150, 150), (200, 200), (201, 200), (-1, 0)])
def test_no_more_goes_back_than_the_pieces_kept_are_worth(told: int, back: int) -> None:
    assert Part(100, Pieces(4, before=1, after=1), back_fen=told).back == back
