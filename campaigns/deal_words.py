"""A group deal as a text for the group (团购文案): what it sells at which price, how many, until when."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from campaigns.groupbuy import tiers
from campaigns.models import DealLine, GroupDeal
from campaigns.wording import yuan


def text(deal: GroupDeal, lines: Sequence[DealLine]) -> str:
    zone = ZoneInfo(deal.store.timezone)
    opens, closes = (f"{x.astimezone(zone):%m-%d %H:%M}" for x in (deal.opens_at, deal.closes_at))
    said = [f"【{deal.name}】", _("%(opens)s to %(closes)s") % {"opens": opens, "closes": closes}]
    said += [line for each in lines for line in of_line(each)]
    if any(each.tiers for each in lines):
        said.append(_("Everybody pays the price of the tier reached; what was paid above it is given back."))
    if deal.minimum:
        by = f"{deal.form_by.astimezone(zone):%m-%d %H:%M}"
        said.append(_("The deal stands with %(n)s buyers by %(at)s; otherwise all is refunded.") % {
            "n": deal.minimum, "at": by,
        })  # fmt: skip
    if deal.limit:
        said.append(_("At most %s pieces a buyer.") % deal.limit)
    return "\n".join(said)


def of_line(line: DealLine) -> list[str]:
    name = f"{line.sku.product.title} {line.sku.name}".strip()
    quota = _("%s pieces in all") % line.quota
    if not line.tiers:
        return [f"· {name} {yuan(line.price_fen)} ({quota})"]
    steps = [f"  {pieces(each)} {yuan(each.price_fen)}" for each in tiers.tiers(line.price_fen, line.tiers)]
    return [f"· {name} ({quota})", *steps]


def pieces(tier: tiers.Tier) -> str:
    if tier.until is None:
        return _("from %s pieces") % tier.pieces
    return _("%(first)s–%(last)s pieces") % {"first": tier.pieces, "last": tier.until}
