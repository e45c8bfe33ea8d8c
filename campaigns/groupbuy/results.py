"""Reading files of deals: our own sheets, Meituan's and Douyin 来客's settlement files, or any table once somebody has
said which column is which.

A column is found by its header. Columns whose header smells of a person are turned into digests before any is kept.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, gettext_noop

from campaigns.groupbuy.buyers import MARK, name_digest
from opsplan.lib.columns import Fault, cleaned, count, moment, money, signed_money
from opsplan.lib.tabular import Table
from opsplan.lib.text import folded
from stores.currency import without_unit
from stores.models import Store

NAMES = {
    "key": "订单号 订单编号 子订单编号 主订单编号 券码 团购券号 团购券码 验券码 核销码 券号 order voucher number",
    "deal": "团单 团单名称 团购名称 项目名称 活动名称 套餐名称 商品名称 deal",
    "sku": "sku编码 规格编码 商家编码 sku",
    "units": "件数 张数 数量 份数 购买数量 核销张数 商品数量 pieces",
    "paid": "实付金额 订单实收金额 实付 支付金额 订单金额 消费金额 售价 团购价 paid",
    "at": "付款时间 支付时间 下单时间 订单创建时间 paidat",
    "buyer": "用户id 用户手机号 手机号 买家 买家昵称 会员名 用户昵称 buyer",
    "before": "发货前退款件数 未发货退款件数 refundedbeforeshipping",
    "after": "发货后退款件数 退货件数 refundedaftershipping",
    "refund": "退款金额 已退款金额 退款 refunded",
    "status": "状态 订单状态 券状态 退款状态 status",
    "settles": "结算方式",
    "redeemed_at": "核销时间 消费时间 验证时间 验券时间 redeemedat 时间",
    "commission": "技术服务费 软件服务费 平台服务费 佣金 commission",
    "payout": "应付金额 结算金额 商家应收 应结算金额 payout",
    "new": "新客 是否新客 新用户 newbuyer",
}
FIELDS = {field: [folded(x) for x in names.split()] for field, names in NAMES.items()}
LABELS: dict[str, Promise] = {
    "key": gettext_lazy("Order or voucher"),
    "deal": gettext_lazy("Deal"),
    "sku": gettext_lazy("SKU code"),
    "units": gettext_lazy("Number of pieces"),
    "paid": gettext_lazy("Paid (yuan)"),
    "at": gettext_lazy("Paid at"),
    "buyer": gettext_lazy("Buyer"),
    "before": gettext_lazy("Pieces refunded before shipping"),
    "after": gettext_lazy("Pieces refunded after shipping"),
    "refund": gettext_lazy("Refunded (yuan)"),
    "status": gettext_lazy("State"),
    "settles": gettext_lazy("Kind of settlement"),
    "redeemed_at": gettext_lazy("Redeemed at"),
    "commission": gettext_lazy("Commission (yuan)"),
    "payout": gettext_lazy("Pays out (yuan)"),
    "fee": gettext_lazy("Other fee (yuan)"),
    "new": gettext_lazy("New customer"),
}
FEE_ENDS = ("服务费", "推广费", "手续费", "技术费")
PERSONAL = (
    "手机", "电话", "姓名", "地址", "收货人", "收件人", "昵称", "用户id", "买家", "会员名", "身份证", "留言", "备注",
    "buyer", "phone", "mobile", "address",
)  # fmt: skip
REFUNDED = ("已退款", "退款成功", "全额退款", "退款完成", "refunded")
CONSUMED = "消费结算"
YES = {"是", "新客", "新用户", "yes", "y", "1", "true"}
NO = {"否", "不是", "老客", "老用户", "no", "n", "0", "false"}
PROBLEMS = {
    "keyless": gettext_noop("the order or voucher number is missing"),
    "twice": gettext_noop("the same number stands above with something else"),
    "units": gettext_noop("this is no whole number of pieces from 1 on"),
    "money": gettext_noop("this is no amount"),
    "moment": gettext_noop("this is no point in time we can read"),
    "id": gettext_noop("a spreadsheet has cut the digits of this number: export the file again"),
    "dealless": gettext_noop("no deal of this name is known"),
    "skuless": gettext_noop("the deal has several SKUs: the line must name one of them"),
    "foreign": gettext_noop("this SKU is not one of the deal's"),
    "unpaid": gettext_noop("what was paid is missing"),
    "timeless": gettext_noop("when it was paid is missing"),
    "refund": gettext_noop("more is refunded than was sold"),
    "early": gettext_noop("it was paid before the deal opened, or is still to come"),
    "other": gettext_noop("the same number was told before with other pieces"),
    "idle": gettext_noop("the deal takes no sales now: it is not open yet, or settled"),
}
HEADER_ROWS, MOST_ROWS = 20, 20_000


@dataclass(frozen=True)
class Read:
    """A table as it is kept: the header, where each field stands, the rows with people made unknowable."""

    header: list[str]
    columns: dict[str, int]
    rows: list[tuple[int, list[str]]]


def columns_of(header: Sequence[str]) -> dict[str, int]:
    """field -> place, by the names known; columns that end like a fee are fields of their own, "fee:NAME"."""
    names = [folded(without_unit(x)) for x in header]
    found: dict[str, int] = {}
    for field, known in FIELDS.items():
        own = folded(without_unit(str(LABELS[field])))  # in the reader's language
        at = next((names.index(x) for x in (*map(without_unit, known), own) if x in names), None)
        if at is not None:
            found[field] = at
    taken = set(found.values())
    for place, name in enumerate(header):
        if place not in taken and cleaned(name).endswith(FEE_ENDS):
            found[f"fee:{cleaned(name)}"] = place
    return found


def looks_like_header(cells: Sequence[str]) -> bool:
    return len(columns_of(cells)) >= 2


def read(table: Table, store: Store) -> Read | None:
    """The table from its header on; None where it has no two columns. Where no row has two names that are known, the
    first row with the most texts is taken, to be explained by somebody."""
    best: tuple[int, int, list[str]] | None = None
    for number, (line, cells) in enumerate(table.rows()):
        if looks_like_header(cells):
            best = (99, line, list(cells))
            break
        width = sum(bool(cleaned(x)) for x in cells)
        if best is None or width > best[0]:
            best = (width, line, list(cells))
        if number >= HEADER_ROWS:
            break
    if best is None or best[0] < 2:
        return None
    _score, at, header = best
    header = [cleaned(x)[:80] for x in header]
    private = {n for n, name in enumerate(header) if any(x in folded(name) for x in PERSONAL)}
    rows = []
    for line, cells in table.rows():
        if line <= at or not any(cleaned(x) for x in cells):
            continue
        cut = [cleaned(x)[:200] for x in cells[: len(header)]]
        rows.append((line, [digest(x, store) if n in private else x for n, x in enumerate(cut)]))
        if len(rows) > MOST_ROWS:
            break
    return Read(header, columns_of(header), rows)


def digest(text: str, store: Store) -> str:
    """A person's name as something that can only be compared within the store; "" stays "", a digest stays itself."""
    return text if not text or text.startswith(MARK) else MARK + name_digest(store.pk, text)


