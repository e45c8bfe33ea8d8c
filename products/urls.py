from django.urls import path

from products.views import catalogue as views

urlpatterns = [
    path("s/<slug:store>/products/", views.product_list, name="products"),
    path("s/<slug:store>/products/new/", views.product_new, name="product_new"),
    path("s/<slug:store>/products/costs/", views.cost_paste, name="cost_paste"),
    path("s/<slug:store>/products/<int:pk>/", views.product, name="product"),
    path("s/<slug:store>/products/<int:pk>/rename/", views.product_rename, name="product_rename"),
    path("s/<slug:store>/products/<int:pk>/items/", views.listing_add, name="listing_add"),
    path("s/<slug:store>/products/<int:pk>/items/<int:listing>/delete/", views.listing_delete, name="listing_delete"),
    path("s/<slug:store>/products/<int:pk>/costs/", views.cost_add, name="cost_add"),
    path("s/<slug:store>/products/<int:pk>/costs/<int:cost>/", views.cost_edit, name="cost_edit"),
    path("s/<slug:store>/products/<int:pk>/costs/<int:cost>/delete/", views.cost_delete, name="cost_delete"),
]
