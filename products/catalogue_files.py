"""Files of products (CSV, xlsx, xls): read, shown as a difference, applied, taken back.

Columns are found by their headers: our own export, 生意参谋 and 千牛 item lists are known by these names. A product is
found by item id, then by merchant code. An empty cell says nothing. Lines with a problem stay out; all are told.
"""

import datetime as dt
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from opsplan.lib.columns import Fault, day, money
from opsplan.lib.money import yuan
from opsplan.lib.tabular import tables
from products import pictures
from products.completeness import PICTURES
from products.models import SKU, CatalogueFile, Listing, Product
from staff.models import User
from stores.currency import without_unit
from stores.models import Store
from stores.sent_files import on_disk, under_header

NAMES = {
    "code": "商家编码 货号 商品编码 款号 merchant_code code",
    "title": "商品名称 商品标题 标题 宝贝标题 宝贝名称 名称 品名 商品名 产品名称 货品名称 title",
    "item_ids": "商品id 宝贝id 商品编号 主商品id item_ids item_id",
    "status": "商品状态 状态 status",
    "category": "商品类目 类目 分类 类目名称 category",
    "style": "风格 style",
    "supplier": "供应商 supplier",
    "launched_on": "上架日期 上架时间 首次上架时间 上市日期 launched_on",
    "is_unstocked": "无库存款 无库存 no_stock_is_kept",
    "list_price": "一口价 商品价格 价格 吊牌价 list_price_(yuan)",
    "cost": "成本价 成本 进价 进货价 采购价 单位成本 单位成本(元) unit_cost_(yuan)",
    "sells_function": "卖点:功能性 功能性 selling_point:_function",
    "sells_fashion": "卖点:时尚性 时尚性 selling_point:_fashion",
    "sells_extra": "卖点:附加值 附加值 selling_point:_added_value",
    "sku": "sku编码 规格编码 sku商家编码 sku_code",
    "sku_name": "规格 sku名称 规格名称 颜色规格 specification",
    "barcode": "条码 商品条码 sku条码 barcode",
    "pack_size": "箱规 装箱数 pieces_per_carton",
    "picture_main": "主图 商品主图 主图链接 主图地址 main_picture",
    "picture_scene": "场景图 scene_picture",
    "picture_model": "模特图 model_picture",
    "picture_in_use": "使用图 picture_in_use",
    "picture_outfit": "搭配图 picture_of_what_goes_with_it",
    "picture_outdoors": "外景图 outdoor_picture",
    "picture_detail": "细节图 detail_picture",
    "pictures": "图片 商品图片 图片链接 other_pictures",
}
FIELDS = {field: names.split() for field, names in NAMES.items()}
HEADER = (
    gettext_lazy("Merchant code"), gettext_lazy("Title"), gettext_lazy("Item ids"), gettext_lazy("Status"),
    gettext_lazy("Category"), gettext_lazy("Style"), gettext_lazy("Supplier"), gettext_lazy("Launched on"),
    gettext_lazy("No stock is kept"), gettext_lazy("List price (yuan)"), gettext_lazy("Unit cost (yuan)"),
    gettext_lazy("Selling point: function"), gettext_lazy("Selling point: fashion"),
    gettext_lazy("Selling point: added value"), gettext_lazy("SKU code"), gettext_lazy("Specification"),
    gettext_lazy("Barcode"), gettext_lazy("Pieces per carton"), *(gettext_lazy(x) for x in PICTURES.values()),
    gettext_lazy("Other pictures"),
)  # fmt: skip
LENGTHS = {"title": 200, "category": 60, "style": 60, "supplier": 100, "sku": 100, "sku_name": 120, "barcode": 40,
           "sells_function": 300, "sells_fashion": 300, "sells_extra": 300, "code": 100,
           **dict.fromkeys(pictures.FIELDS, 5_000)}  # fmt: skip
