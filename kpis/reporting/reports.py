"""Reports of a week, month or quarter: made, written, signed, withdrawn, called to mind.

A signature is a closing (`reporting.closing`) with everything the report told beside it, of one state of the data; what
becomes known later stands beside it (`kpis.reporting.reconcile`).
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpis.models import ClosedPeriod, Coverage, DataVersion, Report, ReportReminder, SignedReport, StaleDay, StoreDay
from kpis.models.rollups import kept
from kpis.reporting import closing, report_content, report_sentences
from kpis.reporting.reconcile import Reconciliation, reconciliation
from kpis.sums import rollups
from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.lib.periods import DAY, UNITS, Period
from staff import delivery, notices
from staff.models import Member, Notice, User
from staff.robots import Message
from staff.roles import Level
from stores import currency, platform
from stores.models import Store

Kind = Report.Kind
KINDS: tuple[str, ...] = tuple(kind.value for kind in Kind)
BLOCKS: dict[str, Promise] = {
    "summary": gettext_lazy("Summary"),
    "good": gettext_lazy("What went well"),
    "bad": gettext_lazy("What went badly"),
    "next": gettext_lazy("Next steps"),
}
STATES = ("open", "signed", "withdrawn")
LONGEST = 4000


class Stale(Exception):
    """Somebody saved the texts meanwhile."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(_("Somebody saved this report meanwhile."))


def period_of(kind: str, day: dt.date) -> Period:
    """The week (Monday first), month or quarter that holds the day. ValidationError for another kind."""
    if kind not in KINDS:
        raise ValidationError({"kind": _("Choose a week, a month or a quarter.")})
    return replace(UNITS[kind](day), unit=kind)


def days_of(report: Report) -> Period:
    return Period(report.first, report.last, report.kind)


def before(period: Period) -> Period:
    """The week, month or quarter before it."""
    return period_of(period.unit, period.first - DAY)


def has_figures(store: Store, period: Period) -> bool:
    return StoreDay.objects.filter(store=store, day__range=(period.first, period.last)).exists()


def make(store: Store, kind: str, day: dt.date, by: User | None) -> Report:
    """The report of the period that holds the day, made where there is none yet. ValidationError by field."""
    period = period_of(kind, day)
    if period.first >= clock.today(store.timezone):
        raise ValidationError({"day": _("These days have not come yet.")})
    found = Report.objects.filter(store=store, kind=kind, first=period.first).first()
    if found:
        return found
    if not has_figures(store, period):
        raise ValidationError({"day": _("There are no figures of these days to report.")})
    told = {"last": period.last, "made_at": clock.now(), "made_by": by}
    return Report.objects.get_or_create(store=store, kind=kind, first=period.first, defaults=told)[0]


# finding


def reports(store: Store, *, signed_only: bool = False) -> QuerySet[Report]:
    """Newest first, each with its signatures, newest first (`.signed.all()`). signed_only: those in force."""
    signed = SignedReport.objects.select_related("signed_by", "withdrawn_by").defer("content", "texts")
    found = Report.objects.filter(store=store).select_related("made_by", "edited_by")
    found = found.prefetch_related(Prefetch("signed", queryset=signed.order_by("-number")))
    return found.filter(Exists(in_force())) if signed_only else found


def in_force() -> QuerySet[SignedReport]:
    return SignedReport.objects.filter(report=OuterRef("pk"), withdrawn_at=None)


def narrowed(found: QuerySet[Report], kind: str = "", state: str = "") -> QuerySet[Report]:
    """state: of STATES; withdrawn is one that was signed and is not in force."""
    if kind in KINDS:
        found = found.filter(kind=kind)
    if state == "signed":
        return found.filter(Exists(in_force()))
    if state in STATES:
        ever = Exists(SignedReport.objects.filter(report=OuterRef("pk")))
        return found.filter(~Exists(in_force()), ever if state == "withdrawn" else ~ever)
    return found


def find(store: Store, pk: int, *, signed_only: bool = False) -> Report | None:
    return reports(store, signed_only=signed_only).filter(pk=pk).first()


def standing(report: Report) -> SignedReport | None:
    """The signature in force."""
    return next((each for each in report.signed.all() if each.withdrawn_at is None), None)


def state_of(report: Report) -> str:
    signatures = report.signed.all()
    return "signed" if standing(report) else "withdrawn" if signatures else "open"


def version_of(report: Report, number: int) -> SignedReport | None:
    """A version as it was signed, in force or not, with all it told."""
    found = SignedReport.objects.filter(report=report, number=number)
    return found.select_related("closed__store", "signed_by", "withdrawn_by").first()


# what it tells


@dataclass(frozen=True)
class Told:
    """What a report tells: as it was signed (`signed`), else as it is known now. suggested: blocks nobody wrote."""

    report: Report
    period: Period
    content: Mapping[str, Any]
    texts: Mapping[str, str]
    suggested: frozenset[str]
    signed: SignedReport | None = None


