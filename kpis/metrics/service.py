"""Service, refunds, ratings (domain.md 2.6)."""

from decimal import Decimal

from kpis.metrics.base import COUNT, DOWN, MONEY, NEUTRAL, RATE, UP, Inputs, Unit, over, ratio, solved, sums
from kpis.planning import whole_up
from opsplan.lib.text import gettext_noop as _

BASIS_A = _("Refunds count on the day they succeed, whatever the day of payment (G5, basis A).")
BASIS_B = _("Refunds of the orders paid in the period; keeps moving for some 45 days (G5, basis B).")

TYPED = _("Typed by hand from the platform's own pages.")
MEAN = _("The day's mean is typed and weighted by its count, so that days and stores add up rightly.")
FIVE = Decimal(5)


def stars_needed(x: Inputs) -> Decimal | None:
    goal = x["target_dsr_desc"]
    lacking = max((goal - x["dsr_desc"]) * x["dsr_ratings"], Decimal(0))
    needed = over(lacking, FIVE - goal)
    return None if needed is None else whole_up(needed)


def old_member_rate(x: Inputs) -> Decimal | None:
    return over(x["member_buyers"] - x["new_member_buyers"], x["member_total"] - x["new_members"])


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
    ratio("dispute_rate", _("Dispute refund rate"), _("refunds ruled against the shop ÷ paid order lines"),
          "dispute_cnt", "pay_line_cnt", "2.6", RATE, DOWN,
          note=_("Four decimals matter here. Platforms look at the last 30 days. Disputes are typed by hand.")),
    ratio("quality_refund", _("Quality refund rate"), _("refunds for quality reasons ÷ paid orders"),
          "quality_refund_cnt", "pay_order_cnt", "2.6", RATE, DOWN, note=TYPED),
    ratio("ship_on_time", _("On-time shipping rate"), _("orders shipped in time ÷ orders due for shipping"),
          "shipped_on_time", "ship_due", "S034", RATE, UP, plannable=True,
          note=_("In time: picked up by the carrier within the promise, 48 hours unless promised otherwise.")),
    ratio("pay_ship_h", _("Hours from payment to shipping"), _("hours from payment to shipping ÷ orders shipped"),
          "pay_ship_hours", "shipped_orders", "2.6", Unit.HOURS, DOWN, note=MEAN),
    ratio("arrive_h", _("Hours from payment to arrival"), _("hours from payment to arrival ÷ parcels signed for"),
          "arrive_hours", "signed_parcels", "2.6", Unit.HOURS, DOWN, note=MEAN),
    ratio("first_resp", _("First response time"), _("seconds to the first reply ÷ chats"), "first_resp_sec",
          "chat_sessions", "2.6", Unit.SECONDS, DOWN, note=MEAN),
    ratio("avg_resp", _("Average response time"), _("seconds to a reply ÷ replies"), "resp_sec", "chat_replies", "2.6",
          Unit.SECONDS, DOWN, note=MEAN),
    ratio("reply_rate", _("Service desk reply rate"), _("people who were answered ÷ people who asked"),
          "chat_answered", "chat_asked", "2.6", RATE, UP, plannable=True, note=TYPED),
    sums("bad_reviews", _("Negative reviews"), _("negative reviews, typed by hand"), "bad_reviews", "S033", COUNT,
         DOWN),
    sums("bad_reviews_old", _("Negative reviews of returning buyers"),
         _("negative reviews of returning buyers, typed by hand"), "bad_reviews_old", "2.6", COUNT, DOWN),
    ratio("good_rate", _("Positive feedback rate"), _("positive ratings ÷ ratings"), "good_ratings", "ratings", "S076",
          RATE, UP, plannable=True,
          note=_("Taobao shops only; neutral ratings count in the denominator."), platforms=("taobao",)),
    *(sums(f"dsr_{key}", label, _("the score the platform shows"), f"dsr_{key}", "2.6", Unit.SCORE, UP, "snapshot",
          plannable=True, target="level", platforms=("taobao", "tmall"))
      for key, label in (("desc", _("DSR as described")), ("svc", _("DSR service")), ("log", _("DSR logistics")))),
    solved("dsr_need", _("Five-star ratings needed"),
           _("(target score − score) × ratings ÷ (5 − target score), rounded up"),
           "dsr_desc dsr_ratings target_dsr_desc", stars_needed, "2.6", COUNT, DOWN, "context",
           _("For the score as described; the target is set on the plan."), ("taobao", "tmall")),
    sums("member_total", _("Loyalty members"), _("members at the end of the period"), "member_total", "S118",
         adds="snapshot",
         plannable=True, target="level"),
    ratio("member_buy_rate", _("Member purchase rate"), _("members who bought ÷ members"), "member_buyers",
          "member_total", "S118"),
    ratio("member_buy_rate_new", _("Purchase rate of new members"), _("new members who bought ÷ new members"),
          "new_member_buyers", "new_members", "S118", note=TYPED),
    solved("member_buy_rate_old", _("Purchase rate of old members"), _("old members who bought ÷ old members"),
           "member_buyers new_member_buyers member_total new_members", old_member_rate, "S118", RATE, UP, "ratio",
           _("Members less the new ones.")),
    ratio("repeat_rate", _("Repeat purchase rate"), _("buyers with two or more orders ÷ buyers"), "repeat_buyers",
          "pay_buyers", "S118", plannable=True,
          note=_("Both in the period itself; other platforms follow a group of buyers over months.")),
    *(ratio(f"repeat_rate_{days}", label, words, f"again_buyers_{days}", f"earlier_buyers_{days}", "S118",
            adds="context",
            note=_("As Shengyi Canmou counts: it looks back from the period's last day, whatever the period's length."))
      for days, label, words in (
          (30, _("Repeat purchase rate, 30 days"),
           _("buyers of 31 to 60 days ago who bought again in the last 30 days ÷ those buyers")),
          (90, _("Repeat purchase rate, 90 days"),
           _("buyers of 91 to 180 days ago who bought again in the last 90 days ÷ those buyers")))),
    sums("rfm", _("Core customers (RFM)"), _("buyers with three orders in 365 days, one of them in the last 60"),
         "fans", "S070", COUNT, UP, "context",
         _("Recency 4 or better and frequency 3 or better; looks back 365 days from the period's last day.")),
    ratio("rfm_share", _("Share of core customers"), _("core customers ÷ buyers of the last 365 days"), "fans",
          "year_buyers", "S070", adds="context"),
    ratio("old_buyer_share", _("Share of returning buyers"), _("returning buyers ÷ buyers"), "old_buyers",
          "pay_buyers", "S118", better=NEUTRAL),
)  # fmt: skip
