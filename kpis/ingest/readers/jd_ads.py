"""京准通 custom report: one row a day, plan, unit, creative and SKU. The attribution window is an option of the report:
another view of the same money, so exporting another window replaces the figures."""

from kpis.ingest.spend import spend_reader

READER = spend_reader("jd_ads_custom_report", "京准通", needs=("展现数", "点击数"))
