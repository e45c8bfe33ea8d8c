"""First sentences of a report, made from its numbers by plain rules, in the active language.

They say how much and how much more or less; what a number does not bear (good, strong, worrying) they do not say.
Nor do they speak of work and stock: clients read them, who see neither.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kpis import queries
from kpis.answers import Comparison, Figure
from kpis.figure_words import change_size
from kpis.metrics import SALES
from kpis.reporting import closing, report_content
from kpis.writing import moved, span, written
from opsplan.lib.periods import Period
from opsplan.lib.text import cut, sentences

MOST = 3  # things named in a sentence
LONGEST_NAME = 32  # narrow letters; sixteen Chinese characters
ZERO = Decimal(0)
Json = Mapping[str, Any]


def suggested(told: Json, period: Period) -> dict[str, str]:
    """By block of the report; "" where the numbers have nothing to say."""
    figures = report_content.figures_of(dict(told), period)
    return {
        "summary": sentences(*summary(figures, told["change"])),
        "good": sentences(*moves(told, 1), *reached(figures, is_good=True)),
        "bad": sentences(*moves(told, -1), *reached(figures, is_good=False), *holes(told)),
        "next": sentences(*coming(told)),
    }


def summary(figures: Mapping[str, Figure], change: Json) -> Iterable[str]:
    sales = sales_of(figures)
    if sales.value is None:
        yield _("There is no figure of sales for these days.")
        return
    said = [_("%(figure)s %(value)s") % {"figure": name_of(sales), "value": money(sales.value)}]
    said += [text for text in (against(each) for each in sales.compare.values()) if text]
    reached = sales.reached(sales.target)
    if reached is not None:
        done = written(reached, "rate")
        said.append(_("%(done)s of the target of %(target)s") % {"done": done, "target": money(sales.target)})
    yield stop(_("; ").join(said))
    if "pay_amt" not in figures:
        yield from of_deals(figures)
        return
    parts = [(label(each["key"]), number(each["effect"])) for each in change["effects"]]
    parts += [(_("not split"), number(each["amount"])) for each in change["unattributed"]] if parts else []
    known = [(name, effect) for name, effect in parts if effect is not None]
    whole = number(change["change"])
    if known and whole is not None:
        terms = _(", ").join(f"{name} {moved(effect)}" for name, effect in known)
        names = {"figure": label(change["metric"]), "change": moved(whole), "parts": terms}
        yield stop(_("%(figure)s moved by %(change)s against the period before: %(parts)s") % names)


def of_deals(figures: Mapping[str, Figure]) -> Iterable[str]:
    """What a seller by group deals steers by, beside the net sales."""
    keys = ("deal_cnt", "deal_sold_qty", "deal_gross_amt", "deal_refund_amt", "deal_commission", "deal_profit")
    known = [f"{name_of(x)} {written(x.value, x.unit)}" for x in map(figures.__getitem__, keys) if x.value is not None]
    if known:
        yield stop(_("; ").join(known))


def against(found: Comparison) -> str:
    """`+12.3% against the period before`; "" where there is nothing to compare with."""
    change = found.change
    if change is None:
        return ""
    name = _("the period before") if found.name == "previous" else _("last year")
    size = change_size(found)
    if not change:
        return _("as much as %s") % name
    text = _("%(size)s more than %(name)s") if change > 0 else _("%(size)s less than %(name)s")
    return text % {"size": size, "name": name}


def moves(told: Json, way: int) -> Iterable[str]:
    """Factors, channels and products that moved sales that way, the largest first."""
    change = told["change"]
    factors = [
        _("%(figure)s %(before)s → %(after)s (%(effect)s)")
        % {
            "figure": label(each["key"]),
            "before": text(number(each["before"]), each["key"]),
            "after": text(number(each["after"]), each["key"]),
            "effect": moved(number(each["effect"])),
        }
        for each in going(change["effects"], way)
    ]
    if factors:
        begin = _("Raised sales: %s") if way > 0 else _("Lowered sales: %s")
        yield stop(begin % _("; ").join(factors))
    for level, begin in (
        ("channels", _("Channels with higher sales: %s") if way > 0 else _("Channels with lower sales: %s")),
        ("products", _("Products with higher sales: %s") if way > 0 else _("Products with lower sales: %s")),
    ):
        rows = going(change[level]["rows"], way)
        if rows:
            names = (f"{brief(each['label'] or each['key'])} {moved(number(each['effect']))}" for each in rows)
            yield stop(begin % _(", ").join(names))


def going(rows: Iterable[Json], way: int) -> list[Json]:
    found = [each for each in rows if (number(each["effect"]) or ZERO) * way > 0]
    found.sort(key=lambda each: -abs(number(each["effect"]) or ZERO))
    return found[:MOST]


def reached(figures: Mapping[str, Figure], *, is_good: bool) -> Iterable[str]:
    """Figures on the good, or the other, side of their target."""
    said = []
    for figure in figures.values():
        value, target = figure.value, figure.target
        if value is None or target is None or figure.better == "neutral":
            continue
        if (value >= target if figure.better == "up" else value <= target) is is_good:
            both = {"value": written(value, figure.unit), "target": written(target, figure.unit)}
            said.append(_("%(figure)s %(value)s (target %(target)s)") % {"figure": name_of(figure), **both})
    if said:
        begin = _("Target reached: %s") if is_good else _("Target not reached: %s")
        yield stop(begin % _("; ").join(said))


def holes(told: Json) -> Iterable[str]:
    days = {day for each in told["missing"] for day in each["days"]}
    if days:
        yield stop(ngettext("%d day lacks data of a source", "%d days lack data of a source", len(days)) % len(days))


def coming(told: Json) -> Iterable[str]:
    """The plan of the next period, its campaigns."""
    ahead = told["next"]
    key = next((key for key in (*SALES, "deal_net_amt") if ahead["targets"].get(key)), None)
    first, last = (dt.date.fromisoformat(ahead[end]) for end in ("first", "last"))
    days = span(Period(first, last))
    if key:
        names = {"days": days, "figure": label(key), "target": money(number(ahead["targets"][key]))}
        yield stop(_("Target for %(days)s: %(figure)s %(target)s") % names)
    else:
        yield stop(_("There is no sales target for %s yet") % days)
    if ahead["campaigns"]:
        yield stop(_("Campaigns: %s") % _(", ").join(each["name"] for each in ahead["campaigns"][:MOST]))
    if ahead["deals"]:
        yield stop(_("Group deals: %s") % _(", ").join(each["name"] for each in ahead["deals"][:MOST]))


def sales_of(figures: Mapping[str, Figure]) -> Figure:
    """What the target is set for: the actual sales, else the paid amount; of a seller by group deals alone theirs."""
    if "pay_amt" not in figures:
        return figures["deal_net_amt"]
    return figures["real_amt"] if figures["real_amt"].target is not None else figures["pay_amt"]


def name_of(figure: Figure) -> str:
    """Of the reading the store has chosen, where there are several."""
    return label(figure.definition.metric if figure.definition else figure.key)


def label(key: str) -> str:
    return queries.metric(key).label


def brief(name: str) -> str:
    """Titles of products are long; a sentence names them."""
    return cut(name, LONGEST_NAME)


def number(value: str | None) -> Decimal | None:
    return closing.number(value)


def text(value: Decimal | None, key: str) -> str:
    return "—" if value is None else written(value, queries.metric(key).unit)


def money(value: Decimal | None) -> str:
    return "—" if value is None else written(value, "money")


def stop(sentence: str) -> str:
    """With the language's full stop."""
    return _("%s.") % sentence
