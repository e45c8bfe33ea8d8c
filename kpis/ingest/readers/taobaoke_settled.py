"""淘宝联盟 settled orders (成交订单·订单结算): a row is the commission and fee of a sub-order on its settling day."""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.reader import About, Column, Reader
from kpis.ingest.rows import SpendRow
from opsplan.lib.columns import day, identifier, money, needed, needed_identifier, remembered


def build(_about: About) -> Callable[..., SpendRow]:
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

    return row


READER = Reader(
    key="taobaoke_settled_orders",
    fact="ads",
    version=1,
    columns=(
        Column("day", ("淘客结算时间", "账户支出时间"), remembered(needed(day, "missing_date")), is_required=True),
        Column("order_no", ("淘宝父订单编号",), needed_identifier, is_required=True, stand_in=""),
        Column("sub_order_no", ("淘宝子订单编号",), identifier),
        Column("item_id", ("商品ID",), identifier),
        Column(
            "commission",
            ("佣金",),
            remembered(needed(money, "missing_number")),
            is_required=True,
            adds=True,
            is_money=True,
            stand_in=0,
        ),
        Column("fee", ("服务费金额",), remembered(money), adds=True, is_money=True),
        Column("sales", ("实际成交价格",), remembered(money), adds=True, is_money=True),
    ),
    build=build,
    sources=("taobaoke_settled_orders",),
)
