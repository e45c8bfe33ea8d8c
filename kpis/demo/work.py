"""What the team of a demo shop has to do, and how the last two weeks went: most done, some late, a little missed."""

import datetime as dt
import random
from collections.abc import Mapping

from auditlog.context import disable_auditlog
from django.db import transaction

from kpis.demo.people import PEOPLE
from kpis.demo.shop import Shop
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period
from products.models import Newcomer
from products.newcomers import place_tasks
from staff import checklists, spawning
from staff.models import State, Task, TemplateVersion, User
from stores.models import Store

BACK = 14
DONE_BY_NOW = 5 / 6
REASONS = ("大促备货，没顾上", "同事请假", "系统维护")


@transaction.atomic
def give_work(shop: Shop, store: Store, today: dt.date, users: Mapping[str, User]) -> None:
    """The shipped templates, in use for two weeks; of today most of what was due by this hour is done."""
    with disable_auditlog():  # nobody wrote these: they ship
        checklists.install_library(store, "zh-hans")
    TemplateVersion.objects.filter(template__store=store).update(since=today - BACK * DAY)
    window = Period(today - BACK * DAY, today - DAY)
    rows, rng = spawning.wanted(store, spawning.templates_of(store), window), shop.seed(today, "work")
    for task in sorted(rows, key=lambda x: (x.day, x.template_id)):
        if task.due < today:
            happen(task, hands(shop, users, task), rng)
        else:
            task.steps_done = list(range(len(task.points) // 2))
    Task.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    do_today(shop, store, today, users)
    spawning.renew_rounds(store)
    for coming in Newcomer.objects.filter(product__store=store).select_related("product__store").order_by("pk"):
        place_tasks(coming.product, coming.wanted_on)


def do_today(shop: Shop, store: Store, today: dt.date, users: Mapping[str, User]) -> None:
    """Five of six tasks of today whose hours are over are done; the others wait, as in any shop."""
    rng, done = shop.seed(today, "today"), []
    due = Task.objects.filter(store=store, day=today, due=today, ends__isnull=False, due_at__lt=clock.now())
    for task in due.select_related("version").order_by("template", "pk"):
        if task.points or task.version.is_break or rng.random() > DONE_BY_NOW:
            continue
        task.state, task.done_by = State.DONE, rng.choice(hands(shop, users, task))
        task.done_at = task.due_at - dt.timedelta(minutes=rng.randint(1, 25))
        done.append(task)
    Task.objects.bulk_update(done, ["state", "done_by", "done_at"])


def hands(shop: Shop, users: Mapping[str, User], task: Task) -> list[User]:
    """Who of the shop holds one of the duties, or covers them."""
    here = [x for x in PEOPLE if shop.slug in x.stores and x.duties]
    holding = [users[x.username] for x in here if set(x.duties) & set(task.version.duties)]
    return holding or [users[here[0].username]]


def happen(task: Task, people: list[User], rng: random.Random) -> None:
    if task.version.is_break:
        return
    fate, by = rng.random(), rng.choice(people)
    if fate < 0.05:
        task.state, task.reason = State.MISSED, rng.choice(REASONS) if rng.random() < 0.6 else ""
        return
    minutes = rng.randint(1, 40)
    if fate < 0.08:
        task.state, task.reason = State.SKIPPED, "今日无此项"
    else:
        task.state = State.DONE
    late = fate > 0.93 and task.ends is not None
    task.done_at = task.due_at + (1 if late else -1) * dt.timedelta(minutes=minutes)
    task.done_by = by
    if task.state == State.DONE:
        task.steps_done = list(range(len(task.points)))
