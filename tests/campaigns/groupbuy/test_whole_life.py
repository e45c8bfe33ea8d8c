"""Whole lives of deals by the clock, down to the fen of the settlement (T-41 to T-43, T-45)."""

import pytest

from campaigns.groupbuy.dealing import advance_all, go, record
from campaigns.groupbuy.planning import approve
from campaigns.groupbuy.reading import live_of
from campaigns.groupbuy.settling import sign
from campaigns.groupbuy.sheets import sheet
from campaigns.models import GroupDeal
from opsplan.lib import clock
from products.models import StockHold
from tests.campaigns.groupbuy.deals import BEFORE, CLOSES, HOUR, OPENS, deal, order, sku, stock
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("before", "after", "guarantee", "receivable", "profit"),
    [
        (40, 0, 0, 2_877_760, 1_175_760),  # T-41
        (25, 15, 0, 2_877_760, 1_159_260),  # T-42
        (40, 0, 300_000, 2_828_000, 1_126_000),  # T-43
    ],
)
def test_500_of_600_sold_come_to(
    before: int, after: int, guarantee: int, receivable: int, profit: int, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = [BEFORE]
    monkeypatch.setattr(clock, "now", lambda: time[0])
    terms = {"rate_bp": 800, "freight_fen": 500, "return_fen": 600, "guarantee_fen": guarantee}
    terms["instalments"] = [[3000, 7], [4000, 30], [3000, 60]]
    mine = sku(world.store, 1000)
    made = approve(deal(world.store, mine, **terms), world.alice)
    time[0] = OPENS + HOUR
    record(made, [order(f"{n}", 100) for n in range(5)])
    record(made, [order("0", 100, before=before, after=after)])
    time[0] = CLOSES + 3 * HOUR
    advance_all()
    made.refresh_from_db()
    found = sheet(made)
    assert (made.state, found.receivable_fen, found.profit_fen) == ("fulfilling", receivable, profit)
    assert (f"{live_of([made])[made.pk].refund_rate}", stock(mine)) == ("0.08", (0, 500 - before))
    if not guarantee:  # T-45
        sign(made, world.alice)
        parts = list(made.settlement.instalments.values_list("due_fen", flat=True))
        assert parts == [863_328, 1_151_104, 863_328]


def test_a_missed_deal_from_plan_to_file(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It opens, 17 of 20 join, the payment of an eighteenth and more come late; beat runs late and twice."""
    time = [BEFORE]
    monkeypatch.setattr(clock, "now", lambda: time[0])
    mine = sku(world.store, 600)
    made = approve(deal(world.store, mine, minimum=20, form_hours=24), world.alice)
    time[0] = OPENS + HOUR
    record(made, [order(f"{n}", buyer=f"{n}") for n in range(17)])
    time[0] = OPENS + 27 * HOUR
    assert (len(advance_all()), len(advance_all())) == (1, 0)
    record(made, [order(f"late{n}", 1, OPENS + 25 * HOUR, buyer=f"late{n}") for n in range(5)])
    go(made, "closed", world.alice)
    steps = list(made.transitions.values_list("before", "after"))
    assert steps == [("planned", "approved"), ("approved", "open"), ("open", "missed"), ("missed", "closed")]
    live = live_of([made])[made.pk]
    assert (live.sold, live.sold_fen, live.before, live.buyers, stock(mine)) == (0, 0, 22, 0, (0, 0))
    assert all(hold.left == 0 for hold in StockHold.objects.all())
    assert GroupDeal.objects.get().state == "closed"
