"""The guard at work: looks at every product of a campaign whenever a promotion, price, cost or list price is saved,
and keeps what it finds."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from campaigns import guard, promises
from campaigns.guard import Deep, Goods, Look
from campaigns.models import Campaign, Guarded, PriceException
from campaigns.offers.checks import Refusal, refusals
from campaigns.offers.kinds import Ladder, Voucher
from campaigns.promises import Promise
from campaigns.rules import goods_of, rules_of, rules_of_store
from opsplan.lib import clock
from opsplan.lib.text import gettext_noop as _
from products import prices
from products.models import Cost, ListPrice, Product
from products.price_services import PriceBook, books_of, events_of, limits_of
from products.prices import Finding
from stores.currency import symbol
from stores.models import Store

OPEN = (
    Campaign.State.DRAFT,
    Campaign.State.CHECKED,
    Campaign.State.APPROVED,
    Campaign.State.RUNNING,
)
CONDITIONAL = (Ladder, Voucher)
LOOKED_BACK = ("lookback", "lookback_floor")
LATER = {"price_fen": "list_fen", "cost_fen": "cost_fen"}  # what a dated row says of the goods


@dataclass(frozen=True)
class Trouble:
    """What is wrong with a campaign as a whole: a sentence with holes for `values`. field: where the campaign's form
    mends it; "" for what lies in its offers."""

    code: str
    sentence: str
    values: dict[str, str]
    field: str = ""


def troubles(campaign: Campaign) -> list[Trouble]:
    """Rules that cannot be explained, conditions that are not shown, a prize above the limit."""
    rules = rules_of(campaign, with_others=False)
    found = [_trouble(refusal) for refusal in refusals(rules)]
    if any(isinstance(offer.terms, CONDITIONAL) for offer in rules.offers) and not campaign.terms_shown.strip():
        text = _("Offers with conditions: write down the conditions that buyers are shown.")
        found.append(Trouble("terms", text, {}, "terms_shown"))
    most = rules_of_store(campaign.store).prize_most_fen
    if campaign.prize_fen is not None and most is not None and campaign.prize_fen > most:
        text = _("The dearest prize is above %(most)s, the most that is allowed in a lottery.")
        found.append(Trouble("prize", text, {"most": f"{symbol(campaign.store.currency)}{most // 100:,}"}, "prize"))
    return found


def _trouble(refusal: Refusal) -> Trouble:
    return Trouble(refusal.code, refusal.sentence, refusal.values)


def cost_price(goods: Goods, cost_factor: Decimal) -> int:
    """Cost x factor in fen, rounded up; 0 where the cost is not known."""
    return int((goods.cost_fen * cost_factor).to_integral_value(ROUND_CEILING)) if goods.cost_fen is not None else 0


def low_price(goods: Goods, limits: prices.Limits, event: prices.Event | None, cost_factor: Decimal) -> int:
    """What a unit price may not go below (fen): the floor unless the event is exempt, and cost x factor."""
    has_floor = goods.is_listed and not (event and event.is_exempt)
    floor = prices.floor_price(goods.list_fen, limits.floor) if has_floor else 0
    return max(floor, cost_price(goods, cost_factor))


def against_cost(unit: Fraction | int, goods: Goods, cost_factor: Decimal) -> list[Finding]:
    """What speaks against a unit price (fen) by the cost; where none is known, that."""
    if goods.cost_fen is None:
        return [_no_cost(goods)] if cost_factor or not goods.is_listed else []
    if unit >= cost_price(goods, cost_factor):
        return []
    text = _("%(price)s is below %(factor)s times the cost %(cost)s.")
    return [Finding("cost", "block", text, {"price": int(unit), "cost": goods.cost_fen, "factor": cost_factor})]


def _no_cost(goods: Goods) -> Finding:
    if goods.is_listed:
        return Finding("no_cost", "warn", _("No cost is known, so its price could not be held against the cost."))
    return Finding("no_cost", "warn", _("No cost is known either, so nothing says how low its price may be."))


def unpriced(goods: Goods) -> list[Finding]:
    """What is missing to say anything of a product that has neither a list price nor a fixed one."""
    text = _("Neither a list price nor a campaign price is known, so what it can be bought for cannot be checked.")
    return [Finding("no_price", "warn", text), *([] if goods.cost_fen is not None else [_no_cost(goods)])]


def path_of(deep: Deep, names: dict[str, str]) -> dict[str, Any]:
    """How the deepest price is reached, as JSON: basket, buyer, steps."""
    return {
        "lines": [
            {"code": line.code, "name": names.get(line.code, line.code), "pieces": line.pieces}
            for line in deep.way.basket.lines
        ],
        "vip": deep.buyer.vip,
        "is_new": deep.buyer.is_new,
        "in_group": deep.buyer.in_group,
        "at": deep.at.isoformat() if deep.at else None,
        "held_fen": deep.held_fen,
        "pieces": deep.pieces,
        "steps": [
            {
                "key": step.offer.key,
                "name": step.offer.name,
                "kind": step.offer.kind.value,
                "off_fen": step.off_fen,
                "after_fen": step.after_fen,
            }
            for step in deep.receipt.steps
        ],
    }


def _plain(numbers: dict[str, Any]) -> dict[str, Any]:
    return {key: value if isinstance(value, int) else str(value) for key, value in numbers.items() if value is not None}


def allowed(campaign: Campaign) -> dict[int, list[PriceException]]:
    """What a second person allowed, by product id."""
    found: dict[int, list[PriceException]] = {}
    for one in PriceException.objects.filter(campaign=campaign, state=PriceException.State.APPROVED):
        found.setdefault(one.product_id, []).append(one)
    return found


@dataclass(frozen=True)
class Allowed:
    """What a second person is asked for, or has allowed: a unit price down to `deep_fen` while nothing asks for more
    than `low_fen` (None = nothing did), no other rules are broken, and the event takes no less than `most_fen` (None =
    not known, or no such rule)."""

    deep_fen: int
    low_fen: int | None
    rules: Collection[str]
    most_fen: int | None = None


def covers(
    exception: Allowed | PriceException,
    unit_fen: int,
    low_fen: int,
    rules: Collection[str],
    most_fen: int | None = None,
) -> bool:
    """Whether it was given for this much, in a campaign and a group deal alike: no deeper price, no higher line (a cost
    or list price that rose), no lower price that the event looks back to, no other rule."""
    is_as_deep = exception.deep_fen <= unit_fen and low_fen <= (exception.low_fen or 0)
    is_as_high = None in (most_fen, exception.most_fen) or (most_fen or 0) >= (exception.most_fen or 0)
    return is_as_deep and is_as_high and set(rules) <= set(exception.rules)


def most_of(findings: Iterable[Finding]) -> int | None:
    """What the lowest-price rule that is broken takes at most (fen); None where none is."""
    told = (x.numbers["most"] for x in findings if x.rule in LOOKED_BACK)
    return next((x for x in told if isinstance(x, int)), None)


def broken_by(findings: Iterable[Finding]) -> list[str]:
    """The rules that stand in the way."""
    return [one.rule for one in findings if one.severity == "block"]


@dataclass(frozen=True)
class Standard:
    """What every product of a campaign is held against, read once. allowed: exceptions by product id; names: products'
    names by code."""

    campaign: Campaign
    limits: prices.Limits
    event: prices.Event | None
    factor: Decimal
    books: dict[int, PriceBook]
    allowed: dict[int, list[PriceException]]
    promises: dict[int, Promise]
    names: dict[str, str]
    at: dt.datetime


@transaction.atomic
def run(campaign: Campaign, only: Collection[int] | None = None) -> list[Guarded]:
    """Look at the campaign's products (`only` these ids) and keep what is found. The blocked ones are returned."""
    rules = rules_of(campaign)
    goods = goods_of(campaign, rules.offers)
    wanted = {pk: one for pk, one in goods.items() if only is None or pk in only}
    products = {product.pk: product for product in Product.objects.filter(pk__in=wanted)}
    standard = Standard(
        campaign=campaign,
        limits=limits_of(campaign.store),
        event=events_of(campaign.store).get(campaign.price_event),
        factor=Decimal(rules_of_store(campaign.store).cost_factor),
        books=books_of(products.values(), campaign.first_day),
        allowed=allowed(campaign),
        promises=promises.promises(campaign.store, campaign.first_day, campaign.last_day, products, campaign),
        names={one.code: one.name for one in goods.values()},
        at=clock.now(),
    )
    whole = guard.Guard(list(goods.values()), rules)
    rows = []
    for pk, days in as_days_go(wanted, campaign.first_day, campaign.last_day).items():
        found = [
            _row(standard, products[pk], whole.look(one), day)
            if one.list_fen
            else _unpriced_row(standard, products[pk], one)
            for day, one in days.items()
        ]
        rows.append(max(found, key=_gravity))
    lowest = {row.product_id: row.deep_fen for row in rows if row.deep_fen is not None}
    breaking = promises.broken(campaign, standard.event, lowest)
    for row in rows:
        row.findings += _kept(breaking.get(row.product_id, []))
    gone = Guarded.objects.filter(campaign=campaign)
    (gone if only is None else gone.filter(product__in=only)).delete()
    Guarded.objects.bulk_create(rows)
    return [row for row in rows if row.is_blocked]


