"""Watching figures: rules are held against the complete days, and what breaks one is one row while it lasts.

`evaluate` may run as often as anybody likes, at once in several processes, and be killed at any point: it reads the
days, takes the store's rules under lock, and writes only when no figure has changed meanwhile. A run of breaking days
finds its row again by the days they share, so late imports stretch or end it, and never make a second one. The message
goes out once: its key is the row. What the job writes is no change somebody made, so it goes past the change log.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from kpis import normal, queries
from kpis.alerting import alert_words
from kpis.models import Alert, AlertRule
from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period
from staff import audit
from staff.delivery import people_of, queue
from staff.models import Delivery, User
from staff.robots import Message
from staff.services import spawn_tasks
from stores import currency, platform
from stores.models import Store

WATCH = 35  # days looked at each time
NEWS = 7  # a rule first broken longer ago than this is no news
MORNING = 10  # local hour from which on yesterday's figures should be there
ABSENT = {"not_imported", "not_entered", "unfinished_day"}
TRIES = 3
STATES, KINDS, SEVERITIES = Alert.State.values, AlertRule.Kind.values, AlertRule.Severity.values


@dataclass(frozen=True)
class Watched:
    """A figure day by day: `values` of complete days only (None else), and the days whose data has not come."""

    values: dict[dt.date, Decimal | None]
    absent: frozenset[dt.date]


def watched(store: Store, metrics: Iterable[str], period: Period) -> dict[str, Watched]:
    """The metrics day by day over the period and the weeks before it that normal is made of."""
    keys = list(dict.fromkeys(metrics))
    whole = Period(period.first - 7 * normal.WEEKS * DAY, period.last)
    values: dict[str, dict[dt.date, Decimal | None]] = {key: {} for key in keys}
    absent: dict[str, set[dt.date]] = {key: set() for key in keys}
    for row in queries.breakdown(store, keys, whole, "day") if keys else ():
        day = dt.date.fromisoformat(row.key)
        for key in keys:
            figure = row.values[key]
            is_partial = any(mark.startswith("partial") for mark in figure.marks)
            values[key][day] = None if is_partial else figure.value
            if is_partial or (figure.value is None and ABSENT & {each.code for each in figure.missing}):
                absent[key].add(day)
    return {key: Watched(values[key], frozenset(absent[key])) for key in keys}


def test_of(rule: AlertRule) -> normal.Check:
    return normal.Check(rule.kind, rule.limit, rule.days)


def values_for(rule: AlertRule, seen: Watched) -> normal.Values:
    """What the rule looks at; for one about missing data only whether the day is there."""
    if rule.kind != AlertRule.Kind.MISSING:
        return seen.values
    return {day: None if day in seen.absent else Decimal(0) for day in seen.values}


def days_for(rule: AlertRule, store: Store, period: Period) -> list[dt.date]:
    """The days of the period the rule is held against: yesterday is not missing before the morning is over."""
    local = clock.now().astimezone(ZoneInfo(store.timezone))
    early = rule.kind == AlertRule.Kind.MISSING and local.hour < MORNING
    return list(period)[:-1] if early else list(period)


def evaluate(store: Store) -> int:
    """Hold every rule in use against the last complete days. Returns how many breaches are new."""
    rules = AlertRule.objects.filter(store=store, is_active=True).order_by("pk")
    metrics = sorted(set(rules.values_list("metric", flat=True)) & set(queries.keys()))
    if not metrics:
        return 0
    today = clock.today(store.timezone)
    period = Period(today - WATCH * DAY, today - DAY)
    for attempt in range(TRIES):
        version = queries.version(store)
        seen = watched(store, metrics, period)
        with transaction.atomic(), currency.override(store.currency), platform.override(store.platform):
            locked = [rule for rule in rules.select_for_update() if rule.metric in seen]
            if queries.version(store) != version and attempt < TRIES - 1:
                continue
            return sum(judge(rule, store, seen[rule.metric], period) for rule in locked)
    return 0


def judge(rule: AlertRule, store: Store, seen: Watched, period: Period) -> bool:
    """Bring the rows of one rule up to date, under its lock. True when a breach is new."""
    test, values, days = test_of(rule), values_for(rule, seen), days_for(rule, store, period)
    found = normal.runs(test, values, days)
    latest = normal.last_told(test, values, days)
    lasting = found[-1] if found and found[-1].last == latest else None
    known = Alert.objects.filter(rule=rule)
    current = known.filter(state=Alert.State.OPEN).first()
    same = sharing(known, lasting) if lasting else None
    if current and current != same:
        finish(current, found, period)
    if lasting is None:
        return False
    if same:
        stretch(same, lasting, period)
        return False
    if lasting.last < period.last - NEWS * DAY:
        return False
    alert = begin(rule, store, lasting)
    tell(rule, store, alert)
    trigger = "data_missing" if rule.kind == AlertRule.Kind.MISSING else "kpi_alert"
    spawn_tasks(store, trigger, f"{alert.pk}", subject=alert_words.sentence(alert), about="alerts")
    return True


def sharing(known: QuerySet[Alert], run: normal.Run) -> Alert | None:
    """The row of a run: the open one first, else the newest, among those that share a day with it."""
    rows = known.filter(first_day__lte=run.last, last_day__gte=run.first).order_by("-pk")
    return rows.filter(state=Alert.State.OPEN).first() or rows.first()


def begin(rule: AlertRule, store: Store, run: normal.Run) -> Alert:
    made = Alert(
        store=store, rule=rule, first_day=run.first, last_day=run.last, days=len(run.days), opened_at=clock.now(),
        value=run.value, line=run.line, middle=run.middle,
    )  # fmt: skip
    return Alert.objects.bulk_create([made])[0]


def stretch(alert: Alert, run: normal.Run, period: Period) -> None:
    """The breach lasts, or has come back: the same row says until when. One that was dismissed stays so."""
    row = Alert.objects.filter(pk=alert.pk)
    row.filter(state=Alert.State.OVER).update(state=Alert.State.OPEN, over_at=None)
    row.update(**told_by(run, alert, period))


def finish(alert: Alert, found: Sequence[normal.Run], period: Period) -> None:
    """The breach is over by itself; its row keeps the days that broke the rule, as they are known now."""
    row = Alert.objects.filter(pk=alert.pk, state=Alert.State.OPEN)
    for run in found:
        if alert.first_day <= run.last and alert.last_day >= run.first:
            row.update(**told_by(run, alert, period))
    row.update(state=Alert.State.OVER, over_at=clock.now())


def told_by(run: normal.Run, alert: Alert, period: Period) -> dict[str, Any]:
    """What the row of a run says. The days looked at may begin within it; no two rows of a rule begin on one day."""
    first, days = run.first, len(run.days)
    if first == period.first and alert.first_day < first:
        first, days = alert.first_day, alert.days + sum(day > alert.last_day for day in run.days)
    if Alert.objects.filter(rule_id=alert.rule_id, first_day=first).exclude(pk=alert.pk).exists():
        first = alert.first_day
    said = {"value": run.value, "line": run.line, "middle": run.middle}
    return said | {"first_day": first, "last_day": run.last, "days": days}


def tell(rule: AlertRule, store: Store, alert: Alert) -> None:
    """Put the message into the outbox, once for each receiver."""
    path = reverse("alert", args=[store.slug, alert.pk])

    def write() -> Message:
        subject, body = alert_words.sentence(alert), alert_words.background(alert)
        data = {"event": "alert.opened", "alert": alert.pk} | as_json(alert)
        return Message(store.name + _(": ") + subject, body, path, data)

    people = people_of(store, rule.people.values_list("pk", flat=True), rule.duty)
    queue(store, f"alert:{alert.pk}", write, rule.destinations.filter(store=store), people)


# what people do about one


def alerts(store: Store, state: str = "") -> QuerySet[Alert]:
    """Newest first, with their rules; of one state if asked."""
    found = Alert.objects.filter(store=store).select_related("rule", "store", "by")
    return found.filter(state=state) if state else found


def waiting(store: Store, today: dt.date) -> QuerySet[Alert]:
    """What needs a decision on the local day `today`: open, not seen by anybody, not put off beyond it."""
    quiet = Q(snoozed_until__gt=today)
    return alerts(store, Alert.State.OPEN).filter(acknowledged_at=None).exclude(quiet).order_by("rule__severity", "pk")


def find(store: Store, pk: int) -> Alert | None:
    return alerts(store).filter(pk=pk).first()


def acknowledge(alert: Alert, by: User) -> None:
    """Somebody has it in hand: it stays open, and waits for nobody. ValidationError when it is not open."""
    change(alert, by, acknowledged_at=clock.now())


def snooze(alert: Alert, by: User, until: dt.date) -> None:
    """Quiet until the local day `until` comes. ValidationError on `until`: not a coming day, or further than a year."""
    today = clock.today(alert.store.timezone)
    if not today < until <= today + 366 * DAY:
        raise ValidationError({"until": _("Choose a day after today, within a year.")})
    change(alert, by, snoozed_until=until)


def dismiss(alert: Alert, by: User, reason: str) -> None:
    """There is nothing to it, and why. The same breach does not come back, a new one does."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why there is nothing to it.")})
    change(alert, by, state=Alert.State.DISMISSED, reason=fitting("reason", reason, 300), over_at=clock.now())


