"""What charts draw."""

import datetime as dt
from decimal import Decimal as D

import plotly.graph_objects as go
import pytest

from kpis.display.charts import Band, spark, spend, ticks, trend
from opsplan.lib.periods import Period

NOV = Period(dt.date(2026, 11, 9), dt.date(2026, 11, 13))
DAYS = [(day, D(100 + i)) for i, day in enumerate(NOV)]
NAMES = ("actual", "target", "last year")


def drawn(**changes):
    given = {
        "actual": DAYS,
        "target": [],
        "last_year": [],
        "bands": [],
        "period": NOV,
        "names": NAMES,
        "text": str,
        "tick": str,
    }
    return trend(**(given | changes))


@pytest.mark.parametrize(
    ("highest", "marks"),
    [(D(0), [0, 1]), (D(9), [0, 2, 4, 6, 8, 10]), (D(500000), [0, 100000, 200000, 300000, 400000, 500000])],
)
def test_axis_marks_are_round_and_reach_the_highest(highest, marks):
    assert ticks(highest) == marks


def test_a_hole_breaks_the_sparkline_and_never_falls_to_zero():
    line = spark([(NOV.first, D(1)), (NOV.first, D(2)), (NOV.first, None), (NOV.first, D(1)), (NOV.first, D(2))]).line
    assert line == "M0.0,27.0 L45.0,3.0 M135.0,27.0 L180.0,3.0"


def test_one_known_value_has_no_sparkline():
    assert spark([(NOV.first, D(1)), (NOV.last, None)]) is None


def test_a_sparkline_of_zeros_lies_on_the_ground_and_of_one_value_in_the_middle() -> None:
    assert spark([(NOV.first, D(0)), (NOV.last, D(0))]).line == "M0.0,27.0 L180.0,27.0"
    assert spark([(NOV.first, D(4)), (NOV.last, D(4))]).line == "M0.0,15.0 L180.0,15.0"


def test_a_day_without_data_is_a_gap_in_the_trend():
    figure = drawn(actual=[(NOV.first, None), (NOV.last, D("12.34"))])
    assert figure["data"][0]["y"] == [None, 12.34]


def test_lines_without_a_single_value_are_left_out():
    assert [trace["name"] for trace in drawn()["data"]] == ["actual"]


def test_last_year_waits_until_it_is_asked_for():
    assert drawn(last_year=DAYS)["data"][1]["visible"] is False


def test_a_band_is_cut_at_the_edges_of_the_period():
    band = Band("双11", Period(dt.date(2026, 11, 1), dt.date(2026, 11, 11)), "sale")
    box = drawn(bands=[band])["layout"]["shapes"][0]
    assert (box["x0"], box["x1"]) == ("2026-11-08T12:00:00", "2026-11-11T12:00:00")


def test_figures_follow_the_schema_of_plotly():
    colours = {"--s1": "#000", "--s3": "#000"}

    def plain(value):
        if isinstance(value, dict):
            return {key: plain(each) for key, each in value.items()}
        if isinstance(value, list):
            return [plain(each) for each in value]
        return colours.get(value, "#000") if isinstance(value, str) and value.startswith("--") else value

    band = Band("双11", NOV, "campaign")
    figures = [
        drawn(target=DAYS, last_year=DAYS, bands=[band]),
        spend([("直通车", D(5), D(4))], ("a", "ROI"), str, str, str),
    ]
    for figure in figures:
        go.Figure(plain(figure))  # raises on an unknown name or a wrong value


def test_names_of_marked_days_stand_above_the_chart_and_none_on_another():
    bands = [Band(name, NOV, "campaign") for name in ("预热", "爆发")]
    bands.append(Band("返场", Period(NOV.last, NOV.last), "sale"))
    assert [note["yshift"] for note in drawn(bands=bands)["layout"]["annotations"]] == [0, 15, 0]
