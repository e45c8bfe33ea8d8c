"""运营分析: the founding papers' sets of figures beside the period before, what channels are worth, what was done."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from kpis.answers import Comparison
from kpis.display import boards
from kpis.figure_words import comparison_name
from kpis.trends import analysis
from kpis.views.board import frame, tab
from kpis.views.tables import product_links
from kpis.views.words import labels, read_as
from kpis.writing import money
from opsplan.lib import clock
from opsplan.lib.money import yuan
from staff.access import StoreRequest, for_store
from staff.roles import Action
from staff.templatetags.frame import address
from stores.spans import Span, span_from

RHYTHMS: dict[str, Promise] = {
    "last_week": gettext_lazy("Last week"),
    "last_month": gettext_lazy("Last month"),
    "last_quarter": gettext_lazy("Last quarter"),
}


def span_asked(request: StoreRequest) -> Span:
    """Last week against the week before while the address says nothing else (S116)."""
    found = span_from(request.GET, clock.today(request.store.timezone), "last_week")
    return replace(found, compare=tuple(name for name in found.compare if name != "target"))


@for_store(Action.VIEW_KPIS)
@require_GET
@tab("dashboard_analysis")
def analyse(request: StoreRequest) -> HttpResponse:
    span = span_asked(request)
    context = frame(request, "dashboard_analysis", span) | {"tab": "analysis"}
    if not boards.has_data(request.store):
        return render(request, "kpis/dashboard.html", {**context, "empty": True})
    return render(request, "kpis/dashboard.html", context | {"analysis": analysis_words(request, span)})


def analysis_words(request: StoreRequest, span: Span) -> dict[str, Any]:
    names = labels()
    found = analysis.figures(request.store, span.period, span.compare)
    return {
        "rhythms": [
            {"label": label, "url": f"?{span.query(period=key)}", "is_on": key == span.preset}
            for key, label in RHYTHMS.items()
        ],
        "against": [comparison_name(name) for name in span.compare],
        "sets": [
            {
                "label": label,
                "rows": [
                    {
                        "figure": found[key],
                        "label": names[read_as(found[key])],
                        "against": [days_alone(found[key].compare[name]) for name in span.compare],
                    }
                    for key in keys
                ],
            }
            for label, keys in analysis.SETS.values()
        ],
        "columns": [names[key] for key in analysis.QUALITY],
        "channels": [
            {
                "label": row.label,
                "of": f"channel:{quote(row.key)}",
                "paid": row.tags.get("paid") == "yes",
                "figures": [row.values[key] for key in analysis.QUALITY],
            }
            for row in analysis.quality(request.store, span.period)
        ],
        "movers": mover_words(request, span) if span.compare else None,
        "deeds": [deed_words(request, deed) for deed in analysis.deeds(request.store, span.period)],
    }


def mover_words(request: StoreRequest, span: Span) -> dict[str, Any]:
    """What sold better and worse, and where the team talks it over (S120)."""
    against = span.compare[0]
    up, down = analysis.movers(request.store, span.period, against)
    pages = product_links(request, [x.row.key for x in (*up, *down)])
    talk = address("approvals", request.store.slug, request.member.level)
    title = _("Why these sold worse: %(names)s") % {"names": _(", ").join(x.row.label[:12] for x in down[:3])}
    return {
        "against": comparison_name(against),
        "parts": [
            (label, [{"label": x.row.label, "page": pages.get(x.row.key), "change": x.change} for x in part])
            for label, part in ((_("Sold better"), up), (_("Sold worse"), down))
        ],
        "talk": f"{talk}?{urlencode({'flow': 'market', 'title': title})}" if talk and down else "",
    }


def days_alone(comparison: Comparison) -> Comparison:
    """With the marks that say how many days are compared; the others stand at the figure."""
    kept = tuple(mark for mark in comparison.marks if mark.startswith(("matched", "partial")))
    return replace(comparison, marks=kept)


def deed_words(request: StoreRequest, deed: analysis.Deed) -> dict[str, Any]:
    name, number = deed.about
    return {
        "day": deed.day,
        "name": deed.name,
        "said": said(deed),
        "page": address(name, request.store.slug, request.member.level, str(number)),
    }


def said(deed: analysis.Deed) -> str:
    if deed.kind == "campaign":
        return _("campaign from %s to %s") % tuple(f"{day:%m-%d}" for day in deed.values)
    if deed.kind == "price":
        old, new = ("—" if fen is None else money(yuan(fen)) for fen in deed.values)
        return _("list price from %(old)s to %(new)s") % {"old": old, "new": new}
    if deed.kind == "stage":
        return _("stage: %(old)s → %(new)s") % {"old": deed.values[0], "new": deed.values[1]}
    return _("launched")
