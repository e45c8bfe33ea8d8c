"""Goals with a day: orders a day, a rate of good ratings, and the visitors they need (S072-S076); market phases (S097);
the cash guard (S088): budgets and money for goods must stay under the cash there is."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from kpis import queries
from kpis.alerting.alert_rules import is_told
from kpis.answers import Row
from kpis.metrics import METRICS, evaluate
from kpis.models import CashLine, Milestone, Phase, Plan, PlanCell
from kpis.planning.need import whole_up
from kpis.planning.year import BUDGETS
from kpis.year.plan_cells import LARGEST
from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period, add_months, month_of
from staff.models import User
from staff.services import cancel_tasks, spawn_tasks
from stores.models import Store

FIGURES = ("pay_order_cnt", "valid_order_cnt", "real_order_cnt", "real_amt", "pay_amt", "good_rate", "refund_rate_amt")
ORDERS = ("pay_order_cnt", "valid_order_cnt", "real_order_cnt")
LONGEST_DAYS = 731
MOST_TEXT = 2000  # characters of what a phase is about
REACHED, OVERDUE, OPEN, COMING = "reached", "overdue", "open", "coming"


@dataclass(frozen=True)
class Goal:
    """A milestone as it stands. value: of the last `window` days that have data (an amount a day, or a rate).
    visitors: a day, for orders at the conversion it was given. left: days until it is due, below 0 after it."""

    milestone: Milestone
    label: str
    unit: str
    state: str
    reached_on: dt.date | None
    value: Decimal | None
    visitors: Decimal | None
    left: int
    is_late: bool = False


def milestones(store: Store, metrics: Sequence[str]) -> QuerySet[Milestone]:
    """Those about one of these KPIs."""
    return Milestone.objects.filter(store=store, metric__in=metrics).select_related("by")


def goals(store: Store) -> list[Goal]:
    today = clock.today(store.timezone)
    return [goal(store, each, today) for each in Milestone.objects.filter(store=store)]


def goal(store: Store, milestone: Milestone, today: dt.date) -> Goal:
    last = min(today - DAY, milestone.start + (LONGEST_DAYS - 1) * DAY)
    rows: list[Row] = []
    if last >= milestone.start:
        rows = queries.breakdown(store, [milestone.metric], Period(milestone.start, last), "day")
    windows = windowed(milestone, rows)
    down = METRICS[milestone.metric].better == "down"
    hit = next((d for d, x in windows if (x <= milestone.goal if down else x >= milestone.goal)), None)
    state = REACHED if hit else OVERDUE if milestone.due < today else COMING if milestone.start > today else OPEN
    info = queries.metric(milestone.metric)
    needed = visitors(milestone.goal, milestone.conversion) if milestone.metric in ORDERS else None
    return Goal(
        milestone, info.label, info.unit, state, hit, windows[-1][1] if windows else None, needed,
        (milestone.due - today).days, bool(hit and hit > milestone.due),
    )  # fmt: skip


def visitors(orders: Decimal, conversion: Decimal | None) -> Decimal | None:
    """Visitors a day that bring so many orders (S075, T-02)."""
    return whole_up(orders / conversion) if conversion else None


def windowed(milestone: Milestone, rows: Sequence[Row]) -> list[tuple[dt.date, Decimal]]:
    """By the last day of each run of `window` days: the mean day of an amount, or the rate over all of them. Sums come
    first, a day without data breaks the run."""
    metric, size = METRICS[milestone.metric], milestone.window
    found, run = [], list[dict[str, Decimal]]()
    for row in rows:
        figure = row.values[milestone.metric]
        inputs = {key: value for key, value in figure.inputs.items() if value is not None}
        run = [*run, inputs][-size:] if len(inputs) == len(set(metric.needs)) else []
        if len(run) < size:
            continue
        value = evaluate(metric, {key: sum((day[key] for day in run), Decimal(0)) for key in inputs})
        if value is not None:
            found.append((dt.date.fromisoformat(row.key), value / size if metric.target == "month" else value))
    return found


def set_milestone(
    store: Store,
    by: User,
    *,
    title: str,
    metric: str,
    goal: Decimal | None,
    start: dt.date | None,
    due: dt.date | None,
    window: int = 7,
    conversion: Decimal | None = None,
    pk: int | None = None,
) -> Milestone:
    """Tasks that wait for a milestone follow its day. ValidationError by field."""
    if not title.strip():
        raise ValidationError({"title": _("Give it a title.")})
    if metric not in {key for key, _label in figures_on_offer(store)} and not is_kept(store, pk, metric):
        raise ValidationError({"metric": _("Choose one of the figures.")})
    if goal is None or not 0 < goal < LARGEST or (METRICS[metric].unit == "rate" and goal > 1):
        raise ValidationError({"goal": _("Give a goal above 0; a rate is at most 100 %.")})
    if start is None or due is None or due < start:
        raise ValidationError({"due": _("Give the day from which it counts, and a later one by which it is due.")})
    if not 1 <= window <= 90:
        raise ValidationError({"window": _("It is held for 1 to 90 days.")})
    if conversion is not None and not 0 < conversion <= 1:
        raise ValidationError({"conversion": _("A conversion lies between 0 and 100 %.")})
    found = Milestone.objects.filter(store=store, pk=pk).first() if pk else None
    found = found or Milestone(store=store)
    found.title, found.metric, found.goal, found.start, found.due = (
        fitting("title", title, 80),
        metric,
        goal,
        start,
        due,
    )
    found.window, found.conversion, found.by, found.updated_at = window, conversion, by, clock.now()
    with transaction.atomic():
        found.save()
        spawn_tasks(store, "milestone", f"{found.pk}", due, subject=found.title, about="milestones")
    return found


def is_kept(store: Store, pk: int | None, metric: str) -> bool:
    """A milestone that is there keeps its figure, whatever the platform has."""
    return pk is not None and Milestone.objects.filter(store=store, pk=pk, metric=metric).exists()


def figures_on_offer(store: Store) -> list[tuple[str, str]]:
    """Those the store's platform has: a goal for another would never be reached."""
    return [(key, queries.metric(key).label) for key in FIGURES if is_told(store, key)]


