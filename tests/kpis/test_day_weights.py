"""What the days of a month bear, by hand: T-07, T-08 and T-09, and one rule for every page that asks."""

import datetime as dt
from decimal import Decimal as D

import pytest
from django.utils import translation

from kpis import queries
from kpis.days import day_cells, day_plan
from kpis.days.day_cells import DayChange
from kpis.figures.aims import Aims
from kpis.metrics import METRICS
from kpis.models import DayEdit, StoreDay
from kpis.planning.days import Pin, check, learned_week, median, ordinary, shared, spread_like
from kpis.planning.shares import Contradiction
from kpis.sums import targets
from kpis.why.explain import explanation
from kpis.year.plan_cells import Conflict, Refused
from opsplan.lib.periods import Period, month_of
from staff.models import User
from stores.calendars import set_day
from stores.models import Store
from stores.services import create_store
from tests.kpis.facts import count, cover, order

NOVEMBER, SEPTEMBER = month_of(dt.date(2026, 11, 1)), month_of(dt.date(2026, 9, 1))
DOUBLE_11 = dt.date(2026, 11, 11)
WEEK = [D(x) for x in ("1", "1", "1.05", "1.05", "1", "0.9", "0.9")]
EVEN_DAYS = dict.fromkeys(NOVEMBER, D(1))


def november(day: int) -> dt.date:
    return dt.date(2026, 11, day)


@pytest.fixture
def planned(store: Store) -> Store:
    """November 2026 wants 2,000,000, its days weigh as in T-07."""
    targets.set_target(store, "real_amt", NOVEMBER.first, "2000000")
    day_cells.set_weights(store, dt.date(2026, 1, 1), WEEK, {}, None)
    return store


def put(store: Store, day: dt.date, field: str, value: object, by: User | None = None, **was: object) -> day_plan.Book:
    number = D(value) if isinstance(value, str) else value
    return day_cells.set_days(store, month_of(day), [DayChange(day, field, number, **was)], by)


def amounts(store: Store, month: Period = NOVEMBER) -> dict[dt.date, D]:
    return day_plan.book_of(store).amounts(month, day_plan.month_target(store, month))


def target(store: Store, first: dt.date, last: dt.date, key: str = "real_amt") -> D | None:
    return queries.figures(store, [key], Period(first, last), compare=())[key].target


# --- arithmetic


def test_weekdays_are_learned_from_ordinary_days_only() -> None:
    means = (30000, 28000, 29400, 30800, 32200, 36400, 35000)  # T-08
    first = dt.date(2026, 3, 2)  # a Monday
    sold = {first + dt.timedelta(days=n): D(means[n % 7]) for n in range(56)}
    promo = first + dt.timedelta(days=8)
    sold[promo] = D(900_000)
    sold[first + dt.timedelta(days=15)] = D(700_000)  # nobody said so, but it lies far off
    index = [D(x) for x in ("1.07", "1.00", "1.05", "1.10", "1.15", "1.30", "1.25")]
    assert learned_week(sold, {promo}) == index
    assert sum(index) == D("7.92")


def test_too_few_days_teach_nothing() -> None:
    assert learned_week({dt.date(2026, 3, 2) + dt.timedelta(days=n): D(1) for n in range(27)}) is None


def test_four_of_each_weekday_teach_and_days_far_from_the_middle_do_not() -> None:
    first = dt.date(2026, 3, 2)
    assert learned_week({first + dt.timedelta(days=n): D(1) for n in range(28)}) == [D("1.00")] * 7
    near, far = [D(x) for x in (90, 100, 110, 120)], D(200)  # middle 110, usual 10 x 1.4826: up to 51.89 away
    assert ordinary([*near, far]) == near
    assert ordinary([*near, D(160)]) == [*near, D(160)]


def test_the_middle_of_an_even_row_lies_between_its_two() -> None:
    assert [median([D(x) for x in row]) for row in ((3, 1, 2), (4, 1, 3, 2))] == [D(2), D("2.5")]
    with pytest.raises(ValueError, match="no numbers"):
        median([])


