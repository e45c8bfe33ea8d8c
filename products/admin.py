from django.contrib import admin

from products.models import Cost, Listing, Product

admin.site.register(
    Product,
    list_display=("code", "title", "store"),
    list_filter=("store",),
    search_fields=("code", "title", "listings__item_id"),
)
admin.site.register(Listing, list_display=("item_id", "product", "store"), search_fields=("item_id", "product__title"))
admin.site.register(Cost, list_display=("product", "from_day", "cost_fen"), search_fields=("product__code",))
