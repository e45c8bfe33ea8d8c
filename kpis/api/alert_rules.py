"""Alert rules over REST: which figures are watched and who is told, writing them, what they would have found."""

from decimal import Decimal
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kpis import queries, tasks
from kpis.alerting import alert_rules, alert_words, alerts
from kpis.alerting.alert_rules import AlertRule
from kpis.api.base import StoreView, Unprocessable, allowed_keys
from kpis.api.milestones import number as number_of
from opsplan import shapes
from opsplan.paging import PAGING, pages
from staff.access import token_of
from staff.api.base import fields_of
from staff.api.bodies import body, number, one_of, operation, texts, whole, yes
from staff.models import Destination, User
from staff.queries import team
from staff.roles import Action
from staff.words import DUTIES
from stores.snapshot import one_version

LIMIT = (
    "above, below: the value in the unit of the KPI (a rate as a fraction); high, low, unusual: how many deviations "
    "off normal, 3 is usual; missing: none."
)
OF_RULE = {
    "metric": shapes.text("The key of a KPI."),
    "kind": shapes.one_of(alerts.KINDS, "When it fires; high, low and unusual are against its own normal."),
    "limit": shapes.number(LIMIT),
    "days": shapes.whole("So many days in a row."),
    "severity": shapes.one_of(alerts.SEVERITIES),
    "text": shapes.text("The rule in words."),
}
RULE = shapes.thing(
    "WatchRule",
    {
        "id": shapes.whole(),
        **OF_RULE,
        "duty": shapes.or_null(shapes.one_of(DUTIES), "Everybody who holds it is told."),
        "people": shapes.many(shapes.text("User name."), "Told by e-mail."),
        "destinations": shapes.many(shapes.whole("Id of one of …/destinations."), "Also sent there."),
        "is_active": shapes.yes("It watches."),
        "has_figure": shapes.yes("No: the store's platform has no such figure, so it never finds anything."),
        "fired": shapes.whole("How many alerts it has brought."),
        "firing": shapes.whole("How many of them are open."),
    },
)
PROPOSAL = shapes.thing("WatchRuleProposal", {"key": shapes.text(), **OF_RULE})
WOULD_HAVE = shapes.thing(
    "WatchRulePast",
    {
        "text": shapes.text("The rule in words."),
        "from": shapes.day(),
        "to": shapes.day(),
        "known_days": shapes.whole("Of these days, those of which it can tell anything."),
        "runs": shapes.many(
            shapes.thing(
                "WatchRuleRun",
                {
                    "first": shapes.day(),
                    "last": shapes.day(),
                    "days": shapes.whole("On which it was broken."),
                    "value": shapes.or_null(shapes.number("Of the last day, in the unit of the KPI.")),
                    "line": shapes.or_null(shapes.number("What it should not have passed.")),
                },
            ),
            "When it would have fired, the newest first.",
        ),
    },
)
ONE = shapes.thing("WatchRuleWithPast", {**RULE["properties"], "would_have": WOULD_HAVE})
WRONG = OpenApiResponse(description="A field has a value we cannot use; nothing was stored.")
WHAT = {
    "metric": serializers.CharField(help_text="The key of a KPI."),
    "kind": serializers.ChoiceField(alerts.KINDS, help_text="When it fires."),
}
TERMS = {
    "limit": number(LIMIT),
    "days": whole(f"In a row, 1 to {alert_rules.MOST_DAYS}; 1 unless told."),
    "severity": one_of(alerts.SEVERITIES, "warn unless told."),
}
TOLD = {
    "duty": one_of(DUTIES, "Everybody who holds it is told; null: nobody."),
    "people": texts("User names of the team: told by e-mail."),
    "destinations": serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="Ids of …/destinations: also sent there."
    ),
}
EXAMPLE = {"metric": "refund_rate_amt", "kind": "above", "limit": "0.08", "days": 2, "severity": "bad"}


class RuleStore(StoreView):
    """What the endpoints of alert rules share."""

    action = Action.VIEW_DATA
    writes: Action | None = Action.MANAGE_ALERTS

    def new(self, fields: dict[str, Any]) -> AlertRule:
        """The rule that was sent, not saved. Unprocessable for a KPI that is not on offer."""
        opened = allowed_keys(self.request)
        valid = [x.key for x in queries.offered([self.store]) if x.key in opened]
        metric, kind = str(fields.get("metric") or ""), str(fields.get("kind") or "")
        if metric not in valid:
            raise Unprocessable("metric", _("“%s” is not one of the valid values.") % metric[:60], valid)
        if kind not in alerts.KINDS:
            raise Unprocessable("kind", _("“%s” is not one of the valid values.") % kind[:60], alerts.KINDS)
        limit: Any = None  # not told yet
        return changed(AlertRule(store=self.store, metric=metric, kind=kind, limit=limit), fields)

    def people(self, fields: dict[str, Any]) -> list[User] | None:
        """Who is to be told; None where it was not said. Unprocessable for somebody else."""
        if fields.get("people") is None:
            return None
        known = {x.user.username: x.user for x in team(self.store)}
        for place, name in enumerate(fields["people"]):
            if name not in known:
                raise Unprocessable(f"people[{place}]", _("This person is not on the team."), list(known))
        return [known[name] for name in fields["people"]]

    def destinations(self, fields: dict[str, Any]) -> list[Destination] | None:
        """Where else it is to be told; None where it was not said. Unprocessable."""
        if fields.get("destinations") is None:
            return None
        known = {x.pk: x for x in Destination.objects.filter(store=self.store, is_active=True)}
        for place, pk in enumerate(fields["destinations"]):
            if pk not in known:
                text = _("“%s” is not one of the valid values.") % pk
                raise Unprocessable(f"destinations[{place}]", text, [str(x) for x in known])
        return [known[pk] for pk in fields["destinations"]]


