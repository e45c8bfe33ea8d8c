"""万相台 account report of 2022: one row a day and optimisation goal.

The attribution window (转化周期) is a view of the same money and no part of what names a row: exporting another window
replaces the figures, and one file with two windows of a day is told as a repeated row."""

from kpis.ingest.spend import spend_reader

READER = spend_reader("wanxiangtai_account_2022", "万相台", needs=("消耗", "曝光量", "优化目标"), unless=("主体ID",))
