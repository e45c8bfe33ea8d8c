"""What a deal sold in the own shop really goes for: its price, with whatever else the shop gives at the same time."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from campaigns.groupbuy import states
from campaigns.guard import Deep, Goods, Guard
from campaigns.models import Campaign, DealLine, GroupDeal
from campaigns.offers.kinds import Kind, Offer, Rules, Slot, slot_of
from campaigns.rules import LIVE, goods_of, is_in_shop, offers_of, rules_of_store, stacking_of
from products.stock import local_day

LEFT = (Campaign.State.ENDED, Campaign.State.REVIEWED, Campaign.State.STOPPED)


def campaigns_beside(deal: GroupDeal) -> list[Campaign]:
    """The campaigns that are approved or run while the deal sells, and its own one however far that is."""
    zone = deal.store.timezone
    first, last = local_day(deal.opens_at, zone), local_day(deal.closes_at, zone)
    found = Campaign.objects.filter(store=deal.store, first_day__lte=last, last_day__gte=first).select_related("store")
    return [x for x in found if x.state in LIVE or (x.pk == deal.campaign_id and x.state not in LEFT)]


def offers_beside(deal: GroupDeal, campaigns: Iterable[Campaign]) -> list[Offer]:
    """What they give while the deal sells."""
    offers = [offer for campaign in campaigns for offer in offers_of(campaign)]
    return [x for x in offers if (not x.starts or x.starts < deal.closes_at) and (not x.ends or x.ends > deal.opens_at)]


def stacks(offer: Offer) -> bool:
    """Whether an offer comes off a group price: of a product's own prices only one counts, and some exclude groups."""
    return slot_of(offer) is not Slot.ITEM and Kind.GROUP not in offer.excludes


def deepest(deal: GroupDeal, lines: Iterable[DealLine], costs: Mapping[int, int]) -> dict[int, Deep]:
    """The lowest a piece of each line can be bought for, by line id; {} for a deal that is not sold in the own shop, or
    where nothing comes off its price. costs: fen by product id."""
    if deal.state in states.ENDED or not is_in_shop(deal.site, deal.store):
        return {}
    beside = campaigns_beside(deal)
    offers = offers_beside(deal, beside)
    if not any(stacks(x) for x in offers):
        return {}
    others = {x.code: x for campaign in beside for x in goods_of(campaign, offers).values()}
    stacking = stacking_of(rules_of_store(deal.store))
    return {line.pk: of_line(deal, line, costs, others, Rules(tuple(offers), stacking)) for line in lines}


def of_line(
    deal: GroupDeal, line: DealLine, costs: Mapping[int, int], others: Mapping[str, Goods], rules: Rules
) -> Deep:
    """The lowest unit price of a line: the deal price stands for its list price, and what may not meet it leaves it
    out."""
    product = line.sku.product
    mine = Goods(product.code, line.lowest_fen, costs.get(product.pk), deal.limit, product.title)
    every = {**others, mine.code: mine}
    codes = frozenset(every)
    offers = [
        x if stacks(x) or not x.covers(mine.code) else replace(x, products=(x.products or codes) - {mine.code})
        for x in rules.offers
    ]
    return Guard(list(every.values()), replace(rules, offers=tuple(offers))).look(mine).deep
