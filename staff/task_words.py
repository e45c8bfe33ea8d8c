"""Rules, slots and triggers in words."""

import datetime as dt

from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from staff.models import Task, TemplateVersion
from staff.recurrence import Rule

DAYS: tuple[Promise, ...] = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)
TRIGGERS: dict[str, Promise] = {
    "manual": gettext_lazy("Started by hand"),
    "campaign": gettext_lazy("A campaign"),
    "campaign_alarm": gettext_lazy("Something is off in a running campaign"),
    "groupbuy_end": gettext_lazy("The end of a group deal"),
    "newshop": gettext_lazy("Every day of a new shop's launch"),
    "newshop_end": gettext_lazy("The last day of a new shop's launch"),
    "new_product": gettext_lazy("A new product"),
    "data_missing": gettext_lazy("A day without data"),
    "kpi_alert": gettext_lazy("An alert"),
    "stock_low": gettext_lazy("Stock below its line"),
    "site_warm": gettext_lazy("A group-buy site nobody has talked to for long"),
    "paper_expiry": gettext_lazy("A company paper runs out soon"),
    "stage": gettext_lazy("A product enters a life-cycle stage"),
    "stage_incubation": gettext_lazy("A product is to be brought up"),
    "stage_growth": gettext_lazy("A product enters growth"),
    "stage_maturity": gettext_lazy("A product enters maturity"),
    "stage_decline": gettext_lazy("A product enters decline"),
    "milestone": gettext_lazy("A milestone of the plan"),
    "contract_start": gettext_lazy("A contract begins"),
    "contract_end": gettext_lazy("A contract ends"),
    "statement_due": gettext_lazy("A month of a contract is over"),
    "ads": gettext_lazy("A decision on an ad"),
    "customers": gettext_lazy("A class of customers"),
    "stock_late": gettext_lazy("The stock of a campaign is not decided on in time"),
}
AT_ONCE = ("manual", "data_missing", "kpi_alert", "stock_low", "campaign_alarm", "ads", "customers", "stock_late")
ROUNDS: dict[str, Promise] = {  # what recurring work goes through, product by product
    "incubation": gettext_lazy("products being brought up"),
    "growth": gettext_lazy("products in growth"),
    "growth_ranks": gettext_lazy("products in growth, until their rank of the week is there"),
    "growth_stock": gettext_lazy("products in growth, until there is enough of them in stock"),
    "maturity": gettext_lazy("products in maturity"),
    "decline": gettext_lazy("products in decline"),
}
PLACES: dict[str, Promise] = {  # the page where a round is done
    "product_ranks": gettext_lazy("Enter the ranks of the week"),
    "product_stages": gettext_lazy("Life-cycle board"),
    "stock": gettext_lazy("Stock"),
}
NAMED, NAME = 2, 16  # of what a task goes through, in a line; and characters of each
SHIFTS: dict[str, Promise] = {
    "": gettext_lazy("stays on that day"),
    "next": gettext_lazy("moves to the next working day"),
    "previous": gettext_lazy("moves to the working day before"),
    "skip": gettext_lazy("is left out"),
}


def when(version: TemplateVersion) -> str:
    """When the work is to be done, in words."""
    rule = version.recurrence
    if rule is None:
        trigger = str(TRIGGERS.get(version.trigger, version.trigger))
        return f"{trigger} {offset_words(version)}".strip()
    said = rule_words(rule, version.since)
    return f"{said} · {ROUNDS.get(version.points, version.points)}" if version.points else said


def subject(task: Task) -> str:
    """What a task is about: what triggered it, or the first of what it goes through and how many there are."""
    names = [Truncator(x.title).chars(NAME, "…") for x in task.steps if x.about and not x.is_gone]
    if task.subject or not names:
        return task.subject
    shown = _(", ").join(names[:NAMED])
    if len(names) <= NAMED:
        return shown
    return ngettext("%(names)s: %(n)d product", "%(names)s and others: %(n)d products", len(names)) % {
        "names": shown, "n": len(names),
    }  # fmt: skip


def offset_words(version: TemplateVersion) -> str:
    if version.trigger in AT_ONCE and not version.offset:
        return ""
    text = f"T{version.offset:+d}" if version.offset else "T"
    return _("%s working days") % text if version.offset_working and version.offset else text


def rule_words(rule: Rule, since: dt.date) -> str:
    base = {"ONCE": once, "DAILY": daily, "WEEKLY": weekly, "MONTHLY": monthly}[rule.freq](rule, since)
    if not rule.shift or (rule.freq == "DAILY" and rule.interval == 1):
        return base
    return _("%(rule)s; on a day off it %(shift)s") % {"rule": base, "shift": SHIFTS[rule.shift]}


def once(rule: Rule, since: dt.date) -> str:
    return _("Once, on %s") % since


def daily(rule: Rule, since: dt.date) -> str:
    if rule.interval == 1:
        return _("Every working day") if rule.shift == "skip" else _("Every day")
    return ngettext("Every %d day", "Every %d days", rule.interval) % rule.interval


def weekly(rule: Rule, since: dt.date) -> str:
    days = _(", ").join(str(DAYS[x]) for x in rule.weekdays)
    if rule.interval == 1:
        return _("Every week: %s") % days
    return ngettext("Every %(n)d week: %(days)s", "Every %(n)d weeks: %(days)s", rule.interval) % {
        "n": rule.interval,
        "days": days,
    }


def monthly(rule: Rule, since: dt.date) -> str:
    days = _(", ").join(day_words(x) for x in rule.month_days)
    if rule.months:
        return _("In month %(months)s: %(days)s") % {"months": _(", ").join(map(str, rule.months)), "days": days}
    if rule.interval == 1:
        return _("Every month: %s") % days
    return ngettext("Every %(n)d month: %(days)s", "Every %(n)d months: %(days)s", rule.interval) % {
        "n": rule.interval,
        "days": days,
    }


def day_words(day: int) -> str:
    if day == -1:
        return _("the last day")
    if day < 0:
        return ngettext("%d day before the end", "%d days before the end", -day - 1) % (-day - 1)
    return _("day %d") % day


def slot(starts: dt.time | None, ends: dt.time | None) -> str:
    """`9:00–9:30`, `from 9:00`, or "any time"."""
    if starts is None:
        return _("any time")
    if ends is None:
        return _("from %s") % clock_words(starts)
    return f"{clock_words(starts)}–{clock_words(ends)}"


def clock_words(time: dt.time) -> str:
    return f"{time:%H:%M}"
