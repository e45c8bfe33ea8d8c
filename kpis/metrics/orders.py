"""Orders and conversion (domain.md 2.2)."""

from kpis.measures import NO_BRUSHING
from kpis.measures import gettext_noop as _
from kpis.metrics.base import DOWN, MONEY, NEUTRAL, RATIO, ratio, sums

EXACT = _(
    "People are counted once in the period where the orders tell buyers apart; else the platform's days are added up."
)
YEAR = _("Looks back 365 days before the period.")

ORDERS = (
    sums("order_cnt", _("Orders placed"), _("orders made"), "order_cnt", "S115, S117", note=_("Parent orders, paid or not, on the day they were made.")),
    sums("valid_order_cnt", _("Valid orders"), _("orders paid and not fully refunded"), "valid_order_cnt", "S115, S117", plannable=True),
    sums("pay_order_cnt", _("Paid orders"), _("orders paid"), "pay_order_cnt", "S003, S019", note=_("Parent orders, on the day they were paid."), plannable=True),
    sums("brush_cnt", _("Fake orders (deduction)"), _("typed by hand"), "brush_cnt", "S003", better=DOWN, note=NO_BRUSHING),
    sums("real_order_cnt", _("Actual orders"), _("paid orders − fake orders"), "pay_order_cnt - brush_cnt", "S003", plannable=True),
    ratio("daily_orders", _("Orders a day"), _("actual orders ÷ days"), "pay_order_cnt - brush_cnt", "days", "S072, S073, S074", RATIO, plannable=True),
    sums("pay_item_cnt", _("Paid units"), _("units on paid orders"), "pay_item_cnt", "2.2"),
    ratio("order_valid_rate", _("Order validity rate"), _("valid orders ÷ orders placed"), "valid_order_cnt", "order_cnt", "S115, S117"),
    sums("order_buyers", _("People who ordered"), _("people who made an order"), "order_buyers", "2.2", adds="distinct", note=EXACT),
    sums("pay_buyers", _("Buyers"), _("people who paid"), "pay_buyers", "2.2", adds="distinct", note=EXACT),
    sums("new_buyers", _("New buyers"), _("buyers without a payment in the year before"), "new_buyers", "S089", adds="distinct", note=YEAR),
    sums("old_buyers", _("Returning buyers"), _("buyers with a payment in the year before"), "old_buyers", "S090", adds="distinct", note=YEAR),
    ratio("order_cvr", _("Order conversion rate"), _("people who ordered ÷ visitors"), "order_buyers", "uv", "S115, S117"),
    ratio("order_pay_rate", _("Order-to-payment rate"), _("people who ordered and paid ÷ people who ordered"), "order_pay_buyers", "order_buyers", "S115, S117"),
    ratio("pay_cvr", _("Payment conversion rate"), _("buyers ÷ visitors"), "pay_buyers", "uv", "S004, S118", plannable=True),
    ratio("order_uv_cvr", _("Orders per visitor"), _("paid orders ÷ visitors"), "pay_order_cnt", "uv", "S075", plannable=True),
    sums("consult_uv", _("Pre-sale enquirers"), _("people who asked before buying, typed by hand"), "consult_uv", "S007", better=NEUTRAL, adds="distinct"),
    ratio("consult_rate", _("Enquiry rate"), _("pre-sale enquirers ÷ visitors"), "consult_uv", "uv", "S007", better=NEUTRAL),
    ratio("consult_cvr", _("Enquiry conversion rate"), _("enquirers who paid ÷ pre-sale enquirers"), "consult_pay_buyers", "consult_uv", "S007", plannable=True, note=_("Paid the same day or the day after.")),
    sums("gsv_gmv", _("GMV"), _("amount of all orders made"), "order_amt", "S115", MONEY, NEUTRAL, note=_("With unpaid and closed orders; only to compare with platform reports.")),
    sums("pay_amt", _("Paid amount"), _("what buyers paid"), "pay_amt", "S002", MONEY, note=_("Before later refunds, freight included, after discounts (G3)."), plannable=True),
    sums("brush_amt", _("Fake-order sales (deduction)"), _("typed by hand"), "brush_amt", "S002", MONEY, DOWN, note=NO_BRUSHING),
    sums("real_amt", _("Actual sales"), _("paid amount − fake-order sales"), "pay_amt - brush_amt", "S002", MONEY, plannable=True),
    sums("net_amt", _("Net sales"), _("paid amount − refunded amount"), "pay_amt - refund_amt", "2.2", MONEY, note=_("Refunds on the day they succeed; a slow day can be below zero."), plannable=True),
    sums("act_amt", _("Campaign sales"), _("paid amount of products inside a campaign"), "act_amt", "S002", MONEY),
    sums("promo_amt", _("Promoted sales"), _("sales the ad systems claim"), "promo_amt", "S002", MONEY, note=_("The platform's attribution, never guessed from orders.")),
    ratio("act_share", _("Share of campaign sales"), _("campaign sales ÷ actual sales"), "act_amt", "pay_amt - brush_amt", "S002", better=NEUTRAL),
    ratio("promo_share", _("Share of promoted sales"), _("promoted sales ÷ actual sales"), "promo_amt", "pay_amt - brush_amt", "S002", better=NEUTRAL),
    ratio("aov_buyer", _("Average revenue per buyer"), _("paid amount ÷ buyers"), "pay_amt", "pay_buyers", "S003, S115", MONEY, plannable=True),
    ratio("aov_order", _("Average order value"), _("paid amount ÷ paid orders"), "pay_amt", "pay_order_cnt", "S019", MONEY, plannable=True),
    ratio("unit_price", _("Average unit price"), _("paid amount ÷ paid units"), "pay_amt", "pay_item_cnt", "2.2", MONEY, NEUTRAL),
    ratio("items_per_buyer", _("Units per buyer"), _("paid units ÷ buyers"), "pay_item_cnt", "pay_buyers", "2.2", RATIO),
    ratio("upt", _("Units per order"), _("paid units ÷ paid orders"), "pay_item_cnt", "pay_order_cnt", "2.2", RATIO),
    ratio("uv_value", _("Revenue per visitor"), _("paid amount ÷ visitors"), "pay_amt", "uv", "2.2", MONEY),
)  # fmt: skip
