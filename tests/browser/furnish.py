"""What the shop of the browser tests holds, made in one process and before it opens.

The small demo; the store `fresh`, which stays as it was made; and the store `leer` for flows, with a campaign of last
year to copy and plans of years to come."""

import datetime as dt
import os

from django.core.management import call_command

from campaigns.models import Campaign, CampaignItem, Review
from kpis.year import plans
from opsplan.lib import clock
from opsplan.tables import make_tables
from products.models import Cost, ListPrice, Product
from staff import checklists
from staff.models import State, Task, User
from staff.services import add_member
from stores.models import Store
from stores.services import create_store

YEARS = range(2031, 2043)


def make_double_eleven(store: Store, by: User) -> None:
    """Last year's campaign and what was learnt from it, and the work that a campaign brings."""
    mask = Product.objects.create(store=store, code="mask", title="面膜")
    ListPrice.objects.create(product=mask, from_day=dt.date(2025, 1, 1), price_fen=8900)
    Cost.objects.create(product=mask, from_day=dt.date(2025, 1, 1), cost_fen=2000)
    old = Campaign.objects.create(
        store=store, name="2026 双11", first_day=dt.date(2026, 11, 1), last_day=dt.date(2026, 11, 11),
        kind="platform", event="double_11", state="reviewed", terms_shown="满129减15",
    )  # fmt: skip
    old.products.add(mask)
    CampaignItem.objects.create(campaign=old, product=mask, price_fen=7900)
    old.offers.create(kind="reduction", terms={"steps": [{"at": 12900, "off_fen": 1500}]})
    Review.objects.create(campaign=old, words="卖得不错", lesson="库存要早定", by=by, at=clock.now())
    words = {"title": "9 要点检查", "rule": "", "trigger": "campaign", "offset": -3, "since": "2026-01-01"}
    checklists.publish(checklists.write(None, store, by, {**words, "duties": ["operations"]}))


def furnish() -> None:
    make_tables()
    call_command("load_demo", "--small", "--today", os.environ["OPSPLAN_TODAY"])
    done = {"state": State.DONE, "day": os.environ["OPSPLAN_TODAY"]}  # by the hour of the day; here all waits
    Task.objects.filter(**done).update(state=State.OPEN, done_by=None, done_at=None)
    people = {x.username: x for x in User.objects.filter(username__in=["li", "zhou"])}
    for slug, name in (("leer", "空店"), ("fresh", "新店")):
        store = create_store(slug, name, "taobao")
        add_member(store, people["li"], "owner", [])
        add_member(store, people["zhou"], "manager", [])
    leer = Store.objects.get(slug="leer")
    make_double_eleven(leer, people["zhou"])
    for year in YEARS:
        plans.start(leer, year, None, basis="30")
