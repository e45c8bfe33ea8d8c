"""An order of a deal that was typed wrongly, or of which a part goes back: ledger, sums and history follow."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from campaigns.groupbuy import reading, sheets
from campaigns.groupbuy.correcting import correct, refund, strike
from campaigns.groupbuy.dealing import advance, record
from campaigns.groupbuy.planning import Terms, approve, save_deal
from campaigns.groupbuy.result_apply import undo_file
from campaigns.models import DealCorrection, DealFile, DealSale, GroupDeal, Settlement
from opsplan.lib import clock
from staff.services import create_token
from tests.campaigns.groupbuy.deals import BEFORE, CLOSES, HOUR, OPENS, order, site, sku, stock
from tests.world import World

pytestmark = pytest.mark.django_db


class Clock:
    """What time it is."""

    time = BEFORE


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    mine = Clock()
    monkeypatch.setattr(clock, "now", lambda: mine.time)
    return mine


@pytest.fixture
def made(world: World, time: Clock) -> GroupDeal:
    """Two SKUs at 68.00 and 69.00, 600 and 50 of them; 3 and 2 pieces of the first were sold."""
    planned = GroupDeal(store=world.store, name="面膜团", site=site(world.store), opens_at=OPENS, closes_at=CLOSES)
    lines = {sku(world.store, 1000): Terms(6800, 600), sku(world.store, 50, "B"): Terms(6900, 50)}
    found = approve(save_deal(planned, lines, None), world.alice)
    time.time = OPENS + 2 * HOUR
    record(found, [order("1", 3, buyer="甲"), order("2", 2, buyer="乙")])
    return found


def the(key: str) -> int:
    return DealSale.objects.get(key=key).pk


def held(made: GroupDeal) -> list[tuple[int, int]]:
    """Held and waiting to be shipped, of both SKUs."""
    return [stock(x.sku) for x in made.lines.order_by("sku__code")]


def sold(made: GroupDeal) -> tuple[int, int]:
    live = reading.live_of([made])[made.pk]
    return live.sold, live.sold_fen


def test_pieces_and_money_are_corrected_down_and_up_with_who_and_why(world: World, made: GroupDeal) -> None:
    assert (held(made)[0], sold(made)) == ((595, 5), (5, 34_000))
    done = correct(made, the("1"), {"units": 2, "paid_fen": 13_600}, "多输了一件", world.bob)
    assert (held(made)[0], sold(made), len(done.days)) == ((596, 4), (4, 27_200), 1)
    correct(made, the("1"), {"units": 6, "paid_fen": 40_000, "key": "1x"}, "看错了单", world.mia)
    assert (held(made)[0], sold(made)) == ((592, 8), (8, 53_600))
    told = [(x.key, x.by.username, x.why, x.before, x.after) for x in DealCorrection.objects.all()]
    assert told == [
        ("1", "mia", "看错了单", {"key": "1", "units": 2, "paid_fen": 13_600},
         {"key": "1x", "units": 6, "paid_fen": 40_000}),
        ("1", "bob", "多输了一件", {"units": 3, "paid_fen": 20_400}, {"units": 2, "paid_fen": 13_600}),
    ]  # fmt: skip
    assert not correct(made, the("1x"), {"units": 6}, "再存一次", world.mia).days
    assert DealCorrection.objects.count() == 2


def test_an_order_of_the_wrong_sku_leaves_the_one_and_takes_the_other(world: World, made: GroupDeal) -> None:
    correct(made, the("1"), {"sku": "B", "paid_fen": 20_700}, "选错规格", world.bob)
    assert (held(made), sold(made)) == ([(598, 2), (47, 3)], (5, 34_300))


def test_a_part_goes_back_by_pieces_or_by_money_and_the_sums_stay_exact(
    world: World, made: GroupDeal, time: Clock
) -> None:
    time.time = CLOSES
    advance(made)
    refund(made, the("1"), "漏发", world.bob, before=1)
    refund(made, the("1"), "破损退回", world.bob, after=1)
    refund(made, the("2"), "外盒污渍，补差价", world.bob, back_fen=501)
    account = sheets.sheet(GroupDeal.objects.get(pk=made.pk)).account
    assert (account.sales, account.refund_before, account.refund_after, account.net) == (34_000, 6_800, 7_301, 19_899)
    assert (account.refunded, sold(made)) == (2, (3, 19_899))
    for wrong in ({"back_fen": 13_100}, {"before": 3}, {}):
        with pytest.raises(ValidationError):
            refund(made, the("2"), "再退", world.bob, **wrong)
    correct(made, the("2"), {"refunded_after": 2, "back_fen": 0}, "整单退", world.bob)
    assert sheets.sheet(GroupDeal.objects.get(pk=made.pk)).account.net == 6_800


def test_what_never_was_is_struck_out_and_its_history_stays(world: World, made: GroupDeal) -> None:
    strike(made, the("2"), "录到别的团里了", world.bob)
    assert (held(made)[0], sold(made), made.sales.count()) == ((597, 3), (3, 20_400), 1)
    [told] = made.corrections.all()
    assert (told.sale, told.key, told.before["units"], told.after) == (None, "2", 2, {})


def test_what_cannot_be_true_is_refused_and_so_is_a_settled_deal(world: World, made: GroupDeal) -> None:
    record(made, [order("3", 2, before=1)])
    wrong: list[dict[str, Any]] = [
        {"units": 0}, {"sku": "C"}, {"key": "1"}, {"at": BEFORE}, {"refunded_after": 2}, {"redeemed": 1},
        {"back_fen": 6_801},
    ]  # fmt: skip
    for one in wrong:
        with pytest.raises(ValidationError):
            correct(made, the("3"), one, "改", world.bob)
    with pytest.raises(ValidationError):
        correct(made, the("3"), {"units": 3}, "  ", world.bob)
    Settlement.objects.create(deal=made, made_at=clock.now(), signed_at=clock.now())
    with pytest.raises(ValidationError):
        correct(made, the("3"), {"units": 3}, "改", world.bob)
    assert not DealCorrection.objects.exists()


def test_a_file_that_is_taken_back_leaves_corrected_orders_alone(world: World, made: GroupDeal) -> None:
    file = DealFile.objects.create(
        store=world.store, name="a.csv", purpose="sales", state="applied", created_at=clock.now(),
        applied_at=clock.now(), changes=[["sale", the(key), "", None, [0, 0, 0]] for key in ("1", "2")],
    )  # fmt: skip
    correct(made, the("1"), {"units": 2, "paid_fen": 13_600}, "多输了一件", world.bob)
    assert undo_file(file, world.bob) == 1
    assert (list(made.sales.values_list("key", "units")), held(made)[0]) == ([("1", 2)], (598, 2))


def test_the_page_corrects_refunds_and_tells_the_history(world: World, made: GroupDeal, client: Client) -> None:
    client.force_login(world.bob)
    page, do = (reverse(name, args=["lotus", made.pk, the("1")]) for name in ("deal_order", "deal_order_do"))
    typed = client.get(page).context["typed"]
    assert (typed["units"], typed["paid_fen"], typed["sku"]) == ("3", "204.00", "A")
    told = dict(typed) | {"do": "correct", "at_was": typed["at"], "units": "1", "paid_fen": "￥68"}
    assert client.post(do, told).status_code == 422  # no reason
    assert client.post(do, told | {"reason": "只买了一件"}).status_code == 302
    assert client.post(do, {"do": "refund", "money": "0.5", "reason": "补差价"}).status_code == 302
    shown = client.get(page)
    assert [len(changes) for _x, changes in shown.context["history"]] == [1, 2]
    sale = DealSale.objects.get(key="1")
    assert (sale.units, sale.paid_fen, sale.back_fen, sale.at) == (1, 6_800, 50, OPENS + HOUR)
    assert client.post(do, {"do": "strike", "reason": "不是我们的"}).status_code == 302
    assert "不是我们的" in client.get(reverse("deal_results", args=["lotus", made.pk])).content.decode()


def test_rest_and_the_command_correct_too(
    world: World, made: GroupDeal, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = create_token(world.bob, "key", "write", [world.store])[1]
    api = Client(headers={"authorization": f"Bearer {key}"})
    at = f"/api/v1/stores/lotus/deals/{made.pk}/sales/{the('1')}"
    answer = api.patch(at, {"units": 2, "paid": "136.00"}, "application/json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "reason")
    answer = api.patch(at, {"units": 2, "paid": "136.00", "reason": "多输了一件"}, "application/json")
    assert (answer.status_code, answer.json()["units"], len(answer.json()["corrections"])) == (200, 2, 1)
    answer = api.post(at, {"given_back": "5.00", "reason": "补差价"}, "application/json")
    assert (answer.json()["given_back"], answer.json()["corrections"][0]["after"]) == ("5.00", {"given_back": "5.00"})
    call_command("deals", "lotus", correct=[str(made.pk), "2", "units=1", "paid=68"], reason="录错", by="mia")
    assert sold(made) == (3, 13_100 + 6_800)
    with pytest.raises(CommandError):
        call_command("deals", "lotus", correct=[str(made.pk), "2", "units=1000001"], reason="录错")
    told: list[tuple[Any, ...]] = []
    monkeypatch.setattr("campaigns.api.corrections.figures_changed", lambda *days: told.append(days))
    time.time = OPENS + 30 * HOUR  # the next day
    moved = {"key": "1y", "sku": "B", "paid": "100", "at": "2026-12-01T10:30", "buyer": "丙", "refunded_before": None}
    for _again in range(2):  # the second time nothing is otherwise
        answer = api.patch(at, {**moved, "reason": "另一个人"}, "application/json")
        assert (answer.status_code, told) == (200, [(world.store, dt.date(2026, 12, 1), dt.date(2026, 12, 2))])
    assert [answer.json()[x] for x in ("key", "sku", "paid", "at")] == ["1y", "B", "100.00", "2026-12-01T02:30:00Z"]
    assert answer.json()["corrections"][0]["before"] == {
        "key": "1", "sku": "A", "paid": "136.00", "at": "2026-12-01T01:00:00Z",
    }  # fmt: skip
    correct(made, the("1y"), {"key": "1"}, "没写是谁", None)
    assert api.get(at).json()["corrections"][0]["by"] is None
    answer = api.post(at, {"refunded_before": 1, "reason": "漏发"}, "application/json")
    assert [answer.json()[x] for x in ("refunded_before", "refunded_after", "given_back")] == [1, 0, "5.00"]
    answer = api.post(
        at.replace(str(the("1")), str(the("2"))), {"refunded_after": 1, "reason": "破损"}, "application/json"
    )
    assert [answer.json()[x] for x in ("refunded_before", "refunded_after", "given_back")] == [0, 1, "0.00"]
    for wrong, field in (({"at": ""}, "at"), ({"key": None}, ""), ({"units": None}, ""), ({"paid": "x"}, "paid")):
        answer = api.patch(at, {**wrong, "reason": "改"}, "application/json")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    unnamed = {"key": "9", "sku": "A", "units": 1, "paid": "68", "buyer": None}
    answer = api.post(f"/api/v1/stores/lotus/deals/{made.pk}/sales", {"sales": [unnamed]}, "application/json")
    assert (answer.json()["new"], DealSale.objects.get(key="9").buyer) == (["9"], "")
    other, why = f"/api/v1/stores/lotus/deals/{made.pk}/sales/1", {"reason": "x", "refunded_before": 1}
    asked = [api.patch(other, why, "application/json"), api.post(other, why, "application/json")]
    assert [x.status_code for x in (*asked, api.delete(f"{other}?reason=x"))] == [404] * 3
    assert api.delete(f"{at}?reason=x").status_code == 204
    assert api.get(at).status_code == 404
