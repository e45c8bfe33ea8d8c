from django.urls import path

from products.api import FocusView, MovesView, MoveView, ProductsView, ProductView, RangeView, RanksView

urlpatterns = [
    path("stores/<slug:slug>/products", ProductsView.as_view(), name="api_products"),
    path("stores/<slug:slug>/products/<int:pk>", ProductView.as_view(), name="api_product"),
    path("stores/<slug:slug>/products/ranks", RanksView.as_view(), name="api_ranks"),
    path("stores/<slug:slug>/products/moves", MovesView.as_view(), name="api_moves"),
    path("stores/<slug:slug>/products/moves/<int:pk>", MoveView.as_view(), name="api_move"),
    path("stores/<slug:slug>/products/focus", FocusView.as_view(), name="api_focus"),
    path("stores/<slug:slug>/products/range", RangeView.as_view(), name="api_range"),
]
