"""Settling a deal: what the site and the bills say, signing the sheet, what came in of the instalments."""

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.groupbuy.dealing import advance
from campaigns.groupbuy.settlement import REAL
from campaigns.groupbuy.settlement import instalments as shared
from campaigns.groupbuy.sheets import SAID, sheet
from campaigns.models import GroupDeal, Instalment, Settlement, SettlementLine
from opsplan.fitting import fitting
from opsplan.lib import clock
from staff.models import User

SETTLES = (GroupDeal.State.FULFILLING, GroupDeal.State.MISSED)
USUAL_DAYS = 7


def settlement_of(deal: GroupDeal) -> Settlement:
    """The deal's settlement row, made with the first figure of it, locked. ValidationError once it is signed."""
    Settlement.objects.get_or_create(deal=deal, defaults={"made_at": clock.now()})
    found = Settlement.objects.select_for_update().get(deal=deal)
    if found.signed_at is not None:
        raise ValidationError(_("The settlement is signed: it stays as it is."))
    return found


@transaction.atomic
def set_figures(
    deal: GroupDeal, site_fen: int | None, said: Mapping[str, int | None], billed: Mapping[str, int | None], note: str
) -> Settlement:
    """What the site says in sums (names of SAID and fees), what was really paid (names of REAL); None = not told."""
    found = settlement_of(deal)
    found.site_fen, found.note = site_fen, fitting("note", note, 2000)
    found.said = {k: v for k, v in said.items() if v is not None and k in (*SAID, "fees")}
    found.billed = {k: v for k, v in billed.items() if v is not None and k in REAL}
    found.save(update_fields=["site_fen", "note", "said", "billed"])
    return found


@transaction.atomic
def sign(deal: GroupDeal, by: User) -> Settlement:
    """Keep the sheet as it stands now, with what is due when. ValidationError while the deal still sells, or where a
    difference has no note."""
    if advance(deal):  # beat may be late
        deal.refresh_from_db(fields=["state"])
    found = settlement_of(deal)
    if deal.state not in SETTLES:
        raise ValidationError(_("The deal is not over yet."))
    told = sheet(deal)
    if told.difference_fen and not found.note:
        raise ValidationError(_("The site says another figure: write down what was agreed before signing."))
    found.receivable_fen, found.profit_fen = told.receivable_fen, told.profit_fen
    found.signed_by, found.signed_at = by, clock.now()
    found.save(update_fields=["receivable_fen", "profit_fen", "signed_by", "signed_at"])
    found.lines.all().delete()
    kept = [*told.lines, *told.costs[1:], *told.causes]
    SettlementLine.objects.bulk_create(
        SettlementLine(
            settlement=found, cause=x.cause, units=x.units, ours_fen=x.ours_fen, site_fen=x.site_fen,
            keys=list(x.keys), note=x.note,
        )
        for x in kept
    )  # fmt: skip
    plan(found, told.receivable_fen)
    return found


def plan(settlement: Settlement, receivable_fen: int) -> None:
    """The instalments agreed, counted from the local day the deal closed."""
    deal = settlement.deal
    shares = deal.instalments or [[10_000, USUAL_DAYS]]
    closed = deal.closes_at.astimezone(ZoneInfo(deal.store.timezone)).date()
    amounts = shared(receivable_fen, [share for share, _days in shares])
    settlement.instalments.all().delete()
    Instalment.objects.bulk_create(
        Instalment(settlement=settlement, number=n, due_on=closed + dt.timedelta(days=days), due_fen=fen)
        for n, (fen, (_share, days)) in enumerate(zip(amounts, shares, strict=True), start=1)
    )


@transaction.atomic
def receive(deal: GroupDeal, number: int, fen: int, day: dt.date, note: str = "") -> Instalment:
    """What has come in of an instalment in all, and when. ValidationError for one that is not there."""
    found = Instalment.objects.select_for_update().filter(settlement__deal=deal, number=number).first()
    if found is None:
        raise ValidationError(_("There is no such instalment."))
    found.received_fen, found.received_on, found.note = fen, day, fitting("note", note, 200)
    found.save(update_fields=["received_fen", "received_on", "note"])
    return found


def open_fen(deal: GroupDeal) -> int:
    """What is still to come in, over all instalments."""
    told = Instalment.objects.filter(settlement__deal=deal).values_list("due_fen", "received_fen")
    return sum(due - came for due, came in told)


def day_of(text: str) -> dt.date:
    """A local day as typed. ValidationError."""
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise ValidationError(_("Give a day as YYYY-MM-DD.")) from None
