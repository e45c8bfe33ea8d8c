"""The what-if of a plan's month for programs: what they ask is read strictly, the answer told as figures are."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from kpis.advice import plan_whatif
from kpis.advice.plan_whatif import OF_WAY, Answer, is_rate
from kpis.planning.factors import FACTORS, UV
from kpis.sums.targets import LARGEST
from kpis.wire import number
from kpis.year.plan_cells import Loaded
from opsplan.lib import cells

OF_MONTH = (*FACTORS, "sales", "margin", "refunds", "fee")
NAMES = (*OF_MONTH, *OF_WAY)


class Refused(Exception):
    """What was asked cannot be tried out: the name, a sentence, and what would do."""

    def __init__(self, name: str, message: str, valid: Sequence[str] = ()) -> None:
        self.name, self.message, self.valid = name, message, list(valid)
        super().__init__(message)


def tried(loaded: Loaded, month: int, given: Mapping[str, str]) -> dict[str, Any]:
    """What follows from the plan's month with what is given instead: the names of NAMES, rates as fractions; those of
    channels as `key:value`, with commas between. Refused."""
    told: dict[str, Decimal] = {}
    for name, text in given.items():
        if name in OF_WAY:
            for each in filter(None, map(str.strip, text.split(","))):
                key, colon, value = each.partition(":")
                if not colon:
                    raise Refused(
                        name, _("Write each channel as key:value, with commas between; got “%s”.") % each[:40]
                    )
                told[f"{name}:{key.strip()}"] = read(name, value)
        else:
            told[name] = read(name, text)
    if UV in told and "sales" in told:
        raise Refused("sales", _("Give visitors, or the sales that they are to bring; not both."))
    shares = [x for name, x in told.items() if name.startswith("share:")]
    if sum(shares, Decimal(0)) > 1:
        raise Refused("share", _("The shares add up to more than 1."))
    asked = plan_whatif.question(loaded, month, told, Decimal(0) if shares else None)
    known = [way.key for way in asked.ways]
    for name in told:
        of, _colon, key = name.partition(":")
        if key and key not in known:
            raise Refused(of, _("“%s” is not one of the valid values.") % key[:60], known)
    return answer_json(loaded, plan_whatif.whatif(loaded, asked))


def read(name: str, text: str) -> Decimal:
    try:
        found = cells.number(text)
    except cells.Unreadable as problem:
        raise Refused(name, _(cells.sentence_of(problem))) from None
    if not 0 <= found < LARGEST:
        raise Refused(name, _("A value lies between 0 and ten trillion."))
    if is_rate(name) and found > 1:
        raise Refused(name, _("Write a rate as a fraction: five percent is 0.05."))
    return found


def answer_json(loaded: Loaded, x: Answer) -> dict[str, Any]:
    """Amounts in yuan, visitors and `…_a_day` of a day, all else of the month; null where something is missing, which
    `notes` tells."""
    asked, plan = x.asked, loaded.plan
    bought = {line.key: line for line in x.lines}
    notes = []
    if x.free is None:
        notes.append(_("Without visitors by source there is no baseline: import the platform's flow report."))
    if asked.margin is None:
        notes.append(_("Type the gross margin to see from which ROI ads pay."))
    return {
        "store": plan.store.slug,
        "year": plan.year,
        "number": plan.number,
        "month": asked.month,
        "days": asked.days,
        "uv": number(asked.uv, "count"),
        "pay_cvr": number(asked.conversion, "rate"),
        "aov_buyer": number(asked.per_buyer, "money"),
        "margin": number(asked.margin, "rate"),
        "refunds": number(asked.refunds, "rate"),
        "fee": number(asked.fee, "rate"),
        "sales": number(x.sales, "money"),
        "planned_sales": number(x.planned, "money"),
        "difference": number(x.change, "money"),
        "free_visitors": number(x.free, "count"),
        "visitors_to_buy": number(x.gap, "count"),
        "channels": [
            {
                "channel": way.key,
                "share": number(way.share, "rate"),
                "cpc": number(way.cpc or None, "money"),
                "arrival": number(way.arrival, "rate"),
                "commission": number(way.commission or None, "rate"),
                "visitors": number(bought[way.key].visitors if way.key in bought else None, "count"),
                "cost_a_day": number(bought[way.key].cost if way.key in bought else None, "money"),
            }
            for way in asked.ways
        ],
        "cost_a_day": number(x.cost, "money"),
        "cost": number(x.month_cost, "money"),
        "brings_a_day": number(x.brings, "money"),
        "roi": number(x.roi, "ratio"),
        "break_even_roi": number(x.floor, "ratio"),
        "left_of_a_sale": number(x.rate, "rate"),
        "pays": x.pays,
        "cost_ratio": number(x.ratio, "rate"),
        "planned_cost_ratio": number(x.ratio_before, "rate"),
        "new_customer_cost": number(x.cac, "money"),
        "orders_to_pay_back": None if x.payback is None else str(x.payback),
        "notes": notes,
    }
