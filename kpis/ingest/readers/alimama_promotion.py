"""Alimama promotion report with net sales (净成交): one row a day and promoted item."""

from kpis.ingest.spend import spend_reader

READER = spend_reader("alimama_promotion_gb18030", "万相台", needs=("主体ID", "花费", "净成交金额"))
