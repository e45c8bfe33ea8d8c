"""Files of deals: read, explained column by column where nobody knows the header, shown as a difference, applied, taken
back."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.groupbuy.dealing import SELLING
from campaigns.groupbuy.results import (
    LABELS,
    MOST_ROWS,
    Bad,
    Row,
    digest,
    missing_fields,
    pieces_back,
    read,
    understood,
    worth,
)
from campaigns.models import DealClaim, DealFile, DealLine, DealSale, GroupDeal
from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.lib.tabular import tables
from opsplan.lib.text import folded
from products.models import SKU
from staff.models import User
from stores.currency import in_currency
from stores.models import Store
from stores.sent_files import on_disk

CLAIM_FIELDS = ("units", "refunded", "sales_fen", "refund_fen", "commission_fen", "payout_fen", "fees")


@dataclass(frozen=True)
class Change:
    """What a line of the file would do: new, changed or same; (field, before, after) of what it changes."""

    line: int
    deal: GroupDeal
    key: str
    what: str
    values: dict[str, Any]
    told: tuple[tuple[str, Any, Any], ...] = ()

    @property
    def words(self) -> list[tuple[str, str, str]]:
        """What it changes: field, before and after as people read them."""
        return [(in_currency(str(FIELD_WORDS[name])), written(name, x), written(name, y)) for name, x, y in self.told]


FIELD_WORDS: dict[str, Promise] = {
    "units": gettext_lazy("Number of pieces"),
    "refunded": gettext_lazy("Refunded"),
    "sales_fen": gettext_lazy("Paid (yuan)"),
    "refund_fen": gettext_lazy("Refunded (yuan)"),
    "commission_fen": gettext_lazy("Commission (yuan)"),
    "payout_fen": gettext_lazy("Pays out (yuan)"),
    "fees": gettext_lazy("Other fees"),
    "refunded_before": gettext_lazy("Refunded before shipping"),
    "refunded_after": gettext_lazy("Refunded after shipping"),
    "redeemed": gettext_lazy("Redeemed"),
}


def written(name: str, value: Any) -> str:
    if value is None:
        return "—"
    if name == "fees":
        return _(", ").join(f"{label} {yuan(fen)}" for label, fen in value) or "—"
    return str(yuan(value)) if name.endswith("_fen") else str(value)


def read_file(
    store: Store, opened: IO[bytes], name: str, *, purpose: str, deal: GroupDeal | None, by: User | None
) -> DealFile:
    """Keep what a file tells; nothing of a deal is changed yet. ValidationError where it is no table."""
    with on_disk(opened, name) as (path, digest_of_file):
        found = next((x for table in tables(path) if (x := read(table, store)) and x.rows), None)
    if found is None:
        raise ValidationError({"file": _("There is no table with a header and rows in this file.")})
    if len(found.rows) > MOST_ROWS:
        raise ValidationError({"file": _("A file may have %d lines at most.") % MOST_ROWS})
    columns = explained_before(store, found.header) or found.columns
    return DealFile.objects.create(
        store=store, deal=deal, purpose=purpose, name=name[:200], sha256=digest_of_file, header=found.header,
        columns=columns, rows=[list(x) for x in found.rows], by=by, created_at=clock.now(),
    )  # fmt: skip


def explained_before(store: Store, header: list[str]) -> dict[str, int]:
    """The columns of the last file with the same header that was applied."""
    known = DealFile.objects.filter(store=store, header=header, state=DealFile.State.APPLIED).first()
    return dict(known.columns) if known else {}


def set_columns(file: DealFile, chosen: Mapping[str, int | None]) -> None:
    """Somebody says which column fills which field (its place; None = none). Fees keep their own columns."""
    if file.state != DealFile.State.READ:
        raise ValidationError(_("This file was applied already."))
    places = {x: n for x, n in chosen.items() if x in LABELS and n is not None and 0 <= n < len(file.header)}
    if len(set(places.values())) < len(places):
        raise ValidationError(_("One column cannot fill two fields."))
    fees = {k: n for k, n in file.columns.items() if k.startswith("fee:") and n not in places.values()}
    file.columns = places | fees
    file.save(update_fields=["columns"])


def needs_columns(file: DealFile) -> list[str]:
    """The fields somebody has to point at first."""
    return missing_fields(file.columns, file.purpose)


class Understood:
    """A file's rows against the store's deals as they stand now."""

    def __init__(self, file: DealFile) -> None:
        self.file, self.problems = file, list[Bad]()
        self.known: dict[int, dict[str, dict[str, Any]]] = {}
        self.now = clock.now()
        self.deals = deals_named(file.store)
        self.lines: dict[int, list[DealLine]] = {}
        rows = [(line, cells) for line, cells in file.rows]
        good, bad = understood(rows, file.header, file.columns, ZoneInfo(file.store.timezone))
        self.problems += bad
        self.changes: list[Change] = []
        codes = {str(row["sku"]) for _line, row in good if row.get("sku")}
        self.ours = set(SKU.objects.filter(store=file.store, code__in=codes).values_list("code", flat=True))
        seen: dict[tuple[int, str], dict[str, Any]] = {}
        for line, row in good:
            found = self.values(line, row)
            if found is None:
                continue
            deal, key, values = found
            if (deal.pk, key) in seen:
                if seen[deal.pk, key] != values:
                    self.wrong(line, "key", key, "twice")
                continue
            seen[deal.pk, key] = values
            self.changes.append(self.against(line, deal, key, values))
        self.problems.sort()

    def wrong(self, line: int, field: str, value: str, code: str) -> None:
        place = self.file.columns.get(field)
        self.problems.append((line, "" if place is None else self.file.header[place], value[:80], code))

    def values(self, line: int, row: Row) -> tuple[GroupDeal, str, dict[str, Any]] | None:
        deal = self.file.deal or self.deals.get(folded(str(row.get("deal", ""))))
        if deal is None:
            self.wrong(line, "deal", str(row.get("deal", "")), "dealless")
            return None
        key = str(row.get("key", ""))
        if self.file.purpose == DealFile.Purpose.CLAIMS:
            return self.claim(line, deal, key or f"#{line}", row)
        if not key:
            self.wrong(line, "key", "", "keyless")
            return None
        return self.sale(line, deal, key, row)

    def claim(self, line: int, deal: GroupDeal, key: str, row: Row) -> tuple[GroupDeal, str, dict[str, Any]] | None:
        paid = worth(row)
        if paid is None:
            self.wrong(line, "paid", "", "unpaid")
            return None
        back = sum(pieces_back(row))
        refund = row.get("refund", paid * back // max(row.get("units", 1), 1))
        return deal, key, {
            "units": row.get("units", 1), "refunded": back, "sales_fen": paid, "refund_fen": refund,
            "commission_fen": row.get("commission"), "payout_fen": row.get("payout"), "fees": row.get("fees", []),
        }  # fmt: skip

    def sale(self, line: int, deal: GroupDeal, key: str, row: Row) -> tuple[GroupDeal, str, dict[str, Any]] | None:
        paid, units = worth(row), row.get("units", 1)
        of_deal = self.lines_of(deal)
        named = [x for x in of_deal if x.sku.code == row.get("sku")]
        chosen = named or (of_deal if len(of_deal) == 1 else [])
        before, after = pieces_back(row)
        sku = str(row.get("sku", ""))
        if not chosen:
            self.wrong(line, "sku", sku, "skuless")
            return None
        if not named and sku in self.ours:  # a code of the site's own says nothing
            self.wrong(line, "sku", sku, "foreign")
            return None
        if fault := self.fault_of_sale(deal, key, row):
            self.wrong(line, *fault)
            return None
        is_redeemed = bool(deal.is_voucher and row.get("redeemed_at"))
        return deal, key, {
            "sku": chosen[0].sku.code, "units": units, "paid_fen": paid, "at": sold_at(row),
            "buyer": digest(str(row.get("buyer", "")), self.file.store), "refunded_before": before,
            "refunded_after": after, "redeemed": units - before if is_redeemed else 0,
            "redeemed_at": row.get("redeemed_at") if is_redeemed else None, "is_new_buyer": row.get("new"),
        }  # fmt: skip

    def fault_of_sale(self, deal: GroupDeal, key: str, row: Row) -> tuple[str, str, str] | None:
        """Why a sale cannot be recorded, whatever was sold: column, value and code."""
        at, units, (before, after) = sold_at(row), row.get("units", 1), pieces_back(row)
        if worth(row) is None:
            return "paid", "", "unpaid"
        if not at:
            return "at", "", "timeless"
        if before + after > units:
            told = next((x for x in ("before", "after") if row.get(x)), "refund")
            return told, str(before + after if told == "refund" else row[told]), "refund"
        if deal.state not in SELLING:
            return "deal", deal.name, "idle"
        if not deal.opens_at <= dt.datetime.fromisoformat(at) <= self.now:
            return "at", at, "early"
        if self.standing(deal).get(key, {}).get("units", units) != units:
            return "units", str(units), "other"
        return None

    def lines_of(self, deal: GroupDeal) -> list[DealLine]:
        if deal.pk not in self.lines:
            self.lines[deal.pk] = list(deal.lines.select_related("sku"))
        return self.lines[deal.pk]

    def against(self, line: int, deal: GroupDeal, key: str, values: dict[str, Any]) -> Change:
        """What the line changes, compared with what we have."""
        there = self.standing(deal).get(key)
        if there is None:
            return Change(line, deal, key, "new", values)
        told = tuple(
            (name, there[name], after)
            for name, after in values.items()
            if name in COMPARED[self.file.purpose] and there[name] != after and not never_less(name, there[name], after)
        )
        return Change(line, deal, key, "changed" if told else "same", values, told)

    def standing(self, deal: GroupDeal) -> dict[str, dict[str, Any]]:
        """What we have of the deal, by key; read once."""
        if deal.pk not in self.known:
            model = DealClaim if self.file.purpose == DealFile.Purpose.CLAIMS else DealSale
            names = COMPARED[self.file.purpose]
            rows = model._default_manager.filter(deal=deal).values("key", *{"units", *names})
            self.known[deal.pk] = {x.pop("key"): x for x in rows}
        return self.known[deal.pk]


GROWING = ("refunded_before", "refunded_after", "redeemed")
COMPARED = {"claims": CLAIM_FIELDS, "sales": GROWING}


def sold_at(row: Row) -> str | None:
    """The instant of the sale (ISO 8601); a voucher of which only that is told, when it was redeemed."""
    return row.get("at") or row.get("redeemed_at")


def never_less(name: str, before: Any, after: Any) -> bool:
    """What only grows is not changed by an older telling."""
    return name in GROWING and after <= before


def deals_named(store: Store) -> dict[str, GroupDeal]:
    """The store's deals by folded name; the newer one where two have the same."""
    found: dict[str, GroupDeal] = {}
    for deal in GroupDeal.objects.filter(store=store).select_related("store", "site").order_by("opens_at", "id"):
        found[folded(deal.name)] = deal
    return found
