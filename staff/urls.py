from django.contrib.auth.views import LogoutView
from django.urls import path

from staff.views import changes, doors, me, messages, task_feed, task_team, task_templates, tasks, team

urlpatterns = [
    path("", doors.home, name="home"),
    path("login/", doors.Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("stores/", doors.stores, name="stores"),
    path("stores/new/", doors.store_new, name="store_new"),
    path("me/", me.profile, name="profile"),
    path("me/preferences/", me.preferences, name="preferences"),
    path("me/password/", me.password, name="password"),
    path("me/tokens/", me.tokens, name="tokens"),
    path("me/tokens/<int:pk>/revoke/", me.token_revoke, name="token_revoke"),
    path("s/<slug:store>/settings/members/", team.members, name="members"),
    path("s/<slug:store>/settings/members/add/", team.member_add, name="member_add"),
    path("s/<slug:store>/settings/members/new/", team.member_new, name="member_new"),
    path("s/<slug:store>/settings/members/<int:pk>/", team.member_edit, name="member_edit"),
    path("s/<slug:store>/settings/members/<int:pk>/remove/", team.member_remove, name="member_remove"),
    path("s/<slug:store>/settings/messages/", messages.destinations, name="destinations"),
    path("s/<slug:store>/settings/messages/<int:pk>/test/", messages.destination_test, name="destination_test"),
    path("s/<slug:store>/settings/messages/<int:pk>/switch/", messages.destination_switch, name="destination_switch"),
    path("s/<slug:store>/settings/messages/<int:pk>/delete/", messages.destination_delete, name="destination_delete"),
    path("s/<slug:store>/settings/messages/log/<int:pk>/again/", messages.delivery_again, name="delivery_again"),
    path("s/<slug:store>/settings/changes/", changes.audit, name="audit"),
    path("s/<slug:store>/tasks/", tasks.myday, name="myday"),
    path("s/<slug:store>/tasks/<int:pk>/", tasks.task, name="task"),
    path("s/<slug:store>/tasks/<int:pk>/do/", tasks.task_do, name="task_do"),
    path("s/<slug:store>/tasks/<int:pk>/comment/", tasks.task_comment, name="task_comment"),
    path("s/<slug:store>/tasks/<int:pk>/photo/", tasks.task_photo, name="task_photo"),
    path("s/<slug:store>/tasks/team/", task_team.team_day, name="team_day"),
    path("s/<slug:store>/tasks/week/", task_team.task_week, name="task_week"),
    path("s/<slug:store>/tasks/list/", task_team.duty_sheet, name="duty_sheet"),
    path("s/<slug:store>/tasks/statistics/", task_team.task_statistics, name="task_statistics"),
    path("s/<slug:store>/tasks/calendar/", task_feed.task_feed_settings, name="task_feed_settings"),
    path("s/<slug:store>/tasks/templates/", task_templates.task_templates, name="task_templates"),
    path("s/<slug:store>/tasks/templates/install/", task_templates.library_install, name="library_install"),
    path("s/<slug:store>/tasks/templates/new/", task_templates.task_template_new, name="task_template_new"),
    path("s/<slug:store>/tasks/templates/preview/", task_templates.task_preview, name="task_preview"),
    path("s/<slug:store>/tasks/templates/<int:pk>/", task_templates.task_template, name="task_template"),
    path(
        "s/<slug:store>/tasks/templates/<int:pk>/switch/",
        task_templates.task_template_switch,
        name="task_template_switch",
    ),
    path(
        "s/<slug:store>/tasks/templates/<int:pk>/start/", task_templates.task_template_start, name="task_template_start"
    ),
    path(
        "s/<slug:store>/tasks/templates/<int:pk>/discard/",
        task_templates.task_template_discard,
        name="task_template_discard",
    ),
    path("calendar/<str:token>.ics", task_feed.task_feed, name="task_feed"),
]
