"""巨量千川: one row a day and plan."""

from kpis.ingest.spend import spend_reader

READER = spend_reader("qianchuan_plan", "巨量千川", needs=("整体消耗", "展示次数", "整体成交金额"))
