"""A month against its plan: pace, where it is heading and how sure that is, every KPI, channel and owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kpis import pacing, queries
from kpis.answers import Figure, Pace
from kpis.days.day_plan import book_of
from kpis.models import PlanOwner, Target
from kpis.month import month_budget
from kpis.month.month_budget import Budget
from kpis.planning.factors import SALES
from kpis.planning.track import Past, interval, usual_error
from kpis.variance.against_channels import ChannelSales, channel_sales, parts_in_force
from kpis.variance.against_groups import Groups, group_sales
from kpis.year.plan_rows import CHANNEL
from opsplan.lib.periods import DAY, Period, add_months, month_of
from staff import duties
from staff.models import Member, User
from stores.models import Store

RECORD_MONTHS = 12
DUTY = "duty:"
GAPS = ("uv_need_month", "uv_gap_month", "uv_gap_per_day", "uv_need_rest", "uv_rest_per_day")


@dataclass(frozen=True)
class Owner:
    """A person (key: their id) or a duty (`duty:<key>`), with the names of those who hold it now."""

    key: str
    name: str
    holders: tuple[str, ...] = ()
    has_left: bool = False


@dataclass(frozen=True)
class KpiLine:
    """A KPI with a target: of the month, of the days that are over and have data, and what these brought. rate: actual
    over the target so far; for what should be low the other way round."""

    key: str
    label: str
    unit: str
    figure: Figure
    month_target: Decimal | None
    target: Decimal | None
    rate: Decimal | None
    is_good: bool | None
    owner: Owner | None


@dataclass(frozen=True)
class OwnerLine:
    """What somebody answers for: name, plan so far, actual, rate, whether that is good."""

    owner: Owner
    lines: tuple[tuple[str, str, Decimal | None, Decimal | None, Decimal | None, bool | None], ...]


@dataclass(frozen=True)
class Track:
    """How sure a projection is. low, high: yuan, where four of five past months ended, seen from the same day; usual:
    the middle of the errors' sizes (0.04 = 4 %) over `months` months."""

    low: Decimal | None
    high: Decimal | None
    usual: Decimal
    months: int


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
    channels: tuple[ChannelSales, ...]
    groups: Groups
    channel_owners: dict[str, Owner]
    owners: tuple[OwnerLine, ...]


def against(store: Store, month: Period) -> Against:
    """A month against its plan: pace and forecast, KPIs, spending, channels, groups, and who is answerable."""
    pace = queries.pace(store, month.first)
    closed = month_budget.so_far(store, month)
    past = record(store, month, pace.closed_days) if pace.projection is not None else ()
    reach = interval(pace.projection, past) if pace.projection is not None else None
    owners = owners_of(store)
    budget = month_budget.budget(store, month)
    kpis = kpi_lines(store, month, closed, owners) if closed else ()
    gaps = queries.figures(store, GAPS, closed, compare=()) if closed else {}
    of_channels = {key.removeprefix(CHANNEL): user for key, user in owners.items() if key.startswith(CHANNEL)}
    (low, high), parts = reach or (None, None), parts_in_force(store, month)
    return Against(
        pace, low, high, tuple(past), usual_error(past), gaps, closed, kpis, budget,
        channel_sales(store, month, closed, parts), group_sales(store, month, closed, parts), of_channels,
        owner_lines(kpis, budget, of_channels),
    )  # fmt: skip


def track(store: Store, pace: Pace) -> Track | None:
    """The record behind a month's projection; None without a projection or without past months."""
    past = record(store, pace.month, pace.closed_days) if pace.projection is not None else ()
    usual = usual_error(past)
    if usual is None or pace.projection is None:
        return None
    low, high = interval(pace.projection, past) or (None, None)
    return Track(low, high, usual, len(past))


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


def kpi_lines(store: Store, month: Period, closed: Period, owners: dict[str, Owner]) -> tuple[KpiLine, ...]:
    """The KPIs with a target this month, as far as its days are closed."""
    known = set(Target.objects.filter(store=store, month=month.first).values_list("metric", flat=True))
    every = queries.keys()
    keys = [key for key in every if key in known]
    targets = queries.targets_of(store, keys, month)
    figures = queries.figures(store, keys, closed, compare=("target",))
    lines = []
    for key in keys:
        figure, info = figures[key], queries.metric(key)
        target = figure.compare["target"].value
        rate = figure.reached(target)
        good = None
        if figure.value is not None and target is not None and info.better != "neutral":
            good = figure.value <= target if info.better == "down" else figure.value >= target
        lines.append(KpiLine(key, info.label, info.unit, figure, targets[key], target, rate, good, owners.get(key)))
    return tuple(lines)


def owner_lines(kpis: Sequence[KpiLine], budget: Budget, channels: dict[str, Owner]) -> tuple[OwnerLine, ...]:
    """By person or duty: the KPIs and channel budgets they answer for."""
    found: dict[str, OwnerLine] = {}

    def add(owner: Owner, *line: object) -> None:
        now = found.get(owner.key, OwnerLine(owner, ()))
        found[owner.key] = OwnerLine(owner, (*now.lines, line))  # type: ignore[arg-type]

    for kpi in kpis:
        if kpi.owner:
            add(kpi.owner, kpi.label, kpi.unit, kpi.target, kpi.figure.value, kpi.rate, kpi.is_good)
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


def choices(store: Store) -> dict[str, list[Owner]]:
    """Who a figure can be given to: people, and duties whoever holds them."""
    holders = {card.key: tuple(str(x) for x in card.people) for card in duties.cards(store)}
    return {
        "people": [Owner(str(user.pk), str(user)) for user in people(store)],
        "duties": [Owner(f"{DUTY}{key}", name, holders[key]) for key, name in duties.duty_choices(store)],
    }


def owners_of(store: Store) -> dict[str, Owner]:
    """By figure or channel: who answers for it."""
    rows = list(PlanOwner.objects.filter(store=store).select_related("user"))
    of_duties = {x.key: x for x in choices(store)["duties"]} if any(row.duty for row in rows) else {}
    here = {x.pk for x in people(store)} if any(row.user for row in rows) else set()
    return {
        row.key: owner_of(row.user, row.user.pk in here) if row.user else
        of_duties.get(DUTY + row.duty, Owner(DUTY + row.duty, duties.name_of(row.duty)))
        for row in rows
    }  # fmt: skip


def owner_of(user: User, is_here: bool) -> Owner:
    return Owner(str(user.pk), str(user) if is_here else "{} ({})".format(user, _("has left")), has_left=not is_here)


def assign(store: Store, key: str, owner: str) -> None:
    """Say who answers for a KPI or a channel's budget (`promo_cost:<channel>`): a user's id, `duty:<key>`, or "" for
    nobody. ValidationError."""
    metric = key.partition(":")[0]
    known = queries.keys()
    if metric not in known or not queries.metric(metric).plannable:
        raise ValidationError(_("Nobody can be made to answer for this."))
    if not owner:
        PlanOwner.objects.filter(store=store, key=key).delete()
        return
    if owner not in {x.key for each in choices(store).values() for x in each}:
        raise ValidationError(_("This person does not work in the store."))
    duty = owner.removeprefix(DUTY) if owner.startswith(DUTY) else ""
    PlanOwner.objects.update_or_create(
        store=store, key=key, defaults={"user_id": None if duty else int(owner), "duty": duty}
    )
