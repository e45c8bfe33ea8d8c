from django.urls import path

from campaigns.views import campaigns as views

urlpatterns = [
    path("s/<slug:store>/campaigns/", views.campaign_list, name="campaigns"),
    path("s/<slug:store>/campaigns/new/", views.campaign_new, name="campaign_new"),
    path("s/<slug:store>/campaigns/<int:pk>/", views.campaign_edit, name="campaign"),
    path("s/<slug:store>/campaigns/<int:pk>/delete/", views.campaign_delete, name="campaign_delete"),
]
