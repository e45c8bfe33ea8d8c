"""An order of a group deal that was typed wrongly, or of which a part goes back: by whom, why, and what stood there.

What sites and files tell of an order only grows (`dealing.tell`); here a person says otherwise, and the stock ledger,
the settlement and the figures follow.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.groupbuy import states
from campaigns.groupbuy.dealing import SELLING, Told, buyer_digest, check, locked, refund_all, tick
from campaigns.groupbuy.ledger import fit
from campaigns.groupbuy.result_apply import refuse_signed
from campaigns.models import DealCorrection, DealLine, DealSale, GroupDeal
from opsplan.fitting import fitting
from opsplan.lib import clock
from products.stock import local_day
from staff.models import User

FIELDS = {  # what may be corrected: its name outside -> its column
    "key": "key", "sku": "line", "units": "units", "paid_fen": "paid_fen", "at": "at", "refunded_before":
    "refunded_before", "refunded_after": "refunded_after", "redeemed": "redeemed", "back_fen": "back_fen", "buyer":
    "buyer",
}  # fmt: skip


@dataclass
class Corrected:
    """sale: as it stands now, None where it was struck out. days: the local days whose figures change. short: pieces
    that nothing is left for."""

    sale: DealSale | None
    days: set[dt.date] = field(default_factory=set)
    short: int = 0


def standing(sale: DealSale) -> dict[str, Any]:
    """The fields that may be corrected, as JSON keeps them."""
    found = {name: getattr(sale, column) for name, column in FIELDS.items()}
    return found | {"sku": sale.line.sku.code, "at": sale.at.isoformat()}


def under_correction(deal: GroupDeal, sale: int, why: str) -> tuple[GroupDeal, DealSale, dt.datetime]:
    """The deal, locked, and its order. ValidationError: no reason, settled already, or not there."""
    if not why.strip():
        raise ValidationError({"reason": _("Say why.")})
    mine, now = locked(deal), clock.now()
    tick(mine, now)
    refuse_signed({mine.pk})
    if mine.state not in SELLING:
        raise ValidationError(_("A deal that is settled stays as it is."))
    found = mine.sales.select_related("line__sku").filter(pk=sale).first()
    if found is None:
        raise ValidationError(_("This is not there any more."))
    return mine, found, now


def withdraw(deal: GroupDeal, sale: DealSale, now: dt.datetime, by: User | None) -> None:
    """Take an order out of the stock ledger, as if it had been refunded before shipping."""
    sale.refunded_before, sale.refunded_after, sale.redeemed, sale.back_fen = sale.units, 0, 0, 0
    sale.save()
    fit(deal, now, by)
    sale.refresh_from_db()


def days_of(deal: GroupDeal, *moments: dt.datetime | None) -> set[dt.date]:
    return {local_day(x, deal.store.timezone) for x in moments if x}


@transaction.atomic
def correct(deal: GroupDeal, sale: int, wanted: Mapping[str, Any], why: str, by: User | None) -> Corrected:
    """Make the order say what `wanted` says of FIELDS (at: an instant; buyer: a name, of which a digest is kept); what
    is not named stays. All the same: nothing is done. ValidationError: it cannot be true, or see above."""
    mine, there, now = under_correction(deal, sale, why)
    before = standing(there)
    after = before | dict(wanted)
    if isinstance(after["at"], dt.datetime):
        after["at"] = after["at"].isoformat()
    if "buyer" in wanted:
        after["buyer"] = buyer_digest(mine, str(wanted["buyer"]))
    after["key"] = fitting("key", str(after["key"]), 60)
    if mine.state in states.OFF:  # a deal that came to nothing refunds every unit
        after["refunded_before"] = max(0, after["units"] - after["refunded_after"])
    changed = [name for name in FIELDS if before[name] != after[name]]
    if not changed:
        return Corrected(there)
    lines = {line.sku.code: line for line in mine.lines.select_related("sku")}
    agrees(mine, there, lines, after, now)
    days = days_of(mine, there.at, there.redeemed_at, now, dt.datetime.fromisoformat(after["at"]))
    if "sku" in changed:
        withdraw(mine, there, now, by)
    for name, column in FIELDS.items():
        value = {"sku": lines[after["sku"]], "at": dt.datetime.fromisoformat(after["at"])}.get(name, after[name])
        setattr(there, column, value)
    there.redeemed_at = (there.redeemed_at or now) if there.redeemed else None
    there.save()
    if mine.state in states.OFF:
        refund_all(mine)
    fit(mine, now, by)
    there.refresh_from_db()
    write(mine, there, by, why, now, {x: before[x] for x in changed}, {x: after[x] for x in changed}, before["key"])
    return Corrected(there, days, there.short)


def agrees(
    deal: GroupDeal, sale: DealSale, lines: Mapping[str, DealLine], after: Mapping[str, Any], now: dt.datetime
) -> None:
    """ValidationError: the order cannot be like this."""
    told = Told(
        after["key"], after["sku"], after["units"], dt.datetime.fromisoformat(after["at"]), after["paid_fen"], "",
        after["refunded_before"], after["refunded_after"], after["redeemed"], back_fen=after["back_fen"],
    )  # fmt: skip
    check(deal, lines, told, now)
    if deal.sales.filter(key=told.key).exclude(pk=sale.pk).exists():
        raise ValidationError(_("The deal has another order %(key)s.") % {"key": told.key})
    kept = told.units - told.before - told.after
    if told.back_fen > (after["paid_fen"] * kept) // told.units:
        raise ValidationError(_("%(key)s: more is given back than was paid for the pieces kept.") % {"key": told.key})


def refund(
    deal: GroupDeal, sale: int, why: str, by: User | None, *, before: int = 0, after: int = 0, back_fen: int = 0
) -> Corrected:
    """Give a part back: so many more pieces before or after shipping, so much more money without a piece."""
    if min(before, after, back_fen) < 0 or not (before or after or back_fen):
        raise ValidationError(_("Say how many pieces or how much money goes back."))
    with transaction.atomic():
        _mine, there, _now = under_correction(deal, sale, why)
        wanted = {
            "refunded_before": there.refunded_before + before,
            "refunded_after": there.refunded_after + after,
            "back_fen": there.back_fen + back_fen,
        }
        return correct(deal, sale, wanted, why, by)


@transaction.atomic
def strike(deal: GroupDeal, sale: int, why: str, by: User | None) -> Corrected:
    """The order never was: it goes from the ledger and the list, and only its history stays."""
    mine, there, now = under_correction(deal, sale, why)
    before = standing(there)
    days = days_of(mine, there.at, there.redeemed_at, now)
    withdraw(mine, there, now, by)
    write(mine, None, by, why, now, before, {}, before["key"])
    mine.corrections.filter(sale=there).update(sale=None)
    there.delete()
    return Corrected(None, days)


def write(
    deal: GroupDeal, sale: DealSale | None, by: User | None, why: str, at: dt.datetime, before: dict[str, Any],
    after: dict[str, Any], key: str,
) -> None:  # fmt: skip
    DealCorrection.objects.create(
        deal=deal, sale=sale, key=key, by=by, at=at, why=fitting("reason", why, 300), before=before, after=after
    )
