from django.urls import path

from products.api.catalogue import MatchingView, ProductsView, ProductView
from products.api.checklists import ChecklistsView
from products.api.focus import FocusView
from products.api.pictures import PictureFileView, PicturesView, PictureView
from products.api.prices import ProductPricesView
from products.api.range import CompetitorsView, CompetitorView, NewcomersView, NewcomerView, RangeView
from products.api.stages import MovesView, MoveView, RanksView

urlpatterns = [
    path("stores/<slug:slug>/products", ProductsView.as_view(), name="api_products"),
    path("stores/<slug:slug>/products/<int:pk>", ProductView.as_view(), name="api_product"),
    path("stores/<slug:slug>/products/<int:pk>/prices", ProductPricesView.as_view(), name="api_product_prices"),
    path("stores/<slug:slug>/products/<int:pk>/pictures", PicturesView.as_view(), name="api_pictures"),
    path("stores/<slug:slug>/products/<int:pk>/pictures/<int:picture>", PictureView.as_view(), name="api_picture"),
    path(
        "stores/<slug:slug>/products/<int:pk>/pictures/<int:picture>/file",
        PictureFileView.as_view(),
        name="api_picture_file",
    ),
    path("stores/<slug:slug>/products/checklists", ChecklistsView.as_view(), name="api_checklists"),
    path("stores/<slug:slug>/products/matching", MatchingView.as_view(), name="api_matching"),
    path("stores/<slug:slug>/products/ranks", RanksView.as_view(), name="api_ranks"),
    path("stores/<slug:slug>/products/moves", MovesView.as_view(), name="api_moves"),
    path("stores/<slug:slug>/products/moves/<int:pk>", MoveView.as_view(), name="api_move"),
    path("stores/<slug:slug>/products/focus", FocusView.as_view(), name="api_focus"),
    path("stores/<slug:slug>/products/range", RangeView.as_view(), name="api_range"),
    path("stores/<slug:slug>/products/newcomers", NewcomersView.as_view(), name="api_newcomers"),
    path("stores/<slug:slug>/products/newcomers/<int:pk>", NewcomerView.as_view(), name="api_newcomer"),
    path("stores/<slug:slug>/competitors", CompetitorsView.as_view(), name="api_competitors"),
    path("stores/<slug:slug>/competitors/<int:pk>", CompetitorView.as_view(), name="api_competitor"),
]
