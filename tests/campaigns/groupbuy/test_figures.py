"""The KPIs of deals, through the engine."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from campaigns.groupbuy import dealing, reading, settling, sheets, sites
from campaigns.groupbuy.dealing import Told
from campaigns.models import GroupDeal
from campaigns.tasks import advance_deals
from kpis import queries
from kpis.models import Entry
from kpis.sums import rollups
from opsplan.lib.periods import Period
from products.models import Cost, Product
from tests.campaigns.groupbuy.shop import CLOSES, HOUR, OPENS, deal, over, sell
from tests.world import World

NOVEMBER = Period(dt.date(2026, 11, 1), dt.date(2026, 11, 30))
KEYS = ("deal_sold_rate", "deal_formed_rate", "deal_net_amt", "deal_profit", "deal_refund_rate", "deal_new_buyers")


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-20")


def read(world: World) -> dict[str, Decimal | None]:
    queries.deals_changed(world.store)
    rollups.rebuild(world.store)
    return {key: x.value for key, x in queries.figures(world.store, KEYS, NOVEMBER).items()}


def test_deals_become_figures(world: World) -> None:
    """T-44 in small: 17 of a quota of 20; and one of two groups is found (T-47)."""
    made = deal(world.store, quota=20)
    sell(made, 18, back=(0,))
    made.sales.exclude(key__in=["0", "1"]).update(is_new_buyer=False)
    made.sales.filter(key__in=["0", "1"]).update(is_new_buyer=True)  # also 0, which was given back
    over(made)
    found = deal(world.store, quota=10, minimum=2, name="拼团一")
    sell(found, 3)
    found.sales.update(is_new_buyer=False)
    missed = deal(world.store, quota=10, minimum=9, name="拼团二")
    sell(missed, 8)
    over(found)
    over(missed)
    net = 17 * 6800 + 3 * 6800
    assert read(world) == {
        "deal_sold_rate": Decimal("0.5"),  # 20 of 40
        "deal_formed_rate": Decimal("0.5"),
        "deal_net_amt": Decimal(net) / 100,
        "deal_profit": Decimal(20 * (6800 - 544 - 3200 - 500)) / 100,
        "deal_refund_rate": Decimal("0.047619"),  # 1 of 21
        "deal_new_buyers": Decimal(2),
    }


def test_a_deal_that_the_clock_ends_is_told_at_once_in_a_store_without_other_figures(world: World) -> None:
    made = deal(world.store, minimum=9)
    sell(made, 8)
    assert advance_deals() == 1
    told = dict(
        Entry.objects.filter(measure__in=["deal_decided_cnt", "deal_formed_cnt"]).values_list("measure", "value")
    )
    assert told == {"deal_decided_cnt": 1, "deal_formed_cnt": 0}


def test_days_without_a_deal_have_none_also_where_no_file_tells_of_them(world: World) -> None:
    """A seller by deals alone: sold from the 1st, ended on the 5th; it is the 20th, and all days since are known."""
    made = deal(world.store, quota=20)
    sell(made, 18)
    over(made)
    queries.deals_changed(world.store)
    rollups.rebuild(world.store)
    first = Entry.objects.filter(measure__startswith="deal_").order_by("day").values_list("day", flat=True)[0]
    for key in ("deal_net_amt", "deal_profit", "deal_sold_rate"):
        figure = queries.figures(world.store, [key], Period(first, dt.date(2026, 11, 19)))[key]
        assert (figure.marks, figure.missing) == ((), ()), key
    assert queries.deals_changed(world.store) == 0


def test_a_deal_whose_goods_have_no_cost_has_no_profit_rather_than_none(world: World) -> None:
    made = deal(world.store, quota=20)
    sell(made, 18)
    over(made)
    Cost.objects.all().delete()
    queries.deals_changed(world.store)
    rollups.rebuild(world.store)
    ended = CLOSES.astimezone(dt.timezone(dt.timedelta(hours=8))).date()
    figures = queries.figures(world.store, ["deal_profit", "deal_net_amt"], Period(ended, ended))
    assert (figures["deal_net_amt"].value, figures["deal_profit"].value) == (Decimal(18 * 68), None)
    assert [(m.code, m.days) for m in figures["deal_profit"].missing] == [("no_cost", (ended,))]


def test_a_day_with_a_buyer_of_whom_nobody_knows_whether_new_has_no_new_buyers(world: World) -> None:
    """Three buyers on the 1st: one new, one not, one masked; on the 2nd two new ones; the deal ends on the 5th."""
    made = deal(world.store, quota=20)
    sell(made, 5)
    first, second = dt.date(2026, 11, 1), dt.date(2026, 11, 2)
    for key, is_new, day in zip("01234", (True, False, None, True, True), (1, 1, 1, 2, 2), strict=True):
        at = dt.datetime(2026, 11, day, 12, tzinfo=dt.timezone(dt.timedelta(hours=8)))
        made.sales.filter(key=key).update(is_new_buyer=is_new, at=at, buyer=f"b{key}")
    over(made)
    queries.deals_changed(world.store)
    rollups.rebuild(world.store)
    found = queries.figures(world.store, ["deal_new_buyers"], Period(first, dt.date(2026, 11, 19)))["deal_new_buyers"]
    assert (found.value, found.marks[-1]) == (Decimal(2), "partial 18/19")
    assert [(m.code, m.days) for m in found.missing] == [("no_buyer_id", (first,))]
    alone = queries.figures(world.store, ["deal_new_buyers"], Period(first, first))["deal_new_buyers"]
    assert alone.value is None
    made.sales.filter(key="2").update(is_new_buyer=True)
    assert queries.deals_changed(world.store) > 0
    rollups.rebuild(world.store)
    told = queries.figures(world.store, ["deal_new_buyers"], Period(first, second))["deal_new_buyers"]
    assert (told.value, told.missing) == (Decimal(4), ())


def test_telling_it_again_writes_nothing_and_what_was_typed_stays(world: World) -> None:
    made = deal(world.store)
    sell(made, 2)
    over(made)
    Entry.objects.create(store=world.store, measure="deal_quota", day="2026-11-06", value=99, by=world.bob)
    assert queries.deals_changed(world.store) > 0
    assert queries.deals_changed(world.store) == 0
    assert Entry.objects.get(measure="deal_quota").value == 99


def test_a_store_without_deals_has_no_entries_of_them(world: World) -> None:
    assert queries.deals_changed(world.store) == 0
    assert not Entry.objects.exists()


def tell(made: GroupDeal, at: dt.datetime, *orders: Told) -> None:
    dealing.record(made, orders, now=at)


def order(key: str, units: int, at: dt.datetime = OPENS + HOUR, **more: object) -> Told:
    return Told(key, "A1-1", units, at, **more)


def page(made: GroupDeal) -> tuple[object, ...]:
    """As the deal's page tells it: sold, worth, refunded, how much of what was paid; its line: sold and left."""
    live, [line] = reading.live_of([made])[made.pk], reading.lines_of(made)
    return live.sold, live.sold_fen, live.refunded, live.refund_rate, (line.sold, line.remaining)


