"""What a shop's calendar is made of: lunar months, the State Council's notices, big days by where buyers are.

Tables of public facts, checked in tests against the `holidays` package (development only: 19 MB and 0.9 s a process).
Dates and windows of platform events differ a little from year to year and platform to platform: stores change them.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from opsplan.lib.text import gettext_noop as _

FIRST_YEAR, LAST_YEAR = 2000, 2050
# a lunar year each: bit 16 the leap month has 30 days, bits 15-4 months 1 to 12 have them, bits 3-0 which one is leap
LUNAR = (
    0x0C960, 0x0D954, 0x0D4A0, 0x0DA50, 0x07552, 0x056A0, 0x0ABB7, 0x025D0, 0x092D0, 0x0CAB5,  # 2000
    0x0A950, 0x0B4A0, 0x0BAA4, 0x0AD50, 0x055D9, 0x04BA0, 0x0A5B0, 0x15176, 0x052B0, 0x0A930,  # 2010
    0x07954, 0x06AA0, 0x0AD50, 0x05B52, 0x04B60, 0x0A6E6, 0x0A4E0, 0x0D260, 0x0EA65, 0x0D530,  # 2020
    0x05AA0, 0x076A3, 0x096D0, 0x04AFB, 0x04AD0, 0x0A4D0, 0x1D0B6, 0x0D250, 0x0D520, 0x0DD45,  # 2030
    0x0B5A0, 0x056D0, 0x055B2, 0x049B0, 0x0A577, 0x0A4B0, 0x0AA50, 0x1B255, 0x06D20, 0x0ADA0,  # 2040
    0x14B63,  # 2050
)  # fmt: skip
NEW_YEAR_2000 = dt.date(2000, 2, 5)

# year -> the days off as the notices name them (weekends inside a holiday included), and the weekend days worked
NOTICES: dict[int, tuple[str, str]] = {
    2018: (
        "new_year 0101, spring_festival 0215-0221, qingming 0405-0407, labour_day 0429-0501, dragon_boat 0616-0618, "
        "mid_autumn 0922-0924, national_day 1001-1007, new_year 1230-1231",
        "0211 0224 0408 0428 0929 0930 1229",
    ),
    2019: (
        "new_year 0101, spring_festival 0204-0210, qingming 0405-0407, labour_day 0501-0504, dragon_boat 0607-0609, "
        "mid_autumn 0913-0915, national_day 1001-1007",
        "0202 0203 0428 0505 0929 1012",
    ),
    2020: (
        "new_year 0101, spring_festival 0124-0202, qingming 0404-0406, labour_day 0501-0505, dragon_boat 0625-0627, "
        "national_day 1001-1008",
        "0119 0426 0509 0628 0927 1010",
    ),
    2021: (
        "new_year 0101-0103, spring_festival 0211-0217, qingming 0403-0405, labour_day 0501-0505, "
        "dragon_boat 0612-0614, mid_autumn 0919-0921, national_day 1001-1007",
        "0207 0220 0425 0508 0918 0926 1009",
    ),
    2022: (
        "new_year 0101-0103, spring_festival 0131-0206, qingming 0403-0405, labour_day 0430-0504, "
        "dragon_boat 0603-0605, mid_autumn 0910-0912, national_day 1001-1007",
        "0129 0130 0402 0424 0507 1008 1009",
    ),
    2023: (
        "new_year 0101-0102, spring_festival 0121-0127, qingming 0405, labour_day 0429-0503, dragon_boat 0622-0624, "
        "national_day 0929-1006",
        "0128 0129 0423 0506 0625 1007 1008",
    ),
    2024: (
        "new_year 0101, spring_festival 0210-0217, qingming 0404-0406, labour_day 0501-0505, dragon_boat 0608-0610, "
        "mid_autumn 0915-0917, national_day 1001-1007",
        "0204 0218 0407 0428 0511 0914 0929 1012",
    ),
    2025: (
        "new_year 0101, spring_festival 0128-0204, qingming 0404-0406, labour_day 0501-0505, dragon_boat 0531-0602, "
        "national_day 1001-1008",
        "0126 0208 0427 0928 1011",
    ),
    2026: (
        "new_year 0101-0103, spring_festival 0215-0223, qingming 0404-0406, labour_day 0501-0505, "
        "dragon_boat 0619-0621, mid_autumn 0925-0927, national_day 1001-1007",
        "0104 0214 0228 0509 0920 1010",
    ),
}


def lunar(year: int, month: int, day: int) -> dt.date:
    """The day of lunar `year` (2000 to 2050), `month` (never the leap one) and `day`. ValueError outside the table."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"no lunar year {year}")
    code = LUNAR[year - FIRST_YEAR]
    lengths = [30 if code >> (16 - m) & 1 else 29 for m in range(1, 13)]
    leap = code & 0xF
    days = sum(lengths[: month - 1]) + day - 1
    if 0 < leap < month:
        days += 30 if code >> 16 else 29
    return _new_year(year) + dt.timedelta(days=days)