PLAIN = ("title", "category", "style", "sells_function", "sells_fashion", "sells_extra")
STATUS = {
    "on_sale": "当前在线 在售 出售中 上架 on_sale", "off": "已下架 下架 仓库中 taken_off off",
    "new": "新品 新款 new", "planned": "筹备 准备中 being_prepared planned",
}  # fmt: skip
STATUSES = {name: status for status, names in STATUS.items() for name in names.split()}
YES, NO = {"是", "yes", "y", "1", "true", "√"}, {"否", "no", "n", "0", "false"}
MOST_ROWS = 20_000
PROBLEMS = {
    "nameless": gettext_noop("the line has neither merchant code nor item id"),
    "untitled": gettext_noop("a new product needs a title"),
    "money": gettext_noop("this is no amount of 0 or more"),
    "price": gettext_noop("a list price is above 0"),
    "day": gettext_noop("this is no day; write it like 2026-11-01"),
    "status": gettext_noop("this is no status we know: write new, on sale, taken off or being prepared"),
    "yes_no": gettext_noop("write yes or no"),
    "number": gettext_noop("this is no whole number from 1 on"),
    "long": gettext_noop("the text is too long"),
    "taken": gettext_noop("this item id belongs to another product"),
    "sku_taken": gettext_noop("this SKU belongs to another product"),
    "claimed": gettext_noop("another product of this file has it already"),
    "differs": gettext_noop("the same product stands above with another value"),
    "cost_differs": gettext_noop("a style has one cost, another stands above: write their mean, or a code of its own"),
    "picture": gettext_noop("this is no address of a picture; write it like https://…"),
    "picture_gone": gettext_noop("this is no picture of this product"),
    "picture_twice": gettext_noop("this picture stands in two columns of the line"),
    "twice": gettext_noop("the same line stands above already"),
}


@dataclass(frozen=True)
class Line:
    """What applying a line would change: (field, before, after) of its product."""

    line: int
    code: str
    title: str
    is_new: bool
    changes: tuple[tuple[str, str, str], ...]


def folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip(" *\t\ufeff").casefold().replace(" ", "_").replace("：", ":")


def columns_of(cells: Sequence[str]) -> dict[str, int]:
    """field -> column, for a header row; {} for another row."""
    names = [folded(without_unit(x)) for x in cells]
    own = {folded(without_unit(str(x))): field for x, field in zip(HEADER, FIELDS, strict=True)}  # as we export them
    found: dict[str, int] = {}
    for place, name in enumerate(names):
        if name in own:
            found.setdefault(own[name], place)
    for field, known in FIELDS.items():
        plain = [without_unit(name).rstrip("_") for name in known]
        at = next((names.index(name) for name in plain if name in names), None)
        if at is not None:
            found.setdefault(field, at)
    return found if found.keys() & {"code", "item_ids"} and len(found) > 1 else {}


def parsed(field: str, text: str) -> Any:
    """A cell as the file's rows keep it (JSON); None = says nothing. Fault names a key of PROBLEMS."""
    if not text or text in ("-", "--", "—"):
        return None
    if len(text) > LENGTHS.get(field, 500):
        raise Fault("long")
    parse = PARSERS.get(field)
    return parse(text) if parse else text


def fen_of(text: str) -> int | None:
    try:
        return money(text)
    except Fault:
        raise Fault("money") from None


def price_of(text: str) -> int | None:
    price = fen_of(text)
    if price is not None and not 0 < price <= 10**12:
        raise Fault("price")
    return price


def day_of(text: str) -> str | None:
    try:
        found = day(text)
    except Fault:
        raise Fault("day") from None
    return found.isoformat() if found else None


def status_of(text: str) -> str:
    if folded(text) not in STATUSES and folded(text) not in {folded(str(x)) for x in Product.Status.labels}:
        raise Fault("status")
    own = {folded(str(label)): value for value, label in Product.Status.choices}
    return STATUSES.get(folded(text)) or own[folded(text)]


def yes_no(text: str) -> bool:
    if folded(text) not in YES | NO | {folded(_("Yes")), folded(_("No"))}:
        raise Fault("yes_no")
    return folded(text) in YES | {folded(_("Yes"))}


