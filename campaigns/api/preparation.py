"""The work around a campaign over REST: goals, ad budgets, material, the nine points, plan B."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns import working
from campaigns.api import bodies, examples
from campaigns.api.deals import refused
from campaigns.api.making import CampaignWrites
from campaigns.api.planned import WRONG
from campaigns.models import Campaign, Material, PlanB
from kpis import queries
from opsplan import shapes
from opsplan.lib import cells
from staff import duties
from staff.access import token_of
from staff.api.base import MemberView, Unprocessable, fields_of
from staff.api.bodies import operation
from staff.roles import Action

HUNDRED = Decimal(100)
SHARES = (PlanB.Trigger.WEAK, PlanB.Trigger.COMPLAINTS)  # their limit is a fraction
ANSWER = shapes.thing(
    "CampaignPreparation",
    {
        "goals": shapes.many(
            shapes.thing(
                "CampaignGoal",
                {
                    "metric": shapes.text("Key of a KPI."),
                    "value": shapes.number("In the KPI's unit: yuan, a count, or a fraction for a rate."),
                },
            )
        ),
        "goal_metrics": shapes.many(shapes.text("Key of a KPI."), "What it may be given a goal for."),
        "budgets": shapes.many(
            shapes.thing(
                "CampaignAdBudget",
                {
                    "channel": shapes.text("Its key."),
                    "name": shapes.text(),
                    "amount": shapes.or_null(shapes.yuan("Null: none.")),
                },
            ),
            "Of every paid channel.",
        ),
        "materials": shapes.many(
            shapes.thing(
                "CampaignMaterial",
                {
                    "id": shapes.whole(),
                    "name": shapes.text(),
                    "state": shapes.one_of(Material.State.values),
                    "owner": shapes.or_null(shapes.text("User name.")),
                },
            )
        ),
        "points": shapes.many(
            shapes.thing(
                "CampaignPoint",
                {
                    "number": shapes.whole("1 to 9."),
                    "text": shapes.text("What is looked at, in the language asked for."),
                    "note": shapes.text(),
                    "done_by": shapes.or_null(shapes.text("User name.")),
                    "done_at": shapes.or_null(shapes.instant("Null: nobody has looked at it.")),
                },
            )
        ),
        "plan_b": shapes.many(
            shapes.thing(
                "CampaignPlanB",
                {
                    "id": shapes.whole(),
                    "trigger": shapes.one_of(PlanB.Trigger.values),
                    "limit": shapes.or_null(shapes.number("A fraction for weak and complaints, else units.")),
                    "answer": shapes.text("What is done then."),
                },
            )
        ),
    },
)


class PreparationView(CampaignWrites, MemberView):
    """The work around a campaign."""

    writes = Action.DO_TASKS
    tells_all = True

    @operation(summary="A campaign's goals, ad budgets, material, points, plan B", responses=ANSWER)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(told(self.campaign(pk)))

    @operation(
        summary="Change what is told of them, all or none",
        description="What is not named stays. The state and owner of material and the points are every member's; "
        "goals, budgets, plan B and new material are a manager's.",
        request=bodies.PREPARATION,
        examples=[examples.sent("A goal, a budget, what to do when it sells badly", examples.PREPARATION)],
        responses={200: ANSWER, 422: WRONG},
    )
    def patch(self, request: Request, slug: str, pk: int) -> Response:
        campaign, fields, by = self.campaign(pk), fields_of(request), token_of(request).user
        steps = [step for name in READ if fields.get(name) is not None for step in READ[name](campaign, fields[name])]
        if not {what for what, _said, _where in steps} <= working.FOR_MEMBERS and not self.member.may(
            Action.SET_TARGETS
        ):
            raise PermissionDenied
        with transaction.atomic():
            for what, said, where in steps:
                try:
                    working.do(campaign, what, said, by)
                except ValidationError as problem:
                    raise named(problem, where) from None
        return Response(told(campaign))


Step = tuple[str, dict[str, str], str]  # what is done, as the page posts it, and its place in the body


def named(problem: ValidationError, where: str) -> Exception:
    """What a change refused, by its place in the body."""
    found = refused(problem)
    if isinstance(found, Unprocessable) and hasattr(problem, "error_dict"):
        return found.within(f"{where}.")
    return refused(problem, where)


def goals(campaign: Campaign, rows: list[dict[str, Any]]) -> list[Step]:
    steps = []
    for i, row in enumerate(rows):
        metric, where = str(row.get("metric") or ""), f"goals[{i}]"
        if metric not in working.goal_keys(campaign):
            said = _("A campaign cannot be given a goal for this.")
            raise Unprocessable(f"{where}.metric", said, working.goal_keys(campaign))
        value = typed(row.get("value"), f"{where}.value", is_share=is_rate(metric))
        steps.append(("set_goal", {"metric": metric, "value": value}, where))
    return steps


def budgets(campaign: Campaign, rows: list[dict[str, Any]]) -> list[Step]:
    """One change of all of them, with those that are not named as they stand."""
    there = {channel.key: (channel.pk, value) for channel, value in working.budgets_of(campaign)}
    said = {f"channel-{pk}": "" if value is None else str(value) for pk, value in there.values()}
    for i, row in enumerate(rows):
        key = str(row.get("channel") or "")
        if key not in there:
            raise Unprocessable(f"budgets[{i}].channel", _("Unknown; choose one of those given."), list(there))
        said[f"channel-{there[key][0]}"] = typed(row.get("amount"), f"budgets[{i}].amount")
    return [("set_budgets", said, "budgets")] if rows else []


def materials(campaign: Campaign, rows: list[dict[str, Any]]) -> list[Step]:
    """One without `id` is new; of a known one what is not named stays."""
    steps: list[Step] = []
    people = {x.user.username: x.user_id for x in duties.working(campaign.store)}
    known = {x.pk: x for x in campaign.materials.all()}
    for i, row in enumerate(rows):
        where, owner = f"materials[{i}]", row.get("owner")
        if row.get("id") is None:
            if not str(row.get("name") or "").strip():
                raise Unprocessable(f"{where}.name", _("Give it a name."))
            steps.append(("add_material", {"name": str(row["name"])}, where))
            continue
        found = known.get(row["id"])
        if found is None:
            raise Unprocessable(f"{where}.id", _("This is not there any more."))
        if owner is not None and owner not in people:
            raise Unprocessable(f"{where}.owner", _("This person is not on the team."), list(people))
        mine = (people[owner] if owner else None) if "owner" in row else found.owner_id
        said = {"material": str(found.pk), "state": str(row.get("state") or found.state), "owner": str(mine or "")}
        steps.append(("set_material", said, where))
    return steps


def points(campaign: Campaign, rows: list[dict[str, Any]]) -> list[Step]:
    there = {row.number: row.point for row in working.points_of(campaign)}
    steps = []
    for i, row in enumerate(rows):
        point = there.get(row.get("number") or 0)
        done = row.get("done", point is not None and point.done_at is not None)
        note = str(row["note"] or "") if "note" in row else point.note if point else ""
        said = {"point": str(row.get("number") or 0), "done": "yes" if done else "", "note": note}
        steps.append(("tick_point", said, f"points[{i}]"))
    return steps


def plan_b(campaign: Campaign, rows: list[dict[str, Any]]) -> list[Step]:
    """New ones; one with `id` goes."""
    steps: list[Step] = []
    known = set(campaign.plan_b.values_list("pk", flat=True))
    for i, row in enumerate(rows):
        where, trigger = f"plan_b[{i}]", str(row.get("trigger") or "")
        if row.get("id") is None:
            limit = typed(row.get("limit"), f"{where}.limit", is_share=trigger in SHARES)
            said = {"trigger": trigger, "limit": limit, "answer": str(row.get("answer") or "")}
            steps.append(("add_plan_b", said, where))
        elif row["id"] not in known:
            raise Unprocessable(f"{where}.id", _("This is not there any more."))
        elif not row.get("drop"):
            raise Unprocessable(f"{where}.drop", _("Unknown deed."), ("true",))
        else:
            steps.append(("drop_plan_b", {"plan": str(row["id"])}, where))
    return steps


READ = {"goals": goals, "budgets": budgets, "materials": materials, "points": points, "plan_b": plan_b}


def is_rate(metric: str) -> bool:
    return queries.metric(metric).unit == "rate"


def typed(raw: object, where: str, *, is_share: bool = False) -> str:
    """A number as the page takes it, a share in percent; "" for none. Unprocessable."""
    if raw is None:
        return ""
    try:
        return f"{cells.number(raw) * (HUNDRED if is_share else 1):f}"
    except cells.Unreadable as problem:
        raise Unprocessable(where, _(str(problem))) from None


def plain(value: Decimal | None, unit: str) -> str | None:
    """As it is told: a share in percent as a fraction."""
    if value is None:
        return None
    return (
        f"{value / HUNDRED:.4f}" if unit == "rate" else f"{value:.2f}" if unit == "money" else f"{value.normalize():f}"
    )


def told(campaign: Campaign) -> dict[str, Any]:
    known = set(queries.keys())
    return {
        "goals": [
            {"metric": x.metric, "value": plain(x.value, queries.metric(x.metric).unit)}
            for x in campaign.goals.all()
            if x.metric in known
        ],
        "goal_metrics": list(working.goal_keys(campaign)),
        "budgets": [
            {"channel": channel.key, "name": channel.name, "amount": None if value is None else str(value)}
            for channel, value in working.budgets_of(campaign)
        ],
        "materials": [
            {"id": x.pk, "name": x.name, "state": x.state, "owner": x.owner.username if x.owner else None}
            for x in campaign.materials.select_related("owner")
        ],
        "points": [point_told(row) for row in working.points_of(campaign)],
        "plan_b": [
            {"id": x.pk, "trigger": x.trigger, "limit": plain(x.limit, "rate" if x.trigger in SHARES else ""),
             "answer": x.answer} for x in campaign.plan_b.all()
        ],
    }  # fmt: skip


def point_told(row: working.PointRow) -> Mapping[str, Any]:
    point = row.point
    return {
        "number": row.number,
        "text": str(row.text),
        "note": point.note if point else "",
        "done_by": point.done_by.username if point and point.done_by else None,
        "done_at": point.done_at if point else None,
    }
