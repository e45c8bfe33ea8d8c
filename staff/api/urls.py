from django.urls import path

from staff.api.approvals import ApprovalsView, ApprovalView
from staff.api.desk import DeskView
from staff.api.destinations import (
    DestinationsView,
    DestinationTestView,
    DestinationView,
    MessageAgainView,
    MessagesView,
)
from staff.api.handover import HandoversView, HandoverView
from staff.api.notices import NoticesView
from staff.api.roster import MyShiftsView, RosterView
from staff.api.tasks import TaskPhotoView, TaskStatisticsView, TasksView, TaskView
from staff.api.templates import TaskTemplatesView, TaskTemplateView

urlpatterns = [
    path("stores/<slug:slug>/desk", DeskView.as_view(), name="api_desk"),
    path("stores/<slug:slug>/destinations", DestinationsView.as_view(), name="api_destinations"),
    path("stores/<slug:slug>/destinations/<int:pk>", DestinationView.as_view(), name="api_destination"),
    path("stores/<slug:slug>/destinations/<int:pk>/test", DestinationTestView.as_view(), name="api_destination_test"),
    path("stores/<slug:slug>/messages", MessagesView.as_view(), name="api_messages"),
    path("stores/<slug:slug>/messages/<int:pk>/again", MessageAgainView.as_view(), name="api_message_again"),
    path("stores/<slug:slug>/handovers", HandoversView.as_view(), name="api_handovers"),
    path("stores/<slug:slug>/handovers/<int:pk>", HandoverView.as_view(), name="api_handover"),
    path("stores/<slug:slug>/notices", NoticesView.as_view(), name="api_notices"),
    path("stores/<slug:slug>/approvals", ApprovalsView.as_view(), name="api_approvals"),
    path("stores/<slug:slug>/approvals/<int:pk>", ApprovalView.as_view(), name="api_approval"),
    path("stores/<slug:slug>/roster", RosterView.as_view(), name="api_roster"),
    path("stores/<slug:slug>/my-shifts", MyShiftsView.as_view(), name="api_my_shifts"),
    path("stores/<slug:slug>/tasks", TasksView.as_view(), name="api_tasks"),
    path("stores/<slug:slug>/tasks/<int:pk>", TaskView.as_view(), name="api_task"),
    path("stores/<slug:slug>/tasks/<int:pk>/photo", TaskPhotoView.as_view(), name="api_task_photo"),
    path("stores/<slug:slug>/task-templates", TaskTemplatesView.as_view(), name="api_task_templates"),
    path("stores/<slug:slug>/task-templates/<int:pk>", TaskTemplateView.as_view(), name="api_task_template"),
    path("stores/<slug:slug>/task-statistics", TaskStatisticsView.as_view(), name="api_task_statistics"),
]
