"""Pictures of products by what they show (S102): read from a list of products, exported, over REST, on the page."""

import io
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from opsplan.lib.columns import Fault
from products import pictures
from products.catalogue_apply import apply_file, lines_of, undo_file
from products.catalogue_files import HEADER, exported, read_file
from products.models import CatalogueFile, Picture, Product
from staff.services import create_token
from tests.pictures import PNG
from tests.world import World


def read(world: World, *lines: str, header: str = "商家编码,商品名称,主图,场景图,细节图,图片") -> CatalogueFile:
    return read_file(world.store, io.BytesIO("\n".join([header, *lines]).encode()), "a.csv", by=world.bob)


def kinds_of(product: Product) -> list[tuple[str, str]]:
    return list(product.pictures.values_list("kind", "url"))


@pytest.fixture
def cream(world: World) -> Product:
    return Product.objects.create(store=world.store, code="A1", title="面霜")


def test_a_list_of_products_brings_pictures_by_what_they_show(world: World, cream: Product) -> None:
    pictures.add(cream, "", url="https://img.cn/1.jpg")
    file = read(world, "A1,面霜,https://img.cn/1.jpg,//img.cn/2.jpg https://img.cn/3.jpg,,https://img.cn/4.jpg")
    shown = [x for x in lines_of(file)[0].changes if x[0].startswith("pic")]
    assert [(field, new) for field, _old, new in shown] == [
        ("picture_main", "https://img.cn/1.jpg"),
        ("picture_scene", "https://img.cn/2.jpg"),
        ("picture_scene", "https://img.cn/3.jpg"),
        ("pictures", "https://img.cn/4.jpg"),
    ]
    apply_file(file, by=world.bob)
    told = [("main", "1"), ("scene", "2"), ("scene", "3"), ("", "4")]
    assert kinds_of(cream) == [(kind, f"https://img.cn/{n}.jpg") for kind, n in told]
    file.refresh_from_db()
    assert undo_file(file, ()) == 0
    assert kinds_of(cream) == [("", "https://img.cn/1.jpg")]


def test_what_is_no_picture_of_the_product_is_a_fault(world: World, cream: Product) -> None:
    other = Product.objects.create(store=world.store, code="B2", title="面膜")
    photo = pictures.add(other, "main", photo="1/a.png")
    own = f"/s/lotus/products/{other.pk}/pictures/{photo.pk}/"
    file = read(world, "A1,,有,,,", f"A1,,{own},,,", f"N1,新,{own},,,", "A1,,https://a.cn/1,https://a.cn/1,,")
    codes = ["picture", "picture_gone", "picture_gone", "picture_twice"]
    assert [(line, code) for line, _column, _value, code in file.problems] == list(enumerate(codes, start=2))


def test_what_is_exported_comes_back_as_it_was(world: World, cream: Product) -> None:
    photo = pictures.add(cream, "main", photo="1/a.png")
    for kind in ("scene", "detail", ""):
        pictures.add(cream, kind, url=f"https://img.cn/{kind or 'x'}.jpg")
    [row] = exported(Product.objects.filter(pk=cream.pk), "lotus")
    own = f"/s/lotus/products/{cream.pk}/pictures/{photo.pk}/"
    assert row[-8:] == (own, "https://img.cn/scene.jpg", "", "", "", "", "https://img.cn/detail.jpg",
                        "https://img.cn/x.jpg")  # fmt: skip
    line = ",".join("" if x is None else str(x) for x in row)
    again = read(world, line, header=",".join(str(x) for x in HEADER))
    assert (again.problems, apply_file(again, by=None)) == ([], (0, 0, None))


def test_pictures_stand_in_order_and_are_not_too_many(
    world: World, cream: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "MOST", 3)
    first, main, _third = [pictures.add(cream, "main", url=f"https://a.cn/{n}") for n in range(3)]
    with pytest.raises(ValidationError, match="3"):
        pictures.add(cream, "main", url="https://a.cn/3")
    first.delete()
    assert pictures.add(cream, "", photo="1/a.png").position == 3
    assert list(cream.pictures.values_list("position", flat=True)) == [1, 2, 3]
    photo = cream.pictures.get(position=3)
    other = Product.objects.create(store=world.other, code="A1", title="面霜")
    pictures.add(other, "main", photo="2/a.png")
    assert pictures.kept_of(world.store) == {f"#{photo.pk}": cream.pk}
    assert pictures.told({"pictures": [main.url]}, cream.pictures.all()) == []
    with pytest.raises(ValidationError, match="https"):  # a picture that is here already
        pictures.add(other, "main", url=f"/s/lotus/products/{cream.pk}/pictures/{photo.pk}/")


def test_an_address_has_500_characters_at_most() -> None:
    longest = "https://a.cn/" + "x" * 487
    assert pictures.addresses(f"{longest}，{longest}") == [longest]
    with pytest.raises(Fault):
        pictures.addresses(f"{longest}x")


