"""What REST answers about group deals and their orders."""

from campaigns.groupbuy.states import State
from campaigns.models import DealSale
from opsplan import shapes
from opsplan.paging import pages

PIECES = shapes.whole("Pieces.")
STATE = shapes.one_of(State)
WHO = shapes.or_null(shapes.text("User name; null: the program."))
ROW = {
    "id": shapes.whole(),
    "name": shapes.text(),
    "site": shapes.text("Its name."),
    "state": STATE,
    "opens_at": shapes.instant(),
    "closes_at": shapes.instant(),
    "decided_at": shapes.instant("When it is decided whether it stands."),
    "minimum": shapes.whole("Buyers it needs; 0: none."),
    "limit": shapes.or_null(shapes.whole("Pieces a buyer may have; null: any number.")),
    "is_voucher": shapes.yes("Vouchers are sold."),
    "valid_until": shapes.or_null(shapes.instant("Of vouchers.")),
    "priority": shapes.whole("Of two deals that want the same stock the higher one has it."),
    "rate": shapes.number("Commission, a fraction; a line may have its own."),
    "quota": shapes.whole("Pieces to sell."),
    "sold": shapes.whole("Pieces, refunded ones left out."),
    "held": shapes.whole("Pieces that are paid and not counted yet."),
    "remaining": shapes.whole("Pieces that may still be sold."),
    "short": shapes.whole("Pieces that are paid, with no stock left: to be refunded."),
    "orders": shapes.whole(),
    "buyers": shapes.whole("Those who count for the group."),
    "refunded_before": shapes.whole("Pieces refunded before shipping."),
    "refunded_after": shapes.whole("Pieces refunded after shipping."),
    "sold_amount": shapes.yuan("What was sold is worth."),
    "sell_through": shapes.or_null(shapes.number("Sold as a fraction of the quota.")),
}
DEALS = pages(shapes.thing("DealRow", ROW))
LINE = shapes.thing(
    "DealLine",
    {
        "sku": shapes.text("Its code."),
        "price": shapes.yuan("A piece; with tiers that of the first."),
        "quota": PIECES,
        "rate": shapes.or_null(shapes.number("Commission of its own, a fraction; null: that of the deal.")),
        "tiers": shapes.many(
            shapes.thing("DealTier", {"from": shapes.whole("Pieces sold."), "price": shapes.yuan("A piece.")}),
            "Lower prices from so many pieces on; all pay that of the tier reached.",
        ),
        "sold": PIECES,
        "held": PIECES,
        "remaining": PIECES,
    },
)
GUARD = shapes.thing(
    "DealGuard",
    {
        "sku": shapes.text("Its code."),
        "price": shapes.yuan("A piece."),
        "reaches": shapes.yuan("The lowest a piece can be bought for, with all else the shop gives then."),
        "lowest_allowed": shapes.yuan("0.00: nothing to hold it against."),
        "is_blocked": shapes.yes("It may not be sold at that price."),
        "rules": shapes.many(shapes.text(), "Keys of the rules it breaks."),
    },
)
DID = shapes.thing(
    "DealMoveEffect",
    {},
    "What it did; what is left out is none.",
    maybe={
        "held": shapes.whole("Pieces held in stock."),
        "taken": shapes.whole("Pieces taken off as sold."),
        "called_off": shapes.whole("Pieces sold before that are not any more."),
        "released": shapes.whole("Pieces let go."),
        "short": shapes.whole("Pieces with no stock left."),
        "refunds": shapes.whole("Orders refunded."),
        "refund_units": shapes.whole("Their pieces."),
        "refund_amount": shapes.yuan("Their money."),
    },
)
STEP = shapes.thing(
    "DealMove",
    {
        "from": STATE,
        "to": STATE,
        "at": shapes.instant(),
        "by": WHO,
        "reason": shapes.text("May be empty."),
        "effect": DID,
    },
)
DEAL = shapes.thing(
    "Deal",
    ROW
    | {
        "lines": shapes.many(LINE),
        "guard": shapes.many(GUARD, "What speaks against the prices, line by line."),
        "life": shapes.many(STEP, "The steps it has taken."),
        "moves": shapes.many(STATE, "The states a person may take it to now."),
    },
)
GIVEN_BACK = shapes.yuan("Given back without a piece.")
OF_SALE = {
    "id": shapes.whole(),
    "key": shapes.text("The number of the order or voucher."),
    "sku": shapes.text("Its code."),
    "units": PIECES,
    "paid": shapes.yuan("In all."),
    "at": shapes.instant("When it was paid."),
    "state": shapes.one_of(DealSale.State.values),
    "refunded_before": shapes.whole("Pieces refunded before shipping."),
    "refunded_after": shapes.whole("Pieces refunded after shipping."),
    "redeemed": shapes.whole("Vouchers redeemed."),
    "given_back": GIVEN_BACK,
    "short": shapes.whole("Pieces with no stock left: to be refunded."),
}
SALES = pages(shapes.thing("DealSaleRow", OF_SALE))
NUMBERS = shapes.many(shapes.text(), "Numbers of orders or vouchers.")
RECORDED = shapes.thing(
    "DealSalesRecorded",
    {
        "new": NUMBERS,
        "changed": NUMBERS,
        "same": NUMBERS,
        "short": shapes.many(shapes.text(), "Those there is no stock for: they have to be refunded."),
        "over_limit": shapes.many(shapes.text(), "Those with more pieces than a buyer may have."),
        "remaining": shapes.whole("Pieces that may still be sold."),
    },
)
STOOD = shapes.thing(
    "DealSaleValues",
    {},
    "The fields that changed; none where it was struck out.",
    maybe={
        "key": OF_SALE["key"],
        "sku": OF_SALE["sku"],
        "units": PIECES,
        "paid": OF_SALE["paid"],
        "at": OF_SALE["at"],
        "refunded_before": OF_SALE["refunded_before"],
        "refunded_after": OF_SALE["refunded_after"],
        "redeemed": OF_SALE["redeemed"],
        "given_back": GIVEN_BACK,
    },
)
SALE = shapes.thing(
    "DealSale",
    OF_SALE
    | {
        "corrections": shapes.many(
            shapes.thing(
                "DealSaleCorrection",
                {
                    "at": shapes.instant(),
                    "by": WHO,
                    "reason": shapes.text(),
                    "before": STOOD,
                    "after": STOOD,
                },
            ),
            "The latest first.",
        )
    },
)
