"""The pictures of a product over REST, each with what it shows."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import FileResponse, Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from opsplan.formats import WithFile
from products import pictures
from products.api import shapes
from products.api.base import ProductsApi, refused
from products.completeness import PICTURES
from products.models import Picture, Product
from staff import photos
from staff.api import bodies
from staff.api.base import Unprocessable, fields_of
from staff.api.bodies import operation

KIND = serializers.ChoiceField(
    list(PICTURES), allow_null=True, required=False, help_text="What it shows; null: nobody has said."
)


def picture_json(x: Picture, slug: str) -> dict[str, Any]:
    """`url`: the address it was given; of one that was handed in ours, which opens with the key."""
    own = settings.PUBLIC_URL + reverse("api_picture_file", args=[slug, x.product_id, x.pk])
    return {"id": x.pk, "kind": x.kind or None, "url": x.url or own, "handed_in": bool(x.photo)}


class PicturesView(ProductsApi):
    """The pictures of one product."""

    def found(self, pk: int) -> Product:
        product = Product.objects.filter(store=self.store, pk=pk).first()
        if product is None:
            raise Http404
        return product

    @operation(summary="The pictures of a product and what they show", responses=shapes.PICTURE_LIST)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        every = list(self.found(pk).pictures.all())
        kinds = pictures.counted(x.kind for x in every)
        return Response({"kinds": kinds, "pictures": [picture_json(x, slug) for x in every]})

    @operation(
        summary="Add a picture",
        description="Its address, or as a form the `photo` itself (JPEG, PNG, WebP; at most 8 MB). In bulk, by their "
        "addresses: `POST products` with the fields " + ", ".join(pictures.FIELDS) + ".",
        request=inline_serializer(
            "NewPicture",
            {
                "kind": KIND,
                "url": bodies.text("Its address, http:// or https://.", max_length=pictures.LONGEST),
                "photo": serializers.FileField(required=False, help_text="As a form: the picture itself."),
            },
        ),
        responses={201: shapes.PICTURE, 422: OpenApiResponse(description="A field has a value we cannot use.")},
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        product, told, photo = self.found(pk), fields_of(request), request.FILES.get("photo")
        if photo and told.get("url"):
            raise Unprocessable("url", _("Send the picture or its address, not both."))
        try:
            with transaction.atomic():
                kind = pictures.kind_named(told.get("kind"))
                name = photos.keep(self.store.pk, photo) if photo else ""
                made = pictures.add(product, kind, photo=name, url=str(told.get("url") or ""))
        except ValidationError as problem:
            raise refused(problem) from None
        return Response(picture_json(made, slug), status=201)


class OfPicture(ProductsApi):
    """An endpoint of one picture."""

    def found(self, pk: int, picture: int) -> Picture:
        found = Picture.objects.filter(product__store=self.store, product=pk, pk=picture).first()
        if found is None:
            raise Http404
        return found


class PictureFileView(WithFile, OfPicture):
    """A picture that was handed in."""

    @operation(
        summary="A picture that was handed in, itself",
        responses={(200, kind): OpenApiTypes.BINARY for kind in photos.KINDS.values()},
    )
    def get(self, request: Request, slug: str, pk: int, picture: int) -> FileResponse:
        return photos.shown(self.found(pk, picture).photo)


class PictureView(OfPicture):
    """One picture."""

    @operation(summary="One picture and what it shows", responses=shapes.PICTURE)
    def get(self, request: Request, slug: str, pk: int, picture: int) -> Response:
        return Response(picture_json(self.found(pk, picture), slug))

    @operation(
        summary="Say what a picture shows, or where it stands",
        request=inline_serializer(
            "PictureKind",
            {"kind": KIND, "place": serializers.IntegerField(required=False, help_text="0 is the first.")},
        ),
        responses={200: shapes.PICTURE, 422: OpenApiResponse(description="There is no such kind or place.")},
    )
    def patch(self, request: Request, slug: str, pk: int, picture: int) -> Response:
        found, told = self.found(pk, picture), fields_of(request)
        try:
            with transaction.atomic():
                if "kind" in told or "place" not in told:
                    pictures.set_kind(found, told.get("kind"))
                if "place" in told:
                    pictures.put(found, pictures.place_told(told["place"]))
        except ValidationError as problem:
            raise refused(problem) from None
        return Response(picture_json(found, slug))

    @operation(summary="Take a picture away", request=None, responses={204: None})
    def delete(self, request: Request, slug: str, pk: int, picture: int) -> Response:
        self.found(pk, picture).delete()
        return Response(status=204)
