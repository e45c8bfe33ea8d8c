"""Targets and progress (domain.md 2.4). All belong to a span: a month under way counts its closed days."""

from decimal import Decimal

from kpis import pacing, planning
from kpis.metrics.base import COUNT, DOWN, MONEY, NEUTRAL, RATE, RATIO, UP, Inputs, over, ratio, solved, sums
from opsplan.lib.text import gettext_noop as _


def real(x: Inputs) -> Decimal:
    return x["pay_amt"] - x["brush_amt"]


def progress_gap(x: Inputs) -> Decimal | None:
    done, gone = over(real(x), x["whole_target_real_amt"]), over(x["closed_days"], x["period_days"])
    return None if done is None or gone is None else done - gone


def run_rate_need(x: Inputs) -> Decimal | None:
    return pacing.need_per_day(x["whole_target_real_amt"], real(x), x["left_days"])


def forecast(x: Inputs) -> Decimal | None:
    return pacing.projection(real(x), x["closed_days"], x["period_days"], int(x["days"]))


def uv_need(x: Inputs) -> Decimal | None:
    return planning.visitors_needed(x["month_target_real_amt"], x["plan_aov"], x["plan_cvr"])


def uv_gap(x: Inputs) -> Decimal | None:
    need = uv_need(x)
    return None if need is None else planning.shortfall(need, x["month_uv"])


def uv_rest(x: Inputs) -> Decimal | None:
    rest = x["month_target_real_amt"] - x["month_real_amt"]
    return planning.visitors_needed(rest, x["month_aov"], x["month_cvr"])


def uv_gap_per_day(x: Inputs) -> Decimal | None:
    gap = uv_gap(x)
    return None if gap is None else over(gap, x["month_left_days"])


def uv_rest_per_day(x: Inputs) -> Decimal | None:
    rest = uv_rest(x)
    return None if rest is None else over(rest, x["month_left_days"])


def avg_growth(x: Inputs) -> Decimal | None:
    return planning.daily_growth(x["last_day_real_amt"], x["week_before_real_amt"])


SALES, MONTH = "pay_amt brush_amt", "month_target_real_amt plan_aov plan_cvr"
LIKE = _("A day that is over and has no data counts on neither side: it is not behind its target. Days to come count.")
PLAN = _("At the month's target rates; where there is no target for one, at the month's own rate so far.")

TARGETS = (
    sums("target_amt", _("Target sales"), _("the month's target, shared out over its days"), "target_real_amt",
         "S002, S019", MONEY, NEUTRAL, "context",
         note=_("Days with a fixed amount or share come first, the rest goes by the weight of each day; where nothing "
                "was set for a month, all its days bear the same.")),
    ratio("goal_rate", _("Target attainment"), _("actual sales ÷ target sales"), "pay_amt - brush_amt",
          "target_real_amt", "S002", adds="context", note=LIKE),
    ratio("time_progress", _("Time elapsed"), _("closed days ÷ days of the period, each by what it bears"),
          "closed_days", "period_days", "2.4", better=NEUTRAL, adds="context",
          note=_("Where the month's days have weights or fixed amounts, a day counts by its part of the target; else "
                 "every day counts the same.")),
    solved("progress_gap", _("Progress gap"), _("target attainment − time elapsed"),
           f"{SALES} whole_target_real_amt closed_days period_days", progress_gap, "2.4", RATE, UP,
           note=_("Of the whole target; the closed days are those that have data, so that a day not imported is not "
                  "behind.")),
    solved("run_rate_need", _("Needed per remaining day"), _("(target sales − actual sales) ÷ days left"),
           f"{SALES} whole_target_real_amt left_days", run_rate_need, "2.4", MONEY),
    solved("forecast", _("Forecast"), _("actual sales ÷ time elapsed"), f"{SALES} closed_days period_days days",
           forecast, "2.4", MONEY, UP,
           note=_("Hidden in the first three days.")),
    solved("uv_need_month", _("Visitors needed this month"),
           _("target sales ÷ (revenue per buyer × conversion), rounded up"), MONTH, uv_need, "S004", COUNT, note=PLAN),
    solved("uv_gap_month", _("Visitors missing this month"), _("visitors needed − visitors so far, not below 0"),
           f"{MONTH} month_uv", uv_gap, "S004", COUNT, DOWN, note=PLAN),
    solved("uv_gap_per_day", _("Visitors missing per remaining day"), _("visitors missing this month ÷ days left"),
           f"{MONTH} month_uv month_left_days", uv_gap_per_day, "3.4", RATIO, DOWN, note=PLAN),
    solved("uv_need_rest", _("Visitors needed for the remaining sales"),
           _("(target − actual sales of the month) ÷ (revenue per buyer × conversion so far), rounded up"),
           "month_target_real_amt month_real_amt month_aov month_cvr", uv_rest, "3.4", COUNT),
    solved("uv_rest_per_day", _("Visitors needed per remaining day"),
           _("visitors needed for the remaining sales ÷ days left"),
           "month_target_real_amt month_real_amt month_aov month_cvr month_left_days", uv_rest_per_day, "3.4", RATIO),
    solved("uv_gap_day", _("Daily visitor shortfall"), _("target visitors − visitors, not below 0"), "target_uv uv",
           lambda x: planning.shortfall(x["target_uv"], x["uv"]), "S006", COUNT, DOWN, note=LIKE),
    solved("uv_surplus_day", _("Daily visitor surplus"), _("visitors − target visitors, not below 0"), "target_uv uv",
           lambda x: planning.shortfall(x["uv"], x["target_uv"]), "S006", COUNT, UP, note=LIKE),
    solved("avg_growth", _("Mean daily growth"), _("(sales of the last day ÷ sales seven days before) ^ (1/7) − 1"),
           "last_day_real_amt week_before_real_amt", avg_growth, "S002", RATE, UP,
           note=_("The founding sheet does not define it; this is its usual reading.")),
    ratio("lm_growth", _("Change on the same days of last month"),
          _("(actual sales − same days of last month) ÷ same days of last month"),
          "pay_amt - brush_amt - same_days_real_amt", "same_days_real_amt", "S002, S003", adds="context",
          note=_("A day number that last month did not have has no figure (the 31st).")),
    sums("lm_same", _("Paid orders, same days last month"), _("paid orders on the same day numbers of last month"),
         "same_days_pay_order_cnt", "S003", better=NEUTRAL, adds="context",
         note=_("A day number that last month did not have has no figure (the 31st).")),
    ratio("mom", _("Change on the previous period"), _("(actual sales − before) ÷ before"),
          "pay_amt - brush_amt - previous_real_amt", "previous_real_amt", "S023, S116", adds="context"),
    ratio("yoy", _("Change on last year"), _("(actual sales − last year) ÷ last year"),
          "pay_amt - brush_amt - last_year_real_amt", "last_year_real_amt", "S023", adds="context"),
)  # fmt: skip
