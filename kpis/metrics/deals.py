"""Group-buy deals (domain.md 3.7), counted on the local day a deal closes."""

from kpis.metrics.base import COUNT, DOWN, MONEY, NEUTRAL, ratio, sums
from opsplan.lib.text import gettext_noop as _

CLOSES = _("Counted on the day a deal closes; worked out from the deals, or typed by hand.")

DEALS = (
    ratio("deal_sold_rate", _("Sell-through of deals"), _("pieces sold and not refunded ÷ quota"), "deal_sold_qty",
          "deal_quota", "3.7", plannable=True, note=CLOSES),
    ratio("deal_formed_rate", _("Deals that reached their group"),
          _("deals that found enough buyers ÷ deals that needed them"), "deal_formed_cnt", "deal_decided_cnt", "3.7",
          plannable=True, note=_("Counted on the day by which the buyers had to be found.")),
    sums("deal_cnt", _("Deals that ended"), _("deals that closed and were not called off"), "deal_cnt", "3.7", COUNT,
         plannable=True, note=_("Also those that found too few buyers. Counted on the day a deal closes.")),
    sums("deal_sold_qty", _("Pieces sold in deals"), _("pieces sold and not refunded, of deals"), "deal_sold_qty",
         "3.7", COUNT, plannable=True, note=CLOSES),
    sums("deal_gross_amt", _("Paid amount of deals"), _("what buyers paid in deals, before refunds"),
         "deal_gross_amt", "3.7", MONEY, plannable=True, note=CLOSES),
    sums("deal_refund_amt", _("Refunds of deals"), _("paid − net sales of deals"), "deal_gross_amt - deal_net_amt",
         "3.7", MONEY, DOWN, note=_("With what is given back without a piece. Counted on the day a deal closes.")),
    sums("deal_net_amt", _("Net sales of deals"), _("paid − refunded of deals"), "deal_net_amt", "S063", MONEY,
         plannable=True, note=CLOSES),
    sums("deal_commission", _("Commission of deals"), _("rate × net sales of the deal, or the least commission"),
         "deal_commission", "3.7", MONEY, NEUTRAL,
         note=_("What the site and its group leaders keep, as agreed for the deal. Counted on the day a deal closes.")),
    sums("deal_profit", _("Profit of deals"),
         _("net sales − commission − slot fee − goods − packing − freight − gifts − returns of deals"),
         "deal_profit", "S096",
         MONEY, plannable=True, note=_("As signed; before that as the settlement stands.")),
    ratio("deal_refund_rate", _("Refund rate of deals"), _("pieces refunded ÷ pieces paid, of deals"), "deal_back_qty",
          "deal_paid_qty", "3.7", better=DOWN, note=CLOSES),
    sums("deal_new_buyers", _("New buyers from deals"), _("buyers of deals who had not bought before"),
         "deal_new_buyers", "S096", COUNT, adds="distinct", plannable=True,
         note=_("As the site says, else by our own orders of a year; each counts once a deal, on the day of paying, "
                "also where it was refunded later.")),
)  # fmt: skip
