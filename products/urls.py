from django.urls import path

from products.views import catalogue as views
from products.views import focus, range, stages

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
    path("s/<slug:store>/products/stages/", stages.stage_board, name="product_stages"),
    path("s/<slug:store>/products/stages/judge/", stages.stage_judge, name="stage_judge"),
    path("s/<slug:store>/products/stages/rules/", stages.stage_limits, name="stage_limits"),
    path("s/<slug:store>/products/ranks/", stages.product_ranks, name="product_ranks"),
    path("s/<slug:store>/products/moves/<int:pk>/", stages.stage_move, name="stage_move"),
    path("s/<slug:store>/products/moves/<int:pk>/decide/", stages.stage_decide, name="stage_decide"),
    path("s/<slug:store>/products/<int:pk>/stage/", stages.stage_propose, name="stage_propose"),
    path("s/<slug:store>/products/focus/", focus.product_focus, name="product_focus"),
    path("s/<slug:store>/products/<int:pk>/role/", focus.product_role, name="product_role"),
    path("s/<slug:store>/products/bundles/", focus.product_pairs, name="product_pairs"),
    path("s/<slug:store>/products/range/", range.product_range, name="product_range"),
    path("s/<slug:store>/products/range/norms/", range.range_norms, name="range_norms"),
    path("s/<slug:store>/products/newcomers/", range.newcomer_new, name="newcomer_new"),
    path("s/<slug:store>/products/newcomers/<int:pk>/", range.newcomer, name="newcomer"),
    path("s/<slug:store>/products/newcomers/<int:pk>/step/", range.newcomer_step, name="newcomer_step"),
    path("s/<slug:store>/products/competitors/new/", range.competitor, name="competitor_new"),
    path("s/<slug:store>/products/competitors/<int:pk>/", range.competitor, name="competitor"),
    path("s/<slug:store>/products/competitors/<int:pk>/note/", range.competitor_note, name="competitor_note"),
    path("s/<slug:store>/products/competitors/<int:pk>/delete/", range.competitor_delete, name="competitor_delete"),
]
