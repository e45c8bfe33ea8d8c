"""Load the demo shops through the same pipeline as everybody's files, and tell how far it is."""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from kpis.demo import (
    billing,
    deals,
    goods,
    office,
    people,
    promotions,
    regulars,
    reporting,
    settlements,
    stockroom,
    targets,
    work,
)
from kpis.demo.ahead import written_ahead
from kpis.demo.files import ITEM_DAYS, DemoFile, emptied
from kpis.demo.shop import SHOPS, Shop, day_plans
from kpis.ingest import pipeline
from kpis.models import (
    AdSpend,
    BuyerDay,
    ChannelDay,
    ChannelTraffic,
    Coverage,
    Entry,
    ItemTraffic,
    Order,
    OrderLine,
    ProductDay,
    Refund,
    RowProblem,
    ShopTraffic,
    StaleDay,
    StoreDay,
    Upload,
)
from kpis.sums import rollups
from products.models import PurchaseOrder, StockBalance, StockMovement, StockTake
from staff.models import User
from stores.models import Store

SMALL = 0.05
ROWS_AN_ORDER = 2.9  # rows of all files for a paid order, about
DAY_WEIGHT = 40  # a day to roll up costs about as much as this many rows to load
OF_A_STORE = (
    OrderLine, Order, Refund, ShopTraffic, ChannelTraffic, ItemTraffic, AdSpend, Coverage, StaleDay,
    StoreDay, ProductDay, ChannelDay, BuyerDay, Entry,
)  # fmt: skip


class DemoError(Exception):
    """The demo cannot be loaded; the text says why."""


@dataclass(frozen=True)
class Step:
    """How far the load is: what is being done, the part of all that is done, and the seconds still to go."""

    phase: str
    part: float
    seconds_left: float


Tell = Callable[[Step], None]


class Progress:
    """Counts work in rows and guesses the rest from the pace so far."""

    def __init__(self, total: float, tell: Tell) -> None:
        self.total, self.done, self.tell, self.started = max(total, 1.0), 0.0, tell, time.monotonic()

    def add(self, work: float, phase: str) -> None:
        self.done += work
        part = min(self.done / self.total, 0.99)
        spent = time.monotonic() - self.started
        self.tell(Step(phase, part, spent * (1 - part) / part if part else 0.0))


def is_loaded(slug: str) -> bool:
    """People join a demo store when all its data is in; before, it is half-built."""
    return Store.objects.filter(slug=slug, members__isnull=False).exists()


def load_demo(today: dt.date, *, small: bool, replace: bool, tell: Tell) -> list[Store]:
    """The stores that were loaded now; [] when all of them are there already. DemoError when a file is refused."""
    wanted = [shop for shop in SHOPS if replace or not is_loaded(shop.slug)]
    users = people.ensure_people()
    progress = Progress(sum(work_of(shop, today, small=small) for shop in wanted), tell)
    for shop in wanted:
        refuse_strangers(shop)
    for shop in wanted:
        remove(shop)
    return [load_shop(shop, today, users, progress, small=small) for shop in wanted]


def work_of(shop: Shop, today: dt.date, *, small: bool) -> float:
    plans = day_plans(shop, today, small=small, volume=SMALL if small else 1.0)
    orders = sum(plan.sales / plan.aov for plan in plans)
    items = min(len(plans), ITEM_DAYS) * len(shop.styles)
    return orders * ROWS_AN_ORDER + items + len(plans) * ((16 if shop.ad_rate else 8) + DAY_WEIGHT)


def load_shop(shop: Shop, today: dt.date, users: dict[str, User], progress: Progress, *, small: bool) -> Store:
    """One store, from nothing to its first visitor. People join last, so a killed run is begun anew."""
    volume = SMALL if small else 1.0
    owner, plans = users[people.PEOPLE[0].username], day_plans(shop, today, small=small, volume=volume)
    store = office.open_store(shop, today)
    office.plan_campaigns(shop, store, today)
    targets.set_plans(shop, store, today, owner, volume=volume)
    targets.set_goals(shop, store, today, owner, volume=volume)
    place = Path(settings.OPSPLAN_HOME) / "tmp" / f"demo-{shop.slug}"
    with emptied(place) as folder, written_ahead(shop, today, folder, small=small) as files:
        for file in files:
            load_file(store, file, owner)
            progress.add(file.rows, f"{shop.name}: {file.name}")
    office.fill_daily_sheet(shop, store, today, plans, owner)
    days = rollups.all_days(store)
    for chunk in chunks(days, 93):
        rollups.rebuild(store, chunk)
        progress.add(len(chunk) * DAY_WEIGHT, f"{shop.name}: {chunk[-1]}")
    rollups.rebuild(store)
    targets.tie_heroes(store)
    goods.live(shop, store, today, owner)
    stockroom.stock(shop, store, today, owner)
    promotions.promote(store, today, owner)
    regulars.note(store, today, owner)
    if shop is SHOPS[0]:
        deals.deals(shop, store, today, owner)
        settlements.settlements(store, today, owner)
        stockroom.leave(store, today, owner)
    work.give_work(shop, store, today, users)
    if shop is SHOPS[0]:
        billing.bill(store, today, owner)
        reporting.report(store, today, owner)
    elif shop is SHOPS[1]:
        billing.sell_together(store, today)
    with transaction.atomic():
        people.join(store, users)
        office.roster_weeks(store, today, owner)
    return store


def load_file(store: Store, file: DemoFile, owner: User) -> None:
    """Receive, check and load one file the way the pages do; it is deleted as soon as the pipeline has its copy."""
    with file.path.open("rb") as opened:
        uploads = pipeline.receive(store, opened, file.name, by=owner, auto_load=True)
    file.path.unlink()
    for upload in uploads:
        pipeline.check(upload)
        upload.refresh_from_db()
        if upload.state in (Upload.State.READY, Upload.State.QUEUED):
            pipeline.load(upload)
            upload.refresh_from_db()
        if upload.state != Upload.State.LOADED:
            problem = RowProblem.objects.filter(upload=upload).first()
            raise DemoError(f"{upload.name}: {upload.get_state_display()} {upload.error} {problem or ''}")


def chunks(days: list[dt.date], size: int) -> Iterator[list[dt.date]]:
    return (days[start : start + size] for start in range(0, len(days), size))


def refuse_strangers(shop: Shop) -> None:
    """DemoError when the short name belongs to a store that is not the demo's."""
    store = Store.objects.filter(slug=shop.slug).first()
    if store and (store.name != shop.name or store.platform != shop.platform):
        raise DemoError(
            _("%(slug)s is a store of your own (%(name)s); the demo leaves it alone.")
            % {"slug": shop.slug, "name": store.name}
        )


@transaction.atomic
def remove(shop: Shop) -> None:
    """Take the demo store away with all its facts (straight from the tables: a cascade would read them all first)."""
    store = Store.objects.filter(slug=shop.slug).first()
    if store is None:
        return
    billing.remove(store)
    for model in OF_A_STORE:
        model._default_manager.filter(store=store).delete()
    RowProblem.objects.filter(upload__store=store).delete()
    StockMovement.objects.filter(store=store).delete()  # what a place or SKU holds keeps it from going
    StockBalance.objects.filter(place__store=store).delete()
    PurchaseOrder.objects.filter(store=store).delete()
    StockTake.objects.filter(store=store).delete()
    store.delete()