class AlertRulesView(RuleStore):
    """What is watched."""

    @operation(
        summary="Alert rules, and those that could be added",
        parameters=PAGING,
        responses=pages(RULE, proposals=shapes.many(PROPOSAL, "What makes sense in most shops and is not there yet.")),
    )
    def get(self, request: Request, slug: str) -> Response:
        opened = allowed_keys(request)
        offered = [(key, x) for key, x in alert_rules.proposals(self.store).items() if x.metric in opened]
        found = alert_rules.rules(self.store).filter(metric__in=opened)
        return self.page(request, found, rule_json, proposals=[{"key": key, **terms_json(x)} for key, x in offered])

    @operation(
        summary="Add an alert rule",
        description="It watches from now on. The same rule sent again is the one that is there (200).",
        request=body("WatchRuleNew", WHAT | TERMS | TOLD),
        examples=[OpenApiExample("More than 8 % refunded on two days", value=EXAMPLE, request_only=True)],
        responses={201: RULE, 200: RULE, 422: WRONG},
    )
    def post(self, request: Request, slug: str) -> Response:
        fields = fields_of(request)
        rule, people, destinations = self.new(fields), self.people(fields) or [], self.destinations(fields) or []
        there = alert_rules.same(rule, people, destinations)
        if there:
            return Response(rule_json(there))
        alert_rules.save(rule, token_of(request).user, people, destinations)
        tasks.watch.delay(self.store.pk)
        return Response(rule_json(found(self.store, rule.pk)), status=201)


class AlertRulePreviewView(RuleStore):
    """A rule that is only tried."""

    action, writes = Action.MANAGE_ALERTS, None

    @operation(
        summary="What a rule would have found in the last 90 days; nothing is stored",
        request=body("WatchRuleTried", WHAT | TERMS),
        responses={200: WOULD_HAVE, 422: WRONG},
    )
    def post(self, request: Request, slug: str) -> Response:
        return Response(past_json(self.new(fields_of(request))))


class AlertRuleView(RuleStore):
    """One rule."""

    def found(self, pk: int) -> Any:
        there = found(self.store, pk)
        if there.metric not in allowed_keys(self.request):
            raise Http404
        return there

    @operation(summary="One alert rule, and what it would have found in the last 90 days", responses=ONE)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        rule = self.found(pk)
        return Response({**rule_json(rule), "would_have": past_json(rule)})

    @operation(
        summary="Change an alert rule, switch it off or on",
        description="A rule about another KPI or of another kind is another rule. None is deleted (its alerts stay): "
        "switched off it watches no more, and its open alert is over.",
        request=body("WatchRuleChange", TERMS | TOLD | {"is_active": yes("It watches.")}),
        responses={200: RULE, 404: None, 422: WRONG},
    )
    def patch(self, request: Request, slug: str, pk: int) -> Response:
        rule, fields = self.found(pk), fields_of(request)
        people, destinations = self.people(fields), self.destinations(fields)
        alert_rules.save(changed(rule, fields), token_of(request).user, people, destinations)
        on = fields.get("is_active")
        if on is not None and on != rule.is_active:
            alert_rules.switch(rule, on)
        if on is not False:
            tasks.watch.delay(self.store.pk)
        return Response(rule_json(self.found(pk)))


def changed(rule: AlertRule, fields: dict[str, Any]) -> AlertRule:
    """The rule as the fields say; what is not named stays."""
    limit = number_of(fields, "limit")
    if limit is not None:
        rule.limit = limit
    for name in ("days", "severity"):
        if fields.get(name) is not None:
            setattr(rule, name, fields[name])
    if "duty" in fields:
        rule.duty = fields["duty"] or ""
    return rule


def found(store: Any, pk: int) -> Any:
    """The rule as a list has it."""
    there = alert_rules.rules(store).filter(pk=pk).first()
    if there is None:
        raise Http404
    return there


def terms_json(rule: AlertRule) -> dict[str, Any]:
    return {
        "metric": rule.metric,
        "kind": rule.kind,
        "limit": alert_words.plain(rule.limit),
        "days": rule.days,
        "severity": rule.severity,
        "text": alert_words.rule_sentence(rule),
    }


def rule_json(rule: Any) -> dict[str, Any]:
    return {
        "id": rule.pk,
        **terms_json(rule),
        "duty": rule.duty or None,
        "people": sorted(x.username for x in rule.people.all()),
        "destinations": sorted(x.pk for x in rule.destinations.all()),
        "is_active": rule.is_active,
        "has_figure": alert_rules.is_told(rule.store, rule.metric),
        "fired": rule.fired,
        "firing": rule.firing,
    }


def past_json(rule: AlertRule) -> dict[str, Any]:
    with one_version():
        period, runs, known = alert_rules.preview(rule)

    def told(value: Decimal | None) -> str | None:
        return None if value is None else alert_words.plain(value)

    return {
        "text": alert_words.rule_sentence(rule),
        "from": period.first,
        "to": period.last,
        "known_days": known,
        "runs": [
            {"first": x.first, "last": x.last, "days": len(x.days), "value": told(x.value), "line": told(x.line)}
            for x in runs
        ],
    }