@pytest.mark.parametrize(
    ("total", "pins", "weight", "said"),
    [
        ("300", {1: "300"}, "1", ""),
        ("299", {1: "300"}, "1", "more than 299"),
        ("301", {1: "300"}, "0", "not 301"),  # no other day may bear the yuan that is left
        ("301", {1: "300"}, "1", ""),
        ("300", {1: "300"}, "0", ""),
    ],
)
def test_yuan_that_are_reserved_leave_room_or_fill_the_month(
    total: str, pins: dict[int, str], weight: str, said: str
) -> None:
    asked = {november(n): Pin(amount=D(amount)) for n, amount in pins.items()}
    weights = dict.fromkeys(NOVEMBER, D(weight))
    if said:
        with pytest.raises(Contradiction, match=said):
            check(D(total), NOVEMBER, weights, asked)
    else:
        check(D(total), NOVEMBER, weights, asked)
        assert not shared(D(total), NOVEMBER, weights, asked).squeezed


def test_a_share_of_the_month_is_taken_out_first() -> None:
    found = shared(D(1000), NOVEMBER, EVEN_DAYS, {DOUBLE_11: Pin(share=D("0.42"))})
    assert found.amounts[DOUBLE_11] == 420
    assert {amount for day, amount in found.amounts.items() if day != DOUBLE_11} == {D(20)}


def test_a_day_with_its_own_weight_bears_that_much_more() -> None:
    book = day_plan.Book(Store(), (), {november(1): Pin(weight=D(2))})
    assert book.amounts(NOVEMBER, D(310))[november(1)] == 20
    assert book.amounts(NOVEMBER, D(310))[november(2)] == 10


def test_reserved_days_that_no_longer_fit_stand_in_proportion() -> None:
    pins = {november(1): Pin(amount=D(300)), november(2): Pin(amount=D(100))}
    found = shared(D(200), NOVEMBER, EVEN_DAYS, pins)
    assert (found.squeezed, found.amounts[november(1)], found.amounts[november(2)]) == (True, 150, 50)
    assert sum(found.amounts.values()) == 200
    assert (found.exact[november(1)], sum(found.exact.values())) == (150, 200)


def test_other_amounts_go_over_the_days_like_sales() -> None:
    found = spread_like(D(10), {november(1): D(1), november(2): D(2)}, whole=True)
    assert found == {november(1): 3, november(2): 7}


# --- one rule


def test_november_with_double_11_as_a_fixed_day(planned: Store) -> None:  # T-07
    put(planned, DOUBLE_11, "amount", "600000")
    days = amounts(planned)
    assert [days[november(n)] for n in (2, 3, 4, 5, 6, 7, 8)] == [
        D(x) for x in ("49209.14", "49209.14", "51669.60", "51669.60", "49209.14", "44288.22", "44288.22")
    ]
    assert (days[DOUBLE_11], sum(days.values())) == (D(600_000), D("2000000.00"))


def test_figures_of_some_days_are_held_against_those_days(planned: Store) -> None:
    put(planned, DOUBLE_11, "amount", "600000")
    assert target(planned, DOUBLE_11, DOUBLE_11) == D("600000.00")
    assert target(planned, november(2), november(8)) == D("339543.06")  # Monday to Sunday of T-07, added by hand
    assert target(planned, november(1), november(30)) == D("2000000.00")
    figures = queries.figures(planned, ["target_amt"], Period(DOUBLE_11, DOUBLE_11), compare=())
    assert figures["target_amt"].value == 600_000


def test_a_month_where_nothing_was_set_is_shared_out_evenly(store: Store) -> None:
    targets.set_target(store, "real_amt", NOVEMBER.first, "3000")
    assert target(store, november(1), november(10)) == D("1000.00")
    assert Aims(store).bears(NOVEMBER) == {}
    assert day_plan.month_target(store, month_of(dt.date(2026, 12, 1))) is None


def test_each_month_gives_its_own_days_of_a_span_over_both(store: Store) -> None:
    for month, sales, visitors in ((10, "3100", 10), (11, "6000", 20)):
        targets.set_target(store, "real_amt", dt.date(2026, month, 1), sales)
        targets.set_target(store, "uv", dt.date(2026, month, 1), visitors)
    assert target(store, dt.date(2026, 10, 31), november(2)) == D("500.00")
    assert target(store, dt.date(2026, 10, 31), november(2), "uv") == 50