def told(report: Report, signed: SignedReport | None = None) -> Told:
    period = days_of(report)
    if signed:
        return Told(report, period, signed.content, signed.texts, frozenset(), signed)
    content = report_content.content(report.store, period)
    written = {key: text for key, text in report.texts.items() if key in BLOCKS}
    with currency.override(report.store.currency), platform.override(report.store.platform):
        own = report_sentences.suggested(content, period)
    return Told(report, period, content, {**own, **written}, frozenset(BLOCKS) - set(written))


def difference(signed: SignedReport) -> Reconciliation:
    """The figures of a signed report against what is known now, and what came in since."""
    keys = report_content.keys(signed.report.kind)
    return reconciliation(signed.closed, [key for key in keys if key in signed.content["figures"]])


# writing


def save_texts(report: Report, texts: Mapping[str, str], by: User | None, version: int) -> Report:
    """Keep what people wrote into these blocks; the others stay as they are. Stale when the report is no longer at
    `version`; ValidationError."""
    if any(len(text) > LONGEST for text in texts.values()):
        raise ValidationError(_("This is too long."))
    wanted = {key: text.replace("\r\n", "\n").strip() for key, text in texts.items() if key in BLOCKS}
    return _write(report, lambda now: now.texts | wanted, by, version)


def suggest_again(report: Report, by: User | None, version: int) -> Report:
    """Forget what people wrote: all blocks are told by the figures once more. Stale, ValidationError."""
    return _write(report, lambda now: {}, by, version)


def delete(report: Report) -> None:
    """Take away a report that was never signed, with what people wrote; it can be made anew. ValidationError."""
    with transaction.atomic():
        now = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
        if SignedReport.objects.filter(report=now).exists():
            raise ValidationError(_("What was signed stays on record, so this report cannot be deleted."))
        now.delete()


def _write(report: Report, texts: Callable[[Report], dict[str, str]], by: User | None, version: int) -> Report:
    with transaction.atomic():
        now = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
        if now.version != version:
            raise Stale(now)
        if SignedReport.objects.filter(report=now, withdrawn_at=None).exists():
            raise ValidationError(_("This report is signed; withdraw it first."))
        made = texts(now)
        if made != now.texts:
            now.texts, now.version, now.edited_at, now.edited_by = made, version + 1, clock.now(), by
            now.save(update_fields=["texts", "version", "edited_at", "edited_by"])
    return now


# signing


def sign(report: Report, by: User | None, *, clients: bool = False, seen: int | None = None) -> SignedReport:
    """Keep the report as it stands, close its days, and tell those who read it (`clients`: by e-mail, too).

    `seen`: the version of the texts one has read; Stale where there is another by now. ValidationError.
    """
    made: list[SignedReport] = []

    def keep(*, is_own: bool) -> Callable[[ClosedPeriod], None]:
        return lambda closed: made.append(_keep(report, closed, by, is_own=is_own, seen=seen))

    if SignedReport.objects.filter(report=report, withdrawn_at=None).exists():
        raise ValidationError(_("This report is signed already."))
    period = days_of(report)
    closed = closing.closing_of(report.store, period)
    if closed is None:
        closing.close(report.store, period.first, period.last, by, str(report), keep(is_own=True))
    else:
        _sign_closed(report, closed, keep(is_own=False))
    tell(made[0], by, clients=clients)
    return made[0]


def _sign_closed(report: Report, closed: ClosedPeriod, keep: Callable[[ClosedPeriod], None]) -> None:
    """The days were closed before: the report says what was reported then, so the two must agree."""
    store, days = report.store, (report.first, report.last)
    rollups.rebuild(store, list(StaleDay.objects.filter(store=store, day__range=days).values_list("day", flat=True)))
    with transaction.atomic():
        DataVersion.objects.select_for_update().get(store=store)
        if reconciliation(closed, report_content.keys_of(store, report.kind)).different:
            text = _("These days were closed with other figures. Open that closing again first.")
            raise ValidationError(text)
        keep(closed)


def _keep(report: Report, closed: ClosedPeriod, by: User | None, *, is_own: bool, seen: int | None) -> SignedReport:
    """Inside the transaction that holds the store's figures still."""
    now = Report.objects.select_for_update(of=("self",)).select_related("store").get(pk=report.pk)
    if seen is not None and now.version != seen:
        raise Stale(now)
    if SignedReport.objects.filter(report=now, withdrawn_at=None).exists():
        raise ValidationError(_("This report is signed already."))
    found = told(now)
    last = SignedReport.objects.filter(report=now).order_by("-number").values_list("number", flat=True).first() or 0
    return SignedReport.objects.create(
        report=now, number=last + 1, closed=closed, is_own=is_own, content=found.content, texts=dict(found.texts),
        data_version=DataVersion.objects.values_list("version", flat=True).get(store=now.store),
        signed_at=clock.now(), signed_by=by,
    )  # fmt: skip


