"""One store, cut into things: its channels, its products, its campaigns; or one of them, where a question names some.

A cut answers for each thing with the parts of every metric's figure; `kpis.breakdowns.tables` puts stores together.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from campaigns.models import Campaign
from kpis.breakdowns.groups import DAILY_SUM, OVERLAP, Share, combine
from kpis.breakdowns.sides import usable
from kpis.figures import grains, per_product
from kpis.figures.dayrows import Days
from kpis.figures.readings import Parts, Reader
from kpis.measures import MEASURES, Adds
from kpis.metrics import Metric
from kpis.sums import crowds
from opsplan.lib.periods import Period
from products.models import Product
from stores.models import Store

Metrics = Mapping[str, Metric]
Cut = Callable[[Reader, Metrics, Period, Days | None], dict[str, dict[str, Parts]]]
Known = Callable[[str, Reader, Metric, Days], Days]  # of a thing, "" where there is but one
Line = dict[str, Decimal | None]


@dataclass(frozen=True)
class Members:
    """What a question's things are made of, by store id: merchant codes by product id, and campaigns."""

    products: dict[int, dict[int, str]]
    campaigns: dict[int, list[Campaign]]


def whole(reader: Reader, metrics: Metrics, span: Period, days: Days | None) -> dict[str, dict[str, Parts]]:
    """The store uncut, under the key ""."""
    return {"": {key: reader.parts(m, span, days) for key, m in metrics.items()}}


def of_store(_what: str, reader: Reader, metric: Metric, days: Days) -> Days:
    """The days of which the whole store tells all that the metric needs."""
    return usable(reader, metric, days)


def of_products(_what: str, reader: Reader, metric: Metric, days: Days) -> Days:
    """Those of which the products tell it."""
    return tuple(day for day in days if per_product.is_covered(reader, metric, day))


def of_campaigns(members: Members, only: Sequence[str], products: Sequence[str]) -> Known:
    """Those of a campaign's products, or of the whole store where it has none."""

    def known(what: str, reader: Reader, metric: Metric, days: Days) -> Days:
        keys = (what,) if what else only
        found = [x for x in members.campaigns.get(reader.store.pk, ()) if str(x.pk) in keys]
        is_whole = bool(found) and not products and not any(x.products.all() for x in found)
        return (of_store if is_whole else of_products)(what, reader, metric, days)

    return known


def by_channel(only: Sequence[str], together: bool, periods: Sequence[Period]) -> tuple[Cut, Known]:
    """By channel key; `only` these (empty = all); `together`: as one, under the key ""."""
    read: dict[int, dict[str, grains.ChannelReader]] = {}

    def chosen(reader: Reader) -> dict[str, grains.ChannelReader]:
        return {key: one for key, one in read.get(reader.store.pk, {}).items() if not only or key in only}

    def cut(reader: Reader, metrics: Metrics, span: Period, days: Days | None) -> dict[str, dict[str, Parts]]:
        if reader.store.pk not in read:
            read[reader.store.pk] = grains.channel_readers(reader, metrics.values(), periods)
        found = {key: {k: one.parts(m, span, days) for k, m in metrics.items()} for key, one in chosen(reader).items()}
        return joined(reader.store, found, metrics, span) if together else found

    def known(what: str, reader: Reader, metric: Metric, days: Days) -> Days:
        """Together: the days that all of them tell, but for those that tell of none."""
        readers = [one for key, one in chosen(reader).items() if key == what or together]
        told = [found for one in readers if (found := one.usable(metric, days))]
        return tuple(day for day in days if told and all(day in found for found in told))

    return cut, known


def joined(
    store: Store, found: Mapping[str, Mapping[str, Parts]], metrics: Metrics, span: Period
) -> dict[str, dict[str, Parts]]:
    """Things of a store as one, under the key ""; people who came by two of them are counted twice, and marked."""
    if not found:
        return {}
    shares = {key: [Share(store, parts[key]) for parts in found.values()] for key in metrics}
    return {"": {key: combine(m, span, shares[key]) for key, m in metrics.items()}}


