"""How pages write tasks."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from django import forms, template
from django.template.context import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opsplan.lib import cells, clock, richtext
from staff import task_places, task_words
from staff.models import Evidence, State, Task, TaskEvent, TemplateVersion
from staff.roles import OWN
from staff.task_queries import Line
from staff.templatetags.frame import address
from staff.ticking import differs
from staff.words import DUTIES

register = template.Library()


@register.filter
def rich(text: str) -> SafeString:
    """How it is done, as the writer marked it: bold, lists, links."""
    return SafeString(richtext.html(text))


@register.simple_tag(takes_context=True)
def page_for(context: RequestContext, about: str) -> str | None:
    """The page of what a task or a point of it is about, where this person may open it."""
    if not about:
        return None
    page, _blank, query = about.partition(" ?")
    name, *numbers = page.split()
    member = context["request"].member
    url = address(name, member.store.slug, member.level, *numbers)
    return f"{url}?{query}" if url and query else url or None


@register.simple_tag(takes_context=True)
def place_for(context: RequestContext, task: Task) -> dict[str, object] | None:
    """Where a task of the library is done, and what that page is called; None where this person may not open it."""
    found = None if task.about else task_places.place_of(task.template.source)
    if found is None:
        return None
    name, query, label = found
    member = context["request"].member
    page, *parts = name.split()
    url = address(page, member.store.slug, member.level, *parts)
    return {"url": f"{url}?{query}" if query else url, "label": label} if url else None


@register.filter
def subject(task: Task) -> str:
    return task_words.subject(task)


@register.filter
def place(about: str) -> str:
    """What is done at the page of a round."""
    return str(task_words.PLACES.get(about, ""))


@register.filter
def steps_done(task: Task) -> str:
    """`2/5`, or nothing where there are no steps."""
    there = [x for x in task.steps if x.counts]
    return f"{sum(x.is_done for x in there)}/{len(there)}" if there else ""


@register.filter
def slot(task: Task | TemplateVersion) -> str:
    return task_words.slot(task.starts, task.ends)


@register.filter
def when_words(version: TemplateVersion) -> str:
    return task_words.when(version)


@register.filter
def doers(line: Line) -> str:
    """Who does it: a person, or the duties."""
    return _(", ").join(line.people) if line.people else duty_names(line.duties)


@register.filter
def duty_names(duties: Sequence[str]) -> str:
    """Duties in words, the store's own under their names."""
    if set(DUTIES) <= set(duties):
        return _("everybody")
    return _(", ").join(str(DUTIES.get(x) or x.removeprefix(OWN)) for x in duties)


@register.filter
def wants(version: TemplateVersion) -> str:
    """`needs a photo`, or nothing."""
    return {
        Evidence.NUMBER: _("needs a number"),
        Evidence.PHOTO: _("needs a photo"),
        Evidence.LINK: _("needs a link"),
        Evidence.TEXT: _("needs a text"),
    }.get(Evidence(version.evidence), "")


@register.filter
def note_at_side(line: Line, zone: str) -> str:
    """What stands at the right of a row: minutes left or late, the beginning, or when it was done."""
    task, here = line.task, clock.here(zone)
    if line.state in (State.DONE, State.SKIPPED) and task.done_at:
        return f"{task.done_at.astimezone(ZoneInfo(zone)):%H:%M}"
    if line.state == State.MISSED:
        return _("missed")
    if line.is_overdue:
        return late_words(here - task.due_at)
    if task.starts and dt.datetime.combine(task.day, task.starts) > here.replace(tzinfo=None):
        return task_words.clock_words(task.starts)
    if task.due > here.date():
        return _("until %s") % f"{task.due:%m-%d}"
    if task.ends:
        left = max(int((task.due_at - here).total_seconds() // 60), 0)
        return ngettext("%d min left", "%d min left", left) % left
    return _("today")


def late_words(late: dt.timedelta) -> str:
    minutes = int(late.total_seconds() // 60)
    if minutes < 120:
        return ngettext("%d min late", "%d min late", minutes) % minutes
    return ngettext("%d hour late", "%d hours late", minutes // 60) % (minutes // 60)


@register.filter
def number(value: Decimal | None, unit: str = "") -> str:
    return cells.write(value, unit)


@register.filter
def contradicts(task: Task, unit: str) -> bool:
    """Whether the typed number is not what the figures say."""
    return differs(task.number, task.figure, unit)


@register.filter
def of(units: dict[str, str], metric: str) -> str:
    """`{{ units|of:metric }}`."""
    return units.get(metric, "")


@register.filter
def happened(event: TaskEvent) -> str:
    return {
        "tick": _("ticked off"),
        "untick": _("opened again"),
        "skip": _("skipped"),
        "reason": _("said why it was missed"),
        "note": _("kept a note"),
        "step": _("a step"),
        "hand": _("given to somebody"),
    }.get(event.what, event.what)


@register.filter
def dashes(done: int, total: int) -> str:
    """The part of a ring of length 100 that is drawn: `56 100`."""
    return f"{round(100 * done / total) if total else 0} 100"


@register.filter
def percent(share: Decimal) -> str:
    return f"{share:.1%}"


@register.filter
def percent2(share: Decimal) -> str:
    return f"{share:.2%}"


@register.filter
def known(value: int | Decimal | None, why: str) -> str:
    """A number, or a dash that says why there is none."""
    if value is None:
        return format_html('<span class="fig none" title="{}">—</span>', why)
    return f"{value:,}"


@register.filter
def nth(rows: Sequence[object], place: int) -> object:
    return rows[place]


@register.filter
def field(form: forms.Form, name: str) -> forms.BoundField:
    """`{{ form|field:"title" }}`."""
    return form[name]
