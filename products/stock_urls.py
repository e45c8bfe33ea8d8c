from django.urls import path

from products.views import prices, purchases, stock, stock_takes

urlpatterns = [
    path("s/<slug:store>/products/stock/", stock.stock_list, name="stock"),
    path("s/<slug:store>/products/stock/begin/", stock.stock_begin, name="stock_begin"),
    path("s/<slug:store>/products/stock/movements/", stock.stock_movements, name="stock_movements"),
    path("s/<slug:store>/products/stock/clearance/", stock.stock_clearance, name="stock_clearance"),
    path("s/<slug:store>/products/stock/settings/", stock.stock_settings, name="stock_settings"),
    path("s/<slug:store>/products/stock/import/", stock_takes.stock_import, name="stock_import"),
    path("s/<slug:store>/products/stock/import/<int:pk>/", stock_takes.stock_file, name="stock_file"),
    path("s/<slug:store>/products/stock/import/<int:pk>/do/", stock_takes.stock_file_do, name="stock_file_do"),
    path("s/<slug:store>/products/stock/takes/", stock_takes.stock_take_list, name="stock_takes"),
    path("s/<slug:store>/products/stock/takes/new/", stock_takes.stock_take_new, name="stock_take_new"),
    path("s/<slug:store>/products/stock/takes/<int:pk>/", stock_takes.stock_take, name="stock_take"),
    path("s/<slug:store>/products/stock/takes/<int:pk>/sheet/", stock_takes.stock_take_sheet, name="stock_take_sheet"),
    path("s/<slug:store>/products/stock/takes/<int:pk>/do/", stock_takes.stock_take_do, name="stock_take_do"),
    path("s/<slug:store>/products/stock/purchases/", purchases.purchases, name="purchases"),
    path("s/<slug:store>/products/stock/purchases/new/", purchases.purchase_new, name="purchase_new"),
    path("s/<slug:store>/products/stock/purchases/<int:pk>/", purchases.purchase, name="purchase"),
    path("s/<slug:store>/products/stock/purchases/<int:pk>/do/", purchases.purchase_do, name="purchase_do"),
    path("s/<slug:store>/products/stock/holds/<int:pk>/release/", stock.stock_release, name="stock_release"),
    path("s/<slug:store>/products/stock/<int:pk>/", stock.stock_product, name="stock_product"),
    path("s/<slug:store>/products/stock/<int:pk>/move/", stock.stock_move, name="stock_move"),
    path("s/<slug:store>/products/stock/<int:pk>/hold/", stock.stock_hold, name="stock_hold"),
    path("s/<slug:store>/products/stock/<int:pk>/rule/", stock.stock_rule, name="stock_rule"),
    path("s/<slug:store>/products/prices/rules/", prices.price_rules, name="price_rules"),
    path("s/<slug:store>/products/prices/events/", prices.price_event_set, name="price_event_set"),
    path("s/<slug:store>/products/<int:pk>/prices/", prices.product_prices, name="product_prices"),
    path("s/<slug:store>/products/<int:pk>/prices/set/", prices.price_set, name="price_set"),
]
