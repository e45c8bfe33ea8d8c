"""Inputs that are not sums of the period's days (pure): targets, other spans, and where the calendar stands."""

from dataclasses import dataclass

from opsplan.lib.text import gettext_noop as _


@dataclass(frozen=True)
class Context:
    """kind: how a reader finds it (its method `_of_<kind>`). of: the metric or measure it is about."""

    label: str
    kind: str
    of: str = ""


CONTEXT = {
    "days": Context(_("Days with data"), "days"),
    "period_days": Context(_("Days of the period"), "period_days"),
    "closed_days": Context(_("Closed days"), "closed_days"),
    "left_days": Context(_("Days left"), "left_days"),
    "target_real_amt": Context(_("Target: actual sales"), "target", "real_amt"),
    "whole_target_real_amt": Context(_("Target of all days: actual sales"), "whole_target", "real_amt"),
    "target_uv": Context(_("Target: visitors"), "target", "uv"),
    "month_target_real_amt": Context(_("Target of the month: actual sales"), "month_target", "real_amt"),
    "month_real_amt": Context(_("Actual sales of the month so far"), "month_to_date", "real_amt"),
    "month_uv": Context(_("Visitors of the month so far"), "month_to_date", "uv"),
    "month_left_days": Context(_("Days left in the month"), "month_left_days"),
    "plan_aov": Context(_("Target: average revenue per buyer"), "month_plan", "aov_buyer"),
    "plan_cvr": Context(_("Target: payment conversion rate"), "month_plan", "pay_cvr"),
    "month_aov": Context(_("Average revenue per buyer of the month so far"), "month_to_date", "aov_buyer"),
    "month_cvr": Context(_("Payment conversion rate of the month so far"), "month_to_date", "pay_cvr"),
    "previous_real_amt": Context(_("Actual sales of the previous period"), "previous", "real_amt"),
    "last_year_real_amt": Context(_("Actual sales of the same period last year"), "last_year", "real_amt"),
    "same_days_pay_order_cnt": Context(_("Paid orders on the same days of last month"), "day_numbers", "pay_order_cnt"),
    "same_days_real_amt": Context(_("Actual sales on the same days of last month"), "same_days", "real_amt"),
    "previous_stock_amt": Context(_("Stock at cost at the end of the previous period"), "previous", "stock_amt"),
    "previous_stock_qty": Context(_("Units in stock at the end of the previous period"), "previous", "stock_qty"),
    "recent_daily_units": Context(_("Units a day over the last 28 days"), "last_28_days", "daily_units"),
    "year_gross": Context(_("Gross profit of the last 365 days"), "last_365_days", "gross"),
    "year_buyers": Context(_("Buyers of the last 365 days"), "last_365_days", "pay_buyers"),
    "earlier_buyers_30": Context(_("Buyers of 31 to 60 days ago"), "earlier_30", "pay_buyers"),
    "again_buyers_30": Context(_("Of them, those who bought again in the last 30 days"), "again_30", "pay_buyers"),
    "earlier_buyers_90": Context(_("Buyers of 91 to 180 days ago"), "earlier_90", "pay_buyers"),
    "again_buyers_90": Context(_("Of them, those who bought again in the last 90 days"), "again_90", "pay_buyers"),
    "fans": Context(_("Buyers with three orders in 365 days, one of them in the last 60"), "fans", "pay_buyers"),
    "target_dsr_desc": Context(_("Target: DSR as described"), "target", "dsr_desc"),
    "last_day_real_amt": Context(_("Actual sales of the last day"), "last_day", "real_amt"),
    "week_before_real_amt": Context(_("Actual sales seven days before"), "week_before", "real_amt"),
}
