"""Which files a shop exports to be read here, and the menus of its platform's back end that lead to each.

The menus are called as they are called there, in the platform's own language. Platforms move them: a hint, not a rule.
"""

from dataclasses import dataclass

from kpis.files import layouts
from kpis.ingest.readers import PARTS

KINDS = ("orders", "lines", "refunds", "traffic", "flow", "ads", "items", "fees")  # the most needed first

TAOBAO = {
    "orders": "千牛 › 交易 › 已卖出的宝贝 › 批量导出",
    "lines": "千牛 › 交易 › 已卖出的宝贝 › 批量导出 › 下载宝贝报表",
    "refunds": "千牛 › 交易 › 退款管理 › 导出",
    "traffic": "生意参谋 › 取数 › 店铺（按天）",
    "flow": "生意参谋 › 流量 › 店铺来源（选一天）› 下载",
    "ads": "万相台 › 报表 › 下载",
    "items": "生意参谋 › 品类 › 商品排行（选一天）› 下载",
}
PLACES: dict[str, dict[str, str]] = {
    "taobao": TAOBAO,
    "tmall": TAOBAO,
    "jd": {
        "orders": "京麦 › 订单管理 › 订单查询 › 导出",
        "refunds": "京麦 › 交易 › 售后管理 › 自主售后 › 全部 › 导出",
        "traffic": "商智 › 交易 › 交易概况（按天）› 下载",
        "ads": "京准通 › 报表 › 自定义报表 › 下载",
        "items": "商智 › 商品 › 商品明细（选一天）› 下载",
        "fees": "京麦 › 资金 › 结算单 › 结算明细 › 导出",
    },
    "pdd": {
        "orders": "拼多多商家后台 › 发货管理 › 订单查询 › 批量导出",
        "refunds": "拼多多商家后台 › 售后管理 › 售后工作台 › 导出",
        "traffic": "拼多多商家后台 › 数据中心 › 交易数据（按天）› 下载",
        "ads": "拼多多推广 › 推广报表 › 商品推广（按天）› 下载",
        "fees": "拼多多商家后台 › 资金中心 › 对账中心 › 账务明细",
    },
    "douyin": {
        "orders": "抖店 › 订单 › 订单管理 › 导出订单",
        "refunds": "抖店 › 售后 › 售后工作台 › 导出",
        "traffic": "抖音电商罗盘 › 交易 › 成交分析（按天）› 下载",
        "ads": "巨量千川 › 数据 › 报表 › 下载",
        "fees": "抖店 › 资金 › 结算明细 › 导出",
    },
    "kuaishou": {"orders": "快手小店 › 订单 › 订单查询 › 导出", "traffic": "快手小店 › 生意通 › 交易（按天）› 下载"},
    "1688": {"orders": "1688 商家工作台 › 交易 › 已卖出的货品 › 导出"},
    "youzan": {"orders": "有赞后台 › 订单 › 订单查询 › 批量导出"},
    "shopify": {"orders": "Orders › Export"},
    "woocommerce": {"orders": "Analytics › Orders › Download"},
    "amazon": {"orders": "Reports › Fulfillment › All Orders"},
}
TEMPLATES = {
    "orders": "orders",
    "lines": "items",
    "refunds": "refunds",
    "traffic": "traffic",
    "ads": "ads",
    "fees": "costs",
}


@dataclass(frozen=True)
class Step:
    """A file to export. kind: what it tells (a kind of coverage); file: what we call it, "" where there are several;
    place: the menus that lead to it; template: the one to fill in instead, where the platform has no such file."""

    kind: str
    file: str
    place: str
    template: str


def steps(platform: str) -> list[Step]:
    """The files of a platform, the most needed first; what comes along in another of them is none."""
    places = PLACES.get(platform, {})
    found = []
    for kind in KINDS:
        if layouts.TELLERS.get(platform, {}).get(kind) in PARTS:
            continue
        file, place = layouts.own_file(platform, kind), places.get(kind, "")
        template = "" if file or place else TEMPLATES.get(kind, "")
        if file or place or template:
            found.append(Step(kind, file, place, template))
    return found
