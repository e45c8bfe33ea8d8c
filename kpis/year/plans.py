"""Versions of a year's plan: begun, copied, submitted, approved, superseded; the one in force gives the targets."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kpis.metrics import METRICS
from kpis.models import Plan, PlanCell, PlanRow, Target
from kpis.planning.factors import NEAR, SALES, product
from kpis.planning.shares import Contradiction, exact
from kpis.planning.year import MONTHS, Cell, month_days
from kpis.year.plan_cells import Loaded, Place, Refused, load, locked, publish, states, told, write
from kpis.year.plan_products import link
from kpis.year.plan_rows import HEROES, OWN, UNITS, first_rows, is_made, may_be_planned, metric_row
from opsplan.fitting import fitting
from opsplan.lib import clock
from staff import approvals
from staff.models import Approval, User
from stores.models import Store

FIRST_YEAR, LAST_YEAR = 2000, 2100
Draft, Status = Plan.Status.DRAFT, Plan.Status
MOST_ROWS = 180
PARTS_FROM = 10_000  # rows of parts stand behind (`kpis.year.plan_parts`)


class Stale(ValidationError):
    """The plan is not as the person saw it any more. version: how many changes it counts now."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(_("Somebody else changed this meanwhile: look again."))
        self.version = plan.version


def as_seen(plan: Plan, seen: int | None) -> None:
    """Stale when a change has come since; seen: its `version` then (None: not told)."""
    if seen not in (None, plan.version):
        raise Stale(plan)


def in_force(store: Store, year: int) -> Plan | None:
    return Plan.objects.filter(store=store, year=year, status=Status.APPROVED).first()


def current(store: Store, year: int, *, drafts: bool = True) -> Plan | None:
    """The plan people mean by a year: the newest that is being worked on, else the one in force, else the newest."""
    plans = list(Plan.objects.filter(store=store, year=year).select_related("approved_by", "submitted_by", "store"))
    if not drafts:
        return next((plan for plan in plans if plan.status == Status.APPROVED), None)
    open_ones = [plan for plan in plans if plan.status in (Draft, Status.SUBMITTED)]
    approved = [plan for plan in plans if plan.status == Status.APPROVED]
    return next(iter([*open_ones, *approved, *plans]), None)


def versions(store: Store, year: int) -> list[Plan]:
    people = ("created_by", "submitted_by", "approved_by", "based_on")
    return list(Plan.objects.filter(store=store, year=year).select_related(*people))


@transaction.atomic
def start(
    store: Store,
    year: int,
    by: User | None,
    *,
    source: Plan | None = None,
    scenario: str = Plan.Scenario.BASE,
    basis: str = Plan.Basis.REAL,
    reason: str = "",
) -> Plan:
    """A new draft: a copy of `source`, else the year's targets as they were set one by one, else empty."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValidationError({"year": _("A plan is for a year between 2000 and 2100.")})
    said = fitting("reason", reason, 300)
    Store.objects.select_for_update().get(pk=store.pk)
    newest = Plan.objects.filter(store=store, year=year).order_by("-number").first()
    plan = Plan.objects.create(
        store=store, year=year, number=newest.number + 1 if newest else 1, scenario=scenario,
        month_basis=source.month_basis if source else basis, based_on=source, reason=said, created_by=by,
        created_at=clock.now(),
    )  # fmt: skip
    if source is None:
        rows = first_rows(store)
        for row in rows:
            row.plan = plan
        PlanRow.objects.bulk_create(rows)
        adopt_targets(plan)
    else:
        copy_rows(source, plan)
    return plan


def copy_rows(source: Plan, plan: Plan) -> None:
    """The rows and cells of another plan; where that is of another year, in this plan's basis."""
    for old in source.rows.prefetch_related("cells", "products"):
        row = PlanRow(plan=plan, key=old.key, kind=old.kind, title=old.title, unit=old.unit, position=old.position,
                      category=old.category)  # fmt: skip
        row.save()
        row.products.set(old.products.all())
        cells = list(old.cells.all())
        for cell in cells:
            cell.pk, cell.row, cell.version = None, row, 0
        PlanCell.objects.bulk_create(cells)
        if row.key == HEROES:
            link(plan.store, row, range(1, 13))
    if source.year != plan.year and source.month_basis == Plan.Basis.REAL:
        change_basis(plan, plan.month_basis, plan.created_by)


