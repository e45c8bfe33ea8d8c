"""The store's templates: the library to take over, the editor with the next 30 days, draft and published versions."""

import secrets
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kpis import queries
from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period
from staff import checklists, library, spawning, task_words
from staff.access import StoreRequest, for_store
from staff.duties import duty_choices
from staff.forms import explain_into
from staff.models import TaskTemplate, TemplateVersion
from staff.queries import team
from staff.roles import Action, Level
from staff.task_forms import TemplateForm, initial_of
from staff.templatetags.tasks import duty_names
from staff.views.tasks import common
from stores.calendars import calendar_of
from stores.downloads import file_response
from stores.spans import day_of

PREVIEW = 30


@for_store(Action.VIEW_TASKS)
@require_GET
def task_templates(request: StoreRequest) -> HttpResponse:
    """?duty= narrows the list."""
    mine = Q(store=request.store) | Q(store__isnull=True)
    found = list(TaskTemplate.objects.filter(mine).select_related("published").prefetch_related("versions", "off_in"))
    lines = [described(request, x) for x in found]
    duty = request.GET.get("duty", "")
    choices = duty_choices(request.store)
    if duty in dict(choices):
        lines = [x for x in lines if duty in x["version"].duties]
    lines.sort(key=lambda x: (not x["is_on"], place_of(x["version"]), x["template"].pk))
    if request.GET.get("format"):
        return templates_file(request, lines)
    known = {x.source for x in found}
    context = common(request, "templates") | {
        "lines": lines,
        "has_any": bool(found),
        "missing": sum(x.key not in known for x in library.everything()),
        "duties": choices,
        "duty": duty,
    }
    return render(request, "staff/task_templates.html", context)


def templates_file(request: StoreRequest, lines: list[dict[str, Any]]) -> HttpResponse:
    heads = [_("Work"), _("how it is done"), _("Responsible"), _("When"), _("Slot"), _("State")]
    rows = [
        [x["version"].title, x["version"].how_to, duty_names(x["version"].duties), task_words.when(x["version"]),
         task_words.slot(x["version"].starts, x["version"].ends), _("in use") if x["is_on"] else _("off")]
        for x in lines
    ]  # fmt: skip
    return file_response(request.GET["format"], f"{request.store.slug}-templates", heads, rows)


def described(request: StoreRequest, template: TaskTemplate) -> dict[str, Any]:
    versions = sorted(template.versions.all(), key=lambda x: x.number)
    draft = versions[-1] if versions and versions[-1].published_at is None else None
    off = request.store in template.off_in.all()
    return {
        "template": template,
        "version": template.published or draft or TemplateVersion(title="?", duties=[]),
        "draft": draft,
        "is_on": template.is_active and not off and template.published is not None,
        "may_edit": may_edit(request, template),
    }


def place_of(version: TemplateVersion) -> tuple[bool, str]:
    """Work with a rule by its slot, then what is triggered."""
    return (not version.rule, str(version.starts or "99"))


def may_edit(request: StoreRequest, template: TaskTemplate | None) -> bool:
    """What is for all stores belongs to the administrator."""
    return template is None or template.store_id is not None or request.user.is_superuser


def the_template(request: StoreRequest, pk: int) -> TaskTemplate:
    mine = Q(store=request.store) | Q(store__isnull=True)
    found = TaskTemplate.objects.filter(mine, pk=pk).select_related("published", "store").first()
    if found is None:
        raise Http404
    return found


@for_store(Action.MANAGE_TASKS)
@require_http_methods(["GET", "POST"])
def task_template_new(request: StoreRequest) -> HttpResponse:
    return editor(request, None)


@for_store(Action.MANAGE_TASKS)
@require_http_methods(["GET", "POST"])
def task_template(request: StoreRequest, pk: int) -> HttpResponse:
    return editor(request, the_template(request, pk))


def form_for(request: StoreRequest, version: TemplateVersion | None) -> TemplateForm:
    people = [(x.user_id, str(x.user)) for x in team(request.store) if x.level not in (Level.VIEWER, Level.CLIENT)]
    offered = queries.offered([request.store], [version.metric] if version else [])
    today = clock.today(request.store.timezone).isoformat()
    initial = initial_of(version) if version else {"kind": "daily", "since": today, "span": 1, "trigger": "manual"}
    data = request.POST if request.method == "POST" else None
    return TemplateForm(
        data,
        initial=initial,
        people=people,
        metrics=[(x.key, x.label) for x in offered],
        duties=duty_choices(request.store),
    )


