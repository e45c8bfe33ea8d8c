"""万相台无界 subject report (主体报表): one row a day and promoted item."""

from kpis.ingest.spend import spend_reader

READER = spend_reader("wanxiangtai_subject", "万相台", needs=("主体ID", "花费", "展现量"), unless=("净成交金额",))
