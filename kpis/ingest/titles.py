"""The names people know file layouts by. The keys are those of headers.json."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kpis.ingest import presets
from kpis.models import Upload
from stores import platform as stores_platform

Words = str | Promise

NAMES: dict[str, Words] = {
    "taobao_ExportOrderList_2015": _("Taobao/Tmall orders"),
    "taobao_ExportOrderList_2018": _("Taobao/Tmall orders"),
    "taobao_ExportOrderList_2020": _("Taobao/Tmall orders"),
    "taobao_ExportOrderList_2021": _("Taobao/Tmall orders"),
    "tmall_order_short": _("Taobao/Tmall orders, short report"),
    "taobao_ExportOrderDetailList": _("Taobao/Tmall order items"),
    "tmall_refund": _("Tmall refunds"),
    "sycm_shop_daily": _("Shengyi Canmou, shop by day"),
    "sycm_flow_source": _("Shengyi Canmou, traffic sources"),
    "sycm_product_all": _("Shengyi Canmou, products"),
    "zhitongche_account": _("Zhitongche account report"),
    "zhitongche_keyword": _("Zhitongche report by keyword"),
    "zhitongche_region": _("Zhitongche report by region"),
    "wanxiangtai_account_2022": _("Wanxiangtai account report"),
    "wanxiangtai_subject": _("Wanxiangtai report by subject"),
    "alimama_promotion_gb18030": _("Alimama promotion report"),
    "yinlimofang_creative": _("Yinli Mofang report by creative"),
    "taobaoke_settled_orders": _("Taobaoke settled orders"),
    "jd_order_2016": _("JD orders"),
    "jd_order_items": _("JD order items"),
    "jd_aftersale": _("JD after-sales"),
    "jd_settlement_2026": _("JD settlement"),
    "jd_ads_custom_report": _("Jingzhuntong report"),
    "jd_shangzhi_product": _("JD Shangzhi, products"),
    "pdd_order_2026": _("Pinduoduo orders"),
    "pdd_order_items": _("Pinduoduo order items"),
    "pdd_aftersale": _("Pinduoduo after-sales"),
    "pdd_promotion": _("Pinduoduo promotion"),
    "pdd_settlement": _("Pinduoduo settlement"),
    "douyin_order": _("Douyin orders"),
    "douyin_order_items": _("Douyin order items"),
    "douyin_aftersale": _("Douyin after-sales"),
    "douyin_settlement": _("Douyin settlement"),
    "qianchuan_plan": _("Qianchuan report by plan"),
    "kuaishou_order": _("Kuaishou orders"),
    "kuaishou_order_items": _("Kuaishou order items"),
    "alibaba1688_order": _("1688 orders"),
    "alibaba1688_order_items": _("1688 order items"),
    "xiaohongshu_order": _("Xiaohongshu orders"),
    "xiaohongshu_order_items": _("Xiaohongshu order items"),
    "youzan_order": _("Youzan orders"),
    "shopify_orders_export": _("Shopify orders"),
    "shopify_order_items": _("Shopify order items"),
    "woocommerce_analytics_orders": _("WooCommerce orders"),
    "woocommerce_refunds": _("WooCommerce refunds"),
    "amazon_all_orders_tsv": _("Amazon orders"),
    "amazon_order_items": _("Amazon order items"),
    "wangdiantong_order": _("Wangdiantong orders"),
    "wangdiantong_order_items": _("Wangdiantong order items"),
    "generic_orders": _("Template: orders"),
    "generic_items": _("Template: order items"),
    "generic_refunds": _("Template: refunds"),
    "generic_traffic": _("Template: shop traffic"),
    "generic_ads": _("Template: ad spend"),
    "generic_figures": _("Template: figures by day"),
}
"""The layouts that have a reader."""

SHOP_BY_DAY: dict[str, Words] = {
    "jd": _("JD Shangzhi, shop by day"),
    "pdd": _("Pinduoduo, shop by day"),
    "douyin": _("Douyin Compass, shop by day"),
    "kuaishou": _("Kuaishou, shop by day"),
}
"""What the shop's own daily figures (the layout `sycm_shop_daily`) are called off Taobao and Tmall."""


def name(source: str) -> str:
    """`source` in words; a key without a name stands for itself, "" for an unknown layout."""
    if source == Upload.DECLARED:
        return gettext("Said by hand: nothing happened")
    if source.startswith(presets.OURS):
        preset = presets.told_by(source)
        told = preset.name if preset else gettext("A header of your own")
        return gettext("%(name)s, items") % {"name": told} if source.endswith(presets.ITEMS) else told
    return named(stores_platform.active(), source) if source else gettext("Unknown layout")


def named(platform: str, source: str) -> str:
    """A layout as shops of a platform know it."""
    own = SHOP_BY_DAY.get(platform) if source == "sycm_shop_daily" else None
    return str(own or NAMES.get(source, source))
