"""People, what they may do and have to do, and what is told to them."""

from staff.models.messages import Delivery, Destination, Medium
from staff.models.people import ApiToken, Member, User
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
    "Delivery",
    "Destination",
    "Evidence",
    "Medium",
    "Member",
    "State",
    "Task",
    "TaskComment",
    "TaskEvent",
    "TaskFeed",
    "TaskSpawn",
    "TaskTemplate",
    "TemplateVersion",
    "User",
]
