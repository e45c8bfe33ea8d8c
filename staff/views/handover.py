"""交接: what one shift leaves to the next."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from opsplan.lib import clock
from staff import handover, roster
from staff.access import StoreRequest, for_store
from staff.models import HandoverLine
from staff.roles import Action
from staff.views.roster import head, number

LINES = 3  # of each kind in the form


@for_store(Action.VIEW_ROSTER)
@require_GET
def handovers(request: StoreRequest) -> HttpResponse:
    return handover_page(request)


def handover_page(request: StoreRequest, error: str = "") -> HttpResponse:
    page = Paginator(handover.handovers(request.store), handover.KEPT).get_page(request.GET.get("page"))
    context = head(request, "handover") | {
        "page": page,
        "notes": handover.notes(request.store, page),
        "open_lines": handover.open_lines(request.store),
        "kinds": HandoverLine.Kind.choices,
        "here": roster.on_shift(request.store, clock.now()),
        "now": clock.now(),
        "rows": range(1, LINES + 1),
        "error": error,
        "typed": request.POST,
    }
    return render(request, "staff/handover.html", context, status=422 if error else 200)


@for_store(Action.WORK_SHIFTS)
@require_POST
def handover_new(request: StoreRequest) -> HttpResponse:
    post, lines = request.POST, []
    for kind in HandoverLine.Kind.values:
        for text, due in zip(post.getlist(kind), [*post.getlist(f"{kind}-due"), *[""] * LINES], strict=False):
            lines.append((kind, text, moment(due)))
    try:
        handover.write(request.store, request.user, lines, post.get("note", ""))
    except ValidationError as problem:
        return handover_page(request, " ".join(problem.messages))
    messages.success(request, _("Handed over. The next shift is asked to acknowledge it."))
    return redirect("handovers", request.store.slug)


def moment(text: str) -> dt.datetime | None:
    """A local date and time of the form as an instant; None where none, or none that exists, was typed."""
    try:
        found = parse_datetime(text)
        return make_aware(found) if found and not found.tzinfo else found
    except ValueError:
        return None


@for_store(Action.WORK_SHIFTS)
@require_POST
def handover_do(request: StoreRequest) -> HttpResponse:
    """do=seen (pk of the note) or done (pk of the matter); from=day: back to one's day."""
    done = handover.finish if request.POST.get("do") == "done" else handover.acknowledge
    if not done(request.store, number(request.POST.get("pk")), request.user):
        messages.warning(request, _("Somebody has done this already."))
    return redirect("myday" if request.POST.get("from") == "day" else "handovers", request.store.slug)
