from kpis.models.facts import (
    AdSpend,
    ChannelTraffic,
    Coverage,
    ItemTraffic,
    Order,
    OrderLine,
    OrderStatus,
    Refund,
    RefundStatus,
    ShopTraffic,
    StaleDay,
)
from kpis.models.imports import RowProblem, Upload
from kpis.models.rollups import ChannelDay, DataVersion, ProductDay, StoreDay
from kpis.models.targets import Entry, Target

__all__ = [
    "AdSpend",
    "ChannelDay",
    "ChannelTraffic",
    "Coverage",
    "DataVersion",
    "Entry",
    "ItemTraffic",
    "Order",
    "OrderLine",
    "OrderStatus",
    "ProductDay",
    "Refund",
    "RefundStatus",
    "RowProblem",
    "ShopTraffic",
    "StaleDay",
    "StoreDay",
    "Target",
    "Upload",
]
