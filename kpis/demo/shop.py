"""The demo shops and how their months become days: pure, seeded, the same for the same date.

A month of the plan is (visitors a day, conversion, yuan a buyer) as in the 12-month table of a shop that reached
9.06 million yuan in a year. The level of a day runs as a straight line (in logarithms) from the middle of one month to
the middle of the next, and is bent until every month adds up to its amount: so December fades into January over four
weeks instead of falling off a cliff at New Year. Weekday rhythm, sale days and noise are laid on before the adding up.
"""

import datetime as dt
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from kpis.demo import names
from opsplan.lib.periods import DAY, Period, month_of

YEARLY = (0.85, 0.95, 0.966)  # what a year earlier had of visitors, conversion and yuan a buyer; together 78 %
SALE_DAYS = {(6, 18): 4.2, (11, 11): 6.0, (12, 12): 3.6}
SALE_SHADOW = {-3: 0.86, -2: 0.8, -1: 0.84, 1: 0.9, 2: 0.78, 3: 0.85}  # people wait before, and have bought after
WEEKDAYS = (1.03, 1.02, 1.0, 0.98, 0.93, 0.99, 1.05)
FADING = 2  # of the styles, the least popular, sell less and less
WANING = (0.12, 0.35, 0.75)  # of what they sold before: this month, the last, the one before
UV_SHARE = 0.7  # of a strong day's surplus comes by more visitors, the rest by better conversion


@dataclass(frozen=True)
class Style:
    """One style on sale; price and cost in fen, cost None where the seller has not said it yet."""

    code: str
    item_id: str
    title: str
    price_fen: int
    cost_fen: int | None
    popularity: float
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Month:
    """A month of the 12-month table: visitors a day, buyers / visitors, yuan a buyer."""

    uv: int
    cvr: float
    aov: float
    amount: int  # yuan in the month


@dataclass(frozen=True)
class Shop:
    """A demo shop: what it sells, its year, and its habits."""

    slug: str
    name: str
    platform: str
    styles: tuple[Style, ...]
    table: tuple[Month, ...]
    refund_rate: float  # share of paid orders with a refund case
    ad_rate: float  # ad cost / sales; 0 = no ads yet
    age_days: int | None = None  # opened so many days ago; None = older than the demo

    def seed(self, today: dt.date, what: str) -> random.Random:
        """A source of chance of its own for every purpose, so that one more draw here changes nothing there."""
        return random.Random(f"{today.isoformat()}/{self.slug}/{what}")

    def ranked(self) -> list[Style]:
        """The styles, the most popular first."""
        return sorted(self.styles, key=lambda x: (-x.popularity, x.code))

    def opened_on(self, today: dt.date) -> dt.date:
        return today - dt.timedelta(days=self.age_days) if self.age_days else dt.date(today.year - 4, 3, 8)


@dataclass(frozen=True)
class DayPlan:
    """What a day is meant to bring; sales in yuan."""

    day: dt.date
    sales: float
    uv: int
    aov: float


def styles(table: str) -> tuple[Style, ...]:
    """The styles of a table in `names`."""
    found = []
    for position, line in enumerate(table.strip().splitlines()):
        code, title, price, cost, popularity, *choices = line.split("|")
        item_id = str(640_000_000_000 + sum(map(ord, code)) * 7_919_131 + position * 1_000_003)
        found.append(
            Style(
                code,
                item_id,
                title,
                round(float(price) * 100),
                round(float(cost) * 100) if cost else None,
                float(popularity or 20),
                split_choices(choices),
            )
        )
    return tuple(found)


def split_choices(cells: list[str]) -> tuple[str, ...]:
    """净含量：100g;净含量：150g is two choices of one property, 颜色分类：杏色;尺码：S one choice of two."""
    choices: list[str] = []
    for cell in cells:
        parts = cell.split(";")
        choices += parts if len({x.split("：")[0] for x in parts}) == 1 else [cell]
    return tuple(choices)


CHENLU = Shop(
    "chenlu",
    "晨露护肤旗舰店",
    "tmall",
    styles(names.COSMETICS),
    (
        Month(1200, 0.035, 79.4, 100_000),
        Month(1200, 0.035, 95.2, 120_000),
        Month(1900, 0.035, 70.2, 140_000),
        Month(2500, 0.040, 66.7, 200_000),
        Month(4000, 0.048, 69.4, 400_000),
        Month(5000, 0.050, 80.0, 600_000),
        Month(5500, 0.052, 87.4, 750_000),
        Month(5800, 0.055, 88.8, 850_000),
        Month(6000, 0.060, 101.9, 1_100_000),
        Month(6200, 0.060, 116.5, 1_300_000),
        Month(8600, 0.065, 119.3, 2_000_000),
        Month(6500, 0.065, 118.3, 1_500_000),
    ),
    refund_rate=0.086,
    ad_rate=0.12,
)
XIAOSHAN = Shop(
    "xiaoshan",
    "小衫家女装",
    "taobao",
    styles(names.WOMENSWEAR),
    tuple(
        Month(uv, cvr, aov, round(uv * cvr * aov * 30 / 1000) * 1000)
        for uv, cvr, aov in (
            (700, 0.026, 118.0),
            (520, 0.022, 108.0),
            (840, 0.028, 95.0),
            (900, 0.030, 90.0),
            (1050, 0.031, 86.0),
            (1120, 0.032, 80.0),
            (980, 0.030, 78.0),
            (1050, 0.031, 86.0),
            (1200, 0.032, 96.0),
            (1330, 0.033, 112.0),
            (1750, 0.038, 126.0),
            (1470, 0.035, 130.0),
        )
    ),
    refund_rate=0.17,
    ad_rate=0.07,
)
XINYA = Shop(
    "xinya",
    "新芽文创文具店",
    "taobao",
    styles(names.STATIONERY),
    (Month(460, 0.036, 42.0, 21_000),) * 12,
    refund_rate=0.03,
    ad_rate=0.0,
    age_days=92,
)
SHOPS = (CHENLU, XIAOSHAN, XINYA)


