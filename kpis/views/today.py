"""今日, for the manager: pace, yesterday, what waits for a decision, what runs."""

import datetime as dt
from dataclasses import replace

from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaigns.groupbuy import planning
from campaigns.groupbuy.reading import Card
from campaigns.models import GroupDeal
from kpis import queries
from kpis.display import boards
from kpis.display.decisions import decisions
from kpis.display.goods_decisions import goods_decisions
from kpis.outward import deal_rows
from kpis.outward.trades import trades
from kpis.reporting import reports
from kpis.variance import against
from kpis.views.decision_words import Line, approval_line, decision_line, report_line
from kpis.views.goods_words import goods_line
from kpis.views.words import days_query, labels, links_to, pace_words, read_as
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period
from staff import approvals, task_queries
from staff.access import StoreRequest, for_store
from staff.roles import Action
from staff.templatetags.frame import address
from stores.calendars import calendar_of
from stores.models import Store

TONES = ("bad", "warn", "accent")  # what cannot wait first
BADGE_SECONDS = 60
STRIP = ("pay_amt", "uv", "cvr", "aov", "refund_rate")
SHEETS = (
    ("/approvals/", "tasks"),
    ("/products/", "goods"),
    ("/products/", "stock"),
    ("/data/", "data"),
    ("/campaigns/", "campaign"),
)
WEEKDAYS = (
    lambda: _("last Monday"),
    lambda: _("last Tuesday"),
    lambda: _("last Wednesday"),
    lambda: _("last Thursday"),
    lambda: _("last Friday"),
    lambda: _("last Saturday"),
    lambda: _("last Sunday"),
)


@for_store(Action.VIEW_KPIS)
@require_GET
def today(request: StoreRequest) -> HttpResponse:
    store, day = request.store, clock.today(request.store.timezone)
    yesterday = day - DAY
    if not boards.has_data(store):
        return render(request, "kpis/today.html", {"day": day, "empty": True, **links_to(request)})
    month = yesterday if day.day == 1 else day
    pace = queries.pace(store, month)
    names, weekday = labels(), WEEKDAYS[yesterday.weekday()]()
    strip = [
        {
            "figure": figure,
            "label": names[read_as(figure)],
            "compared": replace(figure.compare["last_week"], name=weekday),
        }
        for figure in boards.yesterday(store, yesterday, strip_of(store))
    ]
    lines = lines_of(request, day)
    sees_goods = request.member.may(Action.VIEW_PRODUCTS)
    acts = request.member.may(Action.ENTER_DATA)  # who only reads is told what is with the team
    badge = len(lines) if acts else 0
    cache.set(badge_key(request), badge, BADGE_SECONDS)
    sale = calendar_of(store).next_big(day)
    context = {
        "day": day,
        "sale": {"name": _(sale.name), "days": (sale.day - day).days} if sale else None,
        "pace": pace_words(pace, days_query(Period(pace.month.first, max(yesterday, pace.month.first)))),
        "track": against.track(store, pace),
        "strip": strip,
        "only_deals": trades(store).only_deals,
        "weekday": weekday,
        "yesterday": yesterday,
        "yesterday_query": days_query(Period(yesterday, yesterday)),
        "lines": lines,
        "sheets": sorted({sheet for line in lines if line.drawer for sheet in sheets_of(line)}),
        "running": [running_words(request, each, day) for each in boards.running(store, day)],
        "deals": [deal_words(request, each) for each in deal_rows.selling(store, day)] if sees_goods else [],
        "team": team_words(request, day) if request.member.may(Action.VIEW_TASKS) else None,
        "acts": acts,
        "badges": {"today": badge},
        **links_to(request),
    }
    return render(request, "kpis/today.html", context)


@for_store(Action.VIEW_KPIS)
@require_GET
def today_count(request: StoreRequest) -> HttpResponse:
    """How many decisions wait, for the menu of every other page: at most BADGE_SECONDS old."""
    badge: int | None = cache.get(badge_key(request))
    if badge is None:
        acts = request.member.may(Action.ENTER_DATA) and boards.has_data(request.store)
        badge = len(lines_of(request, clock.today(request.store.timezone))) if acts else 0
        cache.set(badge_key(request), badge, BADGE_SECONDS)
    response = render(request, "kpis/_today_count.html", {"count": badge})
    response["Cache-Control"] = "no-store"
    return response


