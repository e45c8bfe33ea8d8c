from django.urls import path

from kpis.api.alert_rules import AlertRulePreviewView, AlertRulesView, AlertRuleView
from kpis.api.alerts import AlertsView, AlertView
from kpis.api.budgets import BudgetView
from kpis.api.changes import ChangesView
from kpis.api.closings import ClosingsView, ClosingView, ReopenView
from kpis.api.contracts import ContractsView, ContractView, StatementDoView, StatementsView, StatementView
from kpis.api.coverage import CoverageView
from kpis.api.customers import CustomerMarksView, CustomersView, CustomerTasksView, SegmentsView
from kpis.api.day_weights import WeightsView
from kpis.api.definitions import DefinitionsView, DefinitionView
from kpis.api.documents import DocumentsView, DocumentView
from kpis.api.empty_days import EmptyDaysView
from kpis.api.entries import EntriesView
from kpis.api.figures import MetricsView, SummaryView
from kpis.api.headcount import HeadcountView
from kpis.api.imports import ImportsView, ImportView, LoadView, PasswordView, ProblemsView, ReadView, UndoView
from kpis.api.links import LinksView, LinkView
from kpis.api.mapping import MappingView, PresetsView, PresetView
from kpis.api.milestones import MilestonesView, MilestoneView
from kpis.api.month_plan import MonthPlanView
from kpis.api.month_sheets import MonthBookView
from kpis.api.plan_ideas import LoweringsView, LoweringView, SuggestionView
from kpis.api.plan_sheets import PlanBookView
from kpis.api.plan_steps import (
    PlanApproveView,
    PlanRedoView,
    PlanReturnView,
    PlanSubmitView,
    PlanUndoView,
    PlanVersionsView,
)
from kpis.api.plans import PlanView
from kpis.api.platform_check import PlatformCheckView
from kpis.api.query import ExplainView, QueryView
from kpis.api.reports import ReportsView, ReportView, SignView, WithdrawView
from kpis.api.resumable import ArrivalsView, ArrivalView
from kpis.api.unshipped import UnshippedView
from kpis.api.what_if import WhatIfView

