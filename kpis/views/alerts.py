"""预警: what broke a rule and what was done about it; the rules, and what they would have found."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kpis import tasks
from kpis.alerting import alert_rules, alert_words, alerts
from kpis.alerting.alert_forms import RuleForm, initial
from kpis.views.words import days_query, links_to
from kpis.writing import written
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period
from staff.access import StoreRequest, for_store
from staff.forms import explain_into
from staff.roles import Action, Level, may
from stores.downloads import file_response
from stores.snapshot import one_version

PAGE = 30
STATES = ("open", "over", "dismissed")


def rights(request: StoreRequest) -> dict[str, bool]:
    level = Level(request.member.level)
    return {"may_handle": may(level, Action.HANDLE_ALERTS), "may_manage": may(level, Action.MANAGE_ALERTS)}


@for_store(Action.VIEW_DATA)
@require_GET
def alert_list(request: StoreRequest) -> HttpResponse:
    """Every breach, newest first; `state=` narrows, `format=` sends it as a file."""
    state = request.GET.get("state", "")
    found = alerts.alerts(request.store, state if state in STATES else "")
    if request.GET.get("format"):
        return exported(request, found)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "tab": "alerts",
        "page": page,
        "state": state,
        "lines": [alert_line(each) for each in page.object_list],
        "has_rules": alert_rules.rules(request.store).exists(),
        **rights(request),
    }
    return render(request, "kpis/alerts.html", context)


def alert_line(alert: Any) -> dict[str, Any]:
    return {
        "alert": alert,
        "text": alert_words.sentence(alert),
        "background": alert_words.background(alert),
        "days": alert_words.span_words(alert.first_day, alert.last_day),
    }


def exported(request: StoreRequest, found: Any) -> HttpResponse:
    header = [
        _("Alert"),
        _("First day"),
        _("Last day"),
        _("Number of days"),
        _("State"),
        _("Value"),
        _("Line"),
        _("Reason"),
    ]
    rows = (
        [alert_words.sentence(x), x.first_day, x.last_day, x.days, x.get_state_display(), x.value, x.line, x.reason]
        for x in found
    )
    return file_response(request.GET["format"], f"{request.store.slug}-alerts", header, rows)


def the_alert(request: StoreRequest, pk: int) -> Any:
    found = alerts.find(request.store, pk)
    if found is None:
        raise Http404
    return found


@for_store(Action.VIEW_DATA)
@require_GET
def alert(request: StoreRequest, pk: int) -> HttpResponse:
    """One breach, and the three things to do about it."""
    found, today = the_alert(request, pk), clock.today(request.store.timezone)
    span = Period(found.first_day, found.last_day)
    context = {
        **alert_line(found),
        "tab": "alerts",
        "rule": found.rule,
        "rule_text": alert_words.rule_sentence(found.rule),
        "lasted": span,
        "query": days_query(span),
        "value": alert_words.shown(found.value, alert_words.unit_of(found.rule)),
        "line": alert_words.shown(found.line, alert_words.unit_of(found.rule)),
        "usual": None if found.middle is None else written(found.middle, alert_words.unit_of(found.rule)),
        "tomorrow": today + DAY,
        "next_week": today + 7 * DAY,
        "sent": alerts.messages_of(found),
        **rights(request),
        **links_to(request),
    }
    template = "kpis/_alert.html" if request.headers.get("HX-Request") else "kpis/alert.html"
    return render(request, template, context)


@for_store(Action.HANDLE_ALERTS)
@require_POST
def alert_decide(request: StoreRequest, pk: int) -> HttpResponse:
    """`do`: acknowledge, snooze (with `until`) or dismiss (with `reason`); from=today: back to that page."""
    found, do = the_alert(request, pk), request.POST.get("do", "")
    try:
        said = decide(found, request, do, request.POST.get("until", ""), request.POST.get("reason", ""))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        messages.success(request, said)
    if request.POST.get("from") == "today":
        return redirect("today", request.store.slug)
    return redirect("alert", request.store.slug, pk)


def decide(found: Any, request: StoreRequest, do: str, until: str, reason: str) -> str:
    if do == "acknowledge":
        alerts.acknowledge(found, request.user)
        return _("Seen: it waits for nobody any more, and stays open until it is over.")
    if do == "snooze":
        try:
            day = dt.date.fromisoformat(until)
        except ValueError:
            raise ValidationError(_("Choose a day after today, within a year.")) from None
        alerts.snooze(found, request.user, day)
        return _("Quiet until %s.") % day
    if do == "dismiss":
        alerts.dismiss(found, request.user, reason)
        return _("Noted that there is nothing to it.")
    raise ValidationError(_("Unknown decision."))


# rules


@for_store(Action.VIEW_DATA)
@require_GET
def rules(request: StoreRequest) -> HttpResponse:
    offered = alert_rules.proposals(request.store)
    context = {
        "tab": "rules",
        "rules": [
            (rule, alert_words.rule_sentence(rule), alert_rules.is_told(request.store, rule.metric))
            for rule in alert_rules.rules(request.store)
        ],
        "offered": [(key, rule, alert_words.rule_sentence(rule)) for key, rule in offered.items()],
        **rights(request),
    }
    return render(request, "kpis/alert_rules.html", context)


@for_store(Action.MANAGE_ALERTS)
@require_http_methods(["GET", "POST"])
def rule_new(request: StoreRequest) -> HttpResponse:
    """`?proposal=KEY` begins with one that is offered. The button "preview" only looks."""
    offered = alert_rules.proposals(request.store).get(request.GET.get("proposal", ""))
    form = RuleForm(request.POST or None, store=request.store, initial=initial(offered) if offered else None)
    return rule_page(request, form, None)


@for_store(Action.MANAGE_ALERTS)
@require_http_methods(["GET", "POST"])
def rule_edit(request: StoreRequest, pk: int) -> HttpResponse:
    rule = the_rule(request, pk)
    form = RuleForm(request.POST or None, store=request.store, rule=rule, initial=initial(rule))
    return rule_page(request, form, rule)


def the_rule(request: StoreRequest, pk: int) -> Any:
    rule = alert_rules.find(request.store, pk)
    if rule is None:
        raise Http404
    return rule


def rule_page(request: StoreRequest, form: RuleForm, rule: Any) -> HttpResponse:
    """The editor; with what the rule would have found in the last 90 days, once it can be read."""
    looks, before = "preview" in request.POST, None
    if form.is_bound and form.is_valid():
        made = form.made()
        with explain_into(form):
            if not looks:
                told = form.cleaned_data
                alert_rules.save(made, request.user, told["people"], told["destinations"])
                tasks.watch.delay(request.store.pk)
                messages.success(request, _("The rule watches from now on."))
                return redirect("alert_rules", request.store.slug)
            before = preview_words(made)
    elif rule is not None and not form.is_bound:
        before = preview_words(rule)
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "kpis/alert_rule.html", {"form": form, "rule": rule, "preview": before}, status=status)


def preview_words(rule: Any) -> dict[str, Any]:
    with one_version():
        period, found, known = alert_rules.preview(rule)
    unit = alert_words.unit_of(rule)
    return {
        "period": period,
        "known": known,
        "text": alert_words.rule_sentence(rule),
        "runs": [
            {
                "days": alert_words.span_words(run.first, run.last),
                "count": len(run.days),
                "value": alert_words.shown(run.value, unit),
                "line": alert_words.shown(run.line, unit),
                "query": days_query(Period(run.first, run.last)),
            }
            for run in found
        ],
        "total": len(found),
    }


@for_store(Action.MANAGE_ALERTS)
@require_POST
def rule_switch(request: StoreRequest, pk: int) -> HttpResponse:
    rule = the_rule(request, pk)
    on = request.POST.get("on") == "1"
    alert_rules.switch(rule, on)
    if on:
        tasks.watch.delay(request.store.pk)
    messages.success(request, _("The rule watches again.") if on else _("The rule watches no more."))
    return redirect("alert_rules", request.store.slug)
