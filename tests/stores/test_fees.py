"""What an agency is owed, by hand: tiers at their edges, sales below zero, part months, guarantees."""

import pytest

from stores.fees import Account, Step, Terms, Tier, account, steps

# 5 % to 100,000 yuan, 8 % to 300,000, 10 % from there on
TIERS = (Tier(0, 500), Tier(10_000_000, 800), Tier(30_000_000, 1000))

MARGINAL = [  # sales in fen -> commission in fen
    (0, 0),
    (-5_000_000, 0),
    (1, 0),  # 0.05 fen
    (10, 1),  # 0.5 fen, half up
    (9_999_999, 500_000),  # 499,999.95
    (10_000_000, 500_000),
    (10_000_001, 500_000),  # + 0.08 fen
    (30_000_000, 2_100_000),  # 5,000 + 16,000
    (35_000_000, 2_600_000),  # + 5,000
]
WHOLE = [
    (0, 0),
    (-5_000_000, 0),
    (9_999_999, 500_000),
    (10_000_000, 800_000),  # the edge is in the higher tier: all of it at 8 %
    (29_999_999, 2_400_000),  # 2,399,999.92
    (30_000_000, 3_000_000),
]


@pytest.mark.parametrize(("base", "expected"), MARGINAL)
def test_each_tier_is_for_the_sales_inside_it(base: int, expected: int) -> None:
    assert account(Terms(tiers=TIERS), base, 30, 30).commission_fen == expected


@pytest.mark.parametrize(("base", "expected"), WHOLE)
def test_the_tier_reached_is_for_all_sales(base: int, expected: int) -> None:
    assert account(Terms(tiers=TIERS, is_marginal=False), base, 30, 30).commission_fen == expected


def test_the_arithmetic_is_told_tier_by_tier() -> None:
    assert steps(12_345_678, TIERS, is_marginal=True) == (
        Step(0, 10_000_000, 500, 10_000_000, 500_000),
        Step(10_000_000, 30_000_000, 800, 2_345_678, 187_654),  # 187,654.24
    )
    assert steps(12_345_678, TIERS, is_marginal=False) == (
        Step(10_000_000, 30_000_000, 800, 12_345_678, 987_654),  # 987,654.24
    )


def test_below_the_first_tier_there_is_no_commission() -> None:
    high = (Tier(10_000_000, 600),)
    assert steps(9_999_999, high, is_marginal=True) == steps(9_999_999, high, is_marginal=False) == ()
    assert steps(10_000_100, high, is_marginal=True) == (Step(10_000_000, None, 600, 100, 6),)
    assert steps(10_000_000, high, is_marginal=False) == (Step(10_000_000, None, 600, 10_000_000, 600_000),)


def test_no_sales_are_in_no_tier_and_a_beginning_tier_is_told_with_its_first_fen() -> None:
    for is_marginal in (True, False):
        assert steps(0, TIERS, is_marginal=is_marginal) == steps(-1, TIERS, is_marginal=is_marginal) == ()
        assert steps(1, TIERS, is_marginal=is_marginal) == (Step(0, 10_000_000, 500, 1, 0),)
    assert steps(10_000_000, TIERS, is_marginal=True) == (Step(0, 10_000_000, 500, 10_000_000, 500_000),)


GUARANTEES = [  # rule, commission -> owed, with a fee of 8,000 and a guarantee of 12,000 yuan
    ("", 500_000, 1_300_000),
    ("higher", 500_000, 2_000_000),  # 8,000 + 12,000 in place of 5,000
    ("higher", 1_200_000, 2_000_000),
    ("higher", 1_300_000, 2_100_000),
    ("total", 300_000, 1_200_000),  # 8,000 + 3,000 are fewer than 12,000
    ("total", 500_000, 1_300_000),
    ("sum", 500_000, 2_500_000),
]


@pytest.mark.parametrize(("rule", "commission", "owed"), GUARANTEES)
def test_a_guarantee_stands_in_for_less(rule: str, commission: int, owed: int) -> None:
    terms = Terms(800_000, (Tier(0, 10_000),), guarantee=rule, guarantee_fen=1_200_000)
    assert account(terms, commission, 30, 30).owed_fen == owed


CAPS = [  # cap, commission -> what it takes off, owed, with a fee of 8,000 yuan
    (0, 9_000_000, 0, 9_800_000),
    (1_500_000, 700_000, 0, 1_500_000),
    (1_500_000, 700_001, 1, 1_500_000),
    (1_500_000, 9_000_000, 8_300_000, 1_500_000),
]