def test_rest_adds_a_picture_and_says_what_it_shows(world: World, cream: Product) -> None:
    key = create_token(world.bob, "key", "write", [world.store])[1]
    api = Client(headers={"authorization": f"Bearer {key}"})
    at = f"/api/v1/stores/lotus/products/{cream.pk}"

    def send(how: str, path: str, told: dict[str, Any]) -> tuple[int, Any]:
        answer = getattr(api, how)(at + path, told, "application/json")
        return answer.status_code, answer.json()

    status, made = send("post", "/pictures", {"kind": "model", "url": "https://img.cn/1.jpg"})
    assert (status, made["kind"], made["url"], made["handed_in"]) == (201, "model", "https://img.cn/1.jpg", False)
    for told, field in (({"kind": "sky", "url": "https://a.cn/1"}, "kind"), ({"url": "C:/1.jpg"}, "url"), ({}, "url")):
        status, answer = send("post", "/pictures", told)
        assert (status, answer["errors"][0]["field"]) == (422, field)
    assert send("patch", f"/pictures/{made['id']}", {"kind": "detail"})[1]["kind"] == "detail"
    second = send("post", "/pictures", {"url": "https://img.cn/2.jpg"})[1]["id"]
    assert send("patch", f"/pictures/{second}", {"place": 0})[0] == 200
    assert [x["kind"] for x in api.get(f"{at}/pictures").json()["pictures"]] == [None, "detail"]
    for wrong in (-1, True, "1", 100):
        status, answer = send("patch", f"/pictures/{second}", {"place": wrong})
        assert (status, answer["errors"][0]["field"]) == (422, "place")
    both = {"url": "https://example.com/a.png", "photo": SimpleUploadedFile("a.png", PNG)}
    assert api.post(f"{at}/pictures", both).status_code == 422
    photo = api.post(f"{at}/pictures", {"kind": "main", "photo": SimpleUploadedFile("a.png", PNG)})
    assert (photo.status_code, photo.json()["handed_in"]) == (201, True)
    body = api.get(photo.json()["url"], headers={"Accept": "image/*"})  # the key is enough, no browser's log-in
    assert (b"".join(body), body["Content-Type"]) == (PNG, "image/png")
    gone = api.get(f"{at}/pictures/{second}/file", headers={"Accept": "image/png"})
    assert (gone.status_code, gone["Content-Type"], list(gone.json())) == (404, "application/json", ["detail"])
    told = api.get(at).json()
    assert (told["completeness"]["done"], told["checklist"]["pictures"]["detail"]) == (2, 1)
    assert {"picture_scene", "picture_model"} <= set(told["completeness"]["missing"])
    assert api.delete(f"{at}/pictures/{made['id']}").status_code == 204
    assert api.get(f"{at}/pictures").json()["kinds"]["detail"] == 0


def test_a_picture_is_put_forward_taken_away_and_back(world: World, cream: Product, client: Client) -> None:
    client.force_login(world.bob)
    one, two, three = [pictures.add(cream, "main", url=f"https://a.cn/{n}") for n in (1, 2, 3)]

    def order() -> str:
        return "".join(x.url[-1] for x in cream.pictures.all())

    client.post(reverse("picture_kind", args=["lotus", cream.pk, three.pk]), {"place": "1"})
    assert order() == "132"
    answer = client.post(reverse("picture_delete", args=["lotus", cream.pk, three.pk]))
    assert order() == "12"
    page = client.get(answer["Location"])
    other = Product.objects.create(store=world.store, code="B2", title="面膜")
    for product in (other, cream):  # what was taken off one product does not come to another
        client.post(reverse("picture_add", args=["lotus", product.pk]), {"taken": page.context["taken"]})
    assert (order(), other.pictures.count()) == ("132", 0)
    client.post(reverse("picture_add", args=["lotus", cream.pk]), {"taken": "forged"})
    assert (order(), one.kind, two.kind) == ("132", "main", "main")


def test_the_page_tells_which_kinds_are_missing(world: World, cream: Product, client: Client) -> None:
    client.force_login(world.bob)
    url = {"kind": "scene", "url": "https://img.cn/1.jpg", "photo": ""}
    assert client.post(reverse("picture_add", args=["lotus", cream.pk]), url).status_code == 302
    picture = Picture.objects.get()
    assert picture.kind == "scene"
    page = client.get(reverse("product", args=["lotus", cream.pk])).content.decode()
    lacking = page[page.index("?whole=1#pic-h") :].split("</a>")[0]
    assert ("Scene picture" in lacking or "场景图" in lacking, "Main picture" in lacking or "主图" in lacking) == (
        False,
        True,
    )
    client.post(reverse("picture_kind", args=["lotus", cream.pk, picture.pk]), {"kind": "main"})
    assert client.post(reverse("picture_kind", args=["lotus", cream.pk, picture.pk]), {"kind": "x"}).status_code == 302
    picture.refresh_from_db()
    assert picture.kind == "main"
