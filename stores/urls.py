from django.urls import path

from stores import views

urlpatterns = [
    path("s/<slug:store>/settings/calendar/", views.calendar, name="calendar"),
    path("s/<slug:store>/settings/calendar/event/", views.calendar_event, name="calendar_event"),
    path("s/<slug:store>/settings/calendar/event/off/", views.calendar_event_off, name="calendar_event_off"),
    path("s/<slug:store>/settings/calendar/day/", views.calendar_day, name="calendar_day"),
    path("s/<slug:store>/settings/", views.store_settings, name="store_settings"),
    path("s/<slug:store>/settings/opening", views.store_opening, name="store_opening"),
    path("s/<slug:store>/settings/close", views.store_close, name="store_close"),
    path("s/<slug:store>/settings/reopen", views.store_reopen, name="store_reopen"),
    path("s/<slug:store>/settings/delete", views.store_delete, name="store_delete"),
    path("s/<slug:store>/settings/channels/", views.channel_add, name="channel_add"),
    path("s/<slug:store>/settings/channels/exchange", views.channel_exchange, name="channel_exchange"),
    path("s/<slug:store>/settings/channels/<int:pk>/", views.channel_edit, name="channel_edit"),
    path(
        "s/<slug:store>/settings/channels/<int:pk>/names/<int:alias>/delete/", views.alias_delete, name="alias_delete"
    ),
]
