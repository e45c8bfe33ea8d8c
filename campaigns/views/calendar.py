"""The calendar of campaigns: a month or twelve over all stores one may see; bars are dragged to other days."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from campaigns import services
from campaigns.models import Campaign, GroupDeal
from campaigns.timeline import ical, timeline
from kpis.queries import figures_changed
from opsplan.lib import clock
from opsplan.lib.periods import add_months, month_of
from staff.access import StoreRequest, for_store, member_of
from staff.models import TaskFeed
from staff.queries import memberships
from staff.roles import Action
from staff.services import digest_of
from stores.models import Store


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def campaign_calendar(request: StoreRequest) -> HttpResponse:
    today = clock.today(request.store.timezone)
    months = 1 if request.GET.get("months") == "1" else 12
    try:
        first = dt.date.fromisoformat(f"{request.GET.get('from', '')}-01")
    except ValueError:
        first = month_of(today).first if months == 1 else (add_months(month_of(today).first, -2) or today)
    seen = [member.store for member in memberships(request.user) if member.may(Action.VIEW_PRODUCTS)]
    stores: list[Store] = seen if request.store in seen else [*seen, request.store]
    context = {
        "line": timeline(request.store, stores, first, months, with_deals=request.GET.get("deals") != "no"),
        "with_deals": request.GET.get("deals") != "no",
        "months": months,
        "before": add_months(first, -months),
        "after": add_months(first, months),
        "may_edit": request.member.may(Action.SET_TARGETS),
    }
    return render(request, "campaigns/calendar.html", context)


@for_store(Action.SET_TARGETS)
@require_POST
def campaign_move(request: StoreRequest, pk: int) -> HttpResponse:
    """A campaign begins on another day and lasts as long; its phases, offers and open tasks follow. Answers with its
    days."""
    campaign = get_object_or_404(Campaign.objects.select_related("store"), store=request.store, pk=pk)
    try:
        first = dt.date.fromisoformat(request.POST.get("first_day", ""))
    except ValueError:
        return JsonResponse({"message": _("Give a day as YYYY-MM-DD.")}, status=422)
    moved = first - campaign.first_day
    if campaign.state not in (Campaign.State.DRAFT, Campaign.State.CHECKED, Campaign.State.APPROVED):
        return JsonResponse({"message": _("What runs or is over cannot be moved.")}, status=422)
    try:
        with transaction.atomic():
            campaign.first_day, campaign.last_day = first, campaign.last_day + moved
            touched = services.save_campaign(campaign, list(campaign.products.all()), request.user)
            for span in touched:
                figures_changed(request.store, span.first, span.last)
    except ValidationError as error:
        return JsonResponse({"message": " ".join(error.messages)}, status=422)
    return JsonResponse({"first_day": f"{campaign.first_day}", "last_day": f"{campaign.last_day}"})


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def campaign_ical(request: StoreRequest) -> HttpResponse:
    """The store's campaigns of this year and the next as a calendar file."""
    answer = calendar_file(request.store)
    answer["Content-Disposition"] = f'attachment; filename="{request.store.slug}-campaigns.ics"'
    return answer


@never_cache
@require_safe
def campaign_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The same for a calendar program that reads it by itself; the secret is the one of one's tasks' calendar. 404 for
    an address that is not, or not any more, one."""
    feeds = TaskFeed.objects.filter(digest=digest_of(token), user__is_active=True, store__closed_at=None)
    feed = feeds.select_related("store", "user").first()
    if feed is None or not member_of(feed.user, feed.store.slug).may(Action.VIEW_PRODUCTS):
        raise Http404
    answer = calendar_file(feed.store)
    answer["Content-Disposition"] = 'inline; filename="campaigns.ics"'
    return answer


def calendar_file(store: Store) -> HttpResponse:
    year = clock.today(store.timezone).year
    found = Campaign.objects.filter(store=store, first_day__year__in=(year, year + 1)).order_by("first_day")
    dealt = GroupDeal.objects.filter(store=store, opens_at__year__in=(year, year + 1)).order_by("opens_at")
    deals = list(dealt.exclude(state=GroupDeal.State.CANCELLED).select_related("store", "site"))
    return HttpResponse(ical(store.name, list(found), deals), content_type="text/calendar; charset=utf-8")