def change(alert: Alert, by: User, **values: object) -> None:
    """Write what a person decided, and who it was, if the alert is still open."""
    with transaction.atomic():
        now = Alert.objects.select_for_update(of=("self",)).get(pk=alert.pk)
        if now.state != Alert.State.OPEN:
            raise ValidationError(_("This alert is not open any more."))
        before = {name: getattr(now, name) for name in values}
        Alert.objects.filter(pk=alert.pk).update(by=by, **values)
        audit.record(alert, **{name: (before[name], value) for name, value in values.items()})
    alert.refresh_from_db()


def as_json(alert: Alert) -> dict[str, object]:
    """An alert as REST and webhooks tell it: numbers as strings, no value as null."""
    rule = alert.rule
    return {
        "id": alert.pk,
        "store": alert.store.slug,
        "state": alert.state,
        "severity": rule.severity,
        "metric": rule.metric,
        "rule": {"id": rule.pk, "kind": rule.kind, "limit": f"{rule.limit:f}", "days": rule.days},
        "first": alert.first_day.isoformat(),
        "last": alert.last_day.isoformat(),
        "days": alert.days,
        "value": None if alert.value is None else f"{alert.value:f}",
        "line": None if alert.line is None else f"{alert.line:f}",
        "normal": None if alert.middle is None else f"{alert.middle:f}",
        "opened_at": clock.utc(alert.opened_at),
        "over_at": alert.over_at and clock.utc(alert.over_at),
        "acknowledged_at": alert.acknowledged_at and clock.utc(alert.acknowledged_at),
        "snoozed_until": alert.snoozed_until and alert.snoozed_until.isoformat(),
        "reason": alert.reason,
    }


def messages_of(alert: Alert) -> QuerySet[Delivery]:
    """What was sent about it, and how far each message has come."""
    return Delivery.objects.filter(store_id=alert.store_id, key__startswith=f"alert:{alert.pk}:").select_related(
        "destination"
    )
