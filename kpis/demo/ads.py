"""Ad systems and flow sources of a demo shop's day: what they cost, bring and claim. Pure, seeded; money in fen."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from kpis.demo.sales import DayBook, shuffled
from kpis.demo.shop import DayPlan, Shop

# channel: share of the ad money, yuan a click, claimed sales for a yuan
SYSTEMS = {
    "tmall": {"zhitongche": (0.46, 1.25, 3.2), "zuanzhan": (0.2, 0.95, 2.2), "wanxiangtai": (0.24, 1.1, 3.7)},
    "taobao": {"zhitongche": (0.8, 0.85, 2.9), "wanxiangtai": (0.2, 0.9, 2.4)},
}
FLOWS = {"zhitongche": "直通车", "zuanzhan": "引力魔方", "wanxiangtai": "万相台"}
SOURCES = {
    "淘内免费": ("手淘搜索", "手淘推荐"),
    "自主访问": ("购物车", "我的淘宝"),
    "付费流量": ("直通车", "引力魔方", "万相台", "淘宝客"),
}
FREE = {"手淘搜索": 0.44, "手淘推荐": 0.27, "购物车": 0.13, "我的淘宝": 0.16}
AFFILIATE = 0.05  # of the visitors come through 淘宝客
PAID_MOST = 0.42  # of the visitors at most come by ads
CREATIVES = ("夏日清透主图", "爆款场景图")


@dataclass(frozen=True)
class AdDay:
    """An ad system's day."""

    channel: str
    cost_fen: int
    impressions: int
    clicks: int
    sales_fen: int
    orders: int
    carts: int

    def cells(self, day: dt.date) -> list[dict[str, str]]:
        """The rows of that system's report."""
        if self.channel == "zhitongche":
            return [self.account(day)]
        if self.channel == "wanxiangtai":
            return [self.smart(day)]
        first = self.part(0.6)
        rest = [a - b for a, b in zip(self.numbers(), first)]
        return [creative(day, number, numbers) for number, numbers in enumerate((first, rest))]

    def numbers(self) -> list[int]:
        return [self.cost_fen, self.impressions, self.clicks, self.sales_fen, self.orders, self.carts]

    def part(self, share: float) -> list[int]:
        return [round(x * share) for x in self.numbers()]

    def account(self, day: dt.date) -> dict[str, str]:
        return {
            "日期": str(day),
            "展现量": str(self.impressions),
            "点击量": str(self.clicks),
            "花费": fixed(self.cost_fen),
            "点击率": ratio(self.clicks * 100, self.impressions),
            "平均点击花费": ratio(self.cost_fen / 100, self.clicks),
            "总收藏数": str(self.carts // 3),
            "总购物车数": str(self.carts - self.carts // 3),
            "总成交金额": fixed(self.sales_fen),
            "总成交笔数": str(self.orders),
            "投入产出比": ratio(self.sales_fen, self.cost_fen),
        }

    def smart(self, day: dt.date) -> dict[str, str]:
        return {
            "日期": str(day),
            "优化目标": "促进成交",
            "效果模型": "点击",
            "统计口径": "全部",
            "转化周期": "15天累计数据",
            "消耗": fixed(self.cost_fen),
            "曝光量": str(self.impressions),
            "点击量": str(self.clicks),
            "点击成本": ratio(self.cost_fen / 100, self.clicks),
            "加购收藏量": str(self.carts),
            "roi": ratio(self.sales_fen, self.cost_fen),
            "总成交笔数": str(self.orders),
            "总成交金额": fixed(self.sales_fen),
        }


def creative(day: dt.date, number: int, numbers: list[int]) -> dict[str, str]:
    cost, impressions, clicks, sales, orders, carts = numbers
    return {
        "日期": str(day),
        "计划组": "日常销售",
        "计划": "拉新推广",
        "主体类型": "商品",
        "主体名称": "全店商品",
        "创意名称": CREATIVES[number],
        "创意id": str(5_120_033_871 + number),
        "消耗": fixed(cost),
        "展现量": str(impressions),
        "点击量": str(clicks),
        "引导访问人数": str(round(clicks * 0.9)),
        "加购收藏量": str(carts),
        "成交订单量": str(orders),
        "成交订单金额": fixed(sales),
        "投资回报率": ratio(sales, cost),
    }


def fixed(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def ratio(part: float, whole: float) -> str:
    return f"{part / whole:.2f}" if whole else "-"


def ad_days(shop: Shop, today: dt.date, plan: DayPlan) -> list[AdDay]:
    """What every ad system spent and claims for the day; their clicks together stay below a share of the visitors."""
    if not shop.ad_rate:
        return []
    rng = shop.seed(today, f"ads {plan.day}")
    budget = plan.sales * shop.ad_rate * rng.uniform(0.88, 1.12)
    found, systems = [], SYSTEMS[shop.platform]
    dear = max(1.0, sum(budget * share / cpc for share, cpc, _roi in systems.values()) / (PAID_MOST * plan.uv))
    for channel, (share, cpc, roi) in systems.items():
        cost = round(budget * share * rng.uniform(0.9, 1.1) * 100)
        clicks = max(1, round(cost / 100 / (cpc * dear * rng.uniform(0.92, 1.08))))
        sales = round(cost * roi * rng.uniform(0.8, 1.2))
        orders = max(1, round(sales / 100 / plan.aov))
        impressions = round(clicks / rng.uniform(0.028, 0.052))
        found.append(AdDay(channel, cost, impressions, clicks, sales, orders, round(clicks * rng.uniform(0.06, 0.12))))
    return found


def flow_rows(shop: Shop, today: dt.date, plan: DayPlan, book: DayBook, ads: list[AdDay]) -> Iterator[dict[str, str]]:
    """The day's flow sources with their eight details (four without ads). A visitor by two ways counts twice."""
    rng = shop.seed(today, f"flow {plan.day}")
    paid = {FLOWS[ad.channel]: min(ad.clicks, round(plan.uv * 0.6)) for ad in ads}
    if ads:
        paid["淘宝客"] = round(plan.uv * AFFILIATE * rng.uniform(0.8, 1.2))
    visitors = shuffled(rng, max(0, round(plan.uv * 1.03) - sum(paid.values())), FREE) | paid
    worth = {"购物车": 2.6, "我的淘宝": 1.6, "手淘搜索": 1.1, "手淘推荐": 0.6, "淘宝客": 1.2}
    weights = {name: uv * worth.get(name, 0.8) + 0.001 for name, uv in visitors.items()}
    buyers = shuffled(rng, len(book.payers), weights)
    parts: dict[str, list[int]] = {}
    for name, uv in visitors.items():
        bought = min(buyers[name], uv)
        parts[name] = [
            uv,
            round(uv * rng.uniform(2.2, 4.5)),
            round(book.paid_fen * bought / max(1, len(book.payers))),
            round(uv * rng.uniform(0.03, 0.06)),
            round(uv * rng.uniform(0.06, 0.11)),
            round(bought * 1.06),
            round(bought * 1.5),
            bought,
        ]
    for source, names in SOURCES.items():
        inside = {name: parts[name] for name in names if name in parts}
        if inside:
            yield flow_cells(plan.day, source, "汇总", [sum(x) for x in zip(*inside.values())])
            for name, numbers in inside.items():
                yield flow_cells(plan.day, source, name, numbers)


def flow_cells(day: dt.date, source: str, detail: str, numbers: list[int]) -> dict[str, str]:
    uv, views, amount, favourites, carts, ordered, items, bought = numbers
    return {
        "统计日期": str(day),
        "流量来源": source,
        "来源明细": detail,
        "访客数": f"{uv:,}",
        "浏览量": f"{views:,}",
        "支付金额": f"{amount / 100:,.2f}",
        "收藏人数": f"{favourites:,}",
        "加购人数": f"{carts:,}",
        "下单买家数": f"{ordered:,}",
        "支付件数": f"{items:,}",
        "支付买家数": f"{bought:,}",
        "支付转化率": f"{bought / uv:.2%}" if uv else "-",
    }
