"""The guard finds what a brute force finds; a total is never negative; a split always sums."""

import datetime as dt
import itertools
import os
import random
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from campaigns import guard, pieces
from campaigns.depths import Walk, scene_of
from campaigns.guard import Goods
from campaigns.offers.kinds import (
    Base,
    Basket,
    Buyer,
    Cut,
    Kind,
    Ladder,
    Level,
    Line,
    NFree,
    Nth,
    Offer,
    Payers,
    Points,
    Rules,
    Stacking,
    Step,
    Terms,
    Tiers,
    Voucher,
)
from campaigns.offers.pricing import Pricer
from tests.campaigns.baskets import basket_of, price

ROUNDS = int(os.environ.get("OFFER_ROUNDS", "150"))  # `make soak` asks for 10000
ITEM = (Kind.TIMED, Kind.NTH)
AUTOMATIC = ("n_free", "full", "vip", "cross")
ORDER = ("n_free", "full", "shop", "item", "vip", "cross", "platform")


def slot(offer: Offer) -> str:
    if offer.kind is Kind.N_FREE:
        return "n_free"
    if offer.kind is Kind.VIP:
        return "vip"
    if offer.kind is Kind.COUPON:
        return {Level.SHOP: "shop", Level.ITEM: "item", Level.PLATFORM: "platform"}[offer.level]
    return "cross" if offer.level is Level.PLATFORM else "full"


def half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2))


