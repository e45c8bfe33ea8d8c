"""客服数据: what each person of the service desk did, typed by day, and how it adds up."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from opsplan.lib import clock
from opsplan.lib.periods import DAY
from opsplan.lib.text import sentences
from staff import desk, desk_files
from staff.access import StoreRequest, for_store
from staff.desk import FIELDS
from staff.duties import working
from staff.models import DeskDay, User
from staff.roles import Action, Duty
from staff.views.task_team import span_asked
from staff.views.tasks import common
from stores.downloads import file_response
from stores.spans import day_of

LARGEST = 10 << 20  # bytes


@for_store(Action.VIEW_TASKS)
@require_GET
def desk_page(request: StoreRequest) -> HttpResponse:
    """?day= is typed, ?from= and ?to= are added up; ?template=xlsx: a file to fill in."""
    if request.GET.get("template"):
        today = clock.today(request.store.timezone)
        rows = [[today, str(x), *[None] * len(FIELDS)] for x in desk.people(request.store)]
        return file_response(request.GET["template"], f"{request.store.slug}-desk", desk_files.TEMPLATE, rows)
    return page(request)


def page(request: StoreRequest, error: str = "", problems: list[str] | None = None) -> HttpResponse:
    today = clock.today(request.store.timezone)
    day = min(day_of(request.GET.get("day", "") or request.POST.get("day", "")) or today, today)
    days = span_asked(request)
    rows, every = desk.figures(request.store, days)
    if request.GET.get("format"):
        table = [
            [str(x.user), x.days, x.received, x.enquiries, x.conversion, x.response_s, x.rated, x.good_rate]
            for x in rows
        ]
        return file_response(
            request.GET["format"], f"{request.store.slug}-desk-{days.first}-{days.last}", header(), table
        )
    known = desk.of_day(request.store, day)
    typed = request.POST if error else None
    context = common(request, "statistics") | {
        "day": day,
        "before": day - DAY,
        "after": day + DAY if day < today else None,
        "people": [
            (
                x,
                [
                    (name, typed.get(f"{name}-{x.pk}", "") if typed else value_of(known.get(x.pk), name))
                    for name in FIELDS
                ],
            )
            for x in sorted(desk.people(request.store, day), key=lambda x: x.pk != request.user.pk)  # oneself first
        ],
        "fields": [label(name) for name in FIELDS],
        "rows": rows,
        "every": every,
        "period": days,
        "may_enter": request.member.may(Action.ENTER_DATA),
        "may_name": request.member.may(Action.PLAN_TEAM),
        "names": [(x.user, x.desk_names) for x in working(request.store) if Duty.SERVICE in x.duties],
        "error": error,
        "problems": problems or [],
    }
    return render(request, "staff/desk.html", context, status=422 if error or problems else 200)


def header() -> list[str]:
    return [
        _("Person"), _("Number of days"), _("Buyers received"), _("Enquiries"), _("Enquiry conversion"),
        _("First response, seconds"), _("Ratings"), _("Good ratings, share"),
    ]  # fmt: skip


def value_of(found: DeskDay | None, name: str) -> object:
    value = getattr(found, name) if found else None
    return "" if value is None else value


@for_store(Action.ENTER_DATA)
@require_POST
def desk_save(request: StoreRequest) -> HttpResponse:
    """day, and for each person `<field>-<user id>`: all of them, or none."""
    day = day_of(request.POST.get("day", ""))
    try:
        if day is None:
            raise ValidationError(_("This is not a day."))
        with transaction.atomic():
            for user in desk.people(request.store, day):
                told = {name: request.POST.get(f"{name}-{user.pk}") for name in FIELDS}
                if any(x is not None for x in told.values()):
                    saved(request, user, day, told)
    except ValidationError as problem:
        return page(request, " ".join(problem.messages))
    messages.success(request, _("Saved."))
    return redirect(f"{request.path.rsplit('save/', 1)[0]}?day={day}")


@for_store(Action.ENTER_DATA)
@require_POST
def desk_import(request: StoreRequest) -> HttpResponse:
    """A desk report as a file: all of its lines, or a list of what is wrong."""
    file = request.FILES.get("file")
    if file is None or (file.size or 0) > LARGEST:
        return page(request, problems=[_("Choose a file of at most %d MB.") % (LARGEST >> 20)])
    try:
        lines = desk_files.read(request.store, file, file.name or "")
        count = desk_files.take_over(request.store, lines, request.user)
    except ValidationError as problem:
        return page(request, problems=problem.messages)
    said = ngettext(
        "%(n)d line was read, %(changed)d changed something.",
        "%(n)d lines were read, %(changed)d changed something.",
        len(lines),
    )
    messages.success(request, said % {"n": len(lines), "changed": count})
    first, last = min(x.day for x in lines), max(x.day for x in lines)
    return redirect(f"{request.path.rsplit('import/', 1)[0]}?from={first}&to={last}&day={last}")


@for_store(Action.PLAN_TEAM)
@require_POST
def desk_names(request: StoreRequest) -> HttpResponse:
    """`name-<user id>`: what people are called in desk reports."""
    names = {int(x[5:]): str(y) for x, y in request.POST.items() if x.startswith("name-") and x[5:].isdecimal()}
    try:
        desk_files.name_people(request.store, names)
    except ValidationError as problem:
        return page(request, problems=problem.messages)
    messages.success(request, _("Saved."))
    return redirect("desk", request.store.slug)


def saved(request: StoreRequest, user: User, day: dt.date, told: dict[str, str | None]) -> None:
    """ValidationError with the person's name and the field's in front."""
    try:
        desk.set_day(request.store, user, day, told, request.user)
    except ValidationError as problem:
        for field, texts in problem.message_dict.items():
            name = label(field)
            raise ValidationError(f"{user} · {name}" + _(": ") + sentences(*texts)) from problem


def label(name: str) -> str:
    """What people call a field of the desk's day."""
    field = DeskDay._meta.get_field(name)
    return str(getattr(field, "verbose_name", name))
