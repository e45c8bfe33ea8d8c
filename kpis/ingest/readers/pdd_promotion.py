"""多多推广: one row a day, scene and item. 总花费 (or 总营销花费, with coupons) is the money, 成交花费 only a
part; the 总计 row is left out."""

from kpis.ingest.spend import spend_reader

READER = spend_reader("pdd_promotion", "多多推广", needs=("交易额(元)", "推广名称"))
