"""What the stock pages show: one row a product, its lines, what to order, what does not move. Units, fen, days."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from opsplan.lib.periods import DAY
from products.models import (
    Product,
    PurchaseLine,
    StockBalance,
    StockItem,
    StockMovement,
    StockSettings,
)
from products.stock import (
    Arrival,
    Level,
    Line,
    Proposal,
    Slow,
    available,
    cover,
    level,
    line,
    local_day,
    replenishment,
    slow,
    velocity,
)
from products.stock_statements import (
    OPEN_ORDERS,
    balances_of,
    costs_until,
    open_lines_of,
    paces_of,
    prices_until,
    settings_asked,
    told_of,
)
from stores.models import Store

STATES = ("low", "oversold", "out", "proposed", "slow", "unstocked")
SORTS = ("code", "on_hand", "free", "cover", "tied", "value", "held")


@dataclass(frozen=True)
class StockRow:
    """A product's stock over all its SKUs and places."""

    product_id: int
    code: str
    title: str
    status: str
    category: str
    is_hero: bool
    is_unstocked: bool
    listed: dt.date
    skus: int
    on_hand: int
    safety: int
    held: int
    due: int
    free: int
    a_day: Decimal | None
    lead_days: int
    line: Line
    level: Level
    is_low: bool
    last_sold: dt.date | None
    pack: int
    arrivals: tuple[Arrival, ...] = ()
    cost_fen: int | None = None
    list_fen: int | None = None
    proposal: Proposal | None = None
    slow: Slow | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def cover(self) -> Decimal | None:
        """Days that what may be promised lasts; None where no stock is kept."""
        return None if self.is_unstocked else cover(self.free, self.a_day)

    @property
    def coming(self) -> int:
        return sum(x.units for x in self.arrivals)

    @property
    def value_fen(self) -> int | None:
        """Stock at cost."""
        return None if self.cost_fen is None else self.on_hand * self.cost_fen


def product_ids(store: Store) -> list[int]:
    """The products that are counted or looked at."""
    return list(Product.objects.filter(store=store).order_by("pk").values_list("pk", flat=True))


def ledger_began(store: Store) -> dt.date | None:
    """The local day of the first movement; None before there is one."""
    first = StockMovement.objects.filter(store=store).order_by("at").first()
    return local_day(first.at, store.timezone) if first else None


def settings_of(store: Store) -> StockSettings:
    return settings_asked.first(store) or StockSettings(store=store)


def lines(store: Store, products: Sequence[int] | None = None, usual: StockSettings | None = None) -> list[StockRow]:
    """The products of which stock is known, by code, with balances, pace and line; three queries however many."""
    usual = usual or settings_of(store)
    balances, told = {x["sku__product"]: x for x in balances_of.rows(store, products)}, told_of.rows(store, products)
    return [row_of(x, balances.get(x["pk"]), usual, store) for x in told if x["pk"] in balances or x["is_unstocked"]]


