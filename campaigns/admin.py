from django.contrib import admin

from campaigns.models import Campaign

admin.site.register(
    Campaign,
    list_display=("name", "store", "first_day", "last_day"),
    list_filter=("store",),
    search_fields=("name",),
    filter_horizontal=("products",),
)
