"""今日, "needs a decision": things that are off in this store by its own measure, each with the numbers that say so.

Codes and numbers only; the page turns them into sentences and links. The order is the order of urgency.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Max, Min

from campaigns import alarms, enrolling
from campaigns.queries import unreviewed
from kpis import queries
from kpis.alerting import alerts
from kpis.answers import Figure
from kpis.listings import Scope
from kpis.listings.orders import refunds
from kpis.models import Coverage, Target, Upload
from kpis.sums import coverage
from kpis.why import platform_check, unshipped
from opsplan.lib.periods import DAY, Period, month_of
from stores.models import Channel, Store

LOOK_BACK = 30  # days in which a hole in the data is still worth a line
SALES_KINDS = ("orders", "figures")  # without one of them nothing is known of a day
NORMAL_DAYS = 28  # what "normal" is: the four weeks before
ABOVE_NORMAL = Decimal("0.02")  # two points above the store's own normal ...
TIMES_NORMAL = Decimal("1.25")  # ... and a quarter more than it
GOOD_RATE = Decimal("0.985")  # S076
RECENT_UPLOADS = 7  # days a refused file stays on the list; one that is no table at all goes with the day
PLAN_AHEAD = 5  # days before a month in which its target should stand
METRIC_OF = {"refund_rate": "refund_rate_amt", "roi": "roi", "good_rate": "good_rate"}
WEEK = ("roi", "be_roi", "good_rate")


@dataclass(frozen=True)
class Decision:
    """code: alert, campaign, unshipped, enrolment, stopped, missing_days, yesterday, no_traffic, gap, upload_ready,
    upload_refused, refund_rate, good_rate, roi, no_target, unreviewed; of `display.goods_decisions`: stock, stocks,
    stock_due, lowering, clash, stage, stages.

    params: the numbers of its sentence; days and period where it is about them; tone bad, warn or accent.
    """

    code: str
    tone: str
    params: Mapping[str, Any] = field(default_factory=dict)
    period: Period | None = None
    days: tuple[dt.date, ...] = ()


def decisions(store: Store, today: dt.date) -> list[Decision]:
    """All of them for the local day `today`; closed days only."""
    week = Period(today - 7 * DAY, today - DAY)
    seen = queries.figures(store, WEEK, week, compare=())
    broken = list(open_alerts(store, today))
    own = {each.params["alert"].rule.metric for each in broken}  # said once: by the store's own rule
    found = [*refund_rate(store, today), *ad_roi(seen["roi"], seen["be_roi"]), *good_rate(seen["good_rate"])]
    return [
        *broken,
        *(Decision("campaign", "bad", {"alarm": each}) for each in alarms.waiting(store)),
        *late_orders(store),
        *enrolments(store, today),
        *(each for each in found if METRIC_OF[each.code] not in own),
        *waiting_uploads(store, today),
        *missing_days(store, today),
        *platform_gap(store, today),
        *next_target(store, today),
        *(Decision("unreviewed", "accent", {"campaign": each}) for each in unreviewed(store, today)),
    ]


def late_orders(store: Store) -> Iterable[Decision]:
    """Orders that were not shipped two days after payment, as a file of the last two days has them."""
    if late := unshipped.late_now(store):
        yield Decision("unshipped", "bad", {"late": late})


def enrolments(store: Store, today: dt.date) -> Iterable[Decision]:
    """What the shop has to enrol in within days, or has just let pass: one line for all of it."""
    if closing := enrolling.closing(store, today):
        tone = "bad" if any(each.until and each.until < today for each in closing) else "warn"
        yield Decision("enrolment", tone, {"closing": closing})


def open_alerts(store: Store, today: dt.date) -> Iterable[Decision]:
    """Breaches of the store's own rules that nobody has taken in hand yet, one line each however long they last."""
    for alert in alerts.waiting(store, today):
        days = Period(alert.first_day, alert.last_day)
        yield Decision("alert", alert.rule.severity, {"alert": alert}, days)


def refund_rate(store: Store, today: dt.date) -> Iterable[Decision]:
    """Yesterday's refund rate against the store's own four weeks before, and since how many days it has been above."""
    span = Period(today - (NORMAL_DAYS + 7) * DAY, today - DAY)
    found = queries.figures(store, ["refund_rate_amt"], span, compare=(), series=True)["refund_rate_amt"]
    rates = dict(found.series)
    normal = queries.figures(store, ["refund_rate_amt"], Period(span.first, today - 8 * DAY), compare=())
    usual, latest = normal["refund_rate_amt"].value, rates.get(today - DAY)
    if usual is None or latest is None:
        return
    line = max(usual + ABOVE_NORMAL, usual * TIMES_NORMAL)
    if latest <= line:
        return
    run = 0
    while (rate := rates.get(today - (run + 1) * DAY)) is not None and rate > line:
        run += 1
    days = Period(today - run * DAY, today - DAY)
    reasons = top_reason(store, days)
    yield Decision("refund_rate", "bad", {"rate": latest, "usual": usual, "line": line, "days": run} | reasons, days)


