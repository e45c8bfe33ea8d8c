"""What holds, purchase orders and price checks look like over REST."""

from opsplan import shapes
from products.models import PurchaseOrder
from products.prices import RULES

HOLD = shapes.thing(
    "StockHold",
    {
        "id": shapes.whole(),
        "sku": shapes.text("Its code."),
        "reference": shapes.text("What the units are for."),
        "units": shapes.whole("Held in all."),
        "taken": shapes.whole("Units of them that were sold."),
        "released": shapes.whole("Units of them that may be promised again."),
        "left": shapes.whole("Units still held."),
        "until": shapes.or_null(shapes.instant("When it lapses; null: when somebody lets go.")),
        "closed_at": shapes.or_null(shapes.instant("Since when nothing is left.")),
    },
)
ORDER_FIELDS = {
    "id": shapes.whole(),
    "number": shapes.text("Of the order."),
    "supplier": shapes.or_null(shapes.text("Its name.")),
    "place": shapes.text("Where the goods go."),
    "ordered_on": shapes.day(),
    "due_on": shapes.day(),
    "state": shapes.one_of(PurchaseOrder.State.values),
    "lines": shapes.many(
        shapes.thing(
            "PurchaseLine",
            {
                "line": shapes.whole("Its number, to tell what came."),
                "sku": shapes.text("Its code."),
                "ordered": shapes.whole("Units."),
                "received": shapes.whole("Units."),
                "cost": shapes.or_null(shapes.yuan("Of a unit.")),
            },
        )
    ),
}
ORDER = shapes.thing("PurchaseOrder", ORDER_FIELDS)
ONE_ORDER = shapes.thing(
    "PurchaseOrderWithDeliveries",
    ORDER_FIELDS
    | {
        "deliveries": shapes.many(
            shapes.thing(
                "Delivery",
                {
                    "id": shapes.whole("To take it back."),
                    "sku": shapes.text("Its code."),
                    "units": shapes.whole(),
                    "at": shapes.instant(),
                    "by": shapes.or_null(shapes.text("User name.")),
                    "reason": shapes.text(),
                },
            )
        )
    },
)
FRACTION = shapes.number("A fraction.")
CHECKED = shapes.thing(
    "PriceCheck",
    {
        "findings": shapes.many(
            shapes.thing(
                "PriceFinding",
                {
                    "rule": shapes.one_of(RULES),
                    "severity": shapes.one_of(["block", "warn"]),
                    "text": shapes.text("What speaks against the price, in the language asked for."),
                    "numbers": shapes.thing(
                        "PriceFindingNumbers",
                        {},
                        "Those of the sentence.",
                        maybe={
                            "price": shapes.yuan(),
                            "list": shapes.yuan(),
                            "floor": shapes.yuan(),
                            "base": shapes.yuan("What the law lets a price be struck through."),
                            "lowest": shapes.yuan("The lowest that was paid."),
                            "most": shapes.yuan("The most that the event takes, or that was paid."),
                            "low": shapes.yuan("The list price before it was raised."),
                            "share": FRACTION,
                            "rate": FRACTION,
                            "rise": FRACTION,
                            "factor": FRACTION,
                            "days": shapes.whole("How far back was looked."),
                            "since": shapes.or_null(shapes.day("The last on which it was sold.")),
                        },
                    ),
                },
            )
        ),
        "lowest": shapes.or_null(shapes.yuan("The lowest price that fits; null: no bound.")),
        "highest": shapes.or_null(shapes.yuan("The highest price that fits; null: no bound.")),
    },
)
