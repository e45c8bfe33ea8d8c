"""What contracts and their statements answer with: what is kept in fen and 1/10000, as yuan and fractions."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from kpis import wire
from kpis.api.closings import cause_json
from kpis.clients import contracts, statement_figures, statements
from opsplan.lib.money import as_text, in_yuan, yuan
from stores.fees import Account, Terms
from stores.models import Contract

DATES = ("first", "last", "signed_on")
AMOUNTS = {"fee": "fee_fen", "guarantee_amount": "guarantee_fen", "cap": "cap_fen"}  # as programs name them
TEXTS = (
    "title", "number", "kind", "basis", "commission", "guarantee", "part_months", "signed_by", "note",
)  # fmt: skip


def contract_json(contract: Contract) -> dict[str, Any]:
    names = (*TEXTS[:-1], *DATES, "pay_days", "currency")
    return {"id": contract.pk, **{name: getattr(contract, name) for name in names}} | {
        "guarantee": contract.guarantee or None,
        **{name: yuan(getattr(contract, kept)) for name, kept in AMOUNTS.items()},
        "tax_rate": rate(contract.tax_bp),
        "tiers": [{"from": yuan(start), "rate": rate(share)} for start, share in contract.tiers],
        "client": contract.brand.name,
        "stores": [x.slug for x in contracts.stores_of(contract)],
        "metrics": contracts.agreed_of(contract),
        "follows": contract.follows_id,
    }


def rate(share_bp: int) -> str:
    """A fraction, of 1/10000."""
    return f"{Decimal(share_bp).scaleb(-4):f}"


def terms_json(terms: Terms) -> dict[str, Any]:
    return {
        **{name: yuan(getattr(terms, kept)) for name, kept in AMOUNTS.items()},
        **{name: getattr(terms, name) for name in ("is_marginal", "by_days")},
        "guarantee": terms.guarantee or None,
        "tax_rate": rate(terms.tax_bp),
        "tiers": [{"from": yuan(x.from_fen), "rate": rate(x.rate_bp)} for x in terms.tiers],
    }


def account_json(account: Account) -> dict[str, Any]:
    steps = [asdict(x) | {"rate": rate(x.rate_bp)} for x in account.steps]
    told: dict[str, Any] = in_yuan(
        asdict(account) | {"steps": [{k: v for k, v in x.items() if k != "rate_bp"} for x in steps]}
    )
    return told


def statement_json(statement: Any) -> dict[str, Any]:
    return {
        "id": statement.pk,
        "contract": statement.contract_id,
        "first": statement.first,
        "last": statement.last,
        "state": statements.state_of(statement, statements.today_of(statement.contract)),
        "total": as_text(statement.total_fen),
        "issued_at": statement.issued_at,
        "due_on": statement.due_on,
        "paid_on": statement.paid_on,
        "withdrawn_at": statement.withdrawn_at,
        "reason": statement.reason,
    }


def whole_json(statement: Any, *, is_whole: bool) -> dict[str, Any]:
    told = statement_figures.told(statement)
    return {
        **statement_json(statement),
        **in_yuan({"net_fen": told.net_fen, "tax_fen": told.tax_fen, "total_fen": told.total_fen}),
        "currency": told.currency,
        "basis": told.basis,
        "terms": terms_json(told.terms),
        "stores": [
            {"slug": x.slug, "name": x.name, "brand": x.brand, "figures": wire.figures(x.figures)} for x in told.shares
        ],
        "brands": [{"brand": x.name, "base": as_text(x.base_fen)} for x in told.brands],
        "arithmetic": account_json(told.account),
        "lines": [
            {"id": x.pk, "amount": yuan(x.amount_fen), "reason": x.reason, "of": x.of or None} for x in told.lines
        ],
        "since": since_json(statement) if is_whole and statement.issued_at and not statement.withdrawn_at else None,
    }


def since_json(statement: Any) -> dict[str, Any]:
    found = statement_figures.since(statement)
    return {
        "issued": as_text(found.issued_fen),
        "now": as_text(found.now_fen),
        "difference": as_text(found.change_fen),
        "carried": as_text(found.carried_fen),
        "stores": [
            {
                "slug": x.store.slug,
                "issued": wire.number(x.difference.reported.value, "money"),
                "now": wire.number(x.difference.now.value, "money"),
                "why": [cause_json(each) for each in x.causes],
            }
            for x in found.moved
        ],
    }
