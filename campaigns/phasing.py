"""The phases of a campaign with their shares of its goal, as `campaigns.rhythm` wants them."""

from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from campaigns import rhythm
from campaigns.models import Campaign
from campaigns.rhythm import Span
from campaigns.rules import rules_of_store, window
from stores.models import Store


def usual_shares(store: Store) -> dict[str, int]:
    """Percent by phase: as the store has set them, else ours."""
    own: dict[str, int] = rules_of_store(store).shares
    return rhythm.USUAL | own


def is_unconfirmed(store: Store) -> bool:
    """Nobody of the store has set the usual shares."""
    return not rules_of_store(store).shares


def check_shares(own: Mapping[str, Decimal | None]) -> None:
    """ValidationError: shares that were typed for a campaign cannot be 100 % in all."""
    if any(share is not None and share < 0 for share in own.values()):
        raise ValidationError({"shares": _("A share of the goal cannot be below 0.")})
    try:
        rhythm.shares(own, rhythm.USUAL)
    except ValueError as error:
        text = _("The shares of the phases make %(sum)s %%; they must be 100 %% in all.")
        raise ValidationError({"shares": text % {"sum": str(error)}}) from error


def spans_of(campaign: Campaign) -> list[Span]:
    """Its phases within its days, with their shares; [] without phases."""
    start, end = window(campaign)
    phases = [phase for phase in campaign.phases.all() if phase.starts_at < end and phase.ends_at > start]
    if not phases:
        return []
    own = {phase.kind: phase.share for phase in phases}
    try:
        told = rhythm.shares(own, usual_shares(campaign.store))
    except ValueError:  # the campaign was cut short since: what was typed counts in proportion
        told = {kind: share or Decimal(0) for kind, share in own.items()}
    return [
        Span(x.kind, max(x.starts_at, start), min(x.ends_at, end), told[x.kind], x.share is not None) for x in phases
    ]
