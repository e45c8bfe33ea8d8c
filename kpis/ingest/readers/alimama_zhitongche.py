"""直通车 account report, also by plan: one row a day (and plan)."""

from kpis.ingest.spend import FINEST, spend_reader

READER = spend_reader(
    "zhitongche_account",
    "直通车",
    needs=("展现量", "点击量", "花费"),
    unless=("主体ID", "净成交金额", "创意ID", *FINEST["keyword"], *FINEST["region"]),
)