def adopt_targets(plan: Plan) -> None:
    """Take over the targets that were set without a plan. Amounts stay; where factors disagree, visitors give way."""
    found = list(Target.objects.filter(store=plan.store, month__year=plan.year).select_related("by"))
    if not found:
        return
    rows = {row.key for row in plan.rows.all()}
    for key in dict.fromkeys(target.metric for target in found):
        if key not in rows and may_be_planned(key):
            row = metric_row(key)
            row.plan = plan
            row.save()
    loaded = load(plan)
    for target in found:
        if target.metric in loaded.sheet.rows and not is_made(target.metric):
            place = (target.metric, target.month.month)
            loaded.sheet.cells[place] = Cell(exact(target.value), held=target.metric == SALES)
    agree(loaded)
    write(loaded, states(loaded), plan.created_by, plan.created_at)


def agree(loaded: Loaded) -> None:
    """Let every month's factors make its amount, where they do not within 0.1 %."""
    for month in MONTHS:
        there = loaded.sheet.month(month)
        made, wanted = product(there), there[SALES]
        try:
            if made is None or wanted is None or abs(made - wanted) > NEAR * wanted:
                loaded.sheet.edit_month(month, {SALES: wanted})
            else:
                loaded.sheet.keep_costs(month, {})
        except Contradiction:  # no factor can make this amount: it stands as it was set
            continue


@transaction.atomic
def change_basis(plan: Plan, basis: str, by: User | None) -> Loaded:
    """Count with 30-day or real months. Typed amounts stay; others follow their factors. Refused when locks forbid."""
    plan = locked(plan)
    loaded = load(plan)
    before = states(loaded)
    plan.month_basis = basis
    plan.save(update_fields=["month_basis"])
    try:
        loaded.sheet.rebase(month_days(plan.year, basis))
    except Contradiction as error:
        raise Refused([Place("", "", error=told(loaded, error))]) from error
    now = states(loaded)
    write(loaded, {key: cell for key, cell in now.items() if before.get(key) != cell}, by, clock.now())
    return loaded


@transaction.atomic
def add_row(plan: Plan, *, kind: str, title: str = "", unit: str = "", metric: str = "") -> PlanRow:
    """A free row of words or numbers, or one for a plannable metric. ValidationError by field."""
    plan = locked(plan)
    there = list(plan.rows.all())
    if len(there) >= MOST_ROWS:
        raise ValidationError({"title": _("A plan has at most %d rows.") % MOST_ROWS})
    if metric:
        if not may_be_planned(metric) or any(row.key == metric for row in there):
            raise ValidationError({"metric": _("This figure cannot be added; it may be there already.")})
        row = metric_row(metric)
    else:
        title = title.strip()
        if not title or len(title) > 60:
            raise ValidationError({"title": _("Give the row a title of at most 60 characters.")})
        if kind not in PlanRow.Kind.values or (kind == PlanRow.Kind.NUMBER and unit not in UNITS):
            raise ValidationError({"unit": _("Choose what the row holds.")})
        number = max((int(row.key.removeprefix(OWN)) for row in there if row.key.startswith(OWN)), default=0) + 1
        row = PlanRow(key=f"{OWN}{number}", kind=kind, title=title, unit=unit if kind == PlanRow.Kind.NUMBER else "")
    row.plan, row.position = plan, max((x.position for x in there if x.position < PARTS_FROM), default=0) + 10
    row.save()
    _touch(plan)
    return row


@transaction.atomic
def remove_row(plan: Plan, key: str) -> None:
    """Take away a row people added, with its cells and history."""
    plan = locked(plan)
    row = plan.rows.filter(key=key).first()
    if row is None or (not key.startswith(OWN) and not _was_added(row)):
        raise ValidationError({"row": _("Only rows that were added can be taken away.")})
    row.delete()
    _touch(plan)


def _was_added(row: PlanRow) -> bool:
    return row.key not in {x.key for x in first_rows(row.plan.store)}


def _touch(plan: Plan) -> None:
    plan.version += 1
    plan.save(update_fields=["version"])


