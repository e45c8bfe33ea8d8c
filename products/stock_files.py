"""Files of balances (CSV, xlsx, xls): read, shown against the books, applied as differences, taken back.

Columns are found by their headers: the SKU's code or barcode and at least one of on hand, due out and safety stock; a
column of places is optional. The layouts of 聚水潭, 旺店通 and our own export are known by these names.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from opsplan.lib import cells, clock
from opsplan.lib.tabular import tables
from products.models import SKU, StockBalance, StockFile, StockItem, StockMovement, StockPlace
from products.stock_services import MOST, Balance, items_of, main_place, move, set_balances
from staff.models import User
from stores.models import Store
from stores.sent_files import columns_named, on_disk, under_header

NAMES = {
    "sku": "sku编码 sku 商品编码 规格编码 规格商家编码 商家编码 货号 条码 sku_code merchant_code barcode",
    "on_hand": "现货 现货库存 库存 库存数 库存数量 实际库存 实际库存数 在库 主仓实际库存 on_hand stock quantity",
    "due": "待发 待发货 待发货数 待发数 订单占有数 订单占用 due_out due",
    "safety": "安全库存 安全库存数 安全库存下限 safety_stock safety",
    "place": "仓库 仓库名称 仓位 位置 place warehouse",
}
HEADERS = {field: names.split() for field, names in NAMES.items()}
MOST_ROWS = 50_000
PROBLEMS = {
    "unknown": gettext_noop("no SKU of this store has this code"),
    "number": gettext_noop("this is no whole number of units, 0 or more"),
    "twice": gettext_noop("this SKU and place stand above already"),
    "empty": gettext_noop("the line says nothing about stock"),
    "long_place": gettext_noop("the name of a place has 60 characters at most"),
    "differs": gettext_noop("due out or safety stock differs from the line above for the same SKU"),
}


@dataclass(frozen=True)
class Change:
    """What a line would change: (before, after) of what it tells."""

    line: int
    sku: SKU
    place: str
    on_hand: tuple[int, int] | None
    due: tuple[int, int] | None
    safety: tuple[int, int] | None

    @property
    def pairs(self) -> tuple[tuple[int, int] | None, ...]:
        return self.on_hand, self.due, self.safety

    @property
    def is_change(self) -> bool:
        return any(pair and pair[0] != pair[1] for pair in self.pairs)


def folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip(" *\t\ufeff").casefold().replace(" ", "_")


def columns_of(cells: Sequence[str]) -> dict[str, int]:
    """field -> column, for a header row; {} for another row."""
    found = columns_named([folded(x) for x in cells], HEADERS)
    return found if "sku" in found and found.keys() & {"on_hand", "due", "safety"} else {}


def units(text: str) -> int | None:
    """`1,200`, `35.0` or `35件` to units, None for an empty cell. ValueError for anything else."""
    if text.strip() in ("", "-", "--", "—"):
        return None
    try:
        found = cells.read(text)
    except cells.Unreadable:
        raise ValueError(text) from None
    if found != int(found) or not 0 <= found <= MOST:
        raise ValueError(text)
    return int(found)


def understood(
    store: Store, columns: dict[str, int], rows: Iterable[tuple[int, list[str]]]
) -> tuple[list[Any], list[Any]]:
    """(rows, problems) as StockFile keeps them."""
    skus = SKU.objects.filter(store=store)
    known = {x: pk for pk, code, bar in skus.values_list("pk", "code", "barcode") for x in (bar, code) if x}
    good: list[Any] = []
    bad: list[Any] = []
    seen: Counter[tuple[int, str]] = Counter()
    other: dict[int, tuple[int | None, int | None]] = {}
    for line, row in rows:
        at = {field: row[column].strip() if column < len(row) else "" for field, column in columns.items()}
        if not any(at.values()):
            continue
        pk, place = known.get(unicodedata.normalize("NFKC", at["sku"])), at.get("place", "")
        try:
            on_hand, due, safety = (units(at.get(field, "")) for field in ("on_hand", "due", "safety"))
        except ValueError as problem:
            bad.append([line, str(problem)[:80], "number"])
            continue
        if pk is None:
            bad.append([line, at["sku"][:80], "unknown"])
        elif (on_hand, due, safety) == (None, None, None):
            bad.append([line, at["sku"][:80], "empty"])
        elif len(place) > 60:
            bad.append([line, place[:80], "long_place"])
        elif seen[pk, place]:
            bad.append([line, at["sku"][:80], "twice"])
        elif other.setdefault(pk, (due, safety)) != (due, safety):
            bad.append([line, at["sku"][:80], "differs"])
        else:
            seen[pk, place] += 1
            good.append([line, pk, place, on_hand, due, safety])
        if len(good) + len(bad) > MOST_ROWS:
            raise ValidationError({"file": _("A file may have %d lines at most.") % MOST_ROWS})
    return good, bad


def read_file(store: Store, opened: IO[bytes], name: str, *, by: User | None) -> StockFile:
    """Understand a file; nothing is changed yet. ValidationError where it is no table with stock."""
    with on_disk(opened, name) as (path, _digest):
        none = _("No header row was found: it needs a column with SKU codes and one with the stock on hand.")
        columns, header, rows = under_header(tables(path)[0], columns_of, none)
        told = list(rows)
        good, bad = understood(store, columns, told)
    if not good and not bad:
        raise ValidationError({"file": _("The file has a header but no rows.")})
    lines = {line for line, _text, _code in bad}
    to_mend = [[0, header], *([line, cells] for line, cells in told if line in lines)] if bad else []
    return StockFile.objects.create(
        store=store, name=name[:200], rows=good, problems=bad, to_mend=to_mend, by=by, created_at=clock.now()
    )


def changes_of(file: StockFile) -> list[Change]:
    """What applying the file would do to the books as they are now, line by line."""
    skus = SKU.objects.select_related("product", "stock").in_bulk({row[1] for row in file.rows})
    there = {
        (sku, place): n
        for sku, place, n in StockBalance.objects.filter(sku__in=skus).values_list("sku", "place__name", "on_hand")
    }
    main = main_place(file.store).name
    found = []
    for line, pk, place, on_hand, due, safety in file.rows:
        if pk not in skus:
            continue
        now = getattr(skus[pk], "stock", None) or StockItem(sku=skus[pk])
        found.append(
            Change(
                line,
                skus[pk],
                place or main,
                None if on_hand is None else (there.get((pk, place or main), 0), on_hand),
                None if due is None else (now.due, due),
                None if safety is None else (now.safety, safety),
            )
        )
    return found


@transaction.atomic
def apply_file(file: StockFile, *, by: User | None) -> int:
    """Make the books say what the file says; lines with problems stay out. Returns how many SKUs changed."""
    mine = StockFile.objects.select_for_update(of=("self",)).select_related("store").get(pk=file.pk)
    if mine.state != StockFile.State.READ:
        raise ValidationError({"file": _("This file was applied already.")})
    places = {x.name: x for x in StockPlace.objects.filter(store=mine.store)} | {"": main_place(mine.store)}
    for name in {row[2] for row in mine.rows} - places.keys():
        places[name] = StockPlace.objects.create(store=mine.store, name=name, position=len(places))
    skus = SKU.objects.select_related("store", "product").in_bulk({row[1] for row in mine.rows})
    told = [
        Balance(skus[pk], places[place], on_hand, due, safety)
        for _line, pk, place, on_hand, due, safety in mine.rows
        if pk in skus
    ]
    changed = set_balances(mine.store, told, by=by, why=mine.name, reference=reference_of(mine))
    mine.state, mine.applied_at = StockFile.State.APPLIED, clock.now()
    mine.save(update_fields=["state", "applied_at"])
    return changed


def reference_of(file: StockFile) -> str:
    return f"file:{file.pk}"


@transaction.atomic
def undo_file(file: StockFile, *, by: User | None) -> int:
    """Post the opposite of what the file posted; what moved since then stays moved. Returns how many lines."""
    mine = StockFile.objects.select_for_update(of=("self",)).select_related("store").get(pk=file.pk)
    if mine.state != StockFile.State.APPLIED:
        raise ValidationError({"file": _("Only a file that was applied can be taken back.")})
    posted = StockMovement.objects.filter(store=mine.store, reference=reference_of(mine)).select_related("sku__store")
    rows = list(posted.select_related("sku__store", "sku__product", "place").order_by("sku_id", "id"))
    items = items_of([x.sku for x in rows])
    for row in rows:
        if row.on_hand:
            move(row.sku, "corrected", -row.on_hand, place=row.place, why=(_("Undone: %s") % mine.name)[:200], by=by)
        if row.due:
            back = max(items[row.sku_id].due - row.due, 0)
            told = [Balance(row.sku, row.place or main_place(mine.store), None, due=back)]
            set_balances(mine.store, told, by=by, why=(_("Undone: %s") % mine.name)[:200])
    mine.state = StockFile.State.UNDONE
    mine.save(update_fields=["state"])
    return len(rows)