def top_reason(store: Store, period: Period) -> dict[str, Any]:
    """How many refunds there were, and the reason named most often."""
    counts: dict[str, int] = {}
    for reason in refunds(Scope(store, period)).values_list("reason", flat=True):
        counts[reason] = counts.get(reason, 0) + 1
    named = {reason: n for reason, n in counts.items() if reason}
    reason = max(sorted(named), key=lambda x: named[x], default="")
    return {"refunds": sum(counts.values()), "reason": reason, "times": named.get(reason, 0)}


def ad_roi(roi: Figure, break_even: Figure) -> Iterable[Decision]:
    """A week of ads that earned less than they need to at the shop's gross margin."""
    if roi.value is not None and break_even.value is not None and roi.value < break_even.value:
        yield Decision("roi", "bad", {"roi": roi.value, "needed": break_even.value}, roi.period)


def good_rate(rate: Figure) -> Iterable[Decision]:
    if rate.value is not None and rate.value < GOOD_RATE:
        params = {"rate": rate.value, "line": GOOD_RATE, "ratings": rate.inputs.get("ratings")}
        yield Decision("good_rate", "warn", params, rate.period)


def waiting_uploads(store: Store, today: dt.date) -> Iterable[Decision]:
    """Files whose preview waits for a person, and recent ones that were refused and not brought again."""
    uploads = Upload.objects.filter(store=store, state=Upload.State.READY, dry_run=False).order_by("pk")[:5]
    for upload in uploads:
        params = {"pk": upload.pk, "name": upload.name, "rows": upload.rows, "rejected": upload.rejected}
        yield Decision("upload_ready", "warn", params)
    bad = (Upload.State.REJECTED, Upload.State.UNKNOWN, Upload.State.FAILED)
    last = Upload.objects.filter(store=store, dry_run=False).exclude(state=Upload.State.CANCELLED).order_by("-pk")
    names: set[str] = set()
    for upload in last[:40]:
        if upload.name in names:
            continue  # brought again later under the same name
        names.add(upload.name)
        is_table = upload.source or upload.rejected or upload.state != Upload.State.REJECTED
        if upload.state in bad and (today - upload.created_at.date()).days <= RECENT_UPLOADS * bool(is_table):
            params = {"pk": upload.pk, "name": upload.name, "rejected": upload.rejected, "state": upload.state}
            yield Decision("upload_refused", "bad", params)


def missing_days(store: Store, today: dt.date) -> Iterable[Decision]:
    """Holes of the last 30 closed days, by source, from the day on which the source first spoke. Yesterday is told
    apart: its files come in the morning, all sources in one line."""
    yesterday = today - DAY
    span = Period(today - LOOK_BACK * DAY, yesterday)
    rows = Coverage.objects.filter(store=store).order_by()
    since = {
        (row["kind"], row["detail"]): row["first"] for row in rows.values("kind", "detail").annotate(first=Min("day"))
    }
    told: dict[tuple[str, str], set[dt.date]] = {key: set() for key in since}
    for kind, detail, day in rows.filter(day__range=(span.first, span.last)).values_list("kind", "detail", "day"):
        told[kind, detail].add(day)
    names = dict(Channel.objects.filter(store=store).values_list("key", "name"))
    silent = {("ads", each.channel): each.days for each in coverage.silences(store)}
    late = []
    for (kind, detail), days in sorted(told.items()):
        params = {"kind": kind, "channel": names.get(detail, detail), "detail": detail}
        owed = silent.get((kind, detail), ()) if kind == "ads" else set(span) - days
        holes = tuple(day for day in span if day >= since[kind, detail] and day in owed and day != yesterday)
        if holes and days - {yesterday}:
            yield Decision("missing_days", "warn", params, None, holes)
        if days and yesterday in owed and (not holes or holes[-1] != yesterday - DAY):
            late.append(params)
    sales = {key for key in told if key[0] in SALES_KINDS}
    if sales and not any(told[key] for key in sales):
        last = rows.filter(kind__in=SALES_KINDS).aggregate(day=Max("day"))["day"]
        yield Decision("stopped", "bad", {"day": last})
    if late:
        yield Decision("yesterday", "warn", {"sources": late}, Period(yesterday, yesterday), (yesterday,))
    if told and ("traffic", "") not in told:
        yield Decision("no_traffic", "warn")


def platform_gap(store: Store, today: dt.date) -> Iterable[Decision]:
    """The platform counts more paid orders of the last week than we do: a list of orders is missing."""
    week = Period(today - 7 * DAY, today - DAY)
    if found := platform_check.gap(store, week):
        yield Decision("gap", "bad", {"gap": found}, week, found.days)


def next_target(store: Store, today: dt.date) -> Iterable[Decision]:
    """The coming month has no sales target yet; also on its first day: the pace still tells of the month before."""
    coming = month_of(today) if today.day == 1 else month_of(month_of(today).last + DAY)
    if (coming.first - today).days > PLAN_AHEAD:
        return
    if not Target.objects.filter(store=store, metric="real_amt", month=coming.first).exists():
        yield Decision("no_target", "warn", {"month": coming.first})
