"""The files a seller would export for a demo shop, in the platforms' own shapes: pure, streaming, seeded.

Order and item lists by quarter, the rest by year. What a person would have exported on the morning of `today`.
"""

import csv
import datetime as dt
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from xlsxwriter import Workbook

from kpis.demo import ad_details, headers
from kpis.demo.ads import AdDay, ad_days, fixed, flow_rows
from kpis.demo.sales import CLOSED, Books, Counter, DayBook, Sale, serve_all
from kpis.demo.shop import DayPlan, Shop, day_plans, missing_day

Row = list[str]
ITEM_DAYS = 396  # 13 months


@dataclass(frozen=True)
class DemoFile:
    """A written file: its place, the name it would have had, and how many rows it holds."""

    path: Path
    name: str
    source: str  # its name in headers.json
    rows: int


def grouped(number: int) -> str:
    return f"{number:,}"


def percent(part: float, whole: float) -> str:
    return f"{part / whole:.2%}" if whole else "-"


class Table:
    """A csv file being written: GB18030 and CRLF as platforms do, with lines above the header where they have some."""

    def __init__(self, path: Path, source: str, preface: Iterable[Row] = (), encoding: str = "gb18030") -> None:
        self.path, self.source, self.rows = path, source, 0
        self.columns = {name: position for position, name in enumerate(headers.HEADERS[source])}
        self.blank = [""] * len(self.columns)
        self.file = path.open("w", encoding=encoding, newline="")
        self.writer = csv.writer(self.file)
        self.writer.writerows(preface)
        self.writer.writerow(self.columns)

    def add(self, cells: dict[str, str]) -> None:
        row = self.blank.copy()
        for name, value in cells.items():
            row[self.columns[name]] = value
        self.writer.writerow(row)
        self.rows += 1

    def done(self) -> DemoFile:
        self.file.close()
        return DemoFile(self.path, self.path.name, self.source, self.rows)


