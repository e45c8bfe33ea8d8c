"""The life of the demo's styles: stages with a history, ranks, roles, heroes, list prices, and what comes in."""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.db import transaction

from kpis.demo.shop import FADING, Shop
from kpis.outward.stage_evidence import judge_stages
from opsplan.lib.periods import DAY, week_of
from products.completeness import BLOCKS, QUESTIONS
from products.models import (
    SKU,
    Competitor,
    CompetitorNote,
    ListPrice,
    Move,
    Newcomer,
    PriceChange,
    Product,
    Rank,
    Role,
    Stage,
)
from products.stages import propose_by_hand
from staff.models import User
from stores.models import Store

KINDS = (
    "洁面", "爽肤水", "纯露", "乳液", "面霜", "精华", "眼霜", "面膜", "防晒", "气垫", "口红", "唇釉", "沐浴", "护手霜",
    "套装", "礼盒",
    "针织衫", "毛衣", "T恤", "衬衫", "卫衣", "裤", "裙", "外套", "本", "笔", "贴纸", "胶带",
)  # fmt: skip
MATURE, GROWING = 3, 9
LOOKS = ("舒缓", "修护", "抗皱", "控油", "清爽", "清洁", "保湿", "提亮", "通勤", "复古", "简约", "宽松", "可爱")
NEWCOMERS = ((Newcomer.Step.CHOOSE, 35), (Newcomer.Step.PHOTO, 20), (Newcomer.Step.DESCRIBE, 9))
TITLES = {
    "chenlu": ("晒后修护芦荟啫喱", "氨基酸慕斯替换装", "山茶花护发精油"),
    "xiaoshan": ("重磅纯棉通勤衬衫", "高腰直筒西装裤", "短款羊羔绒外套"),
    "xinya": ("水彩颜料套装36色", "考研倒计时日历", "抽绳收纳笔袋"),
}
RIVALS = {  # series, style, newest note
    "chenlu": ("基础水乳、面膜、小样", "清新、低价", "主推款降到 49 元，直播间送小样"),
    "xiaoshan": ("针织、卫衣、牛仔", "学生、低价", "主推卫衣降到 49 元，直播间送发圈"),
    "xinya": ("手账本、中性笔、贴纸", "可爱、低价", "主推手账本降到 29 元，直播间送贴纸"),
}
INPUTS = {
    "data_says": "类目近 30 天搜索上涨 18%，同价位竞品不多",
    "customers_say": "客服近两周有 23 人问过有没有这一款",
    "market_says": "三家对手已上新，价格 49-79 元",
}
PAGE = ("answers", "blocks", "sells_function", "sells_fashion")
SAID = (
    "正面、侧面、细节、上手四角度", "见详情页成分与材质表", "尺寸见详情页", "同类商品门店价 1.5 倍以上", "券后价见主图",
    "毛重约 0.3 kg", "与主图一致，无色差", "日常使用人群", "给自己的小奖励", "常温避光存放",
    "源自国货工艺", "生产许可与批号可查", "扫码验真", "满额赠小样", "七天无理由，破损包赔", "支付宝、花呗、信用卡",
)  # fmt: skip


