"""Promotion cost and profit (domain.md 2.3)."""

from decimal import Decimal

from kpis.metrics.base import COUNT, DOWN, MONEY, NEUTRAL, RATE, RATIO, UP, Inputs, over, ratio, solved, sums
from kpis.planning import whole_up
from opsplan.lib.text import gettext_noop as _

COST = (
    ("zuanzhan", _("Cost: Zuanzhan"), "S005"),
    ("zhitongche", _("Cost: Zhitongche"), "S005"),
    ("juhuasuan", _("Cost: Juhuasuan"), "S005"),
    ("taobaoke", _("Cost: Taobaoke"), "S005"),
    ("loyal", _("Cost: old-customer promotion"), "S005"),
    ("wanxiangtai", _("Cost: Wanxiangtai and others"), "G19"),
    ("offsite", _("Cost: off-site"), "G19"),
)
MARGIN = "pay_amt refund_amt cost_amt"
FEES = "platform_fee ship_cost pack_cost"
BEFORE_ADS = "pay_amt - refund_amt - cost_amt - platform_fee - ship_cost - pack_cost"
PROFIT = f"{BEFORE_ADS} - promo_cost - overhead_cost - tax_cost"
CAC = f"promo_cost new_buyers pay_order_cnt {MARGIN}"


def gross_rate(x: Inputs) -> Decimal | None:
    return over(x["pay_amt"] - x["refund_amt"] - x["cost_amt"], x["pay_amt"] - x["refund_amt"])


def break_even_roi(x: Inputs) -> Decimal | None:
    rate = gross_rate(x)
    return 1 / rate if rate is not None and rate > 0 else None


def break_even_after_costs(x: Inputs) -> Decimal | None:
    left = x["pay_amt"] - x["refund_amt"] - x["cost_amt"] - x["platform_fee"] - x["ship_cost"] - x["pack_cost"]
    return over(x["pay_amt"], left) if left > 0 else None


def life_time_value_to_cost(x: Inputs) -> Decimal | None:
    value, cost = over(x["year_gross"], x["year_buyers"]), over(x["promo_cost"], x["new_buyers"])
    return None if value is None or cost is None else over(value, cost)


def gross_per_order(x: Inputs) -> Decimal | None:
    return over(x["pay_amt"] - x["refund_amt"] - x["cost_amt"], x["pay_order_cnt"])


def first_order_gain(x: Inputs) -> Decimal | None:
    cost, gain = over(x["promo_cost"], x["new_buyers"]), gross_per_order(x)
    return None if cost is None or gain is None else gain - cost


def orders_to_pay_back(x: Inputs) -> Decimal | None:
    cost, gain = over(x["promo_cost"], x["new_buyers"]), gross_per_order(x)
    return None if cost is None or gain is None or gain <= 0 else whole_up(cost / gain)


PROMOTION = (
    sums("promo_cost", _("Promotion cost"), _("cost of all channels"), "promo_cost", "S005", MONEY, DOWN,
         plannable=True),
    *(sums(f"promo_cost_{key}", label, _("cost of the channel"), f"promo_cost_{key}", source, MONEY, DOWN) for key,
          label, source in COST),
    ratio("cost_ratio", _("Cost-to-sales ratio"), _("promotion cost ÷ actual sales"), "promo_cost",
          "pay_amt - brush_amt", "S005", RATE, DOWN, plannable=True),
    ratio("roi", _("Ad ROI"), _("promoted sales ÷ promotion cost"), "promo_amt", "sales_cost", "S007", RATIO,
          plannable=True,
          note=_("Only channels that report sales: money spent without a sale is 0, sales without cost no figure.")),
    ratio("shop_roi", _("Whole-shop ROI"), _("actual sales ÷ promotion cost"), "pay_amt - brush_amt", "promo_cost",
          "S007", RATIO, plannable=True),
    solved("be_roi", _("Break-even ROI"), _("1 ÷ gross margin"), MARGIN, break_even_roi, "2.3", RATIO, DOWN, "ratio",
           _("No figure without a margin: the shop cannot break even on ads.")),
    solved("be_roi_full", _("Break-even ROI after all costs"),
           _("paid amount ÷ (gross profit − commission − shipping − packing)"), f"{MARGIN} {FEES}",
           break_even_after_costs, "3.6", RATIO, DOWN, "ratio",
           _("What ads must bring once refunds, commission, shipping and packing are paid.")),
    sums("cost_missing_qty", _("Units without a cost"), _("paid units of products without a cost on that day"),
         "cost_missing_qty", "2.3", COUNT, DOWN, note=_("While there are any, gross profit has no figure.")),
    sums("cost_amt", _("Cost of goods sold"), _("units × cost at the day of sale"), "cost_amt", "S117", MONEY, NEUTRAL),
    sums("gross", _("Gross profit"), _("net sales − cost of goods sold"), "pay_amt - refund_amt - cost_amt", "S117",
         MONEY, plannable=True),
    ratio("gross_rate", _("Gross margin"), _("gross profit ÷ net sales"), "pay_amt - refund_amt - cost_amt",
          "pay_amt - refund_amt", "S115, S117", plannable=True),
    sums("contrib", _("Contribution margin"),
         _("gross profit − commission − shipping − packing − promotion cost"), f"{BEFORE_ADS} - promo_cost", "2.3",
         MONEY, plannable=True,
         note=_("Commission comes from the platform's settlement file; without one it is typed by hand, like shipping "
                "and packing.")),
    sums("net_profit", _("Net profit"), _("contribution margin − people, rent and systems − taxes"), PROFIT,
         "S018, S025", MONEY, plannable=True,
         note=_("Overheads and taxes are typed by hand, on the day they belong to.")),
    ratio("net_profit_rate", _("Net profit rate"), _("net profit ÷ net sales"), PROFIT, "pay_amt - refund_amt", "2.3",
          RATE),
    ratio("max_cpc", _("Highest click price that pays"),
          _("(gross profit − commission − shipping − packing) ÷ visitors"), BEFORE_ADS, "uv", "3.6", MONEY, NEUTRAL,
          note=_("Revenue per visitor × contribution rate: a click may cost no more.")),
    solved("gross_per_order", _("Gross profit per order"), _("gross profit ÷ paid orders"), f"{MARGIN} pay_order_cnt",
           gross_per_order, "S086", MONEY, UP, "ratio"),
    ratio("cac", _("Customer acquisition cost"), _("promotion cost ÷ new buyers"), "promo_cost", "new_buyers", "S086",
          MONEY, DOWN,
          note=_("All promotion cost: what was aimed at new buyers is not told apart.")),
    solved("first_order_gain", _("Gain on the first order"), _("gross profit per order − customer acquisition cost"),
           CAC, first_order_gain, "S086", MONEY, UP, "ratio"),
    solved("cac_payback", _("Orders to pay back"), _("customer acquisition cost ÷ gross profit per order, rounded up"),
           CAC, orders_to_pay_back, "S087", COUNT, DOWN, "ratio"),
    ratio("ltv", _("Lifetime value"), _("gross profit of 365 days ÷ buyers of 365 days"), "year_gross", "year_buyers",
          "2.3", MONEY, adds="context", note=_("Over the 365 days up to the period's last day, whatever its length.")),
    solved("ltv_cac", _("Lifetime value to acquisition cost"), _("lifetime value ÷ customer acquisition cost"),
           "year_gross year_buyers promo_cost new_buyers", life_time_value_to_cost, "2.3", RATIO, UP, "context",
           _("Three and more is usually called healthy.")),
)  # fmt: skip
