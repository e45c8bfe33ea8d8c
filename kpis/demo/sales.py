"""Buyers, baskets and refunds of a demo shop, day by day: pure, seeded. Money in fen, times naive local."""

import datetime as dt
import random
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TypeVar

from kpis.demo import names
from kpis.demo.shop import FADING, WANING, DayPlan, Shop

T = TypeVar("T")

EXPORTED_AT = dt.time(8, 5)  # the shop exports its files in the morning, with yesterday as the last whole day
AGAIN_SAME_MONTH = 1.01  # paid orders for each buyer of a month
UNPAID = 0.08  # of all orders made
AFFILIATE = 0.06  # of the finished orders came by 淘宝客, where the shop advertises
AGAIN = 0.2  # of the orders: by somebody who has bought before
HOURS = (8, 4, 2, 1, 1, 2, 5, 12, 22, 34, 42, 38, 34, 36, 38, 36, 34, 31, 30, 38, 52, 60, 50, 24)

CLOSED, DONE = "交易关闭", "交易成功"
TO_PAY, TO_SHIP, SHIPPED = "等待买家付款", "买家已付款,等待卖家发货", "卖家已发货,等待买家确认"


@dataclass(slots=True)
class RefundCase:
    """A refund as the platform tells it; it has moved money when `settled_at` is there and `status` is 退款成功."""

    refund_no: str
    code: str
    title: str
    amount_fen: int
    applied_at: dt.datetime
    settled_at: dt.datetime | None
    status: str
    with_return: bool
    is_full: bool
    reason: str


@dataclass(slots=True)
class Sale:
    """An order with its lines (style number, quantity, choice) and refunds, as seen at the time of the export."""

    order_no: str
    nick: str
    place: str
    created_at: dt.datetime
    paid_at: dt.datetime | None
    lines: list[tuple[int, int, str]]
    goods_fen: int
    freight_fen: int
    total_fen: int
    status: str = DONE
    closed_for: str = ""
    finished_at: dt.datetime | None = None
    settled_at: dt.datetime | None = None  # when the commission for it was paid out; None = not by 淘宝客
    refunds: list[RefundCase] = field(default_factory=list)

    @property
    def refunded_fen(self) -> int:
        return sum(x.amount_fen for x in self.refunds if x.status == "退款成功")


@dataclass(frozen=True)
class Mood:
    """How people buy in a month: what they take (running weights), how much of it, and how deep the coupons cut."""

    weights: list[float]
    more: float  # chance of a second style
    coupon: float  # mean share of the price that is paid


class Dice:
    """A source of chance with the few throws needed here (the ones of `random` cost three times as much)."""

    def __init__(self, rng: random.Random) -> None:
        self.random = rng.random

    def below(self, high: int) -> int:
        return int(self.random() * high)

    def between(self, low: int, high: int) -> int:
        return low + int(self.random() * (high - low))

    def choice(self, things: Sequence[T]) -> T:
        return things[int(self.random() * len(things))]

    def weighed(self, running: list[float]) -> int:
        """A position, by running weights."""
        return min(bisect(running, self.random() * running[-1]), len(running) - 1)


