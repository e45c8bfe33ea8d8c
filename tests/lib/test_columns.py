import datetime as dt
from decimal import Decimal
from functools import partial

import pytest

from opsplan.lib.columns import (
    Fault,
    Memo,
    cleaned,
    count,
    day,
    decimal,
    identifier,
    moment,
    money,
    needed,
    needed_identifier,
    needed_moment,
    parsed,
    share,
)
from opsplan.lib.problems import TEXTS


def fault(parse, text):
    with pytest.raises(Fault) as caught:
        parse(text)
    assert TEXTS[caught.value.code] % caught.value.params
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("178.8", 17880),
        ("0.0", 0),
        ("-0.00", 0),
        ("11,269", 1126900),
        ("1,669,761.00", 166976100),
        ("123.00元", 12300),
        ("¥ 12.30", 1230),
        ("￥12.3", 1230),
        ("৳2,999", 299900),
        ("499.00（系统计算中，该值仅供参考）", 49900),
        ("0.005", 1),
        ("0.0049", 0),
        ("30.000000000000004", 3000),
        (".5", 50),
        ("\t12.00\u00a0", 1200),
        ("１２．５０", 1250),
        ('="12.50"', 1250),
        ("'12.50", 1250),
    ],
)
def test_money_is_read_to_the_fen(text, fen):
    assert money(text) == fen


@pytest.mark.parametrize("text", ["", "-", "--", "——", "nan", "NaN", "无", "None", " \u3000", "\t"])
def test_a_cell_that_says_nothing_is_none_and_never_zero(text):
    assert money(text) is None
    assert count(text) is None
    assert moment(text) is None
    assert identifier(text) is None
    assert share(text) is None


@pytest.mark.parametrize("text", ["12a", "1,23", "1.2.3", "abc", "1.2万", "12 34", "--5", "1e5", "(12)", "$", "5%"])
def test_it_does_not_guess_at_money(text):
    assert fault(money, text) == "bad_number"


@pytest.mark.parametrize("text", ["-12.00", "-¥12", "¥-12", "−0.01".replace("−", "-")])
def test_money_below_zero_is_told(text):
    assert fault(money, text) == "negative_amount"


def test_a_unit_may_be_written_small() -> None:
    assert money("12.50 cny") == 1250


def test_nine_decimals_of_a_number_are_kept() -> None:
    assert decimal("1.1234567891") == Decimal("1.123456789")


def test_digits_after_which_letters_come_are_no_resaved_number() -> None:
    assert fault(identifier, "11a.0") == "bad_id"


@pytest.mark.parametrize(("text", "value"), [("11,269", 11269), ("12.0", 12), ("0", 0), ("3件", 3)])
def test_counts_are_whole(text, value):
    assert count(text) == value


def test_half_a_count_is_a_fault():
    assert fault(count, "12.5") == "bad_number"
    assert fault(count, "-3") == "negative_amount"


def test_percent_text_and_fraction_are_the_same_share():
    assert share("78.15%") == Decimal("0.7815") == share("0.7815")
    assert share("100%") == 1


@pytest.mark.parametrize("text", ["78.15", "6584.66%", "x%"])
def test_a_share_above_one_is_not_taken(text):
    assert fault(share, text) == "bad_rate"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2020-02-20 23:59:54", dt.datetime(2020, 2, 20, 23, 59, 54)),
        ("2020/2/20 23:59", dt.datetime(2020, 2, 20, 23, 59)),
        ("2020-2-3", dt.datetime(2020, 2, 3)),
        ("2020.02.03 1:02", dt.datetime(2020, 2, 3, 1, 2)),
        ("20260519", dt.datetime(2026, 5, 19)),
        ("20260519133000", dt.datetime(2026, 5, 19, 13, 30)),
        ("2026-05-19 下午1.33", dt.datetime(2026, 5, 19, 13, 33)),
        ("2026-05-19 上午12:05", dt.datetime(2026, 5, 19, 0, 5)),
        ("2026-05-19 中午12:05", dt.datetime(2026, 5, 19, 12, 5)),
        ("2026/5/19 1:33:20 PM", dt.datetime(2026, 5, 19, 13, 33, 20)),
        ("2026年5月19日 13时33分20秒", dt.datetime(2026, 5, 19, 13, 33, 20)),
        ("2026-05-19 13:33:20.0", dt.datetime(2026, 5, 19, 13, 33, 20)),
        ("43881.99993", dt.datetime(2020, 2, 20, 23, 59, 54)),
        ("43881", dt.datetime(2020, 2, 20)),
        ("\t2020-02-20 23:59:54", dt.datetime(2020, 2, 20, 23, 59, 54)),
        ('="2020-02-20 23:59:54"', dt.datetime(2020, 2, 20, 23, 59, 54)),
    ],
)
def test_dates_are_read_in_every_way_platforms_write_them(text, value):
    assert moment(text) == value