def missing_fields(columns: Mapping[str, int], purpose: str) -> list[str]:
    """What somebody has to point at before the file can be understood."""
    needed = {"sales": ("key", "paid"), "claims": ()}[purpose]
    absent = [x for x in needed if x not in columns]
    if purpose == "claims" and not columns.keys() & {"paid", "payout"}:
        absent.append("paid")
    return absent


# --- cells ---------------------------------------------------------------------------------------------------------


def key_of(text: str) -> str:
    """A number as written; what a spreadsheet has rounded is a Fault."""
    body = text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text
    if "e+" in body.lower():
        raise Fault("id")
    return body[:60]


def units_of(text: str) -> int:
    try:
        found = count(text)
    except Fault:
        raise Fault("units") from None
    if found is None or not 1 <= found <= 1_000_000:
        raise Fault("units")
    return found


def some(text: str) -> int:
    try:
        return count(text) or 0
    except Fault:
        raise Fault("units") from None


def fen_of(text: str) -> int:
    """Files write what they take off with either sign."""
    try:
        return abs(signed_money(text) or 0)
    except Fault:
        raise Fault("money") from None


def paid_of(text: str) -> int:
    try:
        return money(text) or 0
    except Fault:
        raise Fault("money") from None


def instant(zone: ZoneInfo) -> Callable[[str], str]:
    """A time as written in the store's zone, as text in UTC."""

    def parsed(text: str) -> str:
        try:
            found = moment(text)
        except Fault:
            raise Fault("moment") from None
        if found is None:
            return ""
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(dt.UTC).isoformat()

    return parsed


