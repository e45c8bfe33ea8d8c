"""Rules nobody could explain are refused, each with its sentence; and offers survive the way through JSON."""

import datetime as dt

import pytest

from campaigns.offers.checks import refusals
from campaigns.offers.kinds import (
    Cut,
    Kind,
    Ladder,
    Level,
    NFree,
    Nth,
    Offer,
    Payers,
    Presale,
    Rules,
    Step,
    Tiers,
    Voucher,
)
from campaigns.offers.wire import BadTerms, terms_from, terms_to

END = dt.datetime(2026, 11, 12, tzinfo=dt.UTC)
TIMED = Offer("timed", Kind.TIMED, Cut((("A", 100),)), level=Level.ITEM, ends=END)
NTH = Offer("nth", Kind.NTH, Nth(2, 5000), level=Level.ITEM)


def codes(*offers: Offer) -> list[str]:
    return [refusal.code for refusal in refusals(Rules(offers))]


def ladder(*steps: Step, **terms: object) -> Offer:
    return Offer("ladder", Kind.REDUCTION, Ladder(steps, **terms))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("offer", "code"),
    [
        (ladder(Step(10000, 1000), Step(20000, 2000), repeating=True), "repeating"),
        (ladder(Step(20000, 1000), Step(10000, 2000)), "order"),
        (ladder(Step(10000, 2000), Step(20000, 1000)), "worth"),
        (ladder(Step(10000, 10001)), "more_than_price"),
        (ladder(), "steps"),
        (Offer("x", Kind.REDUCTION, Ladder((Step(1, 1),)), payers=Payers(5000, 4000)), "payers"),
        (Offer("x", Kind.FLASH, Cut((("A", 1),)), level=Level.ITEM, ends=END), "stock"),
        (Offer("x", Kind.TIMED, Cut((("A", 1),)), level=Level.ITEM), "show_terms"),
        (Offer("x", Kind.COUPON, Voucher(0, 500), audience="old"), "old_customers"),
        (Offer("x", Kind.COUPON, Voucher(0, 500, claim_from=END), ends=END), "use"),
        (Offer("x", Kind.COUPON, Voucher(500)), "nothing"),
        (Offer("x", Kind.PRESALE, Presale(0), level=Level.ITEM), "deposit"),
        (Offer("x", Kind.N_FREE, NFree(1)), "pieces"),
        (Offer("x", Kind.COUPON, NFree(3)), "terms"),
    ],
)
def test_it_refuses_an_offer_that_makes_no_sense_alone(offer: Offer, code: str) -> None:
    assert codes(offer) == [code]


def test_it_refuses_two_offers_that_both_count_pieces() -> None:
    assert codes(NTH, Offer("free", Kind.N_FREE, NFree(3))) == ["pieces_twice"]
    assert codes(NTH, Offer("free", Kind.N_FREE, NFree(3), excludes=frozenset({Kind.NTH}))) == []


def test_it_refuses_two_prices_of_a_product_at_the_same_time() -> None:
    later = Offer("b", Kind.TIMED, Cut((("A", 90),)), level=Level.ITEM, starts=END, ends=END + dt.timedelta(days=1))
    assert codes(TIMED, Offer("b", Kind.TIMED, Cut((("A", 90),)), level=Level.ITEM, ends=END)) == ["two_prices"]
    assert codes(TIMED, later) == []


HOURS = {
    ((0, 2), (2, 4)): False,  # one ends as the other begins
    ((0, 3), (2, 4)): True,
    ((None, 2), (2, 4)): False,
    ((None, 3), (2, 4)): True,
    ((None, 3), (None, 4)): True,
    ((0, 1), (3, 4)): False,
}


@pytest.mark.parametrize(("one", "other"), [*HOURS, *((b, a) for a, b in HOURS)])
def test_two_prices_meet_only_where_both_are_live(one: tuple, other: tuple) -> None:
    def priced(key: str, fen: int, hours: tuple[int | None, int], **more: object) -> Offer:
        starts, ends = (None if hour is None else END + hour * dt.timedelta(hours=1) for hour in hours)
        return Offer(key, Kind.TIMED, Cut((("A", fen),)), level=Level.ITEM, starts=starts, ends=ends, **more)

    meet = HOURS.get((one, other), HOURS.get((other, one)))
    assert codes(priced("a", 90, one), priced("b", 80, other)) == (["two_prices"] if meet else [])
    assert codes(priced("a", 90, one), priced("b", 90, other)) == []  # one and the same price
    mine, theirs = frozenset({"A"}), frozenset({"B"})
    assert codes(priced("a", 90, one, products=mine), priced("b", 80, other, products=theirs)) == []
    assert codes(priced("a", 90, one), priced("b", 80, other, audience="vip")) == []


def test_money_and_pieces_are_not_counted_side_by_side() -> None:
    pieces = Offer("rate", Kind.FULL_RATE, Ladder((Step(3, rate_bp=8000),), by_pieces=True))
    assert codes(ladder(Step(10000, 1000)), pieces) == ["two_bases"]


@pytest.mark.parametrize(("level", "said"), [(Level.SHOP, ["one_yuan"]), (Level.PLATFORM, [])])
def test_what_is_sold_for_one_yuan_takes_no_discount_of_the_shop(level: Level, said: list[str]) -> None:
    yuan = Offer("yuan", Kind.ONE_YUAN, Cut((("A", 100),)), level=Level.ITEM, ends=END, stock=5)
    assert codes(yuan, Offer("c", Kind.COUPON, Voucher(9900, 1000), level=level)) == said


def test_it_refuses_a_presale_in_a_flash_sale() -> None:
    presale = Offer("p", Kind.PRESALE, Presale(100), level=Level.ITEM)
    flash = Offer("f", Kind.FLASH, Cut((("A", 90),)), level=Level.ITEM, ends=END, stock=5)
    assert codes(presale, flash) == ["presale"]


def test_the_offers_of_an_ordinary_campaign_are_fine() -> None:
    vip = Offer("vip", Kind.VIP, Tiers(((1, 9600),)))
    assert (
        codes(TIMED, ladder(Step(12900, 1500), Step(25900, 4000)), Offer("c", Kind.COUPON, Voucher(9900, 1000)), vip)
        == []
    )


@pytest.mark.parametrize("offer", [TIMED, NTH, ladder(Step(100, 5)), Offer("v", Kind.VIP, Tiers(((1, 9600),)))])
def test_terms_are_the_same_after_json(offer: Offer) -> None:
    assert terms_from(offer.kind, terms_to(offer.terms)) == offer.terms


@pytest.mark.parametrize(
    "terms", [{}, {"steps": [{"at": 1, "of": 2}]}, {"steps": [], "x": 1}, {"steps": [], "cap_fen": -1}]
)
def test_it_rejects_terms_it_cannot_read(terms: dict[str, object]) -> None:
    with pytest.raises(BadTerms):
        terms_from(Kind.REDUCTION, terms)
