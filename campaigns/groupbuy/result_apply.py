"""What a file of deals changes: written all at once, taken back."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.groupbuy.dealing import SELLING, Told, locked, record
from campaigns.groupbuy.ledger import fit
from campaigns.groupbuy.result_files import CLAIM_FIELDS, Change, Understood, needs_columns
from campaigns.models import DealClaim, DealFile, DealSale, GroupDeal
from opsplan.lib import clock
from staff.models import User

DONE = DealFile.State.APPLIED


def begun(file: DealFile, state: str, sentence: str) -> DealFile:
    """The file's row, locked. ValidationError unless it stands where it is said to."""
    mine = DealFile.objects.select_for_update(of=("self",)).select_related("store", "deal").get(pk=file.pk)
    if mine.state != state:
        raise ValidationError(sentence)
    return mine


def refuse_signed(deals: set[int]) -> None:
    """ValidationError where one of the deals has a signed settlement."""
    names = GroupDeal.objects.filter(pk__in=deals, settlement__signed_at__isnull=False).values_list("name", flat=True)
    if names:
        raise ValidationError(_("The settlement is signed: %s.") % "、".join(names[:3]))


@transaction.atomic
def apply_file(file: DealFile, by: User | None) -> tuple[int, int]:
    """Write what the file tells. Returns (new, changed). ValidationError: applied already, columns missing, signed."""
    mine = begun(file, DealFile.State.READ, _("This file was applied already."))
    if needs_columns(mine):
        raise ValidationError(_("Say first which column is which."))
    told = Understood(mine)
    changes = [x for x in told.changes if x.what != "same"]
    refuse_signed({x.deal.pk for x in changes})
    log = claims(mine, changes) if mine.purpose == DealFile.Purpose.CLAIMS else sales(changes, by)
    mine.state, mine.applied_at, mine.changes = DONE, clock.now(), log
    mine.save(update_fields=["state", "applied_at", "changes"])
    return sum(x.what == "new" for x in changes), sum(x.what == "changed" for x in changes)


def claims(file: DealFile, changes: list[Change]) -> list[Any]:
    """The site's rows, the newer telling over the older."""
    log: list[Any] = []
    for x in changes:
        there = DealClaim.objects.filter(deal=x.deal, key=x.key).first()
        if there is None:
            made = DealClaim.objects.create(deal=x.deal, key=x.key, file=file.name, line=x.line, **x.values)
            log.append(["claim", made.pk, "", None, None])
            continue
        for name in CLAIM_FIELDS:
            before, after = getattr(there, name), x.values[name]
            if before != after:
                log.append(["claim", there.pk, name, before, after])
                setattr(there, name, after)
        there.file, there.line = file.name, x.line
        there.save()
    return log


def sales(changes: list[Change], by: User | None) -> list[Any]:
    """Our orders, vouchers and refunds, deal by deal, through the stock ledger."""
    log: list[Any] = []
    for deal in {x.deal.pk: x.deal for x in changes}.values():
        mine = [x for x in changes if x.deal.pk == deal.pk]
        before = {x.key: grown(x) for x in DealSale.objects.filter(deal=deal, key__in=[x.key for x in mine])}
        record(deal, [told(x) for x in mine], by)
        for sale in DealSale.objects.filter(deal=deal, key__in=[x.key for x in mine]):
            if before.get(sale.key) != grown(sale):
                log.append(["sale", sale.pk, "", before.get(sale.key), grown(sale)])
    return log


def told(x: Change) -> Told:
    v = x.values
    redeemed_at = dt.datetime.fromisoformat(v["redeemed_at"]) if v["redeemed_at"] else None
    return Told(
        x.key, v["sku"], v["units"], dt.datetime.fromisoformat(v["at"]), v["paid_fen"], v["buyer"],
        v["refunded_before"], v["refunded_after"], v["redeemed"], redeemed_at, v["is_new_buyer"],
    )  # fmt: skip


def grown(sale: DealSale) -> list[int]:
    return [sale.refunded_before, sale.refunded_after, sale.redeemed]


@transaction.atomic
def undo_file(file: DealFile, by: User | None = None) -> int:
    """Take back what the file wrote, newest first; what was told anew since stays. Returns how many things stayed."""
    mine = begun(file, DONE, _("Only a file that was applied can be taken back."))
    stayed = undo_sales(mine, by) if mine.purpose == DealFile.Purpose.SALES else undo_claims(mine)
    mine.state = DealFile.State.UNDONE
    mine.save(update_fields=["state"])
    return stayed


def undo_claims(file: DealFile) -> int:
    ids = [pk for _kind, pk, *_rest in file.changes]
    refuse_signed(set(DealClaim.objects.filter(pk__in=ids).values_list("deal_id", flat=True)))
    stayed = 0
    for _kind, pk, field, before, after in reversed(file.changes):
        there = DealClaim.objects.filter(pk=pk).first()
        if there is None:
            stayed += 1
        elif not field:
            there.delete()
        elif getattr(there, field) != after:
            stayed += 1
        else:
            setattr(there, field, before)
            there.save(update_fields=[field])
    return stayed


def undo_sales(file: DealFile, by: User | None) -> int:
    """What was told first goes from the ledger as if it had been refunded before shipping, then from the list."""
    changes = {pk: (before, after) for _kind, pk, _field, before, after in file.changes}
    found = DealSale.objects.filter(pk__in=changes)
    deals = [locked(x) for x in GroupDeal.objects.filter(pk__in=found.values("deal"))]
    refuse_signed({x.pk for x in deals})
    if any(x.state not in SELLING for x in deals):
        raise ValidationError(_("A deal that is settled stays as it is."))
    stayed = len(changes) - len(found)
    gone = []
    for sale in found:
        before, after = changes[sale.pk]
        if grown(sale) != after or sale.corrections.filter(at__gte=file.applied_at).exists():
            stayed += 1
            continue
        if before is None:
            gone.append(sale.pk)
            before = [sale.units, 0, 0]
        sale.refunded_before, sale.refunded_after, sale.redeemed = before
        sale.redeemed_at = sale.redeemed_at if sale.redeemed else None
        sale.save(update_fields=["refunded_before", "refunded_after", "redeemed", "redeemed_at"])
    for deal in deals:
        fit(deal, clock.now(), by)
    DealSale.objects.filter(pk__in=gone).delete()
    return stayed
