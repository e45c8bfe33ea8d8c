"""What columns are called in files that no reader was made for: in people's own tables, by other platforms and ERPs."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from opsplan.lib.text import folded

# What people call fields in tables of their own, folded: less sure than a platform's words, so the cells must fit, too.
EVERYDAY = {
    "order_no": ("单号", "订单", "流水号", "orderno", "ordernumber"),
    "created_at": ("下单", "下单日期", "订单日期", "成交时间", "日期", "时间", "orderdate"),
    "paid_at": ("付款", "付款日期", "支付", "支付日期", "收款时间", "收款日期"),
    "status": ("状态", "交易状态"),
    "actual_fen": ("实付", "实收", "实收金额", "付款金额", "支付金额", "收款", "收款金额", "付款", "金额", "amount"),
    "total_fen": ("应付", "应收", "总价", "合计"),
    "refund_fen": ("退款", "退款额", "已退款"),
    "freight_fen": ("邮费", "快递"),
    "item_qty": ("购买数量", "件"),
    "buyer": (
        "客人",
        "客户",
        "客户名",
        "顾客",
        "会员",
        "会员名",
        "昵称",
        "买家昵称",
        "旺旺",
        "旺旺名",
        "customer",
        "buyer",
    ),
    "province": ("地区", "省市"),
    "finished_at": ("完成", "完成日期", "收货时间"),
    "title": ("品名", "产品", "产品名称", "货品", "宝贝", "款式", "product", "item"),
    "code": ("款号", "编码", "sku"),
    "properties": ("颜色尺码", "颜色", "尺码"),
    "price_fen": ("售价", "price"),
    "qty": ("件数", "qty"),
    "refund_no": ("退款单号", "售后单"),
    "applied_at": ("申请日期", "申请"),
    "settled_at": ("退款日期", "日期"),
    "amount_fen": ("退款", "退款额", "金额"),
    "reason": ("原因",),
    "day": ("时间", "date"),
    "uv": ("访客", "uv", "访客人数", "访问人数", "商品访客数", "商品点击人数"),
    "pv": ("浏览", "pv"),
    "pay_amt_fen": ("成交金额", "成交额", "销售额"),
    "pay_orders": ("成交单数", "订单数", "成交笔数", "成交订单量"),
    "pay_buyers": ("成交人数", "成交买家数"),
    "channel": ("推广渠道", "平台", "channel"),
    "cost_fen": ("费用", "推广费", "广告费", "cost"),
    "impressions": ("展现", "曝光"),
    "clicks": ("点击", "clicks"),
    "sales_fen": ("成交", "成交额", "产出"),
    "measure": ("项目",),
    "value": ("值", "value"),
}


@dataclass(frozen=True)
class Hint:
    """Pieces of names (patterns over folded names), the surest first, and pieces that make it another column."""

    words: tuple[str, ...]
    never: str = "$^"

    def of(self, names: Iterable[str]) -> Iterator[str]:
        """Those of `names` that sound like it, the surest first."""
        left = [(name, folded(name)) for name in names]
        for word in self.words:
            for name, plain in left:
                if re.search(word, plain) and not re.search(self.never, plain):
                    yield name


NO_ORDER = "快递|物流|运单|子订单|支付|退|售后|礼物|赠品|内部|渠道|微信|item|tracking"
NO_AMOUNT = (
    "优惠|定金|运费|邮费|退|单价|积分|服务费|手续费|佣金|补贴|红包|税|代金券|成本|件|单件|改价|子单"
    "|refund|discount|shipping|fee|tax|unit"
)
HINTS: dict[tuple[str, str], Hint] = {  # (fact, "" for any; field)
    ("", "order_no"): Hint(
        (
            "线上订单(号|编号)|平台订单(号|编号)",
            "主订单(号|编号)",
            "订单(号|编号|id)|order(id|number|no|sn)\\b",
            "单号$",
        ),
        NO_ORDER,
    ),
    ("orders", "created_at"): Hint(
        (
            "下单|拍下|订单(创建|提交)|(order)?creat(e|ed|ion)(time|date|at)|order(date|time)",
            "订单(日期|时间)",
            "创建|成交|交易时间",
        ),
        "成功|完成",
    ),
    ("orders", "paid_at"): Hint(("(付款|支付|到账|paid|payment).*(时间|日期|time|date|at$)",), "定金|预付"),
    ("orders", "finished_at"): Hint(("完成时间|确认收货|交易成功|(complete|delivered)d?(time|date)",), "结算"),
    ("orders", "status"): Hint(("订单状态|orderstatus", "状态|status"), "售后|退|发货|物流|结算|sub|return|refund"),
    ("orders", "actual_fen"): Hint(
        (
            "grandtotal|order(amount|total)",
            "用户(实付|应付)|买家(实付|实际支付)|实际支付|实付|已付|paidprice|paidbybuyer",
            "实收|收款|应收|应付|订单(总)?金额|totalamount|支付金额|成交金额",
            "金额",
        ),
        NO_AMOUNT,
    ),
    ("orders", "refund_fen"): Hint(("refundamount|退款金额",), "申请"),
    ("orders", "freight_fen"): Hint(
        ("shippingfeeafter|paidshippingfee", "运费|邮费|shippingfee"), "险|平均|优惠|seller|platform|original|净重"
    ),
    ("orders", "item_qty"): Hint(("件数|商品数量|购买数量|宝贝数量", "数量|quantity|qty"), "退|return|种类"),
    ("orders", "buyer"): Hint(
        ("买家(账号|昵称|会员名|id)|用户(编号|昵称|id)|buyerusername|username.*buyer",), "留言|备注"
    ),
    ("lines", "title"): Hint(("(商品|宝贝|货品|sku)(名称|标题)|product(name|title)|itemname",)),
    ("lines", "code"): Hint(("商家编码|商品编码|seller ?sku|skureference|货号",)),
    ("lines", "price_fen"): Hint(("单价|单件|dealprice|unitprice|paidprice",), "改价|优惠|discount"),
    ("lines", "qty"): Hint(("件数|数量|quantity|qty",), "退|return|种类"),
    ("refunds", "refund_no"): Hint(("(售后|退款|退货)单?(编号|单号|号|id)|服务单号|(refund|return|case)id",)),
    ("refunds", "status"): Hint(("(售后|退款)状态|(refund|return)status",)),
    ("refunds", "amount_fen"): Hint(("退给买家|实退|退款(总)?(金|总)额|售后金额|refundamount",), "平台|运费"),
    ("refunds", "applied_at"): Hint(("申请|退货创建|requested",), "金额|原因|说明"),
    ("refunds", "settled_at"): Hint(
        ("退款(成功|完成|完结|到账)?时间|同意退款时间|完结时间|refundedat|确认收货时间",), "申请"
    ),
}
