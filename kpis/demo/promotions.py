"""The demo's next campaign, planned: phases, prices, offers, gifts, goals and budgets, one price too deep."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import transaction

from campaigns.models import AdBudget, Campaign, CampaignItem, CampaignOffer, Goal, Material, Phase, Review
from campaigns.services import ItemTerms, saved
from campaigns.working import MATERIALS
from products.models import ListPrice
from staff.models import User
from stores.models import Store

PLANNED = "chenlu"  # the guard looks at every basket: one shop's worth is enough to see
CUT, DEEP_CUT = 88, 74  # percent of the list price; the deep one falls below the floor once offers add up
TERMS = "每满 199 减 20，上限 100；满 299 赠旅行装一份，送完即止；优惠券每人限领一张。"
LESSON = "主推款按 T-7 的需求备足，预热提前三天开始。"
EVENTS = {6: "mid_year_618", 11: "double_11", 12: "double_12"}  # by month of the first day
OFFERS = (
    (
        "reduction", "每满 199 减 20", "shop",
        {"steps": [{"at": 19900, "off_fen": 2000}], "repeating": True, "cap_fen": 10000},
    ),
    ("coupon", "满 99 减 5 店铺券", "shop", {"at_fen": 9900, "off_fen": 500}),
    ("gift", "满 299 赠旅行装", "shop", {"steps": [{"at": 29900, "item": "旅行装", "cost_fen": 600}]}),
)  # fmt: skip


@transaction.atomic
def promote(store: Store, today: dt.date, by: User) -> None:
    """Past campaigns are over; the coming one is planned in full."""
    Campaign.objects.filter(store=store, last_day__lt=today).update(state=Campaign.State.ENDED)
    for campaign in Campaign.objects.filter(store=store).prefetch_related("products"):
        CampaignItem.objects.bulk_create(CampaignItem(campaign=campaign, product=x) for x in campaign.products.all())
    coming = Campaign.objects.filter(store=store, first_day__gt=today).order_by("first_day").first()
    if coming is None or store.slug != PLANNED:
        return
    look_back(store, today, by)
    coming.kind, coming.event = Campaign.Kind.PLATFORM, EVENTS.get(coming.first_day.month, "")
    coming.theme, coming.terms_shown = "年终好价，满减叠券", TERMS
    coming.save(update_fields=["kind", "event", "theme", "terms_shown"])
    Phase.objects.bulk_create(
        Phase(campaign=coming, kind=kind, starts_at=start, ends_at=end) for kind, (start, end) in phases(coming).items()
    )
    CampaignOffer.objects.bulk_create(
        CampaignOffer(campaign=coming, kind=kind, name=name, level=level, terms=terms)
        for kind, name, level, terms in OFFERS
    )
    terms = prices(coming)
    for item in coming.items.all():
        if said := terms.get(item.product_id):
            item.price_fen, item.quantity, item.limit = said.price_fen, said.quantity, said.limit
            item.save(update_fields=["price_fen", "quantity", "limit"])
    saved(coming, by)
    Material.objects.bulk_create(Material(campaign=coming, name=str(name)) for name in MATERIALS)
    Goal.objects.create(campaign=coming, metric="act_amt", value=200_000)
    channel = store.channels.filter(key="zhitongche").first()
    if channel:
        AdBudget.objects.create(campaign=coming, channel=channel, amount_fen=1_500_000)


def look_back(store: Store, today: dt.date, by: User) -> None:
    """The campaigns that are over: the last one waits for its review, the one before it has been reviewed."""
    over = list(Campaign.objects.filter(store=store, last_day__lt=today).order_by("-first_day")[:2])
    for campaign in over:
        campaign.kind, campaign.event = Campaign.Kind.PLATFORM, EVENTS.get(campaign.first_day.month, "")
        campaign.save(update_fields=["kind", "event"])
        Goal.objects.create(campaign=campaign, metric="act_amt", value=180_000)
    for campaign in over[1:]:
        words = "预热不足，前两天低于计划；高潮当天追加优惠券后补回。"
        at = dt.datetime.combine(campaign.last_day + dt.timedelta(days=3), dt.time(2), dt.UTC)
        Review.objects.create(campaign=campaign, words=words, lesson=LESSON, by=by, at=at)
        Campaign.objects.filter(pk=campaign.pk).update(state=Campaign.State.REVIEWED)


def phases(campaign: Campaign) -> dict[str, tuple[dt.datetime, dt.datetime]]:
    """Build-up, warm-up, peak and encore, in whole days; the peak has what the others leave."""
    first = dt.datetime.combine(campaign.first_day, dt.time(), ZoneInfo(campaign.store.timezone))
    part = max(1, campaign.days // 5)
    marks = [first + dt.timedelta(days=n) for n in (0, part, 2 * part, campaign.days - part, campaign.days)]
    return {kind: (marks[n], marks[n + 1]) for n, kind in enumerate(Phase.Kind.values)}


def prices(campaign: Campaign) -> dict[int, ItemTerms]:
    """Each style at its cut of the list price, down to whole yuan; the first one cut too deep."""
    listed = dict(
        ListPrice.objects.filter(product__campaigns=campaign).order_by("from_day").values_list("product", "price_fen")
    )
    return {
        product: ItemTerms(fen * (CUT if place else DEEP_CUT) // 10_000 * 100, 300, 3)
        for place, (product, fen) in enumerate(sorted(listed.items()))
    }
