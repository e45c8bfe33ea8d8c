"""What people at a demo shop decide and type themselves: products and costs, campaigns, targets, the daily sheet."""

import datetime as dt
from decimal import Decimal

from django.db import transaction

from campaigns.models import Campaign
from kpis.demo.shop import DayPlan, Shop
from kpis.models import Entry
from kpis.sums.rollups import bump, mark_stale
from opsplan.lib import clock
from opsplan.lib.periods import DAY, week_of
from products.models import Cost, Listing, Product
from staff import duties, handover, roster
from staff.models import User
from stores.models import Store
from stores.services import create_store

CAMPAIGNS = ((6, 16, 5, "618年中大促"), (11, 9, 4, "双11全球狂欢"), (12, 10, 4, "双12年终好价"))
IN_CAMPAIGN = 16  # styles


@transaction.atomic
def open_store(shop: Shop, today: dt.date) -> Store:
    """The store with its products, listings and costs; costs rose by 4 % at the beginning of this year."""
    store = create_store(shop.slug, shop.name, shop.platform)
    store.opened_on = shop.opened_on(today)
    store.save(update_fields=["opened_on"])
    Product.objects.bulk_create(Product(store=store, code=x.code, title=x.title) for x in shop.styles)
    products = {x.code: x for x in Product.objects.filter(store=store)}
    Listing.objects.bulk_create(
        Listing(store=store, product=products[x.code], item_id=x.item_id, title=x.title) for x in shop.styles
    )
    opened, new_year, costs = shop.opened_on(today), dt.date(today.year, 1, 1), list[Cost]()
    for style in shop.styles:
        if style.cost_fen is not None:
            product = products[style.code]
            risen = round(style.cost_fen * 1.04)
            costs.append(Cost(product=product, from_day=opened, cost_fen=style.cost_fen))
            if opened < new_year:
                costs.append(Cost(product=product, from_day=new_year, cost_fen=risen))
    Cost.objects.bulk_create(costs)
    return store


def plan_campaigns(shop: Shop, store: Store, today: dt.date) -> None:
    """The last two sale campaigns and the next one, with the styles that take part."""
    spans = []
    for year in (today.year - 1, today.year, today.year + 1):
        for month, day, length, name in CAMPAIGNS:
            first = dt.date(year, month, day)
            spans.append((first, first + dt.timedelta(days=length - 1), f"{year} {name}"))
    past = [x for x in spans if x[1] < today and x[0] >= shop.opened_on(today)][-2:]
    coming = [x for x in spans if x[1] >= today][:1]
    best = sorted(shop.styles, key=lambda x: -x.popularity)[:IN_CAMPAIGN]
    products = list(Product.objects.filter(store=store, code__in=[x.code for x in best]))
    for first, last, name in past + coming:
        campaign = Campaign.objects.create(store=store, name=name, first_day=first, last_day=last)
        campaign.products.set(products)


def roster_weeks(store: Store, today: dt.date, by: User) -> None:
    """An early and a late shift, this week published and the next one planned, and a note one shift left the next."""
    early = roster.add_shift(store, "早班", dt.time(9), dt.time(17, 30))
    late = roster.add_shift(store, "晚班", dt.time(17, 30), dt.time(22, 30))
    roster.set_needs(early, {"service": 1, "operations": 1})
    roster.set_needs(late, {"service": 1})
    monday, people = week_of(today).first, [x.user_id for x in duties.working(store)]
    for place, user_id in enumerate(people):
        for number in range(14):
            shift = (early, early, late)[place % 3]
            if (number + 2 * place) % 7 < 5:
                roster.assign(store, user_id, shift.pk, monday + number * DAY)
    roster.publish(store, monday, by)
    duties.set_plan(store, "service", 2)
    duties.set_plan(store, "promotion", 1, "operations")
    duties.set_plan(store, "logistics", 1, "operations")
    handover.write(
        store,
        by,
        [
            ("case", "一位买家的面霜破损，已答应补发，等仓库给单号", None),
            ("stock", "调理霜 50g 现货不多，先不要承诺当天发", None),
        ],
        "请先看未回复的咨询",
        shift_change(store, today) - dt.timedelta(minutes=5),
    )


def shift_change(store: Store, today: dt.date) -> dt.datetime:
    """The last one there was by now: at half past five, else last night's at half past ten."""
    here = clock.here(store.timezone)
    evening = dt.datetime.combine(today, dt.time(17, 30), here.tzinfo)
    return evening if here >= evening else dt.datetime.combine(today - DAY, dt.time(22, 30), here.tzinfo)


@transaction.atomic
def fill_daily_sheet(shop: Shop, store: Store, today: dt.date, plans: list[DayPlan], by: User) -> int:
    """The figures nobody exports: the service desk's day, scores every Monday, and on Taobao the ratings."""
    now, rng, rows = clock.now(), shop.seed(today, "entries"), []
    for plan in plans:
        asked = round(plan.uv * rng.uniform(0.036, 0.052))
        values: dict[str, int | Decimal] = {
            "consult_uv": asked,
            "consult_pay_buyers": min(asked, round(asked * rng.uniform(0.36, 0.48))),
        }
        if shop.platform == "taobao":
            values["ratings"] = round(plan.sales / plan.aov * rng.uniform(0.3, 0.45))
            values["good_ratings"] = sum(rng.random() < 0.988 for _rating in range(int(values["ratings"])))
        if plan.day.weekday() == 0:
            for score, usual in (("dsr_desc", 4.83), ("dsr_svc", 4.86), ("dsr_log", 4.81)):
                values[score] = Decimal(str(round(rng.gauss(usual, 0.012), 2)))
        rows += [
            Entry(store=store, measure=key, day=plan.day, value=value, by=by, updated_at=now)
            for key, value in values.items()
        ]
    Entry.objects.bulk_create(rows, batch_size=500)
    mark_stale(store, [plan.day for plan in plans])
    bump(store)
    return len(rows)