def badge_key(request: StoreRequest) -> str:
    return f"waiting:{request.store.pk}:{request.user.pk}"


def lines_of(request: StoreRequest, day: dt.date) -> list[Line]:
    """What waits for this person: asked of them first, then what is off, by urgency."""
    told = [decision_line(each, request) for each in decisions(request.store, day)]
    if request.member.may(Action.VIEW_PRODUCTS):
        told += [goods_line(each, request) for each in goods_decisions(request.store, day)]
    if not request.member.may(Action.ENTER_DATA):  # who only reads is not bidden to do what they may not
        deeds, look = {_("Decide"), _("Lower the targets")}, _("See what is behind it")
        told = [replace(line, action=look) if line.action in deeds else line for line in told]
    return [*asked_for(request), *to_sign(request, day), *sorted(told, key=lambda line: TONES.index(line.tone))]


def strip_of(store: Store) -> tuple[str, ...]:
    """The figures of yesterday: of the shop, or of the group deals of who sells by them alone."""
    if trades(store).only_deals:
        return boards.DEAL_CARDS
    return (*STRIP, "good_rate" if store.platform == "taobao" else "core_roi")


def sheets_of(line: Line) -> list[str]:
    """The style sheets of what a line opens beside the page."""
    return [f"css/pages/{sheet}.css" for part, sheet in SHEETS if part in line.url]


def asked_for(request: StoreRequest) -> list[Line]:
    """What waits for this person's yes or no."""
    if not request.member.may(Action.VIEW_TASKS):
        return []
    found = approvals.waiting_on(approvals.open_ones(request.store), request.user)
    return [approval_line(each, request) for each in found]


def to_sign(request: StoreRequest, day: dt.date) -> list[Line]:
    """Reports of periods that are over, for those who may sign them."""
    if not request.member.may(Action.SIGN_REPORTS):
        return []
    return [report_line(each, request) for each in reports.waiting(request.store, day)]


def running_words(request: StoreRequest, each: boards.Running, day: dt.date) -> dict[str, object]:
    """A campaign line: until when, or from when; its sales so far."""
    begun, last = each.period.first <= day, min(each.period.last, day - DAY)  # its closed days are those of its sales
    span = (_("until %s") if begun else _("from %s")) % f"{each.period.last if begun else each.period.first:%m-%d}"
    return {
        "name": each.name,
        "page": address("campaign", request.store.slug, request.member.level, str(each.pk)),
        "span": span,
        "sales": each.sales,
        "begun": begun,
        "query": f"{days_query(Period(each.period.first, max(each.period.first, last)))}&of=campaign:{each.pk}",
    }


def deal_words(request: StoreRequest, card: Card) -> dict[str, object]:
    """A group deal's line: until when, or from when; its pieces and buyers so far."""
    deal, live, (first, last) = card.deal, card.live, planning.days_of(card.deal)
    begun = deal.state != GroupDeal.State.APPROVED
    return {
        "name": deal.name,
        "page": address("deal", request.store.slug, request.member.level, str(deal.pk)),
        "span": (_("until %s") if begun else _("from %s")) % f"{last if begun else first:%m-%d}",
        "begun": begun,
        "sold": live.sold + live.kept,
        "quota": live.quota,
        "formed": deal.state == GroupDeal.State.REACHED,
        "lacking": max(0, deal.minimum - live.buyers),
    }


def team_words(request: StoreRequest, day: dt.date) -> dict[str, object]:
    """The day's work by duty: who holds it, how much is done, what is overdue, missed or skipped."""
    team = task_queries.team_day(request.member, day)
    rows = [
        {
            "duty": share.key,
            "people": _(", ").join(x.name for x in team.people if share.key in x.duties),
            "progress": share.progress,
            "overdue": sum(x.is_overdue for x in share.attention),
        }
        for share in team.duties
    ]
    return {"progress": team.progress, "rows": rows}