urlpatterns = [
    path("stores/<slug:slug>/kpis/summary", SummaryView.as_view(), name="api_summary"),
    path("metrics", MetricsView.as_view(), name="api_metrics"),
    path("kpis/query", QueryView.as_view(), name="api_query"),
    path("stores/<slug:slug>/kpis/changes", ChangesView.as_view(), name="api_changes"),
    path("stores/<slug:slug>/kpis/explain", ExplainView.as_view(), name="api_explain"),
    path("stores/<slug:slug>/alerts", AlertsView.as_view(), name="api_alerts"),
    path("stores/<slug:slug>/alerts/<int:pk>", AlertView.as_view(), name="api_alert"),
    path("stores/<slug:slug>/alerts/rules", AlertRulesView.as_view(), name="api_rules"),
    path("stores/<slug:slug>/alerts/rules/preview", AlertRulePreviewView.as_view(), name="api_rule_preview"),
    path("stores/<slug:slug>/alerts/rules/<int:pk>", AlertRuleView.as_view(), name="api_rule"),
    path("stores/<slug:slug>/closings", ClosingsView.as_view(), name="api_closings"),
    path("stores/<slug:slug>/closings/<int:pk>", ClosingView.as_view(), name="api_closing"),
    path("stores/<slug:slug>/closings/<int:pk>/reopen", ReopenView.as_view(), name="api_closing_reopen"),
    path("stores/<slug:slug>/definitions", DefinitionsView.as_view(), name="api_definitions"),
    path("stores/<slug:slug>/definitions/<int:pk>", DefinitionView.as_view(), name="api_definition"),
    path("stores/<slug:slug>/contracts", ContractsView.as_view(), name="api_contracts"),
    path("stores/<slug:slug>/contracts/<int:pk>", ContractView.as_view(), name="api_contract"),
    path("stores/<slug:slug>/statements", StatementsView.as_view(), name="api_statements"),
    path("stores/<slug:slug>/statements/<int:pk>", StatementView.as_view(), name="api_statement"),
    path("stores/<slug:slug>/statements/<int:pk>/do", StatementDoView.as_view(), name="api_statement_do"),
    path("stores/<slug:slug>/customers", CustomersView.as_view(), name="api_customers"),
    path("stores/<slug:slug>/customers/tasks", CustomerTasksView.as_view(), name="api_customer_tasks"),
    path("stores/<slug:slug>/customers/segments", SegmentsView.as_view(), name="api_segments"),
    path("stores/<slug:slug>/customers/marks", CustomerMarksView.as_view(), name="api_customer_marks"),
    path("stores/<slug:slug>/reports", ReportsView.as_view(), name="api_reports"),
    path("stores/<slug:slug>/headcount", HeadcountView.as_view(), name="api_headcount"),
    path("stores/<slug:slug>/links", LinksView.as_view(), name="api_links"),
    path("stores/<slug:slug>/links/<int:pk>", LinkView.as_view(), name="api_link"),
    path("stores/<slug:slug>/reports/<int:pk>", ReportView.as_view(), name="api_report"),
    path("stores/<slug:slug>/reports/<int:pk>/sign", SignView.as_view(), name="api_report_sign"),
    path("stores/<slug:slug>/reports/<int:pk>/withdraw", WithdrawView.as_view(), name="api_report_withdraw"),
    path("stores/<slug:slug>/plans/<int:year>", PlanView.as_view(), name="api_plan"),
    path("stores/<slug:slug>/plans/<int:year>/workbook", PlanBookView.as_view(), name="api_plan_workbook"),
    path("stores/<slug:slug>/plans/<int:year>/versions", PlanVersionsView.as_view(), name="api_plan_versions"),
    path("stores/<slug:slug>/plans/<int:year>/suggestion", SuggestionView.as_view(), name="api_plan_suggestion"),
    path("stores/<slug:slug>/plans/<int:year>/submit", PlanSubmitView.as_view(), name="api_plan_submit"),
    path("stores/<slug:slug>/plans/<int:year>/return", PlanReturnView.as_view(), name="api_plan_return"),
    path("stores/<slug:slug>/plans/<int:year>/undo", PlanUndoView.as_view(), name="api_plan_undo"),
    path("stores/<slug:slug>/plans/<int:year>/redo", PlanRedoView.as_view(), name="api_plan_redo"),
    path("stores/<slug:slug>/plans/<int:year>/approve", PlanApproveView.as_view(), name="api_plan_approve"),
    path("stores/<slug:slug>/plans/<int:year>/what-if", WhatIfView.as_view(), name="api_what_if"),
    path("stores/<slug:slug>/plan/days", MonthPlanView.as_view(), name="api_month_plan"),
    path("stores/<slug:slug>/plan/weights", WeightsView.as_view(), name="api_day_weights"),
    path("stores/<slug:slug>/plan/lowerings", LoweringsView.as_view(), name="api_lowerings"),
    path("stores/<slug:slug>/plan/lowerings/<int:pk>", LoweringView.as_view(), name="api_lowering"),
    path("stores/<slug:slug>/plan/budget", BudgetView.as_view(), name="api_month_budget"),
    path("stores/<slug:slug>/plan/days/workbook", MonthBookView.as_view(), name="api_month_workbook"),
    path("stores/<slug:slug>/plan/documents", DocumentsView.as_view(), name="api_documents"),
    path("stores/<slug:slug>/plan/documents/<str:document>", DocumentView.as_view(), name="api_document"),
    path("stores/<slug:slug>/plan/milestones", MilestonesView.as_view(), name="api_milestones"),
    path("stores/<slug:slug>/plan/milestones/<int:pk>", MilestoneView.as_view(), name="api_milestone"),
    path("stores/<slug:slug>/platform-check", PlatformCheckView.as_view(), name="api_platform_check"),
    path("stores/<slug:slug>/orders/unshipped", UnshippedView.as_view(), name="api_unshipped"),
    path("stores/<slug:slug>/coverage", CoverageView.as_view(), name="api_coverage"),
    path("stores/<slug:slug>/entries", EntriesView.as_view(), name="api_entries"),
    path("stores/<slug:slug>/imports", ImportsView.as_view(), name="api_imports"),
    path("stores/<slug:slug>/imports/empty-days", EmptyDaysView.as_view(), name="api_empty_days"),
    path("stores/<slug:slug>/imports/pieces", ArrivalsView.as_view(), name="api_arrivals"),
    path("stores/<slug:slug>/imports/pieces/<int:pk>", ArrivalView.as_view(), name="api_arrival"),
    path("stores/<slug:slug>/imports/presets", PresetsView.as_view(), name="api_presets"),
    path("stores/<slug:slug>/imports/presets/<int:pk>", PresetView.as_view(), name="api_preset"),
    path("stores/<slug:slug>/imports/<int:pk>", ImportView.as_view(), name="api_import"),
    path("stores/<slug:slug>/imports/<int:pk>/load", LoadView.as_view(), name="api_load"),
    path("stores/<slug:slug>/imports/<int:pk>/mapping", MappingView.as_view(), name="api_mapping"),
    path("stores/<slug:slug>/imports/<int:pk>/read", ReadView.as_view(), name="api_read"),
    path("stores/<slug:slug>/imports/<int:pk>/undo", UndoView.as_view(), name="api_undo"),
    path("stores/<slug:slug>/imports/<int:pk>/password", PasswordView.as_view(), name="api_password"),
    path("stores/<slug:slug>/imports/<int:pk>/problems", ProblemsView.as_view(), name="api_problems"),
]
