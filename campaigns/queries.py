"""What the campaign pages show."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When
from django.utils.translation import gettext

from campaigns.guarding import troubles
from campaigns.lessons import lessons_for
from campaigns.models import Campaign, CampaignItem, CampaignStep, Guarded, PriceException
from campaigns.rules import beside, offers_of, products_of, window
from campaigns.states import about
from campaigns.wording import basket_said, finding_said, kind_said, payer_said, terms_said, way_said
from opsplan.lib.periods import DAY
from products.models import Product
from staff.models import Approval
from stores.models import Store

STATES = ("running", "coming", "past")
REVIEW_DAYS = 14  # days after its last one on which a campaign without a review is called to mind
SORTS = {
    "-start": ("-first_day", "pk"),
    "start": ("first_day", "pk"),
    "name": ("name", "first_day"),
    "-name": ("-name", "first_day"),
}


def campaign_list(
    store: Store, today: dt.date, *, search: str = "", state: str = "", year: int | None = None, sort: str = "-start"
) -> QuerySet[Campaign]:
    """The store's campaigns with `when` (running, coming or past on `today`) and `product_cnt` (0 = whole store)."""
    campaigns = Campaign.objects.filter(store=store).annotate(
        when=Case(
            When(last_day__lt=today, then=Value("past")),
            When(first_day__gt=today, then=Value("coming")),
            default=Value("running"),
            output_field=CharField(),
        ),
        product_cnt=Count("products", distinct=True),
        blocked_cnt=Count("guarded", filter=Q(guarded__is_blocked=True), distinct=True),
    )
    if search:
        campaigns = campaigns.filter(name__icontains=search)
    if state in STATES:
        campaigns = campaigns.filter(when=state)
    if year:
        first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
        campaigns = campaigns.filter(Q(first_day__lte=last) & Q(last_day__gte=first))
    return campaigns.order_by(*SORTS.get(sort, SORTS["-start"]))


def unreviewed(store: Store, today: dt.date) -> list[Campaign]:
    """Campaigns that came to their end within the last two weeks and wait for the manager's words; the latest first."""
    ended = Campaign.objects.filter(store=store, state=Campaign.State.ENDED)
    return list(ended.filter(last_day__range=(today - REVIEW_DAYS * DAY, today - DAY)).order_by("-last_day", "pk"))


def years(store: Store) -> list[int]:
    """The years in which the store has campaigns, latest first."""
    days = Campaign.objects.filter(store=store).values_list("first_day", "last_day")
    return sorted({year for first, last in days for year in (first.year, last.year)}, reverse=True)


def plan_page(campaign: Campaign) -> dict[str, Any]:
    """What the plan of a campaign shows: its phases as parts of a bar, its products with the guard's verdict, its
    offers."""
    items = {item.product_id: item for item in campaign.items.all()}
    guarded = {row.product_id: row for row in campaign.guarded.select_related("product")}
    offers = offers_of(campaign)
    meeting = [*offers, *beside(campaign)]
    names = {offer.key: f"{offer.name} {terms_said(offer)}" for offer in meeting}
    exceptions = campaign.exceptions.select_related("asked_by", "decided_by", "product")
    waiting = {found.product_id for found in exceptions if found.state == PriceException.State.OPEN}
    rows = [
        _row(product, items.get(product.pk), guarded.get(product.pk), names, product.pk in waiting)
        for product in products_of(campaign, meeting)
    ]
    start, end = window(campaign)
    asked = Approval.objects.filter(store=campaign.store, about=about(campaign)).first()
    return {
        "phases": _bar(campaign),
        "start": start,
        "end": end,
        "rows": rows,
        "breaches": [row for row in rows if row["guarded"] and row["guarded"].is_blocked],
        "watched": [row for row in rows if row.get("findings") and not row["guarded"].is_blocked],
        "offers": [
            {
                "offer": offer,
                "pk": int(offer.key[1:]) if offer.key[1:].isdecimal() else None,
                "kind": kind_said(offer.kind),
                "said": terms_said(offer),
                "payer": payer_said(offer),
            }
            for offer in offers
        ],
        "troubles": [(gettext(one.sentence) % one.values, one.field) for one in troubles(campaign)],
        "exceptions": exceptions,
        "asked": asked,
        "steps": [_step(step) for step in campaign.steps.select_related("by")],
        "lessons": lessons_for(campaign),
    }


def _row(
    product: Product, item: CampaignItem | None, row: Guarded | None, names: dict[str, str], is_waiting: bool
) -> dict[str, Any]:
    found: dict[str, Any] = {"product": product, "item": item, "guarded": row, "is_waiting": is_waiting}
    found["verdict"] = _verdict(row)
    if row is None:
        return found
    found["findings"] = [
        {"text": finding_said(finding), "severity": finding["severity"], "rule": finding["rule"]}
        for finding in row.findings
    ]
    if row.list_fen and row.deep_fen is not None:
        found["share"] = Decimal(row.deep_fen) / row.list_fen
    found["basket"] = basket_said(row.path)
    found["path"] = [step["name"] or kind_said(step["kind"]) for step in row.path.get("steps", [])]
    found["ways"] = [(number, way_said(way, names)) for number, way in enumerate(row.ways_out)]
    return found


def _verdict(row: Guarded | None) -> str:
    """blocked, no_list (what hangs on the list price could not be checked), look or passed."""
    if row is not None and row.is_blocked:
        return "blocked"
    if row is None or row.list_fen is None:
        return "no_list"
    return "look" if row.findings else "passed"


def _step(step: CampaignStep) -> dict[str, Any]:
    names = [Campaign.State(state).label for state in (step.before, step.after)]
    return {"said": f"{names[0]} → {names[1]}", "note": step.note, "by": step.by, "at": step.at}


def _bar(campaign: Campaign) -> list[dict[str, Any]]:
    """The phases with how long each lasts beside the others (whole percent, at least 4)."""
    phases = list(campaign.phases.all())
    whole = sum((phase.ends_at - phase.starts_at).total_seconds() for phase in phases)
    return [
        {"phase": p, "share": max(4, round((p.ends_at - p.starts_at).total_seconds() * 100 / whole))} for p in phases
    ]
