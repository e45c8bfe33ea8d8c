"""Goods (domain.md 2.5)."""

from decimal import Decimal

from kpis.metrics.base import COUNT, DOWN, MONEY, NEUTRAL, RATIO, UP, Inputs, Unit, over, ratio, solved, sums
from opsplan.lib.text import gettext_noop as _

LEDGER = _("From the stock ledger at the end of each day; typed by hand where none is kept.")
STOCK = _(
    "Stock is that of the ledger, or typed by hand; its mean is that of the previous period's end and this one's."
)
DEAD = _(
    "On sale, in stock, and neither listed nor sold within 30 days: from the stock ledger; typed by hand where none is "
    "kept."
)
NEW = _("Typed by hand, or from a sheet of figures.")


def mean_stock(x: Inputs) -> Decimal:
    return (x["previous_stock_amt"] + x["stock_amt"]) / 2


def stock_turn(x: Inputs) -> Decimal | None:
    return over(x["cost_amt"], mean_stock(x))


def turn_days(x: Inputs) -> Decimal | None:
    return over(x["days"] * mean_stock(x), x["cost_amt"])


GOODS = (
    sums("sold_items", _("Products sold"), _("products with a paid unit in the period"), "sold_items", "S002",
         adds="distinct"),
    sums("items_on_sale", _("Items on sale"), _("items on sale at the end of the period"), "items_on_sale", "S002",
         better=NEUTRAL, adds="snapshot",
         note=_("Typed by hand, else the items of the platform's item report of that day.")),
    ratio("sell_through_items", _("Active-product rate"), _("products sold ÷ items on sale"), "sold_items",
          "items_on_sale", "S002", plannable=True,
          note=_("Can be more than 1 when products that sold were delisted. Usually read over 30 days.")),
    sums("dead_items", _("Slow-moving items"), _("items without a sale in 30 days"), "dead_items", "S021", better=DOWN,
         adds="snapshot", note=DEAD),
    ratio("dead_rate", _("Share of slow-moving items"), _("items without a sale in 30 days ÷ items on sale"),
          "dead_items", "items_on_sale", "S021", better=DOWN, note=DEAD),
    sums("stock_amt", _("Stock at cost"), _("stock at the end of the period, at cost"), "stock_amt", "S022",
         MONEY, NEUTRAL, "snapshot", target="level",
         note=_("From the stock ledger at the end of each day, while every product in stock has a cost; typed by hand "
                "where no ledger is kept.")),
    sums("stock_qty", _("Units in stock"), _("units to be had at the end of the period"), "stock_qty", "S022",
         better=NEUTRAL, adds="snapshot", note=LEDGER),
    solved("stock_turn", _("Stock turnover"), _("cost of goods sold ÷ mean stock at cost"),
           "cost_amt previous_stock_amt stock_amt", stock_turn, "2.5", RATIO, UP, "ratio", STOCK),
    solved("turn_days", _("Days to turn the stock over"), _("days ÷ stock turnover"),
           "cost_amt previous_stock_amt stock_amt days", turn_days, "2.5", Unit.DAYS, DOWN, "ratio", STOCK),
    ratio("days_cover", _("Days of cover"), _("units in stock ÷ units a day over the last 28 days"), "stock_qty",
          "recent_daily_units", "2.5", Unit.DAYS, NEUTRAL, adds="context",
          note=_("No figure without a sale in 28 days: that is slow-moving stock.")),
    ratio("sold_rate", _("Sell-through rate"), _("(units sold − returned to stock) ÷ (opening stock + units received)"),
          "pay_item_cnt - restocked_qty", "previous_stock_qty + received_qty", "2.5",
          note=_("Opening stock is the last known of the previous period. Stock, receipts and returns come from the "
                 "stock ledger, or are typed by hand.")),
    ratio("oos_rate", _("Out-of-stock rate"), _("items out of stock ÷ items on sale"), "oos_items", "items_on_sale",
          "2.5", better=DOWN, note=LEDGER),
    ratio("new_item_sell", _("Active rate of new items"),
          _("new items with a sale ÷ items first listed in the last 30 days"), "new_items_sold", "new_items", "2.5",
          note=NEW),
    sums("a_items", _("A products"), _("fewest products that make 80 % of the paid amount"), "a_items", "S065", COUNT,
         NEUTRAL, "distinct", _("Up to and including the product that crosses 80 %.")),
    ratio("abc_share", _("Share of A products"), _("A products ÷ products sold"), "a_items", "sold_items", "S065",
          better=NEUTRAL, note=_("The 80/20 rule expects about a fifth.")),
    ratio("item_uv_share", _("Share of item visitors"), _("visitors of item pages ÷ visitors"), "item_uv", "uv", "2.5",
          better=NEUTRAL,
          note=_("Added up over items: a visitor of two items counts twice, so it can be more than 1.")),
)  # fmt: skip