def is_there(store: Store, kind: str, pk: int) -> bool:
    """kind: as in `remove`."""
    model = {"milestone": Milestone, "phase": Phase, "cash": CashLine}[kind]
    return bool(model.objects.filter(store=store, pk=pk).exists())  # type: ignore[attr-defined]


def remove(store: Store, kind: str, pk: int) -> None:
    """Take away a milestone with its open tasks, a phase or a line of cash."""
    model = {"milestone": Milestone, "phase": Phase, "cash": CashLine}[kind]
    with transaction.atomic():
        model.objects.filter(store=store, pk=pk).delete()  # type: ignore[attr-defined]
        if kind == "milestone":
            cancel_tasks(store, "milestone", f"{pk}")


# --- market phases ------------------------------------------------------------------------------------------------


def phases(store: Store) -> list[tuple[Phase, bool]]:
    """Each phase, and whether it is the one of today."""
    today = clock.today(store.timezone)
    return [(x, x.first <= today <= month_of(x.last).last) for x in Phase.objects.filter(store=store)]


def add_phase(store: Store, name: str, first: dt.date | None, last: dt.date | None, text: str) -> Phase:
    if not name.strip():
        raise ValidationError({"name": _("Give it a name.")})
    if first is None or last is None or last < first:
        raise ValidationError({"first": _("Give the first and the last month.")})
    return Phase.objects.create(
        store=store,
        name=fitting("name", name, 60),
        first=first.replace(day=1),
        last=last.replace(day=1),
        text=fitting("text", text, MOST_TEXT),
    )


