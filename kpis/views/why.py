"""为什么变了: a change in sales told by factor, channel and product."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from kpis import queries
from kpis.comparisons import matched
from kpis.display import boards
from kpis.figure_words import chip, comparison_name, reasons
from kpis.trends import moves
from kpis.trends.moves import Change, Movers, Rest
from kpis.views.board import frame, span_of, tab
from kpis.views.words import FORMULAS, labels
from opsplan.lib.periods import Period
from opsplan.lib.sheets import Cell
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.downloads import file_response

RESTS: dict[str, Promise] = {
    "factor_days": gettext_lazy("Days on which a factor is not known"),
    "attribution": gettext_lazy("Sales no source claims, less those that several do"),
    "no_items": gettext_lazy("Orders without items, and items of unknown products"),
    "days": gettext_lazy("Days of which only the total is known"),
    "no_source": gettext_lazy("Nothing tells this apart yet"),
    "not_imported": gettext_lazy("Told of one of the two spans only, so not compared"),
    "fake_orders": gettext_lazy("Fake orders, taken off (typed by hand)"),
    "target_factors": gettext_lazy("The targets of the factors multiply to another amount"),
    "no_target": gettext_lazy("No targets at this level"),
}
STATES: dict[str, Promise] = {"new": gettext_lazy("new"), "gone": gettext_lazy("gone")}
METHODS: dict[str, Promise] = {
    "log_mean": gettext_lazy("Split by logarithms (LMDI): the parts sum to the change to the cent."),
    "shapley": gettext_lazy("A factor was zero: split by the mean over every order of moves (Shapley)."),
}


@for_store(Action.VIEW_KPIS)
@require_GET
@tab("dashboard_why")
def why(request: StoreRequest) -> HttpResponse:
    """`against=` names the comparison; without it the first of the page's own."""
    span = span_of(request)
    context = frame(request, "dashboard_why", span)
    if not boards.has_data(request.store):
        return render(request, "kpis/dashboard.html", {**context, "tab": "why", "empty": True})
    asked = request.GET.get("against", "")
    choices = tuple(dict.fromkeys((*(span.compare or ("previous",)), "target")))
    name = asked if asked in queries.COMPARE else choices[0]
    found = boards.kept(
        request.store, "why", lambda: moves.changes(request.store, span.period, name), span.period, name
    )
    if request.GET.get("format"):
        return file_response(request.GET["format"], f"{request.store.slug}-why", *table(found))
    against = [
        {"label": comparison(each), "url": f"?{span.query(against=each)}", "is_on": each == name} for each in choices
    ]
    context |= {"tab": "why", "why": why_words(found, span.period, request), "against": against}
    return render(request, "kpis/dashboard.html", context)


def comparison(name: str) -> str:
    """The name of a comparison in the reader's language."""
    return comparison_name(name)


def why_words(found: Change, period: Period, request: StoreRequest) -> dict[str, Any]:
    tree, names, slug = found.tree, labels(), request.store.slug
    before: tuple[Any, ...] = tree.old or (None,) * len(tree.parts)
    parts: list[dict[str, Any]] = [
        {"label": names[figure.key], "key": figure.key, "after": figure, "before": was, "effect": effect}
        for (figure, effect), was in zip(tree.parts, before, strict=True)
    ]
    rests = rest_words(found.rests)
    levels = [
        {
            "id": "channels",
            "title": _("Channels"),
            "note": _("By the platform's attribution."),
            "head": _("Channel"),
            "of": "channel",
            **mover_words(found.channels),
        },
        {
            "id": "products",
            "title": _("Products"),
            "note": _("What each product took of the paid orders."),
            "head": _("Product"),
            "of": "product",
            **mover_words(found.products),
        },
    ]
    return {
        "label": names[tree.sales.key],
        "sales": tree.sales,
        "before": found.before,
        "change": found.change,
        "days": replace(found, marks=matched(found.marks)),
        "period": period,
        "against": tree.against if found.name != "target" else None,
        "compared": comparison(found.name),
        "formula": str(FORMULAS[tree.kind]),
        "parts": with_bars(parts + rests),
        "method": str(METHODS.get(tree.method, "")),
        "reason": reasons(tree.missing) if tree.missing and tree.kind != "buyers" else "",
        "levels": levels if found.change is not None else [],
        "api": request.build_absolute_uri(
            f"{reverse('api_changes', args=[slug])}?from={period.first}&to={period.last}&compare={found.name}"
        ),
    }


def rest_words(rests: tuple[Rest, ...]) -> list[dict[str, Any]]:
    return [{"label": rest_label(rest), "effect": rest.amount, "is_rest": True} for rest in rests]


def rest_label(rest: Rest) -> str:
    return _("%d more") % rest.count if rest.code == "others" else str(RESTS[rest.code])


def mover_words(found: Movers) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [
        {
            "label": mover.label or mover.key,
            "member": mover.key,
            "before": mover.before,
            "after": mover.after,
            "effect": mover.effect,
            "state": str(STATES.get(mover.state, "")),
            "is_partial": any(mark.startswith("partial") for mark in mover.marks),
        }
        for mover in found.rows
    ]
    return {"rows": with_bars(rows + rest_words(found.rests)), "has_movers": bool(rows)}


def with_bars(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each row with a bar from the middle, to the right for more, as wide as its part of the largest one."""
    most = max((abs(row["effect"]) for row in rows if row["effect"] is not None), default=Decimal(0))
    for row in rows:
        effect = row["effect"]
        if effect and most:
            width = abs(effect) / most * 50
            row |= {"x": f"{50 if effect > 0 else 50 - width:.1f}", "width": f"{width:.1f}", "is_more": effect > 0}
    return rows


def table(found: Change) -> tuple[list[str], list[list[Cell]]]:
    """All levels as one sheet; the effects of each level sum to the change."""
    names, tree = labels(), found.tree
    before: tuple[Any, ...] = tree.old or (None,) * len(tree.parts)
    header = [_("Level"), _("What"), _("Before"), _("Now"), _("Effect on sales"), _("Remarks")]
    days = (chip(mark)[2] for mark in matched(found.marks))
    said = _("; ").join([comparison(found.name), *days])
    rows: list[list[Cell]] = [[_("Total"), names[tree.sales.key], found.before, tree.sales.value, found.change, said]]
    for (figure, effect), was in zip(tree.parts, before, strict=True):
        rows.append([_("Factors"), names[figure.key], was.value if was else None, figure.value, effect, ""])
    rows += [[_("Factors"), rest_label(rest), None, None, rest.amount, ""] for rest in found.rests]
    for level, moved in ((_("Channels"), found.channels), (_("Products"), found.products)):
        for mover in moved.rows:
            state = str(STATES.get(mover.state, ""))
            rows.append([level, mover.label or mover.key, mover.before, mover.after, mover.effect, state])
        rows += [[level, rest_label(rest), None, None, rest.amount, ""] for rest in moved.rests]
    return header, rows
