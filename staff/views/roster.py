"""排班: the week by drag, keyboard or form; its shifts, needs and patterns; one's own shifts, leave and swaps."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.dateparse import parse_time
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period, week_of
from staff import ical, roster, shift_requests, shifts
from staff.access import StoreRequest, for_store, member_of
from staff.duties import duty_choices, working
from staff.models import Rotation, Shift, ShiftNeed, ShiftRequest, TaskFeed, Turn
from staff.roles import Action
from staff.services import digest_of
from stores.spans import day_of

COMING = 27 * DAY
DECIDED_PAGE = 20  # leave and swaps


def number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 12 else 0


def head(request: StoreRequest, tab: str) -> dict[str, Any]:
    plans = request.member.may(Action.PLAN_ROSTER)
    works = request.member.may(Action.WORK_SHIFTS)
    return {"tab": tab, "plans": plans, "works": works, "today": clock.today(request.store.timezone)}


@for_store(Action.VIEW_ROSTER)
@require_GET
def week(request: StoreRequest) -> HttpResponse:
    """?week= any day of it. A week that is not published is shown only to those who plan."""
    return week_page(request, day_of(request.GET.get("week")))


def week_page(request: StoreRequest, day: dt.date | None, error: str = "", status: int = 200) -> HttpResponse:
    context = head(request, "roster")
    monday = week_of(day or context["today"]).first
    found = roster.week(request.store, monday)
    context |= {"week": found, "before": monday - 7 * DAY, "after": monday + 7 * DAY, "error": error}
    context |= {"is_shown": bool(found.published) or context["plans"]}
    part = request.headers.get("X-Requested-With") == "fetch"
    return render(request, "staff/_roster_week.html" if part else "staff/roster.html", context, status=status)


@for_store(Action.PLAN_ROSTER)
@require_POST
def roster_set(request: StoreRequest) -> HttpResponse:
    """do=put (person, shift, day), move (turn, person, day) or take (turn); the answer to a script is the grid."""
    post = request.POST
    day, shown = day_of(post.get("day")), day_of(post.get("week")) or day_of(post.get("day"))
    try:
        turns = list(Turn.objects.filter(store=request.store, pk=number(post.get("turn"))).select_related("user"))
        if post.get("do") == "take":
            roster.unassign(request.store, number(post.get("turn")))
        elif day is None:
            raise ValidationError(_("This is not a day."))
        elif post.get("do") == "move":
            turns.append(roster.move(request.store, number(post.get("turn")), number(post.get("person")), day))
        else:
            turns = [roster.assign(request.store, number(post.get("person")), number(post.get("shift")), day)]
        roster.tell_changed(request.store, turns, request.user)
    except ValidationError as problem:
        return week_page(request, shown, " ".join(problem.messages), 422)
    if request.headers.get("X-Requested-With") == "fetch":
        return week_page(request, shown)
    return redirect(f"{request.path.rsplit('set/', 1)[0]}?week={shown}")


@for_store(Action.PLAN_ROSTER)
@require_POST
def roster_publish(request: StoreRequest) -> HttpResponse:
    monday = day_of(request.POST.get("week"))
    if monday is None:
        raise Http404
    roster.publish(request.store, monday, request.user)
    messages.success(request, _("The week is published: everybody sees it now."))
    return redirect(f"{request.path.rsplit('publish/', 1)[0]}?week={monday}")


@for_store(Action.PLAN_ROSTER)
@require_GET
def roster_setup(request: StoreRequest) -> HttpResponse:
    return setup_page(request)


def setup_page(request: StoreRequest, error: str = "") -> HttpResponse:
    store, names = request.store, duty_choices(request.store)
    needs = {(x.shift_id, x.duty): x.people for x in ShiftNeed.objects.filter(shift__store=store)}
    every = list(Shift.objects.filter(store=store))
    known = {x.pk: x for x in every}
    rotations = [
        (x, [known[i].name if i in known else "—" for i in x.cycle])
        for x in Rotation.objects.filter(store=store, until=None).select_related("user")
    ]
    context = head(request, "setup") | {
        "shifts": [(x, [(key, name, needs.get((x.pk, key), 0)) for key, name in names]) for x in every],
        "rotations": rotations,
        "people": [m.user for m in working(store)],
        "error": error,
    }
    return render(request, "staff/roster_setup.html", context, status=422 if error else 200)


@for_store(Action.PLAN_ROSTER)
@require_POST
def roster_change(request: StoreRequest) -> HttpResponse:
    """do=shift, edit, switch, needs, rotation or end."""
    post, store, what = request.POST, request.store, request.POST.get("do")
    try:
        if what == "shift":
            starts, ends = times(post.get("starts", "")), times(post.get("ends", ""))
            roster.add_shift(store, post.get("name", ""), starts, ends)
        elif what == "rotation":
            off, work, since = number(post.get("off")), number(post.get("work")), day_of(post.get("since"))
            if since is None or not 1 <= work <= 31 or off > 31:
                raise ValidationError(_("Give a day, and how many days are worked and free."))
            cycle = shifts.pattern(number(post.get("shift")), work, off)
            roster.add_rotation(store, number(post.get("person")), cycle, since)
        elif what == "end":
            roster.end_rotation(store, number(post.get("rotation")))
        else:
            change_shift(request, what or "")
    except ValidationError as problem:
        return setup_page(request, " ".join(problem.messages))
    return redirect("roster_setup", store.slug)


def times(text: str) -> dt.time:
    try:
        found = parse_time(text)
    except ValueError:
        found = None
    if found is None:
        raise ValidationError(_("Give times like 9:00."))
    return found.replace(second=0, microsecond=0, tzinfo=None)


def change_shift(request: StoreRequest, what: str) -> None:
    found = Shift.objects.filter(store=request.store, pk=number(request.POST.get("shift"))).first()
    if found is None:
        raise Http404
    if what == "edit":
        starts, ends = times(request.POST.get("starts", "")), times(request.POST.get("ends", ""))
        roster.change_shift(found, request.POST.get("name", ""), starts, ends)
    elif what == "switch":
        found.is_active = not found.is_active
        found.save(update_fields=["is_active"])
    else:
        known = {key for key, _name in duty_choices(request.store)}
        roster.set_needs(found, {key: number(request.POST.get(f"need-{key}")) for key in known})


@for_store(Action.VIEW_ROSTER)
@require_GET
def my_shifts(request: StoreRequest) -> HttpResponse:
    return mine_page(request)


def mine_page(request: StoreRequest, error: str = "") -> HttpResponse:
    store, context = request.store, head(request, "mine")
    period = Period(context["today"], context["today"] + COMING)
    every = roster.known_turns(store, period)
    coming = [x for x in every if not roster.has_begun(x)]
    waiting, decided = shift_requests.requests_of(store, None if context["plans"] else request.user)
    page = Paginator(decided, DECIDED_PAGE).get_page(request.GET.get("page"))
    context |= {
        "mine": [x for x in every if x.user_id == request.user.pk],
        "to_swap": [x for x in coming if x.user_id == request.user.pk],
        "others": sorted((x for x in coming if x.user_id != request.user.pk), key=lambda x: (str(x.user), x.user_id)),
        "colleagues": [m.user for m in working(store) if m.user_id != request.user.pk],
        "requests": [*waiting, *page],
        "page": page,
        "error": error,
        "typed": request.POST if error else {},
    }
    return render(request, "staff/my_shifts.html", context, status=422 if error else 200)


@for_store(Action.WORK_SHIFTS)
@require_POST
def shift_request(request: StoreRequest) -> HttpResponse:
    """do=leave (first, last, reason), swap (turn, person, other), agree or withdraw (pk)."""
    post, store, user = request.POST, request.store, request.user
    try:
        if post.get("do") == "leave":
            first = day_of(post.get("first"))
            last = day_of(post.get("last")) or first
            if first is None or last is None:
                raise ValidationError(_("This is not a day."))
            shift_requests.ask_leave(store, user, first, last, post.get("reason", ""))
            said = _("Leave is asked for: whoever plans the roster decides.")
        elif post.get("do") == "swap":
            shift_requests.ask_swap(
                store, user, number(post.get("turn")), number(post.get("person")), number(post.get("other")) or None
            )
            said = _("The swap is asked for: your colleague answers first.")
        else:
            agrees = post.get("do") == "agree"
            done = shift_requests.agree if agrees else shift_requests.withdraw
            said = _("You take it: whoever plans the roster decides.") if agrees else _("Taken back.")
            if not done(store, number(post.get("pk")), user):
                raise ValidationError(_("This is decided already."))
    except ValidationError as problem:
        return mine_page(request, " ".join(problem.messages))
    messages.success(request, said)
    return redirect("my_shifts", store.slug)


@for_store(Action.PLAN_ROSTER)
@require_POST
def shift_decide(request: StoreRequest, pk: int) -> HttpResponse:
    if not ShiftRequest.objects.filter(store=request.store, pk=pk).exists():
        raise Http404
    try:
        if request.POST.get("yes") == "back":
            shift_requests.take_back(request.store, pk, request.user)
            said = _("Taken back.")
        else:
            yes = request.POST.get("yes") == "1"
            shift_requests.decide(request.store, pk, request.user, yes)
            said = _("Approved: the roster is changed.") if yes else _("Refused: the roster stays.")
    except ValidationError as problem:
        return mine_page(request, " ".join(problem.messages))
    messages.success(request, said)
    return redirect("my_shifts", request.store.slug)


@never_cache
@require_safe
def shift_feed(request: HttpRequest, token: str) -> HttpResponse:
    """One's shifts as a calendar; the secret is the one of one's tasks' calendar."""
    feeds = TaskFeed.objects.filter(digest=digest_of(token), user__is_active=True, store__closed_at=None)
    feed = feeds.select_related("store", "user").first()
    if feed is None or not member_of(feed.user, feed.store.slug).may(Action.VIEW_ROSTER):
        raise Http404
    today = clock.today(feed.store.timezone)
    found = roster.known_turns(feed.store, Period(today - 7 * DAY, today + 8 * 7 * DAY), feed.user)
    with translation.override(feed.user.language):
        body = ical.calendar(feed.store.name, [entry(x, clock.now()) for x in found])
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="shifts.ics"'
    return response


def entry(turn: Turn, now: dt.datetime) -> ical.Entry:
    starts, ends = roster.span_of(turn)
    return ical.Entry(f"turn-{turn.pk}@opsplan", turn.shift.name, "", turn.day, turn.day, starts, ends, False, now)