def settled(made: GroupDeal) -> tuple[object, ...]:
    found = sheets.sheet(made).account
    return found.sold - found.refunded, found.net, found.refunded, found.refund_rate


def test_the_page_the_settlement_and_the_kpis_of_a_deal_agree(world: World) -> None:
    """Quota 10. 3 for 10.00 twice, one of them given back: 10.00 - 3.33 each; 3 for 10.00; 5 for which 2 are left, one
    of them refunded already. Paid 14, back 1 + 1 + 5."""
    made = deal(world.store)
    back = [order("1", 3, paid_fen=1000, before=1), order("2", 3, paid_fen=1000, after=1)]
    tell(made, OPENS + 2 * HOUR, *back, order("3", 3, paid_fen=1000), order("4", 5, paid_fen=5000, before=1))
    over(made)
    told = (7, 2334, 7, Decimal("0.5"))
    assert (page(made), settled(made)) == ((*told, (7, 2)), told)
    found = read(world)
    assert [found[f"deal_{x}"] for x in ("sold_rate", "net_amt", "refund_rate")] == [
        Decimal("0.7"), Decimal("23.34"), Decimal("0.5"),
    ]  # fmt: skip


def test_vouchers_redeemed_in_part_count_that_part_everywhere(world: World) -> None:
    """2 of 3 for 10.00 are redeemed: 6.67; of another 2 one comes back: 3.33. One that is given back unredeemed was
    never sold."""
    made = deal(world.store, is_voucher=True, valid_until=CLOSES + 48 * HOUR)
    back = [order("1", 3, paid_fen=1000, redeemed=2), order("2", 3, paid_fen=1000, redeemed=2, after=1)]
    tell(made, OPENS + 2 * HOUR, *back, order("3", 1, before=1), order("4", 1))
    over(made)
    told = (3, 1000, 1, Decimal("0.25"))
    assert (page(made), settled(made), sheets.sheet(made).waiting) == ((*told, (3, 3)), told, 1)
    assert read(world)["deal_net_amt"] == Decimal("10.00")


def test_a_group_counts_who_paid_in_time_and_gets_something(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = deal(world.store, minimum=3, form_hours=24, grace_hours=10)
    people = [order("1", 1, buyer="x"), order("2", 1, buyer="y"), order("3", 9, buyer="z")]
    tell(made, OPENS + 28 * HOUR, *people, order("4", 1, OPENS + 26 * HOUR, buyer="late"))
    assert reading.live_of([made])[made.pk].buyers == 2
    monkeypatch.setattr("opsplan.lib.clock.now", lambda: OPENS + 28 * HOUR)
    with pytest.raises(ValidationError):
        dealing.go(made, "reached", world.mia)
    assert over(made).state == "missed"


def test_what_is_signed_stays_also_where_a_cost_is_known_better_afterwards(world: World) -> None:
    made = deal(world.store)
    sell(made, 2)
    over(made)
    settling.sign(made, world.mia)
    Cost.objects.create(product=Product.objects.get(), from_day="2026-10-01", cost_fen=100)
    found = sheets.sheet(made)
    assert (found.account.goods, found.account.profit, found.profit_fen) == (6400, 5112, 5112)  # 2 x (68 - 5.44 - 37)


def test_a_site_is_ranked_by_deals_that_ended_and_were_not_called_off(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the KPIs count them: one that still sells and one that was called off are none."""
    deal(world.store, slot_fen=5000, name="叫停", state="cancelled")
    sells = deal(world.store, slot_fen=5000, state="reached")
    assert not sites.past_of(world.store)
    over(sells)
    assert sites.past_of(world.store)[sells.site_id].profit_fen == -5000
