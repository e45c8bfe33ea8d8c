"""Files of deals: understood, shown, applied, taken back; and the sheet that names what differs."""

import io
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from campaigns.groupbuy import result_apply, result_files, settling, sheets
from campaigns.groupbuy.result_files import Understood
from campaigns.models import DealClaim, DealFile, DealSale, GroupDeal
from products.models import SKU, StockItem
from tests.campaigns.groupbuy.shop import deal, over, sell
from tests.world import World

DOUYIN = "订单号,核销时间,张数,订单实收金额,软件服务费,达人服务费,用户手机号\n"


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-20")


def read(world: World, made: GroupDeal | None, text: str, purpose: str = "sales") -> DealFile:
    body = io.BytesIO(text.encode("gb18030"))
    return result_files.read_file(world.store, body, "a.csv", purpose=purpose, deal=made, by=world.bob)


def test_a_deal_sheet_is_recorded_and_taken_back(world: World) -> None:
    made = deal(world.store)
    text = "订单号,件数,实付金额,付款时间,退款金额\n1001,2,136,2026-11-02 10:00:00,\n1002,1,68,2026-11-02 11:00:00,68\n"
    file = read(world, made, text)
    assert [x.what for x in Understood(file).changes] == ["new", "new"]
    assert result_apply.apply_file(file, world.bob) == (2, 0)
    assert list(made.sales.values_list("key", "units", "refunded_before", "taken")) == [
        ("1001", 2, 0, 2),
        ("1002", 1, 1, 0),
    ]
    assert StockItem.objects.get().due == 2
    assert result_apply.undo_file(DealFile.objects.get()) == 0
    assert not made.sales.exists()
    assert (StockItem.objects.get().due, DealFile.objects.get().state) == (0, "undone")


def test_the_same_sheet_again_changes_nothing(world: World) -> None:
    made = deal(world.store)
    text = "订单号,件数,实付金额,付款时间\n1001,2,136,2026-11-02 10:00:00\n"
    result_apply.apply_file(read(world, made, text), world.bob)
    again = read(world, made, text)
    assert [x.what for x in Understood(again).changes] == ["same"]
    assert result_apply.apply_file(again, world.bob) == (0, 0)


def test_another_sku_and_too_many_refunds_are_told_at_their_own_column(world: World) -> None:
    made, at = deal(world.store), "2026-11-02 10:00:00"
    other = SKU.objects.create(store=world.store, product=made.lines.get().sku.product, code="OTHER")
    head = "订单号,SKU编码,件数,实付金额,付款时间,发货前退款件数,退款金额\n"
    rows = f"1,{other.code},1,68,{at},,\n2,site-77,1,68,{at},3,\n3,site-77,1,68,{at},,\n"
    found = Understood(read(world, made, head + rows))
    assert found.problems == [(2, "SKU编码", "OTHER", "foreign"), (3, "发货前退款件数", "3", "refund")]
    assert [x.key for x in found.changes] == ["3"]


def test_every_line_that_is_wrong_is_named_and_stays_out(world: World) -> None:
    made = deal(world.store)
    at = "2026-11-02 10:00:00"
    rows = f"1,1,abc,{at}\n2,0,68,{at}\n,1,68,{at}\n4,1,68,2026-10-01 10:00:00\n5,1,68,\n"
    told = Understood(read(world, made, "订单号,件数,实付金额,付款时间\n" + rows))
    assert [(line, code) for line, _column, _value, code in told.problems] == [
        (2, "money"), (3, "units"), (4, "keyless"), (5, "early"), (6, "timeless"),
    ]  # fmt: skip
    assert told.changes == []


def test_a_header_nobody_knows_is_explained_once(world: World) -> None:
    made = deal(world.store)
    text = "编号,钱,何时\n77,68,2026-11-02 10:00:00\n"
    file = read(world, made, text)
    assert result_files.needs_columns(file) == ["key", "paid"]
    result_files.set_columns(file, {"key": 0, "paid": 1, "at": 2})
    result_apply.apply_file(file, world.bob)
    assert made.sales.get().paid_fen == 6800
    assert result_files.needs_columns(read(world, made, text.replace("77", "78"))) == []


def test_no_phone_number_is_kept(world: World) -> None:
    made = deal(world.store)
    file = read(world, made, DOUYIN + "1,2026-11-02 10:00:00,1,68,5.44,0,13800138000\n", "claims")
    assert "13800138000" not in str(DealFile.objects.filter(pk=file.pk).values())


def test_meituans_detail_counts_only_what_was_redeemed(world: World) -> None:
    made = deal(world.store)
    text = "券码,张数,应付金额,技术服务费,结算方式,时间\n1,1,62.56,-5.44,消费结算,2026-11-02 10:00\n"
    text += "2,1,62.56,5.44,退款结算,2026-11-02 10:00\n"
    result_apply.apply_file(read(world, made, text, "claims"), world.bob)
    claim = DealClaim.objects.get()
    assert (claim.sales_fen, claim.commission_fen, claim.payout_fen) == (6800, 544, 6256)