@transaction.atomic
def live(shop: Shop, store: Store, today: dt.date, by: User) -> None:
    """Give each style a stage, the ranks of six weeks and a list price; then let the rules look at the figures."""
    products = {x.code: x for x in Product.objects.filter(store=store)}
    ordered = [products[x.code] for x in shop.ranked()]
    fields = ["category", "style", "launched_on", "stage", "stage_since", "is_hero", "role", "is_unstocked", *PAGE]
    moves = []
    for place, product in enumerate(ordered):
        product.category = next((x for x in KINDS if x in product.title), "其他")
        product.style = next((x for x in LOOKS if x in product.title), "")
        product.launched_on = max(today - (900 - 7 * place) * DAY, store.opened_on or today)
        product.is_hero = place < 2
        product.role = Role.TRAFFIC if place in (0, 4, 5) else Role.PROFIT if place in (1, 2, 7) else Role.NONE
        product.is_unstocked = place % 9 == 8
        describe(product, place)
        path = path_of(place, len(ordered))
        for source, target, ago in path:
            product.stage, product.stage_since = target, today - ago * DAY
            moves.append(
                Move(
                    product=product, source=source, target=target, rule="hand", day=today - (ago + 1) * DAY,
                    state=Move.State.CONFIRMED, proposed_by=by, decided_by=by, decided_on=today - ago * DAY,
                )
            )  # fmt: skip
    Product.objects.bulk_update(ordered, fields, batch_size=100)
    Move.objects.bulk_create(moves)
    prices = {x.code: x.price_fen for x in shop.styles}
    ListPrice.objects.bulk_create(
        ListPrice(product=x, from_day=x.launched_on or today, price_fen=prices[x.code], by=by, reason="上架定价")
        for x in ordered
    )
    PriceChange.objects.bulk_create(
        PriceChange(
            product=x, from_day=x.launched_on or today, old_fen=None, new_fen=prices[x.code], why="上架定价", by=by,
            at=dt.datetime.combine(x.launched_on or today, dt.time(9, 30), ZoneInfo(store.timezone)),
        )
        for x in ordered
    )  # fmt: skip
    known = set(SKU.objects.filter(store=store).values_list("product_id", flat=True))
    SKU.objects.bulk_create(
        SKU(store=store, product=products[x.code], code=f"{x.code}-{i}", name=choice[:120])
        for x in shop.styles
        if products[x.code].pk not in known
        for i, choice in enumerate(x.choices or ("",), start=1)
    )
    rank_weeks(ordered, today, by)
    coming(store, today, by)
    judge_stages(store, today)
    growing = [x for x in ordered if x.stage == Stage.GROWTH]
    for product in growing[:1]:
        if not Move.objects.filter(product=product, state=Move.State.OPEN).exists():
            propose_by_hand(product, Stage.MATURITY, by, "搜索和类目都进了前五，自然流量稳定")


def describe(product: Product, place: int) -> None:
    """What the page of the style says: nearly all of the best sellers', less and less of the others'."""
    told = dict(list(zip(QUESTIONS, SAID, strict=True))[: max(len(SAID) - place // 2, 3)])
    product.answers = {
        key: text for key, text in told.items() if key != ("gifts", "culture", "market_price")[place % 3]
    }
    product.blocks = dict.fromkeys(list(BLOCKS)[: max(len(BLOCKS) - place // 6, 1)], True)
    product.sells_function, product.sells_fashion = "一件解决日常所需，用料看得见", "简约包装，送礼不失礼"


def path_of(place: int, count: int) -> list[tuple[str, str, int]]:
    """(from, to, days ago) of the moves of the style that stands there by popularity."""
    grown = (Stage.INCUBATION.value, Stage.GROWTH.value, 300)
    ripe = (Stage.GROWTH.value, Stage.MATURITY.value, 160)
    if place < MATURE:
        return [grown, ripe]
    if place < MATURE + GROWING:
        return [(*grown[:2], 90)]
    if place >= count - FADING:
        return [grown, ripe, (Stage.MATURITY.value, Stage.DECLINE.value, 40)]
    return []


def rank_weeks(ordered: Sequence[Product], today: dt.date, by: User) -> None:
    """Six weeks of ranks of what is mature or growing; the last that grows has none."""
    monday, rows = week_of(today).first, []
    for place, product in enumerate(ordered[: MATURE + GROWING - 1]):
        for back in range(6):
            search = 2 + place if place < MATURE + 1 else 6 + place + (back * place) % 5
            rows.append(
                Rank(
                    product=product, week=monday - 7 * back * DAY, search_rank=search,
                    category_rank=max(1, search - 1), by=by, source="生意参谋",
                )
            )  # fmt: skip
    Rank.objects.bulk_create(rows)


def coming(store: Store, today: dt.date, by: User) -> None:
    """Styles on their way into the shop, and a competitor's file."""
    for number, (title, (step, ahead)) in enumerate(zip(TITLES[store.slug], NEWCOMERS, strict=True), start=1):
        product = Product.objects.create(store=store, code=f"NEW-{number}", title=title, status=Product.Status.PLANNED)
        told = INPUTS if step != Newcomer.Step.CHOOSE else {}
        Newcomer.objects.create(product=product, step=step, wanted_on=today + ahead * DAY, by=by, **told)
    series, style, newest = RIVALS[store.slug]
    rival = Competitor.objects.create(
        store=store, name="对面那家", series=series, style=style,
        models_sold="约 38 款，月上新 2 款", prices="29-119 元，常年第二件半价",
        strengths="价格低、发货快；详情页粗糙，差评多在包装",
    )  # fmt: skip
    CompetitorNote.objects.create(competitor=rival, day=today - 3 * DAY, text=newest, by=by)
