from django.urls import path

from campaigns.api.deals import DealGoView, DealSalesView, DealsView, OneDealView
from campaigns.api.price import PriceView

urlpatterns = [
    path("stores/<slug:slug>/price", PriceView.as_view(), name="api_price"),
    path("stores/<slug:slug>/deals", DealsView.as_view(), name="api_deals"),
    path("stores/<slug:slug>/deals/<int:pk>", OneDealView.as_view(), name="api_deal"),
    path("stores/<slug:slug>/deals/<int:pk>/transition", DealGoView.as_view(), name="api_deal_go"),
    path("stores/<slug:slug>/deals/<int:pk>/sales", DealSalesView.as_view(), name="api_deal_sales"),
]