def test_three_planted_differences_are_all_named(world: World) -> None:
    """Ten orders, one refunded. Douyin's file leaves order 3 out, has not booked order 7's refund, and takes a fee
    of 20.00 for an influencer off order 5."""
    made = deal(world.store)
    sell(made, 10, back=(7,))
    made = over(made)
    rows = "".join(f"{n},2026-11-02 10:00:00,1,68,5.44,{20 if n == 5 else 0},\n" for n in range(10) if n != 3)
    result_apply.apply_file(read(world, made, DOUYIN + rows, "claims"), world.bob)
    told = sheets.sheet(made)
    assert {x.cause: (x.ours_fen, x.keys) for x in told.causes} == {
        "d_missing": (-6800, ("3",)), "d_refunds": (6800, ("7",)), "d_fee": (-2000, ()),
    }  # fmt: skip
    assert (told.receivable_fen, told.site_fen) == (61_200 - 4_896, 61_200 - 4_896 - 2_000)
    assert sum(x.ours_fen for x in told.causes) == told.difference_fen
    assert "达人服务费" in told.causes[-1].note


def test_the_sheet_follows_the_case_as_written(world: World) -> None:
    """T-42 in small: 20 sold, one refunded before, one after shipping, whose way back the shop pays."""
    made = deal(world.store, quota=20)
    sell(made, 20, back=(0,), after=(1,))
    told = sheets.sheet(over(made))
    net = 18 * 6800
    commission = net * 8 // 100
    assert (told.account.net, told.account.commission) == (net, commission)
    assert told.profit_fen == net - commission - 18 * 3200 - 19 * 500 - 600


def test_packing_is_paid_for_every_piece_that_was_shipped(world: World) -> None:
    made = deal(world.store, quota=20, packing_fen=50)
    sell(made, 20, back=(0,), after=(1,))
    told = sheets.sheet(over(made))
    assert [x.ours_fen for x in told.costs if x.cause == "packaging"] == [-19 * 50]
    assert told.profit_fen == 18 * 6800 - 18 * 544 - 18 * 3200 - 19 * 550 - 600


def test_a_missed_deal_settles_to_nothing(world: World) -> None:
    """T-47: 20 buyers are needed, 17 come."""
    made = deal(world.store, quota=20, minimum=20, guarantee_fen=300_000)
    sell(made, 17)
    made = over(made)
    told = sheets.sheet(made)
    assert (made.state, told.account.sold, told.receivable_fen, told.profit_fen) == ("missed", 0, 0, 0)


def test_signing_keeps_the_sheet_and_says_what_is_due_when(world: World) -> None:
    made = deal(world.store, instalments=[[3000, 0], [4000, 15], [3000, 45]])
    sell(made, 10)
    made = over(made)
    settling.sign(made, world.mia)
    due = list(made.settlement.instalments.values_list("due_fen", "due_on"))
    assert [(fen, str(day)) for fen, day in due] == [
        (18_768, "2026-11-06"), (25_024, "2026-11-21"), (18_768, "2026-12-21"),
    ]  # fmt: skip
    DealSale.objects.filter(deal=made).update(refunded_after=1)
    kept = sheets.sheet(made)
    assert (kept.receivable_fen, kept.is_signed) == (62_560, True)
    assert [x.ours_fen for x in kept.lines if x.cause == "sales"] == [68_000]


def test_a_difference_is_signed_only_with_a_word_about_it(world: World) -> None:
    made = deal(world.store)
    sell(made, 2)
    made = over(made)
    settling.set_figures(made, 12_000, {}, {}, "")
    with translation.override("en"), pytest.raises(ValidationError, match="another figure"):
        settling.sign(made, world.mia)
    settling.set_figures(made, 12_000, {}, {"freight": 900}, "agreed by phone")
    assert settling.sign(made, world.mia).profit_fen == 13_600 - 1_088 - 6_400 - 900
    with pytest.raises(ValidationError):
        settling.set_figures(made, 1, {}, {}, "")


def test_vouchers_count_when_they_are_redeemed(world: World) -> None:
    made = deal(world.store, is_voucher=True)
    at = "2026-11-02 10:00:00"
    text = f"券码,件数,实付金额,付款时间,核销时间\n1,1,68,{at},\n2,1,68,{at},2026-11-03 10:00:00\n"
    result_apply.apply_file(read(world, made, text), world.bob)
    assert sheets.sheet(made).account.sold == 1
    assert sheets.sheet(made).account.refund_rate == Decimal(0)
