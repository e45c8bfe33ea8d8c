"""What is sent in the examples of the OpenAPI document and of docs/api.md; a test sends them one after the other."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

WHY = OpenApiParameter("reason", str, required=True, description="The reason.")
SITE = {
    "name": "美团", "platform": "meituan", "rate": "0.08",
    "instalments": [{"share": "0.3", "days": 0}, {"share": "0.4", "days": 15}, {"share": "0.3", "days": 45}],
    "keep_warm_days": 30,
}  # fmt: skip
DEAL = {
    "name": "面膜家庭装团", "site": "美团", "opens_at": "2026-12-01T10:00", "closes_at": "2026-12-03T10:00",
    "minimum": 2, "form_hours": 24, "limit": 3, "freight": "5.00", "packaging": "0.50",
    "lines": [{"sku": "MM-01", "price": "68.00", "quota": 100}],
}  # fmt: skip
APPROVED = {"to": "approved", "reason": "价格与库存已确认"}
ORDERS = {
    "sales": [
        {"key": "5501", "sku": "MM-01", "units": 2, "at": "2026-12-01T10:05", "buyer": "u-1"},
        {"key": "5502", "sku": "MM-01", "units": 3, "at": "2026-12-01T11:20", "buyer": "u-2", "refunded_before": 1},
    ]
}
CORRECTED = {"units": 2, "paid": "136.00", "reason": "多输了一件"}
GIVEN_BACK = {"given_back": "5.00", "reason": "外盒有污渍，补差价"}
CAMPAIGN = {
    "name": "双12", "type": "platform", "first": "2026-12-10", "last": "2026-12-12", "event": "double_12",
    "theme": "年末囤货", "terms": "满300减40，每人限购5件",
    "products": [{"code": "MM-01", "price": "69.00", "limit": 5}, {"code": "MS-02"}],
}  # fmt: skip
LONGER = {"last": "2026-12-13"}
CAMPAIGN_PRICE = {"lines": [{"code": "MS-02", "price": "99.00", "units": 300}]}
PHASES = {
    "phases": [
        {"phase": "build_up", "start": "2026-12-10T00:00:00+08:00", "end": "2026-12-12T00:00:00+08:00", "share": "0.4"},
        {"phase": "peak", "start": "2026-12-12T00:00:00+08:00", "end": "2026-12-13T00:00:00+08:00", "share": "0.6"},
    ]
}
CHECK = {"do": "check"}
LADDER = {
    "kind": "reduction", "name": "满300减40", "excludes": ["coupon"],
    "terms": {"steps": [{"from": "300", "off": "40"}, {"from": "500", "off": "80"}]},
}  # fmt: skip
HIGHER = {"terms": {"steps": [{"from": "399", "off": "40"}]}}
WAY_OUT = {"product": "MM-01", "way": "leave:o15"}
EXCEPTION = {"product": "MM-01", "reason": "清旧包装，12 月底前要出完"}
WORDS = {"words": "预热两天加购比去年多三成。", "lesson": "满减门槛再高一点也卖得动。"}
ENROLMENT = {
    "category": "event", "name": "聚划算 12 月场", "weight": "main", "cost": "坑位费 2000 元", "until": "2026-12-05",
    "what": "面膜家庭装单品团", "state": "open",
}  # fmt: skip
ENROLLED = {"state": "won", "result": "12 月 10 日上线，坑位 3"}
RESTOCK = {"product": "MM-01", "choice": "restock", "lift": "3", "reason": "工厂 12 月 5 日到货"}
TALK = {"day": "2026-11-23", "who": "小二 阿青", "said": "美妆会场还有两个坑位，周五前报名"}
FIGURES = {"site": "250.24", "note": "对账一致", "sign": True}
PREPARATION = {
    "goals": [{"metric": "real_amt", "value": "120000"}, {"metric": "gross_rate", "value": "0.45"}],
    "budgets": [{"channel": "zhitongche", "amount": "3000"}],
    "materials": [{"name": "主图"}],
    "plan_b": [{"trigger": "weak", "limit": "0.7", "answer": "加发店铺红包"}],
}
RECEIVED = {"instalment": {"number": 1, "received": "75.07", "day": "2026-12-08"}}


def sent(name: str, value: Any) -> OpenApiExample:
    """A body as it is sent."""
    return OpenApiExample(name, value=value, request_only=True, media_type="application/json")
