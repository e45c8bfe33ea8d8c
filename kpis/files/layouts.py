"""What people are told of file layouts, uploads and their problems."""

import re
from collections.abc import Iterable

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from kpis.ingest import pipeline, presets
from kpis.ingest.readers import SOURCES
from kpis.ingest.titles import NAMES as NAMES
from kpis.ingest.titles import Words, named
from kpis.ingest.titles import name as name
from kpis.models import RowProblem, Upload
from stores import platform as stores_platform

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
