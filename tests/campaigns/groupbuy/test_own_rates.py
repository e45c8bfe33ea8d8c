"""Goods of a deal with a commission of their own: face cream at the deal's 8 %, masks at 12 %. By hand."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.test import Client

from campaigns.deal_forms import lines_from
from campaigns.groupbuy import dealing, planning, quoting, sheets
from campaigns.groupbuy.dealing import Told
from campaigns.groupbuy.planning import Terms as Line
from campaigns.groupbuy.settlement import Part, Pieces, Row, Said, Terms, account, causes, own_rates
from campaigns.models import DealClaim, DealLine, GroupDeal
from products.models import SKU, Cost, Product
from products.stock_services import Balance, main_place, set_balances
from staff.services import create_token
from tests.campaigns.groupbuy.shop import HOUR, OPENS, deal, over
from tests.world import World

EIGHT, TWELVE = Decimal("0.08"), Decimal("0.12")
PARTS = [
    Part(6800, Pieces(10, before=2)),  # 8 x 68.00 = 544.00
    Part(2990, Pieces(3), rate=TWELVE),  # 89.70, with the next 119.60
    Part(2990, Pieces(2, after=1), rate=TWELVE),
]


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-20")


def test_each_rate_stands_on_all_it_brought_and_the_guarantee_on_the_deal() -> None:
    """8 % of 544.00 = 43.52; 12 % of 119.60 = 14.352: 14.35; together 57.87."""
    found = account(PARTS, Terms(EIGHT))
    assert (found.net, found.commission, found.receivable) == (66360, 5787, 60573)
    assert account(PARTS, Terms(EIGHT, guarantee_fen=5787)).is_guaranteed is False
    least = account(PARTS, Terms(EIGHT, guarantee_fen=6000))
    assert (least.commission, least.is_guaranteed) == (6000, True)
    free = account([Part(1000, Pieces(5), rate=Decimal(0))], Terms(EIGHT))
    assert (free.commission, free.receivable) == (0, 5000)


def test_a_site_that_agrees_by_rates_has_no_difference_and_one_that_does_not_is_named() -> None:
    """Left out: an order of 29.90 x 3 at 12 %. Its 89.70 are missing, their commission (14.35 - 3.59 = 10.76), too.
    Without orders, half the sales bring half of each rate: 43.52 and 14.35 to 21.76 and 7.18."""
    ours, own = account(PARTS, Terms(EIGHT)), own_rates(PARTS)
    rows = {
        "a": Row(10, 68000, 13600), "b": Row(3, 8970, 0, TWELVE), "c": Row(2, 5980, 2990, TWELVE),
    }  # fmt: skip
    same = {key: Row(x.pieces, x.paid_fen, x.refund_fen) for key, x in rows.items()}
    assert causes(ours, Terms(EIGHT), Said(commission_fen=5787, payable_fen=60573, rows=same), rows, own) == []
    del same["b"]
    found = causes(ours, Terms(EIGHT), Said(commission_fen=4711, payable_fen=52679, rows=same), rows, own)
    assert [(x.code, x.fen) for x in found] == [("missing", -8970), ("base", 1076)]
    half = Said(sales_fen=ours.sales - ours.net // 2, commission_fen=21_76 + 7_18)
    found = causes(ours, Terms(EIGHT), half, None, own)
    assert {x.code: x.fen for x in found} == {"price": -33180, "base": 5787 - 2894}


def mixed(world: World) -> GroupDeal:
    """Cream at 68.00 and masks at 29.90 that cost 10.00, on which the site takes 12 %."""
    made = deal(world.store)
    mask = Product.objects.create(store=world.store, code="M1", title="Mask")
    Cost.objects.create(product=mask, from_day="2026-01-01", cost_fen=1000)
    sku = SKU.objects.create(store=world.store, product=mask, code="M1-1")
    set_balances(world.store, [Balance(sku, main_place(world.store), 100)], by=None)
    DealLine.objects.create(deal=made, sku=sku, price_fen=2990, quota=50, rate_bp=1200)
    told = [Told("1", "A1-1", 2, OPENS + HOUR), Told("2", "M1-1", 4, OPENS + HOUR, after=1)]
    dealing.record(made, told, now=OPENS + 2 * HOUR)
    return over(made)


def test_the_settlement_the_ranking_and_the_kpis_go_by_them(world: World) -> None:
    """Net 136.00 + 89.70 = 225.70; commission 10.88 + 10.764: 10.76 = 21.64. Costs: 2 x 32 + 3 x 10 of goods, 6 x 5 of
    freight, 6 for the one back: 130.00. Profit 225.70 - 21.64 - 130.00 = 74.06."""
    made = mixed(world)
    told = sheets.sheet(made)
    assert (told.account.net, told.account.commission, told.profit_fen) == (22570, 2164, 7406)
    assert {x.cause: x.note for x in told.lines}["commission"] == "8% × 136.00 + 12% × 89.70"
    assert sheets.results_of(world.store)[made.pk].commission_fen == 2164
    DealClaim.objects.create(deal=made, key="1", units=2, sales_fen=13600, commission_fen=1088, payout_fen=12512)
    DealClaim.objects.create(
        deal=made, key="2", units=4, refunded=1, sales_fen=11960, refund_fen=2990, commission_fen=1076, payout_fen=7894
    )
    assert (sheets.sheet(made).difference_fen, sheets.sheet(made).causes) == (0, ())


def test_they_are_typed_kept_and_asked_for(world: World) -> None:
    made = deal(world.store, state="planned")
    sku = made.lines.get().sku
    posted = "sku=A1-1&price=68&quota=20&tiers=&line_rate="
    assert lines_from(world.store, QueryDict(posted)) == {sku: Line(6800, 20, [])}
    typed = lines_from(world.store, QueryDict(posted + "12.5％"))
    assert planning.save_deal(made, typed, None).lines.get().rate_bp == 1250
    assert quoting.of_deal(made)["rate"] == "12.5"
    assert lines_from(world.store, QueryDict(posted + "0"))[sku].rate_bp == 0
    for wrong in ("101", "-1", "1.234", "much"):
        with pytest.raises(ValidationError, match=wrong):
            lines_from(world.store, QueryDict(posted + wrong))
    with pytest.raises(ValidationError):
        planning.save_deal(made, {sku: Line(6800, 20, [], -1)}, None)


def test_programs_tell_and_read_them_as_fractions(world: World) -> None:
    made = deal(world.store, state="planned")
    plaintext = create_token(world.mia, "key", "write", [world.store])[1]
    api = Client(headers={"authorization": f"Bearer {plaintext}"})
    url, line = "/api/v1/stores/lotus/deals", {"sku": "A1-1", "price": "68", "quota": 10}
    plan = {"name": "x", "site": made.site.name, "opens_at": "2026-12-01T00:00", "closes_at": "2026-12-02T00:00"}
    told = api.post(url, plan | {"lines": [line | {"rate": "0.125"}]}, "application/json").json()
    assert (told["rate"], told["lines"][0]["rate"]) == ("0.0800", "0.1250")
    assert api.get(f"{url}/{made.pk}").json()["lines"][0]["rate"] is None
    for wrong in ("8", "-0.1", "much"):
        assert api.post(url, plan | {"lines": [line | {"rate": wrong}]}, "application/json").status_code == 422


def test_the_forecast_of_a_tier_goes_by_the_rate_of_its_goods(world: World) -> None:
    """A piece at 68.00 brings 68.00 - 37.00 - 12 % (8.16) = 22.84, at 60.00 (from 5 on): 60.00 - 37.00 - 7.20."""
    made = deal(world.store)
    made.lines.update(rate_bp=1200, tiers=[[5, 6000]])
    assert [(x.at_first) for x in quoting.tiers_of(made, made.lines.all())] == [2284, 5 * 1580]