def parsers(zone: ZoneInfo) -> dict[str, Callable[[str], Any]]:
    return {
        "key": key_of, "deal": str, "sku": str, "units": units_of, "paid": paid_of, "at": instant(zone),
        "buyer": str, "before": some, "after": some, "refund": fen_of, "status": str, "settles": str,
        "redeemed_at": instant(zone), "commission": fen_of, "payout": signed_money,
        "new": lambda text: True if folded(text) in YES else False if folded(text) in NO else None,  # masked: unknown
    }  # fmt: skip


Row = dict[str, Any]
Bad = tuple[int, str, str, str]


def understood(
    rows: Iterator[tuple[int, list[str]]] | Sequence[tuple[int, list[str]]],
    header: Sequence[str],
    columns: Mapping[str, int],
    zone: ZoneInfo,
) -> tuple[list[tuple[int, Row]], list[Bad]]:
    """([line, values], [line, column, value, code]): amounts in fen, instants as ISO text in UTC. A line whose
    settlement is no redemption (Meituan's 结算方式) says nothing."""
    parse, good, bad = parsers(zone), list[tuple[int, Row]](), list[Bad]()
    for line, cells in rows:
        row: Row = {}
        faults: list[Bad] = []
        for field, place in columns.items():
            text = cells[place] if place < len(cells) else ""
            if not text:
                continue
            try:
                if field.partition(":")[0] == "fee":
                    if fee := fen_of(text):
                        row.setdefault("fees", []).append([field[4:] or header[place], fee])
                else:
                    row[field] = parse[field](text)
            except Fault as fault:
                faults.append((line, header[place], text[:80], PROBLEM_OF.get(fault.code, fault.code)))
        if row.get("settles", CONSUMED) != CONSUMED:
            continue
        bad += faults
        if not faults and row:
            good.append((line, row))
    return good, bad


PROBLEM_OF = {"bad_number": "money", "negative_amount": "money"}


def is_refunded(row: Row) -> bool:
    return any(x in folded(str(row.get("status", ""))) for x in REFUNDED)


def worth(row: Row) -> int | None:
    """What was paid for a row, fen; Meituan's detail gives what it pays out and what it took off."""
    if "paid" in row:
        return int(row["paid"])
    if row.get("payout") is None:
        return None
    return int(row["payout"] + row.get("commission", 0) + sum(fen for _name, fen in row.get("fees", ())))


def pieces_back(row: Row) -> tuple[int, int]:
    """Pieces refunded before and after shipping: as told, else from the amount or the state (after shipping where it
    says 售后 or 退货)."""
    units = row.get("units", 1)
    if "before" in row or "after" in row:
        return row.get("before", 0), row.get("after", 0)
    paid, back = worth(row) or 0, row.get("refund", 0)
    share = min(units, (2 * back * units + paid) // (2 * paid)) if paid and back else 0
    pieces = units if is_refunded(row) and not back else share
    is_after = any(x in str(row.get("status", "")) for x in ("售后", "退货", "发货后"))
    return (0, pieces) if is_after else (pieces, 0)
