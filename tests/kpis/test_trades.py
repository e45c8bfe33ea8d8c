"""What a store that sells by group deals is shown: by what it has facts of, in figures worked out by hand."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from kpis import queries
from kpis.display import boards
from kpis.models import StoreDay
from kpis.outward.trades import Trades, read, trades
from kpis.reporting import report_content, report_sentences
from kpis.sums import rollups
from kpis.views.board import PARTS
from opsplan.lib.periods import Period
from tests.campaigns.groupbuy.dealing_week import week
from tests.campaigns.groupbuy.shop import over
from tests.world import World

DAYS = Period(dt.date(2026, 11, 2), dt.date(2026, 11, 8), unit="week")
NET, GROSS, PIECES = "deal_net_amt", "deal_gross_amt", "deal_sold_qty"


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-20")


def counted(world: World) -> None:
    queries.deals_changed(world.store)
    rollups.rebuild(world.store)


def test_a_store_is_what_it_has_facts_of(world: World) -> None:
    assert read(world.store) == Trades(is_known=False, shop=False, deals=False)
    assert boards.usual_cards(world.store) == boards.CARDS
    made = week(world.store, ends=False)  # it has sold for days, and none has closed
    counted(world)
    assert read(world.store) == Trades(is_known=True, shop=False, deals=True)
    over(made)
    counted(world)
    assert trades(world.store).only_deals
    assert boards.usual_cards(world.store) == boards.DEAL_CARDS
    assert boards.usual_parts(world.store, PARTS) == ("cards", "deals")
    StoreDay.objects.update(pay_amt=1)
    assert read(world.store) == Trades(is_known=True, shop=True, deals=True)
    StoreDay.objects.update(deal_net_amt=None)
    world.store.deals.all().delete()
    assert read(world.store) == Trades(is_known=True, shop=True, deals=False)
    assert boards.usual_parts(world.store, PARTS) == tuple(x for x in PARTS if x != "deals")


def test_the_report_of_a_seller_by_deals_tells_of_deals(world: World) -> None:
    """18 pieces at 68.00 = 1,224.00, one given back before and one after shipping = 136.00: net 1,088.00, commission
    8 % = 87.04. Goods 16 x 32, freight 17 x 5, a piece back 6: 1,088 - 87.04 - 512 - 85 - 6 = 397.96."""
    made = week(world.store)
    counted(world)
    told = report_content.content(world.store, DAYS)
    assert list(told["figures"]) == list(report_content.DEALS)
    wanted = {
        "deal_cnt": "1", GROSS: "1224.00", "deal_refund_amt": "136.00", NET: "1088.00", PIECES: "16",
        "deal_sold_rate": "0.800000", "deal_refund_rate": "0.111111", "deal_commission": "87.04",
        "deal_profit": "397.96",
    }  # fmt: skip
    assert {key: told["figures"][key]["value"] for key in wanted} == wanted
    assert told["deals"] == [
        {
            "id": made.pk, "name": "面霜团", "first": "2026-11-01", "last": "2026-11-06", "site": "美团",
            "state": "fulfilling", "quota": 20, "pieces": 16, "amount": "1088.00",
        }
    ]  # fmt: skip
    with translation.override("en"):
        words = report_sentences.suggested(told, DAYS)["summary"]
    assert words == (
        "Net sales of deals ¥1,088.00. Deals that ended 1; Pieces sold in deals 16; Paid amount of deals ¥1,224.00; "
        "Refunds of deals ¥136.00; Commission of deals ¥87.04; Profit of deals ¥397.96."
    )
    StoreDay.objects.update(pay_amt=1)
    both = report_content.keys_of(world.store, "week")
    assert both == report_content.keys("week")


def test_the_pages_begin_with_deals(world: World, client: Client) -> None:
    week(world.store)
    counted(world)
    client.force_login(world.mia)
    board = client.get(f"{reverse('dashboard', args=['lotus'])}?period=custom&from=2026-11-02&to=2026-11-08")
    assert board.status_code == 200
    assert [card.figure.key for card in board.context["cards"]] == list(boards.DEAL_CARDS)
    assert [(x["name"], x["pieces"], x["amount"]) for x in board.context["deals"]] == [
        ("面霜团", 16, Decimal("1088.00"))
    ]
    today = client.get(reverse("today", args=["lotus"]))
    assert [x["figure"].key for x in today.context["strip"]] == list(boards.DEAL_CARDS)
    assert "card pace" not in today.content.decode()
    client.force_login(world.carl)  # a client sees no deals by name
    seen = client.get(f"{reverse('dashboard', args=['lotus'])}?period=custom&from=2026-11-02&to=2026-11-08&whole=1")
    assert "deals" not in seen.context
