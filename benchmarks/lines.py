"""Made-up order lines: seeded, 2.2 lines an order, Zipf products, five stores, 24 months, peaks on 06-18 and 11-11."""

import csv
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
FIRST_DAY, DAYS, STORES, PRODUCTS = dt.date(2024, 1, 1), 731, 5, 300
LINES_AN_ORDER = (0.38, 0.30, 0.16, 0.09, 0.05, 0.02)  # 1 to 6
MEAN_LINES = sum((i + 1) * x for i, x in enumerate(LINES_AN_ORDER))
ORDER_LIST = """
订单编号 买家会员名 总金额 买家实际支付金额 订单状态 收货地址 订单创建时间 订单付款时间 宝贝总数量 退款金额
"""
ITEM_LIST = "订单编号 标题 价格 购买数量 外部系统编号 商品属性 套餐信息 备注 订单状态 商家编码"
PROVINCES = ("广东省", "浙江省", "江苏省", "上海", "北京", "山东省", "四川省", "河南省")


@dataclass(frozen=True)
class Orders:
    """Columns of orders and of their lines; `order` of a line is the position of its order. Money in fen."""

    first_number: int
    store: Numbers  # 0 to 4
    second: Numbers  # seconds after FIRST_DAY, local; sorted
    wait: Numbers  # seconds to the payment, -1 = never paid
    buyer: Numbers
    total: Numbers
    order: Numbers
    product: Numbers  # rank, 0 = best seller
    qty: Numbers

    def __len__(self) -> int:
        return len(self.store)

    def number(self, position: int) -> str:
        return f"{self.first_number + position:019d}"


def day_weights(first: dt.date, days: int) -> NDArray[np.float64]:
    weights = np.ones(days)
    for i in range(days):
        day = first + dt.timedelta(days=i)
        weights[i] = {(11, 11): 8.0, (6, 18): 5.0}.get((day.month, day.day), 1.0) * (1 + 0.1 * (day.weekday() > 4))
    return weights / weights.sum()


def make(lines: int, *, seed: int, store: int | None = None, first: dt.date = FIRST_DAY, days: int = DAYS) -> Orders:
    """About `lines` order lines (exactly, by cutting the last order); all of one store, or over five."""
    rng = np.random.default_rng(seed)
    count = int(lines / MEAN_LINES * 1.05) + 60
    sizes = rng.choice(np.arange(1, 7), p=LINES_AN_ORDER, size=count)
    ends = np.cumsum(sizes)
    count = int(np.searchsorted(ends, lines)) + 1
    order = np.repeat(np.arange(count), sizes[:count])[:lines]
    day = rng.choice(days, p=day_weights(first, days), size=count) + (first - FIRST_DAY).days
    second = np.sort(day * 86_400 + rng.integers(0, 86_400, count))
    zipf = 1 / np.arange(1, PRODUCTS + 1) ** 1.05
    product = rng.choice(PRODUCTS, p=zipf / zipf.sum(), size=lines)
    qty = rng.choice([1, 2, 3], p=[0.9, 0.08, 0.02], size=lines)
    total = np.bincount(order, weights=price_of(product) * qty, minlength=count).astype(np.int64)
    wait = np.where(rng.random(count) < 0.08, -1, rng.integers(10, 600, count))
    shop = np.full(count, store) if store is not None else rng.integers(0, STORES, count)
    buyer = rng.integers(1, max(2, int(count * 0.7)), count)
    return Orders(seed * 10**12, shop.astype(np.int64), second, wait, buyer, total, order, product, qty)


def price_of(product: Numbers) -> Numbers:
    return 1900 + (product * 7919) % 18_000


def code_of(product: int) -> str:
    return f"BM-{product:04d}"


def instant(second: int) -> dt.datetime:
    return dt.datetime.combine(FIRST_DAY, dt.time()) + dt.timedelta(seconds=int(second))


def write_order_list(orders: Orders, path: Path, *, shuffle: int | None = None) -> Path:
    """订单报表 as it was in 2015 (the shortest with a status), GB18030."""
    positions = np.arange(len(orders))
    if shuffle is not None:
        np.random.default_rng(shuffle).shuffle(positions)
    pieces = np.bincount(orders.order, weights=orders.qty, minlength=len(orders)).astype(np.int64)
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(ORDER_LIST.split())
        for i in positions.tolist():
            paid = orders.wait[i] >= 0
            total = f"{orders.total[i] / 100:.2f}"
            writer.writerow(
                (
                    orders.number(i),
                    f"买家{orders.buyer[i]}",
                    total,
                    total if paid else "0.00",
                    "交易成功" if paid else "交易关闭",
                    PROVINCES[i % 8],
                    instant(orders.second[i]),
                    instant(orders.second[i] + orders.wait[i]) if paid else "",
                    pieces[i],
                    "0.00",
                )
            )
    return path


def write_item_list(orders: Orders, path: Path, *, shuffle: int | None = None) -> Path:
    """宝贝报表, GB18030, one row a line."""
    positions = np.arange(len(orders.order))
    if shuffle is not None:
        np.random.default_rng(shuffle).shuffle(positions)
    prices = price_of(orders.product)
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(ITEM_LIST.split())
        for i in positions.tolist():
            order, product = int(orders.order[i]), int(orders.product[i])
            code, status = code_of(product), "交易成功" if orders.wait[order] >= 0 else "交易关闭"
            row = (orders.number(order), f"测试商品{product}号保湿滋润", f"{prices[i] / 100:.2f}", orders.qty[i])
            writer.writerow((*row, code, f"规格：{i % 7}", "", "", status, code))
    return path


def write_plain(orders: Orders, path: Path) -> Path:
    """The same lines as plain UTF-8 columns, for raw COPY: number, title, price, qty, code, properties."""
    prices = price_of(orders.product)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for i in range(len(orders.order)):
            order, product = int(orders.order[i]), int(orders.product[i])
            number = orders.number(order)
            writer.writerow(
                (number, f"测试商品{product}号保湿滋润", prices[i], orders.qty[i], code_of(product), f"规格：{i % 7}")
            )
    return path
