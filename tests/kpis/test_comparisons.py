"""Which days stand against which, by hand; and that figures follow: metricflow#1758, lightdash#18424 and #20135."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from kpis import queries, wire
from kpis.answers import Figure
from kpis.breakdowns.questions import Question
from kpis.comparisons import COMPARISONS, Match, less, match
from kpis.deltas import compared, is_thin
from kpis.ingest.values import LocalTime
from kpis.models import ItemTraffic, Order
from kpis.sums import targets
from kpis.templatetags.figures import delta
from kpis.workbooks.book import Value, change_of
from opsplan.lib.periods import Period
from products.models import Product
from stores.models import Store
from tests.kpis.facts import count, cover, flow, line, march, order, traffic

LATER = dt.date(2028, 1, 1)


def days(text: str) -> Period:
    first, _dash, last = text.partition(" ")
    return Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last or first))


def told(m: Match) -> tuple[str, int, tuple[str, ...]]:
    """The span, how many days of it count, and the marks."""
    return f"{m.span.first} {m.span.last}", len(m.span if m.days is None else m.days), m.marks


@pytest.mark.parametrize(
    ("name", "period", "against", "n", "marks"),
    [
        ("previous", "2026-04-01 2026-04-30", "2026-03-01 2026-03-31", 31, ()),  # metricflow#1758: the 31st is there
        ("previous", "2026-03-01 2026-03-31", "2026-02-01 2026-02-28", 28, ()),
        ("previous", "2026-03-01 2026-03-30", "2026-02-01 2026-02-28", 28, ("matched 28/30",)),
        ("previous", "2026-11-01 2026-11-11", "2026-10-01 2026-10-11", 11, ()),
        ("previous", "2026-11-01 2026-11-01", "2026-10-31 2026-10-31", 1, ()),
        ("previous", "2026-11-05 2026-11-11", "2026-10-29 2026-11-04", 7, ()),
        ("previous", "2026-11-02 2026-11-04", "2026-10-30 2026-11-01", 3, ()),  # from a Monday on, but no week
        ("same_days", "2026-02-27 2026-03-02", "2026-01-27 2026-02-02", 4, ()),  # and not 29 to 31 January
        ("previous", "2026-10-01 2026-12-31", "2026-07-01 2026-09-30", 92, ()),
        ("previous", "2024-01-01 2024-12-31", "2023-01-01 2023-12-31", 365, ()),
        ("same_days", "2026-04-01 2026-04-30", "2026-03-01 2026-03-30", 30, ()),
        ("same_days", "2026-03-01 2026-03-31", "2026-02-01 2026-02-28", 28, ("matched 28/31",)),
        ("same_days", "2024-03-01 2024-03-31", "2024-02-01 2024-02-29", 29, ("matched 29/31",)),
        ("same_days", "2026-03-31", "2026-02-28 2026-02-28", 0, ("matched 0/1",)),
        ("same_days", "2026-11-10 2026-11-16", "2026-10-10 2026-10-16", 7, ()),
        ("last_year", "2026-11-01 2026-11-11", "2025-11-01 2025-11-11", 11, ()),
        ("last_year", "2024-02-01 2024-02-29", "2023-02-01 2023-02-28", 28, ()),
        ("last_year", "2024-02-25 2024-02-29", "2023-02-25 2023-02-28", 4, ("matched 4/5",)),
        ("last_year", "2025-02-20 2025-03-05", "2024-02-20 2024-03-05", 15, ()),  # 29 February is not lost
        ("last_year", "2024-02-29", "2023-02-28 2023-02-28", 0, ("matched 0/1",)),
        ("last_year_weekday", "2026-11-27", "2025-11-28 2025-11-28", 1, ()),  # lightdash#18424: Friday and Friday
        ("last_year_weekday", "2024-03-04 2024-03-10", "2023-03-06 2023-03-12", 7, ()),  # over a leap day
        ("last_year_event", "2026-11-04", "2025-11-04 2025-11-04", 1, ()),
        ("last_year_event", "2026-02-17 2026-02-23", "2025-01-29 2025-02-04", 7, ()),
        ("last_year_event", "2027-02-06 2027-02-12", "2026-02-17 2026-02-23", 7, ()),
        ("last_year_event", "2025-01-22 2025-01-29", "2024-02-03 2024-02-10", 8, ()),
        ("last_year_event", "2026-09-25", "2025-09-26 2025-09-26", 0, ("matched 0/1",)),
    ],
)
def test_a_period_that_is_over_meets_its_like(
    name: str, period: str, against: str, n: int, marks: tuple[str, ...]
) -> None:
    assert told(match(name, days(period), LATER)) == (against, n, marks)


TODAY = dt.date(2026, 11, 22)  # a Sunday


@pytest.mark.parametrize(
    ("name", "period", "unit", "against", "marks", "whole"),
    [
        ("previous", "2026-11-01 2026-11-21", "", "2026-10-01 2026-10-21", "to_date 21/30", "2026-10-01 2026-10-31"),
        ("previous", "2026-11-01 2026-11-30", "", "2026-10-01 2026-10-21", "to_date 21/30", "2026-10-01 2026-10-31"),
        ("previous", "2026-11-01 2026-11-22", "", "2026-10-01 2026-10-21", "to_date 21/22", "2026-10-01 2026-10-22"),
        ("previous", "2026-11-16 2026-11-21", "week", "2026-11-09 2026-11-14", "to_date 6/7", "2026-11-09 2026-11-15"),
        ("previous", "2026-11-16 2026-11-21", "", "2026-11-09 2026-11-14", "to_date 6/7", "2026-11-09 2026-11-15"),
        ("previous", "2026-10-01 2026-11-21", "quarter", "2026-07-01 2026-08-21", "to_date 52/92",
         "2026-07-01 2026-09-30"),
        ("previous", "2026-01-01 2026-11-21", "year", "2025-01-01 2025-11-21", "to_date 325/365",
         "2025-01-01 2025-12-31"),
        ("previous", "2026-11-15 2026-11-30", "", "2026-10-30 2026-11-05", "to_date 7/16", "2026-10-30 2026-11-14"),
        ("last_year", "2026-11-01 2026-11-21", "", "2025-11-01 2025-11-21", "to_date 21/30", "2025-11-01 2025-11-30"),
        ("same_days", "2026-11-01 2026-11-30", "", "2026-10-01 2026-10-21", "to_date 21/30", "2026-10-01 2026-10-30"),
        ("last_year_weekday", "2026-11-01 2026-11-21", "", "2025-11-02 2025-11-22", "to_date 21/30",
         "2025-11-02 2025-12-01"),
        ("target", "2026-11-01 2026-11-30", "", "2026-11-01 2026-11-21", "to_date 21/30", "2026-11-01 2026-11-30"),
    ],
)  # fmt: skip
def test_a_period_under_way_is_compared_to_the_same_point(
    name: str, period: str, unit: str, against: str, marks: str, whole: str
) -> None:
    asked = days(period)
    m = match(name, Period(asked.first, asked.last, unit), TODAY)
    assert (told(m)[0], m.marks, m.whole) == (against, (marks,), days(whole))


@pytest.mark.parametrize(
    ("period", "today", "against", "n"),
    [
        ("2026-11-17 2026-11-21", "2026-11-22", "2026-11-12 2026-11-16", 5),  # Tuesday to yesterday
        ("2026-11-09 2026-11-21", "2026-11-22", "2026-10-27 2026-11-08", 13),  # from a Monday on, longer than its week
        ("2026-11-01 2026-11-30", "2026-12-01", "2026-10-01 2026-10-31", 31),  # over since midnight
        ("2026-11-16 2026-11-22", "2026-11-23", "2026-11-09 2026-11-15", 7),
    ],
)
def test_days_that_ended_yesterday_are_under_way_only_as_the_beginning_of_a_unit(
    period: str, today: str, against: str, n: int
) -> None:
    assert told(match("previous", days(period), dt.date.fromisoformat(today))) == (against, n, ())


def test_a_week_that_begins_with_the_month_is_still_a_week() -> None:
    june = dt.date(2026, 6, 1)  # a Monday
    asked = Period(june, june + dt.timedelta(days=3), "week")
    assert told(match("previous", asked, dt.date(2026, 6, 5)))[0] == "2026-05-25 2026-05-28"


@pytest.mark.parametrize(
    ("period", "unit", "against", "n"),
    [
        ("2026-11-04 2026-11-08", "week", "2026-10-28 2026-11-01", 5),  # Wednesday to Sunday
        ("2026-03-10 2026-03-31", "month", "2026-02-10 2026-02-28", 19),
        ("2026-03-29 2026-03-31", "month", "2026-02-28 2026-02-28", 0),  # February had no such days
    ],
)
def test_a_later_part_of_a_unit_stands_against_the_same_part(period: str, unit: str, against: str, n: int) -> None:
    asked = days(period)
    assert told(match("previous", Period(asked.first, asked.last, unit), LATER))[:2] == (against, n)


def test_every_comparison_has_a_name_and_a_way() -> None:
    assert [told(match(name, days("2026-05-13"), LATER))[1] for name in COMPARISONS] == [1] * 6


@pytest.mark.parametrize(
    ("unit", "better", "value", "base", "delta", "is_better"),
    [
        ("money", "up", "120", "100", "0.200000", True),
        ("money", "up", "80", "100", "-0.200000", False),
        ("money", "down", "80", "100", "-0.200000", True),
        ("money", "up", "100", "100", "0.000000", None),
        ("money", "neutral", "120", "100", "0.200000", None),
        ("money", "up", "-50", "-100", None, True),  # a smaller loss: 50 more, but no growth
        ("money", "down", "5", "-5", None, False),
        ("money", "up", "5", "0", None, True),  # from nothing (G17)
        ("rate", "up", "0.05", "0", "0.050000", True),  # five points are five points
        ("rate", "down", "0.05", "0.03", "0.020000", False),
        ("score", "up", "4.8", "4.9", "-0.100000", False),
        ("money", "up", None, "100", None, None),
        ("money", "up", "100", None, None, None),
    ],
)
def test_a_change_is_relative_but_of_rates_and_scores_in_points(
    unit: str, better: str, value: str | None, base: str | None, delta: str | None, is_better: bool | None
) -> None:
    day = days("2026-05-13")
    figure = Figure("x", unit, better, day, None if value is None else Decimal(value), {})
    found = compared(figure, "previous", day, None if base is None else Decimal(base))
    assert (found.delta if found.delta is None else str(found.delta), found.is_better) == (delta, is_better)
    assert found.is_score is (unit == "score")


@pytest.mark.parametrize(
    ("unit", "value", "base", "glyph"),
    [("rate", "0.05004", "0.05000", "＝"), ("rate", "0.05006", "0.05000", "▲"), ("money", "9996", "10000", "＝")],
)
def test_what_would_be_told_as_nothing_has_not_moved(unit: str, value: str, base: str, glyph: str) -> None:
    day = days("2026-05-13")
    told = delta(compared(Figure("x", unit, "up", day, Decimal(value), {}), "previous", day, Decimal(base)))
    assert glyph in told
    assert ("is-flat" in told) is (glyph == "＝")


def test_from_less_than_nothing_there_is_no_growth_but_a_difference(store: Store) -> None:
    """A day of 100 paid and 30 of fake orders after one of fake orders alone (-40): 70 and -40, so 110 more."""
    cover(store, "orders", 1, 2)
    order(store, 2, "100")
    targets.enter(store, "brush_amt", march(1), "40")
    targets.enter(store, "brush_amt", march(2), "30")
    count(store)
    found = queries.figures(store, ["real_amt", "mom"], Period(march(2), march(2)), compare=["previous"])
    told = found["real_amt"].compare["previous"]
    assert (told.own, told.value, told.delta, told.difference, told.is_better) == (70, -40, None, 110, True)
    assert (found["mom"].value, [m.code for m in found["mom"].missing]) == (None, ["zero_denominator"])
    assert "▲" in delta(told)
    assert "¥110.00" in delta(told)
    sent = wire.comparison(told, "money")
    assert (sent["delta"], sent["difference"]) == (None, "110.00")
    assert change_of(told, "") == Value(Decimal(110), "money")
    grown = compared(replace(found["real_amt"], value=Decimal(110)), "previous", told.period, Decimal(100))
    assert change_of(grown, "") == Value(Decimal("0.100000"), "rate")


# --- figures --------------------------------------------------------------------------------------------------------


@pytest.fixture
def spring(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """2026, long over: an order of 10 yuan on every day of February, March and April, and one of 1140 on 31 March."""
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-22")
    for month, last in ((2, 28), (3, 31), (4, 30)):
        first = dt.date(2026, month, 1)
        cover(store, "orders", first, first.replace(day=last))
        for day in Period(first, first.replace(day=last)):
            order(store, day, "10")
    order(store, dt.date(2026, 3, 31), "1140")
    count(store)
    return store


def test_april_against_march_keeps_the_31st(spring: Store) -> None:
    found = queries.figures(spring, ["pay_amt"], days("2026-04-01 2026-04-30"), compare=["previous"])["pay_amt"]
    assert (found.value, found.compare["previous"].value, found.compare["previous"].missing) == (300, 1450, ())


def test_the_31st_stands_against_nothing_and_is_said(spring: Store) -> None:
    found = queries.figures(spring, ["pay_amt"], days("2026-03-31"), compare=["same_days"])["pay_amt"]
    against = found.compare["same_days"]
    assert (against.value, against.delta, against.marks) == (None, None, ("matched 0/1",))
    assert [(x.code, [str(day) for day in x.days]) for x in against.missing] == [("no_match", ["2026-03-31"])]
    [row] = queries.breakdown(spring, ["pay_amt"], days("2026-03-31"), "day", compare=["same_days"])
    assert row.values["pay_amt"].compare["same_days"].value is None


def test_days_without_a_match_count_on_neither_side(spring: Store) -> None:
    found = queries.figures(spring, ["pay_amt"], days("2026-03-01 2026-03-31"), compare=["same_days"])["pay_amt"]
    against = found.compare["same_days"]
    assert (found.value, against.own, against.value, against.delta) == (1450, 280, 280, 0)
    assert against.marks == ("matched 28/31",)
    assert [day.day for day in against.missing[0].days] == [29, 30, 31]


def test_seven_days_do_not_stand_against_six(store: Store) -> None:  # S116: last week against the week before
    for day in (*range(2, 5), *range(6, 16)):  # nobody exported the 5th
        traffic(store, day, 300 if day < 9 else 100)
    count(store)
    week = days("2026-03-09 2026-03-15")
    found = queries.figures(store, ["uv"], week, compare=["previous"])
    against = found["uv"].compare["previous"]
    assert (found["uv"].value, against.own, against.value) == (700, 600, 1800)
    assert (against.delta, against.marks[0]) == (Decimal("-0.666667"), "matched 6/7")
    assert [day.day for day in against.missing[0].days] == [12]
    back = queries.figures(store, ["uv"], days("2026-03-02 2026-03-08"), compare=["previous"])["uv"]
    assert (back.value, back.compare["previous"].value, back.compare["previous"].own) == (1800, None, 1800)


def test_a_product_is_not_compared_over_a_hole_either(store: Store) -> None:
    mask = Product.objects.create(store=store, code="m", title="面膜")
    for day in (*range(2, 5), *range(6, 16)):
        cover(store, "items", day)
        ItemTraffic.objects.create(store=store, day=march(day), item_id="1", code="m", product_id_ref=mask.pk,
                                   uv=300 if day < 9 else 100)  # fmt: skip
    count(store)
    [row] = queries.breakdown(store, ["uv"], days("2026-03-09 2026-03-15"), "product", compare=["previous"])
    against = row.values["uv"].compare["previous"]
    assert (row.values["uv"].value, against.own, against.value) == (700, 600, 1800)
    assert against.marks == ("matched 6/7", "daily_sum")


def test_a_day_without_data_leaves_both_of_two_months_that_are_not_as_long() -> None:
    february, january = (tuple(days(text)) for text in ("2026-02-01 2026-02-28", "2026-01-01 2026-01-31"))
    whole = Match(days("2026-01-01 2026-01-31"))
    found = less(whole, february, january, february[:3] + february[4:], january[:9] + january[10:])
    assert [len(found.own or ()), len(found.days or ())] == [
        26,
        29,
    ]  # without the 4th and the 10th; 29 to 31 January stay
    assert (found.marks, [day.day for day in found.unmatched]) == (("matched 26/28",), [10])
    assert less(whole, february, january, february, january[:30]) == whole  # the 31st has no counterpart to leave
    leap = days("2024-02-01 2024-02-29")
    year = tuple(days("2025-02-01 2025-02-28"))
    assert less(Match(leap), year, tuple(leap), year[1:], tuple(leap)).days == tuple(leap)[1:]


def test_a_question_compares_the_days_that_the_pages_compare(store: Store) -> None:
    """By channel and by product, and against the target: the 5th has no data, so it and the 12th stand aside."""
    mask = Product.objects.create(store=store, code="m", title="面膜")
    targets.set_target(store, "uv", march(1), 100)
    for day in (*range(2, 5), *range(6, 16)):
        amount = 300 if day < 9 else 100
        cover(store, "items", day)
        cover(store, "flow", day)
        traffic(store, day, amount)
        flow(store, day, "search", "search", amount)
        ItemTraffic.objects.create(store=store, day=march(day), item_id="1", code="m", product_id_ref=mask.pk,
                                   uv=amount)  # fmt: skip
    count(store)
    week, names = days("2026-03-09 2026-03-15"), ("previous", "target")

    def asked(**more: object) -> Figure:
        found = queries.table(Question((store,), ("uv",), week, compare=names, **more))  # type: ignore[arg-type]
        return (found.lines or found.totals)[0].values["uv"]

    for by in ("channel", "product"):
        [row] = queries.breakdown(store, ["uv"], week, by, compare=["previous"])
        shown = row.values["uv"].compare["previous"]
        assert (shown.own, shown.value, shown.marks[0]) == (600, 1800, "matched 6/7")
        for figure in (asked(dimensions=(by,)), asked(filters={by: (row.key,)})):
            told = figure.compare["previous"]
            assert (told.own, told.value, told.marks, told.missing) == (
                shown.own, shown.value, shown.marks, shown.missing,
            )  # fmt: skip
    hole = days("2026-03-02 2026-03-08")
    page = queries.figures(store, ["uv"], hole, compare=["target"])["uv"].compare["target"]
    week, names = hole, ("target",)
    told = asked().compare["target"]
    assert (page.value, told.value, told.delta) == (600, 600, Decimal("2.000000"))  # six days of 100


def test_a_month_under_way_says_how_far_it_has_come(spring: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-04-13")
    targets.set_target(spring, "pay_amt", dt.date(2026, 4, 1), "600")
    april = days("2026-04-01 2026-04-30")
    against = queries.figures(spring, ["pay_amt"], april, compare=["previous", "target"], whole=True)["pay_amt"].compare
    before, plan = against["previous"], against["target"]
    assert (before.own, before.value, before.whole, before.marks[0]) == (120, 120, 1450, "to_date 12/30")
    assert (plan.own, plan.value, plan.whole, plan.marks) == (120, 240, 600, ("to_date 12/30",))


def test_a_part_month_is_not_held_against_a_whole_one(spring: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """metabase#11978: 12 days of April against 12 days of March, not against 31."""
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-04-13")
    rows = queries.breakdown(spring, ["pay_amt"], days("2026-03-01 2026-04-12"), "month", compare=["previous"])
    told = [(row.key, row.values["pay_amt"].compare["previous"].value) for row in rows]
    assert told == [("2026-03", 280), ("2026-04", 120)]