class Counter:
    """The shop's counter: serves a day's buyers. One of them for a whole demo; it remembers who has bought."""

    def __init__(self, shop: Shop, today: dt.date) -> None:
        self.shop = shop
        self.dice = Dice(shop.seed(today, "sales"))
        self.exported_at = dt.datetime.combine(today, EXPORTED_AT)
        self.number = 0
        self.fading = {x.code for x in shop.ranked()[-FADING:]}
        self.buyers: list[tuple[str, str]] = []
        self.moods: dict[tuple[int, int], Mood] = {}
        self.first_today = dt.datetime.combine(today, dt.time())
        self.hours = list(accumulate(float(x) for x in HOURS))
        self.flavours, self.tails = names.FLAVOURS.split(), names.TAILS.split()
        self.places = [x for x, _weight in names.PLACES]
        self.place_weights = list(accumulate(float(x) for _place, x in names.PLACES))
        for _regular in range(0 if shop.age_days else shop.table[0].uv * 10):
            self.stranger()  # people who bought before the demo begins

    def serve(self, plan: DayPlan) -> list[Sale]:
        """The orders made on a day, by time."""
        month = (plan.day.year, plan.day.month)
        mood = self.moods.setdefault(month, self.mood(plan.aov, self.waned(*month)))
        paid = plan.sales / plan.aov * AGAIN_SAME_MONTH
        made = int(paid / (1 - UNPAID) + self.dice.random())
        midnight, dice = dt.datetime.combine(plan.day, dt.time()), self.dice
        seconds = sorted(dice.weighed(self.hours) * 3600 + dice.below(3600) for _order in range(made))
        return [self.sell(midnight + dt.timedelta(seconds=x), mood) for x in seconds]

    def waned(self, year: int, month: int) -> float:
        """What is left in a month of the sales of the styles that fade."""
        ago = (self.exported_at.year - year) * 12 + self.exported_at.month - month
        return WANING[ago] if 0 <= ago < len(WANING) else 1.0

    def mood(self, aov: float, left: float = 1.0) -> Mood:
        """The mood in which an order comes to `aov` yuan: cheap months have small baskets and big coupons."""
        low, high = 0.0, 1.0
        for _step in range(30):
            middle = (low + high) / 2
            mood, value = self.mood_at(middle, left)
            low, high = (middle, high) if value < aov * 100 / AGAIN_SAME_MONTH else (low, middle)
        return mood

    def mood_at(self, height: float, left: float) -> tuple[Mood, float]:
        """(the mood, the fen an order brings in it); height 0 is the thriftiest."""
        tilt, more, coupon = -1.3 + 3.4 * height, 0.1 + 0.55 * height, 0.7 + 0.22 * height
        mean = sum(x.price_fen for x in self.shop.styles) / len(self.shop.styles)
        weights = [
            (left if x.code in self.fading else 1) * x.popularity * (x.price_fen / mean) ** tilt
            for x in self.shop.styles
        ]
        price = sum(w * x.price_fen for w, x in zip(weights, self.shop.styles)) / sum(weights)
        return Mood(list(accumulate(weights)), more, coupon), price * (1 + more + more * 0.3) * 1.12 * coupon

    def sell(self, at: dt.datetime, mood: Mood) -> Sale:
        dice = self.dice
        self.number += 1
        nick, place = self.buyer()
        lines = self.basket(mood)
        goods = sum(self.shop.styles[style].price_fen * qty for style, qty, _choice in lines)
        share = min(1.0, max(0.5, mood.coupon + dice.choice((-0.1, -0.05, 0.0, 0.05, 0.1))))
        goods = round(goods * share / 10) * 10
        freight = 600 if goods < 5000 and dice.random() < 0.08 else 0
        no = f"{4021 + self.number % 89}{self.number:09d}{dice.below(1_000_000):06d}"
        sale = Sale(no, nick, place, at, None, lines, goods, freight, goods + freight)
        if dice.random() < UNPAID:
            self.leave_unpaid(sale)
        else:
            self.pay(sale)
        return sale

    def buyer(self) -> tuple[str, str]:
        """(nick, place) of somebody new, or of somebody who comes again."""
        dice = self.dice
        if len(self.buyers) > 20 and dice.random() < AGAIN:
            return self.buyers[int(len(self.buyers) * dice.random() ** 0.7)]  # the later ones come back sooner
        return self.stranger()

    def stranger(self) -> tuple[str, str]:
        dice = self.dice
        nick = f"{dice.choice(self.flavours)}{dice.choice(self.tails)}{len(self.buyers) * 7 + dice.below(7)}"
        place = self.places[dice.weighed(self.place_weights)]
        self.buyers.append((nick, place))
        return self.buyers[-1]

    def basket(self, mood: Mood) -> list[tuple[int, int, str]]:
        dice = self.dice
        size = 1 if dice.random() >= mood.more else 2 if dice.random() >= 0.3 else 3
        chosen = dict.fromkeys(dice.weighed(mood.weights) for _line in range(size))
        lines = []
        for style in chosen:
            luck = dice.random()
            lines.append(
                (style, 1 if luck < 0.9 else 2 if luck < 0.98 else 3, dice.choice(self.shop.styles[style].choices))
            )
        return lines

    def leave_unpaid(self, sale: Sale) -> None:
        if self.exported_at - sale.created_at < dt.timedelta(days=1):
            sale.status = TO_PAY
        else:
            sale.status, sale.closed_for = CLOSED, "买家未付款"

    def pay(self, sale: Sale) -> None:
        dice = self.dice
        wait = dice.between(12, 240) if dice.random() < 0.9 else dice.between(240, 40_000)
        sale.paid_at = sale.created_at + dt.timedelta(seconds=wait)
        if sale.paid_at >= self.first_today:
            sale.paid_at = sale.created_at + dt.timedelta(seconds=1)  # yesterday is the last day of the demo
        age = self.exported_at - sale.paid_at
        if age < dt.timedelta(hours=dice.between(20, 44)):
            sale.status = TO_SHIP
        elif age < dt.timedelta(days=dice.between(6, 14)):
            sale.status = SHIPPED
        else:
            sale.finished_at = sale.paid_at + dt.timedelta(days=dice.between(4, 6), seconds=dice.below(80_000))
        if sale.finished_at and self.shop.ad_rate and dice.random() < AFFILIATE:
            settled = sale.finished_at + dt.timedelta(minutes=dice.between(5, 90))
            sale.settled_at = settled if settled < self.first_today else None
        if dice.random() < self.shop.refund_rate:
            self.refund(sale, sale.paid_at)

    def refund(self, sale: Sale, paid_at: dt.datetime) -> None:
        """One case for the order: all of it or a part, before it is shipped or after it came; seen as of the export."""
        dice = self.dice
        is_full, is_early = dice.random() < 0.72, dice.random() < 0.3
        applied = paid_at + dt.timedelta(hours=dice.between(1, 18) if is_early else dice.between(60, 240))
        settled = applied + dt.timedelta(
            hours=dice.between(1, 20) if is_early or not is_full else dice.between(40, 150)
        )
        amount = (
            sale.total_fen if is_full else max(100, round(sale.total_fen * (0.08 + 0.42 * dice.random()) / 100) * 100)
        )
        style = self.shop.styles[sale.lines[0][0]]
        status, reason = ("退款关闭" if dice.random() < 0.05 else "退款成功"), dice.choice(names.REFUND_REASONS)
        if applied >= self.first_today:
            return
        if settled >= self.first_today:
            status, settled_or_none = "买家已经申请退款，等待卖家同意", None
        else:
            settled_or_none = settled
        number = f"{1870 + self.number % 67}{self.number:09d}{dice.below(10**5):05d}"
        is_return = is_full and not is_early
        sale.refunds.append(
            RefundCase(
                number, style.code, style.title, amount, applied, settled_or_none, status, is_return, is_full, reason
            )
        )
        if is_full and status == "退款成功":
            sale.status, sale.closed_for, sale.finished_at, sale.settled_at = CLOSED, "退款", None, None