def test_an_offset_makes_the_time_aware():
    expected = dt.datetime(2026, 4, 3, 19, 27, 43, tzinfo=dt.UTC)
    assert moment("2026-04-04 00:27:43 +0500") == expected
    assert moment("2026-04-03T19:27:43Z") == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-13-01", "bad_month"),
        ("2026-13-01 10:00:00", "bad_month"),
        ("2026-00-01 10:00:00", "bad_month"),
        ("2026-02-30 10:00:00", "bad_day"),
        ("2025-02-29", "bad_day"),
        ("2026-04-31", "bad_day"),
        ("2026-05-19 25:00:00", "bad_time"),
        ("2026-05-19 10:61:00", "bad_time"),
        ("2525-05-19 10:00:00", "bad_year"),
        ("1970-01-01 00:00:00", "bad_year"),
        ("2100-01-01 00:00:00", "bad_year"),
        ("2026-05-19 10:00:00 +0560", "bad_time"),
        ("2026-05-19 10:00:00 +2400", "bad_time"),
        ("20261301", "bad_month"),
        ("4/30/22", "bad_date"),
        ("04-30-22", "bad_date"),
        ("昨天", "bad_date"),
        ("2026-05", "bad_date"),
        ("2020-02-20x23:59:54", "bad_date"),
        ("2020-02-20112", "bad_date"),
        ("12", "bad_date"),
    ],
)
def test_a_date_that_cannot_be_is_told_precisely(text, code):
    assert fault(moment, text) == code
    assert fault(needed_moment, text) == code


def test_the_sentence_names_the_part_that_is_wrong():
    with pytest.raises(Fault) as caught:
        moment("2026-02-30 10:00:00")
    assert (TEXTS["bad_day"] % caught.value.params).startswith("2026-02 has no day 30.")


def test_a_span_of_days_is_no_day():
    assert day("2026-06-13 ~ 2026-06-13") == dt.date(2026, 6, 13)
    assert fault(day, "2026-06-01 ~ 2026-06-30") == "day_span"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3251234567890123456", "3251234567890123456"),
        ('="3251234567890123456"', "3251234567890123456"),
        ("=3251234567890123456", "3251234567890123456"),
        ("'3251234567890123456", "3251234567890123456"),
        ("\t6917926768823643751", "6917926768823643751"),
        ("\u00a06917926768823643751\u3000", "6917926768823643751"),
        ("12345.0", "12345"),
        ("260531-662941284701219", "260531-662941284701219"),
        ("１２３", "123"),
    ],
)
def test_ids_are_text_without_guards(text, value):
    assert identifier(text) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("5.11E+18", "id_scientific"),
        ("3.25e18", "id_scientific"),
        ("12 34", "bad_id"),
        ("订单", "bad_id"),
        ("1" * 65, "bad_id"),
    ],
)
def test_an_id_that_lost_its_digits_is_refused(text, code):
    assert fault(identifier, text) == code


def test_needed_refuses_an_empty_cell():
    assert fault(needed(money, "missing_number"), "--") == "missing_number"
    assert needed(money, "missing_number")("0") == 0


def test_a_memo_forgets_when_it_is_full_and_still_answers():
    asked = []
    memo = Memo(lambda text: asked.append(text) or len(text), limit=2)
    assert [memo[text] for text in ("a", "bb", "a", "ccc", "a")] == [1, 2, 1, 3, 1]
    assert asked == ["a", "bb", "ccc", "a"]


def test_cleaned_keeps_a_text_that_only_looks_guarded():
    assert cleaned('a="b"') == 'a="b"'
    assert cleaned("\ufeff订单编号 ") == "订单编号"


ODD = ["", " 511 ", "511.0", "abc-1", "-", "５１１", "1" * 64, "1" * 65, "5.1E+18", "511", "0"]


@pytest.mark.parametrize("parse", [identifier, needed_identifier])
def test_a_column_of_ids_reads_as_its_cells_do(parse):
    for cells in (["511", "0"], ["511", ""], *([text, "511"] for text in ODD)):
        assert told(partial(parsed, parse, cells)) == told(partial(map, parse, cells))


TIMES = [
    *(
        "",
        "2026-11-11 00:00:07",
        "2026-11-11T00:00:07",
        "2026/11/11 0:00",
        "2026-02-30 00:00:00",
        "1999-12-31 23:59:59",
    ),
    *("2100-01-01 00:00:00", "2026-W47-7 10:00:00", "20261111 000007+0800", "46337.5"),
]


@pytest.mark.parametrize("parse", [moment, needed_moment])
def test_a_column_of_times_reads_as_its_cells_do(parse):
    for text in TIMES:
        cells = ["2026-11-11 00:00:07", text]
        assert told(partial(parsed, parse, cells)) == told(partial(map, parse, cells))


def told(read):
    """What reading comes to: values, or the fault."""
    try:
        return list(read())
    except Fault as fault:
        return fault.code, fault.params
