"""What all ad reports of Alimama share: the names of spend, reach and sales, the channel, and whose money it is."""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.columns import amount, needed_day, pieces, summed
from kpis.ingest.days import only_day
from kpis.ingest.reader import About, Column, Reader
from kpis.ingest.rows import SpendRow
from opsplan.lib.columns import cleaned, label, needed

# A word in a file's name that says which channel the report is about, the more exact first.
HINTS = (
    "直通车",
    "关键词推广",
    "钻展",
    "钻石展位",
    "引力魔方",
    "精准人群推广",
    "人群推广",
    "品销宝",
    "全站推广",
    "万相台",
)

# What a row is about, from wide to narrow; of each, the id before the name. None of them: the account.
SUBJECTS: tuple[tuple[str, ...], ...] = (
    ("抖音号名称",),
    ("计划组ID", "计划组"),
    ("计划ID", "计划名字", "计划", "推广计划", "推广名称"),
    ("单元ID", "单元名字", "推广单元"),
    ("主体ID", "商品ID", "宝贝ID", "跟单SKU ID", "主体名称"),
    ("创意ID", "创意名称"),
)

# Below the plan: what a report by keyword or by region is about; of each grain the names that may hold it.
FINEST: dict[str, tuple[str, ...]] = {
    "keyword": ("关键词", "关键词名称", "词名字/词包名字", "词名称"),
    "region": ("省份", "省市", "省/直辖市", "地域", "地域名称", "地区"),
}
CITY = ("城市", "市")


def whose(text: str) -> str:
    """A campaign, item or keyword by its name or number; 12345.0 (a re-saved number) is 12345."""
    name = cleaned(text)[:60]
    return name[:-2] if name.endswith(".0") and name[:-2].isdigit() else name


COLUMNS = (
    Column("day", ("日期", "统计日期"), needed_day),
    summed("cost_fen", "花费", "消耗", "总花费", "总花费(元)", "总营销花费(元)", "整体消耗", "总费用"),
    Column("impressions", ("展现量", "曝光量", "展示次数", "展现数", "直播间整体曝光次数"), pieces, adds=True),
    Column("clicks", ("点击量", "点击数", "点击次数"), pieces, adds=True),
    Column(
        "sales_fen",
        ("总成交金额", "成交订单金额", "总订单金额", "交易额(元)", "整体成交金额", "净成交金额"),
        amount,
        adds=True,
        is_money=True,
    ),
    Column(
        "orders",
        ("总成交笔数", "成交订单量", "总订单行", "整体成交订单数", "成交笔数", "净成交笔数"),
        pieces,
        adds=True,
    ),
    Column("fav_cart", ("总收藏加购数", "加购收藏量"), pieces),
    Column("favourites", ("总收藏数", "收藏量", "收藏宝贝数", "收藏宝贝量"), pieces),
    Column("carts", ("总购物车数", "总加购量", "添加购物车量"), pieces),
    Column("visitors", ("引导访问人数",), pieces),
    Column("scene", ("场景名字", "二级场景名字", "原二级场景名字", "营销场景", "推广场景", "产品线"), whose),
    Column("goal", ("优化目标", "营销目标"), whose),  # parts of the account's money
    *(Column(names[0], names, whose) for names in SUBJECTS),
)
PLANS = ("计划名字", "计划", "推广计划", "推广计划名称", "计划名称", "计划ID")
FINE_COLUMNS = {
    grain: (
        *COLUMNS[: -len(SUBJECTS)],
        Column("plan", PLANS, whose),
        Column("city", CITY if grain == "region" else (), whose),
        Column(grain, names, needed(label(100), "missing_text"), is_required=True),
    )
    for grain, names in FINEST.items()
}


def fine_subject(parts: tuple[str | None, ...]) -> str:
    """plan/keyword or plan/region, the plan without a slash of its own, so that it ends at the first one."""
    plan, city, name = parts
    return f"{(plan or '').replace('/', '／')}/{name}{f' {city}' if city else ''}"


def builder(channel: str, fine: str = "") -> Callable[[About], Callable[..., SpendRow]]:
    """Rows of a report whose channel is told by 场景名字, else by the file's name, else is `channel`. fine: the grain
    of a report below the plan."""

    def build(about: About) -> Callable[..., SpendRow]:
        default = next((hint for name in (about.sheet, about.name) for hint in HINTS if hint in name), channel)
        the_day = only_day(about)

        def row(
            line: int,
            on: dt.date | None,
            cost_fen: int,
            impressions: int | None,
            clicks: int | None,
            sales_fen: int | None,
            orders: int | None,
            fav_cart: int | None,
            favourites: int | None,
            carts: int | None,
            visitors: int | None,
            scene: str | None,
            goal: str | None,
            *subjects: str | None,
        ) -> SpendRow:
            if fav_cart is None and (favourites is not None or carts is not None):
                fav_cart = (favourites or 0) + (carts or 0)
            about_whom = fine_subject(subjects) if fine else "/".join(part for part in subjects if part)
            grain = fine or ("subject" if about_whom else "account")
            return SpendRow(
                line,
                on or the_day or dt.date.min,
                scene or default,
                grain,
                (about_whom or goal or "")[:160],
                cost_fen,
                impressions,
                clicks,
                sales_fen,
                orders,
                fav_cart,
                visitors,
            )

        return row

    return build


def spend_reader(
    source: str, channel: str, needs: tuple[str, ...], unless: tuple[str, ...] = (), fine: str = ""
) -> Reader:
    """A reader of one ad layout. needs: the headers that tell it; unless: the headers that make it another; fine: its
    grain when it is about keywords or regions."""
    return Reader(
        key=source,
        fact="ads",
        version=2,
        columns=FINE_COLUMNS[fine] if fine else COLUMNS,
        build=builder(channel, fine),
        sources=(source,),
        needs=needs,
        unless=unless,
    )