def found_phases(store: Store) -> None:
    """The three phases of the founding plan, from this month on: months 1 to 3, 4 to 8, and to the end of the year."""
    first = clock.today(store.timezone).replace(day=1)
    for name, start, end in ((_("Early phase"), 0, 2), (_("Middle phase"), 3, 7), (_("Near future"), 8, 11)):
        one, two = add_months(first, start), add_months(first, end)
        if one and two:
            Phase.objects.create(store=store, name=name, first=one, last=two)


# --- cash ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CashMonth:
    """A month of the guard, yuan. balance: all cash so far less all budgets and money for goods so far."""

    month: Period
    cash: Decimal
    budget: Decimal
    stock: Decimal
    balance: Decimal

    @property
    def is_short(self) -> bool:
        return self.balance < 0


def cash_guard(store: Store, year: int, plan: Plan | None = None) -> list[CashMonth]:
    """The year month by month; the balance before it, from the year of the first line on, is carried over. Budgets are
    the three budget lines of `plan` (else of the plan in force), or where these are empty its promotion cost."""
    lines = list(CashLine.objects.filter(store=store, day__year__lte=year).values_list("day", "kind", "amount"))
    first = min((day.year for day, _kind, _amount in lines), default=year)
    spent = budgets(store, range(first, year + 1), plan)
    balance, out = Decimal(0), []
    for number in range(12 * (year - first + 1)):
        month = month_of(dt.date(first + number // 12, number % 12 + 1, 1))
        there = [x for x in lines if x[0] in month]
        cash = sum((a for _day, kind, a in there if kind == CashLine.Kind.CASH), Decimal(0))
        stock = sum((a for _day, kind, a in there if kind == CashLine.Kind.STOCK), Decimal(0))
        budget = spent.get(month.first, Decimal(0))
        balance += cash - stock - budget
        out.append(CashMonth(month, cash, budget, stock, balance))
    return out[-12:]


def first_short(plan: Plan) -> CashMonth | None:
    """The first month in which this version would spend more than there is; None where no cash was entered."""
    if not CashLine.objects.filter(store=plan.store, kind=CashLine.Kind.CASH, day__year__lte=plan.year).exists():
        return None
    return next((month for month in cash_guard(plan.store, plan.year, plan) if month.is_short), None)


def budgets(store: Store, years: range, plan: Plan | None = None) -> dict[dt.date, Decimal]:
    """What the plans in force (`plan` for its own year) let be spent in each month (its first day), yuan."""
    there = PlanCell.objects.filter(row__plan__store=store, row__plan__year__in=years, value__isnull=False)
    is_chosen = Q(row__plan__status=Plan.Status.APPROVED)
    if plan is not None:
        is_chosen = Q(row__plan=plan) | (is_chosen & ~Q(row__plan__year=plan.year))
    cells = there.filter(is_chosen, row__key__in=(*BUDGETS, "promo_cost"))
    by_month: dict[dt.date, dict[str, Decimal]] = {}
    for year, key, month, value in cells.values_list("row__plan__year", "row__key", "month", "value"):
        by_month.setdefault(dt.date(year, month, 1), {})[key] = value or Decimal(0)
    return {month: month_budget_of(told) for month, told in by_month.items()}


def month_budget_of(cells: dict[str, Decimal]) -> Decimal:
    lines = [cells[key] for key in BUDGETS if key in cells]
    return sum(lines, Decimal(0)) if lines else cells.get("promo_cost", Decimal(0))


def cash_lines(store: Store) -> list[CashLine]:
    return list(CashLine.objects.filter(store=store).select_related("by"))


def add_cash(store: Store, by: User, day: dt.date | None, kind: str, amount: Decimal | None, note: str) -> CashLine:
    if day is None:
        raise ValidationError({"day": _("Give the day.")})
    if kind not in CashLine.Kind.values:
        raise ValidationError({"kind": _("Choose what it is.")})
    if amount is None or not 0 < amount < LARGEST:
        raise ValidationError({"amount": _("Give an amount above 0.")})
    return CashLine.objects.create(
        store=store, day=day, kind=kind, amount=amount, note=fitting("note", note, 200), by=by, updated_at=clock.now()
    )
