"""What links for people without an account open: what was signed, and of it what the link shows.

A link never opens figures of now: only signatures and statements in force (`SignedReport`, `Statement`), as a client
reads them.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpis.clients import contracts, statements
from kpis.models import Report, SignedReport, Statement
from kpis.reporting import report_content, reports
from opsplan.lib import clock
from opsplan.lib.periods import Period
from staff import links
from staff.models import ShareLink, User
from staff.roles import Action
from stores.models import Store

Opens = ShareLink.Opens
PARTS: dict[str, Promise] = {
    "words": gettext_lazy("What was written"),
    "figures": gettext_lazy("Figures"),
    "change": gettext_lazy("Why sales changed"),
    "campaigns": gettext_lazy("Campaigns and group deals"),
    "next": gettext_lazy("Plan of the next period"),
}
MOST = 200  # reports offered: weekly ones of some years


def known() -> tuple[str, ...]:
    """Every KPI a report may show."""
    return report_content.keys(Report.Kind.QUARTER)


def offered(store: Store, by: User) -> list[tuple[str, str]]:
    """What a link can open: the newest weekly report, or one of those in force; statements in force of contracts all
    of whose stores `by` leads."""
    signed = reports.reports(store, signed_only=True)[:MOST]
    newest = (str(Opens.WEEKLY), _("Always the newest signed weekly report"))
    issued = statements_of(store, by)[:MOST]
    bills = ((f"{Opens.STATEMENT}:{x.pk}", statement_title(x)) for x in issued)
    return [newest, *((f"{Opens.REPORT}:{x.pk}", reports.title(x)) for x in signed), *bills]


def statements_of(store: Store, by: User, within: Collection[int] | None = None) -> QuerySet[Statement]:
    """Those in force that somebody may hand out; `within`: of these stores only (their ids)."""
    opened = contracts.stores_open(by, Action.MANAGE_CONTRACTS)
    led = contracts.contracts([pk for pk in opened if within is None or pk in within]).filter(stores=store)
    return statements.every(issued_only=True).filter(contract__in=led).select_related("contract__brand")


def statement_title(statement: Statement) -> str:
    told = {"month": f"{statement.first:%Y-%m}", "contract": statement.contract.title}
    return _("Statement %(month)s, %(contract)s") % told


def make(
    store: Store,
    by: User | None,
    what: str,
    *,
    parts: Sequence[str] = (),
    figures: Sequence[str] = (),
    within: Collection[int] | None = None,
    **more: Any,
) -> tuple[ShareLink, str]:
    """`what`: of `offered`, or the number of another report or statement in force; `within`: a key opens these stores
    only. ValidationError by field."""
    kind, _colon, number = what.partition(":")
    report = None
    if kind == Opens.REPORT and number.isdecimal() and len(number) < 19:
        report = reports.find(store, int(number), signed_only=True)
    if kind == Opens.STATEMENT and by and number.isdecimal() and len(number) < 19:
        bill = statements_of(store, by, within).filter(pk=int(number)).first()
        if bill:
            return links.make(store, by, kind, bill.pk, parts=[], figures=[], **more)
    if report is None and what != Opens.WEEKLY:
        raise ValidationError({"what": _("Choose a signed report or an issued statement that is in force.")})
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


def first_week(link: ShareLink) -> Period | None:
    """The week whose report is the first this link will show: the last one where there are figures of it, else the
    present one. None where the link opens something else, or a weekly report was signed before (and then withdrawn)."""
    store = link.store
    signed = SignedReport.objects.filter(report__store=store, report__kind=Report.Kind.WEEK)
    if link.opens != Opens.WEEKLY or signed.exists():
        return None
    present = reports.period_of(Report.Kind.WEEK, clock.today(store.timezone))
    last = reports.before(present)
    return last if reports.has_figures(store, last) else present


def statement(link: ShareLink) -> Statement | None:
    """The statement the link shows; None while it is not in force, or no contract of the store's any more."""
    found = Statement.objects.filter(pk=link.target or 0, contract__stores=link.store, withdrawn_at=None)
    found = found.exclude(issued_at=None).select_related("contract__brand", "issued_by")
    return found.prefetch_related("contract__stores", "lines").first()


def names(store: Store, found: Sequence[ShareLink]) -> dict[int, str]:
    """What each link opens, in the active language."""
    wanted = {x.target for x in found if x.opens == Opens.REPORT and x.target}
    titles = {x.pk: reports.title(x) for x in Report.objects.filter(store=store, pk__in=wanted)}
    wanted = {x.target for x in found if x.opens == Opens.STATEMENT and x.target}
    bills = Statement.objects.filter(pk__in=wanted, contract__stores=store).defer("content").select_related("contract")
    issued = {x.pk: statement_title(x) for x in bills} if wanted else {}
    by_kind = {Opens.REPORT.value: titles, Opens.STATEMENT.value: issued}
    return {x.pk: by_kind.get(x.opens, {}).get(x.target or 0) or str(x.get_opens_display()) for x in found}


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
    if "change" not in parts and body["change"]:
        found["change"] = {**body["change"], "change": None, "parts": [], "levels": []}
    if "campaigns" not in parts:
        found["campaigns"], found["deals"] = [], []
    if "next" not in parts:
        found["next"] = {**body["next"], "targets": [], "words": [], "campaigns": [], "deals": []}
    return {**found, "parts": parts}
