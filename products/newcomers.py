"""Styles on their way into the shop: chosen, photographed, described, published."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext as _

from opsplan.lib import clock
from products.models import Newcomer, Product
from staff.models import User
from staff.services import cancel_tasks, renew_rounds, spawn_tasks
from stores.models import Store

STEPS = (Newcomer.Step.CHOOSE, Newcomer.Step.PHOTO, Newcomer.Step.DESCRIBE, Newcomer.Step.PUBLISH)
TRIGGERS = ("stage_incubation", "new_product")
FAR_DAYS = 3650
BY_DAY = F("wanted_on").asc(nulls_last=True)
SORTS: dict[str, tuple[str | OrderBy, ...]] = {
    "": (BY_DAY, "product__code"),
    "title": ("product__title", "product__code"),
}
INPUTS = ("data_says", "customers_say", "market_says")


def checked_day(store: Store, day: dt.date | None) -> dt.date | None:
    """ValidationError for a day of publishing that lies years away: its tasks are counted from it."""
    if day is not None and abs((day - clock.today(store.timezone)).days) > FAR_DAYS:
        raise ValidationError({"wanted_on": _("Give a day within ten years.")})
    return day


@transaction.atomic
def begin(store: Store, code: str, title: str, wanted_on: dt.date | None, by: User | None) -> Newcomer:
    """A style to be brought into the shop; its playbook begins, counted from the day it is to be published.

    ValidationError by field: no code or title, a code that is taken, a day years away.
    """
    wanted_on = checked_day(store, wanted_on)
    product = Product(store=store, code=code.strip(), title=title.strip(), status=Product.Status.PLANNED)
    product.full_clean()
    product.save()
    made = Newcomer.objects.create(product=product, wanted_on=wanted_on, by=by)
    place_tasks(product, wanted_on)
    return made


def place_tasks(product: Product, wanted_on: dt.date | None) -> None:
    """Its playbook, counted from the day it is to be published; open tasks follow a moved day."""
    about = f"product {product.pk}"
    for trigger in TRIGGERS:
        spawn_tasks(product.store, trigger, f"new{product.pk}", wanted_on, subject=product.title, about=about)


@transaction.atomic
def change(newcomer: Newcomer, *, wanted_on: dt.date | None, **inputs: str) -> Newcomer:
    """What the three inputs say, and when it is to be published: open tasks follow a moved day. ValidationError for a
    day years away."""
    moved = newcomer.wanted_on != checked_day(newcomer.product.store, wanted_on)
    newcomer.wanted_on = wanted_on
    for name in INPUTS:
        setattr(newcomer, name, inputs.get(name, getattr(newcomer, name)).strip())
    newcomer.save(update_fields=["wanted_on", *INPUTS])
    if moved:
        place_tasks(newcomer.product, wanted_on)
    return newcomer


@transaction.atomic
def go_to(newcomer: Newcomer, step: str) -> Newcomer:
    """The next step, or one back. Published: the product is new on sale, its stage is incubation, and
    its open tasks count from that day.

    ValidationError: no such step, choosing without all three inputs, or a step of what is published.
    """
    newcomer = Newcomer.objects.select_for_update().select_related("product__store").get(pk=newcomer.pk)
    if step not in Newcomer.Step.values:
        raise ValidationError({"step": _("Choose one of: %s.") % ", ".join(Newcomer.Step.values)})
    if newcomer.step == Newcomer.Step.DONE:
        raise ValidationError({"step": _("It has been published already.")})
    if step != Newcomer.Step.CHOOSE and not all(getattr(newcomer, name).strip() for name in INPUTS):
        raise ValidationError({"step": _("Write down first what data, customers and market say.")})
    newcomer.step = step
    newcomer.save(update_fields=["step"])
    if step == Newcomer.Step.DONE:
        product = newcomer.product
        product.status = Product.Status.NEW
        product.launched_on = product.launched_on or clock.today(product.store.timezone)
        product.stage_since = product.launched_on
        product.save(update_fields=["status", "launched_on", "stage_since"])
        place_tasks(product, product.launched_on)
        renew_rounds(product.store)
    return newcomer


@transaction.atomic
def drop(newcomer: Newcomer) -> None:
    """The idea is given up: the style and its open tasks go. ValidationError once it has been published."""
    if newcomer.step == Newcomer.Step.DONE:
        raise ValidationError(_("It has been published already."))
    product = newcomer.product
    for trigger in TRIGGERS:
        cancel_tasks(product.store, trigger, f"new{product.pk}")
    product.delete()


def pipeline(store: Store, sort: str = "") -> list[tuple[str, str, list[Newcomer]]]:
    """(step, its name, the styles in it by their day, or as `sort`, one of SORTS, says), without those that are
    published."""
    found = Newcomer.objects.filter(product__store=store).exclude(step=Newcomer.Step.DONE)
    every = list(found.select_related("product").order_by(*SORTS.get(sort, SORTS[""])))
    return [(step.value, str(step.label), [x for x in every if x.step == step]) for step in STEPS]
