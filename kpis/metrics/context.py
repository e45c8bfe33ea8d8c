"""Inputs that are not sums of the period's days (pure): targets, other spans, and where the calendar stands."""

from dataclasses import dataclass

from opsplan.lib.text import gettext_noop as _


@dataclass(frozen=True)
class Context:
    """kind: how `kpis.context` finds it. of: the metric or measure it is about."""

    label: str
    kind: str
    of: str = ""


CONTEXT = {
    "days": Context(_("Days with data"), "days"),
    "period_days": Context(_("Days of the period"), "period_days"),
    "closed_days": Context(_("Closed days"), "closed_days"),
    "left_days": Context(_("Days left"), "left_days"),
    "target_real_amt": Context(_("Target: actual sales"), "target", "real_amt"),
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
    "same_days_pay_order_cnt": Context(_("Paid orders on the same days of last month"), "same_days", "pay_order_cnt"),
    "last_day_real_amt": Context(_("Actual sales of the last day"), "last_day", "real_amt"),
    "week_before_real_amt": Context(_("Actual sales seven days before"), "week_before", "real_amt"),
}
