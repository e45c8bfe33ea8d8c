"""巨量千川: one row a day and plan, or (全域) a day and live room."""

from kpis.ingest.spend import spend_reader

READER = spend_reader("qianchuan_plan", "巨量千川", needs=("整体消耗", "整体成交金额"))
