"""/api/v1/stores/<slug>/headcount: how many people each duty has, is to have, and needs for what is sold."""

from dataclasses import fields as parts
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.base import StoreView, Unprocessable, whole_keys
from opsplan import shapes
from staff import duties, headcount
from staff.api.base import fields_of
from staff.api.bodies import body, one_of, operation
from staff.api.bodies import whole as whole_number
from staff.duties import DutyCard
from staff.headcount import Basis, Load, Need
from staff.roles import Action
from staff.views.reckoned import KEYS, needs
from stores.models import Store

RULE = ("basis", "per_day", "days_a_week", "least")
BASES = [x for x in Basis.values if x]
WORK = shapes.or_null(shapes.number("In what the work is counted in."))
ONE = shapes.thing(
    "DutyNeed",
    {
        "duty": shapes.text("Its key."),
        "name": shapes.text(),
        "people": shapes.many(shapes.text(), "User names of those who have it."),
        "wanted": shapes.or_null(shapes.whole("People who are to have it; null: nobody has said.")),
        "cover": shapes.or_null(shapes.text("The duty whose holders stand in; null: nobody's.")),
        "rule": shapes.thing(
            "DutyRule",
            {
                "basis": shapes.or_null(
                    shapes.one_of(
                        [x for x in Basis.values if x], "What the work is counted in; null: a fixed number, `least`."
                    )
                ),
                "per_day": shapes.whole("How much of it a person sees to a day."),
                "days_a_week": shapes.whole("Days a person works in a week."),
                "least": shapes.whole("People there are at least."),
                "is_own": shapes.yes("The store has said so; else it is what is usual."),
                "source": shapes.or_null(shapes.text("The requirement `least` comes from.")),
            },
        ),
        "load": shapes.thing(
            "DutyLoad",
            {
                "average": WORK | {"description": "Of a day, in the last four weeks."},
                "known": shapes.whole("Days of these that are known."),
                "most": WORK | {"description": "Of the busiest of them."},
                "most_on": shapes.or_null(shapes.day()),
                "planned": WORK | {"description": "Of a day, in the next four weeks, as sales are planned."},
                "planned_most": WORK | {"description": "Of the busiest of these."},
                "planned_most_on": shapes.or_null(shapes.day()),
            },
            "In what the work is counted in.",
        ),
        "need": shapes.thing(
            "DutyPeople",
            {
                "a_day": shapes.or_null(shapes.number("Work of a day: the larger of what was and what is planned.")),
                "at_once": shapes.or_null(shapes.number("People in one day: that ÷ per_day.")),
                "with_days_off": shapes.or_null(shapes.number("People on the team: that × 7 ÷ days_a_week.")),
                "people": shapes.whole("That, whole and not below `least`."),
                "peak": shapes.or_null(shapes.whole("People on the busiest day.")),
                "peak_on": shapes.or_null(shapes.day()),
                "helpers": shapes.whole("People to be borrowed on it."),
            },
        ),
    },
)

ALL = shapes.thing("Headcounts", {"duties": shapes.many(ONE)})
WRONG = OpenApiResponse(description="A field has a value we cannot use; nothing was stored.")


def duty_json(card: DutyCard, need: Need) -> dict[str, Any]:
    rule = {name: getattr(need.rule, name) for name in (*RULE, "is_own", "source")}
    rule |= {name: rule[name] or None for name in ("basis", "source")}
    reckoned = {x: getattr(need, x) for x in ("a_day", "at_once", "with_days_off", "people", "peak", "helpers")}
    return {
        "duty": card.key, "name": card.name, "people": [x.username for x in card.people], "wanted": card.wanted,
        "cover": card.cover or None, "rule": rule,
        "load": {x.name: told(getattr(need.load, x.name)) for x in parts(Load)},
        "need": {name: told(value) for name, value in reckoned.items()} | {"peak_on": need.peak_on},
    }  # fmt: skip


def told(value: Any) -> Any:
    return f"{value:.2f}" if isinstance(value, Decimal) else value


def every(store: Store) -> list[dict[str, Any]]:
    reckoned = needs(store)
    return [duty_json(x, reckoned[x.key]) for x in duties.cards(store)]


class HeadcountView(StoreView):
    """How many people the duties need."""

    action, writes = Action.VIEW_TEAM, Action.PLAN_TEAM

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        whole_keys(request, KEYS)

    @operation(summary="How many people each duty needs for what is sold", responses=ALL)
    def get(self, request: Request, slug: str) -> Response:
        return Response({"duties": every(self.store)})

    @operation(
        summary="Say what one person of a duty sees to, or how many are wanted",
        request=inline_serializer(
            "Headcount",
            {
                "duty": serializers.CharField(help_text="The key of a duty of this store."),
                "rule": body(
                    "HeadcountRule",
                    {
                        "basis": one_of(BASES, "What the work is counted in; null: a fixed number, `least`."),
                        "per_day": whole_number("How much of it a person sees to a day."),
                        "days_a_week": whole_number("Days a person works in a week."),
                        "least": whole_number("People there are at least."),
                    },
                    required=False, allow_null=True, help_text="null: what is usual again.",
                ),
                "wanted": serializers.IntegerField(
                    required=False, allow_null=True, help_text="People who are to have it."
                ),
                "cover": serializers.CharField(
                    required=False, allow_null=True, help_text="The duty whose holders stand in; null: nobody's."
                ),
            },
        ),
        responses={200: ONE, 422: WRONG},
    )  # fmt: skip
    def post(self, request: Request, slug: str) -> Response:
        fields, store = fields_of(request), self.store
        key = str(fields.get("duty") or "")
        known = dict(duties.duty_choices(store))
        if key not in known:
            raise Unprocessable("duty", _("Choose a duty of this store."), list(known))
        try:
            with transaction.atomic():
                change(store, key, fields)
        except ValidationError as problem:
            field, texts = next(iter(problem.message_dict.items()))
            where = "wanted" if field == "headcount" else f"rule.{field}" if field in RULE else field
            raise Unprocessable(where, " ".join(texts)) from problem
        return Response(next(x for x in every(store) if x["duty"] == key))


def change(store: Store, key: str, fields: dict[str, Any]) -> None:
    """What was sent of a duty; ValidationError or Unprocessable by field."""
    if "rule" in fields:
        rule = fields["rule"]
        if rule is None:
            headcount.forget_rule(store, key)
        elif isinstance(rule, dict):
            kept = headcount.rules(store)[key]
            basis, *numbers = (rule.get(name, getattr(kept, name)) for name in RULE)
            typed = [whole(f"rule.{name}", x) for name, x in zip(RULE[1:], numbers, strict=True)]
            headcount.set_rule(store, key, str(basis or ""), *typed)
        else:
            raise Unprocessable("rule", _("Send an object, or null."))
    if "wanted" in fields or "cover" in fields:
        card = duties.card(store, key)
        assert card is not None
        wanted = whole("wanted", fields["wanted"]) if "wanted" in fields else card.wanted
        duties.set_plan(store, key, wanted, str(fields.get("cover", card.cover) or ""))


def whole(name: str, value: Any) -> int | None:
    if value is not None and type(value) is not int:
        raise Unprocessable(name, _("Give a whole number."))
    return value