def as_days_go(goods: dict[int, Goods], first: dt.date, last: dt.date) -> dict[int, dict[dt.date, Goods]]:
    """The products (by id, as they are on the first day) on that day, and on each later one up to the last on which a
    list price or cost begins."""
    found = {pk: {first: one} for pk, one in goods.items()}
    during: dict[str, Any] = {"product__in": goods, "from_day__gt": first, "from_day__lte": last}
    kinds: list[tuple[QuerySet[ListPrice] | QuerySet[Cost], str]] = [
        (ListPrice.objects.filter(**during), "price_fen"), (Cost.objects.filter(**during), "cost_fen"),
    ]  # fmt: skip
    changes: dict[int, dict[dt.date, dict[str, Any]]] = {}
    for rows, name in kinds:
        for product, day, fen in rows.values_list("product_id", "from_day", name):
            changes.setdefault(product, {}).setdefault(day, {})[LATER[name]] = fen
    for product, days in changes.items():
        one = goods[product]
        for day in sorted(days):
            one = replace(one, **days[day], is_listed=one.is_listed or "list_fen" in days[day])
            found[product][day] = one
    return found


def _gravity(row: Guarded) -> tuple[bool, bool, int]:
    """Of a product's days the gravest is kept."""
    return row.is_blocked, row.deep_fen is not None, (row.low_fen or 0) - (row.deep_fen or 0)


