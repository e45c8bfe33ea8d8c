"""直通车 report by region (地域报表): one row a day, plan and province, city where the report goes that far."""

from kpis.ingest.spend import spend_reader

READER = spend_reader("zhitongche_region", "直通车", needs=("展现量", "点击量", "花费"), fine="region")
