"""Rules and breaches as sentences, in the active language and currency."""

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kpis import queries
from kpis.models import Alert, AlertRule
from kpis.writing import md, written


def unit_of(rule: AlertRule) -> str:
    return queries.metric(rule.metric).unit


def shown(number: Decimal | None, unit: str) -> str:
    return "—" if number is None else written(number, unit)


def plain(number: Decimal) -> str:
    """`3`, `2.5`: as it was typed, without the zeros of its column."""
    return f"{number.normalize():f}"


def rule_sentence(rule: AlertRule) -> str:
    """`Refund rate above 8.00% for 2 days`."""
    info = queries.metric(rule.metric)
    names = {"figure": info.label, "value": shown(rule.limit, info.unit), "times": plain(rule.limit)}
    text = {
        "above": _("%(figure)s above %(value)s"),
        "below": _("%(figure)s below %(value)s"),
        "high": _("%(figure)s more than %(times)s deviations above normal"),
        "low": _("%(figure)s more than %(times)s deviations below normal"),
        "unusual": _("%(figure)s more than %(times)s deviations off normal"),
        "missing": _("%(figure)s not there by 10 in the morning"),
    }[rule.kind] % names
    if rule.days > 1:
        text = _("%(rule)s, %(days)s days in a row") % {"rule": text, "days": rule.days}
    return text


def span_words(first: dt.date, last: dt.date) -> str:
    return md(first) if first == last else f"{md(first)} – {md(last)}"


def sentence(alert: Alert) -> str:
    """What happened: `Refund rate 9.10% on 11-20, above 8.00%`."""
    rule, info = alert.rule, queries.metric(alert.rule.metric)
    names = {
        "figure": info.label,
        "value": shown(alert.value, info.unit),
        "line": shown(alert.line, info.unit),
        "day": md(alert.last_day),
        "days": span_words(alert.first_day, alert.last_day),
    }
    if rule.kind == AlertRule.Kind.MISSING:
        return _("%(figure)s is missing for %(days)s") % names
    if alert.line is not None and alert.value is not None and alert.value < alert.line:
        return _("%(figure)s %(value)s on %(day)s, below %(line)s") % names
    return _("%(figure)s %(value)s on %(day)s, above %(line)s") % names


def background(alert: Alert) -> str:
    """Since when, what normal would be, and which rule says so."""
    info = queries.metric(alert.rule.metric)
    parts = []
    if alert.days > 1:
        text = ngettext("For %(days)s day: %(span)s.", "For %(days)s days: %(span)s.", alert.days)
        parts.append(text % {"days": alert.days, "span": span_words(alert.first_day, alert.last_day)})
    if alert.middle is not None:
        parts.append(_("Normal on such a weekday is %s.") % shown(alert.middle, info.unit))
    parts.append(_("Rule: %s.") % rule_sentence(alert.rule))
    return " ".join(parts)
