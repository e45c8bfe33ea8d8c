from django.urls import path

from products.purchase_api import HoldsView, HoldView, PriceCheckView, PurchasesView, PurchaseView
from products.stock_api import BalancesView, MovementsView
from products.takes_api import TakesView, TakeView

urlpatterns = [
    path("stores/<slug:slug>/stock/takes", TakesView.as_view(), name="api_stock_takes"),
    path("stores/<slug:slug>/stock/takes/<int:pk>", TakeView.as_view(), name="api_stock_take"),
    path("stores/<slug:slug>/stock", BalancesView.as_view(), name="api_stock"),
    path("stores/<slug:slug>/stock/movements", MovementsView.as_view(), name="api_stock_movements"),
    path("stores/<slug:slug>/stock/holds", HoldsView.as_view(), name="api_stock_holds"),
    path("stores/<slug:slug>/stock/holds/<int:pk>", HoldView.as_view(), name="api_stock_hold"),
    path("stores/<slug:slug>/purchases", PurchasesView.as_view(), name="api_purchases"),
    path("stores/<slug:slug>/purchases/<int:pk>", PurchaseView.as_view(), name="api_purchase"),
    path("stores/<slug:slug>/prices/check", PriceCheckView.as_view(), name="api_price_check"),
]
