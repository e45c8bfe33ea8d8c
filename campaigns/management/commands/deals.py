"""Group deals at the terminal: `manage.py deals lotus`, `manage.py deals lotus --tell 12 orders.csv`,
`manage.py deals --advance` (what beat does every minute)."""

import csv
import datetime as dt
import json
from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from campaigns import tasks
from campaigns.deal_forms import moment
from campaigns.groupbuy import correcting, dealing, reading
from campaigns.groupbuy.dealing import Told
from campaigns.models import GroupDeal
from campaigns.typing_in import amount_of, whole_of
from campaigns.wording import yuan
from opsplan.lib.money import fen
from staff.models import User
from stores import currency
from stores.management.asked import find_store
from stores.models import Store

COUNTS = ("refunded_before", "refunded_after", "redeemed")


class Command(BaseCommand):
    help = "List a store's group deals, tell of orders from a file, or let the clock move every deal on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("store", nargs="?", help="short name of the store")
        parser.add_argument("--state", choices=list(dict(reading.COLUMNS)), default="", help="a column of the board")
        parser.add_argument("--json", action="store_true", help="as JSON, for programs")
        parser.add_argument("--advance", action="store_true", help="take every step that is due, in every store")
        parser.add_argument(
            "--tell", nargs=2, metavar=("DEAL", "FILE"), help="a deal's number and a CSV: key,sku,units,at[,refunded_"
            "before,refunded_after,redeemed,buyer]; the same file again changes nothing",
        )  # fmt: skip

        parser.add_argument(
            "--correct", nargs="+", metavar="…", help="a deal's number, the number of an order and FIELD=VALUE… of: "
            "sku, units, paid, given_back (yuan), at, refunded_before, refunded_after, redeemed, or `strike`",
        )  # fmt: skip
        parser.add_argument("--reason", default="", help="why it is corrected")
        parser.add_argument("--by", default="", help="who corrects it (a log-in name)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["advance"]:
            self.stdout.write(_("Deals that moved on: %s") % tasks.advance_deals())
            return
        if options["store"] is None:
            raise CommandError(_("Say which store by its short name, or --advance for all."), returncode=2)
        store = find_store(options["store"])
        if options["tell"]:
            self.tell(store, *options["tell"])
            return
        if options["correct"]:
            self.correct(store, options["correct"], options["reason"], options["by"])
            return
        cards = reading.cards(reading.of_store(store, column=options["state"])[:500])
        if options["json"]:
            self.stdout.write(json.dumps([row(card) for card in cards], ensure_ascii=False))
            return
        with currency.override(store.currency):
            for card in cards:
                live, deal = card.live, card.deal
                self.stdout.write(
                    f"{deal.pk:>6}  {deal.state:<10}  {deal.site.name}  {deal.name}  "
                    f"{live.sold}+{live.kept}/{live.quota}  {yuan(live.sold_fen)}"
                )

    def deal(self, store: Store, number: str) -> GroupDeal:
        deal = GroupDeal.objects.filter(store=store, pk=int(number) if number.isdecimal() else 0).first()
        if deal is None:
            raise CommandError(_("There is no deal %s.") % number, returncode=2)
        return deal

    def correct(self, store: Store, words: list[str], why: str, name: str) -> None:
        """DEAL ORDER FIELD=VALUE…, or DEAL ORDER strike."""
        deal, key = self.deal(store, words[0]), words[1] if len(words) > 1 else ""
        sale = deal.sales.filter(key=key).first()
        by = User.objects.filter(username=name).first()
        if sale is None:
            raise CommandError(_("There is no order %s.") % (key or "—"), returncode=2)
        if name and by is None:
            raise CommandError(_("There is nobody called %s.") % name, returncode=2)
        try:
            if words[2:] == ["strike"]:
                done = correcting.strike(deal, sale.pk, why, by)
            else:
                done = correcting.correct(deal, sale.pk, dict(wanted(store, x) for x in words[2:]), why, by)
        except ValidationError as error:
            raise CommandError("\n".join(error.messages), returncode=2) from error
        tasks.told(store, done.days)
        self.stdout.write(_("Saved.") if done.days else _("Nothing changed."))

    def tell(self, store: Store, number: str, name: str) -> None:
        deal = self.deal(store, number)
        try:
            answer = dealing.record(deal, lines_of(store, name))
        except ValidationError as error:
            raise CommandError("\n".join(error.messages), returncode=2) from error
        tasks.told(store, answer.days)
        said = {"new": len(answer.new), "changed": len(answer.changed), "same": len(answer.same)}
        self.stdout.write(_("%(new)s new, %(changed)s changed, %(same)s the same") % said)
        if answer.short:
            self.stdout.write(_("No stock is left, to be refunded: %s") % ", ".join(answer.short))


def lines_of(store: Store, name: str) -> list[Told]:
    """All lines of a CSV file; a CommandError names what is wrong and where."""
    told = []
    try:
        with Path(name).open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            for one in rows:
                told.append(told_from(store, one))
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}", returncode=2) from error
    except KeyError as error:
        words = {"file": name, "column": error.args[0]}
        raise CommandError(_("%(file)s has no column “%(column)s”.") % words, returncode=2) from error
    except UnicodeDecodeError as error:
        raise CommandError(_("%s is not written in UTF-8.") % name, returncode=2) from error
    except (ValueError, TypeError, OverflowError) as error:
        words = {"file": name, "line": rows.line_num}
        said = _("%(file)s, line %(line)s: at has to be a time like 2026-11-11T20:00, the counts whole numbers.")
        raise CommandError(said % words, returncode=2) from error
    return told


def row(card: reading.Card) -> dict[str, Any]:
    live, deal = card.live, card.deal
    return {
        "id": deal.pk, "name": deal.name, "site": deal.site.name, "state": deal.state, "quota": live.quota,
        "sold": live.sold, "held": live.kept, "remaining": live.remaining, "short": live.short,
    }  # fmt: skip


def wanted(store: Store, word: str) -> tuple[str, Any]:
    """FIELD=VALUE of a correction."""
    name, _equals, text = word.partition("=")
    if name in ("paid", "given_back"):
        return {"paid": "paid_fen", "given_back": "back_fen"}[name], fen(amount_of(text) or Decimal(0))
    if name == "at":
        return name, moment(store, text)
    if name in ("units", "redeemed", "refunded_before", "refunded_after"):
        return name, whole_of(text) or 0
    if name in ("sku", "key"):
        return name, text
    raise CommandError(_("There is no field %s.") % name, returncode=2)


def told_from(store: Store, one: dict[str, str]) -> Told:
    """A row of the file; an instant without an offset is the store's time. KeyError, ValueError."""
    at = dt.datetime.fromisoformat(one["at"])
    at = (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(store.timezone))).astimezone(dt.UTC)
    before, after, redeemed = (int(one.get(name) or 0) for name in COUNTS)
    return Told(one["key"], one["sku"], int(one["units"]), at, None, one.get("buyer") or "", before, after, redeemed)