def sku_stocks(products: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """The counted SKUs of each of the products, by code: what is there, where, and what may be promised."""
    items = StockItem.objects.filter(sku__product__in=products, sku__is_active=True)
    places: dict[int, dict[str, int]] = defaultdict(dict)
    of = StockBalance.objects.filter(sku__in=items.values("sku")).order_by("place__position", "place")
    for sku, place, units in of.values_list("sku", "place__name", "on_hand"):
        places[sku][place] = units
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for x in items.select_related("sku").order_by("sku__code"):
        told = {"sku": x.sku.code, "on_hand": x.on_hand, "safety": x.safety, "held": x.held, "due_out": x.due}
        told |= {"free": available(x.on_hand, x.safety, x.held, x.due), "places": places[x.sku_id]}
        found[x.sku.product_id].append(told)
    return found


def covers(store: Store, products: Sequence[int]) -> dict[int, Decimal | None]:
    """Days of cover (see `StockRow.cover`) of those of the products whose stock is kept; one statement."""
    told = paces_of.rows(store, products)
    return {
        product: cover(available(there, safe, held, due), velocity(units_7, days_7 or 0, units_28, days_28 or 0))
        for product, units_7, days_7, units_28, days_28, there, safe, held, due in told
    }


def row_of(told: Mapping[str, Any], sums: Mapping[str, Any] | None, usual: StockSettings, store: Store) -> StockRow:
    known = sums or {"n": 0, "there": 0, "safe": 0, "promised": 0, "out": 0}
    a_day = velocity(told["units_7"], told["days_7"] or 0, told["units_28"], told["days_28"] or 0)
    lead = next(x for x in (told["rule_lead"], told["supplier_lead"], usual.lead_days) if x is not None)
    found = line(
        told["alert"], told["target"], is_hero=told["is_hero"], hero=(usual.hero_alert, usual.hero_target), a_day=a_day,
        lead_days=lead, cover_days=usual.cover_days,
    )  # fmt: skip
    unsold = known["there"] - known["promised"] - known["out"]  # what is sold ahead is needed, too (S063)
    return StockRow(
        product_id=told["pk"],
        code=told["code"],
        title=told["title"],
        status=told["status"],
        category=told["category"],
        is_hero=told["is_hero"],
        is_unstocked=told["is_unstocked"],
        listed=told["launched_on"] or local_day(told["created_at"], store.timezone),
        skus=known["n"],
        on_hand=known["there"],
        safety=known["safe"],
        held=known["promised"],
        due=known["out"],
        free=available(known["there"], known["safe"], known["promised"], known["out"]),
        a_day=a_day,
        lead_days=lead,
        line=found,
        level=Level.NONE if told["is_unstocked"] else level(unsold, found.alert, found.target),
        is_low=told["low_since"] is not None,
        last_sold=told["last_sold"],
        pack=told["pack"] or 1,
    )


def stock_rows(store: Store, today: dt.date, products: Sequence[int] | None = None) -> list[StockRow]:
    """`lines` with what is on its way, costs, list prices, what to order and what does not move; six queries."""
    usual = settings_of(store)
    found = lines(store, products, usual)
    coming = arrivals_of(store, products)
    costs = unit_costs(store, today, products)
    prices = list_prices(store, today, products)
    rows = []
    for row in found:
        arrivals, cost = tuple(coming.get(row.product_id, ())), costs.get(row.product_id)
        proposal = None
        if not row.is_unstocked and row.status != Product.Status.OFF:
            proposal = replenishment(
                row.free, row.a_day, row.line, arrivals, today, lead_days=row.lead_days, pack=row.pack, cost_fen=cost
            )
        still = slow(row.on_hand, row.last_sold, row.listed, today, usual.slow_days, usual.dead_days)
        price = prices.get(row.product_id)
        rows.append(replace(row, arrivals=arrivals, cost_fen=cost, list_fen=price, proposal=proposal, slow=still))
    return rows


def arrivals_of(store: Store, products: Sequence[int] | None = None) -> dict[int, list[Arrival]]:
    """What is ordered and has not come, by product, the first first."""
    coming: dict[int, list[Arrival]] = defaultdict(list)
    for product, due, units in open_lines_of.rows(store, products):
        coming[product].append(Arrival(due, units))
    return coming


def arriving(skus: Sequence[int], by: dt.date) -> dict[int, int]:
    """Units that are ordered of each SKU, have not come and are due until that day."""
    lines = PurchaseLine.objects.filter(sku__in=skus, order__state__in=OPEN_ORDERS, order__due_on__lte=by)
    open_ones = lines.filter(received__lt=F("quantity")).order_by()
    return dict(open_ones.values_list("sku").annotate(n=Sum(F("quantity") - F("received"))))


def unit_costs(store: Store, today: dt.date, products: Sequence[int] | None = None) -> dict[int, int]:
    """The unit cost (fen) in force of each product that has one."""
    return dict(costs_until.rows(store, today, products))


def list_prices(store: Store, today: dt.date, products: Sequence[int] | None = None) -> dict[int, int]:
    """The list price (fen) in force of each product that has one."""
    return dict(prices_until.rows(store, today, products))


def fits(row: StockRow, state: str) -> bool:
    """Whether a row belongs under that filter of the page; "" shows whatever is kept in stock, any all there is."""
    tests = {
        "": not row.is_unstocked,
        "any": True,
        "low": row.level is Level.ALERT,
        "oversold": row.free < 0 and not row.is_unstocked,
        "out": row.on_hand <= 0 and not row.is_unstocked,
        "proposed": row.proposal is not None,
        "slow": row.slow is not None,
        "unstocked": row.is_unstocked,
    }
    return tests.get(state, tests[""])


FAR = Decimal(10**9)


def sort_key(row: StockRow, by: str) -> tuple[Any, str]:
    tied = row.proposal.tied_fen if row.proposal else None
    keys: dict[str, Any] = {
        "code": "",
        "on_hand": row.on_hand,
        "free": row.free,
        "held": row.held,
        "cover": FAR if row.cover is None else row.cover,
        "tied": tied or 0,
        "value": row.value_fen or 0,
    }
    return keys[by], row.code


def narrowed(rows: Sequence[StockRow], *, search: str = "", state: str = "", sort: str = "code") -> list[StockRow]:
    """The rows a page asked for: words of the search in code or title, a state, a sort (`-on_hand` = most first)."""
    words = search.casefold().split()
    shown = [x for x in rows if fits(x, state) and all(w in f"{x.code} {x.title}".casefold() for w in words)]
    by, down = sort.removeprefix("-"), sort.startswith("-")
    return sorted(shown, key=lambda x: sort_key(x, by if by in SORTS else "code"), reverse=down)


@dataclass(frozen=True)
class StockSums:
    """The store's stock in a few figures; fen is None where a product that counts has no cost."""

    on_hand: int
    free: int
    held: int
    value_fen: int | None
    without_cost: int
    low: int
    oversold: int
    proposed: int
    slow: int
    slow_fen: int | None
    tied_fen: int | None


def sums_of(rows: Sequence[StockRow]) -> StockSums:
    kept = [x for x in rows if not x.is_unstocked]
    unknown = [x for x in kept if x.on_hand > 0 and x.cost_fen is None]
    return StockSums(
        on_hand=sum(x.on_hand for x in kept),
        free=sum(max(x.free, 0) for x in kept),
        held=sum(x.held for x in kept),
        value_fen=None if unknown else sum(x.value_fen or 0 for x in kept),
        without_cost=len(unknown),
        low=sum(fits(x, "low") for x in kept),
        oversold=sum(fits(x, "oversold") for x in kept),
        proposed=sum(fits(x, "proposed") for x in kept),
        slow=sum(x.slow is not None for x in kept),
        slow_fen=added(x.value_fen for x in kept if x.slow),
        tied_fen=added(x.proposal.tied_fen for x in kept if x.proposal),
    )


def added(amounts: Iterable[int | None]) -> int | None:
    """Their sum; None where one is not known."""
    known = list(amounts)
    return None if None in known else sum(x for x in known if x is not None)


def movements(store: Store, *, product: int | None = None, kind: str = "", reference: str = "") -> QuerySet[Any]:
    """The ledger, the newest first."""
    found = StockMovement.objects.filter(store=store).select_related("sku__product", "place", "by")
    if product is not None:
        found = found.filter(sku__product=product)
    if kind:
        found = found.filter(kind=kind)
    if reference:
        found = found.filter(Q(reference__icontains=reference) | Q(sku__code__icontains=reference))
    return found


def moved_by_day(product: int, first: dt.date, timezone: str) -> dict[dt.date, int]:
    """Units on hand of its SKUs in use that came (+) or went (-) on each local day from `first` on."""
    since = dt.datetime.combine(first - DAY, dt.time(), dt.UTC)
    told = StockMovement.objects.filter(sku__product=product, sku__is_active=True, at__gte=since).exclude(on_hand=0)
    moved: dict[dt.date, int] = defaultdict(int)
    for at, units in told.order_by().values_list("at", "on_hand"):
        moved[local_day(at, timezone)] += units
    return moved


@dataclass(frozen=True)
class DayStock:
    """The store's stock at the end of a local day: units, fen at the cost of that day (None where one is unknown),
    what came in and came back that day, how many products on sale had nothing left, and which of them had something."""

    day: dt.date
    units: int
    value_fen: int | None
    received: int
    returned: int
    out: int
    left: frozenset[int] = frozenset()


def day_stocks(store: Store, days: Sequence[dt.date]) -> list[DayStock]:
    """What the ledger says of those local days, walked back from what is there now; of SKUs in use."""
    if not days:
        return []
    since = dt.datetime.combine(min(days) - DAY, dt.time(), dt.UTC)
    now = StockItem.objects.filter(store=store, sku__is_active=True, sku__product__is_unstocked=False).order_by()
    there = dict(now.values_list("sku__product").annotate(n=Sum("on_hand")))
    moved = StockMovement.objects.filter(store=store, sku__is_active=True, sku__product_id__in=there)
    since_then = moved.filter(at__gte=since).exclude(on_hand=0)
    moves = [
        (local_day(at, store.timezone), product, kind, units)
        for at, product, kind, units in since_then.values_list("at", "sku__product", "kind", "on_hand")
    ]
    on_sale = set(Product.objects.filter(store=store, pk__in=there).exclude(status="off").values_list("pk", flat=True))
    found = []
    for day in sorted(days):
        balance = dict(there)
        for at, product, _kind, units in moves:
            if at > day:
                balance[product] -= units
        costs = unit_costs(store, day)
        priced = all(pk in costs for pk, n in balance.items() if n > 0)
        found.append(
            DayStock(
                day=day,
                units=sum(balance.values()),
                value_fen=sum(n * costs.get(pk, 0) for pk, n in balance.items()) if priced else None,
                received=sum(n for at, _p, kind, n in moves if at == day and kind == "received"),
                returned=sum(n for at, _p, kind, n in moves if at == day and kind == "returned"),
                out=sum(n <= 0 for pk, n in balance.items() if pk in on_sale),
                left=frozenset(pk for pk, n in balance.items() if n > 0 and pk in on_sale),
            )
        )
    return found