def by_product(
    members: Members, only: Sequence[str], together: bool, campaign: str = "", *, other_days: bool = False
) -> Cut:
    """By merchant code; "" is what was sold of no known product. `campaign`: on its days, and of its products, only;
    `other_days`: of its products, on days it is compared with."""

    def cut(reader: Reader, metrics: Metrics, span: Period, days: Days | None) -> dict[str, dict[str, Parts]]:
        codes = members.products.get(reader.store.pk, {})
        wanted = {pk for pk, code in codes.items() if code in only} if only else None
        if campaign:
            one = next((x for x in members.campaigns.get(reader.store.pk, ()) if str(x.pk) == campaign), None)
            if one is None:
                return {}
            asked = tuple(span) if days is None else days
            days = asked if other_days else days_of(one, asked, reader.store.timezone)
            wanted = goods_of(one, wanted)
        if not together:
            return each_product(reader, metrics, span, days, codes, wanted)
        if wanted is None:
            return whole(reader, metrics, span, days)
        return {"": of_set(reader, metrics, span, days, tuple(sorted(wanted)))} if wanted else {}

    return cut


def days_of(campaign: Campaign, asked: Days, zone: str) -> Days:
    """The days asked for on which the campaign runs."""
    last = campaign.held_to(zone)
    return tuple(day for day in asked if campaign.first_day <= day <= last)


def goods_of(campaign: Campaign, wanted: set[int] | None) -> set[int] | None:
    """Ids of its products among the `wanted` ones (None = all); of the wanted ones where the whole store takes part."""
    goods = {x.pk for x in campaign.products.all()}
    if not goods:
        return wanted
    return goods if wanted is None else wanted & goods


def each_product(
    reader: Reader, metrics: Metrics, span: Period, days: Days | None, codes: Mapping[int, str], wanted: set[int] | None
) -> dict[str, dict[str, Parts]]:
    """By merchant code, of the products `wanted` (None = all)."""
    asked = span if days is None else days
    found: dict[str, dict[str, Parts]] = defaultdict(dict)
    for covered, some in plans(reader, metrics, span, days).items():
        for product, line in per_product.sums(reader, needs_of(some), covered).items():
            if wanted is None or product in wanted:
                values = {key: per_product.parts(reader, m, asked, covered, line) for key, m in some.items()}
                found[codes.get(product or 0, "")].update(values)
    for told in found.values():
        for key, m in metrics.items():
            if key not in told:
                told[key] = per_product.parts(reader, m, asked, (), {})
    return dict(found)


def by_campaign(
    members: Members, only: Sequence[str], products: Sequence[str], together: bool, *, other_days: bool = False
) -> Cut:
    """By campaign number: the campaign's products (or the whole store) on its days of the period. Campaigns overlap.
    `other_days`: the same products on days the campaign is compared with, whenever it ran."""

    def cut(reader: Reader, metrics: Metrics, span: Period, days: Days | None) -> dict[str, dict[str, Parts]]:
        found = {}
        codes = members.products.get(reader.store.pk, {})
        named = {pk for pk, code in codes.items() if code in products} if products else None
        for campaign in members.campaigns.get(reader.store.pk, ()):
            asked = tuple(span) if days is None else days
            running = asked if other_days else days_of(campaign, asked, reader.store.timezone)
            if (only and str(campaign.pk) not in only) or not running:
                continue
            inside = Period(running[0], running[-1])
            goods = goods_of(campaign, named)
            chosen = running if len(running) < len(inside) else None
            if goods:
                values = of_set(reader, metrics, inside, chosen, tuple(sorted(goods)))
            else:
                values = {key: reader.parts(m, inside, chosen) for key, m in metrics.items()}
            narrowed = {key: replace(parts, period=inside) for key, parts in values.items()}
            found["" if together else str(campaign.pk)] = narrowed
        return found

    return cut


def by_group(groups: Mapping[int, Mapping[str, Sequence[int]]], only: Sequence[str], together: bool) -> Cut:
    """By stage or role of the products (ids by store and key), as they stand now; orders and buyers counted once; "" is
    what was sold of no known product."""

    def cut(reader: Reader, metrics: Metrics, span: Period, days: Days | None) -> dict[str, dict[str, Parts]]:
        here = {key: ids for key, ids in groups.get(reader.store.pk, {}).items() if not only or key in only}
        sets = Sets(reader, metrics, span, days)
        if together:
            every = tuple(sorted(pk for ids in here.values() for pk in ids))
            return {"": sets.parts(every)} if every else {}
        found = {key: sets.parts(ids) for key, ids in here.items()}
        return found if only or not sets.has_nameless else {**found, "": sets.parts((None,))}

    return cut


