"""Fen and yuan, and splits that always sum, by hand."""

from decimal import Decimal as D

import pytest

from opsplan.lib.money import fen, split, yuan


@pytest.mark.parametrize(
    ("amount", "expected"), [("0.005", 1), ("0.0049", 0), ("19.99", 1999), ("-0.005", -1), ("1e3", 100_000)]
)
def test_yuan_become_fen_half_up(amount: str, expected: int) -> None:
    assert fen(D(amount)) == expected


def test_fen_become_yuan_with_two_decimals() -> None:
    assert [str(yuan(x)) for x in (0, 5, 120, -1999)] == ["0.00", "0.05", "1.20", "-19.99"]


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (1000, [10, 10, 10], [334, 333, 333]),  # equal fractions: the earlier one
        (100, [1, 0, 2], [33, 0, 67]),  # 33.33, 0, 66.67
        (5, [D("0.5"), D("0.25"), D("0.25")], [3, 1, 1]),  # 2.5, 1.25, 1.25
        (-100, [1, 2], [-33, -67]),  # floors -34 and -67; the fen left goes to the larger fraction
        (0, [3, 4], [0, 0]),
        (6, [1, 2], [2, 4]),
    ],
)
def test_parts_are_floors_and_the_rest_goes_to_the_largest_fractions(total: int, weights: list, parts: list) -> None:
    assert split(total, weights) == parts


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [-1]])
def test_weights_of_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="more than zero"):
        split(100, weights)