def test_weights_hold_from_their_month_on(planned: Store) -> None:
    targets.set_target(planned, "real_amt", dt.date(2025, 11, 1), "3000")
    assert target(planned, dt.date(2025, 11, 1), dt.date(2025, 11, 1)) == D("100.00")
    day_cells.set_weights(planned, dt.date(2026, 12, 1), [D(1), *[D(0)] * 6], {}, None)
    assert target(planned, november(7), november(7)) == amounts(planned)[november(7)]


def test_the_same_weights_again_are_no_step_and_another_store_s_are_not_read(planned: Store) -> None:
    other = create_store("other", "别家", "tmall")
    day_cells.set_weights(other, dt.date(2026, 1, 1), [D(2)] * 7, {}, None)
    day_cells.set_weights(planned, dt.date(2026, 1, 15), WEEK, {}, None)
    assert DayEdit.objects.filter(store=planned).count() == 1
    assert [x.week for x in day_plan.book_of(planned).weights] == [tuple(WEEK)]


def test_statutory_and_event_days_bear_what_was_said(store: Store) -> None:
    october = month_of(dt.date(2026, 10, 1))
    targets.set_target(store, "real_amt", october.first, "100")
    day_cells.set_weights(store, october.first, [D(1)] * 7, {"statutory": D(0), "makeup": D(4)}, None)
    days = amounts(store, october)
    assert (days[dt.date(2026, 10, 2)], days[dt.date(2026, 10, 10)] > 3 * days[dt.date(2026, 10, 12)]) == (0, True)
    targets.set_target(store, "real_amt", NOVEMBER.first, "390")
    day_cells.set_weights(store, NOVEMBER.first, [D(1)] * 7, {"event:double_11": D(10)}, None)
    assert amounts(store)[DOUBLE_11] == 100


def test_other_targets_of_the_month_follow_the_same_days(planned: Store) -> None:
    """Double 11 bears 0.3 of the month, whatever is counted; orders stay whole."""
    put(planned, DOUBLE_11, "amount", "600000")
    targets.set_target(planned, "pay_order_cnt", NOVEMBER.first, 1000)
    targets.set_target(planned, "uv", NOVEMBER.first, 6000)
    assert target(planned, DOUBLE_11, DOUBLE_11, "pay_order_cnt") == 300
    assert target(planned, DOUBLE_11, DOUBLE_11, "uv") == 6000
    aims, orders = Aims(planned), METRICS["pay_order_cnt"]
    assert sum(aims.target(orders, Period(day, day)) or 0 for day in NOVEMBER) == 1000
    two_days = Aims(planned).bears(Period(DOUBLE_11, november(12)))
    assert (list(two_days), two_days[DOUBLE_11]) == ([DOUBLE_11, november(12)], 9)  # 0.3 of 30 days


