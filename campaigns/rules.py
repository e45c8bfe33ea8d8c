"""A campaign's offers, goods and costs as the pure arithmetic wants them: the only place that turns rows into rules."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db.models import Q

from campaigns.guard import Goods
from campaigns.models import Campaign, CampaignItem, CampaignOffer, CampaignRules, GroupDeal
from campaigns.offers.kinds import WHOLE, Base, Basket, Cut, Kind, Level, Line, Offer, Payers, Rules, Slot, Stacking
from campaigns.offers.receipts import Expenses
from campaigns.offers.wire import BadTerms, terms_from
from opsplan.lib.periods import DAY
from products.models import Cost, ListPrice, Product
from stores.models import GroupSite, Platform, Store

LIVE = (Campaign.State.APPROVED, Campaign.State.RUNNING)
STANDING = (GroupDeal.State.APPROVED, GroupDeal.State.OPEN, GroupDeal.State.REACHED)  # deals that sell, or will
# China's amounts of the model are no other currency's: no lottery law, no usual freight is taken for granted there.
ELSEWHERE: dict[str, int | None] = {
    "prize_most_fen": None, "freight_fen": 0, "packaging_fen": 0, "ads_fen": 0, "sold_freight_fen": 0,
}  # fmt: skip
FAMILY = {Platform.TAOBAO, Platform.TMALL}  # one shop system: coupons of the one come off on the other
ITEMS = "items"  # key of the offer that campaign prices of products make


def rules_of_store(store: Store) -> CampaignRules:
    """How the store stacks offers; unsaved with the usual values where nobody has set any."""
    usual = {} if store.currency == "CNY" else ELSEWHERE
    return CampaignRules.objects.filter(store=store).first() or CampaignRules(store=store, **usual)


def count_anew(store: Store) -> None:
    """The store counts in another currency from now on: amounts that were kept in the old one are the usual again."""
    usual = {name: getattr(CampaignRules(), name) for name in ELSEWHERE} if store.currency == "CNY" else ELSEWHERE
    CampaignRules.objects.filter(store=store).update(**usual)


def stacking_of(rules: CampaignRules) -> Stacking:
    """The order of stacking: as set, what is not named keeps its usual place at the end."""
    usual = Stacking().order
    named = tuple(Slot(name) for name in rules.order if name in set(usual))
    return Stacking(named + tuple(slot for slot in usual if slot not in named), Base(rules.base))


def expenses_of(rules: CampaignRules) -> Expenses:
    return Expenses(rules.fee_bp, rules.freight_fen, rules.packaging_fen, rules.ads_fen)


def window(campaign: Campaign) -> tuple[dt.datetime, dt.datetime]:
    """[start, end) of a campaign in UTC: from the first phase to the last where it has phases, else its local days
    whole. A stopped campaign ends when it was stopped."""
    zone = ZoneInfo(campaign.store.timezone)
    start = dt.datetime.combine(campaign.first_day, dt.time(), zone).astimezone(dt.UTC)
    end = dt.datetime.combine(campaign.last_day + DAY, dt.time(), zone).astimezone(dt.UTC)
    if campaign.pk:
        phases = list(campaign.phases.all())
        if phases:
            start = max(start, min(phase.starts_at for phase in phases))
            end = min(end, max(phase.ends_at for phase in phases))
    return start, max(start, min(end, campaign.stopped_at)) if campaign.stopped_at else end


def offer_of(row: CampaignOffer, codes: frozenset[str] | None, span: tuple[dt.datetime, dt.datetime]) -> Offer:
    """An offer's row as an offer. codes: the campaign's products (None = all). ValidationError: terms that cannot be
    read."""
    try:
        terms = terms_from(Kind(row.kind), row.terms)
    except BadTerms as error:
        raise ValidationError({"terms": str(error)}) from error
    own = frozenset(product.code for product in row.products.all()) if row.pk else frozenset()
    return Offer(
        key=f"o{row.pk}",
        kind=Kind(row.kind),
        terms=terms,
        name=str(row),
        level=Level(row.level),
        products=own or (codes if row.level != CampaignOffer.Level.PLATFORM else None),
        payers=Payers(WHOLE - row.platform_bp - row.influencer_bp, row.platform_bp, row.influencer_bp),
        starts=row.starts_at or span[0],
        ends=row.ends_at or span[1],
        limit=row.limit,
        stock=row.stock,
        audience=row.audience,
        excludes=frozenset(Kind(kind) for kind in row.excludes),
    )


def offers_of(campaign: Campaign) -> list[Offer]:
    """The campaign's offers: the prices of its products as one, then its rows that are not switched off."""
    span = window(campaign)
    items = list(campaign.items.all())
    codes = frozenset(product.code for product in campaign.products.all()) or None
    made = []
    priced = tuple((item.product.code, item.price_fen) for item in items if item.price_fen is not None)
    if priced:
        made.append(
            Offer(
                f"{ITEMS}{campaign.pk or ''}",
                Kind.TIMED,
                Cut(priced),
                name=str(CampaignOffer.Kind.TIMED.label),
                level=Level.ITEM,
                products=frozenset(code for code, _ in priced),
                starts=span[0],
                ends=span[1],
            )
        )
    rows = campaign.offers.filter(is_off=False).prefetch_related("products") if campaign.pk else ()
    return made + [offer_of(row, codes, span) for row in rows]


def beside(campaign: Campaign) -> list[Offer]:
    """What other campaigns of the store that are approved or run, and group deals in the shop, give in that time."""
    start, end = window(campaign)
    others = Campaign.objects.filter(
        store=campaign.store, state__in=LIVE, first_day__lte=campaign.last_day, last_day__gte=campaign.first_day
    ).exclude(pk=campaign.pk)
    found = [offer for other in others.select_related("store") for offer in offers_of(other)]
    found = [o for o in found if (not o.starts or o.starts < end) and (not o.ends or o.ends > start)]
    return found + deals_beside(campaign.store, start, end)


