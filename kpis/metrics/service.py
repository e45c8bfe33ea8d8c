"""Service, refunds, ratings (domain.md 2.6)."""

from kpis.metrics.base import DOWN, MONEY, NEUTRAL, RATE, UP, Unit, ratio, sums
from opsplan.lib.text import gettext_noop as _

BASIS_A = _("Refunds count on the day they succeed, whatever the day of payment (G5, basis A).")
BASIS_B = _("Refunds of the orders paid in the period; keeps moving for some 45 days (G5, basis B).")

SERVICE = (
    sums("refund_cnt", _("Refund cases"), _("refunds that succeeded"), "refund_cnt", "2.6", better=DOWN, note=BASIS_A),
    sums("refund_qty", _("Refunded units"), _("units in refunds that succeeded"), "refund_qty", "S007", better=DOWN,
         note=BASIS_A),
    sums("refund_amt", _("Refunded amount"), _("refunds that succeeded"), "refund_amt", "2.6", MONEY, DOWN,
         note=BASIS_A),
    sums("cohort_refund_amt", _("Refunds of the period's orders"), _("refunds of the orders paid in the period"),
         "cohort_refund_amt", "2.6", MONEY, DOWN, note=BASIS_B),
    ratio("refund_rate_amt", _("Refund rate"), _("refunded amount ÷ paid amount"), "refund_amt", "pay_amt", "S007",
          RATE, DOWN, plannable=True, note=BASIS_A),
    ratio("refund_rate_amt_pay", _("Refund rate by payment day"), _("refunds of the period's orders ÷ paid amount"),
          "cohort_refund_amt", "pay_amt", "2.6", RATE, DOWN, note=BASIS_B),
    ratio("refund_rate_cnt", _("Refund rate by count"), _("refunds ÷ paid order lines"), "refund_cnt", "pay_line_cnt",
          "2.6", RATE, DOWN, note=BASIS_A),
    ratio("return_rate", _("Return rate"), _("orders of the period sent back ÷ paid orders"), "return_order_cnt",
          "pay_order_cnt", "S117", RATE, DOWN, note=BASIS_B),
    ratio("good_rate", _("Positive feedback rate"), _("positive ratings ÷ ratings"), "good_ratings", "ratings", "S076",
          RATE, UP, plannable=True,
          note=_("Taobao shops only; neutral ratings count in the denominator."), platforms=("taobao",)),
    *(sums(f"dsr_{key}", label, _("the score the platform shows"), f"dsr_{key}", "2.6", Unit.SCORE, UP, "snapshot",
          plannable=True, target="level", platforms=("taobao", "tmall"))
      for key, label in (("desc", _("DSR as described")), ("svc", _("DSR service")), ("log", _("DSR logistics")))),
    sums("member_total", _("Loyalty members"), _("members at the end of the period"), "member_total", "S118",
         adds="snapshot",
         plannable=True, target="level"),
    ratio("member_buy_rate", _("Member purchase rate"), _("members who bought ÷ members"), "member_buyers",
          "member_total", "S118"),
    ratio("repeat_rate", _("Repeat purchase rate"), _("buyers with two or more orders ÷ buyers"), "repeat_buyers",
          "pay_buyers", "S118", plannable=True,
          note=_("Both in the period itself; other platforms follow a group of buyers over months.")),
    ratio("old_buyer_share", _("Share of returning buyers"), _("returning buyers ÷ buyers"), "old_buyers",
          "pay_buyers", "S118", better=NEUTRAL),
)  # fmt: skip
