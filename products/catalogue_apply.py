"""What a file of products changes: told beforehand, written all at once, taken back."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from opsplan.lib import clock
from opsplan.lib.money import yuan
from products import pictures, price_services
from products.catalogue_files import PLAIN, Known, Line, as_day
from products.models import SKU, CatalogueFile, Cost, Listing, ListPrice, Picture, Product
from products.models.catalogue import KINDS as PICTURE_KINDS
from staff.models import User
from staff.services import renew_rounds
from stores.models import Store, Supplier

KINDS = dict(PICTURE_KINDS)
SHOWN = 200  # products that an applied file is said to have touched
FIELDS = (*PLAIN, "status", "launched_on", "is_unstocked", "supplier")
AMOUNTS = {"cost": "cost_fen", "list_price": "price_fen"}
Row = dict[str, Any]


def lines_of(file: CatalogueFile, most: int = 500) -> list[Line]:
    """What applying the file would change now, line by line."""
    known, found = Known(file.store), []
    products = {
        x.pk: x
        for x in Product.objects.filter(store=file.store)
        .select_related("supplier")
        .prefetch_related("skus", "listings", "costs", "list_prices", "pictures")
    }
    made: set[str] = set()
    for line, row in file.rows[:most]:
        pk = known.find(row)
        product = products.get(pk or 0)
        name = str(row.get("code") or row["item_ids"][0])
        told = tuple(x for x in differences(row, product) if x[1] != x[2])
        is_new = product is None and name not in made
        made.add(name)
        found.append(Line(line, name, row.get("title") or (product.title if product else name), is_new, told))
    return found


def differences(row: Row, product: Product | None) -> list[tuple[str, str, str]]:
    """(field, before, after) in words, of what the line tells."""
    found = [
        (field, text_of(getattr(product, field)) if product else "", text_of(row[field]))
        for field in FIELDS
        if field in row
    ]
    found += [(field, amount_now(product, field), str(yuan(row[field]))) for field in AMOUNTS if field in row]
    ids = {x.item_id for x in product.listings.all()} if product else set()
    new = [x for x in row.get("item_ids", ()) if x not in ids]
    if new:
        found.append(("item_ids", "", " ".join(new)))
    for kind, address, there in pictures.told(row, product.pictures.all() if product else ()):
        was = str(KINDS.get(there.kind, _("no type yet"))) if there else ""
        found.append((f"picture_{kind}" if kind else "pictures", was, address))
    return found + sku_difference(row, product)


def amount_now(product: Product | None, field: str) -> str:
    """The newest cost or list price in yuan, "" without one."""
    if product is None:
        return ""
    entries = list((product.costs if field == "cost" else product.list_prices).all())
    return str(yuan(getattr(entries[-1], AMOUNTS[field]))) if entries else ""


def sku_difference(row: Row, product: Product | None) -> list[tuple[str, str, str]]:
    """[] where the line names no SKU, or tells nothing new of it."""
    if not row.get("sku"):
        return []
    sku = next((x for x in product.skus.all() if x.code == row["sku"]), None) if product else None
    words = " ".join(str(row[x]) for x in ("sku", *SKU_FIELDS) if row.get(x))
    if sku is None:
        return [("sku", "", words)]
    if all(str(row[x]) == str(getattr(sku, y)) for x, y in SKU_FIELDS.items() if x in row):
        return []
    return [("sku", " ".join(x for x in (sku.code, sku.name, sku.barcode) if x), words)]


SKU_FIELDS = {"sku_name": "name", "barcode": "barcode", "pack_size": "pack_size"}


def text_of(value: Any) -> str:
    return "" if value is None else str(value)


@transaction.atomic
def apply_file(file: CatalogueFile, *, by: User | None) -> tuple[int, int, dt.date | None]:
    """Write what the file says. Returns (new products, changed products, first day whose figures change)."""
    mine = CatalogueFile.objects.select_for_update(of=("self",)).select_related("store").get(pk=file.pk)
    if mine.state != CatalogueFile.State.READ:
        raise ValidationError({"file": _("This file was applied already.")})
    store, today = mine.store, clock.today(mine.store.timezone)
    Store.objects.select_for_update().get(pk=store.pk)
    known, log, made_now, changed = Known(store), list[Any](), set[int](), set[int]()
    since = store.opened_on or today
    for _number, row in mine.rows:
        pk = known.find(row)
        if pk is None:
            code = str(row.get("code") or row["item_ids"][0])
            product = Product.objects.create(store=store, code=code, title=row.get("title", code))
            known.codes[code] = product.pk
            log.append(["product", product.pk, "", None, None])
            made_now.add(product.pk)
        else:
            product = Product.objects.select_related("supplier").get(pk=pk)
        before = len(log)
        write_fields(product, row, log)
        for item in row.get("item_ids", ()):
            if item not in known.items:
                made = Listing.objects.create(store=store, product=product, item_id=item[:60], title=product.title)
                known.items[item] = product.pk
                log.append(["listing", made.pk, "", None, None])
        day = since if product.pk in made_now else today
        write_cost(product, row, day, log)
        write_price(product, row, day, log, by, mine.name)
        write_sku(product, row, known, log)
        write_pictures(product, row, log)
        if len(log) > before and product.pk not in made_now:
            changed.add(product.pk)
    mine.state, mine.applied_at, mine.changes = CatalogueFile.State.APPLIED, clock.now(), log
    mine.save(update_fields=["state", "applied_at", "changes"])
    renew_rounds(store)
    costs = [x for x in log if x[0] == "cost"]
    return len(made_now), len(changed), (since if made_now else today) if costs else None


def touched(file: CatalogueFile) -> list[tuple[Product, bool]]:
    """(product, whether it came with the file) of those an applied file has brought or changed, by code; at most SHOWN.
    Five statements."""
    pks: dict[str, list[int]] = {}
    for kind, pk, *_rest in file.changes:
        pks.setdefault(kind, []).append(pk)
    new, every = set(pks.get("product", ())), {*pks.get("product", ()), *pks.get("field", ())}
    for kind, model in (
        ("listing", Listing),
        ("sku", SKU),
        ("cost", Cost),
        ("list_price", ListPrice),
        ("picture", Picture),
    ):
        things: Any = model._default_manager.filter(pk__in=pks.get(kind, ())[: 5 * SHOWN])
        every |= set(things.values_list("product_id", flat=True))
    found = Product.objects.filter(store=file.store_id, pk__in=sorted(every)[: 5 * SHOWN]).order_by("code")[:SHOWN]
    return [(x, x.pk in new) for x in found]


def write_fields(product: Product, row: Row, log: list[Any]) -> None:
    touched = []
    for field in FIELDS:
        if field not in row:
            continue
        value: Any = row[field]
        if field == "supplier":
            value = Supplier.objects.get_or_create(store=product.store, name=value)[0]
        elif field == "launched_on":
            value = as_day(value)
        now = getattr(product, field)
        if now != value:
            log.append(["field", product.pk, field, kept(now), kept(value)])
            setattr(product, field, value)
            touched.append(field)
    if touched:
        product.save(update_fields=touched)


def kept(value: Any) -> Any:
    """As JSON keeps it: a supplier by its id, a day as text."""
    if isinstance(value, Supplier):
        return value.pk
    return value.isoformat() if isinstance(value, dt.date) else value


def write_cost(product: Product, row: Row, day: dt.date, log: list[Any]) -> None:
    """The cost holds from `day` on: today, or the store's first day for a new product."""
    if "cost" not in row:
        return
    now = Cost.objects.filter(product=product, from_day__lte=day).order_by("-from_day").first()
    if now is not None and now.cost_fen == row["cost"]:
        return
    if now is not None and now.from_day == day:
        log.append(["cost", now.pk, "cost_fen", now.cost_fen, row["cost"]])
        now.cost_fen = row["cost"]
        now.save(update_fields=["cost_fen"])
    else:
        made = Cost.objects.create(product=product, from_day=day, cost_fen=row["cost"])
        log.append(["cost", made.pk, "", None, row["cost"]])


