"""manage.py statement SLUG [CONTRACT MONTH] [--issue USERNAME] [--in-part] [--json]"""

import datetime as dt
import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kpis.clients import contracts, statement_figures, statements
from kpis.templatetags.statements import rate
from opsplan.lib.money import yuan
from staff.models import User
from staff.roles import Action
from stores.management.asked import find_store
from stores.models import Contract


class Command(BaseCommand):
    help = "List a store's contracts, or reckon a contract's statement of a month, and issue it if asked to."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument("contract", metavar="CONTRACT", type=int, nargs="?", help="its number, as listed")
        parser.add_argument("month", metavar="MONTH", nargs="?", help="like 2026-11")
        parser.add_argument("--issue", metavar="USERNAME", help="issue it in the name of this person")
        parser.add_argument("--in-part", action="store_true", help="issue it although days are missing in the sales")
        parser.add_argument("--json", action="store_true", help="everything it tells")

    def handle(self, *_args: Any, **options: Any) -> None:
        store = find_store(options["store"])
        found = Contract.objects.filter(stores=store).select_related("brand").prefetch_related("stores")
        if options["contract"] is None:
            self.listed(list(found))
            return
        contract = found.filter(pk=options["contract"]).first()
        if contract is None:
            raise CommandError(_("%s has no such contract.") % store.slug, returncode=2)
        by = issuer(contract, options["issue"]) if options["issue"] else None
        try:
            made = statements.make(contract, month_of(options["month"]), by)
            if by and made.issued_at is None:
                made = statements.issue(made, by, in_part=options["in_part"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=2) from error
        self.tell(statement_figures.told(made), as_json=options["json"])

    def listed(self, found: list[Contract]) -> None:
        for each in found:
            waiting = ", ".join(f"{x.first:%Y-%m}" for x in statements.waiting(each, statements.today_of(each)))
            last = each.last or ""
            self.stdout.write(f"{each.pk}  {each.brand} · {each.title}  {each.first} – {last}  {waiting}".rstrip())

    def tell(self, told: statement_figures.Told, *, as_json: bool) -> None:
        made, account = told.statement, told.account
        if as_json:
            state = statements.state_of(made, statements.today_of(made.contract))
            self.stdout.write(json.dumps({**statement_figures.kept(told), "state": state}, ensure_ascii=False))
            return
        self.stdout.write(f"{made.contract.brand} · {made.contract.title} · {made.first} – {made.last}")
        for share in told.shares:
            value = share.figures[told.basis].value
            self.stdout.write(f"{told.basis}  {share.name}  {'—' if value is None else f'{value:,.2f}'}")
        told_of = [(_("Basic fee"), amount(account.fee_fen))]
        for step in account.steps:
            reckoned = f"{amount(step.base_fen)} × {yuan(step.rate_bp)}%"
            told_of.append((_("Commission"), f"{reckoned}  {amount(step.commission_fen)}"))
        if told.terms.guarantee:
            told_of.append((_("Guarantee"), amount(account.added_fen)))
        if told.terms.cap_fen:
            told_of.append((_("Cap"), amount(None if account.cut_fen is None else -account.cut_fen)))
        told_of += [(line.reason, amount(line.amount_fen)) for line in told.lines]
        if told.terms.tax_bp:
            told_of += [(_("Net"), amount(told.net_fen)), (_("Tax %s") % rate(told.terms.tax_bp), amount(told.tax_fen))]
        total = _("Gross") if told.terms.tax_bp else _("Total")
        told_of.append((total, f"{amount(told.total_fen)} {told.currency}"))
        for name, text in told_of:
            self.stdout.write(f"{name}  {text}")


def amount(amount_fen: int | None) -> str:
    return "—" if amount_fen is None else f"{yuan(amount_fen):,.2f}"


def month_of(text: str | None) -> dt.date:
    try:
        return dt.date.fromisoformat(f"{text or ''}-01")
    except ValueError:
        raise CommandError(_("Give a month, written like 2026-11."), returncode=2) from None


def issuer(contract: Contract, name: str) -> User:
    user = User.objects.filter(username=name, is_active=True).first()
    opened = contracts.stores_open(user, Action.MANAGE_CONTRACTS) if user else {}
    if user is None or any(x.pk not in opened for x in contract.stores.all()):
        raise CommandError(_("%s may not issue statements of this contract.") % name, returncode=2)
    return user