def test_progress_pace_and_forecast_go_by_the_days(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:  # T-09
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-09-15")
    cover(store, "orders", SEPTEMBER.first, dt.date(2026, 9, 14))
    order(store, SEPTEMBER.first, "420000")
    targets.set_target(store, "real_amt", SEPTEMBER.first, "1100000")
    day_cells.set_weights(store, SEPTEMBER.first, WEEK, {}, None)
    count(store)
    keys = ["goal_rate", "time_progress", "progress_gap", "run_rate_need", "forecast", "target_amt"]
    found = queries.figures(store, keys, SEPTEMBER, compare=())
    answers = ["0.381818", "0.465430", "-0.083612", "42500.00", "902391.30", "1100000.00"]
    assert [str(found[key].value) for key in keys] == answers
    pace = queries.pace(store, SEPTEMBER.first)
    assert (f"{pace.time_progress:.4f}", f"{pace.projection:.2f}", pace.need_per_day) == ("0.4654", "902391.30", 42_500)
    assert pace.expected == target(store, SEPTEMBER.first, dt.date(2026, 9, 14))


def test_a_month_counts_from_the_day_on_which_the_store_opens(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-09-15")
    opened, last = dt.date(2026, 9, 11), dt.date(2026, 9, 14)
    store.opened_on = opened
    store.save()
    cover(store, "orders", opened, last)
    order(store, opened, "250000")
    targets.set_target(store, "real_amt", SEPTEMBER.first, "1000000")
    targets.set_target(store, "uv", SEPTEMBER.first, "100")
    count(store)
    # 20 days of 50,000
    assert [target(store, *days) for days in ((SEPTEMBER.first, dt.date(2026, 9, 10)), (opened, last))] == [0, 200_000]
    assert target(store, dt.date(2026, 1, 1), SEPTEMBER.last) == 1_000_000  # months before it are not asked for
    assert target(store, dt.date(2026, 8, 1), dt.date(2026, 8, 31)) is None
    assert target(store, SEPTEMBER.first, SEPTEMBER.last, "uv") == 2000
    pace = queries.pace(store, SEPTEMBER.first)
    assert (pace.opening, pace.time_progress, pace.expected, pace.ahead) == (opened, D("0.2"), 200_000, 50_000)
    assert (pace.days_left, pace.need_per_day, pace.projection) == (16, 46_875, 1_250_000)
    figure = queries.figures(store, ["time_progress"], SEPTEMBER, compare=())["time_progress"]
    with translation.override("en"):
        assert explanation(store, figure).notes == ("The store opened on 2026-09-11: days before it bear no target.",)
    put(store, SEPTEMBER.first, "amount", "30000")  # what somebody gives such a day it has
    assert target(store, SEPTEMBER.first, SEPTEMBER.first) == 30_000


def test_a_month_in_which_the_store_opens_late(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Today is the 15th. What three days bring says nothing of the month, and a target of nothing is no share."""
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-09-15")
    cover(store, "orders", dt.date(2026, 9, 12), dt.date(2026, 9, 14))
    order(store, dt.date(2026, 9, 12), "300000")
    targets.set_target(store, "real_amt", SEPTEMBER.first, "1100000")
    count(store)

    def pace(opened: dt.date) -> tuple[object, ...]:
        store.opened_on = opened
        store.save()
        found = queries.pace(store, SEPTEMBER.first)
        return found.days_left, found.need_per_day, found.actual, found.projection, found.progress

    assert pace(dt.date(2026, 9, 12)) == (16, 50_000, 300_000, None, D(3) / 11)
    assert pace(dt.date(2026, 9, 11))[3] is None  # three days are known of four
    StoreDay.objects.all().delete()
    assert pace(dt.date(2026, 9, 20)) == (11, 100_000, None, None, None)
    assert pace(dt.date(2026, 10, 5)) == (0, None, None, None, None)
    nothing = queries.pace(store, SEPTEMBER.first, "real_amt", dict.fromkeys(SEPTEMBER, D(0)))
    assert (nothing.time_progress, nothing.projection) == (0, None)
    with pytest.raises(ValueError, match="real_amt"):
        queries.pace(store, SEPTEMBER.first, "lm_same")


def test_a_closed_period_has_all_its_time_behind_it(planned: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-12-01")
    found = queries.figures(planned, ["time_progress"], Period(november(5), november(15)), compare=())
    assert str(found["time_progress"].value) == "1.000000"


# --- writing


def test_what_is_reserved_must_fit_the_month(planned: Store) -> None:
    put(planned, DOUBLE_11, "amount", "600000")
    with pytest.raises(Refused, match=r"2,000,001\.00"):
        put(planned, november(12), "amount", "1400001")
    assert sum(amounts(planned).values()) == 2_000_000


def test_a_locked_day_never_moves(planned: Store) -> None:
    stood = amounts(planned)[november(3)]
    put(planned, november(3), "locked", True)
    with pytest.raises(Refused):
        put(planned, november(3), "amount", "1")
    put(planned, DOUBLE_11, "amount", "900000")
    targets.set_target(planned, "real_amt", NOVEMBER.first, "2500000")
    assert amounts(planned)[november(3)] == stood
    assert sum(amounts(planned).values()) == 2_500_000


def test_emptying_a_day_lets_it_follow_again(planned: Store) -> None:
    before = amounts(planned)
    put(planned, DOUBLE_11, "amount", "600000")
    put(planned, DOUBLE_11, "amount", None)
    assert amounts(planned) == before


def test_two_people_are_asked_day_by_day(planned: Store) -> None:
    """Mia set the first, nobody the second: it only follows."""
    seen, next_day = amounts(planned)[DOUBLE_11], november(12)
    put(planned, DOUBLE_11, "amount", "600000", User.objects.create_user("mia"), was=seen)
    for day, by in ((DOUBLE_11, "mia"), (next_day, "")):
        with pytest.raises(Conflict) as told:
            put(planned, day, "amount", "500000", was=seen)
        found = [(place.row, place.now, place.by) for place in told.value.places]
        assert found == [(day.isoformat(), amounts(planned)[day], by)]
    assert amounts(planned)[DOUBLE_11] == 600_000


def test_undo_and_redo_reach_across_requests(planned: Store) -> None:
    mia = User.objects.create_user("mia")
    before = amounts(planned)
    put(planned, DOUBLE_11, "amount", "600000", mia)
    put(planned, november(12), "share", "0.1", mia)
    day_cells.undo(planned, NOVEMBER, mia)
    assert (amounts(planned)[DOUBLE_11], amounts(planned)[november(12)] != 200_000) == (600_000, True)
    day_cells.undo(planned, NOVEMBER, mia)
    assert amounts(planned) == before
    assert day_cells.undo(planned, NOVEMBER, mia) is None
    day_cells.redo(planned, NOVEMBER, mia)
    assert amounts(planned)[DOUBLE_11] == 600_000


def test_a_new_step_ends_the_redo_of_whoever_takes_it_and_of_nobody_else(planned: Store) -> None:
    mia, bob = User.objects.create_user("mia"), User.objects.create_user("bob")
    put(planned, DOUBLE_11, "amount", "600000", mia)
    day_cells.undo(planned, NOVEMBER, mia)
    put(planned, november(12), "share", "0.1", bob)
    assert day_cells.redo(planned, NOVEMBER, mia) is not None
    day_cells.undo(planned, NOVEMBER, mia)
    put(planned, november(13), "share", "0.1", mia)
    assert day_cells.redo(planned, NOVEMBER, mia) is None


def test_undo_asks_when_somebody_built_on_it(planned: Store) -> None:
    mia = User.objects.create_user("mia")
    put(planned, DOUBLE_11, "amount", "600000", mia)
    put(planned, DOUBLE_11, "amount", "500000")
    with pytest.raises(Conflict):
        day_cells.undo(planned, NOVEMBER, mia)


def test_a_changed_day_counts_the_data_version_up(planned: Store) -> None:
    before = queries.version(planned)
    mia = User.objects.create_user("mia")
    put(planned, DOUBLE_11, "amount", "600000", mia)
    assert queries.version(planned) == before + 1
    day_cells.undo(planned, NOVEMBER, mia)
    assert queries.version(planned) == before + 2


def test_days_off_in_china_weigh_nothing_of_a_store_that_counts_in_dollars(planned: Store) -> None:
    special = {"statutory": D(2), "makeup": D(3), "event:national_day": D(4), "event:new_year": D(5)}
    day_cells.set_weights(planned, dt.date(2026, 1, 1), WEEK, special, None)
    october, january = month_of(dt.date(2026, 10, 1)), month_of(dt.date(2026, 1, 1))

    def weighs(*days: dt.date) -> list[D]:
        book = day_plan.book_of(planned)
        return [book.day_weights(month_of(day))[day] for day in days]

    days = (october.first, dt.date(2026, 10, 2), dt.date(2026, 10, 10), january.first)  # the 10th is worked for one off
    assert weighs(*days) == [4, 2, 3, 5]
    planned.currency = "USD"
    assert weighs(*days) == [
        D("1.05"),
        1,
        D("0.9"),
        5,
    ]  # Thursday, Friday, Saturday as WEEK has them; New Year is everywhere
    set_day(planned, october.first, "statutory", "Columbus")
    assert weighs(days[0]) == [2]


def test_weights_of_special_days_stand_in_one_order_whatever_order_a_database_keeps() -> None:
    kept = {"event:double_11": "6", "statutory": "2", "makeup": "1", "event:618": "4"}
    found = day_plan.weights_of(dt.date(2026, 1, 1), ["1"] * 7, kept, is_learned=False)
    assert list(found.special) == ["event:618", "event:double_11", "makeup", "statutory"]
