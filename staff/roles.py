"""Who may do what, in one table (pure). Level and duty are two things: a level opens doors, a duty brings work."""

from collections.abc import Iterable
from enum import StrEnum


class Level(StrEnum):
    """Access levels from most to least."""

    OWNER = "owner"
    MANAGER = "manager"
    MEMBER = "member"
    VIEWER = "viewer"
    CLIENT = "client"


class Duty(StrEnum):
    """What a person does in the shop; several may be held at once (domain.md 5)."""

    OPERATIONS = "operations"
    SERVICE = "service"
    DESIGN = "design"
    PROMOTION = "promotion"
    LOGISTICS = "logistics"
    FINANCE = "finance"
    PRODUCT = "product"
    MARKETING = "marketing"


OWN = "own:"  # a duty of a store's own: this and its name


class Action(StrEnum):
    """Everything that is guarded. A misspelt action fails at import."""

    VIEW_KPIS = "view_kpis"
    VIEW_DATA = "view_data"
    VIEW_PRODUCTS = "view_products"
    VIEW_TEAM = "view_team"
    PLAN_TEAM = "plan_team"
    VIEW_ROSTER = "view_roster"
    WORK_SHIFTS = "work_shifts"
    PLAN_ROSTER = "plan_roster"
    VIEW_TASKS = "view_tasks"
    DO_TASKS = "do_tasks"
    MANAGE_TASKS = "manage_tasks"
    DECIDE_APPROVALS = "decide_approvals"
    IMPORT_DATA = "import_data"
    UNDO_IMPORTS = "undo_imports"
    ENTER_DATA = "enter_data"
    EDIT_PRODUCTS = "edit_products"
    SET_TARGETS = "set_targets"
    SHARE_VIEWS = "share_views"
    APPROVE_PLANS = "approve_plans"
    HANDLE_ALERTS = "handle_alerts"
    MANAGE_ALERTS = "manage_alerts"
    CLOSE_PERIODS = "close_periods"
    WRITE_REPORTS = "write_reports"
    SIGN_REPORTS = "sign_reports"
    VIEW_STATEMENTS = "view_statements"
    MANAGE_CONTRACTS = "manage_contracts"
    VIEW_AUDIT = "view_audit"
    EDIT_CALENDAR = "edit_calendar"
    MANAGE_TEAM = "manage_team"
    MANAGE_STORE = "manage_store"


# What is left to do in a closed store: everything can be read, its last month is billed, and an owner opens it again or
# takes it away.
WHEN_CLOSED = frozenset(action for action in Action if action.startswith("view_")) | {
    Action.MANAGE_STORE,
    Action.MANAGE_CONTRACTS,
}

RANK = {Level.OWNER: 4, Level.MANAGER: 3, Level.MEMBER: 2, Level.VIEWER: 1, Level.CLIENT: 0}

NEEDS: dict[Action, Level] = {
    Action.VIEW_KPIS: Level.CLIENT,
    Action.VIEW_DATA: Level.VIEWER,
    Action.VIEW_PRODUCTS: Level.VIEWER,
    Action.VIEW_TEAM: Level.MEMBER,
    Action.PLAN_TEAM: Level.MANAGER,
    Action.VIEW_ROSTER: Level.VIEWER,
    Action.WORK_SHIFTS: Level.MEMBER,
    Action.PLAN_ROSTER: Level.MANAGER,
    Action.VIEW_TASKS: Level.VIEWER,
    Action.DO_TASKS: Level.MEMBER,
    Action.MANAGE_TASKS: Level.MANAGER,
    Action.DECIDE_APPROVALS: Level.MANAGER,
    Action.IMPORT_DATA: Level.MEMBER,
    Action.UNDO_IMPORTS: Level.MANAGER,
    Action.ENTER_DATA: Level.MEMBER,
    Action.EDIT_PRODUCTS: Level.MEMBER,
    Action.SET_TARGETS: Level.MANAGER,
    Action.SHARE_VIEWS: Level.MANAGER,
    Action.APPROVE_PLANS: Level.OWNER,
    Action.HANDLE_ALERTS: Level.MEMBER,
    Action.MANAGE_ALERTS: Level.MANAGER,
    Action.CLOSE_PERIODS: Level.MANAGER,
    Action.WRITE_REPORTS: Level.MEMBER,
    Action.SIGN_REPORTS: Level.MANAGER,
    Action.VIEW_STATEMENTS: Level.CLIENT,
    Action.MANAGE_CONTRACTS: Level.MANAGER,
    Action.VIEW_AUDIT: Level.MANAGER,
    Action.EDIT_CALENDAR: Level.MANAGER,
    Action.MANAGE_TEAM: Level.OWNER,
    Action.MANAGE_STORE: Level.OWNER,
}
# Not for every level that is high enough: what a client owes is between the client and those who lead the shop.
CLOSED_TO: dict[Action, frozenset[Level]] = {Action.VIEW_STATEMENTS: frozenset({Level.MEMBER, Level.VIEWER})}


def works_by_list(level: str, duties: Iterable[str]) -> bool:
    """Whether somebody begins the day with their own tasks, not the shop's figures: members who do not run it."""
    held = set(duties)
    return level == Level.MEMBER and bool(held) and Duty.OPERATIONS not in held


def may(level: Level, action: Action) -> bool:
    """Whether `level` is high enough for `action`, and not one of those it is closed to."""
    return RANK[level] >= RANK[NEEDS[action]] and level not in CLOSED_TO.get(action, ())
