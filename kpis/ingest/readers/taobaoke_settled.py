"""淘宝联盟 settled orders (成交订单·订单结算): a row is the commission and fee of a sub-order on its settling day."""

import datetime as dt

from kpis.ingest.columns import amount, needed_day, numbered, summed
from kpis.ingest.reader import Column, Reader, each
from kpis.ingest.rows import SpendRow
from opsplan.lib.columns import identifier


def row(
    line: int,
    on: dt.date | None,
    order_no: str,
    sub_order_no: str | None,
    item_id: str | None,
    commission: int,
    fee: int | None,
    sales: int | None,
) -> SpendRow:
    subject = sub_order_no or f"{order_no}/{item_id or ''}"
    cost = commission + (fee or 0)
    return SpendRow(line, on or dt.date.min, "淘宝客", "subject", subject, cost, None, None, sales, 1, None, None)


READER = Reader(
    key="taobaoke_settled_orders",
    fact="ads",
    version=1,
    columns=(
        Column("day", ("淘客结算时间", "账户支出时间"), needed_day, is_required=True),
        numbered("order_no", "淘宝父订单编号"),
        Column("sub_order_no", ("淘宝子订单编号",), identifier),
        Column("item_id", ("商品ID",), identifier),
        summed("commission", "佣金"),
        Column("fee", ("服务费金额",), amount, adds=True, is_money=True),
        Column("sales", ("实际成交价格",), amount, adds=True, is_money=True),
    ),
    build=each(row),
    sources=("taobaoke_settled_orders",),
)