def month_plan(shop: Shop, month: dt.date, today: dt.date) -> Month:
    """The month as it really went or goes: the table for the year of `today`, 78 % of it for each year before."""
    base, back = shop.table[month.month - 1], today.year - month.year
    uv, cvr, aov = (part**back for part in YEARLY)
    return Month(round(base.uv * uv), base.cvr * cvr, base.aov * aov, round(base.amount * uv * cvr * aov))


def part_open(shop: Shop, month: dt.date, today: dt.date) -> Fraction:
    """The part of a month's days on which the shop is open: only those bear targets."""
    days = month_of(month)
    return Fraction(sum(day >= shop.opened_on(today) for day in days), len(days))


def months(shop: Shop, today: dt.date, *, small: bool) -> list[Period]:
    """The calendar months the demo covers: 25 (3 when small) up to the one of yesterday, or since the shop opened."""
    current = month_of(today - DAY)
    found = [current]
    while len(found) < (3 if small else 25):
        found.insert(0, month_of(found[0].first - DAY))
    return [x for x in found if x.last >= shop.opened_on(today)]


def factor(day: dt.date, rng: random.Random) -> float:
    """Weekday x sale days x noise."""
    value = WEEKDAYS[day.weekday()] * math.exp(rng.gauss(0, 0.06))
    for (month, number), height in SALE_DAYS.items():
        away = (day - dt.date(day.year, month, number)).days
        value *= height if away == 0 else SALE_SHADOW.get(away, 1.0)
    return value


def levels(days: list[dt.date], knots: dict[dt.date, float]) -> Iterator[float]:
    """The height of each day on the line through the knots (straight in logarithms; flat beyond the ends)."""
    points = sorted((day, math.log(height)) for day, height in knots.items())
    for day in days:
        if day <= points[0][0]:
            yield math.exp(points[0][1])
        elif day >= points[-1][0]:
            yield math.exp(points[-1][1])
        else:
            left, right = next((a, b) for a, b in pairwise(points) if a[0] <= day < b[0])
            part = (day - left[0]).days / (right[0] - left[0]).days
            yield math.exp(left[1] + part * (right[1] - left[1]))


def daily_sales(spans: list[Period], amounts: list[float], factors: dict[dt.date, float]) -> dict[dt.date, float]:
    """Yuan a day: smooth from month to month, and adding up to `amounts` over each of `spans`."""
    days = [day for span in spans for day in span]
    knots = {span.first + (len(span) // 2) * DAY: amount / len(span) for span, amount in zip(spans, amounts)}
    sales: dict[dt.date, float] = {}
    for _round in range(80):
        sales = {day: level * factors[day] for day, level in zip(days, levels(days, knots))}
        for (knot, height), span, amount in zip(list(knots.items()), spans, amounts):
            knots[knot] = height * (amount / sum(sales[day] for day in span)) ** 0.8
    for span, amount in zip(spans, amounts):
        rest = amount / sum(sales[day] for day in span)
        sales |= {day: sales[day] * rest for day in span}
    return sales


def day_plans(shop: Shop, today: dt.date, *, small: bool = False, volume: float = 1.0) -> list[DayPlan]:
    """Every day of the demo up to yesterday. `volume` takes that part of the visitors; yuan a buyer stays."""
    rng = shop.seed(today, "plan")
    spans = months(shop, today, small=small)
    plans = [month_plan(shop, span.first, today) for span in spans]
    factors = {day: factor(day, rng) for span in spans for day in span}
    luck = [rng.uniform(0.975, 1.03) for _span in spans]
    sales = daily_sales(spans, [plan.amount * volume * x for plan, x in zip(plans, luck)], factors)
    found = []
    for span, plan in zip(spans, plans):
        strength = {day: sales[day] ** UV_SHARE for day in span}
        visitors = plan.uv * 30 * volume / sum(strength.values())
        for day in span:
            grown = ramp(shop, day, today)
            uv = round(visitors * strength[day] * grown * math.exp(rng.gauss(0, 0.03)))
            if grown and day < today:
                found.append(DayPlan(day, sales[day] * grown, max(uv, 1), plan.aov))
    return found


def ramp(shop: Shop, day: dt.date, today: dt.date) -> float:
    """A young shop starts at a sixth of its level and has all of it after ten weeks; 0 before it opened."""
    age = (day - shop.opened_on(today)).days
    return 0.0 if age < 0 else 1.0 if shop.age_days is None else min(1.0, 0.17 + 0.83 * age / 70)


def missing_day(today: dt.date) -> dt.date:
    """The one day nobody exported the traffic of: the 14th of this month, or of the last one before the 16th."""
    return today.replace(day=14) if today.day > 15 else (today.replace(day=1) - DAY).replace(day=14)
