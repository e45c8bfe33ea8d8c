"""What the recurring lines of the playbook go through (domain.md 4.2): the products that stand in a stage now."""

from opsplan.lib import clock
from opsplan.lib.periods import week_of
from products.lifecycle import GROWTH, STAGES
from products.models import Product, Rank
from products.stages import ALIVE
from products.stock import Level
from products.stock_queries import StockRow, lines
from staff.points import Point, Round
from stores.models import Store

RANKS = "growth_ranks"  # the weekly record of those that are to get into the top ten
STOCK = "growth_stock"  # each with enough in stock, and a line at which to restock
PLACES = {RANKS: "product_ranks", STOCK: "stock"}


def rounds(store: Store) -> dict[str, Round]:
    """By stage the products on sale that are in it, heroes first. RANKS, STOCK: those in growth, done where this week's
    search rank has been typed in, where there is stock above the line that is set. `staff.spawning` asks
    (settings.TASK_ROUNDS). Two statements, with products in growth three more."""
    week = week_of(clock.today(store.timezone)).first
    told = Rank.objects.filter(product__store=store, week=week, search_rank__isnull=False)
    ranked = set(told.values_list("product_id", flat=True))
    found: dict[str, list[Point]] = {x: [] for x in (*STAGES, RANKS, STOCK)}
    products = Product.objects.filter(store=store, status__in=ALIVE).order_by("-is_hero", "code")
    known = list(products.values_list("pk", "title", "stage"))
    growing = [pk for pk, _title, stage in known if stage == GROWTH]
    stocked = {x.product_id for x in lines(store, growing) if is_enough(x)} if growing else set()
    for pk, title, stage in known:
        found[stage].append(Point(f"product {pk}", title))
        if stage == GROWTH:
            found[RANKS].append(Point(f"product {pk}", title, pk in ranked))
            found[STOCK].append(Point(f"product {pk}", title, pk in stocked))
    return {key: Round(PLACES.get(key, "product_stages"), tuple(points)) for key, points in found.items()}


def is_enough(row: StockRow) -> bool:
    """Nothing to see to: it stands above its line, or nothing of it is kept in stock."""
    return row.is_unstocked or row.level in (Level.OK, Level.FULL)
