from django.urls import path

from campaigns.views import calendar, live, plan, price, rehearsal, sisters, stock, work
from campaigns.views import campaigns as views

urlpatterns = [
    path("s/<slug:store>/price/", price.price, name="price"),
    path("s/<slug:store>/campaigns/", views.campaign_list, name="campaigns"),
    path("s/<slug:store>/campaigns/calendar/", calendar.campaign_calendar, name="campaign_calendar"),
    path("s/<slug:store>/campaigns/calendar.ics", calendar.campaign_ical, name="campaign_ical"),
    path("s/<slug:store>/campaigns/<int:pk>/move/", calendar.campaign_move, name="campaign_move"),
    path("s/<slug:store>/campaigns/<int:pk>/stock/", stock.campaign_stock, name="campaign_stock"),
    path("s/<slug:store>/campaigns/new/", views.campaign_new, name="campaign_new"),
    path("s/<slug:store>/campaigns/<int:pk>/", plan.campaign_plan, name="campaign"),
    path("s/<slug:store>/campaigns/<int:pk>/edit/", views.campaign_edit, name="campaign_edit"),
    path("s/<slug:store>/campaigns/<int:pk>/delete/", views.campaign_delete, name="campaign_delete"),
    path("s/<slug:store>/campaigns/<int:pk>/items/", plan.campaign_items, name="campaign_items"),
    path("s/<slug:store>/campaigns/<int:pk>/phases/", plan.campaign_phases, name="campaign_phases"),
    path("s/<slug:store>/campaigns/<int:pk>/step/", plan.campaign_step, name="campaign_step"),
    path("s/<slug:store>/campaigns/<int:pk>/exception/", plan.campaign_exception, name="campaign_exception"),
    path("s/<slug:store>/campaigns/<int:pk>/way-out/", plan.campaign_way_out, name="campaign_way_out"),
    path("s/<slug:store>/campaigns/<int:pk>/clone/", plan.campaign_clone, name="campaign_clone"),
    path("s/<slug:store>/campaigns/<int:pk>/offers/new/", plan.offer_new, name="offer_new"),
    path("s/<slug:store>/campaigns/<int:pk>/offers/<int:offer>/", plan.offer_edit, name="offer_edit"),
    path("s/<slug:store>/campaigns/<int:pk>/offers/<int:offer>/delete/", plan.offer_delete, name="offer_delete"),
    path("s/<slug:store>/campaigns/<int:pk>/rehearsal/", rehearsal.campaign_rehearsal, name="campaign_rehearsal"),
    path("s/<slug:store>/campaigns/<int:pk>/preparation/", work.campaign_work, name="campaign_work"),
    path("s/<slug:store>/campaigns/<int:pk>/preparation/do/", work.campaign_work_do, name="campaign_work_do"),
    path("s/<slug:store>/campaigns/<int:pk>/live/", live.campaign_live, name="campaign_live"),
    path("s/<slug:store>/campaigns/<int:pk>/stores/", sisters.campaign_stores, name="campaign_stores"),
    path("s/<slug:store>/campaigns/<int:pk>/review/", work.campaign_review, name="campaign_review"),
]
