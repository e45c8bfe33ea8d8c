"""The rules themselves: what can be proposed, what they would have found, adding, changing, switching off."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from kpis import normal, queries
from kpis.alerting.alerts import days_for, test_of, values_for, watched
from kpis.models import Alert
from kpis.models import AlertRule as AlertRule
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period
from staff.models import Destination, User
from stores.models import Store

LOOK_BACK = 90  # days of "would have fired"
MOST_DAYS = 14
MOST_TIMES = Decimal(20)
DEVIATIONS = {"high", "low", "unusual"}


@dataclass(frozen=True)
class Proposal:
    """A rule that makes sense in most shops; nothing watches until somebody adds it."""

    key: str
    metric: str
    kind: str
    limit: Decimal
    days: int
    severity: str


PROPOSALS = (
    Proposal("sales_low", "pay_amt", "low", Decimal(3), 1, "bad"),
    Proposal("refunds_high", "refund_rate_amt", "high", Decimal(3), 2, "bad"),
    Proposal("conversion_low", "pay_cvr", "low", Decimal(3), 2, "warn"),
    Proposal("visitors_low", "uv", "low", Decimal(3), 2, "warn"),
    Proposal("good_rate_low", "good_rate", "below", Decimal("0.985"), 3, "warn"),
    Proposal("orders_missing", "pay_amt", "missing", Decimal(0), 1, "warn"),
    Proposal("traffic_missing", "uv", "missing", Decimal(0), 1, "warn"),
)


def rules(store: Store) -> QuerySet[AlertRule]:
    """All of the store, with how often each has fired and whether it is firing now (`fired`, `firing`)."""
    found = AlertRule.objects.filter(store=store).prefetch_related("people", "destinations")
    return found.annotate(
        fired=Count("alerts"), firing=Count("alerts", filter=Q(alerts__state=Alert.State.OPEN))
    ).order_by("-is_active", "metric", "pk")


def find(store: Store, pk: int) -> AlertRule | None:
    return AlertRule.objects.filter(store=store, pk=pk).first()


def proposals(store: Store) -> dict[str, AlertRule]:
    """Those that the store does not have yet, of figures its platform has, by their key; not saved."""
    there = set(AlertRule.objects.filter(store=store).values_list("metric", "kind"))
    return {
        each.key: AlertRule(
            store=store,
            metric=each.metric,
            kind=each.kind,
            limit=each.limit,
            days=each.days,
            severity=each.severity,
        )
        for each in PROPOSALS
        if (each.metric, each.kind) not in there and is_told(store, each.metric)
    }


def is_told(store: Store, metric: str) -> bool:
    """Whether the store's platform has such a figure: a rule about another never finds anything."""
    platforms = queries.metric(metric).platforms
    return not platforms or store.platform in platforms


def checked(rule: AlertRule) -> None:
    """ValidationError by field for what makes no sense; sets the limit of a rule that needs none to 0."""
    if rule.metric not in set(queries.keys()):
        raise ValidationError({"metric": _("There is no such KPI.")})
    if not 1 <= rule.days <= MOST_DAYS:
        raise ValidationError({"days": _("From 1 to %d days.") % MOST_DAYS})
    if rule.kind == AlertRule.Kind.MISSING:
        rule.limit = Decimal(0)
    elif rule.limit is None:
        raise ValidationError({"limit": _("Give a value.")})
    elif rule.kind in DEVIATIONS and not 0 < rule.limit <= MOST_TIMES:
        raise ValidationError({"limit": _("A number of deviations from 0.1 to 20; 3 is usual.")})
    rule.clean_fields(exclude={"store", "by", "created_at"})


def same(rule: AlertRule, people: Iterable[User], destinations: Iterable[Destination]) -> AlertRule | None:
    """The rule in use that says all of this already. ValidationError as `checked`."""
    checked(rule)
    alike = {name: getattr(rule, name) for name in ("metric", "kind", "limit", "days", "severity", "duty")}
    for there in rules(rule.store).filter(is_active=True, **alike):
        if set(there.people.all()) == set(people) and set(there.destinations.all()) == set(destinations):
            return there
    return None


def save(
    rule: AlertRule, by: User, people: Iterable[User] | None = None, destinations: Iterable[Destination] | None = None
) -> AlertRule:
    """Write a new or changed rule with those who are told. ValidationError."""
    checked(rule)
    if rule.pk is None:
        rule.by, rule.created_at = by, clock.now()
    with transaction.atomic():
        rule.save()
        if people is not None:
            rule.people.set(people)
        if destinations is not None:
            rule.destinations.set(destinations)
    return rule


def switch(rule: AlertRule, on: bool) -> None:
    """Watch, or watch no more; what is open is then over."""
    with transaction.atomic():
        locked = AlertRule.objects.select_for_update().get(pk=rule.pk)
        locked.is_active = on
        locked.save(update_fields=["is_active"])
        if not on:
            Alert.objects.filter(rule=rule, state=Alert.State.OPEN).update(state=Alert.State.OVER, over_at=clock.now())


def preview(rule: AlertRule) -> tuple[Period, list[normal.Run], int]:
    """The last 90 complete days, the runs on which the rule (saved or not) would have fired, newest first, and of how
    many days it can tell anything. ValidationError as `checked`."""
    checked(rule)
    today = clock.today(rule.store.timezone)
    period = Period(today - LOOK_BACK * DAY, today - DAY)
    seen = watched(rule.store, [rule.metric], period)[rule.metric]
    values, days = values_for(rule, seen), days_for(rule, rule.store, period)
    test = test_of(rule)
    known = sum(normal.line(test, values, day) is not None for day in days)
    return period, normal.runs(test, values, days)[::-1], known
