"""GET the stores the caller may see."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request

from staff import access
from stores.models import Store


class StoreSerializer(serializers.ModelSerializer[Store]):
    brand = serializers.CharField(source="brand.name", default="", help_text="Client or brand; may be blank.")

    class Meta:
        model = Store
        fields = ["slug", "name", "brand", "platform", "currency", "timezone", "opened_on"]


@extend_schema(summary="Stores you may see")
class StoresView(ListAPIView[Store]):
    """Stores you may see: those you are a member of, and, with a token, those the token names."""

    serializer_class = StoreSerializer
    request: Request

    def get_queryset(self):  # type: ignore[no-untyped-def]
        if getattr(self, "swagger_fake_view", False):
            return Store.objects.none()
        return access.stores_for_api(self.request).order_by("slug")
