"""What the campaign pages show."""

import datetime as dt

from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When

from campaigns.models import Campaign
from stores.models import Store

STATES = ("running", "coming", "past")
SORTS = {
    "-start": ("-first_day", "pk"),
    "start": ("first_day", "pk"),
    "name": ("name", "first_day"),
    "-name": ("-name", "first_day"),
}


def campaign_list(
    store: Store, today: dt.date, *, search: str = "", state: str = "", year: int | None = None, sort: str = "-start"
) -> QuerySet[Campaign]:
    """The store's campaigns with `state` (running, coming or past on `today`) and `product_cnt` (0 = whole store)."""
    campaigns = Campaign.objects.filter(store=store).annotate(
        state=Case(
            When(last_day__lt=today, then=Value("past")),
            When(first_day__gt=today, then=Value("coming")),
            default=Value("running"),
            output_field=CharField(),
        ),
        product_cnt=Count("products"),
    )
    if search:
        campaigns = campaigns.filter(name__icontains=search)
    if state in STATES:
        campaigns = campaigns.filter(state=state)
    if year:
        first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
        campaigns = campaigns.filter(Q(first_day__lte=last) & Q(last_day__gte=first))
    return campaigns.order_by(*SORTS.get(sort, SORTS["-start"]))


def years(store: Store) -> list[int]:
    """The years in which the store has campaigns, latest first."""
    days = Campaign.objects.filter(store=store).values_list("first_day", "last_day")
    return sorted({year for first, last in days for year in (first.year, last.year)}, reverse=True)