def test_the_hours_of_a_day_do_not_stand_against_a_whole_one(spring: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """metabase#11978, #66246: today's first orders against all of yesterday's."""
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-04-12")
    for span in ("2026-04-12 2026-04-12", "2026-04-12 2026-04-18"):
        told = queries.figures(spring, ["pay_amt", "mom"], days(span), compare=["previous"])
        figure = told["pay_amt"].compare["previous"]
        assert (figure.delta, figure.marks[0][:10]) == (None, "to_date 0/")
        assert told["mom"].value is None


@pytest.mark.parametrize(("by", "keys"), [("quarter", ["2026-Q1", "2026-Q2"]), ("year", ["2026"])])
def test_a_breakdown_knows_quarters_and_years(spring: Store, by: str, keys: list[str]) -> None:
    rows = queries.breakdown(spring, ["pay_amt"], days("2026-02-01 2026-04-30"), by)
    assert [row.key for row in rows] == keys
    assert sum(row.values["pay_amt"].value or Decimal(0) for row in rows) == 280 + 1450 + 300


def test_event_days_meet_event_days(store: Store) -> None:
    """Spring Festival 2026 against 2025: 17 February stands against 29 January."""
    for day, amount in (("2025-01-28", "7"), ("2025-01-29", "100"), ("2026-02-16", "14"), ("2026-02-17", "150")):
        cover(store, "orders", dt.date.fromisoformat(day), dt.date.fromisoformat(day))
        order(store, dt.date.fromisoformat(day), amount)
    count(store)
    rows = queries.breakdown(
        store, ["pay_amt"], days("2026-02-16 2026-02-17"), "day", compare=["last_year_event", "last_year"]
    )
    against = [row.values["pay_amt"].compare["last_year_event"] for row in rows]
    told = [(str(c.period.first), c.value, str(c.delta)) for c in against]
    assert told == [("2025-01-28", 7, "1.000000"), ("2025-01-29", 100, "0.500000")]
    assert rows[0].values["pay_amt"].compare["last_year"].value is None


def test_the_other_side_is_filtered_too(store: Store) -> None:
    """lightdash#20135: a channel against itself, a product against itself; the rest of the shop stays out of it."""
    for day, search, ads in ((1, 40, 5), (2, 60, 1)):
        traffic(store, day, 1000 * day)
        flow(store, day, "search", "search", search)
        flow(store, day, "ads", "zhitongche", ads)
        cover(store, "flow", day)
    goods = [Product.objects.create(store=store, code=code, title=code) for code in ("cream", "mask")]
    cover(store, "orders", 1, 2)
    for day, amounts in ((1, ("10", "90")), (2, ("30", "45"))):
        for product, amount in zip(goods, amounts, strict=True):
            line(order(store, day, amount), amount, product=product.pk)
    count(store)
    rows = queries.breakdown(store, ["uv"], days("2026-03-02"), "channel", compare=["previous"])
    assert {r.key: against(r.values["uv"], "previous") for r in rows} == {"search": (60, 40), "zhitongche": (1, 5)}
    rows = queries.breakdown(store, ["pay_amt"], days("2026-03-02"), "product", compare=["previous"])
    assert {r.key: against(r.values["pay_amt"], "previous") for r in rows} == {"mask": (45, 90), "cream": (30, 10)}


def against(figure: Figure, name: str) -> tuple[Decimal | None, Decimal | None]:
    return figure.value, figure.compare[name].value


def test_a_product_is_compared_over_the_days_that_match(spring: Store) -> None:
    cream = Product.objects.create(store=spring, code="cream", title="cream")
    for each in Order.objects.filter(store=spring):
        line(each, str(Decimal(each.pay_fen) / 100), product=cream.pk)
    count(spring)
    march = days("2026-03-01 2026-03-31")
    found = queries.breakdown(spring, ["pay_amt"], march, "product", compare=["same_days"])[0].values["pay_amt"]
    told = found.compare["same_days"]
    assert (found.value, told.own, told.value, told.delta) == (1450, 280, 280, 0)


@pytest.mark.parametrize(
    ("paid_at", "day"),
    [
        ("2026-03-08T06:59:59+00:00", "2026-03-08"),  # 01:59:59 in New York, a second before the clocks go on
        ("2026-03-08T07:00:00+00:00", "2026-03-08"),  # 03:00 there
        ("2026-03-08T03:59:59+00:00", "2026-03-07"),  # 22:59:59 the evening before
        ("2026-03-09T03:59:59+00:00", "2026-03-08"),  # 23:59:59: the day has 23 hours
        ("2026-03-09T04:00:00+00:00", "2026-03-09"),
        ("2026-11-01T04:30:00+00:00", "2026-11-01"),  # 00:30
        ("2026-11-02T04:59:59+00:00", "2026-11-01"),  # 23:59:59 of a day of 25 hours
    ],
)
def test_an_order_belongs_to_the_day_its_shop_had_in_new_york(paid_at: str, day: str) -> None:
    assert LocalTime("America/New_York").stamp(dt.datetime.fromisoformat(paid_at))[1] == day


@pytest.mark.parametrize(
    ("paid_at", "day"),
    [
        ("2026-07-01T22:00:00+00:00", "2026-07-02"),  # 00:00:00 in summer
        ("2026-07-01T23:59:59+00:00", "2026-07-02"),  # 01:59:59
        ("2026-01-01T23:00:00+00:00", "2026-01-02"),  # 00:00:00 in winter
        ("2026-01-02T00:59:59+00:00", "2026-01-02"),
        ("2026-03-29T00:59:59+00:00", "2026-03-29"),  # 01:59:59, a second before the clocks go on
    ],
)
def test_an_order_of_the_first_two_hours_is_not_yesterdays(paid_at: str, day: str) -> None:
    """shopware#739: in Germany orders between 0:00 and 1:59 were counted on the day before."""
    assert LocalTime("Europe/Berlin").stamp(dt.datetime.fromisoformat(paid_at))[1] == day


@pytest.mark.parametrize(
    ("marks", "thin"),
    [(("partial 1/30",), True), (("matched 2/5",), True), (("to_date 3/30", "matched 3/6"), False)],
)
def test_against_less_than_half_of_the_days_nothing_is_said_to_have_moved(marks: tuple[str, ...], thin: bool) -> None:
    month = Period(dt.date(2026, 10, 1), dt.date(2026, 10, 31))
    figure = Figure("pay_amt", "money", "up", month, Decimal(24), {})
    assert (is_thin(marks), compared(figure, "previous", month, Decimal(1), marks).delta is None) == (thin, thin)
    assert compared(figure, "target", month, Decimal(1), marks).delta == 23