def is_in_shop(site: GroupSite, store: Store) -> bool:
    """Whether its buyers pay in the own shop, where coupons and campaigns come off a deal price, too: the site stands
    on the shop's own platform (聚划算 of a Tmall shop, the shop's own 拼团)."""
    return site.platform == store.platform or {site.platform, store.platform} <= FAMILY


def deals_beside(store: Store, start: dt.datetime, end: dt.datetime) -> list[Offer]:
    """The prices of group deals that are sold in the own shop in [start, end)."""
    found = GroupDeal.objects.filter(
        store=store, state__in=STANDING, opens_at__lt=end, closes_at__gt=start
    ).select_related("site")
    made = []
    for deal in found.prefetch_related("lines__sku__product"):
        if is_in_shop(deal.site, store):
            prices: dict[str, int] = {}
            for line in deal.lines.all():
                code = line.sku.product.code
                prices[code] = min(line.lowest_fen, prices.get(code, line.lowest_fen))
            made.append(
                Offer(
                    deal.reference, Kind.GROUP, Cut(tuple(prices.items())), deal.name, Level.ITEM, frozenset(prices),
                    starts=deal.opens_at, ends=deal.closes_at, limit=deal.limit, is_agreed=True,
                )
            )  # fmt: skip
    return made


def rules_of(campaign: Campaign, *, with_others: bool = True) -> Rules:
    """Everything that may meet in one order during the campaign."""
    offers = offers_of(campaign) + (beside(campaign) if with_others else [])
    return Rules(tuple(offers), stacking_of(rules_of_store(campaign.store)))


def lists_on(products: Iterable[int], day: dt.date) -> dict[int, int]:
    """List price in force (fen) by product id."""
    rows = ListPrice.objects.filter(product__in=products, from_day__lte=day).order_by("from_day")
    return dict(rows.values_list("product_id", "price_fen"))


def costs_on(products: Iterable[int], day: dt.date) -> dict[int, int]:
    """Unit cost in force (fen) by product id."""
    rows = Cost.objects.filter(product__in=products, from_day__lte=day).order_by("from_day")
    return dict(rows.values_list("product_id", "cost_fen"))


def fixed_prices(offers: Iterable[Offer]) -> dict[str, int]:
    """The prices (fen) that offers name, by product code; of several of a product the highest."""
    found: dict[str, int] = {}
    for offer in offers:
        if isinstance(offer.terms, Cut):
            for code, fen in offer.terms.prices:
                found[code] = max(fen, found.get(code, 0))
    return found


def products_of(campaign: Campaign, offers: Iterable[Offer]) -> list[Product]:
    """The products it covers; of one for the whole store all that have a list price, or a fixed one in these offers."""
    chosen = list(campaign.products.order_by("code"))
    if chosen or campaign.pk is None:
        return chosen
    listed = ListPrice.objects.filter(product__store=campaign.store).values("product")
    has_price = Q(pk__in=listed) | Q(code__in=fixed_prices(offers))
    return list(Product.objects.filter(has_price, store=campaign.store).order_by("code"))


def asked_on(codes: Mapping[int, str], offers: Iterable[Offer], day: dt.date) -> tuple[dict[int, int], set[int]]:
    """What products (id to code) are asked for on a local day before anything comes off (fen, by id): the list price;
    where none is known the fixed price of these offers stands for it. And the ids where it does."""
    fixed = fixed_prices(offers)
    lists = {pk: fen for pk, fen in lists_on(codes, day).items() if fen}
    stands = {pk for pk, code in codes.items() if pk not in lists and fixed.get(code)}
    return lists | {pk: fixed[codes[pk]] for pk in stands}, stands


def goods_of(campaign: Campaign, offers: Sequence[Offer]) -> dict[int, Goods]:
    """The campaign's products as they are on its first day, by product id; offers: all that may meet it then."""
    products = products_of(campaign, offers)
    codes = {product.pk: product.code for product in products}
    asked, stands = asked_on(codes, offers, campaign.first_day)
    costs = costs_on(codes, campaign.first_day)
    limits = dict(CampaignItem.objects.filter(campaign=campaign).values_list("product_id", "limit"))
    return {
        product.pk: Goods(
            product.code,
            asked.get(product.pk, 0),
            costs.get(product.pk),
            limits.get(product.pk),
            product.title,
            is_listed=product.pk in asked and product.pk not in stands,
        )
        for product in products
    }


@dataclass(frozen=True)
class Wanted:
    """A basket at the prices of a day. stands: codes of products without a list price, for which a fixed price of the
    offers stands; left_out: codes of those without any price."""

    basket: Basket
    stands: tuple[str, ...]
    left_out: tuple[str, ...]


def basket_for(
    wanted: Iterable[tuple[Product, int]], offers: Iterable[Offer], day: dt.date, freight_fen: int
) -> Wanted:
    """Products and pieces at the list prices and costs of a local day; told of twice, a product is one line (its limits
    and second pieces are those of all of it)."""
    chosen = dict[Product, int]()
    for product, pieces in wanted:
        chosen[product] = chosen.get(product, 0) + pieces
    codes = {product.pk: product.code for product in chosen}
    asked, stands = asked_on(codes, offers, day)
    costs = costs_on(codes, day)
    lines = tuple(Line(p.code, asked[p.pk], n, costs.get(p.pk)) for p, n in chosen.items() if p.pk in asked)
    left_out = tuple(code for pk, code in codes.items() if pk not in asked)
    return Wanted(Basket(lines, freight_fen), tuple(code for pk, code in codes.items() if pk in stands), left_out)
