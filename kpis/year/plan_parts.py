"""The parts of a plan's sales as people make them: paid and free channels, categories, groups put together by hand.

Rows of parts come and go for the whole plan; what was done before can then no longer be undone, its history stays.
"""

from collections.abc import Sequence
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kpis.models import Plan, PlanEdit, PlanRow
from kpis.planning.factors import SALES
from kpis.planning.parts import NODES, REST, cut_of, is_rest, node_of, row_key
from kpis.year import plan_products
from kpis.year.plan_cells import Loaded, load, locked, states, write
from kpis.year.plan_rows import KNOWN
from opsplan.fitting import fitting
from opsplan.lib import clock
from products.models import Product
from staff.models import User
from stores.models import Channel

MOST_PARTS = 24
FIRST = {"channel": 10_000, "group": 20_000}  # positions, behind all other rows
LAST = 9_000


def parts_of(plan: Plan) -> list[str]:
    """`channel:search`, `group:1`, … in order, without the rest."""
    found = [node_of(row.key) for row in plan.rows.all()]
    return [part for node, part in found if node == SALES and part and not is_rest(part)]


def channels_left(plan: Plan) -> list[tuple[str, str]]:
    """Channels that have no rows yet: key and name."""
    there = set(parts_of(plan))
    found = Channel.objects.filter(store=plan.store_id).values_list("key", "name")
    return [(key, name) for key, name in found if f"channel:{key}" not in there]


@transaction.atomic
def add_channel(plan: Plan, key: str, by: User | None) -> str:
    """Rows for what a channel sells. Returns the part; ValidationError."""
    plan = locked(plan)
    if key not in dict(channels_left(plan)):
        raise ValidationError({"channel": _("Choose a channel that has no rows yet.")})
    return _add(plan, f"channel:{key}", by)


@transaction.atomic
def add_group(plan: Plan, by: User | None, *, title: str, category: str = "", codes: Sequence[str] = ()) -> str:
    """Rows for a product group: a category's products, or those of `codes`. Returns the part; ValidationError."""
    plan = locked(plan)
    taken = [int(x.partition(":")[2]) for x in parts_of(plan) if cut_of(x) == "group"]
    part = _add(plan, f"group:{max(taken, default=0) + 1}", by, title=titled(title or category))
    _fill(plan, part, category, codes)
    return part


@transaction.atomic
def change_group(plan: Plan, part: str, *, title: str, category: str = "", codes: Sequence[str] = ()) -> None:
    """What a product group is called and made of. ValidationError."""
    plan = locked(plan)
    if cut_of(part) != "group" or not plan.rows.filter(key=row_key(SALES, part)).exclude(title="").exists():
        raise ValidationError({"part": _("There is no such product group.")})
    plan.rows.filter(key__in=[row_key(node, part) for node in NODES]).update(title=titled(title or category))
    _fill(plan, part, category, codes)
    plan.version += 1
    plan.save(update_fields=["version"])


@transaction.atomic
def remove(plan: Plan, part: str, by: User | None) -> None:
    """Take a part away: what it sold is in the rest again; the last one takes the rest along. ValidationError."""
    plan = locked(plan)
    cut = cut_of(part)
    if part not in parts_of(plan):
        raise ValidationError({"row": _("There is no such part.")})
    loaded, rest = load(plan), row_key(SALES, f"{cut}:{REST}")
    before = states(loaded)
    if any(loaded.sheet.cell(row_key(SALES, part), month).value is not None
           and loaded.sheet.cell(rest, month).locked for month in range(1, 13)):  # fmt: skip
        raise ValidationError({"row": _("%(row)s is locked.") % {"row": loaded.label(rest)}})
    gone = [x for x in parts_of(plan) if cut_of(x) == cut] == [part]
    for month in range(1, 13):
        freed, left = loaded.sheet.value(row_key(SALES, part), month), loaded.sheet.cell(rest, month)
        if freed is not None:
            loaded.sheet.cells[rest, month] = replace(left, value=(left.value or 0) + freed)
    keys = [row_key(node, part) for node in NODES] + ([rest] if gone else [])
    now = {place: state for place, state in states(loaded).items() if place[0] not in keys}
    write(loaded, {place: state for place, state in now.items() if before.get(place) != state}, by, clock.now())
    plan.rows.filter(key__in=keys).delete()
    _no_way_back(plan)


def titled(text: str) -> str:
    text = text.strip()
    if not text or len(text) > 60:
        raise ValidationError({"title": _("Give the row a title of at most 60 characters.")})
    return text


def _add(plan: Plan, part: str, by: User | None, title: str = "") -> str:
    cut, there = cut_of(part), parts_of(plan)
    if len(there) >= MOST_PARTS:
        raise ValidationError({"title": _("A plan has at most %d parts of sales.") % MOST_PARTS})
    taken = plan.rows.filter(position__gte=FIRST[cut], position__lt=FIRST[cut] + LAST).order_by("-position").first()
    place = taken.position + 1 if taken else FIRST[cut]
    rows = [
        PlanRow(plan=plan, key=row_key(node, part), unit=KNOWN[node].unit, title=title, position=place + n)
        for n, node in enumerate(NODES)
    ]
    rest = f"{cut}:{REST}"
    if not plan.rows.filter(key=row_key(SALES, rest)).exists():
        rows.append(PlanRow(plan=plan, key=row_key(SALES, rest), unit="money", position=FIRST[cut] + LAST))
    PlanRow.objects.bulk_create(rows)
    loaded = load(plan)
    before = states(loaded)
    loaded.sheet.begin_parts()
    write(loaded, {place: now for place, now in states(loaded).items() if before.get(place) != now}, by, clock.now())
    _no_way_back(plan)
    return part


def _fill(plan: Plan, part: str, category: str, codes: Sequence[str]) -> None:
    row = plan.rows.get(key=row_key(SALES, part))
    row.category = fitting("category", category, 60)
    row.save(update_fields=["category"])
    row.products.set(plan_products.by_code(plan.store, codes))


def _no_way_back(plan: Plan) -> None:
    PlanEdit.objects.filter(plan=plan).exclude(state=PlanEdit.State.GONE).update(state=PlanEdit.State.GONE)


def members(loaded: Loaded) -> dict[str, list[Product]]:
    """The products of each product group, by its part: those of its category and those put in by hand."""
    of_group = row_key(SALES, "group:")
    rows = {node_of(key)[1]: row for key, row in loaded.rows.items() if key.startswith(of_group)}
    found: dict[str, dict[int, Product]] = {part: {} for part in rows if not is_rest(part)}
    by_category = {row.category: part for part, row in rows.items() if row.category}
    of_store = Product.objects.filter(store=loaded.plan.store_id)
    for product in of_store.filter(category__in=by_category) if by_category else ():
        found[by_category[product.category]][product.pk] = product
    for part, products in found.items():
        products.update({product.pk: product for product in rows[part].products.all()})
    return {part: list(products.values()) for part, products in found.items()}
