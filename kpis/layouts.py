"""The names people know file layouts and their problems by. The keys are those of headers.json."""

import re
from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from kpis.ingest import pipeline, presets
from kpis.ingest.readers import SOURCES
from kpis.models import RowProblem, Upload
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

FORMATS = {"utf-8": "UTF-8", "gb18030": "GB18030", "utf-16": "UTF-16", "cp1252": "Windows-1252"}
"""Codecs as people call them; kinds of workbooks stand for themselves."""

PHASES: dict[str, Words] = {
    "read": _("Reading"),
    "check": _("Comparing with what is known"),
    "load": _("Writing"),
    "undo": _("Being undone"),
    "rollup": _("Counting the days"),
}
SENTENCE = re.compile(r"(?<=。)\s*|(?<=[.?!])\s+")
"""Where the first sentence of a problem ends: it says what is wrong, the rest says what to do."""


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


def fact(source: str) -> str:
    """What files of a layout tell of (a kind of coverage); "" for an unknown layout."""
    if source.startswith(presets.OURS):
        preset = presets.told_by(source)
        return "lines" if preset and source.endswith(presets.ITEMS) else preset.fact if preset else ""
    return str(SOURCES[source].fact) if source in SOURCES else ""


def choices() -> list[tuple[str, str]]:
    """(key, words) of every layout a person may choose, those of the shop's platform first; the generation is told
    where a platform has several."""
    mine = OWN.get(stores_platform.active(), ())
    keys = sorted(NAMES, key=lambda key: not key.startswith(mine)) if mine else NAMES
    return [(key, titled(key, year_of(key))) for key in keys]


def year_of(source: str) -> str:
    last = source.rsplit("_", 1)[-1]
    return last if len(last) == 4 and last.isdigit() else ""


def titled(source: str, generation: str) -> str:
    if not generation:
        return name(source)
    return gettext("%(name)s · %(generation)s version") % {"name": name(source), "generation": generation}


def describe(upload: Upload) -> dict[str, str]:
    """Of an upload: `title` (layout, generation), `width` (columns), `format` (encoding or kind of workbook)."""
    columns = len(columns_seen(upload))
    title = titled(upload.source, str(upload.notes.get("generation") or year_of(upload.source)))
    width = ngettext("%(columns)s column", "%(columns)s columns", columns) % {"columns": columns} if columns else ""
    return {"title": title, "width": width, "format": FORMATS.get(upload.encoding, upload.encoding)}


TAOBAO = {
    "orders": "taobao_ExportOrderList_2021",
    "lines": "taobao_ExportOrderDetailList",
    "refunds": "tmall_refund",
    "traffic": "sycm_shop_daily",
    "flow": "sycm_flow_source",
    "items": "sycm_product_all",
}
OWN: dict[str, tuple[str, ...]] = {  # platform: how the keys of its layouts begin
    "jd": ("jd_", "sycm_shop"),
    "pdd": ("pdd_", "sycm_shop"),
    "douyin": ("douyin_", "qianchuan_", "sycm_shop"),
    "kuaishou": ("kuaishou_", "sycm_shop"),
    "1688": ("alibaba1688_",),
    "youzan": ("youzan_",),
    "shopify": ("shopify_",),
    "woocommerce": ("woocommerce_",),
    "amazon": ("amazon_",),
}
TELLERS: dict[str, dict[str, str]] = {  # platform: kind of coverage: the layout that tells it, where it is one alone
    "taobao": TAOBAO,
    "tmall": TAOBAO,
    "jd": {
        "orders": "jd_order_2016",
        "lines": "jd_order_items",
        "refunds": "jd_aftersale",
        "traffic": "sycm_shop_daily",
        "fees": "jd_settlement_2026",
        "items": "jd_shangzhi_product",
        "ads": "jd_ads_custom_report",
    },
    "pdd": {
        "orders": "pdd_order_2026",
        "lines": "pdd_order_items",
        "refunds": "pdd_aftersale",
        "traffic": "sycm_shop_daily",
        "ads": "pdd_promotion",
        "fees": "pdd_settlement",
    },
    "douyin": {
        "orders": "douyin_order",
        "lines": "douyin_order_items",
        "refunds": "douyin_aftersale",
        "traffic": "sycm_shop_daily",
        "ads": "qianchuan_plan",
        "fees": "douyin_settlement",
    },
    "kuaishou": {"orders": "kuaishou_order", "lines": "kuaishou_order_items", "traffic": "sycm_shop_daily"},
    "1688": {"orders": "alibaba1688_order", "lines": "alibaba1688_order_items"},
    "youzan": {"orders": "youzan_order"},
    "shopify": {"orders": "shopify_orders_export", "lines": "shopify_order_items"},
    "woocommerce": {"orders": "woocommerce_analytics_orders", "refunds": "woocommerce_refunds"},
    "amazon": {"orders": "amazon_all_orders_tsv", "lines": "amazon_order_items"},
}
TEMPLATES = {
    "orders": "generic_orders",
    "lines": "generic_items",
    "refunds": "generic_refunds",
    "traffic": "generic_traffic",
    "ads": "generic_ads",
}


def teller(platform: str, kind: str) -> str:
    """The name of the file that tells a kind of data on a platform: its own, else our template; "" where several do."""
    template = "" if TELLERS.get(platform) is TAOBAO else TEMPLATES.get(kind, "")
    return own_file(platform, kind) or str(NAMES.get(template, ""))


def own_file(platform: str, kind: str) -> str:
    """The name of the platform's own file of a kind; "" where there is none, or several."""
    key = TELLERS.get(platform, {}).get(kind, "")
    return named(platform, key) if key else ""


def columns_seen(upload: Upload) -> list[str]:
    """The header as it stands in the file."""
    header: Iterable[str] = upload.notes.get("header", [])
    return [text for text in header if text]


def phase(upload: Upload) -> str:
    """What is being done to the file; the second reading, for the load, is told apart from the first."""
    if upload.phase == "read" and upload.state == Upload.State.QUEUED:
        return str(_("Reading it again to write it"))
    return str(PHASES.get(upload.phase) or upload.get_state_display())


def told(problem: RowProblem) -> dict[str, object]:
    """A line of the problem table, in words."""
    if "source" in problem.params:
        problem.params = problem.params | {"source": name(problem.params["source"])}
    said = pipeline.problem_text(problem).strip()
    text, *rest = SENTENCE.split(said, maxsplit=1)
    return {
        "said": said if problem.code == "nearly_known" else "",
        "line": problem.line,
        "column": problem.column,
        "value": problem.value,
        "text": text.rstrip("。."),
        "advice": "".join(rest).rstrip("。."),
        "is_notice": problem.level == "notice",
    }
