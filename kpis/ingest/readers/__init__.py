"""Every reader we have, by key. A new export format: one file here, one line below."""

from kpis.ingest.reader import Reader
from kpis.ingest.readers import (
    alibaba1688_orders,
    alimama_keywords,
    alimama_promotion,
    alimama_regions,
    alimama_wanxiangtai,
    alimama_wanxiangtai_2022,
    alimama_yinlimofang,
    alimama_zhitongche,
    amazon_orders,
    douyin_aftersales,
    douyin_orders,
    douyin_settlement,
    generic_ads,
    generic_figures,
    generic_items,
    generic_orders,
    generic_refunds,
    generic_traffic,
    jd_ads,
    jd_aftersales,
    jd_items,
    jd_orders,
    jd_settlement,
    kuaishou_orders,
    pdd_aftersales,
    pdd_orders,
    pdd_promotion,
    pdd_settlement,
    qianchuan,
    shopify_orders,
    sycm_flow,
    sycm_items,
    sycm_shop,
    taobao_items,
    taobao_orders,
    taobaoke_settled,
    tmall_refunds,
    wangdiantong_orders,
    woocommerce_orders,
    xiaohongshu_orders,
    youzan_orders,
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
        alimama_keywords.READER,
        alimama_regions.READER,
        alimama_wanxiangtai.READER,
        alimama_wanxiangtai_2022.READER,
        alimama_promotion.READER,
        alimama_yinlimofang.READER,
        taobaoke_settled.READER,
        jd_orders.READER,
        jd_aftersales.READER,
        jd_settlement.READER,
        jd_ads.READER,
        jd_items.READER,
        pdd_orders.READER,
        pdd_aftersales.READER,
        pdd_promotion.READER,
        pdd_settlement.READER,
        douyin_orders.READER,
        douyin_aftersales.READER,
        douyin_settlement.READER,
        qianchuan.READER,
        kuaishou_orders.READER,
        alibaba1688_orders.READER,
        xiaohongshu_orders.READER,
        youzan_orders.READER,
        shopify_orders.READER,
        woocommerce_orders.READER,
        amazon_orders.READER,
        wangdiantong_orders.READER,
        generic_orders.READER,
        generic_items.READER,
        generic_refunds.READER,
        generic_traffic.READER,
        generic_ads.READER,
        generic_figures.READER,
    )
}
ABROAD = ("shopify_orders", "woocommerce_orders", "amazon_orders")
YUAN = frozenset(key for key in READERS if key not in ABROAD and not key.startswith("generic_"))
"""Those of platforms that count in yuan, whether their files say so or not."""
SOURCES: dict[str, Reader] = {
    source: each for reader in READERS.values() for each in (reader, *reader.also) for source in each.sources
}
"""Every layout by its name, with those that are read from the file of another (the items of its orders)."""
PARTS = frozenset(source for reader in READERS.values() for each in reader.also for source in each.sources)
GENERIC: dict[str, Reader] = {reader.fact: reader for key, reader in READERS.items() if key.startswith("generic_")}
"""Our own layouts by the fact they tell: those of the template, and what named columns of other files fill."""
