"""Files brought to a store the way people bring them, and the facts they leave."""

import io
from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from kpis.ingest import pipeline
from kpis.models import Upload
from stores.models import Store
from tests.ingest.make import text

SHORT = ["订单编号", "总金额", "买家实际支付金额", "收货地址 ", "订单创建时间", "订单付款时间 ", "退款金额"]
FULL = [*SHORT, "订单状态", "买家会员名", "宝贝总数量", "买家应付邮费", "确认收货时间"]
LINES = ["订单编号", "标题", "价格", "购买数量", "外部系统编号", "商品属性", "商家编码"]
NUMBERED = ["子订单编号", "主订单编号", "标题", "价格", "购买数量", "商品属性", "商家编码"]
REFUNDS = ["退款编号", "订单编号", "商家编码", "退款状态", "退款的申请时间", "退款完结时间", "买家退款金额"]
SHOP = ["统计日期", "访客数", "浏览量", "支付金额"]
FLOW = ["统计日期", "流量来源", "来源明细", "访客数"]
ITEMS = ["统计日期", "商品ID", "商品名称", "货号", "商品访客数"]
ADS = ["日期", "展现量", "点击量", "花费", "总成交金额"]

# made, paid, total, actually paid, refund
A = ["1001", "100.00", "100.00", "上海", "2026-03-01 10:00:00", "2026-03-01 10:05:00", "0.00"]
B = ["1002", "80.00", "50.00", "广东省深圳市", "2026-03-02 23:58:00", "2026-03-03 00:02:00", "30.00"]
UNPAID = ["1003", "60.00", "0.00", "北京", "2026-03-02 12:00:00", "", "0.00"]


def content(header: Sequence[str], *rows: Sequence[str], encoding: str = "utf-8") -> bytes:
    return text([header, *rows]).encode(encoding)


def bring(store: Store, data: bytes, name: str = "report.csv", **options: Any) -> Upload:
    """Receive, check and (unless told otherwise) load one file."""
    [upload] = pipeline.receive(store, io.BytesIO(data), name, **{"auto_load": True, **options})
    pipeline.check(upload)
    upload.refresh_from_db()
    return upload


def rows(model: type[Model], *fields: str, **where: Any) -> list[tuple[Any, ...]]:
    return sorted(model._default_manager.filter(**where).values_list(*fields), key=repr)


def everything(model: type[Model], store: Store) -> list[tuple[Any, ...]]:
    """All facts but the traces of which file brought them."""
    fields = [f.name for f in model._meta.concrete_fields if f.name not in ("id", "upload", "as_of", "store")]
    return rows(model, *fields, store=store)


def counts(upload: Upload) -> tuple[int, int, int, int, int]:
    """new, changed, unchanged, older, rejected."""
    return upload.new, upload.changed, upload.unchanged, upload.older, upload.rejected
