"""Prices that fall with the pieces sold: 39.90 up to 9 pieces, 36.90 from 10, 33.90 from 15. By hand."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict

from campaigns import deal_words
from campaigns.deal_forms import lines_from
from campaigns.groupbuy import dealing, planning, prices, quoting, reading, sheets, tiers
from campaigns.groupbuy.dealing import Told
from campaigns.groupbuy.planning import Terms
from campaigns.models import GroupDeal
from products.models import ListPrice, Product
from tests.campaigns.groupbuy.shop import HOUR, OPENS, deal, over
from tests.world import World

MORE = [[10, 3690], [15, 3390]]


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-20")


def tiered(world: World, **more: object) -> GroupDeal:
    made = deal(world.store, quota=20, **more)
    made.lines.update(price_fen=3990, tiers=MORE)
    return made


def tell(made: GroupDeal, *orders: tuple[int, dict[str, int]]) -> None:
    told = [Told(str(n), "A1-1", units, OPENS + HOUR, **more) for n, (units, more) in enumerate(orders)]
    dealing.record(made, told, now=OPENS + 2 * HOUR)


def test_the_tier_by_the_pieces_sold() -> None:
    told = {n: tiers.reached(3990, MORE, n) for n in (0, 1, 9, 10, 14, 15, 99)}
    assert told == {0: 3990, 1: 3990, 9: 3990, 10: 3690, 14: 3690, 15: 3390, 99: 3390}
    assert [(x.pieces, x.until) for x in tiers.tiers(3990, MORE)] == [(1, 9), (10, 14), (15, None)]


def test_tiers_as_people_type_them() -> None:
    assert tiers.read("10:36.9 15:33.9") == tiers.read("10件起：¥36.90元，15=33.9") == MORE
    assert (tiers.read(""), tiers.written(MORE)) == ([], "10:36.90 15:33.90")
    with pytest.raises(ValueError, match=r"36\.9"):
        tiers.read("36.9")
    wrong = [([[1, 3690]], 20), ([[10, 3990]], 20), ([[10, 3690], [9, 3390]], 20), ([[10, 0]], 20), (MORE, 14)]
    assert all(tiers.wrong(3990, more, quota) for more, quota in wrong)
    assert tiers.wrong(3990, MORE, 15) == ""


def test_everybody_pays_the_price_of_the_tier_reached(world: World) -> None:
    """12 pieces stand: 36.90. Order 0 paid 5 x 39.90 = 199.50, is due 15.00; 1 paid 4 x 36.90; 2 paid 3 x 39.90, had
    4.00 of its 9.00 back already; 3 gave back all. Net 12 x 36.90 = 442.80; commission 8 % = 35.42; profit
    442.80 - 35.42 - 12 x (32 + 5) = -36.62."""
    made = tiered(world)
    tell(made, (5, {}), (4, {"paid_fen": 14760}), (3, {"back_fen": 400}), (6, {"before": 6}))
    assert reading.live_of([made])[made.pk].sold_fen == 44280
    over(made)
    found = sheets.sheet(made).account
    assert (found.net, found.commission, found.profit) == (44280, 3542, -3662)
    [note] = [x.note for x in sheets.sheet(made).lines if x.cause == "refund"]
    assert "20.00" in note  # 15.00 and 5.00
    assert reading.live_of([made])[made.pk].sold_fen == 44280
    keys = dict(made.sales.values_list("pk", "key"))
    assert {keys[pk]: fen for pk, fen in sheets.due_back(made).items()} == {"0": 1500, "2": 500}


def test_a_piece_that_comes_back_after_shipping_leaves_the_tier_as_it_is(world: World) -> None:
    """10 pieces, 1 of them back: 9 x 36.90 = 332.10; the one that came back was refunded at 39.90."""
    made = tiered(world)
    tell(made, (10, {"after": 1}))
    over(made)
    assert (sheets.sheet(made).account.net, reading.live_of([made])[made.pk].sold_fen) == (33210, 33210)


def test_the_lowest_tier_is_what_the_guard_holds(world: World) -> None:
    """List 50.00, floor 35.00: 39.90 and 36.90 pass, 33.90 does not."""
    made = tiered(world, state="planned")
    ListPrice.objects.create(product=Product.objects.get(), from_day="2026-01-01", price_fen=5000)
    [one] = prices.verdicts(made)
    assert (one.unit_fen, one.low_fen, one.is_blocked) == (3390, 3500, True)
    made.lines.update(tiers=MORE[:1])
    [one] = prices.verdicts(made)
    assert (one.unit_fen, one.is_blocked) == (3690, False)


def test_the_forecast_of_each_tier(world: World) -> None:
    """A piece brings 39.90 x 0.92 - 37 = -0.292, 36.90: -3.052, 33.90: -5.812; commission is rounded on the whole."""
    made = tiered(world)
    found = [
        (x.tier.pieces, x.until, x.at_first, x.at_last, x.is_reached) for x in quoting.tiers_of(made, made.lines.all())
    ]
    assert found == [(1, 9, -29, -263, True), (10, 14, -3052, -4273, False), (15, 20, -8718, -11624, False)]


def test_tiers_are_planned_and_told(world: World) -> None:
    made = tiered(world, state="planned")
    sku = made.lines.get().sku
    posted = QueryDict("sku=A1-1&price=39.9&quota=20&tiers=10:36.9 15:33.9&sku=&price=&quota=&tiers=")
    assert lines_from(world.store, posted) == {sku: Terms(3990, 20, MORE)}
    with pytest.raises(ValidationError):
        lines_from(world.store, QueryDict("sku=A1-1&price=39.9&quota=20&tiers=cheap"))
    with pytest.raises(ValidationError, match="A1-1"):
        planning.save_deal(made, {sku: Terms(3990, 12, MORE)}, None)
    assert planning.save_deal(made, {sku: Terms(3990, 20, MORE)}, None).lines.get().tiers == MORE
    words = deal_words.text(made, made.lines.all()).splitlines()
    assert [x.strip().rsplit(" ", 1)[1] for x in words[3:6]] == ["¥39.90", "¥36.90", "¥33.90"]
    assert (made.opens_at, Decimal(made.lines.get().lowest_fen)) == (OPENS, Decimal(3390))
    assert made.closes_at - OPENS == dt.timedelta(days=5)
