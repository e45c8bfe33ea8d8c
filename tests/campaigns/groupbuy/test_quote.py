"""The lowest price and the forecast, held against the settlement's arithmetic by hand."""

from decimal import Decimal
from itertools import product

import pytest

from campaigns.groupbuy import quote
from campaigns.groupbuy.quote import Assumed, forecast, least_pieces, lowest_price
from campaigns.groupbuy.settlement import Costs, Pieces, Terms

EIGHT = Terms(rate=Decimal("0.08"))
COSTS = Costs(goods_fen=3200, freight_fen=500)
FIFTH = Decimal("0.2")


def test_the_lowest_price_for_a_margin_as_written() -> None:  # T-46
    assert lowest_price(FIFTH, COSTS, EIGHT) == 51_39


LOWEST = [  # worked out by hand: (spent of all pieces + fixed) / kept pieces / (1 - rate - margin), rounded up
    (EIGHT, 100, Assumed(), 5139),
    (Terms(Decimal("0.08"), slot_fen=50_000), 100, Assumed(), 5834),  # (3700 + 500) / 0.72
    (Terms(guarantee_fen=100_000), 100, Assumed(), 5875),  # (3700 + 1000) / 0.8
    (EIGHT, 100, Assumed(after=Decimal("0.1")), 5217),  # (90 x 3200 + 100 x 500) / 90 / 0.72 = 5216.05
    (EIGHT, 100, Assumed(before=Decimal("0.1")), 5139),
]
DEAR = Costs(goods_fen=3007, freight_fen=500)  # 35.07 / 0.72 = 48.708: of 48.71 commission takes 3.90, 9.74 are left


@pytest.mark.parametrize(("terms", "sold", "assumed", "expected"), LOWEST)
def test_fees_guarantee_and_refunds_raise_it(terms: Terms, sold: int, assumed: Assumed, expected: int) -> None:
    assert lowest_price(FIFTH, COSTS, terms, sold, assumed) == expected


@pytest.mark.parametrize(("terms", "sold", "assumed", "expected"), LOWEST)
def test_at_the_lowest_price_the_forecast_keeps_the_margin(
    terms: Terms, sold: int, assumed: Assumed, expected: int
) -> None:
    found = forecast(expected, sold, COSTS, terms, assumed)
    assert Decimal(found.profit) >= FIFTH * found.net > 0


def test_a_rounded_commission_may_cost_a_fen_and_what_costs_nothing_may_be_given_away() -> None:
    assert (lowest_price(FIFTH, DEAR, EIGHT), lowest_price(FIFTH, Costs(), EIGHT)) == (4872, 0)
    one = Assumed(after=Decimal("0.9"))  # of ten pieces one is kept: (32 + 10 x 5) / 0.72 = 113.889
    assert lowest_price(FIFTH, COSTS, EIGHT, 10, one) == 11389


def test_no_price_helps_when_commission_and_margin_take_everything() -> None:
    assert lowest_price(Decimal("0.5"), COSTS, Terms(rate=Decimal("0.5"))) is None
    assert lowest_price(FIFTH, COSTS, EIGHT, 10, Assumed(before=Decimal(1))) is None


def test_the_forecast_with_refunds_is_the_settlement_of_those_pieces() -> None:
    costs = Costs(3200, 500, return_freight_fen=600)
    assumed = Assumed(Decimal("0.05"), Decimal("0.03"))
    assert forecast(6800, 500, costs, EIGHT, assumed).profit == 11_592_60  # T-42: 25 before, 15 after shipping


def test_how_many_pieces_a_slot_fee_needs() -> None:
    # 68.00 x 92 % - 37.00 = 25.56 a piece; 500.00 / 25.56 = 19.6
    assert least_pieces(6800, COSTS, Terms(Decimal("0.08"), slot_fen=50_000)) == 20
    assert least_pieces(3000, COSTS, EIGHT) is None
    # one of ten comes back, half a piece counts: (22 - 2) x (62.56 - 32) - 22 x 5 = 501.20; with 21 it is 475.64
    assert least_pieces(6800, COSTS, Terms(Decimal("0.08"), slot_fen=50_000), Assumed(after=Decimal("0.1"))) == 22


def test_from_the_least_pieces_on_nothing_is_lost_and_with_one_less_something_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    most = 70
    monkeypatch.setattr(quote, "MOST_PIECES", most)
    rates, refunds = (Decimal(0), Decimal("0.08")), (Decimal(0), Decimal("0.05"), Decimal("0.5"))
    told, looked = {}, {}
    for price, rate, guarantee, slot, before, after in product(
        (4000, 4022, 5139), rates, (0, 9_000), (0, 5_000), refunds, refunds[:2]
    ):
        asked = (price, Costs(3180, 500, 0, 0, 600), Terms(rate, guarantee, slot), Assumed(before, after, refunds[2]))
        losing = [n for n in range(1, most + 1) if forecast(price, n, *asked[1:]).profit < 0]
        looked[asked] = None if losing[-1:] == [most] else (losing or [0])[-1] + 1
        told[asked] = least_pieces(*asked)
    assert told == looked
    assert len(set(told.values())) > 20


@pytest.mark.parametrize(
    ("before", "after", "lost", "pieces"),
    [
        ("0.05", "0.03", "0.5", Pieces(10, 1, 0, 0)),  # half a piece counts, 0.3 does not
        ("0.6", "0.6", "0.5", Pieces(10, 6, 4, 2)),  # no more come back than were sold
        ("1.2", "0.1", "1", Pieces(10, 10, 0, 0)),
        ("0", "0.5", "1.5", Pieces(10, 0, 5, 5)),
    ],
)
def test_shares_that_are_assumed_become_whole_pieces_that_go_together(
    before: str, after: str, lost: str, pieces: Pieces
) -> None:
    assert Assumed(Decimal(before), Decimal(after), Decimal(lost)).pieces(10) == pieces