def submit(plan: Plan, by: User, reason: str = "", seen: int | None = None) -> Plan:
    """Ask for approval; the plan can no longer be changed. Refused: it is no draft; Stale."""
    with transaction.atomic():
        plan = locked(plan)
        as_seen(plan, seen)
        plan.status, plan.submitted_by, plan.submitted_at = Status.SUBMITTED, by, clock.now()
        plan.reason = fitting("reason", reason, 300) or plan.reason
        plan.save(update_fields=["status", "submitted_by", "submitted_at", "reason"])
        title = _("Plan %(year)d v%(number)d") % {"year": plan.year, "number": plan.number}
        path = f"/s/{plan.store.slug}/plan/?year={plan.year}"
        approvals.ask(plan.store, "plan", title, by, about=about(plan), path=path, note=plan.reason)
    return plan


def about(plan: Plan) -> str:
    """What its approval is about."""
    return f"plan:{plan.pk}"


def settled(approval: Approval, by: User | None) -> None:
    """Called when a plan's approval was settled on the page of approvals: the plan follows. ValidationError."""
    plan = Plan.objects.select_related("store").filter(store=approval.store, pk=approval.about.split(":")[1]).first()
    if plan is None or plan.status != Status.SUBMITTED:
        return
    if approval.state == Approval.State.APPROVED:
        approve(plan, by)
    else:
        hand_back(plan, by)


@transaction.atomic
def hand_back(plan: Plan, by: User | None = None) -> Plan:
    """A submitted plan becomes a draft again."""
    changed = Plan.objects.filter(pk=plan.pk, status=Status.SUBMITTED).update(status=Draft)
    if not changed:
        raise ValidationError(_("Only a submitted plan can be handed back."))
    approvals.settle(plan.store, about(plan), "no", by)
    plan.refresh_from_db()
    return plan


@transaction.atomic
def approve(plan: Plan, by: User | None, seen: int | None = None) -> Plan:
    """Put the plan in force: the year's targets are its cells, the version before is superseded. ValidationError."""
    plan = Plan.objects.select_for_update().select_related("store").get(pk=plan.pk)
    as_seen(plan, seen)
    if plan.status not in (Draft, Status.SUBMITTED):
        raise ValidationError(_("Only a draft or a submitted plan can be approved."))
    Plan.objects.filter(store=plan.store, year=plan.year, status=Status.APPROVED).update(status=Status.SUPERSEDED)
    plan.status, plan.approved_by, plan.approved_at = Status.APPROVED, by, clock.now()
    plan.save(update_fields=["status", "approved_by", "approved_at"])
    publish(load(plan), by)
    approvals.settle(plan.store, about(plan), "yes", by)
    return plan


def discard(plan: Plan) -> None:
    """Throw a draft away."""
    deleted, _models = Plan.objects.filter(pk=plan.pk, status=Draft).delete()
    if not deleted:
        raise ValidationError(_("Only a draft can be thrown away."))


def find(store: Store, pk: int, *, drafts: bool = True) -> Plan | None:
    """A plan of this store; `drafts` False finds only the one in force."""
    plans = Plan.objects.filter(store=store, pk=pk).select_related("store", "submitted_by", "approved_by", "based_on")
    return plans.first() if drafts else plans.filter(status=Status.APPROVED).first()


def numbered_version(store: Store, year: int, number: int) -> Plan | None:
    return Plan.objects.filter(store=store, year=year, number=number).select_related("store", "approved_by").first()


def targets_without_plan(store: Store, year: int) -> int:
    """How many targets were set one by one for a year that has no plan in force."""
    return 0 if in_force(store, year) else Target.objects.filter(store=store, month__year=year).count()


def scenarios() -> dict[str, str]:
    return {value: str(label) for value, label in Plan.Scenario.choices}


def bases() -> dict[str, str]:
    return {value: str(label) for value, label in Plan.Basis.choices}


def one_of(text: str, valid: Mapping[str, str], otherwise: str) -> str:
    return text if text in valid else otherwise


def more_metrics(plan: Plan) -> list[tuple[str, str]]:
    """Plannable metrics that have no row yet: key and label."""
    there = {row.key for row in plan.rows.all()}
    return [(key, _(METRICS[key].label)) for key in METRICS if may_be_planned(key) and key not in there]
