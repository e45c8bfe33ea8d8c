"""Section 4.1 as tables: what moves a style to another stage, and what only says what is missing."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from products.lifecycle import Check, Facts, Thresholds, WeekRank, judge, thresholds, variation

MONDAY = dt.date(2026, 11, 2)
D = Decimal


def ranks(*pairs: tuple[int | None, int | None], first: dt.date = MONDAY) -> tuple[WeekRank, ...]:
    """Newest first, one a week."""
    return tuple(WeekRank(first - i * dt.timedelta(days=7), *pair) for i, pair in enumerate(pairs))


STEADY = Facts(
    listed_days=40,
    weeks=(33, 30, 35, 32),
    shop=(300, 300, 300, 300),
    pulled_share=D("0.62"),
    natural_share=D("0.45"),
    paid_share=D("0.20"),
    activity_share=D("0.10"),
    week=MONDAY,
)
LEADING = replace(STEADY, ranks=ranks((4, 5), (5, 5)))


# (a), (b), (d) and what lies at each edge
@pytest.mark.parametrize(
    ("stage", "facts", "target", "rule"),
    [
        ("incubation", STEADY, "growth", "steady"),  # (a)
        ("incubation", replace(STEADY, weeks=(10, 60, 5, 55)), None, ""),  # (b) campaign spikes
        ("incubation", replace(STEADY, listed_days=27), None, ""),
        ("incubation", replace(STEADY, listed_days=28), "growth", "steady"),
        ("incubation", replace(STEADY, weeks=(7, 8, 7, 7)), None, ""),  # 29 in four weeks
        ("incubation", replace(STEADY, weeks=(7, 8, 7, 8)), "growth", "steady"),
        ("incubation", replace(STEADY, pulled_share=D("0.49")), None, ""),
        ("incubation", replace(STEADY, activity_share=D("0.31")), None, ""),
        ("incubation", replace(STEADY, activity_share=D("0.30")), "growth", "steady"),
        ("incubation", replace(STEADY, weeks=(7, 13, 7, 13)), "growth", "steady"),  # variation of exactly 0.30
        ("incubation", replace(STEADY, weeks=(69, 131, 69, 131)), None, ""),  # 0.31
        ("incubation", replace(STEADY, pulled_share=D("0.50")), "growth", "steady"),
        ("incubation", replace(STEADY, weeks=(33, None, 35, 32)), None, ""),
        ("incubation", LEADING, "growth", "steady"),  # one stage at a time, however high it ranks
        ("growth", LEADING, "maturity", "leading"),  # (c)
        ("growth", replace(LEADING, natural_share=D("0.40")), "maturity", "leading"),
        ("growth", replace(LEADING, paid_share=D("0.35")), "maturity", "leading"),
        ("growth", replace(LEADING, paid_share=D("0.36")), None, ""),  # and it is not known what sells without
        ("growth", replace(LEADING, weeks=(69, 131, 69, 131)), None, ""),
        ("growth", replace(LEADING, ranks=ranks((1, 1), (None, 1), (1, 1))), None, ""),
        ("growth", replace(STEADY, ranks=ranks((10, 9), (10, 9))), None, ""),  # top ten is the goal, not the test
        ("growth", replace(STEADY, ranks=ranks((5, 6), (5, 5))), None, ""),  # (d)
        ("growth", replace(STEADY, ranks=ranks((6, 6), (5, 5))), None, ""),
        ("growth", replace(LEADING, natural_share=D("0.39")), None, ""),
        ("growth", STEADY, None, ""),  # no rank
        ("growth", replace(LEADING, ranks=ranks((4, 5))), None, ""),  # one week of ranks
        ("growth", replace(LEADING, ranks=ranks((4, None), (5, 5))), None, ""),
        ("growth", replace(LEADING, ranks=ranks((4, 5), (5, 5), first=dt.date(2026, 10, 19))), None, ""),  # too old
        ("growth", replace(STEADY, weeks=(33, 30, 14, 14), entry_level=D(30)), "incubation", "collapsed"),
        ("growth", replace(STEADY, weeks=(33,) * 5 + (30, 14, 14), entry_level=D(30)), "incubation", "collapsed"),
        ("growth", replace(STEADY, weeks=(33, 30, 15, 14), entry_level=D(30)), None, ""),  # half is not below half
        ("growth", replace(STEADY, weeks=(33, 30, 14, 40), entry_level=D(30)), None, ""),  # one week only
        ("growth", replace(STEADY, weeks=(33, 30, 14, 14)), None, ""),  # nobody knows what it entered with
        ("maturity", replace(STEADY, ranks=ranks((10, 3), (12, 3))), None, ""),  # falls back only above 10
        ("maturity", replace(STEADY, ranks=ranks((11, 3), (12, 3))), "growth", "overtaken"),
        ("maturity", replace(STEADY, ranks=ranks((11, 3), (3, 12))), None, ""),  # neither rank for two weeks
        ("maturity", replace(STEADY, ranks=ranks((3, 11), (3, 12))), "growth", "overtaken"),  # either of the two
        ("maturity", replace(STEADY, ranks=ranks((11, 3))), None, ""),  # one week
        ("maturity", STEADY, None, ""),  # no rank does not throw it back
        ("decline", STEADY, "growth", "recovered"),
        ("decline", replace(STEADY, listed_days=27), None, ""),
    ],
)
def test_the_rules_of_section_4_move_a_style(stage: str, facts: Facts, target: str | None, rule: str) -> None:
    verdict = judge(stage, facts)
    assert (verdict.target, verdict.rule) == (target, rule)


NOW = replace(STEADY, weeks=(50, 50, 45, 45), best4=400, shop=(90, 90, 90, 90), shop_best4=400)  # (e): 190 of 400


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        (NOW, "fading"),  # (e): fell 52.5 %, the shop 10 %
        (replace(NOW, weeks=(50, 50, 50, 50)), ""),  # exactly half
        (replace(NOW, shop=(73, 73, 74, 74)), ""),  # the shop fell 26.5 %: more than half of 52.5 %
        (replace(NOW, shop=(73, 74, 74, 74)), "fading"),  # 26.25 %: exactly half
        (replace(NOW, shop=(None, 90, 90, 90)), ""),  # of the shop nobody knows
        (replace(NOW, shop_best4=None), ""),
        (replace(STEADY, weeks=(25,) * 4 + (20,) * 4 + (16,) * 4, shop=(100,) * 12), "sliding"),
        (replace(STEADY, weeks=(25,) * 4 + (20,) * 4 + (17,) * 4, shop=(100,) * 12), ""),  # the second fall is 15 %
        (replace(STEADY, weeks=(25,) * 4 + (20,) * 4 + (16,) * 4, shop=(100,) * 8 + (90,) * 4), ""),  # the season's
        (replace(STEADY, ranks=ranks(*[(21, 22)] * 4)), "out_of_sight"),
        (replace(STEADY, ranks=ranks((21, 22), (20, 22), (21, 22), (21, 22))), "overtaken"),
    ],
)
def test_a_mature_style_declines_when_it_falls_and_the_shop_does_not(facts: Facts, rule: str) -> None:
    assert judge("maturity", facts).rule == rule


FAR = ranks((21, 22), (21, 22))


@pytest.mark.parametrize(
    ("records", "rule"),
    [
        (FAR + ranks((21, 22), (21, 22), first=dt.date(2026, 10, 19)), "out_of_sight"),
        (FAR + ranks((21, 22), (21, 22), first=dt.date(2026, 10, 12)), ""),  # a week between was not looked up
        (FAR + ranks((21, None), (21, 22), first=dt.date(2026, 10, 19)), ""),  # one rank of it was not
    ],
)
def test_only_four_whole_records_in_a_row_put_a_style_out_of_sight(records: tuple[WeekRank, ...], rule: str) -> None:
    assert judge("growth", replace(STEADY, ranks=records)).rule == rule


@pytest.mark.parametrize(
    ("stage", "target"),
    [("growth", "decline"), ("maturity", "decline"), ("decline", None), ("incubation", "growth")],
)
def test_a_style_declines_from_growth_and_maturity_only(stage: str, target: str | None) -> None:
    slow = replace(NOW, listed_days=10) if stage == "decline" else NOW
    assert judge(stage, slow).target == target


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        (replace(STEADY, listed_days=None), "launch_day"),
        (replace(STEADY, pulled_share=None), "item_traffic"),
        (replace(STEADY, activity_share=None), "sales"),
        (replace(STEADY, weeks=()), "sales"),
    ],
)
def test_a_new_style_does_not_rise_without_its_inputs(facts: Facts, missing: str) -> None:
    verdict = judge("incubation", facts)
    assert (verdict.target, verdict.missing) == (None, (missing,))


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        (STEADY, ("ranks",)),
        (replace(LEADING, natural_share=None), ("item_traffic",)),
        (replace(LEADING, paid_share=None), ("paid_traffic",)),
        (replace(LEADING, weeks=(33, None, 35, 32)), ("sales",)),
    ],
)
def test_a_style_in_growth_cannot_rise_without_its_inputs_and_says_which(
    facts: Facts, missing: tuple[str, ...]
) -> None:
    verdict = judge("growth", facts)
    assert (verdict.target, verdict.missing) == (None, missing)


@pytest.mark.parametrize(
    ("paid", "weeks", "target"),
    [
        ((100, 80, 90, 70), (30, 27, 30, 27), "maturity"),  # 10 % less in weeks with less paid
        ((100, 80, 90, 70), (30, 26, 30, 27), None),  # 13 %
        ((100, 110, 120, 130), (33, 24, 30, 30), "maturity"),  # fell, but not when paid visitors did
        ((100, None, 90, 70), (30, 30, 30, 30), None),  # three weeks do not tell
    ],
)
def test_sales_of_a_mature_style_do_not_hang_on_paid_visitors(
    paid: tuple[int | None, ...], weeks: tuple[int, ...], target: str | None
) -> None:
    facts = replace(LEADING, paid_share=D("0.50"), paid_uv=paid, weeks=weeks)
    assert judge("growth", facts).target == target


@pytest.mark.parametrize(("weeks", "cv"), [((33, 30, 35, 32), "0.06"), ((10, 60, 5, 55), "0.77")])
def test_the_variation_is_that_of_the_whole_population(weeks: tuple[int, ...], cv: str) -> None:
    assert round(variation(weeks) or D(0), 2) == D(cv)


def test_a_proposal_tells_the_numbers_it_rests_on() -> None:
    told = {x.key: (x.value, x.limit) for x in judge("incubation", STEADY).checks}
    assert told["units"] == (D(130), D(30))
    assert told["pulled_share"] == (D("0.62"), D("0.50"))
    assert judge("growth", LEADING).checks[-1] == Check("paid_share", D("0.20"), D("0.35"), holds=True)


def test_a_store_sets_its_own_thresholds_and_nonsense_is_passed_over() -> None:
    own = thresholds({"steady_units": "200", "enter_rank": "many", "nothing": 1, "fade": "-1", "slide": "0.1"})
    assert own == replace(Thresholds(), steady_units=D(200), slide=D("0.1"))
    assert judge("incubation", STEADY, own).target is None
