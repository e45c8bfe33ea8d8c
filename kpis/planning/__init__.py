"""Planning arithmetic (pure): sales = visitors x conversion x revenue per buyer x days, and shares that are exact."""

from kpis.planning.need import daily_growth, shortfall, visitors_needed, whole_up

__all__ = ["daily_growth", "shortfall", "visitors_needed", "whole_up"]