@dataclass(slots=True)
class DayBook:
    """What the platform itself counts for one day: people of the payment day, people of the order day, styles sold."""

    payers: set[str] = field(default_factory=set)
    old_payers: int = 0
    makers: set[str] = field(default_factory=set)
    made_fen: int = 0
    paid_fen: int = 0
    paid_orders: int = 0
    sub_orders: int = 0
    items: int = 0
    refunded_fen: int = 0
    refunders: int = 0
    styles: dict[int, list[int]] = field(default_factory=dict)  # style -> [buyers, items, fen]


class Books:
    """Day books of a whole demo, filled order by order."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.days: dict[dt.date, DayBook] = {}
        self.known: set[str] = set()

    def day(self, day: dt.date) -> DayBook:
        book = self.days.get(day)
        if book is None:
            book = self.days[day] = DayBook()
        return book

    def note(self, sale: Sale) -> None:
        made = self.day(sale.created_at.date())
        made.makers.add(sale.nick)
        made.made_fen += sale.total_fen
        for case in sale.refunds:
            book = self.day(case.applied_at.date())
            book.refunded_fen += case.amount_fen
            book.refunders += 1
        if sale.paid_at is None:
            return
        paid = self.day(sale.paid_at.date())
        if sale.nick in self.known and sale.nick not in paid.payers:
            paid.old_payers += 1
        self.known.add(sale.nick)
        paid.payers.add(sale.nick)
        paid.paid_fen += sale.total_fen
        paid.paid_orders += 1
        paid.sub_orders += len(sale.lines)
        weight = sum(self.shop.styles[style].price_fen * qty for style, qty, _choice in sale.lines)
        for style, qty, _choice in sale.lines:
            paid.items += qty
            counts = paid.styles.setdefault(style, [0, 0, 0])
            counts[0] += 1
            counts[1] += qty
            counts[2] += sale.goods_fen * self.shop.styles[style].price_fen * qty // weight


def serve_all(counter: Counter, plans: list[DayPlan]) -> Iterator[tuple[DayPlan, list[Sale]]]:
    """Day after day, so that a month of orders is never held in memory."""
    for plan in plans:
        yield plan, counter.serve(plan)


def shuffled(rng: random.Random, total: int, shares: dict[str, float]) -> dict[str, int]:
    """`total` split by `shares` with some luck in it; the parts add up to it."""
    lucky = {name: share * rng.uniform(0.85, 1.15) for name, share in shares.items()}
    whole, left, rest = sum(lucky.values()), total, dict.fromkeys(lucky, 0)
    for name, share in lucky.items():
        rest[name] = min(left, round(total * share / whole))
        left -= rest[name]
    first = next(iter(rest), None)
    if first:
        rest[first] += left
    return rest