def withdraw(report: Report, by: User | None, reason: str) -> SignedReport:
    """Not in force any more; what was signed stays on record, and its days are open again where signing closed them.
    ValidationError: no reason, or nothing is signed."""
    reason = fitting("reason", reason, 300)
    if not reason:
        raise ValidationError({"reason": _("Say why the report is withdrawn.")})
    with transaction.atomic():
        found = SignedReport.objects.select_for_update(of=("self",)).filter(report=report, withdrawn_at=None)
        signed = found.select_related("closed").first()
        if signed is None:
            raise ValidationError(_("This report is not signed."))
        signed.withdrawn_at, signed.withdrawn_by, signed.reason = clock.now(), by, reason
        signed.save(update_fields=["withdrawn_at", "withdrawn_by", "reason"])
        if signed.is_own:
            closing.reopen(signed.closed, by, reason)
    return signed


# telling


def tell(signed: SignedReport, by: User | None, *, clients: bool = False) -> None:
    """A notice to everybody in the store; to its clients, who have no notices, an e-mail where the signer wants it."""
    report = signed.report
    store, key = report.store, f"report:{report.pk}:{signed.number}"
    there = Member.objects.filter(store=store, user__is_active=True).select_related("user")
    write = lambda: message(signed)  # noqa: E731
    notices.tell(store, [m.user for m in there], Notice.Kind.REPORT, key, write, but=by)
    if clients:
        delivery.queue(store, key, write, [], [m.user for m in there if m.level == Level.CLIENT])


def clients_with_mail(store: Store) -> int:
    return Member.objects.filter(store=store, level=Level.CLIENT, user__is_active=True).exclude(user__email="").count()


def message(signed: SignedReport) -> Message:
    """In the active language: whose report, signed by whom, and its summary."""
    report = signed.report
    subject = _("%(store)s: %(report)s is signed") % {"store": report.store.name, "report": title(report)}
    return Message(subject, signed.texts.get("summary", ""), reverse("report", args=[report.store.slug, report.pk]))


def title(report: Report) -> str:
    """`Weekly report 2026-W47 (11-16 – 11-22)`, in the active language."""
    return name_of(days_of(report))


def name_of(period: Period) -> str:
    first = period.first
    if period.unit == "week":
        year, week, _day = first.isocalendar()
        days = f"{first:%m-%d} – {period.last:%m-%d}"
        return _("Weekly report %(year)s week %(week)s (%(days)s)") % {"year": year, "week": week, "days": days}
    if period.unit == "month":
        return _("Monthly report %(month)s") % {"month": f"{first:%Y-%m}"}
    return _("Quarterly report %(year)s Q%(quarter)s") % {"year": first.year, "quarter": (first.month + 2) // 3}


# calling to mind


def reminders(store: Store) -> dict[str, bool]:
    """Kind -> whether 今日 says that last period's waits to be signed. Unless somebody chose: the weekly one, once one
    was made; the monthly one, once one was made or the orders of all the last month are told of."""
    chosen = dict(ReportReminder.objects.filter(store=store).values_list("kind", "is_on"))
    made: set[str] = set()
    if not {"week", "month"} <= set(chosen):
        made.update(Report.objects.filter(store=store).order_by().values_list("kind", flat=True).distinct())
    month = "month" in made or ("month" not in chosen and last_month_told(store))
    usual = {"week": "week" in made, "month": month}
    return {kind: chosen.get(kind, usual.get(kind, False)) for kind in KINDS}


def last_month_told(store: Store) -> bool:
    """Whether orders are told of on every day of the last month, from the store's opening on."""
    month = before(period_of("month", clock.today(store.timezone)))
    first = max(month.first, store.opened_on or month.first)
    told = Coverage.objects.filter(store=store, kind=Coverage.SourceKind.ORDERS, day__range=(first, month.last))
    days = kept(f"orders told from {first} to {month.last}", store.pk, lambda: told.values("day").distinct().count())
    return first <= month.last and days == (month.last - first).days + 1


def set_reminder(store: Store, kind: str, *, is_on: bool) -> None:
    """ValidationError for another kind."""
    if kind not in KINDS:
        raise ValidationError({"kind": _("Choose a week, a month or a quarter.")})
    ReportReminder.objects.update_or_create(store=store, kind=kind, defaults={"is_on": is_on})


@dataclass(frozen=True)
class Waiting:
    """A period that is over and whose report nobody has signed; report: None where it is not even made."""

    period: Period
    report: Report | None


def waiting(store: Store, today: dt.date) -> list[Waiting]:
    """What waits to be signed: the last period of each kind that is called to mind."""
    kinds = [kind for kind, is_on in reminders(store).items() if is_on]
    spans = [before(period_of(kind, today)) for kind in kinds]
    if not spans:
        return []
    found = reports(store).filter(kind__in=kinds, first__in=[x.first for x in spans])
    there = {(x.kind, x.first): x for x in found}
    each = [Waiting(x, there.get((x.unit, x.first))) for x in spans]
    return [x for x in each if x.report is None or standing(x.report) is None]
