"""直通车 of a demo shop by keyword and by region, over its last weeks: parts of what the account spent. Pure, seeded by
the account's own days; money in fen."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kpis.demo.ads import AdDay, fixed, ratio

DAYS = 28


@dataclass(frozen=True)
class Part:
    """A keyword or region: its plan, its share of the clicks, and how dear a click is, how often it is clicked and how
    often a click buys, beside all together (1)."""

    plan: str
    name: str
    clicks: float
    price: float = 1.0
    click_rate: float = 1.0
    conversion: float = 1.0


KEYWORDS: dict[str, tuple[Part, ...]] = {
    "chenlu": (
        Part("主推/面霜", "补水面霜 敏感肌", 0.16, 1.05, 1.3, 2.1),
        Part("主推/面霜", "面霜女", 0.2, 1.35, 0.9, 0.15),
        Part("主推/面霜", "晨露面霜", 0.06, 0.5, 2.2, 2.8),
        Part("主推/面膜", "去黑头面膜", 0.15, 0.9, 1.2, 1.4),
        Part("主推/面膜", "面膜补水保湿 学生", 0.13, 0.75, 1.6, 0.25),
        Part("主推/面膜", "面膜", 0.1, 1.6, 0.7, 0.3),
        Part("长尾/套装", "护肤品套装 送妈妈", 0.07, 1.1, 1.1, 1.8),
        Part("长尾/套装", "水乳套装", 0.08, 1.2, 0.9, 0.8),
        Part("长尾/防晒", "防晒霜 军训", 0.05, 0.8, 1.0, 0.6),
    )
}
REGIONS: dict[str, tuple[Part, ...]] = {
    "chenlu": (
        Part("主推地域", "江苏", 0.26, 1.05, 1.2, 1.5),
        Part("主推地域", "浙江", 0.24, 1.05, 1.1, 1.4),
        Part("主推地域", "上海", 0.2, 1.15, 1.1, 1.3),
        Part("其他地域", "广东", 0.16, 0.85, 0.9, 0.8),
        Part("其他地域", "四川", 0.08, 0.75, 0.8, 0.5),
        Part("其他地域", "河南", 0.06, 0.7, 0.8, 0.25),
    )
}
PLACES = {"keyword": ("推广计划", "推广单元", "关键词"), "region": ("推广计划", "省份")}


def detail_rows(parts: Sequence[Part], days: Sequence[tuple[dt.date, AdDay]], kind: str) -> Iterator[dict[str, str]]:
    """A row a day and part; over the days every part comes to its share of the account, to the unit."""
    weights = [
        (part.clicks * part.price, part.clicks / part.click_rate, part.clicks, part.clicks * part.conversion)
        for part in parts
    ]
    wholes = [sum(column) for column in zip(*weights, strict=True)]
    exact, told = [[0.0] * 5 for _part in parts], [[0] * 5 for _part in parts]
    for day, ad in days:
        for place, part in enumerate(parts):
            cost, shown, clicked, bought = (x / whole for x, whole in zip(weights[place], wholes, strict=True))
            portions = (cost, shown, clicked, bought, bought)
            numbers = (ad.cost_fen, ad.impressions, ad.clicks, ad.orders, ad.sales_fen)
            row = []
            for n, (portion, number) in enumerate(zip(portions, numbers, strict=True)):
                exact[place][n] += portion * number
                row.append(round(exact[place][n]) - told[place][n])
                told[place][n] += row[-1]
            yield cells(day, part, row, kind)


def cells(day: dt.date, part: Part, numbers: Sequence[int], kind: str) -> dict[str, str]:
    cost, shown, clicks, orders, sales = numbers
    plan, _slash, unit = part.plan.partition("/")
    names = (plan, unit, part.name) if kind == "keyword" else (plan, part.name)
    return {
        "日期": str(day),
        **dict(zip(PLACES[kind], names, strict=True)),
        "展现量": str(shown),
        "点击量": str(clicks),
        "花费": fixed(cost),
        "点击率": ratio(clicks * 100, shown),
        "平均点击花费": ratio(cost / 100, clicks),
        "总成交金额": fixed(sales),
        "总成交笔数": str(orders),
        "投入产出比": ratio(sales, cost),
    }
