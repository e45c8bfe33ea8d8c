"""Group deals at the terminal: `manage.py deals lotus`, `manage.py deals lotus --tell 12 orders.csv`,
`manage.py deals --advance` (what beat does every minute)."""

import csv
import datetime as dt
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from campaigns import tasks
from campaigns.groupbuy import dealing, reading
from campaigns.groupbuy.dealing import Told
from campaigns.models import GroupDeal
from campaigns.wording import yuan
from stores.models import Store

COUNTS = ("refunded_before", "refunded_after", "redeemed")


class Command(BaseCommand):
    help = "List a store's group deals, tell of orders from a file, or let the clock move every deal on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("store", nargs="?", help="short name of the store")
        parser.add_argument("--state", choices=list(dict(reading.COLUMNS)), default="", help="a column of the board")
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--advance", action="store_true", help="take every step that is due, in every store")
        parser.add_argument(
            "--tell", nargs=2, metavar=("DEAL", "FILE"), help="a deal's number and a CSV: key,sku,units,at[,refunded_"
            "before,refunded_after,redeemed,buyer]; the same file again changes nothing",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        if options["advance"]:
            self.stdout.write(_("Deals that moved on: %s") % tasks.advance_deals())
            return
        store = Store.objects.filter(slug=options["store"]).first()
        if store is None:
            raise CommandError(_("There is no store %s.") % options["store"])
        if options["tell"]:
            self.tell(store, *options["tell"])
            return
        cards = reading.cards(reading.of_store(store, column=options["state"])[:500])
        if options["json"]:
            self.stdout.write(json.dumps([row(card) for card in cards], ensure_ascii=False))
            return
        for card in cards:
            live, deal = card.live, card.deal
            self.stdout.write(
                f"{deal.pk:>6}  {deal.state:<10}  {deal.site.name}  {deal.name}  "
                f"{live.sold}+{live.kept}/{live.quota}  {yuan(live.sold_fen)}"
            )

    def tell(self, store: Store, number: str, name: str) -> None:
        deal = GroupDeal.objects.filter(store=store, pk=int(number) if number.isdecimal() else 0).first()
        if deal is None:
            raise CommandError(_("There is no deal %s.") % number)
        try:
            with Path(name).open(encoding="utf-8-sig", newline="") as file:
                told = [told_from(store, one) for one in csv.DictReader(file)]
            answer = dealing.record(deal, told)
        except (OSError, KeyError, ValueError) as error:
            raise CommandError(f"{name}: {error}") from error
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        tasks.told(store, answer.days)
        said = {"new": len(answer.new), "changed": len(answer.changed), "same": len(answer.same)}
        self.stdout.write(_("%(new)s new, %(changed)s changed, %(same)s the same") % said)
        if answer.short:
            self.stdout.write(_("No stock is left, to be refunded: %s") % ", ".join(answer.short))


def row(card: reading.Card) -> dict[str, Any]:
    live, deal = card.live, card.deal
    return {
        "id": deal.pk, "name": deal.name, "site": deal.site.name, "state": deal.state, "quota": live.quota,
        "sold": live.sold, "held": live.kept, "remaining": live.remaining, "short": live.short,
    }  # fmt: skip


def told_from(store: Store, one: dict[str, str]) -> Told:
    """A row of the file; an instant without an offset is the store's time. KeyError, ValueError."""
    at = dt.datetime.fromisoformat(one["at"])
    at = (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(store.timezone))).astimezone(dt.UTC)
    before, after, redeemed = (int(one.get(name) or 0) for name in COUNTS)
    return Told(one["key"], one["sku"], int(one["units"]), at, None, one.get("buyer") or "", before, after, redeemed)
