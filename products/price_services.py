"""What a price may be and how list prices change: the one service that campaigns, deals and pages ask."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from opsplan.fitting import fitting
from opsplan.lib import cells, clock
from opsplan.lib.money import yuan
from opsplan.lib.periods import DAY
from opsplan.statements import Statement
from products import prices
from products.models import ListPrice, PaidPrice, PriceChange, PriceEvent, PriceSettings, Product
from products.prices import Event, Finding, Limits, Listed, Paid
from products.stock import local_day
from staff.models import User
from stores import currency
from stores.models import Store

KEPT_DAYS = 400  # of paid prices
USUAL_EVENTS = (  # as the founding documents and the trade have them; a store keeps its own over these
    Event("double11", gettext_noop("Double 11"), True, 30, Decimal("0.9")),
    Event("double12", gettext_noop("Double 12"), False, 30, Decimal(1)),
    Event("618", "618", False, 30, Decimal(1)),
    Event("coins", gettext_noop("Taobao coins"), True, 15, Decimal(1)),
    Event("daily", gettext_noop("Daily specials"), False, 15, Decimal(1)),
    Event("juhuasuan", gettext_noop("Juhuasuan"), False, 15, Decimal(1)),
)


@dataclass(frozen=True)
class Said:
    """A finding as people read it: its rule, how grave (`block` or `warn`), a sentence, and its numbers (fen, days,
    fractions)."""

    rule: str
    name: str
    severity: str
    sentence: str
    numbers: dict[str, int | Decimal | dt.date | str | None]


SETTINGS = Statement(lambda store: PriceSettings.objects.filter(store=store))
LISTED = Statement(
    lambda products: (
        ListPrice.objects.filter(product__pk__in=products)
        .order_by("from_day")
        .values_list("product", "from_day", "price_fen")
    )
)
PAID = Statement(
    lambda products, first, end: (
        PaidPrice.objects.filter(product__pk__in=products, day__lt=end, day__gte=first)
        .order_by("day")
        .values_list("product", "day", "lowest_fen", "highest_fen")
    )
)


def limits_of(store: Store) -> Limits:
    kept = SETTINGS.first(store)
    if kept is None:
        return Limits()
    return Limits(kept.floor, kept.raise_rate, kept.raise_days, kept.inflated_days)


def events_of(store: Store) -> dict[str, Event]:
    """The events the store knows, by key: its own over the usual ones, which are of platforms in China."""
    known = USUAL_EVENTS if store.currency == "CNY" else ()
    usual = {x.key: Event(x.key, _(x.name), x.is_exempt, x.lookback_days, x.factor, x.after_days) for x in known}
    own = PriceEvent.objects.filter(store=store)
    return usual | {x.key: Event(x.key, x.name, x.is_exempt, x.lookback_days, x.factor, x.after_days) for x in own}


def event_of(store: Store, key: str | None) -> Event | None:
    """ValidationError for a key the store does not know; None for none."""
    if not key:
        return None
    known = events_of(store)
    if key not in known:
        raise ValidationError(
            {"event": _("Unknown event %(key)s; choose one of: %(valid)s.") % {"key": key, "valid": ", ".join(known)}}
        )
    return known[key]


def start_day(store: Store, at: dt.datetime | dt.date) -> dt.date:
    """The local day a price starts on."""
    return local_day(at, store.timezone) if isinstance(at, dt.datetime) else at


@dataclass(frozen=True)
class PriceBook:
    """What is known of one product's prices; days ascending."""

    listed: tuple[Listed, ...] = ()
    paid: tuple[Paid, ...] = ()


def books_of(products: Iterable[Product], start: dt.date) -> dict[int, PriceBook]:
    """List prices and paid prices that a check from the day `start` on looks at, by product id; two queries."""
    wanted = [x.pk for x in products]
    listed: dict[int, list[Listed]] = defaultdict(list)
    for product, day, price in LISTED.rows(wanted):
        listed[product].append(Listed(day, price))
    paid: dict[int, list[Paid]] = defaultdict(list)
    for product, day, low, high in PAID.rows(wanted, start - KEPT_DAYS * DAY, start):
        paid[product].append(Paid(day, low, high))
    return {pk: PriceBook(tuple(listed[pk]), tuple(paid[pk])) for pk in wanted}