def editor(request: StoreRequest, template: TaskTemplate | None) -> HttpResponse:
    """A form kept is a draft; `do=publish` makes it what the template says from now on."""
    draft = checklists.draft_of(template) if template else None
    version = draft or (template.published if template else None)
    form = form_for(request, version)
    if request.method == "POST":
        if not may_edit(request, template):
            raise PermissionDenied
        if form.is_valid() and (saved := kept(request, template, form)):
            return saved
    context = common(request, "templates") | {
        "form": form,
        "template": template,
        "version": version,
        "draft": draft,
        "may_edit": may_edit(request, template),
        "days": next_days(request, version) if version else [],
        "history": TemplateVersion.objects.filter(template=template).select_related("by").order_by("-number")
        if template
        else [],
    }
    return render(request, "staff/task_template.html", context, status=422 if form.is_bound else 200)


def kept(request: StoreRequest, template: TaskTemplate | None, form: TemplateForm) -> HttpResponse | None:
    """The answer to a form that was kept; None when it was refused (the form says why)."""
    store = None if request.POST.get("for_all") and request.user.is_superuser else request.store
    with explain_into(form):
        saved = checklists.write(
            template, template.store if template else store, request.user, form.cleaned_data["version"]
        )
        if request.POST.get("do") == "publish":
            checklists.publish(saved)
            messages.success(request, _("“%s” holds from now on; open tasks follow it.") % saved.title)
            return redirect("task_templates", request.store.slug)
        messages.success(request, _("Kept as a draft; nothing changes before it is published."))
        return redirect("task_template", request.store.slug, saved.template_id)
    return None


def next_days(request: StoreRequest, version: TemplateVersion) -> list[Any]:
    """The occurrences of the next 30 days."""
    today = clock.today(request.store.timezone)
    window = Period(today, today + (PREVIEW - 1) * DAY)
    return spawning.occurrences(version, window, calendar_of(request.store))


@for_store(Action.MANAGE_TASKS)
@require_POST
def task_preview(request: StoreRequest) -> HttpResponse:
    """The next 30 days of the form as it stands, nothing is kept."""
    form = form_for(request, None)
    context: dict[str, Any] = {"days": [], "is_trigger": request.POST.get("kind") == "trigger"}
    if form.is_valid():
        version = TemplateVersion(**form.cleaned_data["version"])
        context |= {"days": next_days(request, version), "version": version}
    else:
        context["problem"] = " ".join(str(x) for name in form.errors for x in form.errors[name] if name != "title")
    return render(request, "staff/_task_preview.html", context)


@for_store(Action.MANAGE_TASKS)
@require_POST
def task_template_discard(request: StoreRequest, pk: int) -> HttpResponse:
    template = the_template(request, pk)
    draft = checklists.draft_of(template)
    if not may_edit(request, template):
        raise PermissionDenied
    if draft is not None:
        checklists.discard(draft)
        messages.success(request, _("The draft was thrown away."))
    return redirect("task_templates", request.store.slug)


@for_store(Action.MANAGE_TASKS)
@require_POST
def task_template_switch(request: StoreRequest, pk: int) -> HttpResponse:
    template, on = the_template(request, pk), request.POST.get("on") == "1"
    checklists.switch(template, request.store, on)
    said = (
        _("“%s” is in use again.") if on else _("“%s” is switched off; what was open went away, what was done stays.")
    )
    messages.success(request, said % template)
    return redirect("task_templates", request.store.slug)


@for_store(Action.MANAGE_TASKS)
@require_POST
def task_template_start(request: StoreRequest, pk: int) -> HttpResponse:
    """Start a process by hand, on a day, about something."""
    template = the_template(request, pk)
    if template.published is None or template.published.trigger != "manual" or not template.is_active:
        raise Http404
    day = day_of(request.POST.get("day")) or clock.today(request.store.timezone)
    try:
        about = fitting("subject", request.POST.get("subject", ""), 120)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
        return redirect("task_template", request.store.slug, pk)
    made = spawning.spawn_tasks(
        request.store, "manual", secrets.token_hex(6), day, subject=about, only=template.pk
    )  # each start is one of its own
    if made:
        messages.success(request, _("“%s” has begun.") % template)
    else:
        messages.error(request, _("Give a day that is not over yet."))
    return redirect("task_templates", request.store.slug)


@for_store(Action.MANAGE_TASKS)
@require_POST
def library_install(request: StoreRequest) -> HttpResponse:
    """Take over what ships, in the person's language."""
    try:
        count = checklists.install_library(request.store, get_language() or "zh-hans")
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        said = ngettext("%d template was taken over.", "%d templates were taken over.", count)
        messages.success(request, said % count)
    return redirect("task_templates", request.store.slug)