def write_files(shop: Shop, today: dt.date, folder: Path, *, small: bool = False) -> Iterator[DemoFile]:
    """Write everything into `folder`, file by file; each is complete when it is handed over."""
    plans = day_plans(shop, today, small=small, volume=0.05 if small else 1.0)
    counter, books = Counter(shop, today), Books(shop)
    refunded: list[Sale] = []
    affiliates: list[Sale] = []
    stamps = (counter.exported_at + dt.timedelta(minutes=x) for x in range(1, 1000))
    for _quarter, days in groupby(plans, lambda plan: (plan.day.year, (plan.day.month - 1) // 3)):
        orders = Table(folder / f"ExportOrderList{next(stamps):%Y%m%d%H%M}.csv", "taobao_ExportOrderList_2021")
        lines = Table(folder / f"ExportOrderDetailList{next(stamps):%Y%m%d%H%M}.csv", "taobao_ExportOrderDetailList")
        for _plan, sales in serve_all(counter, list(days)):
            for sale in sales:
                books.note(sale)
                orders.add(order_cells(shop, sale))
                for cells in line_cells(shop, sale):
                    lines.add(cells)
                if sale.refunds:
                    refunded.append(sale)
                if sale.settled_at:
                    affiliates.append(sale)
        yield orders.done()
        yield lines.done()
    yield write_refunds(refunded, folder / f"退款订单{next(stamps):%Y%m%d%H%M}.csv")
    if shop.ad_rate:
        yield write_commissions(
            shop, affiliates, folder / f"淘宝联盟_成交订单_订单结算_{plans[0].day}_{plans[-1].day}.csv"
        )
    for _year, days in groupby(plans, lambda plan: plan.day.year):
        yield from write_year(shop, today, list(days), books, folder)
    yield from write_ad_details(shop, today, plans[-ad_details.DAYS :], books, folder)


def order_cells(shop: Shop, sale: Sale) -> dict[str, str]:
    """A row of 订单报表. 买家实际支付金额 is net of refunds, as in real files: 总金额 = 实付 + 退款金额."""
    refunded = sale.refunded_fen
    paid = sale.total_fen - refunded if sale.paid_at else 0
    titles = "，".join(shop.styles[style].title for style, _qty, _choice in sale.lines)
    return {
        "订单编号": sale.order_no,
        "买家会员名": sale.nick,
        "买家应付货款": fixed(sale.goods_fen),
        "买家应付邮费": fixed(sale.freight_fen),
        "买家支付积分": "0",
        "总金额": fixed(sale.total_fen),
        "返点积分": "0",
        "买家实际支付金额": fixed(paid),
        "买家实际支付积分": "0",
        "订单状态": sale.status,
        "收货地址": f"{sale.place} ***",
        "运送方式": "快递",
        "订单创建时间": str(sale.created_at),
        "订单付款时间": str(sale.paid_at) if sale.paid_at else "",
        "宝贝标题": titles,
        "宝贝种类": str(len(sale.lines)),
        "宝贝总数量": str(sum(qty for _style, qty, _choice in sale.lines)),
        "店铺名称": shop.name,
        "订单关闭原因": sale.closed_for or ("订单未关闭" if sale.status != CLOSED else ""),
        "卖家服务费": "0",
        "买家服务费": "0",
        "是否手机订单": "手机订单",
        "退款金额": fixed(refunded),
        "确认收货时间": str(sale.finished_at) if sale.finished_at else "",
        "打款商家金额": f"{fixed(paid)}元" if sale.finished_at else "0.00元",
    }


def line_cells(shop: Shop, sale: Sale) -> Iterator[dict[str, str]]:
    """Rows of 宝贝报表, one a style of the order; 价格 is the list price of one piece."""
    for number, qty, choice in sale.lines:
        style = shop.styles[number]
        yield {
            "订单编号": sale.order_no,
            "标题": style.title,
            "价格": fixed(style.price_fen),
            "购买数量": str(qty),
            "外部系统编号": style.code,
            "商品属性": choice,
            "订单状态": sale.status,
            "商家编码": style.code,
        }


def write_refunds(sales: list[Sale], path: Path) -> DemoFile:
    table = Table(path, "tmall_refund")
    for sale in sales:
        for case in sale.refunds:
            settled = str(case.settled_at) if case.settled_at else ""
            table.add(
                {
                    "订单编号": sale.order_no,
                    "退款编号": case.refund_no,
                    "订单付款时间": str(sale.paid_at),
                    "商家编码": case.code,
                    "退款完结时间": settled,
                    "买家会员名称": sale.nick,
                    "买家实际支付金额": fixed(sale.total_fen),
                    "宝贝标题": case.title,
                    "买家退款金额": fixed(case.amount_fen),
                    "手工退款/系统退款": "手工退款",
                    "是否需要退货": "需要退货" if case.with_return else "不需要退货",
                    "退款的申请时间": str(case.applied_at),
                    "退款状态": case.status,
                    "货物状态": "买家已收到货" if case.with_return else "买家未收到货",
                    "客服介入状态": "不需要客服介入",
                    "买家退款原因": case.reason,
                    "售中或售后": "售后" if sale.finished_at else "售中",
                    "完结时间": settled,
                    "部分退款/全部退款": "全部退款" if case.is_full else "部分退款",
                }
            )
    return table.done()


def write_commissions(shop: Shop, sales: list[Sale], path: Path) -> DemoFile:
    """淘宝联盟 settled orders: 10 % commission on what the style brought, and a tenth of that as service fee."""
    table = Table(path, "taobaoke_settled_orders")
    for sale in sorted(sales, key=lambda x: x.settled_at or x.created_at):
        whole = sum(shop.styles[number].price_fen * qty for number, qty, _choice in sale.lines)
        for place, (number, qty, _choice) in enumerate(sale.lines):
            style = shop.styles[number]
            price = sale.goods_fen * style.price_fen * qty // whole
            table.add(
                {
                    "确认收货时间": str(sale.finished_at),
                    "账户支出时间": str(sale.settled_at),
                    "淘客结算时间": str(sale.settled_at),
                    "创建时间": str(sale.created_at),
                    "计划名称": "通用计划",
                    "商品id": style.item_id,
                    "商品名称": style.title,
                    "实际成交价格": fixed(price),
                    "成交商品数": str(qty),
                    "佣金比例": "10.00%",
                    "佣金": fixed(price // 10),
                    "服务费率": "10.00%",
                    "服务费金额": fixed(price // 100),
                    "淘宝父订单编号": sale.order_no,
                    "淘宝子订单编号": f"{int(sale.order_no) + place + 1}",
                    "来源或淘客昵称": "淘宝联盟",
                }
            )
    return table.done()


def write_year(shop: Shop, today: dt.date, plans: list[DayPlan], books: Books, folder: Path) -> Iterator[DemoFile]:
    """Traffic and ads of one calendar year."""
    span = f"{plans[0].day}_{plans[-1].day}"
    known = [plan for plan in plans if plan.day != missing_day(today)]
    ads = {plan.day: ad_days(shop, today, plan) for plan in plans}
    preface = [[f"店铺：{shop.name}"], [f"统计时间：{plans[0].day} 至 {plans[-1].day}"], [], []]
    yield write_shop_daily(shop, today, known, books, folder / f"【生意参谋平台】店铺_整体_{span}.xlsx")
    flows = Table(folder / f"【生意参谋平台】流量_来源_{span}.csv", "sycm_flow_source", preface, "utf-8-sig")
    for plan in known:
        for cells in flow_rows(shop, today, plan, books.day(plan.day), ads[plan.day]):
            flows.add(cells)
    yield flows.done()
    since = today - dt.timedelta(days=ITEM_DAYS)
    recent = [plan for plan in plans if plan.day >= since]
    if recent:
        yield write_items(shop, today, recent, books, folder)
    if shop.ad_rate:
        yield from write_ads(shop, ads, span, folder)


def write_items(shop: Shop, today: dt.date, plans: list[DayPlan], books: Books, folder: Path) -> DemoFile:
    """生意参谋 商品 by day; nobody keeps more than 13 months of it."""
    span = f"{plans[0].day}_{plans[-1].day}"
    preface = [[f"店铺：{shop.name}"], [f"统计时间：{plans[0].day} 至 {plans[-1].day}"], [], []]
    items = Table(folder / f"【生意参谋平台】商品_全部_{span}.csv", "sycm_product_all", preface)
    rng = shop.seed(today, f"items {plans[0].day.year}")
    for plan in plans:
        for cells in item_rows(shop, plan, books.day(plan.day), rng.random):
            items.add(cells)
    return items.done()


def write_shop_daily(shop: Shop, today: dt.date, plans: list[DayPlan], books: Books, path: Path) -> DemoFile:
    """生意参谋 店铺 by day, an xlsx with the header on row 4; every cell is text, as there."""
    rng = shop.seed(today, f"traffic {plans[0].day.year}")
    with Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("店铺")
        sheet.write_row(0, 0, ["生意参谋 店铺整体"])
        sheet.write_row(1, 0, [f"统计时间：{plans[0].day} 至 {plans[-1].day}"])
        sheet.write_row(3, 0, headers.HEADERS["sycm_shop_daily"])
        for number, plan in enumerate(plans):
            sheet.write_row(4 + number, 0, shop_daily(plan, books.day(plan.day), rng.random))
    return DemoFile(path, path.name, "sycm_shop_daily", len(plans))


def shop_daily(plan: DayPlan, day: DayBook, luck: Callable[[], float]) -> Row:
    uv, buyers = max(plan.uv, len(day.payers)), len(day.payers)
    views = round(uv * (4.4 + 1.2 * luck()))
    old = round(uv * (0.17 + 0.06 * luck()))
    return [
        str(plan.day),
        grouped(uv),
        grouped(views),
        grouped(old),
        grouped(uv - old),
        f"{views / uv:.2f}",
        f"{58 + 40 * luck():.2f}",
        f"{0.46 + 0.12 * luck():.2%}",
        f"{day.paid_fen / 100:,.2f}",
        grouped(buyers),
        grouped(day.sub_orders),
        grouped(day.paid_orders),
        grouped(day.items),
        percent(buyers, uv),
        f"{day.paid_fen / 100 / buyers:,.2f}" if buyers else "-",
        grouped(len(day.makers)),
        f"{day.made_fen / 100:,.2f}",
        percent(len(day.makers), uv),
        f"{day.refunded_fen / 100:,.2f}",
        grouped(day.refunders),
        grouped(day.old_payers),
        grouped(buyers - day.old_payers),
        grouped(round(uv * (0.012 + 0.006 * luck()))),
        grouped(round(uv * (0.05 + 0.02 * luck()))),
        grouped(round(uv * (0.085 + 0.03 * luck()))),
    ]


def item_rows(shop: Shop, plan: DayPlan, day: DayBook, luck: Callable[[], float]) -> Iterator[dict[str, str]]:
    """生意参谋 商品 for one day: every style with its visitors; one visitor looks at about 1.4 styles."""
    sold = {style: counts[0] for style, counts in day.styles.items()}
    whole = sum(sold.values()) + sum(x.popularity for x in shop.styles) / 20
    for number, style in enumerate(shop.styles):
        buyers, pieces, fen = day.styles.get(number, (0, 0, 0))
        uv = max(buyers, round(plan.uv * 1.4 * (buyers + style.popularity / 20) / whole * (0.9 + 0.2 * luck())))
        carts = round(uv * (0.08 + 0.04 * luck()))
        yield {
            "统计日期": str(plan.day),
            "商品ID": style.item_id,
            "商品名称": style.title,
            "主商品ID": style.item_id,
            "商品类型": "普通商品",
            "货号": style.code,
            "商品状态": "当前在线",
            "商品标签": "-",
            "商品访客数": grouped(uv),
            "商品浏览量": grouped(round(uv * (1.8 + 0.8 * luck()))),
            "平均停留时长": f"{12 + 20 * luck():.2f}",
            "商品详情页跳出率": f"{0.6 + 0.15 * luck():.2%}",
            "商品收藏人数": grouped(round(uv * (0.03 + 0.02 * luck()))),
            "商品加购件数": grouped(round(carts * 1.2)),
            "商品加购人数": grouped(carts),
            "下单买家数": grouped(round(buyers * 1.07)),
            "支付买家数": grouped(buyers),
            "支付件数": grouped(pieces),
            "支付金额": f"{fen / 100:,.2f}",
            "商品支付转化率": percent(buyers, uv),
            "搜索引导访客数": grouped(round(uv * ((0.5 if style.popularity >= 35 else 0.3) + 0.1 * luck()))),
        }


def write_ads(shop: Shop, days: dict[dt.date, list[AdDay]], span: str, folder: Path) -> Iterator[DemoFile]:
    """One report for every ad system of the shop; 万相台 comes zipped, as it is downloaded."""
    for channel in sorted({ad.channel for ads in days.values() for ad in ads}):
        source, title = headers.ADS[channel]
        table = Table(folder / f"{title}_{span}.csv", source)
        for day, ads in days.items():
            for ad in ads:
                if ad.channel == channel:
                    for cells in ad.cells(day):
                        table.add(cells)
        done = table.done()
        if channel == "wanxiangtai":
            packed = done.path.with_suffix(".zip")
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.write(done.path, done.name)
            done.path.unlink()
            done = DemoFile(packed, packed.name, source, done.rows)
        yield done


def write_ad_details(
    shop: Shop, today: dt.date, plans: list[DayPlan], books: Books, folder: Path
) -> Iterator[DemoFile]:
    """直通车 by keyword and by region, of the last weeks, for shops that look so closely."""
    span = f"{plans[0].day}_{plans[-1].day}"
    spent = ((plan.day, ad_days(shop, today, plan)) for plan in plans)
    days = [(day, ad) for day, ads in spent for ad in ads if ad.channel == "zhitongche"]
    for kind, title, parts in (
        ("keyword", "关键词", ad_details.KEYWORDS.get(shop.slug)),
        ("region", "地域", ad_details.REGIONS.get(shop.slug)),
    ):
        if parts and days:
            table = Table(folder / f"直通车_{title}报表_{span}.csv", f"zhitongche_{kind}")
            for cells in ad_details.detail_rows(parts, days, kind):
                table.add(cells)
            yield table.done()


@contextmanager
def emptied(folder: Path) -> Iterator[Path]:
    """A folder for the files, gone with all of them at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