@pytest.mark.parametrize(("cap", "commission", "cut", "owed"), CAPS)
def test_fee_and_commission_come_to_no_more_than_the_cap(cap: int, commission: int, cut: int, owed: int) -> None:
    found = account(Terms(800_000, (Tier(0, 10_000),), cap_fen=cap), commission, 30, 30)
    assert (found.commission_fen, found.cut_fen, found.owed_fen) == (commission, cut, owed)


def test_a_cap_is_that_of_the_days_and_unknown_while_sales_are() -> None:
    terms = Terms(800_000, (Tier(0, 10_000),), cap_fen=1_500_000)
    found = account(terms, 2_000_000, 10, 30)  # 2,666.67 + 20,000.00, at most 5,000.00
    assert (found.cap_fen, found.cut_fen, found.owed_fen) == (500_000, 1_766_667, 500_000)
    unknown = account(terms, None, 30, 30)
    assert (unknown.cut_fen, unknown.owed_fen) == (None, None)


@pytest.mark.parametrize(("guarantee", "least"), [("", 8), ("higher", 20), ("total", 12), ("sum", 20)])
def test_a_cap_is_not_below_what_a_month_without_sales_comes_to(guarantee: str, least: int) -> None:
    terms = {"fee_fen": 8, "guarantee": guarantee, "guarantee_fen": 12 if guarantee else 0}
    assert Terms(**terms, cap_fen=least).least_fen == least
    with pytest.raises(ValueError, match="cap"):
        Terms(**terms, cap_fen=least - 1)


def test_a_part_of_a_month_counts_by_its_days() -> None:
    terms = Terms(800_000, TIERS, guarantee="higher", guarantee_fen=1_000_000)
    found = account(terms, 6_000_000, 10, 30)
    # fee 2,666.67; tiers begin at 33,333.33 and 100,000; 1,666.67 + 26,666.67 x 8 % = 2,133.33; guarantee 3,333.33
    assert found == Account(
        10, 30, 266_667, 6_000_000,
        (Step(0, 3_333_333, 500, 3_333_333, 166_667), Step(3_333_333, 10_000_000, 800, 2_666_667, 213_333)),
        380_000, 333_333, 0, 646_667,
    )  # fmt: skip


def test_a_part_of_a_month_may_count_as_a_whole_one() -> None:
    terms = Terms(800_000, TIERS, by_days=False)
    assert account(terms, 6_000_000, 10, 30).owed_fen == 800_000 + 300_000


@pytest.mark.parametrize("rule", ["", "higher", "total", "sum"])
def test_unknown_sales_leave_the_commission_unknown_and_the_fee_known(rule: str) -> None:
    terms = Terms(800_000, TIERS, guarantee=rule, guarantee_fen=100)
    assert account(terms, None, 30, 30) == Account(30, 30, 800_000, None, (), None, 100, None, None)


def test_a_fee_alone_needs_no_sales() -> None:
    assert account(Terms(800_000), None, 31, 31).owed_fen == 800_000


BAD = [
    {"tiers": (Tier(100, 500), Tier(100, 800))},
    {"tiers": (Tier(-1, 500), Tier(100, 800))},
    {"tiers": (Tier(0, -1),)},
    {"tiers": (Tier(0, 10_001),)},
    {"fee_fen": -1},
    {"tax_bp": 10_001},
    {"guarantee": "maybe"},
    {"cap_fen": -1},
    {"fee_fen": 2, "cap_fen": 1},
]


@pytest.mark.parametrize("wrong", BAD)
def test_terms_that_cannot_be_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match=r"tiers|rate|fee"):
        Terms(**wrong)


def test_a_rate_may_be_nothing_or_all_and_a_month_one_day() -> None:
    # up to 310.00 a month, 10.00 a day, nothing; the rest is all the agency's; the fee 8,000.00 / 31
    found = account(Terms(800_000, (Tier(0, 0), Tier(31_000, 10_000))), 1_500, 1, 31)
    assert (found.fee_fen, [x.commission_fen for x in found.steps], found.owed_fen) == (25_806, [0, 500], 26_306)


@pytest.mark.parametrize("days", [0, 32])
def test_a_month_has_the_days_it_has(days: int) -> None:
    with pytest.raises(ValueError, match="month"):
        account(Terms(), 0, days, 31)
