"""One's tasks as a calendar, under an address that only its owner knows."""

import datetime as dt
import secrets

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from opsplan.lib import clock
from opsplan.lib.periods import DAY
from staff import ical, spawning, task_queries, task_words
from staff.access import StoreRequest, for_store, member_of
from staff.ical import Entry
from staff.models import State, Task, TaskFeed
from staff.recurrence import instant
from staff.roles import Action
from staff.services import digest_of
from staff.views.tasks import common
from stores.models import Store

BACK = 7 * DAY
HOUR = dt.timedelta(hours=1)


@for_store(Action.VIEW_TASKS)
@require_http_methods(["GET", "POST"])
def task_feed_settings(request: StoreRequest) -> HttpResponse:
    """do=new makes an address (the one before stops working) and shows it once; do=off takes it away."""
    mine, address = TaskFeed.objects.filter(store=request.store, user=request.user), ""
    if request.method == "POST":
        mine.delete()
        if request.POST.get("do") == "new":
            token = secrets.token_urlsafe(32)
            TaskFeed.objects.create(
                store=request.store, user=request.user, digest=digest_of(token), created_at=clock.now()
            )
            path = reverse("task_feed", args=[token])
            address = f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)
    base = address.removesuffix(".ics")
    also = {"shifts": f"{base}/shifts.ics", "campaigns": f"{base}/campaigns.ics"} if address else {}
    context = common(request, "myday") | {"address": address, "feed": mine.first()} | also
    response = render(request, "staff/task_feed.html", context)
    response["Cache-Control"] = "no-store"
    return response


@never_cache
@require_safe
def task_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar file; 404 for an address that is not, or not any more, one."""
    feeds = TaskFeed.objects.filter(digest=digest_of(token), user__is_active=True, store__closed_at=None)
    feed = feeds.select_related("store", "user").first()
    if feed is None:
        raise Http404
    member = member_of(feed.user, feed.store.slug)
    if not member.may(Action.VIEW_TASKS):
        raise Http404
    today = clock.today(feed.store.timezone)
    last = today + spawning.AHEAD * DAY
    spawning.ensure(feed.store, today)
    with translation.override(feed.user.language):
        found = task_queries.lines(member, task_queries.of_day(feed.store, today - BACK, last))
        mine = [entry_of(feed.store, x.task, x.state) for x in found if x.is_own and x.counts]
        body = ical.calendar(feed.store.name, mine)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="tasks.ics"'
    return response


def entry_of(store: Store, task: Task, state: str) -> Entry:
    starts = instant(task.day, task.starts, store.timezone) if task.starts else None
    ends = (task.due_at if task.ends else starts + HOUR) if starts and task.day == task.due else None
    about, points = task_words.subject(task), [f"{'✓' if x.is_done else '·'} {x.title}" for x in task.steps if x.about]
    title = f"{task.version.title} · {about}" if about else task.version.title
    return Entry(
        uid=f"task-{task.pk}@opsplan",
        title=title,
        note="\n".join([task.version.how_to, *points]).strip(),
        day=task.day,
        due=task.due,
        starts=starts if ends else None,
        ends=ends,
        is_done=state == State.DONE,
        changed=task.done_at or task.version.published_at or task.due_at,
    )
