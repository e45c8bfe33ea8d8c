import datetime as dt
from dataclasses import replace
from decimal import Decimal
from html import unescape

import pytest
from django.utils import translation
from django.utils.html import strip_tags

from kpis import figure_words, writing
from kpis.answers import Comparison, Figure, Missing
from kpis.templatetags import figures
from opsplan.lib.periods import Period
from stores import currency

NOVEMBER = Period(dt.date(2026, 11, 1), dt.date(2026, 11, 21))


def figure(value: str | None, unit: str = "money", missing: tuple[Missing, ...] = ()) -> Figure:
    number = None if value is None else Decimal(value)
    return Figure("pay_amt", unit, "up", NOVEMBER, number, {}, missing=missing)


def comparison(delta: str | None, better: bool | None, points: bool = False) -> Comparison:
    change = None if delta is None else Decimal(delta)
    return Comparison("previous", NOVEMBER, Decimal(1), change, points, is_better=better)


def text(html: str) -> str:
    return " ".join(unescape(strip_tags(html)).split())


@pytest.mark.parametrize(
    ("number", "unit", "chinese", "english"),
    [
        ("1432111.05", "money", "¥143.2万", "¥1.43M"),
        ("123456", "money", "¥12.3万", "¥123.5K"),
        ("63100", "money", "¥6.31万", "¥63.1K"),
        ("123456789", "money", "¥1.23亿", "¥123.5M"),
        ("99999999", "money", "¥1.00亿", "¥100.0M"),
        ("9999.5", "money", "¥9,999.50", "¥9,999.50"),
        ("-98000", "money", "−¥9.80万", "−¥98.0K"),
        ("0", "money", "¥0.00", "¥0.00"),
        ("168300", "count", "16.8万", "168.3K"),
        ("6412", "count", "6,412", "6,412"),
        ("0.0714", "rate", "7.14%", "7.14%"),
        ("3.856", "ratio", "3.86", "3.86"),
    ],
)
def test_a_headline_is_short_in_the_steps_of_the_language(number: str, unit: str, chinese: str, english: str) -> None:
    for language, expected in (("zh-hans", chinese), ("en", english)):
        with translation.override(language):
            assert text(figures.value(figure(number, unit))) == expected


def test_the_full_number_is_in_the_title() -> None:
    assert 'title="¥1,432,111.05"' in figures.value(figure("1432111.05"))


def test_a_table_shows_the_number_in_full() -> None:
    assert text(figures.full(figure("1432111.05"))) == "¥1,432,111.05"
    assert text(figures.full(figure("-12.3"))) == "−¥12.30"


def test_a_store_in_dollars_shows_dollars() -> None:
    with currency.override("USD"):
        assert figures.money(Decimal(5)) == "$5.00"
    with currency.override("CHF"):
        assert figures.money(Decimal(5)) == "CHF 5.00"
    assert figures.money(Decimal(5)) == "¥5.00"


def test_no_value_is_a_dash_that_says_why() -> None:
    missing = (Missing("not_imported", "uv", (dt.date(2026, 11, 14),)), Missing("no_buyer_id", "nothing_known"))
    with translation.override("en"):
        html = figures.value(figure(None, missing=missing))
    assert text(html).startswith("—")
    assert "Visitors: Not imported for these days: 11-14." in html
    assert "people cannot be counted" in html
    assert "0" not in text(html).replace("11-14", "")


def test_runs_of_days_are_joined_and_the_rest_is_counted() -> None:
    days = [dt.date(2026, 11, day) for day in (1, 2, 3, 5, 9, 10, 20, 22)]
    with translation.override("en"):
        assert figures.day_list(days) == "11-01 – 11-03, 11-05, 11-09 – 11-10, 2 more days"


@pytest.mark.parametrize(
    ("delta", "better", "points", "said", "tone"),
    [
        ("0.1856", True, False, "▲up 18.6% previous", "is-good is-up"),
        ("0.011", False, True, "▲up 1.10pt previous", "is-bad is-up"),
        ("-0.002", True, True, "▼down 0.20pt previous", "is-good is-down"),
        ("-0.05", None, False, "▼down 5.0% previous", "is-flat is-down"),
        ("0", True, False, "＝unchanged 0.0% previous", "is-flat"),
    ],
)
def test_a_change_has_glyph_size_and_tone(delta: str, better: bool | None, points: bool, said: str, tone: str) -> None:
    with translation.override("en"):
        html = figures.delta(comparison(delta, better, points))
    assert text(html) == said
    assert f'class="delta {tone}' in html


def test_nothing_to_compare_with_is_a_dash() -> None:
    with translation.override("en"):
        assert text(figures.delta(comparison(None, None))) == "— previous"


def test_marks_are_chips() -> None:
    marked = Figure("uv", "count", "up", NOVEMBER, Decimal(1), {}, marks=("daily_sum", "estimated", "partial 20/21"))
    with translation.override("en"):
        assert text(figures.marks(marked)) == "daily sum est. 20/21 days"


def test_days_and_spans_are_written_as_people_write_them() -> None:
    with translation.override("en"):
        assert figures.weekday(dt.date(2026, 11, 11)) == "2026-11-11 Wed"
    assert figures.span(NOVEMBER) == "2026-11-01 – 11-21"
    assert figures.span(Period(dt.date(2025, 12, 30), dt.date(2026, 1, 2))) == "2025-12-30 – 2026-01-02"
    assert figures.span(Period(dt.date(2026, 1, 2), dt.date(2026, 1, 2))) == "2026-01-02"


def test_every_reason_has_a_sentence_of_its_own() -> None:
    with translation.override("en"):
        said = {figure_words.why(Missing(code, "", (dt.date(2026, 11, 1),))) for code in figure_words.MISSING}
    assert len(said) == len(figure_words.MISSING)


def test_what_is_typed_in_a_title_cannot_become_markup() -> None:
    told = figures.delta(Comparison("<b>", NOVEMBER, None, None, False))
    assert ("<b>" in told, "&lt;b&gt;" in told) == (False, True)


def test_a_score_changes_by_stars_and_a_rate_by_points() -> None:
    told = Comparison("previous", NOVEMBER, Decimal("4.82"), Decimal("0.01"), True, is_score=True)
    assert " 0.01 <em>" in figures.delta(told)
    assert " 1.00pt <em>" in figures.delta(replace(told, is_score=False))


def test_a_text_made_of_keys_is_told_in_words() -> None:
    with translation.override("en"):
        assert figures.named("pay_amt - uv") == f"Paid amount {writing.MINUS} Visitors"
        assert figures.named("nothing_known") == "nothing_known"
