"""计划 › 月: a month's days with their targets, what they bear, the channel budgets and their pace."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kpis import queries
from kpis.daybook import day_history, day_sheets, month_plan
from kpis.days import day_cells, day_plan, lowering
from kpis.days.day_plan import EVENT, Book
from kpis.month import month_budget
from kpis.planning.days import EVEN
from kpis.planning.factors import SALES
from kpis.sums import targets
from kpis.views.plan import allowed, sees_drafts
from kpis.views.plan_grid import NO_CONTENT, body_of
from kpis.year.plan_cells import Conflict, Refused
from opsplan.lib import cells, clock
from opsplan.lib.calendar import Calendar
from opsplan.lib.periods import Period, add_months, month_of
from opsplan.lib.sheets import TYPES
from opsplan.lib.text import WEEKDAYS
from staff.access import StoreRequest, for_store
from staff.roles import Action
from staff.words import DAY_KINDS
from stores.downloads import attachment

WORDS: dict[str, Promise] = {
    "saving": gettext_lazy("Saving …"),
    "saved": gettext_lazy("Saved %(time)s"),
    "offline": gettext_lazy("Not saved: the server cannot be reached."),
    "nothingToUndo": gettext_lazy("There is nothing to undo."),
    "nothingToRedo": gettext_lazy("There is nothing to do again."),
    "conflictTitle": gettext_lazy("Somebody changed this meanwhile"),
    "conflict": gettext_lazy("%(who)s set %(now)s (%(time)s), you typed %(mine)s."),
    "moved": gettext_lazy("It has moved to %(now)s meanwhile, you typed %(mine)s."),
    "cannotUndo": gettext_lazy("Somebody has built on this step; it cannot be undone any more."),
    "following": gettext_lazy("let it follow"),
    "mine": gettext_lazy("Keep mine"),
    "theirs": gettext_lazy("Take theirs"),
    "locked": gettext_lazy("locked"),
    "unlocked": gettext_lazy("not locked"),
    "lock": gettext_lazy("Lock %(day)s"),
    "unlock": gettext_lazy("Unlock %(day)s"),
    "followed": gettext_lazy("%(count)s other days followed."),
}
ROOM = Decimal("1.25")  # a bar can be dragged beyond the largest day
BUDGET_FIELDS = ("amount", *month_budget.SAID)


def month_of_request(request: StoreRequest) -> Period:
    """?month=2026-11 (or the form's field); this month when it makes no sense."""
    today = clock.today(request.store.timezone)
    return month_of(month_budget.month_asked(request.GET.get("month") or request.POST.get("month", ""), today))


def head(request: StoreRequest, month: Period, tab: str) -> dict[str, Any]:
    """What the head of every page about a month shows."""
    before, after = add_months(month.first, -1), add_months(month.first, 1)
    return {
        "tab": tab,
        "today": clock.today(request.store.timezone),
        "month": month,
        "year": month.first.year,
        "month_text": f"{month.first:%Y-%m}",
        "month_before": f"{before:%Y-%m}" if before else "",
        "month_after": f"{after:%Y-%m}" if after else "",
        "may_edit": allowed(request, Action.SET_TARGETS),
        "sees_drafts": sees_drafts(request),
    }


@for_store(Action.VIEW_KPIS)
@require_GET
def plan_month(request: StoreRequest) -> HttpResponse:
    """The month: ?month=2026-11."""
    month, store = month_of_request(request), request.store
    book = day_plan.book_of(store)
    plan = month_plan.month_plan(store, month, book)
    if request.GET.get("format") == "xlsx" and plan.target is not None:
        return attachment(day_sheets.workbook(plan, book), TYPES["xlsx"], f"{store.slug}-days-{month.first:%Y-%m}.xlsx")
    return month_page(request, month, book, plan)


def month_page(
    request: StoreRequest,
    month: Period,
    book: day_plan.Book,
    plan: month_plan.MonthPlan,
    wrong: tuple[str, str] = ("", ""),
) -> HttpResponse:
    """wrong: the target somebody typed, and why it cannot be one."""
    store = request.store
    pace = queries.pace(store, month.first)
    may_edit = allowed(request, Action.SET_TARGETS)
    slug = [store.slug]
    urls = {name: reverse(f"plan_month_{name}", args=slug) for name in ("days", "undo", "redo")}
    context = head(request, month, "month") | {
        "plan": plan,
        "pace": pace,
        "days": [day_shown(day) for day in plan.days],
        "lead": range(month.first.weekday()),
        "trail": range(6 - month.last.weekday()),
        "weekdays": weekdays(),
        "total": wrong[0] or cells.write(plan.target, "money"),
        "refused": wrong[1],
        "data": month_plan.month_json(plan) | {"urls": urls, "editable": may_edit, "words": told()},
        "budget": month_budget.budget(store, month),
        "top": max(day.target or Decimal(0) for day in plan.days) * ROOM,
    }
    context["lowerings"] = lowering.waiting(store, month)
    if may_edit:
        context["weights"] = weight_rows(book, month, day_history.learn(store))
    return render(request, "kpis/plan_month.html", context, status=422 if wrong[1] else 200)


def told() -> dict[str, str]:
    return {name: str(text) for name, text in WORDS.items()}


def weekdays() -> list[str]:
    return [_(name) for name in WEEKDAYS]


def day_shown(day: month_plan.PlanDay) -> dict[str, Any]:
    """A day as the calendar writes it."""
    pin = day.pin
    fixed = "share" if pin.share is not None else "amount" if pin.amount is not None else ""
    return {
        "day": day,
        "iso": day.day.isoformat(),
        "text": cells.write(day.target, "money"),
        "typed": cells.write(pin.share, "rate") if fixed == "share" else "",
        "fixed": fixed or ("weight" if pin.weight is not None else ""),
        "tone": "flat" if day.rate is None else "good" if day.rate >= 1 else "bad",
        "is_weekend": day.day.weekday() >= 5,
    }


def weight_rows(book: Book, month: Period, learned: day_history.Learned | None) -> dict[str, Any]:
    """The form of weights: seven weekdays, special days in force and events of this month, beside what was learned."""
    found = book.in_force(month)
    week = found.week if found else EVEN
    special = dict(found.special) if found else {}
    offs = () if not book.calendar.days_off and not book.calendar.changes else ("statutory", "makeup")
    year = Period(month.first.replace(month=1, day=1), month.first.replace(month=12, day=31))
    names = {e.key: _(e.name) for e in book.calendar.events_in(year)}
    known = [key for key in (*DAY_KINDS, *(EVENT + key for key in names)) if key in special]  # by the calendar
    keys = dict.fromkeys((*offs, *known, *sorted(special)))
    keys.update(dict.fromkeys(EVENT + key for key in event_names(book.calendar, month)))
    return {
        "found": found,
        "learned": learned,
        "week": [
            {"name": name, "field": f"w{n}", "value": cells.write(week[n], "ratio"),
             "learned": learned.week[n] if learned else None}
            for n, name in enumerate(weekdays())
        ],
        "special": [
            {"key": key, "name": DAY_KINDS.get(key) or names.get(key.removeprefix(EVENT), key.removeprefix(EVENT)),
             "value": cells.write(special.get(key), "ratio"), "learned": learned.special.get(key) if learned else None}
            for key in keys
        ],
    }  # fmt: skip


def event_names(calendar: Calendar, month: Period) -> dict[str, str]:
    """Events whose peak is in the month, by key."""
    return {e.key: _(e.name) for e in calendar.events_in(month) if e.day in month and e.rank > 0}


def attempt(request: StoreRequest, month: Period, work: Callable[[], Book | None]) -> HttpResponse:
    """The month as it stands after `work`; 204 when there was nothing to do; 409 (with the month as it stands) or 422
    with the days and why."""
    try:
        book = work()
    except (Conflict, Refused) as error:
        status, problem = month_plan.problem_json(error)
        if isinstance(error, Conflict):
            problem["month"] = drawn(request, month, day_plan.book_of(request.store))
        return JsonResponse(problem, status=status)
    return HttpResponse(status=NO_CONTENT) if book is None else JsonResponse(drawn(request, month, book))


def drawn(request: StoreRequest, month: Period, book: Book) -> dict[str, Any]:
    """The month as the page draws it."""
    plan = month_plan.month_plan(request.store, month, book)
    data = month_plan.month_json(plan)
    for day, shown in zip(data["days"], map(day_shown, plan.days), strict=True):
        day |= {"text": shown["text"], "fixed": shown["fixed"], "percent": percent(day["share"])}
        day["rate"] = percent(day["achievement"])
    return data


def percent(text: str | None) -> str:
    return "" if text is None else f"{Decimal(text) * 100:.2f}%"


@for_store(Action.SET_TARGETS)
@require_POST
def plan_month_days(request: StoreRequest) -> HttpResponse:
    """{"cells": [{day, typed | locked, was}]}: all or none; the other days follow. ?month="""
    month, body = month_of_request(request), body_of(request)

    def work() -> Book:
        return day_cells.set_days(request.store, month, month_plan.changes_of(month, body.get("cells")), request.user)

    return attempt(request, month, work)


@for_store(Action.SET_TARGETS)
@require_POST
def plan_month_undo(request: StoreRequest) -> HttpResponse:
    month = month_of_request(request)
    return attempt(request, month, lambda: day_cells.undo(request.store, month, request.user))


@for_store(Action.SET_TARGETS)
@require_POST
def plan_month_redo(request: StoreRequest) -> HttpResponse:
    month = month_of_request(request)
    return attempt(request, month, lambda: day_cells.redo(request.store, month, request.user))


def back(request: StoreRequest, month: Period, place: str = "") -> HttpResponse:
    return redirect(f"{reverse('plan_month', args=[request.store.slug])}?month={month.first:%Y-%m}{place}")


def number_of(text: str, unit: str) -> Decimal | None:
    """ValueError when it is no number; None for nothing."""
    return cells.read(text, unit) if text.strip() else None


@for_store(Action.SET_TARGETS)
@require_POST
def plan_month_target(request: StoreRequest) -> HttpResponse:
    """The month's target sales. Fields: month, target."""
    month = month_of_request(request)
    try:
        value = number_of(request.POST.get("target", ""), "money")
        targets.set_target(request.store, SALES, month.first, value, request.user)
        done = (
            _("The month has no target any more.")
            if value is None
            else _("The month's target is set; its days follow.")
        )
        messages.success(request, done)
    except (ValueError, ValidationError) as error:
        why = " ".join(error.messages) if isinstance(error, ValidationError) else _(cells.sentence_of(error))
        book = day_plan.book_of(request.store)
        plan = month_plan.month_plan(request.store, month, book)
        return month_page(request, month, book, plan, (request.POST.get("target", ""), why))
    return back(request, month)


@for_store(Action.SET_TARGETS)
@require_POST
def plan_month_lower(request: StoreRequest, pk: int) -> HttpResponse:
    """Let a stock decision lower the targets of its campaign. Field: month (to come back to)."""
    month = month_of_request(request)
    try:
        done = lowering.apply(request.store, pk, request.user)
    except (Refused, ValidationError) as error:
        messages.error(request, " ".join(error.messages) if isinstance(error, ValidationError) else str(error))
        return back(request, month)
    if done is None:
        raise Http404
    messages.success(request, _("The targets of %(name)s are lowered; the month followed.") % {"name": done.campaign})
    return back(request, month)


@for_store(Action.SET_TARGETS)
@require_POST
def plan_month_weights(request: StoreRequest) -> HttpResponse:
    """Fields: month, w0 to w6 (Monday first), special:<key>; do: save, learn or forget."""
    month, do = month_of_request(request), request.POST.get("do", "")
    learned = day_history.learn(request.store) if do == "learn" else None
    try:
        if do == "forget":
            held = day_plan.book_of(request.store).in_force(month)
            if held:
                day_cells.forget_weights(request.store, held.since, month, request.user)
            messages.success(request, _("These weights no longer hold."))
        elif do == "learn" and learned:
            day_cells.set_weights(
                request.store, month.first, learned.week, learned.special, request.user, is_learned=True
            )
            messages.success(request, _("The learned weights hold from this month on."))
        else:
            week = [number_of(request.POST.get(f"w{n}", ""), "ratio") or Decimal(0) for n in range(7)]
            typed = {k.removeprefix("special:"): v for k, v in request.POST.items() if k.startswith("special:")}
            special = {key: x for key, text in typed.items() if (x := number_of(str(text), "ratio")) is not None}
            day_cells.set_weights(request.store, month.first, week, special, request.user)
            messages.success(request, _("The weights hold from this month on."))
    except ValueError as error:
        messages.error(request, _(cells.sentence_of(error)))
    except Refused as error:
        messages.error(request, str(error))
    return back(request, month, "#weights")


@for_store(Action.SET_TARGETS)
@require_POST
def plan_month_budget(request: StoreRequest) -> HttpResponse:
    """Fields: month, rate, paid_share, <channel>:<field>; do: save, top_down, by_visitors or by_return."""
    month = month_of_request(request)
    said: dict[str, dict[str, Decimal | None]] = {}
    try:
        said[""] = {
            "share": number_of(request.POST.get("rate", ""), "rate"),
            "paid_share": number_of(request.POST.get("paid_share", ""), "rate"),
        }
        for name, text in request.POST.items():
            channel, _colon, field = name.rpartition(":")
            if channel and field in BUDGET_FIELDS:
                unit = "rate" if field in month_budget.RATES else "money"
                said.setdefault(channel, {})[field] = number_of(str(text), unit)
        month_budget.save(request.store, month, said, request.user, request.POST.get("do", ""))
        messages.success(request, _("The channel budgets are saved."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except Refused as error:
        messages.error(request, str(error))
    except ValueError as error:
        messages.error(request, _(cells.sentence_of(error)))
    return back(request, month, "#budget")
