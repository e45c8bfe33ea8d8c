from django.contrib.auth.views import LogoutView
from django.urls import path

from staff.views import changes, doors, me, messages, team

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
]