def own_off(offer: Offer, line: Line) -> int:
    terms = offer.terms
    if isinstance(terms, Cut):
        return line.pieces * (line.list_fen - half_up(Fraction(line.list_fen * (terms.rate_bp or 0), 10000)))
    assert isinstance(terms, Nth)
    return (line.pieces // terms.n) * (line.list_fen - half_up(Fraction(line.list_fen * terms.rate_bp, 10000)))


def off(offer: Offer, vip: int, measured: int, left: list[int], pieces: list[int]) -> int:
    terms, total = offer.terms, sum(left)
    if isinstance(terms, Ladder):
        reached = [s for s in terms.steps if s.at <= (sum(pieces) if terms.by_pieces else measured)]
        if not reached:
            return 0
        step = max(reached, key=lambda s: s.at)
        times = measured // step.at if terms.repeating else 1
        amount = (
            times * step.off_fen if step.rate_bp == 10000 else total - half_up(Fraction(total * step.rate_bp, 10000))
        )
    elif isinstance(terms, Voucher):
        amount = terms.off_fen if measured >= terms.at_fen else 0
    elif isinstance(terms, Tiers):
        rate = min([r for level, r in terms.rates if level <= vip] or [10000])
        amount = total - half_up(Fraction(total * rate, 10000))
    else:
        assert isinstance(terms, NFree)
        single = sorted(a // p for a, p in zip(left, pieces, strict=True) for _ in range(p))
        amount = sum(single[: sum(pieces) // terms.n])
    return min(amount, total)


def divided(amount: int, left: list[int]) -> list[int]:
    """Half up, the rest on the last; where a line cannot bear its part the later ones do, and the other way round."""
    total, parts = sum(left), []
    for i, x in enumerate(left):
        part = half_up(Fraction(amount * x, total))
        after = sum(left[i + 1 :])
        part = min(part, x, amount - sum(parts))
        parts.append(max(part, amount - sum(parts) - after))
    return parts


def brute(code: str, baskets: list[Basket], rules: Rules) -> Fraction:
    """Every choice in every slot for every buyer, in plain loops."""
    deepest = []
    clash = lambda a, b: a.kind in b.excludes or b.kind in a.excludes  # noqa: E731
    related = [a for a in rules.offers if any(b is not a and clash(a, b) for b in rules.offers)]
    loose = [a for a in related if a.kind in ITEM or slot(a) in AUTOMATIC]
    giving_up = [set(x) for n in range(len(loose) + 1) for x in itertools.combinations([a.key for a in loose], n)]
    vips = {0} | {level for o in rules.offers if isinstance(o.terms, Tiers) for level, _ in o.terms.rates}
    slots = [[o for o in rules.offers if o.kind not in ITEM and slot(o) == s] for s in ORDER]
    for basket, vip, given_up in itertools.product(baskets, vips, giving_up):
        for choice in itertools.product(*[[None, *offers] for offers in slots]):
            held = walk(code, basket, rules, vip, given_up, slots, choice, clash)
            if held is not None:
                deepest.append(held)
    return min(deepest)


def walk(code, basket, rules, vip, given_up, slots, choice, clash):  # type: ignore[no-untyped-def]
    lines, taken = basket.lines, [[] for _ in basket.lines]
    left = []
    for i, line in enumerate(lines):
        own = [o for o in rules.offers if o.kind in ITEM and o.covers(line.code) and o.key not in given_up]
        best = max(sorted(own, key=lambda o: o.key), key=lambda o: own_off(o, line), default=None)
        amount = own_off(best, line) if best else 0
        if best and amount:
            taken[i].append(best)
        left.append(line.list_fen * line.pieces - amount)
    base, held = list(left), list(left)
    for offers, chosen in zip(slots, choice, strict=True):
        outcomes = {}
        for offer in sorted(offers, key=lambda o: o.key):
            where = [
                i for i, x in enumerate(lines) if offer.covers(x.code) and not any(clash(offer, t) for t in taken[i])
            ]
            if offer.key in given_up or not where:
                continue
            seen = base if rules.stacking.base is Base.PARALLEL else left
            amount = off(
                offer, vip, sum(seen[i] for i in where), [left[i] for i in where], [lines[i].pieces for i in where]
            )
            if amount > 0:
                outcomes[offer.key] = (amount, where, offer)
        if chosen is None:
            if outcomes and slot(next(iter(outcomes.values()))[2]) in AUTOMATIC:
                return None
            continue
        if chosen.key not in outcomes:
            return None
        if slot(chosen) in AUTOMATIC and chosen.key != max(outcomes, key=lambda k: outcomes[k][0]):
            return None
        amount, where, _ = outcomes[chosen.key]
        for i, part in zip(where, divided(amount, [left[i] for i in where]), strict=True):
            left[i] -= part
            held[i] -= part if chosen.payers.merchant_bp else 0
            if part:
                taken[i].append(chosen)
    number = next(i for i, x in enumerate(lines) if x.code == code)
    return Fraction(held[number], lines[number].pieces)


def random_rules(dice: random.Random) -> Rules:
    def some() -> frozenset[str] | None:
        return dice.choice([None, None, frozenset("A"), frozenset("AB"), frozenset("B")])

    def excluded() -> frozenset[Kind]:
        return frozenset({dice.choice([Kind.REDUCTION, Kind.COUPON])}) if dice.random() < 0.15 else frozenset()

    made = []
    for number in range(dice.randint(1, 5)):
        at = dice.choice([9900, 12900, 19900, 29900])
        kind, terms, level = dice.choice(
            [
                (Kind.TIMED, Cut(rate_bp=dice.choice([8000, 7777, 6500])), Level.ITEM),
                (Kind.NTH, Nth(2, 5000), Level.ITEM),
                (Kind.REDUCTION, Ladder((Step(at, at // 10), Step(2 * at, at // 3))), Level.SHOP),
                (Kind.REDUCTION, Ladder((Step(at, 1500),), repeating=True), Level.PLATFORM),
                (Kind.FULL_RATE, Ladder((Step(3, rate_bp=8500),), by_pieces=True), Level.SHOP),
                (Kind.COUPON, Voucher(at, dice.choice([500, 1999])), Level.SHOP),
                (Kind.COUPON, Voucher(at, 1000), dice.choice([Level.ITEM, Level.PLATFORM])),
                (Kind.N_FREE, NFree(3), Level.SHOP),
                (Kind.VIP, Tiers(((1, 9600),)), Level.SHOP),
            ]
        )
        payers = Payers(0, 10000) if level is not Level.ITEM and dice.random() < 0.2 else Payers()
        made.append(Offer(f"o{number}", kind, terms, level=level, products=some(), excludes=excluded(), payers=payers))
    return Rules(tuple(made), Stacking(base=dice.choice(list(Base))))


def random_baskets(dice: random.Random) -> list[Basket]:
    prices = {code: dice.choice([990, 3333, 6900, 8900, 12900]) for code in "ABC"}
    found = []
    for _ in range(3):
        lines = [("A", prices["A"], dice.randint(1, 4))]
        lines += [(code, prices[code], dice.randint(1, 3)) for code in "BC" if dice.random() < 0.4]
        found.append(basket_of(*lines))
    return found


def test_the_deepest_price_is_that_of_a_brute_force() -> None:
    dice = random.Random(7)
    for _ in range(ROUNDS):
        rules, baskets = random_rules(dice), random_baskets(dice)
        found = guard.deepest("A", baskets, rules)
        assert found is not None
        assert found.unit == brute("A", baskets, rules), (rules, baskets)


def test_no_stacking_goes_below_what_was_said_beforehand() -> None:
    dice = random.Random(17)
    for _ in range(ROUNDS):
        rules, baskets = random_rules(dice), random_baskets(dice)
        for buyer, basket in itertools.product(guard.buyers(rules), baskets):
            scene = scene_of(Pricer(rules, buyer), [line.code for line in basket.lines])
            walk = Walk(scene, basket, 0, {})
            assert walk.bound() <= walk.run()


def test_no_total_is_negative_and_every_split_sums() -> None:
    dice = random.Random(11)
    for _ in range(ROUNDS):
        rules = random_rules(dice)
        for basket in random_baskets(dice):
            for way in Pricer(rules, Buyer(vip=dice.randint(0, 1))).ways(basket):
                listed = sum(line.list_fen * line.pieces for line in basket.lines)
                assert min(way.amounts) >= 0
                assert listed - sum(sum(shares) for _, shares in way.steps) == sum(way.amounts)


def test_the_price_is_the_cheapest_allowed_way_and_the_same_again() -> None:
    dice = random.Random(13)
    for _ in range(ROUNDS):
        rules, basket = random_rules(dice), random_baskets(dice)[0]
        pricer = Pricer(rules)
        assert price(basket, rules).payable_fen == min(sum(way.amounts) for way in pricer.ways(basket))
        assert pricer.price(basket) == price(basket, rules)


def deepest(goods: Goods, all_goods: Sequence[Goods], rules: Rules) -> guard.Deep:
    return guard.Guard(all_goods, rules).look(goods).deep


def test_the_kinds_of_buyers_that_rules_tell_apart() -> None:
    plain = Offer("plain", Kind.REDUCTION, Ladder((Step(100, 10),)))

    def kinds(*offers: Offer) -> list[tuple[int, bool, bool, bool]]:
        found = guard.buyers(Rules((plain, *offers)))
        return [(x.vip, x.is_new, x.in_group, x.points_fen > 0) for x in found]

    anybody, told = (0, False, False, False), replace(plain, key="told")
    assert kinds() == [anybody]
    assert kinds(replace(told, audience="vip")) == [anybody, (1, False, False, False)]
    assert kinds(replace(told, audience="new")) == [anybody, (0, True, False, False)]
    assert [x[0] for x in kinds(Offer("levels", Kind.VIP, Tiers(((1, 9600), (3, 9000)))))] == [0, 1, 3]
    assert kinds(Offer("group", Kind.GROUP, Cut(rate_bp=9000), level=Level.ITEM)) == [anybody, (0, False, True, False)]
    assert kinds(Offer("points", Kind.POINTS, Points(500))) == [anybody, (0, False, False, True)]


def test_points_pay_their_part_of_what_is_left() -> None:
    offers = (Offer("a", Kind.COUPON, Voucher(0, 1000)), Offer("b", Kind.POINTS, Points(500)))
    found = guard.deepest("A", [basket_of(("A", 11000, 1))], Rules(offers))
    assert found is not None
    assert found.unit == 9500  # 100 yuan, less 5 %


def test_whatever_is_live_together_is_live_at_one_of_the_instants() -> None:
    dice, midnight, hour = random.Random(3), dt.datetime(2026, 11, 11, tzinfo=dt.UTC), dt.timedelta(hours=1)

    def some() -> dt.datetime | None:
        return dice.choice([None, midnight + dice.randint(0, 3) * hour])

    for _ in range(200):
        offers = tuple(
            Offer(f"{n}", Kind.COUPON, Voucher(0, 1, claim_from=some()), starts=some(), ends=some())
            for n in range(dice.randint(1, 4))
        )
        every = [{x.key for x in offers if x.is_live(midnight + n * hour / 2)} for n in range(-1, 8)]
        tried = [{x.key for x in offers if x.is_live(at)} for at in guard.instants(Rules(offers))]
        assert all(any(live <= found for found in tried) for live in every), offers


def test_the_thresholds_of_rules() -> None:
    offers = (
        Offer("a", Kind.REDUCTION, Ladder((Step(12900, 1500), Step(25900, 4000)))),
        Offer("b", Kind.FULL_RATE, Ladder((Step(4, rate_bp=8500),), by_pieces=True)),
        Offer("c", Kind.COUPON, Voucher(9900, 1000)),
        Offer("d", Kind.COUPON, Voucher(0, 1000)),
        Offer("e", Kind.N_FREE, NFree(3)),
        Offer("f", Kind.NTH, Nth(2, 5000), level=Level.ITEM),
    )
    assert pieces.thresholds(Rules(offers)) == ([9900, 12900, 25900], [2, 3, 4])


def test_what_was_agreed_with_others_is_no_way_out() -> None:
    cut = Offer("1", Kind.TIMED, Cut((("A", 6900),)), level=Level.ITEM)
    goods = Goods("A", 8900)
    found = [
        {x.kind for x in guard.Guard([goods], Rules((offer,))).look(goods).ways_out(7900)}
        for offer in (cut, replace(cut, is_agreed=True))
    ]
    assert found == [{"price"}, set()]


def test_of_each_product_no_more_pieces_are_tried_than_one_may_buy() -> None:
    goods, other = Goods("A", 10000, limit=1), Goods("B", 1000, limit=2)
    rules = Rules((Offer("cut", Kind.REDUCTION, Ladder((Step(12900, 4000),))),))
    tried = [[line.pieces for line in basket.lines] for basket in guard.baskets(goods, [other], rules)]
    assert tried == [[1], [1, 1], [1, 2]]


def test_a_far_threshold_is_tried_with_just_as_many_pieces_as_reach_it() -> None:
    goods = Goods("A", 6900)
    far = Offer("far", Kind.REDUCTION, Ladder((Step(99900, 30000),)))
    deep = deepest(goods, [goods], Rules((far,)))
    assert (deep.pieces, deep.unit_fen) == (15, 4900)  # 15 x 69 = 1035, less 300


EACH_300 = Offer("x", Kind.REDUCTION, Ladder((Step(30000, 5000),), repeating=True), level=Level.PLATFORM)
EACH_400 = Offer("x", Kind.REDUCTION, Ladder((Step(40000, 10000),), repeating=True), level=Level.PLATFORM)
COUPON_10 = Offer("c", Kind.COUPON, Voucher(10000, 1000))


@pytest.mark.parametrize(
    ("offers", "base", "list_fen", "count", "held"),
    [
        ((EACH_300,), Base.PARALLEL, 16000, 15, 200000),  # 15 x 160 = 8 x 300, less 400; 2 would be 135 each
        ((EACH_400, Offer("c", Kind.COUPON, Voucher(100000, 10000))), Base.PARALLEL, 10000, 12, 80000),  # 1200 - 400
        ((COUPON_10, EACH_300), Base.PROGRESSIVE, 2000, 16, 26000),  # 320 - 10 - 50; 15 leave only 290
        (  # the third, sixth and ninth are free: 540 - 180 - 60; seven would be 420 - 120 - 60, 34.29 each
            (Offer("f", Kind.N_FREE, NFree(3)), Offer("r", Kind.REDUCTION, Ladder((Step(39900, 6000),)))),
            Base.PARALLEL, 6000, 9, 30000,
        ),
    ],
)  # fmt: skip
def test_as_many_pieces_are_tried_as_waste_the_least(
    offers: tuple[Offer, ...], base: Base, list_fen: int, count: int, held: int
) -> None:
    goods = Goods("A", list_fen)
    deep = deepest(goods, [goods], Rules(offers, Stacking(base=base)))
    assert (deep.pieces, deep.held_fen) == (count, held)


def test_a_second_product_that_just_fills_the_threshold_reaches_deeper() -> None:
    goods, filler = Goods("A", 10000), Goods("B", 2900)
    cut = Offer("cut", Kind.REDUCTION, Ladder((Step(12900, 4000),)))
    deep = deepest(goods, [goods, filler], Rules((cut,)))
    assert [line.pieces for line in deep.way.basket.lines] == [1, 1]
    assert deep.unit_fen == 10000 - 3101  # 4000 x 100 / 129, half up


def test_the_basket_of_the_picture_breaks_the_floor() -> None:
    mask, cream = Goods("mask", 8900, 2000), Goods("cream", 15900, 4000)
    cut = Cut((("mask", 6900), ("cream", 12800)))
    offers = (
        Offer("1", Kind.TIMED, cut, level=Level.ITEM),
        Offer("2", Kind.REDUCTION, Ladder((Step(12900, 1500), Step(25900, 4000)))),
        Offer("3", Kind.COUPON, Voucher(9900, 1000)),
        Offer("4", Kind.VIP, Tiers(((1, 9600),))),
    )
    deep = deepest(mask, [mask], Rules(offers))
    assert (deep.pieces, deep.unit_fen, deep.held_fen) == (2, 5424, 10848)
    assert [step.offer.key for step in deep.receipt.steps] == ["1", "2", "3", "4"]
    assert deepest(mask, [mask, cream], Rules(offers)).unit <= deep.unit


def test_a_way_out_is_offered_only_when_it_holds() -> None:
    mask = Goods("mask", 8900)
    offers = (
        Offer("1", Kind.TIMED, Cut((("mask", 6900),)), level=Level.ITEM),
        Offer("2", Kind.REDUCTION, Ladder((Step(12900, 1500),))),
        Offer("3", Kind.COUPON, Voucher(9900, 1000)),
    )
    rules, low = Rules(offers), 6230
    found = {(out.kind, out.offer): out for out in guard.Guard([mask], rules).look(mask).ways_out(low)}
    assert set(found) == {("price", "1"), ("leave", "2")}  # without the reduction 69 x 2 - 10 = 128, 64 each
    more = {(out.kind, out.offer, out.other) for out in guard.Guard([mask], rules).look(mask).ways_out(6100)}
    both = {("exclude", "3", "2"), ("exclude", "2", "3"), ("leave", "2", ""), ("leave", "3", "")}
    assert more == both | {("price", "1", "")}  # with either alone 61.5 at the lowest
    dearer = found["price", "1"].price_fen
    assert dearer is not None
    held = deepest(mask, [mask], guard.with_price(rules, "mask", dearer))
    under = deepest(mask, [mask], guard.with_price(rules, "mask", dearer - 10))
    assert held.unit >= low > under.unit


@pytest.mark.parametrize(("payers", "unit"), [(Payers(), 7800), (Payers(0, 10000), 8800)])
def test_t29_a_coupon_counts_only_when_the_shop_pays_it(payers: Payers, unit: int) -> None:
    goods = Goods("A", 12000, limit=1)
    offers = (
        Offer("cut", Kind.TIMED, Cut((("A", 8800),)), level=Level.ITEM),
        Offer("coupon", Kind.COUPON, Voucher(0, 1000), payers=payers),
    )
    assert deepest(goods, [goods], Rules(offers)).unit_fen == unit


def test_of_two_equal_offers_the_one_the_shop_pays_is_looked_at() -> None:
    """The platform's excludes an offer for B; somebody may leave it for that one, and B need not be in the basket."""
    third = Ladder((Step(3, rate_bp=8500),), by_pieces=True)
    shops = Offer("o1", Kind.FULL_RATE, third, products=frozenset("A"))
    platforms = Offer("o0", Kind.FULL_RATE, third, payers=Payers(0, 10000), excludes=frozenset({Kind.REDUCTION}))
    for_b = Offer("o2", Kind.REDUCTION, Ladder((Step(12900, 1290),)), products=frozenset("B"))
    found = guard.deepest("A", [basket_of(("A", 8900, 3))], Rules((platforms, shops, for_b), Stacking()))
    assert found is not None
    assert found.unit == 7565


def test_what_a_piece_costs_by_its_own_offers() -> None:
    rules = Rules((
        Offer("1", Kind.TIMED, Cut((("A", 6900), ("D", 0))), level=Level.ITEM),
        Offer("2", Kind.TIMED, Cut((("A", 7900),)), level=Level.ITEM),
        Offer("3", Kind.TIMED, Cut((), 5000), level=Level.ITEM, products=frozenset({"B"})),
        Offer("4", Kind.COUPON, Voucher(0, 1000)),
    ))  # fmt: skip
    assert [guard.own_price(Goods(code, 8900), rules) for code in "ABCD"] == [6900, 4450, 8900, 1]


def test_the_instants_are_those_at_which_something_begins_or_the_last_before_an_end() -> None:
    first, later, end = (dt.datetime(2026, 11, day, tzinfo=dt.UTC) for day in (1, 5, 9))
    begins = [Offer(f"{n}", Kind.COUPON, Voucher(0, 100), starts=day) for n, day in enumerate((later, first))]
    ends = [Offer(f"e{n}", Kind.COUPON, Voucher(0, 100), ends=end + n * dt.timedelta(days=1)) for n in (1, 0)]
    just_before = end - dt.timedelta(microseconds=1)
    assert guard.instants(Rules(tuple(begins))) == [first, later]
    assert guard.instants(Rules((*begins, *ends))) == [just_before, first, later]
    assert (guard.instants(Rules(tuple(ends))), guard.instants(Rules(()))) == ([just_before], [None])


def test_beside_a_product_the_cheapest_of_every_kind_is_tried() -> None:
    coupon = Offer("1", Kind.COUPON, Voucher(0, 100), products=frozenset("AB"))
    every = [Goods("A", 300), Goods("B", 300), Goods("C", 200), Goods("D", 100), Goods("E", 200), Goods("F", 0)]
    found = guard.Guard(every, Rules((coupon,)))
    assert [[x.code for x in found.fillers(one)] for one in every[:3]] == [
        ["D", "C", "B"],
        ["D", "C", "A"],
        ["D", "E", "A"],
    ]


def test_no_price_is_a_way_out_where_the_list_price_does_not_hold_or_none_is_fixed() -> None:
    coupon = Offer("2", Kind.COUPON, Voucher(0, 5000))
    cut = Offer("1", Kind.TIMED, Cut((("A", 9000),)), level=Level.ITEM)

    def ways(*offers: Offer, low: int) -> set[str]:
        goods = Goods("A", 10_000, limit=1)
        return {x.kind for x in guard.Guard([goods], Rules(offers)).look(goods).ways_out(low)}

    assert (ways(cut, coupon, low=5001), ways(cut, coupon, low=5000), ways(coupon, low=6000)) == (
        {"leave"}, {"leave", "price"}, {"leave"},
    )  # fmt: skip


def test_the_numbers_of_pieces_tried_just_reach_every_threshold() -> None:
    rules = Rules((
        Offer("1", Kind.TIMED, Cut((("A", 6900),)), level=Level.ITEM),
        Offer("2", Kind.REDUCTION, Ladder((Step(50_000, 1000),))),
        Offer("3", Kind.N_FREE, NFree(9)),
    ))  # fmt: skip

    def tried(**more: int) -> list[tuple[int, ...]]:
        found = guard.baskets(Goods("A", 8900, **more), [Goods("B", 1000, limit=50)], rules)
        return [tuple(line.pieces for line in basket.lines) for basket in found]

    # 500.00 are 5.6 pieces at 89.00 and 7.2 at 69.00
    assert [x for x in tried() if len(x) == 1] == [(1,), (2,), (3,), (4,), (5,), (6,), (8,), (9,)]
    assert [x for x in tried(limit=6) if len(x) == 1] == [(1,), (2,), (3,), (4,), (5,), (6,)]
    # beside one at 69.00 another 431.00 are 43.1 pieces at 10.00, or eight to make nine
    assert [x for x in tried(limit=1) if len(x) == 2] == [(1, 1), (1, 2), (1, 3), (1, 8), (1, 44)]


def test_offers_are_kept_apart_that_are_of_two_kinds_and_the_vip_price_stays() -> None:
    vip = Offer("vip", Kind.VIP, Tiers(((1, 9000),)))
    reduction = Offer("reduction", Kind.REDUCTION, Ladder((Step(100, 3000),)))
    item = Offer("item", Kind.COUPON, Voucher(0, 2000), level=Level.ITEM)
    shop = Offer("shop", Kind.COUPON, Voucher(0, 3000))

    def ways(low: int, *offers: Offer) -> set[tuple[str, str, str]]:
        goods = Goods("A", 10_000, limit=1)
        found = guard.Guard([goods], Rules(offers)).look(goods).ways_out(low)
        return {(x.kind, x.offer, x.other) for x in found}

    # 100.00 - 30.00, and 90 % of that: 63.00
    assert ways(6500, vip, reduction) == {
        ("exclude", "reduction", "vip"), ("leave", "reduction", ""), ("leave", "vip", ""),
    }  # fmt: skip
    assert ways(6000, item, shop) == {("leave", "item", ""), ("leave", "shop", "")}


def test_of_what_comes_off_by_itself_the_larger_counts_even_where_the_smaller_goes_deeper() -> None:
    """30 off both leave 85 of A; a fifth off A alone is less in all, so nobody gets it."""
    both = Offer("o0", Kind.REDUCTION, Ladder((Step(10000, 3000),)))
    alone = Offer("o1", Kind.FULL_RATE, Ladder((Step(1, rate_bp=8000),), by_pieces=True), products=frozenset("A"))
    found = guard.deepest("A", [basket_of(("A", 10000, 1), ("B", 10000, 1))], Rules((both, alone), Stacking()))
    assert found is not None
    assert found.unit == 8500


@pytest.mark.parametrize(
    ("terms", "kind", "held"),
    [
        (NFree(2), Kind.N_FREE, 5000),  # of A and B one is free; of all three C would be
        (Ladder((Step(15000, 4000), Step(25000, 1000))), Kind.REDUCTION, 8000),  # without C the step that gives more
    ],
)
def test_goods_that_stay_out_of_an_offer_may_leave_more_to_the_others(terms: Terms, kind: Kind, held: int) -> None:
    own = Offer("o0", Kind.TIMED, Cut(rate_bp=9000), level=Level.ITEM, products=frozenset("C"))
    shared = Offer("o1", kind, terms, excludes=frozenset({Kind.TIMED}))
    cheap = 1000 if kind is Kind.N_FREE else 8000
    basket = basket_of(("A", 10000, 1), ("B", 10000, 1), ("C", cheap, 1))
    walk = Walk(scene_of(Pricer(Rules((own, shared), Stacking())), "ABC"), basket, 0, {})
    assert (walk.run(), walk.bound() <= held) == (held, True)


def test_the_price_that_is_a_way_out_holds_in_baskets_that_were_not_the_deepest() -> None:
    """5 off from 129. At 30.00 five of A alone go deepest; at 72.60 two of B beside one A do: 72.60 less 2.61."""
    coupon = Offer("o1", Kind.COUPON, Voucher(12900, 500))
    timed = Offer("o0", Kind.TIMED, Cut((("A", 3000),)), level=Level.ITEM, products=frozenset("A"))
    goods = [Goods("A", 10000), Goods("B", 3333)]
    ways = guard.Guard(goods, Rules((timed, coupon), Stacking())).look(goods[0]).ways_out(7000)
    assert [way.price_fen for way in ways if way.kind == "price"] == [7270]
