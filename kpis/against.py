"""A month against its plan: pace, where it is heading and how sure that is, every KPI, channel and owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kpis import month_budget, pacing, queries
from kpis.answers import Figure, Pace
from kpis.day_plan import book_of
from kpis.models import PlanOwner, Target
from kpis.month_budget import Budget
from kpis.plan_rows import CHANNEL
from kpis.planning.factors import SALES
from kpis.planning.track import Past, interval, usual_error
from opsplan.lib.periods import DAY, Period, add_months, month_of
from staff.models import Member, User
from stores.models import Store

RECORD_MONTHS = 12
GAPS = ("uv_need_month", "uv_gap_month", "uv_gap_per_day", "uv_need_rest", "uv_rest_per_day")


@dataclass(frozen=True)
class KpiLine:
    """A KPI with a target: of the month, of the days that are over, and what these brought. rate: actual over the
    target so far; for what should be low the other way round."""

    key: str
    label: str
    unit: str
    figure: Figure
    month_target: Decimal
    rate: Decimal | None
    is_good: bool | None
    owner: User | None


@dataclass(frozen=True)
class OwnerLine:
    """What somebody answers for: name, plan so far, actual, rate, whether that is good."""

    owner: User
    lines: tuple[tuple[str, str, Decimal | None, Decimal | None, Decimal | None, bool | None], ...]


@dataclass(frozen=True)
class Against:
    """low, high: where four of five past months ended, seen from the same day; None without three months of record."""

    pace: Pace
    low: Decimal | None
    high: Decimal | None
    past: tuple[Past, ...]
    usual_error: Decimal | None
    gaps: dict[str, Figure]
    closed: Period | None
    kpis: tuple[KpiLine, ...]
    budget: Budget
    channel_owners: dict[str, User]
    owners: tuple[OwnerLine, ...]


def against(store: Store, month: Period) -> Against:
    pace = queries.pace(store, month.first)
    closed = month_budget.so_far(store, month)
    past = record(store, month, pace.closed_days) if pace.projection is not None else ()
    reach = interval(pace.projection, past) if pace.projection is not None else None
    owners = {row.key: row.user for row in PlanOwner.objects.filter(store=store).select_related("user")}
    budget = month_budget.budget(store, month, pace.time_progress)
    kpis = kpi_lines(store, month, closed, owners) if closed else ()
    gaps = queries.figures(store, GAPS, closed, compare=()) if closed else {}
    of_channels = {key.removeprefix(CHANNEL): user for key, user in owners.items() if key.startswith(CHANNEL)}
    low, high = reach or (None, None)
    return Against(
        pace, low, high, tuple(past), usual_error(past), gaps, closed, kpis, budget, of_channels,
        owner_lines(kpis, budget, of_channels),
    )  # fmt: skip


def record(store: Store, month: Period, closed: int) -> tuple[Past, ...]:
    """What the months before were projected to bring after as many closed days, and what they brought. Only months
    whose every day has data."""
    first = add_months(month.first, -RECORD_MONTHS)
    if first is None:
        return ()
    span = Period(first, month.first - DAY)
    figure = queries.figures(store, [SALES], span, compare=(), series=True)[SALES]
    sold = {day: value for day, value in figure.series if value is not None}
    targets = dict(Target.objects.filter(store=store, metric=SALES).values_list("month", "value"))
    book, found, day = book_of(store), [], first
    while day < month.first:
        each = month_of(day)
        day = each.last + DAY
        if any(x not in sold for x in each):
            continue
        bears = book.bears(each, targets.get(each.first))
        days = tuple(each)[: min(closed, len(each))]
        so_far = sum((sold[x] for x in days), Decimal(0))
        projected = pacing.projection(so_far, pacing.borne(days, bears), pacing.borne(each, bears), len(days))
        if projected:
            found.append(Past(f"{each.first:%Y-%m}", projected, sum((sold[x] for x in each), Decimal(0))))
    return tuple(found)


def kpi_lines(store: Store, month: Period, closed: Period, owners: dict[str, User]) -> tuple[KpiLine, ...]:
    targets = dict(Target.objects.filter(store=store, month=month.first).values_list("metric", "value"))
    known = queries.keys()
    keys = [key for key in known if key in targets]
    figures = queries.figures(store, keys, closed, compare=())
    lines = []
    for key in keys:
        figure, info = figures[key], queries.metric(key)
        rate = figure.value / figure.target if figure.value is not None and figure.target else None
        good = None
        if figure.value is not None and figure.target is not None and info.better != "neutral":
            good = figure.value <= figure.target if info.better == "down" else figure.value >= figure.target
        lines.append(KpiLine(key, info.label, info.unit, figure, targets[key], rate, good, owners.get(key)))
    return tuple(lines)


def owner_lines(kpis: Sequence[KpiLine], budget: Budget, channels: dict[str, User]) -> tuple[OwnerLine, ...]:
    """By person: the KPIs and channel budgets they answer for."""
    found: dict[int, OwnerLine] = {}

    def add(user: User, *line: object) -> None:
        now = found.get(user.pk, OwnerLine(user, ()))
        found[user.pk] = OwnerLine(user, (*now.lines, line))  # type: ignore[arg-type]

    for kpi in kpis:
        if kpi.owner:
            add(kpi.owner, kpi.label, kpi.unit, kpi.figure.target, kpi.figure.value, kpi.rate, kpi.is_good)
    for each in budget.lines:
        if each.key in channels:
            rate = each.spent / each.due if each.spent is not None and each.due else None
            good = None if rate is None else each.tone != "warn"
            add(channels[each.key], each.name, "money", each.due, each.spent, rate, good)
    return tuple(found.values())


def people(store: Store) -> list[User]:
    """Who can answer for something."""
    members = Member.objects.filter(store=store, user__is_active=True).exclude(level="client").select_related("user")
    return [member.user for member in members.order_by("user__username")]


def assign(store: Store, key: str, user_id: int | None) -> None:
    """Say who answers for a KPI or a channel's budget (`promo_cost:<channel>`); None takes it back. ValidationError."""
    metric = key.partition(":")[0]
    known = queries.keys()
    if metric not in known or not queries.metric(metric).plannable:
        raise ValidationError(_("Nobody can be made to answer for this."))
    if user_id is None:
        PlanOwner.objects.filter(store=store, key=key).delete()
        return
    user = next((user for user in people(store) if user.pk == user_id), None)
    if user is None:
        raise ValidationError(_("This person does not work in the store."))
    PlanOwner.objects.update_or_create(store=store, key=key, defaults={"user": user})
