"""What links for people without an account open: what was signed, and of it what the link shows.

A link never opens figures of now: only signatures in force (`kpis.models.SignedReport`), as a client reads them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpis import report_content, reports
from kpis.models import Report, SignedReport
from staff import links
from staff.models import ShareLink, User
from stores.models import Store

Opens = ShareLink.Opens
PARTS: dict[str, Promise] = {
    "words": gettext_lazy("What was written"),
    "figures": gettext_lazy("Figures"),
    "change": gettext_lazy("Why sales changed"),
    "campaigns": gettext_lazy("Campaigns"),
    "next": gettext_lazy("Plan of the next period"),
}
MOST = 24  # reports offered


def known() -> tuple[str, ...]:
    """Every KPI a report may show."""
    return report_content.keys(Report.Kind.QUARTER)


def offered(store: Store) -> list[tuple[str, str]]:
    """What a link can open: the newest weekly report, or one of those in force."""
    signed = reports.reports(store, signed_only=True)[:MOST]
    newest = (str(Opens.WEEKLY), _("Always the newest signed weekly report"))
    return [newest, *((f"{Opens.REPORT}:{x.pk}", reports.title(x)) for x in signed)]


def make(
    store: Store,
    by: User | None,
    what: str,
    *,
    parts: Sequence[str] = (),
    figures: Sequence[str] = (),
    **more: Any,
) -> tuple[ShareLink, str]:
    """`what`: of `offered`, or the number of another report in force. ValidationError by field."""
    kind, _colon, number = what.partition(":")
    report = None
    if kind == Opens.REPORT and number.isdecimal() and len(number) < 19:
        report = reports.find(store, int(number), signed_only=True)
    if report is None and what != Opens.WEEKLY:
        raise ValidationError({"what": _("Choose a signed report that is in force.")})
    shown = [part for part in PARTS if part in parts]
    if set(parts) - set(PARTS):
        raise ValidationError({"parts": _("Choose from these parts: %s.") % ", ".join(PARTS)})
    unknown = sorted(set(figures) - set(known()))
    if unknown:
        raise ValidationError({"figures": _("A report has no figure “%s”.") % unknown[0][:60]})
    keys = [key for key in known() if key in figures]
    keys = [] if len(keys) == len(known()) else keys
    shown = [] if len(shown) == len(PARTS) else shown
    return links.make(store, by, kind, report.pk if report else None, parts=shown, figures=keys, **more)


def opened(link: ShareLink) -> SignedReport | None:
    """The signature in force that the link shows now; None while there is none."""
    found = SignedReport.objects.filter(report__store=link.store, withdrawn_at=None)
    if link.opens == Opens.REPORT:
        found = found.filter(report=link.target)
    elif link.opens == Opens.WEEKLY:
        found = found.filter(report__kind=Report.Kind.WEEK).order_by("-report__last")
    else:
        return None
    return found.select_related("report__store", "signed_by").first()


def names(store: Store, found: Sequence[ShareLink]) -> dict[int, str]:
    """What each link opens, in the active language."""
    wanted = {x.target for x in found if x.opens == Opens.REPORT and x.target}
    titles = {x.pk: reports.title(x) for x in Report.objects.filter(store=store, pk__in=wanted)}
    return {x.pk: titles.get(x.target or 0) or str(x.get_opens_display()) for x in found}


def shown(body: Mapping[str, Any], link: ShareLink) -> dict[str, Any]:
    """Of what a report's page tells (`views.report_words.body` for a client) only what the link shows."""
    parts, keys = link.parts or list(PARTS), link.figures or list(known())
    found = dict(body)
    if "words" not in parts:
        found["blocks"] = []
    found["groups"] = [
        {**group, "rows": rows}
        for group in (body["groups"] if "figures" in parts else [])
        if (rows := [row for row in group["rows"] if row["key"] in keys])
    ]
    found["nothing"] = [x for x in body["nothing"] if x[0] in keys] if "figures" in parts else []
    found["missing"] = body["missing"] if "figures" in parts else []
    if "change" not in parts:
        found["change"] = {**body["change"], "change": None, "parts": [], "levels": []}
    if "campaigns" not in parts:
        found["campaigns"] = []
    if "next" not in parts:
        found["next"] = {**body["next"], "targets": [], "words": [], "campaigns": []}
    return {**found, "parts": parts}
