"""Every reader we have, by key. A new export format: one file here, one line below."""

from kpis.ingest.reader import Reader
from kpis.ingest.readers import (
    alimama_promotion,
    alimama_wanxiangtai,
    alimama_wanxiangtai_2022,
    alimama_yinlimofang,
    alimama_zhitongche,
    sycm_flow,
    sycm_items,
    sycm_shop,
    taobao_items,
    taobao_orders,
    taobaoke_settled,
    tmall_refunds,
)

READERS: dict[str, Reader] = {
    reader.key: reader
    for reader in (
        taobao_orders.READER,
        taobao_items.READER,
        tmall_refunds.READER,
        sycm_shop.READER,
        sycm_items.READER,
        sycm_flow.READER,
        alimama_zhitongche.READER,
        alimama_wanxiangtai.READER,
        alimama_wanxiangtai_2022.READER,
        alimama_promotion.READER,
        alimama_yinlimofang.READER,
        taobaoke_settled.READER,
    )
}
SOURCES: dict[str, Reader] = {source: reader for reader in READERS.values() for source in reader.sources}