@lru_cache
def _new_year(year: int) -> dt.date:
    day = NEW_YEAR_2000
    for code in LUNAR[: year - FIRST_YEAR]:
        days = 29 * 12 + (code >> 4 & 0xFFF).bit_count()
        if code & 0xF:
            days += 30 if code >> 16 else 29
        day += dt.timedelta(days=days)
    return day


def qingming(year: int) -> dt.date:
    """Tomb-Sweeping Day, the sun's 15 degrees (2000 to 2099)."""
    short = year % 100
    return dt.date(year, 4, int(short * 0.2422 + 4.81) - short // 4)


def nth_weekday(year: int, month: int, nth: int, weekday: int) -> dt.date:
    """The `nth` `weekday` (Monday 0) of a month."""
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def easter(year: int) -> dt.date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    century, rest = divmod(year, 100)
    epact = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    month, day = divmod(epact + weekday - 7 * ((year % 19 + 11 * epact + 22 * weekday) // 451) + 114, 31)
    return dt.date(year, month, day + 1)


def on(month: int, day: int) -> Callable[[int], dt.date]:
    return lambda year: dt.date(year, month, day)


def black_friday(year: int) -> dt.date:
    """The day after Thanksgiving, the fourth Thursday of November."""
    return nth_weekday(year, 11, 4, 3) + dt.timedelta(days=1)


def cyber_monday(year: int) -> dt.date:
    return black_friday(year) + dt.timedelta(days=3)


def by_moon(month: int, day: int, shift: int = 0) -> Callable[[int], dt.date]:
    return lambda year: lunar(year, month, day) + dt.timedelta(days=shift)


CHINA, ASIA, WEST, US = REGIONS = ("china", "asia", "west", "us")  # asia: Hong Kong, Taiwan, South-East Asia
ABROAD = (WEST, US)
AMAZON = "amazon"

# ~ The sales Amazon announces some weeks ahead: first days as they were; other years as usual, until a store moves them
PRIME_DAYS = {2021: (6, 21), 2022: (7, 12), 2023: (7, 11), 2024: (7, 16), 2025: (7, 8)}
DEAL_DAYS = {2022: (10, 11), 2023: (10, 10), 2024: (10, 8), 2025: (10, 7)}


def as_announced(known: Mapping[int, tuple[int, int]], month: int) -> Callable[[int], dt.date]:
    """The day told of a year, else the second Tuesday of the month."""
    return lambda year: dt.date(year, *known[year]) if year in known else nth_weekday(year, month, 2, 1)


def last_monday(year: int, month: int) -> dt.date:
    fifth = nth_weekday(year, month, 5, 0)
    return fifth if fifth.month == month else fifth - dt.timedelta(days=7)


def weekday_of(month: int, nth: int, weekday: int) -> Callable[[int], dt.date]:
    return lambda year: nth_weekday(year, month, nth, weekday)


@dataclass(frozen=True)
class Feast:
    """An event of every year: `day` its peak, `before` and `after` the days it reaches to.

    Where events overlap a day belongs to the one of the highest rank; rank 0 only has a name and moves no sales.
    kept: by whose buyers it is kept, of REGIONS. platforms: on which alone it is held; none named: on all.
    """

    key: str
    name: str
    kind: str  # lunar, solar, platform
    day: Callable[[int], dt.date]
    before: int = 0
    after: int = 0
    rank: int = 1
    kept: tuple[str, ...] = (CHINA,)
    platforms: tuple[str, ...] = ()

    def is_for(self, region: str, platform: str) -> bool:
        return region in self.kept and (not self.platforms or platform in self.platforms)


FEASTS = (
    Feast("new_year", _("New Year's Day"), "solar", on(1, 1), rank=0, kept=REGIONS),
    Feast("new_year_goods", _("New-Year Goods Festival"), "platform", by_moon(1, 1, -24), 4, 6, 2),
    Feast("spring_festival", _("Spring Festival"), "lunar", by_moon(1, 1), 17, 15, 3, kept=(CHINA, ASIA)),
    Feast("lantern", _("Lantern Festival"), "lunar", by_moon(1, 15), rank=0),
    Feast("valentine", _("Valentine's Day"), "solar", on(2, 14), 3, kept=REGIONS),
    Feast("women_38", _("3.8 Women's Day sale"), "platform", on(3, 8), 4, 0, 2),
    Feast("qingming", _("Tomb-Sweeping Day"), "solar", qingming, 1, 1),
    Feast("labour_day", _("Labour Day"), "solar", on(5, 1), 1, 4, 2),
    Feast("mothers_day", _("Mother's Day"), "solar", weekday_of(5, 2, 6), 3, kept=REGIONS),
    Feast("love_520", "520", "platform", on(5, 20), 4),
    Feast("mid_year_618", "618", "platform", on(6, 18), 18, 2, 3),
    Feast("dragon_boat", _("Dragon Boat Festival"), "lunar", by_moon(5, 5), 2),
    Feast("qixi", _("Qixi Festival"), "lunar", by_moon(7, 7), 5),
    Feast("sale_818", "818", "platform", on(8, 18), 2, 0),
    Feast("sale_99", _("9.9 sale"), "platform", on(9, 9), 4, 0, 2, kept=(CHINA, ASIA)),
    Feast("mid_autumn", _("Mid-Autumn Festival"), "lunar", by_moon(8, 15), 9, 0, 2, kept=(CHINA, ASIA)),
    Feast("national_day", _("National Day"), "solar", on(10, 1), 1, 6, 3),
    Feast("double_ninth", _("Double Ninth Festival"), "lunar", by_moon(9, 9), rank=0),
    Feast("double_11", _("Double 11"), "platform", on(11, 11), 28, 3, 3, kept=(CHINA, ASIA)),
    Feast("double_12", _("Double 12"), "platform", on(12, 12), 4, 0, 2, kept=(CHINA, ASIA)),
    Feast("easter", _("Easter"), "solar", easter, 7, kept=ABROAD),
    Feast("fathers_day", _("Father's Day"), "solar", weekday_of(6, 3, 6), 3, kept=ABROAD),
    Feast("halloween", _("Halloween"), "solar", on(10, 31), 7, kept=ABROAD),
    Feast("black_friday", _("Black Friday"), "platform", black_friday, 4, 3, 3, (ASIA, *ABROAD)),
    Feast("christmas", _("Christmas"), "platform", on(12, 25), 14, 1, 2, (ASIA, *ABROAD)),
    Feast("year_end", _("Year-end double festival"), "platform", on(12, 25), 1, 7),
    Feast("prime_day", _("Prime Day"), "platform", as_announced(PRIME_DAYS, 7), 0, 3, 3, (ASIA, *ABROAD), (AMAZON,)),
    Feast("prime_deals", _("Prime Big Deal Days"), "platform", as_announced(DEAL_DAYS, 10), 0, 1, 2, ABROAD, (AMAZON,)),
    Feast("cyber_monday", _("Cyber Monday"), "platform", cyber_monday, rank=0, kept=ABROAD),
    Feast("mlk_day", _("Martin Luther King Jr. Day"), "solar", weekday_of(1, 3, 0), rank=0, kept=(US,)),
    Feast("presidents_day", _("Presidents' Day"), "solar", weekday_of(2, 3, 0), 3, kept=(US,)),
    Feast("memorial_day", _("Memorial Day"), "solar", lambda year: last_monday(year, 5), 4, kept=(US,)),
    Feast("juneteenth", _("Juneteenth"), "solar", on(6, 19), rank=0, kept=(US,)),
    Feast("independence_day", _("Independence Day"), "solar", on(7, 4), 3, 1, kept=(US,)),
    Feast("us_labor_day", _("Labor Day (US)"), "solar", weekday_of(9, 1, 0), 4, kept=(US,)),
    Feast("columbus_day", _("Columbus Day"), "solar", weekday_of(10, 2, 0), rank=0, kept=(US,)),
    Feast("veterans_day", _("Veterans Day"), "solar", on(11, 11), rank=0, kept=(US,)),
    Feast("thanksgiving", _("Thanksgiving"), "solar", weekday_of(11, 4, 3), rank=0, kept=(US,)),
)
FEDERAL = (
    "new_year", "mlk_day", "presidents_day", "memorial_day", "juneteenth", "independence_day", "us_labor_day",
    "columbus_day", "veterans_day", "thanksgiving", "christmas",
)  # fmt: skip
