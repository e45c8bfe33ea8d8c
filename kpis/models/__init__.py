from kpis.models.alerts import Alert, AlertRule
from kpis.models.day_plans import ChannelBudget, DayEdit, DayTarget, DayWeights
from kpis.models.definitions import MetricDefinition
from kpis.models.facts import (
    GUESSED_REFUNDS,
    AdSpend,
    ChannelTraffic,
    Coverage,
    Fee,
    ItemTraffic,
    Order,
    OrderLine,
    OrderStatus,
    Refund,
    RefundStatus,
    ShopTraffic,
    StaleDay,
    ToldPart,
)
from kpis.models.goals import CashLine, Milestone, Phase, PlanOwner, PlanSection, PlanSectionChange
from kpis.models.imports import ArrivingFile, DaysTold, Preset, RowBefore, RowProblem, TouchedRows, Upload
from kpis.models.plans import Plan, PlanCell, PlanChange, PlanEdit, PlanRow
from kpis.models.reports import ClosedPeriod, Report, ReportReminder, SignedReport, Snapshot
from kpis.models.rollups import BuyerDay, ChannelDay, DataVersion, ProductDay, StoreDay
from kpis.models.segments import CustomerMark, SegmentRules
from kpis.models.statements import Statement, StatementLine
from kpis.models.targets import Entry, EntryEdit, Target
from kpis.models.views import SavedView

__all__ = [
    "GUESSED_REFUNDS",
    "AdSpend",
    "Alert",
    "AlertRule",
    "ArrivingFile",
    "BuyerDay",
    "CashLine",
    "ChannelBudget",
    "ChannelDay",
    "ChannelTraffic",
    "ClosedPeriod",
    "Coverage",
    "CustomerMark",
    "DataVersion",
    "DayEdit",
    "DayTarget",
    "DayWeights",
    "DaysTold",
    "Entry",
    "EntryEdit",
    "Fee",
    "ItemTraffic",
    "MetricDefinition",
    "Milestone",
    "Order",
    "OrderLine",
    "OrderStatus",
    "Phase",
    "Plan",
    "PlanCell",
    "PlanChange",
    "PlanEdit",
    "PlanOwner",
    "PlanRow",
    "PlanSection",
    "PlanSectionChange",
    "Preset",
    "ProductDay",
    "Refund",
    "RefundStatus",
    "Report",
    "ReportReminder",
    "RowBefore",
    "RowProblem",
    "SavedView",
    "SegmentRules",
    "ShopTraffic",
    "SignedReport",
    "Snapshot",
    "StaleDay",
    "Statement",
    "StatementLine",
    "StoreDay",
    "Target",
    "ToldPart",
    "TouchedRows",
    "Upload",
]