def write_price(product: Product, row: Row, day: dt.date, log: list[Any], by: User | None, why: str) -> None:
    """The list price likewise, with its line in the history of prices: the file's name is the reason."""
    if "list_price" not in row or price_services.in_force(product, day) == row["list_price"]:
        return
    before = ListPrice.objects.filter(product=product, from_day=day).values_list("price_fen", flat=True).first()
    price_services.set_list_price(product, day, row["list_price"], why=why, by=by)
    entry = ListPrice.objects.get(product=product, from_day=day)
    field = "" if before is None else "price_fen"
    log.append(["list_price", entry.pk, field, before, row["list_price"]])


def write_sku(product: Product, row: Row, known: Known, log: list[Any]) -> None:
    if not row.get("sku"):
        return
    values = {field: row[name] for name, field in SKU_FIELDS.items() if name in row}
    sku = SKU.objects.filter(store=product.store, code=row["sku"]).first()
    if sku is None:
        sku = SKU.objects.create(store=product.store, product=product, code=row["sku"], **values)
        known.skus[sku.code] = product.pk
        log.append(["sku", sku.pk, "", None, None])
        return
    for field, value in values.items():
        if getattr(sku, field) != value:
            log.append(["sku", sku.pk, field, getattr(sku, field), value])
            setattr(sku, field, value)
            sku.save(update_fields=[field])


def write_pictures(product: Product, row: Row, log: list[Any]) -> None:
    if not row.keys() & pictures.FIELDS.keys():
        return
    for kind, address, there in pictures.told(row, list(product.pictures.all())):
        if there is None:
            log.append(["picture", pictures.add(product, kind, url=address).pk, "", None, None])
        else:
            log.append(["picture", there.pk, "kind", there.kind, kind])
            pictures.set_kind(there, kind)


@transaction.atomic
def undo_file(file: CatalogueFile, sold: Collection[int], *, by: User | None = None) -> int:
    """Take back what the file wrote, newest first; what has been changed since stays, and so does a new product that
    has figures (`sold`). Returns how many things stayed."""
    mine = CatalogueFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if mine.state != CatalogueFile.State.APPLIED:
        raise ValidationError({"file": _("Only a file that was applied can be taken back.")})
    models: dict[str, Any] = {
        "product": Product, "listing": Listing, "sku": SKU, "field": Product, "cost": Cost, "list_price": ListPrice,
        "picture": Picture,
    }  # fmt: skip
    stayed = 0
    kept_products = {pk for kind, pk, *_rest in mine.changes if kind == "product" and pk in sold}
    for kind, pk, field, before, after in reversed(mine.changes):
        thing = models[kind]._default_manager.filter(pk=pk).first()
        owner = getattr(thing, "product_id", pk)
        column = "supplier_id" if field == "supplier" else field or AMOUNTS.get(kind, "")
        if thing is None or owner in kept_products:
            stayed += kind == "product" and thing is not None
        elif column and after is not None and kept(getattr(thing, column)) != after:
            stayed += 1
        elif kind == "list_price":
            price_services.set_list_price(
                thing.product, thing.from_day, before, why=(_("%s was taken back") % mine.name)[:200], by=by
            )
        elif not field:
            thing.delete()
        else:
            setattr(thing, column, as_day(before) if field == "launched_on" else before)
            thing.save(update_fields=[field])
    mine.state = CatalogueFile.State.UNDONE
    mine.save(update_fields=["state"])
    renew_rounds(mine.store)
    return stayed
