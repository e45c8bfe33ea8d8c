"""What contracts and their statements answer with. Amounts are yuan, rates fractions."""

from kpis.api.shapes import CAUSE, FIGURES, NUMBER
from kpis.clients import contracts, statements
from opsplan.shapes import day, instant, many, number, one_of, or_null, text, thing, whole, yes, yuan
from stores.models import Contract

FRACTION = number("A fraction.")
TIERS = many(thing("CommissionTier", {"from": yuan("From these sales of a month on."), "rate": FRACTION}), "Rising.")
CONTRACT = thing(
    "Contract",
    {
        "id": whole(),
        "title": text(),
        "number": text("The contract's number; may be empty."),
        "kind": one_of(Contract.Kind.values),
        "basis": one_of(contracts.BASES, "The KPI the commission is counted on."),
        "commission": one_of(Contract.Commission.values, "How the tiers are read."),
        "guarantee": or_null(one_of(Contract.Guarantee.values, "Whether less is made up for; null: no.")),
        "part_months": one_of(Contract.Part.values, "How a month that is not whole is paid."),
        "signed_by": text("Who signed for the client; may be empty."),
        "first": day(),
        "last": or_null(day("Null: no end.")),
        "signed_on": or_null(day()),
        "fee": yuan("Basic fee of a month."),
        "guarantee_amount": yuan("Of a month."),
        "cap": yuan("Fee, commission and guarantee of a month come to no more; 0: no cap."),
        "tax_rate": FRACTION,
        "pay_days": whole("Days from the issue until it is due."),
        "tiers": TIERS,
        "currency": text("ISO 4217."),
        "client": text("The brand whose stores these are."),
        "stores": many(text("Short name.")),
        "metrics": many(text(), "Keys of the KPIs agreed upon."),
        "follows": or_null(whole("The id of the contract that it goes on from with other terms.")),
    },
)
STATE = {
    "id": whole(),
    "contract": whole("Its id."),
    "first": day(),
    "last": day(),
    "state": one_of(statements.STATES),
    "total": or_null(yuan("With tax and the lines by hand.")),
    "issued_at": or_null(instant()),
    "due_on": or_null(day()),
    "paid_on": or_null(day()),
    "withdrawn_at": or_null(instant()),
    "reason": text("Why it was withdrawn."),
}
ROW = thing("StatementRow", STATE)
TERMS = thing(
    "StatementTerms",
    {
        "fee": yuan("Of a whole month, like the guarantee and the cap."),
        "tiers": TIERS,
        "is_marginal": yes("Each tier's rate for the sales inside it; else that of the tier reached for all."),
        "guarantee": or_null(one_of(Contract.Guarantee.values, "Whether less is made up for; null: no.")),
        "guarantee_amount": yuan(),
        "by_days": yes("A part of a month counts by its days; else like a whole one."),
        "cap": yuan("0: no cap."),
        "tax_rate": FRACTION,
    },
    "As agreed, or as it was when the statement was issued.",
)
ARITHMETIC = thing(
    "StatementArithmetic",
    {
        "days": whole("That count."),
        "of_days": whole("That the month has."),
        "fee": yuan("Of these days."),
        "base": or_null(yuan("Sales the commission is on.")),
        "steps": many(
            thing(
                "CommissionStep",
                {
                    "from": yuan("Where the tier begins."),
                    "until": or_null(yuan("Where the next one begins; null: the last.")),
                    "rate": FRACTION,
                    "base": yuan("Sales inside it."),
                    "commission": yuan(),
                },
            )
        ),
        "commission": or_null(yuan()),
        "guarantee": yuan("Of these days."),
        "added": or_null(yuan("What the guarantee adds.")),
        "owed": or_null(yuan("Before lines by hand and tax.")),
        "cap": yuan("Of these days; 0: no cap."),
        "cut": or_null(yuan("What the cap takes off.")),
    },
    "Null: not known, for sales are not.",
)
STATEMENT = thing(
    "Statement",
    STATE
    | {
        "net": or_null(yuan("What is owed, with the lines by hand, before tax; null: not known.")),
        "tax": or_null(yuan("The tax on it.")),
        "currency": text("ISO 4217."),
        "basis": text("Key of the KPI the commission is counted on."),
        "terms": TERMS,
        "stores": many(
            thing(
                "StatementStore",
                {"slug": text("Short name."), "name": text(), "brand": text("May be blank."), "figures": FIGURES},
            )
        ),
        "brands": many(
            thing("StatementBrand", {"brand": text("May be blank."), "base": or_null(yuan("Sales of its stores."))}),
            "Where the client has more than one brand here; they add up to the base of the commission.",
        ),
        "arithmetic": ARITHMETIC,
        "lines": many(
            thing(
                "StatementLine",
                {
                    "id": whole(),
                    "amount": yuan("Minus takes off."),
                    "reason": text(),
                    "of": or_null(text("The month whose difference it carries, like 2026-10.")),
                },
            ),
            "Written by hand.",
        ),
        "since": or_null(
            thing(
                "StatementSince",
                {
                    "issued": yuan("Before tax."),
                    "now": or_null(yuan("What it would come to by now, before tax.")),
                    "difference": or_null(yuan("Now less issued.")),
                    "carried": yuan("What of it other statements carry."),
                    "stores": many(
                        thing(
                            "StatementSinceStore",
                            {
                                "slug": text("Short name."),
                                "issued": NUMBER | {"description": "Its sales as issued. Yuan, two decimals."},
                                "now": NUMBER | {"description": "Its sales by now. Yuan, two decimals."},
                                "why": many(CAUSE),
                            },
                        ),
                        "Those whose sales are otherwise now.",
                    ),
                },
                "What of it is otherwise now; null where it is not issued, is withdrawn, or is not yours to read.",
            )
        ),
    },
)
