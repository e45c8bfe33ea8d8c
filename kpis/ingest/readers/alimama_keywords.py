"""直通车 report by keyword (关键词报表; 万相台 has it as 关键词推广): one row a day, plan and keyword."""

from kpis.ingest.spend import spend_reader

READER = spend_reader("zhitongche_keyword", "直通车", needs=("展现量", "点击量", "花费"), fine="keyword")
