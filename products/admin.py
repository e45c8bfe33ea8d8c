from django.contrib import admin

from opsplan.readonly import ReadOnlyAdmin
from products.models import Cost, Listing, Product

admin.site.register(
    Product,
    ReadOnlyAdmin,
    list_display=("code", "title", "store"),
    list_filter=("store",),
    search_fields=("code", "title", "listings__item_id"),
)
admin.site.register(
    Listing, ReadOnlyAdmin, list_display=("item_id", "product", "store"), search_fields=("item_id", "product__title")
)
admin.site.register(
    Cost, ReadOnlyAdmin, list_display=("product", "from_day", "cost_fen"), search_fields=("product__code",)
)
