from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from kpis.queries import channel_paid_changed, names_changed
from stores.models import Brand, Channel, ChannelAlias, Store

if TYPE_CHECKING:  # when it runs, Django's class takes no [Model]
    ChannelInlineBase = admin.TabularInline[Channel, Store]
    AliasInlineBase = admin.TabularInline[ChannelAlias, Channel]
    BrandAdminBase = admin.ModelAdmin[Brand]
    StoreAdminBase = admin.ModelAdmin[Store]
    ChannelAdminBase = admin.ModelAdmin[Channel]
else:
    ChannelInlineBase = AliasInlineBase = admin.TabularInline
    BrandAdminBase = StoreAdminBase = ChannelAdminBase = admin.ModelAdmin


class ChannelInline(ChannelInlineBase):
    model = Channel
    extra = 0


class AliasInline(AliasInlineBase):
    model = ChannelAlias
    extra = 0
    exclude = ("store",)

    def has_add_permission(self, request: HttpRequest, obj: Channel | None = None) -> bool:
        return False  # the store's settings page folds names before it keeps them


@admin.register(Brand)
class BrandAdmin(BrandAdminBase):
    search_fields = ("name",)

    def save_model(self, request: HttpRequest, obj: Brand, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        for store in obj.stores.all():
            names_changed(store)


@admin.register(Store)
class StoreAdmin(StoreAdminBase):
    list_display = ("name", "slug", "platform", "brand", "currency", "timezone", "opened_on")
    list_filter = ("platform", "brand")
    search_fields = ("name", "slug")
    readonly_fields = ("slug",)
    inlines = (ChannelInline,)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        names_changed(form.instance)
        for row in (row for formset in formsets for row in formset.forms if "is_paid" in row.changed_data):
            channel_paid_changed(form.instance, row.instance.key)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a store is opened with its channels: by the page or by create_store


@admin.register(Channel)
class ChannelAdmin(ChannelAdminBase):
    list_display = ("name", "store", "key", "is_paid", "position")
    list_filter = ("store", "is_paid")
    search_fields = ("name", "key")
    readonly_fields = ("store", "key")
    inlines = (AliasInline,)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        names_changed(form.instance.store)
        if "is_paid" in form.changed_data:
            channel_paid_changed(form.instance.store, form.instance.key)
