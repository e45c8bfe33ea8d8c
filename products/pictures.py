"""The pictures of a product and what each shows (S102: 场景图, 模特图, 使用图, 搭配图, 外景图, 细节图; and 主图)."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from opsplan.lib.columns import Fault
from products.completeness import PICTURES
from products.models import Picture, Product
from stores.models import Store

LONGEST = 500  # characters of an address
MOST = 100  # pictures of a product
FIELDS = {f"picture_{kind}": kind for kind in PICTURES} | {"pictures": ""}  # field of a file -> kind
OWN = re.compile(r"(?:https?://[^/]+)?/s/[\w-]+/products/\d+/pictures/(\d+)/?")
SALT = "picture"
is_url = URLValidator(schemes=["http", "https"])


def address_of(picture: Picture, slug: str) -> str:
    """Where it can be seen: the address it was given, or ours of a photo that was handed in."""
    own = settings.PUBLIC_URL + reverse("picture", args=[slug, picture.product_id, picture.pk])
    return picture.url or own


def addresses(text: str) -> list[str]:
    """The addresses of a cell, with blanks or commas between; "#5" for a picture we keep. Fault: one is none."""
    found = []
    for word in re.sub("[,，;；]", " ", text).split():
        own, url = OWN.fullmatch(word), f"https:{word}" if word.startswith("//") else word
        try:
            is_url(url[: LONGEST + 1] if not own else "https://example.com/")
        except ValidationError:
            raise Fault("picture") from None
        if len(url) > LONGEST:
            raise Fault("picture")
        found.append(f"#{own[1]}" if own else url)
    return list(dict.fromkeys(found))


def kept_of(store: Store) -> dict[str, int]:
    """ "#5" of every picture that was handed in -> its product."""
    every = Picture.objects.filter(product__store=store).exclude(photo="").values_list("pk", "product_id")
    return {f"#{pk}": product for pk, product in every}


def names_of(picture: Picture) -> set[str]:
    """How a file may name it."""
    return {f"#{picture.pk}", picture.url} - {""}


def told(row: Mapping[str, Any], pictures: Iterable[Picture]) -> list[tuple[str, str, Picture | None]]:
    """(kind, address, the picture as it stands) of each picture that a row of a file adds or gives another kind. Where
    the row names no kind, a picture that is there stays what it is."""
    known = {name: x for x in pictures for name in names_of(x)}
    found = [(kind, address) for field, kind in FIELDS.items() for address in row.get(field, ())]
    return [
        (kind, address, known.get(address))
        for kind, address in found
        if address not in known or (kind and known[address].kind != kind)
    ]


def kind_named(kind: object) -> str:
    """A kind, or "" for none; ValidationError says which there are."""
    if kind not in ("", None, *PICTURES):
        raise ValidationError({"kind": _("Choose one of: %s.") % ", ".join(PICTURES)})
    return str(kind or "")


@transaction.atomic
def add(product: Product, kind: object, *, photo: str = "", url: str = "") -> Picture:
    """A picture more, behind the others. ValidationError names what is wrong."""
    Product.objects.select_for_update().get(pk=product.pk)
    there = list(product.pictures.values_list("position", flat=True))
    if len(there) >= MOST:
        raise ValidationError({"photo": _("A product has %d pictures at most.") % MOST})
    if not photo:
        try:
            [url] = addresses(url)
        except (Fault, ValueError):
            url = ""
        if not url or url.startswith("#"):
            raise ValidationError({"url": _("Give the address of a picture, like https://…")})
    place = max(there, default=-1) + 1
    return Picture.objects.create(product=product, kind=kind_named(kind), photo=photo, url=url, position=place)


def set_kind(picture: Picture, kind: object) -> Picture:
    picture.kind = kind_named(kind)
    picture.save(update_fields=["kind"])
    return picture


def place_told(place: object) -> int:
    """ValidationError for what is no place among pictures."""
    if isinstance(place, bool) or not isinstance(place, int) or not 0 <= place < MOST:
        raise ValidationError({"place": _("Give a whole number from 0 to %s.") % (MOST - 1)})
    return place


@transaction.atomic
def put(picture: Picture, place: int) -> Picture:
    """Put it at that place among the product's pictures, 0 being the first; the others keep their order."""
    every = list(Picture.objects.select_for_update().filter(product=picture.product_id))
    others = [x for x in every if x.pk != picture.pk]
    others.insert(place, picture)
    for picture_place, x in enumerate(others):
        x.position = picture_place
    Picture.objects.bulk_update(others, ["position"])
    return picture


@transaction.atomic
def take(picture: Picture) -> str:
    """Take it away; what `put_back` needs to undo that."""
    place = Picture.objects.filter(product=picture.product_id, position__lt=picture.position).count()
    told = {"product": picture.product_id, "kind": picture.kind, "photo": picture.photo, "url": picture.url}
    picture.delete()
    return signing.dumps(told | {"place": place}, salt=SALT, compress=True)


def put_back(product: Product, taken: str) -> Picture:
    """ValidationError: not what `take` answered for this product, or longer than a day ago."""
    try:
        told = signing.loads(taken, salt=SALT, max_age=24 * 3600)
    except signing.BadSignature:
        told = {}
    if told.get("product") != product.pk:
        raise ValidationError(_("This is not there any more."))
    with transaction.atomic():
        return put(add(product, told["kind"], photo=told["photo"], url=told["url"]), told["place"])


def counted(kinds: Iterable[str]) -> dict[str, int]:
    """How many pictures there are of each kind; "" for those without one."""
    found = Counter(kinds)
    return {kind: found[kind] for kind in (*PICTURES, "")}


def shown(kinds: Iterable[str]) -> dict[str, Any]:
    """The same for `products/_picture_kinds.html`."""
    found = counted(kinds)
    kinds_told = [{"label": _(word), "count": found[kind]} for kind, word in PICTURES.items()]
    return {"kinds": kinds_told, "untyped": found[""]}
