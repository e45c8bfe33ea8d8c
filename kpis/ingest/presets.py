"""Headers that nobody has built a reader for, explained once by a person: which column fills which field.

A preset is a generic reader whose columns bear the file's own names; it is found again by the header's fingerprint.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import Q
from django.utils.translation import get_language

from kpis.ingest.abroad import order_of
from kpis.ingest.detect import fingerprint
from kpis.ingest.reader import About, Column, Header, Reader
from kpis.ingest.readers import GENERIC, READERS
from kpis.ingest.rows import Bad, Row
from kpis.models import Preset
from opsplan.lib.columns import Fault, cleaned
from opsplan.lib.problems import Problem
from opsplan.lib.text import folded
from stores.models import Store

SAMPLE = 20  # rows that are looked at
# What people call fields in tables of their own, folded: less sure than a platform's words, so the cells must fit, too.
EVERYDAY = {
    "order_no": ("单号", "订单", "流水号", "orderno", "ordernumber"),
    "created_at": ("下单", "下单日期", "订单日期", "成交时间", "日期", "时间", "orderdate"),
    "paid_at": ("付款", "付款日期", "支付", "支付日期", "收款时间", "收款日期"),
    "status": ("状态", "交易状态"),
    "actual_fen": ("实付", "实收", "实收金额", "付款金额", "支付金额", "收款", "收款金额", "付款", "金额", "amount"),
    "total_fen": ("应付", "应收", "总价", "合计"),
    "refund_fen": ("退款", "退款额", "已退款"),
    "freight_fen": ("邮费", "快递"),
    "item_qty": ("购买数量", "件"),
    "buyer": (
        "客人",
        "客户",
        "客户名",
        "顾客",
        "会员",
        "会员名",
        "昵称",
        "买家昵称",
        "旺旺",
        "旺旺名",
        "customer",
        "buyer",
    ),
    "province": ("地区", "省市"),
    "finished_at": ("完成", "完成日期", "收货时间"),
    "title": ("品名", "产品", "产品名称", "货品", "宝贝", "款式", "product", "item"),
    "code": ("款号", "编码", "sku"),
    "properties": ("颜色尺码", "颜色", "尺码"),
    "price_fen": ("售价", "price"),
    "qty": ("件数", "qty"),
    "refund_no": ("退款单号", "售后单"),
    "applied_at": ("申请日期", "申请"),
    "settled_at": ("退款日期", "日期"),
    "amount_fen": ("退款", "退款额", "金额"),
    "reason": ("原因",),
    "day": ("时间", "date"),
    "uv": ("访客", "uv", "访客人数", "访问人数", "商品访客数", "商品点击人数"),
    "pv": ("浏览", "pv"),
    "pay_amt_fen": ("成交金额", "成交额", "销售额"),
    "pay_orders": ("成交单数", "订单数", "成交笔数", "成交订单量"),
    "pay_buyers": ("成交人数", "成交买家数"),
    "channel": ("推广渠道", "平台", "channel"),
    "cost_fen": ("费用", "推广费", "广告费", "cost"),
    "impressions": ("展现", "曝光"),
    "clicks": ("点击", "clicks"),
    "sales_fen": ("成交", "成交额", "产出"),
    "measure": ("项目",),
    "value": ("值", "value"),
}
LIKELY = 0.8  # of the cells of a column that must be readable as what it is guessed to be


def readers(store: Store) -> dict[str, Reader]:
    """The presets a store may use, by fingerprint: its own, then those that others share."""
    found: dict[str, Reader] = {}
    mine = Preset.objects.filter(Q(store=store) | Q(shared=True))
    for preset in sorted(mine, key=lambda preset: (preset.store_id != store.pk, preset.pk)):
        found.setdefault(preset.fingerprint, reader_of(preset))
    return found


def reader_of(preset: Preset) -> Reader:
    source = f"preset:{preset.pk}"
    return replace(mapped(preset.fact, preset.columns), key=source, sources=(source,), version=preset.version)


def mapped(fact: str, columns: Mapping[str, str]) -> Reader:
    """The generic reader of a fact with these headers (field -> header); fields without one are not in the file."""
    generic = GENERIC[fact]
    own = tuple(
        replace(column, headers=(columns[column.field],))
        if columns.get(column.field)
        else replace(column, headers=(), is_required=False)
        for column in generic.columns
    )
    return replace(generic, columns=own)


@dataclass(frozen=True)
class Sample:
    """The top of a file nobody knows: its header, the number of that line, and some rows below."""

    header: list[str]
    line: int
    rows: list[list[str]]

    def column(self, name: str) -> list[str]:
        place = self.header.index(name)
        cells = (row[place] if place < len(row) else "" for row in self.rows)
        return [cell for cell in cells if cleaned(cell)]


def guess_fact(header: Iterable[str]) -> str:
    """The fact whose columns the names look most like."""
    names = {folded(name) for name in header}

    def alike(fact: str) -> int:
        return sum(bool(names & {*words, *EVERYDAY.get(field, ())}) for field, words in synonyms(fact).items())

    return max(GENERIC, key=alike)


def synonyms(fact: str) -> dict[str, set[str]]:
    """What the readers of a fact call each field, folded."""
    words: dict[str, set[str]] = {column.field: set() for column in GENERIC[fact].columns}
    for reader in (each for one in READERS.values() for each in (one, *one.also) if each.fact == fact):
        for column in reader.columns:
            if column.field in words:
                words[column.field] |= {folded(header).strip("*") for header in column.headers}
                words[column.field] |= {folded(header) for header in column.headers}
    return words


def guess(fact: str, sample: Sample) -> dict[str, str]:
    """Field -> column, as far as it can be guessed: by the names, by everyday names whose cells fit, then for what is
    required by the values alone."""
    found: dict[str, str] = {}
    for field, words in synonyms(fact).items():
        name = next((name for name in sample.header if name not in found.values() and folded(name) in words), None)
        if name:
            found[field] = name
    for column in GENERIC[fact].columns:
        left = [name for name in sample.header if column.field not in found and name not in found.values()]
        usual = EVERYDAY.get(column.field, ())
        name = next((x for x in left if folded(x) in usual and fits(column, sample.column(x))), None)
        if name:
            found[column.field] = name
    for column in GENERIC[fact].columns:
        if not column.is_required or column.field in found:
            continue
        left = [name for name in sample.header if name and name not in found.values()]
        likely = [(readable(column, sample.column(name)), name) for name in left]
        best = max(likely, default=(0.0, ""), key=lambda pair: pair[0])
        if best[0] >= LIKELY:
            found[column.field] = best[1]
    return found


def fits(column: Column, cells: Sequence[str]) -> bool:
    """Whether cells below a likely name can be this column."""
    return isinstance(column.stand_in, str) or readable(column, cells) >= LIKELY


def readable(column: Column, cells: Sequence[str]) -> float:
    """Which part of the cells can be read as this column; names and texts are never guessed by value."""
    if not cells or isinstance(column.stand_in, str):
        return 0.0
    parse, good = column.reading("", order_of(cells)), 0
    for cell in cells:
        try:
            good += parse(cell) is not None
        except Fault:
            continue
    return good / len(cells)


def preview(fact: str, columns: Mapping[str, str], sample: Sample) -> list[Row | Bad | Problem]:
    """What the first rows would become."""
    reader = mapped(fact, columns)
    header = Header(sample.header, 0)
    return list(reader.read(Top(sample), About("", header, (), reader)))


@dataclass(frozen=True)
class Top:
    """The rows of a sample as a table."""

    sample: Sample
    encoding: str = ""
    sheet: str = ""

    @property
    def lines(self) -> int:
        return len(self.sample.rows)

    def rows(self, width: int | None = None) -> Iterator[tuple[int, list[str]]]:
        width = width or len(self.sample.header)
        for line, cells in enumerate(self.sample.rows, start=1):
            yield line, [*cells, *[""] * (width - len(cells))]

    def top(self) -> list[tuple[int, list[str]]]:
        return list(self.rows())


def in_chinese() -> bool:
    """Whether our own layouts are written in Chinese: for who reads Chinese, and where nobody reads."""
    return (get_language() or "zh").startswith("zh")


def head_of(column: Column) -> str:
    """What a column of our own layouts is called in the language of the reader: Chinese, or else the English name."""
    return column.headers[0 if in_chinese() else -1]


def missing(fact: str, columns: Mapping[str, str]) -> list[str]:
    """The fields that must have a column and have none."""
    return [head_of(c).strip("*") for c in GENERIC[fact].columns if c.is_required and not columns.get(c.field)]


def print_of(header: Sequence[str]) -> str:
    """The fingerprint of a header as it is shown."""
    return fingerprint(Header(header, 0))
