"""Products, what they are called on the platform, and what they cost."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from products.completeness import BLOCKS, LONGEST, POINTS, QUESTIONS
from products.models import Cost, Listing, Product
from products.pasting import CostLine, LineError
from products.stages import propose_stage as propose_stage
from stores.models import Store


def save_product(product: Product) -> Product:
    """A new or renamed product. ValidationError names the field, e.g. a code the store already has."""
    product.full_clean()
    product.save()
    return product


def add_listing(product: Product, item_id: str, title: str = "") -> Listing:
    """The product as it stands on the platform. ValidationError when another product of the store has the item id."""
    taken = Listing.objects.select_related("product").filter(store=product.store_id, item_id=item_id).first()
    if taken:
        raise ValidationError(
            {"item_id": _("This item id already belongs to %(product)s.") % {"product": taken.product}}
        )
    listing = Listing(store_id=product.store_id, product=product, item_id=item_id, title=title)
    listing.full_clean()
    listing.save()
    return listing


def set_cost(product: Product, from_day: dt.date, cost_fen: int, *, replacing: Cost | None = None) -> dt.date | None:
    """The unit cost (fen) from a local day on; `replacing` is the entry that is edited, its day may move.

    Returns the first day whose figures change, None when nothing does. ValidationError when the cost is negative or the
    day already has another entry.
    """
    if cost_fen < 0:
        raise ValidationError({"cost": _("A cost cannot be below zero.")})
    with transaction.atomic():
        cost = replacing or Cost.objects.filter(product=product, from_day=from_day).first() or Cost(product=product)
        before = (cost.from_day, cost.cost_fen) if cost.pk else None
        if before == (from_day, cost_fen):
            return None
        if Cost.objects.filter(product=product, from_day=from_day).exclude(pk=cost.pk).exists():
            raise ValidationError({"from_day": _("There is already a cost from this day; edit that one.")})
        cost.from_day, cost.cost_fen = from_day, cost_fen
        cost.save()
    return min(from_day, before[0]) if before else from_day


def delete_cost(cost: Cost) -> dt.date:
    """Take a cost away. Returns the first day whose figures change."""
    first = cost.from_day
    cost.delete()
    return first


def set_costs(store: Store, lines: Sequence[CostLine], default_day: dt.date) -> tuple[int, dt.date | None]:
    """Costs of many products at once, all in one transaction; the codes are known (see `unknown_codes`).

    Returns how many changed and the first day whose figures change.
    """
    by_code = {p.code: p for p in Product.objects.filter(store=store, code__in=[line.code for line in lines])}
    with transaction.atomic():
        first_days = [set_cost(by_code[line.code], line.day or default_day, line.cost_fen) for line in lines]
    changed = [day for day in first_days if day]
    return len(changed), min(changed, default=None)


def unknown_codes(store: Store, lines: Sequence[CostLine]) -> list[LineError]:
    """The lines whose code no product of the store has."""
    known = set(Product.objects.filter(store=store).values_list("code", flat=True))
    return [LineError(line.line, line.code, "unknown") for line in lines if line.code not in known]


def set_checklist(
    product: Product,
    answers: Mapping[str, object],
    blocks: Mapping[str, object],
    points: Mapping[str, object] | None = None,
) -> Product:
    """What the page of the product says: answers to the 16 questions and selling points as texts ("" or None takes one
    away), the 6 blocks as True or False. What is not named stays. ValidationError names the key that is wrong."""
    for field, told, known in (("answers", answers, QUESTIONS), ("blocks", blocks, BLOCKS), ("points", points, POINTS)):
        if strange := sorted(set(told or {}) - set(known)):
            raise ValidationError({f"{field}.{strange[0][:40]}": _("Choose one of: %s.") % ", ".join(known)})
    for key, text in [*answers.items(), *(points or {}).items()]:
        longest = LONGEST[key in POINTS]
        if not isinstance(text, str | None) or len(text or "") > longest:
            raise ValidationError({key: _("Give a text of %d characters at most.") % longest})
    if wrong := [key for key, value in blocks.items() if not isinstance(value, bool)]:
        raise ValidationError({wrong[0]: _("Say true or false.")})
    texts = {**product.answers, **{key: str(text or "").strip() for key, text in answers.items()}}
    product.answers = {key: texts[key] for key in QUESTIONS if texts.get(key)}
    ticks = {**product.blocks, **blocks}
    product.blocks = {key: True for key in BLOCKS if ticks.get(key)}
    for key, text in (points or {}).items():
        setattr(product, key, str(text or "").strip())
    product.save(update_fields=["answers", "blocks", *POINTS])
    return product
