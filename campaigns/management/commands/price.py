"""What a basket costs: `manage.py price lotus A=2 B=1 --vip 1 --json`."""

import json
from argparse import ArgumentParser
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from campaigns import calculator
from campaigns.deal_forms import moment
from campaigns.models import Campaign
from campaigns.offers.kinds import Buyer
from campaigns.typing_in import amount_of
from campaigns.wording import yuan
from opsplan.lib import clock
from opsplan.lib.money import fen, in_yuan
from stores import currency
from stores.management.asked import find_store


class Command(BaseCommand):
    help = "Price a basket: every step as a receipt, and the margin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument(
            "lines", nargs="+", metavar="CODE=PIECES", help="merchant code of an SKU and how many of it"
        )
        parser.add_argument("--at", help="instant in the store's time, YYYY-MM-DDTHH:MM; now unless told")
        parser.add_argument("--campaign", type=int, help="also the offers of this campaign, planned or not")
        parser.add_argument("--vip", type=int, default=0, help="the buyer's VIP level; 0: none")
        parser.add_argument("--new", action="store_true", help="a new customer")
        parser.add_argument("--card", action="store_true", help="has the free-shipping card")
        parser.add_argument("--group", action="store_true", help="buys in a group")
        parser.add_argument("--points", default="", help="what the buyer's points are worth, in the store's currency")
        parser.add_argument("--addons", action="store_true", help="takes every add-on the basket earns")
        parser.add_argument("--json", action="store_true", help="as JSON, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        store = find_store(options["store"])
        zone = ZoneInfo(store.timezone)
        campaign = None
        lines = [line_of(text) for text in options["lines"]]
        if options["campaign"]:
            campaign = Campaign.objects.filter(store=store, pk=options["campaign"]).first()
            if campaign is None:
                raise CommandError(_("There is no such campaign."), returncode=2)
        with_addons = options["addons"]
        try:
            at = moment(store, options["at"]) if options["at"] else clock.now()
            day = at.astimezone(zone).date()
            points = fen(amount_of(options["points"]) or Decimal(0))
            buyer = Buyer(options["vip"], options["new"], options["card"], options["group"], points)
            found = calculator.price(store, lines, at, buyer, day=day, campaign=campaign, with_addons=with_addons)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages), returncode=2) from error
        with currency.override(store.currency):
            self.tell(calculator.told(found), as_json=options["json"])

    def tell(self, told: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(in_yuan(told), ensure_ascii=False, indent=2))
            return
        self.stdout.write(f"{yuan(told['list_fen']):>12}")
        for step in told["steps"]:
            self.stdout.write(f"{'-' + yuan(step['off_fen']):>12}  {step['offer']} {step['said']}")
        for extra in told["extras"]:
            what = _("add-on") if extra["price_fen"] else _("gift")
            self.stdout.write(f"{'+' + yuan(extra['price_fen']):>12}  {extra['units']} × {extra['item']} {what}")
        if told["freight_fen"] or told["free_freight_by"]:
            freight = " ".join(filter(None, (_("Freight"), told["free_freight_by"])))
            self.stdout.write(f"{'+' + yuan(told['freight_fen']):>12}  {freight}")
        self.stdout.write(f"{yuan(told['payable_fen']):>12}  =")
        for text in calculator.lacks(told):
            self.stdout.write(text)


def line_of(text: str) -> tuple[str, int]:
    """A line of the basket, CODE=PIECES."""
    code, _equals, pieces = text.rpartition("=")
    if not code or not pieces.isdecimal():
        raise CommandError(
            _("Write each line as CODE=PIECES, like A-RED-M=2; this is not one: %s") % text, returncode=2
        )
    return code, int(pieces)