def price_check(product: Product, price: int, at: dt.datetime | dt.date, event: str | None = None) -> list[Said]:
    """What speaks against selling `product` at `price` fen (after all the merchant bears) from `at` on, at that event.

    [] = nothing. Rules: floor, no_list, above_list, seven_day, never_sold, lookback, lookback_floor, raised, inflated
    (see `products.prices`); the looks back end the day before `at`.
    ValidationError for an event the store does not know.
    """
    store, start = product.store, start_day(product.store, at)
    known = books_of([product], start)[product.pk]
    limits, today = limits_of(store), clock.today(store.timezone)
    found = prices.check(price, known.listed, known.paid, start, limits, event_of(store, event), today)
    return [said(x) for x in found]


def price_bounds(
    product: Product, at: dt.datetime | dt.date, event: str | None = None
) -> tuple[int | None, int | None]:
    """(lowest, highest) fen that floor and event allow from `at` on; None = no bound. Crossed: none fits."""
    start = start_day(product.store, at)
    book = books_of([product], start)[product.pk]
    return prices.lowest_allowed(
        book.listed, book.paid, start, limits_of(product.store), event_of(product.store, event)
    )


MONEY = {"price", "list", "floor", "base", "most", "lowest", "low", "promised"}
RATES = {"share", "rate", "rise"}


def said(found: Finding) -> Said:
    """A finding in words: fen as money, fractions as percent."""
    words: dict[str, str] = {}
    for key, value in found.numbers.items():
        if key in MONEY and isinstance(value, int):
            words[key] = f"{currency.symbol()}{yuan(value):,}"
        elif key in RATES and isinstance(value, Decimal):
            words[key] = cells.write(round(value, 4), "rate")
        else:
            words[key] = "" if value is None else f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
    return Said(found.rule, _(prices.RULES[found.rule]), found.severity, _(found.sentence) % words, found.numbers)


@transaction.atomic
def set_list_price(
    product: Product, from_day: dt.date, price_fen: int | None, *, why: str, by: User | None
) -> PriceChange | None:
    """The list price (fen) from a local day on; None takes the entry of that day away. What changed is kept with who
    and why; None when nothing did. ValidationError without a price above 0 or a reason."""
    if price_fen is not None and not 0 < price_fen <= 10**12:
        raise ValidationError({"price": _("A price is above zero.")})
    if not why.strip():
        raise ValidationError({"reason": _("Say why the price changes.")})
    said = fitting("reason", why, 200)
    entry = ListPrice.objects.select_for_update().filter(product=product, from_day=from_day).first()
    before = entry.price_fen if entry else in_force(product, from_day)
    if price_fen is None:
        if entry is None:
            return None
        entry.delete()
        after = in_force(product, from_day)
    else:
        if entry and entry.price_fen == price_fen:
            return None
        entry = entry or ListPrice(product=product, from_day=from_day)
        entry.price_fen, entry.reason, entry.by = price_fen, said, by
        entry.save()
        after = price_fen
    return PriceChange.objects.create(
        product=product, from_day=from_day, old_fen=before, new_fen=after, why=said, by=by, at=clock.now()
    )


def in_force(product: Product, day: dt.date) -> int | None:
    """The list price (fen) of a local day, None before the first."""
    found = ListPrice.objects.filter(product=product, from_day__lte=day).order_by("-from_day").first()
    return found.price_fen if found else None


def save_settings(kept: PriceSettings) -> PriceSettings:
    """ValidationError names a rate that is none."""
    kept.full_clean()
    kept.save()
    return kept


def set_paid_prices(store: Store, days: Sequence[dt.date], rows: Iterable[tuple[dt.date, int, int, int, int]]) -> None:
    """What was paid on those local days, all of it: (day, product id, lowest fen, highest fen, units). kpis calls this
    whenever it has counted the days."""
    known = set(Product.objects.filter(store=store).values_list("pk", flat=True))
    with transaction.atomic(savepoint=False):
        PaidPrice.objects.filter(store=store, day__in=days).delete()
        PaidPrice.objects.bulk_create(
            [
                PaidPrice(store=store, product_id=product, day=day, lowest_fen=low, highest_fen=high, units=units)
                for day, product, low, high, units in rows
                if product in known
            ],
            batch_size=2000,
        )