def whole(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise Fault("number")
    return int(text)


PARSERS: dict[str, Callable[[str], Any]] = {
    "list_price": price_of,
    "cost": fen_of,
    "launched_on": day_of,
    "status": status_of,
    "is_unstocked": yes_no,
    "pack_size": whole,
    "item_ids": lambda text: text.replace(",", " ").replace("，", " ").split(),
    **dict.fromkeys(pictures.FIELDS, pictures.addresses),
}


class Known:
    """The store's products as a file can name them."""

    def __init__(self, store: Store) -> None:
        self.codes = dict(Product.objects.filter(store=store).values_list("code", "pk"))
        self.items = dict(Listing.objects.filter(store=store).values_list("item_id", "product_id"))
        self.skus = dict(SKU.objects.filter(store=store).values_list("code", "product_id"))
        self.pictures = pictures.kept_of(store)

    def find(self, row: dict[str, Any]) -> int | None:
        by_item = next((self.items[x] for x in row.get("item_ids") or () if x in self.items), None)
        return by_item or self.codes.get(str(row.get("code", "")))


def understood(
    store: Store, columns: dict[str, int], header: list[str], rows: Iterable[tuple[int, list[str]]]
) -> tuple[list[Any], list[Any], list[Any]]:
    """(rows, problems, to_mend) as CatalogueFile keeps them: [line, {field: value}], [line, column, value, code] and
    [line, cells], the header first, which is there without a problem too."""
    known, good, bad, to_mend = Known(store), list[Any](), list[Any](), list[Any]([[0, header]])
    headers = {field: header[place].strip() for field, place in columns.items()}
    seen: Counter[tuple[str, str]] = Counter()
    above: dict[str, dict[str, Any]] = {}
    claimed: dict[tuple[str, str], str] = {}
    for line, cells in rows:
        texts = {field: cells[at].strip() if at < len(cells) else "" for field, at in columns.items()}
        if not any(texts.values()):
            continue
        row, faults = {}, []
        for field, text in texts.items():
            try:
                value = parsed(field, text)
            except Fault as fault:
                faults.append([line, headers[field], text[:80], fault.code])
            else:
                if value not in (None, []):
                    row[field] = value
        told = wrong_together(row, known, headers, seen, above, is_clean=not faults)
        faults += [[line, *x] for x in told or ([] if faults else claimed_above(row, known, headers, claimed))]
        bad += faults
        if faults:
            to_mend.append([line, cells])
        else:
            good.append([line, row])
        if len(good) + len(bad) > MOST_ROWS:
            raise ValidationError({"file": _("A file may have %d lines at most.") % MOST_ROWS})
    return good, bad, to_mend


def wrong_together(
    row: dict[str, Any],
    known: Known,
    headers: dict[str, str],
    seen: Counter[tuple[str, str]],
    above: dict[str, dict[str, Any]],
    *,
    is_clean: bool,
) -> list[list[str]]:
    """[column, value, code] of what is wrong with a line beside its cells."""
    name = str(row.get("code") or " ".join(row.get("item_ids", ())))
    if not name:
        return [["", "", "nameless"]]
    if not is_clean:
        return []
    pk = known.find(row)
    if pk is None and not row.get("title") and name not in above:
        return [["", name[:80], "untitled"]]
    by_code = known.codes.get(str(row.get("code", "")))
    if any(known.items.get(x, by_code or pk) != (by_code or pk) for x in row.get("item_ids", ())):
        return [[headers["item_ids"], " ".join(row["item_ids"])[:80], "taken"]]
    sku = str(row.get("sku", ""))
    if sku and known.skus.get(sku, pk) != pk:
        return [[headers["sku"], sku, "sku_taken"]]
    shown = set[str]()
    for field, address in ((name, x) for name in pictures.FIELDS for x in row.get(name, ())):
        if address.startswith("#") and (pk is None or known.pictures.get(address) != pk):
            return [[headers[field], address, "picture_gone"]]
        if address in shown:
            return [[headers[field], address[:80], "picture_twice"]]
        shown.add(address)
    if seen[name, sku]:
        return [["", name[:80], "twice"]]
    seen[name, sku] += 1
    told = above.setdefault(name, {})
    for field in (*PLAIN, "status", "cost", "list_price", "launched_on", "supplier"):
        if field in row and told.setdefault(field, row[field]) != row[field]:
            stands = str(yuan(row[field]) if field in ("cost", "list_price") else row[field])[:80]
            return [[headers[field], stands, "cost_differs" if field == "cost" else "differs"]]
    return []


def claimed_above(
    row: dict[str, Any], known: Known, headers: dict[str, str], claimed: dict[tuple[str, str], str]
) -> list[list[str]]:
    """[column, value, code] of item ids and of the SKU that another product of the same file has."""
    wanted = [("item_ids", x) for x in row.get("item_ids", ())] + [("sku", x) for x in (row.get("sku"),) if x]
    pk, code = known.find(row), str(row.get("code") or "")
    name = f"#{pk}" if pk else code or claimed.get(wanted[0]) or wanted[0][1]
    if taken := [[headers[field], x[:80], "claimed"] for field, x in wanted if claimed.get((field, x), name) != name]:
        return taken
    claimed.update(dict.fromkeys(wanted, name))
    return []


def unread(file: CatalogueFile) -> list[str]:
    """The columns of a file that nobody reads, but the one in which we say what is wrong."""
    header = file.to_mend[0][1] if file.to_mend else []
    known = set(columns_of(header).values())
    return [
        x.strip() for place, x in enumerate(header) if place not in known and x.strip() not in ("", _("What is wrong"))
    ]


def read_file(store: Store, opened: IO[bytes], name: str, *, by: User | None) -> CatalogueFile:
    """Understand a file; nothing is changed yet. ValidationError where it is no table of products."""
    with on_disk(opened, name) as (path, digest):
        none = _("No header row was found: it needs a merchant code or an item id, and something to say of them.")
        columns, header, rows = under_header(tables(path)[0], columns_of, none)
        good, bad, to_mend = understood(store, columns, header, rows)
    if not good and not bad:
        raise ValidationError({"file": _("The file has a header but no rows.")})
    return CatalogueFile.objects.create(
        store=store, name=name[:200], sha256=digest, rows=good, problems=bad, to_mend=to_mend, by=by
    )


def read_lines(store: Store, lines: Sequence[Mapping[str, Any]], *, by: User | None) -> CatalogueFile:
    """The same from a program: objects by field instead of rows under a header."""
    columns = {field: place for place, field in enumerate(FIELDS)}
    strange = sorted({str(name) for line in lines for name in line if name not in FIELDS})
    if strange:
        raise ValidationError({"lines": _("There is no such field.") + f" {strange[0][:40]}"})
    rows = ((at, [words_of(line.get(field)) for field in FIELDS]) for at, line in enumerate(lines, start=1))
    good, bad, _cells = understood(store, columns, list(FIELDS), rows)
    return CatalogueFile.objects.create(store=store, name="REST", layout="rest", rows=good, problems=bad, by=by)


def words_of(value: Any) -> str:
    """A value of JSON as a file would write it."""
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else ("yes" if value else "no") if isinstance(value, bool) else str(value)


def exported(products: Iterable[Product], slug: str) -> Iterator[tuple[Any, ...]]:
    """Rows in the order of HEADER, a line for each SKU; costs and list prices as annotated or the last known."""
    for x in products:
        price, cost = next(iter(reversed(list(x.list_prices.all()))), None), vars(x).get("cost_fen")
        unstocked = _("Yes") if x.is_unstocked else ""
        head = (
            x.code, x.title, " ".join(y.item_id for y in x.listings.all()), x.get_status_display(), x.category,
            x.style, x.supplier.name if x.supplier else "", x.launched_on, unstocked,
            price.amount if price else None, None if cost is None else yuan(cost), x.sells_function, x.sells_fashion,
            x.sells_extra,
        )  # fmt: skip
        seen = [(y.kind, pictures.address_of(y, slug)) for y in x.pictures.all()]
        shown = [" ".join(address for of, address in seen if of == kind) for kind in pictures.FIELDS.values()]
        skus = list(x.skus.all())
        for sku in skus:
            yield (*head, sku.code, sku.name, sku.barcode, sku.pack_size, *shown)
        if not skus:
            yield (*head, "", "", "", None, *shown)


def as_day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
