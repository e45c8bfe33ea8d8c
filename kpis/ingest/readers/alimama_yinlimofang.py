"""引力魔方 creative report: one row a day and creative."""

from kpis.ingest.spend import spend_reader

READER = spend_reader("yinlimofang_creative", "引力魔方", needs=("消耗", "展现量", "计划组", "创意ID"))
