"""What is typed about an alert rule: rates in percent, everything else in the figure's own unit."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kpis import queries
from kpis.alerting.alert_rules import MOST_DAYS
from kpis.models import AlertRule
from staff.models import Destination, Member, User
from staff.words import DUTIES
from stores.models import Store

HUNDRED = Decimal(100)


def is_percent(metric: str, kind: str) -> bool:
    """Whether the limit is typed as a percentage."""
    return kind in ("above", "below") and metric in set(queries.keys()) and queries.metric(metric).unit == "rate"


class RuleForm(forms.Form):
    """`metric` and `kind` are chosen once; a rule about something else is another rule."""

    metric = forms.ChoiceField(label=_("KPI"))
    kind = forms.ChoiceField(label=_("Fires when it is"), choices=AlertRule.Kind.choices, initial="low")
    limit = forms.DecimalField(
        label=_("Value or deviations"),
        required=False,
        max_digits=20,
        decimal_places=6,
        help_text=_(
            "Above or below: the figure's own unit (rates in %). Against normal: how many deviations; 3 is usual."
        ),
    )
    days = forms.IntegerField(label=_("Days in a row"), min_value=1, max_value=MOST_DAYS, initial=1)
    severity = forms.ChoiceField(
        label=_("How urgent"), choices=AlertRule.Severity.choices, initial="warn", widget=forms.RadioSelect
    )
    duty = forms.ChoiceField(label=_("Tell everybody with the duty"), required=False)

    def __init__(self, *args: Any, store: Store, rule: AlertRule | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.store, self.rule = store, rule
        groups: dict[str, list[tuple[str, str]]] = {}
        for info in queries.offered([store], [rule.metric] if rule else []):
            groups.setdefault(info.group, []).append((info.key, str(info.label)))
        metric, duty = self.fields["metric"], self.fields["duty"]
        assert isinstance(metric, forms.ChoiceField)
        assert isinstance(duty, forms.ChoiceField)
        metric.choices = [choice for choices in groups.values() for choice in choices]
        duty.choices = [("", _("nobody")), *DUTIES.items()]
        self.fields["people"] = forms.ModelMultipleChoiceField(
            label=_("Tell by e-mail"),
            required=False,
            queryset=User.objects.filter(pk__in=Member.objects.filter(store=store).values("user")),
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["destinations"] = forms.ModelMultipleChoiceField(
            label=_("Also send to"),
            required=False,
            queryset=Destination.objects.filter(store=store, is_active=True),
            widget=forms.CheckboxSelectMultiple,
        )
        if rule is not None and rule.pk:
            for name in ("metric", "kind"):
                self.fields[name].disabled = True

    def made(self) -> AlertRule:
        """The rule as it is typed, not saved; only after `is_valid`."""
        told = self.cleaned_data
        rule = self.rule or AlertRule(store=self.store)
        rule.metric, rule.kind, rule.days = told["metric"], told["kind"], told["days"]
        limit = told["limit"]
        rule.limit = limit / HUNDRED if limit is not None and is_percent(rule.metric, rule.kind) else limit
        rule.severity, rule.duty = told["severity"], told["duty"]
        return rule


def initial(rule: AlertRule) -> dict[str, Any]:
    """What the form begins with for a rule that is there, or proposed."""
    limit = rule.limit * HUNDRED if is_percent(rule.metric, rule.kind) else rule.limit
    told: dict[str, Any] = {
        "metric": rule.metric,
        "kind": rule.kind,
        "limit": f"{limit.normalize():f}",
        "days": rule.days,
        "severity": rule.severity,
        "duty": rule.duty,
    }
    if rule.pk:
        told |= {"people": rule.people.all(), "destinations": rule.destinations.all()}
    return told
