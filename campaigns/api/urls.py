from django.urls import path

from campaigns.api.price import PriceView

urlpatterns = [
    path("stores/<slug:slug>/price", PriceView.as_view(), name="api_price"),
]