def _kept(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [
        {"rule": f.rule, "severity": f.severity, "sentence": f.sentence, "numbers": _plain(f.numbers)} for f in findings
    ]


def _unpriced_row(standard: Standard, product: Product, goods: Goods) -> Guarded:
    return Guarded(
        campaign=standard.campaign,
        product=product,
        at=standard.at,
        low_fen=cost_price(goods, standard.factor) or None,
        findings=_kept(unpriced(goods)),
    )


def _row(standard: Standard, product: Product, look: Look, day: dt.date) -> Guarded:
    goods, deep, factor = look.goods, look.deep, standard.factor
    campaign, limits, event, book = standard.campaign, standard.limits, standard.event, standard.books[product.pk]
    today = clock.today(campaign.store.timezone)
    findings = prices.check(
        deep.unit_fen, book.listed, book.paid, campaign.first_day, limits, event, today, asked_on=day,
        shown=guard.shown_price(goods, look.rules),
    )  # fmt: skip
    promise = standard.promises.get(product.pk)
    low = max(low_price(goods, limits, event, factor), promise.fen if promise else 0)
    findings += [*against_cost(deep.unit, goods, factor), *promises.against(deep.unit_fen, promise)]
    is_low = deep.unit < low
    broken = broken_by(findings)
    blocked = is_low or bool(broken)
    if any(covers(one, deep.unit_fen, low, broken, most_of(findings)) for one in standard.allowed.get(product.pk, ())):
        blocked = False
    ways = look.ways_out(low) if is_low and blocked else []
    return Guarded(
        campaign=campaign,
        product=product,
        at=standard.at,
        list_fen=goods.list_fen if goods.is_listed else None,
        deep_fen=deep.unit_fen,
        low_fen=low or None,
        is_blocked=blocked,
        findings=_kept(findings),
        path=path_of(deep, standard.names),
        ways_out=[
            {"kind": way.kind, "offer": way.offer, "other": way.other, "price_fen": way.price_fen} for way in ways
        ],
    )


def affected(product: Product) -> list[Campaign]:
    """The campaigns that are not over and hold the product (or the whole store)."""
    found = open_campaigns(product.store)
    return [c for c in found if not c.products.exists() or product in c.products.all()]


def open_campaigns(store: Store) -> QuerySet[Campaign]:
    """The store's campaigns that are not over."""
    today = clock.today(store.timezone)
    return Campaign.objects.filter(store=store, state__in=OPEN, last_day__gte=today).select_related("store")


def look_again(store: Store) -> int:
    """Rules of the store changed, or a day came that changes costs, list prices or what was paid before: look at
    every campaign that is not over. Returns how many prices are blocked."""
    return sum(len(run(campaign)) for campaign in open_campaigns(store))


def blocked_count(store: Store) -> int:
    return Guarded.objects.filter(campaign__in=open_campaigns(store), is_blocked=True).count()


def watch(product: Product) -> None:
    """A cost or list price of the product was saved: look again at every campaign that sells it."""
    for campaign in affected(product):
        run(campaign, [product.pk])
