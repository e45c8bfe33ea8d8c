"""A month of the roster: on the screen, on paper and as a file; many days filled at once."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from opsplan.lib.periods import Period, add_months, month_of
from opsplan.lib.sheets import Cell
from staff import roster, roster_month
from staff.access import StoreRequest, for_store
from staff.duties import name_of
from staff.roles import Action
from staff.roster_month import Filled, Month
from staff.views.roster import head, number
from stores.downloads import file_response
from stores.spans import day_of

TOLD = 12  # people left out that are named
FIRST_YEAR, LAST_YEAR = 2000, 2100


def month_asked(text: str) -> dt.date | None:
    day = day_of(f"{text}-01")
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None


@for_store(Action.VIEW_ROSTER)
@require_GET
def month(request: StoreRequest) -> HttpResponse:
    """?month=YYYY-MM; ?format= takes it along. Weeks that are not published are shown only to those who plan."""
    return month_page(request, month_asked(request.GET.get("month", "")))


def month_page(request: StoreRequest, day: dt.date | None, error: str = "") -> HttpResponse:
    context = head(request, "month")
    found = roster_month.month(request.store, day or context["today"], published_only=not context["plans"])
    if request.GET.get("format"):
        return month_file(request, found)
    first = found.period.first
    typed = request.POST if error else {}
    context |= {
        "month": found,
        "before": add_months(first, -1),
        "after": add_months(first, 1),
        "weekdays": [(x, f"{x.weekday()}" in request.POST.getlist("weekday") if error else True)
                     for x in list(Period(dt.date(2024, 1, 1), dt.date(2024, 1, 7)))],
        "chosen": request.POST.getlist("person") if error else [],
        "typed": typed,
        "error": error,
    }  # fmt: skip
    return render(request, "staff/roster_month.html", context, status=422 if error else 200)


def month_file(request: StoreRequest, found: Month) -> HttpResponse:
    """A line for each person, a column for each day; below them what each shift needs and has."""
    header = [_("Person"), _("Duties"), *(f"{x.day:%m-%d}" for x in found.days), _("Shifts"), _("Hours")]
    rows: list[list[Cell]] = [
        [
            "{} ({})".format(x.user, _("has left")) if x.has_left else str(x.user),
            _(", ").join(name_of(key) for key in x.duties),
            *(" ".join([*([_("leave")] if cell.is_leave else []), *(t.shift.name for t in cell.turns)])
              for cell in x.cells),
            x.turns,
            x.hours,
        ]
        for x in found.rows
    ]  # fmt: skip
    for cover in found.covers:
        there = [f"{here}/{wanted}" for here, wanted in cover.days]
        rows.append([_("needed"), f"{cover.shift.name} · {name_of(cover.duty)}", *there, None, None])
    name = f"{request.store.slug}-roster-{found.period.first:%Y-%m}"
    return file_response(request.GET["format"], name, header, rows)


@for_store(Action.PLAN_ROSTER)
@require_POST
def month_fill(request: StoreRequest) -> HttpResponse:
    """person…, shift (0: free), first, last, weekday…: everybody at once; who cannot is told."""
    post, back = request.POST, month_asked(request.POST.get("month", ""))
    first, last = day_of(post.get("first")), day_of(post.get("last"))
    weekdays = {int(x) for x in post.getlist("weekday") if x in list("0123456")}
    people = {number(x) for x in post.getlist("person")}
    try:
        if first is None or last is None or last < first:
            raise ValidationError(_("Give two days, the first one first."))
        found = roster_month.fill(request.store, people, number(post.get("shift")), Period(first, last), weekdays)
    except ValidationError as problem:
        return month_page(request, back, " ".join(problem.messages))
    roster.tell_changed(request.store, [*found.made, *found.gone], request.user)
    say(request, found)
    return redirect(f"{reverse('roster_month', args=[request.store.slug])}?month={back or month_of(first).first:%Y-%m}")


def say(request: StoreRequest, found: Filled) -> None:
    made, gone, kept = len(found.made), len(found.gone), found.kept
    told = []
    if made or not (gone or kept or found.refused):
        told.append(ngettext("%d shift was put in.", "%d shifts were put in.", made) % made)
    if gone:
        told.append(ngettext("%d shift was taken away.", "%d shifts were taken away.", gone) % gone)
    if kept:
        told.append(ngettext("%d stood there already.", "%d stood there already.", kept) % kept)
    messages.success(request, " ".join(told) or _("Nothing was changed."))
    if found.refused:
        left = len(found.refused) - TOLD
        more = [_("… and %d more.") % left] if left > 0 else []
        messages.warning(request, " ".join([_("Left out:"), *found.refused[:TOLD], *more]))


@for_store(Action.PLAN_ROSTER)
@require_POST
def month_publish(request: StoreRequest) -> HttpResponse:
    day = month_asked(request.POST.get("month", ""))
    if day is None:
        raise Http404
    roster_month.publish(request.store, day, request.user)
    messages.success(request, _("The weeks of the month are published: everybody sees them now."))
    return redirect(f"{reverse('roster_month', args=[request.store.slug])}?month={day:%Y-%m}")
