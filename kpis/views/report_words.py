"""A report as its page, its printed sheet and its workbook tell it, whether it is signed or still open."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import GroupDeal
from kpis import queries
from kpis.answers import Comparison, Figure
from kpis.figure_words import reasons
from kpis.reporting import closing, report_content, reports
from kpis.reporting.reports import Told
from kpis.trends.moves import Mover, Movers, Rest
from kpis.views.decision_words import KINDS
from kpis.views.why import METHODS, comparison, mover_words, rest_words, with_bars
from kpis.views.words import days_query, labels, read_as
from kpis.year.plan_rows import KNOWN
from opsplan.lib.periods import Period
from staff.roles import Action, Level, may

GROUPS: dict[str, Promise] = {
    "trade": gettext_lazy("Orders and sales"),
    "deals": gettext_lazy("Group deals"),
    "site": gettext_lazy("Traffic"),
    "promotion": gettext_lazy("Promotion"),
    "members": gettext_lazy("Loyalty members and repeat purchases"),
}
STATES: dict[str, Promise] = {
    "open": gettext_lazy("not signed"),
    "signed": gettext_lazy("signed off"),
    "withdrawn": gettext_lazy("withdrawn"),
}
TONES = {"open": "warn", "signed": "good", "withdrawn": "bad"}
KIND_NAMES: dict[str, Promise] = {
    "week": gettext_lazy("Weekly report"),
    "month": gettext_lazy("Monthly report"),
    "quarter": gettext_lazy("Quarterly report"),
}


def body(told: Told, level: Level, slug: str) -> dict[str, Any]:
    """Everything below the head of the page. What the person may not open elsewhere is not told here either."""
    content = told.content
    figures = report_content.figures_of(dict(content), told.period)
    names = report_content.comparisons(told.period.unit)
    return {
        "query": days_query(told.period),
        "groups": groups(told, figures, names),
        "nothing": nothing(told, figures, names),
        "compared": [comparison(name) for name in names],
        "against": [span_of(figures, name) for name in names],
        "change": change_words(content["change"]) if "pay_amt" in figures else None,
        "campaigns": campaigns(content["campaigns"], told.period, slug, level),
        "deals": deals(content.get("deals", []), slug, level),  # what was signed before there were any has none
        "tasks": content["tasks"] if may(level, Action.VIEW_TASKS) else None,
        "stock": stock(content["stock"]) if may(level, Action.VIEW_PRODUCTS) else None,
        "missing": [missing(each) for each in content["missing"]],
        "next": ahead(content["next"]),
        "blocks": [
            {"key": key, "title": title, "text": told.texts.get(key, ""), "is_suggested": key in told.suggested}
            for key, title in reports.BLOCKS.items()
        ],
    }


def span_of(figures: Mapping[str, Figure], name: str) -> Period | None:
    found = next(iter(figures.values())).compare.get(name)
    return found.period if found else None


def is_told(figure: Figure, names: tuple[str, ...]) -> bool:
    """Whether there is a number anywhere in its row."""
    numbers = [figure.value, figure.target, *(figure.compare[name].value for name in names)]
    return any(number is not None for number in numbers)


def groups(told: Told, figures: Mapping[str, Figure], names: tuple[str, ...]) -> list[dict[str, Any]]:
    words = labels()
    found = []
    for block, keys in report_content.groups(told.period.unit).items():
        rows = [row(figures[key], words, names) for key in keys if key in figures and is_told(figures[key], names)]
        if rows:
            found.append({"title": GROUPS[block], "rows": rows})
    return found


def told_once(other: Comparison, figure: Figure) -> Comparison:
    """The comparison without the marks that the figure itself bears."""
    return replace(other, marks=tuple(mark for mark in other.marks if mark not in figure.marks))


def row(figure: Figure, words: Mapping[str, str], names: tuple[str, ...]) -> dict[str, Any]:
    value, target = figure.value, figure.target
    is_low = figure.better == "down"
    reached = None if is_low else figure.reached(target)
    is_good = None if value is None or target is None else (value <= target if is_low else value >= target)
    return {
        "key": figure.key,
        "label": words[read_as(figure)],
        "figure": figure,
        "compared": [told_once(figure.compare[name], figure) for name in names],
        "target": target,
        "unit": figure.unit,
        "reached": reached,
        "is_good": is_good,
    }


def nothing(told: Told, figures: Mapping[str, Figure], names: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """(key, label, why) of the figures of the set that have no number at all."""
    words = labels()
    keys = [key for key in report_content.keys(told.period.unit) if key in figures]
    return [
        (key, words[read_as(figures[key])], reasons(figures[key].missing))
        for key in keys
        if not is_told(figures[key], names)
    ]


def change_words(change: Mapping[str, Any]) -> dict[str, Any]:
    """The change in sales with its factors, channels and products; each level sums to it."""
    words, units = labels(), {each["key"]: queries.metric(each["key"]).unit for each in change["effects"]}
    parts: list[dict[str, Any]] = [
        {
            "key": each["key"],
            "label": words[each["key"]],
            "unit": units[each["key"]],
            "before": closing.number(each["before"]),
            "after": closing.number(each["after"]),
            "effect": closing.number(each["effect"]),
        }
        for each in change["effects"]
    ]
    rests = rest_words(rests_of(change["unattributed"]))
    return {
        "label": words[change["metric"]],
        "key": change["metric"],
        "before": closing.number(change["before"]),
        "after": closing.number(change["after"]),
        "change": closing.number(change["change"]),
        "parts": with_bars(parts + rests) if parts else [],
        "method": METHODS.get(change["method"] or "", ""),
        "levels": [
            {"of": "channel", "title": gettext_lazy("Channels"), **mover_words(movers_of(change["channels"]))},
            {"of": "product", "title": gettext_lazy("Products"), **mover_words(movers_of(change["products"]))},
        ],
    }


def rests_of(rows: list[Mapping[str, Any]]) -> tuple[Rest, ...]:
    return tuple(Rest(x["code"], Decimal(x["amount"]), x["count"] or 0) for x in rows)


def movers_of(told: Mapping[str, Any]) -> Movers:
    rows = (
        Mover(
            x["key"], x["label"], Decimal(x["before"]), Decimal(x["after"]), Decimal(x["effect"]), x["state"] or "",
            tuple(x["marks"]),
        )
        for x in told["rows"]
    )  # fmt: skip
    return Movers(tuple(rows), rests_of(told["unattributed"]))


def campaigns(rows: list[Mapping[str, Any]], period: Period, slug: str, level: Level) -> list[dict[str, Any]]:
    may_open = may(level, Action.VIEW_PRODUCTS)
    return [
        {
            **days(each),
            "id": each["id"],
            "name": each["name"],
            "url": reverse("campaign", args=[slug, each["id"]]) if may_open else "",
            "figures": [
                closing.figure_of(key, each["figures"].get(key), period) for key in report_content.CAMPAIGN_KEYS
            ],
            "goals": [goal(told, each) for told in each.get("goals", ())],
        }
        for each in rows
    ]


def deals(rows: list[Mapping[str, Any]], slug: str, level: Level) -> list[dict[str, Any]]:
    may_open = may(level, Action.VIEW_PRODUCTS)
    return [
        {
            **each,
            **days(each),
            "url": reverse("deal", args=[slug, each["id"]]) if may_open else "",
            "state": GroupDeal.State(each["state"]).label,
            "amount": closing.number(each["amount"]),
        }
        for each in rows
    ]


def goal(told: Mapping[str, Any], campaign: Mapping[str, Any]) -> dict[str, Any]:
    """A goal of a campaign as `row` tells a target: of its days so far, where it has not ended."""
    span = Period(dt.date.fromisoformat(campaign["first"]), dt.date.fromisoformat(told["to"]))
    figure, wanted = closing.figure_of(told["key"], told["figure"], span), closing.number(told["goal"])
    is_over = told["to"] == campaign["last"]
    is_low, value = figure.better == "down", figure.value
    is_good = None if value is None or wanted is None else (value <= wanted if is_low else value >= wanted)
    return {
        "label": labels()[read_as(figure)],
        "figure": figure,
        "goal": wanted,
        "unit": figure.unit,
        "days": span,
        "reached": None if is_low else figure.reached(wanted),
        "is_good": is_good if is_over or (is_good and not is_low) else None,
        "is_over": is_over,
        "of": "" if told["key"] == "act_amt" else _("its products") if told["own"] else _("the whole store"),
    }


def days(told: Mapping[str, Any]) -> dict[str, Any]:
    return {"days": Period(dt.date.fromisoformat(told["first"]), dt.date.fromisoformat(told["last"]))}


def stock(told: Mapping[str, Any]) -> dict[str, Any]:
    rows = [
        {**each, "a_day": closing.number(each["a_day"]), "cover": closing.number(each["cover"])}
        for each in told["rows"]
    ]
    day = (
        dt.date.fromisoformat(told["day"]) if "day" in told else None
    )  # signed before it was told: the day it was made
    is_known = told.get("is_known", True)
    return {
        "day": day, "is_known": is_known, "rows": rows, "count": told["count"], "more": told["count"] - len(rows)
    }  # fmt: skip


def missing(told: Mapping[str, Any]) -> dict[str, Any]:
    name = str(KINDS.get(told["kind"], told["kind"]))
    name = f"{name} · {told['channel']}" if told["channel"] else name
    return {"name": name, "days": report_content.days_of(told["days"])}


def ahead(told: Mapping[str, Any]) -> dict[str, Any]:
    """The targets in the order of `AHEAD`: a database may give the keys of what a signature keeps in another."""
    words, wanted = labels(), told["targets"]
    places = {key: place for place, key in enumerate(report_content.AHEAD)}
    targets = [
        {"label": words[key], "unit": queries.metric(key).unit, "value": closing.number(wanted[key])}
        for key in sorted(wanted, key=lambda key: (places.get(key, len(places)), key))
        if wanted[key] is not None
    ]
    return {
        **days(told),
        "targets": targets,
        "campaigns": [{**days(each), "name": each["name"]} for each in told["campaigns"]],
        "deals": [{**days(each), "name": each["name"]} for each in told.get("deals", [])],
        "words": [{**each, "label": KNOWN[each["key"]].label} for each in told["words"]],
    }
