"""What the recurring lines of the playbook go through (domain.md 4.2): the products that stand in a stage now."""

from opsplan.lib import clock
from opsplan.lib.periods import week_of
from products.lifecycle import GROWTH, STAGES
from products.models import Product, Rank
from products.stages import ALIVE
from staff.points import Point, Round
from stores.models import Store

RANKS = "growth_ranks"  # the weekly record of those that are to get into the top ten


def rounds(store: Store) -> dict[str, Round]:
    """By stage the products on sale that are in it, heroes first; RANKS: those in growth, done where this week's search
    rank has been typed in. Two statements. `staff.spawning` asks (settings.TASK_ROUNDS)."""
    week = week_of(clock.today(store.timezone)).first
    told = Rank.objects.filter(product__store=store, week=week, search_rank__isnull=False)
    ranked = set(told.values_list("product_id", flat=True))
    found: dict[str, list[Point]] = {x: [] for x in (*STAGES, RANKS)}
    products = Product.objects.filter(store=store, status__in=ALIVE).order_by("-is_hero", "code")
    for pk, title, stage in products.values_list("pk", "title", "stage"):
        found[stage].append(Point(f"product {pk}", title))
        if stage == GROWTH:
            found[RANKS].append(Point(f"product {pk}", title, pk in ranked))
    return {
        key: Round("product_ranks" if key == RANKS else "product_stages", tuple(points))
        for key, points in found.items()
    }
