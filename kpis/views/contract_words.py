"""Contracts and statements in the reader's language: terms, states, the arithmetic line by line."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpis.clients.statement_figures import Share, Told
from kpis.templatetags.statements import fen, rate
from kpis.views.words import labels
from stores import fees
from stores.models import Contract

STATES: dict[str, Promise] = {
    "open": gettext_lazy("draft"),
    "issued": gettext_lazy("issued"),
    "overdue": gettext_lazy("payment overdue"),
    "paid": gettext_lazy("has been paid"),
    "withdrawn": gettext_lazy("withdrawn"),
}
TONES = {"open": "", "issued": "info", "overdue": "bad", "paid": "good", "withdrawn": "warn"}
GUARANTEES: dict[str, Promise] = {
    "higher": gettext_lazy("at least %(amount)s of commission"),
    "total": gettext_lazy("at least %(amount)s in all"),
    "sum": gettext_lazy("%(amount)s guaranteed beside the commission"),
}


@dataclass(frozen=True)
class Item:
    """A line of the arithmetic: what, how it was reckoned, and the amount (None: not known)."""

    text: str
    how: str
    amount_fen: int | None
    is_total: bool = False


def tier_words(from_fen: int, until_fen: int | None, rate_bp: int) -> str:
    said = {"first": fen(from_fen), "until": fen(until_fen) if until_fen is not None else "", "rate": rate(rate_bp)}
    if until_fen is None:
        return _("from %(first)s: %(rate)s") % said
    return _("from %(first)s to under %(until)s: %(rate)s") % said


def tiers_words(contract: Contract) -> list[str]:
    ends = [*(each[0] for each in contract.tiers[1:]), None]
    return [tier_words(start, end, share) for (start, share), end in zip(contract.tiers, ends, strict=False)]


def terms_words(contract: Contract) -> list[tuple[str, list[str]]]:
    """(name, lines) of what was agreed."""
    names, guarantee = labels(), GUARANTEES.get(contract.guarantee)
    found = [(_("Basic fee a month"), [fen(contract.fee_fen) if contract.fee_fen else _("no basic fee")])]
    if contract.tiers:
        how = str(dict(Contract.Commission.choices)[contract.commission])
        found.append((_("Commission on %s") % names[contract.basis], [*tiers_words(contract), how]))
    if guarantee:
        found.append((_("Guarantee"), [str(guarantee) % {"amount": fen(contract.guarantee_fen)}]))
    if contract.cap_fen:
        found.append(
            (_("Cap a month"), [_("fee, commission and guarantee come to at most %s") % fen(contract.cap_fen)])
        )
    if contract.tax_bp:
        found.append((_("Tax"), [_("%s on all that is owed") % rate(contract.tax_bp)]))
    found.append((_("Parts of a month"), [str(dict(Contract.Part.choices)[contract.part_months])]))
    found.append((_("Time to pay"), [_("%d days after it is issued") % contract.pay_days]))
    return found


def arithmetic(told: Told) -> list[Item]:
    """The statement from the fee down to its total, each line with its numbers."""
    account, terms = told.account, told.terms
    days = {"days": account.days, "of": account.of_days}
    part = account.days != account.of_days
    items = []
    if terms.fee_fen:
        how = _("%(fee)s × %(days)s of %(of)s days") % {**days, "fee": fen(terms.fee_fen)} if part else ""
        how = how if terms.by_days else ""
        items.append(Item(_("Basic fee"), how, account.fee_fen))
    if terms.tiers:
        items += commission(told)
    if terms.guarantee and account.added_fen is None:
        items.append(Item(_("Guarantee"), "", None))
    elif terms.guarantee:
        items.append(Item(_("Guarantee"), guarantee_words(terms, account), account.added_fen))
    if terms.cap_fen:
        items.append(Item(_("Cap"), cap_words(account), None if account.cut_fen is None else -account.cut_fen))
    items += [Item(x.reason, _("carried over") if x.of else _("by hand"), x.amount_fen) for x in told.lines]
    if not terms.tax_bp:
        return [*items, Item(_("Total"), "", told.total_fen, is_total=True)]
    how = f"{fen(told.net_fen)} × {rate(terms.tax_bp)}"
    return [
        *items,
        Item(_("Net"), _("before tax"), told.net_fen, is_total=True),
        Item(_("Tax %s") % rate(terms.tax_bp), how, told.tax_fen),
        Item(_("Gross"), _("with tax"), told.total_fen, is_total=True),
    ]


def commission(told: Told) -> list[Item]:
    base, name = told.account.base_fen, _("Commission")
    if base is None:
        return [Item(name, _("the sales are not known"), None)]
    if base < 0:
        return [Item(name, _("sales below zero bring none"), 0)]
    if not told.account.steps:
        return [Item(name, _("the first tier is not reached"), 0)]
    scaled = told.account.days != told.account.of_days and told.terms.by_days
    note = _("tiers of %(days)s of %(of)s days") % {"days": told.account.days, "of": told.account.of_days}
    return [
        Item(
            f"{name} {tier_words(x.from_fen, x.until_fen, x.rate_bp)}",
            f"{fen(x.base_fen)} × {rate(x.rate_bp)}" + (f" · {note}" if scaled else ""),
            x.commission_fen,
        )
        for x in told.account.steps
    ]


def cap_words(account: fees.Account) -> str:
    told = {"cap": fen(account.cap_fen), "sum": fen((account.owed_fen or 0) + (account.cut_fen or 0))}
    if account.owed_fen is None:
        return ""
    return _("%(sum)s, at most %(cap)s") % told if account.cut_fen else _("%(cap)s is not reached") % told


def guarantee_words(terms: fees.Terms, account: fees.Account) -> str:
    told = {"guarantee": fen(account.guarantee_fen), "fee": fen(account.fee_fen), "made": fen(account.commission_fen)}
    if terms.guarantee == fees.SUM:
        return str(_("beside the commission"))
    if not account.added_fen:
        return _("%(guarantee)s is reached") % told
    if terms.guarantee == fees.TOTAL:
        return _("%(guarantee)s − %(fee)s − %(made)s") % told
    return _("%(guarantee)s − %(made)s") % told


def days_words(first: dt.date, last: dt.date | None) -> str:
    return f"{first} – {last}" if last else _("from %s") % first


def agreed(told: Told) -> dict[str, Any]:
    """The agreed KPIs: columns, and a row a store with figure, target and whether it was reached."""
    names = labels()
    keys = [key for key in dict.fromkeys(key for x in told.shares for key in x.figures) if key in names]
    return {"names": [names[key] for key in keys], "rows": [(x, cells(x, keys, names)) for x in told.shares]}


def cells(share: Share, keys: Iterable[str], names: Mapping[str, str]) -> list[dict[str, Any]]:
    found = []
    for key in keys:
        figure, target = share.figures.get(key), share.targets.get(key)
        part = figure.reached(target) if figure else None
        good = None if part is None or figure is None else (part <= 1 if figure.better == "down" else part >= 1)
        found.append({"key": key, "name": names[key], "figure": figure, "target": target, "is_good": good})
    return found


def definitions(keys: Iterable[str], infos: Iterable[Any]) -> list[tuple[str, str]]:
    """(name, formula in words) of these KPIs."""
    known: Mapping[str, Any] = {info.key: info for info in infos}
    return [(str(known[key].label), str(known[key].formula_words)) for key in keys if key in known]


def left_words(contract: Contract, today: dt.date) -> str:
    """How long it still runs, where that is soon."""
    if contract.last is None:
        return ""
    days = (contract.last - today).days
    if days < 0:
        return str(_("ended"))
    return _("ends in %d days") % days if days <= ENDS_SOON else ""


ENDS_SOON = 60
