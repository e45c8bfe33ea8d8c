"""The form of a template: what it says, who does it, when, and what is handed in."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opsplan.fitting import too_long
from staff.models import Evidence, TemplateVersion
from staff.recurrence import BadRule, Rule
from staff.task_words import DAYS, ROUNDS, SHIFTS, TRIGGERS

KINDS = [
    ("daily", gettext_lazy("Every day, or every few days")),
    ("working", gettext_lazy("Every working day")),
    ("weekly", gettext_lazy("On days of the week")),
    ("monthly", gettext_lazy("On days of the month, quarter or year")),
    ("once", gettext_lazy("Once")),
    ("trigger", gettext_lazy("When something happens")),
]
NUMBERS = re.compile(r"[\s,，、;；]+")
STEP = 200  # characters


class TemplateForm(forms.Form):
    """Give it the people of the store [(id, name)], the KPIs and the duties [(key, label)] to choose from."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    how_to = forms.CharField(
        label=gettext_lazy("How it is done"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("**bold**, lists with - or 1., links as [words](https://…)."),
    )
    steps = forms.CharField(
        label=gettext_lazy("Steps, one a line"),
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    duties = forms.MultipleChoiceField(
        label=gettext_lazy("Duties"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    for_each = forms.BooleanField(label=gettext_lazy("Everybody who holds one of them does it"), required=False)
    turns = forms.TypedMultipleChoiceField(
        label=gettext_lazy("One person, or several who take turns"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    kind = forms.ChoiceField(label=gettext_lazy("When it is done"), choices=KINDS)
    interval = forms.IntegerField(
        label=gettext_lazy("Every how many days, weeks or months"), min_value=1, max_value=366, required=False
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Days of the week"),
        coerce=int,
        choices=list(enumerate(DAYS)),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    month_days = forms.CharField(
        label=gettext_lazy("Days of the month"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("1 is the first, -1 the last; several with commas between."),
    )
    months = forms.CharField(
        label=gettext_lazy("Months"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("3, 6, 9, 12 is every quarter; empty is every month."),
    )
    shift = forms.ChoiceField(
        label=gettext_lazy("On a day off it"), choices=[(key, SHIFTS[key]) for key in SHIFTS], required=False
    )
    since = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}))
    points = forms.ChoiceField(
        label=gettext_lazy("Goes through"),
        choices=[("", "—"), *ROUNDS.items()],
        required=False,
        help_text=gettext_lazy("One task names them all, each to be ticked; while there are none there is no task."),
    )
    trigger = forms.ChoiceField(
        label=gettext_lazy("What happens"), choices=[(key, TRIGGERS[key]) for key in TRIGGERS], required=False
    )
    offset = forms.IntegerField(
        label=gettext_lazy("Days before (-7) or after (3)"), min_value=-180, max_value=180, required=False
    )
    offset_working = forms.BooleanField(label=gettext_lazy("Count working days"), required=False)
    starts = forms.TimeField(
        label=gettext_lazy("Slot from"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    ends = forms.TimeField(
        label=gettext_lazy("Slot until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    span = forms.IntegerField(label=gettext_lazy("Days it may take"), min_value=1, max_value=60, initial=1)
    evidence = forms.ChoiceField(label=gettext_lazy("Handed in"), choices=Evidence.choices, required=False)
    metric = forms.ChoiceField(
        label=gettext_lazy("The number is this KPI"),
        required=False,
        help_text=gettext_lazy("It is checked against the imported data, and a wrong one is shown at once."),
    )
    metric_ago = forms.IntegerField(
        label=gettext_lazy("Of how many days before"), min_value=0, max_value=60, required=False
    )

    def __init__(
        self,
        *args: Any,
        people: list[tuple[int, str]],
        metrics: list[tuple[str, str]],
        duties: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("turns", people), ("metric", [("", "—"), *metrics]), ("duties", duties)):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Adds `version`: the fields of a TemplateVersion."""
        typed = super().clean() or {}
        if self.errors:
            return typed
        rule = ""
        if typed["kind"] != "trigger":
            try:
                rule = str(self.rule(typed))
            except BadRule as problem:
                self.add_error(*complaint(problem.code))
                return typed
        elif not typed["trigger"]:
            self.add_error("trigger", _("Say what happens."))
        steps = [x.strip() for x in typed["steps"].splitlines() if x.strip()]
        if longest := max((len(x) for x in steps if len(x) > STEP), default=0):
            self.add_error("steps", too_long(longest, STEP))
        turns = typed["turns"]
        typed["version"] = {
            "title": typed["title"].strip(),
            "how_to": typed["how_to"].strip(),
            "steps": steps,
            "duties": typed["duties"],
            "for_each": typed["for_each"] and bool(typed["duties"]),
            "turns": turns if len(turns) > 1 and rule else [],
            "person_id": turns[0] if len(turns) == 1 or (turns and not rule) else None,
            "rule": rule,
            "points": typed["points"] if rule else "",
            "since": typed["since"],
            "trigger": "" if rule else typed["trigger"],
            "offset": typed["offset"] or 0,
            "offset_working": typed["offset_working"],
            "starts": typed["starts"],
            "ends": typed["ends"],
            "span": typed["span"],
            "evidence": typed["evidence"],
            "metric": typed["metric"] if typed["evidence"] == Evidence.NUMBER else "",
            "metric_ago": typed["metric_ago"] or 0,
        }
        return typed

    def rule(self, typed: dict[str, Any]) -> Rule:
        """The rule that was put together. BadRule."""
        every, shift = typed["interval"] or 1, typed["shift"]
        match typed["kind"]:
            case "once":
                return Rule("ONCE")
            case "working":
                return Rule("DAILY", shift="skip")
            case "daily":
                return Rule("DAILY", every, shift=shift if shift == "skip" else "")
            case "weekly":
                return Rule("WEEKLY", every, weekdays=tuple(typed["weekdays"]), shift=shift)
        days, months = numbers(typed["month_days"], "month_day"), numbers(typed["months"], "month")
        return Rule("MONTHLY", 1 if months else every, month_days=days, months=months, shift=shift)


def numbers(text: str, code: str) -> tuple[int, ...]:
    try:
        return tuple(int(x) for x in NUMBERS.split(text.strip()) if x)
    except ValueError:
        raise BadRule(code) from None


def complaint(code: str) -> tuple[str, str]:
    """(field, sentence) of a rule that cannot be."""
    return {
        "weekday": ("weekdays", _("Choose at least one day of the week.")),
        "month_day": ("month_days", _("Give days from 1 to 31, or -1 to -28 counted from the end.")),
        "month": ("months", _("Give months from 1 to 12.")),
        "interval": ("interval", _("From 1 to 366.")),
    }.get(code, ("kind", _("This rule cannot be read.")))


def initial_of(version: TemplateVersion) -> dict[str, Any]:
    """A version as the form shows it."""
    rule = version.recurrence
    kind = (
        "trigger"
        if rule is None
        else {"ONCE": "once", "WEEKLY": "weekly", "MONTHLY": "monthly"}.get(rule.freq, "daily")
    )
    if rule is not None and (rule.freq, rule.interval, rule.shift) == ("DAILY", 1, "skip"):
        kind = "working"
    return {
        "title": version.title,
        "how_to": version.how_to,
        "steps": "\n".join(version.steps),
        "duties": version.duties,
        "for_each": version.for_each,
        "turns": version.turns or ([version.person_id] if version.person_id else []),
        "kind": kind,
        "interval": rule.interval if rule else None,
        "weekdays": rule.weekdays if rule else (),
        "month_days": ", ".join(map(str, rule.month_days)) if rule else "",
        "months": ", ".join(map(str, rule.months)) if rule else "",
        "shift": rule.shift if rule else "",
        "points": version.points,
        "since": version.since.isoformat(),
        "trigger": version.trigger,
        "offset": version.offset,
        "offset_working": version.offset_working,
        "starts": version.starts,
        "ends": version.ends,
        "span": version.span,
        "evidence": version.evidence,
        "metric": version.metric,
        "metric_ago": version.metric_ago,
    }
