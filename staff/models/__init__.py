"""People, what they may do and have to do, and what is told to them."""

from staff.models.approvals import Approval, ApprovalEvent
from staff.models.desk import DeskDay
from staff.models.doors import Invitation, LinkVisit, ShareLink, SignIn
from staff.models.messages import Delivery, Destination, Medium
from staff.models.notices import Notice, Reminders
from staff.models.people import ApiToken, Member, User
from staff.models.roster import (
    DutyLoad,
    DutyPlan,
    Handover,
    HandoverLine,
    HandoverSeen,
    RosterWeek,
    Rotation,
    Shift,
    ShiftNeed,
    ShiftRequest,
    StoreDuty,
    Turn,
)
from staff.models.tasks import (
    Evidence,
    State,
    Task,
    TaskComment,
    TaskEvent,
    TaskFeed,
    TaskSpawn,
    TaskTemplate,
    TemplateVersion,
)

__all__ = [
    "ApiToken",
    "Approval",
    "ApprovalEvent",
    "Delivery",
    "DeskDay",
    "Destination",
    "DutyLoad",
    "DutyPlan",
    "Evidence",
    "Handover",
    "HandoverLine",
    "HandoverSeen",
    "Invitation",
    "LinkVisit",
    "Medium",
    "Member",
    "Notice",
    "Reminders",
    "RosterWeek",
    "Rotation",
    "ShareLink",
    "Shift",
    "ShiftNeed",
    "ShiftRequest",
    "SignIn",
    "State",
    "StoreDuty",
    "Task",
    "TaskComment",
    "TaskEvent",
    "TaskFeed",
    "TaskSpawn",
    "TaskTemplate",
    "TemplateVersion",
    "Turn",
    "User",
]