def plans(reader: Reader, metrics: Metrics, span: Period, days: Days | None) -> dict[Days, dict[str, Metric]]:
    """The metrics by the days on which all that a product's figure needs was told."""
    reader.load(span)
    chosen = tuple(span) if days is None else days
    found: dict[Days, dict[str, Metric]] = defaultdict(dict)
    for key, m in metrics.items():
        found[tuple(day for day in chosen if per_product.is_covered(reader, m, day))][key] = m
    return found


def needs_of(metrics: Metrics) -> list[str]:
    return sorted({need for m in metrics.values() for need in m.needs})


class Sets:
    """Any set of products as one: the sums of all are read once. None stands for what was sold of no known product."""

    def __init__(self, reader: Reader, metrics: Metrics, span: Period, days: Days | None) -> None:
        self.reader, self.asked = reader, span if days is None else days
        self.plans = plans(reader, metrics, span, days)
        self.sums = {covered: per_product.sums(reader, needs_of(each), covered)
                     for covered, each in self.plans.items()}  # fmt: skip

    @property
    def has_nameless(self) -> bool:
        return any(any(sums.get(None, {}).values()) for sums in self.sums.values())

    def parts(self, products: Sequence[int | None]) -> dict[str, Parts]:
        """Sums over the products; orders and buyers counted once however many of them they hold."""
        out = {}
        for covered, each in self.plans.items():
            line = self.line(covered, needs_of(each), products)
            for key, m in each.items():
                parts = per_product.parts(self.reader, m, self.asked, covered, line)
                daily = any(MEASURES[n].adds is Adds.DAILY for n in m.needs)
                if daily and len(products) > 1:
                    parts = replace(parts, marks=tuple(dict.fromkeys((*parts.marks, DAILY_SUM, OVERLAP))))
                out[key] = parts
        return out

    def line(self, covered: Days, needs: Sequence[str], products: Sequence[int | None]) -> Line:
        line: Line = dict.fromkeys(needs, Decimal(0)) if covered else {}
        if "pay_buyers" in line and not self.reader.is_exact(MEASURES["pay_buyers"], covered):
            line["pay_buyers"] = None
        for product in products:
            for need, value in self.sums[covered].get(product, {}).items():
                known = line[need]
                line[need] = None if known is None or value is None else known + value
        known_ids = [pk for pk in products if pk is not None]
        if covered and len(known_ids) > 1 and {"pay_order_cnt", "pay_buyers"} & set(needs):
            orders, buyers = crowds.of_products(self.reader.store.pk, covered, known_ids)
            line |= {"pay_order_cnt": Decimal(orders)}
            if line.get("pay_buyers") is not None:
                line["pay_buyers"] = Decimal(buyers)
        return line


def of_set(
    reader: Reader, metrics: Metrics, span: Period, days: Days | None, products: Sequence[int]
) -> dict[str, Parts]:
    """Some products as one."""
    return Sets(reader, metrics, span, days).parts(products)


def narrowing(thing: str, member: str) -> dict[str, Any]:
    """How an explanation is told of a stage, a role or a campaign; nothing for a campaign of the whole store."""
    is_whole = thing == "campaign" and not Campaign.objects.filter(pk=int(member), products__isnull=False).exists()
    return {} if is_whole else {"group": f"{thing}:{member}"}


def members_of(stores: Sequence[Store], period: Period, thing: str, *, with_campaigns: bool = False) -> Members:
    """The products and campaigns that a cut by `thing` needs to know: at most two statements."""
    products: dict[int, dict[int, str]] = defaultdict(dict)
    campaigns: dict[int, list[Campaign]] = defaultdict(list)
    if thing != "channel":
        for store, pk, code in Product.objects.filter(store__in=stores).values_list("store", "pk", "code"):
            products[store][pk] = code
    if thing == "campaign" or with_campaigns:
        running = Campaign.objects.filter(store__in=stores, first_day__lte=period.last, last_day__gte=period.first)
        for campaign in running.prefetch_related("products").order_by("first_day", "pk"):
            campaigns[campaign.store_id].append(campaign)
    return Members(products, campaigns)
