"""What the order files of all platforms share: states, cells that name people and places, how a row becomes an order.

The numbers of the states are those of kpis.models.OrderStatus (no Django here).
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

from kpis.ingest.abroad import SIGNS, read_currency
from kpis.ingest.reader import About, Build, Check, Column, Reader
from kpis.ingest.rows import LineRow, OrderPart, OrderRow
from opsplan.lib.columns import Fault, cleaned, needed, remembered
from opsplan.lib.text import folded

UNPAID, PAID, SHIPPED, SIGNED, FINISHED, CLOSED_UNPAID, CLOSED_REFUNDED = 10, 20, 30, 40, 50, 60, 70
CLOSED = -1  # 交易关闭 says nothing by itself: never paid, or paid and refunded
Words = Mapping[int, tuple[str, ...]]  # state -> what a platform calls it

WHOLE_NAMES = (
    *("北京", "天津", "上海", "重庆", "河北省", "山西省", "辽宁省", "吉林省", "黑龙江省", "江苏省", "浙江省", "安徽省"),
    *("福建省", "江西省", "山东省", "河南省", "湖北省", "湖南省", "广东省", "海南省", "四川省", "贵州省", "云南省"),
    *("陕西省", "甘肃省", "青海省", "台湾省", "内蒙古自治区", "广西壮族自治区", "西藏自治区", "宁夏回族自治区"),
    *("新疆维吾尔自治区", "香港特别行政区", "澳门特别行政区", "海外"),
)
PROVINCES = {name[:2]: name for name in WHOLE_NAMES}


def buyer(text: str) -> str | None:
    """A nickname that names one buyer; None when it is masked (`t**3`, `##密文`, `1******6198`)."""
    body = cleaned(text)
    return None if not body or "*" in body or "#" in body or "$$" in body else body


def province(text: str) -> str:
    """The province at the start of an address; nothing else of the address is kept."""
    try:
        return PROVINCES[text[:2]]
    except KeyError:
        return PROVINCES.get(cleaned(text)[:2], "")


def paid_before_created(row: OrderRow | OrderPart) -> Fault | None:
    if isinstance(row, OrderPart):
        row = row.order
    paid, created = row.paid_at, row.created_at
    try:
        is_wrong = paid is not None and paid < created
    except TypeError:  # only one of them carries an offset
        return None
    return Fault("paid_before_created", {"created": str(created)}) if is_wrong else None


def some_status(words: Words, starts: Words | None = None) -> Callable[[str], int | None]:
    """The parser of a status column: whole words, then beginnings; an unknown one is a fault."""
    known = {folded(word): state for state, told in words.items() for word in told}
    begun = {folded(word): state for state, told in (starts or {}).items() for word in told}

    def parsed(text: str) -> int | None:
        body = folded(cleaned(text))
        if not body:
            return None
        if body in known:
            return known[body]
        for word, state in begun.items():
            if body.startswith(word):
                return state
        raise Fault("unknown_status")

    return remembered(parsed)


def statuses(words: Words, starts: Words | None = None) -> Callable[[str], int]:
    """The same, where an empty cell is a fault as well."""
    return remembered(needed(some_status(words, starts), "missing_text"))


currency = remembered(read_currency)


def in_currency(about: About) -> Callable[[str | None], None]:
    """A check that what `currency` has read is what the store counts in."""

    def same(told: str | None) -> None:
        if told and about.currency and about.currency not in SIGNS.get(told, told):
            raise Fault("other_currency", {"currency": told, "store": about.currency}, column="currency")

    return same


def only_one(code: str, column: str) -> Callable[[str | None], None]:
    """A check that a column (the shop) says the same on every row of a file; `code` tells which it is not."""
    first: list[str] = []

    def same(text: str | None) -> None:
        if text and not first:
            first.append(text)
        if text and text != first[0]:
            raise Fault(code, {column: text[:60], "first": first[0][:60]}, column=column)

    return same


def piece(total_fen: int, qty: int) -> int:
    """The price of one of `qty` pieces, half up."""
    return (2 * total_fen + qty) // (2 * qty) if qty > 0 else 0


def item(
    line: int,
    order_no: str,
    sub_order_no: str | None,
    codes: Iterable[str | None],
    title: str | None,
    properties: str | None,
    price_fen: int,
    qty: int,
) -> LineRow:
    """A line of an order; the product's code is the first of `codes` that says anything, else the title."""
    named = (title or "")[:200]
    code = next((code for code in codes if code), named[:100])
    return LineRow(line, order_no, sub_order_no, code, named, properties or "", price_fen, qty)


def together(*told: int | None) -> int | None:
    """The sum of what is told (fen); None when nothing is."""
    known = [x for x in told if x is not None]
    return sum(known) if known else None


def subsidies(about: About) -> Callable[[int | None, int | None], int | None]:
    """What platform and streamer pay to the shop (fen); empty cells are none, without the columns nobody knows."""
    none = 0 if about.has("platform_fen") or about.has("streamer_fen") else None
    return lambda platform_fen, streamer_fen: together(none, platform_fen, streamer_fen)


def is_given_back(text: str | None) -> bool:
    """Whether an after-sale state says that the money went back."""
    return bool(text) and "退款成功" in folded(text or "")


def order(
    line: int,
    order_no: str,
    state: int,
    created_at: dt.datetime,
    paid_at: dt.datetime | None,
    paid_fen: int,
    *,
    total_fen: int | None = None,
    refund_fen: int | None = None,
    is_refunded: bool = False,
    freight_fen: int | None = None,
    item_qty: int | None = None,
    buyer_name: str | None = None,
    place: str | None = None,
    finished_at: dt.datetime | None = None,
    subsidy_fen: int | None = None,
) -> OrderRow:
    """An order of a platform whose amounts are before refunds.

    What is not paid has no payment (a deposit is none, G4). A closed order that had been paid was refunded; where the
    file tells no amount (or only that it `is_refunded`), all of it was: such a refund has no day of its own and is
    marked as estimated.
    """
    if is_refunded and paid_at is not None:
        refund_fen = paid_fen
    if state in (UNPAID, CLOSED_UNPAID):
        paid_at = None
    elif state == CLOSED:
        state = CLOSED_UNPAID if paid_at is None else CLOSED_REFUNDED
    if state == CLOSED_REFUNDED and not refund_fen and paid_at is not None:
        refund_fen = paid_fen
    whole = paid_fen if total_fen is None else total_fen
    told = (whole, paid_fen, refund_fen or 0, freight_fen, item_qty, buyer_name, place or "", finished_at, subsidy_fen)
    return OrderRow(line, order_no, state, created_at, paid_at, *told)


PAID_AFTER_CREATED = Check(frozenset({"paid_at", "created_at"}), "paid_at", paid_before_created)


def items_of(
    platform: str,
    columns: tuple[Column, ...],
    build: Build,
    needs: tuple[str, ...] = (),
    rests_on: Column | None = None,
) -> Reader:
    """The reader of the items that stand in the order file of a platform."""
    key = f"{platform}_order_items"
    return Reader(key, "lines", 1, columns, build, sources=(key,), needs=needs, rests_on=rests_on)
